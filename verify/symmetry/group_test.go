package symmetry

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

func TestString(t *testing.T) {
	for want, g := range map[string]Group{
		"gauge × {±1}^10 × R₊² (what counts is the product BA)": Bilinear{Blocks: 10},
		"{±1} × R₊": Sign{},
		"{1}":       Trivial{},
	} {
		if got := g.String(); got != want {
			t.Errorf("String() = %q, want %q", got, want)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	ones := func(r, c int) *mat.Dense {
		m := mat.NewDense(r, c, nil)
		m.Apply(func(_, _ int, _ float64) float64 { return 1 }, m)
		return m
	}
	with := func(m *mat.Dense, i, j int, v float64) *mat.Dense {
		m.Set(i, j, v)
		return m
	}
	b := Bilinear{Blocks: 2}
	tests := []struct {
		name  string
		g     Group
		tuple Tuple
		want  string
	}{
		{"no parts", b, nil, "the tuple has no parts"},
		{"no B", b, Tuple{{"A", ones(2, 3)}}, "part B is missing"},
		{"no A", b, Tuple{{"B", ones(4, 2)}}, "part A is missing"},
		{"too many", b, Tuple{{"A", ones(2, 3)}, {"B", ones(4, 2)}, {"C", ones(1, 1)}}, "the tuple has 3 parts, want A and B"},
		{"twice", b, Tuple{{"A", ones(2, 3)}, {"A", ones(2, 3)}}, "part A: the name occurs twice"},
		{"nil", b, Tuple{{"A", nil}, {"B", ones(4, 2)}}, "part A: the matrix is empty"},
		{"empty", b, Tuple{{"A", new(mat.Dense)}, {"B", ones(4, 2)}}, "part A: the matrix is empty"},
		{"inner dimension", b, Tuple{{"A", ones(2, 3)}, {"B", ones(4, 3)}}, "part B: 3 columns, but A has 2 rows"},
		{"blocks", b, Tuple{{"A", ones(2, 3)}, {"B", ones(5, 2)}}, "part B: 5 rows do not make 2 blocks"},
		{"no blocks", Bilinear{}, Tuple{{"A", ones(2, 3)}, {"B", ones(4, 2)}}, "the number of blocks is 0, want at least 1"},
		{"NaN", b, Tuple{{"A", ones(2, 3)}, {"B", with(ones(4, 2), 3, 1, math.NaN())}}, "part B: entry (3,1) is NaN"},
		{"Inf", b, Tuple{{"A", with(ones(2, 3), 1, 2, math.Inf(-1))}, {"B", ones(4, 2)}}, "part A: entry (1,2) is -Inf"},
		{"zero", b, Tuple{{"A", ones(2, 3)}, {"B", mat.NewDense(4, 2, nil)}}, "part B: the matrix is zero"},
		{"tiny", b, Tuple{{"A", with(mat.NewDense(2, 3, nil), 0, 0, 5e-310)}, {"B", ones(4, 2)}}, "part A: the matrix has norm 5e-310, too small to be scaled to one"},
		{"huge", b, Tuple{{"A", with(with(ones(2, 3), 0, 0, math.MaxFloat64), 0, 1, math.MaxFloat64)}, {"B", ones(4, 2)}}, "part A: the matrix has a norm that overflows"},
		{"zero as a whole", Sign{}, Tuple{{"x", mat.NewDense(2, 2, nil)}, {"y", mat.NewDense(1, 1, nil)}}, "the tuple is zero"},
		{"image with NaN", Sign{}, Tuple{{"x", with(ones(2, 2), 0, 1, math.NaN())}}, "part x: entry (0,1) is NaN"},
		{"anything with NaN", Trivial{}, Tuple{{"x", with(ones(2, 2), 0, 1, math.NaN())}}, "part x: entry (0,1) is NaN"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.g.Check(tt.tuple); err == nil || err.Error() != tt.want {
				t.Errorf("Check = %v, want %q", err, tt.want)
			}
			// The other methods refuse it too, and never return a number.
			good := Tuple{{"A", ones(2, 3)}, {"B", ones(4, 2)}}
			for _, pair := range [][2]Tuple{{tt.tuple, good}, {good, tt.tuple}} {
				if d, err := tt.g.Distance(pair[0], pair[1]); err == nil || d != 0 {
					t.Errorf("Distance = %g, %v, want an error", d, err)
				}
				if d, err := tt.g.Raw(pair[0], pair[1]); err == nil || d != 0 {
					t.Errorf("Raw = %g, %v, want an error", d, err)
				}
				if al, err := tt.g.Align(pair[0], pair[1]); err == nil || al != nil {
					t.Errorf("Align = %v, %v, want an error", al, err)
				}
			}
			if c, _, err := tt.g.Canonical(tt.tuple); err == nil || c != nil {
				t.Errorf("Canonical = %v, %v, want an error", c, err)
			}
		})
	}
}

func TestPairsThatDoNotMatch(t *testing.T) {
	rnd := rand.New(rand.NewPCG(41, 41))
	good := randomTuple(rnd, 3, 9, 8, 2)
	vanishes := Tuple{{"A", mat.NewDense(3, 9, nil)}, {"B", mat.NewDense(16, 3, nil)}}
	vanishes.Part("A").Set(0, 0, 1)
	vanishes.Part("B").Set(0, 1, 1)
	tests := []struct {
		name string
		g    Group
		x, y Tuple
		want string
	}{
		{"columns of A", Bilinear{2}, good, randomTuple(rnd, 3, 7, 8, 2), "part A: the shapes are 3×9 and 3×7"},
		{"rows of B", Bilinear{2}, good, randomTuple(rnd, 3, 9, 7, 2), "part B: the shapes are 16×3 and 14×3"},
		{"order", Bilinear{2}, good, Tuple{good[1], good[0]}, "part 0 is named A and B"},
		{"number of parts", Trivial{}, good, good[:1], "the tuples have 2 and 1 parts"},
		{"names", Sign{}, good[:1], Tuple{{"x", good[0].M}}, "part 0 is named A and x"},
		{"second is bad", Sign{}, good, nil, "second tuple: the tuple has no parts"},
		{"first vanishes", Bilinear{2}, vanishes, good, "first tuple: the product B A vanishes to rounding: its norm is 0 of ‖A‖‖B‖"},
		{"second vanishes", Bilinear{2}, good, vanishes, "second tuple: the product B A vanishes to rounding: its norm is 0 of ‖A‖‖B‖"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d, err := tt.g.Distance(tt.x, tt.y); err == nil || err.Error() != tt.want {
				t.Errorf("Distance = %g, %v, want %q", d, err, tt.want)
			}
			if al, err := tt.g.Align(tt.x, tt.y); err == nil || err.Error() != tt.want {
				t.Errorf("Align = %v, %v, want %q", al, err, tt.want)
			}
			if strings.Contains(tt.want, "vanishes") {
				return // Raw has no product.
			}
			if d, err := tt.g.Raw(tt.x, tt.y); err == nil || err.Error() != tt.want {
				t.Errorf("Raw = %g, %v, want %q", d, err, tt.want)
			}
		})
	}
	if c, _, err := (Bilinear{2}).Canonical(vanishes); err == nil {
		t.Errorf("Canonical of a product that vanishes = %v, want an error", c)
	}
}

func TestPartsInEitherOrder(t *testing.T) {
	rnd := rand.New(rand.NewPCG(42, 42))
	x := randomTuple(rnd, 3, 9, 8, 2)
	y := moved(rnd, perturbed(rnd, x, 1e-3), 2)
	turn := func(t Tuple) Tuple { return Tuple{t[1], t[0]} }
	g := Bilinear{Blocks: 2}
	if got, want := mustDistance(t, g, turn(x), turn(y)), mustDistance(t, g, x, y); got != want {
		t.Errorf("Distance with B first = %g, want %g", got, want)
	}
	if diff := cmp.Diff(turn(mustAlign(t, g, x, y).Aligned), mustAlign(t, g, turn(x), turn(y)).Aligned, sameEntries); diff != "" {
		t.Errorf("Align with B first (-want +got)\n%s", diff)
	}
	want, _ := mustCanonical(t, g, x)
	got, _ := mustCanonical(t, g, turn(x))
	if diff := cmp.Diff(turn(want), got, sameEntries); diff != "" {
		t.Errorf("Canonical with B first (-want +got)\n%s", diff)
	}
}

var sameEntries = cmp.Comparer(func(a, b *mat.Dense) bool { return mat.Equal(a, b) })

func TestViewsAreLikeCopies(t *testing.T) {
	rnd := rand.New(rand.NewPCG(43, 43))
	x, y := randomTuple(rnd, 3, 9, 8, 2), randomTuple(rnd, 3, 9, 8, 2)
	view := make(Tuple, len(x))
	for i, p := range x {
		r, c := p.M.Dims()
		big := randomMatrix(rnd, r+2, c+3)
		big.Set(0, 0, math.NaN()) // outside of the view
		v := big.Slice(1, r+1, 2, c+2).(*mat.Dense)
		v.Copy(p.M)
		view[i] = Part{p.Name, v}
	}
	for _, g := range []Group{Bilinear{Blocks: 2}, Sign{}, Trivial{}} {
		if got, want := mustDistance(t, g, view, y), mustDistance(t, g, x, y); got != want {
			t.Errorf("%v: Distance of a view = %g, want %g", g, got, want)
		}
		if got, want := mustRaw(t, g, view, y), mustRaw(t, g, x, y); got != want {
			t.Errorf("%v: Raw of a view = %g, want %g", g, got, want)
		}
		want, _ := mustCanonical(t, g, x)
		if got, _ := mustCanonical(t, g, view); entries(got, want) != 0 {
			t.Errorf("%v: Canonical of a view differs from that of a copy", g)
		}
	}
}

func TestClone(t *testing.T) {
	x := Tuple{{"A", mat.NewDense(1, 2, []float64{1, 2})}, {"none", nil}}
	c := x.Clone()
	if diff := cmp.Diff(x[:1], c[:1], sameEntries); diff != "" || c[1] != x[1] {
		t.Errorf("Clone() = %v, want %v", c, x)
	}
	c.Part("A").Set(0, 0, 7)
	if got := x.Part("A").At(0, 0); got != 1 {
		t.Errorf("a change of the clone made the original %g", got)
	}
	if m := x.Part("B"); m != nil {
		t.Errorf("Part(B) = %v, want nil", m)
	}
	if c := Tuple(nil).Clone(); c != nil {
		t.Errorf("Clone() of nil = %v", c)
	}
}

func TestSign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t)
		x := s.tuple()
		eps := math.Pow(10, -rapid.Float64Range(1, 13).Draw(t, "digits"))
		y := perturbed(s.rnd, x, eps)
		want := mustDistance(t, Sign{}, x, y)
		if raw := mustRaw(t, Sign{}, x, y); raw != want {
			t.Errorf("Raw of neighbours = %g, Distance = %g", raw, want)
		}
		c := -math.Exp(3 * s.rnd.NormFloat64())
		flipped := y.scaled([]float64{c, c})
		if got := mustDistance(t, Sign{}, x, flipped); !(math.Abs(got-want) <= 1e-15) {
			t.Errorf("Distance(x, %g·y) = %g, want %g", c, got, want)
		}
		if raw := mustRaw(t, Sign{}, x, flipped); !(math.Abs(math.Hypot(raw, want)-2) <= 1e-12) {
			t.Errorf("Raw(x, %g·y) = %g, Distance = %g: want ‖x+y‖² + ‖x−y‖² = 4", c, raw, want)
		}
		al := mustAlign(t, Sign{}, flipped, x)
		if !(math.Abs(al.Residual-want) <= 1e-15) || !(math.Abs(al.Aligned.norm()-x.norm()) <= 1e-14) {
			t.Errorf("Align = residual %g, norm %g, want %g, %g", al.Residual, al.Aligned.norm(), want, x.norm())
		}
		if got := mustRaw(t, Sign{}, al.Aligned, x); !(math.Abs(got-want) <= 1e-15) {
			t.Errorf("Raw(Aligned, x) = %g, want %g", got, want)
		}
		canonical, cond := mustCanonical(t, Sign{}, y)
		other, _ := mustCanonical(t, Sign{}, flipped)
		if d := entries(canonical, other); cond.SignMargin > 1e-6 && !(d <= 1e-15) {
			t.Errorf("Canonical of %g·y is %g away from that of y", c, d)
		}
	})
}

func TestSignOfSomePoints(t *testing.T) {
	tests := []struct {
		name           string
		x, y           []float64
		distance, raw  float64
		alignMargin    float64
		canonical      []float64 // of x
		canonicalMagin float64
	}{
		{"itself", []float64{3, 4}, []float64{3, 4}, 0, 0, 1, []float64{0.6, 0.8}, 1},
		{"opposite", []float64{-3, -4}, []float64{6, 8}, 0, 2, 1, []float64{0.6, 0.8}, 1},
		{"orthogonal", []float64{4, -3}, []float64{3, 4}, math.Sqrt2, math.Sqrt2, 0, []float64{0.8, -0.6}, 0.25},
		{"tie", []float64{-1, 1}, []float64{0, 1}, math.Sqrt(2 - math.Sqrt2), math.Sqrt(2 - math.Sqrt2), math.Sqrt2 / 2, []float64{math.Sqrt2 / 2, -math.Sqrt2 / 2}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x, y := Tuple{{"x", mat.NewDense(1, 2, tt.x)}}, Tuple{{"x", mat.NewDense(1, 2, tt.y)}}
			if got := mustDistance(t, Sign{}, x, y); !(math.Abs(got-tt.distance) < 1e-15) {
				t.Errorf("Distance = %g, want %g", got, tt.distance)
			}
			if got := mustRaw(t, Sign{}, x, y); !(math.Abs(got-tt.raw) < 1e-15) {
				t.Errorf("Raw = %g, want %g", got, tt.raw)
			}
			if got := mustAlign(t, Sign{}, x, y).Conditioning.SignMargin; !(math.Abs(got-tt.alignMargin) < 1e-15) {
				t.Errorf("SignMargin of Align = %g, want %g", got, tt.alignMargin)
			}
			c, cond := mustCanonical(t, Sign{}, x)
			for i, want := range tt.canonical {
				if got := c.Part("x").At(0, i); !(math.Abs(got-want) < 1e-15) {
					t.Errorf("Canonical[%d] = %g, want %g", i, got, want)
				}
			}
			if !(math.Abs(cond.SignMargin-tt.canonicalMagin) < 1e-15) {
				t.Errorf("SignMargin of Canonical = %g, want %g", cond.SignMargin, tt.canonicalMagin)
			}
		})
	}
}

func TestTrivialKeepsEverything(t *testing.T) {
	x := Tuple{{"x", mat.NewDense(1, 2, []float64{0, 0})}, {"y", mat.NewDense(1, 1, []float64{2})}}
	y := Tuple{{"x", mat.NewDense(1, 2, []float64{2, -3})}, {"y", mat.NewDense(1, 1, []float64{-4})}}
	if got := mustDistance(t, Trivial{}, x, y); got != 7 {
		t.Errorf("Distance = %g, want 7", got)
	}
	if got := mustRaw(t, Trivial{}, x, y); got != 7 {
		t.Errorf("Raw = %g, want 7", got)
	}
	al := mustAlign(t, Trivial{}, x, y)
	if diff := cmp.Diff(x, al.Aligned, sameEntries); diff != "" || al.Residual != 7 {
		t.Errorf("Align = residual %g, want 7 (-want +got)\n%s", al.Residual, diff)
	}
	c, _ := mustCanonical(t, Trivial{}, x)
	if diff := cmp.Diff(x, c, sameEntries); diff != "" {
		t.Errorf("Canonical (-want +got)\n%s", diff)
	}
	huge := Tuple{{"x", mat.NewDense(1, 1, []float64{1e200})}}
	if d, err := (Trivial{}).Distance(huge, Tuple{{"x", mat.NewDense(1, 1, nil)}}); err == nil {
		t.Errorf("Distance that overflows = %g, want an error", d)
	}
}
