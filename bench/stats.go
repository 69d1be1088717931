package main

import (
	"math"
	"slices"
)

// A spread is the median of some numbers with the smallest and the largest.
type spread struct{ Median, Min, Max float64 }

// spreadOf returns the spread of xs; all NaN where there are none.
func spreadOf(xs []float64) spread {
	if len(xs) == 0 {
		return spread{math.NaN(), math.NaN(), math.NaN()}
	}
	s := slices.Clone(xs)
	slices.Sort(s)
	return spread{(s[(len(s)-1)/2] + s[len(s)/2]) / 2, s[0], s[len(s)-1]}
}

// ratios divides what was measured in one round by what the base was measured in the same round. Rounds that only one of
// them has are left out.
func ratios(xs, base []measurement) []float64 {
	var out []float64
	for _, x := range xs {
		i := slices.IndexFunc(base, func(b measurement) bool { return b.Round == x.Round })
		if i >= 0 && base[i].Seconds > 0 {
			out = append(out, x.Seconds/base[i].Seconds)
		}
	}
	return out
}

func secondsOf(ms []measurement) []float64 {
	var out []float64
	for _, m := range ms {
		out = append(out, m.Seconds)
	}
	return out
}

// worst returns the largest of a number over all measurements, NaN if one of them is.
func worst(ms []measurement, of func(measurement) float64) float64 {
	w := math.Inf(-1)
	for _, m := range ms {
		w = max(w, of(m))
	}
	return w
}
