package verify

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rival is another subject with the space of a suspect.
type rival struct{ suspect }

func (*rival) Name() string { return "rival" }

// againstRival runs court with a rival's training as its control.
func againstRival(t *testing.T, other *rival, subjects ...Subject) (*Result, error) {
	t.Helper()
	head, _, _ := strings.Cut(court, "twin:")
	source := "subject: suspect\n" + head + "twin: {subject: rival, seed: [1, 2, 3], method: [slow, fast]}\n"
	s, err := ParseScenario("court.yaml", []byte(source), []Subject{&suspect{}, other})
	if err != nil {
		t.Fatal(err)
	}
	return Run(context.Background(), s, subjects, nil)
}

func TestTwinOfAnotherSubject(t *testing.T) {
	for _, c := range []struct {
		name  string
		rival *rival
		want  Verdict
		says  string
	}{
		{
			"with two optima", &rival{suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				return moved(t, float64(t.Seed%2)), nil
			}}}, Pass, `The control "subject=rival method=slow,fast seed=1..3" fails the check tuple, as it must`,
		},
		{"with one", &rival{}, Vacuous, "did not fail (tuple came out PASS)"},
		{"that cannot be opened", &rival{suspect{open: errBroken}}, Error, "the disk is on fire"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := againstRival(t, c.rival, &suspect{}, c.rival)
			if err != nil {
				t.Fatal(err)
			}
			twin := r.Twins[0]
			if twin.Verdict != c.want || twin.Subject != "rival" || !strings.Contains(twin.Sentence, c.says) || r.Verdict != c.want {
				t.Errorf("twin of subject %q: %v: %q, run %v; want %v and %q", twin.Subject, twin.Verdict, twin.Sentence, r.Verdict, c.want, c.says)
			}
			if r.Problems[0].Verdict != Pass {
				t.Errorf("the problem: %v, want PASS: it is trained by the suspect", r.Problems[0].Verdict)
			}
			if c.want == Error {
				return
			}
			if n := len(twin.Problem.Trials); n != 6 {
				t.Errorf("the twin has %d trials, want 6", n)
			}
			if diff := cmp.Diff(Settings{"method": []any{"slow", "fast"}}, twin.Broken); diff != "" {
				t.Errorf("broken (-want +got):\n%s", diff)
			}
			cells := map[string]bool{}
			for _, trial := range append(r.Problems[0].Trials, twin.Problem.Trials...) {
				cells[trial.Cell] = true
			}
			if len(cells) != 14 {
				t.Errorf("%d different cells, want 14: the same seeds and settings under another subject are other trials", len(cells))
			}
		})
	}
}

func TestRunWithoutTheSubject(t *testing.T) {
	for _, c := range []struct {
		name     string
		subjects []Subject
		want     string
	}{
		{"of the scenario", []Subject{&rival{}}, `court: no subject is called "suspect"`},
		{"of the twin", []Subject{&suspect{}}, `court/twin-1: no subject is called "rival"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := againstRival(t, &rival{}, c.subjects...)
			if r != nil || err == nil || err.Error() != c.want {
				t.Errorf("Run = %v, %v, want the error %s", r, err, c.want)
			}
		})
	}
}

func TestClaimIsTheTitle(t *testing.T) {
	r := try(t, &suspect{}, `tuple: {tolerance`, `tuple: {name: a, claim: Nothing is remembered, tolerance`, nil)
	if c := r.Problems[0].Checks[1]; c.ID != "tuple-a" || c.Title != "Nothing is remembered" {
		t.Errorf("check %s has the title %q, want tuple-a with the claim", c.ID, c.Title)
	}
	if c := r.Twins[0].Problem.Checks[1]; c.Verdict != Fail || c.Title != "Nothing is remembered" || r.Twins[0].Verdict != Pass {
		t.Errorf("in the twin check %s is %v with the title %q, twin %v; want FAIL with the claim, PASS", c.ID, c.Verdict, c.Title, r.Twins[0].Verdict)
	}
}
