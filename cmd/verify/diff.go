package main

import (
	"io"
	"os"
	"path/filepath"

	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

// diffCmd is verify diff.
type diffCmd struct {
	Before string `arg:"" help:"A result.json, or the folder of a report."`
	After  string `arg:"" help:"Another one, to be compared with it."`
	Format string `help:"What to write to standard output: text or json." enum:"text,json" default:"text" placeholder:"FORM"`
	HTML   string `name:"html" help:"Write a page to this file as well." placeholder:"FILE"`
}

// Help is what --help says after the first line.
func (*diffCmd) Help() string {
	return `What differs is worse or better (a verdict), changed (what was asked, of which data, or what was counted;
added and removed problems and checks too), moved (a number; the verdicts say whether it may) or aside
(environment, program, command, time).

Exit codes: 0 nothing worse than moved, 1 a verdict is worse, 3 something changed or is better, 2 usage,
4 a result cannot be read.

Examples:

    verify diff reports/smoke elsewhere/smoke
    verify diff reports/smoke reports/smoke/result.json --html diff.html`
}

// Run is called by kong.
func (c *diffCmd) Run(a *app) error {
	before, err := readReport(c.Before)
	if err != nil {
		return err
	}
	after, err := readReport(c.After)
	if err != nil {
		return err
	}
	found, err := report.Compare(before, after)
	if err != nil {
		return err
	}
	if c.HTML != "" {
		if err := report.Save(c.HTML, func(w io.Writer) error { return report.WriteDiffHTML(w, found) }); err != nil {
			return err
		}
	}
	if c.Format == "json" {
		err = report.WriteDiffJSON(a.stdout, found)
	} else {
		width, _ := a.terminal(a.stdout)
		err = report.WriteDiffText(a.stdout, found, width, a.colour())
	}
	if err != nil {
		return err
	}
	if code := found.Effect.ExitCode(); code != verify.ExitPass {
		return status(code)
	}
	return nil
}

// readReport reads a result.json, or that of the folder of a report.
func readReport(path string) (*verify.Result, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "result.json")
	}
	return readResult(path)
}
