package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"example.org/concord/scenarios"
	"example.org/concord/verify"
)

// isPath tells the path of a scenario from a name: it has a separator or ends in .yaml or .yml.
func isPath(arg string) bool {
	return strings.ContainsRune(filepath.ToSlash(arg), '/') || strings.HasSuffix(arg, ".yaml") || strings.HasSuffix(arg, ".yml")
}

// source returns the text of a scenario: of a file, when arg is a path, else of the embedded one of that name.
func source(arg string) ([]byte, error) {
	if isPath(arg) {
		src, err := os.ReadFile(arg)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, usagef("there is no file %s%s", arg, shipped(arg))
		}
		if err != nil {
			return nil, usagef("reading the scenario: %w", err)
		}
		return src, nil
	}
	src, err := scenarios.Read(arg)
	if err != nil {
		return nil, usagef("no scenario called %q ships with verify: %s; for a file write its path, ./%s", arg, known(), arg)
	}
	return src, nil
}

// shipped says what to write instead of a path that does not exist.
func shipped(path string) string {
	name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".yaml"), ".yml")
	if _, err := scenarios.Read(name); err != nil {
		return "; scenarios that ship with verify go by their names: " + known()
	}
	return fmt.Sprintf("; a scenario of that name ships with verify: write %s", name)
}

// known lists the embedded scenarios in words.
func known() string {
	names, err := scenarios.List()
	if err != nil {
		return err.Error()
	}
	return "there are " + strings.Join(names, ", ")
}

// scenario reads one scenario, with its calibration where it has one. What is wrong with its text is written to
// standard error as it is, with path:line:column at the beginning of a line.
func (a *app) scenario(arg string) (*verify.Scenario, error) {
	s, err := a.uncalibrated(arg)
	if err != nil {
		return nil, err
	}
	if err := calibrate(s, arg); err != nil {
		return nil, a.mistakes(arg, err)
	}
	return s, nil
}

// uncalibrated is scenario without a calibration.
func (a *app) uncalibrated(arg string) (*verify.Scenario, error) {
	src, err := source(arg)
	if err != nil {
		return nil, err
	}
	s, err := verify.ParseScenario(arg, src, a.subjects())
	if err != nil {
		return nil, a.mistakes(arg, err)
	}
	return s, nil
}

// mistakes shows what is wrong with the text of a scenario, if that is what the error is, and returns what is left
// to say.
func (a *app) mistakes(arg string, err error) error {
	if bad, ok := errors.AsType[*verify.ScenarioError](err); ok {
		a.note("%s", bad)
		return usageError{unusable{arg, bad}}
	}
	return err
}

// An unusable scenario has mistakes in its text, which have been shown.
type unusable struct {
	arg string
	err *verify.ScenarioError
}

// Error implements error.
func (u unusable) Error() string {
	return fmt.Sprintf("%s cannot be used: %s", u.arg, plural(len(u.err.Problems), "mistake"))
}

// Unwrap returns what is wrong.
func (u unusable) Unwrap() error { return u.err }

// calibrationOf returns the path of the calibration that belongs to a scenario file.
func calibrationOf(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + ".calibration.json"
}

// calibrate gives a scenario the calibration that lies beside its file, or that ships with it.
func calibrate(s *verify.Scenario, arg string) error {
	path := arg
	read := func() ([]byte, error) { return scenarios.Calibration(arg) }
	if isPath(arg) {
		path = calibrationOf(arg)
		read = func() ([]byte, error) { return os.ReadFile(path) }
	}
	text, err := read()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return usagef("reading the calibration of %s: %w", arg, err)
	}
	c, err := verify.ParseCalibration(text)
	if err != nil {
		return usagef("%s: %w; measure it again with %s", path, err, quote("verify", "calibrate", arg, "--write"))
	}
	return s.Calibrate(c)
}

// subjectOf returns the subject of a scenario.
func (a *app) subjectOf(s *verify.Scenario) (verify.Subject, error) {
	for _, subject := range a.subjects() {
		if subject.Name() == s.Subject {
			return subject, nil
		}
	}
	return nil, fmt.Errorf("%s: no subject is called %q", s.Path, s.Subject)
}
