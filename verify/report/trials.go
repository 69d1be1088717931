package report

import (
	"fmt"
	"strings"

	"example.org/concord/verify"
)

// manyTrials is the number of training runs up to which a page shows the rows of all of them unfolded; a script
// shows so many rows at once.
const manyTrials = 100

// trialsView is the table of the training runs of one problem.
type trialsView struct {
	ID       string // of the table's section
	Label    string // whose runs they are
	Rows     []trialRow
	Statuses string
	Starts   bool // a run has a kind of start beside its seed
	Methods  bool // a run says how it was trained
	Signed   bool // a run has a certificate
	Open     bool
	Pattern  *commandPattern // of the commands that repeat a run; nil where they have nothing in common
}

// trialRow is one training run.
type trialRow struct {
	*verify.TrialResult
	ID            string // of the row
	Begun, Method string // the parts of its label without the seed
	Short         string // the beginning of its cell
	Command       string // that repeats it, where the pattern does not say so; "" elsewhere
}

// commandPattern is a command with a cell between its parts.
type commandPattern struct{ Before, After string }

// newTrialsView returns the table of the runs of p, whose sections have ids that begin with id, under a label.
func newTrialsView(id, label string, p *verify.ProblemResult, open bool) *trialsView {
	v := &trialsView{
		ID: id + "-trials", Label: label, Statuses: statuses(p.Trials), Signed: anyCertificate(p.Trials),
		Open: open, Pattern: newCommandPattern(p.Trials),
	}
	ids := rowIDs(id, p.Trials)
	for i := range p.Trials {
		t := &p.Trials[i]
		r := trialRow{TrialResult: t, ID: ids[i], Short: shortCell(t.Cell)}
		r.Begun, r.Method = partsOfLabel(t)
		if v.Pattern == nil || t.Reproduce != v.Pattern.Before+r.Short+v.Pattern.After {
			r.Command = or(t.Reproduce, "not recorded")
		}
		v.Starts, v.Methods = v.Starts || r.Begun != "", v.Methods || r.Method != ""
		v.Rows = append(v.Rows, r)
	}
	return v
}

// rowIDs returns the id of the row of each run: made of the beginning of its cell, so that a run keeps its id from
// report to report, and of its place where that is no id or not its alone.
func rowIDs(id string, trials []verify.TrialResult) []string {
	count := map[string]int{}
	for i := range trials {
		count[shortCell(trials[i].Cell)]++
	}
	ids := make([]string, len(trials))
	for i := range trials {
		if c := shortCell(trials[i].Cell); hexadecimal(c) && count[c] == 1 {
			ids[i] = id + "-cell-" + c
		} else {
			ids[i] = fmt.Sprintf("%s-no-%d", id, i+1)
		}
	}
	return ids
}

// shortCell returns as much of a cell as commands write.
func shortCell(cell string) string { return firstRunes(cell, 16) }

// hexadecimal reports whether s is one or more of the digits that addresses are written in.
func hexadecimal(s string) bool { return s != "" && strings.Trim(s, "0123456789abcdef") == "" }

// partsOfLabel returns what the label of a run says about its start, beside the seed, and about how it was trained.
func partsOfLabel(t *verify.TrialResult) (start, method string) {
	rest, whole := strings.CutPrefix(t.Label, t.Start)
	if !whole {
		return t.Start, t.Label
	}
	start = strings.TrimSpace(strings.TrimPrefix(t.Start+" ", fmt.Sprintf("seed=%d ", t.Seed)))
	start = strings.TrimPrefix(start, "start=")
	return start, strings.TrimPrefix(strings.TrimSpace(rest), "ascent=")
}

// newCommandPattern returns what the commands of all runs have in common, as the first one has it; nil where the
// first does not name its cell.
func newCommandPattern(trials []verify.TrialResult) *commandPattern {
	if len(trials) == 0 || !hexadecimal(shortCell(trials[0].Cell)) {
		return nil
	}
	before, after, found := strings.Cut(trials[0].Reproduce, shortCell(trials[0].Cell))
	if !found {
		return nil
	}
	return &commandPattern{before, after}
}

// trialLink is a training run that something rests on, and where its row is.
type trialLink struct {
	ID, Cell, Label string // ID is "" where the run is not in the table
}

// trialLinks returns the runs of cells, each once, in their order.
func trialLinks(cells []string, rows map[string]trialLink) []trialLink {
	var all []trialLink
	seen := map[string]bool{}
	for _, c := range cells {
		if seen[c] {
			continue
		}
		seen[c] = true
		l, known := rows[c]
		if !known {
			l = trialLink{Cell: c, Label: brief(c)}
		}
		all = append(all, l)
	}
	return all
}

// linksOf returns where the row of each cell of a problem is.
func linksOf(id string, trials []verify.TrialResult) map[string]trialLink {
	ids := rowIDs(id, trials)
	rows := map[string]trialLink{}
	for i := range trials {
		t := &trials[i]
		if _, known := rows[t.Cell]; !known {
			rows[t.Cell] = trialLink{ID: ids[i], Cell: t.Cell, Label: or(t.Label, brief(t.Cell))}
		}
	}
	return rows
}

// allTrials counts the training runs of all problems.
func allTrials(problems []verify.ProblemResult) int {
	n := 0
	for i := range problems {
		n += len(problems[i].Trials)
	}
	return n
}
