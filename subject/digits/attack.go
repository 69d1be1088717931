package digits

import (
	"context"
	"fmt"
	"strconv"

	"example.org/concord/model"
	"example.org/concord/stream"
	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// searchSteps is the step limit of the ascent of an image.
const searchSteps = 5000

// noise returns a Gaussian image, stored column by column, from a stream of the seed for one purpose, label and
// instance.
func (p *Problem) noise(seed uint64, purpose string, label, instance int) []float64 {
	r := stream.New(seed, purpose, strconv.Itoa(label), strconv.Itoa(instance))
	x := make([]float64, p.side*p.side)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// Attack implements verify.Adversary: it ascends the difference of the two scores, as model.Difference, from Gaussian
// noise. It converges when the scale-free gradient of the logarithm of the difference is at most 1e-9, which is
// relative to the difference, however small that is.
func (p *Problem) Attack(ctx context.Context, t, u symmetry.Tuple, r verify.AttackRequest) (*verify.Attack, error) {
	if r.Label < 0 || r.Label >= classes {
		return nil, fmt.Errorf("digits: no label %d", r.Label)
	}
	difference := model.NewDifference(params(t), params(u), r.Label, p.side, p.reading)
	found := difference.Attack(ctx, p.noise(r.Seed, "attack", r.Label, r.Instance), model.Ascent{Method: model.LBFGS, MaxSteps: searchSteps})
	if found.Status == model.Diverged {
		return &verify.Attack{Status: verify.Diverged, Steps: found.Steps}, nil
	}
	return &verify.Attack{Status: status(found.Status), Image: p.image(found.Image), Steps: found.Steps}, nil
}

// Supremum implements verify.Adversary with the bound of model.Difference.
func (p *Problem) Supremum(ctx context.Context, t, u symmetry.Tuple) ([]float64, error) {
	bounds := make([]float64, classes)
	for k := range bounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		bounds[k] = model.NewDifference(params(t), params(u), k, p.side, p.reading).Supremum()
	}
	return bounds, nil
}
