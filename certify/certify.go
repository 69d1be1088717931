package certify

import (
	"fmt"
	"math"

	"example.org/concord/model"
)

// A Verdict says what a certificate proves. The zero value proves nothing.
type Verdict uint8

const (
	// Inconclusive proves nothing; Certificate.Reason says what is missing.
	Inconclusive Verdict = iota
	// Certified proves that the fitness has exactly one global maximiser among the maps K of rank at most d in the cone,
	// and that the tuple is that maximiser up to Gap in fitness and up to Distance in K.
	Certified
)

// String returns "certified" or "inconclusive".
func (v Verdict) String() string {
	if v == Certified {
		return "certified"
	}
	return "inconclusive"
}

// A Certificate is what the dual bound says about one tuple (A, B) of rank d.
type Certificate struct {
	Verdict Verdict
	Reason  string // why it is inconclusive; empty when certified
	Rank    int    // d

	Primal  float64 // φ(A,B), with the penalties S4 and S8 of A and B
	Product float64 // Φ(K) with the S_{8/3} norm of K = BA; at least Primal, and more where A and B are not in balance
	Dual    float64 // U_d(λ) at λ_i = 1/t_i

	// Gap is Dual − Primal as computed, and GapError bounds its rounding error: no K of rank at most d in the
	// cone has a fitness above Primal by more than Gap + GapError.
	Gap, GapError float64

	Sigma      []float64 // all singular values of M(λ), decreasing, scaled to ‖M‖_{(d),q} = 1; the cut is after min(d, len)
	SigmaError float64   // bounds the error of each of them (Weyl)
	Ratio      float64   // σ_d/σ_{d+1}, +Inf where there is nothing to cut
	// CutLow and CutHigh enclose the cut at the exact minimiser λ* of the bound: σ_d ≥ CutLow and
	// σ_{d+1} ≤ CutHigh there. The cut is proven where CutLow > CutHigh.
	CutLow, CutHigh float64

	InCone  bool  // all t_i of a class have one sign
	Outside []int // the images whose t_i has not the sign of most of its class, or no certain sign
	Signs   []int // of each class: +1, −1, or 0 for a class without images

	// Residual bounds ‖nλ∘t(K_c) − 1‖₂, with K_c the dual's map at λ: how far λ is from stationary.
	Residual float64
	// Distance bounds ‖K − K*‖_F, both of Frobenius norm one and with class signs aligned; +Inf where no
	// maximiser K* is proven.
	Distance float64
	// Deficit bounds Φ(K*) − Φ(K) by the square of Distance, far below the rounding of Gap; +Inf as Distance.
	Deficit float64

	proof proof
}

// Certify is NewProblem followed by Problem.Certify.
func Certify(data *model.Data, x model.Params, s *Settings) (Certificate, error) {
	pr, err := NewProblem(data)
	if err != nil {
		return Certificate{}, err
	}
	return pr.Certify(x, s), nil
}

// Certify compares the fitness of x with the dual bound at λ_i = 1/t_i. x is not changed. It panics if the
// shape of x does not fit the data. Whatever else is wrong with x is a reason to be inconclusive.
func (pr *Problem) Certify(x model.Params, s *Settings) Certificate {
	set := s.withDefaults()
	d, _ := x.A.Dims()
	nan := math.NaN()
	c := Certificate{
		Rank: d, Primal: nan, Product: nan, Dual: nan, Gap: nan, GapError: nan, SigmaError: nan, Ratio: nan,
		CutLow: nan, CutHigh: nan, Residual: nan, Distance: math.Inf(1), Deficit: math.Inf(1),
	}
	tuple := pr.measure(x)
	c.Signs, c.Outside, c.InCone = tuple.signs, tuple.outcone, tuple.inCone()
	if !c.InCone {
		c.Reason = tuple.outside()
		return c
	}
	var errPrimal float64
	c.Primal, errPrimal = tuple.fitness()
	pt, err := pr.evaluate(tuple.lambda(), d, 0)
	if err != nil {
		c.Reason = "M(λ) has no singular value decomposition"
		return c
	}
	f := pr.prove(pt)
	c.proof = f
	c.Dual = pt.bound()
	c.Gap = c.Dual - c.Primal
	c.GapError = (errPrimal + pt.boundError(&f) + unit*math.Abs(c.Gap)) * inflate
	c.Sigma, c.SigmaError, c.Ratio = pt.sigma, f.matrix, pt.ratio()
	c.CutLow, c.CutHigh, c.Residual = f.low, f.high, f.residual
	norm := schatten(x)
	// Zero in balance (Hölder), and positive out of it.
	c.Product = c.Primal + tuple.penalty - math.Log(norm)
	c.locate(pr, pt, &tuple, norm)
	c.Reason = c.missing(set)
	if c.Reason == "" {
		c.Verdict = Certified
	}
	return c
}

// missing says why the certificate proves nothing, in words; empty when it does not lack anything.
func (c *Certificate) missing(set Settings) string {
	switch {
	case math.IsNaN(c.Gap) || math.IsNaN(c.GapError):
		return "the gap is not a number"
	case c.Gap < -c.GapError:
		return fmt.Sprintf("the gap %.3g is below its rounding error %.3g: the bound is violated", c.Gap, c.GapError)
	case !(c.Gap+c.GapError <= set.GapTol):
		return fmt.Sprintf("the gap %.3g exceeds the tolerance %.3g: not converged, or not the global maximum, or no tight bound at this rank", c.Gap, set.GapTol)
	case !(c.GapError <= set.GapTol/10):
		return fmt.Sprintf("the rounding error %.3g of the gap is not small against the tolerance %.3g", c.GapError, set.GapTol)
	case !c.proof.closed():
		return fmt.Sprintf("tie at the cut: σ_d and σ_{d+1} are not proven to differ (ratio %.6g)", c.Ratio)
	case !(c.Distance < 1):
		return "no distance to the maximiser is proven"
	}
	return ""
}

// boundError bounds the error of the computed U_d(λ).
func (x *point) boundError(f *proof) float64 {
	n, widen := float64(len(x.lambda)), math.Pow(float64(x.cut), 1/exponent-0.5)
	logs := 0.0
	for _, l := range x.lambda {
		logs += 1 + math.Abs(math.Log(l))
	}
	// ‖X‖ = 1 to a few roundings, and log(1+ε) ≤ 1.01 ε.
	return (1.01*(widen*f.matrix+normError) + logError*logs/n + 8*unit*(2+math.Abs(x.logs)+math.Log(n))) * inflate
}
