package model

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
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
// class, u_i, and σ²/T. The eigenvectors of C, found once, and those of V against σ^{4/3}/T, found at each step, make it
// diagonal. The products of means are those of K-FAC (Martens and Grosse, ICML 2015), and that steps do not depend on
// W is the idea of ScaledGD (Tong, Ma and Chi, JMLR 2021).
type quotient struct {
	*SpanFitness
	spectra []spectrum       // of C, for each part; shared
	turned  []blas64.General // work space of precondition, as large as each part
	inside  []blas64.General
	sigma   []float64 // of K at the last point
	total   float64   // T
	a, b    side
}

// A side is A, or all blocks of B, at the last point.
type side struct {
	penalty   *mat.Dense // d×d: E σ^{8/3} Eᵀ/T, or F σ^{2/3} Fᵀ/T
	balance   *mat.Dense // d×d: gA·balance is the gradient in balance; F σ^{−2/3}, or E σ^{2/3}
	metric    *mat.Dense // d×d: W = balance·M with MᵀSM = 1 and MᵀVM = diag(stiffness), S the damped penalty in balance
	stiffness []float64
}

// A spectrum is the eigendecomposition of C in the coordinates that meet data.
type spectrum struct {
	vectors blas64.General // m×m, one in each column
	values  []float64
}

// The metric is damped by this many times the scale-free gradient norm, within limits, in units of the mean penalty. A
// positive start is nearly of rank one, and there the metric knows too little of the other directions.
const (
	dampingPerNorm = 4
	leastDamping   = 0.01
	mostDamping    = 1
)

func newQuotient(f *SpanFitness) *quotient {
	q := &quotient{SpanFitness: f, sigma: make([]float64, f.d)}
	f.shared.spectraOnce.Do(func() {
		means := f.means()
		f.shared.spectra = make([]spectrum, len(means))
		f.each(len(means), func(i int) { f.shared.spectra[i] = newSpectrum(means[i]) })
	})
	q.spectra = f.shared.spectra
	for i := range f.parts {
		q.turned = append(q.turned, general(f.rows(i), f.d))
		q.inside = append(q.inside, general(f.parts[i].data.cols, f.d))
	}
	return q
}

// means returns C of each part, of which the upper triangle counts.
func (f *SpanFitness) means() []*mat.Dense {
	const wide = 96 // columns of one task
	means := make([]*mat.Dense, len(f.parts))
	type task struct{ part, first, end int }
	var tasks []task
	for i := range f.parts {
		m := f.parts[i].data.cols
		if m == 0 {
			continue
		}
		means[i] = mat.NewDense(m, m, nil)
		for lo := 0; lo < m; lo += wide {
			tasks = append(tasks, task{i, lo, min(lo+wide, m)})
		}
	}
	f.each(len(tasks), func(i int) {
		t := tasks[i]
		data, to := &f.parts[t.part].data, means[t.part].RawMatrix()
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

// newSpectrum decomposes c; nil stands for a matrix without entries.
func newSpectrum(c *mat.Dense) spectrum {
	if c == nil {
		return spectrum{}
	}
	vectors, values := eigen(c)
	return spectrum{vectors: vectors.RawMatrix(), values: values}
}

// FuncGrad returns Φ and stores its gradient with respect to A and B in grad. Where some t_i has not the sign it had at
// the start, or A has not full rank to rounding, it returns −Inf and grad is of no use. It panics if a length is not
// Len().
func (q *quotient) FuncGrad(grad, x []float64) float64 {
	q.check(grad, x)
	phi := q.logs(x)
	if math.IsInf(phi, -1) || !q.decompose(x) {
		return math.Inf(-1)
	}
	phi -= 3.0 / 8 * math.Log(q.total)
	a, b := q.view(x, 0, q.rows(0)), q.blocks(x)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, a, q.a.penalty.RawMatrix(), 0, q.view(grad, 0, a.Rows))
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, b, q.b.penalty.RawMatrix(), 0, q.blocks(grad))
	q.addSums(grad)
	return phi
}

// decompose finds σ, T and what depends on them alone. It reports whether A has full rank.
func (q *quotient) decompose(x []float64) bool {
	d := q.d
	var chol mat.Cholesky
	if !chol.Factorize(gram(q.view(x, 0, q.rows(0)))) {
		return false
	}
	var l, inverse mat.TriDense
	chol.LTo(&l)
	if inverse.InverseTri(&l) != nil {
		return false
	}
	var product mat.Dense
	product.Product(l.T(), gram(q.blocks(x)), &l)
	p, squares := eigen(&product)
	q.total = 0
	for i, s := range squares {
		q.sigma[i] = math.Sqrt(math.Max(s, math.SmallestNonzeroFloat64))
		q.total += math.Pow(q.sigma[i], 8.0/3)
	}
	var e, f mat.Dense
	e.Mul(inverse.T(), p)
	f.Mul(&l, p)
	// outer returns x σ^power xᵀ/T.
	outer := func(x *mat.Dense, power float64) *mat.Dense {
		scaled, out := q.columns(x, power), mat.NewDense(d, d, nil)
		out.Mul(scaled, x.T())
		out.Scale(1/q.total, out)
		return out
	}
	q.a.penalty, q.b.penalty = outer(&e, 8.0/3), outer(&f, 2.0/3)
	q.a.balance, q.b.balance = q.columns(&f, -2.0/3), q.columns(&e, 2.0/3)
	return true
}

// columns returns x σ^power.
func (q *quotient) columns(x *mat.Dense, power float64) *mat.Dense {
	weights := make([]float64, q.d)
	for i, s := range q.sigma {
		weights[i] = math.Pow(s, power)
	}
	return scaledColumns(x, weights)
}

// scaledColumns returns x diag(weights).
func scaledColumns(x *mat.Dense, weights []float64) *mat.Dense {
	scaled := mat.DenseCopyOf(x)
	for i := range weights {
		floats.Mul(scaled.RawRowView(i), weights)
	}
	return scaled
}

// update implements preconditioner. The norm that it returns is that of φ in balance.
func (q *quotient) update(g []float64) (gradNorm float64) {
	squared := func(s *side, g blas64.General, power float64) float64 {
		var balanced mat.Dense
		balanced.Product(s.balance.T(), gram(g), s.balance)
		size := 0.0
		for _, sigma := range q.sigma {
			size += math.Pow(sigma, power)
		}
		return mat.Trace(&balanced) * size
	}
	gradNorm = math.Sqrt(squared(&q.a, q.view(g, 0, q.rows(0)), 4.0/3) + squared(&q.b, q.blocks(g), 2.0/3))
	damping := math.Min(math.Max(leastDamping, dampingPerNorm*gradNorm), mostDamping)
	q.a.measure(q.sigma, 4.0/3, q.total, damping, q.v)
	q.b.measure(q.sigma, 2, q.total, damping, q.u)
	return gradNorm
}

// measure finds the metric for the penalty σ^power/T in balance and V = n Σ_i rowᵢᵀ rowᵢ of rows already divided by nt.
func (s *side) measure(sigma []float64, power, total, damping float64, rows blas64.General) {
	mean := 0.0
	for _, v := range sigma {
		mean += math.Pow(v, power) / total / float64(len(sigma))
	}
	weights := make([]float64, len(sigma))
	for i, v := range sigma {
		weights[i] = 1 / math.Sqrt(math.Pow(v, power)/total+damping*mean)
	}
	scaled := scaledColumns(s.balance, weights)
	var v mat.Dense
	v.Product(scaled.T(), gram(rows), scaled)
	v.Scale(float64(rows.Rows), &v)
	turn, stiffness := eigen(&v)
	s.metric = new(mat.Dense)
	s.metric.Mul(scaled, turn)
	s.stiffness = stiffness
}

// precondition implements preconditioner: it multiplies by the inverse of (4.3), damped.
func (q *quotient) precondition(g []float64) {
	q.each(len(q.parts), func(i int) {
		s, c, turned, inside := &q.b, &q.spectra[i], q.turned[i], q.inside[i]
		if i == 0 {
			s = &q.a
		}
		all := q.view(g, i, q.rows(i))
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, all, s.metric.RawMatrix(), 0, turned)
		if m := len(c.values); m > 0 {
			top := of(turned, 0, m)
			blas64.Gemm(blas.Trans, blas.NoTrans, 1, c.vectors, top, 0, inside)
			for a, value := range c.values {
				row := inside.Data[a*q.d : (a+1)*q.d]
				for b, stiff := range s.stiffness {
					row[b] /= 1 + math.Max(value*stiff, 0)
				}
			}
			blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, c.vectors, inside, 0, top)
		}
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, turned, s.metric.RawMatrix(), 0, all)
	})
}

// settle brings the factors of x into balance. K stays.
func (q *quotient) settle(x []float64) {
	if !q.decompose(x) {
		return
	}
	// Aᵀ E σ^{2/3} and B F σ^{−2/3}: the maps of the gradients, changed over.
	for _, c := range []struct {
		m blas64.General
		w *mat.Dense
	}{{q.view(x, 0, q.rows(0)), q.b.balance}, {q.blocks(x), q.a.balance}} {
		old := general(c.m.Rows, c.m.Cols)
		copy(old.Data, c.m.Data)
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, old, c.w.RawMatrix(), 0, c.m)
	}
}

// gram returns xᵀx.
func gram(x blas64.General) *mat.SymDense {
	g := mat.NewDense(x.Cols, x.Cols, nil)
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, x, x, 0, g.RawMatrix())
	return mat.NewSymDense(x.Cols, g.RawMatrix().Data) // the upper triangle counts
}

// eigen returns the eigenvectors, in columns, and eigenvalues of x, symmetric but for rounding.
func eigen(x *mat.Dense) (vectors *mat.Dense, values []float64) {
	d, _ := x.Dims()
	var factors mat.EigenSym
	if !factors.Factorize(mat.NewSymDense(d, x.RawMatrix().Data), true) {
		panic("model: no eigendecomposition")
	}
	vectors = new(mat.Dense)
	factors.VectorsTo(vectors)
	return vectors, factors.Values(nil)
}
