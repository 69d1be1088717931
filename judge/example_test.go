package judge_test

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/judge"
)

func ExampleNearestMean() {
	// Images of two pixels: of class 0 the left one is light, of class 1 the right one.
	images := mat.NewDense(4, 2, []float64{0.9, 0.1, 0.8, 0, 0.1, 0.7, 0, 0.5})
	j := judge.NewNearestMean(images, []int{0, 0, 1, 1}, 2)
	drawings := mat.NewDense(3, 2, []float64{5, 1, -1, -5, 1, 1e-3})
	fmt.Println(judge.Answers(j.Distances(nil, drawings), 2))
	// Output: [0 1 0]
}
