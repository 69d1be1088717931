package report

import (
	"fmt"
	"math"

	"example.org/concord/verify"
)

// histogramView counts pairwise distances on a logarithmic axis: after alignment upwards, before it downwards.
type histogramView struct {
	ID            string
	Bars          []histogramBar
	XTicks        []tick
	Tolerance     *tick // nil when no check draws a line, or it is off the axis
	Before        bool  // distances before alignment are there
	Zeros         int   // pairs at no distance at all, which have no place on the axis
	Summary       string
	Fullest, Flat string // how many pairs the fullest bars have, upwards and downwards
}

// histogramBar is one bin on one side of the axis.
type histogramBar struct {
	X, Y, Width, Height float64
	Down                bool
	Name                string
}

// The histogram in the units of its drawing.
const (
	binsPerDecade = 4
	spreadAxis    = 98.0
	spreadHeight  = 84.0
)

// newHistogramView returns nil when no pair is at a distance.
func newHistogramView(id string, p *verify.ProblemResult) *histogramView {
	d := p.Distances
	if d == nil {
		return nil
	}
	low, high := decades(d.After, d.Before)
	var line float64
	for i := range p.Checks {
		if c := &p.Checks[i]; c.Kind == "tuple" && c.Tolerance > 0 && finite(c.Tolerance) {
			line = math.Log10(float64(c.Tolerance))
			break
		}
	}
	if high <= low {
		return nil
	}
	if line != 0 {
		low, high = min(low, math.Floor(line)), max(high, math.Ceil(line))
	}
	v := &histogramView{ID: id + "-spread", Before: len(d.Before) > 0}
	at := func(e float64) float64 { return plotLeft + (plotRight-plotLeft)*(e-low)/(high-low) }
	after, zeros := binnedByLogarithm(d.After, low, high)
	before, _ := binnedByLogarithm(d.Before, low, high)
	v.Zeros = zeros
	up, down := v.bars(after, low, at, false), v.bars(before, low, at, true)
	v.Fullest, v.Flat = plural(up, "pair"), plural(down, "pair")
	every := max(1, int(math.Ceil((high-low)/8)))
	for e := int(low); e <= int(high); e += every {
		v.XTicks = append(v.XTicks, tick{at(float64(e)), "10" + superscript(e)})
	}
	if line != 0 {
		v.Tolerance = &tick{at(line), number(verify.Number(math.Pow(10, line)))}
	}
	v.Summary = fmt.Sprintf("Histogram of the distances of all pairs of trained networks on a logarithmic axis from %s to %s: upwards modulo symmetry, at most %s; downwards before alignment, at most %s.",
		"10"+superscript(int(low)), "10"+superscript(int(high)), orWords(d.Max, "not known"), orWords(d.MaxBefore, "not recorded"))
	return v
}

// binnedByLogarithm counts positive numbers by their logarithm, and the zeros.
func binnedByLogarithm(all []verify.Number, low, high float64) (counts []int, zeros int) {
	counts = make([]int, int(high-low)*binsPerDecade)
	for _, x := range all {
		switch f := float64(x); {
		case f > 0 && !math.IsInf(f, 1):
			i := int(math.Floor((math.Log10(f) - low) * binsPerDecade))
			counts[min(max(i, 0), len(counts)-1)]++
		case f == 0:
			zeros++
		}
	}
	return counts, zeros
}

// bars adds the bins that are not empty, the fullest spreadHeight high, and returns how many that has.
func (v *histogramView) bars(counts []int, low float64, at func(float64) float64, down bool) int {
	most := 0
	for _, n := range counts {
		most = max(most, n)
	}
	for i, n := range counts {
		if n == 0 {
			continue
		}
		from, to := low+float64(i)/binsPerDecade, low+float64(i+1)/binsPerDecade
		b := histogramBar{
			X: at(from), Width: at(to) - at(from), Down: down, Y: spreadAxis,
			Height: max(spreadHeight*float64(n)/float64(most), 1), // a pair is never too few to be seen
			Name:   fmt.Sprintf("%s from %s to %s", plural(n, "pair"), significant(math.Pow(10, from), 2), significant(math.Pow(10, to), 2)),
		}
		if !down {
			b.Y -= b.Height
		}
		v.Bars = append(v.Bars, b)
	}
	return most
}
