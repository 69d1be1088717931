package verify

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

func (x *problemRun) decideScores(c *CheckResult, spec CheckSpec) {
	c.Title = "Every trained network gives the same scores on every input"
	c.Quantity = "largest difference of two networks' scores for one input and label, relative to the largest score of the input set"
	standing, why := x.standing()
	if _, ok := x.p.(Scorer); !ok {
		standing, why = Error, "the subject has no scores"
	} else if x.scoreErr != nil {
		standing, why = Error, x.scoreErr.Error()
	}
	var lacking []string
	worst := -1
	for _, name := range spec.Inputs {
		if !slices.ContainsFunc(x.scores, func(s scoreSpread) bool { return s.name == name }) {
			lacking = append(lacking, name)
		}
	}
	if len(lacking) > 0 && standing == Pass {
		standing, why = Inconclusive, "no scores on "+strings.Join(lacking, ", ")
	}
	for i, s := range x.scores {
		// A NaN spread stays the worst: it means that nothing was compared.
		if worst < 0 || !(s.spread <= x.scores[worst].spread) && !math.IsNaN(x.scores[worst].spread) {
			worst = i
		}
		c.Evidence = append(c.Evidence, Evidence{
			Text: fmt.Sprintf("%s: %d inputs, %d networks, largest difference at input %d, label %d, between %s and %s; the networks name different labels for %s",
				s.name, s.count, s.networks, s.input, s.label, x.cells[s.lo].Label, x.cells[s.hi].Label, plural(s.disagreed, "input")),
			Value: Number(s.spread), Cells: []string{x.cells[s.lo].ID, x.cells[s.hi].ID},
		})
	}
	inputs := 0
	disagreed := 0
	for _, s := range x.scores {
		inputs += s.count
		disagreed += s.disagreed
	}
	if worst >= 0 && len(x.converged) > 1 {
		c.Value = Number(x.scores[worst].spread)
	}
	c.judge(standing)
	switch c.Verdict {
	case Pass, Fail:
		c.Sentence = fmt.Sprintf("On %d inputs the scores of %d networks differ by at most %.2g of the largest score (%s allowed), and they name different labels for %d of them.",
			inputs, len(x.converged), float64(c.Value), spec.allowed(), disagreed)
	default:
		c.Sentence = undecided(why, len(x.converged), float64(c.Value))
	}
}
