package verify

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// formSubject has a space with every kind of axis, and trains nothing.
type formSubject struct{ name string }

func (s formSubject) Name() string { return s.name }

func (s formSubject) Open(context.Context, Settings, Settings) (Problem, error) {
	return nil, errors.New("nothing to open")
}

func (s formSubject) Space() Space {
	return Space{
		Data: []Axis{
			{Name: "set", Doc: "which data", Kind: KindText, Enum: []string{"mnist", "fashion"}},
			{Name: "split", Kind: KindText, Enum: []string{"train", "test"}, Default: "train"},
			{Name: "count", Kind: KindInt, Min: 1, Max: 60000, Default: 100.0},
		},
		Problem: []Axis{
			{Name: "rank", Kind: KindInt, Min: 1, Max: 784, Default: 20.0},
			{Name: "shrink", Kind: KindNumber, Min: 0, Max: 1, Default: 0.0},
		},
		Vary: []Axis{
			{Name: "warm", Kind: KindFlag, Default: false},
			{Name: "start", Kind: KindText, Enum: []string{"uniform", "exponential", "gaussian"}, Default: "uniform", Start: true},
			{
				Name: "ascent", Kind: KindRecord, Fields: []Axis{
					{Name: "rate", Kind: KindNumber, Min: 0, Max: 10, Default: 0.0},
					{Name: "method", Doc: "how to climb", Kind: KindText, Enum: []string{"gradient", "lbfgs"}},
					{Name: "momentum", Kind: KindNumber, Min: 0, Max: math.Inf(1), Default: 0.0},
				},
				Default: map[string]any{"method": "lbfgs"},
				Check: func(v any) error {
					if s := Settings(v.(map[string]any)); s.Text("method") == "lbfgs" && s.Number("rate") != 0 {
						return errors.New("method lbfgs takes no rate")
					}
					return nil
				},
			},
			{Name: "note", Kind: KindText, Default: "none"},
		},
	}
}

// formSubjects returns a subject of each name.
func formSubjects(names ...string) []Subject {
	var out []Subject
	for _, n := range names {
		out = append(out, formSubject{n})
	}
	return out
}

// sweep is a scenario that uses all of the grammar; the rows of the tables below change one thing in it.
const sweep = `version: 1
name: seed-sweep
title: Training forgets where it started
about: >
  Two lines
  of text.
data: {set: mnist, split: train, count: 100}
problem: {rank: [20, 5]}
vary:
  seed: {from: 1, count: 4}
  start: [uniform, exponential]
  ascent: [{method: gradient, rate: 0.1, momentum: 0.9}, {method: lbfgs}]
generate: {labels: all, instances: 2, networks: 8, census: 16}
checks:
  - converged: {}
  - tuple: {tolerance: 1e-5, reason: "measured"}
  - scores: {inputs: [test, generated], tolerance: 1e-5, reason: "measured"}
  - images: {modulo: sign, tolerance: 2e-2, reason: "to the eye"}
  - images: {modulo: sign, within: basin, exact: true}
  - golden: {}
twin:
  - {name: a gaussian start, start: [gaussian], seed: [1, 2], fails: [tuple, images], rank: 20}
  - rank: 3
`

func TestParseScenario(t *testing.T) {
	got, err := ParseScenario("x.yaml", []byte(sweep), formSubjects("form"))
	if err != nil {
		t.Fatalf("ParseScenario(sweep) = %v, want no error", err)
	}
	want := &Scenario{
		Path: "x.yaml", Source: []byte(sweep), Name: "seed-sweep", Title: "Training forgets where it started",
		About: "Two lines of text.", Subject: "form",
		Data:    []Settings{{"set": "mnist", "split": "train", "count": 100.0}},
		Problem: []Values{{"rank", []any{20.0, 5.0}}, {"shrink", []any{0.0}}},
		Vary: []Values{
			{"warm", []any{false}},
			{"start", []any{"uniform", "exponential"}},
			{"ascent", []any{
				map[string]any{"method": "gradient", "rate": 0.1, "momentum": 0.9},
				map[string]any{"method": "lbfgs", "rate": 0.0, "momentum": 0.0},
			}},
			{"note", []any{"none"}},
		},
		Seeds:    []uint64{1, 2, 3, 4},
		Generate: &Generate{Instances: 2, Networks: 8, Census: 16},
		Checks: []CheckSpec{
			{Kind: "converged", Line: 15},
			{Kind: "tuple", Line: 16, Tolerance: 1e-5, Reason: "measured"},
			{Kind: "scores", Line: 17, Tolerance: 1e-5, Reason: "measured", Inputs: []string{"test", "generated"}},
			{Kind: "images", Line: 18, Tolerance: 2e-2, Reason: "to the eye", Modulo: "sign"},
			{Kind: "images", Line: 19, Exact: true, Modulo: "sign", Within: "basin"},
			{Kind: "golden", Line: 20, Tolerance: 1e-5, Reason: "measured"},
		},
		Twins: []TwinSpec{
			{
				Name: "a gaussian start", Line: 22, Override: map[string][]any{"rank": {20.0}, "start": {"gaussian"}},
				Seeds: []uint64{1, 2}, MustFail: []string{"tuple", "images"},
			},
			{Name: "rank=3", Line: 23, Override: map[string][]any{"rank": {3.0}}, MustFail: []string{"tuple"}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ParseScenario(sweep) (-want +got):\n%s", diff)
	}
}

// TestParseScenarioAccepts changes one thing and says what else becomes of it.
func TestParseScenarioAccepts(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		got            func(s *Scenario) any
		want           any
	}{
		{"one value for a list", "rank: [20, 5]", "rank: 7", func(s *Scenario) any { return s.Problem[0].Values }, []any{7.0}},
		{"a section left out", "problem: {rank: [20, 5]}\n", "", func(s *Scenario) any { return s.Problem[0].Values }, []any{20.0}},
		{"a record left out", "  ascent: [{method: gradient, rate: 0.1, momentum: 0.9}, {method: lbfgs}]\n", "", func(s *Scenario) any { return s.Vary[2].Values }, []any{map[string]any{"method": "lbfgs", "rate": 0.0, "momentum": 0.0}}},
		{"a whole number for a number", "rate: 0.1", "rate: 2", func(s *Scenario) any { return s.Vary[2].Values[0].(map[string]any)["rate"] }, 2.0},
		{"minus zero is zero", "rate: 0.1", "rate: -0.0", func(s *Scenario) any { return math.Signbit(s.Vary[2].Values[0].(map[string]any)["rate"].(float64)) }, false},
		{"seeds as a list", "{from: 1, count: 4}", "[9, 1, 9223372036854775807]", func(s *Scenario) any { return s.Seeds }, []uint64{9, 1, math.MaxInt64}},
		{"the last seeds", "{from: 1, count: 4}", "{from: 9223372036854775806, count: 2}", func(s *Scenario) any { return s.Seeds[1] }, uint64(math.MaxInt64)},
		{"labels under their other name", "labels: all", "digits: [0, 3, \"x y\"]", func(s *Scenario) any { return s.Generate.Labels }, []string{"0", "3", "x y"}},
		{"generate with defaults", "generate: {labels: all, instances: 2, networks: 8, census: 16}", "generate: {}", func(s *Scenario) any { return *s.Generate }, Generate{Instances: 2, Networks: 1}},
		{"drawings begun on purpose", "census: 16", "patterns: 3", func(s *Scenario) any { return *s.Generate }, Generate{Instances: 2, Networks: 8, Patterns: 3}},
		{"two golden checks, each with its tolerance", "- golden: {}", "- golden: {}\n  - golden: {name: loose, tolerance: 0.5, reason: r}", func(s *Scenario) any { return []float64{s.Checks[5].Tolerance, s.Checks[6].Tolerance} }, []float64{1e-5, 0.5}},
		{"one twin without a list", "  - {name: a gaussian start, start: [gaussian], seed: [1, 2], fails: [tuple, images], rank: 20}\n  - rank: 3\n", "  rank: 20\n  start: [gaussian, uniform]\n  seed: {from: 1, count: 2}\n", func(s *Scenario) any { return s.Twins[0].Name }, "rank=20 start=gaussian,uniform seed=1..2"},
		{"the seeds of a twin in no order", "name: a gaussian start, start: [gaussian], seed: [1, 2]", "start: gaussian, seed: [2, 1]", func(s *Scenario) any { return s.Twins[0].Name }, "rank=20 start=gaussian 2 seeds"},
		{"a twin with other data", "rank: 3", "{rank: 3, set: fashion}", func(s *Scenario) any { return s.Twins[1].Override["set"] }, []any{"fashion"}},
		{"a golden with its own tolerance", "golden: {}", "golden: {tolerance: 0.5, reason: r}", func(s *Scenario) any { return s.Checks[5] }, CheckSpec{Kind: "golden", Line: 20, Tolerance: 0.5, ImageTolerance: 0.5, Reason: "r"}},
		{"a certificate with an oracle", "converged: {}", "certificate: {gap: 1e-10}", func(s *Scenario) any { return s.Checks[0] }, CheckSpec{Kind: "certificate", Line: 15, Tolerance: 1e-10}},
		{"a certificate with an oracle that is asked for", "converged: {}", "certificate: {gap: 1e-10, oracle: true}", func(s *Scenario) any { return s.Checks[0] }, CheckSpec{Kind: "certificate", Line: 15, Tolerance: 1e-10}},
		{"a certificate without an oracle", "converged: {}", "certificate: {gap: 1e-10, oracle: false}", func(s *Scenario) any { return s.Checks[0] }, CheckSpec{Kind: "certificate", Line: 15, Tolerance: 1e-10, NoOracle: true}},
		{"windows line ends", "\n", "\r\n", func(s *Scenario) any { return s.Title }, "Training forgets where it started"},
		{"a byte order mark", "version: 1", "\uFEFFversion: 1", func(s *Scenario) any { return s.Name }, "seed-sweep"},
		{"document markers", "version: 1", "---\nversion: 1", func(s *Scenario) any { return s.Name }, "seed-sweep"},
		{"a subject named", "version: 1", "version: 1\nsubject: form", func(s *Scenario) any { return s.Subject }, "form"},
		{"any text where the axis has no list", "rank: 3", "{rank: 3, note: two words}", func(s *Scenario) any { return s.Twins[1].Name }, `rank=3 note="two words"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := ParseScenario("x.yaml", []byte(replaced(t, c.old, c.new)), formSubjects("form"))
			if err != nil {
				t.Fatalf("ParseScenario with %q = %v, want no error", c.new, err)
			}
			if diff := cmp.Diff(c.want, c.got(s)); diff != "" {
				t.Errorf("ParseScenario with %q (-want +got):\n%s", c.new, diff)
			}
		})
	}
}

// replaced returns sweep with every old replaced, which has to be there.
func replaced(t *testing.T, old, text string) string {
	t.Helper()
	if !strings.Contains(sweep, old) {
		t.Fatalf("the scenario has no %q", old)
	}
	return strings.ReplaceAll(sweep, old, text)
}

func TestParseScenarioTakesTheFirstSubject(t *testing.T) {
	for _, name := range []string{"form", "norm"} {
		other := map[string]string{"form": "norm", "norm": "form"}[name]
		s, err := ParseScenario("x.yaml", []byte(sweep), formSubjects(name, other))
		if err != nil || s.Subject != name {
			t.Errorf("ParseScenario(sweep, %s and %s) = subject %v, %v; want %s, because the scenario names none", name, other, s, err, name)
		}
	}
}

func TestParseScenarioNeedsASubject(t *testing.T) {
	for _, c := range []struct {
		name     string
		subjects []Subject
		want     string
	}{
		{"of none, none can be", nil, `x.yaml:1:1: the scenario has no "subject"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseScenario("x.yaml", []byte(sweep), c.subjects)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("ParseScenario(sweep) = %v, want %s...", err, c.want)
			}
		})
	}
}

func TestScenarioErrorText(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{
			"a typo", "- tuple: {tolerance", "- tuple: {tolerence", `
x.yaml:16:13: unknown key "tolerence" in check "tuple"; did you mean "tolerance"?
    - tuple: {tolerence: 1e-5, reason: "measured"}
              ^`,
		},
		{
			"two problems, in the order of the text", "rank: [20, 5]}", "rank: [nan]}\nabuot: é", `
x.yaml:8:18: "rank" has to be a whole number, not the text "nan"
  problem: {rank: [nan]}
                   ^
x.yaml:9:1: unknown key "abuot" in the scenario; did you mean "about"?
  abuot: é
  ^`,
		},
		{
			"columns are characters", "title: Training forgets where it started", "title: 'é'\n'ö': {ü: 1}", `
x.yaml:4:1: unknown key "ö" in the scenario; known: version, name, title, about, subject, data, problem, vary, generate, checks, twin, doses
  'ö': {ü: 1}
  ^`,
		},
		{
			"a tab keeps the caret in place", "problem: ", "problem:\t", `
x.yaml:8:9: a tab; write spaces, here and elsewhere
  problem: {rank: [20, 5]}
          ^`,
		},
		{
			"a long line is cut", "rank: [20, 5]", "rank: [" + strings.Repeat("1, ", 1) + strings.Repeat(" ", 150) + "0" + strings.Repeat(" ", 150) + "]", `
x.yaml:8:171: "rank" has to be a whole number from 1 to 784, not 0
  …                                                 0                                                  …
                                                    ^`,
		},
		{
			"a long word is cut", "version: 1", "version: 1\n" + strings.Repeat("é", 60) + ": 1", `
x.yaml:2:1: unknown key "` + strings.Repeat("é", 40) + `…" in the scenario; known: version, name, title, about, subject, data, problem, vary, generate, checks, twin, doses
  ` + strings.Repeat("é", 60) + `: 1
  ^`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseScenario("x.yaml", []byte(replaced(t, c.old, c.new)), formSubjects("form"))
			if err == nil {
				t.Fatalf("ParseScenario with %q = nil, want an error", c.new)
			}
			if diff := cmp.Diff(c.want, "\n"+err.Error()); diff != "" {
				t.Errorf("Error() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestScenarioErrorTextOfManyProblems(t *testing.T) {
	_, err := ParseScenario("x.yaml", []byte(strings.Repeat("zzzz: 1\n", shownProblems+8)), formSubjects("form"))
	const want = "x.yaml: and 14 more" // 6 keys are missing as well
	if err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("Error() = %v, want ...%s", err, want)
	}
}

func TestParseScenarioTooLarge(t *testing.T) {
	src := sweep + strings.Repeat("# a comment\n", maxSource/12)
	_, err := ParseScenario("x.yaml", []byte(src), formSubjects("form"))
	want := fmt.Sprintf("the scenario has %d bytes, more than %d", len(src), maxSource)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("ParseScenario of %d bytes = %v, want %s", len(src), err, want)
	}
}

func TestFallback(t *testing.T) {
	for _, c := range []struct {
		name    string
		axis    Axis
		want    any
		lacking []string
		panics  bool
	}{
		{name: "text", axis: Axis{Kind: KindText, Default: "a"}, want: "a"},
		{name: "none", axis: Axis{Name: "x"}, lacking: []string{"x"}},
		{name: "a record of defaults", axis: Axis{Kind: KindRecord, Fields: []Axis{{Name: "f", Kind: KindFlag, Default: true}}}, want: map[string]any{"f": true}},
		{name: "a record of settings", axis: Axis{Kind: KindRecord, Default: Settings{"f": false}, Fields: []Axis{{Name: "f", Kind: KindFlag, Default: true}}}, want: map[string]any{"f": false}},
		{name: "a record that needs a field", axis: Axis{Name: "r", Kind: KindRecord, Fields: []Axis{{Name: "f"}}}, want: map[string]any{"f": nil}, lacking: []string{"r.f"}},
		{name: "an int of Go", axis: Axis{Kind: KindInt, Default: 3}, panics: true},
		{name: "a number for text", axis: Axis{Kind: KindText, Default: 3.0}, panics: true},
		{name: "a record for a number", axis: Axis{Kind: KindNumber, Default: Settings{}}, panics: true},
		{name: "a field that is none", axis: Axis{Kind: KindRecord, Default: Settings{"g": 1.0}}, panics: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer func() {
				if r := recover(); (r != nil) != c.panics {
					t.Errorf("fallback(%v): panic %v, want a panic: %v", c.axis.Default, r, c.panics)
				}
			}()
			got, lacking := fallback(c.axis)
			var names []string
			for _, a := range lacking {
				names = append(names, a.Name)
			}
			if diff := cmp.Diff([]any{c.want, c.lacking}, []any{got, names}); diff != "" {
				t.Errorf("fallback(%v) (-want +got):\n%s", c.axis.Default, diff)
			}
		})
	}
}

func TestBetween(t *testing.T) {
	for _, c := range []struct {
		name        string
		least, most float64
		want        string
	}{
		{"both", 0, 1.5, "a number from 0 to 1.5"},
		{"below", -2, math.Inf(1), "a number of at least -2"},
		{"above", math.Inf(-1), 1e20, "a number of at most 1e+20"},
		{"neither", -math.MaxFloat64, math.MaxFloat64, "a number that is finite"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := between("a number", c.least, c.most); got != c.want {
				t.Errorf("between(%g, %g) = %q, want %q", c.least, c.most, got, c.want)
			}
		})
	}
}

func TestClosest(t *testing.T) {
	choices := []string{"tolerance", "exact", "reason", "rank", "seed"}
	for _, c := range []struct{ name, word, want string }{
		{"a letter", "tolerence", "tolerance"},
		{"a swap", "rnak", "rank"},
		{"another case", "Exact", "exact"},
		{"the beginning", "tol", "tolerance"},
		{"nothing alike", "momentum", ""},
		{"one letter is like everything", "s", ""},
		{"no letter", "", ""},
		{"too long to be a typo", strings.Repeat("tolerance", 8), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := closest(c.word, choices); got != c.want {
				t.Errorf("closest(%q) = %q, want %q", c.word, got, c.want)
			}
		})
	}
}

// TestEditsIsADistance holds edits against what any distance of this kind obeys.
func TestEditsIsADistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SliceOfN(rapid.RuneFrom([]rune("abc")), 0, 7)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		d := edits(a, b)
		if back := edits(b, a); back != d {
			t.Fatalf("edits(%q, %q) = %d and %d the other way", string(a), string(b), d, back)
		}
		if (d == 0) != slices.Equal(a, b) || d > max(len(a), len(b)) || d < max(len(a), len(b))-min(len(a), len(b)) {
			t.Fatalf("edits(%q, %q) = %d, out of bounds", string(a), string(b), d)
		}
	})
}
