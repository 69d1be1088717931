package judge

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// random returns n images of 28×28 pixels, of ten classes that overlap.
func random(n int) (*mat.Dense, []int) {
	r := rand.New(rand.NewPCG(1, 2))
	images, labels := mat.NewDense(n, 784, nil), make([]int, n)
	for i := range n {
		labels[i] = i % 10
		for j := range 784 {
			images.Set(i, j, r.Float64())
		}
		images.Set(i, labels[i], 5*r.Float64())
	}
	return images, labels
}

func BenchmarkNeighbours(b *testing.B) {
	images, labels := random(9000)
	drawings, _ := random(500)
	j := NewNearestNeighbours(images, labels, 10, 0)
	b.Run(fmt.Sprintf("known=%d/n=%d", 9000, 500), func(b *testing.B) {
		for b.Loop() {
			j.Distances(nil, drawings)
		}
	})
}

func BenchmarkLogistic(b *testing.B) {
	for _, n := range []int{100, 9000} {
		images, labels := random(n)
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			for b.Loop() {
				j, err := TrainLogistic(b.Context(), images, labels, 10, nil)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(j.Report.Steps), "steps")
			}
		})
	}
}
