//go:build !noasm

package simd

import "sync"

// The block sizes of a product. Only depth has a say in what the result is: sums are cut there, so it is the same for
// all kernels.
const (
	depth   = 400 // terms of a sum that are added up in registers, at most
	height  = 128 // rows of A for which one strip of B after the other is gone through
	breadth = 960 // columns of B that are copied at a time: whole strips of every kernel
)

// A product is the task of a Dgemm with nothing in it empty.
type product struct {
	*kernels
	m, n, k        int
	alpha, beta    float64
	a, b, c        []float64
	lda, ldb, ldc  int
	aTrans, bTrans bool
}

// A panel holds a block of B in the order in which kernels read it.
type panel struct{ b []float64 }

// compute goes through B by blocks of rows and columns, through A by blocks of rows, and through the block of B by
// strips. Kernels read A where it is: of op(A) they take one entry at a time, for which rows and columns are alike.
func (p *product) compute(pool *sync.Pool) {
	rowA, colA := p.lda, 1
	if p.aTrans {
		rowA, colA = 1, p.lda
	}
	var copied *panel
	if p.copies() {
		copied, _ = pool.Get().(*panel)
		defer pool.Put(copied)
	}
	// Sums are cut into parts of equal length, as nearly as can be.
	parts := (p.k + depth - 1) / depth
	part := (p.k + parts - 1) / parts
	beta := p.beta
	for l := 0; l < p.k; l += part {
		k := min(part, p.k-l)
		for j := 0; j < p.n; j += breadth {
			n := min(breadth, p.n-j)
			if copied != nil {
				p.copy(copied, l, k, j, n)
			}
			for i := 0; i < p.m; i += height {
				m := min(height, p.m-i)
				a := &p.a[i*rowA+l*colA]
				for s := 0; s < n; s += p.width(n - s) {
					w := p.width(n - s)
					b, ldb := p.strip(copied, l, k, j, s, w)
					kernel, tail := p.kernel(w)
					kernel(m, k, a, rowA, colA, b, ldb, &p.c[i*p.ldc+j+s], p.ldc, p.alpha, beta, tail)
				}
			}
		}
		beta = 1
	}
}

// copies reports whether kernels shall read B from a copy. They have to where it is transposed, as they take whole
// rows of op(B). Otherwise the copy pays if B is too large for the second cache and gone through often enough.
func (p *product) copies() bool {
	const often, large = 256, 1 << 16
	return p.bTrans || p.m >= often && p.n >= stripVectors*p.lanes && p.k*p.n >= large
}

// copy stores in dst the k×n block of op(B) that begins at (l, j): strip after strip, each row by row.
func (p *product) copy(dst *panel, l, k, j, n int) {
	size := k * p.padded(n)
	if cap(dst.b) < size {
		dst.b = make([]float64, size)
	}
	dst.b = dst.b[:size]
	for s := 0; s < n; s += p.width(n - s) {
		w := p.width(n - s)
		strip, ld := dst.b[s*k:], p.padded(w)
		if p.bTrans {
			avx2Transpose(w, k, &strip[0], ld, &p.b[(j+s)*p.ldb+l], p.ldb)
			continue
		}
		for q := range k {
			from := (l+q)*p.ldb + j + s
			copy(strip[q*ld:], p.b[from:from+w])
		}
	}
}

// strip returns where the strip of width w at column s of the k×n block of op(B) at (l, j) begins, and how far apart
// its rows are.
func (p *product) strip(copied *panel, l, k, j, s, w int) (b *float64, ldb int) {
	if copied == nil {
		return &p.b[l*p.ldb+j+s], p.ldb
	}
	return &copied.b[s*k], p.padded(w)
}
