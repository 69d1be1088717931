package verify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inputSubject is a formSubject that knows its input sets.
type inputSubject struct{ formSubject }

func (s inputSubject) Space() Space {
	space := s.formSubject.Space()
	space.Inputs = []string{"train", "test", "noise"}
	return space
}

// parseCheck reads a scenario with drawings and the given check on line 8.
func parseCheck(check string) (*Scenario, error) {
	src := `version: 1
name: x
title: what is claimed
data: {set: mnist}
vary: {seed: [1, 2, 3]}
generate: {instances: 2}
checks:
  - ` + check + "\n"
	return ParseScenario("x.yaml", []byte(src), []Subject{inputSubject{formSubject{"form"}}})
}

func TestParseCheck(t *testing.T) {
	for _, c := range []struct {
		name, check, id string
		want            CheckSpec
	}{
		{
			"attacked scores", `scores: {inputs: [test, adversary], tolerance: 1e-6, reason: r}`, "scores",
			CheckSpec{Kind: "scores", Inputs: []string{"test", "adversary"}, Attacks: 4, Tolerance: 1e-6, Reason: "r"},
		},
		{
			"scores attacked harder", `scores: {inputs: [adversary], attacks: 9, exact: true}`, "scores",
			CheckSpec{Kind: "scores", Inputs: []string{"adversary"}, Attacks: 9, Exact: true},
		},
		{
			"drawings that a judge names", `recognisable: {tolerance: 1, reason: r}`, "recognisable",
			CheckSpec{Kind: "recognisable", Tolerance: 1, Reason: "r"},
		},
		{
			"drawings that are no mean", `not-the-mean: {tolerance: 0.5, reason: r}`, "not-the-mean",
			CheckSpec{Kind: "not-the-mean", Tolerance: 0.5, Reason: "r"},
		},
		{
			"features that forget a shift", `shift: {tolerance: 2, reason: r}`, "shift",
			CheckSpec{Kind: "shift", Tolerance: 2, Reason: "r"},
		},
		{"features that forget it to the bit", `shift: {exact: true}`, "shift", CheckSpec{Kind: "shift", Exact: true}},
		{
			"better than guessing", `accuracy: {inputs: [test], against: guessing, tolerance: 0.2, reason: r}`, "accuracy",
			CheckSpec{Kind: "accuracy", Inputs: []string{"test"}, Against: []string{"guessing"}, Tolerance: 0.2, Reason: "r"},
		},
		{
			"better than a baseline", `accuracy: {name: neighbours, inputs: [test, train], against: nearest neighbour, tolerance: 1.5, reason: r}`, "accuracy-neighbours",
			CheckSpec{Kind: "accuracy", Name: "neighbours", Inputs: []string{"test", "train"}, Against: []string{"nearest neighbour"}, Tolerance: 1.5, Reason: "r"},
		},
		{
			"what it knows and what not", `novelty: {known: test, against: [noise], tolerance: 0.01, reason: r}`, "novelty",
			CheckSpec{Kind: "novelty", Known: "test", Against: []string{"noise"}, Exponent: 2, Tolerance: 0.01, Reason: "r"},
		},
		{
			"another exponent", `novelty: {known: test, against: [noise, train], exponent: 3, tolerance: 0.01, reason: r, name: cubic}`, "novelty-cubic",
			CheckSpec{Kind: "novelty", Name: "cubic", Known: "test", Against: []string{"noise", "train"}, Exponent: 3, Tolerance: 0.01, Reason: "r"},
		},
		{
			"a claim in words", `tuple: {claim: Training forgets, exact: true}`, "tuple",
			CheckSpec{Kind: "tuple", Claim: "Training forgets", Exact: true},
		},
		{
			"every word of an id", `images: {name: tight, modulo: nothing, within: basin, exact: true}`, "images-modulo-nothing-within-basin-tight",
			CheckSpec{Kind: "images", Name: "tight", Modulo: "nothing", Within: "basin", Exact: true},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := parseCheck(c.check)
			if err != nil {
				t.Fatalf("ParseScenario with %q = %v, want no error", c.check, err)
			}
			c.want.Line = 8
			if diff := cmp.Diff([]CheckSpec{c.want}, s.Checks); diff != "" {
				t.Errorf("checks of %q (-want +got):\n%s", c.check, diff)
			}
			if got := s.Checks[0].id(); got != c.id {
				t.Errorf("id of %q = %q, want %q", c.check, got, c.id)
			}
		})
	}
}

func TestParseCheckRejects(t *testing.T) {
	for _, c := range []struct {
		name, check string
		want        []string
	}{
		{"an unknown input", "scores: {inputs: [tset], exact: true}", []string{`8:23: unknown input "tset"; did you mean "test"?`}},
		{"an adversary misspelt", "scores: {inputs: [adversery], exact: true}", []string{`8:23: unknown input "adversery"; did you mean "adversary"?`}},
		{"attacks on nothing", "scores: {inputs: [test], attacks: 2, exact: true}", []string{`8:30: "attacks" counts searches for the input "adversary", which is not among the inputs; add that input, or leave this out`}},
		{"a control of a certificate that cannot fail", "certificate: {gap: 1e-10, oracle: false}\ntwin: {rank: 3, fails: [certificate]}", []string{`9:25: a twin cannot be asked to fail check "certificate" without an oracle: a proof that does not close refutes nothing; leave "oracle: false" out of the check, or name another check`}},
		{"a control of a certificate that says nothing", "certificate: {gap: 1e-10, oracle: no}\ntwin: {rank: 3, fails: [certificate]}", []string{`8:39: "oracle" has to be true or false, not no`}},
		{"a control beside a check that is none", "certificate: {gap: 1e-10, oracle: false}\n  - tupel: {exact: true}\ntwin: {rank: 3, fails: [certificate]}", []string{`9:5: unknown check "tupel"; did you mean "tuple"?`}},
		{"no attack", "scores: {inputs: [adversary], attacks: 0, exact: true}", []string{`8:44: "attacks" has to be a whole number from 1 to 1000, not 0`}},
		{"a name that is none", "tuple: {name: Two Words, exact: true}", []string{`8:19: "Two Words" is no name of a check: it has 1 to 64 of a-z, 0-9 and -, the first not a -`}},
		{"a name that is a number", "tuple: {name: 2, exact: true}", []string{`8:19: "name" has to be text, not 2; write "2" in quotes if text is meant`}},
		{"a claim of several lines", `tuple: {claim: "a\nb", exact: true}`, []string{`8:20: "claim" has to fit on one line`}},
		{"a claim left empty", "converged: {claim: }", []string{`8:24: "claim" has to be text, not nothing`}},
		{"one id twice", "shift: {exact: true}\n  - shift: {tolerance: 1, reason: r}", []string{`9:5: check "shift" appears twice, first on line 8`}},
		{"one name twice", "tuple: {name: a, exact: true}\n  - tuple: {tolerance: 1, reason: r, name: a}", []string{`9:5: check "tuple-a" appears twice, first on line 8`}},
		{
			"two ways to one id", "images: {modulo: sign, within: basin, exact: true}\n  - images: {modulo: sign, name: within-basin, exact: true}",
			[]string{`9:5: check "images-within-basin" appears twice, first on line 8`},
		},
		{"a judge to the bit", "recognisable: {exact: true}", []string{
			`8:5: check "recognisable" has no "tolerance"; give a tolerance and a reason`,
			`8:20: unknown key "exact" in check "recognisable"; known: tolerance, reason, name, claim`,
		}},
		{"a judge without a tolerance", "recognisable: {}", []string{`8:5: check "recognisable" has no "tolerance"; give a tolerance and a reason`}},
		{"a judge without a reason", "recognisable: {tolerance: 1}", []string{`8:5: check "recognisable" has no "reason"; say why the tolerance is what it is`}},
		{"a tolerance of zero where there is no exactness", "not-the-mean: {tolerance: 0, reason: r}", []string{"8:31: a tolerance has to be positive, not 0"}},
		{"scores that may be anything", "scores: {inputs: [test], tolerance: 1, reason: r}", []string{"8:41: a tolerance of 1 allows everything: no two scores differ by more than the largest, unless some are negative"}},
		{"a mean that may be the drawing", "not-the-mean: {tolerance: 1, reason: r}", []string{"8:31: a tolerance of 1 allows everything: no cosine is larger than 1"}},
		{"accuracy of nothing, against nothing", "accuracy: {tolerance: 1, reason: r}", []string{
			`8:5: check "accuracy" has no "inputs"; name them: "inputs: [test]"`,
			`8:5: check "accuracy" has no "against"; write "against: guessing", or the name of a baseline of the subject`,
		}},
		{"accuracy against a list", "accuracy: {inputs: [test], against: [guessing], tolerance: 1, reason: r}", []string{`8:41: "against" has to be text, not a list`}},
		{"accuracy on drawings", "accuracy: {inputs: [generated], against: guessing, tolerance: 1, reason: r}", []string{`8:25: the input "generated" is for check "scores" only`}},
		{"novelty of nothing", "novelty: {tolerance: 0.1, reason: r}", []string{
			`8:5: check "novelty" has no "known"; name the input set that has to score high: "known: test"`,
			`8:5: check "novelty" has no "against"; name them: "against: [test]"`,
		}},
		{"novelty against one word", "novelty: {known: test, against: noise, tolerance: 0.1, reason: r}", []string{`8:37: "against" has to be a list, not the text "noise"`}},
		{"novelty against what is known", "novelty: {known: test, against: [noise, test], tolerance: 0.1, reason: r}", []string{`8:28: input "test" cannot score higher than itself`}},
		{"novelty of an unknown input", "novelty: {known: tests, against: [nose, noise, noise], tolerance: 0.1, reason: r}", []string{
			`8:22: unknown input "tests"; did you mean "test"?`,
			`8:39: unknown input "nose"; did you mean "noise"?`,
			`8:52: input "noise" appears twice, first on line 8`,
		}},
		{"novelty against the adversary", "novelty: {known: test, against: [adversary], tolerance: 0.1, reason: r}", []string{`8:38: the input "adversary" is for check "scores" only`}},
		{"an exponent that is too large", "novelty: {known: test, against: [noise], exponent: 11, tolerance: 0.1, reason: r}", []string{`8:56: "exponent" has to be a number from 0 to 10, not 11`}},
		{"novelty that allows everything", "novelty: {known: test, against: [noise], tolerance: 1.0, reason: r}", []string{"8:57: a tolerance of 1.0 allows everything: one minus a probability is never larger than 1"}},
		{"a misspelt kind", "recognizable: {tolerance: 1, reason: r}", []string{`8:5: unknown check "recognizable"; did you mean "recognisable"?`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseCheck(c.check)
			if diff := cmp.Diff(c.want, noted(err)); diff != "" {
				t.Errorf("ParseScenario with %q (-want +got):\n%s", c.check, diff)
			}
		})
	}
}

// noted returns the problems of a *ScenarioError, each in one line; nil when there are none.
func noted(err error) []string {
	var e *ScenarioError
	if !errors.As(err, &e) {
		return nil
	}
	var out []string
	for _, p := range e.Problems {
		text := fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Text)
		if p.Suggestion != "" {
			text += "; " + p.Suggestion
		}
		out = append(out, text)
	}
	return out
}

// TestChecksThatNeedDrawings takes the drawings away.
func TestChecksThatNeedDrawings(t *testing.T) {
	for _, c := range []struct {
		name, check string
		want        []string
	}{
		{"images", "images: {modulo: sign, exact: true}", []string{`7:5: check "images" looks at drawings, and the scenario has no "generate"; add "generate: {labels: all}"`}},
		{"recognisable", "recognisable: {tolerance: 1, reason: r}", []string{`7:5: check "recognisable" looks at drawings, and the scenario has no "generate"; add "generate: {labels: all}"`}},
		{"the mean", "not-the-mean: {tolerance: 0.5, reason: r}", []string{`7:5: check "not-the-mean" looks at drawings, and the scenario has no "generate"; add "generate: {labels: all}"`}},
		{"scores of drawings", "scores: {inputs: [test, generated], exact: true}", []string{`7:29: the input "generated" stands for drawings, and the scenario has no "generate"; add "generate: {labels: all}"`}},
		{"scores of inputs", "scores: {inputs: [test, adversary], exact: true}", nil},
		{"golden, which takes what there is", "golden: {tolerance: 1, reason: r}", nil},
		{"shift", "shift: {exact: true}", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := "version: 1\nname: x\ntitle: what is claimed\ndata: {set: mnist}\nvary: {seed: [1]}\nchecks:\n  - " + c.check + "\n"
			_, err := ParseScenario("x.yaml", []byte(src), formSubjects("form"))
			if diff := cmp.Diff(c.want, noted(err)); diff != "" {
				t.Errorf("ParseScenario with %q and no drawings (-want +got):\n%s", c.check, diff)
			}
		})
	}
}

func TestLintOfCertificates(t *testing.T) {
	const cannot = `line 8: check "certificate" cannot fail without an oracle: a proof that does not close refutes nothing`
	const undone = `line 8: no twin has to fail check "certificate": nothing shows that it can`
	for _, c := range []struct {
		name, check string
		want        []string
	}{
		{"without an oracle and without a twin", "certificate: {gap: 1e-10, oracle: false}", []string{"no twin: nothing shows that this scenario can fail", cannot}},
		{"without an oracle", "certificate: {gap: 1e-10, oracle: false}\n  - tuple: {exact: true}\ntwin: {rank: 3}", []string{cannot}},
		{"another has the oracle", "certificate: {gap: 1e-10, oracle: false}\n  - certificate: {name: both, gap: 1e-10}\ntwin: {rank: 3, fails: [certificate]}", nil},
		{"no twin for the oracle", "certificate: {gap: 1e-10}\n  - tuple: {exact: true}\ntwin: {rank: 3}", []string{undone}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := parseCheck(c.check)
			if err != nil {
				t.Fatal(err)
			}
			got := slices.DeleteFunc(s.Lint(), func(w string) bool {
				return w == "no converged check: nothing says how many trials may stop early" || w == "drawings are made and no check looks at them"
			})
			if !slices.Equal(got, c.want) {
				t.Errorf("Lint with %q = %q, want %q", c.check, got, c.want)
			}
		})
	}
}

func TestLintOfLaxChecks(t *testing.T) {
	for _, c := range []struct{ name, check, want string }{
		{"a judge that may be wrong", "recognisable: {tolerance: 1.5, reason: r}", `line 8: check "recognisable" allows 1.5, so that a judge may take a drawing for another label`},
		{"a judge that is right", "recognisable: {tolerance: 1, reason: r}", ""},
		{"a baseline that may be better", "accuracy: {name: mean, inputs: [test], against: nearest mean, tolerance: 1.1, reason: r}", `line 8: check "accuracy-mean" allows 1.1, so that nearest mean may be right more often`},
		{"the toss of a coin", "novelty: {known: test, against: [noise], tolerance: 0.5, reason: r}", `line 8: check "novelty" allows 0.5, so that a toss of a coin passes`},
		{"two basins that look alike", "images: {modulo: sign, within: basin, tolerance: 0.2, reason: r}", `line 8: check "images-within-basin" allows 0.2, a large part of the norm 1 of an outcome`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := parseCheck(c.check)
			if err != nil {
				t.Fatal(err)
			}
			lint := strings.Join(s.Lint(), "\n")
			if c.want == "" && strings.Contains(lint, "allows") || !strings.Contains(lint, c.want) {
				t.Errorf("Lint with %q = %q, want %q among it", c.check, lint, c.want)
			}
		})
	}
}
