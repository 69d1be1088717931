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

// groupTrials sorts trials by their settings without the seed and without what is the same for all, in the order of
// their first appearance.
func groupTrials(trials []verify.TrialResult) []*group {
	var all []*group
	byName := map[string]*group{}
	same := append(shared(trials), "seed")
	for i := range trials {
		name := settings(trials[i].Settings, same...)
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

// shared returns the settings that every trial has and that are the same for all.
func shared(trials []verify.TrialResult) []string {
	if len(trials) == 0 {
		return nil
	}
	var names []string
	for name, value := range trials[0].Settings {
		differs := func(t verify.TrialResult) bool {
			v, ok := t.Settings[name]
			return !ok || setting(v) != setting(value)
		}
		if !slices.ContainsFunc(trials, differs) {
			names = append(names, name)
		}
	}
	return names
}

// curvesView shows how training went: two plots, the run that was worst, and the same in numbers.
type curvesView struct {
	Plots []*plot
	Bands bool   // the plots show quantiles of groups and not every run
	Worst string // the run that was worst, and how it ended
	Rows  []groupRow
}

// groupRow is one group in numbers.
type groupRow struct {
	Name            string
	Runs, Converged int
	Steps           []int         // the least, the 10th, 50th and 90th percentile, the most
	Gap, Norm       verify.Number // the largest at the end of a run
}

// plot is a drawing of curves over logarithmic axes.
type plot struct {
	ID, Title, Y string
	Summary      string // what it shows, for those who do not see it
	XTicks       []plotTick
	YTicks       []plotTick
	Groups       []groupLines
	Worst        []string // the run that was worst
	WorstName    string
	Ends         []end // of trials that did not converge
}

// tick is a mark on an axis.
type tick struct {
	At   float64
	Name string
}

// plotTick is a tick of a plot that a reader can look closer at.
type plotTick struct {
	tick
	Minor bool // seen only by those who look closer
}

// groupLines are the curves of one group: all of them or their quantiles, and the one that stands for it.
type groupLines struct {
	Style        int
	Name         string
	Lines        []runLine
	Outer, Inner string // outlines from the least to the most, and from the 10th to the 90th percentile
	Bold         []string
}

// runLine is the curve of one run.
type runLine struct{ Points, Name string }

type end struct {
	X, Y float64
	Name string
}

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
	worst     bool
	converged bool
	name      string
	steps     []float64
	y         []float64
}

// newCurves returns the fitness gap and the gradient norm over steps: of every run, or, beyond so many runs, their
// quantiles in each group. It returns nil when no curve was recorded.
func newCurves(id string, p *verify.ProblemResult, groups []*group, most int) *curvesView {
	best := bestFitness(p.Trials)
	var gaps, norms []series
	v := &curvesView{}
	worst := worstRun(p.Trials)
	for _, g := range groups {
		bold := middle(p.Trials, g.Trials)
		for _, i := range g.Trials {
			t := &p.Trials[i]
			if len(t.Curve) == 0 {
				continue
			}
			gap := series{style: g.Style, bold: i == bold, worst: i == worst, converged: t.Status == verify.Converged, name: runName(t)}
			norm := gap
			for _, c := range t.Curve {
				gap.steps = append(gap.steps, float64(c.Step))
				gap.y = append(gap.y, best-float64(c.Fitness))
				norm.y = append(norm.y, float64(c.GradNorm))
			}
			norm.steps = gap.steps
			gaps, norms = append(gaps, gap), append(norms, norm)
		}
		v.Rows = append(v.Rows, newGroupRow(g, p.Trials, best))
	}
	if len(gaps) == 0 {
		return nil
	}
	v.Bands = len(gaps) > most
	v.Worst = runName(&p.Trials[worst])
	v.Plots = []*plot{
		newPlot(id+"-gap", "How far below the best fitness", "best fitness − fitness", gaps, groups, v.Bands),
		newPlot(id+"-norm", "Norm of the gradient, free of scale", "gradient norm", norms, groups, v.Bands),
	}
	return v
}

// bestFitness returns the highest fitness of a converged run, or of any when none converged.
func bestFitness(trials []verify.TrialResult) float64 {
	best, highest := math.Inf(-1), math.Inf(-1)
	for i := range trials {
		if f := float64(trials[i].Fitness); f > best && trials[i].Status == verify.Converged {
			best = f
		}
		for _, c := range trials[i].Curve {
			if f := float64(c.Fitness); f > highest {
				highest = f
			}
		}
	}
	if math.IsInf(best, -1) {
		return highest
	}
	return best
}

// worstRun returns the run with a curve that did not converge, or else took the most steps; -1 when there is none.
func worstRun(trials []verify.TrialResult) int {
	worst := -1
	for i := range trials {
		if len(trials[i].Curve) == 0 {
			continue
		}
		if worst < 0 {
			worst = i
			continue
		}
		a, b := &trials[i], &trials[worst]
		if one, other := a.Status == verify.Converged, b.Status == verify.Converged; one != other {
			if other {
				worst = i
			}
		} else if a.Steps > b.Steps {
			worst = i
		}
	}
	return worst
}

// runName says which run it was and how it ended.
func runName(t *verify.TrialResult) string {
	return fmt.Sprintf("%s: %s after %s", t.Label, t.Status, plural(t.Steps, "step"))
}

func newGroupRow(g *group, trials []verify.TrialResult, best float64) groupRow {
	nan := verify.Number(math.NaN())
	r := groupRow{Name: g.Name, Runs: len(g.Trials), Gap: nan, Norm: nan}
	var steps []int
	for _, i := range g.Trials {
		t := &trials[i]
		if t.Status == verify.Converged {
			r.Converged++
		}
		steps = append(steps, t.Steps)
		r.Gap = verify.Number(worse(float64(r.Gap), best-float64(t.Fitness)))
		r.Norm = verify.Number(worse(float64(r.Norm), float64(t.GradNorm)))
	}
	slices.Sort(steps)
	for _, q := range quantiles() {
		r.Steps = append(r.Steps, steps[rank(q, len(steps))])
	}
	return r
}

// quantiles are those of a band: the least, the 10th, 50th and 90th percentile, the most.
func quantiles() []float64 { return []float64{0, 0.1, 0.5, 0.9, 1} }

// rank returns the index of a quantile among n sorted values.
func rank(q float64, n int) int { return int(math.Round(q * float64(n-1))) }

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

func newPlot(id, title, y string, all []series, groups []*group, bands bool) *plot {
	p := &plot{ID: id, Title: title, Y: y}
	for _, g := range groups {
		p.Groups = append(p.Groups, groupLines{Style: g.Style, Name: g.Name})
	}
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
	p.XTicks = append(p.XTicks, plotTick{tick{x(0), "0"}, false})
	for step := 1.0; step <= lastStep; step *= 10 {
		name := fmt.Sprint(step)
		if step >= 1e4 {
			name = "10" + superscript(int(math.Round(math.Log10(step))))
		}
		p.XTicks = append(p.XTicks, plotTick{tick{x(step), name}, false})
		for _, f := range []float64{2, 5} {
			if between := f * step; between <= lastStep {
				p.XTicks = append(p.XTicks, plotTick{tick{x(between), number(verify.Number(between))}, true})
			}
		}
	}
	every := max(1, int(math.Ceil((high-low)/7)))
	for e := int(high); e >= int(low); e-- {
		p.YTicks = append(p.YTicks, plotTick{tick{at(math.Pow(10, float64(e))), "10" + superscript(e)}, (int(high)-e)%every != 0})
	}
	shown := "all of them"
	if bands {
		shown = "as bands of quantiles"
		p.bands(all, lastStep, x, at)
	}
	for _, s := range all {
		p.draw(s, bands, x, at)
	}
	p.Summary = fmt.Sprintf("%s of %s, %s, against the number of steps, both axes logarithmic, from %s to %s", y,
		plural(len(all), "training run"), shown, "10"+superscript(int(low)), "10"+superscript(int(high)))
	return p
}

// bandSteps is the number of points along a band.
const bandSteps = 72

// bands adds to each group the outlines of its quantiles at every step and its median. A run that has ended stays
// where it ended.
func (p *plot) bands(all []series, lastStep float64, x, at func(float64) float64) {
	for k := range p.Groups {
		g := &p.Groups[k]
		var edges [5][]string
		for i := range bandSteps {
			step := math.Expm1(math.Log1p(lastStep) * float64(i) / (bandSteps - 1))
			var heights []float64
			for j := range all {
				if all[j].style != g.Style {
					continue
				}
				if h, ok := all[j].height(step, at); ok {
					heights = append(heights, h)
				}
			}
			if len(heights) == 0 {
				continue
			}
			slices.Sort(heights)
			for e, q := range quantiles() {
				edges[e] = append(edges[e], px(x(step))+","+px(heights[rank(q, len(heights))]))
			}
		}
		g.Outer, g.Inner = outlineOf(edges[0], edges[4]), outlineOf(edges[1], edges[3])
		if len(edges[2]) > 0 {
			g.Bold = []string{strings.Join(edges[2], " ")}
		}
	}
}

// outlineOf returns the points of a polygon along one edge and back along the other.
func outlineOf(low, high []string) string {
	back := slices.Clone(high)
	slices.Reverse(back)
	return strings.Join(append(slices.Clone(low), back...), " ")
}

// height returns where a series stands at a step, along the straight line between its points on logarithmic axes.
func (s *series) height(step float64, at func(float64) float64) (float64, bool) {
	place := func(i int) float64 { return math.Log1p(max(s.steps[i], 0)) }
	last := -1
	for i, v := range s.y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		if s.steps[i] < step {
			last = i
			continue
		}
		if last < 0 || s.steps[i] <= s.steps[last] {
			return at(v), true
		}
		part := (math.Log1p(step) - place(last)) / (place(i) - place(last))
		return at(s.y[last]) + (at(v)-at(s.y[last]))*part, true
	}
	if last < 0 {
		return 0, false
	}
	return at(s.y[last]), true
}

// draw adds the polylines of a series, broken where it is not a number, without points closer than two
// units to the one before. Where bands are drawn, only the run that was worst is.
func (p *plot) draw(s series, bands bool, x, at func(float64) float64) {
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			g := &p.Groups[s.style]
			if !bands {
				g.Lines = append(g.Lines, runLine{b.String(), s.name})
			}
			if s.bold && !bands {
				g.Bold = append(g.Bold, b.String())
			}
			if s.worst {
				p.Worst, p.WorstName = append(p.Worst, b.String()), s.name
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
		p.Ends = append(p.Ends, end{lastX, lastY, s.name})
	}
}
