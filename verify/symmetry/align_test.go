package symmetry

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

func mustAlign(t rapid.TB, g Group, x, ref Tuple) *Alignment {
	t.Helper()
	al, err := g.Align(x, ref)
	if err != nil {
		t.Fatalf("Align = %v", err)
	}
	return al
}

func mustCanonical(t rapid.TB, g Group, x Tuple) (Tuple, Conditioning) {
	t.Helper()
	c, cond, err := g.Canonical(x)
	if err != nil {
		t.Fatalf("Canonical = %v", err)
	}
	return c, cond
}

// entries returns the entrywise distance without any scaling.
func entries(x, y Tuple) float64 {
	return math.Sqrt(entrywise(x, y, Trivial{}.scales(x), Trivial{}.scales(y)))
}

func TestAlignUndoesTheGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t)
		ref := s.tuple()
		x := moved(s.rnd, ref, s.blocks)
		before := x.Clone()
		al := mustAlign(t, s.group(), x, ref)
		if !(al.Residual <= 1e-13) {
			t.Errorf("Residual = %g, want 0", al.Residual)
		}
		if d := entries(al.Aligned, ref); !(d <= 1e-13) {
			t.Errorf("‖Aligned − ref‖ = %g, want 0", d)
		}
		if entries(x, before) != 0 {
			t.Error("Align changed x")
		}
	})
}

func TestAlignStaysOnTheOrbit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t)
		x, ref := s.tuple(), s.tuple()
		al := mustAlign(t, s.group(), x, ref)
		if d := mustDistance(t, s.group(), al.Aligned, x); !(d <= 1e-14*effective(x)) {
			t.Errorf("Distance(Aligned, x) = %g, want 0", d)
		}
		for k := range s.blocks {
			block := func(x Tuple) mat.Matrix {
				return x.Part("B").Slice(k*s.blockLen, (k+1)*s.blockLen, 0, s.d)
			}
			var e mat.Dense
			e.MulElem(block(al.Aligned), block(ref))
			if inner := mat.Sum(&e); !(inner >= -1e-14) {
				t.Errorf("block %d of Aligned would be nearer with the other sign: ⟨B,B_ref⟩ = %g", k, inner)
			}
		}
		if got := mustRaw(t, s.group(), al.Aligned, ref); !(math.Abs(got-al.Residual) <= 1e-14) {
			t.Errorf("Raw(Aligned, ref) = %g, Residual = %g", got, al.Residual)
		}
		for i, p := range al.Aligned {
			if got, want := mat.Norm(p.M, 2), mat.Norm(ref[i].M, 2); !(math.Abs(got-want) <= 1e-14) {
				t.Errorf("‖Aligned %s‖ = %g, want %g", p.Name, got, want)
			}
		}
	})
}

// For neighbours the signs are beyond doubt, and no rotation does better.
func TestAlignIsTheNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t)
		ref := s.tuple()
		x := moved(s.rnd, perturbed(s.rnd, ref, 1e-3), s.blocks)
		al := mustAlign(t, s.group(), x, ref)
		for range 5 {
			y := moved(s.rnd, al.Aligned, s.blocks)
			if raw := mustRaw(t, s.group(), y, ref); !(raw >= al.Residual-1e-14) {
				t.Errorf("a random element of the group gets to %g, Align only to %g", raw, al.Residual)
			}
		}
		// A small rotation of the first two hidden units.
		if s.d < 2 {
			return
		}
		for _, angle := range []float64{-1e-4, 1e-4} {
			r := mat.NewDense(s.d, s.d, nil)
			for i := range s.d {
				r.Set(i, i, 1)
			}
			r.Set(0, 0, math.Cos(angle))
			r.Set(1, 1, math.Cos(angle))
			r.Set(0, 1, math.Sin(angle))
			r.Set(1, 0, -math.Sin(angle))
			var a, b mat.Dense
			a.Mul(r, al.Aligned.Part("A"))
			b.Mul(al.Aligned.Part("B"), r.T())
			if raw := mustRaw(t, s.group(), Tuple{{"A", &a}, {"B", &b}}, ref); !(raw >= al.Residual-1e-14) {
				t.Errorf("rotated by %g: %g, Align only gets to %g", angle, raw, al.Residual)
			}
		}
	})
}

func TestCanonicalIsInvariantAndIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t)
		x := s.tuple()
		c, cond := mustCanonical(t, s.group(), x)
		if cond.MinGap < 1e-3 || cond.SignMargin < 1e-6 {
			return // Conditioning says that the entries promise nothing.
		}
		tol := 1e-13 / cond.MinGap * effective(x)
		again, _ := mustCanonical(t, s.group(), c)
		if d := entries(c, again); !(d <= tol) {
			t.Errorf("Canonical(Canonical(x)) is %g away from Canonical(x), want at most %g", d, tol)
		}
		other, _ := mustCanonical(t, s.group(), moved(s.rnd, x, s.blocks))
		if d := entries(c, other); !(d <= tol) {
			t.Errorf("Canonical(moved x) is %g away from Canonical(x), want at most %g", d, tol)
		}
		if d := mustDistance(t, s.group(), c, x); !(d <= 1e-14*effective(x)) {
			t.Errorf("Distance(Canonical(x), x) = %g, want 0", d)
		}
	})
}

func TestCanonicalIsWhatItSays(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 9))
	c, cond := mustCanonical(t, Bilinear{Blocks: 3}, randomTuple(rnd, 4, 12, 7, 3))
	a, b := c.Part("A"), c.Part("B")
	var gram, k mat.Dense
	gram.Mul(a, a.T())
	for i := range 4 {
		for j := range 4 {
			if i != j && !(math.Abs(gram.At(i, j)) < 1e-15) {
				t.Errorf("(A Aᵀ)(%d,%d) = %g, want 0", i, j, gram.At(i, j))
			}
		}
		if i > 0 && !(gram.At(i, i) < gram.At(i-1, i-1)) {
			t.Errorf("(A Aᵀ)(%d,%d) = %g does not descend", i, i, gram.At(i, i))
		}
		if top, _ := peak(a.RawRowView(i)); !(top > 0) {
			t.Errorf("row %d of A has its largest entry %g, want positive", i, top)
		}
	}
	for _, m := range []*mat.Dense{a, b} {
		if n := mat.Norm(m, 2); !(math.Abs(n-1) < 1e-15) {
			t.Errorf("norm of a canonical part = %g, want 1", n)
		}
	}
	k.Mul(b, a)
	for i := range 3 {
		if sum := mat.Sum(k.Slice(7*i, 7*i+7, 0, 12)); !(sum > 0) {
			t.Errorf("block %d adds up to %g, want a positive number", i, sum)
		}
	}
	want := 1.0
	for i := range 3 {
		s, r := math.Sqrt(gram.At(i, i)), math.Sqrt(gram.At(i+1, i+1))
		want = min(want, (s-r)/math.Sqrt(gram.At(0, 0)))
	}
	if !(math.Abs(cond.MinGap-want) < 1e-14) {
		t.Errorf("MinGap = %g, want %g", cond.MinGap, want)
	}
}

func TestBlockThatAddsUpToNothing(t *testing.T) {
	// K = (1, −1)ᵀ(2, 1): the entries add up to zero, −2 and 2 are the largest.
	x := Tuple{{"A", mat.NewDense(1, 2, []float64{2, 1})}, {"B", mat.NewDense(2, 1, []float64{-1, 1})}}
	c, cond := mustCanonical(t, Bilinear{Blocks: 1}, x)
	if got := c.Part("B").At(0, 0); !(got > 0) {
		t.Errorf("B(0,0) = %g, want the first of the largest entries to be positive", got)
	}
	if !(cond.SignMargin < 1e-15) {
		t.Errorf("SignMargin = %g, want 0", cond.SignMargin)
	}
}

func TestNearTieIsReported(t *testing.T) {
	tests := []struct {
		name   string
		sigma  [3]float64 // of A
		ofB    [3]float64 // norms of the columns of B
		gap    float64
		cond   float64
		reason string
	}{
		{
			name: "apart", sigma: [3]float64{3, 2, 1}, ofB: [3]float64{1, 1, 1}, gap: 1. / 3, cond: (9./14 + 1./3) / (4./14 + 1./14 + 2./3),
			reason: "the cross matrix is diagonal: σᵢ²/Σσ² + 1/3",
		},
		{
			name: "tie of A", sigma: [3]float64{2, 1, 1}, ofB: [3]float64{1, 1, 1}, gap: 0, cond: (4./6 + 1./3) / (2./6 + 2./3),
			reason: "a tie spoils the canonical representative and not the alignment",
		},
		{
			name: "near-tie of A", sigma: [3]float64{2, 1 + 2e-9, 1}, ofB: [3]float64{1, 1, 1}, gap: 1e-9, cond: (4./6 + 1./3) / (2./6 + 2./3),
		},
		{
			name: "two units unused", sigma: [3]float64{1, 1e-4, 1e-4}, ofB: [3]float64{1, 1e-4, 1e-4}, gap: 0, cond: 5e7,
			reason: "alignment cannot tell the two units from each other's mirror images",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(11, 11))
			a, b := mat.NewDense(3, 9, nil), mat.NewDense(8, 3, nil)
			v, u := randomOrthogonal(rnd, 9), randomOrthogonal(rnd, 8)
			for i := range 3 {
				for j := range 9 {
					a.Set(i, j, tt.sigma[i]*v.At(i, j))
				}
				for j := range 8 {
					b.Set(j, i, tt.ofB[i]*u.At(i, j))
				}
			}
			x := moved(rnd, Tuple{{"A", a}, {"B", b}}, 2)
			_, canonical := mustCanonical(t, Bilinear{Blocks: 2}, x)
			aligned := mustAlign(t, Bilinear{Blocks: 2}, x, Tuple{{"A", a}, {"B", b}}).Conditioning
			for _, c := range []Conditioning{canonical, aligned} {
				if !(math.Abs(c.MinGap-tt.gap) < 1e-14) {
					t.Errorf("MinGap = %g, want %g", c.MinGap, tt.gap)
				}
				if !(math.Abs(c.Condition/tt.cond-1) < 1e-6) {
					t.Errorf("Condition = %g, want %g", c.Condition, tt.cond)
				}
			}
			if d := mustDistance(t, Bilinear{Blocks: 2}, x, Tuple{{"A", a}, {"B", b}}); !(d < 1e-14) {
				t.Errorf("Distance = %g, want 0 whatever the conditioning", d)
			}
		})
	}
}
