package verify

import "testing"

func TestControlsInASentence(t *testing.T) {
	twins := []TwinResult{{Name: "a gaussian start"}, {Name: "other images"}}
	doses := []DoseResult{{Name: "negative entries"}, {Name: "a shift"}}
	for _, c := range []struct {
		name         string
		twins, doses int
		want         string
	}{
		{"none", 0, 0, ""},
		{"a twin", 1, 0, `; the control "a gaussian start" fails, as it must`},
		{"twins", 2, 0, "; all 2 controls, each with one thing broken, fail, as they must"},
		{"doses", 0, 1, `; the doses of "negative entries" drive starts apart, as they must`},
		{"twins and several series of doses", 1, 2, `; the control "a gaussian start" fails, as it must; all 2 series of doses drive starts apart, as they must`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := controls(&Result{Twins: twins[:c.twins], Doses: doses[:c.doses]}); got != c.want {
				t.Errorf("controls of %d twins and %d doses = %q, want %q", c.twins, c.doses, got, c.want)
			}
		})
	}
}

// TestSentenceIsThatOfTheControl: when every claim holds, the verdict is due to a control.
func TestSentenceIsThatOfTheControl(t *testing.T) {
	passed := []ProblemResult{{Checks: []CheckResult{{Kind: "tuple", Verdict: Pass, Sentence: "All is well."}}}}
	for _, c := range []struct {
		name   string
		result Result
		want   string
	}{
		{"a twin that broke", Result{Verdict: Error, Twins: []TwinResult{{Verdict: Pass, Sentence: "A."}, {Verdict: Error, Sentence: "B."}}}, "Nothing could be decided: B."},
		{"doses that broke", Result{Verdict: Error, Doses: []DoseResult{{Verdict: Error, Sentence: "C."}}}, "Nothing could be decided: C."},
		{"doses that do nothing", Result{Verdict: Vacuous, Doses: []DoseResult{{Verdict: Vacuous, Sentence: "C."}}}, "Nothing was shown: C."},
		{"doses that do not converge", Result{Verdict: Inconclusive, Doses: []DoseResult{{Verdict: Inconclusive, Sentence: "C."}}}, "Undecided: C."},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.result.Problems = passed
			if got := sentence(&c.result); got != c.want {
				t.Errorf("sentence = %q, want %q", got, c.want)
			}
		})
	}
}
