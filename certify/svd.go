package certify

import (
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/gonum"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/model"
)

// blocks is how many numbers LAPACK's routines want as work space for each column: twice the 32 columns of a block.
const blocks = 64

// decompose returns the thin singular value decomposition m = u diag(sigma) vᵀ, with sigma decreasing, and reports whether
// there is one. m is overwritten. A large one is found by the steps that LAPACK's Dgesvd takes for a matrix that is much
// taller than wide, but with u and v at the same time, and without gonum's QR by blocks of columns (model.ThinQR).
func decompose(m *mat.Dense) (sigma []float64, u, v *mat.Dense, ok bool) {
	const small = 128 // columns that gonum takes one by one
	u, v = new(mat.Dense), new(mat.Dense)
	rows, n := m.Dims()
	switch {
	case min(rows, n) <= small:
		var svd mat.SVD
		if !svd.Factorize(m, mat.SVDThin) {
			return nil, nil, nil, false
		}
		svd.UTo(u)
		svd.VTo(v)
		return svd.Values(nil), u, v, true
	case rows < n:
		sigma, v, u, ok = decompose(mat.DenseCopyOf(m.T()))
		return sigma, u, v, ok
	}
	// m = q r with q in the place of m, and r = left bidiagonal right.
	left := model.ThinQR(m)
	vector, work := func() []float64 { return make([]float64, n) }, func() []float64 { return make([]float64, blocks*n) }
	var impl gonum.Implementation
	lv, off, tauU, tauV := left.RawMatrix().Data, vector(), vector(), vector()
	sigma = vector()
	impl.Dgebrd(n, n, lv, n, sigma, off, tauU, tauV, work(), blocks*n)
	right := mat.DenseCopyOf(left)
	again, offAgain := slices.Clone(sigma), slices.Clone(off)
	var okU, okV bool
	together(func() {
		impl.Dorgbr(lapack.GenerateQ, n, n, n, lv, n, tauU, work(), blocks*n)
		okU = impl.Dbdsqr(blas.Upper, n, 0, n, 0, sigma, off, nil, 1, lv, n, nil, 1, work())
	}, func() {
		rv := right.RawMatrix().Data
		impl.Dorgbr(lapack.GeneratePT, n, n, n, rv, n, tauV, work(), blocks*n)
		okV = impl.Dbdsqr(blas.Upper, n, n, 0, 0, again, offAgain, rv, n, nil, 1, nil, 1, work())
		v.CloneFrom(right.T())
	})
	u.Mul(m, left)
	return sigma, u, v, okU && okV
}
