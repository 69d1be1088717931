package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"example.org/concord/verify"
)

// groupStyles is the number of line styles in the style sheet: g0, g1, ...; the last one is for the rest.
const groupStyles = 8

// group is the set of trials that differ only in their seed.
type group struct {
	Name   string
	Style  int
	Trials []int
}

// groupTrials sorts trials by their settings without the seed, in the order of their first appearance.
func groupTrials(trials []verify.TrialResult) []*group {
	var all []*group
	byName := map[string]*group{}
	for i := range trials {
		name := settings(trials[i].Settings, "seed")
		if name == "" {
			name = "all trials"
		}
		g := byName[name]
		if g == nil && len(all) == groupStyles {
			g = all[groupStyles-1]
			g.Name = "all others"
		}
		if g == nil {
			g = &group{Name: name, Style: len(all)}
			all = append(all, g)
		}
		byName[name] = g
		g.Trials = append(g.Trials, i)
	}
	return all
}

// plot is a drawing of curves over logarithmic axes.
type plot struct {
	ID, Title, Y string
	Summary      string // what it shows, for those who do not see it
	XTicks       []tick
	YTicks       []tick
	Groups       []groupLines
	Ends         []end // of trials that did not converge
	Shown, Of    int   // trials
}

// tick is a mark on an axis.
type tick struct {
	At   float64
	Name string
}

// groupLines are the curves of one group: all of them, and the one that stands for it.
type groupLines struct {
	Style  int
	Points []string
	Bold   []string
}

type end struct{ X, Y float64 }

// The frame of a plot in the units of its drawing.
const (
	plotLeft   = 58.0
	plotRight  = 490.0
	plotTop    = 12.0
	plotBottom = 262.0
)

// leastGap is the smallest fitness gap that is more than rounding.
const leastGap = 1e-16

// series is one curve: y over steps.
type series struct {
	style     int
	bold      bool // stands for its group
	converged bool
	steps     []float64
	y         []float64
}

// newPlots returns the fitness gap and the gradient norm over steps, limited to most curves each, spread
// evenly over the trials. It returns nil when no curve was recorded.
func newPlots(p *verify.ProblemResult, groups []*group, most int) []*plot {
	best := math.Inf(-1)
	for i := range p.Trials {
		if f := float64(p.Trials[i].Fitness); f > best && p.Trials[i].Status == verify.Converged {
			best = f
		}
		for _, c := range p.Trials[i].Curve {
			if f := float64(c.Fitness); f > best && math.IsInf(best, -1) {
				best = f
			}
		}
	}
	var gaps, norms []series
	total := 0
	for _, g := range groups {
		for _, i := range g.Trials {
			if len(p.Trials[i].Curve) > 0 {
				total++
			}
		}
	}
	k := 0
	for _, g := range groups {
		bold := middle(p.Trials, g.Trials)
		for _, i := range g.Trials {
			t := &p.Trials[i]
			if len(t.Curve) == 0 {
				continue
			}
			k++
			if total > most && i != bold && (k-1)*most/total == k*most/total {
				continue
			}
			gap := series{style: g.Style, bold: i == bold, converged: t.Status == verify.Converged}
			norm := gap
			for _, c := range t.Curve {
				gap.steps = append(gap.steps, float64(c.Step))
				gap.y = append(gap.y, best-float64(c.Fitness))
				norm.y = append(norm.y, float64(c.GradNorm))
			}
			norm.steps = gap.steps
			gaps, norms = append(gaps, gap), append(norms, norm)
		}
	}
	if total == 0 {
		return nil
	}
	a := newPlot("gap", "How far below the best fitness", "best fitness − fitness", gaps, total)
	b := newPlot("norm", "Norm of the gradient, free of scale", "gradient norm", norms, total)
	return []*plot{a, b}
}

// middle returns the trial of a group with the median number of steps, among those with a curve; -1 when
// there is none.
func middle(trials []verify.TrialResult, members []int) int {
	var with []int
	for _, i := range members {
		if len(trials[i].Curve) > 0 {
			with = append(with, i)
		}
	}
	if len(with) == 0 {
		return -1
	}
	slices.SortStableFunc(with, func(i, j int) int { return trials[i].Steps - trials[j].Steps })
	return with[len(with)/2]
}

func newPlot(id, title, y string, all []series, total int) *plot {
	p := &plot{ID: id, Title: title, Y: y, Shown: len(all), Of: total}
	var numbers []verify.Number
	lastStep := 1.0
	for _, s := range all {
		for i, v := range s.y {
			numbers = append(numbers, verify.Number(v))
			lastStep = max(lastStep, s.steps[i])
			if v > 0 && v < leastGap {
				numbers[len(numbers)-1] = leastGap
			}
		}
	}
	low, high := decades(numbers)
	if high <= low {
		low, high = -1, 0
	}
	right := math.Log10(1 + lastStep)
	x := func(step float64) float64 {
		return plotLeft + (plotRight-plotLeft)*math.Log10(1+max(step, 0))/right
	}
	at := func(v float64) float64 {
		e := low
		if v > 0 {
			e = min(max(math.Log10(v), low), high)
		}
		return plotBottom - (plotBottom-plotTop)*(e-low)/(high-low)
	}
	p.XTicks = append(p.XTicks, tick{x(0), "0"})
	for step := 1.0; step <= lastStep; step *= 10 {
		name := fmt.Sprint(step)
		if step >= 1e4 {
			name = "10" + superscript(int(math.Round(math.Log10(step))))
		}
		p.XTicks = append(p.XTicks, tick{x(step), name})
	}
	every := max(1, int(math.Ceil((high-low)/7)))
	for e := int(high); e >= int(low); e -= every {
		p.YTicks = append(p.YTicks, tick{at(math.Pow(10, float64(e))), "10" + superscript(e)})
	}
	for _, s := range all {
		p.draw(s, x, at)
	}
	p.Summary = fmt.Sprintf("%s of %s against the number of steps, both axes logarithmic, from %s to %s", y,
		plural(len(all), "training run"), "10"+superscript(int(low)), "10"+superscript(int(high)))
	return p
}

// draw adds the polylines of a series, broken where it is not a number, without points closer than two
// units to the one before.
func (p *plot) draw(s series, x, at func(float64) float64) {
	var b strings.Builder
	flush := func() {
		for len(p.Groups) <= s.style {
			p.Groups = append(p.Groups, groupLines{Style: len(p.Groups)})
		}
		if b.Len() > 0 {
			g := &p.Groups[s.style]
			g.Points = append(g.Points, b.String())
			if s.bold {
				g.Bold = append(g.Bold, b.String())
			}
		}
		b.Reset()
	}
	lastX, lastY := math.Inf(-1), math.Inf(-1)
	for i, v := range s.y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			flush()
			lastX = math.Inf(-1)
			continue
		}
		px1, py1 := x(s.steps[i]), at(v)
		if i < len(s.y)-1 && math.Abs(px1-lastX) < 2 && math.Abs(py1-lastY) < 2 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(px(px1) + "," + px(py1))
		lastX, lastY = px1, py1
	}
	flush()
	if !s.converged && !math.IsInf(lastX, -1) {
		p.Ends = append(p.Ends, end{lastX, lastY})
	}
}
