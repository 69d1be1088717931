package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	htmlparser "golang.org/x/net/html"

	"example.org/concord/verify"
)

// hostile are texts that mean something to one of the forms that results are written in.
var hostile = []string{
	`"><script>alert(1)</script>`, `'onmouseover=alert(1) x='`, `" onload="alert(1)`, `'><img src=x onerror=alert(1)>`, `javascript:alert(1)`,
	`data:text/html,<script>alert(1)</script>`, `]]><x/>`, `</style><script>alert(1)</script>`, `</title><svg onload=alert(1)>`, `--><b>`, `<!--`,
	"`${alert(1)}`", "{{.}}", "&lt;b&gt;&#x3c;", "a\u2028b\u2029c", "\x1b[31mred\x1b]0;title\x07", "a\r\nb\r", "a\n::error::b\n  ::stop-commands::c", "##[error]x",
	"a | b", "<!-- a -->", "[x](javascript:y) ![z](//w)", "\x00\u202e\ufeff", "\xff\xfe",
}

// like returns a text of letters that is as long as another and has its breaks where that has them.
func like(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == ' ' {
			return r
		}
		return 'x'
	}, text)
}

// harmful is an attribute that has an effect.
func harmful(a htmlparser.Attribute) bool {
	value := strings.ToLower(strings.TrimSpace(a.Val))
	switch {
	case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", a.Key == "formaction":
		return true
	case a.Key == "href" || a.Key == "src" || strings.HasSuffix(a.Key, ":href"):
		// A page leads to places in itself and to files below its own folder, and nowhere else.
		below := filepath.IsLocal(filepath.FromSlash(value)) && !strings.ContainsAny(value, `:\`)
		return !strings.HasPrefix(value, "#") && !strings.HasPrefix(value, "data:image/") && !below
	}
	return false
}

// elements returns the elements of a page in their order, each with its depth and the names of its attributes, and
// the attributes that are harmful.
func elements(t *testing.T, page string) (all, bad []string) {
	t.Helper()
	doc, err := htmlparser.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var visit func(n *htmlparser.Node, depth int)
	visit = func(n *htmlparser.Node, depth int) {
		switch n.Type {
		case htmlparser.ElementNode:
			line := fmt.Sprint(depth, " ", n.Data)
			for _, a := range n.Attr {
				line += " " + a.Key
				if harmful(a) {
					bad = append(bad, fmt.Sprintf("%s %s=%q", n.Data, a.Key, a.Val))
				}
			}
			all = append(all, line)
		case htmlparser.CommentNode:
			all = append(all, fmt.Sprint(depth, " comment"))
		case htmlparser.TextNode, htmlparser.DocumentNode, htmlparser.DoctypeNode, htmlparser.ErrorNode, htmlparser.RawNode:
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			visit(c, depth+1)
		}
	}
	visit(doc, 0)
	return all, bad
}

// xmlElements is elements for XML.
func xmlElements(t *testing.T, text string) (all []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	depth := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("the document is not well-formed: %v", err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth++
			line := fmt.Sprint(depth, " ", e.Name.Local)
			for _, a := range e.Attr {
				line += " " + a.Name.Local
			}
			all = append(all, line)
		case xml.EndElement:
			depth--
		case xml.Comment:
			all = append(all, "comment")
		}
	}
}

// poisonedForms are the pages, documents and texts made of trees that have text in every string.
type poisonedForms struct {
	pages, documents, texts map[string]string
}

func formsOf(t *testing.T, text string) poisonedForms {
	t.Helper()
	r, fine := poisoned(t, text), little()
	runs := someHistory()
	poison(reflect.ValueOf(runs).Elem(), text)
	ended := compared(t, fine, r)
	poison(reflect.ValueOf(ended).Elem(), text)
	write := func(write func(io.Writer) error) string {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatalf("with %q: %v", text, err)
		}
		return b.String()
	}
	explained := poisoned(t, text)
	explained.Problems[0].Trials[0].Cell, explained.Problems[0].Trials[1].Cell = "first", "second"
	place := Place{File: text}
	return poisonedForms{
		pages: map[string]string{
			"WriteHTML": write(func(w io.Writer) error { return WriteHTML(w, r) }),
			"a folder": write(func(w io.Writer) error {
				page, err := renderPage(r, aside{map[string][]byte{}})
				return errors.Join(err, bytesTo(page)(w))
			}),
			"WriteDiffHTML":    write(func(w io.Writer) error { return WriteDiffHTML(w, ended) }),
			"WriteHistoryHTML": write(func(w io.Writer) error { return WriteHistoryHTML(w, runs) }),
		},
		documents: map[string]string{"WriteJUnit": write(func(w io.Writer) error { return WriteJUnit(w, r) })},
		texts: map[string]string{
			"WriteText":        write(func(w io.Writer) error { return WriteText(w, r, 0, false) }),
			"WriteMarkdown":    write(func(w io.Writer) error { return WriteMarkdown(w, r) }),
			"WriteDiffText":    write(func(w io.Writer) error { return WriteDiffText(w, ended, 0, false) }),
			"WriteHistoryText": write(func(w io.Writer) error { return WriteHistoryText(w, runs, 0, false) }),
			"ExplainCell":      write(func(w io.Writer) error { return ExplainCell(w, explained, "first", 0) }),
			"ExplainPair":      write(func(w io.Writer) error { return ExplainPair(w, explained, "first", "second", 1e-6, 0) }),
			"WriteAnnotations": write(func(w io.Writer) error { _, err := WriteAnnotations(w, r, place, 10); return err }),
			"WriteMistakes": write(func(w io.Writer) error {
				e := &verify.ScenarioError{Path: text, Problems: []verify.ScenarioProblem{{Line: 1, Column: 2, Text: text, Suggestion: text}}}
				_, err := WriteMistakes(w, e, text, 10)
				return err
			}),
		},
	}
}

// Whatever the strings of a result say, file names among them, they are text in every form that it is written in:
// they make no element, no attribute and no link, and no command for a terminal or for GitHub.
func TestHostileStringsAreText(t *testing.T) {
	for i, text := range hostile {
		if testing.Short() && i%4 != 0 {
			continue // under the race detector all of them would take half a minute
		}
		t.Run(fmt.Sprintf("%q", text), func(t *testing.T) {
			got, want := formsOf(t, text), formsOf(t, like(text))
			for name, page := range got.pages {
				all, bad := elements(t, page)
				same, _ := elements(t, want.pages[name])
				if !slices.Equal(all, same) {
					t.Errorf("%s: %d elements, and %d with a harmless text; the first that differs: %s", name, len(all), len(same), firstOther(all, same))
				}
				if len(bad) > 0 {
					t.Errorf("%s: %d attributes that do something, the first is %s", name, len(bad), bad[0])
				}
			}
			for name, document := range got.documents {
				if all, same := xmlElements(t, document), xmlElements(t, want.documents[name]); !slices.Equal(all, same) {
					t.Errorf("%s: %d elements, and %d with a harmless text; the first that differs: %s", name, len(all), len(same), firstOther(all, same))
				}
			}
			for name, s := range got.texts {
				if name != "WriteAnnotations" && name != "WriteMistakes" {
					soundText(t, name, s)
					continue
				}
				for line := range strings.Lines(s) {
					if keys := commandKeys(line); keys != "file line title" && keys != "file line col title" {
						t.Errorf("%s: a command with the properties %q: %q", name, keys, line)
					}
				}
				if i := strings.IndexFunc(s, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
					t.Errorf("%s writes a control character: %q", name, s[i:])
				}
				if a, b := strings.Count(s, "\n"), strings.Count(want.texts[name], "\n"); a != b {
					t.Errorf("%s: %d commands, want %d", name, a, b)
				}
			}
		})
	}
}

// commandKeys returns the names of the properties of an error command, as the runner of GitHub Actions reads them.
func commandKeys(line string) string {
	head, _, ok := strings.Cut(strings.TrimPrefix(line, "::error "), "::")
	if !ok || !strings.HasPrefix(line, "::error ") {
		return "none"
	}
	var keys []string
	for property := range strings.SplitSeq(head, ",") {
		key, _, _ := strings.Cut(property, "=")
		keys = append(keys, key)
	}
	return strings.Join(keys, " ")
}

// firstOther returns the first line that is in a and not, at its place, in b.
func firstOther(a, b []string) string {
	for i, line := range a {
		if i >= len(b) || line != b[i] {
			return line
		}
	}
	return "none"
}
