package judge

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

func mustTrain(t rapid.TB, images *mat.Dense, labels []int, settings *LogisticSettings) *Logistic {
	t.Helper()
	classes := 0
	for _, k := range labels {
		classes = max(classes, k+1)
	}
	j, err := TrainLogistic(context.Background(), images, labels, classes, settings)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestGradientIsThatOfTheLikelihood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		images, labels := drawExamples(t)
		l := newLikelihood(images, labels, 3, rapid.Float64Range(0, 1).Draw(t, "penalty"))
		x := rapid.SliceOfN(rapid.Float64Range(-5, 5), l.len(), l.len()).Draw(t, "x")
		got := make([]float64, l.len())
		l.gradient(got, x)
		want := fd.Gradient(nil, l.value, x, &fd.Settings{Formula: fd.Central})
		if d := floats.Distance(want, got, math.Inf(1)); !(d < 1e-7) {
			t.Errorf("the gradient at %v is %v, by differences %v", x, got, want)
		}
	})
}

// TestLikelihoodIsThatOfImagesAndNegatives holds the claim that an image and its negative have the same likelihood: of
// 2K outcomes, every image with the first K and its negative with the last K.
func TestLikelihoodIsThatOfImagesAndNegatives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		images, labels := drawExamples(t)
		_, pixels := images.Dims()
		l := newLikelihood(images, labels, 3, 0)
		x := rapid.SliceOfN(rapid.Float64Range(-5, 5), l.len(), l.len()).Draw(t, "x")
		w, b := l.split(x)
		loss := 0.0
		for i, label := range labels {
			u := make([]float64, pixels)
			copy(u, images.RawRowView(i))
			floats.Scale(1/floats.Norm(u, 2), u)
			for s, sign := range []float64{1, -1} {
				z := make([]float64, 6)
				for c := range 3 {
					z[c] = sign*floats.Dot(w.RawRowView(c), u) + b[c]
					z[3+c] = -sign*floats.Dot(w.RawRowView(c), u) + b[c]
				}
				loss += floats.LogSumExp(z) - z[3*s+label]
			}
		}
		if want, got := loss/float64(2*len(labels)), l.value(x); !(math.Abs(got-want) < 1e-12*(1+want)) {
			t.Errorf("L = %v, want %v", got, want)
		}
	})
}

func TestLogisticIsTheMinimum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		images, labels := drawExamples(t)
		settings := &LogisticSettings{Penalty: 0.01, GradTol: 1e-6}
		j := mustTrain(t, images, labels, settings)
		if !j.Report.Converged || !(j.Report.GradNorm <= 1e-6) {
			t.Fatalf("report %+v, want convergence to 1e-6", j.Report)
		}
		l := newLikelihood(images, labels, 3, settings.Penalty)
		x := append(append([]float64{}, j.weights.RawMatrix().Data...), j.bias...)
		if got := l.value(x); got != j.Report.Value {
			t.Errorf("L = %v at what was learned, the report says %v", got, j.Report.Value)
		}
		step := rapid.SliceOfN(rapid.Float64Range(-1, 1), len(x), len(x)).Draw(t, "step")
		floats.Add(x, step)
		if got := l.value(x); got < j.Report.Value-1e-5 {
			t.Errorf("L = %v a step aside, less than the %v that was found", got, j.Report.Value)
		}
		again := mustTrain(t, images, labels, settings)
		if diff := cmp.Diff(j.weights.RawMatrix().Data, again.weights.RawMatrix().Data); diff != "" || !cmp.Equal(j.bias, again.bias) {
			t.Errorf("learning twice differs: %s", diff)
		}
	})
}

// TestDistancesAreOdds compares distances with the probabilities of the pairs of class and sign.
func TestDistancesAreOdds(t *testing.T) {
	images, labels := mat.NewDense(4, 2, []float64{1, 0, 0.8, 0.3, 0, 1, 0.2, 0.9}), []int{0, 0, 1, 1}
	j := mustTrain(t, images, labels, nil)
	for _, angle := range []float64{0, 0.5, 1, 2, 3} {
		u := []float64{math.Cos(angle), math.Sin(angle)}
		p := make([]float64, 2)
		for c := range p {
			z := floats.Dot(j.weights.RawRowView(c), u)
			p[c] = math.Exp(j.bias[c]+z) + math.Exp(j.bias[c]-z)
		}
		want := []float64{floats.Max(p) / p[0], floats.Max(p) / p[1]}
		got := j.Distances(nil, mat.NewDense(1, 2, u))
		for c := range want {
			if !(math.Abs(got[c]/want[c]-1) < 1e-12) {
				t.Errorf("at %v the distance of class %d is %v, want %v", angle, c, got[c], want[c])
			}
		}
	}
}

func TestSureDistancesDoNotOverflow(t *testing.T) {
	j := &Logistic{weights: mat.NewDense(2, 1, []float64{600, -1}), bias: []float64{0, 0}}
	got := j.Distances(nil, mat.NewDense(1, 1, []float64{-3}))
	if got[0] != 1 || math.Abs(math.Log(got[1])-599+math.Log1p(math.Exp(-2))) > 1e-9 {
		t.Errorf("distances %v, want 1 and exp(599)/(1+exp(−2))", got)
	}
}

func TestStepLimitIsReported(t *testing.T) {
	images, labels := mat.NewDense(3, 2, []float64{1, 0, 1, 1, 0, 1}), []int{0, 1, 2}
	j := mustTrain(t, images, labels, &LogisticSettings{MaxSteps: 1, GradTol: 1e-9})
	if j.Report.Converged || j.Report.Steps != 1 || !(j.Report.GradNorm > 1e-9) {
		t.Errorf("report %+v, want one step without convergence", j.Report)
	}
}

func TestSearchEndsAtRounding(t *testing.T) {
	images, labels := mat.NewDense(3, 2, []float64{1, 0, 1, 1, 0, 1}), []int{0, 1, 2}
	j := mustTrain(t, images, labels, &LogisticSettings{GradTol: 1e-30})
	if j.Report.Converged || !(j.Report.GradNorm < 1e-6) {
		t.Errorf("report %+v, want no convergence to 1e-30, but a gradient below 1e-6", j.Report)
	}
}

func TestTrainLogisticStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	images, labels := mat.NewDense(2, 2, []float64{1, 0, 0, 1}), []int{0, 1}
	if j, err := TrainLogistic(ctx, images, labels, 2, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("TrainLogistic = %v, %v; want an error that wraps %v", j, err, context.Canceled)
	}
}

func TestLogisticRefusesWhatIsNotFinite(t *testing.T) {
	images, labels := mat.NewDense(2, 2, []float64{1, math.NaN(), 0, 1}), []int{0, 1}
	if j, err := TrainLogistic(t.Context(), images, labels, 2, nil); err == nil {
		t.Errorf("TrainLogistic = %+v, want an error", j.Report)
	}
}
