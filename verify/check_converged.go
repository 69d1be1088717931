package verify

import (
	"fmt"
)

func (x *problemRun) decideConverged(c *CheckResult) {
	c.Title = "Every training run reaches its own stopping rule"
	c.Quantity = "trials that did not converge"
	c.Reason = "a run that was cut short says nothing about where it would have ended"
	counts := map[Status]int{}
	largest := 0.0
	c.Evidence = append(c.Evidence, x.unconvergedSettings()...)
	groups := len(c.Evidence)
	for _, t := range x.result.Trials {
		counts[t.Status]++
		if t.Status == Converged {
			largest = max(largest, float64(t.GradNorm))
			continue
		}
		if len(c.Evidence) < groups+10 {
			text := fmt.Sprintf("%s: %s after %d steps", t.Label, t.Status, t.Steps)
			if t.Error != "" {
				text = t.Label + ": " + t.Error
			}
			c.Evidence = append(c.Evidence, Evidence{Text: text, Value: t.GradNorm, Cells: []string{t.Cell}})
		}
	}
	n := len(x.result.Trials)
	missing := n - counts[Converged]
	c.Value = Number(missing)
	c.judge(Pass)
	if missing > 0 {
		c.Verdict = Inconclusive
		if counts[StatusFailed]+counts[StatusNotRun] > 0 {
			c.Verdict = Error
		}
		c.Sentence = fmt.Sprintf("%d of %d trials did not converge.", missing, n)
		return
	}
	c.Sentence = fmt.Sprintf("All %d trials converged; the largest remaining gradient norm is %.2g.", n, largest)
}

// unconvergedSettings says which ways to train, whatever the start, did not converge, in order of appearance.
func (x *problemRun) unconvergedSettings() []Evidence {
	type group struct{ failed, all int }
	groups := map[string]*group{}
	var names []string
	for trial, t := range x.result.Trials {
		name := x.cells[trial].WayLabel
		if groups[name] == nil {
			groups[name] = &group{}
			names = append(names, name)
		}
		groups[name].all++
		if t.Status != Converged {
			groups[name].failed++
		}
	}
	var out []Evidence
	for _, name := range names {
		if g := groups[name]; g.failed > 0 && name != "" {
			out = append(out, Evidence{Text: fmt.Sprintf("%s: %d of %d trials did not converge", name, g.failed, g.all), Value: Number(g.failed)})
		}
	}
	return out
}
