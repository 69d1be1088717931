package digits

import (
	"context"
	"fmt"

	"example.org/concord/certify"
	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// dual returns the convex dual of the problem, computed once.
func (p *Problem) dual() (*certify.Problem, error) {
	p.dualOnce.Do(func() { p.dualProblem, p.dualErr = certify.NewProblem(p.data) })
	return p.dualProblem, p.dualErr
}

// Certify implements verify.Certifier.
func (p *Problem) Certify(ctx context.Context, t symmetry.Tuple) (*verify.Certificate, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	dual, err := p.dual()
	if err != nil {
		return nil, err
	}
	c := dual.Certify(params(t), nil)
	return certificate(&c), nil
}

// Oracle implements verify.Certifier: it minimises the dual bound from a point that no random number enters.
func (p *Problem) Oracle(ctx context.Context) (symmetry.Tuple, *verify.Certificate, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	dual, err := p.dual()
	if err != nil {
		return nil, nil, err
	}
	x, report, err := dual.Oracle(p.rank, nil)
	if err != nil {
		return nil, nil, err
	}
	c := dual.Certify(x, nil)
	out := certificate(&c)
	if report.Status != certify.Closed {
		// What the minimisation ended with is no optimum, but its bound holds for every tuple of the rank.
		out.Certified, out.Bound = false, verify.Number(report.Bound)
		out.Gap = out.Bound - out.Fitness
		out.Reason = fmt.Sprintf("the minimisation of the bound is %s: ratio at the cut %.6g, residual %.3g after %d steps",
			report.Status, report.Ratio, report.Residual, report.Iterations)
		out.Ratio = verify.Number(report.Ratio)
		return nil, out, nil
	}
	return tuple(x), out, nil
}

// Polish moves a tuple to the optimum by Newton steps on the dual bound, and returns how many it took.
func (p *Problem) Polish(ctx context.Context, t symmetry.Tuple) (symmetry.Tuple, int, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	dual, err := p.dual()
	if err != nil {
		return nil, 0, err
	}
	x, report, err := dual.Polish(params(t), nil)
	if err != nil {
		return nil, 0, err
	}
	if report.Status != certify.Closed {
		return nil, report.Iterations, fmt.Errorf("the minimisation of the bound is %s", report.Status)
	}
	return tuple(x), report.Iterations, nil
}

// certificate translates what certify found.
func certificate(c *certify.Certificate) *verify.Certificate {
	out := &verify.Certificate{
		Certified: c.Verdict == certify.Certified, Reason: c.Reason,
		Fitness: verify.Number(c.Primal), Bound: verify.Number(c.Dual), Gap: verify.Number(c.Gap), GapError: verify.Number(c.GapError),
		Ratio: verify.Number(c.Ratio), Distance: verify.Number(c.Distance),
		Values: []verify.Number{}, Cut: min(c.Rank, len(c.Sigma)),
	}
	for _, s := range c.Sigma {
		out.Values = append(out.Values, verify.Number(s))
	}
	return out
}
