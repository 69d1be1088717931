package symmetry

import (
	"context"

	"gonum.org/v1/gonum/mat"
)

// A Source holds tuples, in memory or elsewhere, so that many more can be compared
// than fit in memory. Its methods are called from several goroutines at once.
type Source interface {
	// Len returns the number of tuples.
	Len() int
	// Tuple returns tuple i.
	Tuple(i int) (Tuple, error)
	// Rows returns rows from ≤ r < to of a part of tuple i, as a matrix of their own.
	Rows(i int, part string, from, to int) (*mat.Dense, error)
}

// Tuples is a Source in memory.
type Tuples []Tuple

// Len implements Source.
func (ts Tuples) Len() int { return len(ts) }

// Tuple implements Source.
func (ts Tuples) Tuple(i int) (Tuple, error) { return ts[i], nil }

// Rows implements Source. The rows share their data with the tuple.
func (ts Tuples) Rows(i int, part string, from, to int) (*mat.Dense, error) {
	m := ts[i].Part(part)
	_, cols := m.Dims()
	rows, _ := m.Slice(from, to, 0, cols).(*mat.Dense)
	return rows, nil
}

// tile returns how many tuples like the first of src make half of that many bytes.
func tile(src Source, bytesInAll int) (int, error) {
	first, err := src.Tuple(0)
	if err != nil {
		return 0, err
	}
	bytes := 0
	for _, p := range first {
		rows, cols := p.M.Dims()
		bytes += 8 * rows * cols
	}
	return max(1, bytesInAll/2/bytes), nil
}

// take returns the tuples from ≤ i < to.
func take(ctx context.Context, src Source, from, to, workers int) ([]Tuple, error) {
	ts := make([]Tuple, to-from)
	err := each(ctx, len(ts), workers, func(i int) (err error) {
		ts[i], err = src.Tuple(from + i)
		return err
	})
	return ts, err
}
