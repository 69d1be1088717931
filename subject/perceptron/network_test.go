package perceptron

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

func normal(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// checkGradient compares a gradient with central differences.
func checkGradient(t *rapid.T, f func(grad, x []float64) float64, x []float64) {
	t.Helper()
	got := make([]float64, len(x))
	f(got, x)
	scratch := make([]float64, len(x))
	want := fd.Gradient(nil, func(x []float64) float64 { return f(scratch, x) }, x, &fd.Settings{Formula: fd.Central})
	if d := floats.Distance(got, want, 2); !(d <= 1e-8*(1+floats.Norm(want, 2))) {
		t.Errorf("gradient is %g from the differences, of norm %g", d, floats.Norm(want, 2))
	}
}

func TestLossGradient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, p, h, classes := rapid.IntRange(1, 6).Draw(t, "n"), rapid.IntRange(1, 5).Draw(t, "p"), rapid.IntRange(1, 4).Draw(t, "h"), rapid.IntRange(2, 4).Draw(t, "K")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		l := loss{images: mat.NewDense(n, p, normal(r, n*p)), labels: make([]int, n), hidden: h, classes: classes, decay: math.Exp(r.NormFloat64())}
		for i := range l.labels {
			l.labels[i] = r.IntN(classes)
		}
		theta := normal(r, l.len())
		checkGradient(t, l.Func, theta)
		// The loss is what its equation says, one image after the other.
		want := l.decay / 2 * floats.Dot(theta, theta)
		for i, k := range l.labels {
			_, z := l.network(theta).forward(l.images.Slice(i, i+1, 0, p).(*mat.Dense))
			want -= (z.At(0, k) - floats.LogSumExp(z.RawRowView(0))) / float64(n)
		}
		if got := l.Func(make([]float64, l.len()), theta); !(math.Abs(got-want) <= 1e-13*want) {
			t.Errorf("loss = %v, want %v", got, want)
		}
	})
}

func TestOddsGradient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, h, classes := rapid.IntRange(1, 6).Draw(t, "p"), rapid.IntRange(1, 4).Draw(t, "h"), rapid.IntRange(2, 4).Draw(t, "K")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		o := odds{network: view(normal(r, size(h, p, classes)), h, p, classes), label: r.IntN(classes)}
		x := normal(r, p)
		if floats.Norm(x, 2) < 0.1 {
			return // Differences know nothing of a sphere that small.
		}
		checkGradient(t, o.Func, x)
		grad := make([]float64, p)
		got := o.Func(grad, x)
		if along := floats.Dot(grad, x); !(math.Abs(along) <= 1e-13*floats.Norm(grad, 2)*floats.Norm(x, 2)+1e-15) {
			t.Errorf("the gradient has the component %g along x, want 0", along)
		}
		u := mat.NewDense(1, p, nil)
		floats.ScaleTo(u.RawRowView(0), 1/floats.Norm(x, 2), x)
		_, z := o.forward(u)
		probability := math.Exp(z.At(0, o.label) - floats.LogSumExp(z.RawRowView(0)))
		if want := math.Log(1-probability) - math.Log(probability); probability < 0.999 && !(math.Abs(got-want) <= 1e-9) {
			t.Errorf("odds = %v, want %v of the probability %v", got, want, probability)
		}
	})
}

func TestOddsStaySteepWhereProbabilityIsOne(t *testing.T) {
	n := view(make([]float64, size(1, 2, 2)), 1, 2, 2)
	n.W.Set(0, 0, 1)
	n.V.Set(0, 0, 100)
	o := odds{network: n, label: 0}
	grad := make([]float64, 2)
	if value := o.Func(grad, []float64{1, 1}); value > -50 || math.Abs(grad[0]) < 1 {
		t.Errorf("at odds of e^%g the gradient is %v, want a steep one", -value, grad)
	}
}

func TestPackAndTuple(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	x := normal(r, size(3, 5, 2))
	n := view(x, 3, 5, 2)
	for name, other := range map[string]network{"view of pack": view(n.pack(), 3, 5, 2), "tuple": ofTuple(n.tuple())} {
		if !floats.Equal(other.pack(), x) {
			t.Errorf("%s is another network", name)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a loss of other parameters: want a panic")
		}
	}()
	(&loss{images: mat.NewDense(1, 5, nil), labels: []int{0}, hidden: 3, classes: 2}).Func(x[1:], x[1:])
}

func TestSpanChangesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	const n, p, h, classes = 4, 9, 3, 2
	images := mat.NewDense(n, p, normal(r, n*p))
	images.SetRow(3, images.RawRowView(1)) // rank 3
	labels := []int{0, 1, 0, 1}
	s := newSpan(images)
	inside := loss{images: s.images, labels: labels, hidden: h, classes: classes, decay: 0.1}
	theta := normal(r, inside.len())
	outside := loss{images: images, labels: labels, hidden: h, classes: classes, decay: 0.1}
	net := inside.network(theta)
	if back := s.enter(s.leave(net.W)); !mat.EqualApprox(back, net.W, 1e-14) {
		t.Errorf("enter(leave(W)) = %v, want %v", back, net.W)
	}
	net.W = s.leave(net.W)
	full := net.pack()
	gin, gout := make([]float64, len(theta)), make([]float64, len(full))
	a, b := inside.Func(gin, theta), outside.Func(gout, full)
	if !(math.Abs(a-b) <= 1e-14) {
		t.Errorf("loss %v inside the span, %v outside", a, b)
	}
	if na, nb := inside.Norm(a, gin, theta), outside.Norm(b, gout, full); !(math.Abs(na-nb) <= 1e-13*nb) {
		t.Errorf("gradient norm %v inside the span, %v outside", na, nb)
	}
	square := newSpan(mat.NewDense(2, 2, []float64{1, 2, 3, 4}))
	if w := mat.NewDense(1, 2, []float64{5, 6}); square.basis != nil || square.enter(w) != w || square.leave(w) != w {
		t.Error("as many images as pixels: want pixels for coordinates")
	}
}
