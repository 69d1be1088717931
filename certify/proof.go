package certify

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// A proof is a set of bounds, rounding included, on how far a point λ is from the minimiser λ* of F and what is
// computed at λ from what is true at λ*. The equations are those of the package documentation.
type proof struct {
	matrix   float64 // ε: ‖M(λ) − X‖_F, where X has the computed singular values and ∂‖X‖ = K_c
	skew     float64 // of the computed singular vectors, left and right together
	factors  float64 // ‖B_f A_f − K_c‖_F for the factors of the dual
	residual float64 // a: ‖nλ∘t(K_c) − 1‖₂
	length   float64 // Γ = ‖(λ_i‖G_i‖)_i‖₂
	root     float64 // max_i √(λ*_i/λ_i), at least 1
	shift    float64 // μ: ‖M(λ*) − M(λ)‖_F
	low      float64 // lower bound on σ_d of M(λ*)
	high     float64 // upper bound on σ_{d+1} of M(λ*)
	last     float64 // lower bound on y_d = σ_d^{q−1} of M(λ*)
	distance float64 // k: ‖K* − K_c‖_F; +Inf where the cut is not proven
}

// closed reports whether σ_d > σ_{d+1} is proven at λ*, and with it that the maximum is attained there.
func (f *proof) closed() bool { return f.low > f.high && !math.IsInf(f.distance, 0) }

// prove bounds all of it at x.
func (pr *Problem) prove(x *point) proof {
	f := proof{distance: math.Inf(1), root: math.Inf(1), shift: math.Inf(1), low: math.Inf(-1), high: math.Inf(1)}
	var left, right, assembled float64
	weights := make([]float64, len(x.lambda))
	for i, l := range x.lambda {
		weights[i] = l * pr.normR[i] * pr.normD[i]
	}
	together(func() { left = orthogonality(transposed(x.u)) }, func() {
		right = orthogonality(transposed(x.v))
		assembled = pr.assembly(x, sum(weights))
	})
	f.skew = left + right + left*right
	f.length = length(weights) * inflate
	f.matrix = (pr.misses(x) + assembled + (f.skew+2*unit)*length(x.sigma)) * inflate
	f.factors = x.factorError(left, right)
	f.residual = pr.residualBound(x, f.skew)

	// The first bound on λ*/λ needs no derivative of K: the norm of the dual of K_c and K* is one.
	n, d := float64(len(x.lambda)), float64(x.cut)
	widen := math.Pow(d, 1/exponent-0.5) // ‖E‖_{(d),q} ≤ widen ‖E‖_F
	if f.residual >= 0.5 || !f.within(f.residual, math.Sqrt(2*n*widen*f.matrix)) {
		return f
	}
	margin := f.matrix + f.shift
	f.low, f.high = x.sigma[x.cut-1]-margin, x.next()+margin
	if !(f.low > f.high) {
		return f
	}
	// The second has the Lipschitz constant of K along the way from X to M(λ*).
	slope := lipschitz(f.low, f.high)
	f.within(f.residual, math.Sqrt(n*slope)*f.matrix/2)
	margin = f.matrix + f.shift
	f.low, f.high = x.sigma[x.cut-1]-margin, x.next()+margin
	f.last = math.Pow(f.low, exponent-1) * (1 - normError)
	f.distance = (slope*f.matrix + math.Sqrt(slope/n)*f.residual*f.root/2) * inflate
	return f
}

// lipschitz returns the Lipschitz constant low^{q−1}/(low − high) of X ↦ U_d diag(σ^{q−1}) V_dᵀ where
// σ_d ≥ low > high ≥ σ_{d+1}.
func lipschitz(low, high float64) float64 {
	return math.Pow(low, exponent-1) / (low - high) * inflate
}

// within solves ‖z‖ ≤ a r + b, r² ≤ 1 + r‖z‖ for r = max √(λ*/λ), and bounds the shift of M. It reports whether
// there is a bound.
func (f *proof) within(a, b float64) bool {
	if !(a < 1) || math.IsNaN(b) || math.IsInf(b, 0) {
		return false
	}
	f.root = (b + math.Sqrt(b*b+4*(1-a))) / (2 * (1 - a)) * inflate
	f.root = max(f.root, 1)
	f.shift = f.length * f.root * (a*f.root + b) * inflate
	return true
}

// misses bounds the part of M(λ) that the coordinates do not see.
func (pr *Problem) misses(x *point) float64 {
	total := 0.0
	missD := pr.image.missOf(pr.Samples())
	for k := range pr.class {
		b := &pr.class[k]
		for i, s := range b.samples {
			total += x.lambda[s] * (pr.normR[s]*missD[s] + b.miss[i]*(pr.normD[s]+missD[s]))
		}
	}
	return total * inflate
}

// missOf returns the misses of samples 0..n−1.
func (b *basis) missOf(n int) []float64 {
	miss := make([]float64, n)
	for i, s := range b.samples {
		miss[s] = b.miss[i]
	}
	return miss
}

// assembly bounds ‖M(λ) − U Σ Vᵀ‖_F in coordinates, where total is Σ λ_i‖G_i‖.
func (pr *Problem) assembly(x *point, total float64) float64 {
	cols, m := x.v.Dims()
	scaled := mat.DenseCopyOf(x.u)
	exact, rest := mat.NewDense(pr.rows, cols, nil), mat.NewDense(pr.rows, cols, nil)
	v := halve(x.v)
	pr.eachClass(func(b *basis, w *space) {
		own := b.block(scaled)
		for j := range b.m {
			row := own.RawRowView(j)
			for i, s := range x.sigma {
				row[i] *= -s
			}
		}
		e, r := w.halve(own).parts(v)
		b.block(exact).Copy(e)
		b.block(rest).Copy(r)
	})
	small := 2 * kappa(m) * mat.Norm(scaled, 2) * mat.Norm(x.v, 2)
	slack := make([]float64, pr.data.Classes)
	pr.pieces(x.lambda, func(b *basis, w *space, features, weighted *mat.Dense) {
		e, r := w.halve(w.transposed(features)).parts(w.halve(w.transposed(weighted)))
		to, low := b.block(exact), b.block(rest)
		to.Add(to, e)
		low.Add(low, r)
		count, _ := features.Dims()
		slack[b.label] += 2 * kappa(count) * mat.Norm(features, 2) * mat.Norm(weighted, 2)
	})
	small += sum(slack)
	exact.Add(exact, rest)
	// fl(λ_i l_i) has one rounding. The sum over the pieces has more, unless the first is the last: then the
	// leading parts nearly cancel, and the error is that of the small difference.
	rounds := 1
	for k := range pr.class {
		if b := &pr.class[k]; b.l == nil {
			rounds = max(rounds, 3*(len(b.samples)/chunk+2))
		}
	}
	return (length(exact.RawMatrix().Data)*(1+gamma(8)) + small + float64(rounds)*unit*total) * inflate
}

// factorError bounds ‖B_f A_f − K_c‖_F for the factors of the dual in coordinates: A_f = diag(σ^{2/5}) V_dᵀ
// differs from the exact one by the skew of V and by three roundings, and B_f likewise.
func (x *point) factorError(left, right float64) float64 {
	side := func(power, skew float64) (largest, err float64) {
		w := make([]float64, x.cut)
		for i, s := range x.sigma[:x.cut] {
			w[i] = math.Pow(s, power)
		}
		return w[0] * (1 + powError), length(w) * (skew + 4*unit + powError) * inflate
	}
	a, errA := side(2.0/5, right)
	b, errB := side(1.0/5, left)
	return (a*errB + b*errA + errA*errB) * inflate
}

// residualBound bounds a = ‖nλ∘t(K_c) − 1‖₂.
func (pr *Problem) residualBound(x *point, skew float64) float64 {
	n, d := pr.Samples(), x.cut
	missD := pr.image.missOf(n)
	ut, vt := transposed(columns(x.u, d)), halve(transposed(columns(x.v, d)))
	e, slack := make([]float64, n), make([]float64, n)
	small := 2 * (kappa(pr.image.m) + kappa(pr.rows)) * math.Sqrt(float64(d))
	pr.eachClass(func(b *basis, ws *space) {
		own := halve(ut.Slice(0, d, b.first, b.first+b.m).(*mat.Dense)) //nolint:forcetypeassert // as documented by mat
		b.chunks(ws, func(samples []int, l *mat.Dense) {
			p, q := ws.halve(l).product(own), ws.halve(pr.images(ws, samples)).product(vt)
			for i, s := range samples {
				t, total := 0.0, 0.0
				for j, y := range x.y {
					term := p.At(i, j) * y * q.At(i, j)
					t += term
					total += math.Abs(term)
				}
				w := float64(n) * x.lambda[s]
				e[s] = w*t - 1
				slack[s] = w * total * (gamma(d+4) + normError)
				slack[s] += w * x.y[0] * 1.01 * pr.normR[s] * (missD[s] + pr.normD[s]*(skew+small))
				slack[s] += 4 * unit
			}
		})
		for i, s := range b.samples {
			slack[s] += float64(n) * x.lambda[s] * x.y[0] * 1.01 * b.miss[i] * (pr.normD[s] + missD[s])
		}
	})
	return (length(e) + length(slack)) * inflate
}

func transposed(m *mat.Dense) *mat.Dense { return (*space)(nil).transposed(m) }
