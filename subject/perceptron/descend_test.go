package perceptron

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"

	"example.org/concord/verify"
)

func plain(_ float64, grad, _ []float64) float64 { return floats.Norm(grad, 2) }

// valley is Rosenbrock's, raised so that values of order one hide small differences.
func valley(grad, x []float64) float64 {
	a, b := 1-x[0], x[1]-x[0]*x[0]
	grad[0], grad[1] = -2*a-400*x[0]*b, 200*b
	return 1 + a*a + 100*b*b
}

func TestDescentGoesOnWhereValuesAreTheSame(t *testing.T) {
	var steps []int
	d := descent{Func: valley, Norm: plain, Tolerance: 1e-12, MaxSteps: 1000, Record: func(step int, value, gradNorm float64, x []float64) {
		steps = append(steps, step)
		if grad := []float64{0, 0}; valley(grad, x) != value || plain(0, grad, nil) != gradNorm {
			t.Errorf("step %d: recorded %g and %g at %v", step, value, gradNorm, x)
		}
	}}
	start := []float64{-1.2, 1}
	d.run(context.Background(), start)
	if d.Status != verify.Converged || d.GradNorm > 1e-12 {
		t.Errorf("status %v at gradient norm %g after %d steps, want 1e-12: values cannot tell points 1e-8 apart", d.Status, d.GradNorm, d.Steps)
	}
	if d := floats.Distance(d.X, []float64{1, 1}, 2); d > 1e-11 {
		t.Errorf("ended %g from the minimum", d)
	}
	if len(steps) != d.Steps+1 || steps[d.Steps] != d.Steps || d.Evaluations <= d.Steps {
		t.Errorf("%d steps were recorded as %v, with %d evaluations", d.Steps, steps, d.Evaluations)
	}
	if start[0] != -1.2 {
		t.Error("run changed where it started")
	}
}

func TestDescentSaysHowItEnded(t *testing.T) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, tt := range []struct {
		name string
		ctx  context.Context
		f    func(grad, x []float64) float64
		max  int
		want verify.Status
	}{
		{"at once", context.Background(), func(grad, _ []float64) float64 { clear(grad); return 1 }, 10, verify.Converged},
		{"step limit", context.Background(), valley, 5, verify.StepLimit},
		{"cancelled", cancelled, valley, 1000, verify.Stopped},
		{"uphill", context.Background(), func(grad, x []float64) float64 {
			v := valley(grad, x)
			floats.Scale(-1, grad)
			return v
		}, 1000, verify.Stopped},
		{"not a number", context.Background(), func(grad, _ []float64) float64 { clear(grad); return math.NaN() }, 10, verify.Diverged},
		{"without end", context.Background(), func(grad, _ []float64) float64 { grad[0] = 1; return math.Inf(-1) }, 10, verify.Diverged},
		{"no gradient", context.Background(), func(grad, _ []float64) float64 { grad[0] = math.Inf(1); return 1 }, 10, verify.Diverged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := descent{Func: tt.f, Norm: plain, Tolerance: 1e-9, MaxSteps: tt.max}
			d.run(tt.ctx, []float64{-1.2, 1})
			if d.Status != tt.want {
				t.Errorf("status %v after %d steps at gradient norm %g, want %v", d.Status, d.Steps, d.GradNorm, tt.want)
			}
			if tt.want == verify.StepLimit && d.Steps != tt.max {
				t.Errorf("%d steps, want %d", d.Steps, tt.max)
			}
		})
	}
}
