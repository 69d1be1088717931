package model

import (
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack/gonum"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/simd"
)

// spans is what fitnesses of the same data share, whatever their starts: of the images, and of the features of each
// class. It is found when it is first asked for.
type spans struct {
	once  sync.Once
	spans []span

	bandsOnce sync.Once
	bands     []band // of C (4.3)
	turned    []span // the same with rows in the bases where these are found
}

// A span is that of some rows of X, with the rows in coordinates. Its basis is the smaller of two. Where samples are few,
// it is that of an LQ factorisation; dependent samples are no trouble, since the basis then spans more. Where they are
// many, it is what the columns of X give: some are zero in every sample, and some are equal in every sample.
//
// The basis is the first data.cols vectors of an orthonormal one of the whole space, H. With neither v nor q it is the
// identity.
type span struct {
	data  samples
	v, t  blas64.General // n×p and n×n: H = 1 − vᵀtv
	q     blas64.General // p×p: H
	inner blas64.General // m×m, where the basis is H times this
}

// samples holds rows×cols numbers: entry (i, j) is scale[j] times what is stored.
type samples struct {
	rows, cols int
	scale      []float64 // nil stands for ones
	values     []float64 // row by row; nil where bytes holds them
	bytes      []uint8
	lower      bool // row i has nothing beyond column i
}

// of finds the spans of data, once.
func (s *spans) of(data *Data) *spans {
	s.once.Do(func() {
		classes := make([][]int, data.Classes)
		for i, k := range data.Y {
			classes[k] = append(classes[k], i)
		}
		s.spans = append(s.spans, newSpan(data.D, slices.Concat(classes...)))
		for _, members := range classes {
			s.spans = append(s.spans, newSpan(data.R, members))
		}
	})
	return s
}

func newSpan(x *mat.Dense, members []int) span {
	_, p := x.Dims()
	n := len(members)
	if n == 0 {
		return span{}
	}
	most := n - 1
	if n >= p {
		most = p
	}
	if groups, ok := equalColumns(x, members, most); ok {
		return groupedSpan(x, members, groups)
	}
	s := span{data: samples{rows: n, cols: n, values: make([]float64, n*n), lower: true}, v: general(n, p)}
	for i, m := range members {
		copy(s.v.Data[i*p:], x.RawRowView(m))
	}
	l, t := factorise(s.v)
	s.t = t
	copy(s.data.values, l.Data)
	return s
}

// groupedSpan is newSpan by groups of columns.
func groupedSpan(x *mat.Dense, members []int, groups [][]int) span {
	_, p := x.Dims()
	s := span{data: samples{rows: len(members), cols: len(groups)}}
	for _, group := range groups {
		s.data.scale = append(s.data.scale, math.Sqrt(float64(len(group))))
	}
	if !s.data.takeBytes(x, members, groups) {
		s.data.values = make([]float64, 0, len(members)*len(groups))
		for _, i := range members {
			row := x.RawRowView(i)
			for _, group := range groups {
				s.data.values = append(s.data.values, row[group[0]])
			}
		}
	}
	if len(groups) < p {
		s.q = groupBasis(p, groups)
	}
	return s
}

// takeBytes stores 255 times what the groups have in the given rows, if that is as whole numbers as the pixels of an image
// are: an eighth of the memory. It reports whether it is.
func (s *samples) takeBytes(x *mat.Dense, members []int, groups [][]int) bool {
	s.bytes = make([]uint8, 0, len(members)*len(groups))
	for _, i := range members {
		row := x.RawRowView(i)
		for _, group := range groups {
			v := row[group[0]]
			b := math.Round(255 * v)
			if !(b >= 0 && b <= 255 && b/255 == v) {
				s.bytes = nil
				return false
			}
			s.bytes = append(s.bytes, uint8(b))
		}
	}
	for c := range s.scale {
		s.scale[c] /= 255
	}
	return true
}

// view returns what is stored of rows first to end as numbers, in space that it may have to make room in. Last columns
// that hold nothing are left out.
func (s *samples) view(space *[]float64, first, end int) blas64.General {
	v := blas64.General{Rows: end - first, Cols: s.cols, Stride: s.cols}
	if s.lower {
		v.Cols = end
	}
	if s.bytes == nil {
		v.Data = s.values[first*s.cols : end*s.cols]
		return v
	}
	src := s.bytes[first*s.cols : end*s.cols]
	*space = slices.Grow((*space)[:0], len(src))[:len(src)]
	v.Data = *space
	simd.Widen(v.Data, src)
	return v
}

// split returns the coordinates of m (p×d) in the basis of the span, and in the basis of what is orthogonal to it.
func (s *span) split(m blas64.General) (inside, outside blas64.General) {
	turned := s.turn(m, blas.Trans)
	return of(turned, 0, s.data.cols), of(turned, s.data.cols, m.Rows)
}

// turn multiplies m by the basis, or by its transpose.
func (s *span) turn(m blas64.General, t blas.Transpose) blas64.General {
	if s.inner.Rows == 0 {
		return s.outer(m, t)
	}
	if t == blas.Trans {
		m = s.outer(m, t)
	}
	turned := general(m.Rows, m.Cols)
	copy(turned.Data, m.Data)
	blas64.Gemm(t, blas.NoTrans, 1, s.inner, of(m, 0, s.data.cols), 0, of(turned, 0, s.data.cols))
	if t == blas.NoTrans {
		turned = s.outer(turned, t)
	}
	return turned
}

// outer multiplies m by H, or by its transpose. LAPACK's own routine for reflectors writes into them while it runs, and
// these are shared.
func (s *span) outer(m blas64.General, t blas.Transpose) blas64.General {
	turned := general(m.Rows, m.Cols)
	if s.q.Rows > 0 {
		blas64.Gemm(t, blas.NoTrans, 1, s.q, m, 0, turned)
		return turned
	}
	copy(turned.Data, m.Data)
	if n := s.t.Rows; n > 0 {
		inner, outer := general(n, m.Cols), general(n, m.Cols)
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, s.v, m, 0, inner)
		blas64.Gemm(t, blas.NoTrans, 1, s.t, inner, 0, outer)
		blas64.Gemm(blas.Trans, blas.NoTrans, -1, s.v, outer, 1, turned)
	}
	return turned
}

// turnedBy returns the span with rows in the basis times q (m×m, orthogonal).
func (s *span) turnedBy(q blas64.General) span {
	turned := *s
	turned.inner = q
	turned.data = samples{rows: s.data.rows, cols: s.data.cols, values: make([]float64, s.data.rows*s.data.cols)}
	scaled := q
	if s.data.scale != nil {
		scaled = general(q.Rows, q.Cols)
		for i, f := range s.data.scale {
			floats.AddScaled(row(scaled, i), f, row(q, i))
		}
	}
	var space []float64
	data := s.data.view(&space, 0, s.data.rows)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, data, scaled, 0, turned.data.view(nil, 0, s.data.rows))
	return turned
}

// narrow returns an orthonormal basis of the columns of x (m×d) with the coordinates of x in it: of d vectors, or the
// identity if m is not larger.
func narrow(x blas64.General) (basis, coordinates blas64.General) {
	if x.Rows > x.Cols {
		q := mat.NewDense(x.Rows, x.Cols, x.Data)
		r := ThinQR(q)
		return q.RawMatrix(), r.RawMatrix()
	}
	basis = general(x.Rows, x.Rows)
	for i := range x.Rows {
		basis.Data[i*x.Rows+i] = 1
	}
	return basis, x
}

// ThinQR overwrites x (p×m, m ≤ p) with an orthonormal basis q of its columns and returns the upper triangular
// r of x = q r. mat.QR would form all of the p×p factor.
func ThinQR(x *mat.Dense) (r *mat.Dense) {
	p, m := x.Dims()
	v := mat.DenseCopyOf(x.T()).RawMatrix()
	l, t := factorise(v)
	// The first m columns of H.
	top, inner := general(m, m), general(m, m)
	for i := range m {
		copy(row(top, i), row(v, i)[:m])
	}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, t, top, 0, inner)
	q := x.RawMatrix()
	blas64.Gemm(blas.Trans, blas.NoTrans, -1, v, inner, 0, q)
	for i := range min(m, p) {
		q.Data[i*q.Stride+i]++
	}
	return mat.DenseCopyOf(mat.NewDense(m, m, l.Data).T())
}

// factorise replaces x (n×p, n ≤ p) by reflectors v, and returns t and a lower triangular l: with the orthogonal
// H = 1 − vᵀtv, x is l times the first n rows of Hᵀ. It is the method of LAPACK's Dgelqf by blocks of rows. That of gonum
// v0.17.0, like its Dgeqrf and Dorgqr, is wrong where its Dlarft is: where the second of some reflectors has more zeros
// at its end than the first.
func factorise(x blas64.General) (l, t blas64.General) {
	const block = 32
	var impl gonum.Implementation
	n, p := x.Rows, x.Cols
	l = general(n, n)
	tau, work := make([]float64, n), make([]float64, n)
	for lo := 0; lo < n; lo += block {
		hi := min(lo+block, n)
		impl.Dgelq2(hi-lo, p-lo, x.Data[lo*p+lo:], p, tau[lo:hi], work)
		for i := lo; i < hi; i++ {
			own := row(x, i)
			copy(row(l, i)[lo:], own[lo:i+1])
			clear(own[lo:i])
			own[i] = 1
		}
		if hi == n {
			break
		}
		// The rows below, times H of these.
		v, below := of(x, lo, hi), of(x, hi, n)
		some := triangle(v, tau[lo:hi])
		inner := general(n-hi, hi-lo)
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, below, v, 0, inner)
		blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, times(inner, some), v, 1, below)
		for i := hi; i < n; i++ {
			copy(row(l, i)[lo:hi], row(x, i)[lo:hi])
			clear(row(x, i)[lo:hi])
		}
	}
	return l, triangle(x, tau)
}

// triangle returns the upper triangular t for which the product of the reflections 1 − tau_i v_iᵀv_i, the first on the
// left, is 1 − vᵀtv.
func triangle(v blas64.General, tau []float64) blas64.General {
	n := v.Rows
	t := general(n, n)
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, v, v, 0, t)
	for i, scale := range tau {
		clear(row(t, i)[:i])
		t.Data[i*n+i] = scale
		if i == 0 {
			continue
		}
		column := blas64.Vector{N: i, Inc: n, Data: t.Data[i:]}
		blas64.Scal(-scale, column)
		blas64.Trmv(blas.NoTrans, blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: i, Stride: n, Data: t.Data}, column)
	}
	return t
}

// EqualColumns lists the columns of x that are not zero in all of the given rows, those together that are equal in all
// of them. Groups are in order of their first columns, and so are the columns of a group.
func EqualColumns(x *mat.Dense, members []int) [][]int {
	_, p := x.Dims()
	groups, _ := equalColumns(x, members, p)
	return groups
}

// equalColumns is EqualColumns where there are not more groups than most, and soon gives up where there are.
func equalColumns(x *mat.Dense, members []int, most int) (groups [][]int, ok bool) {
	_, p := x.Dims()
	all := make([]int, p)
	for j := range all {
		all[j] = j
	}
	groups = [][]int{all}
	for _, i := range members {
		row := x.RawRowView(i)
		for g, group := range groups {
			first := row[group[0]]
			if !slices.ContainsFunc(group, func(j int) bool { return row[j] != first }) {
				continue
			}
			groups[g] = nil
			of := map[float64]int{first: g}
			for _, j := range group {
				to, met := of[row[j]]
				if !met {
					to = len(groups)
					groups = append(groups, nil)
					of[row[j]] = to
				}
				groups[to] = append(groups[to], j)
			}
		}
		if len(groups) > most+1 { // one may be of zeros
			return nil, false
		}
	}
	slices.SortFunc(groups, slices.Compare)
	groups = slices.DeleteFunc(groups, func(group []int) bool {
		return !slices.ContainsFunc(members, func(i int) bool { return x.At(i, group[0]) != 0 })
	})
	return groups, len(groups) <= most
}

// groupBasis returns an orthonormal basis of p dimensions: first of the vectors that are constant on one group and zero
// elsewhere, and then of what is orthogonal to them.
func groupBasis(p int, groups [][]int) blas64.General {
	basis := mat.NewDense(p, p, nil)
	met := make([]bool, p)
	column := len(groups)
	for g, group := range groups {
		for i, j := range group {
			met[j] = true
			basis.Set(j, g, 1/math.Sqrt(float64(len(group))))
			if i == 0 {
				continue
			}
			// Helmert: the first i members against the next.
			for _, l := range group[:i] {
				basis.Set(l, column, 1/math.Sqrt(float64(i*(i+1))))
			}
			basis.Set(j, column, -float64(i)/math.Sqrt(float64(i*(i+1))))
			column++
		}
	}
	for j := range p {
		if !met[j] {
			basis.Set(j, column, 1)
			column++
		}
	}
	return basis.RawMatrix()
}
