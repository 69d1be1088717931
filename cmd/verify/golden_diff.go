package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"example.org/concord/scenarios"
	"example.org/concord/verify"
)

// goldenDiffCmd is verify golden diff.
type goldenDiffCmd struct {
	Scenario string `arg:"" optional:"" help:"Path or name of a scenario; all with a golden check that ship with verify when absent."`
	Report   string `help:"Folder of the report of the run; reports/<scenario> when absent." placeholder:"DIR"`
	Golden   string `help:"Folder of golden files; ./golden when there is one, else those that ship with verify." placeholder:"DIR"`
	Rows     int    `help:"How many rows of every table to show, the largest differences first; ${default} when absent." default:"5" placeholder:"N"`
}

// Help is what --help says after the first line.
func (*goldenDiffCmd) Help() string {
	return `Compares the candidate that the last run left for every problem with the golden file: the distance of the
tuples modulo the problem's symmetry, their entries after the candidate was aligned with the golden one, the
distance of every drawing, and what the two were made with. The tolerances are those of the golden check.
Another environment decides nothing: it may explain a difference.

Examples:

    verify golden diff seed-sweep
    verify golden diff seed-sweep --rows 20

Exit codes: 0 within the tolerance, 1 not, or of another shape, 2 usage or bad scenario, 3 a golden file, a
candidate, a run, or every drawing of a label is missing, 4 a file cannot be used, or error, 130 interrupted.`
}

// Validate is called by kong.
func (c *goldenDiffCmd) Validate() error {
	if c.Rows < 1 {
		return fmt.Errorf("--rows %d: want at least 1", c.Rows)
	}
	if c.Scenario == "" && c.Report != "" {
		return errors.New("--report is of one scenario: say which")
	}
	return nil
}

// Run is called by kong.
func (c *goldenDiffCmd) Run(ctx context.Context, a *app) error {
	list := []string{c.Scenario}
	if c.Scenario == "" {
		var err error
		if list, err = a.withGolden(); err != nil {
			return err
		}
	}
	store := goldens(c.Golden)
	a.printf("golden files: %s\n", store.Origin)
	worst := verify.Pass
	for _, arg := range list {
		v, err := c.scenario(ctx, a, store, arg)
		if err != nil {
			return err
		}
		worst = verify.Worst(worst, v)
	}
	return status(worst.ExitCode())
}

// withGolden lists the scenarios that ship with verify and have a golden check.
func (a *app) withGolden() ([]string, error) {
	names, err := scenarios.List()
	if err != nil {
		return nil, err
	}
	list, err := a.statements(names)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, x := range list {
		if len(x.labels) > 0 {
			out = append(out, x.arg)
		}
	}
	return out, nil
}

// scenario compares every problem of one scenario.
func (c *goldenDiffCmd) scenario(ctx context.Context, a *app, store verify.GoldenFS, arg string) (verify.Verdict, error) {
	folder, _, s, err := a.lastRun(arg, c.Report)
	if errors.Is(err, fs.ErrNotExist) {
		a.printf("%s: no run to compare: %s\n", arg, err)
		return verify.Missing, nil
	}
	if err != nil {
		return verify.Error, err
	}
	i := slices.IndexFunc(s.Checks, func(x verify.CheckSpec) bool { return x.Kind == "golden" })
	settings := &verify.DiffSettings{Tolerance: s.Checks[i].Tolerance, ImageTolerance: s.Checks[i].ImageTolerance, Rows: c.Rows}
	candidates, err := a.candidates(ctx, s, filepath.Join(folder, "golden"))
	if err != nil {
		return verify.Error, err
	}
	worst := verify.Pass
	for _, x := range candidates {
		g, err := store.Load(s.Name, x.label)
		verdict := verify.Missing
		switch {
		case err != nil && !errors.Is(err, verify.ErrNoGolden):
			a.printf("%s, %s: cannot be compared: %s\n", s.Name, x.label, err)
			verdict = verify.Error
		case err != nil:
			a.printf("%s, %s: %s\n", s.Name, x.label, err)
		}
		if x.missing != nil {
			a.printf("%s, %s: no candidate: %s; first: %s\n", s.Name, x.label, x.missing, quote("verify", "run", arg))
		}
		if err == nil && x.missing == nil {
			d := verify.DiffGolden(g, x.golden, x.group, settings)
			a.printf("%s, %s: %s\n  want %s, sha-256 %s\n  got  %s, sha-256 %s\n", s.Name, x.label, within(d),
				g.Origin, g.Source.SHA256, filepath.ToSlash(filepath.Join(folder, "golden", x.golden.Origin)), x.golden.Source.SHA256)
			a.tuples(d, settings)
			a.drawings(d, settings)
			a.sources(d)
			verdict = d.Verdict
		}
		worst = verify.Worst(worst, verdict)
	}
	return worst, nil
}

// within says what a comparison came to.
func within(d *verify.GoldenDiff) string {
	switch {
	case d.Why != "":
		return "the tuples cannot be compared: " + d.Why
	case d.Verdict == verify.Fail:
		return "they differ by more than the tolerance"
	case d.Verdict == verify.Inconclusive:
		return "within the tolerance, but one has no drawing of a label that the other draws"
	case d.Same:
		return "the same numbers"
	default:
		return "within the tolerance"
	}
}

// tuples prints how the tuples compare.
func (a *app) tuples(d *verify.GoldenDiff, s *verify.DiffSettings) {
	if d.Why == "" {
		a.printf("  tuples: %.3g apart modulo symmetry (%.3g allowed)\n", d.Distance, s.Tolerance)
	}
	for _, p := range d.Parts {
		a.printf("  part %s, shape (%d, %d), aligned: %d of %d entries differ, %d by more than %.3g of the largest\n",
			p.Name, p.Rows, p.Cols, p.Differ, p.Rows*p.Cols, p.Beyond, s.Tolerance)
		a.printf("    absolute: max %.3g, mean %.3g, median %.3g; relative: max %.3g, mean %.3g, median %.3g\n",
			p.Abs.Max, p.Abs.Mean, p.Abs.Median, p.Rel.Max, p.Rel.Mean, p.Rel.Median)
		if len(p.Largest) > 0 {
			a.printf("    %14s  %24s  %24s  %10s\n", "index", "got", "want", "got-want")
		}
		for _, e := range p.Largest {
			a.printf("    %14s  %24.17g  %24.17g  %10.3g\n", fmt.Sprintf("(%d, %d)", e.Row, e.Col), e.Got, e.Want, e.Got-e.Want)
		}
	}
}

// drawings prints how the drawings compare.
func (a *app) drawings(d *verify.GoldenDiff, s *verify.DiffSettings) {
	if len(d.Drawings) > 0 {
		beyond := 0
		for _, x := range d.Drawings {
			if !(x.Distance <= s.ImageTolerance) {
				beyond++
			}
		}
		a.printf("  drawings: %d compared, %d of them farther apart than the %.3g allowed\n    %-14s  %s\n",
			len(d.Drawings), beyond, s.ImageTolerance, "label, basin", "distance modulo sign")
	}
	for i, x := range d.Drawings {
		if i == s.Rows {
			a.printf("    and %d more, none of them farther\n", len(d.Drawings)-i)
			break
		}
		distance := fmt.Sprintf("%.3g", x.Distance)
		if math.IsNaN(x.Distance) {
			distance = "cannot be compared: " + x.Why
		}
		a.printf("    %-14s  %s\n", x.Label+" "+x.Pattern, distance)
	}
	for _, list := range []struct {
		what string
		docs []verify.DrawingDoc
	}{{"only in the candidate", d.Added}, {"only in the golden file", d.Removed}} {
		names := make([]string, 0, len(list.docs))
		for _, doc := range list.docs {
			names = append(names, strings.TrimSpace(doc.Label+" "+doc.Pattern))
		}
		if len(names) > 0 {
			a.printf("  drawings %s: %s\n", list.what, strings.Join(names, "; "))
		}
	}
}

// sources prints what the two were made with where that is not the same.
func (a *app) sources(d *verify.GoldenDiff) {
	if len(d.Environment) == 0 {
		a.printf("  made with the same program and data on the same kind of machine\n")
		return
	}
	a.printf("  made with:\n")
	for _, x := range d.Environment {
		a.printf("    %s: got %s, want %s\n", x.What, x.Got, x.Want)
	}
}
