package report

import (
	"fmt"
	"regexp"
	"strings"

	"example.org/concord/verify"
)

// distanceKind is which of the known distances a problem compares its networks with.
type distanceKind string

// The known distances.
const (
	products    distanceKind = "products"    // of the products of two matrices, blocks up to sign
	hiddenUnits distanceKind = "hidden"      // modulo permutations and signs of hidden units
	signs       distanceKind = "signs"       // of vectors up to sign and scale
	entries     distanceKind = "entries"     // entry by entry
	unknown     distanceKind = "unspecified" // as the subject says
)

// distanceOfSymmetry tells which distance goes with what a result says counts as the same.
func distanceOfSymmetry(words string) distanceKind {
	switch {
	case strings.Contains(words, "what counts is the product BA"):
		return products
	case strings.Contains(words, "permutations and signs of hidden units"):
		return hiddenUnits
	case words == "{±1} × R₊":
		return signs
	case words == "{1}":
		return entries
	}
	return unknown
}

// howView is how the value of a check was computed, and what repeats it.
type howView struct {
	ID       string
	Kind     string
	Exact    bool
	Within   bool         // only drawings of one basin are compared
	Sign     bool         // drawings are compared up to sign
	Distance distanceKind // "" where no distance of networks enters
	Symmetry string       // what counts as the same, in words
	Number   verify.Number
	Allowed  verify.Number
	Margin   verify.Number
	Facts    []counting
	Extreme  []trialLink // where it was found
	Commands []command
	Data     string // id of the place with the digests of what it was computed from
	Trials   string // id of the place with all training runs
}

// counting is one thing that is counted.
type counting struct{ Name, Text string }

// command is a command and what it is for.
type command struct{ What, Text string }

// evidenceView is one fact that a check rests on, with its training runs.
type evidenceView struct {
	*verify.Evidence
	Links []trialLink
}

func newHowView(id, anchor string, p *verify.ProblemResult, c *verify.CheckResult, rows map[string]trialLink, run string) *howView {
	h := &howView{
		ID: anchor + "-how", Kind: c.Kind, Exact: c.Tolerance == 0, Within: c.Kind == "images" && strings.Contains(c.Quantity, "sign pattern"),
		Sign:     strings.Contains(c.Quantity, "modulo sign"),
		Symmetry: p.Symmetry, Number: c.Value, Allowed: c.Tolerance, Margin: c.Margin, Facts: counted(p, c), Data: id + "-data", Trials: id + "-trials",
	}
	if c.Kind == "tuple" || c.Kind == "golden" {
		h.Distance = distanceOfSymmetry(p.Symmetry)
	}
	// The evidence of most checks is worst first, and what names no run is about all of them.
	for i := range c.Evidence {
		if len(c.Evidence[i].Cells) > 0 {
			h.Extreme = trialLinks(c.Evidence[i].Cells, rows)
			break
		}
	}
	h.Commands = commands(p, c, h.Extreme, run)
	return h
}

// counted says what entered a check.
func counted(p *verify.ProblemResult, c *verify.CheckResult) []counting {
	n, k := len(p.Trials), convergedTrials(p.Trials)
	all := []counting{{"training runs", fmt.Sprintf("%d, of which %d converged; only those bear witness", n, k)}}
	if c.Kind == "converged" {
		all[0].Text = fmt.Sprintf("%d, of which %d converged", n, k)
	}
	switch c.Kind {
	case "tuple":
		all = append(all, counting{"pairs compared", grouped(fmt.Sprint(k * (k - 1) / 2))})
	case "images", "recognisable", "not-the-mean":
		drawings, good := 0, 0
		for i := range p.Drawings {
			drawings, good = drawings+p.Drawings[i].Count, good+p.Drawings[i].Converged
		}
		all = append(all, counting{"drawings", fmt.Sprintf("%d of %s, of which %d converged", drawings, plural(len(p.Drawings), "label"), good)})
	case "certificate":
		all = append(all, counting{"certified", fmt.Sprintf("%d of %d", certifiedTrials(p.Trials), n)})
	}
	return all
}

// convergedTrials counts the training runs that converged.
func convergedTrials(trials []verify.TrialResult) int {
	n := 0
	for i := range trials {
		if trials[i].Status == verify.Converged {
			n++
		}
	}
	return n
}

// commands returns what repeats a check, and the runs it was decided by. Run is the command of the whole, "" where it
// was not recorded.
func commands(p *verify.ProblemResult, c *verify.CheckResult, extreme []trialLink, run string) []command {
	var all []command
	if run != "" && c.Kind != "" {
		text := withoutFolder(run)
		if !strings.Contains(run, " --only") {
			text += " --only " + c.Kind
		}
		all = append(all, command{"this check again, with all its training runs", text})
	}
	var cells []string
	for _, l := range extreme[:min(len(extreme), 2)] {
		for i := range p.Trials {
			if t := &p.Trials[i]; t.Cell == l.Cell && t.Reproduce != "" {
				all = append(all, command{"the training run " + t.Label, t.Reproduce})
				if hexadecimal(shortCell(t.Cell)) {
					cells = append(cells, shortCell(t.Cell))
				}
				break
			}
		}
	}
	switch len(cells) {
	case 1:
		all = append(all, command{"what is on record about it, in the folder of this page", "verify explain . " + cells[0]})
	case 2:
		all = append(all, command{"how far these two are apart, and where they parted, in the folder of this page", "verify explain . " + cells[0] + " " + cells[1]})
	}
	return all
}

// withoutFolder returns the command of a run without the folder that it wrote to, which is of the machine that ran it.
func withoutFolder(run string) string {
	return folderFlag.ReplaceAllString(run, "")
}

// folderFlag is the flag --out, with one word as a shell reads it.
var folderFlag = regexp.MustCompile(` --?out[= ](?:'[^']*'|\\'|[^\s'])+`)

// evidenceOf returns the evidence of a check with its training runs.
func evidenceOf(c *verify.CheckResult, rows map[string]trialLink) []evidenceView {
	all := make([]evidenceView, len(c.Evidence))
	for i := range c.Evidence {
		all[i] = evidenceView{&c.Evidence[i], trialLinks(c.Evidence[i].Cells, rows)}
	}
	return all
}
