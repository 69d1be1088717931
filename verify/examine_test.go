package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ask tries a suspect in court with one check, whose result comes first, in place of that of convergence. Edits
// are pairs of what else is replaced by what.
func ask(t *testing.T, s *suspect, check string, edits ...string) (CheckResult, ProblemResult) {
	t.Helper()
	r := askAll(t, s, "  - "+check, nil, edits...)
	return r.Problems[0].Checks[0], r.Problems[0]
}

// askAll tries a suspect in court with some checks in place of that of convergence.
func askAll(t *testing.T, s *suspect, checks string, settings *RunSettings, edits ...string) *Result {
	t.Helper()
	source := court
	for i, pairs := 0, append([]string{"  - converged: {}", checks}, edits...); i < len(pairs); i += 2 {
		if !strings.Contains(source, pairs[i]) {
			t.Fatalf("court does not contain %q", pairs[i])
		}
		source = strings.Replace(source, pairs[i], pairs[i+1], 1)
	}
	scenario, err := ParseScenario("court.yaml", []byte(source), []Subject{s})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), scenario, []Subject{s}, settings)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// finding is one row of a table about a check.
type finding struct {
	name    string
	suspect *suspect
	check   string // "" for the usual one of the table
	want    Verdict
	says    string
	reason  string
}

// hear holds each suspect of a table against a check, the usual one where the row has none.
func hear(t *testing.T, usual string, table []finding) {
	t.Helper()
	for _, tt := range table {
		t.Run(tt.name, func(t *testing.T) {
			check := tt.check
			if check == "" {
				check = usual
			}
			c, p := ask(t, tt.suspect, check)
			if c.Verdict != tt.want {
				t.Errorf("%s: %v, want %v (%s)", check, c.Verdict, tt.want, tt.reason)
			}
			if !strings.Contains(c.Sentence, tt.says) {
				t.Errorf("%s says %q, want it to mention %q", check, c.Sentence, tt.says)
			}
			if c.Verdict != Pass && p.Verdict == Pass {
				t.Errorf("%s: %v, and the problem passes", check, c.Verdict)
			}
			if text, err := json.Marshal(p); err != nil || bytes.Contains(text, []byte(":null")) {
				t.Errorf("the result is no JSON, or has a null: %v\n%s", err, text)
			}
		})
	}
}

// everyCheck has one check of each kind that looks at one network, at drawings or at features.
const everyCheck = `  - recognisable: {tolerance: 1, reason: r}
  - not-the-mean: {tolerance: 0.9, reason: r}
  - shift: {tolerance: 1e-12, reason: r}
  - accuracy: {inputs: [exam], against: guessing, tolerance: 1, reason: r}
  - novelty: {known: exam, against: [noise, blank], tolerance: 0.3, reason: r}
  - scores: {name: everywhere, claim: Nobody can tell them apart, inputs: [grid, exam, adversary], tolerance: 1e-9, reason: r}`

func TestEveryClaimOfTheHonestSuspectPasses(t *testing.T) {
	r := askAll(t, &suspect{}, everyCheck, nil, "census: 1", "census: 1, patterns: 2")
	if r.Verdict != Pass {
		t.Errorf("verdict %v: %s", r.Verdict, r.Sentence)
	}
	for _, c := range r.Problems[0].Checks {
		if c.Verdict != Pass || c.Title == "" || c.Quantity == "" || c.Sentence == "" || len(c.Evidence) == 0 {
			t.Errorf("%s: %v with title %q, quantity %q, evidence %v: %s", c.ID, c.Verdict, c.Title, c.Quantity, c.Evidence, c.Sentence)
		}
		if want := float64(c.Value) / float64(c.Tolerance); float64(c.Margin) != want {
			t.Errorf("%s: margin %v, want %v", c.ID, c.Margin, want)
		}
	}
	if c := r.Problems[0].Checks[5]; c.ID != "scores-everywhere" || c.Title != "Nobody can tell them apart" {
		t.Errorf("check %s is titled %q, want the name and the claim of the scenario", c.ID, c.Title)
	}
}

func TestEveryClaimIsTheSameForAnyNumberOfJobs(t *testing.T) {
	run := func(jobs int) []byte {
		return timeless(t, askAll(t, &suspect{}, everyCheck, &RunSettings{Jobs: jobs}, "census: 1", "census: 1, patterns: 2"))
	}
	want := run(1)
	for _, jobs := range []int{2, 7} {
		if got := run(jobs); !bytes.Equal(got, want) {
			t.Errorf("jobs=%d: another result than with one job:\n%s", jobs, cmp.Diff(string(want), string(got)))
		}
	}
}

func TestClaimsNeedAConvergedTrialAndNoSecondStart(t *testing.T) {
	lazy := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
		out := honest(t)
		out.Status = StepLimit
		return out, nil
	}}
	for _, c := range askAll(t, lazy, everyCheck, nil).Problems[0].Checks[:5] {
		if want := map[bool]Verdict{true: Pass, false: Inconclusive}[c.Kind == "shift"]; c.Verdict != want {
			t.Errorf("no converged trial, %s: %v, want %v: %s", c.ID, c.Verdict, want, c.Sentence)
		}
		if c.Kind != "shift" && !strings.Contains(c.Sentence, "8 of 8 trials did not converge") {
			t.Errorf("no converged trial, %s says %q", c.ID, c.Sentence)
		}
	}
	p := askAll(t, &suspect{}, everyCheck, nil, "seed: {from: 1, count: 4}", "seed: [1]").Problems[0]
	for _, c := range p.Checks[:5] {
		if c.Verdict != Pass {
			t.Errorf("one start, %s: %v, want PASS: it compares no starts: %s", c.ID, c.Verdict, c.Sentence)
		}
	}
	if c := p.Checks[5]; c.Verdict != Inconclusive {
		t.Errorf("one start, %s: %v, want INCONCLUSIVE: it compares starts", c.ID, c.Verdict)
	}
}

func TestClaimsOfASubjectWithoutTheAbilityAreErrors(t *testing.T) {
	for _, tt := range []struct {
		check string
		as    func(*suspectProblem) Problem
		says  string
	}{
		{"recognisable: {tolerance: 1, reason: r}", onlyDraws, "The subject calls no judges."},
		{"not-the-mean: {tolerance: 0.9, reason: r}", onlyDraws, "The subject shows no training images."},
		{"shift: {exact: true}", onlyDraws, "The subject has no features."},
		{"accuracy: {inputs: [exam], against: guessing, tolerance: 1, reason: r}", onlyDraws, "The subject has no scores."},
		{"novelty: {known: exam, against: [noise], tolerance: 0.1, reason: r}", onlyDraws, "The subject has no scores."},
		{"scores: {name: all, inputs: [adversary], tolerance: 0.5, reason: r}", onlyDraws, "The subject has no scores."},
		{"scores: {name: all, inputs: [adversary], tolerance: 0.5, reason: r}", onlyScores, "the subject cannot search for inputs on which networks differ"},
		{"accuracy: {inputs: [exam], against: three in five, tolerance: 1, reason: r}", onlyScores, `No baseline is called "three in five": there are guessing.`},
	} {
		c, _ := ask(t, &suspect{as: tt.as}, tt.check)
		if c.Verdict != Error || !strings.Contains(c.Sentence, tt.says) {
			t.Errorf("%s: %v: %s, want ERROR: %s", tt.check, c.Verdict, c.Sentence, tt.says)
		}
	}
}

func TestExhibitsAreSpreadOverLabels(t *testing.T) {
	x := &problemRun{p: &suspectProblem{&suspect{}}}
	all, err := x.exhibits(4)
	if err != nil {
		t.Fatal(err)
	}
	var got [][2]int
	for _, e := range all {
		got = append(got, [2]int{e.label, e.index})
	}
	if diff := cmp.Diff([][2]int{{0, 0}, {1, 0}, {0, 1}, {1, 1}}, got); diff != "" {
		t.Errorf("exhibits(4) (-want +got):\n%s", diff)
	}
	if all, err := x.exhibits(-1); err != nil || len(all) != 5 {
		t.Errorf("exhibits(-1): %d, %v, want all 5", len(all), err)
	}
	x.p = &suspectProblem{&suspect{shows: func(int) []Image { return []Image{square(1, 2, math.NaN(), 4)} }}}
	if _, err := x.exhibits(1); err == nil || err.Error() != "training image 0 of label a: pixel 2 is NaN" {
		t.Errorf("exhibits of a NaN: %v", err)
	}
}

func TestWorstFirst(t *testing.T) {
	evidence := []Evidence{{Value: 1}, {Value: 3}, {Value: Number(math.NaN())}, {Value: 2, Text: "a"}, {Value: 2, Text: "b"}}
	worstFirst(evidence)
	if !math.IsNaN(float64(evidence[0].Value)) || evidence[1].Value != 3 || evidence[2].Text != "a" || evidence[3].Text != "b" || evidence[4].Value != 1 {
		t.Errorf("worstFirst: %v", evidence)
	}
}

// near compares numbers up to an absolute difference.
func near(tolerance float64) cmp.Option {
	return cmp.Options{
		cmp.Comparer(func(a, b Number) bool { return math.Abs(float64(a-b)) <= tolerance }),
		cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= tolerance }),
	}
}

func TestEveryClaimTellsHowFarItIs(t *testing.T) {
	seen := map[string][2]int{} // by phase
	askAll(t, &suspect{}, everyCheck, &RunSettings{Jobs: 2, Progress: func(e Event) {
		if e.Done > e.Total || e.Done > 0 && e.Done != seen[e.Phase][0]+1 {
			t.Errorf("%s: %d of %d after %d", e.Phase, e.Done, e.Total, seen[e.Phase][0])
		}
		seen[e.Phase] = [2]int{e.Done, e.Total}
	}})
	for _, phase := range []string{"bound", "attack", "score", "judge", "nearest", "shift", "baselines", "novelty"} {
		if s := seen[phase]; s[0] == 0 || s[0] != s[1] {
			t.Errorf("%s ends at %d of %d", phase, s[0], s[1])
		}
	}
}

func TestSentenceNamesTheClaimsThatDoNotHold(t *testing.T) {
	s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) { return moved(t, float64(t.Seed%2)), nil }}
	r := askAll(t, s, "  - converged: {}", nil, `tuple: {tolerance: 1e-9,`, `tuple: {claim: It is always the same, tolerance: 1e-9,`)
	want := "Refuted: of 5 claims 3 hold, and 2 do not: “It is always the same” and “Every trained network gives the same scores on every input”."
	if r.Sentence != want {
		t.Errorf("sentence %q, want %q", r.Sentence, want)
	}
}
