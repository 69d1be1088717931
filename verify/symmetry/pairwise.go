package symmetry

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/blas/blas64"
)

// PairwiseSettings says how many distances are computed at once. A nil pointer
// is the same as the zero value.
type PairwiseSettings struct {
	// Workers is the number of goroutines. Zero means GOMAXPROCS. The result has
	// the same bits for every number.
	Workers int
	// Memory is about how many bytes of tuples, or of numbers computed from them,
	// are in memory at a time. Zero means 64 MB. Last bits may depend on it.
	Memory int
}

func (s *PairwiseSettings) workers() (int, error) {
	switch {
	case s == nil || s.Workers == 0:
		return runtime.GOMAXPROCS(0), nil
	case s.Workers < 0:
		return 0, fmt.Errorf("the number of workers is %d", s.Workers)
	}
	return s.Workers, nil
}

func (s *PairwiseSettings) memory() int {
	if s == nil || s.Memory <= 0 {
		return 64 << 20
	}
	return s.Memory
}

// rawScaled is a group whose Raw is √(Σ‖sᵢxᵢ − rᵢyᵢ‖²/rawMean) with scales that
// depend on one tuple each.
type rawScaled interface {
	scales(t Tuple) []float64
	rawMean(parts int) float64
}

// Pairwise returns all distances among the tuples modulo g, the (i, j) entry
// being g.Distance(ts[i], ts[j]).
//
// A [Bilinear] group takes a faster way to the same numbers: the difference from
// g.Distance is at most some 1e-14 for pairs within 1e-3 of each other, and some 1e-10
// for the others, where ‖BA‖ is a hundredth of ‖A‖‖B‖; 1e-11 where it is a tenth.
//
// Pairwise fails if ctx ends, if the number of workers is negative, or if a
// tuple is refused by g.Check or differs in shape from the first; the error
// names the tuple.
func Pairwise(ctx context.Context, g Group, ts []Tuple, settings *PairwiseSettings) (*DistanceMatrix, error) {
	return PairwiseFrom(ctx, g, Tuples(ts), settings)
}

// PairwiseFrom is [Pairwise] for tuples that need not be in memory. Apart from some
// 40 bytes for every pair, and for a [Bilinear] group d² numbers for every tuple and
// block, what it keeps is bounded by settings.Memory, however many there are. It fails also if src does.
func PairwiseFrom(ctx context.Context, g Group, src Source, settings *PairwiseSettings) (*DistanceMatrix, error) {
	workers, err := settings.workers()
	if err != nil {
		return nil, err
	}
	if err := checkAll(ctx, g, src, workers); err != nil {
		return nil, err
	}
	// A type that embeds a group may have a Distance of its own, so what counts
	// is the type and not the method.
	if b, ok := g.(Bilinear); ok {
		return none(b.pairwise(ctx, src, workers, settings.memory()))
	}
	return eachPair(ctx, src, workers, settings.memory(), func(_, _ int, x, y Tuple) (float64, error) { return g.Distance(x, y) })
}

// none returns no matrix where there is an error.
func none(m *DistanceMatrix, err error) (*DistanceMatrix, error) {
	if err != nil {
		return nil, err
	}
	return m, nil
}

// PairwiseRaw is Pairwise for g.Raw: what the distances look like when the
// symmetry is ignored.
func PairwiseRaw(ctx context.Context, g Group, ts []Tuple, settings *PairwiseSettings) (*DistanceMatrix, error) {
	return PairwiseRawFrom(ctx, g, Tuples(ts), settings)
}

// PairwiseRawFrom is [PairwiseFrom] for g.Raw.
func PairwiseRawFrom(ctx context.Context, g Group, src Source, settings *PairwiseSettings) (*DistanceMatrix, error) {
	workers, err := settings.workers()
	if err != nil {
		return nil, err
	}
	if err := checkAll(ctx, g, src, workers); err != nil {
		return nil, err
	}
	switch g := g.(type) {
	case Bilinear:
		return none(rawPairs(ctx, g, src, workers, settings.memory()))
	case Sign:
		return none(rawPairs(ctx, g, src, workers, settings.memory()))
	case Trivial:
		return none(rawPairs(ctx, g, src, workers, settings.memory()))
	}
	return eachPair(ctx, src, workers, settings.memory(), func(_, _ int, x, y Tuple) (float64, error) { return g.Raw(x, y) })
}

// rawPairs takes the distances from a gram of all the entries, and those whose error
// may be more than tolerable one by one.
func rawPairs(ctx context.Context, g rawScaled, src Source, workers, memory int) (*DistanceMatrix, error) {
	n := src.Len()
	m := NewDistanceMatrix(n, nil)
	if n == 0 {
		return m, nil
	}
	scales, wanted, plus := make([][]float64, n), make([]bool, len(m.packed)), make([]float64, n)
	for i := range wanted {
		wanted[i] = true
	}
	var first Tuple
	err := each(ctx, n, workers, func(i int) error {
		t, err := src.Tuple(i)
		if err != nil {
			return err
		}
		if i == 0 {
			first = t
		}
		scales[i], plus[i] = g.scales(t), 1
		return nil
	})
	if err != nil {
		return nil, err
	}
	all := newGram(n, wanted, plus, workers, memory)
	for i, part := range first {
		rows, cols := part.M.Dims()
		err := all.add(ctx, rows, cols, func(dst blas64.General, t, from int) error {
			x, err := src.Rows(t, part.Name, from, from+dst.Rows)
			if err == nil {
				scaleInto(dst, scales[t][i], x.RawMatrix())
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for i := range n {
		for j := i + 1; j < n; j++ {
			p := packedIndex(n, i, j)
			d2, e2 := all.near2(i, j), error2(all.diff2[i], all.diff2[j])
			m.packed[p] = math.Sqrt(d2 / g.rawMean(len(first)))
			wanted[p] = e2/math.Sqrt(max(d2, e2)) > tolerable
		}
	}
	return m, fillPairs(ctx, m, src, wanted, workers, memory, func(i, j int, x, y Tuple) (float64, error) {
		return math.Sqrt(entrywise(x, y, scales[i], scales[j]) / g.rawMean(len(x))), nil
	})
}

// checkAll checks every tuple, and its shape against the first.
func checkAll(ctx context.Context, g Group, src Source, workers int) error {
	if src.Len() == 0 {
		return ctx.Err()
	}
	first, err := src.Tuple(0)
	if err == nil {
		err = g.Check(first)
	}
	if err != nil {
		return fmt.Errorf("tuple 0: %w", err)
	}
	return each(ctx, src.Len(), workers, func(i int) error {
		t, err := src.Tuple(i)
		if err == nil {
			err = g.Check(t)
		}
		if err != nil {
			return fmt.Errorf("tuple %d: %w", i, err)
		}
		if err := sameShape(first, t); err != nil {
			return fmt.Errorf("tuples 0 and %d: %w", i, err)
		}
		return nil
	})
}

// eachPair fills a matrix with the distances of all pairs.
func eachPair(ctx context.Context, src Source, workers, memory int, distance func(i, j int, x, y Tuple) (float64, error)) (*DistanceMatrix, error) {
	m := NewDistanceMatrix(src.Len(), nil)
	wanted := make([]bool, len(m.packed))
	for i := range wanted {
		wanted[i] = true
	}
	return none(m, fillPairs(ctx, m, src, wanted, workers, memory, distance))
}

// fillPairs stores in m the distances of the wanted pairs, i < j, of some tuples and
// some others at a time, so that about that many bytes of tuples are in memory.
func fillPairs(ctx context.Context, m *DistanceMatrix, src Source, wanted []bool, workers, memory int, distance func(i, j int, x, y Tuple) (float64, error)) error {
	if !slices.Contains(wanted, true) {
		return ctx.Err()
	}
	n := m.n
	side, err := tile(src, memory)
	if err != nil {
		return err
	}
	isWanted := func(i, j int) bool { return i < j && wanted[packedIndex(n, i, j)] }
	for i0 := 0; i0 < n; i0 += side {
		i1 := min(i0+side, n)
		rows, err := take(ctx, src, i0, i1, workers)
		if err != nil {
			return err
		}
		for j0 := i0; j0 < n; j0 += side {
			j1 := min(j0+side, n)
			if !anyPair(ascending(i0, i1), ascending(j0, j1), isWanted) {
				continue
			}
			cols := rows
			if j0 > i0 {
				if cols, err = take(ctx, src, j0, j1, workers); err != nil {
					return err
				}
			}
			err := each(ctx, i1-i0, workers, func(a int) error {
				i := i0 + a
				for j := max(i+1, j0); j < j1; j++ {
					if !isWanted(i, j) {
						continue
					}
					if err := ctx.Err(); err != nil {
						return err
					}
					d, err := distance(i, j, rows[a], cols[j-j0])
					if err != nil {
						return fmt.Errorf("tuples %d and %d: %w", i, j, err)
					}
					if !(d >= 0) || math.IsInf(d, 0) {
						return fmt.Errorf("tuples %d and %d: the distance is %v", i, j, d)
					}
					m.packed[packedIndex(n, i, j)] = d
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// each calls do(0), …, do(n−1) on that many workers and returns the error of the
// smallest index, the same whatever the schedule: indices are handed out in
// order, none after a failure, and all that were handed out are waited for.
func each(ctx context.Context, n, workers int, do func(i int) error) error {
	errs := make([]error, n)
	var next atomic.Int64
	var failed atomic.Bool
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for !failed.Load() && ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if errs[i] = do(i); errs[i] != nil {
					failed.Store(true)
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}
