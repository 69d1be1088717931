package report

import (
	"fmt"
	"math"

	"example.org/concord/verify"
)

// spectrum shows the singular values of a dual matrix: all of them, and those around the cut.
type spectrum struct {
	Panels    []*panel
	Kept, Cut int // values before and after the cut
	Missing   int // values that are not finite, and not drawn
}

// panel is one drawing of values over their index; the values have a logarithmic axis.
type panel struct {
	ID, Title, Summary string
	XTicks, YTicks     []tick
	Kept, Cut          []mark
	Line               *float64 // the place of the cut; nil where nothing is cut
	Radius             float64  // of a mark
}

// mark is one value.
type mark struct{ X, Y float64 }

// around is how many values on each side of the cut the second panel shows.
const around = 6

// newSpectrum returns nil where there are no values. The cut of c has to lie within them.
func newSpectrum(id string, c *verify.Certificate) *spectrum {
	n := len(c.Values)
	if n == 0 {
		return nil
	}
	s := &spectrum{Kept: c.Cut, Cut: n - c.Cut}
	for _, x := range c.Values {
		if !finite(x) {
			s.Missing++
		}
	}
	all := newPanel(c, 0, n)
	all.ID, all.Title = id+"-spectrum", fmt.Sprintf("All %s", plural(n, "singular value"))
	all.scale(c.Values, true)
	s.Panels = append(s.Panels, all)
	if c.Cut == 0 || c.Cut == n || n <= 2*around {
		return s
	}
	from, to := max(c.Cut-around, 0), min(c.Cut+around, n)
	near := newPanel(c, from, to)
	near.ID, near.Title = id+"-cut", fmt.Sprintf("The cut: value %d is %s, value %d is %s", c.Cut,
		significant(float64(c.Values[c.Cut-1]), 4), c.Cut+1, significant(float64(c.Values[c.Cut]), 4))
	near.scale(c.Values[from:to], false)
	s.Panels = append(s.Panels, near)
	return s
}

// finite reports whether x is neither NaN nor infinite.
func finite(x verify.Number) bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }

// newPanel places the values of the indices from to to−1 from left to right. Their Y is the logarithm until
// scale is called.
func newPanel(c *verify.Certificate, from, to int) *panel {
	wide := (plotRight - plotLeft) / float64(to-from)
	p := &panel{Radius: min(max(0.46*wide, 1.2), 4)}
	place := func(i int) float64 { return plotLeft + wide*(float64(i-from)+0.5) }
	for i := from; i < to; i++ {
		if !finite(c.Values[i]) {
			continue
		}
		m := mark{X: place(i), Y: math.Log10(max(float64(c.Values[i]), 0))}
		if i < c.Cut {
			p.Kept = append(p.Kept, m)
		} else {
			p.Cut = append(p.Cut, m)
		}
	}
	if c.Cut < len(c.Values) {
		at := plotLeft + wide*float64(c.Cut-from)
		p.Line = &at
	}
	step := int(nice(float64(to-from) / 8))
	for i := from; i < to; i++ {
		if (i+1)%max(step, 1) == 0 || i == 0 {
			p.XTicks = append(p.XTicks, tick{place(i), fmt.Sprint(i + 1)})
		}
	}
	where := "nothing is cut"
	if p.Line != nil {
		where = fmt.Sprintf("a vertical line marks the cut between value %d and value %d", c.Cut, c.Cut+1)
	}
	p.Summary = fmt.Sprintf("Singular values %d to %d of the dual matrix, in decreasing order, on a logarithmic axis: %d before the cut as full dots, %d after it as rings; %s.",
		from+1, to, len(p.Kept), len(p.Cut), where)
	return p
}

// scale turns logarithms into places on an axis that holds the values: from one power of ten to another when
// whole, else just around them.
func (p *panel) scale(values []verify.Number, whole bool) {
	least, most, zeros := math.Inf(1), 0.0, false
	for _, x := range values {
		if f := float64(x); f > 0 && finite(x) {
			least, most = min(least, f), max(most, f)
		} else if f <= 0 {
			zeros = true
		}
	}
	low, high := decades(values)
	if most > 0 && !whole {
		low, high = math.Log10(least), math.Log10(most)
		edge := max(0.06*(high-low), 1e-6)
		low, high = low-edge, high+edge
	} else if zeros || most == 0 {
		low--
	}
	at := func(e float64) float64 {
		return plotBottom - (plotBottom-plotTop)*(min(max(e, low), high)-low)/(high-low)
	}
	if whole {
		every := max(1, int(math.Ceil((high-low)/7)))
		for e := int(high); e >= int(low); e -= every {
			p.YTicks = append(p.YTicks, tick{at(float64(e)), "10" + superscript(e)})
		}
	} else {
		p.YTicks = linearTicks(least, most, at)
	}
	for _, marks := range [][]mark{p.Kept, p.Cut} {
		for i := range marks {
			marks[i].Y = at(marks[i].Y)
		}
	}
}

// linearTicks returns some five round numbers from least to most, at the places of their logarithms; fewer
// where least and most differ in digits that are not shown.
func linearTicks(least, most float64, at func(float64) float64) []tick {
	step := nice((most - least) / 5)
	if step == 0 {
		return nil
	}
	var ticks []tick
	first := math.Ceil(least / step)
	for k := range 12 {
		x := (first + float64(k)) * step
		name := number(verify.Number(x))
		if x <= most && (len(ticks) == 0 || ticks[len(ticks)-1].Name != name) {
			ticks = append(ticks, tick{at(math.Log10(x)), name})
		}
	}
	return ticks
}

// nice returns a number near x that is 1, 2 or 5 times a power of ten; 0 when x is not positive.
func nice(x float64) float64 {
	if !(x > 0) {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(x)))
	for _, f := range []float64{1, 2, 5} {
		if x <= 1.2*f*unit {
			return f * unit
		}
	}
	return 10 * unit
}
