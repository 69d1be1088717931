package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

const unknowns = 5

// leastSquares is a verify.Subject: gradient descent on f(x) = ½‖Mx − b‖².
type leastSquares struct{}

// Name is the word that a scenario uses for it.
func (leastSquares) Name() string { return "least-squares" }

// Space lists what a scenario may set.
func (leastSquares) Space() verify.Space {
	return verify.Space{
		Problem: []verify.Axis{{Name: "rows", Doc: "equations", Kind: verify.KindInt, Min: 1, Max: 1000, Default: 12.0}},
		Vary:    []verify.Axis{{Name: "rate", Doc: "step size times the squared Frobenius norm of M", Kind: verify.KindNumber, Min: 0.01, Max: 1.9, Default: 1.0}},
	}
}

// Open makes one problem ready.
func (leastSquares) Open(_ context.Context, _, settings verify.Settings) (verify.Problem, error) {
	rows := int(settings.Number("rows"))
	p := &problem{m: mat.NewDense(rows, unknowns, nil), b: mat.NewDense(rows, 1, nil)}
	for i := range rows {
		p.b.Set(i, 0, math.Sin(float64(i)))
		for j := range unknowns {
			p.m.Set(i, j, math.Cos(float64(i*j)))
		}
	}
	return p, nil
}

// problem is a verify.Problem. Train does not change it, so that several trials may train at once.
type problem struct{ m, b *mat.Dense }

// Digests are of the data; here the data follow from the settings.
func (*problem) Digests() []verify.Digest { return nil }

// Symmetry says which outcomes are the same: none but equal ones.
func (*problem) Symmetry() symmetry.Group { return symmetry.Trivial{} }

// Train runs one trial. A trial that does not converge is an outcome and no error.
func (p *problem) Train(ctx context.Context, t verify.Trial, log io.Writer) (*verify.Outcome, error) {
	rng := rand.New(rand.NewPCG(t.Seed, 0)) // all chance comes from the seed
	x, residual, grad := mat.NewDense(unknowns, 1, nil), new(mat.Dense), new(mat.Dense)
	for j := range unknowns {
		x.Set(j, 0, rng.NormFloat64())
	}
	squared := math.Pow(mat.Norm(p.m, 2), 2) // of the Frobenius norm
	out := &verify.Outcome{Status: verify.StepLimit, Tuple: symmetry.Tuple{{Name: "x", M: x}}}
	for ; out.Steps < 100_000 && ctx.Err() == nil; out.Steps++ {
		residual.Mul(p.m, x)
		residual.Sub(residual, p.b)
		grad.Mul(p.m.T(), residual)
		out.Fitness, out.GradNorm = -0.5*math.Pow(mat.Norm(residual, 2), 2), mat.Norm(grad, 2)/squared
		out.Evaluations++
		if out.GradNorm <= 1e-10 {
			out.Status = verify.Converged
			break
		}
		grad.Scale(t.Settings.Number("rate")/squared, grad)
		x.Sub(x, grad)
	}
	_, err := fmt.Fprintf(log, "%v after %d steps, gradient %.1e\n", out.Status, out.Steps, out.GradNorm)
	return out, err
}
