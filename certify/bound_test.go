package certify

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"example.org/concord/model"
	"example.org/concord/stream"
)

// plain is U_d(λ) from the definition: M in pixels, without coordinates.
func plain(data *model.Data, lambda []float64, d int) float64 {
	n, p := data.D.Dims()
	m := mat.NewDense(data.Classes*p, p, nil)
	logs := 0.0
	for i, k := range data.Y {
		block := m.Slice(k*p, (k+1)*p, 0, p).(*mat.Dense)
		block.RankOne(block, lambda[i], data.R.RowView(i), data.D.RowView(i))
		logs += math.Log(lambda[i])
	}
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDNone) {
		return math.NaN()
	}
	total := 0.0
	for i, s := range svd.Values(nil) {
		if i < d {
			total += math.Pow(s, 1.6)
		}
	}
	return math.Log(math.Pow(total, 1/1.6)/float64(n)) - logs/float64(n)
}

func TestBoundIsTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := draw(t)
		lambda := w.lambda()
		got, err := w.pr.Bound(lambda, w.rank)
		if want := plain(w.data, lambda, w.rank); err != nil || math.Abs(got-want) > 1e-13*(1+math.Abs(want)) {
			t.Fatalf("Bound = %v, %v, want %v", got, err, want)
		}
	})
}

func TestBoundWithMoreImagesThanPixels(t *testing.T) {
	// More than one chunk in one class, so that M is added up from pieces.
	data := random(stream.New(1, "test"), 3, 2, 2*chunk+77)
	pr := problem(t, data)
	lambda := positive(stream.New(2, "test"), make([]float64, pr.Samples()))
	got, err := pr.Bound(lambda, 4)
	if want := plain(data, lambda, 4); err != nil || math.Abs(got-want) > 1e-13 {
		t.Errorf("Bound = %v, %v, want %v", got, err, want)
	}
	x, report := oracle(t, pr, 4)
	c := pr.Certify(x, nil)
	if report.Status != Closed || c.Verdict != Certified {
		t.Errorf("the optimum is %v and %v: %s", report.Status, c.Verdict, c.Reason)
	}
}

func TestGradIsTheDerivativeOfBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := draw(t)
		theta := w.lambda()
		value := func(theta []float64) float64 {
			lambda := make([]float64, len(theta))
			for i, v := range theta {
				lambda[i] = math.Exp(v)
			}
			u, err := w.pr.Bound(lambda, w.rank)
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
		lambda := make([]float64, len(theta))
		for i, v := range theta {
			lambda[i] = math.Exp(v)
		}
		grad := make([]float64, len(theta))
		_, ratio, err := w.pr.BoundGrad(grad, lambda, w.rank)
		if err != nil {
			t.Fatal(err)
		}
		if ratio < 1.001 {
			return // a kink: the bound has no gradient
		}
		want := fd.Gradient(nil, value, theta, &fd.Settings{Formula: fd.Central, Step: 1e-6})
		if diff := floats.Distance(grad, want, 2); diff > 1e-7 {
			t.Fatalf("the gradient differs from finite differences by %g of %g", diff, floats.Norm(want, 2))
		}
	})
}

func TestWeakDuality(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := draw(t)
		phi := model.Fitness{Data: w.data}.Func(w.params())
		u, err := w.pr.Bound(w.lambda(), w.rank)
		if err != nil || !(phi <= u+1e-13) {
			t.Fatalf("fitness %v exceeds the bound %v, %v", phi, u, err)
		}
	})
}

func TestBoundIsConvexInLambdaWithoutTheLogOfTheNorm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := draw(t)
		potential := func(lambda []float64) float64 {
			u, err := w.pr.Bound(lambda, w.rank)
			if err != nil {
				t.Fatal(err)
			}
			logs := 0.0
			for _, l := range lambda {
				logs += math.Log(l)
			}
			n := float64(len(lambda))
			return math.Pow(n*math.Exp(u+logs/n), exponent)/exponent - logs/n
		}
		a, b := w.lambda(), w.lambda()
		mid := make([]float64, len(a))
		s := rapid.Float64Range(0.01, 0.99).Draw(t, "s")
		for i := range mid {
			mid[i] = s*a[i] + (1-s)*b[i]
		}
		fa, fb := potential(a), potential(b)
		if f := potential(mid); f > s*fa+(1-s)*fb+1e-12*(1+math.Abs(fa)+math.Abs(fb)) {
			t.Fatalf("F(between) = %v, above the chord %v", f, s*fa+(1-s)*fb)
		}
	})
}

// TestCurvature compares the Hessian, with and without smoothing, with differences of the gradient.
func TestCurvature(t *testing.T) {
	for _, mu := range []float64{0, 0.05, 1} {
		rapid.Check(t, func(t *rapid.T) {
			w := draw(t)
			lambda := w.lambda()
			x, err := w.pr.evaluate(append([]float64(nil), lambda...), w.rank, mu)
			if err != nil {
				t.Fatal(err)
			}
			if mu == 0 && x.ratio() < 1.05 || x.sigma[len(x.sigma)-1] < 1e-3*x.sigma[0] {
				return // too near a kink for finite differences
			}
			s := positive(w.r, make([]float64, len(lambda)))
			for i := range s {
				s[i] -= 0.6
			}
			// nλ∘t at λ exp(hs), with the scaling of evaluate undone: it is homogeneous of degree q there.
			at := func(h float64) []float64 {
				moved := make([]float64, len(s))
				for i := range moved {
					moved[i] = x.lambda[i] * math.Exp(h*s[i])
				}
				first := moved[0]
				y, err := w.pr.evaluate(moved, w.rank, mu)
				if err != nil {
					t.Fatal(err)
				}
				e := y.stationarity()
				for i := range e {
					e[i] = (e[i] + 1) * math.Pow(first/y.lambda[0], exponent)
				}
				return e
			}
			const h = 1e-5
			up, down, want := at(h), at(-h), make([]float64, len(s))
			e := x.stationarity()
			for i := range want {
				want[i] = (up[i]-down[i])/(2*h) - e[i]*s[i]
			}
			got := make([]float64, len(s))
			w.pr.newCurvature(x).apply(got, s)
			if diff := floats.Distance(got, want, 2); diff > 1e-5*(1+floats.Norm(want, 2)) {
				t.Fatalf("μ = %v: H s differs from finite differences by %g of %g", mu, diff, floats.Norm(want, 2))
			}
		})
	}
}

func TestSmoothingIsAboveAndNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := draw(t)
		lambda := w.lambda()
		mu := math.Pow(10, rapid.Float64Range(-8, 0).Draw(t, "log mu"))
		exact, err := w.pr.evaluate(append([]float64(nil), lambda...), w.rank, 0)
		if err != nil {
			t.Fatal(err)
		}
		// at the scaled λ, so that both see the same matrix
		x, err := w.pr.evaluate(append([]float64(nil), exact.lambda...), w.rank, mu)
		if err != nil {
			t.Fatal(err)
		}
		over := exponent * (x.value - exact.value)
		if most := mu * float64(len(x.sigma)) * math.Ln2; over < -1e-12 || over > most+1e-12 {
			t.Fatalf("P_μ − P = %v, want between 0 and %v", over, most)
		}
		if got := sum(x.w); math.Abs(got-float64(x.cut)) > 1e-9 {
			t.Fatalf("the weights %v add up to %v, want %d", x.w, got, x.cut)
		}
	})
}

func TestBoundRefuses(t *testing.T) {
	pr := problem(t, random(stream.New(1, "test"), 2, 1, 2))
	for _, tt := range []struct {
		name   string
		lambda []float64
	}{
		{"zero", []float64{1, 0}},
		{"negative", []float64{-1, 1}},
		{"nan", []float64{1, math.NaN()}},
		{"infinite", []float64{math.Inf(1), 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if u, err := pr.Bound(tt.lambda, 1); err == nil || !math.IsNaN(u) {
				t.Errorf("Bound(%v) = %v, %v, want NaN and an error", tt.lambda, u, err)
			}
		})
	}
}

func TestBoundLeavesLambda(t *testing.T) {
	pr := problem(t, random(stream.New(1, "test"), 2, 1, 2))
	lambda := []float64{2, 3}
	if _, err := pr.Bound(lambda, 1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{2, 3}, lambda, cmpopts.EquateApprox(0, 0)); diff != "" {
		t.Errorf("λ after Bound (-want +got):\n%s", diff)
	}
}

func TestProgrammersMistakesPanic(t *testing.T) {
	pr := problem(t, random(stream.New(1, "test"), 2, 2, 3))
	for _, tt := range []struct {
		name string
		want string
		f    func() error
	}{
		{"rank of the oracle", "certify: rank is less than one", func() error { _, _, err := pr.Oracle(0, nil); return err }},
		{"rank of the bound", "certify: rank is less than one", func() error { _, err := pr.Bound([]float64{1, 1, 1}, 0); return err }},
		{"length of λ", "certify: not one λ per image", func() error { _, err := pr.Bound([]float64{1}, 1); return err }},
		{"length of the gradient", "certify: not one λ per image", func() error { _, _, err := pr.BoundGrad(make([]float64, 2), []float64{1, 1, 1}, 1); return err }},
		{"pixels of a tuple", "certify: parameters do not fit the data", func() error { pr.Certify(model.NewParams(1, 9, 2), nil); return nil }},
		{"classes of a tuple", "certify: parameters do not fit the data", func() error { _, _, err := pr.Polish(model.NewParams(1, 4, 3), nil); return err }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if got := recover(); got != tt.want {
					t.Errorf("panic %v, want %q", got, tt.want)
				}
			}()
			err := tt.f()
			t.Errorf("no panic, error %v", err)
		})
	}
}
