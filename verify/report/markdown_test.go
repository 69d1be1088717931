package report

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"example.org/concord/verify"
)

func inMarkdownForm(t *testing.T, r *verify.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteMarkdown(&b, r); err != nil {
		t.Fatalf("WriteMarkdown: %v", err)
	}
	return b.String()
}

func TestMarkdownSaysWhatTheReportSays(t *testing.T) {
	text := inMarkdownForm(t, fixture(t))
	for _, want := range []string{
		"## ✓ PASS: seed\\-sweep\n\nAll 96 random starts led to the same network",
		"\nClaimed: Training forgets where it started\n",
		"\n### Claims\n\n| verdict | check | claim | found | value | tolerance | margin |\n| --- |",
		"\n| ✓ PASS | tuple | ",
		"\n### Controls\n\n| verdict | control | has to fail | found |\n",
		"\n| ✓ PASS | signed starts | tuple | With starts of mixed sign",
		"\nWarning\\: rank\\=20, check images\\: passes with little room",
		"\nAgain:\n\n    verify run seed-sweep\n",
		"revision 3f2a9c1\\+dirty, go1\\.26\\.0 linux/amd64",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("WriteMarkdown has no %q:\n%s", want, text)
		}
	}
	for row := range strings.Lines(text) {
		if cells := strings.Count(strings.ReplaceAll(row, `\|`, ""), "|"); cells != 0 && cells != 8 && cells != 5 {
			t.Errorf("a row has %d bars, want 8 or 5: %s", cells, row)
		}
	}
}

func TestMarkdownWithoutControls(t *testing.T) {
	text := inMarkdownForm(t, small())
	if want := "No control\\: nothing here was broken on purpose"; !strings.Contains(text, want) {
		t.Errorf("WriteMarkdown has no %q:\n%s", want, text)
	}
}

// Nothing in the tree can become markup.
func TestMarkdownEscapes(t *testing.T) {
	const evil = "<script>a</script> | [x](http://e.org) ![y](z) `c` **b** _i_ <!-- & @user #1 https://e.org www.e.org ~~s~~\n# head\n- item\r\n1. one\n    code\n| a | b |\x1b[31m\u202e$x$"
	r := little()
	r.Sentence, r.Scenario.Name, r.Scenario.Title, r.Scenario.Command = evil, evil, evil, evil
	r.Problems[0].Label, r.Problems[0].Checks[0].Title, r.Problems[0].Checks[0].Sentence = evil, evil, evil
	r.Twins[0].Name, r.Twins[0].Sentence, r.Doses[0].Name, r.Doses[0].Sentence = evil, evil, evil, evil
	r.Warnings = []string{evil}
	r.Scenario.Reduced = []string{evil}
	r.Environment.Version = evil
	text := inMarkdownForm(t, r)
	n := 0
	for row := range strings.Lines(text) {
		if strings.HasPrefix(row, "    ") { // a block of code, in which nothing is markup
			continue
		}
		plain := regexp.MustCompile(`\\[[:punct:]]`).ReplaceAllString(row, "")
		n += strings.Count(row, `\<script\>`)
		for _, mark := range []string{"<", ">", "[", "]", "`", "*", "_", "&", "@", "~", "$", "!", "\x1b", "\u202e", "://", "www."} {
			if strings.Contains(plain, mark) {
				t.Errorf("%q is not escaped in %q", mark, row)
			}
		}
		if strings.HasPrefix(row, "#") && !strings.HasPrefix(row, "## ") && !strings.HasPrefix(row, "### ") {
			t.Errorf("a heading that is none of ours: %q", row)
		}
	}
	if n < 9 {
		t.Errorf("the text appears %d times, want at least 9", n)
	}
	if got := strings.Count(text, "\n    "); got != 1 {
		t.Errorf("%d lines of code, want 1: the command", got)
	}
}

func TestMarkdownHasRoom(t *testing.T) {
	r := little()
	long := strings.Repeat("<|>", 1<<12)
	for i := range 500 {
		r.Warnings = append(r.Warnings, fmt.Sprint(i, long))
		r.Scenario.Reduced = append(r.Scenario.Reduced, long)
	}
	r.Sentence, r.Scenario.Command = long, long
	text := inMarkdownForm(t, r)
	if len(text) >= 1<<20 {
		t.Errorf("WriteMarkdown wrote %d bytes, want less than 1 MiB", len(text))
	}
	if !strings.Contains(text, "Left out for want of room: ") {
		t.Error("WriteMarkdown does not say that it left something out")
	}
}
