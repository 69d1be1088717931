package model

import (
	"errors"
	"fmt"
	"math"
	"runtime"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Data is a training set with its features. Images and features must not change once a fitness was made of them.
type Data struct {
	Side    int        // N: images are N×N
	Classes int        // K
	D       *mat.Dense // n×p, row i is d_i = vec(D_i)
	R       *mat.Dense // n×p, row i is r_i
	Y       []int      // class of image i, in [0, K)

	spans *spans // what fitnesses share, unless nil
}

// NewData computes the features of n images. Row i of images is vec(D_i), column-major. It returns an error
// when there is no image, when a size does not fit, when an entry is not finite, when a class is out of
// range, or when an image has no feature but the DC term (its t would be zero whatever the parameters).
func NewData(side, classes int, images *mat.Dense, y []int, reading Reading) (*Data, error) {
	n, p := images.Dims()
	switch {
	case n == 0:
		return nil, errors.New("no training image")
	case p != side*side:
		return nil, fmt.Errorf("images have %d pixels, want %d×%d", p, side, side)
	case len(y) != n:
		return nil, fmt.Errorf("%d images but %d labels", n, len(y))
	}
	data := &Data{Side: side, Classes: classes, D: images, R: mat.NewDense(n, p, nil), Y: y, spans: new(spans)}
	const run = 256 // images that one goroutine takes at a time
	mistakes := make([]error, (n+run-1)/run)
	parallel(runtime.GOMAXPROCS(0), len(mistakes), func(j int) {
		transform := NewTransform(side)
		for i := j * run; i < min((j+1)*run, n) && mistakes[j] == nil; i++ {
			mistakes[j] = data.add(i, transform, reading)
		}
	})
	for _, err := range mistakes {
		if err != nil {
			return nil, err
		}
	}
	return data, nil
}

// add computes the features of image i.
func (data *Data) add(i int, transform *Transform, reading Reading) error {
	if k := data.Y[i]; k < 0 || k >= data.Classes {
		return fmt.Errorf("image %d has label %d, want 0..%d", i, k, data.Classes-1)
	}
	d := data.D.RawRowView(i)
	if s := floats.Sum(d); math.IsNaN(s) || math.IsInf(s, 0) {
		return fmt.Errorf("image %d has a pixel that is not finite", i)
	}
	r := transform.Features(data.R.RawRowView(i), d, reading)
	switch norm := floats.Norm(r, 2); {
	case math.IsNaN(norm) || math.IsInf(norm, 0):
		return fmt.Errorf("image %d has pixels so large that its features are not finite", i)
	case norm <= 1e-12*floats.Norm(d, 2)*float64(data.Side):
		return fmt.Errorf("image %d is constant: all its features are zero", i)
	}
	return nil
}

// Fitness is φ and its gradient as they stand in (2.1) to (2.4), without any shortcut. It is what the fast
// path is tested against.
type Fitness struct {
	Data *Data
}

// Func returns φ(x), −Inf where some t_i is zero.
func (f Fitness) Func(x Params) float64 {
	n := len(f.Data.Y)
	sum := 0.0
	for i := range n {
		sum += math.Log(math.Abs(f.t(x, i)))
	}
	var aat, z, z2 mat.Dense
	aat.Mul(x.A, x.A.T())
	z.Mul(x.B.T(), x.B)
	z2.Mul(&z, &z)
	return sum/float64(n) - math.Log(mat.Norm(&aat, 2))/2 - math.Log(mat.Norm(&z2, 2))/4
}

// t returns t_i (2.1).
func (f Fitness) t(x Params, i int) float64 {
	var u, v mat.VecDense
	u.MulVec(x.A, f.Data.D.RowView(i))
	v.MulVec(x.Block(f.Data.Y[i]).T(), f.Data.R.RowView(i))
	return mat.Dot(&u, &v)
}

// Grad stores in grad the gradient (2.3), (2.4) of φ at x. φ is maximised, so grad points uphill. It panics
// if the shapes of grad and x differ.
func (f Fitness) Grad(grad, x Params) {
	var aat, pen, z, z2, z3 mat.Dense
	aat.Mul(x.A, x.A.T())
	pen.Mul(&aat, x.A)
	norm := mat.Norm(&aat, 2)
	grad.A.Scale(-1/(norm*norm), &pen)

	z.Mul(x.B.T(), x.B)
	z2.Mul(&z, &z)
	z3.Mul(&z2, &z)
	norm = mat.Norm(&z2, 2)
	grad.B.Mul(x.B, &z3)
	grad.B.Scale(-1/(norm*norm), grad.B)

	n := float64(len(f.Data.Y))
	for i, k := range f.Data.Y {
		var u, v mat.VecDense
		d, r := f.Data.D.RowView(i), f.Data.R.RowView(i)
		u.MulVec(x.A, d)
		v.MulVec(x.Block(k).T(), r)
		w := 1 / (n * mat.Dot(&u, &v))
		grad.A.RankOne(grad.A, w, &v, d)
		gk := grad.Block(k)
		gk.RankOne(gk, w, r, &u)
	}
}
