package perceptron

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"

	"example.org/concord/verify"
)

// A descent is a run of L-BFGS (Nocedal 1980), that of gonum, on a function whose values are of the order of one. It is
// the Converger of gonum that ends the run.
type descent struct {
	// Func returns the value at x, which is minimised, and stores the gradient in grad.
	Func func(grad, x []float64) float64
	// Norm returns the scale-free gradient norm at x.
	Norm func(value float64, grad, x []float64) float64
	// Record, when not nil, is called at the start and after every accepted step. It must not change x.
	Record    func(step int, value, gradNorm float64, x []float64)
	Tolerance float64 // scale-free gradient norm to reach
	MaxSteps  int

	ctx   context.Context // of run: a Converger is given none
	began bool            // the first point has been seen

	Status      verify.Status
	X           []float64 // after the last accepted step
	Value       float64
	GradNorm    float64
	Steps       int // accepted
	Evaluations int // of value and gradient
}

// run descends from x, which it does not change.
//
// A line search that fails, which near an optimum is a matter of rounding, is begun again without what L-BFGS
// remembers, along the gradient. The run is Stopped when that fails too, and never taken for converged.
func (d *descent) run(ctx context.Context, x []float64) {
	d.ctx, d.Status = ctx, verify.StatusNotRun
	d.X = append([]float64(nil), x...)
	at, grad := make([]float64, len(x)), make([]float64, len(x))
	value := math.NaN() // at the point at, nothing before the first evaluation
	eval := func(x []float64) {
		if math.IsNaN(value) || !floats.Equal(x, at) {
			copy(at, x)
			value = d.Func(grad, at)
			d.Evaluations++
		}
	}
	problem := optimize.Problem{
		Func: func(x []float64) float64 { eval(x); return value },
		Grad: func(dst, x []float64) { eval(x); copy(dst, grad) },
	}
	for d.Status == verify.StatusNotRun {
		before := d.Steps
		d.began = false
		method := &optimize.LBFGS{Linesearcher: &search{}, GradStopThreshold: math.NaN()}
		// The error says in which way a line search failed, and what to do does not depend on it.
		if _, err := optimize.Minimize(problem, d.X, &optimize.Settings{Converger: d}, method); err == nil && d.Status != verify.StatusNotRun || d.Steps > before {
			continue
		}
		d.Status = verify.Stopped
		if !d.began {
			d.Status = verify.Diverged
		}
	}
}

// Init implements gonum's Converger.
func (*descent) Init(int) {}

// Converged implements gonum's Converger.
func (d *descent) Converged(at *optimize.Location) optimize.Status {
	restarted := !d.began && d.Steps > 0
	if d.began {
		d.Steps++
	}
	d.began = true
	copy(d.X, at.X)
	d.Value, d.GradNorm = at.F, d.Norm(at.F, at.Gradient, at.X)
	if d.Record != nil && !restarted {
		d.Record(d.Steps, d.Value, d.GradNorm, d.X)
	}
	switch {
	case math.IsNaN(d.GradNorm) || math.IsInf(d.GradNorm, 0) || math.IsNaN(d.Value) || math.IsInf(d.Value, 0):
		d.Status = verify.Diverged
	case d.GradNorm <= d.Tolerance:
		d.Status = verify.Converged
	case d.Steps >= d.MaxSteps:
		d.Status = verify.StepLimit
	case d.ctx.Err() != nil:
		d.Status = verify.Stopped
	default:
		return optimize.NotTerminated
	}
	return optimize.Success
}

// A search is the line search of Moré and Thuente (1994), that of gonum, which goes on where values no longer tell two
// points apart: below that the trapezium rule says from the slopes, which are small there and so have many digits, what
// the difference of the values is. Without it a run ends at the square root of the precision of a gradient.
type search struct {
	optimize.MoreThuente
	value, slope float64 // at the beginning
	step         float64 // where the function is being evaluated
}

// resolved is the difference above which two values of order one can be told apart with a few digits to spare.
const resolved = 1e-12

// Init implements gonum's Linesearcher.
func (s *search) Init(value, slope, step float64) optimize.Operation {
	s.value, s.slope, s.step = value, slope, step
	return s.MoreThuente.Init(value, slope, step)
}

// Iterate implements gonum's Linesearcher.
func (s *search) Iterate(value, slope float64) (optimize.Operation, float64, error) {
	if math.Abs(value-s.value) <= resolved*max(1, math.Abs(s.value)) {
		value = s.value + s.step*(s.slope+slope)/2
	}
	op, step, err := s.MoreThuente.Iterate(value, slope)
	s.step = step
	return op, step, err
}
