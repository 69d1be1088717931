package digits

import (
	"context"
	"errors"
	"io"
	"math"
	"testing"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"

	"example.org/concord/mnist"
	"example.org/concord/model"
	"example.org/concord/simd"
	"example.org/concord/verify"
)

// BenchmarkFull trains on all 60,000 images at rank 20 from one start, certifies the outcome, and reports its
// accuracy on the test images and how many digits of the fitness the certificate proves to be the best. It takes less than a minute and 2 GB.
func BenchmarkFull(b *testing.B) {
	blas64.Use(simd.New())
	b.Cleanup(func() { blas64.Use(gonum.Implementation{}) })
	ctx := context.Background()
	p, err := Subject{}.Open(ctx,
		verify.Settings{"set": "mnist", "split": "train", "offset": 0.0, "count": 60_000.0, "side": 28.0, "centred": false},
		verify.Settings{"rank": 20.0, "features": "modulus"})
	if errors.Is(err, mnist.ErrNotFetched) {
		b.Skip("needs the full training set: verify data fetch")
	}
	if err != nil {
		b.Fatal(err)
	}
	full, ok := p.(*Problem)
	if !ok {
		b.Fatalf("Open returned a %T", p)
	}
	test, err := full.Inputs(ctx, "test")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("n=60000/rank=20", func(b *testing.B) {
		for b.Loop() {
			out, err := full.Train(ctx, trial(1, "uniform", map[string]any{"method": "quotient"}), io.Discard)
			if err != nil || out.Status != verify.Converged {
				b.Fatal(out, err)
			}
			c, err := full.Certify(ctx, out.Tuple)
			if err != nil || !c.Certified {
				b.Fatal(c, err)
			}
			right := 0
			for i, scores := 0, full.Scores(nil, out.Tuple, test); i < test.Count; i++ {
				if model.Classify(scores[i*classes:(i+1)*classes]) == test.Truth[i] {
					right++
				}
			}
			b.ReportMetric(float64(out.Evaluations), "evaluations")
			b.ReportMetric(float64(right)/float64(test.Count), "accuracy")
			b.ReportMetric(-math.Log10(float64(c.Gap+c.GapError)), "digits-proven")
		}
	})
}
