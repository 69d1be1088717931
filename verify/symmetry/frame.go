package symmetry

import (
	"context"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
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
// coordinates of K_t⁽ᵏ⁾: they do not depend on the gauge, and their Euclidean
// distances are exact to rounding. The rest, the third piece, is of second
// order in the distance from the leader: left out when it is negligible, and else
// taken from inner products, whose error is about 1e-8 of the rest.
type frame struct {
	*pairs
	members []int // global numbers; the leader is the first
	q       blas64.General
	qs      []blas64.General
	aq      []blas64.General // A_t Q
	rest    []blas64.General // A_t(1−QQᵀ)

	wanted []bool             // packed over the members, like the slices below
	near2  [][]float64        // [k] min over the sign of the squared distance of coordinates
	minus  [][]bool           // [k] whether the sign of that minimum is −1
	norm2  [][]float64        // [k][t] squared norm of the coordinates
	sign   [][]float64        // [k][t] sign given to the block, that of the inner product with the leader's
	restB2 [][]float64        // [k][t] ‖(1−QₖQₖᵀ)B_t⁽ᵏ⁾‖²
	qb     [][]blas64.General // [k][t] Qₖᵀ B_t⁽ᵏ⁾
}

// neighbours computes the distances of all close pairs among the members. Those
// that the rest of both spoils, because they are far from the leader and very
// near each other, get a new leader among themselves.
func (x *pairs) neighbours(ctx context.Context, members []int, depth int) error {
	f, err := x.newFrame(ctx, members)
	if err != nil {
		return err
	}
	if err := f.subtract(ctx); err != nil {
		return err
	}
	again, err := f.combine(ctx)
	if err != nil {
		return err
	}
	m, n := len(members), len(x.tuples)
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
	m, n := len(members), len(x.tuples)
	lead := x.tuples[members[0]]
	f := &frame{
		pairs: x, members: members,
		qs: make([]blas64.General, lead.blocks), aq: make([]blas64.General, m), rest: make([]blas64.General, m),
		wanted: make([]bool, m*(m-1)/2),
	}
	for i := range m {
		for j := i + 1; j < m; j++ {
			f.wanted[packedIndex(m, i, j)] = x.close[packedIndex(n, members[i], members[j])]
		}
	}
	f.near2 = packedPerBlock(lead.blocks, len(f.wanted))
	f.norm2, f.sign, f.restB2 = packedPerBlock(lead.blocks, m), packedPerBlock(lead.blocks, m), packedPerBlock(lead.blocks, m)
	f.minus, f.qb = make([][]bool, lead.blocks), make([][]blas64.General, lead.blocks)
	for k := range f.minus {
		f.qb[k] = make([]blas64.General, m)
		f.minus[k] = make([]bool, len(f.wanted))
	}

	q := general(lead.p, lead.d)
	transposeInto(q, 1, x.a[members[0]])
	f.q = orthonormal(q)
	err := each(ctx, lead.blocks, x.workers, func(k int) error {
		qk := general(lead.blockLen, lead.d)
		scaleInto(qk, x.scaleB[members[0]], lead.block(k))
		f.qs[k] = orthonormal(qk)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = each(ctx, m, x.workers, func(i int) error {
		a := x.a[members[i]]
		f.aq[i] = times(1, blas.NoTrans, a, blas.NoTrans, f.q)
		f.rest[i] = general(lead.d, lead.p)
		scaleInto(f.rest[i], 1, a)
		blas64.Gemm(blas.NoTrans, blas.Trans, -1, f.aq[i], f.q, 1, f.rest[i])
		return nil
	})
	return f, err
}

// restB stores (1−QₖQₖᵀ)B_i⁽ᵏ⁾ of member i in dst, once qb is known.
func (f *frame) restB(dst blas64.General, k, i int) {
	t := f.members[i]
	scaleInto(dst, f.scaleB[t], f.tuples[t].block(k))
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, f.qs[k], f.qb[k][i], 1, dst)
}

// subtract fills near2, minus, norm2, sign, restB2 and qb, block by block so that only
// the coordinates of one block are in memory.
func (f *frame) subtract(ctx context.Context) error {
	m, lead := len(f.members), f.tuples[f.members[0]]
	first := lead.blockLen * f.q.Cols
	coordinates := general(m, first+f.qs[0].Cols*lead.p)
	for k := range f.qs {
		coordinate := func(i int) {
			t := f.members[i]
			c := row(coordinates, i)
			blas64.Gemm(blas.NoTrans, blas.NoTrans, f.scaleB[t], f.tuples[t].block(k), f.aq[i], 0,
				blas64.General{Rows: lead.blockLen, Cols: f.q.Cols, Stride: f.q.Cols, Data: c[:first]})
			qb := times(f.scaleB[t], blas.Trans, f.qs[k], blas.NoTrans, f.tuples[t].block(k))
			f.qb[k][i] = qb
			rest := general(lead.blockLen, lead.d)
			f.restB(rest, k, i)
			blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, qb, f.rest[i], 0,
				blas64.General{Rows: qb.Rows, Cols: lead.p, Stride: lead.p, Data: c[first:]})
			f.restB2[k][i] = dot(rest, rest)
			f.norm2[k][i] = floats.Dot(c, c)
			f.sign[k][i] = 1
			if floats.Dot(c, row(coordinates, 0)) < 0 {
				f.sign[k][i] = -1
				floats.Scale(-1, c)
			}
		}
		// The others take their signs from the leader's coordinates.
		coordinate(0)
		err := each(ctx, m-1, f.workers, func(i int) error {
			coordinate(i + 1)
			return nil
		})
		if err != nil {
			return err
		}
		if err := f.differences(ctx, coordinates, k); err != nil {
			return err
		}
	}
	return nil
}

// differences fills near2[k] and minus[k] from the coordinates of the members in
// block k, a square of pairs at a time and chunk by chunk so that they stay in
// the caches.
func (f *frame) differences(ctx context.Context, coordinates blas64.General, k int) error {
	const side, chunk = 16, 1024
	m := coordinates.Rows
	var tasks [][2]int
	for i := 0; i < m; i += side {
		for j := i; j < m; j += side {
			tasks = append(tasks, [2]int{i, j})
		}
	}
	return each(ctx, len(tasks), f.workers, func(at int) error {
		i0, j0 := tasks[at][0], tasks[at][1]
		i1, j1 := min(i0+side, m), min(j0+side, m)
		for c := 0; c < coordinates.Cols; c += chunk {
			end := min(c+chunk, coordinates.Cols)
			for i := i0; i < i1; i++ {
				for j := max(j0, i+1); j < j1; j++ {
					if p := packedIndex(m, i, j); f.wanted[p] {
						f.near2[k][p] += squaredDistance(row(coordinates, i)[c:end], row(coordinates, j)[c:end], 1)
					}
				}
			}
		}
		for i := i0; i < i1; i++ {
			for j := max(j0, i+1); j < j1; j++ {
				// ‖x−y‖² > ‖x‖² + ‖y‖² says that ⟨x,y⟩ < 0.
				if p := packedIndex(m, i, j); f.near2[k][p] > f.norm2[k][i]+f.norm2[k][j] {
					f.near2[k][p] = squaredDistance(row(coordinates, i), row(coordinates, j), -1)
					f.minus[k][p] = true
				}
			}
		}
		return nil
	})
}

// squaredDistance returns ‖x − s·y‖².
func squaredDistance(x, y []float64, s float64) float64 {
	y = y[:len(x)]
	var a, b, c, d float64
	for len(x) >= 4 && len(y) >= 4 {
		e0, e1, e2, e3 := x[0]-s*y[0], x[1]-s*y[1], x[2]-s*y[2], x[3]-s*y[3]
		a += e0 * e0
		b += e1 * e1
		c += e2 * e2
		d += e3 * e3
		x, y = x[4:], y[4:]
	}
	for i, v := range x {
		e := v - s*y[i]
		a += e * e
	}
	return (a + b) + (c + d)
}

// combine adds the rest to the distances of coordinates, stores the sums, and
// returns the pairs whose error may be more than tolerable.
func (f *frame) combine(ctx context.Context) (again []bool, err error) {
	m, n := len(f.members), len(f.tuples)
	bound := make([]float64, m) // of the norm of the rest
	for i := range m {
		var b2 float64
		for k := range f.qs {
			b2 += f.restB2[k][i]
		}
		bound[i] = math.Sqrt(b2 * dot(f.rest[i], f.rest[i]))
	}
	loose := make([]bool, len(f.wanted))
	for i := range m {
		for j := i + 1; j < m; j++ {
			p := packedIndex(m, i, j)
			loose[p] = f.wanted[p] && bound[i]+bound[j] > negligible
		}
	}
	inner, own, err := f.rests(ctx, loose)
	if err != nil {
		return nil, err
	}
	again = make([]bool, len(f.wanted))
	for i := range m {
		for j := i + 1; j < m; j++ {
			p := packedIndex(m, i, j)
			if !f.wanted[p] {
				continue
			}
			var d2 float64
			for k := range f.qs {
				near2, minus := f.near2[k][p], f.minus[k][p]
				if !loose[p] {
					d2 += near2
					continue
				}
				// The sign is that of the inner product of the whole blocks.
				e := inner[k][p] * f.sign[k][i] * f.sign[k][j]
				sum2 := f.norm2[k][i] + f.norm2[k][j]
				whole := (sum2 - near2) / 2
				if minus {
					whole = -whole
				}
				if (whole+e < 0) != minus {
					// ‖x+y‖² + ‖x−y‖² = 2‖x‖² + 2‖y‖²; the larger one of the two is stable.
					near2, minus = 2*sum2-near2, !minus
				}
				if minus {
					e = -e
				}
				d2 += near2 + max(0, own[k][i]+own[k][j]-2*e)
			}
			d := math.Sqrt(d2)
			f.m.packed[packedIndex(n, f.members[i], f.members[j])] = d
			if loose[p] {
				error2 := 16 * 0x1p-52 * (bound[i]*bound[i] + bound[j]*bound[j])
				again[p] = error2/max(d, math.Sqrt(error2)) > tolerable
			}
		}
	}
	return again, nil
}

// rests returns the inner products of the rests for the loose pairs, and the
// squared norms of those of the members of such pairs.
func (f *frame) rests(ctx context.Context, loose []bool) (inner, own [][]float64, err error) {
	m, lead := len(f.members), f.tuples[f.members[0]]
	inner, own = packedPerBlock(lead.blocks, len(loose)), packedPerBlock(lead.blocks, m)
	isLoose := func(i, j int) bool { return i != j && loose[packedIndex(m, i, j)] }
	err = each(ctx, m, f.workers, func(i int) error {
		var wanted bool
		for j := range m {
			wanted = wanted || isLoose(i, j)
		}
		if !wanted {
			return nil
		}
		ofA := times(1, blas.NoTrans, f.rest[i], blas.Trans, f.rest[i])
		rest := general(lead.blockLen, lead.d)
		for k := range f.qs {
			f.restB(rest, k, i)
			own[k][i] = max(0, dot(times(1, blas.Trans, rest, blas.NoTrans, rest), ofA))
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	err = blockProducts{
		blocks: lead.blocks, blockLen: lead.blockLen, d: lead.d, r: f.rest,
		p: func(dst blas64.General, k, i int) { f.restB(dst, k, i) },
	}.inner(ctx, inner, loose, f.workers)
	return inner, own, err
}
