package report

import (
	"math"
	"slices"
	"strings"

	"example.org/concord/verify"
)

// The columns of the table of checks.
const (
	columnVerdict = iota
	columnCheck
	columnValue
	columnTolerance
	columnMargin
	columnBar
	columnControl
)

// leastCheck is how much of the name of a check is shown at least.
const leastCheck = 12

// checkTable writes a line for every check. On a terminal that is too narrow, first the bars are left out, then the
// controls, then the ends of names; and where not even that does, every check has two lines.
func (t *text) checkTable(checks []verify.CheckResult) {
	rows := [][]string{{"verdict", "check", "value", "tolerance", "margin", "used", "control"}}
	for i := range checks {
		c := &checks[i]
		row := []string{
			glyph(c.Verdict) + " " + c.Verdict.String(), printable(c.ID),
			short(c.Value, "not measured"), tolerance(c.Tolerance), marginNumber(c.Margin), marginBar(c.Margin), "none",
		}
		if t.result != nil && shownToFail(t.result, c) {
			row[columnControl] = "fails"
		}
		rows = append(rows, row)
	}
	if t.result == nil {
		rows = withoutColumn(withoutColumn(rows, columnControl), columnBar)
	} else {
		if tableWidth(rows) > t.width {
			rows = withoutColumn(rows, columnBar)
		}
		if tableWidth(rows) > t.width {
			rows = withoutColumn(rows, columnControl-1)
		}
	}
	if over := tableWidth(rows) - t.width; over > 0 && t.result != nil {
		room := 0
		for _, row := range rows {
			room = max(room, Columns(row[columnCheck]))
		}
		if room -= over; room < leastCheck {
			t.stacked(rows, checks)
			return
		}
		for _, row := range rows {
			row[columnCheck] = CutColumns(row[columnCheck], room)
		}
	}
	t.table(rows, checks)
}

// withoutColumn returns rows without a column.
func withoutColumn(rows [][]string, column int) [][]string {
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = slices.Delete(slices.Clone(row), column, column+1)
	}
	return out
}

// tableWidths returns the columns of the longest entry of each column of a table.
func tableWidths(rows [][]string) []int {
	wide := make([]int, len(rows[0]))
	for _, row := range rows {
		for j, s := range row {
			wide[j] = max(wide[j], Columns(s))
		}
	}
	return wide
}

// tableWidth returns how wide a table is, with two blanks before each column.
func tableWidth(rows [][]string) int {
	n := 0
	for _, w := range tableWidths(rows) {
		n += 2 + w
	}
	return n
}

// table writes rows in aligned columns, numbers to the right.
func (t *text) table(rows [][]string, checks []verify.CheckResult) {
	wide := tableWidths(rows)
	for i, row := range rows {
		var line strings.Builder
		for j, s := range row {
			pad := strings.Repeat(" ", wide[j]-Columns(s))
			switch {
			case j == columnVerdict && i > 0:
				line.WriteString("  " + t.paint(checks[i-1].Verdict, s) + pad)
			case j < columnValue || j > columnMargin:
				line.WriteString("  " + s + pad)
			default:
				line.WriteString("  " + pad + s)
			}
		}
		t.b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// stacked writes every check in lines of its own.
func (t *text) stacked(rows [][]string, checks []verify.CheckResult) {
	head := rows[0]
	for i, row := range rows[1:] {
		mark := row[columnVerdict]
		t.b.WriteString("  " + t.paint(checks[i].Verdict, mark) + "  " + CutColumns(row[columnCheck], t.width-Columns(mark)-4) + "\n")
		var words []string
		for j := columnValue; j < len(row); j++ {
			words = append(words, head[j]+" "+row[j])
		}
		t.say("    ", strings.Join(words, ", "))
	}
}

// marginBar draws a margin, a sign for every two decades above 1e-10: five are the tolerance, and "!" is beyond.
func marginBar(m verify.Number) string {
	const signs, decades = 5, 2
	x := float64(m)
	switch {
	case math.IsNaN(x):
		return ""
	case x > 1:
		return strings.Repeat("!", signs)
	case x <= 0:
		return strings.Repeat(".", signs)
	}
	full := min(max(int(math.Ceil(signs+math.Log10(x)/decades)), 0), signs)
	return strings.Repeat("=", full) + strings.Repeat(".", signs-full)
}
