package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"example.org/concord/verify"
)

// WriteHistoryText writes a history for a terminal: per scenario a line for every run, then a line for every
// check with its margins as a row of bars, logarithmic over the decades of that check, "·" where none was
// measured. Flags follow what they are about. Width and color are those of WriteText.
func WriteHistoryText(w io.Writer, h *History, width int, color bool) error {
	if width <= 0 {
		width = defaultWidth
	}
	t := diffText{text: text{width: max(width, leastWidth), color: color}}
	if len(h.Scenarios) == 0 {
		t.say("", "No result was read.")
	}
	for i := range h.Scenarios {
		if i > 0 {
			t.gap()
		}
		t.history(&h.Scenarios[i])
	}
	for _, u := range h.Unreadable {
		t.gap()
		t.say("", "Not read: "+u.Path)
		t.say("  ", u.Reason)
	}
	for _, s := range h.Notes {
		t.gap()
		t.say("", s)
	}
	if _, err := w.Write(withoutCommands(t.b.Bytes())); err != nil {
		return fmt.Errorf("report: writing a history: %w", err)
	}
	return nil
}

func (t *diffText) history(s *ScenarioHistory) {
	t.say("", s.Name+": "+plural(len(s.Runs), "run"))
	rows := [][]string{{"run", "started", "verdict", "seconds", "memory", "revision"}}
	for i, r := range s.Runs {
		rows = append(rows, []string{
			fmt.Sprint(i + 1), r.when(), glyph(r.Verdict) + " " + r.Verdict.String(), short3(r.Seconds),
			memory(verify.Number(r.PeakRSS)), r.revision(),
		})
	}
	t.columns(rows, 3)
	for i, r := range s.Runs {
		t.say("  ", fmt.Sprintf("run %d: %s", i+1, r.Path))
		for _, f := range r.Flags {
			t.hang("    ! ", "      ", 6, f)
		}
	}
	if len(s.Checks) == 0 {
		t.say("  ", "Nothing was checked.")
		return
	}
	t.gap()
	rows = [][]string{{"problem", "check", "verdicts", "margins", "first", "last"}}
	for i := range s.Checks {
		c := &s.Checks[i]
		rows = append(rows, []string{
			printable(c.Problem), printable(c.ID), c.glyphs(), sparkline(c.Margins),
			marginNumber(c.Margins[0]), marginNumber(c.Margins[len(c.Margins)-1]),
		})
	}
	t.columns(rows, 4)
	for i := range s.Checks {
		c := &s.Checks[i]
		for _, f := range c.Flags {
			t.hang("    ! ", "      ", 6, fmt.Sprintf("%s, %s, %s", c.Problem, c.ID, f))
		}
	}
}

// columns writes rows in aligned columns, those from the given one on to the right.
func (t *diffText) columns(rows [][]string, right int) {
	wide := columnWidths(rows)
	for _, row := range rows {
		var line strings.Builder
		for j, s := range row {
			pad := strings.Repeat(" ", wide[j]-runes(s))
			if j < right {
				line.WriteString("  " + s + pad)
			} else {
				line.WriteString("  " + pad + s)
			}
		}
		t.b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// when writes the start of a run.
func (r *Run) when() string {
	if r.Started.IsZero() {
		return "not recorded"
	}
	return r.Started.Format("2006-01-02 15:04:05")
}

// revision writes the revision of a run, short.
func (r *Run) revision() string {
	if r.Revision == "" {
		return "unknown"
	}
	revision, dirty := strings.CutSuffix(printable(r.Revision), "+dirty")
	if all := []rune(revision); len(all) > 10 {
		revision = string(all[:10])
	}
	if dirty {
		revision += "+dirty"
	}
	return revision
}

// glyphs writes one sign per verdict.
func (c *CheckHistory) glyphs() string {
	var b strings.Builder
	for _, v := range c.Verdicts {
		b.WriteString(glyph(v))
	}
	return b.String()
}

// sparkline writes one bar per margin.
func sparkline(margins []verify.Number) string {
	const bars = "▁▂▃▄▅▆▇█"
	all := []rune(bars)
	at, _, _ := trend(margins)
	var b strings.Builder
	for _, y := range at {
		if math.IsNaN(y) {
			b.WriteRune('·')
			continue
		}
		b.WriteRune(all[min(int(y*float64(len(all))), len(all)-1)])
	}
	return b.String()
}

// WriteHistoryHTML writes a history as one self-contained page in the style of WriteHTML, without any script.
func WriteHistoryHTML(w io.Writer, h *History) error {
	return writeComparePage(w, "history.html", func(f frameOf) any { return &historyPage{frameOf: f, History: h} })
}

// historyPage is all that the template of a history sees.
type historyPage struct {
	frameOf
	*History
}

// When is the start of a run.
func (r *Run) When() string { return r.when() }

// Short is the revision of a run, short.
func (r *Run) Short() string { return r.revision() }

// Memory is the peak memory of a run.
func (r *Run) Memory() string { return memory(verify.Number(r.PeakRSS)) }

// First is the first margin.
func (c CheckHistory) First() string { return marginNumber(c.Margins[0]) }

// Last is the last margin.
func (c CheckHistory) Last() string { return marginNumber(c.Margins[len(c.Margins)-1]) }

// The drawing of margins in its units.
const (
	trendWidth  = 180.0
	trendHeight = 40.0
	trendEdge   = 5.0
)

// trendView is a drawing of margins, one after the other.
type trendView struct {
	Lines   []string // polylines, broken where nothing was measured
	Points  []trendPoint
	Limit   *float64 // where the margin is 1; nil outside the drawing
	Summary string
}

// trendPoint is one margin.
type trendPoint struct {
	X, Y float64
	Over bool
}

func newTrendView(margins []verify.Number) *trendView {
	v := &trendView{}
	at, low, high := trend(margins)
	y := func(at float64) float64 { return trendHeight - trendEdge - (trendHeight-2*trendEdge)*at }
	var line []string
	flush := func() {
		if len(line) > 1 {
			v.Lines = append(v.Lines, strings.Join(line, " "))
		}
		line = nil
	}
	for i, m := range margins {
		if math.IsNaN(float64(m)) {
			flush()
			continue
		}
		p := trendPoint{X: trendWidth / 2, Y: y(at[i]), Over: m > 1}
		if len(margins) > 1 {
			p.X = trendEdge + (trendWidth-2*trendEdge)*float64(i)/float64(len(margins)-1)
		}
		v.Points = append(v.Points, p)
		line = append(line, px(p.X)+","+px(p.Y))
	}
	flush()
	if low <= 0 && high >= 0 && high > low {
		limit := y(-low / (high - low))
		v.Limit = &limit
	}
	v.Summary = fmt.Sprintf("margins of %s: first %s, last %s", plural(len(margins), "run"), marginNumber(margins[0]), marginNumber(margins[len(margins)-1]))
	return v
}

// Now is the last verdict.
func (c CheckHistory) Now() verify.Verdict { return c.Verdicts[len(c.Verdicts)-1] }
