package symmetry

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
)

// PairwiseSettings says how many distances are computed at once. A nil pointer
// is the same as the zero value.
type PairwiseSettings struct {
	// Workers is the number of goroutines. Zero means GOMAXPROCS. The result has
	// the same bits for every number.
	Workers int
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
// g.Distance is a few 1e-15 for pairs within 1e-3 of each other, and below 1e-11
// for the others. It needs little memory beyond the tuples: about
// 8·n·d·(3p + p') bytes for n tuples with A of d×p and blocks of p'×d.
//
// Pairwise fails if ctx ends, if the number of workers is negative, or if a
// tuple is refused by g.Check or differs in shape from the first; the error
// names the tuple.
func Pairwise(ctx context.Context, g Group, ts []Tuple, settings *PairwiseSettings) (*DistanceMatrix, error) {
	workers, err := settings.workers()
	if err != nil {
		return nil, err
	}
	if err := checkAll(ctx, g, ts, workers); err != nil {
		return nil, err
	}
	// A type that embeds a group may have a Distance of its own, so what counts
	// is the type and not the method.
	if b, ok := g.(Bilinear); ok {
		return b.pairwise(ctx, ts, workers)
	}
	return eachPair(ctx, len(ts), workers, func(i, j int) (float64, error) {
		return g.Distance(ts[i], ts[j])
	})
}

// PairwiseRaw is Pairwise for g.Raw: what the distances look like when the
// symmetry is ignored.
func PairwiseRaw(ctx context.Context, g Group, ts []Tuple, settings *PairwiseSettings) (*DistanceMatrix, error) {
	workers, err := settings.workers()
	if err != nil {
		return nil, err
	}
	if err := checkAll(ctx, g, ts, workers); err != nil {
		return nil, err
	}
	var r rawScaled
	switch g := g.(type) {
	case Bilinear:
		r = g
	case Sign:
		r = g
	case Trivial:
		r = g
	}
	if r != nil {
		scales := make([][]float64, len(ts))
		err := each(ctx, len(ts), workers, func(i int) error {
			scales[i] = r.scales(ts[i])
			return nil
		})
		if err != nil {
			return nil, err
		}
		return eachPair(ctx, len(ts), workers, func(i, j int) (float64, error) {
			sum := entrywise(ts[i], ts[j], scales[i], scales[j])
			return math.Sqrt(sum / r.rawMean(len(ts[i]))), nil
		})
	}
	return eachPair(ctx, len(ts), workers, func(i, j int) (float64, error) {
		return g.Raw(ts[i], ts[j])
	})
}

// checkAll checks every tuple, and its shape against the first.
func checkAll(ctx context.Context, g Group, ts []Tuple, workers int) error {
	err := each(ctx, len(ts), workers, func(i int) error {
		if err := g.Check(ts[i]); err != nil {
			return fmt.Errorf("tuple %d: %w", i, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range ts {
		if err := sameShape(ts[0], ts[i]); err != nil {
			return fmt.Errorf("tuples 0 and %d: %w", i, err)
		}
	}
	return nil
}

// eachPair fills a matrix with distance(i, j) for all i < j.
func eachPair(ctx context.Context, n, workers int, distance func(i, j int) (float64, error)) (*DistanceMatrix, error) {
	m := NewDistanceMatrix(n, nil)
	err := each(ctx, n, workers, func(i int) error {
		for j := i + 1; j < n; j++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			d, err := distance(i, j)
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
		return nil, err
	}
	return m, nil
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
