package verify

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
)

// RunSettings say how to run a scenario. A nil *RunSettings is the same as the zero value.
type RunSettings struct {
	// Jobs is the number of trials trained at once; zero means GOMAXPROCS. It changes no result.
	Jobs int
	// FailFast leaves out the problems and twins that come after the first one that does not pass.
	FailFast bool
	// Code identifies the program, as part of every cell's id. The zero value is for tests.
	Code Digest
	// Environment is copied into the result, as is Command, the command line of this run.
	Environment Environment
	Command     string
	// Reproduce is the command that runs one cell alone, given its id; nil leaves it empty.
	Reproduce func(cell string) string
	// SaveLog keeps the log of a cell and returns its path relative to the result; nil keeps none.
	SaveLog func(cell string, log []byte) (path string, err error)
	// Goldens finds golden files; nil means that there are none.
	Goldens GoldenStore
	// SaveCandidate keeps what could become the golden of a problem and returns its path; nil keeps none.
	SaveCandidate func(*Golden) (path string, err error)
	// Progress, when not nil, is told what happens. It is called from one goroutine at a time.
	Progress func(Event)
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
}

// An Event tells how far a run is.
type Event struct {
	Scenario string // name, with "/twin-1" for a control
	Problem  string // label
	Phase    string // "train", "compare", "draw", "score"
	Done     int    // of Total units
	Total    int
	Note     string // what has just become known, one line; may be empty
}

// runner carries what the parts of one run share.
type runner struct {
	RunSettings
	subject Subject
	space   Space
	timing  Timing
	began   time.Time
}

// Run trains every trial of s, decides every check and runs every twin. A failed check is a finding in the
// result, not an error; the error is that of ctx, or says why nothing could be decided.
func Run(ctx context.Context, s *Scenario, subject Subject, settings *RunSettings) (*Result, error) {
	r := &runner{subject: subject, space: subject.Space()}
	if settings != nil {
		r.RunSettings = *settings
	}
	if r.Jobs <= 0 {
		r.Jobs = runtime.GOMAXPROCS(0)
	}
	if r.Progress == nil {
		r.Progress = func(Event) {}
	}
	if r.Clock == nil {
		r.Clock = time.Now
	}
	r.began = r.Clock()
	r.timing.Started = r.began.UTC()
	sum := sha256.Sum256(s.Source)
	result := &Result{
		SchemaVersion: SchemaVersion,
		Scenario: ScenarioInfo{
			Name: s.Name, Title: s.Title, About: s.About, Subject: s.Subject,
			SHA256: hex.EncodeToString(sum[:]), Source: string(s.Source), Command: r.Command, Reduced: append([]string{}, s.Reduced...),
		},
		Problems: []ProblemResult{}, Twins: []TwinResult{}, Warnings: append(append([]string{}, s.Reduced...), s.Lint()...),
		Environment: r.Environment,
	}
	var verdicts []Verdict
	passing := func() bool { return Worst(append(verdicts, Pass)...) == Pass }
	for i, settings := range s.Problems() {
		p := ProblemResult{Label: s.ProblemLabel(r.space, settings), Settings: settings, Verdict: NotRun}
		if !r.FailFast || passing() {
			var err error
			if p, err = r.problem(ctx, s, i); err != nil {
				return nil, err
			}
		}
		result.Problems = append(result.Problems, p)
		verdicts = append(verdicts, p.Verdict)
	}
	for i, spec := range s.Twins {
		t := TwinResult{Name: spec.Name, Broken: spec.broken(), MustFail: spec.MustFail, Verdict: NotRun}
		if !r.FailFast || passing() {
			p, err := r.problem(ctx, s.Twin(i), 0)
			if err != nil {
				return nil, err
			}
			t.judge(p)
		}
		result.Twins = append(result.Twins, t)
		verdicts = append(verdicts, t.Verdict)
	}
	result.Verdict = Worst(verdicts...)
	result.Sentence = sentence(result)
	for _, cut := range s.Reduced {
		result.Sentence += " Reduced: " + cut + "."
	}
	result.Warnings = append(result.Warnings, r.warnings(result)...)
	r.timing.Seconds = Number(r.Clock().Sub(r.began).Seconds())
	result.Timing = r.timing
	return result, nil
}

// broken returns what the twin changes, one value where there is one, else the list.
func (w TwinSpec) broken() Settings {
	s := Settings{}
	for axis, values := range w.Override {
		if len(values) == 1 {
			s[axis] = values[0]
		} else {
			s[axis] = values
		}
	}
	return s
}

// judge decides a twin by its problem: it passes when every check that must fail did fail.
func (t *TwinResult) judge(p ProblemResult) {
	t.Problem = p
	var held []string
	verdicts := []Verdict{}
	for _, kind := range t.MustFail {
		if !slices.ContainsFunc(p.Checks, func(c CheckResult) bool { return c.Kind == kind }) {
			verdicts = append(verdicts, Error)
			held = append(held, kind+" was not checked")
		}
		for _, c := range p.Checks {
			switch {
			case c.Kind != kind:
				continue
			case c.Verdict == Fail:
				verdicts = append(verdicts, Pass)
				continue
			case c.Verdict == Error || c.Verdict == NotRun:
				verdicts = append(verdicts, Error)
			default:
				verdicts = append(verdicts, Vacuous)
			}
			held = append(held, fmt.Sprintf("%s came out %s", c.ID, c.Verdict))
		}
	}
	if p.Error != "" {
		held = append(held, p.Error)
	}
	t.Verdict = Worst(verdicts...)
	switch t.Verdict {
	case Pass:
		t.Sentence = fmt.Sprintf("The control %q fails %s, as it must: the check is able to see a difference.", t.Name, checkList(t.MustFail))
		if len(t.MustFail) > 1 {
			t.Sentence = fmt.Sprintf("The control %q fails %s, as it must: the checks are able to see a difference.", t.Name, checkList(t.MustFail))
		}
	case Vacuous:
		t.Sentence = fmt.Sprintf("The control %q did not fail (%s), so a pass of the same check shows nothing.", t.Name, strings.Join(held, ", "))
	default:
		t.Sentence = fmt.Sprintf("The control %q could not be run (%s).", t.Name, strings.Join(held, ", "))
	}
}

// problem runs problem i of s.
func (r *runner) problem(ctx context.Context, s *Scenario, i int) (ProblemResult, error) {
	settings := s.Problems()[i]
	x := &problemRun{runner: r, s: s}
	x.result = ProblemResult{
		Label: s.ProblemLabel(r.space, settings), Settings: settings, Verdict: Error,
		Digests: []Digest{}, Trials: []TrialResult{}, Checks: []CheckResult{},
		Basins: []Basin{}, Drawings: []LabelDrawings{}, Metrics: []Metric{},
	}
	p, err := r.subject.Open(ctx, s.Data, settings)
	if err != nil {
		if ctx.Err() != nil {
			return x.result, ctx.Err()
		}
		x.result.Error = err.Error()
		return x.result, nil
	}
	x.p = p
	digests := append(slices.Clone(p.Digests()), r.Code)
	x.result.ID = ProblemID(digests, settings)
	x.result.Digests = digests
	x.result.Symmetry = p.Symmetry().String()
	x.cells = s.Cells(r.space, i, digests)
	for _, step := range []struct {
		name string
		do   func(context.Context) error
		sink *error // where an error is a finding of the checks that need the step; nil: it ends the run
	}{
		{"train", x.train, nil},
		{"compare", x.compare, &x.compareErr},
		{"draw", x.draw, &x.drawErr},
		{"score", x.score, &x.scoreErr},
		{"certify", x.certify, &x.certifyErr},
		{"golden", x.goldens, nil},
	} {
		began := r.Clock()
		switch err := step.do(ctx); {
		case ctx.Err() != nil:
			return x.result, ctx.Err()
		case err != nil && step.sink == nil:
			return x.result, fmt.Errorf("%s, %s: %s: %w", s.Name, x.result.Label, step.name, err)
		case err != nil:
			*step.sink = err
		}
		r.phase(step.name, r.Clock().Sub(began))
	}
	x.decide()
	return x.result, nil
}

// phase adds to the time of a phase.
func (r *runner) phase(name string, d time.Duration) {
	i := slices.IndexFunc(r.timing.Phases, func(p Phase) bool { return p.Name == name })
	if i < 0 {
		i = len(r.timing.Phases)
		r.timing.Phases = append(r.timing.Phases, Phase{Name: name})
	}
	r.timing.Phases[i].Seconds += Number(d.Seconds())
}

// sentence says the verdict of a run in one sentence for a non-specialist.
func sentence(r *Result) string {
	trials, starts := 0, 0
	var worst CheckResult
	var kinds []string
	for _, p := range r.Problems {
		trials += len(p.Trials)
		if p.Power != nil {
			starts += p.Power.Starts
		}
		for _, c := range p.Checks {
			if worst.Kind == "" || c.Verdict.severity() > worst.Verdict.severity() {
				worst = c
			}
			if !slices.Contains(kinds, c.Kind) {
				kinds = append(kinds, c.Kind)
			}
		}
	}
	switch r.Verdict {
	case Pass:
		// Every check of every problem passed: say no more than what they are about.
		from := fmt.Sprintf("%s from %s", plural(trials, "training"), plural(starts, "different start"))
		if slices.Contains(kinds, "tuple") {
			return fmt.Sprintf("%s: %s all ended in the same place, within tolerance%s.", r.Scenario.Title, from, controls(r.Twins))
		}
		return fmt.Sprintf("%s: of %s, all pass %s%s.", r.Scenario.Title, from, checkList(kinds), controls(r.Twins))
	case Fail:
		return fmt.Sprintf("Refuted: %q does not hold. %s", r.Scenario.Title, worst.Sentence)
	case Vacuous:
		for _, t := range r.Twins {
			if t.Verdict == Vacuous {
				return "Nothing was shown: " + t.Sentence
			}
		}
	case Inconclusive, Missing:
		if worst.Verdict == Pass {
			return fmt.Sprintf("Undecided: %q was not tested, because no check of this run compares outcomes or because not all trials converged.", r.Scenario.Title)
		}
		return fmt.Sprintf("Undecided: %s", worst.Sentence)
	default:
	}
	for _, p := range r.Problems {
		if p.Error != "" {
			return fmt.Sprintf("Nothing could be decided for %s: %s.", p.Label, p.Error)
		}
	}
	return fmt.Sprintf("Nothing could be decided: %s", worst.Sentence)
}

// controls says in half a sentence what the controls did, when they all failed as they must.
func controls(twins []TwinResult) string {
	switch len(twins) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("; the control %q fails, as it must", twins[0].Name)
	}
	return fmt.Sprintf("; all %d controls, each with one thing broken, fail, as they must", len(twins))
}

// checkList names kinds of checks: "the checks tuple and scores".
func checkList(kinds []string) string {
	switch n := len(kinds); n {
	case 0:
		return "no check"
	case 1:
		return "the check " + kinds[0]
	default:
		return "the checks " + strings.Join(kinds[:n-1], ", ") + " and " + kinds[n-1]
	}
}

// warnings gathers what a reader should know although it decided nothing.
func (r *runner) warnings(result *Result) []string {
	var out []string
	for _, p := range result.Problems {
		for _, c := range p.Checks {
			if m := float64(c.Margin); c.Verdict == Pass && m > 0.8 {
				out = append(out, fmt.Sprintf("%s, check %s: passes with little room, %.0f %% of its tolerance", p.Label, c.ID, 100*m))
			}
		}
	}
	slices.SortFunc(r.timing.Cells, func(a, b CellTiming) int { return cmp.Compare(a.Cell, b.Cell) })
	return out
}
