package certify

import (
	"context"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"example.org/concord/mnist"
	"example.org/concord/model"
	"example.org/concord/stream"
	"example.org/concord/verify/symmetry"
)

// reference returns the first count training images with their features.
func reference(tb testing.TB, count int) *model.Data {
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
	data, err := model.NewData(side, 10, images, labels, model.Modulus)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// problem is NewProblem for data that must be right.
func problem(tb testing.TB, data *model.Data) *Problem {
	tb.Helper()
	pr, err := NewProblem(data)
	if err != nil {
		tb.Fatal(err)
	}
	return pr
}

// train is LBFGS from a uniform start unless told.
func train(data *model.Data, start model.Start, seed uint64, d int, gradTol float64) model.Params {
	_, p := data.D.Dims()
	x, _ := model.Train(context.Background(), data, start.Draw(seed, d, p, data.Classes), model.Ascent{Method: model.LBFGS, GradTol: gradTol, MaxSteps: 20_000})
	return x
}

func oracle(tb testing.TB, pr *Problem, d int) (model.Params, Report) {
	tb.Helper()
	x, report, err := pr.Oracle(d, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return x, report
}

// distance is that of the maps, by an independent room.
func distance(tb rapid.TB, x, y model.Params) float64 {
	tb.Helper()
	tuple := func(x model.Params) symmetry.Tuple { return symmetry.Tuple{{Name: "A", M: x.A}, {Name: "B", M: x.B}} }
	d, err := symmetry.Bilinear{Blocks: x.Classes()}.Distance(tuple(x), tuple(y))
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// positive fills x with numbers between 0.1 and 1.1.
func positive(r *rand.Rand, x []float64) []float64 {
	for i := range x {
		x[i] = 0.1 + r.Float64()
	}
	return x
}

// random returns n images of side×side pixels with free positive features, and free labels.
func random(r *rand.Rand, side, classes, n int) *model.Data {
	p := side * side
	data := &model.Data{
		Side: side, Classes: classes, Y: make([]int, n),
		D: mat.NewDense(n, p, positive(r, make([]float64, n*p))), R: mat.NewDense(n, p, positive(r, make([]float64, n*p))),
	}
	for i := range n {
		data.Y[i] = r.IntN(classes)
		// One bright pixel and one strong feature each make the images differ.
		data.D.Set(i, r.IntN(p), 3)
		data.R.Set(i, r.IntN(p), 3)
	}
	return data
}

// drawn is a small random problem with a rank.
type drawn struct {
	r    *rand.Rand
	data *model.Data
	pr   *Problem
	rank int
}

func draw(t *rapid.T) drawn {
	r := stream.New(rapid.Uint64().Draw(t, "seed"), "certify", "test")
	side, classes := rapid.IntRange(2, 4).Draw(t, "side"), rapid.IntRange(1, 3).Draw(t, "classes")
	data := random(r, side, classes, rapid.IntRange(1, 20).Draw(t, "n"))
	pr, err := NewProblem(data)
	if err != nil {
		t.Fatal(err)
	}
	return drawn{r: r, data: data, pr: pr, rank: rapid.IntRange(1, 5).Draw(t, "rank")}
}

func (w drawn) lambda() []float64 { return positive(w.r, make([]float64, w.pr.Samples())) }

func (w drawn) params() model.Params {
	x := model.NewParams(w.rank, w.data.Side*w.data.Side, w.data.Classes)
	positive(w.r, x.A.RawMatrix().Data)
	positive(w.r, x.B.RawMatrix().Data)
	return x
}

// bigFitness is φ in 300 bits but for the final logarithms, each of which is within an ulp.
func bigFitness(w drawn, x model.Params) float64 {
	const prec = 300
	zero := func() *big.Float { return new(big.Float).SetPrec(prec) }
	dot := func(a, b []*big.Float) *big.Float {
		s := zero()
		for i := range a {
			s.Add(s, zero().Mul(a[i], b[i]))
		}
		return s
	}
	lift := func(x []float64) []*big.Float {
		out := make([]*big.Float, len(x))
		for i, v := range x {
			out[i] = zero().SetFloat64(v)
		}
		return out
	}
	d := w.rank
	rows, cols := make([][]*big.Float, d), make([][]*big.Float, d)
	for j := range d {
		rows[j], cols[j] = lift(x.A.RawRowView(j)), lift(mat.Col(nil, j, x.B))
	}
	gram := func(x [][]*big.Float) [][]*big.Float {
		g := make([][]*big.Float, len(x))
		for i := range x {
			for j := range x {
				g[i] = append(g[i], dot(x[i], x[j]))
			}
		}
		return g
	}
	square := func(g [][]*big.Float) *big.Float {
		s := zero()
		for _, row := range g {
			s.Add(s, dot(row, row))
		}
		return s
	}
	log := func(x *big.Float) float64 {
		mant := zero()
		e := x.MantExp(mant)
		m, _ := mant.Float64()
		return math.Log(m) + float64(e)*math.Ln2
	}
	// One logarithm of the product of the t_i keeps its rounding small against the bound.
	product := zero().SetFloat64(1)
	p := w.data.Side * w.data.Side
	for i, k := range w.data.Y {
		t := zero()
		image, feature := lift(w.data.D.RawRowView(i)), lift(w.data.R.RawRowView(i))
		for j := range d {
			t.Add(t, zero().Mul(dot(rows[j], image), dot(cols[j][k*p:(k+1)*p], feature)))
		}
		product.Mul(product, t)
	}
	return log(product)/float64(len(w.data.Y)) - log(square(gram(rows)))/4 - log(square(gram(gram(cols))))/8
}
