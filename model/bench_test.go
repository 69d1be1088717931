package model

import (
	"context"
	"fmt"
	"testing"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/mnist"
	"example.org/concord/simd"
)

// fast makes the rest of a benchmark compute as the programs do.
func fast(b *testing.B) {
	b.Helper()
	before := blas64.Implementation()
	blas64.Use(simd.New())
	b.Cleanup(func() { blas64.Use(before) })
}

// reference returns the first count training images with their features.
func reference(tb testing.TB, count int) *Data {
	tb.Helper()
	set, err := mnist.Embedded(mnist.Train, 0, count)
	if err != nil {
		tb.Fatal(err)
	}
	const side = 28
	images, labels := mat.NewDense(count, side*side, nil), make([]int, count)
	for i := range count {
		for j, v := range set.Images.Image(i) {
			images.Set(i, j/side+j%side*side, float64(v)/255)
		}
		labels[i] = int(set.Labels[i])
	}
	data, err := NewData(side, 10, images, labels, Modulus)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func BenchmarkFuncGrad(b *testing.B) {
	fast(b)
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprintf("n=%d/rank=20", n), func(b *testing.B) {
			f, x := NewSpanFitness(reference(b, n), Uniform.Draw(1, 20, 784, 10))
			grad := make([]float64, f.Len())
			b.ReportAllocs()
			for b.Loop() {
				f.FuncGrad(grad, x)
			}
		})
	}
}

func BenchmarkNewSpanFitness(b *testing.B) {
	fast(b)
	data, start := reference(b, 100), Uniform.Draw(1, 20, 784, 10)
	for b.Loop() {
		NewSpanFitness(data, start)
	}
}

func BenchmarkTrain(b *testing.B) {
	fast(b)
	data := reference(b, 100)
	for _, a := range []Ascent{{Method: LBFGS}, {Method: Quotient}, {Method: Gradient, Rate: 0.1, Momentum: 0.95}} {
		b.Run("n=100/rank=20/method="+a.Method.String(), func(b *testing.B) {
			for b.Loop() {
				if _, report := Train(context.Background(), data, Uniform.Draw(1, 20, 784, 10), a); report.Status != Converged {
					b.Fatalf("status %v", report.Status)
				}
			}
		})
	}
}

func BenchmarkScores(b *testing.B) {
	fast(b)
	data := reference(b, 1000)
	scorer, batch := NewScorer(Uniform.Draw(1, 20, 784, 10), 28, Modulus), NewBatch(data.D, 28, Modulus)
	dst := make([]float64, 10_000)
	for b.Loop() {
		scorer.Scores(dst, batch)
	}
}

func BenchmarkDraw(b *testing.B) {
	fast(b)
	x, _ := Train(context.Background(), reference(b, 100), Uniform.Draw(1, 20, 784, 10), Ascent{Method: LBFGS})
	start := Gaussian.Draw(1, 1, 784, 1).A.RawRowView(0)
	for b.Loop() {
		if d := NewDrawer(x, 3, 28, Modulus).Draw(context.Background(), start, Ascent{Method: LBFGS}, 0); d.Status != Converged {
			b.Fatalf("status %v", d.Status)
		}
	}
}

// BenchmarkAttack searches for the image on which two trained tuples differ most, and bounds by how much any can.
func BenchmarkAttack(b *testing.B) {
	fast(b)
	data := reference(b, 100)
	x, _ := Train(context.Background(), data, Uniform.Draw(1, 20, 784, 10), Ascent{Method: LBFGS})
	y, _ := Train(context.Background(), data, Uniform.Draw(2, 20, 784, 10), Ascent{Method: LBFGS})
	start := Gaussian.Draw(1, 1, 784, 1).A.RawRowView(0)
	b.Run("part=search", func(b *testing.B) {
		for b.Loop() {
			if got := NewDifference(x, y, 3, 28, Modulus).Attack(context.Background(), start, Ascent{Method: LBFGS}); got.Status != Converged {
				b.Fatalf("status %v", got.Status)
			}
		}
	})
	b.Run("part=bound", func(b *testing.B) {
		for b.Loop() {
			NewDifference(x, y, 3, 28, Modulus).Supremum()
		}
	})
}

// BenchmarkPeak draws the best image of a class and proves that it is.
func BenchmarkPeak(b *testing.B) {
	fast(b)
	x, _ := Train(context.Background(), reference(b, 100), Uniform.Draw(1, 20, 784, 10), Ascent{Method: LBFGS})
	start := Gaussian.Draw(1, 1, 784, 1).A.RawRowView(0)
	for b.Loop() {
		f := NewForm(x, 3, 28)
		if peak := f.Peak(f.Ascend(context.Background(), start, Ascent{Method: LBFGS}).Image); peak.Bound-peak.Score > 1e-12 {
			b.Fatalf("%+v", peak)
		}
	}
}
