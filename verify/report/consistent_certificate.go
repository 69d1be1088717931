package report

import (
	"fmt"

	"example.org/concord/verify"
)

// consistentCertificates returns an error when a certificate contradicts itself, or when a certificate check
// passes although a converged trial is not certified.
func consistentCertificates(path string, p *verify.ProblemResult) error {
	if p.Oracle != nil {
		if err := consistentCertificate(path+".oracle.certificate", &p.Oracle.Certificate); err != nil {
			return err
		}
	}
	for i := range p.Trials {
		if c := p.Trials[i].Certificate; c != nil {
			if err := consistentCertificate(fmt.Sprintf("%s.trials[%d].certificate", path, i), c); err != nil {
				return err
			}
		}
	}
	for i, c := range p.Checks {
		if c.Kind != "certificate" || c.Verdict != verify.Pass {
			continue
		}
		if certifiedTrials(p.Trials) == 0 {
			return fmt.Errorf("%s.checks[%d].verdict is PASS, but no trial is certified", path, i)
		}
		for j := range p.Trials {
			if t := &p.Trials[j]; t.Status == verify.Converged && (t.Certificate == nil || !t.Certificate.Certified) {
				return fmt.Errorf("%s.checks[%d].verdict is PASS, but trials[%d] converged and is not certified", path, i, j)
			}
		}
	}
	return nil
}

func consistentCertificate(path string, c *verify.Certificate) error {
	switch {
	case c.Cut < 0 || len(c.Values) > 0 && c.Cut > len(c.Values):
		return fmt.Errorf("%s.cut is %d, but there are %d values", path, c.Cut, len(c.Values))
	case c.Certified && !finite(c.Gap):
		return fmt.Errorf("%s is certified, but its gap is %s", path, number(c.Gap))
	case c.Certified && !finite(c.GapError):
		return fmt.Errorf("%s is certified, but its gap_error is %s", path, number(c.GapError))
	case c.Certified && c.Reason != "":
		return fmt.Errorf("%s is certified, but has a reason not to be: %q", path, c.Reason)
	case !c.Certified && c.Reason == "":
		return fmt.Errorf("%s is not certified, but has no reason", path)
	}
	return nil
}
