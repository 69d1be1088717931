package verify

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDataList(t *testing.T) {
	s := controlledByData(t, "[{set: mnist}, {set: mnist, count: 50}, {set: fashion, count: 50}]", "{rank: 3, set: fashion, count: 7}")
	want := []Settings{
		{"set": "mnist", "split": "train", "count": 100.0},
		{"set": "mnist", "split": "train", "count": 50.0},
		{"set": "fashion", "split": "train", "count": 50.0},
	}
	if diff := cmp.Diff(want, s.Data); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
	space := formSubject{}.Space()
	var labels, slugs []string
	ids, cells := map[string]bool{}, map[string]bool{}
	for i, p := range s.Problems() {
		labels = append(labels, s.ProblemLabel(space, p))
		slugs = append(slugs, GoldenPath(s.Name, labels[i]))
		ids[ProblemID(nil, p)] = true
		for _, c := range s.Cells(space, i, nil) {
			cells[c.ID] = true
		}
	}
	wantLabels := []string{
		"set=mnist count=100 rank=20", "set=mnist count=100 rank=5",
		"set=mnist count=50 rank=20", "set=mnist count=50 rank=5",
		"set=fashion count=50 rank=20", "set=fashion count=50 rank=5",
	}
	if diff := cmp.Diff(wantLabels, labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if want := "seed-sweep/set=fashion%20count=50%20rank=5.npz"; slugs[5] != want {
		t.Errorf("golden of %q in %s, want %s", labels[5], slugs[5], want)
	}
	if len(ids) != 6 || len(cells) != 6*16 {
		t.Errorf("%d ids of problems and %d of cells, want 6 and 96: data are part of an id", len(ids), len(cells))
	}
	if twin := s.Twin(1); len(twin.Problems()) != 1 || twin.Data[0]["count"] != 7.0 {
		t.Errorf("the twin has the data %v, want one set of 7", twin.Data)
	}
}

// controlledByData is sweep with other data and another last twin; its first twin leaves the data alone and is gone.
func controlledByData(t *testing.T, data, twin string) *Scenario {
	t.Helper()
	s, err := parseData(t, data, twin)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parseData(t *testing.T, data, twin string) (*Scenario, error) {
	t.Helper()
	src := replaced(t, "data: {set: mnist, split: train, count: 100}", "data: "+data)
	src = strings.Replace(src, "rank: 20}\n  - rank: 3", "rank: 20, set: fashion, count: 8}\n  - "+twin, 1)
	return ParseScenario("x.yaml", []byte(src), formSubjects("form"))
}

func TestDataListRejects(t *testing.T) {
	const twin = "{rank: 3, set: fashion, count: 7}"
	for _, c := range []struct {
		name, data, twin string
		want             []string
	}{
		{"no data set", "[]", twin, []string{`7:7: "data" is an empty list`}},
		{"a data set twice, by its defaults", "[{set: mnist}, {set: mnist, count: 100}]", twin, []string{"7:22: this data set appears twice, first on line 7"}},
		{"a data set that is a word", "[mnist]", twin, []string{`7:8: "data" has to be a mapping, not the text "mnist"`}},
		{"an axis missing in one", "[{set: mnist}, {count: 100}]", twin, []string{`7:22: "data" has no "set", which form needs: which data`}},
		{"a misspelt axis in one", "[{set: mnist}, {set: mnist, spilt: test}]", twin, []string{`7:35: unknown key "spilt" in "data"; did you mean "split"?`}},
		{"a list in a list", "[{set: [mnist, fashion]}]", twin, []string{`7:14: "set" takes one value, not a list; for several data sets, make "data" a list of mappings`}},
		{"an axis of another section", "[{set: mnist, rank: 3}]", twin, []string{`7:21: unknown key "rank" in "data"; it belongs to "problem"`}},
		{"a twin with both data sets", "[{set: mnist}, {set: mnist, split: test}]", "{rank: 3, count: 7}", []string{
			"22:5: the twin poses 2 problems, and a control is one; give each axis of the problem, and each in which the data sets differ, one value",
			"23:5: the twin poses 2 problems, and a control is one; give each axis of the problem, and each in which the data sets differ, one value",
		}},
		{"a twin with the data of one", "[{set: fashion, count: 8}, {set: mnist, count: 9}]", "{rank: 5, set: mnist, count: 9}", []string{
			"23:5: the twin breaks nothing: the scenario has every value it sets; give an axis a value with which the checks have to fail",
		}},
		{"a tagged data set", "[!d {set: mnist}]", twin, []string{"7:8: a tag (!d); leave it out: every key knows the type of its value"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseData(t, c.data, c.twin)
			if diff := cmp.Diff(c.want, noted(err)); diff != "" {
				t.Errorf("ParseScenario with data %s (-want +got):\n%s", c.data, diff)
			}
		})
	}
}

// TestDataListOfTooManyCells: every data set is trained on.
func TestDataListOfTooManyCells(t *testing.T) {
	src := replaced(t, "count: 4}", "count: 100000}")
	want := []string{"9:1: 1600000 trials over all problems are more than 1000000"}
	for _, c := range []struct {
		data string
		want []string
	}{{"[{set: mnist}]", nil}, {"[{set: mnist}, {set: fashion}]", want}} {
		text := strings.Replace(src, "{set: mnist, split: train, count: 100}", c.data, 1)
		text = strings.Replace(text, "  - rank: 3\n", "", 1)
		text = strings.Replace(text, "rank: 20}", "rank: 20, set: fashion}", 1)
		_, err := ParseScenario("x.yaml", []byte(text), formSubjects("form"))
		if diff := cmp.Diff(c.want, noted(err)); diff != "" {
			t.Errorf("ParseScenario with data %s (-want +got):\n%s", c.data, diff)
		}
	}
}

// sortedSuspect has data, and cannot be given the third kind.
type sortedSuspect struct{ suspect }

func (s *sortedSuspect) Space() Space {
	space := s.suspect.Space()
	space.Data = []Axis{{Name: "kind", Kind: KindInt, Min: 1, Max: 9, Default: 1.0}}
	space.CheckData = func(data Settings) error {
		if data.Number("kind") == 9 {
			return errors.New("there is no kind 9")
		}
		return nil
	}
	return space
}

func (s *sortedSuspect) Open(ctx context.Context, data, problem Settings) (Problem, error) {
	if data.Number("kind") == 3 {
		return nil, errors.New("nothing is left of kind 3")
	}
	return s.suspect.Open(ctx, data, problem)
}

func TestRunOfSeveralDataSets(t *testing.T) {
	s := &sortedSuspect{}
	source, _, _ := strings.Cut(court, "twin:")
	source = strings.Replace(source, "vary:", "data: [{kind: 2}, {kind: 3}]\nproblem: {size: [4, 5]}\nvary:", 1)
	scenario, err := ParseScenario("court.yaml", []byte(source), []Subject{s})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), scenario, []Subject{s}, nil)
	if err != nil {
		t.Fatal(err)
	}
	type summary struct {
		Label    string
		Data     Settings
		Settings Settings
		Verdict  Verdict
		Error    string
	}
	var got []summary
	for _, p := range r.Problems {
		got = append(got, summary{p.Label, p.Data, p.Settings, p.Verdict, p.Error})
	}
	const left = "nothing is left of kind 3"
	want := []summary{
		{"kind=2 size=4", Settings{"kind": 2.0}, Settings{"size": 4.0}, Pass, ""},
		{"kind=2 size=5", Settings{"kind": 2.0}, Settings{"size": 5.0}, Pass, ""},
		{"kind=3 size=4", Settings{"kind": 3.0}, Settings{"size": 4.0}, Error, left},
		{"kind=3 size=5", Settings{"kind": 3.0}, Settings{"size": 5.0}, Error, left},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if r.Doses == nil || r.Twins == nil {
		t.Errorf("doses %v, twins %v; want empty lists and no null", r.Doses, r.Twins)
	}
}

func TestDataListThatTheSubjectRefuses(t *testing.T) {
	source := strings.Replace(court, "vary:", "data: [{kind: 2}, {kind: 9}]\nvary:", 1)
	_, err := ParseScenario("court.yaml", []byte(source), []Subject{&sortedSuspect{}})
	if diff := cmp.Diff([]string{"4:19: there is no kind 9"}, noted(err)); diff != "" {
		t.Errorf("ParseScenario (-want +got):\n%s", diff)
	}
}

func TestDoseWhoseDataTheSubjectRefuses(t *testing.T) {
	source, _, _ := strings.Cut(court, "twin:")
	source += "doses: {axis: size, values: [5, 6], kind: 9}\n"
	_, err := ParseScenario("court.yaml", []byte(source), []Subject{&sortedSuspect{}})
	if diff := cmp.Diff([]string{"14:8: the data of the dose: there is no kind 9"}, noted(err)); diff != "" {
		t.Errorf("ParseScenario (-want +got):\n%s", diff)
	}
}

// TestTwinThatMixesDataSets: a set of which the scenario has each value, but not together, is another set.
func TestTwinThatMixesDataSets(t *testing.T) {
	s := controlledByData(t, "[{set: fashion, count: 8}, {set: mnist, count: 9}]", "{rank: 5, set: mnist, count: 8}")
	if twin := s.Twin(1); len(twin.Data) != 1 || twin.Data[0]["set"] != "mnist" || twin.Data[0]["count"] != 8.0 {
		t.Errorf("the twin has the data %v, want 8 of mnist", twin.Data)
	}
}
