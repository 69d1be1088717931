package symmetry

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// network returns h hidden units between p inputs and k outputs, of normal entries.
func network(rnd *rand.Rand, h, p, k int) Tuple {
	return Tuple{{"W", randomMatrix(rnd, h, p)}, {"b", randomMatrix(rnd, 1, h)}, {"V", randomMatrix(rnd, k, h)}, {"c", randomMatrix(rnd, k, 1)}}
}

// shuffled returns t with its units renumbered and negated at random.
func shuffled(rnd *rand.Rand, t Tuple) Tuple {
	h, _ := t.Part("W").Dims()
	sign := make([]float64, h)
	for i := range sign {
		sign[i] = float64(2*rnd.IntN(2) - 1)
	}
	return rearranged(t, rnd.Perm(h), sign)
}

// answer returns V tanh(W x + b) + c.
func answer(t Tuple, x *mat.VecDense) *mat.VecDense {
	h, _ := t.Part("W").Dims()
	z := mat.NewVecDense(h, nil)
	z.MulVec(t.Part("W"), x)
	for i := range h {
		z.SetVec(i, math.Tanh(z.AtVec(i)+entry(t.Part("b"), i)))
	}
	k, _ := t.Part("V").Dims()
	y := mat.NewVecDense(k, nil)
	y.MulVec(t.Part("V"), z)
	for i := range k {
		y.SetVec(i, y.AtVec(i)+entry(t.Part("c"), i))
	}
	return y
}

// drawNetworks draws the sizes of networks and a stream to make them with.
func drawNetworks(t *rapid.T) (rnd *rand.Rand, fresh func() Tuple) {
	h := rapid.IntRange(1, 9).Draw(t, "h")
	p := rapid.IntRange(1, 12).Draw(t, "p")
	k := rapid.IntRange(1, 5).Draw(t, "K")
	rnd = rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	return rnd, func() Tuple { return network(rnd, h, p, k) }
}

func TestHiddenKeepsTheFunction(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rnd, fresh := drawNetworks(t)
		x := fresh()
		y := shuffled(rnd, x)
		_, p := x.Part("W").Dims()
		input := mat.NewVecDense(p, randomMatrix(rnd, 1, p).RawMatrix().Data)
		if a, b := answer(x, input), answer(y, input); !mat.EqualApprox(a, b, 1e-13) {
			t.Errorf("the group changed the answer from %v to %v", a, b)
		}
	})
}

func TestHiddenIsADistanceOfOrbits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rnd, fresh := drawNetworks(t)
		x, y, z := fresh(), fresh(), fresh()
		s := math.Exp(rnd.NormFloat64())
		z = z.scaled([]float64{s, s, s, s})
		if d := mustDistance(t, Hidden{}, x, shuffled(rnd, x)); !(d <= 1e-15) {
			t.Errorf("distance on an orbit = %g, want 0", d)
		}
		xy, yx := mustDistance(t, Hidden{}, x, y), mustDistance(t, Hidden{}, y, x)
		if !(math.Abs(xy-yx) <= 1e-15) {
			t.Errorf("Distance(x, y) = %g, Distance(y, x) = %g", xy, yx)
		}
		if d := mustDistance(t, Hidden{}, shuffled(rnd, x), shuffled(rnd, y)); !(math.Abs(d-xy) <= 1e-14) {
			t.Errorf("distance of moved tuples = %g, want %g", d, xy)
		}
		if raw := mustRaw(t, Hidden{}, x, y); !(xy <= raw+1e-15) || !(raw <= 2) {
			t.Errorf("Distance = %g, Raw = %g: want Distance ≤ Raw ≤ 2", xy, raw)
		}
		xz, yz := mustDistance(t, Hidden{}, x, z), mustDistance(t, Hidden{}, y, z)
		if !(xz <= xy+yz+1e-15) {
			t.Errorf("triangle: %g > %g + %g", xz, xy, yz)
		}
		four := []float64{s, s, s, s}
		if d := mustDistance(t, Hidden{}, x.scaled(four), y.scaled(four)); !(math.Abs(d-xy) <= 1e-14) {
			t.Errorf("distance of both times %g = %g, want %g", s, d, xy)
		}
	})
}

// Nothing in the group is nearer than what the assignment found.
func TestHiddenAgainstEveryElement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := rapid.IntRange(1, 4).Draw(t, "h")
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		x, y := network(rnd, h, 3, 2), network(rnd, h, 3, 2)
		least := math.Inf(1)
		permutations(h, func(to []int) {
			for bits := range 1 << h {
				sign := make([]float64, h)
				for i := range sign {
					sign[i] = float64(1 - 2*(bits>>i&1))
				}
				least = min(least, mustRaw(t, Hidden{}, rearranged(x, to, sign), y))
			}
		})
		if d := mustDistance(t, Hidden{}, x, y); !(math.Abs(d-least) <= 1e-14) {
			t.Errorf("Distance = %g, the least of all elements is %g", d, least)
		}
	})
}

func TestHiddenSeesThePlantedDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rnd, fresh := drawNetworks(t)
		x := fresh()
		eps := math.Pow(10, -rapid.Float64Range(4, 13).Draw(t, "digits"))
		y := perturbed(rnd, x, eps)
		want := mustRaw(t, Hidden{}, x, y)
		moved := shuffled(rnd, y)
		// Units nearer to each other than the difference may change places, which is for another test.
		al := mustAlign(t, Hidden{}, moved, x)
		if al.Conditioning.MinGap < 10*eps || al.Conditioning.SignMargin < 10*eps {
			return
		}
		if d := mustDistance(t, Hidden{}, x, moved); !(math.Abs(d-want) <= 1e-15) {
			t.Errorf("Distance = %g, planted %g", d, want)
		}
		if !(math.Abs(al.Residual-want) <= 1e-15) {
			t.Errorf("Residual = %g, planted %g", al.Residual, want)
		}
		if diff := cmp.Diff(y, al.Aligned, sameEntries); diff != "" {
			t.Errorf("Align did not undo the group (-want +got)\n%s", diff)
		}
	})
}

// Two units 1e-9 apart: the wrong one of two permutations changes the square of the
// distance by 1e-18, which inner products of size 1 do not show.
func TestHiddenTellsUnitsThatAlmostCoincide(t *testing.T) {
	for _, apart := range []float64{1e-7, 1e-9, 1e-11} {
		t.Run(fmt.Sprintf("apart=%g", apart), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(5, 5))
			for round := range 40 {
				x := network(rnd, 5, 6, 3)
				w, v, b := x.Part("W"), x.Part("V"), x.Part("b")
				for _, i := range []int{2, 4} {
					for j := range 6 {
						w.Set(i, j, w.At(0, j)*(1+apart*rnd.NormFloat64()))
					}
					for k := range 3 {
						v.Set(k, i, v.At(k, 0))
					}
					b.Set(0, i, b.At(0, 0))
				}
				y := perturbed(rnd, x, 1e-14)
				if d, want := mustDistance(t, Hidden{}, x, shuffled(rnd, y)), mustRaw(t, Hidden{}, x, y); !(math.Abs(d-want) <= 1e-15) {
					t.Errorf("round %d: Distance = %g, planted %g", round, d, want)
				}
			}
		})
	}
}

// The best pair leaves a bad one behind: |⟨x₀,y⟩| = 100 and 99, |⟨x₁,y⟩| = 99 and 1.
func TestHiddenIsNotGreedy(t *testing.T) {
	tuple := func(w ...float64) Tuple {
		return Tuple{{"W", mat.NewDense(2, 2, w)}, {"b", mat.NewDense(2, 1, nil)}, {"V", mat.NewDense(1, 2, nil)}, {"c", mat.NewDense(1, 1, nil)}}
	}
	x, y := tuple(10, 0, 9.9, 0.5), tuple(10, 0, 9.9, -194.02)
	norms := 100 + 9.9*9.9 + 0.5*0.5 + 100 + 9.9*9.9 + 194.02*194.02
	want := math.Sqrt(2 * (norms - 2*(99+99)) / norms)
	if d := mustDistance(t, Hidden{}, x, y); !(math.Abs(d-want) <= 1e-15) {
		t.Errorf("Distance = %g, want %g; greedy pairs are at %g", d, want, math.Sqrt(2*(norms-2*(100+1))/norms))
	}
}

func TestHiddenCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rnd, fresh := drawNetworks(t)
		x := fresh()
		before := x.Clone()
		c, cond := mustCanonical(t, Hidden{}, x)
		if d := mustDistance(t, Hidden{}, c, x); !(d <= 1e-15) {
			t.Errorf("Canonical left the orbit by %g", d)
		}
		if diff := cmp.Diff(before, x, sameEntries); diff != "" {
			t.Errorf("Canonical changed x (-want +got)\n%s", diff)
		}
		u := unitsOf(c, 1)
		for i := range u.Rows {
			if top, _ := peak(row(u, i)); !(top > 0) {
				t.Errorf("unit %d has its largest weight %g, want positive", i, top)
			}
		}
		if cond.MinGap < 1e-12 || cond.SignMargin < 1e-12 {
			return // Conditioning says that the representative is a toss-up.
		}
		for _, other := range []Tuple{c, shuffled(rnd, x)} {
			got, again := mustCanonical(t, Hidden{}, other)
			if diff := cmp.Diff(c, got, sameEntries); diff != "" {
				t.Errorf("Canonical differs on the orbit (-want +got)\n%s", diff)
			}
			if !(math.Abs(again.MinGap-cond.MinGap) <= 1e-15) || !(math.Abs(again.SignMargin-cond.SignMargin) <= 1e-15) {
				t.Errorf("conditioning = %+v on one place of the orbit, %+v on another", cond, again)
			}
		}
		// What MinGap and SignMargin promise: half of them moves nothing.
		eps := min(cond.MinGap, cond.SignMargin) / 2
		near := x.Clone()
		for _, p := range near {
			e := randomMatrix(rnd, p.M.RawMatrix().Rows, p.M.RawMatrix().Cols)
			e.Scale(eps*x.norm()/2/mat.Norm(e, 2), e)
			p.M.Add(p.M, e)
		}
		moved, _ := mustCanonical(t, Hidden{}, near)
		if d, want := mustRaw(t, Hidden{}, moved, c), mustRaw(t, Hidden{}, near, x); !(d <= want+1e-14) {
			t.Errorf("moved by %g, the canonical representative moved by %g", want, d)
		}
	})
}

func TestHiddenConditioning(t *testing.T) {
	tuple := func(w ...float64) Tuple {
		return Tuple{{"c", mat.NewDense(1, 1, nil)}, {"b", mat.NewDense(2, 1, nil)}, {"V", mat.NewDense(1, 2, nil)}, {"W", mat.NewDense(2, 2, w)}}
	}
	tests := []struct {
		name             string
		reason           string
		x                Tuple
		alignGap, signAt float64 // of x with itself
		gap, sign        float64 // of the canonical one
	}{
		{"apart", "", tuple(0, 4, 3, 0), 1, 0.6, 0.2, 0.6},
		{"equal norms", "either may come first", tuple(5, 0, 0, 5), 1, math.Sqrt2 / 2, 0, math.Sqrt2 / 2},
		{"twins", "changing places changes nothing", tuple(1, 1, 1, 1), 0, math.Sqrt2 / 2, 0, 0.5},
		{"opposite weights", "both signs are as good", tuple(2, -2, 0, 1), 5. / 9, 1. / 3, (math.Sqrt(8) - 1) / 3, 0},
		{"dead unit", "its sign means nothing", tuple(0, 0, 2, 0), 1, 0, 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			al := mustAlign(t, Hidden{}, tt.x, tt.x).Conditioning
			want := Conditioning{MinGap: tt.alignGap, Condition: 1, SignMargin: tt.signAt}
			if diff := cmp.Diff(want, al, approximately); diff != "" {
				t.Errorf("Align (-want +got)\n%s", diff)
			}
			_, canonical := mustCanonical(t, Hidden{}, tt.x)
			want = Conditioning{MinGap: tt.gap, Condition: 1, SignMargin: tt.sign}
			if diff := cmp.Diff(want, canonical, approximately); diff != "" {
				t.Errorf("Canonical (-want +got)\n%s", diff)
			}
		})
	}
}

var approximately = cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-15 })

func TestHiddenCheck(t *testing.T) {
	parts := func(change func(Tuple) Tuple) Tuple {
		return change(network(rand.New(rand.NewPCG(8, 8)), 3, 4, 2))
	}
	replace := func(name string, m *mat.Dense) Tuple {
		return parts(func(t Tuple) Tuple {
			for i := range t {
				if t[i].Name == name {
					t[i].M = m
				}
			}
			return t
		})
	}
	good := parts(func(t Tuple) Tuple { return t })
	tests := []struct {
		name  string
		tuple Tuple
		want  string
	}{
		{"nothing", nil, "the tuple has no parts"},
		{"no c", good[:3], "part c is missing"},
		{"five parts", append(good.Clone(), Part{"d", mat.NewDense(1, 1, nil)}), "the tuple has 5 parts, want W, b, V and c"},
		{"V", replace("V", mat.NewDense(2, 4, nil)), "part V: 4 columns, but W has 3 rows"},
		{"b", replace("b", mat.NewDense(4, 1, nil)), "part b: the matrix is 4×1, want a vector of 3 entries"},
		{"c", replace("c", mat.NewDense(2, 2, nil)), "part c: the matrix is 2×2, want a vector of 2 entries"},
		{"NaN", replace("c", mat.NewDense(2, 1, []float64{0, math.NaN()})), "part c: entry (1,0) is NaN"},
		{"zero", Tuple{{"W", mat.NewDense(1, 1, nil)}, {"b", mat.NewDense(1, 1, nil)}, {"V", mat.NewDense(1, 1, nil)}, {"c", mat.NewDense(1, 1, nil)}}, "the tuple is zero"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := (Hidden{}).Check(tt.tuple); err == nil || err.Error() != tt.want {
				t.Errorf("Check = %v, want %q", err, tt.want)
			}
			if d, err := (Hidden{}).Distance(tt.tuple, good); err == nil || d != 0 {
				t.Errorf("Distance = %g, %v, want an error", d, err)
			}
			if d, err := (Hidden{}).Raw(good, tt.tuple); err == nil || d != 0 {
				t.Errorf("Raw = %g, %v, want an error", d, err)
			}
			if al, err := (Hidden{}).Align(tt.tuple, good); err == nil || al != nil {
				t.Errorf("Align = %v, %v, want an error", al, err)
			}
			if c, _, err := (Hidden{}).Canonical(tt.tuple); err == nil || c != nil {
				t.Errorf("Canonical = %v, %v, want an error", c, err)
			}
		})
	}
	if err := (Hidden{}).Check(good); err != nil {
		t.Errorf("Check of a network = %v", err)
	}
	column := replace("b", mat.NewDense(3, 1, good.Part("b").RawMatrix().Data))
	if d, err := (Hidden{}).Distance(good, column); err == nil {
		t.Errorf("Distance of b as a row and as a column = %g, want an error", d)
	}
	if d := mustDistance(t, Hidden{}, column, shuffled(rand.New(rand.NewPCG(9, 9)), column)); !(d <= 1e-15) {
		t.Errorf("Distance on an orbit with b as a column = %g, want 0", d)
	}
}

func TestHiddenPairwise(t *testing.T) {
	rnd := rand.New(rand.NewPCG(31, 31))
	a, b := network(rnd, 6, 10, 4), network(rnd, 6, 10, 4)
	ts := []Tuple{a, shuffled(rnd, perturbed(rnd, a, 1e-9)), b, shuffled(rnd, b)}
	m := mustPairwise(t, Hidden{}, ts, &PairwiseSettings{Workers: 3})
	for i := range ts {
		for j := i + 1; j < len(ts); j++ {
			if got, want := m.At(i, j), mustDistance(t, Hidden{}, ts[i], ts[j]); got != want {
				t.Errorf("At(%d, %d) = %g, want Distance = %g", i, j, got, want)
			}
		}
	}
	if diff := cmp.Diff([][]int{{0, 1}, {2, 3}}, Cluster(m, 1e-6)); diff != "" {
		t.Errorf("Cluster (-want +got)\n%s", diff)
	}
	raw, err := PairwiseRaw(t.Context(), Hidden{}, ts, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := raw.At(0, 1), mustRaw(t, Hidden{}, ts[0], ts[1]); got != want {
		t.Errorf("raw At(0, 1) = %g, want %g", got, want)
	}
}
