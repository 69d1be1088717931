package verify

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// fewSeeds is the number of seeds below which a pass says next to nothing.
const fewSeeds = 3

// wide is the tolerance above which outcomes that are called the same plainly differ.
const wide = 0.1

// Lint returns what a reader of the scenario should know although it is no error: what makes a pass weaker
// than it looks. It returns nil when there is nothing to say.
func (s *Scenario) Lint() []string {
	var out []string
	warn := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	has := func(match func(CheckSpec) bool) bool { return slices.ContainsFunc(s.Checks, match) }
	if len(s.Twins)+len(s.Doses) == 0 {
		warn("no twin: nothing shows that this scenario can fail")
	}
	if n := len(s.Seeds); n < fewSeeds {
		warn("%s: a pass says next to nothing about other starts", plural(n, "seed"))
	}
	if !has(func(c CheckSpec) bool { return c.Kind == "converged" }) {
		warn("no converged check: nothing says how many trials may stop early")
	}
	if !has(func(c CheckSpec) bool { return c.Kind != "converged" }) {
		warn("no check compares outcomes")
	}
	for _, c := range s.Checks {
		fails := slices.ContainsFunc(s.Twins, func(w TwinSpec) bool { return slices.Contains(w.MustFail, c.Kind) })
		fails = fails || len(s.Doses) > 0 && c.Kind == "tuple"
		switch {
		case c.Kind == "certificate" && !s.seeksOracle():
			warn("line %d: check %q cannot fail without an oracle: a proof that does not close refutes nothing", c.Line, c.id())
		case len(s.Twins)+len(s.Doses) > 0 && !fails && c.Kind != "converged" && c.Kind != "golden":
			warn("line %d: no twin has to fail check %q: nothing shows that it can", c.Line, c.id())
		}
		if what := c.lax(); what != "" {
			warn("line %d: check %q allows %g, %s", c.Line, c.id(), c.Tolerance, what)
		}
	}
	if s.Generate != nil && s.Generate.Networks == 1 && countCells(nil, s.Vary, s.Seeds) > 1 && has(func(c CheckSpec) bool { return c.Kind == "images" }) {
		warn("one network draws: the check \"images\" says nothing about the drawings of the others; raise networks in \"generate\"")
	}
	if s.Generate != nil && !has(CheckSpec.NeedsDrawings) {
		warn("drawings are made and no check looks at them")
	}
	if s.CalibrationStale {
		warn("the calibration was measured for a scenario that has changed since, and counts for nothing: measure it again with \"verify calibrate --write\"")
	}
	if s.Calibration != nil && !s.CalibrationStale {
		s.Calibration.lint(s, warn)
	}
	for _, c := range s.Checks {
		if c.Reason != "" && !strings.ContainsFunc(c.Reason, unicode.IsLetter) {
			warn("line %d: the reason of check %q says nothing", c.Line, c.Kind)
		}
	}
	return out
}

// lax says what a tolerance lets pass that a reader would not expect to, "" when there is no such thing.
func (c CheckSpec) lax() string {
	switch {
	case c.Tolerance > wide && (c.Kind == "tuple" || c.Kind == "images" && c.Within == "basin"):
		return "a large part of the norm 1 of an outcome"
	case c.Tolerance > wide && c.Kind == "scores":
		return "a large part of the largest score"
	case c.Tolerance > wide && c.Kind == "shift":
		return "a large part of the norm of the features"
	case c.Tolerance > 1 && c.Kind == "recognisable":
		return "so that a judge may take a drawing for another label"
	case c.Tolerance > 1 && c.Kind == "accuracy":
		return "so that " + strings.Join(c.Against, ", ") + " may be right more often"
	case c.Tolerance >= 0.5 && c.Kind == "novelty":
		return "so that a toss of a coin passes"
	}
	return ""
}

// plural words a count.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
