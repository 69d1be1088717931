package model

import (
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/gonum"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/simd"
)

// spans is what fitnesses of the same data share, whatever their starts: of the images, and of the features of each
// class. It is found when it is first asked for.
type spans struct {
	once  sync.Once
	spans []span

	spectraOnce sync.Once
	spectra     []spectrum // of C (4.3)
}

// A span is that of some rows of X, with the rows in coordinates. Its basis q is the smaller of two. Where samples are
// few, it is that of a QR factorisation; dependent samples are no trouble, since q then spans more. Where they are many,
// it is what the columns of X give: some are zero in every sample, and some are equal in every sample.
type span struct {
	data samples
	q    *mat.Dense     // p×data.cols, orthonormal; nil for no columns, or the identity
	v, t blas64.General // p×n and n×n: the orthogonal factor of the QR factorisation is 1 − v t vᵀ
	rest *mat.Dense     // an orthonormal basis of what is orthogonal to q, where there is no factorisation
}

// samples holds rows×cols numbers: entry (i, j) is scale[j] times what is stored.
type samples struct {
	rows, cols int
	scale      []float64 // nil stands for ones
	values     []float64 // row by row; nil where bytes holds them
	bytes      []uint8
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
	if groups := EqualColumns(x, members); n > len(groups) || n >= p {
		return groupedSpan(x, members, groups)
	}
	if n == 0 {
		return span{}
	}
	q := mat.NewDense(p, n, nil)
	for i, m := range members {
		q.SetCol(i, x.RawRowView(m))
	}
	v, tau := factorise(q)
	s := span{data: samples{rows: n, cols: n, values: make([]float64, n*n)}, q: q, v: v, t: general(n, n)}
	for i := range n {
		row := v.Data[i*n : (i+1)*n]
		for j := i; j < n; j++ {
			s.data.values[j*n+i] = row[j]
			row[j] = 0
		}
		row[i] = 1
	}
	gonum.Implementation{}.Dlarft(lapack.Forward, lapack.ColumnWise, p, n, v.Data, v.Stride, tau, s.t.Data, s.t.Stride)
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
		s.q, s.rest = groupBases(p, groups)
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

// view returns what is stored of rows first to end as numbers, in space that it may have to make room in.
func (s *samples) view(space *[]float64, first, end int) blas64.General {
	v := blas64.General{Rows: end - first, Cols: s.cols, Stride: s.cols}
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

// coordinates returns m (p×d) in an orthonormal basis [q extra] of the span and the columns of m, one row of
// coordinates for each vector of the basis. The identity stands for a basis where both q and extra are nil.
func (s *span) coordinates(m mat.Matrix) (coords []float64, extra *mat.Dense) {
	p, d := m.Dims()
	if s.q == nil && s.data.cols > 0 {
		return mat.DenseCopyOf(m).RawMatrix().Data, nil
	}
	// top is m in the basis q, and bottom what is left in an orthonormal basis of what is orthogonal to q.
	var top, bottom *mat.Dense
	n := s.data.cols
	switch {
	case s.q == nil:
		top, bottom = new(mat.Dense), mat.DenseCopyOf(m)
	case s.rest != nil:
		top, bottom = new(mat.Dense), new(mat.Dense)
		top.Mul(s.q.T(), m)
		bottom.Mul(s.rest.T(), m)
	default:
		turned := mat.DenseCopyOf(m)
		s.turn(turned, blas.Trans)
		top, bottom = mat.DenseCopyOf(turned.Slice(0, n, 0, d)), mat.DenseCopyOf(turned.Slice(n, p, 0, d))
	}
	var inside *mat.Dense // a basis of the columns of bottom
	if d < p-n {
		inside = bottom
		bottom = ThinQR(inside)
	} else {
		inside = identity(p - n)
	}
	switch {
	case s.q == nil:
		extra = inside
	case s.rest != nil:
		extra = new(mat.Dense)
		extra.Mul(s.rest, inside)
	default:
		_, cols := inside.Dims()
		extra = mat.NewDense(p, cols, nil)
		extra.Slice(n, p, 0, cols).(*mat.Dense).Copy(inside) //nolint:forcetypeassert // as documented by mat
		s.turn(extra, blas.NoTrans)
	}
	return slices.Concat(top.RawMatrix().Data, bottom.RawMatrix().Data), extra
}

// turn multiplies m by the orthogonal factor of the factorisation, of which q is the first columns, or by its transpose.
// LAPACK's own routine for it writes into the reflectors while it runs, and these are shared.
func (s *span) turn(m *mat.Dense, t blas.Transpose) {
	n, d := s.t.Rows, m.RawMatrix().Cols
	inner, outer := general(n, d), general(n, d)
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, s.v, m.RawMatrix(), 0, inner)
	blas64.Gemm(t, blas.NoTrans, 1, s.t, inner, 0, outer)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, s.v, outer, 1, m.RawMatrix())
}

func identity(n int) *mat.Dense {
	one := mat.NewDense(n, n, nil)
	for i := range n {
		one.Set(i, i, 1)
	}
	return one
}

// ThinQR overwrites x (p×m, m ≤ p) with an orthonormal basis q of its columns and returns the upper triangular
// r of x = q r. mat.QR would form all of the p×p factor.
func ThinQR(x *mat.Dense) (r *mat.Dense) {
	_, m := x.Dims()
	reflectors, _ := factorise(x)
	r = mat.NewDense(m, m, nil)
	for i := range m {
		copy(r.RawRowView(i)[i:], reflectors.Data[i*m+i:(i+1)*m])
	}
	return r
}

// factorise overwrites x (p×m, m ≤ p) with an orthonormal basis of its columns and returns the reflectors that make it,
// with r above them.
func factorise(x *mat.Dense) (reflectors blas64.General, tau []float64) {
	_, m := x.Dims()
	tau = make([]float64, m)
	work := make([]float64, 1)
	lapack64.Geqrf(x.RawMatrix(), tau, work, -1)
	work = make([]float64, int(work[0]))
	lapack64.Geqrf(x.RawMatrix(), tau, work, len(work))
	reflectors = mat.DenseCopyOf(x).RawMatrix()
	lapack64.Orgqr(x.RawMatrix(), tau, work, len(work))
	return reflectors, tau
}

// EqualColumns lists the columns of x that are not zero in all of the given rows, those together that are equal in all
// of them. Groups are in order of their first columns, and so are the columns of a group.
func EqualColumns(x *mat.Dense, members []int) (groups [][]int) {
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
	}
	slices.SortFunc(groups, slices.Compare)
	return slices.DeleteFunc(groups, func(group []int) bool {
		return !slices.ContainsFunc(members, func(i int) bool { return x.At(i, group[0]) != 0 })
	})
}

// groupBases returns orthonormal bases of the vectors in p dimensions that are constant on each group and zero
// elsewhere, and of what is orthogonal to them.
func groupBases(p int, groups [][]int) (mean, rest *mat.Dense) {
	mean, rest = mat.NewDense(p, len(groups), nil), mat.NewDense(p, p-len(groups), nil)
	met := make([]bool, p)
	column := 0
	for g, group := range groups {
		for i, j := range group {
			met[j] = true
			mean.Set(j, g, 1/math.Sqrt(float64(len(group))))
			if i == 0 {
				continue
			}
			// Helmert: the first i members against the next.
			for _, l := range group[:i] {
				rest.Set(l, column, 1/math.Sqrt(float64(i*(i+1))))
			}
			rest.Set(j, column, -float64(i)/math.Sqrt(float64(i*(i+1))))
			column++
		}
	}
	for j := range p {
		if !met[j] {
			rest.Set(j, column, 1)
			column++
		}
	}
	return mean, rest
}
