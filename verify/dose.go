package verify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"example.org/concord/verify/symmetry"
)

// Dose returns the scenario that value number j of curve number i stands for: the first problem with the
// curve's overrides and its axis at that value, without checks, drawings and controls. Its name is the
// scenario's with "/dose-1/rank=3" for the first curve, and its title is the curve's name.
func (s *Scenario) Dose(i, j int) *Scenario {
	spec := s.Doses[i]
	value := spec.Values[j]
	d := *s
	d.Name = fmt.Sprintf("%s/dose-%d/%s=%s", s.Name, i+1, spec.Axis, valueLabel(value, Axis{}))
	d.Title, d.About = spec.Name, ""
	d.Generate, d.Checks, d.Twins, d.Doses = nil, nil, nil, nil
	set := map[string][]any{spec.Axis: {value}}
	maps.Copy(set, spec.Override)
	d.Data = override(s.Data[:1], set)
	d.Problem = make([]Values, len(s.Problem))
	for k, v := range s.Problem {
		d.Problem[k] = Values{v.Axis, v.Values[:1]}
	}
	d.Problem, d.Vary = apply(d.Problem, set), apply(s.Vary, set)
	if spec.Seeds != nil {
		d.Seeds = spec.Seeds
	}
	return &d
}

// reference is the outcome that doses are held against.
type reference struct {
	group     symmetry.Group
	tuple     symmetry.Tuple
	tolerance float64
}

// reference returns the tuple of the first converged trial, nil when there is none.
func (x *problemRun) reference() (*reference, error) {
	c := x.check("tuple")
	if len(x.converged) == 0 || c == nil {
		return nil, nil //nolint:nilnil // there is none, and that is no error
	}
	tuple, err := x.tuples.tuple(x.converged[0])
	return &reference{x.p.Symmetry(), tuple, c.Tolerance}, err
}

// dose runs curve i of s, and holds its outcomes against those of the scenario, nil where there is none.
func (r *runner) dose(ctx context.Context, s *Scenario, i int, own *reference) (DoseResult, error) {
	spec := s.Doses[i]
	d := DoseResult{Name: spec.Name, Axis: spec.Axis, Points: []DosePoint{}}
	if own == nil {
		d.Verdict = Inconclusive
		d.Sentence = fmt.Sprintf("The doses of %q have nothing to be held against: no trial of the first problem converged.", d.Name)
		return d, nil
	}
	began := r.Clock()
	failed := 0 // starts with a trial that failed, at the last value
	for j, value := range spec.Values {
		x, err := r.open(ctx, s.Dose(i, j), 0)
		if err != nil {
			return d, err
		}
		at := valueLabel(value, Axis{})
		if x.p == nil {
			d.Verdict = Error
			d.Sentence = fmt.Sprintf("The doses of %q could not be given: the problem with %s=%s cannot be posed: %s.", d.Name, d.Axis, at, x.result.Error)
			return d, nil
		}
		if err := x.train(ctx); err != nil {
			return d, errors.Join(fmt.Errorf("%s: train: %w", x.s.Name, err), x.tuples.close())
		}
		var p DosePoint
		p, failed, err = x.respond(ctx, own)
		err = errors.Join(err, x.tuples.close())
		if ctx.Err() != nil {
			return d, ctx.Err()
		}
		if err != nil {
			d.Verdict = Error
			d.Sentence = fmt.Sprintf("The doses of %q could not be measured at %s=%s: %v.", d.Name, d.Axis, at, err)
			return d, nil
		}
		p.Value = Number(value)
		d.Points = append(d.Points, p)
	}
	r.phase("doses", r.Clock().Sub(began))
	d.judge(failed)
	return d, nil
}

// respond says how many starts ended elsewhere than the scenario does, and how many have a trial that failed.
func (x *problemRun) respond(ctx context.Context, own *reference) (p DosePoint, failed int, err error) {
	distances := make([]float64, len(x.cells))
	err = each(ctx, len(x.converged), x.Jobs, func(i int) error {
		trial := x.converged[i]
		tuple, err := x.tuples.tuple(trial)
		if err != nil {
			return err
		}
		d, err := own.group.Distance(tuple, own.tuple)
		if err == nil && math.IsNaN(d) {
			err = fmt.Errorf("%s: the distance to the outcome of the scenario is NaN", x.cells[trial].Label)
		}
		distances[trial] = d
		return err
	})
	if err != nil {
		return p, 0, err
	}
	type start struct {
		open, failed bool
		largest      float64
	}
	starts := map[string]*start{}
	for i := range x.result.Trials {
		t := &x.result.Trials[i]
		if starts[t.Start] == nil {
			starts[t.Start] = &start{}
		}
		s := starts[t.Start]
		s.open = s.open || t.Status != Converged
		s.failed = s.failed || t.Status == StatusFailed
		s.largest = max(s.largest, distances[i])
	}
	p.Largest = Number(math.NaN())
	for _, s := range starts {
		switch {
		case s.open:
			p.Open++
			if s.failed {
				failed++
			}
			continue
		case s.largest > own.tolerance:
			p.Disagreed++
		}
		p.Starts++
		if !(float64(p.Largest) >= s.largest) {
			p.Largest = Number(s.largest)
		}
	}
	lo, hi := clopperPearson(p.Disagreed, p.Starts, confidence)
	p.Low, p.High = Number(lo), Number(hi)
	return p, failed, nil
}

// judge decides a curve by its last value: it passes when a start disagrees there, and is vacuous when all starts
// agree. Failed is the number of starts with a trial that failed there.
func (d *DoseResult) judge(failed int) {
	last := d.Points[len(d.Points)-1]
	at := fmt.Sprintf("%s=%s", d.Axis, valueLabel(float64(last.Value), Axis{}))
	flat := func(p DosePoint) bool { return p.Open == 0 && p.Starts > 0 && p.Disagreed == p.Starts }
	switch {
	case !slices.ContainsFunc(d.Points, func(p DosePoint) bool { return !flat(p) }):
		d.Verdict = Vacuous
		d.Sentence = fmt.Sprintf("The doses of %q show nothing: at every value of %s all starts ended elsewhere than the scenario, so that it need not be %s that does it.", d.Name, d.Axis, d.Axis)
	case last.Disagreed > 0:
		first := d.Points[slices.IndexFunc(d.Points, func(p DosePoint) bool { return p.Disagreed > 0 })].Value
		d.Verdict = Pass
		d.Sentence = fmt.Sprintf("The doses of %q work, as they must: at %s, the largest, %d of %s ended elsewhere than the scenario; the smallest at which one did is %s=%s.",
			d.Name, at, last.Disagreed, plural(last.Starts, "start"), d.Axis, valueLabel(float64(first), Axis{}))
	case failed > 0:
		d.Verdict = Error
		d.Sentence = fmt.Sprintf("The doses of %q could not be given: at %s, the largest, %s had a trial that failed, and none is known to end elsewhere than the scenario.", d.Name, at, plural(failed, "start"))
	case last.Open > 0:
		d.Verdict = Inconclusive
		d.Sentence = fmt.Sprintf("The doses of %q show nothing: at %s, the largest, %s had a trial that did not converge, and none is known to end elsewhere than the scenario.", d.Name, at, plural(last.Open, "start"))
	default:
		d.Verdict = Vacuous
		d.Sentence = fmt.Sprintf("The doses of %q do not work: even at %s, the largest, all %s ended where the scenario does, so that this shows nothing.", d.Name, at, plural(last.Starts, "start"))
	}
}
