package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"time"

	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// goldenApproveCmd is verify golden approve.
type goldenApproveCmd struct {
	Scenario string `arg:"" help:"Path or name of the scenario."`
	Reason   string `help:"Why the outcome is right, or why it moved; kept beside the golden file." required:"" placeholder:"TEXT"`
	By       string `help:"Who approves; the user of this system when absent." placeholder:"NAME"`
	Report   string `help:"Folder of the report of the run; reports/<scenario> when absent." placeholder:"DIR"`
	Golden   string `help:"Folder of golden files, ${default} when absent." default:"golden" placeholder:"DIR"`
	First    string `help:"Folder of golden files as they were at first, from version control: the drift is measured and not only bounded." placeholder:"DIR"`
}

// Help is what --help says after the first line.
func (*goldenApproveCmd) Help() string {
	return `A run leaves a candidate for every problem of a scenario with a golden check. Look at the report first.
Approving needs a run in which every other check passed and every control failed as it must; it is refused
when CI is set.

Example:

    verify golden approve seed-sweep --reason "first approval: all checks pass, and the digits look right"

Exit codes: 0 approved, 2 refused before anything was looked at, 4 refused by what the run found, or error,
130 interrupted.`
}

// Run is called by kong.
func (c *goldenApproveCmd) Run(ctx context.Context, a *app) error {
	if a.getenv("CI") != "" {
		return usagef("not approved: CI is set, and golden files are approved by a person who has looked at the report; run this on your own machine and commit the files")
	}
	if username() == "" && c.By == "" {
		return usagef("not approved: this system does not know who you are; say so with --by NAME")
	}
	again := quote("verify", "run", c.Scenario)
	folder, r, s, err := a.lastRun(c.Scenario, c.Report)
	if err != nil {
		return fmt.Errorf("not approved: %w", err)
	}
	approval := verify.Approval{
		By: cmp.Or(c.By, username()),
		At: a.now().UTC().Format(time.RFC3339), Reason: c.Reason,
		Command: quote(append([]string{"verify"}, a.args...)...),
	}
	candidates, err := a.candidates(ctx, s, filepath.Join(folder, "golden"))
	if err != nil {
		return fmt.Errorf("not approved: %w; first: %s", err, again)
	}
	for _, x := range candidates {
		if x.missing != nil {
			return fmt.Errorf("not approved: the run in %s left no candidate for %s (its verdict: %s); first: %s", folder, x.label, r.Verdict, again)
		}
	}
	for _, x := range candidates {
		var first *verify.Golden
		if c.First != "" {
			store := verify.GoldenFS{FS: os.DirFS(c.First), Origin: filepath.ToSlash(c.First)}
			if first, err = store.Load(s.Name, x.label); err != nil {
				return fmt.Errorf("not approved: --first: %w", err)
			}
		}
		change, err := verify.Approve(c.Golden, x.golden, r, x.group, approval, first, a.getenv("CI") != "")
		if err != nil {
			return err
		}
		a.approved(change)
	}
	a.printf("look at them, and commit them: git add %s\n", quote(c.Golden))
	return nil
}

// nameOf returns the name of the scenario that arg stands for. When arg is a path it also returns the SHA-256
// of the file; a name is that of a report, whether its scenario ships with verify or not.
func (a *app) nameOf(arg string) (name, sum string, err error) {
	if !isPath(arg) {
		return arg, "", nil
	}
	s, err := a.scenario(arg)
	if err != nil {
		return "", "", err
	}
	digest := sha256.Sum256(s.Source)
	return s.Name, hex.EncodeToString(digest[:]), nil
}

// lastRun returns the folder of the report that a run of a scenario left, its result, and the scenario that was run.
func (a *app) lastRun(arg, report string) (folder string, r *verify.Result, s *verify.Scenario, err error) {
	again := quote("verify", "run", arg)
	name, want, err := a.nameOf(arg)
	if err != nil {
		return "", nil, nil, err
	}
	folder = cmp.Or(report, filepath.Join("reports", name))
	if r, err = readResult(filepath.Join(folder, "result.json")); err != nil {
		return folder, nil, nil, fmt.Errorf("%w; first: %s", err, again)
	}
	if want != "" && r.Scenario.SHA256 != want {
		return folder, nil, nil, fmt.Errorf("the run in %s was not of %s as it is now; first: %s", folder, arg, again)
	}
	s, err = verify.ParseScenario(filepath.Join(folder, "result.json"), []byte(r.Scenario.Source), a.subjects())
	if err != nil {
		return folder, nil, nil, fmt.Errorf("the scenario in the result: %w", err)
	}
	if !wantsGolden(s) {
		return folder, nil, nil, usagef("%s has no golden check: add `- golden: {}` to its checks, and run it", arg)
	}
	return folder, r, s, nil
}

// A candidate is what a run left for one problem.
type candidate struct {
	label   string
	golden  *verify.Golden
	group   symmetry.Group
	missing error // wraps verify.ErrNoGolden where it left nothing, and golden is nil
}

// candidates reads what a run left for every problem of a scenario.
func (a *app) candidates(ctx context.Context, s *verify.Scenario, folder string) ([]candidate, error) {
	subject, err := a.subjectOf(s)
	if err != nil {
		return nil, err
	}
	var out []candidate
	for _, statement := range s.Problems() {
		x := candidate{label: s.ProblemLabel(subject.Space(), statement)}
		x.golden, err = verify.ReadGolden(os.DirFS(folder), verify.GoldenSlug(x.label)+".npz")
		switch {
		case errors.Is(err, verify.ErrNoGolden):
			x.missing = fmt.Errorf("%s: %w", folder, err)
		case err != nil:
			return nil, fmt.Errorf("%s: %w", folder, err)
		}
		p, err := subject.Open(ctx, statement.Data, statement.Settings)
		if err != nil {
			return nil, err
		}
		x.group = p.Symmetry()
		out = append(out, x)
	}
	return out, nil
}

// username returns the name of whoever runs this program.
func username() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

// approved says what an approval changed.
func (a *app) approved(c *verify.ApprovalChange) {
	a.printf("approved: %s\n", c.Path)
	switch p := c.Golden.Source.Approved; {
	case c.Parent == nil:
		a.printf("  the first of its problem, with %s\n", plural(len(c.Golden.Drawings), "drawing"))
	case c.Same:
		a.printf("  the same numbers as before: only where they come from is new\n")
	case c.Why != "":
		a.printf("  it replaces another, which it cannot be compared with: %s\n", c.Why)
	default:
		a.printf("  it replaces another: tuples %.3g apart, drawings up to %.3g\n", float64(p.Distance), float64(c.Image))
	}
	if c.Parent != nil {
		a.printf("  %s\n", lineage(c.Golden.Source.Approved.Lineage))
	}
	for _, d := range c.Added {
		if c.Parent != nil {
			a.printf("  new: drawing of %s, basin %q\n", d.Label, d.Pattern)
		}
	}
	for _, d := range c.Removed {
		a.printf("  gone: drawing of %s, basin %q\n", d.Label, d.Pattern)
	}
}
