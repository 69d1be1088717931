package symmetry

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

const (
	// negligible bounds what neighbours may leave out of a distance.
	negligible = 1e-15
	// tolerable is the error from which a pair is looked at again.
	tolerable = 2e-14
	// maxDepth bounds how often that is done with a new leader.
	maxDepth = 3
)

// A frame is the space around a leader K_L, in which neighbours are subtracted
// instead of multiplied. Let Q span the rows of A_L and Qₖ the columns of B_L⁽ᵏ⁾. Then
//
//	K_t⁽ᵏ⁾ = [K_t⁽ᵏ⁾Q]Qᵀ + Qₖ[Qₖᵀ K_t⁽ᵏ⁾(1−QQᵀ)] + (1−QₖQₖᵀ) K_t⁽ᵏ⁾ (1−QQᵀ)
//
// in three orthogonal pieces. The two brackets are small matrices, the
// coordinates of K_t⁽ᵏ⁾: they do not depend on the gauge, and a gram of their
// differences from the leader's has their distances. The rest, the third piece, is of
// second order in the distance from the leader: left out where it is negligible, and
// else taken from inner products, whose error is about 1e-8 of the rest.
type frame struct {
	*pairs
	members []int // global numbers; the leader is the first
	q       blas64.General
	qs      []blas64.General
	aq      []blas64.General // A_t Q
	sign    [][]float64      // [k][t] sign given to the block, that of the inner product with the leader's
	restA   []float64        // ‖A_t(1−QQᵀ)‖
	restB   [][]float64      // [k][t] ‖(1−QₖQₖᵀ)B_t⁽ᵏ⁾‖

	wanted []bool    // packed over the members, like the slices below
	d2     []float64 // squared distance, summed over the blocks
	rests  []bool    // whether the rest of a block has a part in it
	diff2  []float64 // by member: squared distance of its coordinates from the leader's
}

// neighbours computes the distances of all close pairs among the members. Those
// that the rest of both spoils, because they are far from the leader and very
// near each other, get a new leader among themselves.
func (x *pairs) neighbours(ctx context.Context, members []int, depth int) error {
	f, err := x.newFrame(ctx, members)
	if err != nil {
		return err
	}
	for k := range f.qs {
		if err := f.block(ctx, k); err != nil {
			return err
		}
	}
	again := f.settle()
	m, n := len(members), x.n
	unsettled := func(i, j int) bool { return again[packedIndex(m, i, j)] }
	for _, c := range components(m, unsettled) {
		if len(c) == 1 {
			continue
		}
		global := make([]int, len(c))
		for i, t := range c {
			global[i] = members[t]
		}
		// A component that holds the leader would meet the same frame again.
		recurse := depth < maxDepth && c[0] != 0
		for a, i := range c {
			for _, j := range c[a+1:] {
				at := packedIndex(n, members[i], members[j])
				x.close[at] = unsettled(i, j)
				x.exact[at] = unsettled(i, j) && !recurse
			}
		}
		if !recurse {
			continue
		}
		if err := x.neighbours(ctx, global, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (x *pairs) newFrame(ctx context.Context, members []int) (*frame, error) {
	m := len(members)
	f := &frame{
		pairs: x, members: members, q: general(x.p, x.d),
		qs: make([]blas64.General, x.g.Blocks), aq: make([]blas64.General, m),
		sign: packedPerBlock(x.g.Blocks, m), restA: make([]float64, m), restB: packedPerBlock(x.g.Blocks, m),
		wanted: make([]bool, m*(m-1)/2), d2: make([]float64, m*(m-1)/2), rests: make([]bool, m*(m-1)/2), diff2: make([]float64, m),
	}
	for i := range m {
		for j := i + 1; j < m; j++ {
			f.wanted[packedIndex(m, i, j)] = x.close[packedIndex(x.n, members[i], members[j])]
		}
	}
	lead, err := x.a(members[0])
	if err != nil {
		return nil, err
	}
	transposeInto(f.q, 1, lead)
	f.q = orthonormal(f.q)
	leadB := make([]blas64.General, x.g.Blocks) // Qₖᵀ B_L⁽ᵏ⁾
	err = each(ctx, x.g.Blocks, x.workers, func(k int) error {
		b := general(x.blockLen, x.d)
		if err := x.b(b, k, members[0], 0); err != nil {
			return err
		}
		f.qs[k] = general(x.blockLen, x.d)
		scaleInto(f.qs[k], 1, b)
		f.qs[k] = orthonormal(f.qs[k])
		leadB[k] = times(blas.Trans, f.qs[k], blas.NoTrans, b)
		return nil
	})
	if err != nil {
		return nil, err
	}
	leadA := times(blas.NoTrans, lead, blas.NoTrans, f.q)
	return f, each(ctx, m, x.workers, func(i int) error {
		a, err := x.a(members[i])
		if err != nil {
			return err
		}
		f.aq[i] = times(blas.NoTrans, a, blas.NoTrans, f.q)
		rest := f.outside(a, i, 0)
		f.restA[i] = math.Sqrt(dot(rest, rest))
		cross := times(blas.NoTrans, leadA, blas.Trans, f.aq[i])
		for k := range f.qs {
			b := general(x.blockLen, x.d)
			if err := x.b(b, k, members[i], 0); err != nil {
				return err
			}
			qb := f.split(b, k)
			f.restB[k][i] = math.Sqrt(dot(b, b))
			f.sign[k][i] = 1
			if i > 0 && dot(times(blas.Trans, leadB[k], blas.NoTrans, qb), cross) < 0 {
				f.sign[k][i] = -1
			}
		}
		return nil
	})
}

// outside returns columns of A_i(1−QQᵀ), those that a is of A_i, from the given one on.
func (f *frame) outside(a blas64.General, i, from int) blas64.General {
	rest := general(a.Rows, a.Cols)
	scaleInto(rest, 1, a)
	blas64.Gemm(blas.NoTrans, blas.Trans, -1, f.aq[i], window(f.q, from, 0, a.Cols, f.q.Cols), 1, rest)
	return rest
}

// split makes (1−QₖQₖᵀ)B of B in b, and returns QₖᵀB.
func (f *frame) split(b blas64.General, k int) blas64.General {
	qb := times(blas.Trans, f.qs[k], blas.NoTrans, b)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, f.qs[k], qb, 1, b)
	return qb
}

// block adds the squared distances of block k to d2.
func (f *frame) block(ctx context.Context, k int) error {
	m := len(f.members)
	g := newGram(m, f.wanted, f.sign[k], f.workers, f.memory)
	err := g.add(ctx, f.blockLen, f.q.Cols, func(dst blas64.General, i, from int) error {
		b := general(dst.Rows, f.d)
		if err := f.b(b, k, f.members[i], from); err != nil {
			return err
		}
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, b, f.aq[i], 0, dst)
		return nil
	})
	if err != nil {
		return err
	}
	qb := make([]blas64.General, m)
	err = each(ctx, m, f.workers, func(i int) error {
		b := general(f.blockLen, f.d)
		err := f.b(b, k, f.members[i], 0)
		qb[i] = times(blas.Trans, f.qs[k], blas.NoTrans, b)
		return err
	})
	if err != nil {
		return err
	}
	err = g.add(ctx, f.p, f.qs[k].Cols, func(dst blas64.General, i, from int) error {
		a, err := f.a(f.members[i])
		if err != nil {
			return err
		}
		rest := f.outside(window(a, 0, from, f.d, dst.Rows), i, from)
		blas64.Gemm(blas.Trans, blas.Trans, 1, rest, qb[i], 0, dst)
		return nil
	})
	if err != nil {
		return err
	}
	for i, v := range g.diff2 {
		f.diff2[i] += v
	}
	return f.combine(ctx, k, g)
}

// combine adds to d2 the distances of the coordinates of block k, and the rest where
// it is not negligible.
func (f *frame) combine(ctx context.Context, k int, g *gram) error {
	m := len(f.members)
	loose := make([]bool, len(f.wanted))
	for i := range m {
		for j := i + 1; j < m; j++ {
			p := packedIndex(m, i, j)
			// √(x²+b²) is less than both x + b and x + b²/2x.
			b := f.restA[i]*f.restB[k][i] + f.restA[j]*f.restB[k][j]
			loose[p] = f.wanted[p] && b > negligible && b*b > 2*negligible*math.Sqrt(g.near2(i, j))
			f.rests[p] = f.rests[p] || loose[p]
		}
	}
	inner, own, err := f.ofRests(ctx, k, loose)
	if err != nil {
		return err
	}
	for i := range m {
		for j := i + 1; j < m; j++ {
			p := packedIndex(m, i, j)
			if !f.wanted[p] {
				continue
			}
			// ‖x+y‖² + ‖x−y‖² = 2‖x‖² + 2‖y‖², and ‖x−y‖² > ‖x‖² + ‖y‖² says that ⟨x,y⟩ < 0.
			near2, sum2 := g.near2(i, j), g.norm2[i]+g.norm2[j]
			minus := near2 > sum2
			if loose[p] {
				// The sign is that of the inner product of the whole blocks.
				e := inner[p] * f.sign[k][i] * f.sign[k][j]
				minus = (sum2-near2)/2+e < 0
				if minus {
					e = -e
				}
				f.d2[p] += max(0, own[i]+own[j]-2*e)
			}
			if minus {
				near2 = max(0, 2*sum2-near2)
			}
			f.d2[p] += near2
		}
	}
	return nil
}

// settle stores the distances, and returns the pairs whose error may be more than
// tolerable.
func (f *frame) settle() (again []bool) {
	m := len(f.members)
	bound2 := make([]float64, m) // of the squared norm of the rest
	for i := range m {
		for _, b := range f.restB {
			bound2[i] += b[i] * b[i] * f.restA[i] * f.restA[i]
		}
	}
	again = make([]bool, len(f.wanted))
	for i := range m {
		for j := i + 1; j < m; j++ {
			p := packedIndex(m, i, j)
			if !f.wanted[p] {
				continue
			}
			d := math.Sqrt(f.d2[p])
			f.m.packed[packedIndex(f.n, f.members[i], f.members[j])] = d
			e2 := error2(f.diff2[i], f.diff2[j])
			if f.rests[p] {
				e2 += error2(bound2[i], bound2[j])
			}
			again[p] = e2/max(d, math.Sqrt(e2)) > tolerable
		}
	}
	return again
}

// ofRests returns the inner products of the rests of block k for the loose pairs, and
// the squared norms of those of the members of such pairs.
func (f *frame) ofRests(ctx context.Context, k int, loose []bool) (inner, own []float64, err error) {
	if !slices.Contains(loose, true) {
		return nil, nil, nil
	}
	m := len(f.members)
	inner, own = make([]float64, len(loose)), make([]float64, m)
	ofA := func(i int) (blas64.General, error) {
		a, err := f.a(f.members[i])
		if err != nil {
			return a, err
		}
		return f.outside(a, i, 0), nil
	}
	ofB := func(dst blas64.General, _, i int) error {
		// Work on a matrix without gaps.
		b := general(dst.Rows, dst.Cols)
		if err := f.b(b, k, f.members[i], 0); err != nil {
			return err
		}
		f.split(b, k)
		scaleInto(dst, 1, b)
		return nil
	}
	isLoose := func(i, j int) bool { return i != j && loose[packedIndex(m, i, j)] }
	err = each(ctx, m, f.workers, func(i int) error {
		if !anyPair([]int{i}, ascending(0, m), isLoose) {
			return nil
		}
		a, err := ofA(i)
		if err != nil {
			return err
		}
		b := general(f.blockLen, f.d)
		if err := ofB(b, k, i); err != nil {
			return err
		}
		own[i] = max(0, dot(times(blas.Trans, b, blas.NoTrans, b), times(blas.NoTrans, a, blas.Trans, a)))
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	err = blockProducts{n: m, blocks: 1, blockLen: f.blockLen, d: f.d, r: ofA, p: ofB}.
		inner(ctx, loose, f.workers, func(_, at int, v float64) { inner[at] = v })
	return inner, own, err
}
