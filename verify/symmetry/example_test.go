package symmetry_test

import (
	"context"
	"fmt"
	"math"

	"example.org/concord/verify/symmetry"
	"gonum.org/v1/gonum/mat"
)

// Two factorisations of one map: the second is rotated by 30°, its second block
// is turned, and its scale is another one.
func ExampleBilinear() {
	a := mat.NewDense(2, 3, []float64{1, 2, 0, 0, 1, 1})
	b := mat.NewDense(4, 2, []float64{1, 0, 0, 1, 1, 1, 2, 0})
	c, s := math.Cos(math.Pi/6), math.Sin(math.Pi/6)
	u := mat.NewDense(2, 2, []float64{c, -s, s, c})
	var ua, bu mat.Dense
	ua.Mul(u, a)
	bu.Mul(b, u.T())
	bu.Scale(5, &bu)
	second := bu.Slice(2, 4, 0, 2).(*mat.Dense)
	second.Scale(-1, second)

	x := symmetry.Tuple{{Name: "A", M: a}, {Name: "B", M: b}}
	y := symmetry.Tuple{{Name: "A", M: &ua}, {Name: "B", M: &bu}}
	g := symmetry.Bilinear{Blocks: 2}
	raw, err := g.Raw(x, y)
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := g.Distance(x, y)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(g)
	fmt.Printf("before alignment %.3f\n", raw)
	fmt.Println("the same:", d < 1e-15)
	// Output:
	// gauge × {±1}^2 × R₊² (what counts is the product BA)
	// before alignment 1.252
	// the same: true
}

// Two hidden units in the other order, one of them negated, are the same network.
func ExampleHidden() {
	x := symmetry.Tuple{
		{Name: "W", M: mat.NewDense(2, 3, []float64{1, 2, 0, 0, 1, 1})},
		{Name: "b", M: mat.NewDense(1, 2, []float64{3, -1})},
		{Name: "V", M: mat.NewDense(1, 2, []float64{4, 5})},
		{Name: "c", M: mat.NewDense(1, 1, []float64{6})},
	}
	y := symmetry.Tuple{
		{Name: "W", M: mat.NewDense(2, 3, []float64{0, 1, 1, -1, -2, 0})},
		{Name: "b", M: mat.NewDense(1, 2, []float64{-1, -3})},
		{Name: "V", M: mat.NewDense(1, 2, []float64{5, -4})},
		{Name: "c", M: mat.NewDense(1, 1, []float64{6})},
	}
	raw, err := symmetry.Hidden{}.Raw(x, y)
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := symmetry.Hidden{}.Distance(x, y)
	fmt.Println(symmetry.Hidden{})
	fmt.Printf("before alignment %.3f\n", raw)
	fmt.Println(d, err)
	// Output:
	// 2^h · h! permutations and signs of hidden units
	// before alignment 1.111
	// 0 <nil>
}

func ExampleBilinear_Canonical() {
	x := symmetry.Tuple{
		{Name: "A", M: mat.NewDense(2, 2, []float64{0, -3, 4, 0})},
		{Name: "B", M: mat.NewDense(2, 2, []float64{1, 0, 0, -1})},
	}
	c, conditioning, err := symmetry.Bilinear{Blocks: 2}.Canonical(x)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range c {
		// Adding zero turns −0 into 0.
		m := mat.DenseCopyOf(p.M)
		m.Apply(func(_, _ int, v float64) float64 { return v + 0 }, m)
		fmt.Printf("%s =\n%.3f\n", p.Name, mat.Formatted(m))
	}
	fmt.Printf("gap %.2f\n", conditioning.MinGap)
	// Output:
	// A =
	// ⎡0.800  0.000⎤
	// ⎣0.000  0.600⎦
	// B =
	// ⎡0.000  0.707⎤
	// ⎣0.707  0.000⎦
	// gap 0.25
}

// An image is the same as its negative, whatever its scale.
func ExampleSign() {
	x := symmetry.Tuple{{Name: "image", M: mat.NewDense(2, 2, []float64{0, 1, 1, 0})}}
	y := symmetry.Tuple{{Name: "image", M: mat.NewDense(2, 2, []float64{0, -7, -7, 0})}}
	d, err := symmetry.Sign{}.Distance(x, y)
	fmt.Println(d, err)
	y.Part("image").Set(1, 1, math.NaN())
	_, err = symmetry.Sign{}.Distance(x, y)
	fmt.Println(err)
	// Output:
	// 0 <nil>
	// second tuple: part image: entry (1,1) is NaN
}

func ExamplePairwise() {
	var ts []symmetry.Tuple
	for _, degrees := range []float64{10, 80, 190, 80.5, 11} {
		s, c := math.Sincos(degrees * math.Pi / 180)
		ts = append(ts, symmetry.Tuple{{Name: "x", M: mat.NewDense(1, 2, []float64{c, s})}})
	}
	m, err := symmetry.Pairwise(context.Background(), symmetry.Sign{}, ts, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range symmetry.Cluster(m, 0.1) {
		fmt.Printf("%v diameter %.4f\n", c, symmetry.Diameter(m, c))
	}
	d, i, j := m.Max()
	fmt.Printf("largest distance %.4f, of %d and %d\n", d, i, j)
	// Output:
	// [0 2 4] diameter 0.0175
	// [1 3] diameter 0.0087
	// largest distance 1.1543, of 0 and 3
}
