package imageset

import (
	"context"
	"fmt"
	"strings"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/stream"
)

// The sizes of the input sets other than test.
const (
	strangers = 1000 // of those that are no digits, blank apart
	greys     = 101  // of blank
)

// Names returns the names of the input sets that Inputs knows. A subject has its training images besides.
func Names() []string {
	return []string{"test", "noise", "permuted", "inverted", "mirrored", "blank", "faint", "shapes"}
}

// Inputs returns a set of inputs: one image of side×side pixels per row, row by row, and what each shows, which is nil
// for sets that show nothing anybody was taught. The sets are
//
//	test      the 10,000 test images of MNIST
//	noise     1,000 images of independent pixels, uniform in [0, 1] and standard normal in turn
//	permuted  the first 1,000 test images, the pixels of all in one random order
//	inverted  the first 1,000 test images, 1 − x in place of x: dark digits on a light ground
//	mirrored  the first 1,000 test images, left and right exchanged
//	blank     101 images without any contrast, of the greys 0, 0.01, ..., 1
//	faint     noise, a hundredth as strong
//	shapes    1,000 garments, bags and shoes, drawn by Shapes
//
// Images may be shared with other callers and must not be changed; see Training.Centred. An error lists the names.
// Inputs panics if side is not in [1, Side].
func (s *Source) Inputs(ctx context.Context, name string, side int) (*mat.Dense, []int, error) {
	if side < 1 || side > Side {
		panic("imageset: side out of range")
	}
	switch name {
	case "test":
		t, err := s.test(ctx, side)
		if err != nil {
			return nil, nil, err
		}
		return t.images, t.labels, nil
	case "noise":
		return noise(side), nil, nil
	case "faint":
		images := noise(side)
		images.Scale(0.01, images)
		return images, nil, nil
	case "blank":
		return blank(side), nil, nil
	case "shapes":
		return Shapes(strangers, side), nil, nil
	case "permuted", "inverted", "mirrored":
		t, err := s.test(ctx, side)
		if err != nil {
			return nil, nil, err
		}
		first := mat.DenseCopyOf(t.images.Slice(0, strangers, 0, side*side))
		switch name {
		case "permuted":
			rearrange(first, stream.New(0, "inputs", name).Perm(side*side))
		case "inverted":
			invert(first)
		default:
			rearrange(first, mirror(side))
		}
		return first, nil, nil
	default:
		return nil, nil, fmt.Errorf("no input set is called %q: there are %s", name, strings.Join(Names(), ", "))
	}
}

// noise draws pixels column by column, so that each place has the number that it has always had.
func noise(side int) *mat.Dense {
	images := mat.NewDense(strangers, side*side, nil)
	r := stream.New(0, "inputs", "noise")
	for i := range strangers {
		draw := r.Float64
		if i%2 == 1 {
			draw = r.NormFloat64
		}
		row := images.RawRowView(i)
		for c := range side {
			for y := range side {
				row[y*side+c] = draw()
			}
		}
	}
	return images
}

func blank(side int) *mat.Dense {
	images := mat.NewDense(greys, side*side, nil)
	for i := range greys {
		row := images.RawRowView(i)
		for j := range row {
			row[j] = float64(i) / (greys - 1)
		}
	}
	return images
}

// mirror returns for each pixel the one in its row that a mirror shows there.
func mirror(side int) []int {
	from := make([]int, side*side)
	for j := range from {
		from[j] = j - j%side + side - 1 - j%side
	}
	return from
}

// rearrange puts pixel from[j] of every image where pixel j was.
func rearrange(images *mat.Dense, from []int) {
	n, _ := images.Dims()
	before := make([]float64, len(from))
	for i := range n {
		row := images.RawRowView(i)
		copy(before, row)
		for j := range row {
			row[j] = before[from[j]]
		}
	}
}

func invert(images *mat.Dense) {
	images.Apply(func(_, _ int, v float64) float64 { return 1 - v }, images)
}
