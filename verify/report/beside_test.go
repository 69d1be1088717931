package report

import (
	"math"
	"strings"
	"testing"

	"example.org/concord/verify"
)

func TestHTMLShowsTheCensus(t *testing.T) {
	got := section(t, html(t, little()), "p1-digits")
	says(t, got, []string{
		"Why one label can have several drawings", "at most 0.0163 apart in all, and at most 4.4×10⁻⁹ within a basin",
		"To see which patterns have a top of their own, 32 drawings began in a basin on purpose: 30 of the 31 that converged ended with the pattern they began with. Where none stayed",
		`<th scope="col" class="n pattern">+−+</th>`, `<td class="n"><span aria-hidden="true">✓</span> 4 of 4</td>`,
		`<td class="n left">2 of 3<br><span class="doc"><b>1</b> to <span class="pattern">+++</span></span><br><span class="doc"><b>1</b> open</span></td>`,
		`<td class="n">30 of 31</td>`,
	}, nil)
}

func TestCensusView(t *testing.T) {
	nan := verify.Number(math.NaN())
	drawings := []verify.LabelDrawings{
		{Label: "a", MaxWithin: nan, MaxAll: nan, Census: []verify.Begun{{Pattern: "+", Count: 2, Converged: 2, Stayed: 2, Ended: []string{"+"}}}},
		{Label: "b", MaxWithin: 1e-9, MaxAll: 0.5, Census: []verify.Begun{{Pattern: "−", Count: 2, Converged: 1, Ended: []string{"", "+"}}, {Pattern: "+"}}},
		{Label: "c", MaxWithin: 1, MaxAll: 1},
	}
	v := newCensusView(drawings)
	if len(v.Rows) != 2 || len(v.Patterns) != 2 || v.Begun != 4 || v.Converged != 3 || v.Stayed != 2 || v.All != 0.5 || v.Within != 1e-9 {
		t.Fatalf("newCensusView = %+v, want two labels and two patterns, 2 of 3 of 4 stayed", v)
	}
	if v.Rows[0].Cells[1] != nil {
		t.Error("label a has a cell for a pattern that none began with")
	}
	if c := v.Rows[1].Cells[1]; c.Elsewhere != 1 || c.Open != 1 || c.Where != ", +" || c.All {
		t.Errorf("label b, pattern −: %+v, want 1 elsewhere and 1 open", c)
	}
	if v.Rows[1].Cells[0].All {
		t.Error("of no drawings all stayed")
	}
	if newCensusView(drawings[2:]) != nil {
		t.Error("a census of labels that began nowhere on purpose")
	}
}

func TestHTMLShowsWhatIsBesideADrawing(t *testing.T) {
	r := little()
	d := &r.Problems[0].Drawings[0]
	other := *d.Instances[0].Nearest
	other.Label, other.Index = "8", 4
	d.Instances[1].Nearest = &other
	d.Instances[1].Opinions[0] = verify.Opinion{Label: "8", Doubt: 1.25}
	d.Mean.Border = verify.Number(math.NaN())
	r.Problems[0].Checks[6].Verdict, r.Problems[0].Checks[6].Value = verify.Fail, 1.25
	r.Problems[0].Verdict, r.Verdict = verify.Fail, verify.Fail
	says(t, section(t, html(t, r), "p1-digits"), []string{
		`alt="mean training image of 3"`, `alt="drawing of 3 without its part along the mean"`, `alt="training image 17 of 3, the nearest to instance 0"`,
		"nearest to instance 0: <b>3</b>, no. 17, distance 0.83", "nearest to instance 1: <b>8</b>, another label, no. 4",
		"<dt>correlation with the mean</dt><dd>0.6", "<dd>no such pixels</dd>", "negative part, of 1</dt><dd>0.31<",
		`<dt>nearest neighbours</dt><dd>instance 0: <span aria-hidden="true">✓</span> <b>3</b>, doubt 0.41; instance 1: <b><span aria-hidden="true">✗</span> wrong,</b> <b>8</b>, doubt 1.25</dd>`,
		`<td class="n">1 of 2</td><td class="n">1.25 <span class="doc">(3)</span></td>`, "94.9 % to 95.7 %, n = 10000",
	}, []string{"NaN"})
}

// What is the same for both drawings of a label is there once.
func TestHTMLSaysTheSameOnce(t *testing.T) {
	r := little()
	for i := range r.Problems[0].Drawings[0].Instances {
		r.Problems[0].Drawings[0].Instances[i].Opinions[1].Doubt = 0.8
	}
	got := section(t, html(t, r), "p1-digits")
	says(t, got, []string{"nearest to both: <b>3</b>", `<dt>network</dt><dd>both: <span aria-hidden="true">✓</span> <b>3</b>, doubt 0.8</dd>`}, nil)
	if n := strings.Count(got, "the nearest to"); n != 1 {
		t.Errorf("the nearest training image is there %d times, want once", n)
	}
}

func TestJudgeViewsKeepWhatWasNotMeasured(t *testing.T) {
	nan := verify.Number(math.NaN())
	p := &verify.ProblemResult{Judges: []verify.JudgeInfo{{Name: "a"}}, Drawings: []verify.LabelDrawings{
		{Label: "x", Instances: []verify.DrawnImage{{Opinions: []verify.Opinion{{Label: "x", Doubt: 0.5}}}, {}}},
		{Label: "y", Instances: []verify.DrawnImage{{Opinions: []verify.Opinion{{Label: "", Doubt: nan}}}}},
		{Label: "z", Instances: []verify.DrawnImage{{Opinions: []verify.Opinion{{Label: "z", Doubt: 0.9}}}}},
	}}
	if v := newJudgeViews(p)[0]; v.Of != 3 || v.Right != 2 || !math.IsNaN(float64(v.Doubt)) || v.Doubted != "y" {
		t.Errorf("newJudgeViews = %+v, want 2 of 3 right, and no number for the largest doubt", v)
	}
}

func TestHTMLNamesAnotherSubject(t *testing.T) {
	got := section(t, html(t, fixture(t)), "controls-title")
	if n := strings.Count(got, "Another subject: <b>perceptron</b>. Broken: <code>hidden=32</code>"); n != 1 {
		t.Errorf("another subject is named %d times among two controls, want once", n)
	}
	if n := strings.Count(got, "How far apart its networks are"); n != 2 {
		t.Errorf("%d heat maps for two controls", n)
	}
}

func TestHTMLShowsTheDataOfAProblem(t *testing.T) {
	says(t, html(t, little()), []string{"<p>Data: <code>count=100 set=mnist split=train</code></p>", "<p>Settings: <code>rank=20</code></p>"}, nil)
}
