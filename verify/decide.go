package verify

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// decide turns what was measured into the verdicts of all checks.
func (x *problemRun) decide() {
	if x.apart != nil {
		x.power()
	}
	var verdicts []Verdict
	for i, spec := range x.s.Checks {
		c := spec.open()
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
		default:
			if x.examined[i] != nil {
				c = *x.examined[i]
			}
		}
		if spec.Claim != "" {
			c.Title = spec.Claim
		}
		x.s.provenance(&c)
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
	if c.Name != "" {
		id += "-" + c.Name
	}
	return id
}

// open begins the result of a check that nothing is known of yet.
func (c CheckSpec) open() CheckResult {
	return CheckResult{
		ID: c.id(), Kind: c.Kind, Reason: c.Reason, Verdict: NotRun,
		Value: Number(math.NaN()), Tolerance: Number(c.Tolerance), Margin: Number(math.NaN()), Evidence: []Evidence{},
	}
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
	var a, b int
	if x.apart != nil {
		a, b = x.apart.copies[0], x.apart.copies[1]
	}
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
	if a, b := x.sameBeginning(); a != b {
		return Vacuous, fmt.Sprintf("%s and %s take the same first steps, to the last bit of fitness and gradient norm, as all starts do, so the start seems to be ignored; "+
			"a subject whose starts these do not tell apart can begin its curve after step 0", x.cells[a].Label, x.cells[b].Label)
	}
	return Pass, ""
}

// copies returns two converged trials from different starts that took the same way to the last bit, zeros
// when there are none. What two starts have in common to the last bit, neither has decided: then something
// that was meant to vary did not, and the agreement of copies shows nothing.
func (x *problemRun) copies() ([2]int, error) {
	type way struct {
		settings           string
		steps, evaluations int
		fitness, gradNorm  float64
	}
	seen := map[way]int{}
	for _, trial := range x.converged {
		out, t := x.outcomes[trial], &x.result.Trials[trial]
		w := way{x.cells[trial].WayLabel, out.Steps, out.Evaluations, out.Fitness, out.GradNorm}
		first, ok := seen[w]
		if !ok {
			seen[w] = trial
			continue
		}
		other := x.outcomes[first]
		if x.result.Trials[first].Start != t.Start && slices.Equal(out.Curve, other.Curve) {
			same, err := x.sameTuples(first, trial)
			if same || err != nil {
				return [2]int{first, trial}, err
			}
		}
	}
	return [2]int{}, nil
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

// undecidedBut says why nothing follows, and what was seen all the same: seen is a sentence with one number.
func undecidedBut(why, seen string, value float64) string {
	text := undecided(why, 0, math.NaN())
	if !math.IsNaN(value) {
		text += " " + fmt.Sprintf(seen, value)
	}
	return text
}

// allowed says the tolerance in words.
func (c CheckSpec) allowed() string {
	if c.Exact {
		return "no difference"
	}
	return fmt.Sprintf("%.2g", c.Tolerance)
}
