package model

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A Scorer is a trained tuple made ready to score many images. It is not changed after NewScorer.
type Scorer struct {
	side, rank, classes int
	reading             Reading
	a                   *mat.Dense     // d×p
	b                   blas64.General // half spectrum × K·d: the folded B⁽ᵏ⁾ side by side
}

// NewScorer returns the scorer of x for side×side images. Features of real images come in equal pairs, so
// the rows of B⁽ᵏ⁾ that meet them are added up once. It panics if the shape of x does not fit.
func NewScorer(x Params, side int, reading Reading) *Scorer {
	d, p := x.A.Dims()
	if p != side*side {
		panic("model: parameters do not fit the size of image")
	}
	t := NewTransform(side)
	s := &Scorer{side: side, rank: d, classes: x.Classes(), reading: reading, a: x.A}
	s.b = general(t.half*side, s.classes*d)
	for k := range s.classes {
		folded := t.fold(x.Block(k))
		for i := range s.b.Rows {
			copy(s.b.Data[i*s.b.Stride+k*d:], folded.RawRowView(i))
		}
	}
	return s
}

// Batch is a set of images with the features of their half spectra, ready for any Scorer of the same size
// and reading.
type Batch struct {
	X *mat.Dense // images as rows, column-major
	r *mat.Dense // features of the half spectrum as rows
}

// NewBatch computes the features of the images in the rows of x.
func NewBatch(x *mat.Dense, side int, reading Reading) *Batch {
	t := NewTransform(side)
	n, _ := x.Dims()
	b := &Batch{X: x, r: mat.NewDense(n, t.half*side, nil)}
	for i := range n {
		t.halfFeatures(b.r.RawRowView(i), x.RawRowView(i), reading)
	}
	return b
}

// Scores stores in dst the numerators s_k(x) of (3.1), signed, image by image, K each; nil allocates.
// Dividing |s_k| by ‖x‖² gives the scale-free score g_k. It panics if dst has the wrong length.
func (s *Scorer) Scores(dst []float64, b *Batch) []float64 {
	n, _ := b.X.Dims()
	if dst == nil {
		dst = make([]float64, n*s.classes)
	}
	if len(dst) != n*s.classes {
		panic("model: scores of wrong length")
	}
	// Blocks of images, so that the work space stays in the cache.
	const rows = 128
	u, v := general(rows, s.rank), general(rows, s.classes*s.rank)
	for lo := 0; lo < n; lo += rows {
		hi := min(lo+rows, n)
		u.Rows, v.Rows = hi-lo, hi-lo
		x, r := sliceRows(b.X, lo, hi), sliceRows(b.r, lo, hi)
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, x, s.a.RawMatrix(), 0, u)
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, r, s.b, 0, v)
		for i := range hi - lo {
			ui := u.Data[i*u.Stride:][:s.rank]
			for k := range s.classes {
				dst[(lo+i)*s.classes+k] = floats.Dot(ui, v.Data[i*v.Stride+k*s.rank:][:s.rank])
			}
		}
	}
	return dst
}

func sliceRows(m *mat.Dense, lo, hi int) blas64.General {
	raw := m.RawMatrix()
	return blas64.General{Rows: hi - lo, Cols: raw.Cols, Stride: raw.Stride, Data: raw.Data[lo*raw.Stride:]}
}

// Classify returns the class with the largest |s_k| among the scores of one image, the first of equals. It
// returns -1 if a score is NaN or all are zero: such an image has no class.
func Classify(scores []float64) int {
	best, at := 0.0, -1
	for k, s := range scores {
		if math.IsNaN(s) {
			return -1
		}
		if g := math.Abs(s); g > best {
			best, at = g, k
		}
	}
	return at
}
