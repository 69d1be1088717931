package model

import (
	"context"

	"gonum.org/v1/gonum/floats"
)

// Train ascends the fitness of data from a start, in span coordinates, and returns the normalised parameters
// where the ascent ended. They are finite whatever the report says, except after Diverged. It panics if the
// shape of start does not fit the data.
func Train(ctx context.Context, data *Data, start Params, a Ascent) (Params, Report) {
	f, x := NewSpanFitness(data, start)
	if a.Method != Quotient {
		report := a.ascend(ctx, f, x)
		return f.Params(x), report
	}
	q := newQuotient(f, x)
	for _, half := range [][]float64{x[:f.split], x[f.split:]} {
		floats.Scale(1/floats.Norm(half, 2), half)
	}
	if !q.fullRank(x) { // a quotient of factors that have not full rank
		report := a.ascend(ctx, f, x)
		return f.Params(x), report
	}
	q.settle(x)
	report := a.ascend(ctx, q, x)
	q.settle(x)
	return f.Params(x), report
}
