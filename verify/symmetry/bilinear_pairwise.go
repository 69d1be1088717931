package symmetry

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
)

const (
	// near is the distance from which inner products of whole tuples are good
	// enough: they leave an error of about 1e-16/distance.
	near = 1e-3
	// maxLeaders bounds the rounds that look for clusters; what they leave over
	// is done pair by pair.
	maxLeaders = 8
	// shaky is the ratio ‖BA‖/(‖A‖‖B‖) below which a tuple is compared by
	// Distance only, because inner products lose its square.
	shaky = 1e-2
)

// pairs is the state of one call of Bilinear.pairwise. The tuples are normalised
// to ‖K_t‖ = 1, K_t⁽ᵏ⁾ = scaleB[t] B_t⁽ᵏ⁾ a[t].
type pairs struct {
	tuples  []factors
	a       []blas64.General // A_t/‖A_t‖
	scaleB  []float64
	norm2   [][]float64 // [k][t] is ‖K_t⁽ᵏ⁾‖²
	shaky   []bool
	workers int

	m     *DistanceMatrix
	close []bool // packed: pairs that whole inner products cannot tell apart
	exact []bool // packed: pairs left to Distance
}

// pairwise is Pairwise for many large tuples, which have passed checkAll.
//
// Pairs further apart than near come from inner products of the products. The
// others come from subtractions in a common frame, see neighbours. To find out
// which is which cheaply, every round takes the first tuple that has no cluster
// as the leader of a new one and puts all tuples near it in there; pairs within
// a cluster need no inner product.
func (g Bilinear) pairwise(ctx context.Context, ts []Tuple, workers int) (*DistanceMatrix, error) {
	n := len(ts)
	if n == 0 {
		return NewDistanceMatrix(0, nil), nil
	}
	x := &pairs{
		tuples: make([]factors, n), a: make([]blas64.General, n), scaleB: make([]float64, n), norm2: make([][]float64, g.Blocks),
		shaky: make([]bool, n), workers: workers,
		m: NewDistanceMatrix(n, nil),
	}
	x.close, x.exact = make([]bool, len(x.m.packed)), make([]bool, len(x.m.packed))
	for k := range x.norm2 {
		x.norm2[k] = make([]float64, n)
	}
	err := each(ctx, n, workers, func(t int) error {
		if err := x.normalise(t, g.factors(ts[t])); err != nil {
			return fmt.Errorf("tuple %d: %w", t, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := x.apart(ctx); err != nil {
		return nil, err
	}
	isClose := func(i, j int) bool { return x.close[packedIndex(n, i, j)] }
	for _, members := range components(n, isClose) {
		if len(members) > 1 {
			if err := x.neighbours(ctx, members, 0); err != nil {
				return nil, err
			}
		}
	}
	if err := x.oneByOne(ctx); err != nil {
		return nil, err
	}
	return x.m, nil
}

func (x *pairs) normalise(t int, f factors) error {
	c := small(f)[0]
	if err := checkProduct(c); err != nil {
		return err
	}
	norm := frobenius(c)
	for k, ck := range c {
		x.norm2[k][t] = dot(ck, ck) / (norm * norm)
	}
	x.tuples[t] = f
	x.a[t] = general(f.d, f.p)
	scaleInto(x.a[t], 1/f.normA, f.a)
	x.scaleB[t] = 1 / f.normB / norm
	x.shaky[t] = norm < shaky
	return nil
}

// apart finds the distances of all pairs that are not near each other, and marks
// the others as close.
func (x *pairs) apart(ctx context.Context) error {
	n := len(x.tuples)
	var left []int
	for t := range n {
		if x.shaky[t] {
			for s := range n {
				if s != t {
					x.exact[packedIndex(n, s, t)] = true
				}
			}
			continue
		}
		left = append(left, t)
	}
	done := make([]bool, len(x.m.packed))
	copy(done, x.exact)
	for round := 0; round < maxLeaders && len(left) > 0; round++ {
		wanted := make([]bool, len(done))
		for _, t := range left[1:] {
			wanted[packedIndex(n, left[0], t)] = true
		}
		if err := x.whole(ctx, wanted); err != nil {
			return err
		}
		cluster := []int{left[0]}
		var others []int
		for _, t := range left[1:] {
			i := packedIndex(n, left[0], t)
			done[i] = true
			if x.m.packed[i] < near {
				cluster = append(cluster, t)
			} else {
				others = append(others, t)
			}
		}
		for a, s := range cluster {
			for _, t := range cluster[a+1:] {
				i := packedIndex(n, s, t)
				done[i], x.close[i] = true, true
			}
		}
		left = others
	}
	wanted := make([]bool, len(done))
	for i := range done {
		wanted[i] = !done[i]
	}
	if err := x.whole(ctx, wanted); err != nil {
		return err
	}
	for i, is := range wanted {
		if is && x.m.packed[i] < near {
			x.close[i] = true
		}
	}
	return nil
}

// whole stores the distances of the wanted pairs,
//
//	d² = Σₖ ‖K_s⁽ᵏ⁾‖² + ‖K_t⁽ᵏ⁾‖² − 2|⟨K_s⁽ᵏ⁾,K_t⁽ᵏ⁾⟩|,
//
// whose error of some 1e-16 makes one of about 1e-16/d in d.
func (x *pairs) whole(ctx context.Context, wanted []bool) error {
	f := x.tuples[0]
	inner := packedPerBlock(f.blocks, len(wanted))
	err := blockProducts{
		blocks: f.blocks, blockLen: f.blockLen, d: f.d, r: x.a,
		p: func(dst blas64.General, k, t int) { scaleInto(dst, x.scaleB[t], x.tuples[t].block(k)) },
	}.inner(ctx, inner, wanted, x.workers)
	if err != nil {
		return err
	}
	n := len(x.tuples)
	for s := range n {
		for t := s + 1; t < n; t++ {
			i := packedIndex(n, s, t)
			if !wanted[i] {
				continue
			}
			var d2 float64
			for k := range inner {
				d2 += x.norm2[k][s] + x.norm2[k][t] - 2*math.Abs(inner[k][i])
			}
			x.m.packed[i] = math.Sqrt(max(0, d2))
		}
	}
	return nil
}

// oneByOne computes the pairs that were left to Distance.
func (x *pairs) oneByOne(ctx context.Context) error {
	n := len(x.tuples)
	var todo [][2]int
	for s := range n {
		for t := s + 1; t < n; t++ {
			if x.exact[packedIndex(n, s, t)] {
				todo = append(todo, [2]int{s, t})
			}
		}
	}
	return each(ctx, len(todo), x.workers, func(i int) error {
		s, t := todo[i][0], todo[i][1]
		d, err := x.tuples[s].distance(x.tuples[t])
		if err != nil {
			return fmt.Errorf("tuples %d and %d: %w", s, t, err)
		}
		x.m.packed[packedIndex(n, s, t)] = d
		return nil
	})
}

func packedPerBlock(blocks, length int) [][]float64 {
	p := make([][]float64, blocks)
	for k := range p {
		p[k] = make([]float64, length)
	}
	return p
}
