package report

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.org/concord/verify"
)

func html(t testing.TB, r *verify.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteHTML(&b, r); err != nil {
		t.Fatalf("WriteHTML: %v", err)
	}
	return b.String()
}

// matches returns the first group of every match of pattern.
func matches(page, pattern string) []string {
	var all []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(page, -1) {
		all = append(all, m[1])
	}
	return all
}

// pages returns pages that differ in their parts.
func pages(t testing.TB) map[string]string {
	t.Helper()
	return map[string]string{
		"full": html(t, fixture(t)), "little": html(t, little()), "small": html(t, small()), "many": html(t, many(6)),
		"nothing": html(t, nothing()),
	}
}

// many returns a tree of n problems, the last of which fails.
func many(n int) *verify.Result {
	rng := rand.New(rand.NewPCG(5, 6))
	r := &verify.Result{SchemaVersion: verify.SchemaVersion, Verdict: verify.Fail, Sentence: "One rank fails.", Scenario: verify.ScenarioInfo{Name: "ranks", SHA256: sha256Of("")}}
	for i := range n {
		p := fixtureProblem(rng, float64(i+1), 2, false)
		p.Drawings = append(p.Drawings, fixtureDrawings(rng, 3))
		if i == n-1 {
			p.Verdict, p.Checks[0].Verdict = verify.Fail, verify.Fail
			p.Checks[0].Value, p.Checks[0].Margin = 0.5, 5e4
			split(&p)
		}
		r.Problems = append(r.Problems, p)
	}
	return r
}

func TestHTMLIsWellFormed(t *testing.T) {
	void := []string{"meta", "img", "input", "br"}
	for name, page := range pages(t) {
		t.Run(name, func(t *testing.T) {
			page = regexp.MustCompile(`(?s)<(style|script)>.*?</(style|script)>`).ReplaceAllString(page, "")
			var open []string
			for _, m := range regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^<>"]|"[^"]*")*?)(/?)>`).FindAllStringSubmatch(page, -1) {
				switch {
				case m[4] == "/" || slices.Contains(void, m[2]):
				case m[1] == "":
					open = append(open, m[2])
				case len(open) == 0 || open[len(open)-1] != m[2]:
					t.Fatalf("</%s> closes %v", m[2], open)
				default:
					open = open[:len(open)-1]
				}
			}
			if len(open) > 0 {
				t.Errorf("never closed: %v", open)
			}
			if strings.Contains(page, "ZgotmplZ") {
				t.Error("the template engine refused a value")
			}
			if strings.Contains(regexp.MustCompile(`"data:[^"]*"`).ReplaceAllString(page, ""), "NaN") {
				t.Error("a number that is missing is shown as NaN, want words")
			}
		})
	}
}

func TestHTMLStructure(t *testing.T) {
	for name, page := range pages(t) {
		t.Run(name, func(t *testing.T) {
			level := 0
			for _, h := range matches(page, `<h([1-6])[ >]`) {
				n, err := strconv.Atoi(h)
				if err != nil {
					t.Fatal(err)
				}
				if n > level+1 {
					t.Errorf("a heading of level %d follows one of level %d", n, level)
				}
				level = n
			}
			if n := strings.Count(page, "<h1"); n != 1 {
				t.Errorf("%d headings of level 1, want 1", n)
			}
			for _, mark := range []string{"<main", "<nav", "<header", "<footer", `lang="en"`, `name="viewport"`} {
				if n := strings.Count(page, mark); n != 1 {
					t.Errorf("%d times %s, want once", n, mark)
				}
			}
			tables, captions := strings.Count(page, "<table"), len(matches(page, `<table[^>]*>\s*<(caption)>`))
			if tables != captions {
				t.Errorf("%d of %d tables have a caption", captions, tables)
			}
			ids := matches(page, ` id="([^"]*)"`)
			for i, id := range ids {
				if slices.Contains(ids[:i], id) {
					t.Errorf("the id %q is there twice", id)
				}
			}
			for _, pattern := range []string{`href="#([^"]*)"`, `aria-labelledby="([^"]*)"`, `aria-describedby="([^"]*)"`, `url\(#([^)]*)\)`} {
				for _, names := range matches(page, pattern) {
					for id := range strings.FieldsSeq(names) {
						if !slices.Contains(ids, id) {
							t.Errorf("nothing has the id %q that %s names", id, pattern)
						}
					}
				}
			}
			if a, b := strings.Count(page, "<img"), len(matches(page, `<(img) src="data:image/png;base64,[^"]*"[^>]* alt="[^"]+"`)); a != b {
				t.Errorf("%d of %d pictures are within the page and have a text", b, a)
			}
			if a, b := len(matches(page, `<svg[^>]*(role="img" aria-label="[^"]+"|role="img" aria-labelledby="[^"]+"|aria-hidden="true"|class="inner")`)), strings.Count(page, "<svg"); a != b {
				t.Errorf("%d of %d drawings have a text or are hidden from readers", a, b)
			}
		})
	}
}

func TestHTMLNeedsNothingElse(t *testing.T) {
	for name, page := range pages(t) {
		for _, src := range matches(page, `(?:src|href)="([^"#][^"]*)"`) {
			if !strings.HasPrefix(src, "data:image/png;base64,") {
				t.Errorf("%s: the page loads %.60q", name, src)
			}
		}
		for _, word := range []string{" style=", "@import", "http://", "https://", "javascript:", " onclick="} {
			if strings.Contains(page, word) {
				t.Errorf("%s: the page has %q", name, word)
			}
		}
	}
}

func TestHTMLObeysItsPolicy(t *testing.T) {
	for name, page := range pages(t) {
		policy := strings.Join(matches(page, `Content-Security-Policy" content="([^"]*)"`), "")
		policy = strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(policy)
		if !strings.HasPrefix(policy, "default-src 'none'; img-src data:; ") {
			t.Fatalf("%s: the policy is %q", name, policy)
		}
		for _, kind := range []string{"style", "script"} {
			for _, text := range matches(page, `(?s)<`+kind+`>(.*?)</`+kind+`>`) {
				if want := kind + "-src 'sha256-" + digest([]byte(text)) + "'"; !strings.Contains(policy, want) {
					t.Errorf("%s: the policy does not allow the page's own %s: no %s in %s", name, kind, want, policy)
				}
			}
		}
		if n := strings.Count(page, "<style>"); n != 1 {
			t.Errorf("%s: %d style sheets, want 1", name, n)
		}
	}
}

// poison sets every string under v to text, and returns how many there were.
func poison(v reflect.Value, text string) int {
	n := 0
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
		return 1
	case reflect.Pointer:
		if !v.IsNil() {
			n += poison(v.Elem(), text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				n += poison(v.Field(i), text)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			n += poison(v.Index(i), text)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			v.SetMapIndex(k, reflect.Value{})
			v.SetMapIndex(reflect.ValueOf(text), reflect.ValueOf(text))
			n++
		}
	default:
	}
	return n
}

// poisoned returns a consistent tree in which every string but a digest that is verified is text.
func poisoned(t *testing.T, text string) *verify.Result {
	t.Helper()
	r := little()
	unconverged(&r.Problems[0], 5)
	if n := poison(reflect.ValueOf(r).Elem(), text); n < 100 {
		t.Fatalf("only %d strings in the tree", n)
	}
	r.Scenario.SHA256 = sha256Of(text)
	for i := range r.Problems[0].Drawings {
		d := &r.Problems[0].Drawings[i]
		d.Census = d.Census[:1] // now that all patterns are one
	}
	uncertified(&r.Problems[0], text)
	uncertified(&r.Twins[0].Problem, text)
	r.Verdict, r.Problems[0].Verdict = verify.Error, verify.Error
	for i := range r.Twins[0].Problem.Checks {
		r.Twins[0].Problem.Checks[i].Verdict = verify.Fail // now that all are of one kind
	}
	return r
}

func TestHTMLSize(t *testing.T) {
	const budget = 3 << 20
	if n := len(html(t, fixture(t))); n > budget {
		t.Errorf("a page of 192 trials and ten labels has %d bytes, more than %d", n, budget)
	}
	if testing.Short() {
		return
	}
	if n := len(html(t, many(30))); n > 2*budget {
		t.Errorf("a page of 30 problems has %d bytes, more than %d", n, 2*budget)
	}
}

func TestHTMLFoldsWhatPasses(t *testing.T) {
	page := html(t, many(6))
	if got := strings.Count(page, `<details class="problem"`); got != 6 {
		t.Errorf("%d problems can be folded, want 6", got)
	}
	if got := matches(page, `<details class="problem" id="([^"]*)" open>`); !slices.Equal(got, []string{"p6"}) {
		t.Errorf("unfolded problems: %v, want the failing one", got)
	}
	if got := matches(page, `data-frames="([0-9]+)"`); !slices.Contains(got, "24") || !slices.Contains(got, "1") {
		t.Errorf("frames per picture: %v, want films in the failing problem and stills elsewhere", got)
	}
	if !strings.Contains(page, "All problems</h2>") {
		t.Error("no overview of the problems")
	}
}

func TestHTMLSaysWhatIsMissing(t *testing.T) {
	nan := verify.Number(math.NaN())
	r := &verify.Result{
		SchemaVersion: verify.SchemaVersion, Verdict: verify.Inconclusive, Scenario: verify.ScenarioInfo{SHA256: sha256Of("")},
		Problems: []verify.ProblemResult{{
			Label: "rank=2", Verdict: verify.Inconclusive,
			Checks: []verify.CheckResult{{ID: "tuple", Verdict: verify.Inconclusive, Value: nan, Tolerance: 1e-5, Margin: nan}},
			Drawings: []verify.LabelDrawings{
				{Label: "0", Difference: nan, MaxWithin: nan, MaxAll: nan},
				{Label: "1", Difference: 1e-3, Instances: []verify.DrawnImage{
					{Image: verify.Image{Rows: 1, Cols: 2, Pixels: []float64{1, math.NaN()}}},
					{Image: verify.Image{Rows: 1, Cols: 2, Pixels: []float64{1, 0}}},
				}, Residual: &verify.Image{Rows: 1, Cols: 2, Pixels: []float64{0, math.NaN()}}},
				{Label: "3", Instances: []verify.DrawnImage{
					{Image: verify.Image{Rows: 1, Cols: 1, Pixels: []float64{1}}},
					{Image: verify.Image{Rows: 1, Cols: 1, Pixels: []float64{1}}},
				}},
				{Label: "2", Instances: make([]verify.DrawnImage, 2)},
			},
		}},
	}
	page := html(t, r)
	for _, words := range []string{
		"No sentence was recorded.", "No finding was recorded.", "nothing was measured", "not measured", "No reason was given",
		"Distances were not recorded", "There are no basins", "No curves were recorded", "was not computed",
		"There is no control", "No metrics were recorded", "the command was not recorded", "no digests were recorded",
		"there are no trials", "No instance was recorded", "there is no second instance", "a pixel is not a number", "the difference was not recorded",
		"the two instances have no common size", "no picture was recorded", "The text of the scenario was not recorded", "No basins of drawings",
	} {
		if !strings.Contains(page, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
}

func TestHTMLSaysThatAToleranceIsExact(t *testing.T) {
	r := controlled()
	r.Problems[0].Checks[0].Value, r.Problems[0].Checks[0].Tolerance = 0, 0
	r.Twins[0].Problem.Checks[0].Tolerance = 0
	page := html(t, r)
	for _, words := range []string{"<dt>tolerance</dt><dd>exact</dd>", `<td class="n">1</td><td class="n">exact</td>`} {
		if !strings.Contains(page, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
}

func TestHTMLNamesTheAmplification(t *testing.T) {
	page := html(t, fixture(t))
	for _, words := range []string{"difference, amplified ", "no difference at all: the two are the same to the last bit"} {
		if !strings.Contains(page, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if words := `difference, amplified [1-9](\.[1-9])?×10⁹ times`; !regexp.MustCompile(words).MatchString(page) {
		t.Errorf("the page does not say %q: a difference of 3e-10 is drawn all the same", words)
	}
}

func TestCompareTurnsTheSign(t *testing.T) {
	x := []float64{0.5, -0.25, 0.125, 0}
	d := &verify.LabelDrawings{Label: "3", Difference: 0.25, Instances: []verify.DrawnImage{
		{Image: verify.Image{Rows: 2, Cols: 2, Pixels: x}},
		{Image: verify.Image{Rows: 2, Cols: 2, Pixels: []float64{-0.5, 0.25, -0.125, 0.25}}},
	}, Residual: &verify.Image{Rows: 2, Cols: 2, Pixels: []float64{0, 0, 0, -0.25}}}
	v, err := newLabelView(d, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	if want := "difference, amplified 2 times, the second with its sign turned"; v.Words != want {
		t.Errorf("newLabelView: %q, want %q", v.Words, want)
	}
}

func TestAmplification(t *testing.T) {
	for _, c := range []struct{ in, want float64 }{{0.3, 1}, {1, 1}, {1.99, 1.9}, {9.99, 9.9}, {167, 160}, {1e6, 1e6}, {math.NaN(), 1}} {
		if got := amplification(c.in); math.Abs(got-c.want) > 1e-9*c.want {
			t.Errorf("amplification(%v) = %v, want %v", c.in, got, c.want)
		}
	}
}

// The frames of an ascent are moved by a script of their own, which a page without an ascent does not have.
func TestScripts(t *testing.T) {
	for name, c := range map[string]struct {
		in   *verify.Result
		film bool
	}{"without an ascent": {small(), false}, "with ascents": {fixture(t), true}} {
		page := html(t, c.in)
		film := strings.Contains(page, `querySelectorAll(".film")`)
		if strings.Count(page, "<script") != 1 || film != c.film || strings.Contains(page, "<noscript>") != c.film {
			t.Errorf("%s: %d scripts, of ascents too: %t, want one and %t", name, strings.Count(page, "<script"), film, c.film)
		}
	}
}

func BenchmarkWriteHTML(b *testing.B) {
	r := fixture(b)
	b.Run(fmt.Sprintf("trials=%d", len(r.Problems[0].Trials)), func(b *testing.B) {
		for b.Loop() {
			html(b, r)
		}
	})
}
