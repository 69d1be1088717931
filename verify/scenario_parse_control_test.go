package verify

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// otherSubject has a space of its own that overlaps with that of formSubject.
type otherSubject struct{}

func (otherSubject) Name() string { return "other" }

func (otherSubject) Open(context.Context, Settings, Settings) (Problem, error) {
	return nil, errors.New("nothing to open")
}

func (otherSubject) Space() Space {
	return Space{
		Data: []Axis{
			{Name: "set", Kind: KindText, Enum: []string{"mnist"}},
			{Name: "count", Kind: KindInt, Min: 1, Max: 100, Default: 10.0},
			{Name: "side", Kind: KindInt, Min: 1, Max: 28, Default: 28.0},
		},
		Problem: []Axis{{Name: "hidden", Kind: KindInt, Min: 1, Max: 99, Default: 7.0}},
		Vary: []Axis{
			{Name: "start", Kind: KindText, Enum: []string{"small"}, Default: "small"},
			{Name: "step", Doc: "how far", Kind: KindNumber, Min: 0, Max: 1},
		},
		Inputs: []string{"test"}, Labels: []string{"0"},
		CheckData: func(data Settings) error {
			if data.Number("side") == 1 {
				return errors.New("one pixel is no image")
			}
			return nil
		},
	}
}

// controlled reads sweep with something else in place of its last twin, which is on line 23.
func controlled(t *testing.T, control string) (*Scenario, error) {
	t.Helper()
	src := "subject: form\n" + replaced(t, "  - rank: 3\n", control)
	return ParseScenario("x.yaml", []byte(src), []Subject{formSubject{"form"}, otherSubject{}})
}

func TestParseTwinOfAnotherSubject(t *testing.T) {
	s, err := controlled(t, "  - {subject: other, hidden: [3], step: [0.5, 1], seed: [5]}\n")
	if err != nil {
		t.Fatal(err)
	}
	want := TwinSpec{
		Name: "subject=other hidden=3 step=0.5,1 seed=5..5", Line: 24, Subject: "other", Seeds: []uint64{5}, MustFail: []string{"tuple"},
		Override: map[string][]any{"hidden": {3.0}, "step": {0.5, 1.0}},
		Data:     []Settings{{"set": "mnist", "count": 100.0, "side": 28.0}},
		Problem:  []Values{{"hidden", []any{3.0}}},
		Vary:     []Values{{"start", []any{"small"}}, {"step", []any{0.5, 1.0}}},
	}
	if diff := cmp.Diff(want, s.Twins[1]); diff != "" {
		t.Errorf("the twin (-want +got):\n%s", diff)
	}
	twin := s.Twin(1)
	got := []any{twin.Subject, twin.Data, twin.Problem, twin.Vary, twin.Seeds, twin.ProblemLabel(otherSubject{}.Space(), twin.Problems()[0])}
	if diff := cmp.Diff([]any{"other", want.Data, want.Problem, want.Vary, []uint64{5}, "hidden=3"}, got); diff != "" {
		t.Errorf("Twin(1) (-want +got):\n%s", diff)
	}
}

func TestParseControlsRejects(t *testing.T) {
	for _, c := range []struct {
		name, control string
		want          []string
	}{
		{"a twin of no subject", "  - {subject: othr, step: 1}\n", []string{`24:15: unknown subject "othr"; did you mean "other"?`}},
		{"a twin of a number", "  - {subject: 5, step: 1}\n", []string{`24:15: "subject" has to be text, not 5; write "5" in quotes if text is meant`}},
		{"a twin of the same subject", "  - {subject: form, rank: 3}\n", []string{"24:6: the subject of the twin is that of the scenario; leave it out"}},
		{"a twin with an axis of the scenario's subject", "  - {subject: other, step: 1, rank: 3}\n", []string{`24:31: unknown key "rank" in "twin"; known: set, count, side, hidden, start, step, subject, seed, name, fails`}},
		{"a twin without what its subject needs", "  - {subject: other}\n", []string{`24:5: "twin" has no "step", which other needs: how far`}},
		{"a twin of several problems", "  - {subject: other, step: 1, hidden: [1, 2]}\n", []string{"24:5: the twin poses 2 problems, and a control is one; give each axis of the problem, and each in which the data sets differ, one value"}},
		{"a twin whose subject refuses the data", "  - {subject: other, step: 1, side: 1}\n", []string{"24:5: the data of the twin: one pixel is no image"}},
		{"a dose without an axis", "doses: {values: [1, 2]}\n", []string{`24:8: "doses" has no "axis"; name one that takes numbers: rank, shrink`}},
		{"a dose without values", "doses: {axis: rank}\n", []string{`24:8: "doses" has no "values"; list them, the weakest first`}},
		{"a dose of an unknown axis", "doses: {axis: rnak, values: [1, 2]}\n", []string{`24:15: "rnak" is no axis of problem or vary that takes numbers; did you mean "rank"?`}},
		{"a dose of several axes", "doses: {axis: [rank], values: [1, 2]}\n", []string{`24:15: "axis" has to be text, not a list`}},
		{"a dose of words", "doses: {axis: start, values: [1, 2]}\n", []string{`24:15: "start" is no axis of problem or vary that takes numbers; known: rank, shrink`}},
		{"a dose of data", "doses: {axis: count, values: [1, 2]}\n", []string{`24:15: "count" is no axis of problem or vary that takes numbers; known: rank, shrink`}},
		{"a dose of one value", "doses: {axis: rank, values: [1]}\n", []string{`24:29: "values" has one value, and a curve has several; write a twin for one strength`}},
		{"a dose of no values", "doses: {axis: rank, values: []}\n", []string{`24:29: "values" is an empty list; list them, the weakest first`}},
		{"values that are no list", "doses: {axis: rank, values: 1}\n", []string{`24:29: "values" has to be a list, not 1; list them, the weakest first`}},
		{"values that fall", "doses: {axis: rank, values: [3, 1]}\n", []string{`24:33: "values" have to ascend, and 1 comes after 3`}},
		{"a value twice", "doses: {axis: shrink, values: [0.5, 5e-1]}\n", []string{`24:37: "values" have to ascend, and 0.5 comes after 0.5`}},
		{"a value out of bounds", "doses: {axis: shrink, values: [0.5, 2]}\n", []string{`24:37: "shrink" has to be a number from 0 to 1, not 2`}},
		{"a value that is text", "doses: {axis: rank, values: [1, two]}\n", []string{`24:33: "rank" has to be a whole number, not the text "two"`}},
		{"a dose that sets its axis", "doses: {axis: rank, values: [1, 2], rank: 3}\n", []string{`24:37: "values" has the values of "rank"; leave it out`}},
		{"a dose of several problems", "doses: {axis: shrink, values: [0.5, 1], rank: [3, 4]}\n", []string{`24:47: "rank" takes one value, not a list; a dose is given to one problem`}},
		{"a dose of several data sets", "doses: {axis: shrink, values: [0.5, 1], count: [3, 4]}\n", []string{`24:48: "count" takes one value, not a list; a dose is given to one problem`}},
		{"a dose that breaks nothing", "doses: {axis: shrink, values: [0, 0.5]}\ngenerate: {}\n", []string{`25:1: key "generate" appears twice in the scenario, first on line 14`}},
		{"a dose that ends where the scenario is", "doses: {axis: rank, values: [3, 20]}\n", []string{"24:8: the dose breaks nothing: at rank=20 the scenario is as it was"}},
		{"a dose with an unknown key", "doses: {axis: rank, values: [1, 2], colour: red}\n", []string{`24:37: unknown key "colour" in "doses"; known: set, split, count, rank, shrink, warm, start, ascent, note, axis, values, seed, name`}},
		{"a dose with bad seeds", "doses: {axis: rank, values: [1, 2], seed: 3}\n", []string{`24:43: "seed" has to be a list, not 3; write {from: 1, count: 32} or a list`}},
		{"a dose of too many cells", "doses: {axis: rank, values: [1, 2], seed: {from: 1, count: 200000}}\n", []string{"24:8: 1600000 trials over all values are more than 1000000"}},
		{"two doses of one name", "doses: [{axis: rank, values: [1, 2]}, {axis: rank, values: [3, 4]}]\n", []string{`24:39: dose "rank" appears twice, first on line 24`}},
		{"doses that are a word", "doses: rank\n", []string{`24:8: "doses" has to be a mapping, not the text "rank"`}},
		{"no dose in the list", "doses: []\n", []string{`24:8: "doses" is an empty list; say what to raise`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := controlled(t, c.control)
			if diff := cmp.Diff(c.want, noted(err)); diff != "" || s != nil {
				t.Errorf("ParseScenario with %q (-want +got):\n%s", c.control, diff)
			}
		})
	}
}

// TestTwinWhoseSubjectLacksWhatChecksNeed: the checks that it has to fail ask for inputs and drawings.
func TestTwinWhoseSubjectLacksWhatChecksNeed(t *testing.T) {
	src := `version: 1
name: x
title: what is claimed
subject: form
data: {set: mnist}
vary: {seed: [1, 2, 3]}
generate: {labels: [0, 1]}
checks:
  - tuple: {exact: true}
  - scores: {inputs: [test, train], exact: true}
  - images: {modulo: sign, exact: true}
  - novelty: {known: noise, against: [test], tolerance: 0.1, reason: r}
twin:
  - {subject: other, step: 1}
  - {subject: other, step: 1, fails: [images, scores, novelty], name: all}
`
	_, err := ParseScenario("x.yaml", []byte(src), []Subject{formSubject{"form"}, otherSubject{}})
	want := []string{
		`15:5: the twin has to fail check "scores" on input "train", which subject other does not have; known: test`,
		`15:5: the twin has to fail check "novelty" on input "noise", which subject other does not have; known: test`,
		`15:5: the twin has to draw label "1", which subject other does not have; known: 0`,
	}
	if diff := cmp.Diff(want, noted(err)); diff != "" {
		t.Errorf("ParseScenario (-want +got):\n%s", diff)
	}
}

// TestTwinThatCannotHaveTheData: a value of the scenario's data may not be one of the other subject's.
func TestTwinThatCannotHaveTheData(t *testing.T) {
	src := "subject: form\n" + replaced(t, "count: 100}", "count: 200}")
	src += "  - {subject: other, step: 1}\n  - {subject: other, step: 1, count: 20, name: its own}\n"
	_, err := ParseScenario("x.yaml", []byte(src), []Subject{formSubject{"form"}, otherSubject{}})
	want := []string{`25:5: subject other cannot have count=200, which the scenario's data have; give the twin a value of its own`}
	if diff := cmp.Diff(want, noted(err)); diff != "" {
		t.Errorf("ParseScenario (-want +got):\n%s", diff)
	}
}

// TestDosesNeedATolerance: they are measured by that of the tuple check.
func TestDosesNeedATolerance(t *testing.T) {
	for _, c := range []struct{ name, checks, want string }{
		{"no tuple check", "[converged: {}]", `7:1: doses are measured by the tolerance of check "tuple", which the scenario does not have; add that check`},
		{"an exact one", "[tuple: {exact: true, name: bits}]", `7:1: doses are measured by the tolerance of check "tuple-bits", which has none; give it a tolerance and a reason`},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := "version: 1\nname: x\ntitle: what is claimed\ndata: {set: mnist}\nvary: {seed: [1]}\nchecks: " + c.checks + "\ndoses: {axis: rank, values: [1, 2]}\n"
			_, err := ParseScenario("x.yaml", []byte(src), formSubjects("form"))
			if diff := cmp.Diff([]string{c.want}, noted(err)); diff != "" {
				t.Errorf("ParseScenario with checks %s (-want +got):\n%s", c.checks, diff)
			}
		})
	}
}

func TestParseDoses(t *testing.T) {
	s, err := controlled(t, `doses:
  - {axis: shrink, values: [0.25, 0.5], start: [gaussian, uniform], rank: 3, count: 50, seed: [7, 9]}
  - name: rank, rising
    axis: rank
    values: [1, 2]
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []DoseSpec{
		{
			Name: "shrink count=50 rank=3 start=gaussian,uniform", Line: 25, Axis: "shrink", Values: []float64{0.25, 0.5}, Seeds: []uint64{7, 9},
			Override: map[string][]any{"start": {"gaussian", "uniform"}, "rank": {3.0}, "count": {50.0}},
		},
		{Name: "rank, rising", Line: 26, Axis: "rank", Values: []float64{1, 2}, Override: map[string][]any{}},
	}
	if diff := cmp.Diff(want, s.Doses); diff != "" {
		t.Errorf("doses (-want +got):\n%s", diff)
	}
}

func TestAdmits(t *testing.T) {
	ascent := formSubject{}.Space().Vary[2]
	for _, c := range []struct {
		name  string
		axis  Axis
		value any
		want  bool
	}{
		{"a word of the list", Axis{Kind: KindText, Enum: []string{"a", "b"}}, "b", true},
		{"a word that is not", Axis{Kind: KindText, Enum: []string{"a", "b"}}, "c", false},
		{"any word", Axis{Kind: KindText}, "c", true},
		{"a whole number", Axis{Kind: KindInt, Max: 9}, 3.0, true},
		{"a fraction for a whole number", Axis{Kind: KindInt, Max: 9}, 3.5, false},
		{"a number out of bounds", Axis{Kind: KindNumber, Max: 9}, 9.5, false},
		{"a number for a word", Axis{Kind: KindText}, 3.0, false},
		{"a flag", Axis{Kind: KindFlag}, false, true},
		{"a flag for a number", Axis{Kind: KindNumber}, true, false},
		{"a record", ascent, map[string]any{"method": "lbfgs", "rate": 0.0, "momentum": 0.0}, true},
		{"a record that the axis refuses", ascent, map[string]any{"method": "lbfgs", "rate": 1.0, "momentum": 0.0}, false},
		{"a record with a field too few", ascent, map[string]any{"method": "lbfgs", "rate": 0.0}, false},
		{"a record with a field too many", ascent, map[string]any{"method": "lbfgs", "rate": 0.0, "momentum": 0.0, "x": 1.0}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := admits(c.axis, c.value); got != c.want {
				t.Errorf("admits(%v) = %v, want %v", c.value, got, c.want)
			}
		})
	}
}
