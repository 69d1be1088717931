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
	// FailFast leaves out the problems, twins and doses that come after the first one that does not pass.
	FailFast bool
	// TrialLimit is how long one trial may train, by the system's clock and not by Clock; zero means as long as it
	// likes. A trial that takes longer fails, is not kept by Store, and does not hold up the others, even where the
	// subject does not stop when it is told to (see TrainTrial). Trials that are done in time are the same to the
	// bit under any limit. Nothing but training is limited.
	TrialLimit time.Duration
	// Code identifies the program, as part of every cell's id. The zero value is for tests.
	Code Digest
	// Environment is copied into the result, as is Command, the command line of this run.
	Environment Environment
	Command     string
	// Reproduce is the command that runs one cell alone, given its id; nil leaves it empty.
	Reproduce func(cell string) string
	// SaveLog keeps the log of a cell and returns its path relative to the result; nil keeps none.
	SaveLog func(cell string, log []byte) (path string, err error)
	// Store keeps the outcomes of cells: one that it holds is not trained again, and is the same to the bit; nil
	// keeps none. What it holds and cannot be used is trained again, and the result has a warning. Trials that
	// fail are not kept. An outcome that cannot be kept ends the run; those kept before stay.
	Store CellStore
	// OnlyStored trains nothing: a cell that Store does not hold, or that cannot be used, ends the run.
	OnlyStored bool
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
	Scenario string // name, with "/twin-1" for a control and "/dose-1/rank=3" for one strength of one
	Problem  string // label
	Phase    string // "train", "compare", "draw", "score", ...
	Done     int    // of Total units
	Total    int
	Note     string // what has just become known, one line; may be empty
	Known    Standing
}

// runner carries what the parts of one run share.
type runner struct {
	RunSettings
	subjects []Subject
	timing   Timing
	began    time.Time
	damaged  []string // why stored outcomes could not be used
	asides   []string // how the environment differs from those of goldens
	watched  bool     // whether anybody wants to know how far it is
}

// newRunner replaces zero settings by what they stand for, and makes sure that every subject is there.
func newRunner(s *Scenario, subjects []Subject, settings *RunSettings) (*runner, error) {
	r := &runner{subjects: subjects}
	if _, err := r.subjectOf(s); err != nil {
		return nil, err
	}
	for i := range s.Twins {
		if _, err := r.subjectOf(s.Twin(i)); err != nil {
			return nil, err
		}
	}
	if settings != nil {
		r.RunSettings = *settings
	}
	if r.Jobs <= 0 {
		r.Jobs = runtime.GOMAXPROCS(0)
	}
	r.watched = r.Progress != nil
	if !r.watched {
		r.Progress = func(Event) {}
	}
	if r.Clock == nil {
		r.Clock = time.Now
	}
	return r, nil
}

// Run trains every trial of s, decides every check and runs every twin and every dose. The subjects have to have
// those that s and its twins name among them. A failed check is a finding in the result, not an error; the error
// is that of ctx, or says why nothing could be decided.
func Run(ctx context.Context, s *Scenario, subjects []Subject, settings *RunSettings) (*Result, error) {
	r, err := newRunner(s, subjects, settings)
	if err != nil {
		return nil, err
	}
	subject, err := r.subjectOf(s)
	if err != nil {
		return nil, err
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
		Problems: []ProblemResult{}, Twins: []TwinResult{}, Doses: []DoseResult{}, Warnings: append(append([]string{}, s.Reduced...), s.Lint()...),
		Environment: r.Environment,
	}
	var verdicts []Verdict
	passing := func() bool { return Worst(append(verdicts, Pass)...) == Pass }
	var own *reference // of the first problem
	for i, statement := range s.Problems() {
		p := ProblemResult{Label: s.ProblemLabel(subject.Space(), statement), Data: statement.Data, Settings: statement.Settings, Verdict: NotRun}
		if !r.FailFast || passing() {
			x, err := r.problem(ctx, s, i)
			if err != nil {
				return nil, err
			}
			p = x.result
			if i == 0 {
				own = x.own
			}
		}
		result.Problems = append(result.Problems, p)
		verdicts = append(verdicts, p.Verdict)
	}
	for i, spec := range s.Twins {
		t := TwinResult{Name: spec.Name, Subject: spec.Subject, Broken: spec.broken(), MustFail: spec.MustFail, Verdict: NotRun}
		if !r.FailFast || passing() {
			x, err := r.problem(ctx, s.Twin(i), 0)
			if err != nil {
				return nil, err
			}
			t.judge(x.result)
		}
		result.Twins = append(result.Twins, t)
		verdicts = append(verdicts, t.Verdict)
	}
	for i, spec := range s.Doses {
		d := DoseResult{Name: spec.Name, Axis: spec.Axis, Points: []DosePoint{}, Verdict: NotRun}
		if !r.FailFast || passing() {
			var err error
			if d, err = r.dose(ctx, s, i, own); err != nil {
				return nil, err
			}
		}
		result.Doses = append(result.Doses, d)
		verdicts = append(verdicts, d.Verdict)
	}
	result.Verdict = Worst(verdicts...)
	result.Sentence = sentence(result)
	for _, cut := range s.Reduced {
		result.Sentence += " Reduced: " + cut + "."
	}
	result.Warnings = append(result.Warnings, slices.Concat(r.damaged, r.asides, r.warnings(result))...)
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

// subjectOf returns the subject of a scenario.
func (r *runner) subjectOf(s *Scenario) (Subject, error) {
	i := slices.IndexFunc(r.subjects, func(subject Subject) bool { return subject.Name() == s.Subject })
	if i < 0 {
		return nil, fmt.Errorf("%s: no subject is called %q", s.Name, s.Subject)
	}
	return r.subjects[i], nil
}

// open poses problem i of s. Where that is not possible the problem is nil, and the result says why.
func (r *runner) open(ctx context.Context, s *Scenario, i int) (*problemRun, error) {
	subject, err := r.subjectOf(s)
	if err != nil {
		return nil, err
	}
	statement := s.Problems()[i]
	x := &problemRun{runner: r, s: s, tuples: shelf{room: shelved}}
	x.result = ProblemResult{
		Label: s.ProblemLabel(subject.Space(), statement), Data: statement.Data, Settings: statement.Settings, Verdict: Error,
		Digests: []Digest{}, Trials: []TrialResult{}, Checks: []CheckResult{},
		Basins: []Basin{}, Drawings: []LabelDrawings{}, Metrics: []Metric{},
		Confusion: []Confusion{}, Novelty: []Novelty{}, Judges: []JudgeInfo{},
	}
	var p Problem
	var digests []Digest
	err = guarded(func(int) error {
		var err error
		if p, err = subject.Open(ctx, own(statement.Data), own(statement.Settings)); err != nil {
			return err
		}
		digests = append(slices.Clone(p.Digests()), r.Code)
		x.result.Symmetry = p.Symmetry().String()
		return nil
	}, 0)
	if err != nil {
		x.result.Error = legible(err.Error())
		return x, ctx.Err()
	}
	x.p = p
	x.result.ID = ProblemID(digests, statement)
	x.result.Digests = digests
	x.cells = s.Cells(subject.Space(), i, digests)
	return x, nil
}

// problem runs problem i of s.
func (r *runner) problem(ctx context.Context, s *Scenario, i int) (x *problemRun, err error) {
	x, err = r.open(ctx, s, i)
	if err != nil || x.p == nil {
		return x, err
	}
	defer func() {
		if rest := x.tuples.close(); err == nil {
			err = rest
		}
	}()
	for _, step := range []struct {
		name string
		do   func(context.Context) error
		sink *error // where an error is a finding of the checks that need the step; nil: it ends the run
	}{
		{"train", x.train, nil},
		{"compare", x.compare, &x.compareErr},
		{"draw", x.draw, &x.drawErr},
		{"score", x.score, nil},
		{"examine", x.examine, nil},
		{"certify", x.certify, &x.certifyErr},
		{"golden", x.goldens, nil},
	} {
		began := r.Clock()
		switch err := guarded(func(int) error { return step.do(ctx) }, 0); {
		case ctx.Err() != nil:
			return x, ctx.Err()
		case err != nil && step.sink == nil:
			return x, fmt.Errorf("%s, %s: %s: %w", s.Name, x.result.Label, step.name, err)
		case err != nil:
			*step.sink = err
		}
		r.phase(step.name, r.Clock().Sub(began))
	}
	x.decide()
	x.result.legible()
	x.own, err = x.reference()
	return x, err
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
