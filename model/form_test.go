package model

import (
	"context"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"example.org/concord/stream"
)

// one returns the signed score of the first class of x for one image.
func one(x Params, side int, reading Reading, image []float64) float64 {
	return NewScorer(x, side, reading).Scores(nil, NewBatch(mat.NewDense(1, side*side, image), side, reading))[0]
}

// unit returns x scaled to norm one.
func unit(x []float64) []float64 {
	floats.Scale(1/floats.Norm(x, 2), x)
	return x
}

func TestFormIsTheBestScoreOfItsModuli(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side, d := rapid.IntRange(2, 7).Draw(t, "side"), rapid.IntRange(1, 4).Draw(t, "rank")
		seed := rapid.Uint64().Draw(t, "seed")
		x := Gaussian.Draw(seed, d, side*side, 1)
		f := NewForm(x, 0, side)
		image := unit(noise(stream.New(seed, "test"), side*side))
		f.moduli(image)
		if norm := floats.Norm(f.tau.Data, 2); math.Abs(norm-1) > 1e-12 {
			t.Fatalf("the moduli of an image of norm 1 have norm %v", norm)
		}
		tau := append([]float64(nil), f.tau.Data...)
		h := f.eval()
		if s := one(x, side, Modulus, image); math.Abs(s) > h+1e-12 {
			t.Errorf("an image scores %v, and no image with its moduli should score more than %v", s, h)
		}
		best := f.image()
		if s := one(x, side, Modulus, best); math.Abs(s-h) > 1e-12*(1+h) {
			t.Errorf("the image with the best phases scores %v, want %v", s, h)
		}
		f.moduli(best)
		if diff := floats.Distance(f.tau.Data, tau, 2); diff > 1e-12 {
			t.Errorf("the image with the best phases has moduli %g from those it is made of", diff)
		}
	})
}

func TestFormGradIsTheDerivative(t *testing.T) {
	for _, side := range []int{4, 5} {
		f := NewForm(Gaussian.Draw(3, 3, side*side, 2), 1, side)
		x := noise(stream.New(5, "test"), f.Len())
		grad, scratch := make([]float64, len(x)), make([]float64, len(x))
		f.FuncGrad(grad, x)
		want := fd.Gradient(nil, func(v []float64) float64 { return f.FuncGrad(scratch, v) }, x, &fd.Settings{Formula: fd.Central})
		if diff := floats.Distance(grad, want, 2); diff > 1e-7*(1+floats.Norm(want, 2)) {
			t.Errorf("side %d: the gradient differs from finite differences by %g of %g", side, diff, floats.Norm(want, 2))
		}
	}
}

// TestNoImageExceedsTheBounds tries random images and those that ascents end in, of tuples without any structure.
func TestNoImageExceedsTheBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side, d := rapid.IntRange(2, 7).Draw(t, "side"), rapid.IntRange(1, 4).Draw(t, "rank")
		seed := rapid.Uint64().Draw(t, "seed")
		start := Start(rapid.IntRange(int(Uniform), int(Gaussian)).Draw(t, "start"))
		x := start.Draw(seed, d, side*side, 1)
		f := NewForm(x, 0, side)
		bound, r := f.Bound(), stream.New(seed, "test")
		a := Ascent{Method: LBFGS, MaxSteps: 300}
		for i := range 6 {
			image := unit(noise(r, side*side))
			switch i {
			case 4:
				image = f.Ascend(context.Background(), image, a).Image
			case 5:
				image = NewDrawer(x, 0, side, Modulus).Draw(context.Background(), image, a, 0).Image
			}
			score := math.Abs(one(x, side, Modulus, image))
			if score > bound*(1+1e-12) {
				t.Errorf("image %d scores %v, above the bound %v", i, score, bound)
			}
			peak := f.Peak(image)
			if math.Abs(peak.Score-score) > 1e-12*(1+score) {
				t.Errorf("image %d scores %v, its peak says %v", i, score, peak.Score)
			}
			if best := f.Ascend(context.Background(), image, a).Score(); best > peak.Bound*(1+1e-12) {
				t.Errorf("an image scores %v, above the bound %v that image %d gives", best, peak.Bound, i)
			}
		}
	})
}

func TestAscendedModuliAreStationaryOrZero(t *testing.T) {
	for seed := range uint64(4) {
		f := NewForm(Gaussian.Draw(seed, 3, 64, 1), 0, 8)
		start := noise(stream.New(seed, "test"), 64)
		got := f.Ascend(context.Background(), start, Ascent{Method: LBFGS})
		if got.Status != Converged {
			t.Fatalf("seed %d: %+v", seed, got.Report)
		}
		zeros := 0
		f.moduli(got.Image)
		h := f.eval()
		for j, tau := range f.tau.Data {
			slope := f.slope.Data[j] - 2*h*tau
			if tau < 1e-6 {
				zeros++
				if slope > 1e-6 {
					t.Errorf("seed %d: modulus %d is zero, and h grows with it by %g", seed, j, slope)
				}
			} else if math.Abs(slope) > 1e-6 {
				t.Errorf("seed %d: modulus %d is %g, and h still changes with it by %g", seed, j, tau, slope)
			}
		}
		if zeros == 0 {
			t.Errorf("seed %d: no modulus is zero, where a tuple of both signs should have several", seed)
		}
	}
}

func TestAscendOfNothingDiverges(t *testing.T) {
	f := NewForm(NewParams(2, 16, 1), 0, 4)
	if got := f.Ascend(context.Background(), noise(stream.New(1, "test"), 16), Ascent{Method: LBFGS}); got.Status != Diverged {
		t.Errorf("the ascent of a form that is zero ended as %v", got.Status)
	}
	if peak := f.Peak(noise(stream.New(1, "test"), 16)); peak != (Peak{}) {
		t.Errorf("the peak of a form that is zero is %+v", peak)
	}
}

func TestBoundsOfWhatIsNotFiniteAreNone(t *testing.T) {
	x := Gaussian.Draw(1, 2, 16, 1)
	x.A.Set(0, 0, math.NaN())
	f := NewForm(x, 0, 4)
	if bound, peak := f.Bound(), f.Peak(noise(stream.New(1, "test"), 16)); !math.IsNaN(bound) || !math.IsNaN(peak.Bound) {
		t.Errorf("bound %v, peak %+v; want NaN", bound, peak)
	}
}

// TestTheDrawingIsTheBestImage proves for a trained tuple that one image of each class scores higher than any other
// image, that ascending moduli finds it from any start, and that among drawings it is one basin's.
func TestTheDrawingIsTheBestImage(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	x, report := Train(context.Background(), reference(t, 100), Uniform.Draw(1, 20, 784, 10), Ascent{Method: LBFGS})
	if report.Status != Converged {
		t.Fatalf("%+v", report)
	}
	for k := range 10 {
		t.Run(fmt.Sprintf("class=%d", k), func(t *testing.T) {
			f := NewForm(x, k, 28)
			var best []float64
			for i := range uint64(2) {
				got := f.Ascend(context.Background(), noise(stream.New(i, "test"), 784), Ascent{Method: LBFGS})
				if got.Status != Converged {
					t.Fatalf("%+v", got.Report)
				}
				peak := f.Peak(got.Image)
				if gap := peak.Bound - peak.Score; math.Abs(gap) > 1e-12 || !(peak.Second < 0.7*peak.Bound) {
					t.Errorf("start %d ends at %v, and the bound is %g above, with %v the next eigenvalue; want a proof", i, peak.Score, gap, peak.Second)
				}
				if best == nil {
					best = got.Image
				} else if d := math.Min(floats.Distance(best, got.Image, 2), floats.Distance(best, floats.ScaleTo(make([]float64, 784), -1, got.Image), 2)); d > 1e-7 {
					t.Errorf("two starts end %g apart", d)
				}
			}
			// Drawn in the pattern of the best image, and in the other ones.
			drawer, transform, bound := NewDrawer(x, k, 28, Modulus), NewTransform(28), f.Peak(best).Bound
			for _, pattern := range Patterns(28) {
				drawer.Hold(pattern)
				start := append([]float64(nil), best...)
				floats.AddScaled(start, 0.01, noise(stream.New(3, "test"), 784))
				drawn := drawer.Draw(context.Background(), start, Ascent{Method: LBFGS}, 0)
				reached := drawn.Status == Converged && transform.SignPattern(drawn.Image) == pattern
				isBest := pattern == transform.SignPattern(best)
				if isBest && (!reached || math.Abs(drawn.Score()-bound) > 1e-12) {
					t.Errorf("a drawing in %s scores %v, %v; want the best score %v", pattern, drawn.Score(), drawn.Status, bound)
				}
				if !isBest && reached && !(drawn.Score() < bound*(1-1e-7)) {
					t.Errorf("a drawing in %s scores %v, and the best %v in another pattern", pattern, drawn.Score(), bound)
				}
			}
		})
	}
}
