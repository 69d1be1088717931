package model

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// SpanFitness is φ in the span coordinates of one start: A and each B⁽ᵏ⁾ in orthonormal bases of the spans
// that no ascent from that start ever leaves. It holds work space and serves one goroutine at a time; with many
// samples it starts goroutines of its own, and its results do not depend on how many.
//
// A point x is a stack of row-major matrices with d columns each: the rows of Aᵀ that meet data, the others of Aᵀ, the
// rows of B⁽⁰⁾, B⁽¹⁾, ... that meet data, and the others of all of these together. Of the others φ sees XᵀX alone, so an
// ascent never leaves the columns that they have at the start, and d rows are enough.
type SpanFitness struct {
	d       int
	shared  *spans
	parts   []part         // of Aᵀ, then of each B⁽ᵏ⁾
	split   int            // where B begins in x
	size    int            // of x
	sign    []float64      // of t_i at the start
	t       []float64      // t_i at the last point; samples are in order of their classes
	u, v    blas64.General // n×d, rows w_i u_i and w_i v_i at the last point
	pieces  []piece
	sums    []sum
	wall    atomic.Bool    // some t_i has not the sign it had at the start
	meet    func(i int)    // piece i with its data, at the last point
	workers int            // goroutines
	space   sync.Pool      // of *workspace
	gram    blas64.General // AAᵀ or Z
	z2      blas64.General // Z²
	z3      blas64.General // Z³
}

// A part is what meets the data of one span, and with others the rest.
type part struct {
	*span
	begin   int            // of x
	first   int            // first sample it meets
	scaled  blas64.General // the rows of the point that meet the data, times data.scale
	outside blas64.General // what the other rows of the point stand for, in the basis of what is orthogonal to the span
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
	x = f.add(nil, 0, mat.DenseCopyOf(start.A.T()))
	f.split = len(x)
	blocks := make([]*mat.Dense, data.Classes)
	for k := range blocks {
		blocks[k] = start.Block(k)
	}
	x = f.add(x, 1, blocks...)
	f.size = len(x)
	first := 0
	for i := 1; i < len(f.parts); i++ {
		f.parts[i].first = first
		first += f.parts[i].data.rows
	}
	f.plan()
	f.signs(x)
	return f, x
}

// add appends parts for matrices that meet the data of the spans from the given one on, and their coordinates to x.
func (f *SpanFitness) add(x []float64, span int, matrices ...*mat.Dense) []float64 {
	var rest []float64 // of all of them, one above the other
	for i, m := range matrices {
		s := &f.shared.spans[span+i]
		inside, outside := s.split(m.RawMatrix())
		f.parts = append(f.parts, part{span: s, begin: len(x), scaled: general(s.data.cols, f.d)})
		x = append(x, inside.Data...)
		rest = append(rest, outside.Data...)
	}
	basis, coordinates := narrow(f.stack(rest))
	row := 0
	for i, m := range matrices {
		pt := &f.parts[span+i]
		rows := m.RawMatrix().Rows - pt.data.cols
		pt.outside = of(basis, row, row+rows)
		row += rows
	}
	return append(x, coordinates.Data...)
}

func general(rows, cols int) blas64.General {
	return blas64.General{Rows: rows, Cols: cols, Stride: max(cols, 1), Data: make([]float64, rows*cols)}
}

// times returns xy.
func times(x, y blas64.General) blas64.General {
	product := general(x.Rows, y.Cols)
	if x.Cols > 0 {
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, x, y, 0, product)
	}
	return product
}

// Len returns the number of coordinates.
func (f *SpanFitness) Len() int { return f.size }

// spheres implements objective: A and B are free of scale.
func (f *SpanFitness) spheres() []int { return []int{0, f.split, f.size} }

// halves returns A and B of x.
func (f *SpanFitness) halves(x []float64) (a, b blas64.General) {
	return f.stack(x[:f.split]), f.stack(x[f.split:])
}

func (f *SpanFitness) stack(x []float64) blas64.General {
	return blas64.General{Rows: len(x) / f.d, Cols: f.d, Stride: f.d, Data: x}
}

// inside returns the rows of a part of x that meet data.
func (f *SpanFitness) inside(x []float64, part int) blas64.General {
	pt := &f.parts[part]
	return f.stack(x[pt.begin : pt.begin+len(pt.scaled.Data)])
}

// outside returns the rows of A and of B in x that meet no data.
func (f *SpanFitness) outside(x []float64) (a, b blas64.General) {
	last := &f.parts[len(f.parts)-1]
	return f.stack(x[len(f.parts[0].scaled.Data):f.split]), f.stack(x[last.begin+len(last.scaled.Data):])
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
	a, b := f.halves(x)
	gradA, gradB := f.halves(grad)
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, a, a, 0, f.gram)
	norm := blas64.Nrm2(blas64.Vector{N: len(f.gram.Data), Inc: 1, Data: f.gram.Data})
	phi -= math.Log(norm) / 2
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1/(norm*norm), a, f.gram, 0, gradA)

	blas64.Gemm(blas.Trans, blas.NoTrans, 1, b, b, 0, f.gram)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, f.gram, f.gram, 0, f.z2)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, f.z2, f.gram, 0, f.z3)
	norm = blas64.Nrm2(blas64.Vector{N: len(f.z2.Data), Inc: 1, Data: f.z2.Data})
	phi -= math.Log(norm) / 4
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1/(norm*norm), b, f.z3, 0, gradB)

	f.addSums(grad)
	return phi
}

func (f *SpanFitness) check(grad, x []float64) {
	if len(grad) != f.Len() || len(x) != f.Len() {
		panic("model: point or gradient of wrong length")
	}
}

// Params maps x back to parameters, normalised.
func (f *SpanFitness) Params(x []float64) Params {
	p := f.parts[0].data.cols + f.parts[0].outside.Rows
	params := NewParams(f.d, p, len(f.parts)-1)
	a, b := f.outside(x)
	params.A.Copy(f.full(x, 0, a).T())
	for k := range len(f.parts) - 1 {
		params.Block(k).Copy(f.full(x, k+1, b))
	}
	params.Normalise()
	return params
}

// full returns the matrix that a part of x and the rows of x that meet no data stand for.
func (f *SpanFitness) full(x []float64, part int, outside blas64.General) *mat.Dense {
	pt := &f.parts[part]
	all := times(pt.outside, outside)
	all = f.stack(slices.Concat(f.inside(x, part).Data, all.Data))
	all = pt.turn(all, blas.NoTrans)
	return mat.NewDense(all.Rows, all.Cols, all.Data)
}
