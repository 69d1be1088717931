package report

import (
	"fmt"
	"math"

	"example.org/concord/verify"
)

// doseView is a control in many strengths, as the page shows it.
type doseView struct {
	*verify.DoseResult
	ID   string
	Plot *dosePlot // nil where no point can be drawn
	Next string    // what to do about it; "" where there is nothing to do
}

// dosePlot is the share of starts that disagree over the dose. The axis of the dose is logarithmic where all doses are
// positive and span more than a hundredfold, and linear elsewhere.
type dosePlot struct {
	Logarithmic    bool
	XTicks, YTicks []tick
	Line           string // through the points
	Points         []doseMark
	Summary        string // what it shows, for those who do not see it
}

// doseMark is one point with its confidence interval.
type doseMark struct {
	X, Y      float64
	From, To  float64 // ends of the interval; both are Y where there is none
	Name      string  // "7/8"
	NameY     float64
	Disagreed bool
}

// The frame of the plot of doses in the units of its drawing.
const (
	doseLeft   = 76.0
	doseRight  = 474.0
	doseTop    = 34.0
	doseBottom = 262.0
)

func newDoseView(id string, d *verify.DoseResult) *doseView {
	return &doseView{DoseResult: d, ID: id, Plot: newDosePlot(d), Next: nextOfControl(d.Verdict)}
}

// newDosePlot returns nil where no point has a start that counts.
func newDosePlot(d *verify.DoseResult) *dosePlot {
	var points []*verify.DosePoint
	for i := range d.Points {
		if q := &d.Points[i]; q.Starts > 0 && finite(q.Value) {
			points = append(points, q)
		}
	}
	if len(points) == 0 {
		return nil
	}
	low, high := float64(points[0].Value), float64(points[len(points)-1].Value)
	p := &dosePlot{Logarithmic: low > 0 && high > 100*low}
	scale := func(v float64) float64 { return v }
	if p.Logarithmic {
		scale = math.Log10
	}
	if high <= low {
		low, high = low-1, low+1
	}
	x := func(v float64) float64 {
		return doseLeft + (doseRight-doseLeft)*(scale(v)-scale(low))/(scale(high)-scale(low))
	}
	y := func(share float64) float64 { return doseBottom - (doseBottom-doseTop)*share }
	for _, v := range steps(scale(low), scale(high), 6) {
		if p.Logarithmic {
			if v != math.Round(v) {
				continue
			}
			v = math.Pow(10, v)
		}
		p.XTicks = append(p.XTicks, tick{x(v), significant(v, 3)})
	}
	for _, share := range []float64{0, 0.25, 0.5, 0.75, 1} {
		p.YTicks = append(p.YTicks, tick{y(share), percent(verify.Number(share))})
	}
	for _, q := range points {
		m := doseMark{
			X: x(float64(q.Value)), Y: y(float64(q.Disagreed) / float64(q.Starts)),
			Name: fmt.Sprintf("%d/%d", q.Disagreed, q.Starts), Disagreed: q.Disagreed > 0,
		}
		m.From, m.To = m.Y, m.Y
		if finite(q.Low) && finite(q.High) {
			m.From, m.To = y(float64(q.Low)), y(float64(q.High))
		}
		m.NameY = free(p.Points, m.X, m.To-6)
		p.Points = append(p.Points, m)
		if p.Line != "" {
			p.Line += " "
		}
		p.Line += px(m.X) + "," + px(m.Y)
	}
	first, last := points[0], points[len(points)-1]
	p.Summary = fmt.Sprintf("share of starts that disagree against %s: %d of %d at %s, %d of %d at %s", d.Axis,
		first.Disagreed, first.Starts, number(first.Value), last.Disagreed, last.Starts, number(last.Value))
	return p
}

// free returns the lowest place at or above y where a name at x covers none of those that are there.
func free(points []doseMark, x, y float64) float64 {
	const wide, high = 38, 13
	for moved := true; moved; {
		moved = false
		for i := range points {
			if q := &points[i]; math.Abs(q.X-x) < wide && math.Abs(q.NameY-y) < high {
				y, moved = q.NameY-high, true
			}
		}
	}
	return max(y, 10)
}

// steps returns round numbers from low to high, some n of them; none where low is not below high.
func steps(low, high float64, n int) []float64 {
	step := nice((high - low) / float64(n))
	if step == 0 || math.IsInf(step, 0) {
		return nil
	}
	var all []float64
	first := math.Ceil(low/step - 1e-9)
	for k := range 2*n + 2 {
		if v := (first + float64(k)) * step; v <= high+1e-9*step {
			all = append(all, v)
		}
	}
	return all
}
