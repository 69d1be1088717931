package certify

import (
	"context"
	"testing"

	"example.org/concord/model"
)

func BenchmarkNewProblem(b *testing.B) {
	data := reference(b, 100)
	b.Run("n=100", func(b *testing.B) {
		for b.Loop() {
			if _, err := NewProblem(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkOracle(b *testing.B) {
	data := reference(b, 100)
	b.Run("n=100/rank=20", func(b *testing.B) {
		for b.Loop() {
			if _, report, err := Oracle(data, 20, nil); err != nil || report.Status != Closed {
				b.Fatalf("Oracle = %+v, %v", report, err)
			}
		}
	})
}

func BenchmarkCertify(b *testing.B) {
	data := reference(b, 100)
	pr, err := NewProblem(data)
	if err != nil {
		b.Fatal(err)
	}
	x, _, err := pr.Oracle(20, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("n=100/rank=20", func(b *testing.B) {
		for b.Loop() {
			if c := pr.Certify(x, nil); c.Verdict != Certified {
				b.Fatal(c.Reason)
			}
		}
	})
}

func BenchmarkTrain(b *testing.B) {
	data, start := reference(b, 100), model.Uniform.Draw(1, 20, 784, 10)
	b.Run("n=100/rank=20", func(b *testing.B) {
		for b.Loop() {
			if _, r := model.Train(context.Background(), data, start, model.Ascent{Method: model.LBFGS}); r.Status != model.Converged {
				b.Fatalf("status %v", r.Status)
			}
		}
	})
}
