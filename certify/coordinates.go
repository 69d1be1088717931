package certify

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/model"
)

// chunk is how many samples are gathered at a time where l is not kept, so that no copy of the data is ever needed.
const chunk = 512

// many images are worth several goroutines. Nothing computed depends on how many there are.
const many = 512

// A Problem is a training set in orthonormal coordinates: one basis for the images, and one for the features
// of each class. M(λ) has as many columns as the first and as many rows as all the others together, at most
// n×n and at most (K·p)×p, whatever the number of samples.
//
// A Problem is not changed by any of its methods, and may serve several goroutines.
type Problem struct {
	data   *model.Data
	image  basis
	class  []basis // without the classes that have no image
	rows   int     // of M
	normD  []float64
	normR  []float64
	orderD []int     // 0..n−1
	spaces sync.Pool // of *space
}

// A basis holds the rows x_i of some samples as x_i = q l_i. It is that of a QR factorisation or, where there are more
// samples than columns of x that differ, that of model.EqualColumns.
type basis struct {
	label   int
	samples []int      // their numbers in the data
	x       *mat.Dense // all the rows of the data
	q       *mat.Dense // p×m, orthonormal to rounding; nil stands for the identity, l_i = x_i
	l       *mat.Dense // len(samples)×m; nil where entry c of l_i is scale[c] times entry at[c] of x_i
	at      []int
	scale   []float64
	m       int // columns of q
	first   int // row of M where the class begins

	// What rounding left: the exact polar factor of q differs from q by at most skew in the spectral norm,
	// and x_i differs from (polar factor of q) l_i by at most miss[i].
	skew float64
	miss []float64
}

// NewProblem returns the data in coordinates. Images that are equal bit for bit are given one coordinate. It
// returns an error when there is no image, when a shape does not fit, when an entry is not finite, when a
// label is out of range, or when an image or its feature is zero, since its t is then zero and the fitness
// −∞ whatever the parameters. A class without images is allowed: the optimum has B⁽ᵏ⁾ = 0 there.
func NewProblem(data *model.Data) (*Problem, error) {
	if data == nil || data.D == nil || data.R == nil || len(data.Y) == 0 || data.D.IsEmpty() {
		return nil, errors.New("certify: no training image")
	}
	n, p := data.D.Dims()
	if rows, cols := data.R.Dims(); rows != n || cols != p || len(data.Y) != n {
		return nil, fmt.Errorf("certify: %d×%d pixels, %d×%d features and %d labels do not fit", n, p, rows, cols, len(data.Y))
	}
	pr := &Problem{data: data, orderD: make([]int, n)}
	pr.spaces.New = func() any { return new(space) }
	together(func() { pr.normD = norms(data.D) }, func() { pr.normR = norms(data.R) })
	members := make([][]int, data.Classes)
	for i, k := range data.Y {
		if k < 0 || k >= data.Classes {
			return nil, fmt.Errorf("certify: image %d has label %d, want 0..%d", i, k, data.Classes-1)
		}
		members[k] = append(members[k], i)
		pr.orderD[i] = i
		for _, v := range []struct {
			what string
			norm float64
		}{{"pixels", pr.normD[i]}, {"features", pr.normR[i]}} {
			if math.IsNaN(v.norm) || math.IsInf(v.norm, 0) {
				return nil, fmt.Errorf("certify: the %s of image %d are not finite", v.what, i)
			}
			if v.norm == 0 {
				return nil, fmt.Errorf("certify: the %s of image %d are all zero: its t is zero whatever the parameters", v.what, i)
			}
		}
	}
	made := make([]basis, data.Classes)
	together(func() { pr.image = newBasis(data.D, pr.orderD, pr.normD) }, func() {
		for k, m := range members {
			if len(m) > 0 {
				made[k] = newBasis(data.R, m, pr.normR)
			}
		}
	})
	for k, b := range made {
		if b.m == 0 {
			continue
		}
		b.label, b.first = k, pr.rows
		pr.rows += b.m
		pr.class = append(pr.class, b)
	}
	return pr, nil
}

// together makes all the calls at the same time and waits for them.
func together(calls ...func()) {
	var g sync.WaitGroup
	for _, f := range calls {
		g.Go(f)
	}
	g.Wait()
}

// norms returns the lengths of the rows of x.
func norms(x *mat.Dense) []float64 {
	n, _ := x.Dims()
	norm := make([]float64, n)
	for i := range norm {
		norm[i] = floats.Norm(x.RawRowView(i), 2)
	}
	return norm
}

// newBasis returns a basis of the given rows of x; norm has the lengths of all its rows.
func newBasis(x *mat.Dense, samples []int, norm []float64) basis {
	b := basis{samples: samples, x: x}
	_, p := x.Dims()
	b.miss = make([]float64, len(samples))
	groups := model.EqualColumns(x, samples)
	column, distinct := twins(x, samples, len(groups))
	if len(distinct) == len(groups) {
		b.group(groups, norm)
		return b
	}
	b.m = len(distinct)
	b.q = mat.NewDense(p, b.m, nil)
	for j, s := range distinct {
		b.q.SetCol(j, x.RawRowView(s))
	}
	r := model.ThinQR(b.q)
	b.l = mat.NewDense(len(samples), b.m, nil)
	for i, j := range column {
		mat.Col(b.l.RawRowView(i), j, r)
	}
	b.audit(distinct, column)
	return b
}

// group makes b the basis whose vectors are the normalised means of groups of columns.
func (b *basis) group(groups [][]int, norm []float64) {
	p := b.qRows()
	b.m = len(groups)
	for _, group := range groups {
		b.at, b.scale = append(b.at, group[0]), append(b.scale, math.Sqrt(float64(len(group))))
	}
	if b.m == p {
		return
	}
	b.q = mat.NewDense(p, b.m, nil)
	for c, group := range groups {
		for _, j := range group {
			b.q.Set(j, c, 1/b.scale[c])
		}
	}
	// The columns of q have no entry in common, and the exact ones have 1/√k where q has that with two roundings, of the
	// root and of its inverse. Coordinates have two as well, of the root and of the product.
	b.skew = 4 * unit
	for i, s := range b.samples {
		b.miss[i] = 3 * unit * norm[s]
	}
}

// row stores the coordinates of sample s, for which l is not there, in dst.
func (b *basis) row(dst []float64, s int) {
	x := b.x.RawRowView(s)
	for c, scale := range b.scale {
		dst[c] = scale * x[b.at[c]] //nolint:gosec // all three have b.m entries
	}
}

// twins numbers the distinct rows: row samples[i] equals row distinct[column[i]] bit for bit. It stops where there are
// enough of them.
func twins(x *mat.Dense, samples []int, enough int) (column, distinct []int) {
	column = make([]int, len(samples))
	seen := make(map[float64][]int) // by a checksum; the rows are compared
	for i, s := range samples {
		if len(distinct) == enough {
			break
		}
		row := x.RawRowView(s)
		sum := 0.0
		for j, v := range row {
			sum += v * float64(j%31+1)
		}
		column[i] = -1
		for _, c := range seen[sum] {
			if floats.Equal(row, x.RawRowView(distinct[c])) {
				column[i] = c
				break
			}
		}
		if column[i] < 0 {
			column[i] = len(distinct)
			seen[sum] = append(seen[sum], len(distinct))
			distinct = append(distinct, s)
		}
	}
	return column, distinct
}

// audit measures what rounding left of q l_i = x_i and qᵀq = 1.
func (b *basis) audit(distinct, column []int) {
	var qt mat.Dense
	qt.CloneFrom(b.q.T())
	b.skew = orthogonality(&qt)
	rows, coords := mat.NewDense(b.m, b.qRows(), nil), mat.NewDense(b.m, b.m, nil)
	for i, c := range column {
		coords.SetRow(c, b.l.RawRowView(i))
	}
	for c, s := range distinct {
		rows.SetRow(c, b.x.RawRowView(s))
	}
	miss := residual(rows, coords, b.q)
	for i, c := range column {
		b.miss[i] = (miss[c] + b.skew*floats.Norm(b.l.RawRowView(i), 2)) * inflate
	}
}

func (b *basis) qRows() int { _, p := b.x.Dims(); return p }

// chunks calls f with runs of the samples of b and their coordinates, row by row. What f borrows of w is back before the
// next run.
func (b *basis) chunks(w *space, f func(samples []int, l *mat.Dense)) {
	if b.l != nil {
		f(b.samples, b.l)
		return
	}
	for lo := 0; lo < len(b.samples); lo += chunk {
		samples := b.samples[lo:min(lo+chunk, len(b.samples))]
		w.reset()
		l := w.dense(len(samples), b.m)
		for i, s := range samples {
			b.row(l.RawRowView(i), s)
		}
		f(samples, l)
	}
}

// apply stores in row i of p (n×d) the product of the coordinates of the features of image i with the block of y of its
// class, and in row i of s (n×d) that of the coordinates of the image with z.
func (pr *Problem) apply(p, s, y, z *mat.Dense) {
	pr.eachClass(func(b *basis, w *space) {
		own := b.block(y)
		b.chunks(w, func(samples []int, l *mat.Dense) {
			u, v := w.product(l, own), w.product(pr.images(w, samples), z)
			for i, j := range samples {
				p.SetRow(j, u.RawRowView(i))
				s.SetRow(j, v.RawRowView(i))
			}
		})
	})
}

// collect adds Σ_i l_i x_iᵀ over the samples of b to dst (m×d); x is n×d.
func (b *basis) collect(w *space, dst, x *mat.Dense) {
	b.chunks(w, func(samples []int, l *mat.Dense) {
		rows := w.rows(x, samples)
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, l.RawMatrix(), rows.RawMatrix(), 1, dst.RawMatrix())
	})
}

// block returns the rows of m that belong to b, sharing its data.
func (b *basis) block(m *mat.Dense) *mat.Dense {
	_, cols := m.Dims()
	return m.Slice(b.first, b.first+b.m, 0, cols).(*mat.Dense) //nolint:forcetypeassert // as documented by mat
}

// collectFeatures is collect for the features.
func (pr *Problem) collectFeatures(dst, x *mat.Dense) {
	pr.eachClass(func(b *basis, w *space) { b.collect(w, b.block(dst), x) })
}

// collectImages is collect for the images.
func (pr *Problem) collectImages(dst, x *mat.Dense) {
	pr.borrow(func(w *space) { pr.image.collect(w, dst, x) })
}

// pieces calls f with runs of samples of each class, for several classes at the same time: the coordinates l of their
// features, and those of their images times λ. The products lᵀ(λ l') of a class add up to its block of M(λ).
func (pr *Problem) pieces(lambda []float64, f func(b *basis, w *space, features, weighted *mat.Dense)) {
	pr.eachClass(func(b *basis, w *space) {
		b.chunks(w, func(samples []int, l *mat.Dense) {
			weighted := pr.images(w, samples)
			for i, s := range samples {
				floats.Scale(lambda[s], weighted.RawRowView(i))
			}
			f(b, w, l, weighted)
		})
	})
}

// borrow calls f with a space that nobody else uses.
func (pr *Problem) borrow(f func(w *space)) {
	w := pr.spaces.Get().(*space) //nolint:forcetypeassert // New makes nothing else
	defer pr.spaces.Put(w)
	w.reset()
	f(w)
}

// eachClass calls f for every class with images, each in a space of its own, and with many images for several at the same
// time.
func (pr *Problem) eachClass(f func(b *basis, w *space)) {
	var g errgroup.Group
	g.SetLimit(1)
	if pr.Samples() >= many {
		g.SetLimit(runtime.GOMAXPROCS(0))
	}
	for k := range pr.class {
		g.Go(func() error {
			pr.borrow(func(w *space) { f(&pr.class[k], w) })
			return nil
		})
	}
	g.Wait() //nolint:errcheck // no goroutine returns one
}

// images returns the coordinates of images, row by row.
func (pr *Problem) images(w *space, samples []int) *mat.Dense {
	if pr.image.l != nil {
		return w.rows(pr.image.l, samples)
	}
	rows := w.dense(len(samples), pr.image.m)
	for i, s := range samples {
		pr.image.row(rows.RawRowView(i), s)
	}
	return rows
}

// matrix returns M(λ) in coordinates.
func (pr *Problem) matrix(lambda []float64) *mat.Dense {
	m := mat.NewDense(pr.rows, pr.image.m, nil)
	pr.pieces(lambda, func(b *basis, _ *space, features, weighted *mat.Dense) {
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, features.RawMatrix(), weighted.RawMatrix(), 1, b.block(m).RawMatrix())
	})
	return m
}

// Samples returns n.
func (pr *Problem) Samples() int { return len(pr.data.Y) }
