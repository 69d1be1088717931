package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

// What GitHub Actions takes from one step.
const (
	mostAnnotations = 10      // it shows so many errors of a step and drops the others
	mostSummary     = 1 << 20 // bytes of the step summary
)

// announceFlags are the flags of verify run that have to do with continuous integration.
type announceFlags struct {
	Annotate bool `help:"Write what did not pass, and mistakes in scenarios, as error commands of GitHub Actions; on by itself where GITHUB_ACTIONS=true."`

	annotated int // written so far
}

// announce tells GitHub Actions, where the run takes place there, what it came to: annotations beside the lines of
// the scenario, on standard error, which is read as standard output is, and a step summary.
func (f *announceFlags) announce(a *app, p plan, r *verify.Result) error {
	if f.asked(a) {
		n, err := report.WriteAnnotations(a.stderr, r, placeOf(p, r, a.getenv("GITHUB_WORKSPACE")), mostAnnotations-f.annotated)
		if f.annotated += n; err != nil {
			return err
		}
	}
	if path := a.getenv("GITHUB_STEP_SUMMARY"); path != "" {
		return summarise(path, r)
	}
	return nil
}

// asked says whether there are to be annotations.
func (f *announceFlags) asked(a *app) bool {
	return f.Annotate || a.getenv("GITHUB_ACTIONS") == "true"
}

// announceMistakes tells GitHub Actions, as announce does, what is wrong with the text of a scenario, where err is
// about that.
func (f *announceFlags) announceMistakes(a *app, arg string, err error) error {
	bad, ok := errors.AsType[*verify.ScenarioError](err)
	if !ok || !f.asked(a) {
		return nil
	}
	n, err := report.WriteMistakes(a.stderr, bad, fileOf(arg, a.getenv("GITHUB_WORKSPACE")), mostAnnotations-f.annotated)
	f.annotated += n
	return err
}

// placeOf says where the scenario of a result is written. The workspace is the folder of the repository, the
// present one when it is "".
func placeOf(p plan, r *verify.Result, workspace string) report.Place {
	return report.Place{
		File: fileOf(p.arg, workspace),
		Check: func(id string) int {
			for i := range r.Problems {
				checks := r.Problems[i].Checks
				for j := range min(len(checks), len(p.Checks)) { // in the order of the scenario
					if checks[j].ID == id && checks[j].Kind == p.Checks[j].Kind {
						return p.Checks[j].Line
					}
				}
			}
			return 0
		},
		Twin: func(name string) int {
			for i := range p.Twins {
				if p.Twins[i].Name == name {
					return p.Twins[i].Line
				}
			}
			return 0
		},
		Dose: func(name string) int {
			for i := range p.Doses {
				if p.Doses[i].Name == name {
					return p.Doses[i].Line
				}
			}
			return 0
		},
	}
}

// fileOf returns the path of a scenario relative to the repository, "" when it is not in it. One that ships with
// verify is there in the repository of verify itself.
func fileOf(arg, workspace string) string {
	if !isPath(arg) {
		arg = filepath.Join("scenarios", arg+".yaml")
		if _, err := os.Stat(arg); err != nil {
			return ""
		}
	}
	if workspace == "" {
		workspace = "."
	}
	root, err := filepath.Abs(workspace)
	if err != nil {
		return ""
	}
	path, err := filepath.Abs(arg)
	if err != nil {
		return ""
	}
	rel, err := filepath.Rel(root, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return ""
	}
	return filepath.ToSlash(rel)
}

// summarise appends to the step summary what a run came to, unless there is no room for it: GitHub drops a summary
// that is too long as a whole.
func summarise(path string, r *verify.Result) (err error) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("step summary: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("step summary: %w", err)
	}
	w := &roomyWriter{w: f, room: mostSummary - 1 - info.Size()}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("step summary: %w", err)
	}
	return report.WriteMarkdown(w, r)
}

// roomyWriter writes what there is room for, and drops a write that there is no room for as a whole.
type roomyWriter struct {
	w    io.Writer
	room int64
}

// Write implements io.Writer.
func (r *roomyWriter) Write(p []byte) (int, error) {
	if int64(len(p)) > r.room {
		return len(p), nil
	}
	r.room -= int64(len(p))
	return r.w.Write(p)
}
