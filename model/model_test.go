package model

import (
	"context"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"example.org/concord/stream"
)

// noise returns n standard normal numbers.
func noise(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// small returns a training set of n random positive side×side images of the given number of classes. With a negative
// side the images are zero along two edges.
func small(side, classes, n int, reading Reading, seed uint64) *Data {
	r := stream.New(seed, "test", "images")
	dead := side < 0
	if dead {
		side = -side
	}
	images, labels := mat.NewDense(n, side*side, nil), make([]int, n)
	for i := range n {
		row := images.RawRowView(i)
		for j := range row {
			row[j] = r.Float64()
			if dead && (j%side == 0 || j/side == side-1) {
				row[j] = 0
			}
		}
		labels[i] = r.IntN(classes)
	}
	data, err := NewData(side, classes, images, labels, reading)
	if err != nil {
		panic(err)
	}
	return data
}

// dft is the definition: F x F with F_ab = exp(−2πi ab/N), column-major.
func dft(n int, x []float64) []complex128 {
	out := make([]complex128, n*n)
	for a := range n {
		for b := range n {
			for c := range n {
				for d := range n {
					out[a+n*b] += complex(x[c+n*d], 0) * cmplx.Exp(complex(0, -2*math.Pi*float64(a*c+d*b)/float64(n)))
				}
			}
		}
	}
	return out
}

func TestFeaturesAreTheDefinition(t *testing.T) {
	for _, n := range []int{1, 2, 5, 8} {
		for _, reading := range []Reading{Modulus, RealPart} {
			t.Run(fmt.Sprintf("n=%d/%v", n, reading), func(t *testing.T) {
				x := noise(stream.New(1, "test"), n*n)
				got := NewTransform(n).Features(nil, x, reading)
				for i, f := range dft(n, x) {
					want := cmplx.Abs(f)
					if reading == RealPart {
						want = real(f)
					}
					if i == 0 {
						want = 0
					}
					if math.Abs(got[i]-want) > 1e-12 {
						t.Errorf("feature %d = %v, want %v", i, got[i], want)
					}
				}
			})
		}
	}
}

func TestFeaturesIgnoreCyclicShifts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 9).Draw(t, "n")
		x := noise(stream.New(rapid.Uint64().Draw(t, "seed"), "test"), n*n)
		rows, cols := rapid.IntRange(0, n-1).Draw(t, "rows"), rapid.IntRange(0, n-1).Draw(t, "cols")
		shifted := make([]float64, n*n)
		for a := range n {
			for b := range n {
				shifted[(a+rows)%n+n*((b+cols)%n)] = x[a+n*b]
			}
		}
		transform := NewTransform(n)
		want, got := transform.Features(nil, x, Modulus), transform.Features(nil, shifted, Modulus)
		if d := floats.Distance(want, got, math.Inf(1)); d > 1e-12*float64(n*n) {
			t.Fatalf("a shift by (%d,%d) of %d×%d pixels moves a feature by %g", rows, cols, n, n, d)
		}
	})
}

// flat views parameters as one vector: A, then B.
func flat(x Params) []float64 {
	return append(append([]float64(nil), x.A.RawMatrix().Data...), x.B.RawMatrix().Data...)
}

// unflat is the inverse of flat, for parameters of the shape of like.
func unflat(v []float64, like Params) Params {
	d, p := like.A.Dims()
	rows, _ := like.B.Dims()
	return Params{A: mat.NewDense(d, p, v[:d*p]), B: mat.NewDense(rows, d, v[d*p:])}
}

func TestGradIsTheDerivativeOfFunc(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side, classes := rapid.IntRange(2, 4).Draw(t, "side"), rapid.IntRange(1, 3).Draw(t, "classes")
		d := rapid.IntRange(1, 3).Draw(t, "rank")
		f := Fitness{small(side, classes, rapid.IntRange(1, 6).Draw(t, "n"), Modulus, rapid.Uint64().Draw(t, "seed"))}
		x := Uniform.Draw(rapid.Uint64().Draw(t, "start"), d, side*side, classes)
		grad := NewParams(d, side*side, classes)
		f.Grad(grad, x)
		want := fd.Gradient(nil, func(v []float64) float64 { return f.Func(unflat(v, x)) }, flat(x), &fd.Settings{Formula: fd.Central})
		if diff := floats.Distance(flat(grad), want, 2); diff > 1e-6*(1+floats.Norm(want, 2)) {
			t.Fatalf("the gradient differs from finite differences by %g of %g", diff, floats.Norm(want, 2))
		}
	})
}

func TestFitnessAndScoresHaveTheSymmetries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const side, classes, d = 4, 3, 3
		data := small(side, classes, 8, Modulus, rapid.Uint64().Draw(t, "seed"))
		x := Uniform.Draw(rapid.Uint64().Draw(t, "start"), d, side*side, classes)
		var qr mat.QR
		qr.Factorize(mat.NewDense(d, d, noise(stream.New(rapid.Uint64().Draw(t, "gauge"), "test"), d*d)))
		var u mat.Dense
		qr.QTo(&u)
		moved := NewParams(d, side*side, classes)
		moved.A.Mul(&u, x.A)
		moved.B.Mul(x.B, u.T())
		floats.Scale(rapid.Float64Range(0.1, 10).Draw(t, "alpha"), moved.A.RawMatrix().Data)
		floats.Scale(rapid.Float64Range(0.1, 10).Draw(t, "beta"), moved.B.RawMatrix().Data)
		for k := range classes {
			if rapid.Bool().Draw(t, "sign") {
				floats.Scale(-1, moved.B.RawMatrix().Data[k*side*side*d:(k+1)*side*side*d])
			}
		}
		f := Fitness{data}
		if a, b := f.Func(x), f.Func(moved); math.Abs(a-b) > 1e-12*(1+math.Abs(a)) {
			t.Errorf("fitness is %v, and %v after a gauge, signs and scales", a, b)
		}
		moved.Normalise()
		x.Normalise()
		batch := NewBatch(data.D, side, Modulus)
		a, b := NewScorer(x, side, Modulus).Scores(nil, batch), NewScorer(moved, side, Modulus).Scores(nil, batch)
		for i := range a {
			if math.Abs(math.Abs(a[i])-math.Abs(b[i])) > 1e-12*(1+math.Abs(a[i])) {
				t.Errorf("score %d is %v, and %v after a gauge, signs and scales", i, a[i], b[i])
			}
		}
	})
}

func TestScoresAreTheDefinition(t *testing.T) {
	for _, side := range []int{4, 5} {
		for _, reading := range []Reading{Modulus, RealPart} {
			t.Run(fmt.Sprintf("side=%d/%v", side, reading), func(t *testing.T) {
				const classes, d, n = 3, 2, 150
				x := Gaussian.Draw(1, d, side*side, classes)
				images := mat.NewDense(n, side*side, noise(stream.New(2, "test"), n*side*side))
				got := NewScorer(x, side, reading).Scores(nil, NewBatch(images, side, reading))
				transform := NewTransform(side)
				for i := range n {
					var u, v mat.VecDense
					u.MulVec(x.A, images.RowView(i))
					r := transform.Features(nil, images.RawRowView(i), reading)
					for k := range classes {
						v.MulVec(x.Block(k).T(), mat.NewVecDense(side*side, r))
						if want := mat.Dot(&u, &v); math.Abs(got[i*classes+k]-want) > 1e-12 {
							t.Fatalf("score of image %d for class %d = %v, want %v", i, k, got[i*classes+k], want)
						}
					}
				}
			})
		}
	}
}

// TestSpanIsThePlainFitness holds the fast path against the plain one: value and gradient at the start, at
// moved points, and the same iterates over a hundred steps of gradient ascent with momentum.
func TestSpanIsThePlainFitness(t *testing.T) {
	for _, tt := range []struct {
		name                string
		side, classes, n, d int
		reason              string
	}{
		{"few images", 6, 3, 8, 3, "every part is reduced"},
		{"many images", 4, 2, 20, 3, "n + d exceeds p: the basis of A is the identity"},
		{"a class without images", 5, 9, 4, 2, "its block has only the span of its start"},
		{"one image", 5, 1, 1, 2, ""},
		{"rank one", 5, 2, 6, 1, ""},
		{"dead pixels", -6, 2, 60, 2, "the basis of A is that of the columns that are not zero, and of the start"},
		{"dead pixels and a high rank", -6, 2, 60, 30, "the start spans all that the data leaves"},
		{"very many images", -4, 3, many + longest, 2, "they are cut into pieces"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := small(tt.side, tt.classes, tt.n, Modulus, 3)
			steps := 100
			if tt.n >= many {
				steps = 3 // the plain fitness takes its time
			}
			tt.side = data.Side
			plain := Fitness{data}
			x := Uniform.Draw(4, tt.d, tt.side*tt.side, tt.classes)
			f, coords := NewSpanFitness(data, x)
			grad, full := make([]float64, f.Len()), NewParams(tt.d, tt.side*tt.side, tt.classes)
			momentum := NewParams(tt.d, tt.side*tt.side, tt.classes)
			spanMomentum := make([]float64, f.Len())
			for step := range steps {
				value := f.FuncGrad(grad, coords)
				if want := plain.Func(x); math.Abs(value-want) > 1e-11*(1+math.Abs(want)) {
					t.Fatalf("step %d: fitness %v in span coordinates, want %v (%s)", step, value, want, tt.reason)
				}
				plain.Grad(full, x)
				const rate, mu = 0.05, 0.5
				floats.Scale(mu, spanMomentum)
				floats.Add(spanMomentum, grad)
				floats.AddScaled(coords, rate, spanMomentum)
				normaliseBlocks(f, coords)
				for _, m := range []struct{ m, g, x *mat.Dense }{{momentum.A, full.A, x.A}, {momentum.B, full.B, x.B}} {
					m.m.Scale(mu, m.m)
					m.m.Add(m.m, m.g)
					var move mat.Dense
					move.Scale(rate, m.m)
					m.x.Add(m.x, &move)
				}
				x.Normalise()
				if d := floats.Distance(flat(f.Params(coords)), flat(x), 2); d > 1e-10 {
					t.Fatalf("step %d: the iterates differ by %g (%s)", step, d, tt.reason)
				}
			}
		})
	}
}

// TestFewNumbers holds how many coordinates the reference problem has: those of 100 images and features, and of what the
// start has outside their spans.
func TestFewNumbers(t *testing.T) {
	f, x := NewSpanFitness(reference(t, 100), Uniform.Draw(1, 20, 784, 10))
	if want := (100 + 20 + 100 + 20) * 20; f.Len() != want || len(x) != want {
		t.Errorf("%d coordinates in a point of %d, want %d", f.Len(), len(x), want)
	}
}

func normaliseBlocks(f objective, x []float64) {
	bounds := f.spheres()
	for i := range len(bounds) - 1 {
		block := x[bounds[i]:bounds[i+1]]
		floats.Scale(1/floats.Norm(block, 2), block)
	}
}

func TestSpanRefusesToCrossTheWall(t *testing.T) {
	data := small(4, 2, 5, Modulus, 1)
	f, x := NewSpanFitness(data, Uniform.Draw(1, 2, 16, 2))
	grad := make([]float64, f.Len())
	if v := f.FuncGrad(grad, x); math.IsInf(v, 0) {
		t.Fatalf("fitness at the start is %v", v)
	}
	a := x[:f.split]
	floats.Scale(-1, a)
	if v := f.FuncGrad(grad, x); !math.IsInf(v, -1) {
		t.Errorf("fitness with every t_i of the other sign is %v, want -Inf", v)
	}
}

func TestFuncGradPanicsOnWrongLengths(t *testing.T) {
	f, x := NewSpanFitness(small(4, 2, 5, Modulus, 1), Uniform.Draw(1, 2, 16, 2))
	for name, of := range map[string]objective{"factors": f, "product": newQuotient(f, x)} {
		for _, lengths := range [][2]int{{f.Len(), f.Len() - 1}, {f.Len(), f.Len() + 1}, {f.Len() + 1, f.Len()}} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("fitness of %s: no panic with a gradient of %d and a point of %d entries", name, lengths[0], lengths[1])
					}
				}()
				of.FuncGrad(make([]float64, lengths[0]), append(x, 0)[:lengths[1]])
			}()
		}
	}
}

func TestDrawerGradIsTheDerivative(t *testing.T) {
	for _, side := range []int{4, 5} {
		for _, reading := range []Reading{Modulus, RealPart} {
			t.Run(fmt.Sprintf("side=%d/%v", side, reading), func(t *testing.T) {
				d := NewDrawer(Gaussian.Draw(3, 3, side*side, 2), 1, side, reading)
				x := noise(stream.New(5, "test"), side*side)
				grad, scratch := make([]float64, len(x)), make([]float64, len(x))
				d.FuncGrad(grad, x)
				want := fd.Gradient(nil, func(v []float64) float64 { return d.FuncGrad(scratch, v) }, x, &fd.Settings{Formula: fd.Central})
				if diff := floats.Distance(grad, want, 2); diff > 1e-7*(1+floats.Norm(want, 2)) {
					t.Errorf("the gradient differs from finite differences by %g of %g", diff, floats.Norm(want, 2))
				}
			})
		}
	}
}

func TestTrainingForgetsItsStart(t *testing.T) {
	data := reference(t, 30)
	var fitness []float64
	for seed, start := range []Start{Uniform, Exponential, LogNormal, HalfNormal} {
		for _, a := range []Ascent{{Method: LBFGS}, {Method: Quotient}, {Method: Gradient, Rate: 0.1, Momentum: 0.9}} {
			x, report := Train(context.Background(), data, start.Draw(uint64(seed), 5, 784, 10), a)
			if report.Status != Converged || report.GradNorm > 1e-9 {
				t.Fatalf("%v, %v: %+v", start, a.Method, report)
			}
			if got := (Fitness{data}).Func(x); math.Abs(got-report.Value) > 1e-12 {
				t.Errorf("%v, %v: reported fitness %v, the tuple has %v", start, a.Method, report.Value, got)
			}
			grad := NewParams(5, 784, 10)
			(Fitness{data}).Grad(grad, x)
			if got := floats.Norm(flat(grad), 2); got > 2e-9 {
				t.Errorf("%v, %v: the plain gradient at the end has norm %g", start, a.Method, got)
			}
			fitness = append(fitness, report.Value)
		}
	}
	if d := floats.Max(fitness) - floats.Min(fitness); d > 1e-12 {
		t.Errorf("fitness differs by %g between starts", d)
	}
}

func TestAscentStatuses(t *testing.T) {
	data := reference(t, 20)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, tt := range []struct {
		name   string
		ctx    context.Context
		a      Ascent
		want   Status
		reason string
	}{
		{"lbfgs converges", context.Background(), Ascent{Method: LBFGS}, Converged, ""},
		{"quotient converges", context.Background(), Ascent{Method: Quotient}, Converged, ""},
		{"step limit", context.Background(), Ascent{Method: LBFGS, MaxSteps: 3}, StepLimit, ""},
		{"step limit of quotient", context.Background(), Ascent{Method: Quotient, MaxSteps: 3}, StepLimit, ""},
		{"a rate too large orbits", context.Background(), Ascent{Rate: 2, Momentum: 0.9, MaxSteps: 200}, StepLimit, "bounded by the spheres, it never settles"},
		{"cancelled", cancelled, Ascent{}, Stopped, ""},
		{"unreachable tolerance", context.Background(), Ascent{Method: LBFGS, GradTol: 1e-30, MaxSteps: 1000}, StepLimit, "rounding keeps the gradient from vanishing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x, report := Train(tt.ctx, data, Uniform.Draw(1, 3, 784, 10), tt.a)
			if report.Status != tt.want {
				t.Errorf("status %v after %+v, want %v (%s)", report.Status, report, tt.want, tt.reason)
			}
			if norm := mat.Norm(x.A, 2); math.Abs(norm-1) > 1e-12 {
				t.Errorf("‖A‖ = %v at the end, want 1", norm)
			}
		})
	}
}

func TestTrainRepeatsToTheBit(t *testing.T) {
	data := reference(t, 30)
	for _, a := range []Ascent{{Method: LBFGS}, {Method: Quotient}, {Rate: 0.1, Momentum: 0.9, MaxSteps: 200}} {
		x, _ := Train(context.Background(), data, LogNormal.Draw(9, 4, 784, 10), a)
		y, _ := Train(context.Background(), data, LogNormal.Draw(9, 4, 784, 10), a)
		if !mat.Equal(x.A, y.A) || !mat.Equal(x.B, y.B) {
			t.Errorf("%v: two runs of one trial differ", a.Method)
		}
	}
}

func TestDrawReachesALocalMaximum(t *testing.T) {
	x, _ := Train(context.Background(), reference(t, 30), Uniform.Draw(1, 5, 784, 10), Ascent{Method: LBFGS})
	start := noise(stream.New(1, "test"), 784)
	before := append([]float64(nil), start...)
	drawing := NewDrawer(x, 3, 28, Modulus).Draw(context.Background(), start, Ascent{Method: LBFGS}, 10)
	if drawing.Status != Converged {
		t.Fatalf("%+v", drawing.Report)
	}
	if diff := cmp.Diff(before, start); diff != "" {
		t.Errorf("Draw changed its start (-before +after):\n%s", diff)
	}
	if norm := floats.Norm(drawing.Image, 2); math.Abs(norm-1) > 1e-12 {
		t.Errorf("the image has norm %v, want 1", norm)
	}
	batch := NewBatch(mat.NewDense(1, 784, drawing.Image), 28, Modulus)
	scores := NewScorer(x, 28, Modulus).Scores(nil, batch)
	if got := math.Abs(scores[3]); math.Abs(got-drawing.Score()) > 1e-12*got {
		t.Errorf("Score() = %v, the scorer says %v", drawing.Score(), got)
	}
	if n := len(drawing.Frames); n < 5 || n > 10 {
		t.Errorf("%d frames kept, want 5 to 10", n)
	}
	if last := drawing.Frames[len(drawing.Frames)-1]; floats.Distance(last, drawing.Image, 2) > 1e-12 {
		t.Errorf("the last frame is not the image")
	}
	r := stream.New(2, "test")
	for range 100 {
		near := append([]float64(nil), drawing.Image...)
		floats.AddScaled(near, 1e-4, noise(r, 784))
		floats.Scale(1/floats.Norm(near, 2), near)
		s := NewScorer(x, 28, Modulus).Scores(nil, NewBatch(mat.NewDense(1, 784, near), 28, Modulus))
		if math.Abs(s[3]) > drawing.Score() {
			t.Fatalf("an image nearby scores %v, the drawing %v", math.Abs(s[3]), drawing.Score())
		}
	}
}

func TestSignPattern(t *testing.T) {
	for _, n := range []int{4, 28} {
		for _, want := range Patterns(n) {
			x := make([]float64, n*n)
			for a := range n {
				for b := range n {
					// The three waves whose coefficients are (0,N/2), (N/2,0) and (N/2,N/2).
					for i, parity := range []int{b, a, a + b} {
						x[a+n*b] += float64(1-2*(parity%2)) * map[byte]float64{'+': 1, '-': -1}[want[i]]
					}
				}
			}
			if got := NewTransform(n).SignPattern(x); got != want {
				t.Errorf("n=%d: SignPattern = %q, want %q", n, got, want)
			}
		}
	}
	if got := NewTransform(5).SignPattern(make([]float64, 25)); got != "" {
		t.Errorf("SignPattern of an odd size = %q, want none", got)
	}
}

func TestNewDataRefuses(t *testing.T) {
	ok := func() *mat.Dense { return mat.NewDense(2, 4, []float64{1, 0, 0, 0, 0, 1, 0, 0}) }
	blank := ok()
	blank.SetRow(1, []float64{1, 1, 1, 1})
	infinite := ok()
	infinite.Set(0, 1, math.Inf(1))
	for _, tt := range []struct {
		name   string
		side   int
		images *mat.Dense
		labels []int
		want   string
	}{
		{"shape", 3, ok(), []int{0, 1}, "images have 4 pixels, want 3×3"},
		{"count", 2, ok(), []int{0}, "2 images but 1 labels"},
		{"label", 2, ok(), []int{0, 2}, "image 1 has label 2, want 0..1"},
		{"not finite", 2, infinite, []int{0, 1}, "image 0 has a pixel that is not finite"},
		{"too large", 2, mat.NewDense(1, 4, []float64{1e308, -1e308, -1e308, 1e308}), []int{0}, "image 0 has pixels so large that its features are not finite"},
		{"constant", 2, blank, []int{0, 1}, "image 1 is constant: all its features are zero"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewData(tt.side, 2, tt.images, tt.labels, Modulus)
			if err == nil || err.Error() != tt.want {
				t.Errorf("NewData: %v, want %q", err, tt.want)
			}
		})
	}
}

func TestThin(t *testing.T) {
	all := make([]int, 1000)
	for i := range all {
		all[i] = i
	}
	got := Thin(all, 10)
	if got[0] != 0 || got[len(got)-1] != 999 || len(got) > 10 {
		t.Errorf("Thin(0..999, 10) = %v: want the first, the last and at most ten", got)
	}
	for i := range len(got) - 1 {
		if got[i] >= got[i+1] {
			t.Errorf("Thin(0..999, 10) = %v does not ascend", got)
		}
	}
	if got := Thin(all[:5], 10); len(got) != 5 {
		t.Errorf("Thin of five elements = %v", got)
	}
}

func TestNames(t *testing.T) {
	for _, name := range StartNames() {
		if s, err := ParseStart(name); err != nil || s.String() != name {
			t.Errorf("ParseStart(%q) = %v, %v", name, s, err)
		}
	}
	for i, name := range MethodNames() {
		if got, err := ParseMethod(name); err != nil || got != Method(i) || got.String() != name {
			t.Errorf("ParseMethod(%q) = %v, %v", name, got, err)
		}
	}
	if _, err := ParseMethod("newton"); err == nil {
		t.Error("ParseMethod accepts a name that is none")
	}
	for _, r := range []Reading{Modulus, RealPart} {
		if got, err := ParseReading(r.String()); err != nil || got != r {
			t.Errorf("ParseReading(%q) = %v, %v", r, got, err)
		}
	}
	if _, err := ParseStart("unifrom"); err == nil {
		t.Error("ParseStart accepts a name that is none")
	}
}

func TestStartsArePositiveButTheControl(t *testing.T) {
	for _, name := range StartNames() {
		s, err := ParseStart(name)
		if err != nil {
			t.Fatal(err)
		}
		x := s.Draw(1, 3, 50, 4)
		lowest := math.Min(mat.Min(x.A), mat.Min(x.B))
		if positive := lowest > 0; positive != (s != Gaussian) {
			t.Errorf("%v: the smallest entry is %v", s, lowest)
		}
	}
}
