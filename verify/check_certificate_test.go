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
				if strings.Contains(text(t, c.Evidence), "not looked for") {
					t.Errorf("the evidence %s says that no oracle was sought", text(t, c.Evidence))
				}
				return
			}
			t.Error("the result has no certificate check")
		})
	}
}

// Without an oracle each run is certified by itself: nothing is sought, nothing is refuted, and a pass still needs all.
func TestCertificateCheckWithoutAnOracle(t *testing.T) {
	for _, tt := range []struct {
		name    string
		suspect *suspect
		want    Verdict
		says    string
		reason  string
	}{
		{"honest", &suspect{}, Pass, "All 8 converged runs are certified", "each run carries its own proof"},
		{
			"second optimum below the first", &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				out := moved(t, float64(t.Seed%2))
				out.Fitness -= float64(t.Seed % 2)
				return out, nil
			}}, Inconclusive, "4 of 8 converged runs are not certified", "nothing certified is known to be better",
		},
		{
			"one gap is too large", &suspect{proof: func(x []float64) *Certificate {
				c := proven(x)
				c.Gap = 1e-3
				return c
			}}, Inconclusive, "8 of 8 converged runs are not certified", "certified by its own tolerance, not by the scenario's",
		},
		{"a proof cannot be tried", &suspect{proof: func([]float64) *Certificate { panic("no proof") }}, Error, "no proof", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.suspect.oracle = func() ([]float64, *Certificate, error) {
				t.Error("the oracle is sought")
				return nil, nil, errBroken
			}
			var last Event
			settings := &RunSettings{Jobs: 1, Progress: func(e Event) {
				if e.Phase == "certify" {
					last = e
				}
			}}
			r := askAll(t, tt.suspect, "  - certificate: {gap: 1e-10, oracle: false}", settings)
			p := r.Problems[0]
			c := p.Checks[0]
			if c.Verdict != tt.want || !strings.Contains(c.Sentence, tt.says) {
				t.Errorf("certificate: %v, %q, want %v and %q (%s)", c.Verdict, c.Sentence, tt.want, tt.says, tt.reason)
			}
			if p.Oracle != nil || last.Total != 8 || tt.want != Error && last.Done != 8 {
				t.Errorf("oracle %+v, after %d of %d steps, want none, and all of 8", p.Oracle, last.Done, last.Total)
			}
			if text := c.Evidence[len(c.Evidence)-1].Text; !strings.Contains(text, "not looked for without a start, because the scenario says so") {
				t.Errorf("the evidence ends with %q, want it to say that no optimum was looked for", text)
			}
		})
	}
}

// One check that wants the oracle has it sought, and all that there are hold it against the runs.
func TestOneCertificateCheckSeeksTheOracle(t *testing.T) {
	worse := func(_ *suspect, t Trial) (*Outcome, error) {
		out := moved(t, 1)
		out.Fitness--
		return out, nil
	}
	const checks = "  - certificate: {gap: 1e-10, oracle: false}\n  - certificate: {name: both, gap: 1e-10, oracle: true}"
	var last Event
	settings := &RunSettings{Jobs: 1, Progress: func(e Event) {
		if e.Phase == "certify" {
			last = e
		}
	}}
	p := askAll(t, &suspect{train: worse}, checks, settings).Problems[0]
	if p.Oracle == nil || last.Done != 9 || last.Total != 9 {
		t.Fatalf("oracle %+v after %d of %d steps, want one, after 8 runs and itself", p.Oracle, last.Done, last.Total)
	}
	for _, c := range p.Checks[:2] {
		if c.Verdict != Fail || strings.Contains(text(t, c.Evidence), "not looked for") {
			t.Errorf("%s: %v, %s, want FAIL by the oracle that there is", c.ID, c.Verdict, text(t, c.Evidence))
		}
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
