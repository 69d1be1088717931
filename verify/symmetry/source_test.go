package symmetry

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// distant is a Source that hands out copies, and fails when it was asked left times.
type distant struct {
	Tuples
	left atomic.Int64
}

var errDistant = errors.New("out of reach")

func (s *distant) Tuple(i int) (Tuple, error) {
	if s.left.Add(-1) < 0 {
		return nil, errDistant
	}
	return s.Tuples[i].Clone(), nil
}

func (s *distant) Rows(i int, part string, from, to int) (*mat.Dense, error) {
	if s.left.Add(-1) < 0 {
		return nil, errDistant
	}
	m, err := s.Tuples.Rows(i, part, from, to)
	return mat.DenseCopyOf(m), err
}

// Whatever is read of a source that can be out of reach: its error comes back, and
// nothing else does.
func TestPairwiseFromASourceThatFails(t *testing.T) {
	rnd := rand.New(rand.NewPCG(41, 41))
	center := randomTuple(rnd, 3, 9, 8, 2)
	ts := slices.Concat(around(rnd, center, 2, 4, 3e-4), around(rnd, center, 2, 2, 1))
	for _, g := range []Group{Bilinear{Blocks: 2}, Sign{}, foreign{}} {
		for name, pairwise := range map[string]func(s Source) (*DistanceMatrix, error){
			"Pairwise":    func(s Source) (*DistanceMatrix, error) { return PairwiseFrom(t.Context(), g, s, nil) },
			"PairwiseRaw": func(s Source) (*DistanceMatrix, error) { return PairwiseRawFrom(t.Context(), g, s, nil) },
		} {
			want, err := pairwise(Tuples(ts))
			if err != nil {
				t.Fatal(err)
			}
			for asked := int64(0); ; asked++ {
				s := &distant{Tuples: ts}
				s.left.Store(asked)
				m, err := pairwise(s)
				if err == nil {
					if !slices.Equal(m.Packed(), want.Packed()) {
						t.Errorf("%v: %s from copies differs from %s in memory", g, name, name)
					}
					if asked < int64(2*len(ts)) {
						t.Errorf("%v: %s asked %d times, want every tuple asked for", g, name, asked)
					}
					break
				}
				if m != nil || !errors.Is(err, errDistant) {
					t.Fatalf("%v: %s out of reach after %d = %v, %v, want that error", g, name, asked, m, err)
				}
			}
		}
	}
}

// The bound that the package promises, whatever is planted: neighbours of one leader
// or of several, at any distance.
func TestPairwiseKeepsItsPromise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 42))
		const blocks = 3
		g := Bilinear{Blocks: blocks}
		d := rapid.IntRange(1, 6).Draw(t, "d")
		var ts []Tuple
		for range rapid.IntRange(1, 3).Draw(t, "clusters") {
			center := randomTuple(rnd, d, 20, 15, blocks)
			for range rapid.IntRange(1, 8).Draw(t, "members") {
				eps := math.Pow(10, rapid.Float64Range(-14, 0).Draw(t, "log10"))
				ts = append(ts, moved(rnd, perturbed(rnd, center, eps), blocks))
			}
		}
		m, err := PairwiseFrom(context.Background(), g, Tuples(ts), nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range ts {
			for j := i + 1; j < len(ts); j++ {
				want, tol := mustDistance(t, g, ts[i], ts[j]), 4e-14
				if want >= near/2 {
					tol = 1e-11
				}
				if got := m.At(i, j); !(math.Abs(got-want) <= tol) {
					t.Fatalf("At(%d, %d) = %g, want %g within %g", i, j, got, want, tol)
				}
			}
		}
	})
}

// A gram that takes its lines in many slices has the distances of one that takes all
// at once.
func TestGramInSlices(t *testing.T) {
	rnd := rand.New(rand.NewPCG(43, 43))
	const n, lines, width, memory = gramSide + 7, 30, 50, 1 << 17
	c := make([]*mat.Dense, n)
	base := randomMatrix(rnd, lines, width)
	plus, wanted := make([]float64, n), make([]bool, n*(n-1)/2)
	for i := range c {
		c[i] = randomMatrix(rnd, lines, width)
		c[i].Scale(1e-7, c[i])
		c[i].Add(c[i], base)
		plus[i] = 1
		if i%2 == 1 {
			plus[i] = -1
			c[i].Scale(-1, c[i])
		}
	}
	if size := 8 * n * lines * width; size <= memory {
		t.Fatalf("%d bytes fit into %d", size, memory)
	}
	for i := range wanted {
		wanted[i] = i%3 > 0
	}
	g := newGram(n, wanted, plus, 2, memory)
	if err := g.add(t.Context(), lines, width, func(dst blas64.General, i, from int) error {
		scaleInto(dst, 1, window(c[i].RawMatrix(), from, 0, dst.Rows, dst.Cols))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if got, want := math.Sqrt(g.norm2[i]), mat.Norm(c[i], 2); !(math.Abs(got-want) <= 1e-12*want) {
			t.Errorf("norm %d = %g, want %g", i, got, want)
		}
		for j := i + 1; j < n; j++ {
			if !wanted[packedIndex(n, i, j)] {
				continue
			}
			var e mat.Dense
			e.Scale(plus[i]*plus[j], c[j])
			e.Sub(c[i], &e)
			if got, want := math.Sqrt(g.near2(i, j)), mat.Norm(&e, 2); !(math.Abs(got-want) <= 1e-9*want) {
				t.Fatalf("distance of %d and %d = %g, want %g", i, j, got, want)
			}
		}
	}
}

// However little memory there is, the distances are the same to rounding.
func TestPairwiseWithLittleMemory(t *testing.T) {
	rnd := rand.New(rand.NewPCG(44, 44))
	center := randomTuple(rnd, 4, 20, 15, 3)
	ts := slices.Concat(around(rnd, center, 3, 6, 1e-7), around(rnd, center, 3, 4, 3e-4), around(rnd, center, 3, 2, 1))
	for _, g := range []Group{Bilinear{Blocks: 3}, Sign{}, Trivial{}, foreign{d: 3}} {
		for name, pairwise := range map[string]func(context.Context, Group, []Tuple, *PairwiseSettings) (*DistanceMatrix, error){
			"Pairwise": Pairwise, "PairwiseRaw": PairwiseRaw,
		} {
			want, err := pairwise(t.Context(), g, ts, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, memory := range []int{1, 3000, 20_000} {
				got, err := pairwise(t.Context(), g, ts, &PairwiseSettings{Memory: memory})
				if err != nil {
					t.Fatal(err)
				}
				for i, d := range got.Packed() {
					if !(math.Abs(d-want.Packed()[i]) <= 4e-14) {
						t.Errorf("%v: %s in %d bytes: distance %d is %g, want %g", g, name, memory, i, d, want.Packed()[i])
					}
				}
			}
		}
	}
}

func TestTuplesThatCannotBeRead(t *testing.T) {
	s := &distant{Tuples: Tuples{{{"x", mat.NewDense(1, 1, []float64{1})}}}}
	if _, err := PairwiseFrom(t.Context(), Trivial{}, s, nil); err == nil || !strings.Contains(err.Error(), fmt.Sprint("tuple 0: ", errDistant)) {
		t.Errorf("error %v, want one that names the tuple", err)
	}
}
