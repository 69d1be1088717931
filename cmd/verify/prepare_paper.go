package main

import (
	"math"
	"slices"
)

// thumbnail is the longest side of the small picture that shows how the paper is lit: light is smooth, and
// averages have less noise.
const thumbnail = 150

// A sheet is how the paper of a small picture is lit.
type sheet struct {
	levels
	doubt float64 // how badly it tells ink from paper, from 0
	local bool    // by local averages, not by a smooth surface
}

// under returns the level of the paper at the pixels of g, a larger picture of the same, between those of s.
func (s sheet) under(g levels) []float64 {
	// neighbours returns which of the n pixels of s are before and after pixel i of g, and where between them it is.
	neighbours := func(i, n int) (before, after int, share float64) {
		x := min(max((float64(i)+0.5)*float64(g.scale)/float64(s.scale)-0.5, 0), float64(n-1))
		return int(x), min(int(x)+1, n-1), x - math.Floor(x)
	}
	out := make([]float64, len(g.at))
	for y := range g.h {
		y0, y1, v := neighbours(y, s.h)
		for x := range g.w {
			x0, x1, u := neighbours(x, s.w)
			above := (1-u)*s.at[y0*s.w+x0] + u*s.at[y0*s.w+x1]
			below := (1-u)*s.at[y1*s.w+x0] + u*s.at[y1*s.w+x1]
			out[y*g.w+x] = (1-v)*above + v*below
		}
	}
	return out
}

// paper finds out how the paper of g is lit, beginning with what its border says: by a smooth surface, or, where
// that tells ink and paper apart much better, by local averages, which follow a shadow.
func (g levels) paper(border surface, ink string) sheet {
	s := slices.Clone(border)
	for range 5 {
		d := g.lift(s.over(g), ink)
		threshold, _, ok := otsu(d.at)
		if !ok {
			break
		}
		s.fit(g, s.weights(g, rounding, func(i int) bool { return d.at[i] < threshold }))
	}
	smooth := sheet{levels: g.with(s.over(g))}
	smooth.doubt = g.doubt(smooth.at, ink)
	if smooth.doubt == hopeless {
		return smooth
	}
	local := sheet{levels: g.local(max(g.w, g.h)/8, ink), local: true}
	local.doubt = g.doubt(local.at, ink)
	if local.doubt < 0.8*smooth.doubt {
		return local
	}
	return smooth
}

// hopeless is the doubt about paper that nothing stands out from.
const hopeless = 2

// doubt returns how badly paper explains g: the share of the variance that is not between ink and paper, plus the
// share of the border that would be ink.
func (g levels) doubt(paper []float64, ink string) float64 {
	d := g.lift(paper, ink)
	threshold, parted, ok := otsu(d.at)
	if !ok {
		return hopeless
	}
	return 1 - parted + d.inkAtBorder(threshold)
}

// local returns the paper of g as local averages of what is no ink. Ink is at first what a closing by a square of
// 2·radius+1 pixels takes away, or an opening where the ink is light: what is thinner than the square.
func (g levels) local(radius int, ink string) levels {
	first, then := slices.Max[[]float64], slices.Min[[]float64]
	if ink == "light" {
		first, then = then, first
	}
	paper := g.lines(extremes(radius, first)).lines(extremes(radius, then))
	for range 2 {
		d := g.lift(paper.at, ink)
		threshold, _, ok := otsu(d.at)
		if !ok {
			return paper
		}
		// Averages of the paper are those of the picture, with 0 for ink, over those of 1 for paper and 0 for ink.
		bare, seen := g.with(make([]float64, len(g.at))), g.with(make([]float64, len(g.at)))
		for i, v := range d.at {
			if v < threshold/2 {
				bare.at[i], seen.at[i] = 1, g.at[i]
			}
		}
		// The smaller the surroundings the better, as long as a fifth of them is paper.
		for _, r := range []int{radius, radius / 2, radius / 4} {
			share, sum := bare.blurred(r), seen.blurred(r)
			for i := range paper.at {
				if share.at[i] > 0.2 {
					paper.at[i] = sum.at[i] / share.at[i]
				}
			}
		}
	}
	return paper
}

// blurred returns averages over squares of 2·radius+1 pixels, and averages of those.
func (g levels) blurred(radius int) levels { return g.lines(means(radius)).lines(means(radius)) }

// lines puts f of each row in place of the row, and then f of each column in place of the column.
func (g levels) lines(f func(line []float64) []float64) levels {
	out := g.with(make([]float64, 0, len(g.at)))
	for y := range g.h {
		out.at = append(out.at, f(g.at[y*g.w:][:g.w])...)
	}
	column := make([]float64, g.h)
	for x := range g.w {
		for y := range column {
			column[y] = out.at[y*g.w+x]
		}
		for y, v := range f(column) {
			out.at[y*g.w+x] = v
		}
	}
	return out
}

// extremes returns a function that puts the largest, or the smallest, within radius in place of each element.
func extremes(radius int, most func([]float64) float64) func(line []float64) []float64 {
	return func(line []float64) []float64 {
		out := make([]float64, len(line))
		for i := range line {
			out[i] = most(line[max(0, i-radius):min(len(line), i+radius+1)])
		}
		return out
	}
}

// means returns a function that puts the mean of what is within radius in place of each element.
func means(radius int) func(line []float64) []float64 {
	return func(line []float64) []float64 {
		sums := make([]float64, len(line)+1) // of the elements before
		for i, v := range line {
			sums[i+1] = sums[i] + v
		}
		out := make([]float64, len(line))
		for i := range line {
			from, to := max(0, i-radius), min(len(line), i+radius+1)
			out[i] = (sums[to] - sums[from]) / float64(to-from)
		}
		return out
	}
}
