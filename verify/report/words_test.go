package report

import (
	"math"
	"testing"

	"example.org/concord/verify"
)

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		name string
		in   float64
		want string
	}{
		{"a small number", 3.2e-7, "3.2×10⁻⁷"},
		{"two digits", 3.249e-7, "3.2×10⁻⁷"},
		{"a power of ten", 1e-5, "10⁻⁵"},
		{"a negative power of ten", -1e-5, "−10⁻⁵"},
		{"near one", 0.031249, "0.0312"},
		{"trailing zeros", 0.0200, "0.02"},
		{"whole", 192, "192"},
		{"whole and grouped", 83000, "83\u202f000"},
		{"rounded and grouped", 82999.6, "83\u202f000"},
		{"large", 1.25e9, "1.2×10⁹"},
		{"negative", -3.918, "−3.92"},
		{"zero", 0, "0"},
		{"negative zero", math.Copysign(0, -1), "0"},
		{"NaN", math.NaN(), "not a number"},
		{"infinity", math.Inf(1), "infinite"},
		{"minus infinity", math.Inf(-1), "minus infinite"},
		{"least double", math.SmallestNonzeroFloat64, "4.9×10⁻³²⁴"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := number(verify.Number(c.in)); got != c.want {
				t.Errorf("number(%v) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestPrecise(t *testing.T) {
	if got, want := precise(-3.91827364512345), "−3.918273645"; got != want {
		t.Errorf("precise = %q, want %q", got, want)
	}
}

func TestBoundRoundsUp(t *testing.T) {
	for _, c := range []struct {
		in   float64
		want string
	}{{0.0302, "3.1 %"}, {0.03, "3 %"}, {0.0307, "3.1 %"}, {1, "100 %"}, {0.000151, "0.016 %"}, {0, "0 %"}, {math.NaN(), "not a number"}} {
		if got := bound(c.in); got != c.want {
			t.Errorf("bound(%v) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestMargin(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name                     string
		value, tolerance, margin float64
		want                     string
	}{
		{"well within", 3.2e-7, 1e-5, 0.032, "3.2 % of the tolerance"},
		{"refuted", 0.5, 0.1, 5, "5 times the tolerance"},
		{"just refuted", 0.9003, 0.9, 1.00033, "1.00033 times the tolerance"},
		{"exact and equal", 0, 0, nan, "no deviation at all"},
		{"exact and not equal", 1e-17, 0, math.Inf(1), "no deviation is allowed"},
		{"not measured", nan, 1e-5, nan, "nothing was measured"},
		{"not measured, exact", nan, 0, nan, "nothing was measured"},
		{"no margin", 1e-7, 1e-5, nan, "no margin recorded"},
		{"zero", 0, 1e-5, 0, "none of the tolerance used"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := margin(&verify.CheckResult{Value: verify.Number(c.value), Tolerance: verify.Number(c.tolerance), Margin: verify.Number(c.margin)})
			if got != c.want {
				t.Errorf("margin(%v, %v, %v) = %q, want %q", c.value, c.tolerance, c.margin, got, c.want)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	in := verify.Settings{
		"seed": 3.0, "start": "uniform", "centred": true, "scales": []any{1.0, 0.5},
		"ascent": map[string]any{"rate": 0.1, "method": "gradient"}, "solver": verify.Settings{"method": "lbfgs"},
	}
	want := "ascent=(gradient, rate 0.1) centred=true scales=1, 0.5 solver=lbfgs start=uniform"
	if got := settings(in, "seed"); got != want {
		t.Errorf("settings(%v) = %q, want %q", in, got, want)
	}
}

func TestPlural(t *testing.T) {
	for _, c := range []struct {
		n         int
		one, want string
	}{{1, "basin", "1 basin"}, {0, "basin", "0 basins"}, {2, "boundary", "2 boundaries"}} {
		if got := plural(c.n, c.one); got != c.want {
			t.Errorf("plural(%d, %q) = %q, want %q", c.n, c.one, got, c.want)
		}
	}
}

func TestStatuses(t *testing.T) {
	trial := func(s verify.Status) verify.TrialResult { return verify.TrialResult{Status: s} }
	for _, c := range []struct {
		in   []verify.TrialResult
		want string
	}{
		{nil, "there are no trials"},
		{[]verify.TrialResult{trial(verify.Converged), trial(verify.Converged)}, "all converged"},
		{[]verify.TrialResult{trial(verify.StepLimit), trial(verify.Converged), trial(verify.StatusNotRun)}, "1 not run, 1 converged, 1 step limit"},
	} {
		if got := statuses(c.in); got != c.want {
			t.Errorf("statuses(%v) = %q, want %q", c.in, got, c.want)
		}
	}
}

// Every verdict has a sign and a meaning of its own, so that none is told by colour alone.
func TestVerdictsHaveWords(t *testing.T) {
	seen := map[string]verify.Verdict{}
	for v := verify.NotRun; v <= verify.Error; v++ {
		for _, s := range []string{glyph(v), meaning(v)} {
			if other, ok := seen[s]; ok || s == "" {
				t.Errorf("%v and %v are both explained by %q", v, other, s)
			}
			seen[s] = v
		}
	}
}

func TestTypeset(t *testing.T) {
	for _, c := range []struct{ in, want, reason string }{
		{"within 2e-07 of each other; 1e-06 is allowed", "within 2×10⁻⁷ of each other; 10⁻⁶ is allowed", ""},
		{"(1e-6) and -1.5e+10, 3e8", "(10⁻⁶) and −1.5×10¹⁰, 3×10⁸", ""},
		{`the control "both signs" fails`, "the control “both signs” fails", ""},
		{"rate=1e-3 cell 1e5f", "rate=1e-3 cell 1e5f", "a setting and a digest stay"},
		{`start="a b"`, `start="a b"`, "a setting stays"},
		{"2e-0777", "2e-0777", "not an exponent"},
		{"gauge × {±1}^10 × R", "gauge × {±1}¹⁰ × R", ""},
		{"no number", "no number", ""},
	} {
		if got := typeset(c.in); got != c.want {
			t.Errorf("typeset(%q) = %q, want %q %s", c.in, got, c.want, c.reason)
		}
	}
}

func TestGrouped(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"1234", "1234"},
		{"12345", "12\u202f345"},
		{"-12345", "-12\u202f345"},
		{"123456", "123\u202f456"},
		{"1234567", "1\u202f234\u202f567"},
		{"12345.6", "12345.6"},
	} {
		if got := grouped(c.in); got != c.want {
			t.Errorf("grouped(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}
