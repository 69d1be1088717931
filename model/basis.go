package model

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// samples holds one side of the data, rows×cols numbers: entry (i, j) is scale[j] times what is stored.
type samples struct {
	rows, cols int
	scale      []float64 // nil stands for ones
	values     []float64 // row by row
}

// newPart returns a basis that spans the given rows of X and the columns of m (p×d), with the rows and m in it. It is
// the smaller of two. Where samples are few, the thin QR factorisation of [Xᵀ m] gives all of it; dependent columns
// are no trouble, since q then spans a larger space. Where they are many, it is what the columns of X give: some are
// zero in every sample, and some are equal in every sample.
func newPart(x *mat.Dense, members []int, m mat.Matrix) (pt part, coords []float64) {
	p, d := m.Dims()
	n := len(members)
	groups := EqualColumns(x, members)
	if n <= len(groups) && n+d <= p {
		return spanned(x, members, m)
	}
	pt.data = grouped(x, members, groups)
	if len(groups) == 0 || len(groups) == p {
		return pt, mat.DenseCopyOf(m).RawMatrix().Data
	}
	// q is [mean rest]: the normalised mean of each group, and of what is orthogonal to them the span of m.
	mean, rest := groupBases(p, groups)
	var top, bottom mat.Dense
	top.Mul(mean.T(), m)
	bottom.Mul(rest.T(), m)
	if _, others := rest.Dims(); others > d {
		left := mat.DenseCopyOf(&bottom)
		r := ThinQR(left)
		var narrow mat.Dense
		narrow.Mul(rest, left)
		rest, bottom = &narrow, *r
	}
	pt.q = new(mat.Dense)
	pt.q.Augment(mean, rest)
	var stacked mat.Dense
	stacked.Stack(&top, &bottom)
	return pt, stacked.RawMatrix().Data
}

// spanned is newPart by a QR factorisation of samples and start.
func spanned(x *mat.Dense, members []int, m mat.Matrix) (pt part, coords []float64) {
	p, d := m.Dims()
	n := len(members)
	stacked := mat.NewDense(p, n+d, nil)
	for i, s := range members {
		stacked.SetCol(i, x.RawRowView(s))
	}
	for j := range d {
		stacked.SetCol(n+j, mat.Col(nil, j, m))
	}
	r := ThinQR(stacked)
	pt.q = stacked
	pt.data = samples{rows: n, cols: n}
	if n > 0 {
		pt.data.values = mat.DenseCopyOf(r.Slice(0, n, 0, n).T()).RawMatrix().Data
	}
	return pt, mat.DenseCopyOf(r.Slice(0, n+d, n, n+d)).RawMatrix().Data
}

// EqualColumns lists the columns of x that are not zero in all of the given rows, those together that are equal in all
// of them bit for bit. Groups are in order of their first columns, and so are the columns of a group.
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

// grouped returns the samples in the coordinates of normalised means of groups.
func grouped(x *mat.Dense, members []int, groups [][]int) samples {
	s := samples{rows: len(members), cols: len(groups), values: make([]float64, 0, len(members)*len(groups))}
	for _, group := range groups {
		s.scale = append(s.scale, math.Sqrt(float64(len(group))))
	}
	for _, i := range members {
		row := x.RawRowView(i)
		for _, group := range groups {
			s.values = append(s.values, row[group[0]])
		}
	}
	return s
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
