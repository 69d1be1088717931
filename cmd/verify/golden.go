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
	"slices"
	"strings"
	"time"

	"example.org/concord/golden"
	"example.org/concord/scenarios"
	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// goldenCmd is verify golden.
type goldenCmd struct {
	Status  goldenStatusCmd  `cmd:"" help:"Say which golden files there are, which are missing, and which nothing uses."`
	Approve goldenApproveCmd `cmd:"" help:"Make the outcome of the last run the golden one."`
}

// goldens returns the store of golden files: the folder dir, or, when that is empty, ./golden if it is there,
// else those in the program.
func goldens(dir string) verify.GoldenFS {
	if dir == "" {
		if info, err := os.Stat("golden"); err != nil || !info.IsDir() {
			return verify.GoldenFS{FS: golden.FS(), Origin: "embedded"}
		}
		dir = "golden"
	}
	return verify.GoldenFS{FS: os.DirFS(dir), Origin: filepath.ToSlash(dir)}
}

// wantsGolden reports whether a scenario has a golden check.
func wantsGolden(s *verify.Scenario) bool {
	return slices.ContainsFunc(s.Checks, func(c verify.CheckSpec) bool { return c.Kind == "golden" })
}

// goldenStatusCmd is verify golden status.
type goldenStatusCmd struct {
	Scenarios []string `arg:"" optional:"" name:"scenario" help:"Path or name of a scenario; all that ship with verify when absent."`
	Golden    string   `help:"Folder of golden files; ./golden when there is one, else those that ship with verify." placeholder:"DIR"`
}

// Help is what --help says after the first line.
func (*goldenStatusCmd) Help() string {
	return `Example:

    verify golden status

Exit codes: 0 all are there, 2 usage or bad scenario, 3 one is missing or nothing uses it, 4 one cannot be used.`
}

// Run is called by kong.
func (c *goldenStatusCmd) Run(a *app) error {
	list := c.Scenarios
	if len(list) == 0 {
		var err error
		if list, err = scenarios.List(); err != nil {
			return err
		}
	}
	store := goldens(c.Golden)
	a.printf("golden files: %s\n", store.Origin)
	known := map[string][]string{}
	worst := verify.Pass
	for _, arg := range list {
		s, err := a.scenario(arg)
		if err != nil {
			return err
		}
		if !wantsGolden(s) {
			a.printf("%s: has no golden check\n", s.Name)
			continue
		}
		subject, err := a.subjectOf(s)
		if err != nil {
			return err
		}
		for _, statement := range s.Problems() {
			label := s.ProblemLabel(subject.Space(), statement)
			known[s.Name] = append(known[s.Name], label)
			worst = verify.Worst(worst, a.goldenStatus(store, s.Name, arg, label))
		}
	}
	orphans, err := store.Orphans(known)
	if err != nil {
		return err
	}
	for _, path := range orphans {
		if of, _, _ := strings.Cut(path, "/"); len(c.Scenarios) > 0 && known[of] == nil {
			continue // it may belong to a scenario that was not asked for
		}
		a.printf("%s/%s: nothing uses it: remove it, or restore the scenario it belongs to\n", store.Origin, path)
		worst = verify.Worst(worst, verify.Missing)
	}
	return status(worst.ExitCode())
}

// goldenStatus says what there is for one problem.
func (a *app) goldenStatus(store verify.GoldenFS, scenario, arg, label string) verify.Verdict {
	g, err := store.Load(scenario, label)
	switch {
	case errors.Is(err, verify.ErrNoGolden):
		a.printf("%s, %s: missing; if the outcome of `%s` is right: %s\n", scenario, label,
			quote("verify", "run", arg), quote("verify", "golden", "approve", arg, "--reason", "..."))
		return verify.Missing
	case err != nil:
		a.printf("%s, %s: cannot be used: %s\n", scenario, label, err)
		return verify.Error
	}
	p := g.Source.Approved
	a.printf("%s, %s: approved by %s on %s: %s\n  %s, %s, sha-256 %s\n", scenario, label, p.By, p.At, p.Reason,
		g.Origin, plural(len(g.Drawings), "drawing"), g.Source.SHA256)
	return verify.Pass
}

// goldenApproveCmd is verify golden approve.
type goldenApproveCmd struct {
	Scenario string `arg:"" help:"Path or name of the scenario."`
	Reason   string `help:"Why the outcome is right, or why it moved; kept beside the golden file." required:"" placeholder:"TEXT"`
	By       string `help:"Who approves; the user of this system when absent." placeholder:"NAME"`
	Report   string `help:"Folder of the report of the run; reports/<scenario> when absent." placeholder:"DIR"`
	Golden   string `help:"Folder of golden files, ${default} when absent." default:"golden" placeholder:"DIR"`
}

// Help is what --help says after the first line.
func (*goldenApproveCmd) Help() string {
	return `A run leaves a candidate for every problem of a scenario with a golden check. Look at the report first.
Approving needs a run in which every other check passed and every control failed as it must; it is refused
when CI is set.

Example:

    verify golden approve seed-sweep --reason "first approval: all checks pass, and the digits look right"

Exit codes: 0 approved, 2 refused before anything was looked at, 4 refused by what the run found, or error.`
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
	name, want, err := a.nameOf(c.Scenario)
	if err != nil {
		return err
	}
	folder := cmp.Or(c.Report, filepath.Join("reports", name))
	r, err := readResult(filepath.Join(folder, "result.json"))
	if err != nil {
		return fmt.Errorf("not approved: %w; first: %s", err, again)
	}
	if want != "" && r.Scenario.SHA256 != want {
		return fmt.Errorf("not approved: the run in %s was not of %s as it is now; first: %s", folder, c.Scenario, again)
	}
	s, err := verify.ParseScenario(filepath.Join(folder, "result.json"), []byte(r.Scenario.Source), a.subjects())
	if err != nil {
		return fmt.Errorf("not approved: the scenario in the result: %w", err)
	}
	if !wantsGolden(s) {
		return usagef("%s has no golden check: add `- golden: {}` to its checks, and run it", c.Scenario)
	}
	approval := verify.Approval{
		By: cmp.Or(c.By, username()),
		At: a.now().UTC().Format(time.RFC3339), Reason: c.Reason,
		Command: quote(append([]string{"verify"}, a.args...)...),
	}
	candidates, err := a.candidates(ctx, s, r, filepath.Join(folder, "golden"))
	if err != nil {
		return fmt.Errorf("not approved: %w; first: %s", err, again)
	}
	for _, x := range candidates {
		change, err := verify.Approve(c.Golden, x.golden, r, x.group, approval, a.getenv("CI") != "")
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

// A candidate is what a run left for one problem.
type candidate struct {
	golden *verify.Golden
	group  symmetry.Group
}

// candidates reads what a run left for every problem of a scenario.
func (a *app) candidates(ctx context.Context, s *verify.Scenario, r *verify.Result, folder string) ([]candidate, error) {
	subject, err := a.subjectOf(s)
	if err != nil {
		return nil, err
	}
	var out []candidate
	for _, statement := range s.Problems() {
		label := s.ProblemLabel(subject.Space(), statement)
		g, err := verify.ReadGolden(os.DirFS(folder), verify.GoldenSlug(label)+".npz")
		if errors.Is(err, verify.ErrNoGolden) {
			return nil, fmt.Errorf("the run in %s left no candidate for %s (its verdict: %s)", filepath.Dir(folder), label, r.Verdict)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", folder, err)
		}
		p, err := subject.Open(ctx, statement.Data, statement.Settings)
		if err != nil {
			return nil, err
		}
		out = append(out, candidate{g, p.Symmetry()})
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
	for _, d := range c.Added {
		if c.Parent != nil {
			a.printf("  new: drawing of %s, basin %q\n", d.Label, d.Pattern)
		}
	}
	for _, d := range c.Removed {
		a.printf("  gone: drawing of %s, basin %q\n", d.Label, d.Pattern)
	}
}
