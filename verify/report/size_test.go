package report

import (
	"math/rand/v2"
	"testing"

	"example.org/concord/verify"
)

// TestHTMLSizeOfManyTrials: a page of 2,000 trials is no ten times that of 200, because curves become bands, maps have
// a limit of pixels and marks, and all drawings are there all the same.
func TestHTMLSizeOfManyTrials(t *testing.T) {
	const budget = 10 << 20
	p := fixtureProblem(rand.New(rand.NewPCG(6, 7)), 20, 334, true)
	if n := len(p.Trials); n < 2000 {
		t.Fatalf("%d trials, want at least 2000", n)
	}
	r := &verify.Result{
		SchemaVersion: verify.SchemaVersion, Verdict: verify.Pass, Sentence: "All agree.",
		Scenario: verify.ScenarioInfo{Name: "many", SHA256: sha256Of("")}, Problems: []verify.ProblemResult{p},
	}
	page := html(t, r)
	if n := len(page); n > budget {
		t.Errorf("a page of %d trials has %d bytes, more than %d", len(p.Trials), n, budget)
	}
	if got := len(matches(page, `(<polygon class="band )`)); got != 2*2*6 {
		t.Errorf("%d bands, want two for each of six groups in two plots", got)
	}
	if got := len(matches(page, `(<path class="mark )`)) - 6; got > mapMost || got < mapMost-10 {
		t.Errorf("%d marks on the map, want about %d", got, mapMost)
	}
	// What a browser has to build before it shows anything: a row of a training run and little else.
	const elements = 18
	if n := len(matches(page, `(<[a-z])`)); n > elements*len(p.Trials)+10000 {
		t.Errorf("a page of %d trials has %d elements, more than %d for each and 10000", len(p.Trials), n, elements)
	}
	t.Logf("%d trials: %d bytes", len(p.Trials), len(page))
}
