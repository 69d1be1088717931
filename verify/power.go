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

// power states what the number of independent starts supports. Trials that share a start count once; a start
// disagrees when one of its trials left the largest basin, and does not count when one did not converge. The bound is the one-sided one: 0 of n is
// compatible with a share of 1 − 0.05^(1/n).
func (x *problemRun) power() {
	agrees, left := map[string]bool{}, map[string]bool{}
	for i := range x.result.Trials {
		t := &x.result.Trials[i]
		before, seen := agrees[t.Start]
		agrees[t.Start] = (before || !seen) && t.Basin == 0
		left[t.Start] = left[t.Start] || t.Status != Converged
	}
	for start, yes := range left {
		if yes {
			delete(agrees, start) // it bears no witness, one way or the other
		}
	}
	p := &Power{Starts: len(agrees), Confidence: confidence, Upper: Number(math.NaN())}
	for _, yes := range agrees {
		if !yes {
			p.Disagreed++
		}
	}
	if p.Starts == 0 {
		p.Sentence = "No start has all its trials converged, so nothing can be said."
	} else {
		_, hi := clopperPearson(p.Disagreed, p.Starts, 2*confidence-1)
		p.Upper = Number(hi)
		p.Sentence = fmt.Sprintf("%d of %d independent starts disagreed: at %.0f %% confidence fewer than %.2g %% of starts drawn like these, in these proportions, do.",
			p.Disagreed, p.Starts, 100*confidence, 100*hi)
	}
	x.result.Power = p
}
