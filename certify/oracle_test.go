package certify

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"example.org/concord/model"
	"example.org/concord/stream"
)

// TestOracleIsTheTrainedTuple: no start, and the same optimum.
func TestOracleIsTheTrainedTuple(t *testing.T) {
	data := reference(t, 100)
	pr := problem(t, data)
	got, report := oracle(t, pr, 20)
	if report.Status != Closed || report.Iterations > 12 {
		t.Fatalf("Oracle = %+v, want closed in a few steps", report)
	}
	want := train(data, model.Uniform, 1, 20, 1e-12)
	f := model.Fitness{Data: data}
	d, gap := distance(t, got, want), f.Func(got)-f.Func(want)
	t.Logf("distance %.2g, fitness %.13f, difference %.2g", d, f.Func(got), gap)
	if !(d <= 1e-9) {
		t.Errorf("the distance from a trained tuple is %g, want at most 1e-9", d)
	}
	if !(math.Abs(gap) <= 1e-13) {
		t.Errorf("the fitness differs by %g, want at most 1e-13", gap)
	}
}

func TestOracleBeatsEveryTrainedTuple(t *testing.T) {
	closed := 0
	rapid.Check(t, func(t *rapid.T) {
		w := draw(t)
		x, report, err := w.pr.Oracle(w.rank, nil)
		if err != nil {
			t.Fatal(err)
		}
		f := model.Fitness{Data: w.data}
		y := train(w.data, model.Uniform, 7, w.rank, 1e-11)
		phi := f.Func(y)
		if phi > report.Bound+1e-13 {
			t.Fatalf("a trained tuple reaches %v, above the bound %v", phi, report.Bound)
		}
		switch report.Status {
		case Closed:
			closed++
			if best := f.Func(x); math.Abs(best-report.Bound) > 1e-12 || phi > best+1e-13 {
				t.Fatalf("the oracle reaches %v, a trained tuple %v, the bound is %v", best, phi, report.Bound)
			}
			c, e := w.pr.Certify(x, nil), w.pr.Certify(y, nil)
			if d := distance(t, x, y); !(d <= c.Distance+e.Distance) {
				t.Fatalf("the oracle and a trained tuple are %g apart, proven are %g and %g", d, c.Distance, e.Distance)
			}
		case Tied:
			if c := w.pr.Certify(y, nil); c.Verdict == Certified {
				t.Fatalf("the bound has a kink at its minimum, and a tuple is certified: %+v", c)
			}
		default:
			t.Fatalf("Oracle = %+v, want closed or tied", report)
		}
	})
	if closed == 0 {
		t.Error("no problem closed: nothing was compared")
	}
}

// where the bound closes for the reference problem, by rank.
func statusAtRank(d int) Status {
	if d == 2 || d == 5 {
		return Tied
	}
	return Closed
}

// TestRanks is the table of docs/certificate.md; -v prints it.
func TestRanks(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: TestBoundWithMoreImagesThanPixels and TestDecompose race what goes on at the same time")
	}
	data := reference(t, 100)
	pr := problem(t, data)
	t.Log("rank  bound             gap        ± rounding  ratio σ_d/σ_{d+1}  distance  steps  verdict")
	for d := 1; d <= 30; d++ {
		x, report := oracle(t, pr, d)
		if report.Status == Tied {
			x = train(data, model.Uniform, 1, d, 1e-11) // what an ascent finds
		}
		c := pr.Certify(x, nil)
		gap := report.Bound - c.Primal
		t.Logf("%4d  %.13f   %8.1e   %8.1e   %12.6f      %8.1e  %3d    %v at %v", d, report.Bound, gap, c.GapError, report.Ratio, c.Distance, report.Iterations, c.Verdict, report.Status)
		if want := statusAtRank(d); report.Status != want {
			t.Errorf("rank %d: %+v, want %v", d, report, want)
		}
		if want := report.Status == Closed; (c.Verdict == Certified) != want {
			t.Errorf("rank %d: %v: %s", d, c.Verdict, c.Reason)
		}
		if report.Status == Tied && !(gap > 1e-7) {
			t.Errorf("rank %d is tied with a gap of %g", d, gap)
		}
	}
}

func TestOracleIsTheSameTwice(t *testing.T) {
	w := problem(t, random(stream.New(1, "test"), 4, 3, 12))
	x, _ := oracle(t, w, 3)
	y, _ := oracle(t, w, 3)
	if !mat.Equal(x.A, y.A) || !mat.Equal(x.B, y.B) {
		t.Error("two calls give different bits")
	}
}

func TestOracleIsInBalanceAndNormalised(t *testing.T) {
	pr := problem(t, random(stream.New(1, "test"), 4, 3, 12))
	x, _ := oracle(t, pr, 3)
	if a, b := mat.Norm(x.A, 2), mat.Norm(x.B, 2); math.Abs(a-1) > 1e-14 || math.Abs(b-1) > 1e-14 {
		t.Errorf("norms %v and %v, want 1", a, b)
	}
	var aat, z mat.Dense
	aat.Mul(x.A, x.A.T())
	z.Mul(x.B.T(), x.B)
	for i := range 3 {
		for j := range 3 {
			// AAᵀ ∝ Z² in balance
			ratio := aat.At(i, i) / aat.At(0, 0) / math.Pow(z.At(i, i)/z.At(0, 0), 2)
			if i == j && math.Abs(ratio-1) > 1e-12 || i != j && math.Abs(aat.At(i, j))+math.Abs(z.At(i, j)) > 1e-13 {
				t.Errorf("AAᵀ = %v, Z = %v: not in balance", mat.Formatted(&aat), mat.Formatted(&z))
			}
		}
	}
}

func TestPolish(t *testing.T) {
	data := reference(t, 100)
	pr := problem(t, data)
	want, _ := oracle(t, pr, 20)
	x := train(data, model.Exponential, 5, 20, 1e-3)
	before := mat.DenseCopyOf(x.A)
	got, report, err := pr.Polish(x, nil)
	if err != nil || report.Status != Closed || report.Iterations > 8 {
		t.Fatalf("Polish = %+v, %v, want closed in a few steps", report, err)
	}
	from, to := distance(t, x, want), distance(t, got, want)
	t.Logf("from %.2g to %.2g in %d steps", from, to, report.Iterations)
	if !(from > 1e-3) || !(to <= 1e-11) {
		t.Errorf("the distance from the optimum goes from %g to %g, want to at most 1e-11", from, to)
	}
	if !mat.Equal(before, x.A) {
		t.Error("Polish changes its argument")
	}
}

func TestPolishNeedsTheCone(t *testing.T) {
	pr := problem(t, random(stream.New(1, "test"), 3, 1, 6))
	x := model.Gaussian.Draw(3, 2, 9, 1)
	if w := pr.measure(x); w.inCone() {
		t.Fatal("the start is in the cone: choose another")
	}
	if _, _, err := pr.Polish(x, nil); err == nil {
		t.Error("Polish outside the cone gives no error")
	}
}

func TestStepLimitIsReported(t *testing.T) {
	pr := problem(t, reference(t, 100))
	_, report, err := pr.Oracle(20, &Settings{MaxIterations: 2})
	if err != nil || report.Status != StepLimit || report.Iterations != 2 {
		t.Errorf("Oracle with two steps = %+v, %v, want a step limit", report, err)
	}
}
