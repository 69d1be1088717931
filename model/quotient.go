package model

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/gonum"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// quotient is the fitness of the product K = BA in the coordinates of a SpanFitness,
//
//	Φ(K) = (1/n) Σ_i log|t_i| − log‖K‖_{S_{8/3}}                                      (4.1)
//
// It is φ where the factors are in balance, σ(A) = σ(K)^{2/3} and σ(B) = σ(K)^{1/3}, and more where they are not. It
// does not change when A → WA and B → BW⁻¹ with any invertible W, so an ascent need not wait for balance. With
// AAᵀ = LLᵀ and Lᵀ(BᵀB)L = Pσ²Pᵀ, σ are the singular values of K. With E = L⁻ᵀP, F = LP and T = Σ σ^{8/3}, the factors
// σ^{2/3}EᵀA and BFσ^{−2/3} are in balance, and
//
//	∂/∂A log‖K‖ = (E σ^{8/3} Eᵀ/T) A,   ∂/∂B log‖K‖ = B (F σ^{2/3} Fᵀ/T)              (4.2)
//
// A quotient is a preconditioner as well. In balance the Hessian of −Φ with respect to A alone is nearly
//
//	C ⊗ V + 1 ⊗ σ^{4/3}/T,   C = (1/n) Σ d_i d_iᵀ,   V = (1/n) Σ v_i v_iᵀ/t_i²            (4.3)
//
// as the mean of a product is about the product of the means, and likewise with respect to B⁽ᵏ⁾, with the r_i of the
// class, u_i, and σ²/T. The eigenvectors of V against σ^{4/3}/T, found at each step, leave one system of equations for
// each of them, with a multiple of C; and with Householder's QᵀCQ, found once, it is tridiagonal. The products of means
// are those of K-FAC (Martens and Grosse, ICML 2015), and that steps do not depend on W is the idea of ScaledGD (Tong, Ma
// and Chi, JMLR 2021).
type quotient struct {
	*SpanFitness
	bands   []band       // of C, for each part; shared
	systems []system     // for each part
	rest    []float64    // work space for what meets no data
	targets [2][]float64 // what precondition is at work on
	phases  [4]phase     // of precondition
	strips  []strip

	sigma        []float64 // of K at the last point
	p23, p43, p2 []float64 // σ^{2/3}, σ^{4/3} and σ²
	total        float64   // T
	a, b         side

	// Work space, d×d each, and that of LAPACK.
	gram, l, inverse, p, e, f, scaled, other blas64.General
	weights, work                            []float64
}

// A side is A, or all blocks of B, at the last point.
type side struct {
	penalty   blas64.General // d×d: E σ^{8/3} Eᵀ/T, or F σ^{2/3} Fᵀ/T
	balance   blas64.General // d×d: gA·balance is the gradient in balance; F σ^{−2/3}, or E σ^{2/3}
	metric    blas64.General // d×d: W = balance·M with MᵀSM = 1 and MᵀVM = diag(stiffness), S the damped penalty in balance
	square    blas64.General // d×d: WWᵀ
	stiffness []float64
}

func newSide(d int) side {
	return side{general(d, d), general(d, d), general(d, d), general(d, d), make([]float64, d)}
}

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

// few samples for each dimension of their span are turned to the basis where Θ is found: that is worth it if the product
// with Q costs as much as some steps save.
const fewPerDimension = 2

// The metric is damped by this many times the scale-free gradient norm, within limits, in units of the mean penalty. A
// positive start is nearly of rank one, and there the metric knows too little of the other directions.
const (
	dampingPerNorm = 4
	leastDamping   = 0.01
	mostDamping    = 1
)

// newQuotient takes f over, and x along to the bases in which f then is.
func newQuotient(f *SpanFitness, x []float64) *quotient {
	d := f.d
	q := &quotient{
		SpanFitness: f, a: newSide(d), b: newSide(d), weights: make([]float64, d),
		sigma: make([]float64, d), p23: make([]float64, d), p43: make([]float64, d), p2: make([]float64, d),
	}
	for _, m := range []*blas64.General{&q.gram, &q.l, &q.inverse, &q.p, &q.e, &q.f, &q.scaled, &q.other} {
		*m = general(d, d)
	}
	call(func(work []float64, lwork int) {
		q.work = work
		lapack64.Syev(lapack.EVCompute, symmetric(q.p), q.sigma, work, lwork)
	})
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
	q.bands = f.shared.bands
	for i := range f.parts {
		s := &f.shared.turned[i]
		f.parts[i].span = s
		if s.inner.Rows > 0 {
			inside := f.inside(x, i)
			old := f.stack(slices.Clone(inside.Data))
			blas64.Gemm(blas.Trans, blas.NoTrans, 1, s.inner, old, 0, inside)
		}
	}
	const rows = 96 // of a strip
	for i := range f.parts {
		m := f.parts[i].data.cols
		q.systems = append(q.systems, system{general(m, 2*d), general(m, 2*d), general(m, d), general(m, d)})
		for lo := 0; lo < m; lo += rows {
			q.strips = append(q.strips, strip{i, lo, min(lo+rows, m)})
		}
	}
	a, b := f.outside(make([]float64, f.size))
	q.rest = make([]float64, max(len(a.Data), len(b.Data)))
	q.phases = [...]phase{{len(f.parts), q.enter}, {len(q.strips), q.rotate}, {len(f.parts), q.solve}, {len(q.strips), q.leave}}
	return q
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

// FuncGrad returns Φ and stores its gradient with respect to A and B in grad. Where some t_i has not the sign it had at
// the start, or A or K has not full rank, it returns −Inf and grad is of no use. It panics if a length is not
// Len().
func (q *quotient) FuncGrad(grad, x []float64) float64 {
	q.check(grad, x)
	phi := q.logs(x)
	if math.IsInf(phi, -1) || !q.decompose(x) {
		return math.Inf(-1)
	}
	phi -= 3.0 / 8 * math.Log(q.total)
	a, b := q.halves(x)
	gradA, gradB := q.halves(grad)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, a, q.a.penalty, 0, gradA)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, b, q.b.penalty, 0, gradB)
	q.addSums(grad)
	return phi
}

// fullRank reports whether A and K have full rank at x, as far as squares of singular values tell it from rounding.
func (q *quotient) fullRank(x []float64) bool {
	if !q.decompose(x) {
		return false
	}
	least := float64(q.d*q.d) * 0x1p-52
	low, high := math.Inf(1), 0.0
	for i := range q.d {
		pivot := q.l.Data[i*q.d+i] * q.l.Data[i*q.d+i]
		low, high = min(low, pivot), max(high, pivot)
	}
	return low > least*high && q.p2[0] > least*q.p2[q.d-1]
}

// decompose finds σ, T and what depends on them alone. It reports whether it could.
func (q *quotient) decompose(x []float64) bool {
	a, b := q.halves(x)
	gram(a, q.l)
	if _, ok := lapack64.Potrf(blas64.Symmetric{Uplo: blas.Lower, N: q.d, Stride: q.d, Data: q.l.Data}); !ok {
		return false
	}
	for i := range q.d {
		clear(q.l.Data[i*q.d+i+1 : (i+1)*q.d])
	}
	copy(q.inverse.Data, q.l.Data)
	lapack64.Trtri(blas64.Triangular{Uplo: blas.Lower, Diag: blas.NonUnit, N: q.d, Stride: q.d, Data: q.inverse.Data})
	gram(b, q.gram)
	q.conjugate(q.l, 1)
	if !q.eigen(q.sigma) || !(q.sigma[0] > 0) {
		return false
	}
	q.total = 0
	for i, s := range q.sigma {
		q.p2[i] = s
		q.p23[i] = math.Cbrt(s)
		q.p43[i] = q.p23[i] * q.p23[i]
		q.sigma[i] = math.Sqrt(s)
		q.total += q.p43[i] * q.p43[i]
	}
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, q.inverse, q.p, 0, q.e)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, q.l, q.p, 0, q.f)
	scaleColumns(q.a.balance, q.e, q.p43) // for now
	blas64.Gemm(blas.NoTrans, blas.Trans, 1/q.total, q.a.balance, q.a.balance, 0, q.a.penalty)
	scaleColumns(q.b.balance, q.f, q.p23) // for now
	blas64.Gemm(blas.NoTrans, blas.Trans, 1/q.total, q.b.balance, q.f, 0, q.b.penalty)
	scaleColumns(q.b.balance, q.e, q.p23)
	for i, s := range q.p23 {
		q.weights[i] = 1 / s
	}
	scaleColumns(q.a.balance, q.f, q.weights)
	return true
}

// conjugate stores factor·mᵀ gram m in p.
func (q *quotient) conjugate(m blas64.General, factor float64) {
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, q.gram, m, 0, q.other)
	blas64.Gemm(blas.Trans, blas.NoTrans, factor, m, q.other, 0, q.p)
}

// eigen replaces p by its eigenvectors, one in each column, and reports whether it could.
func (q *quotient) eigen(values []float64) bool {
	return lapack64.Syev(lapack.EVCompute, symmetric(q.p), values, q.work, len(q.work))
}

func symmetric(m blas64.General) blas64.Symmetric {
	return blas64.Symmetric{Uplo: blas.Upper, N: m.Rows, Stride: m.Stride, Data: m.Data}
}

// scaleColumns stores x diag(weights) in dst.
func scaleColumns(dst, x blas64.General, weights []float64) {
	for i := range x.Rows {
		floats.MulTo(dst.Data[i*dst.Stride:i*dst.Stride+dst.Cols], x.Data[i*x.Stride:i*x.Stride+x.Cols], weights)
	}
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

// settle brings the factors of x into balance, without squares of their singular values. K stays. A and B need at least as
// many rows as columns here.
func (q *quotient) settle(x []float64) {
	a, b := q.halves(x)
	basisA, rightA := narrow(q.stack(slices.Clone(a.Data)))
	basisB, rightB := narrow(q.stack(slices.Clone(b.Data)))
	core := mat.NewDense(q.d, q.d, nil) // K between the bases
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, rightB, rightA, 0, core.RawMatrix())
	var svd mat.SVD
	if !svd.Factorize(core, mat.SVDThin) {
		return
	}
	var left, right mat.Dense
	svd.UTo(&left)
	svd.VTo(&right)
	third := svd.Values(nil)
	for i, s := range third {
		third[i] = math.Cbrt(s)
	}
	// A = Q_A V σ^{2/3} and B = Q_B U σ^{1/3}, of which A is transposed.
	scaleColumns(q.scaled, right.RawMatrix(), third)
	scaleColumns(q.scaled, q.scaled, third)
	copy(a.Data, times(basisA, q.scaled).Data)
	scaleColumns(q.scaled, left.RawMatrix(), third)
	copy(b.Data, times(basisB, q.scaled).Data)
}

// gram stores xᵀx in dst.
func gram(x, dst blas64.General) { blas64.Gemm(blas.Trans, blas.NoTrans, 1, x, x, 0, dst) }
