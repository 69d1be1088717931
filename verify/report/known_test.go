package report

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.org/concord/verify"
)

// section returns the text of the section of a page with a title of the given id, without its pictures.
func section(t *testing.T, page, id string) string {
	t.Helper()
	got := strings.Join(matches(page, `(?s)<section[^>]*>\s*(<h[23] id="`+id+`".*?)</section>`), "")
	if got == "" {
		t.Fatalf("the page has no section %s", id)
	}
	return regexp.MustCompile(`"data:[^"]*"`).ReplaceAllString(strings.ReplaceAll(got, "&#43;", "+"), `""`)
}

// says reports what of want a text does not say, and what of no it does.
func says(t *testing.T, got string, want, no []string) {
	t.Helper()
	for _, words := range want {
		if !strings.Contains(got, words) {
			t.Errorf("it does not say %q:\n%s", words, got)
		}
	}
	for _, words := range no {
		if strings.Contains(got, words) {
			t.Errorf("it says %q:\n%s", words, got)
		}
	}
}

func TestHTMLShowsTheConfusion(t *testing.T) {
	says(t, section(t, html(t, fixture(t)), "p1-named"), []string{
		"test: 687 of 1000 named right by <code>seed=1 start=uniform ascent=gradient</code>", "The commonest mistakes: 7 for 2 (35 times), 2 for 7 (27 times), 8 for 5 (24 times).",
		`<th scope="row">2</th><td class="n s0">0</td><td class="n s0">0</td><td class="n s5 right"><b>60</b></td>`,
		`<td class="n s5">35</td><td class="n s0">0</td><td class="n s0">0</td><td class="n">5</td><td class="n">100</td><td class="n">60 %</td>`,
		`<th scope="col" class="n">none</th>`,
	}, []string{"NaN"})
}

func TestConfusionView(t *testing.T) {
	c := &verify.Confusion{Inputs: "test", Cell: "a", Labels: []string{"x", "y"}, Counts: [][]int{{3, 0}, {0, 0}}, None: []int{0, 0}}
	v := newConfusionView(c, []verify.TrialResult{{Cell: "b", Label: "seed=2"}, {Cell: "a", Label: "seed=1"}})
	if v.Right != 3 || v.Total != 3 || v.Silent || v.Common != "" || v.Network != "seed=1" {
		t.Errorf("newConfusionView = %+v, want 3 of 3 by seed=1, and no mistake", v)
	}
	if !math.IsNaN(float64(v.Rows[1].Share)) {
		t.Errorf("of a label without inputs %v are right, want no number", v.Rows[1].Share)
	}
}

func TestShade(t *testing.T) {
	for _, c := range []struct{ n, total, want int }{{0, 1000, 0}, {0, 0, 0}, {1, 1000, 1}, {10, 1000, 1}, {11, 1000, 2}, {31, 1000, 3}, {101, 1000, 4}, {301, 1000, 5}, {1000, 1000, 5}} {
		if got := shade(c.n, c.total); got != c.want {
			t.Errorf("shade(%d, %d) = %d, want %d", c.n, c.total, got, c.want)
		}
	}
}

func TestHTMLShowsNovelty(t *testing.T) {
	r := fixture(t)
	kinds := r.Problems[0].Novelty[0].Kinds
	kinds[0].AUC = verify.Number(math.NaN()) // noise
	kinds[0].Low, kinds[0].High, kinds[0].ROC = kinds[0].AUC, kinds[0].AUC, nil
	r.Problems[0].Checks[10].Value = verify.Number(math.NaN())
	r.Problems[0].Checks[10].Verdict, r.Problems[0].Verdict, r.Verdict = verify.Inconclusive, verify.Inconclusive, verify.Inconclusive
	got := section(t, html(t, r), "p1-novelty")
	says(t, got, []string{
		"norm to the power 2: 0 of 4 kinds told from test", "norm to the power 3: 2 of 2 kinds told from test", "1000 inputs of test against other kinds",
		`<th scope="row">noise</th><td class="n">300</td><td class="n">not measured</td>`, "no interval", "no curve",
		"does not tell: worse than a coin, blank scores higher than test", "<b>blank</b>: AUC 0.0", "<b>does not tell</b>", "tells them apart",
		`aria-label="histograms of the largest score: test upwards, fullest bin `, `<path class="known" d="M14 74`, `<polyline class="roc" points="290,128 `,
	}, []string{"NaN", "<style", ", logarithmic</text>"})
	if n := strings.Count(got, "<figure>"); n != 6 {
		t.Errorf("%d drawings, want one for each of 4 and 2 kinds", n)
	}
}

// Viewers that drop the style sheet still show histograms and curves.
func TestNoveltyIsDrawnWithoutAStyleSheet(t *testing.T) {
	got := section(t, html(t, fixture(t)), "p1-novelty") + section(t, html(t, fixture(t)), "doses-title")
	for _, mark := range matches(got, `<((?:path|polyline|line|circle|rect)[^>]*)>`) {
		bare := strings.HasPrefix(mark, `rect class="beyond"`) || strings.Contains(mark, " fill=") || strings.Contains(mark, " stroke=")
		if !bare {
			t.Errorf("<%s> has no colour but that of the style sheet", mark)
		}
	}
}

func TestToldApart(t *testing.T) {
	n := &verify.Novelty{Known: "test"}
	for _, c := range []struct {
		auc  float64
		want string
		told bool
	}{
		{1, "tells them apart", true},
		{0.95, "tells them apart", true},
		{0.9499, "does not tell", false},
		{0.5, "does not tell", false},
		{0.4999, "does not tell: worse than a coin, noise scores higher than test", false},
		{math.NaN(), "not measured", false},
	} {
		if words, told := toldApart(n, &verify.NoveltyKind{Name: "noise", AUC: verify.Number(c.auc)}); words != c.want || told != c.told {
			t.Errorf("toldApart(%v) = %q, %v, want %q, %v", c.auc, words, told, c.want, c.told)
		}
	}
}

func TestOutline(t *testing.T) {
	path, fullest := outline([]int{0, 3, 3, 1}, -48)
	if want := "M14 74H72V26H188V58H246V74Z"; path != want || fullest != "42.9 %" {
		t.Errorf("outline = %q, %q, want %q, 42.9 %%", path, fullest, want)
	}
	if path, fullest := outline([]int{0, 0}, 48); path != "" || fullest != "of no inputs" {
		t.Errorf("outline of nothing = %q, %q", path, fullest)
	}
}

func TestHistogramTicks(t *testing.T) {
	even := func(low, high float64, log bool) []verify.Number {
		var edges []verify.Number
		for i := range 41 {
			x := low + (high-low)*float64(i)/40
			if log {
				x = low * math.Pow(high/low, float64(i)/40)
			}
			edges = append(edges, verify.Number(x))
		}
		return edges
	}
	for _, c := range []struct {
		name  string
		edges []verify.Number
		log   bool
		want  []float64
	}{
		{"linear", even(-4, 4, false), false, []float64{-4, -2, 0, 2, 4}},
		{"linear and positive", even(1, 9, false), false, []float64{2, 4, 6, 8}},
		{"a decade and a half", even(0.1, 4, true), true, []float64{0.1, 0.2, 0.5, 1, 2}},
		{"four decades", even(2e-4, 2, true), true, []float64{1e-3, 1e-2, 0.1, 1}},
		{"half a decade", even(1, 3, true), true, []float64{1, 1.5, 2, 2.5, 3}},
		{"two edges", []verify.Number{0, 2}, false, []float64{0, 0.5, 1, 1.5, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := geometric(c.edges); got != c.log {
				t.Errorf("geometric = %v, want %v", got, c.log)
			}
			got := histTicks(c.edges)
			if diff := cmp.Diff(c.want, got, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9*(1+math.Abs(b)) })); diff != "" {
				t.Errorf("histTicks (-want +got):\n%s", diff)
			}
			last := -1.0
			for _, v := range got {
				at := place(c.edges, v)
				if !(at > last && at <= float64(len(c.edges)-1)+1e-9) {
					t.Errorf("place(%v) = %v, want a bin after %v", v, at, last)
				}
				last = at
			}
		})
	}
}

func TestMeasureGroups(t *testing.T) {
	metrics := []verify.Metric{{Name: "accuracy/test/guessing"}, {Name: "accuracy/test"}, {Name: "accuracy/test/nearest mean"}, {Name: "labels kept/by/shift"}}
	var got []string
	for _, g := range newMeasureGroups(metrics) {
		got = append(got, g.Name)
		for _, m := range g.List {
			got = append(got, "- "+m.Name)
		}
	}
	want := []string{"the networks", "- accuracy/test", "- labels kept/by/shift", "simple methods beside them", "- accuracy/test/guessing", "- accuracy/test/nearest mean"}
	if !slices.Equal(got, want) {
		t.Errorf("newMeasureGroups = %q, want %q", got, want)
	}
	page := section(t, html(t, fixture(t)), "measured-title")
	a, b := strings.Index(page, ">accuracy/test<"), strings.Index(page, ">accuracy/test/nearest mean<")
	if a < 0 || b < a || !strings.Contains(page[a:b], "simple methods beside them") {
		t.Error("the page does not set simple methods apart, after the networks")
	}
}

func TestTextSaysWhatNetworksKnow(t *testing.T) {
	got := strings.Join(strings.Fields(text80(t, little(), 0, false)), " ")
	says(t, got, []string{
		"test: 687 of 1000 named right; commonest mistakes: 7 for 2 (35 times)", "test against blank, exponent 2: AUC 0.0", "n = 300), does not tell: worse than a coin",
		"test against noise, exponent 3: AUC 0.9", "judge nearest neighbours: names 2 of 2 drawings that are shown right, largest doubt 0.41, at label 3",
		"largest correlation of a drawing that is shown with its mean training image: 0.", "doses softer and softer (softness): At softness 1",
		"softness=0.5: 2 of 7 starts disagreed, 1 left open, largest distance 0.55",
	}, []string{"NaN"})
}

func TestHTMLWithoutWhatNetworksKnow(t *testing.T) {
	says(t, html(t, small()), nil, []string{`id="p1-named"`, `id="p1-novelty"`, `id="doses"`, "Judges", "Why one label", "#doses", "Mistakes"})
}
