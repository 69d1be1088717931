package model

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"example.org/concord/simd"
	"example.org/concord/stream"
)

func TestQuotientGradIsTheDerivative(t *testing.T) {
	for _, side := range []int{-5, 4} {
		t.Run(fmt.Sprintf("side=%d", side), func(t *testing.T) {
			data := small(side, 3, 20, Modulus, 5)
			f, x := NewSpanFitness(data, Uniform.Draw(7, 3, data.Side*data.Side, 3))
			q := newQuotient(f, x)
			grad, scratch := make([]float64, q.Len()), make([]float64, q.Len())
			q.FuncGrad(grad, x)
			want := fd.Gradient(nil, func(v []float64) float64 { return q.FuncGrad(scratch, v) }, x, &fd.Settings{Formula: fd.Central})
			if diff := floats.Distance(grad, want, 2); diff > 1e-7*(1+floats.Norm(want, 2)) {
				t.Errorf("the gradient differs from finite differences by %g of %g", diff, floats.Norm(want, 2))
			}
		})
	}
}

// TestQuotientSeesTheProductOnly moves the factors by a random invertible W, which leaves their product: Φ and the norm
// of its gradient stay, and after settling the factors are those in balance, where Φ is φ and its gradient is that of φ.
func TestQuotientSeesTheProductOnly(t *testing.T) {
	data := small(5, 3, 12, Modulus, 5)
	rapid.Check(t, func(t *rapid.T) {
		const d = 3
		seed := rapid.Uint64().Draw(t, "seed")
		f, x := NewSpanFitness(data, Uniform.Draw(seed, d, 25, 3))
		q := newQuotient(f, x)
		grad := make([]float64, q.Len())
		phi := q.FuncGrad(grad, x)
		norm := q.update(grad)
		before := product(f.Params(x))

		// More on the diagonal than beside it: W is invertible.
		w, r := mat.NewDense(d, d, nil), stream.New(seed, "test", "w")
		for i := range d {
			for j := range d {
				w.Set(i, j, 2*r.Float64()-1)
			}
			w.Set(i, i, w.At(i, i)+4)
		}
		var inverse mat.Dense
		if err := inverse.Inverse(w); err != nil {
			t.Fatal(err)
		}
		a := mat.NewDense(f.split/d, d, x[:f.split])
		b := mat.NewDense((len(x)-f.split)/d, d, x[f.split:])
		a.Mul(mat.DenseCopyOf(a), w.T())
		b.Mul(mat.DenseCopyOf(b), &inverse)
		if got := q.FuncGrad(grad, x); math.Abs(got-phi) > 1e-11 {
			t.Errorf("Φ = %v for other factors of the same product, want %v", got, phi)
		}
		if got := q.update(grad); math.Abs(got-norm) > 1e-9*(1+norm) {
			t.Errorf("the gradient norm is %v for other factors of the same product, want %v", got, norm)
		}
		if got := f.FuncGrad(grad, x); got > phi+1e-12 {
			t.Errorf("φ = %v exceeds Φ = %v", got, phi)
		}

		q.settle(x)
		if diff := distance(product(f.Params(x)), before); diff > 1e-11 {
			t.Errorf("settling moves the product by %g", diff)
		}
		if got := f.FuncGrad(grad, x); math.Abs(got-phi) > 1e-11 {
			t.Errorf("φ = %v in balance, want Φ = %v", got, phi)
		}
		square := 0.0
		for _, part := range [][2]int{{0, f.split}, {f.split, len(x)}} {
			square += math.Pow(floats.Norm(grad[part[0]:part[1]], 2)*floats.Norm(x[part[0]:part[1]], 2), 2)
		}
		if got := math.Sqrt(square); math.Abs(got-norm) > 1e-9*(1+norm) {
			t.Errorf("the scale-free gradient norm of φ in balance is %v, want %v", got, norm)
		}
		whole, part := make([]float64, q.Len()), grad
		q.FuncGrad(whole, x)
		if diff := floats.Distance(whole, part, 2); diff > 1e-10*(1+norm) {
			t.Errorf("the gradients of Φ and φ differ by %g in balance", diff)
		}
	})
}

// product returns K = BA, normalised.
func product(x Params) *mat.Dense {
	var k mat.Dense
	k.Mul(x.B, x.A)
	k.Scale(1/mat.Norm(&k, 2), &k)
	return &k
}

func distance(x, y *mat.Dense) float64 {
	var diff mat.Dense
	diff.Sub(x, y)
	return mat.Norm(&diff, 2)
}

// TestMetricIsTheInverse holds what the metric promises: it is the inverse of (4.3) in balance, damped,
// made here as a Kronecker product.
func TestMetricIsTheInverse(t *testing.T) {
	for _, size := range []struct{ side, n int }{{3, 30}, {11, 60}, {11, 150}, {11, 400}, {3, longest + 100}} {
		t.Run(fmt.Sprintf("side=%d/n=%d", size.side, size.n), func(t *testing.T) { testMetric(t, size.side, size.n) })
	}
}

func testMetric(t *testing.T, side, n int) {
	t.Helper()
	data := small(side, 2, n, Modulus, 5)
	p := side * side
	const d = 2
	f, x := NewSpanFitness(data, Uniform.Draw(7, d, p, 2))
	q := newQuotient(f, x)
	q.settle(x)
	grad := make([]float64, q.Len())
	q.FuncGrad(grad, x)
	norm := q.update(grad)
	damping := math.Min(math.Max(leastDamping, dampingPerNorm*norm), mostDamping)
	for _, tt := range []struct {
		name  string
		part  int
		data  func(i int) []float64
		other func(i int) []float64
		power float64
	}{
		{"A", 0, data.D.RawRowView, func(i int) []float64 { return f.v.Data[i*d : (i+1)*d] }, 4.0 / 3},
		{"B of class 1", 2, data.R.RawRowView, func(i int) []float64 { return f.u.Data[i*d : (i+1)*d] }, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, v := mat.NewDense(p, p, nil), mat.NewDense(d, d, nil)
			for i, k := range data.Y {
				if tt.part == 0 || k == tt.part-1 {
					row := mat.NewVecDense(p, tt.data(i))
					c.RankOne(c, 1/float64(n), row, row)
				}
				row := mat.NewVecDense(d, tt.other(i)) // already over nt
				v.RankOne(v, float64(n), row, row)
			}
			mean := 0.0
			for _, s := range q.sigma {
				mean += math.Pow(s, tt.power) / q.total / d
			}
			h := mat.NewDense(p*d, p*d, nil) // settling puts the largest σ first, decomposing last
			h.Kronecker(c, v)
			for j := range p {
				for l := range d {
					h.Set(j*d+l, j*d+l, h.At(j*d+l, j*d+l)+math.Pow(q.sigma[d-1-l], tt.power)/q.total+damping*mean)
				}
			}
			// A direction in pixels or frequencies, and what the metric makes of it.
			g := make([]float64, q.Len())
			copy(f.inside(g, tt.part).Data, noise(stream.New(3, "test"), len(f.parts[tt.part].scaled.Data)))
			a, b := f.outside(g)
			rest := a
			if tt.part > 0 {
				rest = b
			}
			copy(rest.Data, noise(stream.New(4, "test"), len(rest.Data)))
			full := func(g []float64) *mat.Dense { return f.full(g, tt.part, rest) }
			want := full(g)
			other := noise(stream.New(5, "test"), q.Len())
			alone := slices.Clone(other)
			q.precondition(alone, nil)
			q.precondition(g, other)
			if !slices.Equal(other, alone) {
				t.Error("a vector comes out otherwise beside another")
			}
			got := mat.NewVecDense(p*d, nil)
			got.MulVec(h, mat.NewVecDense(p*d, full(g).RawMatrix().Data))
			if diff := floats.Distance(got.RawVector().Data, want.RawMatrix().Data, 2); diff > 1e-9 {
				t.Errorf("the Hessian times the preconditioned gradient is off by %g", diff)
			}
		})
	}
}

// TestQuotientEndsWhereOthersEnd trains by the quotient and by L-BFGS and compares the products, also where the optimum
// has a lower rank than asked for.
func TestQuotientEndsWhereOthersEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	for _, tt := range []struct {
		name   string
		n, d   int
		tol    float64
		reason string
	}{
		{"the rank binds", 40, 5, 1e-8, ""},
		{"more rank than images", 3, 6, 3e-5, "where σ is zero at the optimum the gradient is about σ², so σ is known to the root of its norm"},
		{"rank one", 10, 1, 1e-8, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := reference(t, tt.n)
			start := Uniform.Draw(3, tt.d, 784, 10)
			a := Ascent{Method: LBFGS, GradTol: 1e-10}
			want, wantReport := Train(context.Background(), data, start, a)
			a.Method = Quotient
			got, report := Train(context.Background(), data, start, a)
			if report.Status != Converged || wantReport.Status != Converged {
				t.Fatalf("quotient ends %+v, lbfgs %+v", report, wantReport)
			}
			if diff := math.Abs(report.Value - wantReport.Value); diff > 1e-12 {
				t.Errorf("the fitness differs by %g", diff)
			}
			if diff := distance(product(got), product(want)); diff > tt.tol {
				t.Errorf("the products differ by %g (%s)", diff, tt.reason)
			}
			if report.Evaluations > wantReport.Evaluations {
				t.Errorf("quotient takes %d evaluations, lbfgs %d", report.Evaluations, wantReport.Evaluations)
			}
		})
	}
}

// TestStepsDoNotAllocate evaluates and preconditions with few samples, as a trial of the reference problem does.
func TestStepsDoNotAllocate(t *testing.T) {
	if simd.Kernel() == "gonum" || testing.Short() {
		t.Skip("gonum's products allocate, and so do pools under the race detector")
	}
	before := blas64.Implementation()
	blas64.Use(simd.New())
	defer blas64.Use(before)
	f, x := NewSpanFitness(small(8, 3, 30, Modulus, 3), Uniform.Draw(1, 3, 64, 3))
	q := newQuotient(f, x)
	grad := make([]float64, q.Len())
	for name, step := range map[string]func(){
		"factors": func() { f.FuncGrad(grad, x) },
		"product": func() { q.FuncGrad(grad, x); q.update(grad); q.precondition(grad, nil) },
	} {
		if got := testing.AllocsPerRun(100, step); got > 0 {
			t.Errorf("a step of the fitness of %s allocates %v times", name, got)
		}
	}
}

func TestQuotientRefusesToCrossTheWall(t *testing.T) {
	data := small(4, 2, 5, Modulus, 1)
	f, x := NewSpanFitness(data, Uniform.Draw(1, 2, 16, 2))
	q := newQuotient(f, x)
	grad := make([]float64, f.Len())
	if v := q.FuncGrad(grad, x); math.IsInf(v, 0) {
		t.Fatalf("fitness at the start is %v", v)
	}
	a := x[:f.split]
	floats.Scale(-1, a)
	if v := q.FuncGrad(grad, x); !math.IsInf(v, -1) {
		t.Errorf("fitness with every t_i of the other sign is %v, want -Inf", v)
	}
}

// TestQuotientReturnsWhatItReports trains to optima of lower rank than asked for, from factors that are nearly dependent, and
// out of and into every kind of coordinates, and asks for the fitness of what is returned.
func TestQuotientReturnsWhatItReports(t *testing.T) {
	dependent := func(x Params, d int) Params {
		r := stream.New(1, "test", "dependent")
		for i := range x.B.RawMatrix().Rows {
			x.B.Set(i, d-1, x.B.At(i, 0)*(1+1e-6*(2*r.Float64()-1)))
		}
		return x
	}
	for name, tt := range map[string]struct {
		data  *Data
		start Params
		steps int
	}{
		"rank far below":          {small(8, 2, 3, Modulus, 1), Uniform.Draw(2, 20, 64, 2), 0},
		"rank far below, again":   {small(8, 2, 3, Modulus, 1), Uniform.Draw(1, 20, 64, 2), 0},
		"rank far below, pixels":  {reference(t, 3), LogNormal.Draw(3, 20, 784, 10), 0},
		"rank below, side 5":      {small(5, 2, 3, Modulus, 2), Uniform.Draw(5, 12, 25, 2), 0},
		"columns nearly the same": {small(5, 2, 9, Modulus, 1), dependent(Uniform.Draw(1, 3, 25, 2), 3), 0},
		"grouped columns, turned": {small(5, 3, 40, Modulus, 3), Uniform.Draw(3, 3, 25, 3), 0},
		"what is outside stays":   {small(5, 3, 7, Modulus, 3), Uniform.Draw(3, 3, 25, 3), 15},
		"tiny":                    {small(5, 3, 7, Modulus, 3), scaled(Uniform.Draw(3, 3, 25, 3), 1e-150), 0},
	} {
		t.Run(name, func(t *testing.T) {
			want := Converged
			if tt.steps > 0 {
				want = StepLimit
			}
			x, report := Train(context.Background(), tt.data, tt.start, Ascent{Method: Quotient, MaxSteps: tt.steps})
			got := (Fitness{tt.data}).Func(x)
			if report.Status != want || math.Abs(got-report.Value) > 1e-10 {
				t.Errorf("training ends %+v; the fitness of what it returns is %v", report, got)
			}
		})
	}
}

func scaled(x Params, by float64) Params {
	x.A.Scale(by, x.A)
	x.B.Scale(by, x.B)
	return x
}

// TestQuotientNeedsFullRank takes starts of which A, B, or both are of lower rank than they have columns, down to rounding:
// training goes another way, and reports the fitness of what it returns.
func TestQuotientNeedsFullRank(t *testing.T) {
	data := small(4, 2, 9, Modulus, 1)
	equal := func(m *mat.Dense) { // its last row that of before
		rows, _ := m.Dims()
		m.SetRow(rows-1, m.RawRowView(rows-2))
	}
	for name, start := range map[string]Params{
		"rank above the pixels": Uniform.Draw(1, 20, 16, 2),
		"equal rows of A": func() Params {
			x := Uniform.Draw(1, 3, 16, 2)
			equal(x.A)
			return x
		}(),
		"equal columns of B": func() Params {
			x := Uniform.Draw(1, 3, 16, 2)
			columns := mat.DenseCopyOf(x.B.T())
			equal(columns)
			x.B.Copy(columns.T())
			return x
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			f, x := NewSpanFitness(data, start)
			if q := newQuotient(f, x); q.fullRank(x) {
				t.Error("it is taken for one of full rank")
			}
			got, report := Train(context.Background(), data, start, Ascent{Method: Quotient})
			want, lbfgs := Train(context.Background(), data, start, Ascent{Method: LBFGS})
			if report.Status != Converged || math.Abs((Fitness{data}).Func(got)-report.Value) > 1e-12 {
				t.Errorf("training ends %+v; the fitness of what it returns is %v", report, (Fitness{data}).Func(got))
			}
			if diff := distance(product(got), product(want)); diff > 1e-4 || lbfgs.Status != Converged {
				t.Errorf("the product is %g from that of L-BFGS, which ends %+v", diff, lbfgs)
			}
		})
	}
}
