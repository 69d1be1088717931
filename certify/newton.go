package certify

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// Report is how the minimisation of the bound went.
type Report struct {
	Status      Status
	Bound       float64 // U_d at the end
	Residual    float64 // ‖nλ∘t − 1‖₂ at the end: zero exactly at a smooth minimum
	Ratio       float64 // σ_d/σ_{d+1} at the end, +Inf where there is nothing to cut
	Iterations  int     // accepted Newton steps
	Evaluations int     // singular value decompositions
	Products    int     // products with the Hessian
	// Weights of the singular values at the kink where the minimisation ended, near 1 up to the cut and near 0
	// beyond but for those that tie there; nil if it met no kink.
	Weights []float64
}

// Status says how the minimisation of the bound ended.
type Status uint8

// The ways it ends. The zero value is none of them.
const (
	Closed    Status = iota + 1 // Residual is at most Settings.Residual: a smooth minimum, where the bound is attained
	Tied                        // σ_d and σ_{d+1} meet at the minimum: the bound has a kink there and is not attained
	Stalled                     // no step lowers the bound, for another reason
	StepLimit                   // Settings.MaxIterations steps were taken
)

// String returns the status as a word.
func (s Status) String() string {
	switch s {
	case Closed:
		return "closed"
	case Tied:
		return "tied"
	case Stalled:
		return "stalled"
	case StepLimit:
		return "step limit"
	default:
		return "unknown"
	}
}

// The smoothing goes from firstSmoothing, as a part of ‖M‖^q = 1, to lastSmoothing in steps of a factor of four.
// There a weight of σ_{d+1} above fraction says that the minimum is at a kink: at a smooth minimum it would be
// exp(−(σ_d^q − σ_{d+1}^q)/μ).
const (
	firstSmoothing = 1e-2
	lastSmoothing  = 1e-8
	fraction       = 1e-6
	smoothSteps    = 20   // at most, for each
	smoothGoal     = 1e-6 // residual of each
)

// minimise lowers the bound from λ by a Newton method with conjugate gradients. Where that ends at a kink, it
// goes along the kink with less and less smoothing; if the minimum is not on it after all, it ends without.
func (pr *Problem) minimise(lambda []float64, d int, set Settings) (*point, Report, error) {
	var r Report
	x, err := pr.descend(lambda, d, 0, set.Residual, set.MaxIterations, &r)
	if err != nil {
		return nil, r, err
	}
	stuck := r.Residual > set.Residual && r.Iterations < set.MaxIterations
	for mu := firstSmoothing; stuck && mu > lastSmoothing; mu /= 4 {
		limit := min(set.MaxIterations, r.Iterations+smoothSteps)
		y, err := pr.descend(x.lambda, d, mu, smoothGoal, limit, &r)
		if err != nil {
			return nil, r, err
		}
		if r.Residual > smoothGoal && x.mu > 0 {
			break // what was found with more smoothing is as much as float64 can tell
		}
		x = y
	}
	tied := false
	if stuck {
		r.Weights = append([]float64(nil), x.w[:min(len(x.w), len(x.y)+1)]...)
		tied = x.cut < len(r.Weights) && r.Weights[x.cut] > fraction
		limit := set.MaxIterations
		if tied {
			limit = r.Iterations // no step: what is left is to evaluate the bound
		}
		if x, err = pr.descend(x.lambda, d, 0, set.Residual, limit, &r); err != nil {
			return nil, r, err
		}
	}
	r.Bound, r.Ratio = x.bound(), x.ratio()
	switch {
	case r.Residual <= set.Residual:
		r.Status = Closed
	case tied:
		r.Status = Tied
	case r.Iterations >= set.MaxIterations:
		r.Status = StepLimit
	default:
		r.Status = Stalled
	}
	return x, r, nil
}

// descend lowers F, or F_μ, until the residual is below goal and gains no more, no step helps, or the limit
// of iterations is reached.
func (pr *Problem) descend(lambda []float64, d int, mu, goal float64, limit int, r *Report) (*point, error) {
	x, err := pr.evaluate(append([]float64(nil), lambda...), d, mu)
	r.Evaluations++
	if err != nil {
		return nil, err
	}
	e := x.stationarity()
	r.Residual = floats.Norm(e, 2)
	for r.Iterations < limit && r.Residual > 0 {
		halvings := 20
		if r.Residual <= goal {
			if mu > 0 {
				break // the next μ starts from here
			}
			halvings = 1 // polishing: the full step or none
		}
		step, products := pr.direction(x, e, min(0.1, r.Residual))
		r.Products += products
		next, tries, err := pr.search(x, d, step, e, halvings)
		r.Evaluations += tries
		if err != nil {
			return nil, err
		}
		if next == nil {
			break
		}
		before := r.Residual
		x, e = next, next.stationarity()
		r.Residual = floats.Norm(e, 2)
		r.Iterations++
		// Quadratic convergence has met rounding where a step gains less than a factor of two.
		if r.Residual <= goal && r.Residual > before/2 {
			break
		}
	}
	return x, nil
}

// direction solves H s = −e by conjugate gradients to the relative accuracy eta. H is the identity plus a
// positive semidefinite matrix, so the method always applies.
func (pr *Problem) direction(x *point, e []float64, eta float64) (s []float64, products int) {
	n := len(e)
	h := pr.newCurvature(x)
	s = make([]float64, n)
	res, dir, image := make([]float64, n), make([]float64, n), make([]float64, n)
	floats.SubTo(res, res, e)
	copy(dir, res)
	rr := floats.Dot(res, res)
	goal := eta * eta * rr
	for products < 10*n && rr > goal {
		h.apply(image, dir)
		products++
		curv := floats.Dot(dir, image)
		if !(curv > 0) {
			break
		}
		alpha := rr / curv
		floats.AddScaled(s, alpha, dir)
		floats.AddScaled(res, -alpha, image)
		next := floats.Dot(res, res)
		floats.Scale(next/rr, dir)
		floats.Add(dir, res)
		rr = next
	}
	return s, products
}

// search returns the point λ exp(αs) for the first α = 1, ½, ¼, ... that lowers the bound enough, or that keeps
// it to rounding and lowers the residual; nil when there is none.
func (pr *Problem) search(x *point, d int, s, e []float64, halvings int) (next *point, tries int, err error) {
	slope := floats.Dot(s, e) / float64(len(e))
	before := floats.Norm(e, 2)
	alpha := min(1, 2/floats.Norm(s, math.Inf(1)))
	for range halvings {
		lambda := make([]float64, len(s))
		for i := range lambda {
			lambda[i] = x.lambda[i] * math.Exp(alpha*s[i])
		}
		y, err := pr.evaluate(lambda, d, x.mu)
		tries++
		if err != nil {
			return nil, tries, err
		}
		if y.value <= x.value+1e-4*alpha*slope && slope < 0 && y.value < x.value {
			return y, tries, nil
		}
		if y.value <= x.value+1e-13 && floats.Norm(y.stationarity(), 2) < before {
			return y, tries, nil
		}
		alpha /= 2
	}
	return nil, tries, nil
}
