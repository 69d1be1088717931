package digits

import (
	"context"
	"fmt"
	"math"

	"example.org/concord/model"
	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// Examples implements verify.Exhibitor. It panics if there is no such label.
func (p *Problem) Examples(label int) []verify.Image {
	if label < 0 || label >= classes {
		panic("digits: no such label")
	}
	var images []verify.Image
	for i, k := range p.data.Y {
		if k == label {
			images = append(images, p.image(p.data.D.RawRowView(i)))
		}
	}
	return images
}

// Judges implements verify.Court with those of package imageset.
func (p *Problem) Judges(ctx context.Context) ([]verify.Judge, error) {
	return p.images.Judges(ctx, p.settings)
}

// Features implements verify.Featurer: all N² features of each image, DC among them as zero. It panics if an image
// has another size than those of the problem.
func (p *Problem) Features(images []verify.Image) [][]float64 {
	transform := model.NewTransform(p.side)
	x := make([]float64, p.side*p.side)
	all := make([][]float64, len(images))
	for i, m := range images {
		if m.Rows != p.side || m.Cols != p.side {
			panic(fmt.Sprintf("digits: an image of %d×%d pixels, not %d×%d", m.Rows, m.Cols, p.side, p.side))
		}
		transpose(x, m.Pixels, p.side)
		all[i] = transform.Features(nil, x, p.reading)
	}
	return all
}

// Appraise implements verify.Appraiser: it ascends the moduli of Fourier coefficients, as model.Form, from the mean
// training image of the label, and bounds the score of every image by the peak found. For the real part as reading
// there is no such form, and nothing is proven.
func (p *Problem) Appraise(ctx context.Context, t symmetry.Tuple, label int) (*verify.Appraisal, error) {
	if label < 0 || label >= classes {
		return nil, fmt.Errorf("digits: no label %d", label)
	}
	unknown := &verify.Appraisal{Score: math.NaN(), Bound: math.Inf(1), Second: math.Inf(1)}
	if p.reading != model.Modulus {
		return unknown, nil
	}
	form := model.NewForm(params(t), label, p.side)
	found := form.Ascend(ctx, p.class[label], model.Ascent{Method: model.LBFGS, MaxSteps: searchSteps})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if found.Status == model.Diverged {
		return unknown, nil
	}
	peak := form.Peak(found.Image)
	return &verify.Appraisal{Image: p.image(found.Image), Score: peak.Score, Bound: peak.Bound, Second: peak.Second}, nil
}
