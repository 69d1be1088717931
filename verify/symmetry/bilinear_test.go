package symmetry

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// drawn is a shape and a source of numbers.
type drawn struct {
	rnd                    *rand.Rand
	d, p, blockLen, blocks int
}

func draw(t *rapid.T) drawn {
	return drawn{
		rnd:      rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)),
		d:        rapid.IntRange(1, 6).Draw(t, "d"),
		p:        rapid.IntRange(1, 14).Draw(t, "p"),
		blockLen: rapid.IntRange(1, 14).Draw(t, "blockLen"),
		blocks:   rapid.IntRange(1, 4).Draw(t, "blocks"),
	}
}

func (s drawn) tuple() Tuple    { return randomTuple(s.rnd, s.d, s.p, s.blockLen, s.blocks) }
func (s drawn) group() Bilinear { return Bilinear{Blocks: s.blocks} }

func mustDistance(t rapid.TB, g Group, x, y Tuple) float64 {
	t.Helper()
	d, err := g.Distance(x, y)
	if err != nil {
		t.Fatalf("Distance = %v", err)
	}
	return d
}

func mustRaw(t rapid.TB, g Group, x, y Tuple) float64 {
	t.Helper()
	d, err := g.Raw(x, y)
	if err != nil {
		t.Fatalf("Raw = %v", err)
	}
	return d
}

// effective is ‖A‖‖B‖/‖BA‖, by which the errors of a product may exceed rounding.
func effective(x Tuple) float64 {
	var k mat.Dense
	k.Mul(x.Part("B"), x.Part("A"))
	return mat.Norm(x.Part("A"), 2) * mat.Norm(x.Part("B"), 2) / mat.Norm(&k, 2)
}

func TestDistanceIsZeroOnTheOrbit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t)
		x := s.tuple()
		y := moved(s.rnd, x, s.blocks)
		if d, tol := mustDistance(t, s.group(), x, y), 1e-14*effective(x); !(d <= tol) {
			t.Errorf("Distance(x, moved x) = %g, want at most %g", d, tol)
		}
	})
}

func TestRawSeesTheGauge(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	x := randomTuple(rnd, 4, 9, 9, 2)
	if raw := mustRaw(t, Bilinear{Blocks: 2}, x, moved(rnd, x, 2)); !(raw > 0.1) {
		t.Errorf("Raw(x, moved x) = %g, want something large", raw)
	}
	if raw := mustRaw(t, Bilinear{Blocks: 2}, x, x.scaled([]float64{3, 1e-5})); !(raw < 1e-15) {
		t.Errorf("Raw(x, scaled x) = %g, want 0", raw)
	}
}

// planted returns a tuple and another one, moved by a random element of the
// group, such that ‖K₁‖ = 1, K₂ = K₁ + εE, ⟨K₁,E⟩ = 0 and ‖E‖ = 1.
func planted(rnd *rand.Rand, eps float64) (x, y Tuple) {
	x = randomTuple(rnd, 5, 30, 20, 3)
	a, b := x.Part("A"), x.Part("B")
	// The last column of K₁ is zero and that of E is all there is.
	for i := range 5 {
		a.Set(i, 29, 0)
	}
	b.Scale(effective(x)/mat.Norm(a, 2), b)
	v := mat.NewVecDense(5, nil)
	for i := range 5 {
		v.SetVec(i, rnd.NormFloat64())
	}
	var bv mat.VecDense
	bv.MulVec(b, v)
	v.ScaleVec(eps/mat.Norm(&bv, 2), v)
	y = x.Clone()
	for i := range 5 {
		y.Part("A").Set(i, 29, v.AtVec(i))
	}
	return x, moved(rnd, y, 3)
}

func TestDistanceIsWhatWasPlanted(t *testing.T) {
	for _, eps := range []float64{1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13} {
		t.Run(fmt.Sprintf("eps=%g", eps), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(7, 7))
			x, y := planted(rnd, eps)
			// ‖K₁ − K₂/‖K₂‖‖ with ‖K₂‖² = 1 + ε².
			norm := math.Hypot(1, eps)
			want := math.Hypot(eps/norm, eps*eps/(norm*(1+norm)))
			got := mustDistance(t, Bilinear{Blocks: 3}, x, y)
			if tol := max(1e-12, min(1e-2, 1e-15/eps)); !(math.Abs(got/want-1) <= tol) {
				t.Errorf("Distance = %g, want %g within %g", got, want, tol)
			}
			naive := naiveDistance(x, y, 3)
			if eps <= 1e-9 && math.Abs(naive/want-1) <= 1e-2 {
				t.Errorf("√(2−2⟨,⟩) = %g is right: the table cannot tell the formulas apart", naive)
			}
			if eps >= 1e-3 && !(math.Abs(naive/want-1) <= 1e-2) {
				t.Errorf("√(2−2⟨,⟩) = %g, want %g as long as it can", naive, want)
			}
		})
	}
}

// naiveDistance is the formula that loses half of the digits.
func naiveDistance(x, y Tuple, blocks int) float64 {
	var k, h mat.Dense
	k.Mul(x.Part("B"), x.Part("A"))
	h.Mul(y.Part("B"), y.Part("A"))
	k.Scale(1/mat.Norm(&k, 2), &k)
	h.Scale(1/mat.Norm(&h, 2), &h)
	var inner float64
	rows, cols := k.Dims()
	for b := range blocks {
		var e mat.Dense
		lo, hi := b*rows/blocks, (b+1)*rows/blocks
		e.MulElem(k.Slice(lo, hi, 0, cols), h.Slice(lo, hi, 0, cols))
		inner += math.Abs(mat.Sum(&e))
	}
	return math.Sqrt(max(0, 2-2*inner))
}

func TestDistanceAgreesWithTheProducts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t)
		x, y := s.tuple(), s.tuple()
		want := naiveDistance(x, y, s.blocks)
		if got := mustDistance(t, s.group(), x, y); !(math.Abs(got-want) <= 1e-7*effective(x)*effective(y)) {
			t.Errorf("Distance = %g, want %g", got, want)
		}
	})
}

func TestDistanceIsAMetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t)
		eps := math.Pow(10, -rapid.Float64Range(0.5, 12).Draw(t, "digits"))
		x := s.tuple()
		y, z := perturbed(s.rnd, x, eps), perturbed(s.rnd, x, eps)
		tol := 1e-14 * max(effective(x), effective(y), effective(z))
		xy, yx := mustDistance(t, s.group(), x, y), mustDistance(t, s.group(), y, x)
		if !(math.Abs(xy-yx) <= tol) {
			t.Errorf("Distance(x, y) = %g, Distance(y, x) = %g", xy, yx)
		}
		if xz, yz := mustDistance(t, s.group(), x, z), mustDistance(t, s.group(), y, z); !(xz <= xy+yz+tol) {
			t.Errorf("Distance(x, z) = %g > %g + %g", xz, xy, yz)
		}
		if !(xy <= math.Sqrt2+tol) {
			t.Errorf("Distance(x, y) = %g, want at most √2", xy)
		}
	})
}

func TestDistanceSeesOnlyTheProduct(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 3))
	x := randomTuple(rnd, 3, 8, 8, 2)
	y := x.Clone()
	// A → T A, B → B T⁻¹ with T = diag(4, 1, 1), not orthogonal.
	for j := range 8 {
		y.Part("A").Set(0, j, 4*x.Part("A").At(0, j))
	}
	for i := range 16 {
		y.Part("B").Set(i, 0, x.Part("B").At(i, 0)/4)
	}
	if d := mustDistance(t, Bilinear{Blocks: 2}, x, y); !(d < 1e-14) {
		t.Errorf("Distance = %g, want 0", d)
	}
	al, err := Bilinear{Blocks: 2}.Align(y, x)
	if err != nil {
		t.Fatal(err)
	}
	if !(al.Residual > 0.01) {
		t.Errorf("Residual = %g, want it to see that the gauge is not orthogonal", al.Residual)
	}
}

func TestDistanceOfExtremeScales(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 4))
	x := randomTuple(rnd, 3, 8, 8, 2)
	for _, s := range []float64{1e-290, 1e-200, 1e200, 1e290} {
		y := moved(rnd, x, 2).scaled([]float64{s, 1 / s})
		if d := mustDistance(t, Bilinear{Blocks: 2}, x, y); !(d < 1e-14) {
			t.Errorf("Distance with A scaled by %g = %g, want 0", s, d)
		}
	}
}

func TestZeroBlockHasNoSign(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 5))
	x := randomTuple(rnd, 3, 8, 8, 2)
	for i := range 8 {
		for j := range 3 {
			x.Part("B").Set(i, j, 0)
		}
	}
	y := moved(rnd, x, 2)
	if d := mustDistance(t, Bilinear{Blocks: 2}, x, y); !(d < 1e-14) {
		t.Errorf("Distance = %g, want 0", d)
	}
	al, err := Bilinear{Blocks: 2}.Align(y, x)
	if err != nil {
		t.Fatal(err)
	}
	if !(al.Residual < 1e-14) || al.Conditioning.SignMargin != 0 {
		t.Errorf("Align = residual %g, sign margin %g, want 0, 0", al.Residual, al.Conditioning.SignMargin)
	}
	x, cond := mustCanonical(t, Bilinear{Blocks: 2}, y)
	if d := mustDistance(t, Bilinear{Blocks: 2}, x, y); !(d < 1e-14) || cond.SignMargin != 0 {
		t.Errorf("Canonical = distance %g, sign margin %g, want 0, 0", d, cond.SignMargin)
	}
}
