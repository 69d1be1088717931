package symmetry

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// sum adds up the costs of an assignment in the order of the rows.
func sum(c []float64, to []int) float64 {
	var s float64
	for i, j := range to {
		s += c[i*len(to)+j]
	}
	return s
}

// permutations calls visit with every permutation of 0..n−1.
func permutations(n int, visit func(to []int)) {
	to := make([]int, n)
	for i := range to {
		to[i] = i
	}
	var place func(k int)
	place = func(k int) {
		if k == n {
			visit(to)
			return
		}
		for i := k; i < n; i++ {
			to[k], to[i] = to[i], to[k]
			place(k + 1)
			to[k], to[i] = to[i], to[k]
		}
	}
	place(0)
}

// certify fails unless a is a permutation, its potentials are feasible within tol,
// and their sum is that of the assignment: by duality no other is better.
func certify(t rapid.TB, n int, c []float64, a assignment, tol float64) {
	t.Helper()
	seen := slices.Clone(a.to)
	slices.Sort(seen)
	for i, j := range seen {
		if i != j {
			t.Fatalf("assign gave %v, no permutation", a.to)
		}
	}
	var bound float64
	for i := range n {
		bound += a.row[i] + a.col[i]
		for j := range n {
			if r := a.reduced(c, i, j); !(r >= -tol) {
				t.Errorf("reduced cost of (%d,%d) = %g, want at least 0", i, j, r)
			}
		}
		if r := a.reduced(c, i, a.to[i]); !(math.Abs(r) <= tol) {
			t.Errorf("reduced cost of the assigned (%d,%d) = %g, want 0", i, a.to[i], r)
		}
	}
	if got := sum(c, a.to); !(math.Abs(got-bound) <= float64(n)*tol) {
		t.Errorf("the costs add up to %g, the potentials to %g", got, bound)
	}
}

func TestAssignAgainstEveryPermutation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 7).Draw(t, "n")
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		c := make([]float64, n*n)
		for i := range c {
			c[i] = rnd.NormFloat64()
		}
		a := assign(n, c)
		certify(t, n, c, a, 1e-14)
		best, second := math.Inf(1), math.Inf(1)
		permutations(n, func(to []int) {
			s := sum(c, to)
			if slices.Equal(to, a.to) {
				best = s
				return
			}
			second = min(second, s)
		})
		if !(best <= second) {
			t.Errorf("assign found %g, another permutation has %g", best, second)
		}
		if got, want := a.margin(c), second-best; n > 1 && !(math.Abs(got-want) <= 1e-13) || n == 1 && !math.IsInf(got, 1) {
			t.Errorf("margin = %g, want %g: the second best has %g", got, want, second)
		}
	})
}

func TestAssignIsCertified(t *testing.T) {
	const n = 60
	tests := []struct {
		name   string
		reason string
		cost   func(rnd *rand.Rand, i, j int) float64
		tol    float64
	}{
		{"uniform", "", func(rnd *rand.Rand, _, _ int) float64 { return rnd.Float64() }, 1e-14},
		{"signed", "costs may be negative", func(rnd *rand.Rand, _, _ int) float64 { return rnd.NormFloat64() }, 1e-13},
		{"integers with ties", "sums of integers are exact", func(rnd *rand.Rand, _, _ int) float64 { return float64(rnd.IntN(4)) }, 0},
		{"all the same", "nothing but ties", func(*rand.Rand, int, int) float64 { return 3 }, 0},
		{"product", "the long paths: the rows compete for the same columns", func(_ *rand.Rand, i, j int) float64 { return float64((i + 1) * (j + 1)) }, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(60, 60))
			c := make([]float64, n*n)
			for k := range c {
				c[k] = tt.cost(rnd, k/n, k%n)
			}
			certify(t, n, c, assign(n, c), tt.tol)
		})
	}
}

func TestAssignIsNotGreedy(t *testing.T) {
	tests := []struct {
		name           string
		reason         string
		c              []float64
		to             []int
		margin, greedy float64
	}{
		{"the cheapest pair is a trap", "1 + 100 against 2 + 2", []float64{1, 2, 2, 100}, []int{1, 0}, 97, 101},
		{"the pair in the middle is a trap", "1 + 1 + 9 against 1.5 + 1.6 + 1", []float64{9, 1.5, 9, 1.6, 1, 9, 9, 9, 1}, []int{1, 0, 2}, 6.9, 11},
		{"it leads to what is forbidden", "+Inf is never taken", []float64{1, 7, 2, math.Inf(1)}, []int{1, 0}, math.Inf(1), math.Inf(1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := len(tt.to)
			a := assign(n, tt.c)
			if !slices.Equal(a.to, tt.to) {
				t.Errorf("assign(%v) = %v, want %v", tt.c, a.to, tt.to)
			}
			if got := a.margin(tt.c); math.Abs(got-tt.margin) > 1e-14 {
				t.Errorf("margin = %g, want %g", got, tt.margin)
			}
			if got := sum(tt.c, greedy(n, tt.c)); got != tt.greedy || !(got > sum(tt.c, a.to)) {
				t.Errorf("greedy costs %g, want %g, more than the %g of assign", got, tt.greedy, sum(tt.c, a.to))
			}
		})
	}
}

// greedy takes the cheapest pair that is left, again and again.
func greedy(n int, c []float64) []int {
	to, taken := make([]int, n), make([]bool, n)
	for i := range to {
		to[i] = -1
	}
	for range n {
		bi, bj := -1, -1
		for i := range n {
			for j := range n {
				if to[i] < 0 && !taken[j] && (bi < 0 || c[i*n+j] < c[bi*n+bj]) {
					bi, bj = i, j
				}
			}
		}
		to[bi], taken[bj] = bj, true
	}
	return to
}
