package digits

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"

	"gonum.org/v1/gonum/floats"

	"example.org/concord/model"
	"example.org/concord/verify"
)

// curvePoints is how many points of a convergence curve are kept.
const curvePoints = 80

// Train implements verify.Problem.
func (p *Problem) Train(ctx context.Context, t verify.Trial, log io.Writer) (*verify.Outcome, error) {
	return p.train(ctx, t, 0, 0, log)
}

// StoppingRules implements verify.Rehearser.
func (p *Problem) StoppingRules(t verify.Trial) (training, drawing float64) {
	return cmp.Or(t.Settings.Record("ascent").Number("gradient_tolerance"), model.GradTol), model.GradTol
}

// Rehearse implements verify.Rehearser.
func (p *Problem) Rehearse(ctx context.Context, t verify.Trial, nudge, gradNorm float64) (*verify.Outcome, error) {
	return p.train(ctx, t, nudge, gradNorm, io.Discard)
}

// train trains a trial from its start moved by nudge, until the gradient norm is gradNorm, or where that is zero as the
// trial says.
func (p *Problem) train(ctx context.Context, t verify.Trial, nudge, gradNorm float64, log io.Writer) (*verify.Outcome, error) {
	start, err := model.ParseStart(t.Settings.Text("start"))
	if err != nil {
		return nil, err
	}
	a, err := ascent(t.Settings.Record("ascent"))
	if err != nil {
		return nil, err
	}
	a.GradTol = cmp.Or(gradNorm, a.GradTol)
	var curve []verify.CurvePoint
	a.Record = func(step int, value, gradNorm float64, _ []float64) {
		curve = append(curve, verify.CurvePoint{Step: step, Fitness: verify.Number(value), GradNorm: verify.Number(gradNorm)})
	}
	begin := start.Draw(t.Seed, p.rank, p.side*p.side, classes)
	begin.FlipSigns(t.Seed, t.Settings.Number("negative"))
	if nudge > 0 {
		begin.Perturb(t.Seed, nudge)
	}
	x, report := model.Train(ctx, p.data, begin, a)
	curve = model.Thin(curve, curvePoints)
	for _, c := range curve {
		if _, err := fmt.Fprintf(log, "step %6d  fitness %.15f  gradient %.3e\n", c.Step, float64(c.Fitness), float64(c.GradNorm)); err != nil {
			return nil, err
		}
	}
	out := &verify.Outcome{
		Status: status(report.Status), Fitness: report.Value, GradNorm: report.GradNorm,
		Steps: report.Steps, Evaluations: report.Evaluations, Curve: curve,
	}
	if report.Status != model.Diverged {
		if sum := floats.Sum(x.A.RawMatrix().Data) + floats.Sum(x.B.RawMatrix().Data); math.IsNaN(sum) || math.IsInf(sum, 0) {
			return nil, errNoTuple
		}
		if size := t.Settings.Number("planted"); size > 0 {
			x.Perturb(t.Seed, size)
		}
		out.Tuple = tuple(x)
	}
	return out, nil
}

func status(s model.Status) verify.Status {
	switch s {
	case model.Converged:
		return verify.Converged
	case model.StepLimit:
		return verify.StepLimit
	case model.Diverged:
		return verify.Diverged
	default:
		return verify.Stopped
	}
}
