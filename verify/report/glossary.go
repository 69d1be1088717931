package report

import (
	"html/template"
	"regexp"
	"strings"
)

// term is a word with its meaning.
type term struct {
	ID      string // of its place in the glossary, after "word-"
	Name    string
	Pattern string // a regular expression of its forms
	Meaning string
}

// terms are the words of the page, beside those of verdicts.
func terms() []term {
	return []term{
		{"seed", "seed", `seeds?`, "The number that a start is drawn from. The same seed draws the same start."},
		{"start", "start", `starts?`, "The network that a training run begins with, drawn at random from the seed. Two runs of one start with different methods count as one start."},
		{"trial", "training run, trial", `training runs?|trials?|converged runs?`, "One network, trained from one start with one method. Also called a cell when it is one of many that are trained separately."},
		{"cell", "cell", `cells?`, "The address of a training run: a digest of its data, problem, start, method and program. The same cell is the same run."},
		{"converged", "converged", `converged?`, "A run that went on until its own stopping rule, that the gradient is small, was met. A run that was cut short says nothing about where it would have ended."},
		{"tuple", "tuple", `tuples?`, "All parameters of a trained network: a tuple of matrices."},
		{"fitness", "fitness", `fitness`, "What training makes as large as it can."},
		{"gradient", "gradient norm", `gradient norms?`, "How steep the fitness still is where a run ended, free of scale: 0 at a maximum."},
		{"symmetry", "modulo symmetry, up to symmetry", `modulo symmetry|up to symmetry`, "Compared after the best alignment among all changes of the parameters that change nothing the network does."},
		{"gauge", "gauge", `gauge`, "A change of the parameters that the network does not feel: for a product BA of two matrices, A becomes GA and B becomes BG⁻¹ for any invertible G, and the product stays."},
		{"distance", "distance", `distances?`, "How far apart two outcomes are modulo symmetry, where 1 is the size of a network. Where something else is meant it says so."},
		{"basin", "basin", `basins?`, "A set of outcomes that are the same modulo symmetry, within the tolerance of the networks; and the starts that lead there."},
		{"pattern", "sign pattern", `sign patterns?`, "What a subject calls the basin that a drawing belongs to, in signs such as +−+. Drawings with the same signs are in the same basin; what each sign stands for, the subject says."},
		{"tolerance", "tolerance", `tolerances?`, "The largest deviation that a claim allows. It is written in the scenario before the run, with the reason why it is what it is."},
		{"margin", "margin", `margins?`, "The value found, divided by the tolerance. Above 1 the claim is refuted. The bars are logarithmic: from 10⁻⁹ at the left to 10³ at the right, with the tolerance as a line at three quarters."},
		{"control", "control", `controls?`, "The same experiment with one thing broken on purpose. Where it does not fail, the checks could not have noticed anything."},
		{"dose", "dose", `doses?`, "How much is broken, where a control comes in many strengths."},
		{"certificate", "certificate, certified", `certificates?|certified`, "A proof, calculated from an outcome itself with all rounding errors counted and not by comparing runs, that it is the one best outcome of its cone."},
		{"cone", "cone", `cones?`, "The outcomes that score every training example on the right side, as the starts that training is meant for do. Ascent does not leave it; outside of it nothing is proven."},
		{"gap", "gap", `gaps?`, "How much better than the outcome any other could be, as far as is proven: the bound less the fitness reached. A gap within its rounding error is as good as none."},
		{"confidence", "95 % confidence", `\d+ % confidence`, "In at most 5 of 100 such samples a bound made in this way is wrong. It is about starts, or inputs, drawn as these were, and about no others."},
		{"golden", "golden", `golden`, "An outcome that a person looked at and approved, kept in a file to compare later ones with."},
	}
}

// glossary links the first use of each term on a page.
type glossary struct {
	patterns []*regexp.Regexp
	all      []term
	used     []bool
}

func newGlossary() *glossary {
	g := &glossary{all: terms()}
	for _, t := range g.all {
		g.patterns = append(g.patterns, regexp.MustCompile(`(?i)\b(?:`+t.Pattern+`)\b`))
	}
	g.used = make([]bool, len(g.all))
	return g
}

// link returns text in which the first use on the page of each term leads to its meaning. Of terms that overlap the
// longer one wins. The text must not be within a link.
func (g *glossary) link(text string) template.HTML {
	text = typeset(text)
	var b strings.Builder
	for {
		at, end, which := -1, 0, 0
		for i, p := range g.patterns {
			if g.used[i] {
				continue
			}
			m := p.FindStringIndex(text)
			if m != nil && (at < 0 || m[0] < at || m[0] == at && m[1] > end) {
				at, end, which = m[0], m[1], i
			}
		}
		if at < 0 {
			b.WriteString(template.HTMLEscapeString(text))
			return template.HTML(b.String()) //nolint:gosec // escaped piece by piece
		}
		g.used[which] = true
		b.WriteString(template.HTMLEscapeString(text[:at]))
		b.WriteString(`<a class="term" href="#word-` + g.all[which].ID + `">` + template.HTMLEscapeString(text[at:end]) + `</a>`)
		text = text[end:]
	}
}
