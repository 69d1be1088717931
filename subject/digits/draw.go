package digits

import (
	"context"
	"fmt"
	"strconv"

	"gonum.org/v1/gonum/floats"

	"example.org/concord/model"
	"example.org/concord/stream"
	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// frames is how many frames of an ascent are kept when asked for.
const frames = 24

// Labels implements verify.Artist.
func (p *Problem) Labels() []string { return labels() }

func labels() []string {
	names := make([]string, classes)
	for k := range names {
		names[k] = strconv.Itoa(k)
	}
	return names
}

// Draw implements verify.Artist: it ascends from Gaussian noise. x and −x score the same, so the sign is fixed
// afterwards: the drawing does not anticorrelate with the mean training image of its class.
func (p *Problem) Draw(ctx context.Context, t symmetry.Tuple, r verify.DrawRequest) (*verify.Drawing, error) {
	if r.Label < 0 || r.Label >= classes {
		return nil, fmt.Errorf("digits: no label %d", r.Label)
	}
	noise := stream.New(r.Seed, "image", strconv.Itoa(r.Label), strconv.Itoa(r.Instance))
	start := make([]float64, p.side*p.side)
	for i := range start {
		start[i] = noise.NormFloat64()
	}
	keep := 0
	if r.Frames {
		keep = frames
	}
	x := params(t)
	drawer := model.NewDrawer(x, r.Label, p.side, p.reading)
	drawn := drawer.Draw(ctx, start, model.Ascent{Method: model.LBFGS, MaxSteps: 5000}, keep)
	if drawn.Status == model.Diverged {
		return &verify.Drawing{Status: verify.Diverged, Steps: drawn.Steps}, nil
	}
	if floats.Dot(drawn.Image, p.class[r.Label]) < 0 {
		floats.Scale(-1, drawn.Image)
		for _, frame := range drawn.Frames {
			floats.Scale(-1, frame)
		}
	}
	out := &verify.Drawing{
		Status: status(drawn.Status), Image: p.image(drawn.Image), Score: drawn.Score(), Steps: drawn.Steps,
		Pattern: model.NewTransform(p.side).SignPattern(drawn.Image),
	}
	for _, frame := range drawn.Frames {
		out.Frames = append(out.Frames, p.image(frame))
	}
	return out, nil
}

// image turns a column-major vector into a row-major image.
func (p *Problem) image(x []float64) verify.Image {
	m := verify.Image{Rows: p.side, Cols: p.side, Pixels: make([]float64, len(x))}
	for r := range p.side {
		for c := range p.side {
			m.Pixels[r*p.side+c] = x[r+c*p.side]
		}
	}
	return m
}
