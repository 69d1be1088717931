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
	// The problem passes only if outcomes were compared, and all trials bear witness.
	if !slices.ContainsFunc(x.s.Checks, func(c CheckSpec) bool { return c.Kind != "converged" }) {
		verdicts = append(verdicts, Inconclusive)
	}
	if v, _ := x.attendance(); v != Pass {
		verdicts = append(verdicts, v)
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

// attendance says whether all trials have an outcome that bears witness, and why when they have not.
func (x *problemRun) attendance() (Verdict, string) {
	failed, unconverged := 0, 0
	for i := range x.result.Trials {
		switch x.result.Trials[i].Status {
		case Converged:
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
	}
	return Pass, ""
}

// standing says what the trials of this problem are worth as witnesses, and why when they are not all good.
func (x *problemRun) standing() (Verdict, string) {
	if v, why := x.attendance(); v != Pass {
		return v, why
	}
	starts := map[string]bool{}
	for _, trial := range x.converged {
		starts[x.result.Trials[trial].Start] = true
	}
	a, b := x.copies()
	switch {
	case len(x.converged) < 2:
		return Inconclusive, "there are fewer than two converged trials to compare"
	case len(starts) < 2:
		return Inconclusive, "all trials have the same start"
	case x.compareErr != nil:
		return Error, x.compareErr.Error()
	case a != b:
		return Vacuous, fmt.Sprintf("%s and %s are the same from their first step on, so the start seems to be ignored", x.cells[a].Label, x.cells[b].Label)
	}
	return Pass, ""
}

// copies returns two converged trials from different starts that took the same way to the last bit, 0 and 0
// when there are none. What two starts have in common to the last bit, neither has decided: then something
// that was meant to vary did not, and the agreement of copies shows nothing.
func (x *problemRun) copies() (a, b int) {
	type way struct {
		settings           string
		steps, evaluations int
		fitness, gradNorm  float64
	}
	seen := map[way]int{}
	for _, trial := range x.converged {
		out, t := x.outcomes[trial], &x.result.Trials[trial]
		w := way{strings.TrimPrefix(t.Label, t.Start), out.Steps, out.Evaluations, out.Fitness, out.GradNorm}
		first, ok := seen[w]
		if !ok {
			seen[w] = trial
			continue
		}
		other := x.outcomes[first]
		if x.result.Trials[first].Start != t.Start && slices.Equal(out.Curve, other.Curve) && sameBits(out.Tuple, other.Tuple) {
			return first, trial
		}
	}
	return 0, 0
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
		if standing == Pass && drawnAlike(good) {
			standing, why = Vacuous, fmt.Sprintf("drawings of label %s from different starts are the same to the last bit, so the start seems to be ignored", x.result.Drawings[i].Label)
		}
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

// drawnAlike reports whether one network drew the same image to the last bit from two starts, in as many steps.
func drawnAlike(all []drawn) bool {
	for i, a := range all {
		for _, b := range all[i+1:] {
			if a.trial == b.trial && a.Steps == b.Steps && slices.Equal(a.Image.Pixels, b.Image.Pixels) {
				return true
			}
		}
	}
	return false
}

func (x *problemRun) decideGolden(c *CheckResult, spec CheckSpec) {
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
