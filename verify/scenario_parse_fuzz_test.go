package verify

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// FuzzParseScenario never panics; what it refuses comes with positions inside the text, and what it
// accepts says the same when it is written out in full and read again.
func FuzzParseScenario(f *testing.F) {
	f.Add([]byte("subject: form\n" + sweep))
	f.Add([]byte("subject: form\n" + sweep + `  - {subject: other, step: 0.5, count: 3}
doses: [{axis: rank, values: [1, 2], count: 9, seed: [3]}, {axis: shrink, values: [0.5, 1], start: [gaussian, uniform]}]
`))
	f.Add([]byte("version: 1\nname: a\ntitle: b\nsubject: form\ndata: [{set: mnist}, {set: fashion, count: 3}]\nvary: {seed: [1]}\nchecks: [{tuple: {tolerance: 0.1, reason: r}}]\ndoses: {axis: rank, values: [1, 2]}\n"))
	f.Add([]byte("version: 1\nname: a\ntitle: b\nsubject: form\ndata: {set: mnist}\nvary: {seed: [1]}\nchecks: [{tuple: {exact: true}}]\n"))
	f.Add([]byte(`version: 1
name: all
subject: form
title: Every kind of check
data: {set: mnist}
vary: {seed: [1]}
generate: {instances: 2, patterns: 1}
checks:
  - scores: {inputs: [adversary, generated], attacks: 2, exact: true, claim: A claim}
  - recognisable: {tolerance: 1, reason: r}
  - not-the-mean: {tolerance: 0.5, reason: r}
  - shift: {exact: true}
  - accuracy: {name: guess, inputs: [test], against: guessing, tolerance: 0.2, reason: r}
  - novelty: {known: test, against: [noise], exponent: 3, tolerance: 0.1, reason: r}
  - certificate: {gap: 1e-10, oracle: false}
`))
	f.Add([]byte("a: &x [*x, !!int '1', {<<: 1}]\n---\n\t\xff\u2028"))
	subjects := []Subject{formSubject{"form"}, otherSubject{}}
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
		for _, d := range s.Doses {
			if len(d.Seeds) > 1000 {
				return
			}
		}
		again, err := ParseScenario("x.yaml", written(t, s), subjects)
		if err != nil {
			t.Fatalf("ParseScenario(%s) = %v, want what was read from %q", written(t, s), err, src)
		}
		opts := []cmp.Option{
			cmpopts.IgnoreFields(Scenario{}, "Source"), cmpopts.IgnoreFields(CheckSpec{}, "Line"), cmpopts.IgnoreFields(TwinSpec{}, "Line"), cmpopts.IgnoreFields(DoseSpec{}, "Line"),
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
		doc["generate"] = m{"labels": "all", "instances": g.Instances, "networks": g.Networks, "census": g.Census, "patterns": g.Patterns}
		if g.Labels != nil {
			doc["generate"].(m)["labels"] = g.Labels
		}
	}
	var checks, twins, doses []m
	for _, c := range s.Checks {
		checks = append(checks, m{c.Kind: writtenCheck(c)})
	}
	for _, w := range s.Twins {
		twin := m{"name": w.Name, "fails": w.MustFail}
		data := s.Data[0]
		if w.Subject != "" {
			twin["subject"], data = w.Subject, w.Data[0]
		}
		writtenOverride(twin, w.Override, w.Seeds, func(axis string) bool { _, ok := data[axis]; return ok })
		twins = append(twins, twin)
	}
	for _, d := range s.Doses {
		dose := m{"name": d.Name, "axis": d.Axis, "values": d.Values}
		writtenOverride(dose, d.Override, d.Seeds, func(axis string) bool {
			return !slices.ContainsFunc(s.Vary, func(v Values) bool { return v.Axis == axis })
		})
		doses = append(doses, dose)
	}
	doc["checks"] = checks
	for key, list := range map[string][]m{"twin": twins, "doses": doses} {
		if list != nil {
			doc[key] = list
		}
	}
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// writtenOverride adds what a control changes; single axes take one value.
func writtenOverride(out map[string]any, override map[string][]any, seeds []uint64, single func(axis string) bool) {
	for axis, values := range override {
		out[axis] = values
		if single(axis) {
			out[axis] = values[0]
		}
	}
	if seeds != nil {
		out["seed"] = seeds
	}
}

// writtenCheck returns the settings of a check.
func writtenCheck(c CheckSpec) map[string]any {
	out := map[string]any{}
	if c.Inputs != nil {
		out["inputs"] = c.Inputs
	}
	if c.Attacks != 0 {
		out["attacks"] = c.Attacks
	}
	switch c.Kind {
	case "accuracy":
		out["against"] = c.Against[0]
	case "novelty":
		out["against"], out["exponent"] = c.Against, c.Exponent
	}
	words := map[string]string{
		"name": c.Name, "claim": c.Claim, "modulo": c.Modulo, "within": c.Within, "reason": c.Reason, "known": c.Known,
	}
	for key, word := range words {
		if word != "" {
			out[key] = word
		}
	}
	switch {
	case c.Exact:
		out["exact"] = true
	case c.Kind == "certificate":
		out["gap"], out["oracle"] = c.Tolerance, !c.NoOracle
	case c.Kind == "golden" && c.ImageTolerance != c.Tolerance:
		delete(out, "reason") // it has both from other checks, and the reason with them
	case c.Kind != "converged":
		out["tolerance"] = c.Tolerance
	}
	return out
}
