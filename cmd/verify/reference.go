package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// reference returns the scenario that trains one network on the reference problem, the first 100 training
// images of MNIST, and lets it draw some digits twice each.
func (a *app) reference(seed uint64, rank int, start string, digits []string) (*verify.Scenario, error) {
	draw := "all"
	if len(digits) > 0 {
		draw = "[" + strings.Join(digits, ", ") + "]"
	}
	src := fmt.Sprintf(`version: 1
name: reference
title: One network trained on the first 100 images
subject: digits
data: {set: mnist, split: train, count: 100}
problem: {rank: [%d]}
vary:
  seed: [%d]
  start: [%s]
  ascent: [{method: lbfgs}]
generate: {digits: %s, instances: 2}
checks:
  - converged: {}
`, rank, seed, start, draw)
	return verify.ParseScenario("the reference scenario", []byte(src), a.subjects())
}

// network is a trained reference network.
type network struct {
	verify.Scorer
	tuple symmetry.Tuple
	steps int
}

// train trains the reference network.
func (a *app) train(ctx context.Context, seed uint64) (*network, error) {
	s, err := a.reference(seed, 20, "uniform", nil)
	if err != nil {
		return nil, err
	}
	subject, err := a.subjectOf(s)
	if err != nil {
		return nil, err
	}
	statement := s.Problems()[0]
	p, err := subject.Open(ctx, statement.Data, statement.Settings)
	if err != nil {
		return nil, err
	}
	out, err := p.Train(ctx, s.Trials(subject.Space())[0], io.Discard)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("training the network: %w", err)
	case out.Status != verify.Converged:
		return nil, fmt.Errorf("training the network: %s after %s", out.Status, plural(out.Steps, "step"))
	}
	scorer, ok := p.(verify.Scorer)
	if !ok {
		return nil, fmt.Errorf("subject %s has no scores", s.Subject)
	}
	return &network{Scorer: scorer, tuple: out.Tuple, steps: out.Steps}, nil
}
