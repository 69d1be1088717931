package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"example.org/concord/verify"
)

// A Run is what a history keeps of one result.
type Run struct {
	Path     string // where its result was read
	Started  time.Time
	Verdict  verify.Verdict
	Seconds  verify.Number
	PeakRSS  int64 // 0 where the system did not tell
	Revision string
	Flags    []string // how it differs from the run before it, one sentence each

	scenario, source string
	environment      []fact
	checks           []checkOfRun
}

// checkOfRun is what a history keeps of one check.
type checkOfRun struct {
	problem, id       string
	verdict           verify.Verdict
	margin, tolerance verify.Number
}

// NewRun takes from a result, read from path, what a history needs, so that the result itself can be let go.
func NewRun(path string, r *verify.Result) *Run {
	run := &Run{
		Path: path, Started: r.Timing.Started.UTC(), Verdict: r.Verdict, Seconds: r.Timing.Seconds, PeakRSS: r.Timing.PeakRSS,
		Revision: r.Environment.Revision, scenario: r.Scenario.Name, source: r.Scenario.SHA256, environment: environment(&r.Environment),
	}
	for _, path := range slices.Sorted(maps.Keys(r.Environment.Modules)) {
		run.environment = append(run.environment, fact{path, r.Environment.Modules[path]})
	}
	for i := range r.Problems {
		p := &r.Problems[i]
		for j := range p.Checks {
			c := &p.Checks[j]
			run.checks = append(run.checks, checkOfRun{p.Label, c.ID, c.Verdict, c.Margin, c.Tolerance})
		}
	}
	return run
}

// Unreadable is a file that should be a result and cannot be read.
type Unreadable struct{ Path, Reason string }

// A History is how the runs of scenarios went, one after the other.
type History struct {
	Scenarios  []ScenarioHistory // by name
	Unreadable []Unreadable
	Notes      []string // what was not looked at
}

// ScenarioHistory is the runs of one scenario.
type ScenarioHistory struct {
	Name   string
	Runs   []*Run         // by start, then by path
	Checks []CheckHistory // in the order of their first appearance
}

// CheckHistory is one check in all runs of a scenario.
type CheckHistory struct {
	Problem, ID string
	Verdicts    []verify.Verdict // by run; NotRun where the run had no such check
	Margins     []verify.Number  // by run; NaN where nothing was measured
	Flags       []string         // what changed from a run to the next, one sentence each
}

// growth is by what factor a margin may grow from one run to the next without being flagged.
const growth = 2

// NewHistory orders runs by scenario and start and flags, from each run to the next: a margin more than twice
// as large, a margin that is no longer measured, another verdict, another tolerance, a check that came or went,
// another scenario text, another environment. It writes the flags into the runs.
func NewHistory(runs []*Run, unreadable []Unreadable) *History {
	h := &History{Unreadable: unreadable}
	byName := map[string][]*Run{}
	for _, r := range runs {
		byName[r.scenario] = append(byName[r.scenario], r)
	}
	for name, runs := range byName {
		slices.SortStableFunc(runs, func(a, b *Run) int {
			return cmp.Or(a.Started.Compare(b.Started), strings.Compare(a.Path, b.Path))
		})
		for i, r := range runs {
			r.Flags = nil
			if i > 0 {
				r.Flags = r.flags(runs[i-1])
			}
		}
		h.Scenarios = append(h.Scenarios, ScenarioHistory{Name: name, Runs: runs, Checks: checkHistories(runs)})
	}
	slices.SortFunc(h.Scenarios, func(a, b ScenarioHistory) int { return strings.Compare(a.Name, b.Name) })
	return h
}

// flags says how a run differs from the one before it.
func (r *Run) flags(before *Run) []string {
	var all []string
	if r.Verdict != before.Verdict {
		all = append(all, fmt.Sprintf("the verdict changed from %v to %v", before.Verdict, r.Verdict))
	}
	if r.source != before.source {
		all = append(all, "the text of the scenario changed")
	}
	var names []string
	each(before.environment, r.environment, func(f fact) string { return f.name }, func(name string, a, b *fact) {
		if a == nil || b == nil || a.value != b.value {
			names = append(names, name)
		}
	})
	if len(names) > 0 {
		all = append(all, "the environment changed: "+strings.Join(names, ", "))
	}
	return all
}

// checkHistories follows every check through the runs.
func checkHistories(runs []*Run) []CheckHistory {
	type name struct{ problem, id string }
	at := map[name]int{}
	var all []CheckHistory
	var last []*checkOfRun // by check: in the run before, nil where it had none
	for i, r := range runs {
		seen := make([]*checkOfRun, len(all))
		for j := range r.checks {
			c := &r.checks[j]
			k, ok := at[name{c.problem, c.id}]
			if !ok {
				k = len(all)
				at[name{c.problem, c.id}] = k
				all = append(all, newCheckHistory(c, len(runs)))
				seen = append(seen, nil)
			}
			seen[k] = c
			all[k].Verdicts[i], all[k].Margins[i] = c.verdict, c.margin
		}
		for k := range all {
			var before *checkOfRun
			if k < len(last) {
				before = last[k]
			}
			if i > 0 {
				for _, s := range changes(before, seen[k]) {
					all[k].Flags = append(all[k].Flags, fmt.Sprintf("run %d: %s", i+1, s))
				}
			}
		}
		last = seen
	}
	return all
}

// newCheckHistory returns the history of a check that no run had.
func newCheckHistory(c *checkOfRun, runs int) CheckHistory {
	h := CheckHistory{Problem: c.problem, ID: c.id, Verdicts: make([]verify.Verdict, runs), Margins: make([]verify.Number, runs)}
	for i := range h.Margins {
		h.Margins[i] = nan()
	}
	return h
}

// changes says what is worth a flag between a check and the same one in the run before.
func changes(before, after *checkOfRun) []string {
	switch {
	case before == nil && after == nil:
		return nil
	case before == nil:
		return []string{"the check was added"}
	case after == nil:
		return []string{"the check is gone"}
	}
	var all []string
	if before.verdict != after.verdict {
		all = append(all, fmt.Sprintf("the verdict changed from %v to %v", before.verdict, after.verdict))
	}
	if before.tolerance != after.tolerance && !(math.IsNaN(float64(before.tolerance)) && math.IsNaN(float64(after.tolerance))) {
		all = append(all, fmt.Sprintf("the tolerance changed from %s to %s", tolerance(before.tolerance), tolerance(after.tolerance)))
	}
	a, b := float64(before.margin), float64(after.margin)
	switch {
	case math.IsNaN(b) && !math.IsNaN(a):
		all = append(all, "there is no margin any more")
	case b > growth*a && a > 0:
		all = append(all, fmt.Sprintf("the margin grew %.3g times, from %.3g to %.3g", b/a, a, b))
	case a == 0 && b > 0:
		all = append(all, fmt.Sprintf("the margin grew from 0 to %.3g", b))
	}
	return all
}

// trend returns where the margins lie on a logarithmic scale from 0 to 1, which spans one decade at least:
// a zero lies at 0, an infinite margin at 1, and NaN is NaN.
func trend(margins []verify.Number) (at []float64, low, high float64) {
	low, high = decades(margins)
	at = make([]float64, len(margins))
	for i, m := range margins {
		x := float64(m)
		switch {
		case math.IsNaN(x):
			at[i] = x
		case x <= 0:
		case math.IsInf(x, 1):
			at[i] = 1
		default:
			at[i] = min(max((math.Log10(x)-low)/(high-low), 0), 1)
		}
	}
	return at, low, high
}
