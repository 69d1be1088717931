package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"example.org/concord/verify/symmetry"
)

// problemRun is one problem while it is worked on.
type problemRun struct {
	*runner
	s      *Scenario
	p      Problem
	cells  []Cell
	result ProblemResult

	outcomes  []*Outcome // by trial, without tuples; nil where a trial failed
	tuples    shelf      // those of the outcomes
	forget    bool       // tuples are of no use once they are stored
	unusable  []error    // by trial; why what was stored of it could not be used
	converged []int      // trials whose outcome bears witness
	apart     *comparison
	drawn     [][]drawn // by label
	scores    []scoreSpread
	siege     *siege // nil where no check asks for inputs on which networks are made to differ
	golden    goldenFinding
	soFar     *standing // nil where nobody wants to know

	answered  map[string]*answers // by name of the input set
	baselines map[string][]Baseline
	examined  []*CheckResult // by check; nil for those that decide judges

	oracle symmetry.Tuple // nil where there is none
	own    *reference     // what doses are held against, once all is decided; nil where there is none

	compareErr, drawErr, certifyErr error // why a step could not be done
}

// each calls do(i) for i in [0, n) on at most jobs goroutines and waits for all of them. It starts no further
// call once ctx is done or a call has returned an error, and returns the error of the lowest i.
func each(ctx context.Context, n, jobs int, do func(i int) error) error {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		next  int
		errAt = n
		first error
	)
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next >= n || first != nil || ctx.Err() != nil {
			return 0, false
		}
		next++
		return next - 1, true
	}
	for range min(jobs, n) {
		wg.Go(func() {
			for {
				i, ok := take()
				if !ok {
					return
				}
				if err := guarded(do, i); err != nil {
					mu.Lock()
					if i < errAt {
						errAt, first = i, err
					}
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if first != nil {
		return first
	}
	return ctx.Err()
}

// progress returns a function that counts units of a phase and tells Progress.
func (x *problemRun) progress(phase string, total int) func(note string) {
	var mu sync.Mutex
	done := 0
	event := Event{Scenario: x.s.Name, Problem: x.result.Label, Phase: phase, Total: total, Known: x.soFar.read()}
	x.Progress(event)
	return func(note string) {
		mu.Lock()
		defer mu.Unlock()
		done++
		event.Done, event.Note = done, note
		event.Known = x.soFar.read()
		x.Progress(event)
	}
}

// train trains every trial. One that fails does not stop the others.
func (x *problemRun) train(ctx context.Context) error {
	n := len(x.cells)
	x.outcomes = make([]*Outcome, n)
	x.result.Trials = make([]TrialResult, n)
	timings := make([]CellTiming, n)
	x.unusable = make([]error, n)
	if x.watched {
		x.soFar = x.stand()
	}
	tick := x.progress("train", n)
	err := each(ctx, n, x.Jobs, func(i int) error {
		c := x.cells[i]
		began := x.Clock()
		var log bytes.Buffer
		out, failure, err := x.outcome(ctx, i, &log)
		if err != nil {
			return err
		}
		t := TrialResult{
			Cell: c.ID, Label: c.Label, Start: c.StartLabel, Seed: c.T.Seed, Settings: c.T.Settings,
			Status: StatusFailed, Fitness: Number(math.NaN()), GradNorm: Number(math.NaN()), Basin: -1,
			Metrics: []Metric{}, Curve: []CurvePoint{},
		}
		if failure != nil {
			t.Error = legible(failure.Error())
			fmt.Fprintf(&log, "error: %v\n", failure)
		} else {
			if x.outcomes[i], err = x.aside(i, out); err != nil {
				return err
			}
			t.Status, t.Fitness, t.GradNorm = out.Status, Number(out.Fitness), Number(out.GradNorm)
			t.Steps, t.Evaluations = out.Steps, out.Evaluations
			if out.Curve != nil {
				t.Curve = out.Curve
			}
			fmt.Fprintf(&log, "%s after %d steps, %d evaluations\n", out.Status, out.Steps, out.Evaluations)
		}
		if x.Reproduce != nil {
			t.Reproduce = x.Reproduce(c.ID)
		}
		if x.SaveLog != nil {
			head := fmt.Appendf(nil, "cell %s\n%s\n%s\n", c.ID, x.result.Label, c.Label)
			path, err := x.SaveLog(c.ID, append(head, log.Bytes()...))
			if err != nil {
				return err
			}
			t.Log = path
		}
		x.result.Trials[i] = t
		timings[i] = CellTiming{Cell: c.ID, Seconds: Number(x.Clock().Sub(began).Seconds())}
		x.soFar.add(out)
		tick(fmt.Sprintf("%s: %s", c.Label, t.Status))
		return nil
	})
	if err != nil {
		return err
	}
	x.timing.Cells = append(x.timing.Cells, timings...)
	x.sayUnusable()
	for i, out := range x.outcomes {
		if out != nil && out.Status == Converged {
			x.converged = append(x.converged, i)
		}
	}
	return nil
}

// aside puts the tuple of an outcome on the shelf, and returns the rest.
func (x *problemRun) aside(trial int, out *Outcome) (*Outcome, error) {
	if out.Tuple != nil && !x.forget {
		if err := x.tuples.put(trial, out.Tuple); err != nil {
			return nil, fmt.Errorf("%s: %w", x.cells[trial].Label, err)
		}
	}
	light := *out
	light.Tuple = nil
	return &light, nil
}

// sayUnusable says which stored outcomes could not be used: each that is damaged, and in one sentence all that were
// made with the same other arithmetic.
func (x *problemRun) sayUnusable() {
	again := func(what, were string, err error) {
		x.damaged = append(x.damaged, fmt.Sprintf("%s, %s: what was stored of %s could not be used, so %s trained again: %v",
			x.s.Name, x.result.Label, what, were, err))
	}
	var kinds []ArithmeticError
	labels := map[ArithmeticError][]string{}
	for i, err := range x.unusable {
		if other, ok := errors.AsType[*ArithmeticError](err); ok {
			if labels[*other] == nil {
				kinds = append(kinds, *other)
			}
			labels[*other] = append(labels[*other], x.cells[i].Label)
		} else if err != nil {
			again(x.cells[i].Label, "it was", err)
		}
	}
	for _, kind := range kinds {
		what, were := labels[kind][0], "it was"
		if more := len(labels[kind]) - 1; more > 0 {
			what, were = fmt.Sprintf("%s and %d more", what, more), "they were"
		}
		again(what, were, &kind)
	}
}

// outcome returns what is stored of trial i, or trains it and stores what it came to. The failure is that of the
// trial; the error ends the run.
func (x *problemRun) outcome(ctx context.Context, i int, log *bytes.Buffer) (out *Outcome, failure, err error) {
	c := x.cells[i]
	if x.Store != nil {
		known, text, err := x.stored(c.ID)
		switch {
		case err == nil:
			log.Write(text)
			return known, nil, nil
		case x.OnlyStored:
			return nil, nil, fmt.Errorf("%s: nothing is to be trained: %w", c.Label, err)
		case !errors.Is(err, ErrNoCell):
			x.unusable[i] = err
		}
	}
	out, failure = TrainTrial(ctx, x.p, c.T, x.TrialLimit, log)
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if x.Store != nil && failure == nil {
		if err := x.Store.Save(c.ID, out, log.Bytes()); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", c.Label, err)
		}
	}
	return out, failure, nil
}

// stored returns what is stored of a cell, if it is what a trial may come to.
func (x *problemRun) stored(id string) (*Outcome, []byte, error) {
	out, log, err := x.Store.Load(id)
	if err == nil {
		err = accept(x.p, out)
	}
	return out, log, err
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
