package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"

	"example.org/concord/verify"
)

//go:embed assets
var assets embed.FS

// few is the number of problems up to which a page shows everything of all of them. Beyond it, problems
// that pass are folded, and their ascents are left to the picture files.
const few = 3

// WriteHTML writes r as one self-contained page. It needs nothing but itself: no network, no other file,
// and no script to be read; a short script only moves the frames of an ascent, sorts and filters training runs,
// and copies commands. The page carries a
// content-security-policy that allows its own style and script, named by their digests, and pictures
// within it, and nothing else.
func WriteHTML(w io.Writer, r *verify.Result) error {
	if err := consistent(r); err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	text, err := renderPage(r, within{})
	if err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	return nil
}

// renderPage returns the page of a consistent tree, whose style, script and pictures go to their places.
func renderPage(r *verify.Result, at placement) ([]byte, error) {
	v, err := newPage(r)
	if err != nil {
		return nil, err
	}
	style, err := joined("assets/page.css", "assets/evidence.css", "assets/plots.css")
	if err != nil {
		return nil, err
	}
	scripts := []string{"assets/evidence.js", "assets/plots.js"}
	if v.Films {
		scripts = append(scripts, "assets/film.js")
	}
	script, err := joined(scripts...)
	if err != nil {
		return nil, err
	}
	v.frame = at.frame(style, script)
	funcs := functions()
	funcs["src"] = at.picture
	funcs["gloss"] = newGlossary().link
	t, err := template.New("page.html").Funcs(funcs).ParseFS(assets, "assets/*.html")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// joined returns the text of several files, one after the other.
func joined(names ...string) ([]byte, error) {
	var all []byte
	for _, name := range names {
		text, err := assets.ReadFile(name)
		if err != nil {
			return nil, err
		}
		all = append(all, text...)
	}
	return all, nil
}

// page is all that the template of the page sees.
type page struct {
	*verify.Result
	frame
	Figures  []figure
	Views    []*problemView
	Controls []*controlView
	Dosed    []*doseView
	Rows     []*claimRow  // the table of claims
	Margins  *marginsView // nil where nothing was checked
	Films    bool         // whether an ascent can be moved through
	Measured bool         // whether there is any metric
	Proven   bool         // whether there is any proof, or the attempt at one
	Words    []verify.Verdict
	Terms    []term
	Answer   string // whether training forgets its start; "" where no check says so
	Next     string // what to do about the verdict; "" where there is nothing to do
}

// figure is one of the big numbers at the top.
//
// Place is the id of where the number comes from.
type figure struct{ Number, Label, Place string }

func newPage(r *verify.Result) (*page, error) {
	v := &page{
		Result:  r,
		Figures: figures(r),
		Terms:   terms(), Answer: answer(r), Next: nextOfRun(r.Verdict),
		Words: []verify.Verdict{
			verify.Pass, verify.Fail, verify.Inconclusive, verify.Vacuous, verify.Missing,
			verify.Error, verify.NotRun,
		},
	}
	s := pageSettings{Command: r.Scenario.Command, Curves: polylines(len(r.Problems)), Rows: allTrials(r.Problems) <= manyTrials}
	for i := range r.Problems {
		p := &r.Problems[i]
		all := len(r.Problems) <= few
		view, err := newProblemView(fmt.Sprintf("p%d", i+1), p, all || p.Verdict != verify.Pass, s)
		if err != nil {
			return nil, fmt.Errorf("problems[%d]: %w", i, err)
		}
		v.Views = append(v.Views, view)
		v.Films = v.Films || view.Frames > 1
		v.Measured = v.Measured || len(p.Metrics) > 0
		v.Proven = v.Proven || view.Proven != nil
	}
	for i := range r.Twins {
		c, err := newControlView(fmt.Sprintf("t%d", i+1), &r.Twins[i])
		if err != nil {
			return nil, fmt.Errorf("twins[%d]: %w", i, err)
		}
		v.Controls = append(v.Controls, c)
	}
	for i := range r.Doses {
		v.Dosed = append(v.Dosed, newDoseView(fmt.Sprintf("d%d", i+1), &r.Doses[i]))
	}
	v.Rows, v.Margins = newClaimRows(v.Views, v.Controls, v.Dosed), newMarginsView(v.Views, v.Controls)
	return v, nil
}

// polylines returns how many curves each of n problems may draw, so that the page stays small and a reader can tell
// them apart.
func polylines(n int) int { return min(max(600/max(n, 1), 24), 40) }

// figures returns the big numbers: over all problems, the worst of each.
func figures(r *verify.Result) []figure {
	var trials, converged, certified, asked, starts, disagreed, basins int
	distance, upper := math.NaN(), math.NaN()
	powered := false
	for i := range r.Problems {
		p := &r.Problems[i]
		trials += len(p.Trials)
		for j := range p.Trials {
			if p.Trials[j].Status == verify.Converged {
				converged++
			}
		}
		if p.Oracle != nil || anyCertificate(p.Trials) {
			certified += certifiedTrials(p.Trials)
			asked += len(p.Trials)
		}
		basins = max(basins, len(p.Basins))
		if p.Distances != nil {
			distance = worse(distance, float64(p.Distances.Max))
		}
		if p.Power != nil {
			powered = true
			starts += p.Power.Starts
			disagreed += p.Power.Disagreed
			upper = worse(upper, float64(p.Power.Upper))
		}
	}
	each := ""
	if len(r.Problems) > 1 {
		each = ", in the worst problem"
	}
	// With one problem a number leads to its part of that, and with several to the table of them.
	at := func(part string) string {
		switch len(r.Problems) {
		case 0:
			return ""
		case 1:
			return "p1-" + part
		}
		return "problems"
	}
	all := []figure{{fmt.Sprintf("%d of %d", converged, trials), "training runs converged", at("trials")}}
	if asked > 0 {
		all = append(all, figure{fmt.Sprintf("%d of %d", certified, asked), "training runs certified to have ended in the one best outcome", at("proven")})
	}
	if !math.IsNaN(distance) {
		all = append(all, figure{significant(distance, 3), "largest distance between two trained networks" + each + ", where 1 is the size of a network", at("distances")})
	}
	all = append(all, figure{fmt.Sprint(basins), plural(basins, "distinct outcome")[len(fmt.Sprint(basins))+1:] + each, at("basins")})
	if powered {
		all = append(all, figure{fmt.Sprintf("%d of %d", disagreed, starts), "independent starts ended elsewhere", at("power")})
	}
	if !math.IsNaN(upper) {
		all = append(all, figure{"≤ " + bound(upper), "of all such starts disagree, at 95 % confidence" + each, at("power")})
	}
	return all
}

// worse returns the larger of x and y, and either where the other is NaN.
func worse(x, y float64) float64 {
	if math.IsNaN(x) || y > x {
		return y
	}
	return x
}

// functions are what the templates call.
func functions() template.FuncMap {
	return template.FuncMap{
		"number_of":    func(x float64) string { return number(verify.Number(x)) },
		"number":       number,
		"precise":      precise,
		"percent":      percent,
		"or_words":     orWords,
		"plural":       plural,
		"glyph":        glyph,
		"meaning":      meaning,
		"typeset":      typeset,
		"memory":       func(bytes int64) string { return memory(verify.Number(bytes)) },
		"first":        func(n int, all []string) []string { return all[:min(n, len(all))] },
		"settings":     func(s verify.Settings) string { return settings(s) },
		"class":        func(v verify.Verdict) string { return strings.ReplaceAll(strings.ToLower(v.String()), " ", "-") },
		"add":          func(a, b int) int { return a + b },
		"sum":          func(a, b float64) float64 { return a + b },
		"brief":        brief,
		"seconds":      seconds,
		"px":           px,
		"full":         full,
		"nan":          func(x verify.Number) bool { return math.IsNaN(float64(x)) },
		"ratio":        ratio,
		"distance":     distance,
		"certified":    certified,
		"best":         best,
		"best_pattern": bestPattern,
		"paragraphs":   paragraphs,
		"next_of":      nextOfControl,
		"shape":        shapeOfMark,
	}
}

// orWords writes x, or what its absence means where it is NaN.
func orWords(x verify.Number, absent string) string {
	if math.IsNaN(float64(x)) {
		return absent
	}
	return number(x)
}

// paragraphs splits a text at its empty lines.
func paragraphs(s string) []string {
	var all []string
	for p := range strings.SplitSeq(s, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			all = append(all, p)
		}
	}
	return all
}

// brief returns the first twelve characters of a digest.
func brief(s string) string {
	if len(s) > 12 {
		return s[:12] + "…"
	}
	return s
}

// seconds writes a duration.
func seconds(x verify.Number) string {
	if math.IsNaN(float64(x)) {
		return "not measured"
	}
	if x >= 120 {
		return fmt.Sprintf("%d min %d s", int(x)/60, int(x)%60)
	}
	return number(x) + " s"
}

// px writes a coordinate of a drawing with one decimal.
func px(x float64) string { return trimZeros(fmt.Sprintf("%.1f", x)) }
