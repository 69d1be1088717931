package verify

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// decideGolden decides the check and adds to it what goldens there are that nothing is compared with.
func (x *problemRun) decideGolden(c *CheckResult, spec CheckSpec) {
	x.decideOutcome(c, spec)
	f := &x.golden
	switch {
	case f.straysErr != nil:
		c.Verdict = Worst(c.Verdict, Error)
		c.Sentence += fmt.Sprintf(" Whether there are golden files of problems that the scenario does not have is not known: %v.", f.straysErr)
	case len(f.strays) > 0:
		c.Verdict = Worst(c.Verdict, Missing)
		c.Sentence += fmt.Sprintf(" There are golden files of problems that the scenario does not have, so what was approved for them was not looked at: %s. Restore the problems, or remove the files: verify golden prune",
			strings.Join(f.strays, ", "))
	}
}

// decideOutcome decides what comparing with the golden of the problem came to.
func (x *problemRun) decideOutcome(c *CheckResult, spec CheckSpec) {
	c.Title = "The outcome is the one that was approved before"
	c.Quantity = "largest distance of a trained tuple to the golden one, modulo " + x.result.Symmetry
	f := &x.golden
	standing, why := x.standing()
	if standing == Inconclusive && len(x.converged) == len(x.result.Trials) {
		standing = Pass // a single trial, or a single start, can be compared with the golden all the same
	}
	approve := fmt.Sprintf("verify golden approve %s --reason \"...\"", x.s.Name)
	switch {
	case len(x.converged) == 0 || x.apart == nil:
		c.Verdict = Worst(Inconclusive, standing)
		c.Sentence = undecided(why, 0, math.NaN())
		return
	case f.golden == nil && errors.Is(f.err, ErrNoGolden):
		c.Verdict = Missing
		c.Sentence = fmt.Sprintf("There is no golden file for %s. If this run is right, make one: %s", x.result.Label, approve)
		if f.candidate != "" {
			c.Evidence = append(c.Evidence, Evidence{Text: "candidate: " + f.candidate, Value: Number(math.NaN())})
		}
		return
	case f.golden == nil:
		c.Verdict = Error
		c.Sentence = fmt.Sprintf("The golden file cannot be used: %v", f.err)
		return
	}
	c.Value = Number(f.tuple)
	c.Evidence = append(c.Evidence,
		Evidence{Text: fmt.Sprintf("farthest from %s: %s", f.golden.Origin, x.cells[f.trial].Label), Value: Number(f.tuple), Cells: []string{x.cells[f.trial].ID}})
	if f.compared > 0 {
		c.Evidence = append(c.Evidence, Evidence{
			Text:  fmt.Sprintf("%d drawings compared with the golden ones of their label and basin; farthest: label and basin %s (%.2g allowed)", f.compared, f.imageAt, spec.ImageTolerance),
			Value: Number(f.image),
		})
	}
	if len(f.unmatched) > 0 {
		c.Evidence = append(c.Evidence, Evidence{
			Text:  "drawn here in basins that the golden does not have: " + strings.Join(f.unmatched, "; "),
			Value: Number(math.NaN()),
		})
	}
	c.judge(standing)
	if f.compared > 0 && !(f.image <= spec.ImageTolerance) {
		c.Verdict = Fail
	}
	if len(f.unknown) > 0 && c.Verdict == Pass {
		c.Verdict, why = Inconclusive, "the golden has no drawing of label "+strings.Join(f.unknown, ", ")
	}
	if c.Verdict == Fail && f.candidate != "" {
		c.Evidence = append(c.Evidence, Evidence{Text: "candidate: " + f.candidate, Value: Number(math.NaN())})
	}
	x.sayElsewhere(c)
	switch c.Verdict {
	case Pass:
		c.Sentence = fmt.Sprintf("All %d trained tuples lie within %.2g of the golden one (%s allowed)%s.", len(x.converged), f.tuple, spec.allowed(), f.drawings())
	case Fail:
		c.Sentence = fmt.Sprintf("The outcome has moved: tuples by up to %.2g (%s allowed)%s (%.2g allowed). If the change is meant: %s",
			f.tuple, spec.allowed(), f.drawings(), spec.ImageTolerance, approve)
	default:
		c.Sentence = undecided(why, len(x.converged), f.tuple)
	}
}

// sayElsewhere says how the environment differs from that in which the golden was approved. It explains and does
// not decide.
func (x *problemRun) sayElsewhere(c *CheckResult) {
	sentences, loud := elsewhere(&x.golden.golden.Source.Environment, &x.Environment)
	for _, s := range sentences {
		c.Evidence = append(c.Evidence, Evidence{Text: s, Value: Number(math.NaN())})
	}
	if loud {
		x.asides = append(x.asides, fmt.Sprintf("%s, check %s: %s", x.result.Label, c.ID, strings.Join(sentences, "; ")))
	}
}
