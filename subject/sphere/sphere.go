// Package sphere is what subjects have in common that see the direction of an image and nothing else: training images,
// inputs and drawings as points of the unit sphere.
package sphere

import (
	"context"
	"fmt"
	"strconv"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/stream"
	"example.org/concord/subject/imageset"
	"example.org/concord/verify"
)

// Names returns the names of the sets that Set.Inputs knows: train and those of package imageset.
func Names() []string { return append([]string{"train"}, imageset.Names()...) }

// A Set is training images on the sphere. It has the methods of verify.Problem, verify.Scorer, verify.Artist,
// verify.Exhibitor, verify.Court and verify.Baseliner that do not depend on what learns from them, and may be used by
// several goroutines, which must not change its fields.
type Set struct {
	Images *mat.Dense // one row per image, of norm one, pixels row by row, less the mean image where centred
	Truth  []int      // the label of each
	Side   int        // rows and columns of an image

	source   *imageset.Source
	data     verify.Settings
	training *imageset.Training
}

// Open reads the images that the data settings, of imageset.Axes, ask for. An image without a direction is an error, as
// is a label without any image.
func Open(ctx context.Context, source *imageset.Source, data verify.Settings) (*Set, error) {
	training, err := source.Training(ctx, data)
	if err != nil {
		return nil, err
	}
	s := &Set{
		Images: mat.DenseCopyOf(training.Images), Truth: training.Labels, Side: training.Side,
		source: source, data: data, training: training,
	}
	for i, norm := range normalise(s.Images) {
		if norm == 0 {
			return nil, fmt.Errorf("training image %d is blank on %d×%d pixels: it has no direction", i, s.Side, s.Side)
		}
	}
	for k, count := range s.Counts() {
		if count == 0 {
			return nil, fmt.Errorf("no training image has the label %d", k)
		}
	}
	return s, nil
}

// normalise scales the rows of m to norm one, but for those that are zero, and returns the norms they had.
func normalise(m *mat.Dense) []float64 {
	rows, _ := m.Dims()
	norms := make([]float64, rows)
	for i := range norms {
		row := m.RawRowView(i)
		if norms[i] = floats.Norm(row, 2); norms[i] > 0 {
			floats.Scale(1/norms[i], row)
		}
	}
	return norms
}

// Counts returns how many training images each label has.
func (s *Set) Counts() []int {
	counts := make([]int, imageset.Classes)
	for _, k := range s.Truth {
		counts[k]++
	}
	return counts
}

// Digests implements verify.Problem: the training images.
func (s *Set) Digests() []verify.Digest { return []verify.Digest{s.training.Digest} }

// Labels implements verify.Artist.
func (*Set) Labels() []string { return imageset.Labels() }

// Examples implements verify.Exhibitor.
func (s *Set) Examples(label int) []verify.Image {
	var out []verify.Image
	for i, k := range s.Truth {
		if k == label {
			out = append(out, s.Picture(s.Images.RawRowView(i)))
		}
	}
	return out
}

// Judges implements verify.Court.
func (s *Set) Judges(ctx context.Context) ([]verify.Judge, error) {
	return s.source.Judges(ctx, s.data)
}

// Inputs implements verify.Scorer: the training images, or a set of package imageset.
func (s *Set) Inputs(ctx context.Context, name string) (*verify.Inputs, error) {
	if name == "train" {
		in := s.inputs(name, s.training.Images, s.Truth)
		in.Fitted = true
		return in, nil
	}
	images, truth, err := s.source.Inputs(ctx, name, s.Side)
	if err != nil {
		return nil, err
	}
	in := s.inputs(name, s.training.Centred(images), truth)
	in.Fitted = imageset.Seen(s.data, name)
	return in, nil
}

// InputsFrom implements verify.Scorer.
func (s *Set) InputsFrom(name string, images []verify.Image) (*verify.Inputs, error) {
	if len(images) == 0 {
		return nil, fmt.Errorf("inputs %s: no image", name)
	}
	rows := mat.NewDense(len(images), s.Side*s.Side, nil)
	for i, m := range images {
		if m.Rows != s.Side || m.Cols != s.Side {
			return nil, fmt.Errorf("inputs %s: image %d is %d×%d, want %d×%d", name, i, m.Rows, m.Cols, s.Side, s.Side)
		}
		rows.SetRow(i, m.Pixels)
	}
	return s.inputs(name, rows, nil), nil
}

func (*Set) inputs(name string, images *mat.Dense, truth []int) *verify.Inputs {
	points := mat.DenseCopyOf(images)
	norms := normalise(points)
	return &verify.Inputs{Name: name, Count: len(norms), Labels: imageset.Classes, Truth: truth, Norms: norms, Data: points}
}

// Points returns the inputs as rows of norm one, or zero where an input is blank; they must not be changed. It panics
// if the inputs are those of another subject.
func Points(in *verify.Inputs) *mat.Dense {
	points, ok := in.Data.(*mat.Dense)
	if !ok {
		panic("sphere: inputs of another subject")
	}
	return points
}

// Baselines implements verify.Baseliner.
func (s *Set) Baselines(ctx context.Context, in *verify.Inputs) ([]verify.Baseline, error) {
	return imageset.Baselines(ctx, s.Images, s.Truth, Points(in), imageset.Classes)
}

// Noise returns the point that the drawing begins in: independent normal pixels, scaled to norm one. An error means
// that there is no such label.
func (s *Set) Noise(r verify.DrawRequest) ([]float64, error) {
	if r.Label < 0 || r.Label >= imageset.Classes {
		return nil, fmt.Errorf("no label %d", r.Label)
	}
	noise := stream.New(r.Seed, "image", strconv.Itoa(r.Label), strconv.Itoa(r.Instance))
	x := make([]float64, s.Side*s.Side)
	for i := range x {
		x[i] = noise.NormFloat64()
	}
	floats.Scale(1/floats.Norm(x, 2), x)
	return x, nil
}

// Picture returns x, pixels row by row, as an image of norm one. It copies x. The zero vector stays zero.
func (s *Set) Picture(x []float64) verify.Image {
	m := verify.Image{Rows: s.Side, Cols: s.Side, Pixels: append([]float64(nil), x...)}
	if norm := floats.Norm(x, 2); norm > 0 {
		floats.Scale(1/norm, m.Pixels)
	}
	return m
}
