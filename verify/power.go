package verify

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// clopperPearson returns the exact confidence interval for a proportion of which k of n were seen (Clopper and
// Pearson, 1934): each bound is one that k or more, or k or fewer, would exceed with probability (1−level)/2.
// Without a sample it knows nothing: 0 and 1.
func clopperPearson(k, n int, level float64) (lo, hi float64) {
	if n <= 0 {
		return 0, 1
	}
	alpha := (1 - level) / 2
	lo, hi = 0, 1
	if k > 0 {
		lo = mathext.InvRegIncBeta(float64(k), float64(n-k+1), alpha)
	}
	if k < n {
		hi = mathext.InvRegIncBeta(float64(k+1), float64(n-k), 1-alpha)
	}
	return lo, hi
}

// confidence is the level of all statements about samples.
const confidence = 0.95

// power states what the number of independent starts supports. Trials that share a start count once, and a
// start disagrees when one of its trials left the largest basin. The bound is the one-sided one: 0 of n is
// compatible with a share of 1 − 0.05^(1/n).
func (x *problemRun) power() {
	agrees := map[string]bool{}
	for _, trial := range x.converged {
		t := x.result.Trials[trial]
		before, seen := agrees[t.Start]
		agrees[t.Start] = (before || !seen) && t.Basin == 0
	}
	p := &Power{Starts: len(agrees), Confidence: confidence, Upper: Number(math.NaN())}
	for _, yes := range agrees {
		if !yes {
			p.Disagreed++
		}
	}
	if p.Starts == 0 {
		p.Sentence = "No start has a converged outcome, so nothing can be said."
	} else {
		_, hi := clopperPearson(p.Disagreed, p.Starts, 2*confidence-1)
		p.Upper = Number(hi)
		p.Sentence = fmt.Sprintf("%d of %d independent starts disagreed: at %.0f %% confidence fewer than %.2g %% of all such starts do.",
			p.Disagreed, p.Starts, 100*confidence, 100*hi)
	}
	x.result.Power = p
}
