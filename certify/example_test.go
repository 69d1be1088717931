package certify_test

import (
	"context"
	"fmt"
	"log"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/certify"
	"example.org/concord/model"
)

// Four images of 3×3 pixels in two classes, the bars of a letter L and their mirror images.
func Example() {
	images := mat.NewDense(4, 9, []float64{
		1, 1, 1, 0, 0, 1, 0, 0, 0,
		1, 1, 1, 0, 0, 1, 0, 0, 1,
		0, 0, 1, 0, 0, 1, 1, 1, 1,
		0, 0, 0, 0, 0, 1, 1, 1, 1,
	})
	data, err := model.NewData(3, 2, images, []int{0, 0, 1, 1}, model.Modulus)
	if err != nil {
		log.Fatal(err)
	}
	problem, err := certify.NewProblem(data)
	if err != nil {
		log.Fatal(err)
	}

	// A tuple of rank 2, trained from a random start.
	x, _ := model.Train(context.Background(), data, model.Uniform.Draw(1, 2, 9, 2), model.Ascent{Method: model.LBFGS})
	c := problem.Certify(x, nil)
	fmt.Printf("%v: fitness %.9f, proven within 1e-6 of the only optimum: %v\n", c.Verdict, c.Primal, c.Distance < 1e-6)

	// The same optimum without any start.
	best, report, err := problem.Oracle(2, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%v: fitness %.9f\n", report.Status, model.Fitness{Data: data}.Func(best))
	// Output:
	// certified: fitness 1.930644461, proven within 1e-6 of the only optimum: true
	// closed: fitness 1.930644461
}
