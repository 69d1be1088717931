package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

// runCmd is verify run.
type runCmd struct {
	Scenarios []string `arg:"" name:"scenario" help:"Path of a YAML file, or the name of a scenario that ships with verify."`

	Out      string   `help:"Folder for reports, ${default} when absent; each scenario has a folder of its own in it." default:"reports" placeholder:"DIR"`
	Jobs     *int     `help:"Trials trained at once; it changes no result. One per core when absent." placeholder:"N"`
	Seeds    *int     `help:"Only the first N seeds of every list of seeds." placeholder:"N"`
	Only     []string `help:"Only the checks of this kind; may be repeated." placeholder:"CHECK"`
	FailFast bool     `help:"Stop after the first problem, control or scenario that does not pass."`
	Golden   string   `help:"Folder of golden files; ./golden when there is one, else those that ship with verify." placeholder:"DIR"`
	Format   string   `help:"What goes to standard output: text, or json for the whole result." enum:"text,json" default:"text"`
	Quiet    bool     `help:"No progress and no tables: only the verdict and where the report is." short:"q"`

	TrialLimit time.Duration `help:"How long one trial may train, ${default} when absent, 0 without limit; one that takes longer fails." default:"1h" placeholder:"TIME"`

	Resume bool   `help:"Train only what the run before, which did not end, has not trained." xor:"resume"`
	Shard  string `help:"Train only part I of N, for verify merge, and write no report." placeholder:"I/N" xor:"mode"`
	DryRun bool   `help:"Show what would be trained, and run nothing." xor:"mode,resume"`
	Cell   string `help:"Train this one cell, show its outcome and log, and write no report." placeholder:"ID" xor:"mode,resume"`

	layoutFlag
	announceFlags
}

// Help is what --help says after the first line.
func (*runCmd) Help() string {
	return `A run trains every trial of the scenario, decides every check, runs the controls, which have to fail,
and writes a report to reports/<scenario>: index.html to read, result.json with everything that index.html
shows, junit.xml for continuous integration, summary.txt, images, and the log of every cell. The report
that was there before stays until the new one is complete.

What has been trained is kept in reports/.<scenario>.cells until the report is complete, so that a run that
was interrupted or killed goes on with --resume. To train on several machines, run the same program on each
with another --shard, and join what they leave in reports/<scenario>.shard-I-of-N with verify merge.

A trial that is not done after --trial-limit is told to stop and fails, with exit code 4; where it does not stop
within five seconds, the run goes on without it. It is not kept, so --resume trains it again. The limit is there
for trials that hang, and changes no result of those that are done in time. Nothing but training is limited.
Ctrl-C stops a run and keeps what is trained; a second one kills it.

Examples:

    verify run smoke
    verify run smoke --resume
    verify run smoke --shard 1/3
    verify run smoke --dry-run
    verify run smoke --seeds 2 --only tuple --out elsewhere
    verify run smoke --layout dir
    verify run smoke --trial-limit 10m

Exit codes: 0 pass, 1 fail, 2 usage or bad scenario, 3 undecided, 4 error, 130 interrupted; with --shard 0 says
that all cells of the shard are there, and nothing more.`
}

// Validate is called by kong.
func (c *runCmd) Validate() error {
	if c.Jobs != nil && *c.Jobs < 1 {
		return fmt.Errorf("--jobs %d: want at least 1", *c.Jobs)
	}
	if c.TrialLimit < 0 {
		return fmt.Errorf("--trial-limit %v: want a time such as 10m, or 0 for no limit", c.TrialLimit)
	}
	if c.Seeds != nil && *c.Seeds < 1 {
		return fmt.Errorf("--seeds %d: want at least 1", *c.Seeds)
	}
	if c.Shard != "" {
		if _, err := parseShard(c.Shard); err != nil {
			return fmt.Errorf("--shard %s: %w", c.Shard, err)
		}
		if c.FailFast {
			return errors.New("--fail-fast and --shard can't be used together: a shard decides nothing")
		}
	}
	return nil
}

// A plan is a scenario about to run.
type plan struct {
	arg string // as on the command line
	*verify.Scenario
}

// Run is called by kong.
func (c *runCmd) Run(ctx context.Context, a *app) error {
	plans, err := c.plans(a)
	if err != nil {
		return err
	}
	switch {
	case c.DryRun:
		return c.manifest(ctx, a, plans)
	case c.Cell != "":
		return c.cell(ctx, a, plans)
	}
	code, err := a.program()
	if err != nil {
		return err
	}
	var verdicts []verify.Verdict
	for i, p := range plans {
		verdict, err := c.one(ctx, a, p, code)
		if ctx.Err() != nil {
			return c.interrupted(a, err, plans[i:])
		}
		if err != nil {
			a.complain(err)
			verdict = verify.Error
		}
		verdicts = append(verdicts, verdict)
		if rest := plans[i+1:]; c.FailFast && verdict != verify.Pass && len(rest) > 0 {
			a.note("verify: %s did not pass, so --fail-fast left out %s", p.Name, strings.Join(names(rest), ", "))
			break
		}
	}
	return status(verify.Worst(verdicts...).ExitCode())
}

// plans reads all scenarios before the first one runs.
func (c *runCmd) plans(a *app) ([]plan, error) {
	var plans []plan
	var wrong []error
	for _, arg := range c.Scenarios {
		s, err := a.scenario(arg)
		if err != nil {
			wrong = append(wrong, err, c.announceMistakes(a, arg, err))
			continue
		}
		for _, other := range plans {
			if other.Name == s.Name {
				wrong = append(wrong, usagef("%s and %s are both called %q, and their reports would have the same folder", other.arg, arg, s.Name))
			}
		}
		p := plan{arg: arg, Scenario: s}
		if c.Seeds != nil {
			if err := p.cutSeeds(*c.Seeds); err != nil {
				wrong = append(wrong, err)
			}
		}
		if len(c.Only) > 0 {
			if err := p.only(c.Only); err != nil {
				wrong = append(wrong, err)
			}
		}
		plans = append(plans, p)
	}
	return plans, errors.Join(wrong...)
}

// cutSeeds leaves the first n seeds.
func (p *plan) cutSeeds(n int) error {
	if n > len(p.Seeds) {
		return usagef("--seeds %d: %s has only %s", n, p.arg, plural(len(p.Seeds), "seed"))
	}
	if n < len(p.Seeds) {
		p.Reduced = append(p.Reduced, fmt.Sprintf("run with --seeds %d: only the first %d of %d seeds", n, n, len(p.Seeds)))
	}
	p.Seeds = p.Seeds[:n]
	for i := range p.Twins {
		t := &p.Twins[i]
		t.Seeds = t.Seeds[:min(n, len(t.Seeds))]
	}
	for i := range p.Doses {
		d := &p.Doses[i]
		d.Seeds = d.Seeds[:min(n, len(d.Seeds))]
	}
	return nil
}

// only leaves the checks of some kinds, and the controls that fail one of them: doses are controls of tuple.
func (p *plan) only(kinds []string) error {
	var have, kept, left []string
	for _, check := range p.Checks {
		if !slices.Contains(have, check.Kind) {
			have = append(have, check.Kind)
		}
	}
	for _, kind := range kinds {
		if !slices.Contains(have, kind) {
			return usagef("--only %s: %s has no such check: there are %s", kind, p.arg, strings.Join(have, ", "))
		}
	}
	wanted := func(kind string) bool { return slices.Contains(kinds, kind) }
	for _, kind := range have {
		if wanted(kind) {
			kept = append(kept, kind)
		} else {
			left = append(left, kind)
		}
	}
	if len(left) == 0 {
		return nil
	}
	p.Reduced = append(p.Reduced, fmt.Sprintf("run with --only %s: nothing is said about %s", strings.Join(kept, ", "), strings.Join(left, ", ")))
	p.Checks = slices.DeleteFunc(slices.Clone(p.Checks), func(c verify.CheckSpec) bool { return !wanted(c.Kind) })
	if !slices.ContainsFunc(p.Checks, verify.CheckSpec.NeedsDrawings) {
		p.Generate = nil
	}
	var twins []verify.TwinSpec
	for _, t := range p.Twins {
		t.MustFail = slices.DeleteFunc(slices.Clone(t.MustFail), func(kind string) bool { return !wanted(kind) })
		if len(t.MustFail) > 0 {
			twins = append(twins, t)
		}
	}
	doses := p.Doses
	if !wanted("tuple") {
		doses = nil
	}
	if len(p.Twins)+len(p.Doses) > 0 && len(twins)+len(doses) == 0 {
		p.Reduced = append(p.Reduced, fmt.Sprintf("no control remains with --only %s: nothing shows that these checks can fail", strings.Join(kept, ", ")))
	}
	p.Twins, p.Doses = twins, doses
	return nil
}

// one runs one scenario, or its shard, and keeps what is trained.
func (c *runCmd) one(ctx context.Context, a *app, p plan, code verify.Digest) (verify.Verdict, error) {
	if c.Shard != "" {
		return c.shard(ctx, a, p, code)
	}
	environment := a.environment()
	store, err := keep(filepath.Join(c.Out, p.Name), c.Resume, environment.Rounding())
	if err != nil {
		return verify.Error, err
	}
	switch n := store.count(); {
	case c.Quiet:
	case c.Resume:
		a.note("%s: resuming with %s in %s", p.Name, plural(n, "outcome"), store.CellFolder)
	case n > 0:
		a.note("%s: beginning anew; --resume would have used what it could of %s in %s", p.Name, plural(n, "outcome"), store.CellFolder)
	}
	r, err := c.scenario(ctx, a, p, code, &verify.RunSettings{Store: store}, nil)
	if c.Resume && !c.Quiet && err == nil {
		store.tell(a, p.Name)
	}
	switch {
	case ctx.Err() != nil:
		return verify.NotRun, err
	case err != nil:
		return verify.Error, fmt.Errorf("%w\nwhat was trained is kept in %s; to go on from there: %s", err, store.CellFolder, c.again([]plan{p}))
	case r.Verdict == verify.Error:
		if n := store.count(); n > 0 {
			a.note("verify: %s stay in %s; to try again only what failed: %s", plural(n, "outcome"), store.CellFolder, c.again([]plan{p}))
		}
		return r.Verdict, nil
	}
	return r.Verdict, store.done(a)
}

// scenario runs one scenario and writes its report, with warnings of the caller's. Of the settings only those
// that have to do with the store are looked at.
func (c *runCmd) scenario(ctx context.Context, a *app, p plan, code verify.Digest, settings *verify.RunSettings, warnings []string) (r *verify.Result, err error) {
	out, err := newFolder(filepath.Join(c.Out, p.Name), "result.json")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, out.drop()) }()
	for _, note := range p.Reduced {
		a.note("verify: %s: %s", p.Name, note)
	}
	golden := goldens(c.Golden)
	if wantsGolden(p.Scenario) && !c.Quiet {
		a.note("%s: golden files: %s", p.Name, golden.Origin)
	}
	show := a.progress(c.Quiet)
	show.watched(out.stage)
	settings = &verify.RunSettings{
		Store: settings.Store, OnlyStored: settings.OnlyStored,
		TrialLimit: c.TrialLimit, FailFast: c.FailFast, Code: code, Environment: a.environment(),
		Command:   quote(append([]string{"verify"}, a.args...)...),
		Reproduce: func(cell string) string { return quote("verify", "run", p.arg, "--cell", cell[:16]) },
		SaveLog: func(cell string, log []byte) (string, error) {
			name := "cells/" + cell[:16] + ".log"
			return name, out.save(name, bytesTo(log))
		},
		Goldens: golden,
		SaveCandidate: func(g *verify.Golden) (string, error) {
			path, err := verify.WriteGolden(filepath.Join(out.stage, "golden"), g)
			return "golden/" + filepath.Base(path), err
		},
		Progress: show.event,
		Clock:    a.now,
	}
	if c.Jobs != nil {
		settings.Jobs = *c.Jobs
	}
	r, err = verify.Run(ctx, p.Scenario, a.subjects(), settings)
	show.stop()
	if ctx.Err() != nil {
		return nil, errors.New(show.stopped())
	}
	if err != nil {
		return nil, fmt.Errorf("%s could not be run, and the report of the run before, if any, is as it was: %w", p.Name, err)
	}
	r.Warnings = append(r.Warnings, warnings...)
	r.Timing.PeakRSS = peakRSS("/proc/self/status")
	text, err := saveResult(out, r, c.Layout)
	if err != nil {
		return nil, fmt.Errorf("the report of %s could not be written, and the one before, if any, is as it was: %w", p.Name, err)
	}
	return r, errors.Join(c.announce(a, p, r), c.tell(a, r, text, out.place))
}

// tell says what a run came to. The last lines are the verdict and where the report is.
func (c *runCmd) tell(a *app, r *verify.Result, text []byte, place string) error {
	page := filepath.Join(place, "index.html")
	if c.Format == "json" {
		if _, err := a.stdout.Write(text); err != nil {
			return err
		}
		if !c.Quiet {
			a.note("%s: %s: %s\nreport: %s", r.Scenario.Name, r.Verdict, r.Sentence, page)
		}
		return nil
	}
	if !c.Quiet {
		width, _ := a.terminal(a.stdout)
		if err := report.WriteText(a.stdout, r, width, a.colour()); err != nil {
			return err
		}
		a.printf("\n")
	}
	a.printf("%s: %s\nreport: %s\n", r.Verdict, r.Sentence, page)
	return nil
}

// interrupted says what was not finished and how to go on.
func (c *runCmd) interrupted(a *app, where error, unfinished []plan) error {
	a.note("verify: interrupted %s", where)
	a.note("verify: not finished: %s; no report was written for it, and the one before, if any, is as it was", strings.Join(names(unfinished), ", "))
	a.note("verify: what was trained is kept; to go on from there: %s", c.again(unfinished))
	return status(verify.ExitInterrupted)
}

// again is the command that resumes some of the scenarios.
func (c *runCmd) again(plans []plan) string {
	words := []string{"verify", "run"}
	for _, p := range plans {
		words = append(words, p.arg)
	}
	flag := func(given bool, name string, value ...string) {
		if given {
			words = append(words, append([]string{name}, value...)...)
		}
	}
	flag(true, "--resume")
	flag(c.Shard != "", "--shard", c.Shard)
	flag(c.Out != "reports", "--out", c.Out)
	if c.Jobs != nil {
		flag(true, "--jobs", strconv.Itoa(*c.Jobs))
	}
	flag(c.TrialLimit != time.Hour, "--trial-limit", c.TrialLimit.String())
	if c.Seeds != nil {
		flag(true, "--seeds", strconv.Itoa(*c.Seeds))
	}
	for _, kind := range c.Only {
		flag(true, "--only", kind)
	}
	flag(c.FailFast, "--fail-fast")
	flag(c.Golden != "", "--golden", c.Golden)
	flag(c.Format != "text", "--format", c.Format)
	flag(c.Quiet, "--quiet")
	flag(c.Layout == report.Folder, "--layout", string(c.Layout))
	flag(c.Annotate, "--annotate")
	return quote(words...)
}

func names(plans []plan) []string {
	out := make([]string, len(plans))
	for i, p := range plans {
		out[i] = p.Name
	}
	return out
}
