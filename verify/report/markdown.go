package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"example.org/concord/verify"
)

// What a summary in Markdown may take. GitHub refuses step summaries of more than 1 MiB.
const (
	markdownBudget = 256 << 10 // bytes after which rows are counted and no longer written
	markdownCell   = 1000      // runes of one text
)

// WriteMarkdown writes a summary in GitHub's Markdown: the verdict in one sentence, the claims with value,
// tolerance and margin, the controls, the warnings, and the command that does it again. It has less than 1 MiB,
// however large the result is. Whatever the tree says is text: neither Markdown nor HTML in it has any effect.
func WriteMarkdown(w io.Writer, r *verify.Result) error {
	if err := consistent(r); err != nil {
		return fmt.Errorf("report: markdown: %w", err)
	}
	var m markdown
	fmt.Fprintf(&m.b, "## %s %s: %s\n\n%s\n", glyph(r.Verdict), r.Verdict, inMarkdown(r.Scenario.Name), inMarkdown(orUnsaid(r.Sentence)))
	if r.Scenario.Title != "" {
		fmt.Fprintf(&m.b, "\nClaimed: %s\n", inMarkdown(r.Scenario.Title))
	}
	for i := range r.Problems {
		if p := &r.Problems[i]; p.Error != "" {
			m.paragraph(p.Label + " could not be posed: " + p.Error)
		}
	}
	m.claims(r)
	m.controls(r)
	for _, s := range r.Scenario.Reduced {
		m.paragraph("Reduced: " + s)
	}
	for _, s := range r.Warnings {
		m.paragraph("Warning: " + s)
	}
	m.left("paragraph")
	if r.Scenario.Command != "" {
		fmt.Fprintf(&m.b, "\nAgain:\n\n    %s\n", strings.Join(strings.Fields(shortened(printable(r.Scenario.Command))), " "))
	}
	e := &r.Environment
	fmt.Fprintf(&m.b, "\nverify %s, revision %s, %s %s/%s\n", inMarkdown(e.Version), inMarkdown(e.Revision), inMarkdown(e.Go),
		inMarkdown(e.GOOS), inMarkdown(e.GOARCH))
	if _, err := w.Write(withoutCommands(m.b.Bytes())); err != nil {
		return fmt.Errorf("report: markdown: %w", err)
	}
	return nil
}

// markdown is a summary in the making.
type markdown struct {
	b   bytes.Buffer
	cut int // rows or paragraphs that were too many
}

// paragraph writes a text of its own.
func (m *markdown) paragraph(s string) {
	if m.b.Len() > markdownBudget {
		m.cut++
		return
	}
	fmt.Fprintf(&m.b, "\n%s\n", inMarkdown(s))
}

// row writes one row of a table.
func (m *markdown) row(cells ...string) {
	if m.b.Len() > markdownBudget {
		m.cut++
		return
	}
	for _, c := range cells {
		m.b.WriteString("| " + inMarkdown(c) + " ")
	}
	m.b.WriteString("|\n")
}

// left says how many rows or paragraphs were left out.
func (m *markdown) left(what string) {
	if m.cut > 0 {
		fmt.Fprintf(&m.b, "\nLeft out for want of room: %s. The report has them.\n", plural(m.cut, what))
	}
	m.cut = 0
}

// claims writes the table of claims.
func (m *markdown) claims(r *verify.Result) {
	all := claimsOf(r)
	if len(all) == 0 {
		m.paragraph("Nothing was checked.")
		return
	}
	m.b.WriteString("\n### Claims\n\n| verdict | check | claim | found | value | tolerance | margin |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, c := range all {
		title := c.Title
		if title == "" {
			title = c.ID
		}
		m.row(glyph(c.Verdict)+" "+c.Verdict.String(), c.ID, title, c.sentence(), number(c.Value), number(c.Tolerance), margin(c.CheckResult))
	}
	m.left("claim")
}

// controls writes the table of controls.
func (m *markdown) controls(r *verify.Result) {
	if len(r.Twins)+len(r.Doses) == 0 {
		m.paragraph("No control: nothing here was broken on purpose, so it is not shown that these checks can fail.")
		return
	}
	m.b.WriteString("\n### Controls\n\n| verdict | control | has to fail | found |\n| --- | --- | --- | --- |\n")
	for i := range r.Twins {
		t := &r.Twins[i]
		m.row(glyph(t.Verdict)+" "+t.Verdict.String(), t.Name, strings.Join(t.MustFail, ", "), orUnsaid(t.Sentence))
	}
	for i := range r.Doses {
		d := &r.Doses[i]
		m.row(glyph(d.Verdict)+" "+d.Verdict.String(), d.Name, "tuple, at the largest "+d.Axis, orUnsaid(d.Sentence))
	}
	m.left("control")
}

// inMarkdown writes s as text in one line: what would be Markdown or HTML is escaped.
func inMarkdown(s string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(shortened(printable(s))), " ") {
		if strings.ContainsRune("\\`*_{}[]()#+-.!<>|&~:@$=^\"/", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// shortened returns s, or its beginning where it is long.
func shortened(s string) string {
	if runes := []rune(s); len(runes) > markdownCell {
		return string(runes[:markdownCell]) + "…"
	}
	return s
}
