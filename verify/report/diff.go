package report

import (
	"fmt"
	"math"
	"strings"

	"example.org/concord/verify"
)

// An Effect says what a difference between two results means for their claims, from nothing to the worst.
type Effect uint8

// The effects. That of a Difference with parts is the worst of its parts.
const (
	Same    Effect = iota // no difference
	Aside                 // the surroundings: environment, program, time, the command
	Moved                 // a number found is another, and no verdict is about that
	Changed               // what was asked, what it was asked of, or what was counted is another
	Better                // a verdict is better
	Worse                 // a verdict is worse
)

// String returns the effect as reports print it.
func (e Effect) String() string {
	names := [...]string{"same", "aside", "moved", "changed", "better", "worse"}
	if int(e) >= len(names) {
		return fmt.Sprintf("Effect(%d)", uint8(e))
	}
	return names[e]
}

// MarshalText implements encoding.TextMarshaler.
func (e Effect) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// ExitCode is what a comparison that came to e ends the program with: 0 up to Moved, 1 for Worse, else 3.
func (e Effect) ExitCode() int {
	switch {
	case e <= Moved:
		return verify.ExitPass
	case e == Worse:
		return verify.ExitFail
	default:
		return verify.ExitUndecided
	}
}

// A Difference is something that differs between two results: with parts a place in the tree, without parts
// one field there. What is the same in both has no Difference.
type Difference struct {
	Name   string        `json:"name"` // "problem rank=20", "check tuple", "tolerance"
	Effect Effect        `json:"effect"`
	Before string        `json:"before"` // "" where the first has none, and for a place
	After  string        `json:"after"`  // "" where the second has none, and for a place
	Ratio  verify.Number `json:"ratio"`  // After over Before where both are positive numbers, else NaN
	Parts  []Difference  `json:"parts"`
}

// A Comparison is what two results differ in.
type Comparison struct {
	Sentence string       `json:"sentence"`
	Effect   Effect       `json:"effect"` // the worst of Parts
	Before   Origin       `json:"before"`
	After    Origin       `json:"after"`
	Parts    []Difference `json:"parts"`
}

// Origin says which run a result is of.
type Origin struct {
	Scenario string         `json:"scenario"`
	Verdict  verify.Verdict `json:"verdict"`
	Started  string         `json:"started"` // "" where it was not recorded
	Revision string         `json:"revision"`
}

// metricTolerance is the relative difference up to which a metric counts as the same quantity, moved by
// rounding. Metrics have no tolerance of their own.
const metricTolerance = 1e-6

// Compare says what differs between two results. Problems are matched by label and data, checks by id,
// controls and doses by name, drawings by label, digests and metrics by name; what only one of them has is
// named. A number that differs is Moved where a verdict or nothing is about it, because a verdict says
// whether it may: of its sign or size nothing is concluded here. A metric that differs by more than one part
// in a million is Changed. Compare returns an error when a result contradicts itself.
func Compare(before, after *verify.Result) (*Comparison, error) {
	for _, r := range []struct {
		name string
		tree *verify.Result
	}{{"first", before}, {"second", after}} {
		if err := consistent(r.tree); err != nil {
			return nil, fmt.Errorf("report: comparing: the %s: %w", r.name, err)
		}
	}
	c := &Comparison{Before: originOf(before), After: originOf(after)}
	root := &site{}
	root.verdict(before.Verdict, after.Verdict, false)
	diffScenario(root, &before.Scenario, &after.Scenario)
	diffProblems(root, before.Problems, after.Problems)
	diffTwins(root, before.Twins, after.Twins)
	diffDoses(root, before.Doses, after.Doses)
	root.texts("warning", Moved, before.Warnings, after.Warnings)
	diffEnvironment(root, &before.Environment, &after.Environment)
	diffTiming(root, &before.Timing, &after.Timing)
	c.Parts = root.parts
	c.Effect = root.effect()
	c.Sentence = c.summary()
	return c, nil
}

func originOf(r *verify.Result) Origin {
	o := Origin{Scenario: r.Scenario.Name, Verdict: r.Verdict, Revision: r.Environment.Revision}
	if !r.Timing.Started.IsZero() {
		o.Started = r.Timing.Started.UTC().Format("2006-01-02 15:04:05")
	}
	return o
}

// counts returns how many fields differ, by effect.
func counts(parts []Difference) (n [Worse + 1]int) {
	for i := range parts {
		if p := &parts[i]; len(p.Parts) > 0 {
			for e, k := range counts(p.Parts) {
				n[e] += k
			}
		} else {
			n[p.Effect]++
		}
	}
	return n
}

// summary says in one sentence what the comparison came to.
func (c *Comparison) summary() string {
	n := counts(c.Parts)
	lead := "No verdict is worse and the same was asked: only numbers, surroundings or time differ"
	switch c.Effect {
	case Same:
		return "The two results are the same."
	case Worse:
		lead = "A verdict is worse"
	case Better:
		lead = "No verdict is worse, and one at least is better"
	case Changed:
		lead = "No verdict is worse, but what was asked or counted is not the same"
	case Aside, Moved:
	}
	var parts []string
	for _, e := range []Effect{Worse, Better, Changed, Moved, Aside} {
		if n[e] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[e], e))
		}
	}
	return fmt.Sprintf("%s. Fields that differ: %s.", lead, strings.Join(parts, ", "))
}

// site is a Difference with parts in the making.
type site struct{ parts []Difference }

// effect returns the worst effect of the parts.
func (p *site) effect() Effect {
	worst := Same
	for i := range p.parts {
		worst = max(worst, p.parts[i].Effect)
	}
	return worst
}

// in adds a place that fill fills, unless nothing in it differs.
func (p *site) in(name string, fill func(*site)) {
	var inner site
	fill(&inner)
	if len(inner.parts) > 0 {
		p.parts = append(p.parts, Difference{Name: name, Effect: inner.effect(), Ratio: nan(), Parts: inner.parts})
	}
}

// add adds a field whatever it holds.
func (p *site) add(name string, e Effect, before, after string) {
	p.parts = append(p.parts, Difference{Name: name, Effect: e, Before: before, After: after, Ratio: nan(), Parts: []Difference{}})
}

// text adds a field that is text, where it differs.
func (p *site) text(name string, e Effect, before, after string) {
	if before != after {
		p.add(name, e, before, after)
	}
}

// count adds a field that is a whole number, where it differs.
func (p *site) count(name string, before, after int) {
	p.quantity(name, Changed, verify.Number(before), verify.Number(after), func(x verify.Number) string { return fmt.Sprint(int(x)) })
}

// number adds a field that is a number, where it differs. NaN is the same as NaN: both times nothing was
// measured. From or to NaN is Changed at least.
func (p *site) number(name string, e Effect, before, after verify.Number) {
	p.quantity(name, e, before, after, exactly)
}

// quantity adds a number in the writing of write, where it differs.
func (p *site) quantity(name string, e Effect, before, after verify.Number, write func(verify.Number) string) {
	a, b := float64(before), float64(after)
	missing := math.IsNaN(a) || math.IsNaN(b)
	if a == b || math.IsNaN(a) && math.IsNaN(b) {
		return
	}
	if missing && e == Moved {
		e = Changed
	}
	p.add(name, e, write(before), write(after))
	if a > 0 && b > 0 && !math.IsInf(a, 1) && !math.IsInf(b, 1) {
		p.parts[len(p.parts)-1].Ratio = verify.Number(b / a)
	}
}

// verdict adds the verdict of a place, where it differs. Within a control, whose checks have to fail, neither direction is
// better: the verdict of the control itself is.
func (p *site) verdict(before, after verify.Verdict, control bool) {
	if before == after {
		return
	}
	e := Better
	switch {
	case control:
		e = Changed
	case verify.Worst(before, after) == after:
		e = Worse
	}
	p.add("verdict", e, before.String(), after.String())
}

// texts adds what only one of two lists has.
func (p *site) texts(name string, e Effect, before, after []string) {
	each(before, after, func(s string) string { return s }, func(_ string, a, b *string) {
		switch {
		case b == nil:
			p.add(name, e, *a, "")
		case a == nil:
			p.add(name, e, "", *b)
		}
	})
}

// each calls do for every key of two lists in the order of the first and then of the second, with nil where
// one of them lacks it. A key that repeats is matched in order.
func each[T any](before, after []T, key func(T) string, do func(key string, before, after *T)) {
	left := map[string][]int{}
	for i := range after {
		k := key(after[i])
		left[k] = append(left[k], i)
	}
	matched := make([]bool, len(after))
	for i := range before {
		k := key(before[i])
		if at := left[k]; len(at) > 0 {
			left[k], matched[at[0]] = at[1:], true
			do(k, &before[i], &after[at[0]])
		} else {
			do(k, &before[i], nil)
		}
	}
	for i := range after {
		if !matched[i] {
			do(key(after[i]), nil, &after[i])
		}
	}
}

func nan() verify.Number { return verify.Number(math.NaN()) }

// exactly writes x with the fewest digits that say which of two near numbers it is.
func exactly(x verify.Number) string {
	if math.IsNaN(float64(x)) {
		return "not measured"
	}
	return fmt.Sprintf("%.6g", float64(x))
}
