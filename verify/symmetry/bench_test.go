package symmetry

import (
	"fmt"
	"math/rand/v2"
	"testing"
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
