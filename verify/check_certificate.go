package verify

import (
	"context"
	"fmt"
	"math"

	"example.org/concord/verify/symmetry"
)

// certify asks for the certificate of every converged trial, where the scenario has a certificate check, and for the
// oracle, where one of these checks seeks it.
func (x *problemRun) certify(ctx context.Context) error {
	certifier, ok := x.p.(Certifier)
	if x.check("certificate") == nil || !ok || len(x.converged) == 0 {
		return nil
	}
	all := len(x.converged)
	if x.s.seeksOracle() {
		all++
	}
	tick := x.progress("certify", all)
	err := each(ctx, len(x.converged), x.Jobs, func(i int) error {
		trial := x.converged[i]
		tuple, err := x.tuples.tuple(trial)
		if err != nil {
			return err
		}
		c, err := certifier.Certify(ctx, tuple)
		if err != nil {
			return fmt.Errorf("%s: %w", x.cells[trial].Label, err)
		}
		c.Values, c.Measured = []Number{}, Number(math.NaN())
		x.result.Trials[trial].Certificate = c
		tick("")
		return nil
	})
	if err != nil || !x.s.seeksOracle() {
		return err
	}
	tuple, c, err := certifier.Oracle(ctx)
	if err != nil {
		return fmt.Errorf("oracle: %w", err)
	}
	tick("")
	c.Measured = Number(math.NaN())
	x.oracle = tuple
	o := &Oracle{Certificate: *c, Distance: Number(math.NaN()), Golden: Number(math.NaN())}
	x.result.Oracle = o
	if tuple == nil {
		return nil
	}
	distances := make([]float64, len(x.converged))
	err = each(ctx, len(x.converged), x.Jobs, func(i int) error {
		trained, err := x.tuples.tuple(x.converged[i])
		if err != nil {
			return err
		}
		distances[i], err = x.p.Symmetry().Distance(tuple, trained)
		return err
	})
	if err != nil {
		return fmt.Errorf("oracle: %w", err)
	}
	for i, d := range distances {
		x.result.Trials[x.converged[i]].Certificate.Measured = Number(d)
		if !(float64(o.Distance) >= d) {
			o.Distance, o.Cell = Number(d), x.cells[x.converged[i]].ID
		}
	}
	return nil
}

// oracleToGolden compares the oracle with the golden, once there are both.
func (x *problemRun) oracleToGolden(group symmetry.Group, golden symmetry.Tuple) error {
	if x.oracle == nil {
		return nil
	}
	d, err := group.Distance(x.oracle, golden)
	if err != nil {
		return err
	}
	x.result.Oracle.Golden = Number(d)
	return nil
}

// decideCertificate decides whether every run is proven to have ended in the one best outcome. A proof that
// does not close refutes nothing. A run whose fitness lies below that of a certified oracle, and an oracle
// that contradicts its trained tuple, do.
func (x *problemRun) decideCertificate(c *CheckResult, spec CheckSpec) {
	c.Title = "Every run is proven to have ended in the one best outcome"
	c.Quantity = "largest gap between the bound on every outcome's fitness and the fitness reached, with its rounding error"
	standing, why := x.standing()
	if _, ok := x.p.(Certifier); !ok {
		standing, why = Error, "the subject cannot certify"
	} else if x.certifyErr != nil {
		standing, why = Error, x.certifyErr.Error()
	}
	open, below := 0, 0
	ratio := math.Inf(1)
	for _, trial := range x.converged {
		t := &x.result.Trials[trial]
		proof := t.Certificate
		if proof == nil {
			open++
			continue
		}
		gap := float64(proof.Gap) + float64(proof.GapError)
		if !(float64(c.Value) >= gap) {
			c.Value = Number(gap)
		}
		ratio = min(ratio, float64(proof.Ratio))
		if proof.Certified && gap <= spec.Tolerance {
			continue
		}
		open++
		text := fmt.Sprintf("%s: not certified: %s", t.Label, proof.Reason)
		if proof.Certified {
			text = fmt.Sprintf("%s: certified, but the gap exceeds what the scenario allows", t.Label)
		}
		if lack := x.below(t, spec.Tolerance); lack > 0 {
			below++
			text = fmt.Sprintf("%s: ends %.2g below the certified optimum", t.Label, lack)
		}
		if len(c.Evidence) < 10 {
			c.Evidence = append(c.Evidence, Evidence{Text: text, Value: proof.Gap, Cells: []string{t.Cell}})
		}
	}
	apart := x.oracleEvidence(c)
	n := len(x.converged)
	if standing == Pass && open > 0 {
		standing = Inconclusive
	}
	c.Verdict = standing
	if below > 0 || apart {
		c.Verdict = Fail
	}
	if spec.Tolerance > 0 {
		c.Margin = Number(float64(c.Value) / spec.Tolerance)
	}
	if math.IsNaN(float64(c.Value)) {
		c.Verdict = Worst(c.Verdict, Inconclusive)
	}
	switch {
	case c.Verdict == Pass:
		c.Sentence = fmt.Sprintf("All %d converged runs are certified: no outcome of the same cone is better by more than %.2g, and at the cut the singular values differ by a factor of at least %.3g, so the optimum is unique.",
			n, float64(c.Value), ratio)
	case below > 0:
		c.Sentence = fmt.Sprintf("%d of %d converged runs provably end below the optimum, which is certified without any start.", below, n)
	case apart:
		c.Sentence = fmt.Sprintf("The optimum found without any start lies farther from a certified run than both proofs allow, up to %.2g: one of them is wrong.", float64(x.result.Oracle.Distance))
	case open > 0 && standing == Inconclusive && why == "":
		c.Sentence = fmt.Sprintf("%d of %d converged runs are not certified. That refutes nothing, and proves nothing.", open, n)
	default:
		c.Sentence = undecided(why, n, float64(c.Value))
	}
}

// below returns by how much the fitness of a trial falls short of that of a certified oracle; 0 when there is
// none, or when it does by no more than the tolerance and the rounding of the gap.
func (x *problemRun) below(t *TrialResult, tolerance float64) float64 {
	o := x.result.Oracle
	if o == nil || !o.Certificate.Certified {
		return 0
	}
	lack := float64(o.Certificate.Fitness) - float64(t.Fitness)
	if lack > tolerance+float64(o.Certificate.GapError) {
		return lack
	}
	return 0
}

// oracleEvidence adds what the oracle says to c, and reports whether it contradicts a certified run: both lie
// within a proven distance of an optimum that is unique, so the distance between them is bounded.
func (x *problemRun) oracleEvidence(c *CheckResult) (apart bool) {
	o := x.result.Oracle
	if o == nil {
		if !x.s.seeksOracle() {
			own := 0
			for _, trial := range x.converged {
				if proof := x.result.Trials[trial].Certificate; proof != nil && proof.Certified {
					own++
				}
			}
			c.Evidence = append(c.Evidence, Evidence{
				Text:  "the optimum was not looked for without a start, because the scenario says so (oracle: false), so no run can be refuted; runs with a certificate of their own",
				Value: Number(own),
			})
		}
		return false
	}
	if !o.Certificate.Certified {
		c.Evidence = append(c.Evidence, Evidence{Text: "the optimum found without any start is not certified: " + o.Certificate.Reason, Value: o.Certificate.Gap})
		return false
	}
	c.Evidence = append(c.Evidence, Evidence{
		Text:  fmt.Sprintf("found without any start: fitness %.15g, bound %.15g, singular values at the cut differ by a factor of %.4g; gap", float64(o.Certificate.Fitness), float64(o.Certificate.Bound), float64(o.Certificate.Ratio)),
		Value: o.Certificate.Gap,
	}, Evidence{Text: "largest distance of a trained tuple to the one found without any start", Value: o.Distance, Cells: []string{o.Cell}})
	if !math.IsNaN(float64(o.Golden)) {
		c.Evidence = append(c.Evidence, Evidence{Text: "distance of the golden tuple to the one found without any start", Value: o.Golden})
	}
	worst, at := math.NaN(), -1
	for _, trial := range x.converged {
		proof := x.result.Trials[trial].Certificate
		if proof == nil || !proof.Certified {
			continue
		}
		used := float64(proof.Measured) / (float64(proof.Distance) + float64(o.Certificate.Distance))
		if !(worst >= used) {
			worst, at = used, trial
		}
	}
	if at < 0 {
		return false
	}
	t := x.result.Trials[at]
	c.Evidence = append(c.Evidence, Evidence{
		Text: fmt.Sprintf("of the distance that its certificate allows, %s uses the largest part: it lies %.2g from the optimum found without any start, and %.2g is proven; part",
			t.Label, float64(t.Certificate.Measured), float64(t.Certificate.Distance)+float64(o.Certificate.Distance)),
		Value: Number(worst), Cells: []string{t.Cell},
	})
	return !(worst <= 1)
}
