package report

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.org/concord/verify"
)

// uncertified takes the proof from every certificate of p, for a reason.
func uncertified(p *verify.ProblemResult, reason string) {
	if p.Oracle != nil {
		p.Oracle.Certificate.Certified, p.Oracle.Certificate.Reason = false, reason
	}
	for i := range p.Trials {
		if c := p.Trials[i].Certificate; c != nil {
			c.Certified, c.Reason = false, reason
		}
	}
	for i := range p.Checks {
		if p.Checks[i].Kind == "certificate" {
			p.Checks[i].Verdict, p.Verdict = verify.Inconclusive, verify.Worst(p.Verdict, verify.Inconclusive)
		}
	}
}

// provenSection returns the text of the first section about what is proven, without links to words, "" where there is
// none.
func provenSection(page string) string {
	page = regexp.MustCompile(`<a class="term"[^>]*>([^<]*)</a>`).ReplaceAllString(page, "$1")
	return strings.Join(matches(page, `(?s)<section>\s*(<h3 id="p1-proven".*?)</section>`), "")
}

func TestHTMLSaysWhatIsProven(t *testing.T) {
	r := fixture(t)
	unconverged(&r.Problems[0], 5)
	r.Verdict = verify.Inconclusive
	page := html(t, r)
	got := provenSection(page)
	for _, words := range []string{
		"The best possible outcome of this kind is known", "and 191 of 192 training runs provably ended in it. Of the other 1 it is not proven.",
		"</span> CERTIFIED</span>", "The optimum attains it, up to a gap of 8.9×10⁻¹⁶, give or take 1.9×10⁻¹³ of rounding",
		"differ by a factor of 1.059, so the optimum is unique", "found without any start", ">−3.9182736451<", ">191 of 192<",
		">9.9×10⁻⁸<", "proven: at most 1.7×10⁻⁷", ">at most 8.9×10⁻¹²<", ">8.8×10⁻⁸<", "Other, lower local maxima are not excluded", "the set that no ascent can leave",
		"value 20 divided by value 21", "All 100 singular values", "a vertical line marks the cut between value 20 and value 21",
	} {
		if !strings.Contains(got, words) {
			t.Errorf("the section does not say %q:\n%s", words, got)
		}
	}
	if want := `<dt>training runs certified to have ended in the one best outcome</dt><dd><a href="#p1-proven">191 of 192</a></dd>`; !strings.Contains(page, want) {
		t.Errorf("the figures at the top do not have %q", want)
	}
	if !strings.Contains(page, `<li><a href="#p1-proven">What is proven</a></li>`) {
		t.Error("the contents do not name the section")
	}
	_, runs, _ := strings.Cut(page, `<section id="trials"`)
	if yes, no := strings.Count(runs, `<td>yes</td>`), strings.Count(runs, `<td class="why">no: there is no certificate for this run</td>`); yes != 191 || no != 1 {
		t.Errorf("the trials say %d times that they are certified and %d times that they have no certificate, want 191 and 1", yes, no)
	}
}

func TestHTMLSaysThatATieProvesNothing(t *testing.T) {
	nan := verify.Number(math.NaN())
	r := little()
	r.Verdict = verify.Inconclusive
	p := &r.Problems[0]
	uncertified(p, "tie at the cut")
	p.Oracle.Distance, p.Oracle.Golden, p.Oracle.Cell = nan, nan, ""
	c := &p.Oracle.Certificate
	c.Gap, c.Ratio, c.Distance = 0.002, 1, verify.Number(math.Inf(1))
	page := html(t, r)
	got := provenSection(page)
	for _, words := range []string{
		"Nothing is proven", "</span> NOT CERTIFIED</span> tie at the cut.", "The best that was found stays below it, by a gap of 0.002", "a tie proves nothing",
		"none is proven", ">none to measure<", ">not compared<", ">0 of 6<",
	} {
		if !strings.Contains(got, words) {
			t.Errorf("the section does not say %q:\n%s", words, got)
		}
	}
	for _, words := range []string{"unique. ", "</span> CERTIFIED<", "provably"} {
		if strings.Contains(got, words) {
			t.Errorf("the section of a failed proof says %q", words)
		}
	}
	if !strings.Contains(page, `<td class="why">no: tie at the cut</td>`) {
		t.Error("the trials do not say why they are not certified")
	}
}

func TestHTMLSaysWhatIsMissingInAProof(t *testing.T) {
	nan := verify.Number(math.NaN())
	r := small()
	r.Problems[0].Oracle = &verify.Oracle{Distance: nan, Golden: nan, Certificate: verify.Certificate{
		Reason: "no decomposition", Fitness: nan, Bound: nan, Gap: nan, GapError: nan, Ratio: nan, Distance: nan, Measured: nan,
	}}
	got := provenSection(html(t, r))
	for _, words := range []string{
		"no decomposition.", "is not known", "was not recorded", ">not known<", ">none<", "none is proven",
		"The singular values of the dual matrix were not recorded.",
	} {
		if !strings.Contains(got, words) {
			t.Errorf("the section does not say %q:\n%s", words, got)
		}
	}
	if strings.Contains(got, "NaN") || strings.Contains(got, "Inf") {
		t.Errorf("the section shows a number that is missing:\n%s", got)
	}
}

func TestHTMLWithoutAProof(t *testing.T) {
	page := html(t, small())
	for _, words := range []string{"What is proven", `class="why"`, ">certified<", "certified to have ended"} {
		if strings.Contains(page, words) {
			t.Errorf("a page without certificates has %q", words)
		}
	}
}

func TestOverviewCountsCertifiedTrials(t *testing.T) {
	r := many(3)
	r.Problems[1].Oracle = nil
	unconverged(&r.Problems[1], 5)
	r.Problems[2].Oracle = nil
	for i := range r.Problems[2].Trials {
		r.Problems[2].Trials[i].Certificate = nil
	}
	r.Problems[2].Checks = slices.DeleteFunc(r.Problems[2].Checks, func(c verify.CheckResult) bool { return c.Kind == "certificate" })
	page := html(t, r)
	for _, words := range []string{`<td class="n">12 of 12</td>`, `<td class="n">11 of 12</td>`, `<td class="n">not asked</td>`, ">23 of 24</a>"} {
		if !strings.Contains(page, words) {
			t.Errorf("the overview does not have %q", words)
		}
	}
}

// alone takes the optimum that was found without a start from the first problem of r, as of a scenario that does not want it.
func alone(r *verify.Result) *verify.ProblemResult {
	p := &r.Problems[0]
	p.Oracle = nil
	for i := range p.Trials {
		p.Trials[i].Certificate.Measured = verify.Number(math.NaN())
	}
	return p
}

func TestHTMLSaysWhatIsProvenWithoutAnOracle(t *testing.T) {
	r := little()
	p := alone(r)
	p.Trials[3].Certificate.Gap, p.Trials[3].Certificate.GapError, p.Trials[3].Label = 7e-11, 2e-11, "the odd one"
	p.Trials[2].Certificate.Gap = 8e-11
	page := html(t, r)
	got := provenSection(page)
	for _, words := range []string{
		"All 6 training runs provably ended in the best possible outcome of this kind, and there is only one.",
		"</span> CERTIFIED</span> The weakest certificate is that of <code>the odd one</code>.",
		"The run with the weakest certificate attains it, up to a gap of 7×10⁻¹¹, give or take 2×10⁻¹¹ of rounding",
		"so the optimum is unique. No optimum was found without any start to hold against it.",
		"<caption>The weakest certificate of a training run</caption>", "<td>of the run</td>", "<td>of the run from the exact optimum", ">at most 1.7×10⁻⁷<", ">6 of 6<",
	} {
		if !strings.Contains(got, words) {
			t.Errorf("the section does not say %q:\n%s", words, got)
		}
	}
	for _, words := range []string{"It was found", "without any training", "farthest trained network", "golden network", "singular values of the dual matrix were not recorded", "<svg", "found without any start</td>"} {
		if strings.Contains(got, words) {
			t.Errorf("without an oracle the section says %q:\n%s", words, got)
		}
	}
	for _, words := range []string{
		`<dt>training runs certified to have ended in the one best outcome</dt><dd><a href="#p1-proven">6 of 6</a></dd>`,
		`<li><a href="#p1-proven">What is proven</a></li>`,
	} {
		if !strings.Contains(page, words) {
			t.Errorf("the page does not have %q", words)
		}
	}
}

func TestHTMLSaysWhyNothingIsProvenWithoutAnOracle(t *testing.T) {
	r := little()
	uncertified(alone(r), "tie at the cut")
	r.Verdict = verify.Inconclusive
	r.Problems[0].Trials[4].Certificate.Gap, r.Problems[0].Trials[4].Certificate.Ratio = 0.002, 1
	got := provenSection(html(t, r))
	for _, words := range []string{
		"Nothing is proven: of 6 training runs none is known to have ended in the best possible outcome.",
		"</span> NOT CERTIFIED</span> tie at the cut.", "The run with the weakest certificate stays below it, by a gap of 0.002", "a tie proves nothing", ">0 of 6<",
	} {
		if !strings.Contains(got, words) {
			t.Errorf("the section does not say %q:\n%s", words, got)
		}
	}
	for _, words := range []string{"unique. ", "</span> CERTIFIED<", "provably", "best that was found", "No optimum was found"} {
		if strings.Contains(got, words) {
			t.Errorf("the section of failed proofs says %q", words)
		}
	}
}

func TestWeakestCertificate(t *testing.T) {
	nan := verify.Number(math.NaN())
	of := func(certified bool, gap, slack verify.Number) *verify.Certificate {
		return &verify.Certificate{Certified: certified, Gap: gap, GapError: slack}
	}
	for _, c := range []struct {
		name string
		in   []*verify.Certificate
		want int // -1 for none
	}{
		{"none", []*verify.Certificate{nil, nil}, -1},
		{"the only one", []*verify.Certificate{nil, of(true, 1, 1)}, 1},
		{"the largest gap", []*verify.Certificate{of(true, 1, 0), of(true, 3, 0), of(true, 2, 0)}, 1},
		{"rounding counts", []*verify.Certificate{of(true, 3, 0), of(true, 1, 3)}, 1},
		{"not certified, with a small gap", []*verify.Certificate{of(true, 3, 0), of(false, 1, 0), of(true, 4, 0)}, 1},
		{"the farthest from a proof", []*verify.Certificate{of(false, 1, 0), of(false, 2, 0)}, 1},
		{"a gap that is not known", []*verify.Certificate{of(false, 1, 0), of(false, nan, 0), of(false, 2, 0)}, 1},
		{"the first of equals", []*verify.Certificate{of(true, 1, 0), of(true, 1, 0)}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			trials := make([]verify.TrialResult, len(c.in))
			for i := range c.in {
				trials[i].Certificate = c.in[i]
			}
			got := weakest(trials)
			if c.want < 0 && got != nil || c.want >= 0 && got != &trials[c.want] {
				t.Errorf("weakest = %+v, want trial %d", got, c.want)
			}
		})
	}
}

func TestPlainRuns(t *testing.T) {
	for _, c := range []struct {
		certified, all int
		want           string
	}{
		{24, 24, "All 24 training runs provably ended in the best possible outcome of this kind, and there is only one."},
		{1, 1, "The one training run provably ended in the best possible outcome of this kind, and there is only one."},
		{19, 24, "19 of 24 training runs provably ended in the best possible outcome of this kind, and there is only one. Of the other 5 it is not proven."},
		{0, 24, "Nothing is proven: of 24 training runs none is known to have ended in the best possible outcome."},
	} {
		if got := plainRuns(c.certified, c.all); got != c.want {
			t.Errorf("plainRuns(%d, %d) = %q, want %q", c.certified, c.all, got, c.want)
		}
	}
}

func TestPlainProof(t *testing.T) {
	for _, c := range []struct {
		name           string
		optimum        bool
		certified, all int
		want           string
	}{
		{"all", true, 24, 24, "and all 24 training runs provably ended in it."},
		{"the only one", true, 1, 1, "and the one training run provably ended in it."},
		{"some", true, 19, 24, "and 19 of 24 training runs provably ended in it. Of the other 5 it is not proven."},
		{"none", true, 0, 24, "None of 24 training runs is proven to have ended in it."},
		{"no runs", true, 0, 0, "There is no training run to compare with it."},
		{"no proof", false, 0, 24, "Nothing is proven"},
		{"no proof but of runs", false, 3, 24, "is not proven to be the best possible outcome, but 3 of 24 training runs provably ended in the best possible one."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := plainProof(c.optimum, c.certified, c.all); !strings.Contains(got, c.want) {
				t.Errorf("plainProof(%v, %d, %d) = %q, want it to say %q", c.optimum, c.certified, c.all, got, c.want)
			}
		})
	}
}

func TestRatio(t *testing.T) {
	for _, c := range []struct {
		in   verify.Number
		want string
	}{
		{1.0593102, "1.059"},
		{1.000412, "1.00041"},
		{1, "1"},
		{0.99996, "0.99996"},
		{3.14159, "3.14"},
		{1.5, "1.5"},
		{1 + 0x1p-52, "1"},
		{verify.Number(math.Inf(1)), "infinite"},
		{verify.Number(math.NaN()), "not a number"},
	} {
		if got := ratio(c.in); got != c.want {
			t.Errorf("ratio(%v) = %q, want %q", float64(c.in), got, c.want)
		}
	}
}

func TestSpectrum(t *testing.T) {
	p := fixtureSpectrum(100, 20)
	s := newSpectrum("p1", p)
	if len(s.Panels) != 2 || s.Kept != 20 || s.Cut != 80 || s.Missing != 0 {
		t.Fatalf("newSpectrum = %+v, want two panels, 20 values kept and 80 cut", s)
	}
	for i, want := range []struct{ kept, cut int }{{20, 80}, {around, around}} {
		q := s.Panels[i]
		if len(q.Kept) != want.kept || len(q.Cut) != want.cut {
			t.Errorf("panel %d has %d values before the cut and %d after, want %d and %d", i, len(q.Kept), len(q.Cut), want.kept, want.cut)
		}
		last, next := q.Kept[len(q.Kept)-1], q.Cut[0]
		if q.Line == nil || !(last.X < *q.Line && *q.Line < next.X) {
			t.Errorf("panel %d: the line is at %v, want it between %v and %v", i, q.Line, last.X, next.X)
		}
		if !(last.Y < next.Y) {
			t.Errorf("panel %d: value 20 is drawn at height %v, want it above value 21 at %v", i, last.Y, next.Y)
		}
		if len(q.YTicks) < 3 || len(q.XTicks) < 3 {
			t.Errorf("panel %d: ticks %v and %v, want three at least on each axis", i, q.XTicks, q.YTicks)
		}
		for _, marks := range [][]mark{q.Kept, q.Cut} {
			for _, m := range marks {
				if !(m.X >= plotLeft && m.X <= plotRight && m.Y >= plotTop && m.Y <= plotBottom) {
					t.Errorf("panel %d: a value is drawn at %+v, outside the frame", i, m)
				}
			}
		}
	}
}

// fixtureSpectrum returns a certificate with n values that fall by a tenth each.
func fixtureSpectrum(n, cut int) *verify.Certificate {
	c := &verify.Certificate{Cut: cut}
	for i := range n {
		c.Values = append(c.Values, verify.Number(math.Pow(0.9, float64(i))))
	}
	return c
}

func TestSpectrumOfOddValues(t *testing.T) {
	nan, inf := verify.Number(math.NaN()), verify.Number(math.Inf(1))
	for _, c := range []struct {
		name          string
		values        []verify.Number
		cut           int
		panels        int
		line          bool
		missing, edge int // values not drawn, and values on the lower edge
	}{
		{"one value", []verify.Number{0.5}, 1, 1, false, 0, 0},
		{"all are cut", []verify.Number{1, 0.5}, 0, 1, true, 0, 0},
		{"zeros", []verify.Number{1, 0, 0}, 1, 1, true, 0, 2},
		{"nothing but zeros", []verify.Number{0, 0}, 1, 1, true, 0, 2},
		{"not finite", []verify.Number{inf, 0.5, nan}, 2, 1, true, 2, 0},
		{"nothing finite", []verify.Number{nan, nan}, 1, 1, true, 2, 0},
		{"negative", []verify.Number{1, 0.1, -3}, 1, 1, true, 0, 1},
		{"equal around the cut", make([]verify.Number, 40), 20, 2, true, 0, 40},
		{"far apart", []verify.Number{math.MaxFloat64, 5e-324}, 1, 1, true, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSpectrum("p1", &verify.Certificate{Values: c.values, Cut: c.cut})
			if len(s.Panels) != c.panels || (s.Panels[0].Line != nil) != c.line || s.Missing != c.missing {
				t.Fatalf("newSpectrum = %+v with %d panels, want %d panels, a line: %v, and %d missing", s, len(s.Panels), c.panels, c.line, c.missing)
			}
			edge := 0
			for _, p := range s.Panels {
				for _, m := range slices.Concat(p.Kept, p.Cut) {
					if math.IsNaN(m.Y) || math.IsInf(m.Y, 0) {
						t.Errorf("a value is drawn at %+v", m)
					}
				}
			}
			for _, m := range slices.Concat(s.Panels[0].Kept, s.Panels[0].Cut) {
				if m.Y == plotBottom {
					edge++
				}
			}
			if edge != c.edge {
				t.Errorf("%d values on the lower edge, want %d", edge, c.edge)
			}
		})
	}
	if newSpectrum("p1", &verify.Certificate{}) != nil {
		t.Error("a spectrum of no values")
	}
}

func TestSpectrumOfNearlyEqualValues(t *testing.T) {
	c := fixtureSpectrum(40, 20)
	for i := range c.Values {
		c.Values[i] = 0.1 - verify.Number(i)*0x1p-56
	}
	near := newSpectrum("p1", c).Panels[1]
	if len(near.YTicks) > 1 {
		t.Errorf("ticks %v, want one at most: their names would be the same", near.YTicks)
	}
	for _, m := range slices.Concat(near.Kept, near.Cut) {
		if !(m.Y > plotTop && m.Y < plotBottom) {
			t.Errorf("a value is drawn at %+v, want it within the frame", m)
		}
	}
}

func TestSpectrumTellsKeptFromCutByShape(t *testing.T) {
	got := provenSection(html(t, fixture(t)))
	for _, pattern := range []string{`<g fill="currentColor"><circle [^>]*><circle`, `<g fill="none" stroke="currentColor"><circle [^>]*><circle`, `<desc id="p1-spectrum">[^<]*full dots[^<]*rings`} {
		if !regexp.MustCompile(pattern).MatchString(got) {
			t.Errorf("the section has no %s", pattern)
		}
	}
}
