package model

import (
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

// dot and axpy go through blas64, so that they use the same kernels as everything else.
func dot(x, y []float64) float64 {
	return blas64.Dot(blas64.Vector{N: len(x), Inc: 1, Data: x}, blas64.Vector{N: len(y), Inc: 1, Data: y})
}

// norm returns ‖x‖. Points and gradients are of the order of one, so it need not guard against overflow.
func norm(x []float64) float64 { return math.Sqrt(dot(x, x)) }

// axpy adds alpha x to y.
func axpy(alpha float64, x, y []float64) {
	blas64.Axpy(alpha, blas64.Vector{N: len(x), Inc: 1, Data: x}, blas64.Vector{N: len(y), Inc: 1, Data: y})
}

// lbfgs is Method LBFGS, written for descent on −φ in the usual way with the signs turned: directions point
// uphill, and y = g_old − g_new.
func (r *run) lbfgs() {
	n := len(r.x)
	type pair struct {
		s, y []float64
		rho  float64
	}
	var pairs []pair
	dir := make([]float64, n)
	next := make([]float64, n)
	gNext := make([]float64, n)
	alpha := make([]float64, r.Memory)
	var image []float64 // of the last y under the metric
	if r.metric != nil {
		image = make([]float64, n)
	}
	for {
		copy(dir, r.g)
		for i := len(pairs) - 1; i >= 0; i-- {
			p := pairs[i]
			alpha[i] = p.rho * dot(p.s, dir)
			axpy(-alpha[i], p.y, dir)
		}
		step := 1.0
		switch {
		case r.metric != nil:
			if len(pairs) == 0 {
				r.metric.precondition(dir, nil)
				step = math.Min(1, 0.3/norm(dir))
				break
			}
			p := pairs[len(pairs)-1]
			copy(image, p.y)
			r.metric.precondition(dir, image)
			floats.Scale(1/(p.rho*dot(p.y, image)), dir)
		case len(pairs) > 0:
			p := pairs[len(pairs)-1]
			floats.Scale(1/(p.rho*dot(p.y, p.y)), dir)
		default:
			step = 0.1 / math.Max(norm(r.g), 1e-300)
		}
		for i, p := range pairs {
			beta := p.rho * dot(p.y, dir)
			axpy(alpha[i]-beta, p.s, dir)
		}
		value, ok := r.lineSearch(next, gNext, dir, step)
		if !ok {
			if len(pairs) == 0 {
				r.report.Status = Stopped
				return
			}
			pairs = pairs[:0] // start again from steepest ascent
			continue
		}
		p := pair{}
		if len(pairs) == r.Memory {
			p = pairs[0]
			copy(pairs, pairs[1:])
			pairs = pairs[:r.Memory-1]
		} else {
			p.s, p.y = make([]float64, n), make([]float64, n)
		}
		floats.SubTo(p.s, next, r.x)
		floats.SubTo(p.y, r.g, gNext)
		p.rho = 1 / dot(p.s, p.y)
		if p.rho > 0 && !math.IsInf(p.rho, 0) {
			pairs = append(pairs, p)
		}
		copy(r.x, next)
		copy(r.g, gNext)
		r.report.Value = value
		r.report.Steps++
		if r.done() {
			return
		}
	}
}

// lineSearch looks along dir for a step that satisfies the Wolfe conditions or, close to the optimum where
// the value no longer resolves the gain, the approximate Wolfe conditions of Hager and Zhang (2005), which
// look at slopes only:
//
//	σ h'(0) ≥ h'(α) ≥ (2δ−1) h'(0)   with   h(α) ≥ h(0) − ε|h(0)|,   h(α) = φ(x + α dir)
//
// gonum's line searches compare values, and stop at a gradient norm of about the square root of the
// rounding unit. It stores the point and its gradient; ok is false when dir is not uphill or no step is found.
func (r *run) lineSearch(next, gNext, dir []float64, step float64) (value float64, ok bool) {
	const (
		delta = 1e-4
		sigma = 0.9
		eps   = 1e-12
	)
	value0, slope0 := r.report.Value, dot(r.g, dir)
	if !(slope0 > 0) || math.IsInf(slope0, 0) {
		return 0, false
	}
	lo, slopeLo := 0.0, slope0
	hi, slopeHi := math.Inf(1), math.NaN()
	for range 60 {
		floats.AddScaledTo(next, r.x, step, dir)
		value = r.eval(gNext, next)
		var slope float64
		if math.IsInf(value, -1) || math.IsNaN(value) {
			hi, slopeHi = step, math.NaN()
		} else {
			slope = dot(gNext, dir)
			armijo := value >= value0+delta*step*slope0
			approximate := slope >= (2*delta-1)*slope0 && value >= value0-eps*(1+math.Abs(value0))
			switch {
			case (armijo || approximate) && math.Abs(slope) <= sigma*slope0:
				return value, true
			case slope > 0 && (armijo || approximate):
				lo, slopeLo = step, slope
			default:
				hi, slopeHi = step, slope
			}
		}
		switch {
		case math.IsInf(hi, 1):
			step *= 2
		case !math.IsNaN(slopeHi) && slopeHi < 0:
			// Secant on the slopes, kept away from the ends.
			t := slopeLo / (slopeLo - slopeHi)
			step = lo + math.Min(math.Max(t, 0.1), 0.9)*(hi-lo)
		default:
			step = lo + (hi-lo)/2
		}
	}
	return 0, false
}
