package verify

import (
	"fmt"
	"slices"
)

// A Verdict is what a check, a trial, a problem or a whole run comes to. The zero value is NotRun, so
// that whatever was forgotten is never a pass.
type Verdict uint8

// The verdicts. Only Pass is a pass.
const (
	NotRun       Verdict = iota // nothing was decided because nothing ran
	Pass                        // the claim held everywhere it was tested
	Fail                        // the claim is refuted, and the evidence is in the result
	Inconclusive                // not converged, ill-conditioned, or too few trials to say
	Vacuous                     // the must-fail twin did not fail, so the pass says nothing
	Missing                     // a golden file, a cell or a shard is absent
	Error                       // the infrastructure broke before anything could be decided
)

//nolint:gochecknoglobals // a constant table
var verdictNames = [...]string{"NOT RUN", "PASS", "FAIL", "INCONCLUSIVE", "VACUOUS", "MISSING", "ERROR"}

// String returns the verdict as reports print it.
func (v Verdict) String() string {
	if int(v) >= len(verdictNames) {
		return fmt.Sprintf("Verdict(%d)", uint8(v))
	}
	return verdictNames[v]
}

// MarshalText implements encoding.TextMarshaler.
func (v Verdict) MarshalText() ([]byte, error) {
	if int(v) >= len(verdictNames) {
		return nil, fmt.Errorf("verify: no verdict has number %d", uint8(v))
	}
	return []byte(v.String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler. An unknown word is an error, never NotRun.
func (v *Verdict) UnmarshalText(text []byte) error {
	i := slices.Index(verdictNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("verify: unknown verdict %q", text)
	}
	*v = Verdict(i) //nolint:gosec // an index into a table of seven
	return nil
}

// severity orders verdicts from best to worst. Evidence against a claim is the worst of all: no
// infrastructure error elsewhere can undo it.
func (v Verdict) severity() int {
	return slices.Index([]Verdict{Pass, Vacuous, Inconclusive, Missing, NotRun, Error, Fail}, v)
}

// Worst returns the worst of vs, in the order Pass, Vacuous, Inconclusive, Missing, NotRun, Error, Fail.
// Of nothing at all it returns NotRun: a parent without children has not passed.
func Worst(vs ...Verdict) Verdict {
	if len(vs) == 0 {
		return NotRun
	}
	return slices.MaxFunc(vs, func(a, b Verdict) int { return a.severity() - b.severity() })
}

// Exit codes of the command line, also recorded in the documentation of `verify run`.
const (
	ExitPass        = 0
	ExitFail        = 1
	ExitUsage       = 2
	ExitUndecided   = 3
	ExitError       = 4
	ExitInterrupted = 130
)

// ExitCode maps a verdict to the exit code of the process that reached it.
func (v Verdict) ExitCode() int {
	switch v {
	case Pass:
		return ExitPass
	case Fail:
		return ExitFail
	case Inconclusive, Vacuous, Missing, NotRun:
		return ExitUndecided
	default:
		return ExitError
	}
}
