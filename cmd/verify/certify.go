package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"example.org/concord/verify"
)

// certifyCmd is verify certify.
type certifyCmd struct {
	Scenario string `arg:"" optional:"" default:"seed-sweep" help:"Path or name of a scenario, ${default} when absent."`
	Polish   bool   `help:"Also train the first trial of each problem, certify it, and move it to the optimum by dual steps."`
	Format   string `help:"What goes to standard output." enum:"text,json" default:"text"`
}

// Help is what --help says after the first line.
func (*certifyCmd) Help() string {
	return `For each problem of a scenario the convex dual bounds the fitness of every tuple of its rank, and its
minimum gives the optimum without any start. CERTIFIED means that the optimum attains the bound up to the gap,
rounding included, and that it is the only one in its cone: the singular values differ at the cut. Where they
tie, nothing is proven for that rank. Other, lower local maxima are not excluded: run looks for those. It takes
a moment with hundreds of images, and hours with tens of thousands.

Examples:

    verify certify
    verify certify rank-sweep
    verify certify smoke --polish

Exit codes: 0 every problem is certified, 2 usage or bad scenario, 3 one is not, 4 error, 130 interrupted.`
}

// certified is what is known of one problem.
type certified struct {
	Problem string              `json:"problem"`
	Oracle  *verify.Certificate `json:"oracle"`
	Trained *verify.Certificate `json:"trained,omitempty"` // of the first trial, with --polish
	Trial   string              `json:"trial,omitempty"`
	Moved   *verify.Number      `json:"moved,omitempty"` // by polishing, modulo symmetry
	Steps   int                 `json:"steps,omitempty"` // of polishing
	Left    *verify.Number      `json:"left,omitempty"`  // distance of the polished tuple to the oracle
}

// Run is called by kong.
func (c *certifyCmd) Run(ctx context.Context, a *app) error {
	s, err := a.scenario(c.Scenario)
	if err != nil {
		return err
	}
	subject, err := a.subjectOf(s)
	if err != nil {
		return err
	}
	var all []certified
	open := 0
	for _, statement := range s.Problems() {
		label := s.ProblemLabel(subject.Space(), statement)
		one, err := c.problem(ctx, s, subject, statement)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("%s, %s: %w", s.Name, label, err)
		}
		one.Problem = label
		all = append(all, one)
		if !one.Oracle.Certified || one.Trained != nil && !one.Trained.Certified {
			open++
		}
	}
	if c.Format == "json" {
		text, err := json.MarshalIndent(all, "", "  ")
		if err != nil {
			return err
		}
		a.printf("%s\n", text)
	} else if err := writeCertified(a.stdout, all); err != nil {
		return err
	}
	if open > 0 {
		return status(verify.ExitUndecided)
	}
	return nil
}

// problem certifies one problem of a scenario.
func (c *certifyCmd) problem(ctx context.Context, s *verify.Scenario, subject verify.Subject, statement verify.Statement) (certified, error) {
	p, err := subject.Open(ctx, statement.Data, statement.Settings)
	if err != nil {
		return certified{}, err
	}
	certifier, ok := p.(verify.Certifier)
	if !ok {
		return certified{}, fmt.Errorf("subject %s cannot certify", s.Subject)
	}
	oracle, proof, err := certifier.Oracle(ctx)
	if err != nil {
		return certified{}, err
	}
	one := certified{Oracle: proof}
	if !c.Polish {
		return one, nil
	}
	trial := s.Trials(subject.Space())[0]
	out, err := p.Train(ctx, trial, io.Discard)
	if err != nil {
		return certified{}, err
	}
	one.Trial = s.TrialLabel(subject.Space(), trial)
	if out.Tuple == nil {
		return certified{}, fmt.Errorf("%s: %s, and there is nothing to polish", one.Trial, out.Status)
	}
	if one.Trained, err = certifier.Certify(ctx, out.Tuple); err != nil {
		return certified{}, err
	}
	polished, steps, err := certifier.Polish(ctx, out.Tuple)
	if err != nil {
		return certified{}, fmt.Errorf("%s: %w", one.Trial, err)
	}
	one.Steps = steps
	moved, err := p.Symmetry().Distance(out.Tuple, polished)
	if err != nil {
		return certified{}, err
	}
	one.Moved = (*verify.Number)(&moved)
	if oracle != nil {
		left, err := p.Symmetry().Distance(oracle, polished)
		if err != nil {
			return certified{}, err
		}
		one.Left = (*verify.Number)(&left)
	}
	return one, nil
}

// writeCertified writes a row for each problem, and what is missing below.
func writeCertified(w io.Writer, all []certified) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(format string, args ...any) { fmt.Fprintf(t, format+"\n", args...) } //nolint:errcheck // Flush has it
	row("problem\tverdict\tfitness\tbound\tgap\trounding\tratio at cut\twithin")
	certificate := func(label string, c *verify.Certificate) {
		verdict := "CERTIFIED"
		if !c.Certified {
			verdict = "INCONCLUSIVE"
		}
		row("%s\t%s\t%.13f\t%.13f\t%.2g\t%.2g\t%.6g\t%.2g", label, verdict, float64(c.Fitness), float64(c.Bound),
			float64(c.Gap), float64(c.GapError), float64(c.Ratio), float64(c.Distance))
	}
	for _, one := range all {
		certificate(one.Problem, one.Oracle)
		if one.Trained != nil {
			certificate("  "+one.Trial, one.Trained)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, one := range all {
		if !one.Oracle.Certified {
			if _, err := fmt.Fprintf(w, "%s: %s\n", one.Problem, one.Oracle.Reason); err != nil {
				return err
			}
		}
		if one.Trained != nil && !one.Trained.Certified {
			if _, err := fmt.Fprintf(w, "%s, %s: %s\n", one.Problem, one.Trial, one.Trained.Reason); err != nil {
				return err
			}
		}
		if one.Moved != nil {
			if _, err := fmt.Fprintf(w, "%s, %s: polishing moved it by %.3g in %s", one.Problem, one.Trial, float64(*one.Moved), plural(one.Steps, "step")); err != nil {
				return err
			}
			left := "\n"
			if one.Left != nil {
				left = fmt.Sprintf(", to %.3g from the optimum found without a start\n", float64(*one.Left))
			}
			if _, err := io.WriteString(w, left); err != nil {
				return err
			}
		}
	}
	return nil
}
