package model

import (
	"gonum.org/v1/gonum/mat"
)

// Params is the trained tuple.
type Params struct {
	A *mat.Dense // d×p
	B *mat.Dense // (K·p)×d; row k·p+j is row k of B_j
}

// NewParams returns zero parameters for rank d, p pixels and K classes.
func NewParams(d, p, classes int) Params {
	return Params{A: mat.NewDense(d, p, nil), B: mat.NewDense(classes*p, d, nil)}
}

// Block returns B⁽ᵏ⁾, the p×d block of class k. It shares its data with B. It panics if B is a view of a
// wider matrix.
func (x Params) Block(k int) *mat.Dense {
	d, p := x.A.Dims()
	raw := x.B.RawMatrix()
	if raw.Stride != d {
		panic("model: B is not contiguous")
	}
	return mat.NewDense(p, d, raw.Data[k*p*d:(k+1)*p*d])
}

// Classes returns K.
func (x Params) Classes() int {
	_, p := x.A.Dims()
	rows, _ := x.B.Dims()
	return rows / p
}

// Normalise scales A and B in place to unit Frobenius norm. It panics if one of them is zero.
func (x Params) Normalise() {
	for _, m := range []*mat.Dense{x.A, x.B} {
		norm := mat.Norm(m, 2)
		if norm == 0 {
			panic("model: parameters are zero")
		}
		m.Scale(1/norm, m)
	}
}
