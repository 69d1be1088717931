package report

import (
	"fmt"
	"math"
	"strings"

	"example.org/concord/verify"
)

// provenView is what certificates prove about a problem, as the page shows it.
type provenView struct {
	Oracle      *verify.Oracle      // nil where no optimum was found without a start
	Certificate *verify.Certificate // of Oracle, or else the weakest of a run
	Weakest     string              // label of the run with the weakest certificate; "" with Oracle
	Certified   int                 // of Trials
	Trials      int                 // of the problem
	Plain       string              // what is proven, for a non-specialist
	Precise     string              // the same for a specialist
	Farthest    string              // label of the trained network at the distance of Oracle; "" where there is none
	Allowed     string              // what is proven about its distance
	Spectrum    *spectrum
}

// newProvenView returns nil for a problem without any certificate.
func newProvenView(id string, p *verify.ProblemResult) *provenView {
	v := &provenView{Oracle: p.Oracle, Certified: certifiedTrials(p.Trials), Trials: len(p.Trials)}
	if p.Oracle == nil {
		t := weakest(p.Trials)
		if t == nil {
			return nil
		}
		v.Certificate, v.Weakest = t.Certificate, t.Label
		v.Plain, v.Precise = plainRuns(v.Certified, v.Trials), preciseProof(v.Certificate, false)
		return v
	}
	o := &p.Oracle.Certificate
	v.Certificate, v.Spectrum = o, newSpectrum(id, o)
	v.Plain, v.Precise = plainProof(o.Certified, v.Certified, v.Trials), preciseProof(o, true)
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

// weakest returns the trial whose certificate proves least, nil where no trial has one: one that is not certified before
// all that are, and of these the one with the largest gap, rounding error included.
func weakest(trials []verify.TrialResult) *verify.TrialResult {
	var least *verify.TrialResult
	gap := func(c *verify.Certificate) float64 {
		if g := float64(c.Gap + c.GapError); !math.IsNaN(g) {
			return g
		}
		return math.Inf(1)
	}
	for i := range trials {
		c := trials[i].Certificate
		switch {
		case c == nil:
		case least == nil,
			least.Certificate.Certified && !c.Certified,
			least.Certificate.Certified == c.Certified && gap(c) > gap(least.Certificate):
			least = &trials[i]
		}
	}
	return least
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

// plainRuns says in one sentence what is proven where so many of all runs are certified, and no optimum was found
// without a start.
func plainRuns(certified, all int) string {
	runs := plural(all, "training run")
	switch {
	case certified == 0:
		return fmt.Sprintf("Nothing is proven: of %s none is known to have ended in the best possible outcome.", runs)
	case certified == all && all == 1:
		return "The one training run provably ended in the best possible outcome of this kind, and there is only one."
	case certified == all:
		return fmt.Sprintf("All %s provably ended in the best possible outcome of this kind, and there is only one.", runs)
	}
	return fmt.Sprintf("%d of %s provably ended in the best possible outcome of this kind, and there is only one. Of the other %d it is not proven.", certified, runs, all-certified)
}

// preciseProof says what the bound, its gap and the ratio at the cut amount to. The certificate is that of the optimum
// found without a start, or the weakest of a run.
func preciseProof(c *verify.Certificate, oracle bool) string {
	attains, stays := "optimum", "best that was found"
	if !oracle {
		attains, stays = "run with the weakest certificate", "run with the weakest certificate"
	}
	var b strings.Builder
	b.WriteString("A bound, the convex dual of the problem, lies above the fitness of every outcome of this rank in the cone. ")
	gap, slack := float64(c.Gap), float64(c.GapError)
	closing := fmt.Sprintf("a gap of %s, give or take %s of rounding. ", number(c.Gap), orWords(c.GapError, "an unknown amount"))
	switch {
	case c.Certified:
		b.WriteString("The " + attains + " attains it, up to " + closing)
	case gap >= -slack:
		b.WriteString("The " + stays + " stays below it, by " + closing)
	default:
		b.WriteString("How far the " + stays + " stays below it is not known. ")
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
	switch {
	case !c.Certified:
		b.WriteString("Where they are equal, in a tie, the bound need not be attained, and a tie proves nothing.")
	case oracle:
		b.WriteString("It was found without any start: by minimising the bound, from a point that no random number enters.")
	default:
		b.WriteString("No optimum was found without any start to hold against it.")
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
