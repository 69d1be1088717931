package verify

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rehearsing is a suspect that ends at a known distance from where it would end if it went on for ever.
type rehearsing struct {
	*suspectProblem
	rest    float64 // distance that a trial ends at that stops right at its rule
	blur    float64 // distance that a nudge makes
	endless error   // of a rehearsal
}

// stopsAt is the stopping rule of a rehearsing problem. Its trials stop at half of that.
const stopsAt = 1e-6

func (rehearsing) StoppingRules(Trial) (training, drawing float64) { return stopsAt, stopsAt }

func (p rehearsing) Train(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
	return p.ended(t, stopsAt/2), nil
}

func (p rehearsing) Rehearse(_ context.Context, t Trial, nudge, gradNorm float64) (*Outcome, error) {
	if p.endless != nil {
		return nil, p.endless
	}
	out := p.ended(t, gradNorm)
	if nudge > 0 {
		out.Tuple[0].M.Set(0, 1, out.Tuple[0].M.At(0, 1)+p.blur)
	}
	return out, nil
}

// ended is the optimum of the seed, moved by as much of rest as the gradient norm is of the stopping rule.
func (p rehearsing) ended(t Trial, gradNorm float64) *Outcome {
	x := []float64{1, 2, 3, 4}
	if (t.Settings.Text("start") == "signed" || t.Settings.Number("pull") > 0) && t.Seed%2 == 0 {
		x[3] = 4.5
	}
	x[0] += p.rest * gradNorm / stopsAt
	return &Outcome{Status: Converged, Fitness: -gradNorm, GradNorm: gradNorm, Tuple: point(x)}
}

const calibratable = `version: 1
name: scale
title: Scale
vary: {seed: {from: 1, count: 6}, start: [START]}
checks:
  - tuple: {tolerance: TOLERANCE, reason: "a test"}
twin: {pull: [1]}
`

// scale parses calibratable and measures its tolerance for trials that end at rest from their optimum.
func scale(t *testing.T, start, tolerance string, p rehearsing) (*Scenario, *Calibration) {
	t.Helper()
	subjects := []Subject{&suspect{as: func(of *suspectProblem) Problem {
		p.suspectProblem = of
		return p
	}}}
	s, err := ParseScenario("scale.yaml", []byte(strings.NewReplacer("START", start, "TOLERANCE", tolerance).Replace(calibratable)), subjects)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Calibrate(context.Background(), s, subjects, &CalibrateSettings{Seeds: 2, Jobs: 1, Command: "calibrate"})
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func TestCalibrate(t *testing.T) {
	for _, c := range []struct {
		name, start, reason string
		p                   rehearsing
		want                float64
	}{
		// The trial stops at half its rule, which makes half of rest; further it goes to a hundredth. Twice that is what
		// a trial that stops at the rule deviates by; ten times more is 0.98 of ten times rest, and is rounded up.
		{"stopping", "positive", "ten times rest, rounded up to 1, 2 or 5", rehearsing{rest: 3e-8}, 5e-7},
		{"rounding", "positive", "a nudge counts too", rehearsing{rest: 3e-8, blur: 3e-9}, 5e-7},
		{"nothing", "positive", "the same bits leave nothing to allow for", rehearsing{}, 0},
		{"two optima", "signed", "that starts disagree must not widen the tolerance of their agreement", rehearsing{rest: 3e-8}, 5e-7},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, got := scale(t, c.start, "1e-5", c.p)
			d := got.Derivations[0]
			if math.Abs(d.Derived()-c.want) > 1e-20 || got.Rehearsed != 2 {
				t.Errorf("Derived = %g of %d rehearsed, want %g of 2 (%s): %s", d.Derived(), got.Rehearsed, c.want, c.reason, d.Text())
			}
			// The starts of even seeds end elsewhere in the control, half a unit away.
			if math.Abs(float64(d.Control)-0.5) > 1e-6 {
				t.Errorf("Control = %g, want 0.5", float64(d.Control))
			}
		})
	}
}

// Gaps are measured without an oracle, and none is sought where the scenario wants none.
func TestCalibrateWithoutAnOracle(t *testing.T) {
	for _, c := range []struct {
		name, oracle string
		sought       int64
	}{
		{"wanted", "", 2},
		{"unwanted", ", oracle: false", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var sought atomic.Int64
			subjects := []Subject{&suspect{
				as: func(of *suspectProblem) Problem { return rehearsing{suspectProblem: of} },
				oracle: func() ([]float64, *Certificate, error) {
					sought.Add(1)
					return []float64{1, 2, 3, 4}, nil, nil
				},
			}}
			source := strings.NewReplacer("START", "positive", "TOLERANCE", "1e-5", "twin:", "  - certificate: {gap: 1e-10"+c.oracle+"}\ntwin:").Replace(calibratable)
			s, err := ParseScenario("scale.yaml", []byte(source), subjects)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Calibrate(context.Background(), s, subjects, &CalibrateSettings{Seeds: 2, Jobs: 1})
			if err != nil {
				t.Fatal(err)
			}
			if d := got.derivation("certificate"); d.Share != 1e-15 || len(got.Troubles) > 0 || sought.Load() != c.sought {
				t.Errorf("share %g, troubles %v, oracles %d, want the rounding error 1e-15, none and %d", float64(d.Share), got.Troubles, sought.Load(), c.sought)
			}
		})
	}
}

// A tolerance far above what was measured is not made respectable by it.
func TestChosenTolerancesAreSaidToBeChosen(t *testing.T) {
	for _, c := range []struct {
		tolerance string
		rest      float64
		says      string
	}{
		{"1e-7", 3e-8, "line 6: check \"tuple\" allows 1e-07, less than the 5e-07 that would leave room"},
		{"1e-6", 3e-8, ""},
		{"1e-3", 3e-8, "line 6: check \"tuple\" allows 0.001, 2e+03 times the 5e-07 that rounding and stopping explain: the rest is chosen, and its reason has to carry it"},
		{"1e-3", 0, "line 6: check \"tuple\" allows 0.001, chosen: rounding and stopping made no difference at all"},
	} {
		s, calibration := scale(t, "positive", c.tolerance, rehearsing{rest: c.rest})
		if err := s.Calibrate(calibration); err != nil {
			t.Fatal(err)
		}
		all := strings.Join(s.Lint(), "\n")
		if c.says != "" && !strings.Contains(all, c.says) || c.says == "" && strings.Contains(all, "tuple") {
			t.Errorf("a tolerance of %s: Lint = %q, want %q about it", c.tolerance, all, c.says)
		}
	}
}

// A control without a number does not take the limit away that another one gave.
func TestControlWithoutANumber(t *testing.T) {
	c := &Calibration{Derivations: []Derivation{{Check: "tuple", Control: Number(math.NaN())}}}
	for _, v := range []float64{0.5, math.NaN(), 3} {
		c.control(ProblemResult{Checks: []CheckResult{{ID: "tuple", Kind: "tuple", Value: Number(v)}}}, []string{"tuple"})
	}
	if got := float64(c.Derivations[0].Control); got != 0.5 {
		t.Errorf("controls of 0.5, NaN and 3: Control = %g, want 0.5", got)
	}
}

func TestCalibrateKnowsWhatItDoesNotKnow(t *testing.T) {
	_, lost := scale(t, "positive", "1e-5", rehearsing{rest: 1e-9, blur: 1})
	if d := lost.Derivations[0]; !d.Open() || len(lost.Troubles) != 2 || !strings.Contains(lost.Troubles[0], "do not lead to one place") {
		t.Errorf("a nudge that leads elsewhere: derived %g, troubles %q; want NaN and two", d.Derived(), lost.Troubles)
	}
	_, c := scale(t, "positive", "1e-5", rehearsing{endless: errors.New("the line search gave up")})
	if d := c.Derivations[0]; !d.Open() || c.Rehearsed != 0 || len(c.Troubles) != 2 || !strings.Contains(c.Troubles[0], "further: the line search gave up") {
		t.Errorf("a rehearsal without an end: derived %g of %d rehearsed, troubles %q; want NaN, none and two", d.Derived(), c.Rehearsed, c.Troubles)
	}
	honest := []Subject{&suspect{}}
	s, err := ParseScenario("court.yaml", []byte(court), honest)
	if err != nil {
		t.Fatal(err)
	}
	c, err = Calibrate(context.Background(), s, honest, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := c.Derivations[0]; !d.Open() || len(c.Troubles) != 1 || !strings.Contains(c.Troubles[0], "cannot rehearse") {
		t.Errorf("a subject that cannot rehearse: derived %g, troubles %q; want NaN and the reason", d.Derived(), c.Troubles)
	}
}

func TestTolerancesOutsideTheirLimitsAreMistakes(t *testing.T) {
	for _, c := range []struct{ name, tolerance, says string }{
		{"too tight", "5e-8", `the tolerance 5e-08 of check "tuple" is too tight: by rounding and stopping alone two trials may lie 5.9e-08 apart`},
		{"little room", "6e-8", ""},
		{"in between", "1e-3", ""},
		{"as wide as the control", "0.51", `the tolerance 0.51 of check "tuple" is too wide: the control, which has to fail, shows no more than 0.5`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, calibration := scale(t, "positive", c.tolerance, rehearsing{rest: 3e-8})
			err := s.Calibrate(calibration)
			if c.says == "" {
				if err != nil {
					t.Errorf("Calibrate: %v, want none", err)
				}
				return
			}
			bad, ok := errors.AsType[*ScenarioError](err)
			if !ok || len(bad.Problems) != 1 || !strings.Contains(bad.Problems[0].Text, c.says) {
				t.Fatalf("Calibrate: %v, want %q", err, c.says)
			}
			if p := bad.Problems[0]; p.Line != 6 || p.Column != 5 {
				t.Errorf("at %d:%d, want 6:5", p.Line, p.Column)
			}
		})
	}
}

func TestCalibrationOfAnotherScenarioCountsForNothing(t *testing.T) {
	s, c := scale(t, "positive", "1e-8", rehearsing{rest: 3e-8})
	if s.Calibrate(c) == nil {
		t.Fatal("the tolerance stands, and should not while the calibration counts")
	}
	changed := *s
	changed.Seeds = s.Seeds[:5]
	if err := changed.Calibrate(c); err != nil {
		t.Errorf("Calibrate with a calibration of other seeds: %v, want none", err)
	}
	if all := strings.Join(changed.Lint(), "\n"); !strings.Contains(all, "measured for a scenario that has changed since") {
		t.Errorf("Lint = %q, and says nothing of the calibration", all)
	}
	reworded := *s
	reworded.Title = "other words"
	if reworded.Calibrate(c) == nil {
		t.Error("other words made the calibration count for nothing")
	}
}

func TestProvenanceIsEvidence(t *testing.T) {
	subject := &suspect{as: func(of *suspectProblem) Problem { return rehearsing{suspectProblem: of, rest: 3e-8} }}
	s, c := scale(t, "positive", "1e-5", rehearsing{rest: 3e-8})
	if err := s.Calibrate(c); err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), s, []Subject{subject}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, e := range r.Problems[0].Checks[0].Evidence {
		texts = append(texts, e.Text)
	}
	all := strings.Join(texts, "\n")
	if !strings.Contains(all, "what rounding and stopping explain, measured at") || !strings.Contains(all, "the smallest value that a control showed") {
		t.Errorf("evidence of the tuple check: %q, without where its tolerance comes from", all)
	}
}

func TestParseCalibration(t *testing.T) {
	_, c := scale(t, "positive", "1e-5", rehearsing{endless: errors.New("<no & end>")})
	text, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseCalibration(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(text), string(again)); diff != "" {
		t.Errorf("encoded again (-first +second):\n%s", diff)
	}
	for _, x := range []struct{ name, old, text, says string }{
		{"another version", `"schema_version": 2`, `"schema_version": 1`, "schema_version is 1"},
		{"an unknown key", `"scenario"`, `"scenarios"`, "unknown field"},
		{"another form", `"scenario": "`, `"scenario":  "`, "not edited by hand"},
		{"no derivation", `"derivations"`, `"derivatives"`, "unknown field"},
		{"cut off", "\n}\n", "\n", "unexpected EOF"},
		{"a number in words", `"tolerance": 0.00001`, `"tolerance": "small"`, "cannot unmarshal"},
	} {
		t.Run(x.name, func(t *testing.T) {
			edited := strings.Replace(string(text), x.old, x.text, 1)
			if edited == string(text) {
				t.Fatalf("nothing was edited: no %q in\n%s", x.old, text)
			}
			if _, err := ParseCalibration([]byte(edited)); err == nil || !strings.Contains(err.Error(), x.says) {
				t.Errorf("ParseCalibration: %v, want %q", err, x.says)
			}
		})
	}
}

func FuzzParseCalibration(f *testing.F) {
	f.Add([]byte(`{"schema_version": 1}`))
	f.Add([]byte("{\n  \"schema_version\": 1,\n  \"derivations\": null\n}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseCalibration(text)
		if err != nil {
			return
		}
		again, err := c.Encode()
		if err != nil || !bytes.Equal(again, text) {
			t.Errorf("what was accepted is written as %q, %v", again, err)
		}
	})
}

func TestRoundUp(t *testing.T) {
	for _, c := range []struct{ x, want float64 }{
		{1, 1},
		{1.01, 2},
		{2, 2},
		{2.1e-7, 5e-7},
		{9.9e-8, 1e-7},
		{0, 0},
		{1e-300, 1e-300},
	} {
		if got := roundUp(c.x); got != c.want {
			t.Errorf("roundUp(%g) = %g, want %g", c.x, got, c.want)
		}
	}
	if !math.IsNaN(roundUp(math.NaN())) {
		t.Error("roundUp(NaN) is a number")
	}
}
