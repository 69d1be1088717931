package certify

import "math"

// Where σ_d = σ_{d+1}, F has a kink, and a Newton step from either side of it may not lower F although the
// minimum lies elsewhere along the kink. There F is replaced by
//
//	F_μ(λ) = P_μ/q − (1/n) Σ log λ_i,
//	P_μ    = max { Σ w_m σ_m^q + μ Σ H(w_m) : 0 ≤ w_m ≤ 1, Σ w_m = d },   H(w) = −w log w − (1−w) log(1−w),
//
// a convex and smooth function of M (a maximum of convex ones, attained at one w) with P ≤ P_μ ≤ P + μ m log 2.
// The weights are w_m = 1/(1 + exp((τ − σ_m^q)/μ)), with τ such that they add up to d, and K has the singular
// values w_m σ_m^{q−1}.

// negligible is a weight that a float64 sum of weights does not see.
const negligible = 1e-17

// smooth sets the weights and y, and returns P_μ/q.
func (x *point) smooth() float64 {
	powers := make([]float64, len(x.sigma))
	for m, s := range x.sigma {
		powers[m] = math.Pow(s, exponent)
	}
	x.w = fill(powers, x.cut, x.mu)
	terms := make([]float64, 0, 2*len(powers))
	for m, w := range x.w {
		terms = append(terms, w*powers[m], x.mu*entropy(w))
		if w > negligible {
			x.y = append(x.y, w*math.Pow(x.sigma[m], exponent-1))
		}
	}
	return sum(terms) / exponent
}

func entropy(w float64) float64 {
	if w <= 0 || w >= 1 {
		return 0
	}
	return -w*math.Log(w) - (1-w)*math.Log1p(-w)
}

// fill returns weights 1/(1+exp((τ−x_m)/μ)) that add up to d, by bisection for τ. x decreases.
func fill(x []float64, d int, mu float64) []float64 {
	w := make([]float64, len(x))
	if d >= len(x) {
		for m := range w {
			w[m] = 1
		}
		return w
	}
	lo, hi := x[len(x)-1]-50*mu, x[0]+50*mu
	for range 200 {
		tau := lo + (hi-lo)/2
		for m, v := range x {
			w[m] = 1 / (1 + math.Exp((tau-v)/mu))
		}
		if tau <= lo || tau >= hi {
			break
		}
		if sum(w) > float64(d) {
			lo = tau
		} else {
			hi = tau
		}
	}
	return w
}

// spread adds to slope what the derivatives of f_m = w_m σ_m^{q−1} have from w_m at fixed τ, and returns h such
// that a common change of τ takes h hᵀ away again:
//
//	∂f_m/∂σ_l = δ_ml ((q−1) w_m σ_m^{q−2} + (q/μ) σ_m^{2(q−1)} g_m) − h_m h_l,   g = w(1−w),
//	h_m = σ_m^{q−1} g_m √(q/(μ Σ g)).
func (x *point) spread(slope []float64) []float64 {
	h, total := make([]float64, len(slope)), 0.0
	for m := range x.w {
		total += x.w[m] * (1 - x.w[m])
	}
	for m := range slope {
		g, power := x.w[m]*(1-x.w[m]), math.Pow(x.sigma[m], exponent-1)
		slope[m] += exponent / x.mu * power * power * g
		if total > 0 {
			h[m] = power * g * math.Sqrt(exponent/(x.mu*total))
		}
	}
	return h
}
