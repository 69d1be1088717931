package model

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"
)

// An objective is a function to be maximised that does not change when a block of its argument is scaled.
type objective interface {
	Len() int
	// FuncGrad returns the value at x and stores the gradient in grad. Where x cannot be reached it returns −Inf
	// and grad is of no use.
	FuncGrad(grad, x []float64) float64
	// spheres returns the bounds of the blocks that are free of scale: block i is x[s[i]:s[i+1]].
	spheres() []int
}

// A preconditioner is an objective with a metric of its own, and a gradient norm.
type preconditioner interface {
	objective
	// update takes the metric at the point where FuncGrad was called last, with gradient g, and returns the scale-free
	// gradient norm there.
	update(g []float64) (gradNorm float64)
	// precondition multiplies g by the inverse of the metric, and another vector, unless it is nil.
	precondition(g, other []float64)
}

// A Method is a way to ascend.
type Method uint8

const (
	// Gradient is gradient ascent with a fixed step size and heavy-ball momentum on the product of spheres:
	//
	//	m ← μ m + ∇φ(x),   x ← N(x + ρ m)
	//
	// with N scaling each block to unit norm. A step across a wall φ = −∞ is not taken: momentum is dropped
	// and the step halved until it stays on this side.
	Gradient Method = iota
	// LBFGS is the limited-memory quasi-Newton method of Nocedal (1980), with the line search of lineSearch.
	LBFGS
	// Quotient is LBFGS on the product K = BA instead of its factors, preconditioned (quotient). What is not a fitness of
	// factors, or begins with factors that have not full rank, it ascends as LBFGS does.
	Quotient
)

// methods are their names.
//
//nolint:gochecknoglobals // a constant
var methods = [...]string{Gradient: "gradient", LBFGS: "lbfgs", Quotient: "quotient"}

// String returns the method's name, "gradient", "lbfgs" or "quotient".
func (m Method) String() string { return methods[m] }

// MethodNames lists the names of all methods.
func MethodNames() []string { return slices.Clone(methods[:]) }

// ParseMethod is the inverse of String.
func ParseMethod(name string) (Method, error) {
	for m := range Method(len(methods)) {
		if m.String() == name {
			return m, nil
		}
	}
	return 0, fmt.Errorf("unknown method %q: want one of %s", name, strings.Join(methods[:], ", "))
}

// Status says how an ascent ended.
type Status uint8

// The ways an ascent ends.
const (
	Converged Status = iota + 1 // the scale-free gradient norm is at most Ascent.GradTol
	StepLimit                   // Ascent.MaxSteps accepted steps were taken
	Diverged                    // the value or the gradient is not finite
	Stopped                     // cancelled, or no step improves the value although the gradient is still larger
)

// GradTol is the scale-free gradient norm at which ascents stop that are not told another.
const GradTol = 1e-9

// Ascent says how to ascend. The zero value is gradient ascent with the defaults.
type Ascent struct {
	Method   Method
	Rate     float64 // step size ρ of Gradient; zero means 0.1
	Momentum float64 // μ of Gradient, in [0, 1); zero means none
	Memory   int     // pairs kept by LBFGS; zero means 8
	GradTol  float64 // scale-free gradient norm to reach; zero means GradTol
	MaxSteps int     // zero means 100,000
	// Record, when not nil, is called at the start and after every accepted step. It must not change x.
	Record func(step int, value, gradNorm float64, x []float64)
}

func (a Ascent) withDefaults() Ascent {
	if a.Rate == 0 {
		a.Rate = 0.1
	}
	if a.Memory == 0 {
		a.Memory = 8
	}
	if a.GradTol == 0 {
		a.GradTol = GradTol
	}
	if a.MaxSteps == 0 {
		a.MaxSteps = 100_000
	}
	if a.Record == nil {
		a.Record = func(int, float64, float64, []float64) {}
	}
	return a
}

// Report is how an ascent went.
type Report struct {
	Status      Status
	Value       float64 // at the end
	GradNorm    float64 // scale-free, at the end: sqrt(Σ over blocks of ‖∇_b‖²‖x_b‖²)
	Steps       int     // accepted steps
	Evaluations int     // of value and gradient
}

// run is the state both methods share.
type run struct {
	Ascent
	f      objective
	ctx    context.Context
	bounds []int
	metric preconditioner // nil for none
	x, g   []float64
	report Report
}

// ascend moves x uphill until a stopping rule holds. x is changed in place and ends with unit blocks.
func (a Ascent) ascend(ctx context.Context, f objective, x []float64) Report {
	r := &run{Ascent: a.withDefaults(), f: f, ctx: ctx, bounds: f.spheres(), x: x, g: make([]float64, len(x))}
	r.metric, _ = f.(preconditioner)
	r.normalise(x)
	r.report.Value = r.eval(r.g, x)
	if !r.done() {
		if a.Method == Gradient {
			r.gradient()
		} else {
			r.lbfgs()
		}
	}
	r.normalise(x)
	return r.report
}

func (r *run) eval(g, x []float64) float64 {
	r.report.Evaluations++
	return r.f.FuncGrad(g, x)
}

func (r *run) normalise(x []float64) {
	for i := range len(r.bounds) - 1 {
		block := x[r.bounds[i]:r.bounds[i+1]]
		floats.Scale(1/norm(block), block)
	}
}

// gradNorm returns the scale-free gradient norm at the current point.
func (r *run) gradNorm() float64 {
	if r.metric != nil {
		return r.metric.update(r.g)
	}
	sum := 0.0
	for i := range len(r.bounds) - 1 {
		lo, hi := r.bounds[i], r.bounds[i+1]
		sum += dot(r.g[lo:hi], r.g[lo:hi]) * dot(r.x[lo:hi], r.x[lo:hi])
	}
	return math.Sqrt(sum)
}

// done records the current point and reports whether the ascent ends here.
func (r *run) done() bool {
	r.report.GradNorm = math.NaN()
	if !math.IsNaN(r.report.Value) && !math.IsInf(r.report.Value, 0) {
		r.report.GradNorm = r.gradNorm()
	}
	r.Record(r.report.Steps, r.report.Value, r.report.GradNorm, r.x)
	switch {
	case math.IsNaN(r.report.GradNorm) || math.IsInf(r.report.GradNorm, 0):
		r.report.Status = Diverged
	case r.report.GradNorm <= r.GradTol:
		r.report.Status = Converged
	case r.report.Steps >= r.MaxSteps:
		r.report.Status = StepLimit
	case r.ctx.Err() != nil:
		r.report.Status = Stopped
	default:
		return false
	}
	return true
}

// gradient is Method Gradient.
func (r *run) gradient() {
	m := make([]float64, len(r.x))
	next, gNext := make([]float64, len(r.x)), make([]float64, len(r.x))
	for {
		for i, g := range r.g {
			m[i] = r.Momentum*m[i] + g
		}
		rate := r.Rate
		for {
			floats.AddScaledTo(next, r.x, rate, m)
			r.normalise(next)
			value := r.eval(gNext, next)
			if !math.IsInf(value, -1) {
				r.report.Value = value
				break
			}
			if rate < 1e-12*r.Rate {
				r.report.Status = Stopped
				return
			}
			rate /= 2
			copy(m, r.g) // on this side of the wall still
		}
		copy(r.x, next)
		copy(r.g, gNext)
		r.report.Steps++
		if r.done() {
			return
		}
	}
}
