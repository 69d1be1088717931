package perceptron

import (
	"gonum.org/v1/gonum/mat"

	"example.org/concord/model"
)

// A span is the space of the training images, in which weights are trained: they stay in the span of the images but for
// what they start with outside, and that meets no image and is where the decay makes it vanish. The optima are the same
// and so is the gradient norm, as the basis is orthonormal; a step costs n/p of what it did.
type span struct {
	images *mat.Dense // the training images: coordinates, or pixels where the basis is nil
	basis  *mat.Dense // r×p, orthonormal rows; nil where there are as many images as pixels
}

// newSpan returns the span of images of n×p.
func newSpan(images *mat.Dense) span {
	n, p := images.Dims()
	if n >= p {
		return span{images: images}
	}
	q := mat.DenseCopyOf(images.T())
	r := model.ThinQR(q)
	return span{images: mat.DenseCopyOf(r.T()), basis: mat.DenseCopyOf(q.T())}
}

// enter returns the coordinates of rows of pixels, projected on the span.
func (s span) enter(rows *mat.Dense) *mat.Dense {
	if s.basis == nil {
		return rows
	}
	in := new(mat.Dense)
	in.Mul(rows, s.basis.T())
	return in
}

// leave is the inverse of enter on the span.
func (s span) leave(coordinates *mat.Dense) *mat.Dense {
	if s.basis == nil {
		return coordinates
	}
	out := new(mat.Dense)
	out.Mul(coordinates, s.basis)
	return out
}
