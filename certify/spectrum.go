package certify

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// exponent is q of the norm of M: 1/q + 3/8 = 1.
const exponent = 8.0 / 5

// errSVD is returned when the singular value decomposition does not converge, which happens for matrices with
// entries that are not finite.
var errSVD = errors.New("certify: no singular value decomposition of M(λ)")

// A point is λ with what the bound and its derivatives need. Without smoothing, λ is scaled so that
// ‖M(λ)‖_{(d),q} = 1 to rounding, which minimises F along the ray and leaves the bound as it is.
type point struct {
	lambda []float64
	mu     float64    // smoothing of the cut; zero is the bound itself
	cut    int        // min(d, len(sigma)): how many singular values count
	sigma  []float64  // all of M(λ), decreasing
	u, v   *mat.Dense // rows×len(sigma) and cols×len(sigma)
	norm   float64    // ‖M(λ)‖_{(d),q}
	y      []float64  // the singular values of K: σ_m^{q−1} for m < cut, or the first w_m σ_m^{q−1}
	w      []float64  // weights of all the singular values; nil without smoothing
	p, s   *mat.Dense // n×len(y): rows u_mᵀ l(r_i) and v_mᵀ l(d_i)
	t      []float64  // <G_i, K>
	logs   float64    // (1/n) Σ log λ_i
	value  float64    // F(λ)
}

// bound returns U_d(λ).
func (x *point) bound() float64 { return math.Log(x.norm) - x.logs - math.Log(float64(len(x.lambda))) }

// next returns σ_{d+1}, zero where M has no more than d singular values.
func (x *point) next() float64 {
	if x.cut < len(x.sigma) {
		return x.sigma[x.cut]
	}
	return 0
}

// ratio returns σ_d/σ_{d+1}, +Inf where there is nothing to cut.
func (x *point) ratio() float64 {
	if x.next() == 0 {
		return math.Inf(1)
	}
	return x.sigma[x.cut-1] / x.next()
}

// evaluate returns the point at λ, which it scales in place when mu is zero.
func (pr *Problem) evaluate(lambda []float64, d int, mu float64) (*point, error) {
	m := pr.matrix(lambda)
	if !finite(m.RawMatrix().Data) {
		return nil, errSVD
	}
	x := &point{lambda: lambda, mu: mu}
	var ok bool
	if x.sigma, x.u, x.v, ok = decompose(m); !ok {
		return nil, errSVD
	}
	x.cut = min(d, len(x.sigma))
	x.norm = powerNorm(x.sigma[:x.cut])
	potential := 1 / exponent
	if mu == 0 {
		floats.Scale(1/x.norm, lambda)
		floats.Scale(1/x.norm, x.sigma)
		x.norm = 1
		x.y = make([]float64, x.cut)
		for i := range x.y {
			x.y[i] = math.Pow(x.sigma[i], exponent-1)
		}
	} else {
		potential = x.smooth()
	}
	n := pr.Samples()
	x.p, x.s, x.t = mat.NewDense(n, len(x.y), nil), mat.NewDense(n, len(x.y), nil), make([]float64, n)
	pr.apply(x.p, x.s, columns(x.u, len(x.y)), columns(x.v, len(x.y)))
	logs := make([]float64, n)
	for i := range n {
		p, s := x.p.RawRowView(i), x.s.RawRowView(i)
		for j, y := range x.y {
			x.t[i] += p[j] * y * s[j]
		}
		logs[i] = math.Log(lambda[i])
	}
	x.logs = sum(logs) / float64(n)
	x.value = potential - x.logs
	return x, nil
}

// powerNorm returns (Σ σ^q)^{1/q}.
func powerNorm(sigma []float64) float64 {
	powers := make([]float64, len(sigma))
	for i, s := range sigma {
		powers[i] = math.Pow(s, exponent)
	}
	return math.Pow(sum(powers), 1/exponent)
}

// columns returns the first c columns of m, sharing its data.
func columns(m *mat.Dense, c int) *mat.Dense {
	r, _ := m.Dims()
	return m.Slice(0, r, 0, c).(*mat.Dense) //nolint:forcetypeassert // as documented by mat
}

func finite(x []float64) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// stationarity returns e_i = n λ_i t_i − 1, the relative gradient of F.
func (x *point) stationarity() []float64 {
	e := make([]float64, len(x.t))
	for i, t := range x.t {
		e[i] = float64(len(e))*x.lambda[i]*t - 1
	}
	return e
}
