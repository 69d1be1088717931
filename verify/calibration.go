package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// CalibrationSchemaVersion is the version of the form of a Calibration.
const CalibrationSchemaVersion = 2

// A Calibration says between which limits the tolerances of a scenario make sense. It is kept beside the scenario.
type Calibration struct {
	SchemaVersion int          `json:"schema_version"`
	Scenario      string       `json:"scenario"` // its name
	Of            string       `json:"of"`       // SHA-256 of all in the scenario that the derivations depend on
	At            string       `json:"at"`       // when it was measured, RFC 3339, UTC
	Command       string       `json:"command"`
	Machine       string       `json:"machine"`   // program, toolchain and processor, in words
	Rehearsed     int          `json:"rehearsed"` // trials
	Troubles      []string     `json:"troubles"`  // which trials or controls could not be measured, and why
	Derivations   []Derivation `json:"derivations"`
}

// A Derivation is what was measured about the tolerance of one check.
type Derivation struct {
	Check     string `json:"check"`     // its id
	Tolerance Number `json:"tolerance"` // the scenario's when it was calibrated
	// Share is the largest deviation that rounding and stopping made of one start; NaN when unknown.
	Share   Number `json:"share"`
	Where   string `json:"where"`   // problem and trial of Share
	Control Number `json:"control"` // the smallest value in a control that has to fail; NaN when there is none
}

// trouble notes what could not be measured.
func (c *Calibration) trouble(format string, args ...any) {
	c.Troubles = append(c.Troubles, fmt.Sprintf(format, args...))
}

// derivation returns what is known of a check, nil for nothing.
func (c *Calibration) derivation(id string) *Derivation {
	i := slices.IndexFunc(c.Derivations, func(d Derivation) bool { return d.Check == id })
	if i < 0 {
		return nil
	}
	return &c.Derivations[i]
}

// How a tolerance follows from a share.
const (
	safety = 5    // few trials are rehearsed, and other machines round otherwise
	chosen = 1000 // a tolerance that many times what was derived is not explained by it
)

// Least is how far two trials may lie apart by rounding and stopping alone: twice the share, because two may deviate
// in opposite directions.
func (d *Derivation) Least() float64 { return 2 * float64(d.Share) }

// Derived is the tolerance that leaves room for rounding and stopping and for nothing else: five times Least, rounded
// up to 1, 2 or 5 times a power of ten; NaN when unknown.
func (d *Derivation) Derived() float64 { return roundUp(safety * d.Least()) }

// Open reports whether nothing could be derived.
func (d *Derivation) Open() bool { return math.IsNaN(float64(d.Share)) }

// Objection says why a tolerance cannot stand, "" when it can.
func (d *Derivation) Objection(tolerance float64) string {
	switch {
	case tolerance < d.Least():
		return fmt.Sprintf("is too tight: by rounding and stopping alone two trials may lie %.2g apart", d.Least())
	case tolerance >= float64(d.Control):
		return fmt.Sprintf("is too wide: the control, which has to fail, shows no more than %.2g", float64(d.Control))
	}
	return ""
}

// Remark says how a tolerance that can stand relates to what was derived, "" when it is about the same.
func (d *Derivation) Remark(tolerance float64) string {
	switch ratio := tolerance / d.Derived(); {
	case d.Derived() == 0:
		return "chosen: rounding and stopping made no difference at all, and its reason has to carry it"
	case ratio < 1:
		return fmt.Sprintf("less than the %.2g that would leave room", d.Derived())
	case ratio > chosen:
		return fmt.Sprintf("%.2g times the %.2g that rounding and stopping explain: the rest is chosen, and its reason has to carry it", ratio, d.Derived())
	}
	return ""
}

// Text says what was measured and what follows from it.
func (d *Derivation) Text() string {
	if d.Open() {
		return "nothing could be derived"
	}
	return fmt.Sprintf("each trial held against itself, trained further and from a start with other last bits: %s came farthest, %.2g for one that stops right at its rule; "+
		"two may lie %.2g apart, and %d times that, rounded up, is %.2g", d.Where, float64(d.Share), d.Least(), safety, d.Derived())
}

// Encode returns the one form in which a calibration is kept, and nothing of nil.
func (c *Calibration) Encode() ([]byte, error) {
	if c == nil {
		return nil, nil
	}
	var buffer bytes.Buffer
	e := json.NewEncoder(&buffer)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(c)
	return buffer.Bytes(), err
}

// Save keeps the calibration in a file, which is there as a whole or as it was before.
func (c *Calibration) Save(path string) error {
	text, err := c.Encode()
	if err != nil {
		return err
	}
	return replaceFile(path, ".calibration.*.tmp", text)
}

// ParseCalibration is the inverse of Encode and takes nothing else, to the byte. That shows that the program wrote it,
// or somebody who meant to deceive.
func ParseCalibration(data []byte) (*Calibration, error) {
	if len(data) == 0 {
		return nil, errors.New("the file is empty")
	}
	c := new(Calibration)
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return nil, jsonError(data, err)
	}
	if c.SchemaVersion != CalibrationSchemaVersion {
		return nil, fmt.Errorf("schema_version is %d, and this program reads %d", c.SchemaVersion, CalibrationSchemaVersion)
	}
	canonical, err := c.Encode()
	if err != nil {
		return nil, err
	}
	if line, got, want := firstDifference(data, canonical); line > 0 {
		return nil, fmt.Errorf("line %d is %.120q, and the program would have written %.120q: a calibration is not edited by hand", line, got, want)
	}
	if c.Of == "" || len(c.Derivations) == 0 {
		return nil, errors.New("it derives nothing")
	}
	return c, nil
}

// calibrated identifies all in a scenario that the derivation of its tolerances depends on: not the tolerances
// themselves, their reasons, or words.
func (s *Scenario) calibrated() string {
	type check struct {
		ID, Kind, Modulo, Within string
		Inputs                   []string
		Attacks                  int
		Exact                    bool
	}
	type control struct {
		Subject  string
		Override map[string][]any
		Seeds    []uint64
		MustFail []string
	}
	var checks []check
	for _, c := range s.Checks {
		checks = append(checks, check{c.id(), c.Kind, c.Modulo, c.Within, c.Inputs, c.Attacks, c.Exact})
	}
	var controls []control
	for _, w := range s.Twins {
		controls = append(controls, control{w.Subject, w.Override, w.Seeds, w.MustFail})
	}
	return contentID("concord calibration 2", s.Subject, s.Data, s.Problem, s.Vary, s.Seeds, s.Generate, checks, controls)
}

// Calibrate gives the scenario the calibration that lies beside it, before it is cut down in any way. The error, a *ScenarioError, names every
// tolerance that cannot stand; one that was measured for a scenario that has changed since decides nothing, and Lint
// says so.
func (s *Scenario) Calibrate(c *Calibration) error {
	s.Calibration, s.CalibrationStale = c, c.Of != s.calibrated() || c.Scenario != s.Name
	if s.CalibrationStale {
		return nil
	}
	p := &scenarioParser{out: s, lines: strings.Split(string(s.Source), "\n")}
	for _, spec := range s.Checks {
		d := c.derivation(spec.id())
		if d == nil || spec.Exact {
			continue
		}
		if why := d.Objection(spec.Tolerance); why != "" {
			column := 1 + len(p.lines[spec.Line-1]) - len(strings.TrimLeft(p.lines[spec.Line-1], " -"))
			p.add(spec.Line, column, fmt.Sprintf("%q says more", "verify calibrate"), "the tolerance %g of check %q %s", spec.Tolerance, spec.id(), why)
		}
	}
	return p.err()
}

// provenance adds to a check what is known about its tolerance, where that is of use.
func (s *Scenario) provenance(c *CheckResult) {
	if s.Calibration == nil || s.CalibrationStale || c.Verdict == Error {
		return
	}
	d := s.Calibration.derivation(c.ID)
	if d == nil || d.Open() {
		return
	}
	text := "what rounding and stopping explain, measured " + s.Calibration.when() + ": " + d.Text()
	if remark := d.Remark(float64(c.Tolerance)); remark != "" {
		text += fmt.Sprintf("; the tolerance is %.2g, %s", float64(c.Tolerance), remark)
	}
	c.Evidence = append(c.Evidence, Evidence{Text: text, Value: Number(d.Derived())})
	if !math.IsNaN(float64(d.Control)) {
		c.Evidence = append(c.Evidence, Evidence{Text: "the smallest value that a control showed when that was measured", Value: d.Control})
	}
}

// when says when and where the calibration was measured.
func (c *Calibration) when() string {
	if n := len(c.Troubles); n > 0 {
		return fmt.Sprintf("at %s by %s on %s, %s apart", c.At, plural(c.Rehearsed, "trial"), c.Machine, plural(n, "failure"))
	}
	return fmt.Sprintf("at %s by %s on %s", c.At, plural(c.Rehearsed, "trial"), c.Machine)
}

// lint says what weakens a calibration that is in force.
func (c *Calibration) lint(s *Scenario, warn func(format string, args ...any)) {
	if n := len(c.Troubles); n > 0 {
		warn("the calibration could not measure all: %s, the first: %s", plural(n, "failure"), c.Troubles[0])
	}
	for _, spec := range s.Checks {
		d := c.derivation(spec.id())
		if d == nil || d.Open() || spec.Exact || spec.Kind == "images" && spec.Within == "" {
			continue // drawings across basins are no deviations: that tolerance is always chosen
		}
		if remark := d.Remark(spec.Tolerance); remark != "" {
			warn("line %d: check %q allows %g, %s", spec.Line, spec.id(), spec.Tolerance, remark)
		}
	}
}
