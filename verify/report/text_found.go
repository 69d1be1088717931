package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"example.org/concord/verify"
)

// drawings writes what was drawn for each label, and what the judges and the mean training images make of it.
func (t *text) drawings(p *verify.ProblemResult) {
	correlation := math.NaN()
	for i := range p.Drawings {
		d := &p.Drawings[i]
		line := fmt.Sprintf("drawing %s: %d of %d converged, %s, within %s, between any two %s", d.Label, d.Converged, d.Count,
			plural(len(d.Basins), "basin"), short(d.MaxWithin, "not measured"), short(d.MaxAll, "not measured"))
		if c := newCensusView(p.Drawings[i : i+1]); c != nil {
			line += fmt.Sprintf("; of %d begun in a basin on purpose %d converged and %d stayed", c.Begun, c.Converged, c.Stayed)
		}
		if d.Best != nil {
			line += "; the best image there is: " + best(d)
		}
		t.say("  ", line)
		if d.Mean != nil {
			correlation = worse(correlation, math.Abs(float64(d.Mean.Correlation)))
		}
	}
	if !math.IsNaN(correlation) {
		t.say("  ", fmt.Sprintf("largest correlation of a drawing that is shown with its mean training image: %.3g", correlation))
	}
	for _, j := range newJudgeViews(p) {
		if j.Of > 0 {
			t.say("  ", fmt.Sprintf("judge %s: names %d of %d drawings that are shown right, largest doubt %s, at label %s", j.Name, j.Right, j.Of,
				short(j.Doubt, "not measured"), j.Doubted))
		}
	}
}

// known writes what the networks name right and what their scores tell from the rest.
func (t *text) known(p *verify.ProblemResult) {
	for _, g := range newMeasureGroups(p.Metrics) {
		for _, m := range g.List {
			t.metric(m.Metric)
		}
	}
	for i := range p.Confusion {
		c := newConfusionView(&p.Confusion[i], p.Trials)
		line := fmt.Sprintf("%s: %d of %d named right", c.Inputs, c.Right, c.Total)
		if c.Common != "" {
			line += "; commonest mistakes: " + c.Common
		}
		t.say("  ", line)
	}
	for i := range p.Novelty {
		n := &p.Novelty[i]
		for j := range n.Kinds {
			k := &n.Kinds[j]
			words, _ := toldApart(n, k)
			line := fmt.Sprintf("%s against %s, exponent %g: AUC %s", n.Known, k.Name, n.Exponent, short(k.AUC, "not measured"))
			if !math.IsNaN(float64(k.Low)) && !math.IsNaN(float64(k.High)) {
				line += fmt.Sprintf(" (95 %% confidence %s to %s, n = %d)", short(k.Low, ""), short(k.High, ""), k.N)
			}
			t.say("  ", line+", "+words)
		}
	}
}

// dose writes a control in many strengths, a line for each of them.
func (t *text) dose(d *verify.DoseResult) {
	t.gap()
	t.verdictLine("", d.Verdict, fmt.Sprintf("doses %s (%s): %s", d.Name, d.Axis, d.Sentence))
	for i := range d.Points {
		q := &d.Points[i]
		line := fmt.Sprintf("%s=%s: %d of %s disagreed", d.Axis, short(q.Value, "unknown"), q.Disagreed, plural(q.Starts, "start"))
		if q.Open > 0 {
			line += fmt.Sprintf(", %d left open", q.Open)
		}
		t.say("  ", fmt.Sprintf("%s, largest distance %s", line, short(q.Largest, "not measured")))
	}
}

// unshown names the checks that no control has shown to be able to fail.
func (t *text) unshown(r *verify.Result) {
	var ids []string
	for i := range r.Problems {
		for j := range r.Problems[i].Checks {
			c := &r.Problems[i].Checks[j]
			if !slices.Contains(ids, c.ID) && !shownToFail(r, c) {
				ids = append(ids, c.ID)
			}
		}
	}
	if len(r.Twins)+len(r.Doses) > 0 && len(ids) > 0 {
		t.gap()
		t.say("", "No control shows that these checks can fail: "+strings.Join(ids, ", ")+".")
	}
}

// shownToFail reports whether a control that has to fail c did, or a control in many strengths that measures
// what it does.
func shownToFail(r *verify.Result, c *verify.CheckResult) bool {
	for i := range r.Twins {
		if !slices.Contains(r.Twins[i].MustFail, c.Kind) {
			continue
		}
		for _, m := range mustFail(&r.Twins[i], c.Kind) {
			if m.ID == c.ID && m.Verdict == verify.Fail {
				return true
			}
		}
	}
	return c.Kind == "tuple" && slices.ContainsFunc(r.Doses, func(d verify.DoseResult) bool { return d.Verdict == verify.Pass })
}
