package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"example.org/concord/verify"
)

// soundText fails the test when a text has what a terminal or the log of GitHub Actions takes for a command.
func soundText(t *testing.T, name, text string) {
	t.Helper()
	if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }); i >= 0 {
		t.Errorf("%s writes a control character: %.20q", name, text[i:])
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") {
			t.Errorf("%s writes the workflow command %q", name, line)
		}
	}
}

// FuzzCompare: whatever ReadJSON takes can be compared and put into a history, is the same as itself, and what is
// written about it is text.
func FuzzCompare(f *testing.F) {
	base := written(f, small())
	f.Add([]byte(base), []byte(base))
	f.Add([]byte(base), []byte(written(f, compact())))
	f.Add([]byte(strings.Replace(base, `"seed=1"`, `"seed=\u001b[31m\n::error::x"`, 1)), []byte(base))
	f.Fuzz(func(t *testing.T, one, other []byte) {
		before, err := ReadJSON(bytes.NewReader(one))
		if err != nil {
			return
		}
		after, err := ReadJSON(bytes.NewReader(other))
		if err != nil {
			after = before
		}
		for _, x := range []*verify.Result{before, after} {
			if c := compared(t, x, x); c.Effect != Same || len(c.Parts) > 0 {
				t.Errorf("a result compared with itself: %v, %d parts", c.Effect, len(c.Parts))
			}
		}
		c := compared(t, before, after)
		h := NewHistory([]*Run{NewRun("a", before), NewRun("b", after)}, []Unreadable{{Path: string(one), Reason: string(other)}})
		var diff, history bytes.Buffer
		err = errors.Join(
			WriteDiffText(&diff, c, 0, false), WriteDiffJSON(&bytes.Buffer{}, c), WriteDiffHTML(&bytes.Buffer{}, c),
			WriteHistoryText(&history, h, 0, false), WriteHistoryHTML(&bytes.Buffer{}, h),
		)
		if err != nil {
			t.Errorf("writing what was compared: %v", err)
		}
		soundText(t, "WriteDiffText", diff.String())
		soundText(t, "WriteHistoryText", history.String())
	})
}

// FuzzExplain: however cells are selected, it is one or two of the result's or a CellError.
func FuzzExplain(f *testing.F) {
	r := little()
	for i := range r.Problems[0].Trials[:2] {
		f.Add(r.Problems[0].Trials[i].Cell, r.Problems[0].Trials[1].Cell[:8], 1e-6, 80)
	}
	f.Add("", "", 0.0, 0)
	f.Add("0123", "\x1b[31m", -1.0, -1)
	f.Fuzz(func(t *testing.T, cell, other string, threshold float64, width int) {
		for name, explain := range map[string]func(*bytes.Buffer) error{
			"ExplainCell": func(b *bytes.Buffer) error { return ExplainCell(b, r, cell, width%1000) },
			"ExplainPair": func(b *bytes.Buffer) error { return ExplainPair(b, r, cell, other, threshold, width%1000) },
		} {
			var b bytes.Buffer
			err := explain(&b)
			if _, ok := errors.AsType[*CellError](err); err != nil && !ok {
				t.Errorf("%s(%q, %q): %v, want a CellError", name, cell, other, err)
			}
			if (err == nil) != (b.Len() > 0) {
				t.Errorf("%s(%q, %q) = %v, and wrote %d bytes", name, cell, other, err, b.Len())
			}
			soundText(t, name, b.String())
		}
	})
}

// FuzzHarmless: what is left is text, and text is left as it is.
func FuzzHarmless(f *testing.F) {
	for _, s := range []string{
		"a b\tc\n", "::error::x", " \t::add-mask::x", "a\n::group::", "a ##[error]b", "###[[", "\x1b[31m", "\r\n::x", "\u2028::x", "\u202e", "\xff::", "::::", "C::d",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Harmless(s)
		soundText(t, "Harmless", got)
		if again := Harmless(got); again != got {
			t.Errorf("Harmless(%q) = %q, and then %q", s, got, again)
		}
		special := func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }
		if utf8.ValidString(s) && !strings.Contains(s, "::") && !strings.Contains(s, "##[") && !strings.ContainsFunc(s, special) && got != s {
			t.Errorf("Harmless(%q) = %q, want it as it is", s, got)
		}
	})
}
