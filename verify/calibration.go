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
const CalibrationSchemaVersion = 1

// A Calibration says where the tolerances of a scenario come from. It is kept beside the scenario.
type Calibration struct {
	SchemaVersion int          `json:"schema_version"`
	Scenario      string       `json:"scenario"` // its name
	Of            string       `json:"of"`       // SHA-256 of all in the scenario that the derivations depend on
	At            string       `json:"at"`       // when it was measured, RFC 3339, UTC
	Command       string       `json:"command"`
	Machine       string       `json:"machine"`   // program, toolchain and processor, in words
	Rehearsed     int          `json:"rehearsed"` // trials
	Derivations   []Derivation `json:"derivations"`
	Troubles      []string     `json:"troubles,omitempty"` // what could not be rehearsed, and why
}

// A Derivation is what is known about the tolerance of one check.
type Derivation struct {
	Check     string `json:"check"`           // its id
	Tolerance Number `json:"tolerance"`       // the scenario's when it was calibrated
	Share     Number `json:"share"`           // the largest deviation that rounding and stopping made; NaN when unknown
	Where     string `json:"where,omitempty"` // problem and trial that it was seen in
	Derived   Number `json:"derived"`         // the least tolerance that leaves room for it; NaN when unknown
	Control   Number `json:"control"`         // the smallest value in a control that has to fail; NaN when there is none
	Text      string `json:"text"`            // how Derived was derived, in words
}

// trouble notes what could not be rehearsed.
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

// Objection says why a tolerance cannot stand, "" when it can.
func (d *Derivation) Objection(tolerance float64) string {
	switch {
	case tolerance < float64(d.Derived):
		return fmt.Sprintf("is too tight: rounding and the stopping rule alone need %.2g, so the check would fail for ever", float64(d.Derived))
	case tolerance >= float64(d.Control):
		return fmt.Sprintf("is too wide: the control, which has to fail, shows no more than %.2g", float64(d.Control))
	}
	return ""
}

// Open reports whether the derivation lacks a limit: nothing could be derived.
func (d *Derivation) Open() bool { return math.IsNaN(float64(d.Derived)) }

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

// ParseCalibration is the inverse of Encode and takes nothing else, to the byte: a calibration is measured and not
// edited.
func ParseCalibration(data []byte) (*Calibration, error) {
	c := new(Calibration)
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return nil, jsonError(data, err)
	}
	if c.SchemaVersion != CalibrationSchemaVersion {
		return nil, fmt.Errorf(`schema_version is %d, and this program reads %d: run "verify calibrate --write" again`, c.SchemaVersion, CalibrationSchemaVersion)
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
		checks = append(checks, check{c.id(), c.Kind, c.Modulo, c.Within, c.Inputs, c.Exact})
	}
	var controls []control
	for _, w := range s.Twins {
		controls = append(controls, control{w.Subject, w.Override, w.Seeds, w.MustFail})
	}
	return contentID("concord calibration 1", s.Subject, s.Data, s.Problem, s.Vary, s.Seeds, s.Generate, checks, controls)
}

// Calibrate gives the scenario the calibration that lies beside it, before it is cut down in any way. The error, a *ScenarioError, names every
// tolerance that cannot stand; one that was measured for a scenario that has changed since decides nothing, and Lint
// says so.
func (s *Scenario) Calibrate(c *Calibration) error {
	s.Calibration, s.calibratedOther = c, c.Of != s.calibrated() || c.Scenario != s.Name
	if s.calibratedOther {
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

// provenance adds to a check where its tolerance comes from.
func (s *Scenario) provenance(c *CheckResult) {
	if s.Calibration == nil || s.calibratedOther {
		return
	}
	d := s.Calibration.derivation(c.ID)
	if d == nil || d.Open() {
		return
	}
	c.Evidence = append(c.Evidence, Evidence{Text: "the tolerance, calibrated: " + d.Text, Value: d.Derived})
	if !math.IsNaN(float64(d.Control)) {
		c.Evidence = append(c.Evidence, Evidence{Text: "the smallest value that a control showed when the tolerance was calibrated", Value: d.Control})
	}
}
