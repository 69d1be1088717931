package report

import (
	"slices"
	"strings"
	"testing"

	"example.org/concord/verify"
)

// row returns the rows of the table of claims for the check of a title, as the page has them.
func row(t *testing.T, page, title string) string {
	t.Helper()
	table := strings.Join(matches(page, `(?s)<table class="claims">(.*?)</table>`), "")
	for _, body := range matches(table, `(?s)<tbody>(.*?)</tbody>`) {
		if strings.Contains(body, title) {
			return body
		}
	}
	t.Fatalf("the table of claims has no row %q:\n%s", title, table)
	return ""
}

func TestClaimsTable(t *testing.T) {
	page := html(t, fixture(t))
	for _, c := range []struct {
		name, title string
		want, no    []string
	}{
		{"shown by two controls and by doses", "Every start leads to the same network", []string{
			`<a href="#p1-c1">`, "PASS", ">3.2×10⁻⁷<", ">10⁻⁵<", "3.2 % of the tolerance",
			`</span> <a href="#t1">signed starts</a> <span class="doc">83` + "\u202f" + `000 times</span>`,
			`</span> <a href="#t2">a network with backpropagation</a>`, `</span> <a href="#d1">softer and softer</a> <span class="doc">7 of 8 starts at 1</span>`,
		}, []string{"no control", "not by", "hold"}},
		{"shown by one control", "Two trained networks give the same scores", []string{`<a href="#t2">`}, []string{`<a href="#t1">`, `<a href="#d1">`}},
		{"shown by none", "Drawings of a digit are the same to the eye", []string{"no control"}, []string{`href="#t`, `href="#d`}},
		{"exact", "The outcome is the one on file", []string{">exact<", "no deviation at all", "no control"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := row(t, page, c.title)
			for _, words := range c.want {
				if !strings.Contains(got, words) {
					t.Errorf("the row does not say %q:\n%s", words, got)
				}
			}
			for _, words := range c.no {
				if strings.Contains(got, words) {
					t.Errorf("the row says %q:\n%s", words, got)
				}
			}
		})
	}
}

func TestClaimsTableStandsFirst(t *testing.T) {
	for name, page := range pages(t) {
		if _, after, _ := strings.Cut(page, "<section "); !strings.HasPrefix(after, `id="claims"`) {
			t.Errorf("%s: the first section is not that of the claims", name)
		}
	}
}

// A claim that is refuted is said with what was found, and where.
func TestClaimsTableOfManyProblems(t *testing.T) {
	r := many(4)
	r.Problems[1].Checks[1].Verdict, r.Problems[1].Verdict = verify.Inconclusive, verify.Inconclusive
	r.Problems[1].Checks[1].Sentence = "Nothing could be said."
	r.Problems[2].Checks[1].Value, r.Problems[2].Checks[1].Margin = 9e-6, 0.9
	r.Problems[0].Checks[2].Value, r.Problems[0].Checks[2].Margin = 0.0199, 0.995
	page := html(t, r)
	for _, c := range []struct {
		name, title string
		want        []string
	}{
		{"refuted in one", "Every start leads to the same network", []string{
			"</span> FAIL</span>", "3 of 4 hold", `worst</span> <a href="#p4-c1">rank=4</a>`, ">0.5<", `<tr class="found"><td colspan="7">`,
			`<a href="#p4-c1">rank=4</a>: Over 18 145 pairs of converged runs`,
		}},
		{"undecided in one, which is worse than little room in another", "Two trained networks give the same scores", []string{
			"</span> INCONCLUSIVE</span>", "3 of 4 hold", `worst</span> <a href="#p2-c2">rank=2</a>`, "Nothing could be said.",
		}},
		{"holds in all", "Drawings of a digit are the same to the eye", []string{
			"</span> PASS</span>", "4 of 4 hold", `closest</span> <a href="#p1-c3">rank=1</a>`, ">0.0199<",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := row(t, page, c.title)
			for _, words := range c.want {
				if !strings.Contains(got, words) {
					t.Errorf("the row does not say %q:\n%s", words, got)
				}
			}
		})
	}
	if strings.Contains(row(t, page, "Drawings of a digit"), `class="found"`) {
		t.Error("a claim that holds everywhere has findings")
	}
}

func TestClaimsTableQuotesFewFindings(t *testing.T) {
	r := many(6)
	for i := range r.Problems[:5] {
		p := &r.Problems[i]
		p.Checks[0].Verdict, p.Verdict = verify.Inconclusive, verify.Inconclusive
	}
	got := row(t, html(t, r), "Every start leads to the same network")
	if n := strings.Count(got, "pairs of converged runs"); n != mostFindings || !strings.Contains(got, "and 5 problems more") {
		t.Errorf("%d findings of 6 are quoted, want %d and how many more:\n%s", n, mostFindings, got)
	}
	if !strings.Contains(got, `<a href="#p6-c1">rank=6</a>: Over`) {
		t.Errorf("the refutation is not among the findings that are quoted:\n%s", got)
	}
}

func TestClaimsTableSaysThatAControlDidNotFail(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*verify.Result)
		want string
	}{
		{"it passed", func(r *verify.Result) { r.Twins[0].Problem = r.Problems[0] }, "came to PASS, not to FAIL"},
		{"it has no such check", func(r *verify.Result) { r.Twins[0].Problem.Checks[0].Kind = "scores" }, "has no such check"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := controlled()
			r.Problems[0].Checks[0].Title = "All is one"
			c.edit(r)
			r.Twins[0].Verdict, r.Verdict = verify.Vacuous, verify.Vacuous
			got := row(t, html(t, r), "All is one")
			for _, words := range []string{"not by</b>", `<a href="#t1">broken</a>`, c.want} {
				if !strings.Contains(got, words) {
					t.Errorf("the row does not say %q:\n%s", words, got)
				}
			}
		})
	}
}

func TestClaimRowsTellChecksOfOneIDApart(t *testing.T) {
	p := small().Problems[0]
	p.Checks = append(p.Checks, p.Checks[0], p.Checks[0])
	v, err := newProblemView("p1", &p, true, pageSettings{Curves: 1})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range newClaimRows([]*problemView{v, v}, nil, nil) {
		if r.Of != 2 {
			t.Errorf("a claim of two problems counts %d", r.Of)
		}
		got = append(got, r.Anchor)
	}
	if want := []string{"p1-c1", "p1-c2", "p1-c3"}; !slices.Equal(got, want) {
		t.Errorf("newClaimRows = %v, want %v", got, want)
	}
}

func TestTextNamesWhatNoControlShows(t *testing.T) {
	got := strings.Join(strings.Fields(text80(t, little(), 0, false)), " ")
	want := "No control shows that these checks can fail: scores, images, images-within-basin, golden, certificate, recognisable, not-the-mean, shift, accuracy, novelty, novelty-norm."
	if !strings.Contains(got, want) {
		t.Errorf("the summary does not say %q:\n%s", want, got)
	}
}

func TestParagraphs(t *testing.T) {
	r := small()
	r.Scenario.About = "First,\nstill first.\n\nSecond.\n"
	page := html(t, r)
	for _, want := range []string{"<p>First,\nstill first.</p>", "<p>Second.</p>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %q", want)
		}
	}
}
