package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	htmlparser "golang.org/x/net/html"

	"example.org/concord/verify"
)

// parsed returns the root of a page.
func parsed(t testing.TB, page string) *htmlparser.Node {
	t.Helper()
	doc, err := htmlparser.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// attribute returns the value of an attribute, "" where it is not there.
func attribute(n *htmlparser.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// every returns the elements below n that fit, in their order.
func every(n *htmlparser.Node, fits func(*htmlparser.Node) bool) []*htmlparser.Node {
	var all []*htmlparser.Node
	for d := range n.Descendants() {
		if d.Type == htmlparser.ElementNode && fits(d) {
			all = append(all, d)
		}
	}
	return all
}

// byID returns the element of an id.
func byID(t testing.TB, n *htmlparser.Node, id string) *htmlparser.Node {
	t.Helper()
	all := every(n, func(e *htmlparser.Node) bool { return attribute(e, "id") == id })
	if len(all) != 1 {
		t.Fatalf("%d elements have the id %q, want 1", len(all), id)
	}
	return all[0]
}

// wordsOf returns the text below n, with single spaces.
func wordsOf(n *htmlparser.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == htmlparser.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// linksIn returns where the links below n lead.
func linksIn(n *htmlparser.Node) []string {
	var all []string
	for _, a := range every(n, func(e *htmlparser.Node) bool { return e.Data == "a" }) {
		all = append(all, attribute(a, "href"))
	}
	return all
}

// repeatable returns a tree with runs that their commands name as the program does, and a check that rests on two.
func repeatable(t testing.TB) *verify.Result {
	t.Helper()
	r := little()
	p := &r.Problems[0]
	p.Symmetry = "gauge × {±1}^10 × R₊² (what counts is the product BA)"
	for i := range p.Trials {
		p.Trials[i].Reproduce = "verify run little --cell " + p.Trials[i].Cell[:16]
	}
	p.Checks[0].Evidence = []verify.Evidence{{Text: "farthest apart", Value: 3.2e-7, Cells: []string{p.Trials[1].Cell, p.Trials[2].Cell}}}
	return r
}

func TestEveryClaimSaysHowItWasComputed(t *testing.T) {
	r := repeatable(t)
	p := &r.Problems[0]
	doc := parsed(t, html(t, r))
	for i := range p.Checks {
		how := byID(t, doc, fmt.Sprintf("p1-c%d-how", i+1))
		if how.Data != "details" || len(every(how, func(e *htmlparser.Node) bool { return e.Data == "math" })) == 0 {
			t.Errorf("%s: no formula", p.Checks[i].ID)
		}
		for _, to := range []string{"#p1-data", "#p1-trials"} {
			if !slices.Contains(linksIn(how), to) {
				t.Errorf("%s: no link to %s", p.Checks[i].ID, to)
			}
		}
		if want := "verify run little --only " + p.Checks[i].Kind; !strings.Contains(wordsOf(how), want) {
			t.Errorf("%s: no command %q in %q", p.Checks[i].ID, want, wordsOf(how))
		}
	}
	how := byID(t, doc, "p1-c1-how")
	a, b := p.Trials[1].Cell[:16], p.Trials[2].Cell[:16]
	for _, want := range []string{
		"verify run little --cell " + a, "verify run little --cell " + b, "verify explain . " + a + " " + b, "products K = BA",
		"3.2×10⁻⁷", fmt.Sprintf("%d, of which %d converged", len(p.Trials), convergedTrials(p.Trials)), "pairs compared 15",
	} {
		if !strings.Contains(wordsOf(how), want) {
			t.Errorf("how the distance was computed does not say %q: %q", want, wordsOf(how))
		}
	}
	if got := linksIn(how); !slices.Contains(got, "#p1-cell-"+a) || !slices.Contains(got, "#p1-cell-"+b) {
		t.Errorf("links %v, want the rows of the two runs", got)
	}
	// The numbers lead there.
	row := every(byID(t, doc, "claims"), func(e *htmlparser.Node) bool { return e.Data == "a" && attribute(e, "href") == "#p1-c1-how" })
	if len(row) != 1 || wordsOf(row[0]) != "3.2×10⁻⁷" {
		t.Errorf("%d links from the table of claims to how it was computed", len(row))
	}
}

// Each kind of check has words and a formula of its own.
func TestHowKindsAreComputed(t *testing.T) {
	said := map[string]string{}
	for _, kind := range []string{
		"converged", "tuple", "scores", "images", "recognisable", "not-the-mean", "shift", "accuracy", "novelty", "certificate", "golden", "another",
	} {
		r := small()
		p := &r.Problems[0]
		p.Checks = append([]verify.CheckResult{p.Checks[0]}, p.Checks...)
		p.Checks[0].Kind, p.Checks[0].Verdict = kind, verify.Inconclusive
		p.Checks[0].Value, p.Checks[0].Margin = verify.Number(math.NaN()), verify.Number(math.NaN())
		p.Verdict, r.Verdict = verify.Inconclusive, verify.Inconclusive
		how := byID(t, parsed(t, html(t, r)), "p1-c1-how")
		formulas := every(how, func(e *htmlparser.Node) bool { return e.Data == "math" })
		if len(formulas) == 0 {
			t.Fatalf("%s has no formula", kind)
		}
		formula, _, _ := strings.Cut(wordsOf(how), "training runs")
		if other, twice := said[formula]; twice {
			t.Errorf("%s is computed in the words of %s: %q", kind, other, formula)
		}
		said[formula] = kind
	}
}

func TestDistanceOfSymmetry(t *testing.T) {
	for _, c := range []struct {
		words string
		want  distanceKind
	}{
		{"gauge × {±1}^10 × R₊² (what counts is the product BA)", products},
		{"2^h · h! permutations and signs of hidden units", hiddenUnits},
		{"{±1} × R₊", signs},
		{"{1}", entries},
		{"rotations", unknown},
		{"", unknown},
	} {
		if got := distanceOfSymmetry(c.words); got != c.want {
			t.Errorf("distanceOfSymmetry(%q) = %q, want %q", c.words, got, c.want)
		}
	}
}

func TestCommandsAddNoSecondOnly(t *testing.T) {
	c := &verify.CheckResult{Kind: "tuple"}
	got := commands(&verify.ProblemResult{}, c, nil, "verify run smoke --only tuple,scores")
	if len(got) != 1 || got[0].Text != "verify run smoke --only tuple,scores" {
		t.Errorf("commands = %v, want the command as it was", got)
	}
	if got := commands(&verify.ProblemResult{}, c, nil, ""); got != nil {
		t.Errorf("without a command on record: %v, want none", got)
	}
}

// What repeats a check does not name a folder of the machine that it ran on.
func TestCommandsLeaveTheFolderOut(t *testing.T) {
	for _, c := range []struct{ run, want string }{
		{"verify run smoke --out reports/a --seeds 3", "verify run smoke --seeds 3"},
		{"verify run smoke --out=/tmp/a", "verify run smoke"},
		{"verify run smoke -out a", "verify run smoke"},
		{`verify run smoke --out '/tmp/it'\''s here' --jobs 2`, "verify run smoke --jobs 2"},
		{"verify run --out a smoke", "verify run smoke"},
		{"verify run smoke --outcome a", "verify run smoke --outcome a"},
		{"verify run smoke", "verify run smoke"},
	} {
		got := commands(&verify.ProblemResult{}, &verify.CheckResult{Kind: "tuple"}, nil, c.run)
		if len(got) != 1 || got[0].Text != c.want+" --only tuple" {
			t.Errorf("of %q: %v, want %q --only tuple", c.run, got, c.want)
		}
	}
}

func TestTableOfTrainingRuns(t *testing.T) {
	r := repeatable(t)
	trials := r.Problems[0].Trials
	page := html(t, r)
	doc := parsed(t, page)
	table := byID(t, doc, "p1-trials")
	body := every(table, func(e *htmlparser.Node) bool { return e.Data == "tbody" })
	rows := every(body[0], func(e *htmlparser.Node) bool { return e.Data == "tr" })
	if len(rows) != len(trials) {
		t.Fatalf("%d rows of %d runs", len(rows), len(trials))
	}
	for i, row := range rows {
		if want := "p1-cell-" + trials[i].Cell[:16]; attribute(row, "id") != want {
			t.Errorf("row %d has the id %q, want %q", i, attribute(row, "id"), want)
		}
		if n := strings.Count(wordsOf(row), "verify run"); n != 0 {
			t.Errorf("row %d repeats the command", i)
		}
		for _, want := range []string{fmt.Sprint(trials[i].Seed), trials[i].Cell[:16], trials[i].Status.String(), precise(trials[i].Fitness), number(trials[i].GradNorm)} {
			if !strings.Contains(wordsOf(row), want) {
				t.Errorf("row %d does not say %q: %q", i, want, wordsOf(row))
			}
		}
	}
	if got := wordsOf(table); strings.Count(got, "verify run little --cell CELL") != 1 {
		t.Errorf("the command is there %d times, want once for all: %q", strings.Count(got, "--cell CELL"), got)
	}
	// Where one has a command of another form, it is written out.
	r.Problems[0].Trials[3].Reproduce = "verify run another --cell " + trials[3].Cell[:12]
	table = byID(t, parsed(t, html(t, r)), "p1-trials")
	if got := wordsOf(table); !strings.Contains(got, r.Problems[0].Trials[3].Reproduce) || strings.Count(got, "verify run another") != 1 {
		t.Errorf("a command of another form is not written out: %q", got)
	}
}

func TestIDsOfRows(t *testing.T) {
	a, b := strings.Repeat("a", 64), strings.Repeat("b", 64)
	trial := func(cell string) verify.TrialResult { return verify.TrialResult{Cell: cell} }
	got := rowIDs("p1", []verify.TrialResult{trial(a), trial(b), trial(b[:20] + "c"), trial(`"><b>`), trial(""), trial("A0")})
	want := []string{"p1-cell-aaaaaaaaaaaaaaaa", "p1-no-2", "p1-no-3", "p1-no-4", "p1-no-5", "p1-no-6"}
	if !slices.Equal(got, want) {
		t.Errorf("rowIDs = %v, want %v", got, want)
	}
}

func TestPartsOfLabel(t *testing.T) {
	for _, c := range []struct{ label, start, wantStart, wantMethod string }{
		{"seed=7 start=uniform ascent=lbfgs", "seed=7 start=uniform", "uniform", "lbfgs"},
		{"seed=7 start=uniform", "seed=7 start=uniform", "uniform", ""},
		{"seed=7 ascent=lbfgs", "seed=7", "", "lbfgs"},
		{"seed=7 planted=3 start=x rate=1", "seed=7 planted=3 start=x", "planted=3 start=x", "rate=1"},
		{"seed=71", "seed=71", "seed=71", ""}, // of another seed than the run says
		{"other", "seed=7", "seed=7", "other"},
		{"", "", "", ""},
	} {
		s, m := partsOfLabel(&verify.TrialResult{Label: c.label, Start: c.start, Seed: 7})
		if s != c.wantStart || m != c.wantMethod {
			t.Errorf("partsOfLabel(%q) = %q, %q, want %q, %q", c.label, s, m, c.wantStart, c.wantMethod)
		}
	}
}

// crowd returns a tree of n training runs without curves and distances.
func crowd(n int) *verify.Result {
	r := small()
	p := &r.Problems[0]
	rng := rand.New(rand.NewPCG(7, 8))
	p.Trials, p.Basins, p.Distances, p.Drawings = nil, []verify.Basin{{Size: n, Nearest: verify.Number(math.NaN())}}, nil, nil
	for i := range n {
		t := fixtureTrial(rng, i+1, "uniform", verify.Settings{"method": "lbfgs"})
		t.Status, t.Basin, t.Curve, t.Certificate = verify.Converged, 0, nil, nil
		t.Reproduce = "verify run crowd --cell " + t.Cell[:16]
		p.Trials = append(p.Trials, t)
		p.Basins[0].Trials = append(p.Basins[0].Trials, i)
	}
	return r
}

func TestManyTrainingRunsAreFolded(t *testing.T) {
	for _, c := range []struct {
		n    int
		want bool
	}{{manyTrials, true}, {manyTrials + 1, false}} {
		table := byID(t, parsed(t, html(t, crowd(c.n))), "p1-trials")
		if open := slices.ContainsFunc(table.Attr, func(a htmlparser.Attribute) bool { return a.Key == "open" }); open != c.want {
			t.Errorf("%d runs are unfolded: %t, want %t", c.n, open, c.want)
		}
	}
	little, much := len(html(t, crowd(100))), len(html(t, crowd(2100)))
	if each := (much - little) / 2000; each > 600 {
		t.Errorf("each training run takes %d bytes of the page, more than 600", each)
	}
}

func TestLinksToSelf(t *testing.T) {
	doc := parsed(t, html(t, repeatable(t)))
	label := every(doc, func(e *htmlparser.Node) bool { return attribute(e, "class") == "label" })[0]
	selves := every(doc, func(e *htmlparser.Node) bool { return e.Data == "a" && attribute(e, "class") == "self" })
	var got []string
	for _, a := range selves {
		if attribute(a, "aria-label") == "" {
			t.Errorf("the link to %s has no name", attribute(a, "href"))
		}
		got = append(got, attribute(a, "href"))
	}
	for _, want := range []string{"#p1-c1", "#p1-power", "#p1-proven", "#t1", "#d1", "#" + attribute(label, "id")} {
		if !slices.Contains(got, want) {
			t.Errorf("nothing links to itself at %s: %v", want, got)
		}
	}
	byID(t, doc, "d1-1")
}

func TestGlossary(t *testing.T) {
	for name, page := range pages(t) {
		doc := parsed(t, page)
		count := map[string]int{}
		for _, a := range every(doc, func(e *htmlparser.Node) bool { return e.Data == "a" && attribute(e, "class") == "term" }) {
			count[attribute(a, "href")]++
			byID(t, doc, strings.TrimPrefix(attribute(a, "href"), "#"))
			for up := a.Parent; up != nil; up = up.Parent {
				if up.Data == "a" || up.Data == "summary" {
					t.Errorf("%s: the link %s is within another one", name, attribute(a, "href"))
				}
			}
		}
		for to, n := range count {
			if n > 1 {
				t.Errorf("%s: %s is linked %d times, want the first use only", name, to, n)
			}
		}
		if name == "full" && len(count) < 12 {
			t.Errorf("only %d terms are linked: %v", len(count), count)
		}
	}
	for _, term := range terms() {
		if !regexp.MustCompile(`^[a-z-]+$`).MatchString(term.ID) || term.Meaning == "" {
			t.Errorf("term %+v", term)
		}
	}
}

func TestGlossaryLinks(t *testing.T) {
	g := newGlossary()
	got := string(g.link(`A tuple & the tuple's <gap>`)) + string(g.link("tuples, stupor"))
	want := `A <a class="term" href="#word-tuple">tuple</a> &amp; the tuple&#39;s &lt;<a class="term" href="#word-gap">gap</a>&gt;tuples, stupor`
	if got != want {
		t.Errorf("link = %q, want %q", got, want)
	}
}

// Every verdict that decides nothing is explained where it stands, with what to do.
func TestVerdictsAreExplainedWhereTheyOccur(t *testing.T) {
	for _, v := range []verify.Verdict{verify.Pass, verify.Fail, verify.Inconclusive, verify.Vacuous, verify.Missing, verify.Error, verify.NotRun} {
		r := small()
		p := &r.Problems[0]
		c := &p.Checks[0]
		if c.Verdict = v; v == verify.Fail {
			c.Value, c.Margin = 1, 1/c.Tolerance
		}
		p.Verdict, r.Verdict = verify.Worst(p.Verdict, v), verify.Worst(r.Verdict, v)
		if v == verify.NotRun {
			p.Verdict, r.Verdict = v, v
		}
		got := every(byID(t, parsed(t, html(t, r)), "p1-c1"), func(e *htmlparser.Node) bool { return attribute(e, "class") == "next" })
		if want := v != verify.Pass && v != verify.Fail; (len(got) == 1) != want {
			t.Errorf("%v is explained %d times", v, len(got))
			continue
		}
		if len(got) == 1 && (!strings.Contains(wordsOf(got[0]), meaning(v)) || !strings.Contains(wordsOf(got[0]), "What to do next.")) {
			t.Errorf("%v: %q", v, wordsOf(got[0]))
		}
	}
}
