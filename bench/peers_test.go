package main

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/model"
)

// fixture starts a peer that needs a module, and hands it n images. Many of them are put in two classes, so that each has
// more samples than there are pairs of frequencies.
func fixture(t *testing.T, name, module string, n, rank int) (*child, folder) {
	t.Helper()
	interpreter := "python3"
	if module != "" {
		interpreter = python(t, module)
	}
	c, err := peerNamed(name).start(t.Context(), testEnv(t, interpreter))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	data, err := newData(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	if n > 2*pairs(side) {
		for i := range data.Y {
			data.Y[i] %= 2
		}
	}
	f, err := newFolder(t.TempDir(), data)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range []job{{Kind: "threads", Threads: 1}, f.load(rank)} {
		if _, err := c.do(t.Context(), j, patience); err != nil {
			t.Fatal(err)
		}
	}
	return c, f
}

func peerNamed(name string) peer { return peers()[slices.Index(peerNames(), name)] }

func difference(x, y model.Params) float64 {
	var a, b mat.Dense
	a.Sub(x.A, y.A)
	b.Sub(x.B, y.B)
	return max(mat.Norm(&a, 2)/mat.Norm(y.A, 2), mat.Norm(&b, 2)/mat.Norm(y.B, 2))
}

// What the peers ascend is what Concord ascends: value and gradient at a random point.
func TestPeersHaveTheSameGradient(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	for _, tt := range []struct {
		name, module string
		n            int
	}{
		{base, "", 30},
		{"numpy-full", "numpy", 30},
		{"numpy-span", "numpy", 30},
		{"numpy-span", "numpy", 1000}, // live pixels and pairs of frequencies
		{"scipy", "scipy", 30},
		{"torch", "torch", 30},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const rank = 4
			c, f := fixture(t, tt.name, tt.module, tt.n, rank)
			start, err := f.start(5, rank)
			if err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "gradient.f64")
			r, err := c.do(t.Context(), job{Kind: "probe", Start: start, Out: out}, patience)
			if err != nil {
				t.Fatal(err)
			}
			x, err := readParams(start, rank)
			if err != nil {
				t.Fatal(err)
			}
			got, err := readParams(out, rank)
			if err != nil {
				t.Fatal(err)
			}
			plain, want := model.Fitness{Data: f.data}, model.NewParams(rank, pixels, classes)
			plain.Grad(want, x)
			if value := plain.Func(x); !(math.Abs(r.Value-value) <= 1e-12*(1+math.Abs(value))) {
				t.Errorf("value %v, want %v", r.Value, value)
			}
			// The span gradient is the projection of the plain one, which lies in the span.
			if d := difference(got, want); !(d <= 1e-10) {
				t.Errorf("gradients differ by %.3g, relatively", d)
			}
		})
	}
}

// All end at the optimum of the certificate, and are judged to have got there.
func TestPeersReachTheOptimum(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	for _, tt := range []struct{ name, module string }{
		{base, ""},
		{"concord-ascent", ""},
		{"numpy-full", "numpy"},
		{"numpy-span", "numpy"},
		{"scipy", "scipy"},
		{"torch", "torch"},
		{"torch-ascent", "torch"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const n, rank, tol = 12, 3, 1e-4
			c, f := fixture(t, tt.name, tt.module, n, rank)
			start, err := f.start(1, rank)
			if err != nil {
				t.Fatal(err)
			}
			j, err := newJudge(t.Context(), f.data, rank, 1e-9)
			if err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "end.f64")
			r, err := c.do(t.Context(), job{Kind: "trial", Start: start, Tol: tol, Limit: 60, Out: out}, patience)
			if err != nil {
				t.Fatal(err)
			}
			if r.Status != converged || r.Evaluations < 10 || !(r.GradNorm <= tol) || len(r.Milestones) < 2 ||
				!(r.Milestones[0].Seconds > 0 && r.Milestones[1].Seconds >= r.Milestones[0].Seconds && r.Seconds >= r.Milestones[1].Seconds) {
				t.Errorf("trial = %+v", r)
			}
			if at, err := j.judge(start, rank); err != nil || !(at.Distance > 0.1) || !(at.FullNorm > 0.01) {
				t.Errorf("the start is judged %+v, %v", at, err)
			}
			got, err := j.judge(out, rank)
			if err != nil || !(got.FullNorm <= 1.01*tol) || !(got.Distance < 0.1) || !(math.Abs(got.Fitness-j.Fitness) < 1e-4) {
				t.Errorf("judged %+v, %v, and the optimum has %+v", got, err, j.Optimum)
			}
		})
	}
}

// A trial that has no time says so, and a sweep covers all its starts.
func TestLimitAndSweep(t *testing.T) {
	for _, tt := range []struct{ name, module string }{{base, ""}, {"numpy-span", "numpy"}} {
		t.Run(tt.name, func(t *testing.T) {
			const n, rank = 12, 3
			c, f := fixture(t, tt.name, tt.module, n, rank)
			one, err := f.start(1, rank)
			if err != nil {
				t.Fatal(err)
			}
			two, err := f.start(2, rank)
			if err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "end.f64")
			r, err := c.do(t.Context(), job{Kind: "trial", Start: one, Tol: 1e-300, Limit: 0.05, Out: out}, patience)
			if err != nil || r.Status == converged {
				t.Errorf("trial without time = %+v, %v", r, err)
			}
			evaluations := 0
			for _, path := range []string{one, two} {
				trial, err := c.do(t.Context(), job{Kind: "trial", Start: path, Tol: 1e-6, Limit: 60, Out: out}, patience)
				if err != nil {
					t.Fatal(err)
				}
				evaluations += trial.Evaluations
			}
			r, err = c.do(t.Context(), job{Kind: "sweep", Starts: []string{one, two}, Tol: 1e-6, Limit: 60}, patience)
			if err != nil || r.Status != converged || r.Evaluations != evaluations || !(r.GradNorm <= 1e-6) {
				t.Errorf("sweep = %+v, %v, want %d evaluations, the sum of both trials", r, err, evaluations)
			}
		})
	}
}

// NumPy draws what Concord draws.
func TestImagesAreTheSame(t *testing.T) {
	const n, rank, count = 12, 3, 3
	var values [2][]float64
	for i, tt := range []struct{ name, module string }{{base, ""}, {"numpy-span", "numpy"}} {
		c, f := fixture(t, tt.name, tt.module, n, rank)
		tuple, err := f.start(1, rank)
		if err != nil {
			t.Fatal(err)
		}
		starts := filepath.Join(f.dir, "noise.f64")
		if err := writeMatrices(starts, model.Gaussian.Draw(1, count, pixels, 1).A); err != nil {
			t.Fatal(err)
		}
		r, err := c.do(t.Context(), job{Kind: "images", Start: tuple, N: count, Tol: 1e-6, Limit: 60, Out: starts}, patience)
		if err != nil || len(r.Values) != count {
			t.Fatalf("images = %+v, %v", r, err)
		}
		values[i] = r.Values
	}
	for i, v := range values[0] {
		if !(math.Abs(v-values[1][i]) < 1e-9) {
			t.Errorf("image %d: log score %v by Concord, %v by NumPy", i, v, values[1][i])
		}
	}
}
