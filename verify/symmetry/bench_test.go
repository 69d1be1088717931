package symmetry

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"

	"example.org/concord/simd"
)

func BenchmarkDistance(b *testing.B) {
	rnd := rand.New(rand.NewPCG(1, 2))
	x, y := randomTuple(rnd, 20, 784, 784, 10), randomTuple(rnd, 20, 784, 784, 10)
	b.Run("d=20/p=784", func(b *testing.B) {
		for b.Loop() {
			if _, err := (Bilinear{Blocks: 10}).Distance(x, y); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// Trials of a sweep are either all near one optimum, at the distance "spread", or
// ("spread=1") all different.
func BenchmarkPairwise(b *testing.B) {
	const trials = 192
	for _, spread := range []float64{1e-10, 1e-4, 1} {
		rnd := rand.New(rand.NewPCG(1, 2))
		center := randomTuple(rnd, 20, 784, 784, 10)
		ts := make([]Tuple, trials)
		for i := range ts {
			ts[i] = moved(rnd, perturbed(rnd, center, spread), 10)
		}
		b.Run(fmt.Sprintf("trials=%d/spread=%g", trials, spread), func(b *testing.B) {
			for b.Loop() {
				if _, err := Pairwise(b.Context(), Bilinear{Blocks: 10}, ts, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The cost of a sweep in which all trials end near one optimum, by their number: ns/trial grows with it by the products of
// two differences for every pair only.
func BenchmarkSweep(b *testing.B) {
	blas64.Use(simd.New())
	b.Cleanup(func() { blas64.Use(gonum.Implementation{}) })
	for _, trials := range []int{100, 200, 400, 800} {
		b.Run(fmt.Sprintf("trials=%d/d=5/p=784", trials), func(b *testing.B) {
			rnd := rand.New(rand.NewPCG(1, 2))
			center := randomTuple(rnd, 5, 784, 784, 10)
			ts := make([]Tuple, trials)
			for i := range ts {
				ts[i] = moved(rnd, perturbed(rnd, center, 1e-8), 10)
			}
			for b.Loop() {
				if _, err := Pairwise(b.Context(), Bilinear{Blocks: 10}, ts, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*trials), "ns/trial")
		})
	}
}

func BenchmarkHidden(b *testing.B) {
	for _, h := range []int{8, 16, 32, 128} {
		rnd := rand.New(rand.NewPCG(1, 2))
		x, y := network(rnd, h, 784, 10), network(rnd, h, 784, 10)
		b.Run(fmt.Sprintf("h=%d/p=784", h), func(b *testing.B) {
			for b.Loop() {
				if _, err := (Hidden{}).Distance(x, y); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
