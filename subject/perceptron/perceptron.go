// Package perceptron is a subject as most people would write one: a network with one hidden layer that learns digits
// from images by L-BFGS. It is a control. It converges, it answers well, and from each start it ends somewhere else.
//
//	x ↦ softmax(V tanh(W x/‖x‖ + b) + c)
//
// is trained to a stationary point of the cross entropy with weight decay, so that there is an optimum to end in; what
// counts as the same is symmetry.Hidden.
package perceptron

import (
	"context"
	"fmt"
	"io"
	"math"

	"gonum.org/v1/gonum/floats"

	"example.org/concord/model"
	"example.org/concord/subject/imageset"
	"example.org/concord/subject/sphere"
	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// What settings mean when they are absent.
const (
	gradientTolerance = 1e-9
	stepLimit         = 20_000
)

// Subject is the verify.Subject. The zero value reads MNIST from the binary and from the user's cache folder.
type Subject struct {
	Images *imageset.Source // nil reads MNIST from where the defaults say and keeps nothing
}

// Name implements verify.Subject.
func (Subject) Name() string { return "perceptron" }

// Space implements verify.Subject.
func (Subject) Space() verify.Space {
	return verify.Space{
		Inputs: sphere.Names(), Labels: imageset.Labels(), CheckData: imageset.CheckData,
		Data: imageset.Axes(),
		Problem: []verify.Axis{
			{Name: "hidden", Doc: "h, the number of hidden units", Kind: verify.KindInt, Min: 1, Max: 1000, Default: 16.0},
			{Name: "decay", Doc: "λ of the penalty (λ/2)‖θ‖² on all parameters", Kind: verify.KindNumber, Min: 1e-9, Max: 1, Default: 1e-3},
		},
		Vary: []verify.Axis{
			{Name: "start", Doc: "distribution of the weights, over the square root of a unit's inputs; biases are zero", Kind: verify.KindText, Enum: sphere.StartNames(), Default: sphere.Gaussian.String(), Start: true},
			{Name: "ascent", Doc: "how to ascend", Kind: verify.KindRecord, Fields: []verify.Axis{
				{Name: "method", Doc: "L-BFGS on all images at once", Kind: verify.KindText, Enum: []string{"lbfgs"}, Default: "lbfgs"},
				{Name: "gradient_tolerance", Doc: "scale-free gradient norm to reach; 1e-9 when absent", Kind: verify.KindNumber, Min: 1e-14, Max: 1e-3, Optional: true},
				{Name: "steps", Doc: "step limit; 20000 when absent", Kind: verify.KindInt, Min: 1, Max: 1e7, Optional: true},
			}},
		},
	}
}

// Problem is one set of images with one size of network and one decay. It implements verify.Problem, verify.Scorer,
// verify.Artist, verify.Exhibitor, verify.Court and verify.Baseliner, and may be used by several goroutines.
type Problem struct {
	*sphere.Set
	span span
	loss loss
}

// Open implements verify.Subject.
func (s Subject) Open(ctx context.Context, data, problem verify.Settings) (verify.Problem, error) {
	set, err := sphere.Open(ctx, s.Images, data)
	if err != nil {
		return nil, err
	}
	space := newSpan(set.Images)
	return &Problem{Set: set, span: space, loss: loss{
		images: space.images, labels: set.Truth, hidden: int(problem.Number("hidden")),
		classes: imageset.Classes, decay: problem.Number("decay"),
	}}, nil
}

// Symmetry implements verify.Problem: permutations and signs of the hidden units.
func (*Problem) Symmetry() symmetry.Group { return symmetry.Hidden{} }

// Train implements verify.Problem. Fitness is −L, and the gradient norm is ‖∇L‖‖θ‖/L.
func (p *Problem) Train(ctx context.Context, t verify.Trial, log io.Writer) (*verify.Outcome, error) {
	start, err := sphere.ParseStart(t.Settings.Text("start"))
	if err != nil {
		return nil, err
	}
	var curve []verify.CurvePoint
	ascent := t.Settings.Record("ascent")
	d := descent{
		Func: p.loss.Func, Norm: p.loss.Norm, Tolerance: ascent.Number("gradient_tolerance"), MaxSteps: int(ascent.Number("steps")),
		Record: func(step int, value, gradNorm float64, _ []float64) {
			curve = append(curve, verify.CurvePoint{Step: step, Fitness: verify.Number(-value), GradNorm: verify.Number(gradNorm)})
		},
	}
	if d.Tolerance == 0 {
		d.Tolerance = gradientTolerance
	}
	if d.MaxSteps == 0 {
		d.MaxSteps = stepLimit
	}
	n := drawn(start, t.Seed, p.loss.hidden, p.Side*p.Side, p.loss.classes)
	n.W = p.span.enter(n.W)
	d.run(ctx, n.pack())
	curve = model.Thin(curve, curvePoints)
	for _, c := range curve {
		if _, err := fmt.Fprintf(log, "step %6d  fitness %.15f  gradient %.3e\n", c.Step, float64(c.Fitness), float64(c.GradNorm)); err != nil {
			return nil, err
		}
	}
	out := &verify.Outcome{
		Status: d.Status, Fitness: -d.Value, GradNorm: d.GradNorm, Steps: d.Steps, Evaluations: d.Evaluations, Curve: curve,
	}
	if d.Status != verify.Diverged {
		n = p.loss.network(d.X)
		n.W = p.span.leave(n.W)
		out.Tuple = n.tuple()
	}
	return out, nil
}

// Scores implements verify.Scorer: the probability of each label. The blank image has no direction, and its scores are
// zero.
func (*Problem) Scores(dst []float64, t symmetry.Tuple, in *verify.Inputs) []float64 {
	if dst == nil {
		dst = make([]float64, in.Count*in.Labels)
	}
	_, logits := ofTuple(t).forward(sphere.Points(in))
	for i, norm := range in.Norms {
		row, z := dst[i*in.Labels:(i+1)*in.Labels], logits.RawRowView(i)
		lse := floats.LogSumExp(z)
		for k := range row {
			row[k] = 0
			if norm > 0 {
				row[k] = math.Exp(z[k] - lse)
			}
		}
	}
	return dst
}

// The settings of drawings; the gradient is that of log odds on the sphere.
const (
	drawTolerance = 1e-8
	drawSteps     = 5000
)

// What is kept of an ascent.
const (
	curvePoints = 80
	frames      = 24
)

// Draw implements verify.Artist: it ascends the log odds of the label, and so its probability, over images of unit norm,
// by L-BFGS from Gaussian noise. Scores are not even, so the sign is the ascent's own.
func (p *Problem) Draw(ctx context.Context, t symmetry.Tuple, r verify.DrawRequest) (*verify.Drawing, error) {
	start, err := p.Noise(r)
	if err != nil {
		return nil, fmt.Errorf("perceptron: %w", err)
	}
	var all []verify.Image
	o := odds{network: ofTuple(t), label: r.Label}
	d := descent{Func: o.Func, Norm: o.Norm, Tolerance: drawTolerance, MaxSteps: drawSteps}
	if r.Frames {
		d.Record = func(_ int, _, _ float64, x []float64) { all = append(all, p.Picture(x)) }
	}
	d.run(ctx, start)
	if d.Status == verify.Diverged {
		return &verify.Drawing{Status: d.Status, Steps: d.Steps}, nil
	}
	return &verify.Drawing{
		Status: d.Status, Image: p.Picture(d.X), Score: 1 / (1 + math.Exp(d.Value)), Steps: d.Steps, Frames: model.Thin(all, frames),
	}, nil
}
