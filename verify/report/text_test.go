package report

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"example.org/concord/verify"
)

func text80(t testing.TB, r *verify.Result, width int, color bool) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteText(&b, r, width, color); err != nil {
		t.Fatalf("WriteText: %v", err)
	}
	return b.String()
}

func TestTextSaysEverything(t *testing.T) {
	got := text80(t, little(), 0, false)
	for _, words := range []string{
		"✓ PASS  All starts agree.", "rank=20: 6 trials, all converged", "✓ PASS   tuple", "3.2e-07", "1e-05", "0.032", "exact",
		"1 basin:", "0 of 3 independent starts disagreed", "control signed (another subject: another; start=gaussian)", "tuple has to fail; it came to FAIL",
		"certified: 6 of 6 trials; bound -3.9182736451, gap 8.9e-16 ± 1.9e-13, ratio at the cut 1.059;",
		"farthest trained tuple 9.9e-08 from the optimum found without a start",
		"accuracy/test", "Warning: one check passes with little room", "drawing 3: 95 of 96 converged", "of 32 begun in a basin on purpose 31 converged and 30 stayed",
	} {
		if !strings.Contains(strings.Join(strings.Fields(got), " "), strings.Join(strings.Fields(words), " ")) {
			t.Errorf("the summary does not say %q:\n%s", words, got)
		}
	}
}

func TestTextSaysWhatIsProvenWithoutAnOracle(t *testing.T) {
	r := little()
	p := alone(r)
	p.Trials[3].Certificate.Gap = 7e-11
	const want = "certified: 6 of 6 trials; the weakest certificate: bound -3.9182736451, gap 7e-11 ± 1.9e-13, ratio at the cut 1.059; no optimum was found without a start"
	got := strings.Join(strings.Fields(text80(t, r, 0, false)), " ")
	if !strings.Contains(got, want) || strings.Contains(got, "farthest trained tuple") {
		t.Errorf("the summary does not say %q:\n%s", want, got)
	}
	for i := range p.Trials {
		p.Trials[i].Certificate = nil
	}
	p.Checks = slices.DeleteFunc(p.Checks, func(c verify.CheckResult) bool { return c.Kind == "certificate" })
	if got := text80(t, r, 0, false); strings.Contains(got, "certified: ") {
		t.Errorf("without certificates the summary says something of them:\n%s", got)
	}
}

func TestTextNamesWhatDidNotConverge(t *testing.T) {
	r := little()
	unconverged(&r.Problems[0], 5)
	r.Verdict = verify.Inconclusive
	got := text80(t, r, 0, false)
	for _, words := range []string{"6 trials, 5 converged, 1 step limit", "certified: 5 of 6 trials", r.Problems[0].Trials[5].Label + ": step limit", "log: logs/cell.log", "again: verify run"} {
		if !strings.Contains(got, words) {
			t.Errorf("the summary does not say %q:\n%s", words, got)
		}
	}
}

func TestMetricsWithoutAnInterval(t *testing.T) {
	nan := verify.Number(math.NaN())
	for _, c := range []struct {
		name       string
		low, high  verify.Number
		text, html string
	}{
		{"both", 0.25, 0.75, "share 0.5 (95 % confidence 0.25 to 0.75, n = 9)", `<td class="n">0.25</td><td class="n">0.75</td>`},
		{"none", nan, nan, "share 0.5\n", `<td class="n" colspan="2">no interval</td>`},
		{"no lower end", nan, 0.75, "share 0.5\n", `<td class="n" colspan="2">no interval</td>`},
		{"no upper end", 0.25, nan, "share 0.5\n", `<td class="n" colspan="2">no interval</td>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := small()
			r.Problems[0].Metrics = []verify.Metric{{Name: "share", Value: 0.5, Low: c.low, High: c.high, N: 9}}
			if got := text80(t, r, 0, false); !strings.Contains(got, c.text) || strings.Contains(got, "NaN") {
				t.Errorf("the summary does not say %q, or says NaN:\n%s", c.text, got)
			}
			if got := html(t, r); !strings.Contains(got, c.html) || strings.Contains(got, "NaN") {
				t.Errorf("the page does not have %q, or says NaN", c.html)
			}
		})
	}
}

func TestTextShowsTheEvidenceOfAFailure(t *testing.T) {
	r := many(1)
	got := text80(t, r, 100, false)
	for _, words := range []string{"✗ FAIL  One rank fails.", "✗ FAIL  tuple: ", "worst pair", "No control"} {
		if !strings.Contains(got, words) {
			t.Errorf("the summary does not say %q:\n%s", words, got)
		}
	}
}

func TestTextTellsJustRefutedFromJustHeld(t *testing.T) {
	r := small()
	fails(r, "tuple", 1.0003e-5)
	r.Problems[0].Checks[0].Margin = 1.0003
	if got := text80(t, r, 0, false); !strings.Contains(got, "1.0003\n") {
		t.Errorf("the summary does not show a margin of 1.0003:\n%s", got)
	}
}

func TestTextOfNothing(t *testing.T) {
	got := text80(t, nothing(), 80, false)
	if !strings.Contains(got, "NOT RUN  No sentence was recorded.") {
		t.Errorf("summary of an empty result:\n%s", got)
	}
}

func TestTextColour(t *testing.T) {
	if got := text80(t, fixture(t), 80, false); strings.Contains(got, "\x1b") {
		t.Error("colour that was not asked for")
	}
	got := text80(t, fixture(t), 80, true)
	if !strings.Contains(got, "\x1b[1;32m✓ PASS\x1b[0m") {
		t.Error("no colour although it was asked for")
	}
	if plain := stripped(got); plain != text80(t, fixture(t), 80, false) {
		t.Error("colour changes more than colour")
	}
}

// stripped removes the colours WriteText uses.
func stripped(s string) string {
	return strings.NewReplacer("\x1b[1;31m", "", "\x1b[1;32m", "", "\x1b[1;33m", "", "\x1b[0m", "").Replace(s)
}

func TestTextKeepsItsWidth(t *testing.T) {
	for _, width := range []int{0, 60, 80, 120} {
		want := max(width, 60)
		if width == 0 {
			want = defaultWidth
		}
		for line := range strings.SplitSeq(text80(t, little(), width, false), "\n") {
			if n := utf8.RuneCountInString(line); n > want {
				t.Errorf("with width %d a line has %d: %q", width, n, line)
			}
		}
	}
}

func TestTextIsSafeForATerminal(t *testing.T) {
	r := little()
	r.Sentence, r.Problems[0].Checks[0].ID, r.Warnings[0] = "a\x1b[2Jb\rc\nd", "x\x1b]0;title\a", "\u202eevil\x00"
	r.Twins[0].Name = "\x9b31m"
	got := text80(t, r, 80, false)
	if strings.ContainsAny(got, "\x1b\r\a\x00\u202e\u009b") {
		t.Errorf("control characters reach the terminal: %q", got)
	}
}
