package report

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"example.org/concord/verify"
)

// WriteDiffJSON writes a comparison as JSON, indented by two spaces, NaN as the string "NaN".
func WriteDiffJSON(w io.Writer, c *Comparison) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(c); err != nil {
		return fmt.Errorf("report: writing a comparison: %w", err)
	}
	return nil
}

// WriteDiffText writes a comparison for a terminal: the sentence, whose results they are, and by place in the
// tree the fields that differ in aligned columns. Text too long for a column is written below its field, what
// was before behind "- ", what is after behind "+ ". With color, better and worse are in colour as well as in
// words. Control characters are not passed on. Width is that of WriteText.
func WriteDiffText(w io.Writer, c *Comparison, width int, color bool) error {
	if width <= 0 {
		width = defaultWidth
	}
	t := diffText{text: text{width: max(width, leastWidth), color: color}}
	t.say("", c.Sentence)
	t.say("  ", "before: "+c.Before.words())
	t.say("  ", "after:  "+c.After.words())
	t.parts("", c.Parts)
	if _, err := w.Write(withoutCommands(t.b.Bytes())); err != nil {
		return fmt.Errorf("report: writing a comparison: %w", err)
	}
	return nil
}

// words says which run it was.
func (o Origin) words() string {
	started, revision := o.Started+" UTC", "revision "+o.Revision
	if o.Started == "" {
		started = "start not recorded"
	}
	if o.Revision == "" {
		revision = "revision unknown"
	}
	return fmt.Sprintf("%s, %s, %s, %s", o.Scenario, o.Verdict, started, revision)
}

// diffText is a comparison in the making.
type diffText struct{ text }

// columnWidth is the most runes a value may have to stand in a column.
const columnWidth = 24

// inColumn reports whether a field can stand in a table.
func inColumn(d *Difference) bool {
	for _, s := range []string{d.Before, d.After} {
		if runes(s) > columnWidth || strings.ContainsRune(s, '\n') {
			return false
		}
	}
	return true
}

// parts writes the fields of a place as a table, then its places.
func (t *diffText) parts(path string, parts []Difference) {
	rows := [][]string{{"", "field", "before", "after", "ratio"}}
	var long []*Difference
	effects := []Effect{Same}
	for i := range parts {
		d := &parts[i]
		switch {
		case len(d.Parts) > 0:
		case inColumn(d):
			rows = append(rows, []string{d.Effect.String(), printable(d.Name), present(d.Before), present(d.After), factor(d.Ratio)})
			effects = append(effects, d.Effect)
		default:
			long = append(long, d)
		}
	}
	if len(rows) > 1 || len(long) > 0 {
		t.gap()
		if path != "" {
			t.say("", path)
		}
	}
	if len(rows) > 1 {
		t.table(rows, effects)
	}
	for _, d := range long {
		t.say("  ", d.Effect.String()+"  "+d.Name)
		t.block("- ", d.Before)
		t.block("+ ", d.After)
	}
	for i := range parts {
		d := &parts[i]
		if len(d.Parts) > 0 {
			t.parts(strings.TrimPrefix(path+", "+d.Name, ", "), d.Parts)
		}
	}
}

// table writes rows in aligned columns: the first three to the left, numbers to the right.
func (t *diffText) table(rows [][]string, effects []Effect) {
	wide := columnWidths(rows)
	for i, row := range rows {
		var line strings.Builder
		for j, s := range row {
			pad := strings.Repeat(" ", wide[j]-runes(s))
			switch {
			case j == 0:
				line.WriteString("  " + t.effect(effects[i], s) + pad)
			case j < 2:
				line.WriteString("  " + s + pad)
			default:
				line.WriteString("  " + pad + s)
			}
		}
		t.b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// columnWidths returns the runes of the longest entry of each column.
func columnWidths(rows [][]string) []int {
	wide := make([]int, len(rows[0]))
	for _, row := range rows {
		for j, s := range row {
			wide[j] = max(wide[j], runes(s))
		}
	}
	return wide
}

func runes(s string) int { return utf8.RuneCountInString(s) }

// block writes text line by line, as it is but for control characters.
func (t *diffText) block(mark, s string) {
	for _, line := range lines(s) {
		t.b.WriteString("    " + mark + strings.TrimRight(printable(line), " ") + "\n")
	}
}

// effect colours s as an effect asks, when colour is wanted.
func (t *diffText) effect(e Effect, s string) string {
	switch e {
	case Worse:
		return t.paint(verify.Fail, s)
	case Better:
		return t.paint(verify.Pass, s)
	case Changed:
		return t.paint(verify.Inconclusive, s)
	default:
		return s
	}
}

// present writes a value for a column, or that there is none.
func present(s string) string {
	if s == "" {
		return "–"
	}
	return printable(s)
}

// factor writes a ratio, "" where there is none.
func factor(x verify.Number) string {
	if math.IsNaN(float64(x)) {
		return ""
	}
	return fmt.Sprintf("×%.3g", float64(x))
}

// WriteDiffHTML writes a comparison as one self-contained page in the style of WriteHTML, without any script.
func WriteDiffHTML(w io.Writer, c *Comparison) error {
	v := &diffPage{Comparison: c}
	v.Top, v.Places = flatten("", c.Parts, 0)
	return writeComparePage(w, "diff.html", func(f frameOf) any { v.frameOf = f; return v })
}

// diffPage is all that the template of a comparison sees.
type diffPage struct {
	frameOf
	*Comparison
	Top    []Difference
	Places []diffPlace
}

// OfRun returns the fields of the run itself, nil where none differs.
func (p *diffPage) OfRun() *diffPlace {
	if len(p.Top) == 0 {
		return nil
	}
	return &diffPlace{Name: "The whole run", Fields: p.Top}
}

// diffPlace is one place in the tree with the fields that differ there.
type diffPlace struct {
	ID, Name string
	Effect   Effect
	Fields   []Difference
}

// flatten takes the fields of a place from its places, at any depth. Places are numbered from first + 1.
func flatten(path string, parts []Difference, first int) (fields []Difference, places []diffPlace) {
	for i := range parts {
		d := &parts[i]
		if len(d.Parts) == 0 {
			fields = append(fields, *d)
			continue
		}
		name := strings.TrimPrefix(path+", "+d.Name, ", ")
		at := len(places)
		own, inner := flatten(name, d.Parts, first+at+1)
		places = append(places, diffPlace{ID: fmt.Sprintf("at%d", first+at+1), Name: name, Effect: d.Effect, Fields: own})
		places = append(places, inner...)
	}
	return fields, places
}

// longLines returns what a field was and is, line by line, where it is too long for a column.
func longLines(d Difference) []diffLine {
	if inColumn(&d) {
		return nil
	}
	var all []diffLine
	for _, s := range lines(d.Before) {
		all = append(all, diffLine{"−", s})
	}
	for _, s := range lines(d.After) {
		all = append(all, diffLine{"+", s})
	}
	return all
}

// diffLine is a line of text with its sign.
type diffLine struct{ Sign, Text string }

// frameOf is what all pages about several results share.
type frameOf struct {
	Style  template.CSS
	Policy string
}

// writeComparePage executes one of the templates in assets/compare, whose view the function makes.
func writeComparePage(w io.Writer, name string, view func(frameOf) any) error {
	var style []byte
	for _, path := range []string{"assets/page.css", "assets/compare/compare.css"} {
		part, err := assets.ReadFile(path)
		if err != nil {
			return fmt.Errorf("report: html: %w", err)
		}
		style = append(style, part...)
	}
	funcs := functions()
	funcs["present"], funcs["factor"], funcs["long"], funcs["trend"] = present, factor, longLines, newTrendView
	t, err := template.New(name).Funcs(funcs).ParseFS(assets, "assets/compare/*.html")
	if err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	f := frameOf{
		Style:  template.CSS(style), //nolint:gosec // embedded
		Policy: "default-src 'none'; style-src 'sha256-" + digest(style) + "'; base-uri 'none'; form-action 'none'",
	}
	var b strings.Builder
	if err := t.Execute(&b, view(f)); err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	return nil
}
