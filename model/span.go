package model

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// SpanFitness is φ in the span coordinates of one start: A and each B⁽ᵏ⁾ in orthonormal bases of the spans
// that no ascent from that start ever leaves. It holds work space and serves one goroutine at a time; with many
// samples it starts goroutines of its own, and its results do not depend on how many.
//
// A point x is a stack of row-major matrices with d columns each: Aᵀ, then B⁽⁰⁾, B⁽¹⁾, ...
type SpanFitness struct {
	d       int
	shared  *spans
	parts   []part         // of Aᵀ, then of each B⁽ᵏ⁾
	sign    []float64      // of t_i at the start
	t       []float64      // t_i at the last point; samples are in order of their classes
	u, v    blas64.General // n×d, rows w_i u_i and w_i v_i at the last point
	pieces  []piece
	sums    []sum
	workers int            // goroutines
	space   sync.Pool      // of *workspace
	gram    blas64.General // AAᵀ or Z
	z2      blas64.General // Z²
	z3      blas64.General // Z³
}

// A part is one matrix of a point together with the data it meets, in the first of its rows.
type part struct {
	*span
	extra      *mat.Dense     // [q extra] is the basis; both nil stand for the identity
	begin, end int            // of x
	first      int            // first sample it meets
	scaled     blas64.General // the rows of the point that meet the data, times data.scale
}

// NewSpanFitness returns φ in the span coordinates of a start, and the start in these coordinates. It panics
// if the shape of start does not fit the data.
func NewSpanFitness(data *Data, start Params) (f *SpanFitness, x []float64) {
	n, p := data.D.Dims()
	d, cols := start.A.Dims()
	if cols != p || start.Classes() != data.Classes {
		panic("model: start does not fit the data")
	}
	f = &SpanFitness{
		d: d, t: make([]float64, n), sign: make([]float64, n),
		u: general(n, d), v: general(n, d),
		gram: general(d, d), z2: general(d, d), z3: general(d, d),
	}
	f.shared = data.spans
	if f.shared == nil {
		f.shared = new(spans)
	}
	f.shared.of(data)
	first := 0
	for i := range f.shared.spans {
		s := &f.shared.spans[i]
		m := start.A.T()
		if i > 0 {
			m = start.Block(i - 1)
		}
		coords, extra := s.coordinates(m)
		pt := part{span: s, extra: extra, begin: len(x), end: len(x) + len(coords), scaled: general(s.data.cols, d)}
		if i > 0 {
			pt.first = first
			first += s.data.rows
		}
		f.parts = append(f.parts, pt)
		x = append(x, coords...)
	}
	f.plan()
	f.signs(x)
	return f, x
}

func general(rows, cols int) blas64.General {
	return blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: make([]float64, rows*cols)}
}

// Len returns the number of coordinates.
func (f *SpanFitness) Len() int { return f.parts[len(f.parts)-1].end }

// spheres implements objective: A and B are free of scale.
func (f *SpanFitness) spheres() []int { return []int{0, f.parts[0].end, f.Len()} }

// view returns rows [0, rows) of part i of x.
func (f *SpanFitness) view(x []float64, i, rows int) blas64.General {
	return blas64.General{Rows: rows, Cols: f.d, Stride: f.d, Data: x[f.parts[i].begin:f.parts[i].end]}
}

// FuncGrad returns φ(x) and stores its gradient in grad. Where some t_i has not the sign it had at the start
// it returns −Inf and grad is of no use: between here and there lies the wall t_i = 0 with φ = −∞, which
// no ascent can pass. It panics if a length is not Len().
func (f *SpanFitness) FuncGrad(grad, x []float64) float64 {
	f.check(grad, x)
	phi := f.logs(x)
	if math.IsInf(phi, -1) {
		return phi
	}
	a, b := f.view(x, 0, f.rows(0)), f.blocks(x)
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, a, a, 0, f.gram)
	norm := blas64.Nrm2(blas64.Vector{N: len(f.gram.Data), Inc: 1, Data: f.gram.Data})
	phi -= math.Log(norm) / 2
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1/(norm*norm), a, f.gram, 0, f.view(grad, 0, a.Rows))

	blas64.Gemm(blas.Trans, blas.NoTrans, 1, b, b, 0, f.gram)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, f.gram, f.gram, 0, f.z2)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, f.z2, f.gram, 0, f.z3)
	norm = blas64.Nrm2(blas64.Vector{N: len(f.z2.Data), Inc: 1, Data: f.z2.Data})
	phi -= math.Log(norm) / 4
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1/(norm*norm), b, f.z3, 0, f.blocks(grad))

	f.addSums(grad)
	return phi
}

func (f *SpanFitness) check(grad, x []float64) {
	if len(grad) != f.Len() || len(x) != f.Len() {
		panic("model: point or gradient of wrong length")
	}
}

// rows returns how many coordinates each column of part i has.
func (f *SpanFitness) rows(i int) int { return (f.parts[i].end - f.parts[i].begin) / f.d }

// blocks returns all B⁽ᵏ⁾ of x, one above the other.
func (f *SpanFitness) blocks(x []float64) blas64.General {
	begin := f.parts[0].end
	return blas64.General{Rows: (len(x) - begin) / f.d, Cols: f.d, Stride: f.d, Data: x[begin:]}
}

// Params maps x back to parameters, normalised.
func (f *SpanFitness) Params(x []float64) Params {
	matrix := func(i int) *mat.Dense {
		pt := &f.parts[i]
		m := mat.NewDense(f.rows(i), f.d, x[pt.begin:pt.end])
		if pt.extra == nil {
			return m
		}
		var full, other mat.Dense
		n := pt.data.cols
		full.Mul(pt.extra, m.Slice(n, f.rows(i), 0, f.d))
		if n > 0 {
			other.Mul(pt.q, m.Slice(0, n, 0, f.d))
			full.Add(&full, &other)
		}
		return &full
	}
	a := matrix(0)
	p, d := a.Dims()
	params := NewParams(d, p, len(f.parts)-1)
	params.A.Copy(a.T())
	for k := range len(f.parts) - 1 {
		params.Block(k).Copy(matrix(k + 1))
	}
	params.Normalise()
	return params
}
