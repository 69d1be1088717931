package model

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"example.org/concord/stream"
)

func TestDifferenceIsTheDifferenceOfScores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side, classes := rapid.IntRange(2, 5).Draw(t, "side"), rapid.IntRange(1, 3).Draw(t, "classes")
		p := side * side
		dx, dy := rapid.IntRange(1, p).Draw(t, "rank of x"), rapid.IntRange(1, p).Draw(t, "rank of y")
		reading := rapid.SampledFrom([]Reading{Modulus, RealPart}).Draw(t, "reading")
		seed := rapid.Uint64().Draw(t, "seed")
		x, y := Gaussian.Draw(seed, dx, p, classes), Gaussian.Draw(seed+1, dy, p, classes)
		x.A.Scale(3, x.A) // must not matter
		y.B.Scale(-0.5, y.B)
		before := flat(x)
		images := mat.NewDense(3, p, noise(stream.New(seed, "test"), 3*p))
		batch := NewBatch(images, side, reading)
		sx, sy := NewScorer(x, side, reading).Scores(nil, batch), NewScorer(y, side, reading).Scores(nil, batch)
		nx, ny := mat.Norm(x.A, 2)*mat.Norm(x.B, 2), mat.Norm(y.A, 2)*mat.Norm(y.B, 2)
		for k := range classes {
			var kx, ky mat.Dense
			kx.Mul(x.Block(k), x.A)
			ky.Mul(y.Block(k), y.A)
			sign := math.Copysign(1, floats.Dot(kx.RawMatrix().Data, ky.RawMatrix().Data))
			d := NewDifference(x, y, k, side, reading)
			got := NewScorer(d.Params, side, reading).Scores(nil, batch)
			supremum := d.Supremum()
			for i := range got {
				a, b := sx[i*classes+k]/nx, sign*sy[i*classes+k]/ny
				squared := floats.Dot(images.RawRowView(i), images.RawRowView(i))
				if math.Abs(d.Scale*got[i]-(a-b)) > 1e-12*float64(p) {
					t.Errorf("class %d, image %d: the difference is %v, want %v − %v", k, i, d.Scale*got[i], a, b)
				}
				if differ := math.Abs(math.Abs(a)-math.Abs(b)) / squared; differ > supremum*(1+1e-12) {
					t.Errorf("class %d, image %d: scores differ by %v, above the supremum %v", k, i, differ, supremum)
				}
			}
		}
		if diff := cmp.Diff(before, flat(x)); diff != "" {
			t.Errorf("NewDifference changed a tuple (-before +after):\n%s", diff)
		}
	})
}

// TestDifferenceOfAlmostEqualTuplesIsExact moves a tuple by a known amount far below what scores resolve.
func TestDifferenceOfAlmostEqualTuplesIsExact(t *testing.T) {
	const side, d, classes = 6, 3, 2
	x := Gaussian.Draw(1, d, side*side, classes)
	// A direction of norm 1 orthogonal to A leaves the norm of A as it is, to second order.
	move := Gaussian.Draw(2, d, side*side, classes).A
	floats.AddScaled(move.RawMatrix().Data, -floats.Dot(move.RawMatrix().Data, x.A.RawMatrix().Data), x.A.RawMatrix().Data)
	unit(move.RawMatrix().Data)
	for _, size := range []float64{1e-6, 1e-9, 1e-12} {
		y := Params{A: mat.DenseCopyOf(x.A), B: x.B}
		floats.AddScaled(y.A.RawMatrix().Data, size, move.RawMatrix().Data)
		moved := Params{A: move, B: x.B}
		image := unit(noise(stream.New(3, "test"), side*side))
		diff := NewDifference(x, y, 0, side, Modulus)
		got, want := diff.Scale*math.Abs(one(diff.Params, side, Modulus, image)), size*math.Abs(one(moved, side, Modulus, image))
		if math.Abs(got-want) > 1e-14+size*size {
			t.Errorf("tuples %g apart: scores differ by %v, want %v", size, got, want)
		}
	}
}

func TestDifferenceIsBlindToGaugeAndSign(t *testing.T) {
	const side, d = 6, 3
	x := Gaussian.Draw(1, d, side*side, 1)
	var qr mat.QR
	qr.Factorize(mat.NewDense(d, d, noise(stream.New(2, "test"), d*d)))
	var u mat.Dense
	qr.QTo(&u)
	y := NewParams(d, side*side, 1)
	y.A.Mul(&u, x.A)
	y.B.Mul(x.B, u.T())
	y.B.Scale(-2, y.B)
	if got := NewDifference(x, y, 0, side, Modulus).Supremum(); got > 1e-14 {
		t.Errorf("a tuple and itself in another gauge differ by up to %g", got)
	}
}

func TestEqualTuplesLeaveNothingToAttack(t *testing.T) {
	const side = 3
	x := Gaussian.Draw(1, 5, side*side, 1) // twice the rank exceeds the pixels, so the bases are the identity
	d := NewDifference(x, x, 0, side, Modulus)
	start := noise(stream.New(1, "test"), side*side)
	got := d.Attack(context.Background(), start, Ascent{})
	if d.Scale != 0 || d.Supremum() != 0 || got.Status != Converged || math.Abs(floats.Norm(got.Image, 2)-1) > 1e-15 {
		t.Errorf("a tuple and itself: scale %v, supremum %v, attack %+v; want zeros and the start scaled to norm 1", d.Scale, d.Supremum(), got)
	}
}

// TestAttack makes trained tuples differ: every search ends at rest, at an image on which the scores themselves differ
// by what the search says, by more than on images that were not sought, and by no more than the supremum.
func TestAttack(t *testing.T) {
	data := reference(t, 30)
	for _, tt := range []struct {
		name      string
		tolerance float64
		reason    string
	}{
		{"as trained", 1e-9, ""},
		{"rounding", 1e-13, "what is left to differ is about 1e-12, and the search has to come to rest even so"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var tuples [2]Params
			for i := range tuples {
				x, report := Train(context.Background(), data, Uniform.Draw(uint64(i), 5, 784, 10), Ascent{Method: LBFGS, GradTol: tt.tolerance})
				if report.Status != Converged {
					t.Fatalf("%+v", report)
				}
				tuples[i] = x
			}
			batch := NewBatch(mat.NewDense(100, 784, noise(stream.New(1, "test"), 78400)), 28, Modulus)
			for k := range 10 {
				d := NewDifference(tuples[0], tuples[1], k, 28, Modulus)
				random := 0.0
				for i, s := range NewScorer(d.Params, 28, Modulus).Scores(nil, batch) {
					x := batch.X.RawRowView(i)
					random = math.Max(random, d.Scale*math.Abs(s)/floats.Dot(x, x))
				}
				got := d.Attack(context.Background(), noise(stream.New(2, "test"), 784), Ascent{Method: LBFGS, MaxSteps: 5000})
				if got.Status != Converged {
					t.Fatalf("class %d: %+v (%s)", k, got.Report, tt.reason)
				}
				found := d.Scale * got.Score()
				in := NewBatch(mat.NewDense(1, 784, got.Image), 28, Modulus)
				a, b := NewScorer(tuples[0], 28, Modulus).Scores(nil, in)[k], NewScorer(tuples[1], 28, Modulus).Scores(nil, in)[k]
				if differ := math.Abs(math.Abs(a) - math.Abs(b)); math.Abs(differ-found) > 1e-14 {
					t.Errorf("class %d: the search found a difference of %v, the scores differ by %v", k, found, differ)
				}
				if supremum := d.Supremum(); !(found > 2*random) || !(found > supremum/4) || found > supremum*(1+1e-12) {
					t.Errorf("class %d: found %g, noise differs by %g, the supremum is %g", k, found, random, supremum)
				}
			}
		})
	}
}

func TestAttackWithoutModulus(t *testing.T) {
	const side = 8
	x, y := Uniform.Draw(1, 3, side*side, 1), Uniform.Draw(2, 3, side*side, 1)
	d := NewDifference(x, y, 0, side, RealPart)
	got := d.Attack(context.Background(), noise(stream.New(1, "test"), side*side), Ascent{Method: LBFGS})
	if found := d.Scale * got.Score(); got.Status != Converged || found > d.Supremum() || found < d.Supremum()/10 {
		t.Errorf("status %v, found %v, supremum %v", got.Status, found, d.Supremum())
	}
}

func TestDifferenceRefuses(t *testing.T) {
	x := Gaussian.Draw(1, 2, 16, 2)
	infinite := Gaussian.Draw(1, 2, 16, 2)
	infinite.A.Set(0, 0, math.Inf(1))
	for _, tt := range []struct {
		name string
		call func()
	}{
		{"class", func() { NewDifference(x, x, 2, 4, Modulus) }},
		{"size", func() { NewDifference(x, x, 0, 5, Modulus) }},
		{"zero", func() { NewDifference(x, NewParams(2, 16, 2), 0, 4, Modulus) }},
		{"not finite", func() { NewDifference(x, infinite, 0, 4, Modulus) }},
		{"start", func() { NewForm(x, 0, 4).Ascend(context.Background(), make([]float64, 15), Ascent{}) }},
		{"image", func() { NewForm(x, 0, 4).Peak(make([]float64, 15)) }},
		{"class of a form", func() { NewForm(x, -1, 4) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			tt.call()
		})
	}
}
