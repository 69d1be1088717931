package symmetry

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// general returns a zero matrix of r×c.
func general(r, c int) blas64.General {
	return blas64.General{Rows: r, Cols: c, Stride: c, Data: make([]float64, r*c)}
}

// window returns the r×c submatrix of m that starts at (i, j), sharing its data.
func window(m blas64.General, i, j, r, c int) blas64.General {
	start := i*m.Stride + j
	return blas64.General{Rows: r, Cols: c, Stride: m.Stride, Data: m.Data[start : start+(r-1)*m.Stride+c]}
}

// row returns row i of m, sharing its data.
func row(m blas64.General, i int) []float64 {
	return m.Data[i*m.Stride : i*m.Stride+m.Cols]
}

// scaleInto stores s·m in dst, of the same shape.
func scaleInto(dst blas64.General, s float64, m blas64.General) {
	for i := range m.Rows {
		d := row(dst, i)
		for j, v := range row(m, i) {
			d[j] = s * v
		}
	}
}

// transposeInto stores s·mᵀ in dst.
func transposeInto(dst blas64.General, s float64, m blas64.General) {
	for i := range m.Rows {
		for j, v := range row(m, i) {
			dst.Data[j*dst.Stride+i] = s * v
		}
	}
}

// dot returns ⟨a,b⟩ = Σ aᵢⱼ bᵢⱼ.
func dot(a, b blas64.General) float64 {
	var sum float64
	for i := range a.Rows {
		var rowSum float64
		bi := row(b, i)
		for j, v := range row(a, i) {
			rowSum += v * bi[j]
		}
		sum += rowSum
	}
	return sum
}

// triangular overwrites m with its Householder factors and returns R of the thin
// QR factorisation m = QR, min(rows,cols)×cols. A matrix that is not taller than
// wide is its own R.
func triangular(m blas64.General) blas64.General {
	if m.Rows <= m.Cols {
		return m
	}
	householder(m)
	r := general(m.Cols, m.Cols)
	for i := range m.Cols {
		copy(row(r, i)[i:], row(m, i)[i:])
	}
	return r
}

// orthonormal overwrites m with a matrix whose columns are an orthonormal basis
// of a space that holds the columns of m, and returns it: Q of the thin QR
// factorisation, or the identity when m is not taller than wide.
func orthonormal(m blas64.General) blas64.General {
	if m.Rows <= m.Cols {
		id := general(m.Rows, m.Rows)
		for i := range m.Rows {
			row(id, i)[i] = 1
		}
		return id
	}
	tau := householder(m)
	lapack64.Orgqr(m, tau, make([]float64, m.Cols), m.Cols)
	return m
}

// householder leaves gonum's routines, those of orthonormal too, no work space for blocks of columns. In v0.17.0 these are
// wrong where the second reflection has more zeros at its end than the first (Dlarft).
func householder(m blas64.General) (tau []float64) {
	tau = make([]float64, m.Cols)
	lapack64.Geqrf(m, tau, make([]float64, m.Cols), m.Cols)
	return tau
}

// times returns op(a)·op(b).
func times(ta blas.Transpose, a blas64.General, tb blas.Transpose, b blas64.General) blas64.General {
	r, c := a.Rows, b.Cols
	if ta == blas.Trans {
		r = a.Cols
	}
	if tb == blas.Trans {
		c = b.Rows
	}
	dst := general(r, c)
	blas64.Gemm(ta, tb, 1, a, b, 0, dst)
	return dst
}
