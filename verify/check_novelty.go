package verify

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
)

// noveltyBins is how many bins a histogram of largest scores has.
const noveltyBins = 40

// examineNovelty decides whether known inputs score higher than others. The statistic of an input x is
//
//	largest score of x / ‖x‖^(e−2)
//
// of the first trained network: scores are free of scale, so that the exponent e = 2 leaves them as they are, and
// any other lets the norm of the input count. AUC is the probability that a known input has a larger one than an
// input of another kind, ties half, and the value is the largest 1 − AUC over the kinds. A blank input has the
// norm 0 and no direction; where its largest score is 0, the statistic is 0 whatever the exponent.
//
// A kind so small that its 95 % interval reaches one half is not told from guessing, and nothing is decided.
func (x *problemRun) examineNovelty(ctx context.Context, c *CheckResult, spec CheckSpec) error {
	c.Title = fmt.Sprintf("Inputs of %s score higher than those of %s", spec.Known, strings.Join(spec.Against, ", "))
	c.Quantity = fmt.Sprintf("largest probability that an input of another kind has a larger largest score than one of %s, ties half; scores divided by the norm to the power %g", spec.Known, spec.Exponent-2)
	scorer, ok := x.p.(Scorer)
	if !ok {
		return fmt.Errorf("the subject has no scores")
	}
	standing, why := x.witness()
	if standing != Pass {
		c.judge(standing)
		c.Sentence = undecided(why, 0, math.NaN())
		return nil
	}
	names := append([]string{spec.Known}, spec.Against...)
	statistics := make([][]float64, len(names))
	tick := x.progress("novelty", len(names))
	for i, name := range names {
		a, err := x.answer(ctx, scorer, name)
		if err != nil {
			return err
		}
		if a.Fitted {
			return fmt.Errorf("inputs %s: training saw them, so that a share of them is no estimate of anything", name)
		}
		if statistics[i], err = a.largest(spec.Exponent); err != nil {
			return fmt.Errorf("inputs %s: %w", name, err)
		}
		tick("")
	}
	first := x.cells[x.converged[0]]
	edges := histogramEdges(statistics)
	found := Novelty{
		Exponent: spec.Exponent, Known: spec.Known, Cell: first.ID, Edges: make([]Number, len(edges)),
		Counts: histogram(statistics[0], edges), Kinds: []NoveltyKind{},
	}
	for i, e := range edges {
		found.Edges[i] = Number(e)
	}
	value := math.Inf(-1)
	var apart, mixed, unsure []string
	refuted := false // by the whole interval of a kind
	for i, name := range spec.Against {
		other := statistics[i+1]
		auc, curve := receiver(statistics[0], other)
		lo, hi := newcombe(auc, len(statistics[0]), len(other))
		found.Kinds = append(found.Kinds, NoveltyKind{
			Name: name, N: len(other), AUC: Number(auc), Low: Number(lo), High: Number(hi), Counts: histogram(other, edges), ROC: curve,
		})
		value = max(value, 1-auc)
		said := fmt.Sprintf("%s (AUC %.3f)", name, auc)
		if 1-auc <= spec.Tolerance {
			apart = append(apart, said)
		} else {
			mixed = append(mixed, said)
			refuted = refuted || 1-hi > spec.Tolerance
		}
		if 1-auc <= spec.Tolerance && !(1-lo <= spec.Tolerance) {
			unsure = append(unsure, fmt.Sprintf("%s (AUC %.3f to %.3f at 95 %% confidence)", name, lo, hi))
		}
		if standing == Pass && !(lo > 0.5) {
			standing, why = Inconclusive, fmt.Sprintf("from %d inputs of %s and %d of %s nobody can tell that scores do better than guessing", len(statistics[0]), spec.Known, len(other), name)
		}
		c.Evidence = append(c.Evidence, Evidence{
			Text:  fmt.Sprintf("%d inputs of %s against %d of %s: AUC %.6f, %.6f to %.6f at 95 %% confidence; 1 − AUC", len(statistics[0]), spec.Known, len(other), name, auc, lo, hi),
			Value: Number(1 - auc), Cells: []string{first.ID},
		})
	}
	x.result.Novelty = append(x.result.Novelty, found)
	worstFirst(c.Evidence)
	if len(spec.Against) > 0 {
		c.Value = Number(value)
	}
	if standing == Pass && len(unsure) > 0 {
		standing, why = Inconclusive, "too few inputs to be sure that it tells "+strings.Join(unsure, ", ")
	}
	c.judge(standing)
	if c.Verdict == Fail && !refuted {
		c.Verdict, why = Inconclusive, "too few inputs to be sure that it does not tell them apart"
	}
	text := ""
	if len(apart) > 0 {
		text += fmt.Sprintf(" The largest score tells inputs of %s from %s.", spec.Known, strings.Join(apart, ", "))
	}
	if len(mixed) > 0 {
		text += fmt.Sprintf(" It does not tell them from %s: that takes an AUC of %.4g.", strings.Join(mixed, ", "), 1-spec.Tolerance)
		if len(apart) == 0 {
			text = fmt.Sprintf(" The largest score does not tell inputs of %s from %s: that takes an AUC of %.4g.", spec.Known, strings.Join(mixed, ", "), 1-spec.Tolerance)
		}
	}
	if c.Verdict != Pass && c.Verdict != Fail {
		text = " " + undecided(why, 0, math.NaN()) + text
	}
	c.Sentence = strings.TrimPrefix(text, " ")
	return nil
}

// largest returns for each input its largest score, divided by its norm to the power exponent − 2.
func (a *answers) largest(exponent float64) ([]float64, error) {
	if exponent != 2 && a.Norms == nil {
		return nil, fmt.Errorf("they have no norms to divide scores by")
	}
	out := make([]float64, a.Count)
	for i := range out {
		s := slices.Max(a.scores[i*a.Labels : (i+1)*a.Labels])
		if exponent != 2 && s != 0 {
			s /= math.Pow(a.Norms[i], exponent-2)
		}
		if !isFinite(s) {
			return nil, fmt.Errorf("input %d has the largest score %v at norm %v", i, s, a.Norms[i])
		}
		out[i] = s
	}
	return out, nil
}

// decades is how far below the median of the first sample, in powers of ten, the bins of a logarithmic scale begin.
const decades = 3

// histogramEdges returns the edges of bins that hold most values of all samples: from the lowest percentile of a
// sample to the highest. Where no value is negative, as scores usually are, the bins are as wide as each other on
// a logarithmic scale, which ends three decades below the median of the first sample: what is smaller, rounding or
// zero, falls into the first bin.
func histogramEdges(samples [][]float64) []float64 {
	lo, hi, negative := math.Inf(1), math.Inf(-1), false
	for _, sample := range samples {
		negative = negative || slices.Min(sample) < 0
	}
	for _, sample := range samples {
		s := slices.Sorted(slices.Values(sample))
		if !negative {
			s = s[sort.Search(len(s), func(i int) bool { return s[i] > 0 }):]
		}
		if len(s) == 0 {
			continue
		}
		cut := len(s) / 100
		lo, hi = min(lo, s[cut]), max(hi, s[len(s)-1-cut])
	}
	if first := slices.Sorted(slices.Values(samples[0])); !negative && lo < hi {
		lo = min(max(lo, first[len(first)/2]*math.Pow(10, -decades)), hi)
	}
	scale, unscale := math.Log, math.Exp
	if negative {
		same := func(v float64) float64 { return v }
		scale, unscale = same, same
	}
	if lo > hi {
		lo, hi = 1, 1 // every value is zero
	}
	a, b := scale(lo), scale(hi)
	if !(b-a > 1e-9*math.Abs(a)) {
		a, b = a-0.5, b+0.5
	}
	edges := make([]float64, noveltyBins+1)
	for i := range edges {
		edges[i] = unscale(a + (b-a)*float64(i)/noveltyBins)
	}
	return edges
}

// histogram counts values between edges; those beyond the ends are in the outermost bins.
func histogram(values, edges []float64) []int {
	counts := make([]int, len(edges)-1)
	for _, v := range values {
		at, _ := slices.BinarySearch(edges, v)
		if at == len(edges) || edges[at] != v {
			at-- // the edge below
		}
		counts[min(max(at, 0), len(counts)-1)]++
	}
	return counts
}
