package certify

import (
	"math"
	"math/bits"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// unit is the unit roundoff u of float64.
const unit = 0x1p-53

// inflate makes up for the rounding of the bounds themselves, which are short sums of positive terms.
const inflate = 1 + 0x1p-30

// What is assumed about the machine and not known, and what tests compare with exact arithmetic: the relative
// error of math.Pow, the rounding of its exponent included, and the error of math.Log in units of 1 + |log|.
const (
	powError = 32 * unit
	logError = 4 * unit
)

// normError bounds the error that powers leave in ‖X‖_{(d),q} = 1 and in the singular values of K_c: one power in
// every term (divided by q), one of their sum, the sum and the scaling.
const normError = 3 * powError

// gamma returns γ_k = ku/(1−ku), the relative error of an inner product or a sum of k terms in any order.
func gamma(k int) float64 { return float64(k) * unit / (1 - float64(k)*unit) }

// splitBits returns how many leading bits two factors may keep so that sums of m products of them are exact.
func splitBits(m int) int { return (53 - bits.Len(uint(max(m, 1)))) / 2 }

// kappa bounds what product leaves beyond the last rounding: |error| ≤ u|c_ij| + κ‖a_i‖‖b_j‖ with
//
//	κ = 2.5 γ_{2m+1} √m 2^−bits,
//
// since the low parts of the rows a_i are at most √m 2^−bits ‖a_i‖ long.
func kappa(m int) float64 {
	return 2.5 * gamma(2*m+1) * math.Sqrt(float64(m)) * math.Ldexp(1, -splitBits(m))
}

// split stores in hi and lo, of the shape of a, what makes a = hi + lo exactly. The entries of row i of hi are
// multiples of a power of two g_i and at most 2^bits g_i in modulus; those of lo are at most g_i/2.
func split(hi, lo, a *mat.Dense, keep int) {
	r, _ := a.Dims()
	for i := range r {
		row, h, l := a.RawRowView(i), hi.RawRowView(i), lo.RawRowView(i)
		var top uint64 // the bits of the largest modulus: for floats without a sign they are ordered as the floats
		for _, v := range row {
			top = max(top, math.Float64bits(v)&^(1<<63))
		}
		if top == 0 {
			clear(h)
			clear(l)
			continue
		}
		_, e := math.Frexp(math.Float64frombits(top))
		// x + shift is rounded to a multiple of 2^(e−keep), the spacing of floats about shift.
		shift := math.Ldexp(1.5, e-keep+52)
		for j, v := range row {
			h[j] = (v + shift) - shift
			l[j] = v - h[j]
		}
	}
}

// halves is a matrix with its split for products over its columns, to be used in several of them.
type halves struct {
	whole, hi, lo *mat.Dense
	space         *space // of the products where it is on the left
}

func halve(a *mat.Dense) halves { return (*space)(nil).halve(a) }

// halve is the function of that name in borrowed memory, as are the products that follow.
func (w *space) halve(a *mat.Dense) halves {
	r, m := a.Dims()
	hi, lo := w.dense(r, m), w.dense(r, m)
	split(hi, lo, a, splitBits(m))
	return halves{a, hi, lo, w}
}

// parts returns a bᵀ as exact + rest: the first matrix holds the products of the leading parts without any
// rounding error, because every partial sum is a multiple of g_i g_j below 2^53 g_i g_j; the second is rounded,
// with an error of at most κ‖a_i‖‖b_j‖, and is itself at most 2.5 √m 2^−bits ‖a_i‖‖b_j‖. This is the splitting
// of Ozaki, Ogita, Oishi and Rump, Numerical Algorithms 59 (2012), with one slice; it holds for every order of
// summation and with or without fused operations.
func (a halves) parts(b halves) (exact, rest *mat.Dense) {
	r, _ := a.whole.Dims()
	c, _ := b.whole.Dims()
	exact, rest = a.space.dense(r, c), a.space.dense(r, c)
	gemm := func(x, y *mat.Dense, beta float64, dst *mat.Dense) {
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, x.RawMatrix(), y.RawMatrix(), beta, dst.RawMatrix())
	}
	gemm(a.hi, b.hi, 0, exact)
	gemm(a.hi, b.lo, 0, rest)
	gemm(a.lo, b.whole, 1, rest)
	return exact, rest
}

// product is the function of that name for matrices that are split already.
func (a halves) product(b halves) *mat.Dense {
	exact, rest := a.parts(b)
	exact.Add(exact, rest)
	return exact
}

// product returns a bᵀ, where a is r×m and b is c×m, with |error| ≤ u|c_ij| + κ(m)‖a_i‖‖b_j‖.
func product(a, b *mat.Dense) *mat.Dense { return halve(a).product(halve(b)) }

// residual returns bounds on the Euclidean norms of the rows of x − a bᵀ.
func residual(x, a, b *mat.Dense) []float64 { return halve(a).residual(x, halve(b)) }

// residual is the function of that name for matrices that are split already.
func (a halves) residual(x *mat.Dense, b halves) []float64 {
	exact, rest := a.parts(b)
	r, c := x.Dims()
	_, m := a.whole.Dims()
	bound := make([]float64, r)
	slack := (kappa(m) + 4*unit*2.5*math.Sqrt(float64(m))*math.Ldexp(1, -splitBits(m))) * mat.Norm(b.whole, 2)
	for i := range r {
		xi, ei, ri := x.RawRowView(i), exact.RawRowView(i), rest.RawRowView(i)
		sum := 0.0
		for j := range c {
			v := (xi[j] - ei[j]) - ri[j]
			sum += v * v
		}
		bound[i] = (math.Sqrt(sum)*(1+4*unit) + slack*floats.Norm(a.whole.RawRowView(i), 2)) * inflate
	}
	return bound
}

// orthogonality returns a bound ω on ‖x xᵀ − 1‖_F for the rows of x. If ω < 1, the polar factor of x differs
// from x by at most ω in the spectral norm, since |√(1+t) − 1| ≤ |t| for the eigenvalues t of x xᵀ − 1.
func orthogonality(x *mat.Dense) float64 {
	m, _ := x.Dims()
	one := mat.NewDense(m, m, nil)
	for i := range m {
		one.Set(i, i, 1)
	}
	h := halve(x)
	return length(h.residual(one, h)) * inflate
}

// sum returns Σ x_i, compensated (Neumaier 1974): its error is at most 2u|Σ x_i| + γ²_n Σ|x_i|.
func sum(x []float64) float64 {
	s, c := 0.0, 0.0
	for _, v := range x {
		t := s + v
		if math.Abs(s) >= math.Abs(v) {
			c += (s - t) + v
		} else {
			c += (v - t) + s
		}
		s = t
	}
	return s + c
}

// length returns ‖x‖₂ with a relative error of at most 4u, for x whose squares neither over- nor underflow.
func length(x []float64) float64 {
	squares := make([]float64, len(x))
	for i, v := range x {
		squares[i] = v * v
	}
	return math.Sqrt(sum(squares))
}
