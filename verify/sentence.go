package verify

import (
	"fmt"
	"slices"
	"strings"
)

// sentence says the verdict of a run in one sentence for a non-specialist.
func sentence(r *Result) string {
	trials, starts := 0, 0
	var worst CheckResult
	var kinds []string
	for _, p := range r.Problems {
		trials += len(p.Trials)
		if p.Power != nil {
			starts += p.Power.Starts
		}
		for _, c := range p.Checks {
			if worst.Kind == "" || c.Verdict.severity() > worst.Verdict.severity() {
				worst = c
			}
			if !slices.Contains(kinds, c.Kind) {
				kinds = append(kinds, c.Kind)
			}
		}
	}
	switch r.Verdict {
	case Pass:
		// Every check of every problem passed: say no more than what they are about.
		from := fmt.Sprintf("%s from %s", plural(trials, "training"), plural(starts, "different start"))
		if slices.Contains(kinds, "tuple") {
			return fmt.Sprintf("%s: %s all ended in the same place, within tolerance%s.", r.Scenario.Title, from, controls(r))
		}
		return fmt.Sprintf("%s: of %s, all pass %s%s.", r.Scenario.Title, from, checkList(kinds), controls(r))
	case Fail:
		if said := refutedClaims(r); said != "" {
			return said
		}
		return fmt.Sprintf("Refuted: %q does not hold. %s", r.Scenario.Title, worst.Sentence)
	case Vacuous:
		if said := controlSentence(r); said != "" {
			return "Nothing was shown: " + said
		}
	case Inconclusive, Missing:
		if said := controlSentence(r); worst.Verdict == Pass && said != "" {
			return "Undecided: " + said
		}
		if worst.Verdict == Pass {
			return fmt.Sprintf("Undecided: %q was not tested, because no check of this run compares outcomes or because not all trials converged.", r.Scenario.Title)
		}
		return fmt.Sprintf("Undecided: %s", worst.Sentence)
	default:
	}
	for _, p := range r.Problems {
		if p.Error != "" {
			return fmt.Sprintf("Nothing could be decided for %s: %s.", p.Label, p.Error)
		}
	}
	if said := controlSentence(r); worst.Verdict == Pass && said != "" {
		return "Nothing could be decided: " + said
	}
	return fmt.Sprintf("Nothing could be decided: %s", worst.Sentence)
}

// refutedClaims names the claims that do not hold where they are several, each of which may be made of many problems,
// and says how many others hold; "" where at most one does not.
func refutedClaims(r *Result) string {
	worst := map[string]Verdict{}
	var ids []string
	titles := map[string]string{}
	for _, p := range r.Problems {
		for _, c := range p.Checks {
			if _, seen := worst[c.ID]; !seen {
				ids = append(ids, c.ID)
				worst[c.ID], titles[c.ID] = c.Verdict, c.Title
			}
			worst[c.ID] = Worst(worst[c.ID], c.Verdict)
		}
	}
	var refuted []string
	held := 0
	for _, id := range ids {
		switch worst[id] {
		case Fail:
			refuted = append(refuted, "“"+titles[id]+"”")
		case Pass:
			held++
		default:
		}
	}
	n := len(refuted)
	if n < 2 {
		return ""
	}
	return fmt.Sprintf("Refuted: of %d claims %d hold, and %d do not: %s and %s.", len(ids), held, n, strings.Join(refuted[:n-1], ", "), refuted[n-1])
}

// controlSentence is that of the first control to which the verdict of the run is due, "" when it is due to none.
func controlSentence(r *Result) string {
	for _, t := range r.Twins {
		if t.Verdict == r.Verdict && t.Sentence != "" {
			return t.Sentence
		}
	}
	for _, d := range r.Doses {
		if d.Verdict == r.Verdict && d.Sentence != "" {
			return d.Sentence
		}
	}
	return ""
}

// controls says in half a sentence what the controls did, when they all failed as they must.
func controls(r *Result) string {
	said := ""
	switch n := len(r.Twins); n {
	case 0:
	case 1:
		said = fmt.Sprintf("; the control %q fails, as it must", r.Twins[0].Name)
	default:
		said = fmt.Sprintf("; all %d controls, each with one thing broken, fail, as they must", n)
	}
	switch n := len(r.Doses); n {
	case 0:
	case 1:
		said += fmt.Sprintf("; the doses of %q drive starts apart, as they must", r.Doses[0].Name)
	default:
		said += fmt.Sprintf("; all %d series of doses drive starts apart, as they must", n)
	}
	return said
}

// checkList names kinds of checks: "the checks tuple and scores".
func checkList(kinds []string) string {
	switch n := len(kinds); n {
	case 0:
		return "no check"
	case 1:
		return "the check " + kinds[0]
	default:
		return "the checks " + strings.Join(kinds[:n-1], ", ") + " and " + kinds[n-1]
	}
}
