package report

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// compareWriters are the writers of comparisons, histories and explanations, with their trees.
func compareWriters(t testing.TB) []struct {
	name  string
	write func(io.Writer) error
} {
	t.Helper()
	x, y := apartTrees()
	c, h, r := compared(t, x, y), someHistory(), little()
	cells := r.Problems[0].Trials
	return []struct {
		name  string
		write func(io.Writer) error
	}{
		{"WriteDiffText", func(w io.Writer) error { return WriteDiffText(w, c, 0, true) }},
		{"WriteDiffJSON", func(w io.Writer) error { return WriteDiffJSON(w, c) }},
		{"WriteDiffHTML", func(w io.Writer) error { return WriteDiffHTML(w, c) }},
		{"WriteHistoryText", func(w io.Writer) error { return WriteHistoryText(w, h, 0, true) }},
		{"WriteHistoryHTML", func(w io.Writer) error { return WriteHistoryHTML(w, h) }},
		{"ExplainCell", func(w io.Writer) error { return ExplainCell(w, r, cells[0].Cell, 0) }},
		{"ExplainPair", func(w io.Writer) error { return ExplainPair(w, r, cells[0].Cell, cells[1].Cell, 1e-6, 0) }},
	}
}

func TestCompareWriteErrorsAreReturned(t *testing.T) {
	for _, test := range compareWriters(t) {
		t.Run(test.name, func(t *testing.T) {
			var whole bytes.Buffer
			if err := test.write(&whole); err != nil {
				t.Fatal(err)
			}
			for _, left := range []int{0, whole.Len() / 2, whole.Len() - 1} {
				if err := test.write(&failing{left: left}); !errors.Is(err, errBroken) {
					t.Errorf("with room for %d of %d bytes: %v, want %v", left, whole.Len(), err, errBroken)
				}
			}
			var again bytes.Buffer
			if err := test.write(&again); err != nil || !bytes.Equal(whole.Bytes(), again.Bytes()) {
				t.Errorf("the second time it writes other bytes, or fails: %v", err)
			}
		})
	}
}

func diffPageOf(t *testing.T, text string) string {
	t.Helper()
	x, y := apartTrees()
	c := compared(t, x, y)
	if text != "" {
		if n := poison(reflect.ValueOf(c).Elem(), text); n < 50 {
			t.Fatalf("only %d strings in the comparison", n)
		}
	}
	var b bytes.Buffer
	if err := WriteDiffHTML(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func historyPageOf(t *testing.T, text string) string {
	t.Helper()
	h := someHistory()
	if text != "" {
		if n := poison(reflect.ValueOf(h).Elem(), text); n < 20 {
			t.Fatalf("only %d strings in the history", n)
		}
	}
	var b bytes.Buffer
	if err := WriteHistoryHTML(&b, h); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The pages are of one piece: every anchor is there, every table has a caption, the policy names the style, and
// nothing is fetched or run.
func TestComparePagesStructure(t *testing.T) {
	var same, none bytes.Buffer
	if err := errors.Join(WriteDiffHTML(&same, compared(t, nothing(), nothing())), WriteHistoryHTML(&none, NewHistory(nil, nil))); err != nil {
		t.Fatal(err)
	}
	for name, page := range map[string]string{
		"diff": diffPageOf(t, ""), "history": historyPageOf(t, ""), "the same": same.String(), "no runs": none.String(),
	} {
		t.Run(name, func(t *testing.T) {
			style := matches(page, `(?s)<style>(.*?)</style>`)
			if len(style) != 1 || !strings.Contains(page, "style-src &#39;sha256-"+strings.ReplaceAll(digest([]byte(style[0])), "+", "&#43;")) {
				t.Error("the policy does not name the style")
			}
			ids := matches(page, ` id="([^"]*)"`)
			for i, id := range ids {
				if slices.Contains(ids[:i], id) {
					t.Errorf("the id %q is there twice", id)
				}
			}
			for _, pattern := range []string{`href="#([^"]*)"`, `aria-labelledby="([^"]*)"`} {
				for _, id := range matches(page, pattern) {
					if !slices.Contains(ids, id) {
						t.Errorf("nothing has the id %q", id)
					}
				}
			}
			if a, b := strings.Count(page, "<table"), strings.Count(page, "<caption>"); a != b {
				t.Errorf("%d tables have %d captions", a, b)
			}
			for _, element := range []string{"table", "section", "svg", "main", "nav", "pre", "span", "td", "ul", "li", "dl", "div"} {
				if a, b := len(matches(page, "<("+element+")[ >]")), strings.Count(page, "</"+element+">"); a != b {
					t.Errorf("%d of %d <%s> are closed", b, a, element)
				}
			}
			for _, bad := range []string{"<script", "<link", "http://", "https://", "ZgotmplZ", "NaN", " style="} {
				if strings.Contains(page, bad) {
					t.Errorf("the page has %q", bad)
				}
			}
		})
	}
}
