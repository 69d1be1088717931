package verify

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/verify/symmetry"
)

// decide turns what was measured into the verdicts of all checks.
func (x *problemRun) decide() {
	if x.apart != nil {
		x.power()
	}
	var verdicts []Verdict
	for _, spec := range x.s.Checks {
		c := CheckResult{
			ID: spec.id(), Kind: spec.Kind, Reason: spec.Reason, Verdict: NotRun,
			Value: Number(math.NaN()), Tolerance: Number(spec.Tolerance), Margin: Number(math.NaN()), Evidence: []Evidence{},
		}
		switch spec.Kind {
		case "converged":
			x.decideConverged(&c)
		case "tuple":
			x.decideTuple(&c, spec)
		case "scores":
			x.decideScores(&c, spec)
		case "images":
			x.decideImages(&c, spec)
		case "certificate":
			x.decideCertificate(&c, spec)
		case "golden":
			x.decideGolden(&c, spec)
		}
		x.result.Checks = append(x.result.Checks, c)
		verdicts = append(verdicts, c.Verdict)
	}
	x.result.Verdict = Worst(verdicts...)
}

// id names a check within its scenario.
func (c CheckSpec) id() string {
	id := c.Kind
	if c.Modulo == "nothing" {
		id += "-modulo-nothing"
	}
	if c.Within != "" {
		id += "-within-" + c.Within
	}
	return id
}

// judge compares the value with the tolerance. A value above it is a Fail whatever else is the case; one
// within it passes only as far as standing allows, which is what the trials behind the value are worth.
// A value that is NaN is never a pass.
func (c *CheckResult) judge(standing Verdict) {
	value, tolerance := float64(c.Value), float64(c.Tolerance)
	switch {
	case math.IsNaN(value):
		c.Verdict = Worst(Inconclusive, standing)
		return
	case value <= tolerance:
		c.Verdict = standing
	default:
		c.Verdict = Fail
	}
	switch {
	case tolerance > 0:
		c.Margin = Number(value / tolerance)
	case value == 0:
		c.Margin = 0
	default:
		c.Margin = Number(math.Inf(1))
	}
}

// standing says what the trials of this problem are worth as witnesses, and why when they are not all good.
func (x *problemRun) standing() (Verdict, string) {
	failed, unconverged := 0, 0
	starts := map[string]bool{}
	for i := range x.result.Trials {
		t := &x.result.Trials[i]
		switch t.Status {
		case Converged:
			starts[t.Start] = true
		case StatusFailed, StatusNotRun:
			failed++
		default:
			unconverged++
		}
	}
	n := len(x.result.Trials)
	switch {
	case failed > 0:
		return Error, fmt.Sprintf("%d of %d trials failed", failed, n)
	case unconverged > 0:
		return Inconclusive, fmt.Sprintf("%d of %d trials did not converge, and what has not converged is no witness", unconverged, n)
	case len(x.converged) < 2:
		return Inconclusive, "there are fewer than two converged trials to compare"
	case len(starts) < 2:
		return Inconclusive, "all trials have the same start"
	case x.compareErr != nil:
		return Error, x.compareErr.Error()
	case x.startIgnored():
		return Vacuous, "all trials are the same from their first step on, so the start seems to be ignored"
	}
	return Pass, ""
}

// startIgnored reports whether all converged trials with the same settings, whatever their start, took the
// same way to the last bit: then nothing was varied, and their agreement shows nothing.
func (x *problemRun) startIgnored() bool {
	first := x.converged[0]
	a := x.outcomes[first]
	for _, trial := range x.converged[1:] {
		b := x.outcomes[trial]
		if x.result.Trials[trial].Start == x.result.Trials[first].Start {
			continue
		}
		if a.Steps != b.Steps || a.Evaluations != b.Evaluations || !slices.Equal(a.Curve, b.Curve) || !sameBits(a.Tuple, b.Tuple) {
			return false
		}
	}
	return true
}

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
	for _, t := range x.result.Trials {
		name := strings.TrimSpace(strings.TrimPrefix(t.Label, t.Start))
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

func (x *problemRun) decideTuple(c *CheckResult, spec CheckSpec) {
	c.Title = "Every start ends in the same trained tuple, up to symmetry"
	c.Quantity = "largest distance of two trained tuples modulo " + x.result.Symmetry
	standing, why := x.standing()
	if spec.Exact {
		c.Title = "Every start ends in the same trained tuple, bit for bit"
		c.Quantity = "trained tuples whose bits differ from those of the first"
	}
	if len(x.converged) > 1 && x.apart != nil {
		witnesses := make([]int, len(x.converged))
		for i, trial := range x.converged {
			witnesses[i] = x.apart.row[trial]
		}
		m := submatrix(x.apart.after, witnesses)
		largest, i, j := m.Max()
		c.Value = Number(largest)
		if spec.Exact {
			c.Value = Number(x.differingBits())
		}
		a, b := x.converged[i], x.converged[j]
		c.Evidence = append(c.Evidence, Evidence{
			Text:  fmt.Sprintf("farthest apart: %s and %s", x.cells[a].Label, x.cells[b].Label),
			Value: Number(largest), Cells: []string{x.cells[a].ID, x.cells[b].ID},
		})
		for i, basin := range x.result.Basins[:min(len(x.result.Basins), 9)] {
			c.Evidence = append(c.Evidence, Evidence{
				Text:  fmt.Sprintf("basin %d: %d trials from %d starts, fitness %.12g, diameter %.2g", i+1, basin.Size, len(basin.Starts), float64(basin.Fitness), float64(basin.Diameter)),
				Value: basin.Diameter,
			})
		}
	}
	c.judge(standing)
	n := len(x.converged)
	switch c.Verdict {
	case Pass:
		c.Sentence = fmt.Sprintf("All %d trained tuples lie within %.2g of each other; %s is allowed.", n, float64(c.Value), spec.allowed())
	case Fail:
		c.Sentence = fmt.Sprintf("The %d converged trials end in %s: the farthest two are %.2g apart, and %s is allowed.",
			n, plural(len(x.result.Basins), "basin"), float64(c.Value), spec.allowed())
	default:
		c.Sentence = undecided(why, n, float64(c.Value))
	}
}

// undecided says why nothing follows, and what was seen all the same.
func undecided(why string, n int, value float64) string {
	if why == "" {
		why = "nothing could be measured"
	}
	if math.IsNaN(value) {
		return strings.ToUpper(why[:1]) + why[1:] + "."
	}
	return fmt.Sprintf("%s%s. The %d that converged are within %.2g.", strings.ToUpper(why[:1]), why[1:], n, value)
}

// allowed says the tolerance in words.
func (c CheckSpec) allowed() string {
	if c.Exact {
		return "no difference"
	}
	return fmt.Sprintf("%.2g", c.Tolerance)
}

// differingBits counts the converged trials whose tuple has not the bits of the first one's.
func (x *problemRun) differingBits() int {
	first := x.outcomes[x.converged[0]].Tuple
	count := 0
	for _, trial := range x.converged[1:] {
		if !sameBits(first, x.outcomes[trial].Tuple) {
			count++
		}
	}
	return count
}

func sameBits(a, b symmetry.Tuple) bool {
	return slices.EqualFunc(a, b, func(p, q symmetry.Part) bool { return p.Name == q.Name && mat.Equal(p.M, q.M) })
}

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

func (x *problemRun) decideImages(c *CheckResult, spec CheckSpec) {
	c.Title = "Every drawing of a label is the same image"
	c.Quantity = "largest distance of two drawings of one label, as vectors of unit norm"
	var group symmetry.Group = symmetry.Trivial{}
	if spec.Modulo == "sign" {
		group = symmetry.Sign{}
		c.Title += ", up to sign"
		c.Quantity += ", modulo sign"
	}
	if spec.Within == "basin" {
		c.Title = "Every drawing of a label in one basin is the same image, up to sign"
		c.Quantity += ", among those with the same sign pattern"
	}
	standing, why := Pass, ""
	if _, ok := x.p.(Artist); !ok {
		standing, why = Error, "the subject cannot draw"
	} else if x.drawErr != nil {
		standing, why = Error, x.drawErr.Error()
	}
	total, unconverged, pairs := 0, 0, 0
	for i, of := range x.drawn {
		good := convergedDrawings(of)
		total += len(of)
		unconverged += len(of) - len(good)
		groups := [][]drawn{good}
		if spec.Within == "basin" {
			groups = patterns(good)
		}
		at, value := "", math.NaN()
		var cells []string
		for _, members := range groups {
			if len(members) < 2 {
				continue
			}
			m, err := imageDistances(members, group)
			if err != nil {
				standing, why = Error, err.Error()
				continue
			}
			pairs += len(members) * (len(members) - 1) / 2
			if d, a, b := m.Max(); !(value >= d) {
				value = d
				at = fmt.Sprintf("%s, instance %d and %s, instance %d", x.cells[members[a].trial].Label, members[a].instance, x.cells[members[b].trial].Label, members[b].instance)
				if spec.Within == "basin" {
					at = fmt.Sprintf("basin %s: %s", members[0].Pattern, at)
				}
				cells = []string{x.cells[members[a].trial].ID, x.cells[members[b].trial].ID}
			}
		}
		if math.IsNaN(value) {
			if standing == Pass {
				standing, why = Inconclusive, fmt.Sprintf("label %s has no two drawings to compare", x.result.Drawings[i].Label)
			}
			continue
		}
		if !(float64(c.Value) >= value) {
			c.Value = Number(value)
		}
		c.Evidence = append(c.Evidence, Evidence{
			Text:  fmt.Sprintf("label %s: %d drawings in %s; farthest apart: %s", x.result.Drawings[i].Label, len(good), plural(len(x.result.Drawings[i].Basins), "basin"), at),
			Value: Number(value), Cells: cells,
		})
	}
	slices.SortStableFunc(c.Evidence, func(a, b Evidence) int {
		switch {
		case a.Value > b.Value:
			return -1
		case a.Value < b.Value:
			return 1
		}
		return 0
	})
	switch {
	case standing == Pass && total == 0:
		standing, why = Inconclusive, "nothing was drawn"
	case standing == Pass && unconverged > 0:
		standing, why = Inconclusive, fmt.Sprintf("%d of %d drawings did not converge", unconverged, total)
	}
	c.judge(standing)
	switch c.Verdict {
	case Pass, Fail:
		c.Sentence = fmt.Sprintf("Among %d pairs of %d drawings the farthest two are %.2g apart; %s is allowed.", pairs, total, float64(c.Value), spec.allowed())
	default:
		c.Sentence = undecided(why, total-unconverged, float64(c.Value))
	}
}

func (x *problemRun) decideGolden(c *CheckResult, spec CheckSpec) {
	c.Title = "The outcome is the one that was approved before"
	c.Quantity = "largest distance of a trained tuple to the golden one, modulo " + x.result.Symmetry
	tolerance, images := spec, spec
	if spec.Inherits {
		if tuple := x.check("tuple"); tuple != nil {
			tolerance = *tuple
		}
		for _, other := range x.s.Checks {
			if other.Kind == "images" && other.Within == "basin" {
				images = other
			}
		}
		c.Tolerance, c.Reason = Number(tolerance.Tolerance), tolerance.Reason
	}
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
			Text:  fmt.Sprintf("%d drawings compared with the golden ones of their label and basin; farthest: label and basin %s (%s allowed)", f.compared, f.imageAt, images.allowed()),
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
	if f.compared > 0 && !(f.image <= images.Tolerance) {
		c.Verdict = Fail
	}
	if len(x.drawn) > 0 && f.compared == 0 && c.Verdict == Pass {
		c.Verdict, why = Inconclusive, "no drawing has a golden one of its label and basin to be compared with"
	}
	if c.Verdict == Fail && f.candidate != "" {
		c.Evidence = append(c.Evidence, Evidence{Text: "candidate: " + f.candidate, Value: Number(math.NaN())})
	}
	switch c.Verdict {
	case Pass:
		c.Sentence = fmt.Sprintf("All %d trained tuples lie within %.2g of the golden one (%s allowed), and %d drawings within %.2g of theirs.",
			len(x.converged), f.tuple, tolerance.allowed(), f.compared, f.image)
	case Fail:
		c.Sentence = fmt.Sprintf("The outcome has moved: tuples by up to %.2g (%s allowed), drawings by up to %.2g (%s allowed). If the change is meant: %s",
			f.tuple, tolerance.allowed(), f.image, images.allowed(), approve)
	default:
		c.Sentence = undecided(why, len(x.converged), f.tuple)
	}
}
