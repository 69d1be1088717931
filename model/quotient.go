package model

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// quotient is the fitness of the product K = BA in the coordinates of a SpanFitness,
//
//	Φ(K) = (1/n) Σ_i log|t_i| − log‖K‖_{S_{8/3}}                                      (4.1)
//
// It is φ where the factors are in balance, σ(A) = σ(K)^{2/3} and σ(B) = σ(K)^{1/3}, and more where they are not. It
// does not change when A → WA and B → BW⁻¹ with any invertible W, so an ascent need not wait for balance. With
// AAᵀ = LLᵀ and Lᵀ(BᵀB)L = Pσ²Pᵀ, σ are the singular values of K. With E = L⁻ᵀP, F = LP and T = Σ σ^{8/3}, the factors
// σ^{2/3}EᵀA and BFσ^{−2/3} are in balance, and
//
//	∂/∂A log‖K‖ = (E σ^{8/3} Eᵀ/T) A,   ∂/∂B log‖K‖ = B (F σ^{2/3} Fᵀ/T)              (4.2)
//
// A quotient is a preconditioner as well. In balance the Hessian of −Φ with respect to A alone is nearly
//
//	C ⊗ V + 1 ⊗ σ^{4/3}/T,   C = (1/n) Σ d_i d_iᵀ,   V = (1/n) Σ v_i v_iᵀ/t_i²            (4.3)
//
// as the mean of a product is about the product of the means, and likewise with respect to B⁽ᵏ⁾, with the r_i of the
// class, u_i, and σ²/T. The eigenvectors of V against σ^{4/3}/T, found at each step, leave one system of equations for
// each of them, with a multiple of C; and with Householder's QᵀCQ, found once, it is tridiagonal. The products of means
// are those of K-FAC (Martens and Grosse, ICML 2015), and that steps do not depend on W is the idea of ScaledGD (Tong, Ma
// and Chi, JMLR 2021).
type quotient struct {
	*SpanFitness
	bands   []band       // of C, for each part; shared
	systems []system     // for each part
	rest    []float64    // work space for what meets no data
	targets [2][]float64 // what precondition is at work on
	phases  [4]phase     // of precondition
	strips  []strip

	sigma        []float64 // of K at the last point
	p23, p43, p2 []float64 // σ^{2/3}, σ^{4/3} and σ²
	total        float64   // T
	a, b         side

	// Work space, d×d each, and that of LAPACK.
	gram, l, inverse, p, e, f, scaled, other blas64.General
	weights, work                            []float64
}

// A side is A, or all blocks of B, at the last point.
type side struct {
	penalty   blas64.General // d×d: E σ^{8/3} Eᵀ/T, or F σ^{2/3} Fᵀ/T
	balance   blas64.General // d×d: gA·balance is the gradient in balance; F σ^{−2/3}, or E σ^{2/3}
	metric    blas64.General // d×d: W = balance·M with MᵀSM = 1 and MᵀVM = diag(stiffness), S the damped penalty in balance
	square    blas64.General // d×d: WWᵀ
	stiffness []float64
}

func newSide(d int) side {
	return side{general(d, d), general(d, d), general(d, d), general(d, d), make([]float64, d)}
}

// newQuotient takes f over, and x along to the bases in which f then is.
func newQuotient(f *SpanFitness, x []float64) *quotient {
	d := f.d
	q := &quotient{
		SpanFitness: f, a: newSide(d), b: newSide(d), weights: make([]float64, d),
		sigma: make([]float64, d), p23: make([]float64, d), p43: make([]float64, d), p2: make([]float64, d),
	}
	for _, m := range []*blas64.General{&q.gram, &q.l, &q.inverse, &q.p, &q.e, &q.f, &q.scaled, &q.other} {
		*m = general(d, d)
	}
	call(func(work []float64, lwork int) {
		q.work = work
		lapack64.Syev(lapack.EVCompute, symmetric(q.p), q.sigma, work, lwork)
	})
	q.bands = f.takeBands(x)
	q.ready()
	return q
}

// FuncGrad returns Φ and stores its gradient with respect to A and B in grad. Where some t_i has not the sign it had at
// the start, or A or K has not full rank, it returns −Inf and grad is of no use. It panics if a length is not
// Len().
func (q *quotient) FuncGrad(grad, x []float64) float64 {
	q.check(grad, x)
	phi := q.logs(x)
	if math.IsInf(phi, -1) || !q.decompose(x) {
		return math.Inf(-1)
	}
	phi -= 3.0 / 8 * math.Log(q.total)
	a, b := q.halves(x)
	gradA, gradB := q.halves(grad)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, a, q.a.penalty, 0, gradA)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, b, q.b.penalty, 0, gradB)
	q.addSums(grad)
	return phi
}

// fullRank reports whether A and K have full rank at x, as far as squares of singular values tell it from rounding.
func (q *quotient) fullRank(x []float64) bool {
	if !q.decompose(x) {
		return false
	}
	least := float64(q.d*q.d) * 0x1p-52
	low, high := math.Inf(1), 0.0
	for i := range q.d {
		pivot := q.l.Data[i*q.d+i] * q.l.Data[i*q.d+i]
		low, high = min(low, pivot), max(high, pivot)
	}
	return low > least*high && q.p2[0] > least*q.p2[q.d-1]
}

// decompose finds σ, T and what depends on them alone. It reports whether it could.
func (q *quotient) decompose(x []float64) bool {
	a, b := q.halves(x)
	gram(a, q.l)
	if _, ok := lapack64.Potrf(blas64.Symmetric{Uplo: blas.Lower, N: q.d, Stride: q.d, Data: q.l.Data}); !ok {
		return false
	}
	for i := range q.d {
		clear(q.l.Data[i*q.d+i+1 : (i+1)*q.d])
	}
	copy(q.inverse.Data, q.l.Data)
	lapack64.Trtri(blas64.Triangular{Uplo: blas.Lower, Diag: blas.NonUnit, N: q.d, Stride: q.d, Data: q.inverse.Data})
	gram(b, q.gram)
	q.conjugate(q.l, 1)
	if !q.eigen(q.sigma) || !(q.sigma[0] > 0) {
		return false
	}
	q.total = 0
	for i, s := range q.sigma {
		q.p2[i] = s
		q.p23[i] = math.Cbrt(s)
		q.p43[i] = q.p23[i] * q.p23[i]
		q.sigma[i] = math.Sqrt(s)
		q.total += q.p43[i] * q.p43[i]
	}
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, q.inverse, q.p, 0, q.e)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, q.l, q.p, 0, q.f)
	scaleColumns(q.scaled, q.e, q.p43)
	blas64.Gemm(blas.NoTrans, blas.Trans, 1/q.total, q.scaled, q.scaled, 0, q.a.penalty)
	scaleColumns(q.scaled, q.f, q.p23)
	blas64.Gemm(blas.NoTrans, blas.Trans, 1/q.total, q.scaled, q.f, 0, q.b.penalty)
	scaleColumns(q.b.balance, q.e, q.p23)
	for i, s := range q.p23 {
		q.weights[i] = 1 / s
	}
	scaleColumns(q.a.balance, q.f, q.weights)
	return true
}

// conjugate stores factor·mᵀ gram m in p.
func (q *quotient) conjugate(m blas64.General, factor float64) {
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, q.gram, m, 0, q.other)
	blas64.Gemm(blas.Trans, blas.NoTrans, factor, m, q.other, 0, q.p)
}

// eigen replaces p by its eigenvectors, one in each column, and reports whether it could.
func (q *quotient) eigen(values []float64) bool {
	return lapack64.Syev(lapack.EVCompute, symmetric(q.p), values, q.work, len(q.work))
}

func symmetric(m blas64.General) blas64.Symmetric {
	return blas64.Symmetric{Uplo: blas.Upper, N: m.Rows, Stride: m.Stride, Data: m.Data}
}

// scaleColumns stores x diag(weights) in dst.
func scaleColumns(dst, x blas64.General, weights []float64) {
	for i := range x.Rows {
		floats.MulTo(dst.Data[i*dst.Stride:i*dst.Stride+dst.Cols], x.Data[i*x.Stride:i*x.Stride+x.Cols], weights)
	}
}

// settle brings the factors of x into balance, without squares of their singular values. K stays. A and B need at least as
// many rows as columns here; where K is not finite they stay as they are.
func (q *quotient) settle(x []float64) {
	a, b := q.halves(x)
	basisA, rightA := narrow(q.stack(slices.Clone(a.Data)))
	basisB, rightB := narrow(q.stack(slices.Clone(b.Data)))
	core := mat.NewDense(q.d, q.d, nil) // K between the bases
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, rightB, rightA, 0, core.RawMatrix())
	var svd mat.SVD
	if !svd.Factorize(core, mat.SVDThin) {
		return
	}
	var left, right mat.Dense
	svd.UTo(&left)
	svd.VTo(&right)
	third := svd.Values(nil)
	for i, s := range third {
		third[i] = math.Cbrt(s)
	}
	// A = Q_A V σ^{2/3} and B = Q_B U σ^{1/3}, of which A is transposed.
	scaleColumns(q.scaled, right.RawMatrix(), third)
	scaleColumns(q.scaled, q.scaled, third)
	copy(a.Data, times(basisA, q.scaled).Data)
	scaleColumns(q.scaled, left.RawMatrix(), third)
	copy(b.Data, times(basisB, q.scaled).Data)
}

// gram stores xᵀx in dst.
func gram(x, dst blas64.General) { blas64.Gemm(blas.Trans, blas.NoTrans, 1, x, x, 0, dst) }
