package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"example.org/concord/verify"
)

// A CellError says that a cell was named that is not in a result, or not one alone.
type CellError struct {
	Prefix string
	Cells  []string // that begin with Prefix, at least two or none; one twice where it was to be compared with itself
}

// Error implements error.
func (e *CellError) Error() string {
	switch {
	case len(e.Cells) == 0:
		return fmt.Sprintf("no trial of this result has a cell that begins with %q: the report lists them under \"How it was made\"", e.Prefix)
	case e.Cells[0] == e.Cells[1]:
		return fmt.Sprintf("both cells are %s: name another one to compare it with", e.Cells[0])
	}
	return fmt.Sprintf("%d cells begin with %q, %s and %s among them: write more of the id", len(e.Cells), e.Prefix, e.Cells[0], e.Cells[1])
}

// located is a trial with where it is.
type located struct {
	where string // "rank=20", "control signed: rank=20"
	p     *verify.ProblemResult
	index int
}

func (l located) trial() *verify.TrialResult { return &l.p.Trials[l.index] }

// locate returns the one trial whose cell begins with prefix. A cell that a control shares with a problem is
// found in the problem.
func locate(r *verify.Result, prefix string) (located, error) {
	var found []located
	seen := map[string]bool{}
	look := func(where string, p *verify.ProblemResult) {
		for i := range p.Trials {
			if c := p.Trials[i].Cell; prefix != "" && strings.HasPrefix(c, prefix) && !seen[c] {
				seen[c] = true
				found = append(found, located{where, p, i})
			}
		}
	}
	for i := range r.Problems {
		look(r.Problems[i].Label, &r.Problems[i])
	}
	for i := range r.Twins {
		look("control "+r.Twins[i].Name+": "+r.Twins[i].Problem.Label, &r.Twins[i].Problem)
	}
	if len(found) == 1 {
		return found[0], nil
	}
	e := &CellError{Prefix: prefix}
	for _, l := range found {
		e.Cells = append(e.Cells, l.trial().Cell)
	}
	return located{}, e
}

// ExplainCell writes about the trial of r whose cell begins with prefix: how it ended, why it is in its basin,
// the nearest and the farthest other trial, its log and how to repeat it. It returns a CellError when not
// exactly one cell begins so, and an error when r contradicts itself or w fails. Width is that of WriteText.
func ExplainCell(w io.Writer, r *verify.Result, prefix string, width int) error {
	t, err := explain(r, width)
	if err != nil {
		return err
	}
	l, err := locate(r, prefix)
	if err != nil {
		return err
	}
	t.ended(l)
	t.basin(l)
	t.neighbours(l)
	tr := l.trial()
	t.say("  ", "log: "+or(tr.Log, "not recorded"))
	t.say("  ", "again: "+or(tr.Reproduce, "not recorded"))
	return t.to(w)
}

func explain(r *verify.Result, width int) (*explanation, error) {
	if err := consistent(r); err != nil {
		return nil, fmt.Errorf("report: explaining: %w", err)
	}
	if width <= 0 {
		width = defaultWidth
	}
	return &explanation{text{width: max(width, leastWidth)}}, nil
}

// explanation is what there is to say in the making.
type explanation struct{ text }

func (t *explanation) to(w io.Writer) error {
	if _, err := w.Write(withoutCommands(t.b.Bytes())); err != nil {
		return fmt.Errorf("report: explaining: %w", err)
	}
	return nil
}

// ended says which trial it is and how it ended.
func (t *explanation) ended(l located) {
	tr := l.trial()
	t.say("", fmt.Sprintf("cell %s", tr.Cell))
	t.say("  ", l.where+", "+tr.Label)
	line := fmt.Sprintf("%v after %s, %s; fitness %.14g, gradient norm %s", tr.Status, plural(tr.Steps, "step"),
		plural(tr.Evaluations, "evaluation"), float64(tr.Fitness), short(tr.GradNorm, "not measured"))
	if tr.Error != "" {
		line += "; " + tr.Error
	}
	t.say("  ", line)
}

// basin says why a trial is in its basin.
func (t *explanation) basin(l located) {
	tr := l.trial()
	if tr.Basin < 0 {
		t.say("  ", fmt.Sprintf("In no basin: only trials that converged and left something to compare are in one, and this one is %v.", tr.Status))
		return
	}
	b := &l.p.Basins[tr.Basin]
	line := fmt.Sprintf("Basin %d of %d, with %s from %s, fitness %.14g", tr.Basin+1, len(l.p.Basins), plural(b.Size, "trial"),
		plural(len(b.Starts), "start"), float64(b.Fitness))
	if b.Size == 1 {
		t.say("  ", line+": alone, because it lies within the resolution of no other converged trial.")
	} else {
		t.say("  ", fmt.Sprintf("%s: each of its members lies within the resolution of another one, modulo symmetry; the two farthest are %s apart.",
			line, short(b.Diameter, "an unknown distance")))
	}
	if math.IsNaN(float64(b.Nearest)) {
		t.say("  ", "There is no other basin.")
	} else {
		t.say("  ", fmt.Sprintf("The nearest member of another basin is %s away from one of this.", short(b.Nearest, "")))
	}
	t.say("  ", "Modulo symmetry means: "+or(l.p.Symmetry, "not recorded")+". The resolution is "+resolution(l.p)+".")
}

// resolution says within what distance trials share a basin.
func resolution(p *verify.ProblemResult) string {
	for i := range p.Checks {
		if c := &p.Checks[i]; c.Kind == "tuple" && c.Tolerance > 0 {
			return "the tolerance of check " + c.ID + ", " + short(c.Tolerance, "")
		}
	}
	return "that of a scenario without a tolerance for tuples"
}

// neighbours says which other trials are nearest and farthest.
func (t *explanation) neighbours(l located) {
	nearest, farthest := -1, -1
	var low, high float64
	measured := false
	for j := range l.p.Trials {
		if j == l.index {
			continue
		}
		d, ok := distanceOf(l.p.Distances, l.index, j)
		measured = measured || ok
		if !ok || math.IsNaN(d) {
			continue
		}
		if nearest < 0 || d < low {
			nearest, low = j, d
		}
		if farthest < 0 || d > high {
			farthest, high = j, d
		}
	}
	switch {
	case !measured:
		t.say("  ", "Its distances to others were not recorded.")
		return
	case nearest < 0:
		t.say("  ", "None of its distances to others is a number.")
		return
	}
	for _, n := range []struct {
		word  string
		trial int
		d     float64
	}{{"nearest", nearest, low}, {"farthest", farthest, high}} {
		o := &l.p.Trials[n.trial]
		t.say("  ", fmt.Sprintf("%s: %.4g to %s (%s, %s)", n.word, n.d, o.Label, firstRunes(o.Cell, 16), inBasin(o)))
	}
}

// inBasin says which basin a trial is in.
func inBasin(tr *verify.TrialResult) string {
	if tr.Basin < 0 {
		return fmt.Sprintf("no basin, %v", tr.Status)
	}
	return fmt.Sprintf("basin %d", tr.Basin+1)
}

// distanceOf returns the distance of trials a ≠ b modulo symmetry, and whether it was recorded.
func distanceOf(d *verify.Distances, a, b int) (float64, bool) {
	if d == nil {
		return 0, false
	}
	i, j := -1, -1
	for row, trial := range d.Trials {
		switch trial {
		case a:
			i = row
		case b:
			j = row
		}
	}
	if i < 0 || j < 0 {
		return 0, false
	}
	i, j = min(i, j), max(i, j)
	n := len(d.Trials)
	return float64(d.After[i*(2*n-i-1)/2+j-i-1]), true
}

// or returns s, or what its absence means.
func or(s, absent string) string {
	if s == "" {
		return absent
	}
	return s
}

// firstRunes returns the beginning of s.
func firstRunes(s string, n int) string {
	if all := []rune(s); len(all) > n {
		return string(all[:n])
	}
	return s
}
