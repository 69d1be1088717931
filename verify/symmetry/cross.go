package symmetry

import (
	"context"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// blockProducts are n low-rank matrices in blocks, X_t⁽ᵏ⁾ = P_t⁽ᵏ⁾ R_t, of which
// only inner products are wanted:
//
//	⟨X_s⁽ᵏ⁾, X_t⁽ᵏ⁾⟩ = ⟨P_s⁽ᵏ⁾ᵀ P_t⁽ᵏ⁾, R_s R_tᵀ⟩,
//
// two d×d Gram matrices for each pair instead of two p'×p products. The error is
// about 1e-16 of ‖P_s‖‖R_s‖‖P_t‖‖R_t‖, so differences of neighbours must not be
// taken from them.
type blockProducts struct {
	n, blocks, blockLen, d int
	// r returns R_t.
	r func(t int) (blas64.General, error)
	// p stores P_t⁽ᵏ⁾ in dst, blockLen×d.
	p func(dst blas64.General, k, t int) error
}

// Panels of about panelWidth columns share the work of forming P. Products are
// taken in tiles of about tileRows × tileCols, tileDepth terms at a time, which
// gonum multiplies in the calling goroutine and which stay in the caches.
const (
	panelWidth = 480
	tileRows   = 64
	tileCols   = 192
	tileDepth  = 96
)

// inner tells found ⟨X_s⁽ᵏ⁾,X_t⁽ᵏ⁾⟩ and the packed index of (s, t), for every pair
// that is wanted: one block after the other, from several goroutines, but from one
// for each pair.
func (x blockProducts) inner(ctx context.Context, wanted []bool, workers int, found func(k, at int, inner float64)) error {
	n := x.n
	width := max(1, panelWidth/x.d)
	type pair struct{ rows, cols []int }
	var tasks []pair
	for i := 0; i < n; i += width {
		for j := i; j < n; j += width {
			rows, cols := wantedIn(wanted, n, i, min(i+width, n), j, min(j+width, n))
			if len(rows) > 0 {
				tasks = append(tasks, pair{rows, cols})
			}
		}
	}
	return each(ctx, len(tasks), workers, func(i int) error {
		return x.panel(ctx, found, wanted, tasks[i].rows, tasks[i].cols)
	})
}

// wantedIn returns the s in [s0,s1) and the t in [t0,t1) that occur in a wanted
// pair s < t of those ranges.
func wantedIn(wanted []bool, n, s0, s1, t0, t1 int) (rows, cols []int) {
	hasCol := make([]bool, t1-t0)
	for s := s0; s < s1; s++ {
		var has bool
		for t := max(t0, s+1); t < t1; t++ {
			if wanted[packedIndex(n, s, t)] {
				has, hasCol[t-t0] = true, true
			}
		}
		if has {
			rows = append(rows, s)
		}
	}
	for t, has := range hasCol {
		if has {
			cols = append(cols, t0+t)
		}
	}
	return rows, cols
}

// panel does the wanted pairs of rows × cols.
func (x blockProducts) panel(ctx context.Context, found func(k, at int, inner float64), wanted []bool, rows, cols []int) error {
	n, d := x.n, x.d
	take := func(s, t int) bool { return s < t && wanted[packedIndex(n, s, t)] }
	// h holds R_s R_tᵀ, one d×d matrix after the other.
	h := make([]blas64.General, len(rows)*len(cols))
	rightR := make([]blas64.General, len(cols))
	for b, t := range cols {
		r, err := x.r(t)
		if err != nil {
			return err
		}
		rightR[b] = r
	}
	for a, s := range rows {
		r, err := x.r(s)
		if err != nil {
			return err
		}
		for b, t := range cols {
			if take(s, t) {
				h[a*len(cols)+b] = times(blas.NoTrans, r, blas.Trans, rightR[b])
			}
		}
	}
	left := general(len(rows)*d, x.blockLen)
	right := general(x.blockLen, len(cols)*d)
	one := general(x.blockLen, d)
	gram := general(max(tileRows, d), max(tileCols, d))
	na, nb := max(1, tileRows/d), max(1, tileCols/d)
	for k := range x.blocks {
		if err := ctx.Err(); err != nil {
			return err
		}
		for a, s := range rows {
			if err := x.p(one, k, s); err != nil {
				return err
			}
			transposeInto(window(left, a*d, 0, d, x.blockLen), 1, one)
		}
		for b, t := range cols {
			if err := x.p(window(right, 0, b*d, x.blockLen, d), k, t); err != nil {
				return err
			}
		}
		for a0 := 0; a0 < len(rows); a0 += na {
			a1 := min(a0+na, len(rows))
			for b0 := 0; b0 < len(cols); b0 += nb {
				b1 := min(b0+nb, len(cols))
				if !anyPair(rows[a0:a1], cols[b0:b1], take) {
					continue
				}
				g := window(gram, 0, 0, (a1-a0)*d, (b1-b0)*d)
				for at, keep := 0, 0.0; at < x.blockLen; at, keep = at+tileDepth, 1 {
					depth := min(tileDepth, x.blockLen-at)
					blas64.Gemm(blas.NoTrans, blas.NoTrans, 1,
						window(left, a0*d, at, g.Rows, depth),
						window(right, at, b0*d, depth, g.Cols), keep, g)
				}
				for a := a0; a < a1; a++ {
					for b := b0; b < b1; b++ {
						if take(rows[a], cols[b]) {
							found(k, packedIndex(n, rows[a], cols[b]), dot(window(g, (a-a0)*d, (b-b0)*d, d, d), h[a*len(cols)+b]))
						}
					}
				}
			}
		}
	}
	return nil
}

func anyPair(rows, cols []int, take func(s, t int) bool) bool {
	for _, s := range rows {
		for _, t := range cols {
			if take(s, t) {
				return true
			}
		}
	}
	return false
}
