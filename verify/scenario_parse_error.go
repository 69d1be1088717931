package verify

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A ScenarioError is everything that is wrong with one scenario, in the order of the text.
type ScenarioError struct {
	Path     string
	Problems []ScenarioProblem // never empty
}

// A ScenarioProblem is one thing that is wrong with a scenario, and where.
type ScenarioProblem struct {
	Line       int    // from 1
	Column     int    // from 1, in characters
	Text       string // what is wrong: `unknown key "tolerence" in check "tuple"`
	Excerpt    string // the line itself and, below it, a line with a caret
	Suggestion string // what to do about it: `did you mean "tolerance"?`; "" when there is no telling
}

// Bounds of what an error shows.
const (
	shownProblems = 50  // problems rendered by Error; Problems holds them all
	shownColumns  = 100 // characters of a line in an excerpt
	shownWord     = 40  // characters of a word in a message
)

// Error lists the problems, each as path:line:column, what is wrong, what to do about it, and the line
// with a caret.
func (e *ScenarioError) Error() string {
	var b strings.Builder
	for i, p := range e.Problems {
		if i == shownProblems {
			fmt.Fprintf(&b, "\n%s: and %d more", e.Path, len(e.Problems)-i)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s:%d:%d: %s", e.Path, p.Line, p.Column, p.Text)
		if p.Suggestion != "" {
			b.WriteString("; " + p.Suggestion)
		}
		for line := range strings.SplitSeq(p.Excerpt, "\n") {
			b.WriteString(strings.TrimRight("\n  "+line, " "))
		}
	}
	return b.String()
}

// add notes a problem at a position, which is moved into the text where it lies outside.
func (p *scenarioParser) add(line, column int, suggestion, format string, args ...any) {
	if line > len(p.lines) {
		line, column = len(p.lines), math.MaxInt
	}
	line = max(line, 1)
	column = min(max(column, 1), len([]rune(p.lines[line-1]))+1)
	p.problems = append(p.problems, ScenarioProblem{
		Line: line, Column: column, Text: fmt.Sprintf(format, args...),
		Excerpt: excerpt(p.lines[line-1], column), Suggestion: suggestion,
	})
}

// err returns what has been noted as one error, nil when there is nothing.
func (p *scenarioParser) err() error {
	if len(p.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(p.problems, func(a, b ScenarioProblem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return &ScenarioError{Path: p.out.Path, Problems: p.problems}
}

// excerpt returns the line, cut to a window around the column (from 1, in characters), with a caret below.
// What does not print is shown as a blank or a replacement character, so that the caret stays in place.
func excerpt(line string, column int) string {
	runes := []rune(line)
	for i, r := range runes {
		switch {
		case r == '\t':
			runes[i] = ' '
		case forbidden(r):
			runes[i] = '\uFFFD'
		}
	}
	from := 0
	if column > shownColumns {
		from = column - shownColumns/2
	}
	to := min(len(runes), from+shownColumns)
	head, tail := "", ""
	if from > 0 {
		head = "…"
	}
	if to < len(runes) {
		tail = "…"
	}
	caret := strings.Repeat(" ", column-1-from+len([]rune(head))) + "^"
	return head + string(runes[from:to]) + tail + "\n" + caret
}

// shown quotes a word for a message, shortened where it is long.
func shown(word string) string {
	return fmt.Sprintf("%q", shorten(word))
}

// shorten cuts a word for a message.
func shorten(word string) string {
	if runes := []rune(word); len(runes) > shownWord {
		return string(runes[:shownWord]) + "…"
	}
	return word
}
