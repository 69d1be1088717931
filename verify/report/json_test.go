package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.org/concord/verify"
)

// small returns a consistent tree of a few lines.
func small() *verify.Result {
	nan := verify.Number(math.NaN())
	return &verify.Result{
		SchemaVersion: verify.SchemaVersion, Verdict: verify.Pass, Scenario: verify.ScenarioInfo{SHA256: sha256Of("")}, Sentence: "Fine <so far> & so on.",
		Problems: []verify.ProblemResult{{
			Label: "rank=2", Verdict: verify.Pass,
			Trials: []verify.TrialResult{
				{Label: "seed=1", Status: verify.Converged, Fitness: 1, Curve: []verify.CurvePoint{{Step: 0, Fitness: -1, GradNorm: 1}, {Step: 9, Fitness: 1, GradNorm: 1e-9}}},
				{Label: "seed=2", Status: verify.Converged, Fitness: 1},
			},
			Checks:    []verify.CheckResult{{ID: "tuple", Kind: "tuple", Verdict: verify.Pass, Tolerance: 1e-5, Value: 1e-7, Margin: 0.01}},
			Basins:    []verify.Basin{{Size: 2, Trials: []int{0, 1}, Nearest: nan}},
			Distances: &verify.Distances{Trials: []int{0, 1}, After: []verify.Number{1e-7}, Before: []verify.Number{nan}, Max: 1e-7, MaxBefore: nan},
		}},
	}
}

func written(t testing.TB, r *verify.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteJSON(&b, r); err != nil {
		t.Fatalf("WriteJSON: %v", err)
	}
	return b.String()
}

func TestJSONRoundTrip(t *testing.T) {
	for _, c := range []struct {
		name string
		tree *verify.Result
	}{{"small", small()}, {"every field", little()}, {"compact", compact()}, {"nothing ran", nothing()}} {
		t.Run(c.name, func(t *testing.T) {
			first := written(t, c.tree)
			back, err := ReadJSON(strings.NewReader(first))
			if err != nil {
				t.Fatalf("ReadJSON: %v", err)
			}
			rounded := cmp.Comparer(func(a, b verify.Image) bool {
				return a.Rows == b.Rows && a.Cols == b.Cols && len(a.Pixels) == len(b.Pixels) &&
					cmp.Equal(a.Pixels, b.Pixels, cmpopts.EquateApprox(1e-5, 0))
			})
			numbers := cmp.Comparer(func(a, b verify.Number) bool { return a == b || math.IsNaN(float64(a)) && math.IsNaN(float64(b)) })
			if diff := cmp.Diff(c.tree, back, numbers, cmpopts.EquateEmpty(), rounded); diff != "" {
				t.Errorf("ReadJSON(WriteJSON(r)) (-want +got):\n%s", diff)
			}
			if second := written(t, back); second != first {
				t.Error("WriteJSON of what was read has other bytes")
			}
		})
	}
}

func TestJSONLayout(t *testing.T) {
	text := written(t, fixture(t))
	var plain, compact bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(fixture(t)); err != nil {
		t.Fatal(err)
	}
	if err := json.Compact(&compact, []byte(text)); err != nil {
		t.Fatalf("WriteJSON wrote no JSON: %v", err)
	}
	if compact.String() != strings.TrimSpace(plain.String()) {
		t.Error("the layout changes more than blanks")
	}
	pixels, points := 0, 0
	for line := range strings.SplitSeq(text, "\n") {
		if strings.Count(line, ",") >= 28*28-1 {
			pixels++
		}
		if strings.Contains(line, `{"step": `) {
			points++
		}
	}
	if want := 10 * (4 + 2*25); pixels < want {
		t.Errorf("%d lines hold a whole image, want at least %d", pixels, want)
	}
	if want := (192 + 2*24) * 100; points != want {
		t.Errorf("%d lines hold a point of a curve, want %d", points, want)
	}
}

func TestReadJSONIsStrict(t *testing.T) {
	good := written(t, small())
	swap := func(from, to string) string {
		if !strings.Contains(good, from) {
			t.Fatalf("the result has no %q", from)
		}
		return strings.Replace(good, from, to, 1)
	}
	for _, c := range []struct {
		name, in, want, reason string
	}{
		{"unknown key", swap(`"kind":`, `"kinds":`), "problems[0].checks[0].kinds is not a field", ""},
		{"other letters", swap(`"kind":`, `"Kind":`), "Kind is not a field", "encoding/json would take it"},
		{"twice", swap(`"kind":`, `"verdict": "PASS", "kind":`), "verdict is there twice", "the last one would win"},
		{"absent number", swap(`"value": 1e-7,`, ``), `problems[0].checks[0] has no "value"`, "it would read as zero, a perfect agreement"},
		{"null number", swap(`"value": 1e-7`, `"value": null`), "value is null", ""},
		{"null verdict", swap(`"verdict": "PASS"`, `"verdict": null`), "verdict is null", ""},
		{"unknown verdict", swap(`"verdict": "PASS"`, `"verdict": "GREEN"`), "unknown verdict", ""},
		{"unknown status", swap(`"status": "converged"`, `"status": "fine"`), "unknown status", ""},
		{"number as text", swap(`"value": 1e-7`, `"value": "1e-7"`), "line ", ""},
		{"newer schema", swap(`"schema_version": 2`, `"schema_version": 3`), "schema_version is 3, but this version of verify reads 2", ""},
		{"no schema", swap(`"schema_version": 2,`, ``), `has no "schema_version"`, ""},
		{"trailing data", good + "{}", "data after the end", "two results in one file"},
		{"trailing garbage", good + "]", "data after the end", ""},
		{"cut off", good[:len(good)/2], "ends in the middle", "a crash while writing"},
		{"empty", "", "ends in the middle", ""},
		{"an array", "[]", "the result is a list", ""},
		{"a string", `"x"`, "cannot unmarshal", ""},
		{"an object for a number", swap(`"value": 1e-7`, `"value": {}`), "value is an object", ""},
		{"better than its children", worseChild(good), "sums up a verdict of FAIL", "an edited file"},
		{"value beyond the tolerance", swap(`"value": 1e-7`, `"value": 1`), "problems[0].checks[0].verdict is PASS, but value is 1,", "an edited file"},
		{"another scenario", swap(`"source": ""`, `"source": "seeds: [1]"`), "scenario.sha256 is", "an edited file"},
		{"basin out of range", swap(`"basin": 0`, `"basin": 3`), "problems[0].trials[0].basin is 3", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadJSON(strings.NewReader(c.in))
			if err == nil {
				t.Fatalf("ReadJSON took it (%s)", c.reason)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("ReadJSON: %v, want a message with %q", err, c.want)
			}
		})
	}
}

// worseChild turns the verdict of the last check to FAIL and leaves those above it.
func worseChild(text string) string {
	i := strings.LastIndex(text, `"verdict": "PASS"`)
	return text[:i] + `"verdict": "FAIL"` + text[i+len(`"verdict": "PASS"`):]
}

func TestReadJSONSaysWhere(t *testing.T) {
	text := written(t, small())
	before, _, _ := strings.Cut(text, `"kind"`)
	line := 1 + strings.Count(before, "\n")
	_, err := ReadJSON(strings.NewReader(strings.Replace(text, `"kind"`, `"kinds"`, 1)))
	if want := fmt.Sprintf("line %d, column ", line); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("ReadJSON: %v, want the position %q", err, want)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errBroken }

func TestReadJSONReturnsReadErrors(t *testing.T) {
	if _, err := ReadJSON(brokenReader{}); !errors.Is(err, errBroken) {
		t.Errorf("ReadJSON = %v, want %v", err, errBroken)
	}
}

func TestWriteJSONRefusesWhatItCannotWrite(t *testing.T) {
	r := small()
	r.Problems[0].Drawings = []verify.LabelDrawings{{Instances: []verify.DrawnImage{{Image: verify.Image{Rows: 1, Cols: 1, Pixels: []float64{math.NaN()}}}}}}
	if err := WriteJSON(&bytes.Buffer{}, r); err == nil {
		t.Error("WriteJSON wrote a pixel that is not a number")
	}
}

func FuzzReadJSON(f *testing.F) {
	f.Add([]byte(written(f, small())))
	f.Add([]byte(written(f, compact())))
	f.Add([]byte(`{"schema_version": 2}`))
	f.Add([]byte(`[{"a": [1, "NaN", {"b": null}]}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ReadJSON(bytes.NewReader(data))
		if err != nil {
			return
		}
		first := written(t, r)
		again, err := ReadJSON(strings.NewReader(first))
		if err != nil {
			t.Fatalf("ReadJSON(WriteJSON(r)): %v", err)
		}
		if second := written(t, again); second != first {
			t.Error("WriteJSON is not stable")
		}
	})
}

// FuzzWriters has every reporter take whatever ReadJSON takes.
func FuzzWriters(f *testing.F) {
	f.Add([]byte(written(f, small())))
	f.Add([]byte(written(f, compact())))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ReadJSON(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, w := range writers() {
			if err := w.write(&bytes.Buffer{}, r); err != nil {
				t.Errorf("%s of a result that was read: %v", w.name, err)
			}
		}
	})
}
