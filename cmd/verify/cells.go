package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"example.org/concord/verify"
)

// A share is one problem of a scenario, or one of its controls, with its cells.
type share struct {
	Scenario string `json:"scenario"` // with "/twin-1" for a control and "/dose-1/rank=3" for one strength of one
	Problem  string `json:"problem"`
	Cells    []cell `json:"cells"`

	opened verify.Problem
	trials []verify.Cell
}

// cell is a verify.Cell as the manifest shows it.
type cell struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// shares opens all problems of a scenario and its controls and lists their cells.
func (a *app) shares(ctx context.Context, s *verify.Scenario, code verify.Digest) ([]share, error) {
	all := []*verify.Scenario{s}
	for i := range s.Twins {
		all = append(all, s.Twin(i))
	}
	for i, d := range s.Doses {
		for j := range d.Values {
			all = append(all, s.Dose(i, j))
		}
	}
	var out []share
	for _, s := range all {
		subject, err := a.subjectOf(s)
		if err != nil {
			return nil, err
		}
		for i, statement := range s.Problems() {
			p, err := subject.Open(ctx, statement.Data, statement.Settings)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			x := share{
				Scenario: s.Name, Problem: s.ProblemLabel(subject.Space(), statement), opened: p,
				trials: s.Cells(subject.Space(), i, append(append([]verify.Digest{}, p.Digests()...), code)),
			}
			for _, c := range x.trials {
				x.Cells = append(x.Cells, cell{c.ID, c.Label})
			}
			out = append(out, x)
		}
	}
	return out, nil
}

// manifest shows what a run would train.
func (c *runCmd) manifest(ctx context.Context, a *app, plans []plan) error {
	code, err := a.program()
	if err != nil {
		return err
	}
	all := []share{}
	for _, p := range plans {
		shares, err := a.shares(ctx, p.Scenario, code)
		if err != nil {
			return err
		}
		all = append(all, shares...)
		for _, note := range append(p.Lint(), p.Reduced...) {
			a.note("verify: %s: %s", p.Name, note)
		}
	}
	if c.Format == "json" {
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(all)
	}
	total := 0
	for _, s := range all {
		a.printf("%s, %s: %s\n", s.Scenario, s.Problem, plural(len(s.Cells), "cell"))
		for _, c := range s.Cells {
			a.printf("  %s  %s\n", c.ID[:16], c.Label)
		}
		total += len(s.Cells)
	}
	a.printf("%s in all; nothing was run\n", plural(total, "cell"))
	return nil
}

// cell trains one cell alone.
func (c *runCmd) cell(ctx context.Context, a *app, plans []plan) error {
	code, err := a.program()
	if err != nil {
		return err
	}
	var found []verify.Cell
	var of share
	for _, p := range plans {
		shares, err := a.shares(ctx, p.Scenario, code)
		if err != nil {
			return err
		}
		for _, s := range shares {
			for _, t := range s.trials {
				again := slices.ContainsFunc(found, func(f verify.Cell) bool { return f.ID == t.ID }) // a control may share cells
				if strings.HasPrefix(t.ID, c.Cell) && !again {
					found, of = append(found, t), s
				}
			}
		}
	}
	switch {
	case len(found) == 0:
		return usagef("no cell of %s begins with %s: a cell's id depends on the data, the settings and this very program; "+
			"%s lists those of this program", strings.Join(names(plans), ", "), c.Cell, quote(append(append([]string{"verify", "run"}, c.Scenarios...), "--dry-run")...))
	case len(found) > 1:
		return usagef("%d cells begin with %s, %s and %s among them: write more of the id", len(found), c.Cell, found[0].ID, found[1].ID)
	}
	t := found[0]
	a.printf("cell %s\n%s, %s\n%s\n\n", t.ID, of.Scenario, of.Problem, t.Label)
	log := a.stdout
	if c.Quiet {
		log = io.Discard
	}
	out, err := verify.TrainTrial(ctx, of.opened, t.T, c.TrialLimit, log)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("cell %s failed: %w", t.ID[:16], err)
	}
	a.printf("\n%s after %s, %s\nfitness        %.17g\ngradient norm  %.3g\n",
		out.Status, plural(out.Steps, "step"), plural(out.Evaluations, "evaluation"), out.Fitness, out.GradNorm)
	if out.Status != verify.Converged {
		return status(verify.ExitUndecided)
	}
	return nil
}
