package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"example.org/concord/verify"
)

// answer says in one line whether training forgets its start, as far as the starts that were tried tell; "" where no
// check of trained tuples says so.
func answer(r *verify.Result) string {
	worst, asked := verify.Pass, false
	for i := range r.Problems {
		for j := range r.Problems[i].Checks {
			if c := &r.Problems[i].Checks[j]; c.Kind == "tuple" {
				worst, asked = verify.Worst(worst, c.Verdict), true
			}
		}
	}
	controlled := len(r.Doses) > 0 || slices.ContainsFunc(r.Twins, func(t verify.TwinResult) bool { return slices.Contains(t.MustFail, "tuple") })
	switch {
	case !asked:
		return ""
	case worst == verify.Pass && r.Verdict == verify.Pass && controlled:
		return "Yes: " + everyStart(r) + " ended in the same place."
	case worst == verify.Pass && r.Verdict == verify.Fail:
		return "Training forgets its start here, but something else that is claimed does not hold."
	case worst == verify.Pass:
		return "Every start that was tried ended in the same place, but this run does not show that this means anything."
	case worst == verify.Fail:
		return "No: here training does not forget its start."
	}
	return "It is not decided whether training forgets its start here."
}

// everyStart names the starts that were tried, with their number where there is one problem.
func everyStart(r *verify.Result) string {
	if len(r.Problems) == 1 && r.Problems[0].Power != nil {
		return fmt.Sprintf("all %d starts that were tried", r.Problems[0].Power.Starts)
	}
	return "every start that was tried"
}

// plainly says in one sentence for everybody what a check came to. Where says which distances the unit of the
// value belongs to.
func plainly(c *verify.CheckResult, where distanceKind) string {
	held, refuted := claimWords(c.Kind)
	switch c.Verdict {
	case verify.Pass:
		return held + deviation(c, where) + "."
	case verify.Fail:
		return refuted + deviation(c, where) + "."
	case verify.Inconclusive:
		return "Undecided: this is neither refuted nor shown."
	case verify.Vacuous:
		return "This shows nothing: the comparison could not have come out differently."
	case verify.Missing:
		return "There is nothing to compare with."
	case verify.Error:
		return "It broke before anything could be decided."
	default:
		return "Nothing was decided, because nothing ran."
	}
}

// claimWords returns what is so where a check of a kind passes, and where it fails.
func claimWords(kind string) (held, refuted string) {
	switch kind {
	case "converged":
		return "Every training run went on to its own end", "Not every training run went on to its own end"
	case "tuple":
		return "All starts ended in the same network", "Not all starts ended in the same network"
	case "scores":
		return "All networks say the same about every input that was tried", "The networks do not all say the same about the same input"
	case "images":
		return "All drawings that are compared show the same picture", "Not all drawings that are compared show the same picture"
	case "golden":
		return "The outcome is the one that was approved before", "The outcome is not the one that was approved before"
	case "certificate":
		return "Every run provably ended in the best outcome of its cone", "Not every run ended in the best outcome of its cone"
	case "accuracy":
		return "The network is right more often than the simpler method", "The network is not shown to be right more often than the simpler method"
	case "not-the-mean":
		return "No drawing is just the average training image", "Some drawing is too much like the average training image"
	case "recognisable":
		return "Every drawing shows what it should", "Some drawing does not show what it should"
	case "shift":
		return "Moving an image does not change its features", "Moving an image changes its features"
	case "novelty":
		return "Known inputs score higher than others", "Known inputs do not score higher than others"
	}
	return "The claim holds", "The claim does not hold"
}

// deviation says how large the value of a check is, and what part of the tolerance: ": the largest deviation is
// 2×10⁻⁷ of a network’s size, a fifth of what is allowed".
func deviation(c *verify.CheckResult, where distanceKind) string {
	v := float64(c.Value)
	switch {
	case math.IsNaN(v):
		return ""
	case c.Kind == "converged":
		switch v {
		case 0:
			return ": none was cut short"
		case 1:
			return ": 1 was cut short"
		}
		return ": " + number(c.Value) + " were cut short"
	case c.Kind == "certificate" && c.Verdict == verify.Pass:
		return ": no other there can be better by more than " + number(c.Value)
	case c.Tolerance == 0 && v == 0:
		return ", to the last bit"
	case c.Tolerance == 0:
		return ": they are not the same to the last bit"
	}
	return ": " + measured(c.Kind) + " is " + number(c.Value) + unitOf(c.Kind, where) + ", " + part(float64(c.Margin)) + " what is allowed"
}

// measured names the value of a check of a kind.
func measured(kind string) string {
	switch kind {
	case "tuple":
		return "the largest distance of two of them"
	case "images":
		return "the largest distance of two of them"
	case "scores":
		return "the largest difference"
	case "golden":
		return "the largest distance from it"
	case "certificate":
		return "the largest gap"
	case "accuracy", "recognisable":
		return "the largest ratio"
	case "not-the-mean":
		return "the largest cosine"
	case "shift":
		return "the largest change"
	case "novelty":
		return "the largest probability of the opposite"
	}
	return "the largest deviation"
}

// unitOf says what a value of a kind is a part of; "" where it is a number by itself.
func unitOf(kind string, where distanceKind) string {
	switch kind {
	case "tuple", "golden":
		if where == products || where == hiddenUnits || where == signs {
			return " of a network’s size"
		}
	case "images":
		return " of a drawing’s size"
	case "scores":
		return " of the largest score"
	case "shift":
		return " of the size of the features"
	}
	return ""
}

// part says how much of something a share is, in words where they are short, so that "what is allowed" can follow.
func part(share float64) string {
	switch {
	case math.IsNaN(share):
		return "which is not compared with"
	case math.IsInf(share, 1):
		return "infinitely many times"
	case share > 1:
		return manifold(share) + " times"
	case share <= 0:
		return "nothing of"
	case share >= 0.995:
		return "all of"
	}
	words := []string{"half", "a third", "a quarter", "a fifth", "a sixth", "a seventh", "an eighth", "a ninth", "a tenth"}
	n := math.Round(1 / share)
	exact := ""
	if math.Abs(share*n-1) > 0.025 {
		exact = "about "
	}
	switch {
	case n < 2:
		return significant(100*share, 2) + " % of"
	case n <= 10:
		return exact + words[int(n)-2] + " of"
	case n < 1000:
		return fmt.Sprintf("about one part in %s of", significant(n, 2))
	case n < 1e6:
		return "less than a thousandth of"
	}
	return "less than a millionth of"
}

// manifold writes a number above 1 for everybody: "1.04", "310 000", "21 million".
func manifold(x float64) string {
	rounded := func(x float64) string {
		if x < 100 {
			return significant(x, max(ratioDigits(verify.Number(x))-1, 2))
		}
		unit := math.Pow(10, math.Floor(math.Log10(x))-1)
		return grouped(strconv.FormatFloat(math.Round(x/unit)*unit, 'f', 0, 64))
	}
	switch {
	case x < 1e6:
		return rounded(x)
	case x < 1e9:
		return rounded(x/1e6) + " million"
	}
	return significant(x, 2)
}

// next says what to do about a check that decided nothing; "" where there is nothing to do.
func next(c *verify.CheckResult, converged, trials int) string {
	switch c.Verdict {
	case verify.Pass, verify.Fail: // the sentence says it all
		return ""
	case verify.Inconclusive:
		switch {
		case trials == 0:
			return "Let the scenario train something: there is no training run."
		case c.Kind == "certificate":
			return "A proof that does not close refutes nothing: look at the gap and at the ratio under “What is proven”. Longer training closes a gap; a lower rank, or other data, undoes a tie."
		case converged < trials && trials-converged == 1:
			return "Look at the one training run that did not converge. Give it more steps, or take its method out of the scenario, and run again."
		case converged < trials:
			return fmt.Sprintf("Look at the %d training runs that did not converge. Give them more steps, or take their method out of the scenario, and run again.", trials-converged)
		case converged == 1:
			return "One training run cannot be compared with another: add seeds, and run again."
		}
		return "The precise sentence says what is lacking: more seeds, more inputs or a comparison that is better conditioned. Add it to the scenario, and run again."
	case verify.Vacuous:
		return "Make sure that the seed reaches the start: outcomes that are the same to the last bit were never different. Then run again."
	case verify.Missing:
		if c.Kind == "golden" {
			return "If this outcome is right, make it the golden one with “verify golden approve”, and run again. Do not if you have not looked."
		}
		return "Bring what is absent, such as the other shards with “verify merge”, and run again."
	case verify.Error:
		return "Read what went wrong in the precise sentence and in the log of the training run; correct that, and run again. Until then nothing is known."
	default:
		return "Run it: what did not run was not tested."
	}
}

// nextOfControl says what to do about a control, or doses, that did not pass; "" where there is nothing to do.
func nextOfControl(v verify.Verdict) string {
	switch v {
	case verify.Pass:
		return ""
	case verify.Vacuous:
		return "The passes above mean nothing until a control fails: break more, look whether the setting that was broken has any effect, or tighten the tolerances."
	case verify.Inconclusive:
		return "Give the control more seeds or more steps, so that it comes to a verdict, and run again."
	case verify.Error:
		return "Read what went wrong, correct it, and run again: without the control it is not shown that the checks can fail."
	case verify.Missing, verify.NotRun, verify.Fail:
		return "Run the control: without it it is not shown that the checks can fail."
	default:
		return ""
	}
}

// nextOfRun says what to do about a run that did not pass; "" where there is nothing to do.
func nextOfRun(v verify.Verdict) string {
	switch v {
	case verify.Pass:
		return ""
	case verify.Fail:
		return "What refutes it is in the table below; each claim leads to how it was computed, and to the command that repeats it."
	case verify.Vacuous:
		return "Look at the control that did not fail: as long as it does not, a pass says nothing."
	case verify.Missing:
		return "Bring what is absent; the claims below say what that is."
	case verify.Inconclusive:
		return "The claims below say what is lacking, and what to do about it."
	case verify.Error:
		return "The claims below say what broke. Correct that, and run again."
	default:
		return "Run it."
	}
}
