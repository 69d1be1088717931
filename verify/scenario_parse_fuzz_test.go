package verify

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// FuzzParseScenario never panics; what it refuses comes with positions inside the text, and what it
// accepts says the same when it is written out in full and read again.
func FuzzParseScenario(f *testing.F) {
	f.Add([]byte(sweep))
	f.Add([]byte("version: 1\nname: a\ntitle: b\ndata: {set: mnist}\nvary: {seed: [1]}\nchecks: [{tuple: {exact: true}}]\n"))
	f.Add([]byte("a: &x [*x, !!int '1', {<<: 1}]\n---\n\t\xff\u2028"))
	subjects := formSubjects("form")
	f.Fuzz(func(t *testing.T, src []byte) {
		s, err := ParseScenario("x.yaml", src, subjects)
		if err != nil {
			var e *ScenarioError
			if !errors.As(err, &e) || len(e.Problems) == 0 || err.Error() == "" {
				t.Fatalf("ParseScenario(%q) = %v, want a *ScenarioError with problems", src, err)
			}
			for _, p := range e.Problems {
				if p.Line < 1 || p.Column < 1 || p.Text == "" {
					t.Errorf("ParseScenario(%q): problem %+v has no place or no text", src, p)
				}
			}
			return
		}
		if len(s.Seeds) > 1000 {
			return // written one by one they would take most of the fuzzer's time
		}
		for _, w := range s.Twins {
			if len(w.Seeds) > 1000 {
				return
			}
		}
		again, err := ParseScenario("x.yaml", written(t, s), subjects)
		if err != nil {
			t.Fatalf("ParseScenario(%s) = %v, want what was read from %q", written(t, s), err, src)
		}
		opts := []cmp.Option{
			cmpopts.IgnoreFields(Scenario{}, "Source"), cmpopts.IgnoreFields(CheckSpec{}, "Line"), cmpopts.IgnoreFields(TwinSpec{}, "Line"),
		}
		if diff := cmp.Diff(s, again, opts...); diff != "" {
			t.Fatalf("ParseScenario(%q) written out (-first +second):\n%s", src, diff)
		}
	})
}

// written returns the scenario as JSON, which is YAML, with every key there is.
func written(t *testing.T, s *Scenario) []byte {
	t.Helper()
	type m = map[string]any
	axes := func(values []Values) m {
		out := m{}
		for _, v := range values {
			out[v.Axis] = v.Values
		}
		return out
	}
	doc := m{
		"version": 1, "name": s.Name, "title": s.Title, "subject": s.Subject,
		"data": s.Data, "problem": axes(s.Problem), "vary": axes(s.Vary),
	}
	doc["vary"].(m)["seed"] = s.Seeds
	if s.About != "" {
		doc["about"] = s.About
	}
	if g := s.Generate; g != nil {
		doc["generate"] = m{"labels": "all", "instances": g.Instances, "networks": g.Networks, "census": g.Census}
		if g.Labels != nil {
			doc["generate"].(m)["labels"] = g.Labels
		}
	}
	var checks, twins []m
	for _, c := range s.Checks {
		checks = append(checks, m{c.Kind: writtenCheck(c)})
	}
	for _, w := range s.Twins {
		twin := m{"name": w.Name, "fails": w.MustFail}
		for axis, values := range w.Override {
			twin[axis] = values
			if _, ok := s.Data[axis]; ok {
				twin[axis] = values[0]
			}
		}
		if w.Seeds != nil {
			twin["seed"] = w.Seeds
		}
		twins = append(twins, twin)
	}
	doc["checks"] = checks
	if twins != nil {
		doc["twin"] = twins
	}
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// writtenCheck returns the settings of a check.
func writtenCheck(c CheckSpec) map[string]any {
	out := map[string]any{}
	if c.Inputs != nil {
		out["inputs"] = c.Inputs
	}
	for key, word := range map[string]string{"modulo": c.Modulo, "within": c.Within, "reason": c.Reason} {
		if word != "" {
			out[key] = word
		}
	}
	switch {
	case c.Exact:
		out["exact"] = true
	case c.Kind == "certificate":
		out["gap"] = c.Tolerance
	case c.Kind == "golden" && c.ImageTolerance != c.Tolerance:
		delete(out, "reason") // it has both from other checks, and the reason with them
	case c.Kind != "converged":
		out["tolerance"] = c.Tolerance
	}
	return out
}
