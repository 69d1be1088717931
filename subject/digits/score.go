package digits

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/mnist"
	"example.org/concord/model"
	"example.org/concord/stream"
	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// noiseImages is the size of the input set "noise".
const noiseImages = 1000

// testImages is the size of the input set "test": the whole test half of MNIST.
const testImages = 10_000

// batch is what a verify.Inputs of this subject carries.
type batch struct {
	*model.Batch
	squared []float64 // ‖x‖² of each image
}

// Inputs implements verify.Scorer. The sets are
//
//	train  the training images of the problem, with their labels
//	test   the 10,000 test images of MNIST, with their labels
//	noise  1,000 images of independent pixels, uniform in [0, 1] and standard normal in turn
func (p *Problem) Inputs(ctx context.Context, name string) (*verify.Inputs, error) {
	switch name {
	case "train":
		in := p.inputs(name, p.data.D, p.data.Y)
		in.Fitted = true
		return in, nil
	case "test":
		set, err := mnist.Open(ctx, mnist.Test, 0, testImages, p.subject.Data)
		if err != nil {
			return nil, err
		}
		images, labels := pixels(set, p.side)
		subtract(images, p.mean)
		return p.inputs(name, images, labels), nil
	case "noise":
		images := mat.NewDense(noiseImages, p.side*p.side, nil)
		r := stream.New(0, "inputs", "noise")
		for i := range noiseImages {
			row := images.RawRowView(i)
			for j := range row {
				if i%2 == 0 {
					row[j] = r.Float64()
				} else {
					row[j] = r.NormFloat64()
				}
			}
		}
		return p.inputs(name, images, nil), nil
	default:
		return nil, fmt.Errorf("no inputs are called %q: there are train, test and noise", name)
	}
}

// InputsFrom implements verify.Scorer.
func (p *Problem) InputsFrom(name string, images []verify.Image) (*verify.Inputs, error) {
	if len(images) == 0 {
		return nil, fmt.Errorf("inputs %s: no image", name)
	}
	rows := mat.NewDense(len(images), p.side*p.side, nil)
	for i, m := range images {
		if m.Rows != p.side || m.Cols != p.side {
			return nil, fmt.Errorf("inputs %s: image %d is %d×%d, want %d×%d", name, i, m.Rows, m.Cols, p.side, p.side)
		}
		row := rows.RawRowView(i)
		for r := range p.side {
			for c := range p.side {
				row[r+c*p.side] = m.Pixels[r*p.side+c]
			}
		}
	}
	return p.inputs(name, rows, nil), nil
}

func (p *Problem) inputs(name string, images *mat.Dense, truth []int) *verify.Inputs {
	n, _ := images.Dims()
	b := batch{Batch: model.NewBatch(images, p.side, p.reading), squared: make([]float64, n)}
	for i := range n {
		norm := floats.Norm(images.RawRowView(i), 2)
		b.squared[i] = norm * norm
	}
	return &verify.Inputs{Name: name, Count: n, Labels: classes, Truth: truth, Data: b}
}

// Scores implements verify.Scorer: g_k(x) = |s_k(x)|/‖x‖² for A and B of unit norm. The blank image has no
// direction, and its scores are zero.
func (p *Problem) Scores(dst []float64, t symmetry.Tuple, in *verify.Inputs) []float64 {
	b, ok := in.Data.(batch)
	if !ok {
		panic("digits: inputs of another subject")
	}
	x := params(t)
	dst = model.NewScorer(x, p.side, p.reading).Scores(dst, b.Batch)
	scale := 1 / (mat.Norm(x.A, 2) * mat.Norm(x.B, 2))
	for i, squared := range b.squared {
		row := dst[i*classes : (i+1)*classes]
		for k, s := range row {
			row[k] = 0
			if squared > 0 {
				row[k] = math.Abs(s) * scale / squared
			}
		}
	}
	return dst
}
