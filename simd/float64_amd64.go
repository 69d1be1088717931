//go:build !noasm

package simd

import (
	"math/bits"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// implementation is gonum's BLAS with some routines of its own. What they do not handle, wrong arguments for one, they
// leave to gonum's.
type implementation struct {
	gonum.Implementation
	kernels *kernels
	panels  *sync.Pool // of *panel
}

func newImplementation(k *kernels) implementation {
	return implementation{kernels: k, panels: &sync.Pool{New: func() any { return new(panel) }}}
}

// String names the kernels in use.
func (impl implementation) String() string { return impl.kernels.name }

// Dgemm computes, for an m×n matrix C,
//
//	C = alpha·op(A)·op(B) + beta·C,   op(X) = X or Xᵀ
//
// with op(A) m×k and op(B) k×n. It panics as gonum's does.
func (impl implementation) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	heightA, widthA := m, k
	if tA != blas.NoTrans {
		heightA, widthA = k, m
	}
	heightB, widthB := k, n
	if tB != blas.NoTrans {
		heightB, widthB = n, k
	}
	if !known(tA) || !known(tB) || m <= 0 || n <= 0 || k <= 0 || alpha == 0 ||
		!holds(a, heightA, widthA, lda) || !holds(b, heightB, widthB, ldb) || !holds(c, m, n, ldc) {
		impl.Implementation.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	p := product{
		kernels: impl.kernels, m: m, n: n, k: k,
		alpha: alpha, a: a, lda: lda, aTrans: tA != blas.NoTrans,
		b: b, ldb: ldb, bTrans: tB != blas.NoTrans,
		beta: beta, c: c, ldc: ldc,
	}
	p.compute(impl.panels)
}

func known(t blas.Transpose) bool { return t == blas.NoTrans || t == blas.Trans || t == blas.ConjTrans }

// holds reports whether x is long enough for a rows×cols matrix whose rows are ld apart; rows and cols are positive.
func holds(x []float64, rows, cols, ld int) bool {
	if ld < cols || len(x) < cols {
		return false
	}
	// No overflow may let a kernel out of x.
	hi, lo := bits.Mul64(uint64(rows-1), uint64(ld)) //nolint:gosec // neither is negative
	return hi == 0 && lo <= uint64(len(x)-cols)      //nolint:gosec // not negative either
}

// Ddot returns
//
//	Σᵢ xᵢyᵢ
//
// over the n entries of x and y. It panics as gonum's does.
func (impl implementation) Ddot(n int, x []float64, incX int, y []float64, incY int) float64 {
	if n <= 0 || incX != 1 || incY != 1 || n > len(x) || n > len(y) {
		return impl.Implementation.Ddot(n, x, incX, y, incY)
	}
	return avx2Dot(n, &x[0], &y[0])
}

// Daxpy adds alpha times x to y:
//
//	yᵢ = alpha·xᵢ + yᵢ,   i < n
//
// It panics as gonum's does.
func (impl implementation) Daxpy(n int, alpha float64, x []float64, incX int, y []float64, incY int) {
	if n <= 0 || alpha == 0 || incX != 1 || incY != 1 || n > len(x) || n > len(y) {
		impl.Implementation.Daxpy(n, alpha, x, incX, y, incY)
		return
	}
	avx2Axpy(n, alpha, &x[0], &y[0])
}

// Dgemv computes
//
//	y = alpha·op(A)·x + beta·y,   op(A) = A or Aᵀ
//
// for an m×n matrix A. It panics as gonum's does.
func (impl implementation) Dgemv(tA blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	trans := tA != blas.NoTrans
	lenX, lenY := n, m
	if trans {
		lenX, lenY = m, n
	}
	// The kernels take a row of A together with x, or with y if A is transposed: that vector may have no gaps.
	along, across := incX, incY
	if trans {
		along, across = incY, incX
	}
	if !known(tA) || m <= 0 || n <= 0 || alpha == 0 || along != 1 || across < 1 ||
		!holds(a, m, n, lda) || !holds(x, lenX, 1, incX) || !holds(y, lenY, 1, incY) {
		impl.Implementation.Dgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	if !trans {
		avx2GemvN(m, n, alpha, &a[0], lda, &x[0], beta, &y[0], incY)
		return
	}
	for i := 0; i < m; i += depth {
		avx2GemvT(min(depth, m-i), n, alpha, &a[i*lda], lda, &x[i*incX], incX, beta, &y[0])
		beta = 1
	}
}

// Dger adds a product of two vectors to an m×n matrix:
//
//	A = alpha·x·yᵀ + A
//
// It panics as gonum's does.
func (impl implementation) Dger(m, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	if m <= 0 || n <= 0 || alpha == 0 || incX < 1 || incY != 1 ||
		!holds(x, m, 1, incX) || n > len(y) || !holds(a, m, n, lda) {
		impl.Implementation.Dger(m, n, alpha, x, incX, y, incY, a, lda)
		return
	}
	avx2Ger(m, n, alpha, &x[0], incX, &y[0], &a[0], lda)
}
