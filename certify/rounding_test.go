package certify

import (
	"math"
	"math/big"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"example.org/concord/stream"
)

// exactDot returns Σ a_i b_i without rounding.
func exactDot(a, b []float64) *big.Rat {
	s := new(big.Rat)
	for i := range a {
		x, y := new(big.Rat).SetFloat64(a[i]), new(big.Rat).SetFloat64(b[i])
		s.Add(s, x.Mul(x, y))
	}
	return s
}

// off returns |x − exact| as a float64.
func off(x float64, exact *big.Rat) float64 {
	d := new(big.Rat).SetFloat64(x)
	f, _ := d.Sub(d, exact).Float64()
	return math.Abs(f)
}

// wild returns a matrix whose rows, and whose entries, are of very different sizes.
func wild(t *rapid.T, r, c int) *mat.Dense {
	src := stream.New(rapid.Uint64().Draw(t, "seed"), "test", "wild")
	x := mat.NewDense(r, c, nil)
	for i := range r {
		scale := math.Exp2(float64(src.IntN(40) - 20))
		for j := range c {
			x.Set(i, j, scale*src.NormFloat64()*math.Exp2(-float64(src.IntN(30))))
		}
	}
	return x
}

func TestSplitIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := wild(t, 3, rapid.IntRange(1, 300).Draw(t, "m"))
		_, m := x.Dims()
		keep := splitBits(m)
		hi, lo := mat.NewDense(3, m, nil), mat.NewDense(3, m, nil)
		split(hi, lo, x, keep)
		for i := range 3 {
			largest := floats.Norm(x.RawRowView(i), math.Inf(1))
			_, e := math.Frexp(largest)
			unit := math.Ldexp(1, e-keep)
			for j := range m {
				h, l := hi.At(i, j), lo.At(i, j)
				if h+l != x.At(i, j) || math.Abs(l) > unit/2 || math.Mod(h, unit) != 0 || math.Abs(h) > math.Ldexp(unit, keep) {
					t.Fatalf("split(%v) = %v + %v in units of %v", x.At(i, j), h, l, unit)
				}
			}
		}
	})
}

func TestProductIsWithinItsBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.IntRange(1, 200).Draw(t, "m")
		a, b := wild(t, 3, m), wild(t, 4, m)
		c := product(a, b)
		for i := range 3 {
			for j := range 4 {
				ai, bj := a.RawRowView(i), b.RawRowView(j)
				err := off(c.At(i, j), exactDot(ai, bj))
				if bound := unit*math.Abs(c.At(i, j)) + kappa(m)*floats.Norm(ai, 2)*floats.Norm(bj, 2); err > bound {
					t.Fatalf("product of rows %d and %d is off by %g, bound %g", i, j, err, bound)
				}
			}
		}
	})
}

// TestProductSeesThroughCancellation: a plain inner product loses here what product keeps.
func TestProductSeesThroughCancellation(t *testing.T) {
	const m = 100
	r := stream.New(3, "test")
	a, b := mat.NewDense(1, 2*m, nil), mat.NewDense(1, 2*m, nil)
	for j := range m {
		x, y := r.Float64(), r.Float64()
		a.Set(0, j, x)
		b.Set(0, j, y)
		a.Set(0, m+j, -x)
		b.Set(0, m+j, y*(1+0x1p-50))
	}
	exact := exactDot(a.RawRowView(0), b.RawRowView(0))
	want, _ := exact.Float64()
	careful, plain := off(product(a, b).At(0, 0), exact), off(floats.Dot(a.RawRowView(0), b.RawRowView(0)), exact)
	if careful > 1e-3*math.Abs(want) || careful > plain/10 {
		t.Errorf("product is off by %g of %g, a plain inner product by %g", careful, want, plain)
	}
}

func TestResidualIsABound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.IntRange(1, 60).Draw(t, "m")
		a, b := wild(t, 2, m), wild(t, 3, m)
		x := product(a, b)
		x.Set(0, 0, x.At(0, 0)*(1+rapid.Float64Range(-1e-9, 1e-9).Draw(t, "relative")))
		for i, bound := range residual(x, a, b) {
			total := new(big.Rat)
			for j := range 3 {
				d := new(big.Rat).SetFloat64(x.At(i, j))
				d.Sub(d, exactDot(a.RawRowView(i), b.RawRowView(j)))
				total.Add(total, d.Mul(d, d))
			}
			f, _ := total.Float64()
			if want := math.Sqrt(f); bound < want || bound > want*1.001+1e-15*floats.Norm(a.RawRowView(i), 2)*mat.Norm(b, 2) {
				t.Fatalf("row %d is off by %g, bound %g", i, want, bound)
			}
		}
	})
}

func TestSumAndLengthAreWithinTheirBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := wild(t, 1, rapid.IntRange(1, 2000).Draw(t, "n")).RawRowView(0)
		one := make([]float64, len(x))
		moduli := make([]float64, len(x))
		for i, v := range x {
			one[i], moduli[i] = 1, math.Abs(v)
		}
		g := gamma(len(x))
		if err := off(sum(x), exactDot(x, one)); err > 2*unit*math.Abs(sum(x))+2*g*g*floats.Sum(moduli) {
			t.Fatalf("sum is off by %g of %g", err, sum(x))
		}
		square := new(big.Float).SetPrec(200).SetRat(exactDot(x, x))
		want, _ := square.Sqrt(square).Float64()
		if got := length(x); math.Abs(got-want) > 5*unit*want {
			t.Fatalf("length = %v, want %v", got, want)
		}
	})
}

// TestMeasuredTAreWithinTheirBounds compares t_i and its bound with rational arithmetic.
func TestMeasuredTAreWithinTheirBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := draw(t)
		x := w.params()
		m := w.pr.measure(x)
		for i, k := range w.data.Y {
			exact := new(big.Rat)
			for j := range w.rank {
				b := mat.Col(nil, j, x.Block(k))
				u := exactDot(x.A.RawRowView(j), w.data.D.RawRowView(i))
				exact.Add(exact, u.Mul(u, exactDot(b, w.data.R.RawRowView(i))))
			}
			if err := off(m.t[i], exact); err > m.tError[i]*m.t[i] {
				t.Fatalf("t of image %d is off by %g, bound %g", i, err, m.tError[i]*m.t[i])
			}
			if m.tError[i] > 1e-14 {
				t.Fatalf("the bound %g on the relative error of t of image %d says nothing", m.tError[i], i)
			}
		}
	})
}

// TestFitnessIsWithinItsBound compares with the fitness as the model has it, to the rounding of that one.
func TestFitnessIsWithinItsBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := draw(t)
		m := w.pr.measure(w.params())
		phi, bound := m.fitness()
		want := bigFitness(w, m.params)
		if math.Abs(phi-want) > bound || bound > 1e-13 {
			t.Fatalf("fitness = %v ± %g, want %v", phi, bound, want)
		}
	})
}

// TestPowersAreAsGoodAsAssumed compares math.Pow at the exponents in use with rational arithmetic: y = x^{k/5} to
// a relative error e if y⁵ = x^k to 5e.
func TestPowersAreAsGoodAsAssumed(t *testing.T) {
	for _, tt := range []struct {
		name  string
		power float64
		k     int
	}{
		{"q", exponent, 8},
		{"q-1", exponent - 1, 3},
		{"of A", 2.0 / 5, 2},
		{"of B", 1.0 / 5, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				x := math.Pow(10, rapid.Float64Range(-9, 2).Draw(t, "log x"))
				ratio := new(big.Rat).SetInt64(1)
				y := math.Pow(x, tt.power)
				for range 5 {
					ratio.Mul(ratio, new(big.Rat).SetFloat64(y))
				}
				for range tt.k {
					ratio.Quo(ratio, new(big.Rat).SetFloat64(x))
				}
				if e := off(1, ratio); e > 5*powError {
					t.Fatalf("Pow(%v, %v) is off by %g, assumed at most %g", x, tt.power, e/5, powError)
				}
			})
		})
	}
}

// TestLogsAreAsGoodAsAssumed raises e to them in 200 bits.
func TestLogsAreAsGoodAsAssumed(t *testing.T) {
	const halvings = 20
	exp := func(y float64) *big.Float {
		zero := func() *big.Float { return new(big.Float).SetPrec(200) }
		x := zero().SetMantExp(zero().SetFloat64(y), -halvings)
		term, total := zero().SetInt64(1), zero().SetInt64(1)
		for k := range int64(12) {
			term.Mul(term, x)
			term.Quo(term, zero().SetInt64(k+1))
			total.Add(total, term)
		}
		for range halvings {
			total.Mul(total, total)
		}
		return total
	}
	rapid.Check(t, func(t *rapid.T) {
		x := math.Pow(10, rapid.Float64Range(-12, 12).Draw(t, "log x"))
		y := math.Log(x)
		ratio := exp(y)
		ratio.Quo(ratio, new(big.Float).SetFloat64(x))
		exact, _ := ratio.Rat(nil)
		if e := off(1, exact); e > logError*(1+math.Abs(y)) {
			t.Fatalf("Log(%v) is off by %g, assumed at most %g", x, e, logError*(1+math.Abs(y)))
		}
	})
}

// TestMissesOfGroupedBases: three roundings of every image and of every feature, whatever the order of the samples.
func TestMissesOfGroupedBases(t *testing.T) {
	data := random(stream.New(1, "test"), 3, 2, 40)
	for i := range data.Y {
		data.D.Set(i, 1, data.D.At(i, 0))
		data.R.Set(i, 2, data.R.At(i, 0))
	}
	pr := problem(t, data)
	for _, b := range append([]basis{pr.image}, pr.class...) {
		if b.m != 8 {
			t.Fatalf("%d coordinates, want 8", b.m)
		}
		for i, s := range b.samples {
			if want := 3 * unit * floats.Norm(b.x.RawRowView(s), 2); math.Abs(b.miss[i]-want) > 1e-12*want {
				t.Errorf("sample %d misses %g, want %g", s, b.miss[i], want)
			}
		}
	}
}

// TestGroupedBasisIsWithinItsBounds holds the two bounds of a basis of normalised means against exact arithmetic: for k
// columns, k·q² with q = 1/√k as computed is 1 to 2·4u, so that the polar factor differs from q by 4u, and a coordinate √k·x
// as computed, divided by √k, is x to 3u.
func TestGroupedBasisIsWithinItsBounds(t *testing.T) {
	src := stream.New(1, "test", "grouped")
	for k := 1; k <= 784; k++ {
		x := mat.NewDense(1, k+1, nil)
		v := math.Exp2(float64(src.IntN(40)-20)) * (1 + src.Float64())
		for j := range k {
			x.Set(0, j, v)
		}
		b := newBasis(x, []int{0}, []float64{v * math.Sqrt(float64(k))})
		if b.q == nil || b.m != 1 || len(b.at) == 0 {
			t.Fatalf("%d equal columns and a zero one: not one group", k)
		}
		q := b.q.At(0, 0)
		square := exactDot([]float64{q}, []float64{q})
		square.Mul(square, new(big.Rat).SetInt64(int64(k)))
		if d := off(1, square); d > 2*b.skew {
			t.Errorf("k=%d: k q² differs from 1 by %.3g u, the bound is %.3g u", k, d/unit, 2*b.skew/unit)
		}
		l := make([]float64, 1)
		b.row(l, 0)
		// (l/√k)² = l²/k against v²: twice the relative error, to first order.
		ratio := exactDot(l, l)
		ratio.Quo(ratio, new(big.Rat).SetInt64(int64(k)))
		ratio.Quo(ratio, exactDot([]float64{v}, []float64{v}))
		if d := off(1, ratio); d > 2.01*b.miss[0]/(v*math.Sqrt(float64(k))) {
			t.Errorf("k=%d: coordinates are off by %.3g u of the sample, the bound is %.3g u", k, d/2/unit, b.miss[0]/(v*math.Sqrt(float64(k)))/unit)
		}
	}
}
