package model

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Bound returns a number that |s(x)|/‖x‖² exceeds for no image x. By Cauchy and Schwarz h(τ) ≤ ‖τ‖‖q(τ)‖, and
// with an orthogonal basis in which αᴴα is diagonal ‖q(τ)‖² = Σ_l (c_l·τ)². Parseval's bound is the largest
// singular value of the c_l. But τ ≥ 0, so with the positive part c⁺ and the negative part c⁻ of a vector
//
//	(c·τ)² = (c⁺·τ − c⁻·τ)² ≤ (c⁺·τ)² + (c⁻·τ)²                                       (3.5)
//
// which bounds ‖q(τ)‖ by the largest singular value of all c⁺ and c⁻. The smaller of the two is returned.
// Neither need be attained.
func (f *Form) Bound() float64 {
	count, m := f.b.Rows, f.b.Cols
	// αᴴα = RᵀR, real part, and the c_l are the left singular vectors of βRᵀ times their singular values.
	stacked := mat.NewDense(2*count, m, append(append([]float64(nil), f.re.Data...), f.im.Data...))
	var c, u mat.Dense
	c.Mul(dense(f.b), ThinQR(stacked).T())
	var svd mat.SVD
	if !svd.Factorize(&c, mat.SVDThin) {
		return math.Inf(1)
	}
	svd.UTo(&u)
	sigma := svd.Values(nil)
	parts := general(count, 2*len(sigma))
	for l, s := range sigma {
		for j := range count {
			x := s * u.At(j, l)
			parts.Data[j*parts.Stride+2*l], parts.Data[j*parts.Stride+2*l+1] = math.Max(x, 0), math.Max(-x, 0)
		}
	}
	gram := general(parts.Cols, parts.Cols)
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, parts, parts, 0, gram)
	return math.Min(sigma[0], math.Sqrt(eigenvalues(gram)[parts.Cols-1]))
}

// A Peak is what can be proven about an image and a class.
type Peak struct {
	Score  float64 // |s(x)|/‖x‖²
	Bound  float64 // no image has a larger one
	Second float64 // Bound is half the largest eigenvalue of a matrix, Second half the next one
}

// Peak tries to prove that no image scores higher than the image x does. For any t_j > 0
//
//	h(τ) ≤ ½ Σ_j (t_j |q_j(τ)|² + τ_j²/t_j) = ½ τᵀ H(t) τ,   H(t) = β Re(αᴴ diag(t) α) βᵀ + diag(1/t)    (3.6)
//
// so half the largest eigenvalue of H(t) bounds |s|/‖x‖² over all images. With t_j = τ_j/|q_j(τ)| from an image
// that is stationary, τ is an eigenvector of H(t), of eigenvalue 2h. DC has no feature, its row of β is zero, and 1/t of
// DC is an eigenvalue by itself; it is put at 2h, and Second is taken from the others.
//
// Where Bound equals Score to rounding and Second is smaller, the image is therefore the one and only best, up to its
// sign: of any other best one the moduli apart from DC are an eigenvector of the same simple eigenvalue, equality in
// (3.6) gives that of DC, and the phases are those of q. Where Bound is larger, nothing is proven but the bound.
// The score of a class that is zero throughout has no peak: its Score and Bound are zero.
func (f *Form) Peak(x []float64) Peak {
	if len(x) != f.t.n*f.t.n {
		panic("model: image of wrong length")
	}
	f.moduli(x)
	norm := floats.Norm(f.tau.Data, 2)
	floats.Scale(1/norm, f.tau.Data)
	h := f.eval()
	if !(h > 0) {
		bound := f.Bound()
		return Peak{Bound: bound, Second: bound}
	}
	count, m := f.b.Rows, f.b.Cols
	score, t := 0.0, make([]float64, count)
	for j, o := range f.orbits {
		t[j] = 1 / h // any t is sound
		if tau := f.tau.Data[j]; tau > 0 && f.q[j] > 0 {
			t[j] = tau / f.q[j]
			// f.t.f still holds the spectrum of x, and eval has left τψ.
			score += (real(f.t.f[o.at])*f.qRe[j] + imag(f.t.f[o.at])*f.qIm[j]) / t[j] * math.Sqrt(o.weight) / float64(f.t.n)
		}
	}
	t[0] = 1 / (2 * h)
	inner, scaled := general(m, m), general(count, m)
	for _, part := range []blas64.General{f.re, f.im} {
		for j, tj := range t {
			floats.ScaleTo(scaled.Data[j*m:(j+1)*m], tj, part.Data[j*m:(j+1)*m])
		}
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, part, scaled, 1, inner)
	}
	full := general(count, count)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, f.b, inner, 0, scaled)
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, scaled, f.b, 0, full)
	for j, tj := range t {
		full.Data[j*count+j] += 1 / tj
	}
	full.Data[0] = 0 // DC, decoupled from the others
	values := eigenvalues(full)
	return Peak{
		Score: math.Abs(score) / norm,
		Bound: math.Max(values[count-1]/2, h), Second: values[max(count-2, 0)] / 2,
	}
}

// eigenvalues returns the eigenvalues of a matrix that is symmetric to rounding, ascending. Those of a matrix with an
// entry that is not finite are NaN.
func eigenvalues(m blas64.General) []float64 {
	sym := mat.NewSymDense(m.Rows, nil)
	for i := range m.Rows {
		for j := i; j < m.Rows; j++ {
			sym.SetSym(i, j, (m.Data[i*m.Stride+j]+m.Data[j*m.Stride+i])/2)
		}
	}
	var e mat.EigenSym
	if !e.Factorize(sym, false) {
		none := make([]float64, m.Rows)
		floats.AddConst(math.NaN(), none)
		return none
	}
	return e.Values(nil)
}

// dense views m as a mat.Dense.
func dense(m blas64.General) *mat.Dense { return mat.NewDense(m.Rows, m.Cols, m.Data) }
