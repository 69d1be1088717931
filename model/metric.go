package model

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack/gonum"
)

// A band is C = QΘQᵀ in the coordinates that meet data, with a tridiagonal Θ.
type band struct {
	q, transposed blas64.General // m×m, orthogonal: a product goes through either row by row; none where Q is the identity
	diagonal, off []float64      // of Θ: m and m−1 entries
}

// A system is work space for the equations of one part: the targets side by side, in m×2d, and factors in m×d.
type system struct{ turned, inside, factor, pivot blas64.General }

// A phase is some tasks that may be done at the same time.
type phase struct {
	tasks int
	do    func(task int)
}

// A strip is some rows of a part.
type strip struct{ part, first, end int }

// fewPerDimension is up to how many samples for each dimension of their span are turned to the basis where Θ is found: the
// product with Q then costs what some steps save.
const fewPerDimension = 2

// The metric is damped by this many times the scale-free gradient norm, within limits, in units of the mean penalty. A
// positive start is nearly of rank one, and there the metric knows too little of the other directions.
const (
	dampingPerNorm = 4
	leastDamping   = 0.01
	mostDamping    = 1
)

// takeBands returns C of each part, and takes f, and x along, to the bases where these are found.
func (f *SpanFitness) takeBands(x []float64) []band {
	f.shared.bandsOnce.Do(func() {
		means := f.means()
		f.shared.bands, f.shared.turned = make([]band, len(means)), slices.Clone(f.shared.spans)
		f.each(len(means), func(i int) {
			b, s := newBand(means[i]), &f.shared.turned[i]
			if n, m := s.data.rows, s.data.cols; m > 0 && n <= fewPerDimension*m {
				*s = s.turnedBy(b.q)
				b.q, b.transposed = blas64.General{}, blas64.General{}
			}
			f.shared.bands[i] = b
		})
	})
	for i := range f.parts {
		s := &f.shared.turned[i]
		f.parts[i].span = s
		if s.inner.Rows > 0 {
			inside := f.inside(x, i)
			old := f.stack(slices.Clone(inside.Data))
			blas64.Gemm(blas.Trans, blas.NoTrans, 1, s.inner, old, 0, inside)
		}
	}
	return f.shared.bands
}

// ready makes work space, and says what precondition does in which order.
func (q *quotient) ready() {
	d := q.d
	const rows = 96 // of a strip
	for i := range q.parts {
		m := q.parts[i].data.cols
		q.systems = append(q.systems, system{general(m, 2*d), general(m, 2*d), general(m, d), general(m, d)})
		for lo := 0; lo < m; lo += rows {
			q.strips = append(q.strips, strip{i, lo, min(lo+rows, m)})
		}
	}
	a, b := q.outside(make([]float64, q.size))
	q.rest = make([]float64, max(len(a.Data), len(b.Data)))
	q.phases = [...]phase{{len(q.parts), q.enter}, {len(q.strips), q.rotate}, {len(q.parts), q.solve}, {len(q.strips), q.leave}}
}

// means returns C of each part, of which the upper triangle counts.
func (f *SpanFitness) means() []blas64.General {
	const wide = 96 // columns of one task
	means := make([]blas64.General, len(f.parts))
	type task struct{ part, first, end int }
	var tasks []task
	for i := range f.parts {
		m := f.parts[i].data.cols
		means[i] = general(m, m)
		for lo := 0; lo < m; lo += wide {
			tasks = append(tasks, task{i, lo, min(lo+wide, m)})
		}
	}
	f.each(len(tasks), func(i int) {
		t := tasks[i]
		data, to := &f.parts[t.part].data, means[t.part]
		to.Rows, to.Cols, to.Data = t.end, t.end-t.first, to.Data[t.first:]
		var space []float64
		for lo := 0; lo < data.rows; lo += longest {
			rows := data.view(&space, lo, min(lo+longest, data.rows))
			left, right := rows, rows
			left.Cols, right.Cols, right.Data = t.end, t.end-t.first, rows.Data[t.first:]
			blas64.Gemm(blas.Trans, blas.NoTrans, 1/float64(len(f.t)), left, right, 1, to)
		}
		if data.scale == nil {
			return
		}
		for a, s := range data.scale[:t.end] {
			for b := range to.Cols {
				to.Data[a*to.Stride+b] *= s * data.scale[t.first+b]
			}
		}
	})
	return means
}

// call calls a routine of LAPACK twice, the first time to ask how much work space it wants.
func call(routine func(work []float64, lwork int)) {
	work := make([]float64, 1)
	routine(work, -1)
	work = make([]float64, int(work[0]))
	routine(work, len(work))
}

// newBand makes C tridiagonal, of which the upper triangle counts.
func newBand(c blas64.General) band {
	m := c.Rows
	b := band{q: c, transposed: general(m, m), diagonal: make([]float64, m), off: make([]float64, max(m-1, 0))}
	if m == 0 {
		return b
	}
	var impl gonum.Implementation // lapack64 has no wrappers
	tau := make([]float64, m-1)
	call(func(work []float64, lwork int) {
		impl.Dsytrd(blas.Upper, m, c.Data, c.Stride, b.diagonal, b.off, tau, work, lwork)
	})
	call(func(work []float64, lwork int) { impl.Dorgtr(blas.Upper, m, c.Data, c.Stride, tau, work, lwork) })
	for i := range m {
		for j, v := range row(c, i) {
			b.transposed.Data[j*m+i] = v
		}
	}
	return b
}

// update implements preconditioner. The norm that it returns is that of φ in balance; it is not a number where V is not.
func (q *quotient) update(g []float64) (gradNorm float64) {
	a, b := q.halves(g)
	gradNorm = math.Sqrt(q.squared(&q.a, a, q.p43) + q.squared(&q.b, b, q.p23))
	damping := math.Min(math.Max(leastDamping, dampingPerNorm*gradNorm), mostDamping)
	if !q.measure(&q.a, q.p43, damping, q.v) || !q.measure(&q.b, q.p2, damping, q.u) {
		return math.NaN()
	}
	return gradNorm
}

// squared returns the square of the scale-free norm of one half of a gradient, in balance, where the half has the squared
// singular values given.
func (q *quotient) squared(s *side, g blas64.General, squares []float64) float64 {
	gram(g, q.gram)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, q.gram, s.balance, 0, q.other)
	return dot(q.other.Data, s.balance.Data) * floats.Sum(squares)
}

// measure finds the metric for the penalty given, over T, in balance and V = n Σ_i rowᵢᵀ rowᵢ of rows already divided by
// nt. It reports whether it could.
func (q *quotient) measure(s *side, penalty []float64, damping float64, rows blas64.General) bool {
	mean := floats.Sum(penalty) / float64(q.d)
	for i, v := range penalty {
		q.weights[i] = math.Sqrt(q.total / (v + damping*mean))
	}
	scaleColumns(q.scaled, s.balance, q.weights)
	gram(rows, q.gram)
	q.conjugate(q.scaled, float64(rows.Rows))
	if !q.eigen(s.stiffness) {
		return false
	}
	for i, v := range s.stiffness {
		s.stiffness[i] = math.Max(v, 0)
	}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, q.scaled, q.p, 0, s.metric)
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, s.metric, s.metric, 0, s.square)
	return true
}

// precondition implements preconditioner: it multiplies by the inverse of (4.3), damped.
func (q *quotient) precondition(g, other []float64) {
	q.targets = [...][]float64{g, other}
	for _, p := range q.phases {
		q.each(p.tasks, p.do)
	}
	for _, target := range q.targets {
		if target == nil {
			continue
		}
		a, b := q.outside(target)
		q.square(a, &q.a)
		q.square(b, &q.b)
	}
}

// square multiplies rows that meet no data by WWᵀ.
func (q *quotient) square(rows blas64.General, s *side) {
	rest := q.stack(q.rest[:len(rows.Data)])
	copy(rest.Data, rows.Data)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, rest, s.square, 0, rows)
}

func (q *quotient) side(part int) *side {
	if part == 0 {
		return &q.a
	}
	return &q.b
}

// columns returns the columns of m that belong to a target.
func (q *quotient) columns(m blas64.General, target int) blas64.General {
	m.Cols, m.Data = q.d, m.Data[min(target*q.d, len(m.Data)):]
	return m
}

// enter multiplies a part of the targets by W.
func (q *quotient) enter(part int) {
	w := &q.systems[part]
	all := w.turned
	if q.bands[part].q.Rows == 0 {
		all = w.inside
	}
	for i, target := range q.targets {
		if to := q.columns(all, i); target != nil && to.Rows > 0 {
			blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, q.inside(target, part), q.side(part).metric, 0, to)
		}
	}
}

// rotate multiplies by Qᵀ.
func (q *quotient) rotate(task int) {
	t := q.strips[task]
	w, b := &q.systems[t.part], &q.bands[t.part]
	if b.q.Rows > 0 {
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, of(b.transposed, t.first, t.end), w.turned, 0, of(w.inside, t.first, t.end))
	}
}

// solve solves (1 + stiffness_j Θ) x_j = y_j for every column j of a part, by the factorisation LDLᵀ.
func (q *quotient) solve(part int) {
	b, w, stiffness, d := &q.bands[part], &q.systems[part], q.side(part).stiffness, q.d
	for i, diagonal := range b.diagonal {
		pivot := row(w.pivot, i)
		if i == 0 {
			for j, s := range stiffness {
				pivot[j] = 1 / (1 + s*diagonal)
			}
			continue
		}
		off, before, factor := b.off[i-1], row(w.pivot, i-1), row(w.factor, i)
		for j, s := range stiffness {
			f := s * off * before[j]
			factor[j] = f
			pivot[j] = 1 / (1 + s*(diagonal-f*off))
		}
	}
	for i := range b.off {
		x, next, factor := row(w.inside, i), row(w.inside, i+1), row(w.factor, i+1)
		for j, f := range factor {
			next[j] -= f * x[j]
			next[d+j] -= f * x[d+j]
		}
	}
	for i := range slices.Backward(b.diagonal) {
		x, pivot := row(w.inside, i), row(w.pivot, i)
		if i == len(b.off) {
			for j, p := range pivot {
				x[j] *= p
				x[d+j] *= p
			}
			continue
		}
		next, factor := row(w.inside, i+1), row(w.factor, i+1)
		for j, p := range pivot {
			x[j] = x[j]*p - factor[j]*next[j]
			x[d+j] = x[d+j]*p - factor[j]*next[d+j]
		}
	}
}

func row(m blas64.General, i int) []float64 { return m.Data[i*m.Stride : i*m.Stride+m.Cols] }

// leave multiplies by Q, and by Wᵀ.
func (q *quotient) leave(task int) {
	t := q.strips[task]
	w, b := &q.systems[t.part], &q.bands[t.part]
	turned := of(w.inside, t.first, t.end)
	if b.q.Rows > 0 {
		turned = of(w.turned, t.first, t.end)
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, of(b.q, t.first, t.end), w.inside, 0, turned)
	}
	for i, target := range q.targets {
		if target != nil {
			blas64.Gemm(blas.NoTrans, blas.Trans, 1, q.columns(turned, i), q.side(t.part).metric, 0, of(q.inside(target, t.part), t.first, t.end))
		}
	}
}
