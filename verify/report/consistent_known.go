package report

import (
	"fmt"
	"math"

	"example.org/concord/verify"
)

// slack is what rounding may add to a share or to a sum of shares.
const slack = 1e-9

// consistentKnown returns an error when a confusion matrix or the novelty of a problem contradicts itself, its
// trials, its metrics or the checks that rest on it.
func consistentKnown(path string, p *verify.ProblemResult) error {
	for i := range p.Confusion {
		if err := consistentConfusion(fmt.Sprintf("%s.confusion[%d]", path, i), &p.Confusion[i], p); err != nil {
			return err
		}
	}
	for i := range p.Novelty {
		if err := consistentNovelty(fmt.Sprintf("%s.novelty[%d]", path, i), &p.Novelty[i], p.Trials); err != nil {
			return err
		}
	}
	for i := range p.Checks {
		c := &p.Checks[i]
		at := fmt.Sprintf("%s.checks[%d]", path, i)
		switch {
		case c.Kind == "accuracy" && c.Verdict == verify.Pass && len(p.Confusion) == 0:
			return fmt.Errorf("%s.verdict is PASS, but confusion is empty", at)
		case c.Kind == "novelty" && finite(c.Value) && !measuredNovelty(c.Value, p.Novelty):
			return fmt.Errorf("%s.value is %s, but no entry of novelty has that as its largest 1 − auc", at, plain(c.Value))
		}
	}
	return nil
}

// measuredNovelty reports whether value is the largest 1 − AUC of one of all.
func measuredNovelty(value verify.Number, all []verify.Novelty) bool {
	for i := range all {
		largest := math.Inf(-1)
		for _, k := range all[i].Kinds {
			largest = max(largest, 1-float64(k.AUC))
		}
		if math.Abs(largest-float64(value)) <= slack {
			return true
		}
	}
	return false
}

// consistentNetwork returns an error when the network that answered is not a converged trial.
func consistentNetwork(path, cell string, trials []verify.TrialResult) error {
	for i := range trials {
		if trials[i].Cell == cell && trials[i].Status == verify.Converged {
			return nil
		}
	}
	return fmt.Errorf("%s.cell is %q, but no trial that converged has that cell", path, cell)
}

func consistentConfusion(path string, c *verify.Confusion, p *verify.ProblemResult) error {
	n := len(c.Labels)
	switch {
	case n == 0:
		return fmt.Errorf("%s.labels is empty", path)
	case len(c.Counts) != n:
		return fmt.Errorf("%s.counts has %d rows, but there are %d labels", path, len(c.Counts), n)
	case len(c.None) != n:
		return fmt.Errorf("%s.none has %d entries, but there are %d labels", path, len(c.None), n)
	}
	if err := consistentNetwork(path, c.Cell, p.Trials); err != nil {
		return err
	}
	total, err := sumCounts(path+".none", c.None)
	if err != nil {
		return err
	}
	for i, row := range c.Counts {
		at := fmt.Sprintf("%s.counts[%d]", path, i)
		if len(row) != n {
			return fmt.Errorf("%s has %d entries, but there are %d labels", at, len(row), n)
		}
		sum, err := sumCounts(at, row)
		if err != nil {
			return err
		}
		total += sum
	}
	for _, m := range p.Metrics {
		if m.Name == "accuracy/"+c.Inputs && m.N != total {
			return fmt.Errorf("%s counts %d inputs, but the metric %q has n = %d", path, total, m.Name, m.N)
		}
	}
	return nil
}

// sumCounts adds up counts, none of which may be negative.
func sumCounts(path string, counts []int) (int, error) {
	total := 0
	for i, n := range counts {
		if n < 0 || n > math.MaxInt32 {
			return 0, fmt.Errorf("%s[%d] is %d, which is no count", path, i, n)
		}
		total += n
	}
	return total, nil
}

func consistentNovelty(path string, n *verify.Novelty, trials []verify.TrialResult) error {
	if err := consistentNetwork(path, n.Cell, trials); err != nil {
		return err
	}
	if !finite(verify.Number(n.Exponent)) {
		return fmt.Errorf("%s.exponent is %v", path, n.Exponent)
	}
	if len(n.Edges) < 2 || len(n.Edges) != len(n.Counts)+1 {
		return fmt.Errorf("%s.edges has %d entries, but counts has %d: there is one edge more than bins", path, len(n.Edges), len(n.Counts))
	}
	for i, e := range n.Edges {
		if !finite(e) || i > 0 && !(e > n.Edges[i-1]) {
			return fmt.Errorf("%s.edges[%d] is %s, but edges are finite and ascend", path, i, plain(e))
		}
	}
	known, err := sumCounts(path+".counts", n.Counts)
	if err != nil {
		return err
	}
	if known == 0 {
		return fmt.Errorf("%s.counts has no inputs", path)
	}
	for i := range n.Kinds {
		if err := consistentKind(fmt.Sprintf("%s.kinds[%d]", path, i), &n.Kinds[i], n.Counts); err != nil {
			return err
		}
	}
	return nil
}

// consistentKind returns an error when one kind of inputs contradicts itself or the histogram of the known ones.
func consistentKind(path string, k *verify.NoveltyKind, known []int) error {
	if len(k.Counts) != len(known) {
		return fmt.Errorf("%s.counts has %d entries, but the known inputs have %d bins", path, len(k.Counts), len(known))
	}
	total, err := sumCounts(path+".counts", k.Counts)
	if err != nil {
		return err
	}
	if total != k.N || k.N == 0 {
		return fmt.Errorf("%s.n is %d, but counts add up to %d", path, k.N, total)
	}
	if err := consistentShare(path, "auc", k.AUC, k.Low, k.High); err != nil {
		return err
	}
	measured := !math.IsNaN(float64(k.AUC))
	if low, high := areaOfHistograms(known, k.Counts); measured && !between(k.AUC, low, high) {
		return fmt.Errorf("%s.auc is %s, but by the histograms it is from %s to %s", path, plain(k.AUC), plain(verify.Number(low)), plain(verify.Number(high)))
	}
	if !measured && len(k.ROC) == 0 {
		return nil
	}
	return consistentROC(path, k)
}

// consistentShare returns an error when a share, or an end of its interval, is no number from 0 to 1, or when
// the share lies outside its interval. What is NaN was not measured and contradicts nothing.
func consistentShare(path, name string, x, low, high verify.Number) error {
	for _, s := range []struct {
		name string
		x    verify.Number
	}{{name, x}, {"low", low}, {"high", high}} {
		if !math.IsNaN(float64(s.x)) && !between(s.x, 0, 1) {
			return fmt.Errorf("%s.%s is %s, but a share is from 0 to 1", path, s.name, plain(s.x))
		}
	}
	if float64(x) < float64(low)-slack || float64(x) > float64(high)+slack {
		return fmt.Errorf("%s.%s is %s, outside of its interval from %s to %s", path, name, plain(x), plain(low), plain(high))
	}
	return nil
}

// between reports whether x lies in [low, high], up to rounding.
func between(x verify.Number, low, high float64) bool {
	return float64(x) >= low-slack && float64(x) <= high+slack
}

// areaOfHistograms returns what two histograms with the same bins leave open of the probability that a known
// input scores higher: as much as inputs in one bin are ordered one way or the other.
func areaOfHistograms(known, kind []int) (low, high float64) {
	m, n, below, level := 0.0, 0.0, 0.0, 0.0
	for i := range known {
		below += float64(known[i]) * n // n: of kind in lower bins
		level += float64(known[i]) * float64(kind[i])
		m += float64(known[i])
		n += float64(kind[i])
	}
	return below / (m * n), (below + level) / (m * n)
}

// consistentROC returns an error when a curve does not rise from (0, 0) to (1, 1), or when the area is not one
// that a curve through its points can have: between the steps that lie below them and those above.
func consistentROC(path string, k *verify.NoveltyKind) error {
	if len(k.ROC) < 2 {
		return fmt.Errorf("%s.roc has %d points, but goes from (0, 0) to (1, 1)", path, len(k.ROC))
	}
	first, last := k.ROC[0], k.ROC[len(k.ROC)-1]
	if first != (verify.ROCPoint{}) || last != (verify.ROCPoint{False: 1, True: 1}) {
		return fmt.Errorf("%s.roc goes from (%s, %s) to (%s, %s), not from (0, 0) to (1, 1)", path,
			plain(first.False), plain(first.True), plain(last.False), plain(last.True))
	}
	low, high := 0.0, 0.0
	for i, q := range k.ROC[1:] {
		before := k.ROC[i]
		if !(q.False >= before.False && q.True >= before.True) {
			return fmt.Errorf("%s.roc[%d] is (%s, %s), which falls below the point before it", path, i+1, plain(q.False), plain(q.True))
		}
		wide := float64(q.False - before.False)
		low += wide * float64(before.True)
		high += wide * float64(q.True)
	}
	if !math.IsNaN(float64(k.AUC)) && !between(k.AUC, low, high) {
		return fmt.Errorf("%s.auc is %s, but by its roc it is from %s to %s", path, plain(k.AUC), plain(verify.Number(low)), plain(verify.Number(high)))
	}
	return nil
}
