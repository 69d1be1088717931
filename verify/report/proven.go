package report

import (
	"fmt"
	"math"
	"strings"

	"example.org/concord/verify"
)

// provenView is what a certificate proves about a problem, as the page shows it.
type provenView struct {
	*verify.Oracle
	Certified int    // of Trials
	Trials    int    // of the problem
	Plain     string // what is proven, for a non-specialist
	Precise   string // the same for a specialist
	Farthest  string // label of the trained network at Distance; "" where there is none
	Allowed   string // what is proven about its distance
	Spectrum  *spectrum
}

// newProvenView returns nil for a problem without an oracle.
func newProvenView(id string, p *verify.ProblemResult) *provenView {
	if p.Oracle == nil {
		return nil
	}
	o := &p.Oracle.Certificate
	v := &provenView{
		Oracle: p.Oracle, Certified: certifiedTrials(p.Trials), Trials: len(p.Trials),
		Precise: preciseProof(o), Spectrum: newSpectrum(id, o),
	}
	v.Plain = plainProof(o.Certified, v.Certified, v.Trials)
	for i := range p.Trials {
		if t := &p.Trials[i]; t.Cell == p.Oracle.Cell && t.Certificate != nil {
			v.Farthest, v.Allowed = t.Label, "no distance is proven for it"
			if d := t.Certificate.Distance + o.Distance; finite(d) {
				v.Allowed = "proven: " + distance(d)
			}
			break
		}
	}
	return v
}

// certifiedTrials counts the trials whose certificate proves something.
func certifiedTrials(trials []verify.TrialResult) int {
	n := 0
	for i := range trials {
		if c := trials[i].Certificate; c != nil && c.Certified {
			n++
		}
	}
	return n
}

// anyCertificate reports whether a trial has a certificate, whatever it says.
func anyCertificate(trials []verify.TrialResult) bool {
	for i := range trials {
		if trials[i].Certificate != nil {
			return true
		}
	}
	return false
}

// certified says whether a trial is certified, and why not.
func certified(c *verify.Certificate) string {
	switch {
	case c == nil:
		return "no: there is no certificate for this run"
	case c.Certified:
		return "yes"
	}
	return "no: " + c.Reason
}

// plainProof says in one sentence what is proven when the optimum found without a start is certified, or
// is not, and so many of all runs are.
func plainProof(optimum bool, certified, all int) string {
	runs := plural(all, "training run")
	if !optimum {
		if certified == 0 {
			return "Nothing is proven: the calculation that could have shown which outcome is the best possible one did not end in a proof."
		}
		return fmt.Sprintf("What was calculated without any training is not proven to be the best possible outcome, but %d of %s provably ended in the best possible one.", certified, runs)
	}
	known := "The best possible outcome of this kind is known, and there is only one: it was calculated without any training"
	switch {
	case all == 0:
		return known + ". There is no training run to compare with it."
	case certified == all && all == 1:
		return known + ", and the one training run provably ended in it."
	case certified == all:
		return fmt.Sprintf("%s, and all %s provably ended in it.", known, runs)
	case certified == 0:
		return fmt.Sprintf("%s. None of %s is proven to have ended in it.", known, runs)
	}
	return fmt.Sprintf("%s, and %d of %s provably ended in it. Of the other %d it is not proven.", known, certified, runs, all-certified)
}

// preciseProof says what the bound, its gap and the ratio at the cut amount to.
func preciseProof(c *verify.Certificate) string {
	var b strings.Builder
	b.WriteString("A bound, the convex dual of the problem, lies above the fitness of every outcome of this rank in the cone. ")
	gap, slack := float64(c.Gap), float64(c.GapError)
	closing := fmt.Sprintf("a gap of %s, give or take %s of rounding. ", number(c.Gap), orWords(c.GapError, "an unknown amount"))
	switch {
	case c.Certified:
		b.WriteString("The optimum attains it, up to " + closing)
	case gap >= -slack:
		b.WriteString("The best that was found stays below it, by " + closing)
	default:
		b.WriteString("How far the best that was found stays below it is not known. ")
	}
	switch r := float64(c.Ratio); {
	case math.IsNaN(r):
		b.WriteString("How the singular values of the dual matrix differ at the cut was not recorded. ")
	case math.IsInf(r, 1):
		b.WriteString("Beyond the cut the dual matrix has no singular value above zero")
		b.WriteString(so(c.Certified))
	default:
		fmt.Fprintf(&b, "At the cut, after the first %d, the singular values of the dual matrix differ by a factor of %s", c.Cut, ratio(c.Ratio))
		b.WriteString(so(c.Certified))
	}
	if c.Certified {
		b.WriteString("It was found without any start: by minimising the bound, from a point that no random number enters.")
	} else {
		b.WriteString("Where they are equal, in a tie, the bound need not be attained, and a tie proves nothing.")
	}
	return b.String()
}

// so ends the sentence about the cut.
func so(certified bool) string {
	if certified {
		return ", so the optimum is unique. "
	}
	return ". "
}

// ratio writes a ratio with so many digits that its difference from one shows.
func ratio(x verify.Number) string { return significant(float64(x), ratioDigits(x)) }

// ratioDigits returns how many significant digits show two digits of x − 1, and at least three.
func ratioDigits(x verify.Number) int {
	if excess := math.Abs(float64(x) - 1); excess > 0 && excess < 1 {
		return min(2-int(math.Floor(math.Log10(excess))), 15)
	}
	return 3
}

// distance writes a proven distance, or that there is none.
func distance(x verify.Number) string {
	if !finite(x) {
		return "none is proven"
	}
	return "at most " + number(x)
}
