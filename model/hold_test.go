package model

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/stream"
)

func TestHeldScoreIsSmoothAndTheScoreItself(t *testing.T) {
	const side = 4
	x := noise(stream.New(5, "test"), side*side)
	actual := NewTransform(side).SignPattern(x)
	params := Gaussian.Draw(3, 3, side*side, 2)
	free := NewDrawer(params, 1, side, Modulus)
	grad, scratch := make([]float64, len(x)), make([]float64, len(x))
	value := free.FuncGrad(grad, x)
	for _, pattern := range Patterns(side) {
		d := NewDrawer(params, 1, side, Modulus)
		d.Hold(pattern)
		held := make([]float64, len(x))
		got := d.FuncGrad(held, x)
		want := fd.Gradient(nil, func(v []float64) float64 { return d.FuncGrad(scratch, v) }, x, &fd.Settings{Formula: fd.Central})
		if diff := floats.Distance(held, want, 2); diff > 1e-7*(1+floats.Norm(want, 2)) {
			t.Errorf("%s: the gradient differs from finite differences by %g of %g", pattern, diff, floats.Norm(want, 2))
		}
		if same := got == value && floats.Equal(held, grad); same != (pattern == actual) {
			t.Errorf("held in %s an image with the pattern %s has value %v, and %v free", pattern, actual, got, value)
		}
		d.Hold("")
		d.sign = 0
		if got := d.FuncGrad(held, x); got != value {
			t.Errorf("let go of %s, the value is %v, want %v", pattern, got, value)
		}
	}
}

func TestHoldRefuses(t *testing.T) {
	for _, tt := range []struct {
		side    int
		reading Reading
		pattern string
	}{{4, Modulus, "++"}, {4, Modulus, "+0-"}, {5, Modulus, "+++"}, {4, RealPart, "+++"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Hold(%q) for side %d and the %v: no panic", tt.pattern, tt.side, tt.reading)
				}
			}()
			NewDrawer(Gaussian.Draw(1, 1, tt.side*tt.side, 1), 0, tt.side, tt.reading).Hold(tt.pattern)
		}()
	}
}

func TestPatterns(t *testing.T) {
	want := []string{"+++", "++-", "+-+", "+--", "-++", "-+-", "--+", "---"}
	if diff := cmp.Diff(want, Patterns(28)); diff != "" {
		t.Errorf("Patterns(28) (-want +got):\n%s", diff)
	}
	if got := Patterns(27); got != nil {
		t.Errorf("Patterns(27) = %v, want none", got)
	}
}

func TestFlipSigns(t *testing.T) {
	start := func(share float64) []float64 {
		x := Uniform.Draw(7, 20, 400, 2)
		x.FlipSigns(7, share)
		return flat(x)
	}
	whole := start(0)
	if diff := cmp.Diff(flat(Uniform.Draw(7, 20, 400, 2)), whole); diff != "" {
		t.Errorf("a share of zero changes the start (-want +got):\n%s", diff)
	}
	smaller := map[int]bool{}
	for _, share := range []float64{0.01, 0.25, 0.5, 1} {
		x, flipped := start(share), map[int]bool{}
		for i, v := range x {
			switch v {
			case whole[i]:
			case -whole[i]:
				flipped[i] = true
			default:
				t.Fatalf("share %v: entry %d is %v, and was %v", share, i, v, whole[i])
			}
		}
		n := float64(len(x))
		if got, deviation := float64(len(flipped)), math.Sqrt(n*share*(1-share)); math.Abs(got-n*share) > 4*deviation {
			t.Errorf("share %v: %v of %v entries flipped", share, got, n)
		}
		for i := range smaller {
			if !flipped[i] {
				t.Fatalf("share %v: entry %d is not flipped, and is for a smaller share", share, i)
			}
		}
		smaller = flipped
	}
	defer func() {
		if recover() == nil {
			t.Error("FlipSigns(NaN): no panic")
		}
	}()
	Params{A: mat.NewDense(1, 1, nil), B: mat.NewDense(1, 1, nil)}.FlipSigns(1, math.NaN())
}

func TestPerturb(t *testing.T) {
	x := Uniform.Draw(3, 4, 25, 2)
	whole := func(x Params) (a, b float64) { return mat.Norm(x.A, 2), mat.Norm(x.B, 2) }
	moved := func(seed uint64, size float64) (a, b float64) {
		y := Uniform.Draw(3, 4, 25, 2)
		y.Perturb(seed, size)
		y.A.Sub(y.A, x.A)
		y.B.Sub(y.B, x.B)
		return whole(y)
	}
	na, nb := whole(x)
	for _, size := range []float64{0, 1e-3, 0.5} {
		if a, b := moved(7, size); math.Abs(a-size*na) > 1e-12 || math.Abs(b-size*nb) > 1e-12 {
			t.Errorf("Perturb(7, %g) moves A by %g and B by %g, want %g and %g", size, a, b, size*na, size*nb)
		}
	}
	y, z := Uniform.Draw(3, 4, 25, 2), Uniform.Draw(3, 4, 25, 2)
	y.Perturb(7, 0.1)
	z.Perturb(8, 0.1)
	if mat.Equal(y.A, z.A) || mat.Equal(y.B, z.B) {
		t.Error("two seeds perturb alike")
	}
	defer func() {
		if recover() == nil {
			t.Error("Perturb(NaN): no panic")
		}
	}()
	x.Perturb(1, math.NaN())
}
