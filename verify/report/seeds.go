package report

import (
	"fmt"
	"math"

	"example.org/concord/verify"
)

// seedsView is what the starts of a problem prove, and what they do not.
type seedsView struct {
	Share      string // how many disagreed, in words
	Bound      string // what that supports
	Few        string // how many starts a sharper bound takes; "" where nothing can be said
	Proven     string // what the certificates add
	Formula    bool   // none disagreed, so that the bound has a closed form
	Starts     int
	Upper      verify.Number
	Confidence string
}

// newSeedsView returns nil where it was not computed what the starts support.
func newSeedsView(p *verify.ProblemResult) *seedsView {
	if p.Power == nil {
		return nil
	}
	q := p.Power
	v := &seedsView{Starts: q.Starts, Upper: q.Upper, Confidence: percent(verify.Number(q.Confidence)), Proven: addedByProof(p)}
	switch {
	case q.Starts <= 0:
		v.Share = "No start has all its training runs converged, so none was counted."
		return v
	case q.Starts == 1 && q.Disagreed == 0:
		v.Share = "The one start that was counted cannot disagree with itself."
	case q.Starts == 1:
		v.Share = "The one start that was counted did not end in the largest basin."
	case q.Disagreed == 0:
		v.Share = fmt.Sprintf("None of the %d independent starts ended elsewhere.", q.Starts)
	case q.Disagreed == 1:
		v.Share = fmt.Sprintf("1 of the %d independent starts ended elsewhere. That is enough to refute that all end in the same place.", q.Starts)
	default:
		v.Share = fmt.Sprintf("%d of the %d independent starts ended elsewhere. That is enough to refute that all end in the same place.", q.Disagreed, q.Starts)
	}
	if finite(q.Upper) {
		v.Bound = fmt.Sprintf("At %s confidence fewer than %s of all starts drawn like these do.", v.Confidence, bound(float64(q.Upper)))
	}
	v.Formula = q.Disagreed == 0 && finite(q.Upper)
	if v.Formula && q.Confidence > 0 && q.Confidence < 1 {
		v.Few = sharper(q)
	}
	return v
}

// sharper says how many starts, none of which disagrees, would support a tenth, a hundredth or a thousandth.
func sharper(q *verify.Power) string {
	for _, share := range []float64{0.1, 0.01, 0.001} {
		if needed := math.Ceil(math.Log(1-q.Confidence)/math.Log1p(-share) - 1e-9); needed > float64(q.Starts) {
			return fmt.Sprintf("To say “fewer than %s”, %s starts would be needed, and none of them may disagree.",
				percent(verify.Number(share)), significant(needed, 15))
		}
	}
	return ""
}

// addedByProof says what certificates say beyond starts.
func addedByProof(p *verify.ProblemResult) string {
	n := len(p.Trials)
	c := certifiedTrials(p.Trials)
	switch {
	case p.Oracle == nil && !anyCertificate(p.Trials):
		return "There is no certificate here, so what is known of other starts rests on the starts that were tried."
	case c == 0:
		return "No training run is certified, so nothing is known beyond the starts that were tried."
	case c == n && n == 1:
		return "The one training run is certified: it provably ended in the one best outcome. No number of starts could show that. That other starts lead there too, it does not prove."
	case c == n:
		return fmt.Sprintf("All %d training runs are certified: each provably ended in the one best outcome. No number of starts could show that. That other starts lead there too, it does not prove.", n)
	}
	are := "are"
	if c == 1 {
		are = "is"
	}
	return fmt.Sprintf("%d of %s %s certified to have ended in the one best outcome, and for the others nothing is proven. No certificate says where another start leads.", c, plural(n, "training run"), are)
}
