package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.org/concord/verify"
)

// confusionView is a confusion matrix as the page shows it.
type confusionView struct {
	*verify.Confusion
	Network      string // label of the network that answers
	Rows         []confusionRow
	Right, Total int
	Silent       bool   // it names none for some input
	Common       string // the commonest mistakes, in words; "" when there is none
}

// confusionRow is one right label.
type confusionRow struct {
	Label       string
	Cells       []confusionCell
	None, Total int
	Share       verify.Number // of the row that is named right
}

// confusionCell is one count.
type confusionCell struct {
	N     int
	Shade int // 0 to 5, by the share of the row
	Right bool
}

func newConfusionView(c *verify.Confusion, trials []verify.TrialResult) *confusionView {
	v := &confusionView{Confusion: c, Network: networkOf(c.Cell, trials), Common: commonMistakes(c)}
	for i, label := range c.Labels {
		row := confusionRow{Label: label, None: c.None[i], Total: c.None[i]}
		for _, n := range c.Counts[i] {
			row.Total += n
		}
		for j, n := range c.Counts[i] {
			row.Cells = append(row.Cells, confusionCell{N: n, Shade: shade(n, row.Total), Right: i == j})
		}
		row.Share = verify.Number(float64(c.Counts[i][i]) / float64(row.Total)) // NaN of an empty row
		v.Rows = append(v.Rows, row)
		v.Right += c.Counts[i][i]
		v.Total += row.Total
		v.Silent = v.Silent || row.None > 0
	}
	return v
}

// networkOf returns the label of the trial of a cell, "" when there is none.
func networkOf(cell string, trials []verify.TrialResult) string {
	if i := slices.IndexFunc(trials, func(t verify.TrialResult) bool { return t.Cell == cell }); i >= 0 {
		return trials[i].Label
	}
	return ""
}

// shade returns how dark a cell of n among total is: every shade stands for some three times the share of the
// one before, so that rare mistakes show.
func shade(n, total int) int {
	s := 0
	for _, share := range []float64{0, 0.01, 0.03, 0.1, 0.3} {
		if float64(n) > share*float64(total) {
			s++
		}
	}
	return s
}

// commonMistakes names the three commonest mistakes: "4 for 9 (12 times)".
func commonMistakes(c *verify.Confusion) string {
	type mistake struct {
		said, right string
		n           int
	}
	var all []mistake
	for i, row := range c.Counts {
		for j, n := range row {
			if i != j && n > 0 {
				all = append(all, mistake{c.Labels[j], c.Labels[i], n})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b mistake) int { return cmp.Compare(b.n, a.n) })
	var words []string
	for _, m := range all[:min(len(all), 3)] {
		words = append(words, fmt.Sprintf("%s for %s (%s)", m.said, m.right, plural(m.n, "time")))
	}
	return strings.Join(words, ", ")
}
