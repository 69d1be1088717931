package symmetry

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"
)

func mustPairwise(t testing.TB, g Group, ts []Tuple, settings *PairwiseSettings) *DistanceMatrix {
	t.Helper()
	m, err := Pairwise(t.Context(), g, ts, settings)
	if err != nil {
		t.Fatalf("Pairwise = %v", err)
	}
	return m
}

// around returns n tuples at the distance eps from the center, in random gauges.
func around(rnd *rand.Rand, center Tuple, blocks, n int, eps float64) []Tuple {
	ts := make([]Tuple, n)
	for i := range ts {
		ts[i] = moved(rnd, perturbed(rnd, center, eps), blocks)
	}
	return ts
}

func TestPairwiseAgreesWithDistance(t *testing.T) {
	const blocks = 3
	center := func(rnd *rand.Rand) Tuple { return randomTuple(rnd, 4, 20, 15, blocks) }
	type test struct {
		name   string
		reason string
		tuples func(rnd *rand.Rand) []Tuple
	}
	tests := []test{
		{name: "none", tuples: func(*rand.Rand) []Tuple { return nil }},
		{name: "one", tuples: func(rnd *rand.Rand) []Tuple { return []Tuple{center(rnd)} }},
		{
			name: "all different", reason: "more clusters than leaders",
			tuples: func(rnd *rand.Rand) []Tuple {
				var ts []Tuple
				for range 14 {
					ts = append(ts, center(rnd))
				}
				return ts
			},
		},
		{
			name: "interleaved clusters",
			tuples: func(rnd *rand.Rand) []Tuple {
				a, b := center(rnd), center(rnd)
				var ts []Tuple
				for i := range 6 {
					eps := math.Pow(10, -float64(4+2*i))
					ts = append(ts, moved(rnd, perturbed(rnd, a, eps), blocks), moved(rnd, perturbed(rnd, b, eps), blocks))
				}
				return ts
			},
		},
		{
			name: "tight pair far from the leader", reason: "the rest is of second order in 4e-4 and hides 1e-12",
			tuples: func(rnd *rand.Rand) []Tuple {
				a := center(rnd)
				b := perturbed(rnd, a, 4e-4)
				return append([]Tuple{a}, append(around(rnd, b, blocks, 5, 1e-12), around(rnd, a, blocks, 3, 1e-12)...)...)
			},
		},
		{
			name: "tight pair across the edge of a cluster", reason: "one of them is a leader, the other one is not its follower",
			tuples: func(rnd *rand.Rand) []Tuple {
				a := center(rnd)
				far := perturbed(rnd, a, 1)
				d := mustDistance(t, Bilinear{Blocks: blocks}, a, far)
				// Move along the line to the distance near, and stop on either side of it.
				at := func(s float64) Tuple {
					c := a.Clone()
					for i := range c {
						var e mat.Dense
						e.Sub(far[i].M, a[i].M)
						e.Scale(s, &e)
						c[i].M.Add(c[i].M, &e)
					}
					return c
				}
				lo, hi := 0.0, near/d*4
				for range 60 {
					mid := (lo + hi) / 2
					if mustDistance(t, Bilinear{Blocks: blocks}, a, at(mid)) < near {
						lo = mid
					} else {
						hi = mid
					}
				}
				return []Tuple{a, moved(rnd, at(lo-1e-11), blocks), moved(rnd, at(hi+1e-11), blocks), moved(rnd, at(lo-1e-9), blocks)}
			},
		},
		{
			name: "chain", reason: "each is near the next, the ends are not near each other",
			tuples: func(rnd *rand.Rand) []Tuple {
				ts := []Tuple{center(rnd)}
				for range 11 {
					ts = append(ts, perturbed(rnd, ts[len(ts)-1], 6e-4))
				}
				for i := range ts {
					ts[i] = moved(rnd, ts[i], blocks)
				}
				return ts
			},
		},
		{
			name: "tight group at the end of a long chain", reason: "the rest is of second order in 0.1 and hides 1e-12",
			tuples: func(rnd *rand.Rand) []Tuple {
				a := center(rnd)
				b := perturbed(rnd, a, 0.1)
				var ts []Tuple
				for i := range 150 {
					c := a.Clone()
					for k := range c {
						var e mat.Dense
						e.Sub(b[k].M, a[k].M)
						e.Scale(float64(i)/150, &e)
						c[k].M.Add(c[k].M, &e)
					}
					ts = append(ts, c)
				}
				return append(ts, around(rnd, b, blocks, 3, 1e-12)...)
			},
		},
		{
			name: "unit that nobody reads", reason: "its weights are arbitrary and make the bound of the rest useless",
			tuples: func(rnd *rand.Rand) []Tuple {
				a := center(rnd)
				var ts []Tuple
				for range 5 {
					c := perturbed(rnd, a, 3e-4)
					c.Part("A").SetRow(0, randomMatrix(rnd, 1, 20).RawRowView(0))
					for i := range 45 {
						c.Part("B").Set(i, 0, 0)
					}
					ts = append(ts, moved(rnd, c, blocks))
				}
				return ts
			},
		},
		{
			name: "weak unit beside one that nobody reads", reason: "even the pairs of the leader are left to Distance",
			tuples: func(rnd *rand.Rand) []Tuple {
				a := center(rnd)
				for j := range 20 {
					a.Part("A").Set(1, j, 1e-4*a.Part("A").At(1, j))
				}
				var ts []Tuple
				for range 5 {
					c := a.Clone()
					c.Part("A").SetRow(0, randomMatrix(rnd, 1, 20).RawRowView(0))
					for i := range 45 {
						c.Part("B").Set(i, 0, 0)
						c.Part("B").Set(i, 1, 0.1*rnd.NormFloat64())
					}
					ts = append(ts, moved(rnd, c, blocks))
				}
				return ts
			},
		},
		{
			name: "long blocks", reason: "products are taken in parts",
			tuples: func(rnd *rand.Rand) []Tuple {
				a := randomTuple(rnd, 4, 20, 2*tileDepth+7, blocks)
				return append(around(rnd, a, blocks, 3, 1e-4), around(rnd, a, blocks, 3, 1)...)
			},
		},
		{
			name: "unit that one small block reads", reason: "most of that block is outside of the leader's frame, sign and all",
			tuples: func(rnd *rand.Rand) []Tuple {
				a := center(rnd)
				var ts []Tuple
				for range 12 {
					c := perturbed(rnd, a, 1e-7)
					c.Part("A").SetRow(0, randomMatrix(rnd, 1, 20).RawRowView(0))
					for i := range 45 {
						c.Part("B").Set(i, 0, 0)
						if i >= 30 {
							c.Part("B").SetRow(i, []float64{1e-6 * rnd.NormFloat64(), 0, 0, 0})
						}
					}
					ts = append(ts, moved(rnd, c, blocks))
				}
				return ts
			},
		},
		{
			name: "noise in a small block", reason: "its sign is not that of the leader's block",
			tuples: func(rnd *rand.Rand) []Tuple {
				a := center(rnd)
				var ts []Tuple
				for i := range 8 {
					c := perturbed(rnd, a, []float64{1e-9, 1e-14}[i%2])
					noise := randomMatrix(rnd, 15, 4)
					noise.Scale(math.Pow(10, -float64(4+i%3)), noise)
					c.Part("B").Slice(15, 30, 0, 4).(*mat.Dense).Copy(noise)
					ts = append(ts, moved(rnd, c, blocks))
				}
				return ts
			},
		},
		{
			name: "a block of zeros",
			tuples: func(rnd *rand.Rand) []Tuple {
				ts := around(rnd, center(rnd), blocks, 4, 1e-5)
				for _, x := range ts {
					x.Part("B").Slice(15, 30, 0, 4).(*mat.Dense).Zero()
				}
				return ts
			},
		},
		{
			name: "rank deficient", reason: "the rows of the leader's A span less than d dimensions",
			tuples: func(rnd *rand.Rand) []Tuple {
				a := center(rnd)
				for j := range 20 {
					a.Part("A").Set(3, j, a.Part("A").At(2, j))
				}
				return around(rnd, a, blocks, 5, 1e-6)
			},
		},
		{
			name: "more hidden units than pixels",
			tuples: func(rnd *rand.Rand) []Tuple {
				return around(rnd, randomTuple(rnd, 7, 4, 5, blocks), blocks, 5, 1e-6)
			},
		},
		{
			name: "products that almost cancel", reason: "inner products would lose the square of ‖BA‖/(‖A‖‖B‖)",
			tuples: func(rnd *rand.Rand) []Tuple {
				a := center(rnd)
				// The first unit of A is large and unused by B, the second the other way round.
				for j := range 20 {
					a.Part("A").Set(0, j, 1e3*a.Part("A").At(0, j))
				}
				for i := range 45 {
					a.Part("B").Set(i, 0, 1e-6*a.Part("B").At(i, 0))
				}
				b := a.Clone()
				for i := range 45 {
					b.Part("B").Set(i, 1, 0)
				}
				return append(around(rnd, a, blocks, 3, 1e-8), around(rnd, b, blocks, 2, 1e-8)...)
			},
		},
		{
			name: "gauges that are not orthogonal", reason: "the factors are far apart though the products are not",
			tuples: func(rnd *rand.Rand) []Tuple {
				ts := around(rnd, center(rnd), blocks, 6, 1e-10)
				for n, x := range ts {
					s := 1 + float64(n)/3
					for j := range 20 {
						x.Part("A").Set(1, j, s*x.Part("A").At(1, j))
					}
					for i := range 45 {
						x.Part("B").Set(i, 1, x.Part("B").At(i, 1)/s)
					}
				}
				return ts
			},
		},
	}
	for _, eps := range []float64{1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14} {
		tests = append(tests, test{
			name:   fmt.Sprintf("eps=%g", eps),
			tuples: func(rnd *rand.Rand) []Tuple { return around(rnd, center(rnd), blocks, 9, eps) },
		})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := Bilinear{Blocks: blocks}
			ts := tt.tuples(rand.New(rand.NewPCG(21, 21)))
			m := mustPairwise(t, g, ts, nil)
			if m.N() != len(ts) {
				t.Fatalf("N() = %d, want %d", m.N(), len(ts))
			}
			for i := range ts {
				for j := i + 1; j < len(ts); j++ {
					want := mustDistance(t, g, ts[i], ts[j])
					tol := 1e-13
					if want >= near {
						tol = 1e-11
					}
					if got := m.At(i, j); !(math.Abs(got-want) <= tol) {
						t.Errorf("At(%d, %d) = %g, want %g within %g", i, j, got, want, tol)
					}
				}
			}
		})
	}
}

func TestPairwiseIsTheSameForAnyNumberOfWorkers(t *testing.T) {
	rnd := rand.New(rand.NewPCG(31, 31))
	center := randomTuple(rnd, 4, 20, 15, 3)
	ts := slices.Concat(
		around(rnd, center, 3, 20, 1e-9), around(rnd, center, 3, 20, 1e-4),
		around(rnd, randomTuple(rnd, 4, 20, 15, 3), 3, 10, 1e-12), around(rnd, center, 3, 5, 1))
	groups := []Group{Bilinear{Blocks: 3}, Sign{}, Trivial{}}
	for _, g := range groups {
		one := mustPairwise(t, g, ts, &PairwiseSettings{Workers: 1})
		for _, workers := range []int{2, 3, 16} {
			many := mustPairwise(t, g, ts, &PairwiseSettings{Workers: workers})
			if !slices.Equal(one.Packed(), many.Packed()) {
				t.Errorf("%v: Pairwise with %d workers differs from Pairwise with one", g, workers)
			}
		}
	}
}

func TestPairwiseLeavesTheTuplesAlone(t *testing.T) {
	rnd := rand.New(rand.NewPCG(32, 32))
	ts := around(rnd, randomTuple(rnd, 3, 9, 8, 2), 2, 5, 1e-5)
	var before []Tuple
	for _, x := range ts {
		before = append(before, x.Clone())
	}
	mustPairwise(t, Bilinear{Blocks: 2}, ts, nil)
	for i := range ts {
		if entries(ts[i], before[i]) != 0 {
			t.Errorf("tuple %d was changed", i)
		}
	}
}

func TestPairwiseOfOtherGroupsIsDistance(t *testing.T) {
	rnd := rand.New(rand.NewPCG(33, 33))
	var ts []Tuple
	for range 6 {
		ts = append(ts, Tuple{{"image", randomMatrix(rnd, 4, 4)}})
	}
	for _, g := range []Group{Sign{}, Trivial{}} {
		m := mustPairwise(t, g, ts, nil)
		for i := range ts {
			for j := range ts {
				if got, want := m.At(i, j), mustDistance(t, g, ts[min(i, j)], ts[max(i, j)]); got != want {
					t.Errorf("%v: At(%d, %d) = %g, want %g", g, i, j, got, want)
				}
			}
		}
	}
}

func TestPairwiseRawIsRaw(t *testing.T) {
	rnd := rand.New(rand.NewPCG(34, 34))
	center := randomTuple(rnd, 3, 9, 8, 2)
	// Neighbours far from the first: products of whole differences would not see them.
	ts := append(around(rnd, center, 2, 5, 1e-5), center, perturbed(rnd, center, 1e-11), center)
	for _, g := range []Group{Bilinear{Blocks: 2}, Sign{}, Trivial{}, foreign{}} {
		m, err := PairwiseRaw(t.Context(), g, ts, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range ts {
			for j := i + 1; j < len(ts); j++ {
				if got, want := m.At(i, j), mustRaw(t, g, ts[i], ts[j]); !(math.Abs(got-want) <= 4e-15*want+1e-14) {
					t.Errorf("%v: At(%d, %d) = %g, want %g", g, i, j, got, want)
				}
			}
		}
	}
}

// foreign is a group like one of another package, which embeds one of ours: its
// distances are what d says.
type foreign struct {
	Trivial
	d float64
}

func (g foreign) Distance(x, y Tuple) (float64, error) { return g.d, nil }
func (g foreign) Raw(x, y Tuple) (float64, error)      { return 3, nil }

// wrapped takes its methods from Bilinear, except for the distance.
type wrapped struct{ Bilinear }

func (wrapped) Distance(x, y Tuple) (float64, error) { return 5, nil }

func TestPairwiseAsksTheGroupItIsGiven(t *testing.T) {
	rnd := rand.New(rand.NewPCG(38, 38))
	ts := around(rnd, randomTuple(rnd, 3, 9, 8, 2), 2, 3, 1)
	if got := mustPairwise(t, wrapped{Bilinear{Blocks: 2}}, ts, nil).At(0, 2); got != 5 {
		t.Errorf("At(0, 2) = %g, want 5", got)
	}
}

// failing is a group that cannot decide.
type failing struct{ foreign }

var errFailing = errors.New("cannot decide")

func (failing) Distance(x, y Tuple) (float64, error) { return 0, errFailing }
func (failing) Raw(x, y Tuple) (float64, error)      { return 0, errFailing }

func TestPairwiseRefusesDistancesThatAreNone(t *testing.T) {
	ts := []Tuple{{{"x", mat.NewDense(1, 1, nil)}}, {{"x", mat.NewDense(1, 1, nil)}}}
	for _, d := range []float64{math.NaN(), math.Inf(1), -1} {
		if m, err := Pairwise(t.Context(), foreign{d: d}, ts, nil); err == nil || !strings.Contains(err.Error(), "tuples 0 and 1") {
			t.Errorf("Pairwise with a distance of %g = %v, %v, want an error with the pair", d, m, err)
		}
	}
	for _, pairwise := range []func(context.Context, Group, []Tuple, *PairwiseSettings) (*DistanceMatrix, error){Pairwise, PairwiseRaw} {
		if m, err := pairwise(t.Context(), failing{}, ts, nil); !errors.Is(err, errFailing) || m != nil || !strings.Contains(err.Error(), "tuples 0 and 1") {
			t.Errorf("with a group that fails = %v, %v, want its error with the pair", m, err)
		}
	}
	if got := mustPairwise(t, foreign{d: 2}, ts, nil).At(0, 1); got != 2 {
		t.Errorf("At(0, 1) = %g, want 2", got)
	}
}

func TestPairwiseEndsWithItsContext(t *testing.T) {
	rnd := rand.New(rand.NewPCG(35, 35))
	ts := around(rnd, randomTuple(rnd, 3, 9, 8, 2), 2, 5, 1e-5)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, g := range []Group{Bilinear{Blocks: 2}, Sign{}} {
		if m, err := Pairwise(ctx, g, ts, nil); m != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("%v: Pairwise = %v, %v, want context canceled", g, m, err)
		}
		if m, err := PairwiseRaw(ctx, g, ts, nil); m != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("%v: PairwiseRaw = %v, %v, want context canceled", g, m, err)
		}
	}
}

// countdown is a context that ends after so many questions, so that every place
// that asks is reached once.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	c.left--
	if c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestPairwiseStopsAnywhere(t *testing.T) {
	rnd := rand.New(rand.NewPCG(36, 36))
	center := randomTuple(rnd, 3, 9, 8, 2)
	ts := slices.Concat(around(rnd, center, 2, 3, 1e-5), around(rnd, center, 2, 2, 1))
	type pairwise func(context.Context, Group, []Tuple, *PairwiseSettings) (*DistanceMatrix, error)
	tests := []struct {
		name  string
		call  pairwise
		g     Group
		least int // questions
	}{
		{"fast", Pairwise, Bilinear{Blocks: 2}, 20},
		{"pair by pair", Pairwise, Sign{}, 10},
		{"raw", PairwiseRaw, Bilinear{Blocks: 2}, 10},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want, err := tt.call(t.Context(), tt.g, ts, nil)
			if err != nil {
				t.Fatal(err)
			}
			for asked := 0; ; asked++ {
				m, err := tt.call(&countdown{Context: t.Context(), left: asked}, tt.g, ts, &PairwiseSettings{Workers: 1})
				if err == nil {
					if diff := cmp.Diff(want.Packed(), m.Packed()); diff != "" {
						t.Errorf("uninterrupted (-want +got)\n%s", diff)
					}
					if asked < tt.least {
						t.Errorf("the context was asked only %d times, want at least %d", asked, tt.least)
					}
					return
				}
				if m != nil || !errors.Is(err, context.Canceled) {
					t.Fatalf("stopped at question %d = %v, %v, want context canceled", asked, m, err)
				}
			}
		})
	}
}

func TestPairwiseNamesTheGuiltyTuple(t *testing.T) {
	rnd := rand.New(rand.NewPCG(37, 37))
	good := func() Tuple { return randomTuple(rnd, 3, 9, 8, 2) }
	spoiled := good()
	spoiled.Part("B").Set(5, 1, math.NaN())
	vanishes := Tuple{{"A", mat.NewDense(3, 9, nil)}, {"B", mat.NewDense(16, 3, nil)}}
	vanishes.Part("A").Set(0, 0, 1)
	vanishes.Part("B").Set(0, 1, 1)
	tests := []struct {
		name     string
		tuples   []Tuple
		settings *PairwiseSettings
		want     string
	}{
		{"NaN", []Tuple{good(), spoiled, good()}, nil, "tuple 1: part B: entry (5,1) is NaN"},
		{"first of two", []Tuple{good(), spoiled, spoiled}, &PairwiseSettings{Workers: 3}, "tuple 1: part B: entry (5,1) is NaN"},
		{"shape", []Tuple{good(), good(), randomTuple(rnd, 3, 7, 8, 2)}, nil, "tuples 0 and 2: part A: the shapes are 3×9 and 3×7"},
		{"vanishing product", []Tuple{good(), vanishes}, nil, "tuple 1: the product B A vanishes to rounding: its norm is 0 of ‖A‖‖B‖"},
		{"workers", []Tuple{good()}, &PairwiseSettings{Workers: -1}, "the number of workers is -1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Pairwise(t.Context(), Bilinear{Blocks: 2}, tt.tuples, tt.settings)
			if m != nil || err == nil || err.Error() != tt.want {
				t.Errorf("Pairwise = %v, %v, want error %q", m, err, tt.want)
			}
			if tt.name == "vanishing product" {
				return // Raw has no product.
			}
			m, err = PairwiseRaw(t.Context(), Bilinear{Blocks: 2}, tt.tuples, tt.settings)
			if m != nil || err == nil || err.Error() != tt.want {
				t.Errorf("PairwiseRaw = %v, %v, want error %q", m, err, tt.want)
			}
		})
	}
}
