package main

import (
	"errors"
	"math"

	"example.org/concord/verify/report"
)

// explainCmd is verify explain.
type explainCmd struct {
	Result    string  `arg:"" help:"A result.json, or the folder of a report."`
	Cell      string  `arg:"" help:"The beginning of the id of a cell."`
	Other     string  `arg:"" optional:"" help:"Another cell, to be compared with it."`
	Threshold float64 `help:"Relative difference above which two curves have parted." default:"1e-6" placeholder:"X"`
}

// Help is what --help says after the first line.
func (*explainCmd) Help() string {
	return `For one cell: how its training ended, why it is in its basin, which other trials are nearest and farthest,
its log and the command that repeats it. For two: how far apart they ended, and the first step at which their
curves part.

Exit codes: 0 it was explained, whatever the verdict, 2 no cell or several begin so, 4 the result cannot be read.

Examples:

    verify explain reports/seed-sweep 63fe0fcb
    verify explain reports/seed-sweep 63fe0fcb 003ec010 --threshold 1e-9`
}

// Run is called by kong.
func (c *explainCmd) Run(a *app) error {
	if !(c.Threshold >= 0) || math.IsInf(c.Threshold, 1) {
		return usagef("--threshold is %g: write a number from 0 on", c.Threshold)
	}
	r, err := readReport(c.Result)
	if err != nil {
		return err
	}
	width, _ := a.terminal(a.stdout)
	if c.Other == "" {
		err = report.ExplainCell(a.stdout, r, c.Cell, width)
	} else {
		err = report.ExplainPair(a.stdout, r, c.Cell, c.Other, c.Threshold, width)
	}
	if bad, ok := errors.AsType[*report.CellError](err); ok {
		return usageError{bad}
	}
	return err
}
