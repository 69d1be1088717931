package verify

import (
	"math"
	"strings"
	"testing"
)

func TestCertificateCheck(t *testing.T) {
	for _, tt := range []struct {
		name    string
		suspect *suspect
		want    Verdict
		says    string
		reason  string
	}{
		{"honest", &suspect{}, Pass, "All 8 converged runs are certified", ""},
		{
			"second optimum below the first", &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				out := moved(t, float64(t.Seed%2))
				out.Fitness -= float64(t.Seed % 2)
				return out, nil
			}}, Fail, "4 of 8 converged runs provably end below the optimum", "the oracle is certified, and better",
		},
		{
			"nothing is certified", &suspect{proof: func([]float64) *Certificate {
				return &Certificate{Reason: "tie at the cut", Gap: 1e-12, GapError: 1e-15, Distance: Number(math.Inf(1))}
			}}, Inconclusive, "8 of 8 converged runs are not certified. That refutes nothing", "a small gap without a proof is none",
		},
		{
			"certified with a gap that is too large", &suspect{proof: func(x []float64) *Certificate {
				c := proven(x)
				c.Gap = 1e-3
				return c
			}}, Inconclusive, "8 of 8 converged runs are not certified", "certified by its own tolerance, not by the scenario's",
		},
		{
			"the gap is NaN", &suspect{proof: func(x []float64) *Certificate {
				c := proven(x)
				c.Gap = Number(math.NaN())
				return c
			}}, Inconclusive, "not certified", "NaN is not small",
		},
		{
			"the rounding error alone exceeds the tolerance", &suspect{proof: func(x []float64) *Certificate {
				c := proven(x)
				c.GapError = 1e-3
				return c
			}}, Inconclusive, "not certified", "",
		},
		{
			"the oracle is elsewhere", &suspect{oracle: func() ([]float64, *Certificate, error) {
				return []float64{1, 2, 3, 5}, &Certificate{Certified: true, Distance: 1e-12, GapError: 1e-15}, nil
			}}, Fail, "farther from a certified run than both proofs allow", "a unique optimum cannot be in two places",
		},
		{
			"no oracle", &suspect{oracle: func() ([]float64, *Certificate, error) {
				return nil, &Certificate{Reason: "tied"}, nil
			}}, Pass, "All 8 converged runs are certified", "each run carries its own proof",
		},
		{
			"the oracle errs", &suspect{oracle: func() ([]float64, *Certificate, error) { return nil, nil, errBroken }},
			Error, "the disk is on fire", "",
		},
		{"cannot certify", &suspect{without: true}, Error, "the subject cannot certify", ""},
		{
			"one run does not converge", &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				out := honest(t)
				if t.Seed == 1 {
					out.Status = StepLimit
				}
				return out, nil
			}}, Inconclusive, "2 of 8 trials did not converge", "the others are certified, and the claim is about all",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := try(t, tt.suspect, "  - converged: {}", "  - converged: {}\n  - certificate: {gap: 1e-10}", &RunSettings{Jobs: 1})
			for _, c := range r.Problems[0].Checks {
				if c.Kind != "certificate" {
					continue
				}
				if c.Verdict != tt.want {
					t.Errorf("certificate: %v, want %v (%s)", c.Verdict, tt.want, tt.reason)
				}
				if !strings.Contains(strings.ToLower(c.Sentence), strings.ToLower(tt.says)) {
					t.Errorf("certificate says %q, want it to mention %q", c.Sentence, tt.says)
				}
				return
			}
			t.Error("the result has no certificate check")
		})
	}
}

func TestEveryTrialCarriesItsCertificate(t *testing.T) {
	p := try(t, &suspect{}, "  - converged: {}", "  - converged: {}\n  - certificate: {gap: 1e-10}", nil).Problems[0]
	for _, trial := range p.Trials {
		if c := trial.Certificate; c == nil || !c.Certified || !(float64(c.Measured) < 1e-12) {
			t.Errorf("%s: certificate %+v", trial.Label, c)
		}
	}
	if o := p.Oracle; o == nil || !o.Certificate.Certified || !(float64(o.Distance) < 1e-12) || o.Cell == "" || !math.IsNaN(float64(o.Golden)) {
		t.Errorf("oracle %+v", o)
	}
	if p := try(t, &suspect{}, "", "", nil).Problems[0]; p.Oracle != nil || p.Trials[0].Certificate != nil {
		t.Error("a scenario without the check certifies all the same")
	}
}
