package report

import (
	"fmt"
	"math"
	"slices"

	"example.org/concord/verify"
)

// claimRow is one claim over all problems, as the table at the top of the page shows it.
type claimRow struct {
	*claimView                // of the problem where it stands worst
	Worst      verify.Verdict // over all problems that make the claim
	Where      *problemView   // the problem where it stands worst
	Held, Of   int            // in how many of the problems it holds
	Found      []finding      // what was found where it does not hold
	More       int            // such problems beyond those of Found
	Shown      []demonstration
}

// finding is what a check found in one problem.
type finding struct {
	Anchor, Label, Sentence string
	Verdict                 verify.Verdict
}

// demonstration is what a control says about whether a check can fail.
type demonstration struct {
	Anchor, Name string
	Failed       bool // as it had to
	Words        string
}

// mostFindings is the largest number of problems that a row of the table quotes.
const mostFindings = 1

// newClaimRows returns one row for each check, in the order of the checks of the first problem that has it.
func newClaimRows(problems []*problemView, controls []*controlView, doses []*doseView) []*claimRow {
	type key struct {
		id string
		n  int // among checks of the same id
	}
	rows := map[key]*claimRow{}
	var all []*claimRow
	for _, p := range problems {
		seen := map[string]int{}
		for i := range p.Claims {
			c := &p.Claims[i]
			k := key{c.ID, seen[c.ID]}
			seen[c.ID]++
			r := rows[k]
			if r == nil {
				r = &claimRow{claimView: c, Worst: c.Verdict, Where: p}
				r.Shown = append(shownByControls(c.CheckResult, controls), shownByDoses(c.CheckResult, doses)...)
				rows[k] = r
				all = append(all, r)
			}
			r.add(p, c)
		}
	}
	for _, r := range all {
		r.cut()
	}
	return all
}

// cut puts the finding of the problem where the claim stands worst first, then the worst verdicts, and keeps few.
func (r *claimRow) cut() {
	slices.SortStableFunc(r.Found, func(a, b finding) int {
		switch {
		case a.Anchor == r.Anchor:
			return -1
		case b.Anchor == r.Anchor:
			return 1
		case a.Verdict == b.Verdict:
			return 0
		case verify.Worst(a.Verdict, b.Verdict) == a.Verdict:
			return -1
		}
		return 1
	})
	r.More = max(len(r.Found)-mostFindings, 0)
	r.Found = r.Found[:len(r.Found)-r.More]
}

// add counts one problem's finding.
func (r *claimRow) add(p *problemView, c *claimView) {
	r.Of++
	if c.Verdict == verify.Pass {
		r.Held++
	} else {
		r.Found = append(r.Found, finding{Anchor: c.Anchor, Label: p.Label, Sentence: c.Sentence, Verdict: c.Verdict})
	}
	worst := verify.Worst(r.Worst, c.Verdict)
	closer := !math.IsNaN(float64(c.Margin)) && !(c.Margin <= r.Margin)
	if c.Verdict == worst && (worst != r.Worst || closer) {
		r.claimView, r.Where = c, p
	}
	r.Worst = worst
}

// shownByControls returns what the controls in which c has to fail say about it.
func shownByControls(c *verify.CheckResult, controls []*controlView) []demonstration {
	var all []demonstration
	for _, t := range controls {
		for _, m := range t.Claims {
			d := demonstration{Anchor: t.ID, Name: t.Name}
			switch {
			case m.Claim == nil && m.ID == c.Kind:
				d.Words = "has no such check"
			case m.Claim == nil || m.Claim.ID != c.ID:
				continue
			case m.Claim.Verdict == verify.Fail:
				d.Failed, d.Words = true, times(m.Claim.CheckResult)
			default:
				d.Words = "came to " + m.Claim.Verdict.String() + ", not to FAIL"
			}
			all = append(all, d)
		}
	}
	return all
}

// times says how far a check that has to fail is beyond its tolerance.
func times(c *verify.CheckResult) string {
	switch m := float64(c.Margin); {
	case m > 1 && !math.IsInf(m, 1):
		return significant(m, max(ratioDigits(c.Margin), 2)) + " times"
	case math.IsNaN(float64(c.Value)):
		return "refuted, though not by a number"
	}
	return margin(c)
}

// shownByDoses returns what the doses say about c: they measure distances as the tuple check does.
func shownByDoses(c *verify.CheckResult, doses []*doseView) []demonstration {
	var all []demonstration
	for _, d := range doses {
		if c.Kind != "tuple" || len(d.Points) == 0 {
			continue
		}
		last := &d.Points[len(d.Points)-1]
		all = append(all, demonstration{
			Anchor: d.ID, Name: d.Name, Failed: d.Verdict == verify.Pass,
			Words: fmt.Sprintf("%d of %s at %s", last.Disagreed, plural(last.Starts, "start"), number(last.Value)),
		})
	}
	return all
}
