package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.org/concord/golden"
	"example.org/concord/scenarios"
	"example.org/concord/verify"
)

// goldenCmd is verify golden.
type goldenCmd struct {
	Status  goldenStatusCmd  `cmd:"" help:"Say which golden files there are, which are missing, and which nothing uses."`
	Diff    goldenDiffCmd    `cmd:"" help:"Compare what the last run left with the golden files."`
	Approve goldenApproveCmd `cmd:"" help:"Make the outcome of the last run the golden one."`
	Prune   goldenPruneCmd   `cmd:"" help:"List golden files that nothing uses, and remove them."`
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
	return `For every golden file: who approved it, when and why, how many there were before it, and its drift: how far its
tuple is from the oldest one that is known, as measured, or at most.

Example:

    verify golden status

Exit codes: 0 all are there, 2 usage or bad scenario, 3 one is missing or nothing uses it, 4 one cannot be used.`
}

// Run is called by kong.
func (c *goldenStatusCmd) Run(a *app) error {
	store := goldens(c.Golden)
	a.printf("golden files: %s\n", store.Origin)
	list, err := a.statements(c.Scenarios)
	if err != nil {
		return err
	}
	worst := verify.Pass
	for _, x := range list {
		if len(x.labels) == 0 {
			a.printf("%s: has no golden check\n", x.name)
		}
		for _, label := range x.labels {
			worst = verify.Worst(worst, a.goldenStatus(store, x.name, x.arg, label))
		}
	}
	orphans, err := orphansOf(store, list, len(c.Scenarios) == 0)
	if err != nil {
		return err
	}
	for _, path := range orphans {
		a.printf("%s/%s: nothing uses it: restore the scenario and problem it belongs to, or remove it: %s\n", store.Origin, path,
			quote(append([]string{"verify", "golden", "prune"}, c.Scenarios...)...))
		worst = verify.Worst(worst, verify.Missing)
	}
	return status(worst.ExitCode())
}

// A statement is a scenario with the labels of its problems, none when it has no golden check.
type statement struct {
	arg, name string
	labels    []string
}

// statements reads scenarios, or all that ship with verify when none is given.
func (a *app) statements(args []string) ([]statement, error) {
	if len(args) == 0 {
		var err error
		if args, err = scenarios.List(); err != nil {
			return nil, err
		}
	}
	var out []statement
	for _, arg := range args {
		s, err := a.scenario(arg)
		if err != nil {
			return nil, err
		}
		x := statement{arg: arg, name: s.Name}
		if wantsGolden(s) {
			subject, err := a.subjectOf(s)
			if err != nil {
				return nil, err
			}
			for _, p := range s.Problems() {
				x.labels = append(x.labels, s.ProblemLabel(subject.Space(), p))
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// orphansOf returns the files that none of the scenarios uses. Unless these are all there are, those in folders of
// other scenarios do not count.
func orphansOf(store verify.GoldenFS, list []statement, all bool) ([]string, error) {
	known, folders := map[string][]string{}, map[string]bool{}
	for _, x := range list {
		known[x.name] = append(known[x.name], x.labels...)
		folders[verify.GoldenSlug(x.name)] = true
	}
	orphans, err := store.Orphans(known)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(orphans, func(path string) bool {
		of, _, _ := strings.Cut(path, "/")
		return !all && !folders[of]
	}), nil
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
	a.printf("%s, %s: approved by %s on %s (%s): %s\n  %s, %s, sha-256 %s\n  %s\n", scenario, label, p.By, p.At, age(p.At, a.now()), p.Reason,
		g.Origin, plural(len(g.Drawings), "drawing"), g.Source.SHA256, lineage(p.Lineage))
	return verify.Pass
}

// age says how long ago a time was that a golden file has.
func age(at string, now time.Time) string {
	t, err := time.Parse(time.RFC3339, at)
	switch days := int(now.Sub(t) / (24 * time.Hour)); {
	case err != nil:
		return err.Error()
	case t.After(now):
		return "in the future of this machine"
	case days == 0:
		return "less than a day ago"
	default:
		return plural(days, "day") + " ago"
	}
}

// lineage says what was before a golden, and how far it has moved from there.
func lineage(l *verify.Lineage) string {
	if l.Drift.Kind == verify.DriftFirst {
		return "lineage: the first of its problem"
	}
	first := "the first"
	text := fmt.Sprintf("lineage: %s before it", plural(len(l.Ancestors), "golden file"))
	if !l.Complete {
		first = "the oldest known"
		text += ", and what came before those is not known"
	}
	text += "; drift: "
	switch d := l.Drift; d.Kind {
	case verify.DriftMeasured:
		return text + fmt.Sprintf("%.3g from %s, as measured", float64(d.Distance), first)
	case verify.DriftBound:
		return text + fmt.Sprintf("at most %.3g from %s, as the steps add up", float64(d.Distance), first)
	default:
		return text + fmt.Sprintf("not known, since two of them in a row cannot be compared; first: sha-256 %s", l.Ancestors[0].SHA256)
	}
}
