// Package nearestmean is the simplest honest subject: what it learns of each digit is a point, and the best point is
// the mean of the images. Its fitness
//
//	φ(M) = −½ (1/n) Σᵢ ‖xᵢ − m_{yᵢ}‖²,   images x of unit norm, rows m_k of M,
//
// is strictly concave, so that every start ends in the same place, with nothing to divide out. It is a control: that
// outcomes do not depend on the start is cheap where the optimum is unique, and what it draws is the mean image.
package nearestmean

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/model"
	"example.org/concord/stream"
	"example.org/concord/subject/imageset"
	"example.org/concord/subject/sphere"
	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// What settings mean when they are absent.
const (
	gradientTolerance = 1e-12
	stepLimit         = 20_000
)

// What is kept of an ascent.
const (
	curvePoints = 80
	frames      = 24
)

// Subject is the verify.Subject. The zero value reads MNIST from the binary and from the user's cache folder.
type Subject struct {
	Images *imageset.Source // nil reads MNIST from where the defaults say and keeps nothing
}

// Name implements verify.Subject.
func (Subject) Name() string { return "nearest-mean" }

// Space implements verify.Subject.
func (Subject) Space() verify.Space {
	return verify.Space{
		Inputs: sphere.Names(), Labels: imageset.Labels(), CheckData: imageset.CheckData,
		Data: imageset.Axes(),
		Vary: []verify.Axis{
			{Name: "start", Doc: "distribution of the entries of M, over the square root of the pixels", Kind: verify.KindText, Enum: sphere.StartNames(), Default: sphere.Gaussian.String(), Start: true},
			{Name: "ascent", Doc: "how to ascend", Kind: verify.KindRecord, Fields: []verify.Axis{
				{Name: "method", Doc: "gradient ascent with a fixed step size", Kind: verify.KindText, Enum: []string{"gradient"}, Default: "gradient"},
				{Name: "rate", Doc: "step size, stable below twice its default: one over the largest share of a label when absent", Kind: verify.KindNumber, Min: 1e-9, Max: 1e3, Optional: true},
				{Name: "gradient_tolerance", Doc: "gradient norm to reach, images having norm one; 1e-12 when absent", Kind: verify.KindNumber, Min: 1e-14, Max: 1e-3, Optional: true},
				{Name: "steps", Doc: "step limit; 20000 when absent", Kind: verify.KindInt, Min: 1, Max: 1e7, Optional: true},
			}},
		},
	}
}

// Problem is one set of images. It implements verify.Problem, verify.Scorer, verify.Artist, verify.Exhibitor,
// verify.Court and verify.Baseliner, and may be used by several goroutines.
type Problem struct {
	*sphere.Set
}

// Open implements verify.Subject. It has no problem axes.
func (s Subject) Open(ctx context.Context, data, _ verify.Settings) (verify.Problem, error) {
	set, err := sphere.Open(ctx, s.Images, data)
	if err != nil {
		return nil, err
	}
	return &Problem{set}, nil
}

// Symmetry implements verify.Problem: nothing is the same but itself.
func (*Problem) Symmetry() symmetry.Group { return symmetry.Trivial{} }

// fitness returns φ(M) and stores its gradient in grad, (1/n) Σ_{i: yᵢ=k} (xᵢ − m_k) in row k. Both are K×p.
func (p *Problem) fitness(grad, m *mat.Dense) float64 {
	grad.Zero()
	n := float64(len(p.Truth))
	e := make([]float64, p.Side*p.Side)
	var sum float64
	for i, k := range p.Truth {
		floats.SubTo(e, p.Images.RawRowView(i), m.RawRowView(k))
		sum += floats.Dot(e, e)
		floats.AddScaled(grad.RawRowView(k), 1/n, e)
	}
	return -sum / (2 * n)
}

// Train implements verify.Problem: M ← M + ρ∇φ(M) until ‖∇φ‖ is at most the tolerance. Images have norm one, so the
// gradient is free of scale as it is.
func (p *Problem) Train(ctx context.Context, t verify.Trial, log io.Writer) (*verify.Outcome, error) {
	start, err := sphere.ParseStart(t.Settings.Text("start"))
	if err != nil {
		return nil, err
	}
	ascent := t.Settings.Record("ascent")
	rate, tolerance, limit := ascent.Number("rate"), ascent.Number("gradient_tolerance"), int(ascent.Number("steps"))
	if rate == 0 {
		rate = float64(len(p.Truth)) / float64(slices.Max(p.Counts()))
	}
	if tolerance == 0 {
		tolerance = gradientTolerance
	}
	if limit == 0 {
		limit = stepLimit
	}
	m, grad := mat.NewDense(imageset.Classes, p.Side*p.Side, nil), mat.NewDense(imageset.Classes, p.Side*p.Side, nil)
	r := stream.New(t.Seed, "start", "M", start.String())
	for i, raw := 0, m.RawMatrix().Data; i < len(raw); i++ {
		raw[i] = start.Draw(r) / float64(p.Side)
	}
	out := &verify.Outcome{}
	for ; ; out.Steps++ {
		out.Fitness = p.fitness(grad, m)
		out.GradNorm = mat.Norm(grad, 2)
		out.Evaluations++
		out.Curve = append(out.Curve, verify.CurvePoint{Step: out.Steps, Fitness: verify.Number(out.Fitness), GradNorm: verify.Number(out.GradNorm)})
		if out.Status = ended(ctx, out, tolerance, limit); out.Status != verify.StatusNotRun {
			break
		}
		grad.Scale(rate, grad)
		m.Add(m, grad)
	}
	out.Curve = model.Thin(out.Curve, curvePoints)
	for _, c := range out.Curve {
		if _, err := fmt.Fprintf(log, "step %6d  fitness %.15f  gradient %.3e\n", c.Step, float64(c.Fitness), float64(c.GradNorm)); err != nil {
			return nil, err
		}
	}
	if out.Status != verify.Diverged {
		out.Tuple = symmetry.Tuple{{Name: "M", M: m}}
	}
	return out, nil
}

// ended says how the ascent has ended, verify.StatusNotRun while it has not.
func ended(ctx context.Context, at *verify.Outcome, tolerance float64, limit int) verify.Status {
	switch {
	case math.IsNaN(at.Fitness) || math.IsInf(at.Fitness, 0) || math.IsNaN(at.GradNorm) || math.IsInf(at.GradNorm, 0):
		return verify.Diverged
	case at.GradNorm <= tolerance:
		return verify.Converged
	case at.Steps >= limit:
		return verify.StepLimit
	case ctx.Err() != nil:
		return verify.Stopped
	default:
		return verify.StatusNotRun
	}
}

// directions returns the rows of M scaled to norm one, but for those that are zero.
func directions(t symmetry.Tuple) *mat.Dense {
	m := mat.DenseCopyOf(t.Part("M"))
	for k := range imageset.Classes {
		if norm := floats.Norm(m.RawRowView(k), 2); norm > 0 {
			floats.Scale(1/norm, m.RawRowView(k))
		}
	}
	return m
}

// Scores implements verify.Scorer: the positive part of the cosine of the angle between input and mean. The blank image
// has no direction, and its scores are zero.
func (*Problem) Scores(dst []float64, t symmetry.Tuple, in *verify.Inputs) []float64 {
	if dst == nil {
		dst = make([]float64, in.Count*in.Labels)
	}
	scores := mat.NewDense(in.Count, in.Labels, dst)
	scores.Mul(sphere.Points(in), directions(t).T())
	for i, cosine := range dst {
		dst[i] = max(0, cosine)
	}
	return dst
}

// The settings of drawings; the gradient is that of the cosine on the sphere, the sine of the angle to the mean.
const (
	drawTolerance = 1e-12
	drawSteps     = 5000
)

// Draw implements verify.Artist: it ascends the cosine of the angle to the mean m over images of unit norm, from
// Gaussian noise, by x ← N(x + m − x⟨x,m⟩). That ends in m, wherever it begins.
func (p *Problem) Draw(ctx context.Context, t symmetry.Tuple, r verify.DrawRequest) (*verify.Drawing, error) {
	x, err := p.Noise(r)
	if err != nil {
		return nil, fmt.Errorf("nearestmean: %w", err)
	}
	m := directions(t).RawRowView(r.Label)
	out := &verify.Drawing{Status: verify.Stopped}
	grad := make([]float64, len(x))
	for ; ctx.Err() == nil; out.Steps++ {
		if r.Frames {
			out.Frames = append(out.Frames, p.Picture(x))
		}
		floats.AddScaledTo(grad, m, -floats.Dot(x, m), x)
		if out.Steps == drawSteps {
			out.Status = verify.StepLimit
			break
		}
		if floats.Norm(grad, 2) <= drawTolerance {
			out.Status = verify.Converged
			break
		}
		floats.Add(x, grad)
		floats.Scale(1/floats.Norm(x, 2), x)
	}
	if floats.Norm(m, 2) == 0 {
		out.Status = verify.Stopped // a mean of zero has no direction to draw
	}
	out.Image, out.Score, out.Frames = p.Picture(x), max(0, floats.Dot(x, m)), model.Thin(out.Frames, frames)
	return out, nil
}
