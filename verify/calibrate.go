package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// How trials are rehearsed.
const (
	nudge = 0x1p-50 // relative change of a start, four units in the last place
	// further is how much smaller the gradient norm is to which a rehearsal goes on, so that where it ends is known a
	// hundred times better than where the trial does.
	further = 100
)

// CalibrateSettings say how to derive tolerances. A nil *CalibrateSettings is the same as the zero value.
type CalibrateSettings struct {
	// Seeds is how many seeds of the scenario are rehearsed, the first ones; zero means 4, and never more than it has.
	Seeds int
	// Jobs, Environment, Command, Progress are as in RunSettings.
	Jobs        int
	Environment Environment
	Command     string
	Progress    func(Event)
}

// Calibrate measures, for the checks of s that compare what should be the same, how far apart outcomes are for which
// nothing differs but rounding and the moment of stopping, and how far apart those of the controls are. A tolerance
// belongs between the two.
//
// Each trial of the first seeds is trained three times: as it is, on to a gradient norm a hundred times smaller, and so
// again from a start that was moved by a few units in the last place. The scenario's own checks are applied to the
// three. That these have one start is the point: were it different starts, a second optimum would widen its own
// tolerance. Deviations of tuples, scores and images are taken as for a trial that stops right at its rule, because one that
// stops well below it by luck says little.
//
// What could not be measured is among the troubles. The error is that of ctx, or says why nothing at all could be done.
func Calibrate(ctx context.Context, s *Scenario, subjects []Subject, settings *CalibrateSettings) (*Calibration, error) {
	var set CalibrateSettings
	if settings != nil {
		set = *settings
	}
	if set.Seeds <= 0 {
		set.Seeds = 4
	}
	r, err := newRunner(s, subjects, &RunSettings{Jobs: set.Jobs, Progress: set.Progress})
	if err != nil {
		return nil, err
	}
	out := &Calibration{
		SchemaVersion: CalibrationSchemaVersion, Scenario: s.Name, Of: s.calibrated(),
		Command: set.Command, Machine: set.Environment.words(), Troubles: []string{}, Derivations: []Derivation{},
	}
	for _, c := range s.Checks {
		if c.comparable() {
			out.Derivations = append(out.Derivations, Derivation{
				Check: c.id(), Tolerance: Number(c.Tolerance), Share: Number(math.NaN()), Control: Number(math.NaN()),
			})
		}
	}
	for i := range s.Problems() {
		if err := out.rehearse(ctx, r, s.rehearsal(set.Seeds), i); err != nil {
			return nil, err
		}
	}
	for i, spec := range s.Twins {
		x, err := r.problem(ctx, s.Twin(i), 0)
		if err != nil {
			return nil, err
		}
		out.control(x.result, spec.MustFail)
	}
	return out, nil
}

// words says in one line where a program runs and what it was built from.
func (e Environment) words() string {
	return fmt.Sprintf("%s, %s %s/%s, %s kernels, %s", e.Revision, e.Go, e.GOOS, e.GOARCH, e.Kernels, e.CPU)
}

// comparable reports whether the check has a tolerance of its own for a deviation from what should be the same.
func (c CheckSpec) comparable() bool {
	switch c.Kind {
	case "tuple", "scores", "images", "certificate":
		return !c.Exact
	}
	return false
}

// rehearsal returns the scenario of which trials are rehearsed: the first seeds, and the checks that can be derived.
// Inputs that are searched for are left out: they are no others than those of a set for networks that nearly agree.
func (s *Scenario) rehearsal(seeds int) *Scenario {
	out := *s
	out.Seeds = s.Seeds[:min(seeds, len(s.Seeds))]
	out.Twins, out.Doses, out.Checks = nil, nil, nil
	for _, c := range s.Checks {
		if !c.comparable() {
			continue
		}
		c.Attacks, c.Inputs = 0, slices.DeleteFunc(slices.Clone(c.Inputs), func(name string) bool { return name == adversary })
		if c.Kind != "scores" || len(c.Inputs) > 0 {
			out.Checks = append(out.Checks, c)
		}
	}
	return &out
}

// rehearse rehearses every trial of problem i of s, and keeps the largest deviation of each check.
func (c *Calibration) rehearse(ctx context.Context, r *runner, s *Scenario, i int) error {
	x, err := r.open(ctx, s, i)
	if err != nil {
		return err
	}
	if x.p == nil {
		return fmt.Errorf("%s, %s: %s", s.Name, x.result.Label, x.result.Error)
	}
	if _, ok := x.p.(Rehearser); !ok {
		c.trouble("subject %s cannot rehearse its trials", s.Subject)
		return nil
	}
	deviations := make([][]Number, len(x.cells)) // by cell, then by check
	failures := make([]error, len(x.cells))
	tick := x.progress("rehearse", len(x.cells))
	err = each(ctx, len(x.cells), x.Jobs, func(k int) error {
		failures[k] = guarded(func(k int) error {
			var err error
			deviations[k], err = x.rehearse(ctx, k)
			return err
		}, k)
		tick(x.cells[k].Label)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	for k, cell := range x.cells {
		if failures[k] != nil {
			c.trouble("%s, %s: %v", x.result.Label, cell.Label, failures[k])
			continue
		}
		c.Rehearsed++
		for j, spec := range s.Checks {
			d := c.derivation(spec.id())
			if v := deviations[k][j]; !(d.Share >= v) {
				d.Share, d.Where = v, x.result.Label+", "+cell.Label
			}
		}
	}
	return nil
}

// rehearse trains one trial three times and returns, by check, how far the three are apart.
func (x *problemRun) rehearse(ctx context.Context, k int) ([]Number, error) {
	rehearser, _ := x.p.(Rehearser)
	cell := x.cells[k]
	training, drawing := rehearser.StoppingRules(cell.T)
	alone := *x.runner
	alone.Jobs, alone.Progress = 1, func(Event) {}
	e := &problemRun{runner: &alone, s: x.s, p: x.p, tuples: shelf{room: math.MaxInt}}
	e.result.Symmetry = x.result.Symmetry
	e.result.Trials = make([]TrialResult, 3)
	for i, take := range []struct {
		how string
		do  func() (*Outcome, error)
	}{
		{"as it is", func() (*Outcome, error) { return TrainTrial(ctx, x.p, cell.T, 0, io.Discard) }},
		{"further", func() (*Outcome, error) { return rehearser.Rehearse(ctx, cell.T, 0, training/further) }},
		{"nudged", func() (*Outcome, error) { return rehearser.Rehearse(ctx, cell.T, nudge, training/further) }},
	} {
		out, err := take.do()
		if err == nil {
			err = accept(x.p, out)
		}
		if err == nil && out.Status != Converged {
			err = fmt.Errorf("%s at a gradient norm of %.2g", out.Status, out.GradNorm)
		}
		if err != nil {
			return nil, fmt.Errorf("trained %s: %w", take.how, err)
		}
		e.cells, e.converged = append(e.cells, cell), append(e.converged, i)
		if out, err = e.aside(i, out); err != nil {
			return nil, err
		}
		e.outcomes = append(e.outcomes, out)
		e.result.Trials[i] = TrialResult{Cell: cell.ID, Label: take.how, Start: take.how, Status: out.Status, Fitness: Number(out.Fitness)}
	}
	for _, step := range []func(context.Context) error{
		e.compare, func(ctx context.Context) error { return e.redraw(ctx, drawing/further) }, e.score, e.examine, e.certify,
	} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	// A trial at a distance of κ times its gradient norm comes a hundred times nearer by going on.
	if moved, left := e.apart.after.At(0, 1), e.apart.after.At(1, 2); left > moved/2+1e-12 {
		return nil, fmt.Errorf("going on to a hundredth of the gradient moved it by %.2g, and left %.2g to a start with other last bits: these do not lead to one place", moved, left)
	}
	e.decide()
	stretch := training / e.outcomes[0].GradNorm // to a trial that stops right at its rule
	if !(stretch >= 1) || !isFinite(stretch) {
		return nil, fmt.Errorf("it stops at a gradient norm of %.2g, and its rule is %.2g", e.outcomes[0].GradNorm, training)
	}
	values := make([]Number, len(e.result.Checks))
	for i, c := range e.result.Checks {
		switch c.Kind {
		case "certificate":
			c.Value = e.gapSpread()
		default:
			c.Value *= Number(stretch)
		}
		if math.IsNaN(float64(c.Value)) {
			return nil, fmt.Errorf("check %s: %s", c.ID, c.Sentence)
		}
		values[i] = c.Value
	}
	return values, nil
}

// gapSpread returns how far apart the gaps of the trials' certificates are, with their rounding errors: a gap itself
// may be that of an outcome that is not the best, and excuses nothing.
func (x *problemRun) gapSpread() Number {
	lo, hi, rounding := math.Inf(1), math.Inf(-1), 0.0
	for _, t := range x.result.Trials {
		if t.Certificate == nil {
			return Number(math.NaN())
		}
		gap := float64(t.Certificate.Gap)
		lo, hi, rounding = min(lo, gap), max(hi, gap), max(rounding, float64(t.Certificate.GapError))
	}
	return Number(hi - lo + rounding)
}

// redraw has the first two outcomes draw the same images from the same starts, the second until gradNorm.
func (x *problemRun) redraw(ctx context.Context, gradNorm float64) error {
	artist, ok := x.p.(Artist)
	if x.s.Generate == nil || !ok {
		return nil
	}
	for k, name := range artist.Labels() {
		if g := x.s.Generate; g.Labels != nil && !slices.Contains(g.Labels, name) {
			continue
		}
		var pair []drawn
		for trial, request := range []DrawRequest{{}, {GradNorm: gradNorm}} {
			request.Label, request.Seed = k, x.cells[trial].T.Seed
			tuple, err := x.tuples.tuple(trial)
			if err != nil {
				return err
			}
			d, err := artist.Draw(ctx, tuple, request)
			if err == nil {
				err = d.check()
			}
			if err == nil && d.Status != Converged {
				err = errors.New(d.Status.String())
			}
			if err != nil {
				return fmt.Errorf("drawing of label %s: %w", name, err)
			}
			pair = append(pair, drawn{trial, 0, "", d})
		}
		l, err := x.label(name, pair)
		if err != nil {
			return err
		}
		x.drawn, x.result.Drawings = append(x.drawn, pair), append(x.result.Drawings, l)
	}
	return nil
}

// control keeps for each check that a control has to fail the smallest value that a control showed.
func (c *Calibration) control(p ProblemResult, mustFail []string) {
	for _, check := range p.Checks {
		if !slices.Contains(mustFail, check.Kind) {
			continue
		}
		if d := c.derivation(check.ID); d != nil && !math.IsNaN(float64(check.Value)) && !(d.Control <= check.Value) {
			d.Control = check.Value
		}
	}
	if p.Error != "" {
		c.trouble("a control could not be run: %s", p.Error)
	}
}

// roundUp returns the smallest of 1, 2 and 5 times a power of ten that is at least x, which is 0 for 0.
func roundUp(x float64) float64 {
	if !(x > 0) || math.IsInf(x, 0) {
		return x
	}
	power := math.Floor(math.Log10(x)) - 1
	for ; ; power++ {
		for _, digit := range []float64{1, 2, 5} {
			if y := round(digit*math.Pow(10, power), 1); y >= x {
				return y
			}
		}
	}
}
