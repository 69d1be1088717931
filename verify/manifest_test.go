package verify

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// parsed returns sweep with one replacement, parsed.
func parsed(t *testing.T, old, text string) *Scenario {
	t.Helper()
	s, err := ParseScenario("x.yaml", []byte(replaced(t, old, text)), formSubjects("form"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sweepCells returns the cells of the first problem of sweep with one replacement.
func sweepCells(t *testing.T, old, text string) []Cell {
	t.Helper()
	return parsed(t, old, text).Cells(formSubject{}.Space(), 0, nil)
}

func TestProblems(t *testing.T) {
	s := parsed(t, "", "")
	s.Problem[1].Values = []any{0.5, 1.0}
	space := formSubject{}.Space()
	var got []string
	for _, p := range s.Problems() {
		got = append(got, s.ProblemLabel(space, p))
	}
	want := []string{"rank=20 shrink=0.5", "rank=20 shrink=1", "rank=5 shrink=0.5", "rank=5 shrink=1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("labels of Problems() (-want +got):\n%s", diff)
	}
}

func TestProblemLabelOfOneProblem(t *testing.T) {
	s := parsed(t, "rank: [20, 5]", "rank: 7")
	if got, want := s.ProblemLabel(formSubject{}.Space(), s.Problems()[0]), "rank=7"; got != want {
		t.Errorf("ProblemLabel of the only problem = %q, want %q", got, want)
	}
}

func TestCells(t *testing.T) {
	cells := sweepCells(t, "count: 4}", "count: 2}")
	want := []string{
		"seed=1 start=uniform ascent=gradient(rate=0.1,momentum=0.9)",
		"seed=1 start=uniform ascent=lbfgs",
		"seed=1 start=exponential ascent=gradient(rate=0.1,momentum=0.9)",
		"seed=1 start=exponential ascent=lbfgs",
		"seed=2 start=uniform ascent=gradient(rate=0.1,momentum=0.9)",
		"seed=2 start=uniform ascent=lbfgs",
		"seed=2 start=exponential ascent=gradient(rate=0.1,momentum=0.9)",
		"seed=2 start=exponential ascent=lbfgs",
	}
	var got []string
	for i, c := range cells {
		got = append(got, c.Label)
		if start, _, _ := strings.Cut(c.Label, " ascent"); c.StartLabel != start {
			t.Errorf("StartLabel of %q = %q, want %q", c.Label, c.StartLabel, start)
		}
		if c.Trial != i || c.Problem != 0 || len(c.ID) != 64 || c.T.Settings["note"] != "none" {
			t.Errorf("cell %d = %+v, want its place, an id and the defaults", i, c)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("labels of Cells (-want +got):\n%s", diff)
	}
}

// TestStartAxesChangeSlower: warm comes first in the space, and is no part of the start.
func TestStartAxesChangeSlower(t *testing.T) {
	cells := sweepCells(t, "  ascent: [{method: gradient, rate: 0.1, momentum: 0.9}, {method: lbfgs}]", "  warm: [false, true]")
	got := []string{cells[0].Label, cells[1].Label, cells[2].Label}
	want := []string{"seed=1 warm=false start=uniform", "seed=1 warm=true start=uniform", "seed=1 warm=false start=exponential"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("labels of the first cells (-want +got):\n%s", diff)
	}
}

func TestValueLabel(t *testing.T) {
	ascent := formSubject{}.Space().Vary[2]
	for _, c := range []struct {
		name  string
		value any
		axis  Axis
		want  string
	}{
		{"a word", "log-normal", Axis{}, "log-normal"},
		{"words", `a "b" c`, Axis{}, `"a \"b\" c"`},
		{"a whole number", 60000.0, Axis{}, "60000"},
		{"a small number", 1e-7, Axis{}, "1e-07"},
		{"a flag", true, Axis{}, "true"},
		{"a record, defaults left out", map[string]any{"method": "lbfgs", "rate": 0.0, "momentum": 0.0}, ascent, "lbfgs"},
		{"a record", map[string]any{"method": "gradient", "rate": 0.0, "momentum": 2.0}, ascent, "gradient(momentum=2)"},
		{"a record without a text field", map[string]any{"a": 1.0}, Axis{Fields: []Axis{{Name: "a", Kind: KindInt}}}, "(a=1)"},
		{"a record of defaults without a text field", map[string]any{"a": 1.0}, Axis{Fields: []Axis{{Name: "a", Kind: KindInt, Default: 1.0}}}, "()"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := valueLabel(c.value, c.axis); got != c.want {
				t.Errorf("valueLabel(%v) = %q, want %q", c.value, got, c.want)
			}
		})
	}
}

// drawnSweep is a scenario with drawn values on the axes that vary.
func drawnSweep(t *rapid.T) *Scenario {
	number := rapid.Map(rapid.SampledFrom([]float64{0, 0.1, 0.5, 1, 3}), func(x float64) any { return x })
	record := rapid.Custom(func(t *rapid.T) any {
		r := map[string]any{"method": "gradient", "rate": number.Draw(t, "rate"), "momentum": number.Draw(t, "momentum")}
		if rapid.Bool().Draw(t, "lbfgs") {
			r["method"] = "lbfgs"
		}
		return r
	})
	notes := rapid.Map(rapid.StringOfN(rapid.RuneFrom([]rune(`ab "=\,()é`)), 1, 4, -1), func(s string) any { return s })
	return &Scenario{
		Data:    []Settings{{}},
		Problem: []Values{{"rank", []any{20.0}}, {"shrink", []any{0.0}}},
		Vary: []Values{
			{"warm", []any{true, false}},
			{"start", []any{"uniform", "gaussian"}},
			{"ascent", rapid.SliceOfNDistinct(record, 1, 5, canonical).Draw(t, "ascent")},
			{"note", rapid.SliceOfNDistinct(notes, 1, 4, canonical).Draw(t, "note")},
		},
		Seeds: rapid.SliceOfNDistinct(rapid.Uint64Range(1, 20), 1, 4, rapid.ID).Draw(t, "seeds"),
	}
}

// TestCellsAreDistinct: no two trials share a label or an id, and trials share a StartLabel exactly when
// they share seed and start, and are then neighbours.
func TestCellsAreDistinct(t *testing.T) {
	space := formSubject{}.Space()
	rapid.Check(t, func(t *rapid.T) {
		s := drawnSweep(t)
		cells := s.Cells(space, 0, nil)
		labels, ids, starts := map[string]bool{}, map[string]bool{}, map[string]string{}
		for i, c := range cells {
			labels[c.Label], ids[c.ID] = true, true
			start := fmt.Sprint(c.T.Seed, c.T.Settings["start"])
			if was, ok := starts[c.StartLabel]; ok && (was != start || cells[i-1].StartLabel != c.StartLabel) {
				t.Fatalf("StartLabel %q of %q was used before, for %q", c.StartLabel, start, was)
			}
			starts[c.StartLabel] = start
		}
		want := len(s.Seeds) * 2 * 2 * len(s.Vary[2].Values) * len(s.Vary[3].Values)
		if len(cells) != want || len(labels) != want || len(ids) != want || len(starts) != 2*len(s.Seeds) {
			t.Fatalf("%d cells, %d labels, %d ids, %d starts, want %d and %d starts", len(cells), len(labels), len(ids), len(starts), want, 2*len(s.Seeds))
		}
	})
}

// TestIDs pins the ids: a change of them makes every saved cell useless, and needs a new tag.
func TestIDs(t *testing.T) {
	digests := []Digest{{Name: "mnist", SHA256: "aa", Detail: "from there"}, {Name: "code", SHA256: "bb"}}
	problem := Statement{"form", Settings{"count": 100.0}, Settings{"rank": 20.0, "shrink": 0.5}}
	trial := func() Trial {
		return Trial{Seed: 7, Settings: Settings{"start": "uniform", "ascent": map[string]any{"method": "lbfgs", "rate": 0.0}}}
	}
	cell, whole := CellID(digests, problem, trial()), ProblemID(digests, problem)
	if want := "db40aec134520a7d7afb3eed93e80d8f0ea6b7b3622fd2178179367262f18899"; cell != want {
		t.Errorf("CellID = %s, want %s", cell, want)
	}
	if want := "4e153522420d133db1b4cc3bd1fc55f1b5da686faafe90221bcef5f88ddd0cd1"; whole != want {
		t.Errorf("ProblemID = %s, want %s", whole, want)
	}
	for _, c := range []struct {
		name            string
		digests         []Digest
		problem         func(*Statement)
		trial           func(*Trial)
		cell, ofProblem bool // whether the id changes
	}{
		{name: "nothing"},
		{name: "the order of the digests", digests: []Digest{digests[1], digests[0]}},
		{name: "the detail of a digest", digests: []Digest{{Name: "mnist", SHA256: "aa"}, digests[1]}},
		{name: "the sum of a digest", digests: []Digest{{Name: "mnist", SHA256: "ab"}, digests[1]}, cell: true, ofProblem: true},
		{name: "the name of a digest", digests: []Digest{{Name: "mnisu", SHA256: "aa"}, digests[1]}, cell: true, ofProblem: true},
		{name: "the sums exchanged", digests: []Digest{{Name: "mnist", SHA256: "bb"}, {Name: "code", SHA256: "aa"}}, cell: true, ofProblem: true},
		{name: "a digest less", digests: digests[:1], cell: true, ofProblem: true},
		{name: "a digest twice", digests: slices.Concat(digests, digests[:1]), cell: true, ofProblem: true},
		{name: "a problem setting", problem: func(p *Statement) { p.Settings["rank"] = 21.0 }, cell: true, ofProblem: true},
		{name: "a problem setting more", problem: func(p *Statement) { p.Settings["x"] = false }, cell: true, ofProblem: true},
		{name: "the type of a setting", problem: func(p *Statement) { p.Settings["rank"] = "20" }, cell: true, ofProblem: true},
		{name: "the subject", problem: func(p *Statement) { p.Subject = "norm" }, cell: true, ofProblem: true},
		{name: "a data setting", problem: func(p *Statement) { p.Data["count"] = 101.0 }, cell: true, ofProblem: true},
		{name: "a data setting more", problem: func(p *Statement) { p.Data["set"] = "mnist" }, cell: true, ofProblem: true},
		{name: "a data setting moved to the problem", problem: func(p *Statement) { p.Data, p.Settings["count"] = Settings{}, 100.0 }, cell: true, ofProblem: true},
		{name: "the seed", trial: func(t *Trial) { t.Seed = 8 }, cell: true},
		{name: "a trial setting", trial: func(t *Trial) { t.Settings["start"] = "gaussian" }, cell: true},
		{name: "a field of a record", trial: func(t *Trial) { t.Settings.Record("ascent")["rate"] = 1e-300 }, cell: true},
		{name: "a setting moved to the problem", problem: func(p *Statement) { p.Settings["start"] = "uniform" }, trial: func(t *Trial) { delete(t.Settings, "start") }, cell: true, ofProblem: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, tr := digests, trial()
			p := Statement{problem.Subject, maps.Clone(problem.Data), maps.Clone(problem.Settings)}
			if c.digests != nil {
				d = c.digests
			}
			if c.problem != nil {
				c.problem(&p)
			}
			if c.trial != nil {
				c.trial(&tr)
			}
			if got := CellID(d, p, tr); (got != cell) != c.cell {
				t.Errorf("CellID with a change of %s = %s, the original is %s, want a difference: %v", c.name, got, cell, c.cell)
			}
			if got := ProblemID(d, p); (got != whole) != c.ofProblem {
				t.Errorf("ProblemID with a change of %s = %s, the original is %s, want a difference: %v", c.name, got, whole, c.ofProblem)
			}
		})
	}
}

// TestIDsDoNotDependOnTheOrderOfKeys: how a scenario is written down is not what it asks for.
func TestIDsDoNotDependOnTheOrderOfKeys(t *testing.T) {
	ids := func(cells []Cell) []string {
		var out []string
		for _, c := range cells {
			out = append(out, c.ID)
		}
		return slices.Sorted(slices.Values(out))
	}
	want := ids(sweepCells(t, "version: 1", "version: 1"))
	for _, c := range []struct{ name, old, new string }{
		{"axes", "  start: [uniform, exponential]\n  ascent: [{method: gradient, rate: 0.1, momentum: 0.9}, {method: lbfgs}]", "  ascent: [{method: gradient, rate: 0.1, momentum: 0.9}, {method: lbfgs}]\n  start: [uniform, exponential]"},
		{"fields", "{method: gradient, rate: 0.1, momentum: 0.9}", "{momentum: 0.9, rate: 1e-1, method: gradient}"},
		{"values", "[uniform, exponential]", "[exponential, uniform]"},
		{"seeds", "{from: 1, count: 4}", "[4, 2, 3, 1]"},
		{"a default said aloud", "{method: lbfgs}", "{method: lbfgs, momentum: 0}"},
		{"an axis said aloud", "  start:", "  note: none\n  start:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(want, ids(sweepCells(t, c.old, c.new))); diff != "" {
				t.Errorf("ids after reordering %s (-want +got):\n%s", c.name, diff)
			}
		})
	}
}

func TestCellIDOfUnknownKind(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("CellID of a function as a setting did not panic")
		}
	}()
	CellID(nil, Statement{Settings: Settings{"f": func() {}}}, Trial{})
}

func TestProblemLabelOfAnotherSpace(t *testing.T) {
	s := parsed(t, "version: 1", "version: 1")
	defer func() {
		if recover() == nil {
			t.Error("ProblemLabel with an empty space did not panic")
		}
	}()
	s.ProblemLabel(Space{}, s.Problems()[0])
}

func TestTwin(t *testing.T) {
	s := parsed(t, "rank: 3", "rank: 3\n    set: fashion")
	before := maps.Clone(s.Data[0])
	first, second := s.Twin(0), s.Twin(1)
	type summary struct {
		Name, Title string
		Data        any
		Rank, Start []any
		Seeds       []uint64
		Kinds       []string
		Generate    *Generate
		Twins       int
	}
	sum := func(s *Scenario) summary {
		var kinds []string
		for _, c := range s.Checks {
			kinds = append(kinds, c.Kind)
		}
		return summary{s.Name, s.Title, s.Data[0]["set"], s.Problem[0].Values, s.Vary[1].Values, s.Seeds, kinds, s.Generate, len(s.Twins)}
	}
	for _, c := range []struct {
		name      string
		got, want summary
	}{
		{"an axis that varies", sum(first), summary{
			"seed-sweep/twin-1", "a gaussian start", "mnist",
			[]any{20.0},
			[]any{"gaussian"},
			[]uint64{1, 2},
			[]string{"converged", "tuple", "images", "images"},
			&Generate{Instances: 2, Networks: 4, Census: 16}, 0,
		}},
		{"problem and data, no drawings needed", sum(second), summary{
			"seed-sweep/twin-2", "set=fashion rank=3", "fashion",
			[]any{3.0},
			[]any{"uniform", "exponential"},
			[]uint64{1, 2, 3, 4},
			[]string{"converged", "tuple"},
			nil, 0,
		}},
		{"the scenario stays as it is", sum(s), summary{
			"seed-sweep", "Training forgets where it started", before["set"],
			[]any{20.0, 5.0},
			[]any{"uniform", "exponential"},
			[]uint64{1, 2, 3, 4},
			[]string{"converged", "tuple", "scores", "images", "images", "golden"},
			&Generate{Instances: 2, Networks: 8, Census: 16}, 2,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.got); diff != "" {
				t.Errorf("Twin (-want +got):\n%s", diff)
			}
		})
	}
}

// uncontrolled is the warning about the check that no twin of sweep has to fail.
func uncontrolled(line int) string {
	return fmt.Sprintf(`line %d: no twin has to fail check "scores": nothing shows that it can`, line)
}

func TestLint(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"nothing to say", "fails: [tuple, images]", "fails: [tuple, scores, images]", nil},
		{"few seeds", "{from: 1, count: 4}", "[3]\n  warm: [true, false]", []string{"1 seed: a pass says next to nothing about other starts", uncontrolled(18)}},
		{"two seeds", "{from: 1, count: 4}", "[3, 4]", []string{"2 seeds: a pass says next to nothing about other starts", uncontrolled(17)}},
		{"no converged check", "  - converged: {}\n", "", []string{"no converged check: nothing says how many trials may stop early", uncontrolled(16)}},
		{"an empty phrase", `"to the eye"`, `"..."`, []string{uncontrolled(17), `line 18: the reason of check "images" says nothing`}},
		{"a wide tolerance", "tuple: {tolerance: 1e-5", "tuple: {tolerance: 0.5", []string{`line 16: check "tuple" allows 0.5, a large part of the norm 1 of an outcome`, uncontrolled(17)}},
		{"doses are controls of the tuple", "twin:\n  - {name: a gaussian start, start: [gaussian], seed: [1, 2], fails: [tuple, images], rank: 20}\n  - rank: 3\n", "doses: {axis: shrink, values: [0.1, 0.2]}\n", []string{
			uncontrolled(17),
			`line 18: no twin has to fail check "images": nothing shows that it can`,
			`line 19: no twin has to fail check "images-within-basin": nothing shows that it can`,
		}},
		{"no twin", "twin:\n  - {name: a gaussian start, start: [gaussian], seed: [1, 2], fails: [tuple, images], rank: 20}\n  - rank: 3\n", "", []string{"no twin: nothing shows that this scenario can fail"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, parsed(t, c.old, c.new).Lint()); diff != "" {
				t.Errorf("Lint with %q (-want +got):\n%s", c.new, diff)
			}
		})
	}
}

func TestLintOfChecks(t *testing.T) {
	s := &Scenario{Seeds: []uint64{1, 2, 3}, Twins: []TwinSpec{{}}, Checks: []CheckSpec{{Kind: "converged"}}, Generate: &Generate{}}
	want := []string{"no check compares outcomes", "drawings are made and no check looks at them"}
	if diff := cmp.Diff(want, s.Lint()); diff != "" {
		t.Errorf("Lint of a scenario without comparisons (-want +got):\n%s", diff)
	}
}
