package verify

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// decideScores decides whether all networks are one function: on input sets, and, where the scenario asks for an
// adversary, on inputs searched for and on every input there is.
//
// The unit of a difference is the largest score of its input set. What a search finds may score low, and its own
// largest score would say nothing; there the unit is the largest score of all input sets of the check, and so it
// is for the bound over every input.
func (x *problemRun) decideScores(c *CheckResult, spec CheckSpec) {
	c.Title = "Every trained network gives the same scores on every input"
	c.Quantity = "largest difference of two networks' scores for one input and label, relative to the largest score of the input set"
	attacked := slices.Contains(spec.Inputs, adversary)
	if attacked {
		c.Quantity += ", for inputs searched for to that of all input sets"
	}
	standing, why := x.standing()
	var spreads []scoreSpread
	var lacking []string
	unit := 0.0
	for _, name := range spec.Inputs {
		i := slices.IndexFunc(x.scores, func(s scoreSpread) bool { return s.name == name })
		switch {
		case i < 0:
			lacking = append(lacking, name)
		case x.scores[i].err != nil:
			standing, why = Error, x.scores[i].err.Error()
		default:
			spreads = append(spreads, x.scores[i])
			unit = max(unit, x.scores[i].largest)
		}
	}
	if _, ok := x.p.(Scorer); !ok {
		standing, why = Error, "the subject has no scores"
	}
	if len(lacking) > 0 && standing == Pass {
		standing, why = Inconclusive, "no scores on "+strings.Join(lacking, ", ")
	}
	inputs, disagreed := 0, 0
	value := math.Inf(-1)
	for _, s := range spreads {
		relative := s.differ / s.largest // NaN when every score is zero: it means that nothing was compared
		if s.name == adversary {
			relative = s.differ / unit
		}
		value = max(value, relative)
		inputs += s.count
		disagreed += s.disagreed
		c.Evidence = append(c.Evidence, Evidence{
			Text: fmt.Sprintf("%s: %d inputs, %d networks, largest difference at input %d, label %d, between %s and %s; the networks name different labels for %s",
				s.name, s.count, s.networks, s.input, s.label, x.cells[s.lo].Label, x.cells[s.hi].Label, plural(s.disagreed, "input")),
			Value: Number(relative), Cells: []string{x.cells[s.lo].ID, x.cells[s.hi].ID},
		})
	}
	if len(spreads) > 0 && len(x.converged) > 1 {
		c.Value = Number(value)
	}
	f := x.siege
	attacked = attacked && f != nil
	if attacked {
		if liar := f.belied(spreads, unit); liar != nil {
			standing = Error
			why = fmt.Sprintf("the subject proves for every input a smaller difference than the one found on %s: one of the two is wrong", liar.name)
		}
		if standing == Pass && f.unfinished == f.searches && !(slices.Max(f.bound)/unit <= spec.Tolerance) {
			standing, why = Inconclusive, fmt.Sprintf("none of %s came to an end", plural(f.searches, "attack"))
		}
		x.besiege(c, unit)
	}
	c.judge(standing)
	switch c.Verdict {
	case Pass, Fail:
		c.Sentence = fmt.Sprintf("On %d inputs the scores of %d networks differ by at most %.2g of the largest score (%s allowed), and they name different labels for %d of them.",
			inputs, len(x.converged), float64(c.Value), spec.allowed(), disagreed)
		if attacked && c.Verdict == Pass {
			c.Sentence += f.withstood(spec.Tolerance, unit)
		}
		if standing == Error {
			c.Sentence += " Besides, " + why + "."
		}
	default:
		c.Sentence = undecided(why, len(x.converged), float64(c.Value))
	}
}

// besiege adds to c what searching every input came to.
func (x *problemRun) besiege(c *CheckResult, unit float64) {
	f := x.siege
	for _, p := range f.pairs {
		c.Evidence = append(c.Evidence, Evidence{
			Text: fmt.Sprintf("attacked %d times: inputs were searched on which %s and %s differ; distance of their tuples",
				f.searches/len(f.pairs), x.cells[p[0]].Label, x.cells[p[1]].Label),
			Value: Number(x.apart.after.At(x.apart.row[p[0]], x.apart.row[p[1]])), Cells: []string{x.cells[p[0]].ID, x.cells[p[1]].ID},
		})
	}
	if f.unfinished > 0 {
		c.Evidence = append(c.Evidence, Evidence{
			Text:  fmt.Sprintf("of %d attacks, those whose search did not converge; the inputs that %d of them ended in were scored all the same", f.searches, f.unfinished-f.useless),
			Value: Number(f.unfinished),
		})
	}
	text := "over every input there is, proven: at most"
	bound := slices.Max(f.bound) / unit
	if !isFinite(bound) {
		text = "over every input there is, nothing is proven"
	}
	c.Evidence = append(c.Evidence, Evidence{Text: text, Value: Number(bound)})
}

// withstood says what is known of every input where the inputs that were found do not refute the claim.
func (f *siege) withstood(tolerance, unit float64) string {
	bound := slices.Max(f.bound) / unit
	switch {
	case bound <= tolerance:
		return fmt.Sprintf(" It holds for every input there is: that they differ by at most %.2g on any is proven.", bound)
	case !isFinite(bound):
		return fmt.Sprintf(" %s that came to an end did not refute it; for every input nothing is proven.", plural(f.searches-f.unfinished, "attack"))
	}
	return fmt.Sprintf(" %s that came to an end did not refute it; what is proven for every input is a difference of at most %.2g.", plural(f.searches-f.unfinished, "attack"), bound)
}
