package report

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"example.org/concord/verify"
)

// The width of a summary: what is meant by zero or less, and the least that a table needs.
const (
	defaultWidth = 80
	leastWidth   = 40
)

// hints is the largest number of trials the summary names.
const hints = 3

// WriteText writes the summary a terminal shows: the verdict in one sentence, the checks with value,
// tolerance and margin, the basins, the drawings, what the networks know, the controls, what the starts prove, and where to look
// next. Lines are at most width columns, but for words that are longer. With a width above zero, that of a terminal,
// the table of checks has a bar for each margin and says whether a control fails the check, as far as there is room;
// zero means 80 columns without these. With color, verdicts are in colour as well as in words. Control characters in
// the tree are not passed on to the terminal.
func WriteText(w io.Writer, r *verify.Result, width int, color bool) error {
	if err := consistent(r); err != nil {
		return fmt.Errorf("report: text: %w", err)
	}
	t := text{width: max(width, leastWidth), color: color}
	if width <= 0 {
		t.width = defaultWidth
	} else {
		t.result = r
	}
	t.verdictLine("", r.Verdict, r.Sentence)
	t.scenario(r)
	for i := range r.Problems {
		t.problem(&r.Problems[i])
	}
	for i := range r.Twins {
		t.twin(&r.Twins[i])
	}
	if len(r.Twins) == 0 {
		t.gap()
		t.say("", "No control: nothing here was broken on purpose, so it is not shown that these checks can fail.")
	}
	for i := range r.Doses {
		t.dose(&r.Doses[i])
	}
	t.unshown(r)
	for _, s := range r.Warnings {
		t.gap()
		t.say("", "Warning: "+s)
	}
	if _, err := w.Write(withoutCommands(t.b.Bytes())); err != nil {
		return fmt.Errorf("report: text: %w", err)
	}
	return nil
}

// text is a summary in the making.
type text struct {
	b     bytes.Buffer
	width int
	color bool
	// Of a summary for a terminal: what is summed up, for columns of the table that files do without; else nil.
	result *verify.Result
}

func (t *text) gap() { t.b.WriteByte('\n') }

// say writes s in lines, each behind indent.
func (t *text) say(indent, s string) { t.hang(indent, indent, utf8.RuneCountInString(indent), s) }

// hang writes s in lines: the first behind lead, which is as wide as said, the others behind indent.
func (t *text) hang(lead, indent string, wide int, s string) {
	t.b.WriteString(lead)
	at, first := wide, true
	for word := range strings.FieldsSeq(printable(s)) {
		n := utf8.RuneCountInString(word)
		switch {
		case first:
		case at+1+n > t.width:
			t.b.WriteString("\n" + indent)
			at = utf8.RuneCountInString(indent)
		default:
			t.b.WriteByte(' ')
			at++
		}
		t.b.WriteString(word)
		at += n
		first = false
	}
	t.b.WriteByte('\n')
}

// verdictLine writes a verdict and what there is to say about it.
func (t *text) verdictLine(indent string, v verify.Verdict, s string) {
	mark := glyph(v) + " " + v.String()
	if s == "" {
		s = "No sentence was recorded."
	}
	t.hang(indent+t.paint(v, mark)+"  ", indent+"  ", utf8.RuneCountInString(indent+mark)+2, s)
}

// paint colours s as its verdict asks, when colour is wanted.
func (t *text) paint(v verify.Verdict, s string) string {
	if !t.color {
		return s
	}
	code := "33"
	switch v {
	case verify.Pass:
		code = "32"
	case verify.Fail, verify.Error:
		code = "31"
	default:
	}
	return "\x1b[1;" + code + "m" + s + "\x1b[0m"
}

func (t *text) scenario(r *verify.Result) {
	line := r.Scenario.Name
	if r.Scenario.Title != "" {
		line += ": " + r.Scenario.Title
	}
	t.say("  ", line)
	if r.Timing.Seconds > 0 {
		t.say("  ", fmt.Sprintf("%s in %s s", plural(len(r.Problems), "problem"), trimZeros(fmt.Sprintf("%.1f", float64(r.Timing.Seconds)))))
	}
}

func (t *text) problem(p *verify.ProblemResult) {
	t.gap()
	t.verdictLine("", p.Verdict, fmt.Sprintf("%s: %s, %s", p.Label, plural(len(p.Trials), "trial"), statuses(p.Trials)))
	if p.Error != "" {
		t.say("  ", "The problem could not be posed: "+p.Error)
	}
	t.checks(p.Checks)
	t.basins(p)
	t.drawings(p)
	t.proven(p)
	if p.Power != nil && p.Power.Sentence != "" {
		t.say("  ", p.Power.Sentence)
	}
	t.known(p)
	t.trials(p.Trials)
}

// checks writes the table of checks, then a sentence for each that did not pass.
func (t *text) checks(checks []verify.CheckResult) {
	if len(checks) == 0 {
		t.say("  ", "Nothing was checked.")
		return
	}
	t.checkTable(checks)
	for i := range checks {
		c := &checks[i]
		if c.Verdict == verify.Pass {
			continue
		}
		t.verdictLine("  ", c.Verdict, c.ID+": "+c.Sentence)
		for j := range min(len(c.Evidence), hints) {
			t.say("    ", c.Evidence[j].Text+" ("+short(c.Evidence[j].Value, "no number")+")")
		}
	}
}

func (t *text) basins(p *verify.ProblemResult) {
	if p.Distances == nil {
		t.say("  ", "Distances between trained networks were not recorded.")
	} else {
		t.say("  ", fmt.Sprintf("Largest distance between converged trials: %s modulo symmetry, %s without alignment.",
			short(p.Distances.Max, "not a number"), short(p.Distances.MaxBefore, "not a number")))
	}
	if len(p.Basins) == 0 {
		t.say("  ", "No basins: no trial left a converged outcome to compare.")
		return
	}
	t.say("  ", plural(len(p.Basins), "basin")+":")
	for i, b := range p.Basins {
		if i == 2*hints {
			t.say("    ", fmt.Sprintf("and %d more", len(p.Basins)-i))
			break
		}
		nearest := "no other basin"
		if !math.IsNaN(float64(b.Nearest)) {
			nearest = "nearest other " + short(b.Nearest, "")
		}
		t.say("    ", fmt.Sprintf("%d: %s, fitness %.9g, diameter %s, %s", i+1, plural(b.Size, "trial"),
			float64(b.Fitness), short(b.Diameter, "not a number"), nearest))
	}
}

// proven writes how many trials are certified, and what the optimum found without a start says or else the weakest
// certificate of a trial.
func (t *text) proven(p *verify.ProblemResult) {
	line := fmt.Sprintf("certified: %d of %s; ", certifiedTrials(p.Trials), plural(len(p.Trials), "trial"))
	numbers := func(c *verify.Certificate) string {
		return fmt.Sprintf("bound %s, gap %s ± %s, ratio at the cut %s; ", known(c.Bound, 14), known(c.Gap, 2), known(c.GapError, 2),
			known(c.Ratio, ratioDigits(c.Ratio)))
	}
	if p.Oracle == nil {
		if w := weakest(p.Trials); w != nil {
			t.say("  ", line+"the weakest certificate: "+numbers(w.Certificate)+"no optimum was found without a start")
		}
		return
	}
	o := &p.Oracle.Certificate
	if !o.Certified {
		line += "the optimum found without a start is not certified: " + o.Reason + "; "
	}
	line += numbers(o)
	if math.IsNaN(float64(p.Oracle.Distance)) {
		t.say("  ", line+"no trained tuple was compared with an optimum found without a start")
		return
	}
	t.say("  ", fmt.Sprintf("%sfarthest trained tuple %s from the optimum found without a start", line, known(p.Oracle.Distance, 2)))
}

func (t *text) metric(m *verify.Metric) {
	line := m.Name + " " + short(m.Value, "not measured")
	if !math.IsNaN(float64(m.Low)) && !math.IsNaN(float64(m.High)) && m.N > 0 {
		line += fmt.Sprintf(" (95 %% confidence %s to %s, n = %d)", short(m.Low, ""), short(m.High, ""), m.N)
	}
	t.say("  ", line)
}

// trials names the first trials that did not converge and how to look into them.
func (t *text) trials(trials []verify.TrialResult) {
	left := hints
	for i := range trials {
		tr := &trials[i]
		if tr.Status == verify.Converged {
			continue
		}
		if left == 0 {
			t.say("  ", "More trials that did not converge are in the report.")
			return
		}
		left--
		line := fmt.Sprintf("%s: %v", tr.Label, tr.Status)
		if tr.Error != "" {
			line += ": " + tr.Error
		}
		t.say("  ", line)
		if tr.Log != "" {
			t.say("    ", "log: "+tr.Log)
		}
		if tr.Reproduce != "" {
			t.say("    ", "again: "+tr.Reproduce)
		}
	}
}

func (t *text) twin(tw *verify.TwinResult) {
	t.gap()
	broken := settings(tw.Broken)
	if tw.Subject != "" {
		broken = strings.TrimSuffix("another subject: "+tw.Subject+"; "+broken, "; ")
	}
	t.verdictLine("", tw.Verdict, fmt.Sprintf("control %s (%s): %s", tw.Name, broken, tw.Sentence))
	for _, kind := range tw.MustFail {
		checks := mustFail(tw, kind)
		if len(checks) == 0 {
			t.say("  ", kind+" has to fail; the control has no such check")
		}
		for _, c := range checks {
			t.say("  ", fmt.Sprintf("%s has to fail; it came to %v: value %s, tolerance %s", c.ID, c.Verdict,
				short(c.Value, "not measured"), tolerance(c.Tolerance)))
		}
	}
}

// short writes x in three digits for a terminal, or word when it is NaN.
func short(x verify.Number, word string) string {
	if math.IsNaN(float64(x)) {
		return word
	}
	return fmt.Sprintf("%.3g", float64(x))
}

// marginNumber writes a margin for a terminal, in so many digits that one just above 1 is not taken for 1.
func marginNumber(x verify.Number) string {
	if x > 1 && x < 2 {
		return known(x, ratioDigits(x))
	}
	return short(x, "none")
}

// known writes x in so many digits for a terminal, or that it is not known.
func known(x verify.Number, digits int) string {
	if math.IsNaN(float64(x)) {
		return "not known"
	}
	return fmt.Sprintf("%.*g", digits, float64(x))
}

// tolerance writes a tolerance for a terminal.
func tolerance(x verify.Number) string {
	if x == 0 {
		return "exact"
	}
	return short(x, "none")
}

// printable replaces what could move the cursor or change colours.
func printable(s string) string {
	return strings.Map(printableRune, s)
}
