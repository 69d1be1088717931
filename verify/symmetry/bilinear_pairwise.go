package symmetry

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
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
// to ‖K_t‖ = 1, K_t⁽ᵏ⁾ = (scaleB[t] B_t⁽ᵏ⁾) (scaleA[t] A_t).
type pairs struct {
	g              Bilinear
	src            Source
	n              int
	d, p, blockLen int
	scaleA, scaleB []float64
	norm2          [][]float64 // [k][t] is ‖K_t⁽ᵏ⁾‖²
	shaky          []bool
	workers        int
	memory         int // bytes of coordinates, or of tuples, at a time

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
func (g Bilinear) pairwise(ctx context.Context, src Source, workers, memory int) (*DistanceMatrix, error) {
	n := src.Len()
	if n == 0 {
		return NewDistanceMatrix(0, nil), nil
	}
	x := &pairs{
		g: g, src: src, n: n,
		scaleA: make([]float64, n), scaleB: make([]float64, n), norm2: packedPerBlock(g.Blocks, n),
		shaky: make([]bool, n), workers: workers, memory: memory,
		m: NewDistanceMatrix(n, nil),
	}
	x.close, x.exact = make([]bool, len(x.m.packed)), make([]bool, len(x.m.packed))
	first, err := src.Tuple(0)
	if err != nil {
		return nil, err
	}
	f := g.factors(first)
	x.d, x.p, x.blockLen = f.d, f.p, f.blockLen
	err = each(ctx, n, workers, func(t int) error {
		tuple, err := src.Tuple(t)
		if err == nil {
			err = x.normalise(t, g.factors(tuple))
		}
		if err != nil {
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
	return x.m, fillPairs(ctx, x.m, src, x.exact, workers, memory, func(_, _ int, a, b Tuple) (float64, error) {
		return g.factors(a).distance(g.factors(b))
	})
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
	x.scaleA[t], x.scaleB[t] = 1/f.normA, 1/f.normB/norm
	x.shaky[t] = norm < shaky
	return nil
}

// a returns scaleA[t] A_t.
func (x *pairs) a(t int) (blas64.General, error) {
	m, err := x.src.Rows(t, "A", 0, x.d)
	if err != nil {
		return blas64.General{}, err
	}
	a := general(x.d, x.p)
	scaleInto(a, x.scaleA[t], m.RawMatrix())
	return a, nil
}

// b stores rows of scaleB[t] B_t⁽ᵏ⁾ in dst, from the given one on.
func (x *pairs) b(dst blas64.General, k, t, from int) error {
	start := k*x.blockLen + from
	m, err := x.src.Rows(t, "B", start, start+dst.Rows)
	if err != nil {
		return err
	}
	scaleInto(dst, x.scaleB[t], m.RawMatrix())
	return nil
}

// apart finds the distances of all pairs that are not near each other, and marks
// the others as close.
func (x *pairs) apart(ctx context.Context) error {
	n := x.n
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
	inner := make([]float64, len(wanted)) // Σₖ |⟨K_s⁽ᵏ⁾,K_t⁽ᵏ⁾⟩|
	err := blockProducts{
		n: x.n, blocks: x.g.Blocks, blockLen: x.blockLen, d: x.d, r: x.a,
		p: func(dst blas64.General, k, t int) error { return x.b(dst, k, t, 0) },
	}.inner(ctx, wanted, x.workers, func(_, at int, v float64) { inner[at] += math.Abs(v) })
	if err != nil {
		return err
	}
	own := make([]float64, x.n)
	for _, of := range x.norm2 {
		floats.Add(own, of)
	}
	for s := range x.n {
		for t := s + 1; t < x.n; t++ {
			if i := packedIndex(x.n, s, t); wanted[i] {
				x.m.packed[i] = math.Sqrt(max(0, own[s]+own[t]-2*inner[i]))
			}
		}
	}
	return nil
}

func packedPerBlock(blocks, length int) [][]float64 {
	p := make([][]float64, blocks)
	for k := range p {
		p[k] = make([]float64, length)
	}
	return p
}
