package digits

import (
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"

	"example.org/concord/model"
	"example.org/concord/subject/imageset"
	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// frames is how many frames of an ascent are kept when asked for.
const frames = 24

// Labels implements verify.Artist.
func (p *Problem) Labels() []string { return imageset.Labels() }

// Patterns implements verify.Patterned: the signs of the Fourier coefficients that are real for every real image. There
// are none for images of odd size, and none that ascent cannot turn where the features are no moduli.
func (p *Problem) Patterns() []string {
	if p.reading != model.Modulus {
		return nil
	}
	return model.Patterns(p.side)
}

// Draw implements verify.Artist: it ascends from Gaussian noise. x and −x score the same, so the sign is fixed
// afterwards: the drawing does not anticorrelate with the mean training image of its class.
//
// To begin in a pattern the ascent first holds the pattern's signs, as model.Drawer.Hold says, and lets go where that
// ends. If the score has a maximum of this pattern there, the drawing stays, and if not, it ends elsewhere. Noise with
// these signs would not do: what sets basins apart is small, and the first steps jump across.
func (p *Problem) Draw(ctx context.Context, t symmetry.Tuple, r verify.DrawRequest) (*verify.Drawing, error) {
	if r.Label < 0 || r.Label >= classes {
		return nil, fmt.Errorf("digits: no label %d", r.Label)
	}
	if r.Pattern != "" && !slices.Contains(p.Patterns(), r.Pattern) {
		return nil, fmt.Errorf("digits: no pattern %q: there are %q", r.Pattern, p.Patterns())
	}
	keep := 0
	if r.Frames {
		keep = frames
	}
	ascent := model.Ascent{Method: model.LBFGS, GradTol: r.GradNorm, MaxSteps: searchSteps}
	drawer := model.NewDrawer(params(t), r.Label, p.side, p.reading)
	start, steps := p.noise(r.Seed, "image", r.Label, r.Instance), 0
	var film [][]float64
	if r.Pattern != "" {
		drawer.Hold(r.Pattern)
		// Of a drawing and its negative, which has the opposite pattern, the one in the sign of drawings counts.
		for range 2 {
			held := drawer.Draw(ctx, start, ascent, keep)
			start, steps, film = held.Image, steps+held.Steps, append(film, held.Frames...)
			if !p.turn(r.Label, start, film) {
				break
			}
		}
		drawer.Hold("")
	}
	drawn := drawer.Draw(ctx, start, ascent, keep)
	steps += drawn.Steps
	if drawn.Status == model.Diverged {
		return &verify.Drawing{Status: verify.Diverged, Steps: steps}, nil
	}
	film = append(film, drawn.Frames...)
	p.turn(r.Label, drawn.Image, film)
	out := &verify.Drawing{
		Status: status(drawn.Status), Image: p.image(drawn.Image), Score: drawn.Score(), Steps: steps,
		Pattern: model.NewTransform(p.side).SignPattern(drawn.Image),
	}
	for _, frame := range model.Thin(film, keep) {
		out.Frames = append(out.Frames, p.image(frame))
	}
	return out, nil
}

// turn changes the sign of an image and of the frames that led to it, and reports true, if the image anticorrelates
// with the mean training image of its class.
func (p *Problem) turn(label int, image []float64, film [][]float64) bool {
	if !(floats.Dot(image, p.class[label]) < 0) {
		return false
	}
	floats.Scale(-1, image)
	for _, frame := range film {
		floats.Scale(-1, frame)
	}
	return true
}
