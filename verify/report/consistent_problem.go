package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"example.org/concord/verify"
)

// consistentProblem returns an error when a problem contradicts itself.
func consistentProblem(path string, p *verify.ProblemResult) error {
	verdicts := make([]verify.Verdict, len(p.Checks))
	for i := range p.Checks {
		verdicts[i] = p.Checks[i].Verdict
	}
	if err := consistentVerdict(path+".", p.Verdict, verdicts); err != nil {
		return err
	}
	for i := range p.Trials {
		if err := consistentTrial(fmt.Sprintf("%s.trials[%d]", path, i), &p.Trials[i], len(p.Basins)); err != nil {
			return err
		}
	}
	for i := range p.Checks {
		if err := consistentCheck(fmt.Sprintf("%s.checks[%d]", path, i), &p.Checks[i], p.Trials); err != nil {
			return err
		}
	}
	if p.Verdict == verify.Pass {
		if err := consistentPass(path, p); err != nil {
			return err
		}
	}
	if err := consistentCertificates(path, p); err != nil {
		return err
	}
	if err := consistentBasins(path, p); err != nil {
		return err
	}
	if err := consistentDistances(path+".distances", p.Distances, p.Trials); err != nil {
		return err
	}
	if err := consistentSpread(path, p); err != nil {
		return err
	}
	for i := range p.Drawings {
		if err := consistentDrawings(fmt.Sprintf("%s.drawings[%d]", path, i), &p.Drawings[i]); err != nil {
			return err
		}
	}
	if err := consistentKnown(path, p); err != nil {
		return err
	}
	return consistentJudges(path, p)
}

// consistentTrial returns an error when a trial is in no basin there is, or converged to what is no number.
func consistentTrial(path string, t *verify.TrialResult, basins int) error {
	if t.Basin < -1 || t.Basin >= basins {
		return fmt.Errorf("%s.basin is %d, but there are %d basins", path, t.Basin, basins)
	}
	if _, err := t.Status.MarshalText(); err != nil {
		return fmt.Errorf("%s.status: %w", path, err)
	}
	if t.Status != verify.Converged {
		return nil
	}
	if !finite(t.Fitness) {
		return fmt.Errorf("%s.status is %q, but fitness is %s", path, t.Status, plain(t.Fitness))
	}
	if !finite(t.GradNorm) {
		return fmt.Errorf("%s.status is %q, but grad_norm is %s", path, t.Status, plain(t.GradNorm))
	}
	return nil
}

// consistentCheck returns an error when the verdict of a check is not that of its value and its trials. A
// golden, a certificate or a drawing that is not the mean may be refuted by what its value does not measure.
func consistentCheck(path string, c *verify.CheckResult, trials []verify.TrialResult) error {
	switch c.Verdict {
	case verify.Pass:
		if !finite(c.Value) || !(c.Value <= c.Tolerance) {
			return fmt.Errorf("%s.verdict is PASS, but value is %s, which is not within the tolerance, %s", path, plain(c.Value), plain(c.Tolerance))
		}
		if i := unconvergedTrial(trials); i >= 0 && c.Kind == "converged" {
			return fmt.Errorf("%s.verdict is PASS, but trials[%d].status is %q", path, i, trials[i].Status)
		}
	case verify.Fail:
		if slices.Contains(measuredKinds(), c.Kind) && !(c.Value > c.Tolerance) {
			return fmt.Errorf("%s.verdict is FAIL, but value is %s, which does not exceed the tolerance, %s", path, plain(c.Value), plain(c.Tolerance))
		}
	default:
	}
	return nil
}

// measuredKinds are the kinds of checks that nothing but their value refutes.
func measuredKinds() []string {
	return []string{"tuple", "scores", "images", "recognisable", "novelty", "accuracy", "shift"}
}

// unconvergedTrial returns the index of the first trial that did not converge, −1 when all did.
func unconvergedTrial(trials []verify.TrialResult) int {
	return slices.IndexFunc(trials, func(t verify.TrialResult) bool { return t.Status != verify.Converged })
}

// consistentPass returns an error when p, which passed, has no outcomes that were compared or one that bears
// no witness.
func consistentPass(path string, p *verify.ProblemResult) error {
	compares := func(c verify.CheckResult) bool { return c.Kind != "converged" }
	switch i := unconvergedTrial(p.Trials); {
	case p.Error != "":
		return fmt.Errorf("%s.verdict is PASS, but error is %q", path, p.Error)
	case len(p.Trials) == 0:
		return fmt.Errorf("%s.verdict is PASS, but trials is empty", path)
	case i >= 0:
		return fmt.Errorf("%s.verdict is PASS, but trials[%d].status is %q", path, i, p.Trials[i].Status)
	case len(p.Checks) == 0:
		return fmt.Errorf("%s.verdict is PASS, but checks is empty", path)
	case !slices.ContainsFunc(p.Checks, compares):
		return fmt.Errorf("%s.verdict is PASS, but no check in checks compares outcomes: all are of kind %q", path, "converged")
	}
	return nil
}

// consistentBasins returns an error when basins and trials disagree about which trial is in which basin.
func consistentBasins(path string, p *verify.ProblemResult) error {
	in := make(map[int]int, len(p.Trials))
	for i, b := range p.Basins {
		at := fmt.Sprintf("%s.basins[%d]", path, i)
		if err := consistentTrials(at+".trials", b.Trials, len(p.Trials)); err != nil {
			return err
		}
		if b.Size != len(b.Trials) {
			return fmt.Errorf("%s.size is %d, but trials has %d entries", at, b.Size, len(b.Trials))
		}
		for _, t := range b.Trials {
			if other, ok := in[t]; ok {
				return fmt.Errorf("%s.trials names trial %d, but so does basins[%d]", at, t, other)
			}
			in[t] = i
			if p.Trials[t].Basin != i {
				return fmt.Errorf("%s.trials names trial %d, but trials[%d].basin is %d", at, t, t, p.Trials[t].Basin)
			}
		}
	}
	for i := range p.Trials {
		if b := p.Trials[i].Basin; b >= 0 {
			if _, ok := in[i]; !ok {
				return fmt.Errorf("%s.trials[%d].basin is %d, but basins[%d].trials does not name it", path, i, b, b)
			}
		}
	}
	return nil
}

// consistentTrials returns an error when a list of trials names one of n that is not there, or one twice.
func consistentTrials(path string, trials []int, n int) error {
	seen := make(map[int]bool, len(trials))
	for i, t := range trials {
		if t < 0 || t >= n {
			return fmt.Errorf("%s[%d] is %d, but there are %d trials", path, i, t, n)
		}
		if seen[t] {
			return fmt.Errorf("%s names trial %d twice", path, t)
		}
		seen[t] = true
	}
	return nil
}

// consistentDistances returns an error when a matrix of distances has not the size its trials ask for, or when
// the largest distance is not the one it has between converged trials.
func consistentDistances(path string, d *verify.Distances, trials []verify.TrialResult) error {
	if d == nil {
		return nil
	}
	if err := consistentTrials(path+".trials", d.Trials, len(trials)); err != nil {
		return err
	}
	n := len(d.Trials)
	pairs := n * (n - 1) / 2
	if len(d.After) != pairs {
		return fmt.Errorf("%s.after has %d entries, but %d trials make %d pairs", path, len(d.After), n, pairs)
	}
	if len(d.Before) != 0 && len(d.Before) != pairs {
		return fmt.Errorf("%s.before has %d entries, but %d trials make %d pairs", path, len(d.Before), n, pairs)
	}
	if got, want := fourDigits(d.Max), fourDigits(largestConverged(d, trials)); got != want {
		return fmt.Errorf("%s.max is %s, but the largest entry of after between converged trials is %s", path, got, want)
	}
	return nil
}

// largestConverged returns the largest of d.After among converged trials, NaN when there is no pair of them.
func largestConverged(d *verify.Distances, trials []verify.TrialResult) verify.Number {
	largest, k, seen := verify.Number(math.NaN()), 0, false
	for i, a := range d.Trials {
		for _, b := range d.Trials[i+1:] {
			if trials[a].Status == verify.Converged && trials[b].Status == verify.Converged && (!seen || d.After[k] > largest) {
				largest, seen = d.After[k], true
			}
			k++
		}
	}
	return largest
}

// fourDigits writes x with the four significant digits that After has.
func fourDigits(x verify.Number) string { return strconv.FormatFloat(float64(x), 'g', 4, 64) }
