package digits

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/model"
	"example.org/concord/subject/imageset"
	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// inputNames lists the sets of inputs.
func inputNames() []string { return append([]string{"train"}, imageset.Names()...) }

// Inputs implements verify.Scorer. The sets are those of package imageset and
//
//	train  the training images of the problem, with the labels that training was told
//
// Where training saw images less their mean, so are those of all sets but noise and faint, which show nothing.
func (p *Problem) Inputs(ctx context.Context, name string) (*verify.Inputs, error) {
	if name == "train" {
		in := p.inputs(name, p.data.D, p.data.Y)
		in.Fitted = true
		return in, nil
	}
	if !slices.Contains(imageset.Names(), name) {
		return nil, fmt.Errorf("no inputs are called %q: there are %s", name, strings.Join(inputNames(), ", "))
	}
	images, labels, err := p.images.Inputs(ctx, name, p.side)
	if err != nil {
		return nil, err
	}
	if name != "noise" && name != "faint" {
		images = p.training.Centred(images)
	}
	in := p.inputs(name, columnMajor(images, p.side), labels)
	in.Fitted = imageset.Seen(p.settings, name)
	return in, nil
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
		transpose(rows.RawRowView(i), m.Pixels, p.side)
	}
	return p.inputs(name, rows, nil), nil
}

// inputs wraps images that are stored column by column.
func (p *Problem) inputs(name string, images *mat.Dense, truth []int) *verify.Inputs {
	n, _ := images.Dims()
	in := &verify.Inputs{
		Name: name, Count: n, Labels: classes, Truth: truth, Norms: make([]float64, n),
		Data: model.NewBatch(images, p.side, p.reading),
	}
	for i := range n {
		in.Norms[i] = floats.Norm(images.RawRowView(i), 2)
	}
	return in
}

// batch returns what inputs made. It panics if another subject made them.
func batch(in *verify.Inputs) *model.Batch {
	b, ok := in.Data.(*model.Batch)
	if !ok {
		panic("digits: inputs of another subject")
	}
	return b
}

// Scores implements verify.Scorer: g_k(x) = |s_k(x)|/‖x‖² for A and B of unit norm. The blank image has no
// direction, and its scores are zero.
func (p *Problem) Scores(dst []float64, t symmetry.Tuple, in *verify.Inputs) []float64 {
	x := params(t)
	dst = model.NewScorer(x, p.side, p.reading).Scores(dst, batch(in))
	scale := 1 / (mat.Norm(x.A, 2) * mat.Norm(x.B, 2))
	for i, norm := range in.Norms {
		row := dst[i*classes : (i+1)*classes]
		for k, s := range row {
			row[k] = 0
			if squared := norm * norm; squared > 0 {
				row[k] = math.Abs(s) * scale / squared
			}
		}
	}
	return dst
}

// Baselines implements verify.Baseliner with the methods of package imageset, trained on what the tuples are trained
// on.
func (p *Problem) Baselines(ctx context.Context, in *verify.Inputs) ([]verify.Baseline, error) {
	return imageset.Baselines(ctx, p.data.D, p.data.Y, batch(in).X, classes)
}
