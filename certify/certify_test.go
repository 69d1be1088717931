package certify

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"example.org/concord/model"
	"example.org/concord/stream"
)

func TestCertifyTheReference(t *testing.T) {
	data := reference(t, 100)
	pr := problem(t, data)
	x := train(data, model.LogNormal, 3, 20, 1e-9)
	c := pr.Certify(x, nil)
	t.Logf("fitness %.13f, bound %.13f, gap %.2g ± %.2g, ratio %.6f, distance %.2g, deficit %.2g",
		c.Primal, c.Dual, c.Gap, c.GapError, c.Ratio, c.Distance, c.Deficit)
	if c.Verdict != Certified || c.Reason != "" {
		t.Fatalf("%v: %s", c.Verdict, c.Reason)
	}
	if math.Abs(c.Gap) > 1e-14 || c.GapError > 1e-12 {
		t.Errorf("gap %g ± %g, want below 1e-14 ± 1e-12", c.Gap, c.GapError)
	}
	if math.Abs(c.Ratio-1.0593102) > 1e-6 {
		t.Errorf("ratio %v, want 1.0593102", c.Ratio)
	}
	if !(c.Distance < 1e-6) || !(c.Deficit < 1e-11) {
		t.Errorf("distance %g and deficit %g, want below 1e-6 and 1e-11", c.Distance, c.Deficit)
	}
	if want := (model.Fitness{Data: data}).Func(x); math.Abs(c.Primal-want) > 1e-13 {
		t.Errorf("Primal = %v, want the fitness %v", c.Primal, want)
	}
	for k, s := range c.Signs {
		if s != 1 {
			t.Errorf("sign of class %d is %d, want 1 after a positive start", k, s)
		}
	}
}

func TestCertifyAThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("a training on 1,000 images; TestBoundWithMoreImagesThanPixels has as many small ones")
	}
	data := reference(t, 1000)
	pr := problem(t, data)
	c := pr.Certify(train(data, model.Uniform, 1, 20, 1e-8), nil)
	t.Logf("gap %.2g ± %.2g, ratio %.4f, distance %.2g", c.Gap, c.GapError, c.Ratio, c.Distance)
	if c.Verdict != Certified {
		t.Errorf("%v: %s", c.Verdict, c.Reason)
	}
}

// TestWrongOptimaAreNotCertified plants tuples that are not the optimum.
func TestWrongOptimaAreNotCertified(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: TestBoundWithMoreImagesThanPixels and TestDecompose race what goes on at the same time")
	}
	data := reference(t, 100)
	pr := problem(t, data)
	best, _ := oracle(t, pr, 20)
	moved := func(f func(x model.Params)) model.Params {
		x := model.Params{A: mat.DenseCopyOf(best.A), B: mat.DenseCopyOf(best.B)}
		f(x)
		return x
	}
	for _, tt := range []struct {
		name   string
		x      model.Params
		reason string
	}{
		{"stopped early", train(data, model.Uniform, 1, 20, 1e-4), "gap"},
		{"a signed start", train(data, model.Gaussian, 1, 20, 1e-9), "outside the cone"},
		{"a lower maximum", train(data, model.Uniform, 1, 8, 1e-11), "gap"},
		{"a lower rank", moved(func(x model.Params) {
			y, _ := oracle(t, pr, 19)
			x.A.Zero()
			x.B.Zero()
			x.A.Slice(0, 19, 0, 784).(*mat.Dense).Copy(y.A)
			x.B.Slice(0, 7840, 0, 19).(*mat.Dense).Copy(y.B)
		}), "gap"},
		{"noise", moved(func(x model.Params) {
			r := stream.New(1, "test")
			for i, v := range x.B.RawMatrix().Data {
				x.B.RawMatrix().Data[i] = v * (1 + 1e-4*r.NormFloat64())
			}
		}), "gap"},
		{"out of balance", moved(func(x model.Params) {
			// The same K in worse factors: only the penalties of the tuple see it.
			for i := range 20 {
				s := 1 + 1e-4*float64(i)
				floats.Scale(s, x.A.RawRowView(i))
				for j := range 7840 {
					x.B.Set(j, i, x.B.At(j, i)/s)
				}
			}
		}), "gap"},
		{"one class turned in part", moved(func(x model.Params) {
			floats.Scale(-2, x.Block(3).RawMatrix().Data[:300*20])
		}), ""},
		{"nan", moved(func(x model.Params) { x.A.Set(3, 5, math.NaN()) }), "not finite"},
		{"infinite", moved(func(x model.Params) { x.B.Set(3, 5, math.Inf(1)) }), "not finite"},
		{"zero", moved(func(x model.Params) { x.B.Zero() }), "zero"},
		{"one class forgotten", moved(func(x model.Params) { x.Block(4).Zero() }), "outside the cone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := pr.Certify(tt.x, nil)
			t.Logf("%v: %s", c.Verdict, c.Reason)
			if c.Verdict != Inconclusive || c.Reason == "" || !strings.Contains(c.Reason, tt.reason) {
				t.Errorf("%v: %q, want inconclusive with %q", c.Verdict, c.Reason, tt.reason)
			}
		})
	}
}

// TestSymmetriesDoNotMatter: class signs, scales and gauge leave the verdict.
func TestSymmetriesDoNotMatter(t *testing.T) {
	pr := problem(t, random(stream.New(1, "test"), 4, 3, 12))
	x, _ := oracle(t, pr, 3)
	floats.Scale(-1, x.Block(1).RawMatrix().Data)
	x.A.Scale(7, x.A)
	u := mat.NewDense(3, 3, []float64{0.6, 0.8, 0, -0.8, 0.6, 0, 0, 0, 1})
	var a, b mat.Dense
	a.Mul(u, x.A)
	b.Mul(x.B, u.T())
	c := pr.Certify(model.Params{A: &a, B: &b}, nil)
	if c.Verdict != Certified || c.Signs[0] != 1 || c.Signs[1] != -1 || c.Signs[2] != 1 {
		t.Errorf("%v with signs %v: %s", c.Verdict, c.Signs, c.Reason)
	}
}

// apartPair is one image for each of two classes, on disjoint pixels: M has the singular values λ_i‖G_i‖.
func apartPair(norms ...float64) *model.Data {
	data := &model.Data{Side: 2, Classes: 2, Y: []int{0, 1}, D: mat.NewDense(2, 4, nil), R: mat.NewDense(2, 4, nil)}
	data.D.SetRow(0, []float64{norms[0], 0, 0, 0})
	data.D.SetRow(1, []float64{0, norms[1], 0, 0})
	data.R.SetRow(0, []float64{0, 1, 0, 0})
	data.R.SetRow(1, []float64{0, 1, 0, 0})
	return data
}

// TestATieIsNotCertifiedEvenWithoutAGap: at rank 1 the best map of this problem has no gap, but the bound has a
// kink there, so that nothing says that the map is the only one.
func TestATieIsNotCertifiedEvenWithoutAGap(t *testing.T) {
	data := apartPair(2, 3)
	pr := problem(t, data)
	_, report := oracle(t, pr, 1)
	want := math.Log(0.5) + (math.Log(2)+math.Log(3))/2
	if report.Status != Tied || math.Abs(report.Bound-want) > 1e-6 {
		t.Errorf("Oracle = %+v, want tied at %v", report, want)
	}
	x := model.NewParams(1, 4, 2)
	x.A.SetRow(0, []float64{1, 1, 0, 0})
	x.Block(0).Set(1, 0, 1)
	x.Block(1).Set(1, 0, 1)
	c := pr.Certify(x, nil)
	if c.Verdict != Inconclusive || !strings.Contains(c.Reason, "tie at the cut") || math.Abs(c.Gap) > 1e-14 {
		t.Errorf("%v with gap %g: %q, want inconclusive by a tie without a gap", c.Verdict, c.Gap, c.Reason)
	}
	if !math.IsInf(c.Distance, 1) || !math.IsInf(c.Radius(0), 1) {
		t.Errorf("distance %v and radius %v, want +Inf", c.Distance, c.Radius(0))
	}
}

// TestKnownSingularValues: with rank 2 everything about that problem is known.
func TestKnownSingularValues(t *testing.T) {
	data := apartPair(2, 3)
	pr := problem(t, data)
	x, report := oracle(t, pr, 2)
	c := pr.Certify(x, nil)
	if report.Status != Closed || c.Verdict != Certified || !math.IsInf(c.Ratio, 1) {
		t.Fatalf("%v, %v, ratio %v: %s, want closed, certified and nothing to cut", report.Status, c.Verdict, c.Ratio, c.Reason)
	}
	// At the optimum both σ are equal, and 2σ^q = 1.
	for _, s := range c.Sigma {
		if want := math.Pow(0.5, 1/1.6); math.Abs(s-want) > c.SigmaError+1e-15 || c.SigmaError > 1e-13 {
			t.Errorf("σ = %v ± %g, want %v", s, c.SigmaError, want)
		}
	}
	if want := (math.Log(2)+math.Log(3))/2 - 3.0/8*math.Log(2); math.Abs(c.Primal-want) > 1e-15+c.GapError {
		t.Errorf("fitness = %v, want %v", c.Primal, want)
	}
}

func TestTheToleranceCounts(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: TestBoundWithMoreImagesThanPixels and TestDecompose race what goes on at the same time")
	}
	data := reference(t, 100)
	pr := problem(t, data)
	best, _ := oracle(t, pr, 20)
	early := train(data, model.Uniform, 1, 20, 1e-5)
	for _, tt := range []struct {
		name   string
		x      model.Params
		tol    float64
		want   Verdict
		reason string
	}{
		{"default", best, 0, Certified, ""},
		{"gap above", early, 1e-11, Inconclusive, "exceeds"},
		{"gap below", early, 1e-6, Certified, ""},
		{"rounding not small", best, 1e-12, Inconclusive, "rounding error"},
		{"rounding above", best, 1e-14, Inconclusive, "exceeds"},
		{"nan", best, math.NaN(), Inconclusive, "exceeds"},
		{"negative", best, -1, Inconclusive, "exceeds"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := pr.Certify(tt.x, &Settings{GapTol: tt.tol})
			if c.Verdict != tt.want || !strings.Contains(c.Reason, tt.reason) {
				t.Errorf("%v: %q, want %v with %q", c.Verdict, c.Reason, tt.want, tt.reason)
			}
		})
	}
}

// TestMissingIngredients takes one ingredient at a time away from a certificate that has them all.
func TestMissingIngredients(t *testing.T) {
	pr := problem(t, random(stream.New(1, "test"), 4, 3, 12))
	x, _ := oracle(t, pr, 3)
	good := pr.Certify(x, nil)
	if good.Verdict != Certified {
		t.Fatal(good.Reason)
	}
	for _, tt := range []struct {
		name   string
		spoil  func(c *Certificate)
		reason string
	}{
		{"nothing", func(*Certificate) {}, ""},
		{"gap not a number", func(c *Certificate) { c.Gap = math.NaN() }, "not a number"},
		{"rounding not a number", func(c *Certificate) { c.GapError = math.NaN() }, "not a number"},
		{"bound below the fitness", func(c *Certificate) { c.Gap = -1e-9 }, "violated"},
		{"gap", func(c *Certificate) { c.Gap = 1e-9 }, "exceeds"},
		{"gap with its rounding", func(c *Certificate) { c.Gap, c.GapError = 0.95e-10, 0.09e-10 }, "exceeds"},
		{"rounding", func(c *Certificate) { c.Gap, c.GapError = 0, 0.2e-10 }, "not small"},
		{"cut", func(c *Certificate) { c.proof.high = c.proof.low }, "tie at the cut"},
		{"cut not a number", func(c *Certificate) { c.proof.low = math.NaN() }, "tie at the cut"},
		{"distance", func(c *Certificate) { c.Distance = math.Inf(1) }, "no distance"},
		{"distance not a number", func(c *Certificate) { c.Distance = math.NaN() }, "no distance"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := good
			tt.spoil(&c)
			got := c.missing((*Settings)(nil).withDefaults())
			if (got == "") != (tt.reason == "") || !strings.Contains(got, tt.reason) {
				t.Errorf("missing = %q, want %q", got, tt.reason)
			}
		})
	}
}

// TestDistanceAndRadiusHold sweeps trained tuples from far to near, and compares what is proven for each with
// its distance from the oracle.
func TestDistanceAndRadiusHold(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: TestBoundWithMoreImagesThanPixels and TestDecompose race what goes on at the same time")
	}
	data := reference(t, 100)
	pr := problem(t, data)
	best, _ := oracle(t, pr, 20)
	at := pr.Certify(best, nil)
	finite := 0
	for i, tol := range []float64{1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11} {
		x := train(data, model.HalfNormal, uint64(i), 20, tol)
		c := pr.Certify(x, nil)
		d, deficit := distance(t, x, best), at.Product-c.Product
		radius := at.Radius(c.Gap + c.GapError)
		t.Logf("gradient %.0e: gap %8.1e, distance %.2g ≤ %.2g, radius by the gap %.2g, deficit %8.1e ≤ %.1e", tol, c.Gap, d, c.Distance, radius, deficit, c.Deficit)
		if !(d <= c.Distance+at.Distance) {
			t.Errorf("gradient %g: distance %g, proven %g", tol, d, c.Distance)
		}
		if !(d <= radius) {
			t.Errorf("gradient %g: distance %g, radius %g", tol, d, radius)
		}
		if !(deficit <= c.Deficit+1e-14) {
			t.Errorf("gradient %g: deficit %g, proven %g", tol, deficit, c.Deficit)
		}
		if c.Distance < 1 && radius < 1 {
			finite++
			if c.Distance > 10*d+1e-9 {
				t.Errorf("gradient %g: distance %g, and no more is proven than %g", tol, d, c.Distance)
			}
		}
	}
	if finite < 6 {
		t.Errorf("%d of the bounds say something, want at least 6", finite)
	}
	for _, delta := range []float64{-1, math.NaN(), math.Inf(1)} {
		if r := at.Radius(delta); !math.IsInf(r, 1) {
			t.Errorf("Radius(%v) = %v, want +Inf", delta, r)
		}
	}
}

// TestShiftHolds checks the theorem behind the distance on small problems: how far λ* is from λ.
func TestShiftHolds(t *testing.T) {
	tested := 0
	rapid.Check(t, func(t *rapid.T) {
		w := draw(t)
		x, err := w.pr.evaluate(w.lambda(), w.rank, 0)
		if err != nil {
			t.Fatal(err)
		}
		set := (*Settings)(nil).withDefaults()
		star, report, err := w.pr.minimise(x.lambda, w.rank, set)
		if err != nil {
			t.Fatal(err)
		}
		if report.Status != Closed {
			return
		}
		// A point between, so that its residual is small enough for a bound.
		s := math.Pow(10, rapid.Float64Range(-8, -1).Draw(t, "log s"))
		lambda := make([]float64, len(x.lambda))
		for i := range lambda {
			lambda[i] = star.lambda[i] * math.Pow(x.lambda[i]/star.lambda[i], s)
		}
		y, err := w.pr.evaluate(lambda, w.rank, 0)
		if err != nil {
			t.Fatal(err)
		}
		f := w.pr.prove(y)
		if math.IsInf(f.shift, 1) {
			return
		}
		tested++
		diff := w.pr.matrix(star.lambda)
		diff.Sub(diff, w.pr.matrix(y.lambda))
		if d := mat.Norm(diff, 2); d > f.shift+1e-12 {
			t.Fatalf("‖M(λ*) − M(λ)‖ = %g, proven %g", d, f.shift)
		}
		if !f.closed() {
			return
		}
		if sd := star.sigma[star.cut-1]; sd < f.low || star.next() > f.high {
			t.Fatalf("the cut at λ* is %g, %g, proven %g, %g", sd, star.next(), f.low, f.high)
		}
		if d := distance(t, w.pr.params(star, w.rank), w.pr.params(y, w.rank)); d > f.distance+1e-12 {
			t.Fatalf("‖K* − K_c‖ = %g, proven %g", d, f.distance)
		}
	})
	if tested == 0 { // rapid tries a fifth of its cases with -short, and not each has a bound
		t.Error("no point had a bound")
	}
}
