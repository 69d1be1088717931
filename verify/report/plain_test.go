package report

import (
	"math"
	"strings"
	"testing"

	"example.org/concord/verify"
)

func TestPart(t *testing.T) {
	for _, c := range []struct {
		in   float64
		want string
	}{
		{0.68, "68 % of"},
		{0.5, "half of"},
		{0.2, "a fifth of"},
		{0.21, "about a fifth of"},
		{0.1, "a tenth of"},
		{0.34, "a third of"},
		{0.25, "a quarter of"},
		{0.98, "98 % of"},
		{1, "all of"},
		{0.66, "about half of"},
		{0.0077, "about one part in 130 of"},
		{9e-5, "less than a thousandth of"},
		{4e-8, "less than a millionth of"},
		{0, "nothing of"},
		{-1, "nothing of"},
		{2, "2 times"},
		{1.04, "1.04 times"},
		{3.14, "3.1 times"},
		{305546, "310\u202f000 times"},
		{2.1e7, "21 million times"},
		{3e9, "3×10⁹ times"},
		{180, "180 times"},
		{math.Inf(1), "infinitely many times"},
		{math.NaN(), "which is not compared with"},
	} {
		if got := part(c.in); got != c.want {
			t.Errorf("part(%v) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestPlainly(t *testing.T) {
	check := func(kind string, v verify.Verdict, value, tolerance float64) *verify.CheckResult {
		c := &verify.CheckResult{Kind: kind, Verdict: v, Value: verify.Number(value), Tolerance: verify.Number(tolerance), Margin: verify.Number(math.NaN())}
		if tolerance > 0 {
			c.Margin = verify.Number(value / tolerance)
		}
		return c
	}
	for _, c := range []struct {
		name  string
		check *verify.CheckResult
		where distanceKind
		want  string
	}{
		{
			"a tuple that passes", check("tuple", verify.Pass, 2e-7, 1e-6), products,
			"All starts ended in the same network: the largest distance of two of them is 2×10⁻⁷ of a network’s size, a fifth of what is allowed.",
		},
		{
			"a distance that is relative to nothing", check("tuple", verify.Pass, 2e-7, 1e-6), entries,
			"All starts ended in the same network: the largest distance of two of them is 2×10⁻⁷, a fifth of what is allowed.",
		},
		{
			"a tuple that fails", check("tuple", verify.Fail, 0.3, 1e-6), products,
			"Not all starts ended in the same network: the largest distance of two of them is 0.3 of a network’s size, 300\u202f000 times what is allowed.",
		},
		{"to the last bit", check("tuple", verify.Pass, 0, 0), products, "All starts ended in the same network, to the last bit."},
		{"other bits", check("tuple", verify.Fail, 3, 0), products, "Not all starts ended in the same network: they are not the same to the last bit."},
		{"none cut short", check("converged", verify.Pass, 0, 0), unknown, "Every training run went on to its own end: none was cut short."},
		{"one cut short", check("converged", verify.Fail, 1, 0), unknown, "Not every training run went on to its own end: 1 was cut short."},
		{"two cut short", check("converged", verify.Fail, 2, 0), unknown, "Not every training run went on to its own end: 2 were cut short."},
		{"nothing measured", check("certificate", verify.Fail, math.NaN(), 1e-10), unknown, "Not every run ended in the best outcome of its cone."},
		{"proven", check("certificate", verify.Pass, 9.4e-14, 1e-10), unknown, "Every run provably ended in the best outcome of its cone: no other there can be better by more than 9.4×10⁻¹⁴."},
		{"undecided", check("scores", verify.Inconclusive, 0, 1), unknown, "Undecided: this is neither refuted nor shown."},
		{"a kind of its own", check("x", verify.Pass, 1, 2), unknown, "The claim holds: the largest deviation is 1, half of what is allowed."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := plainly(c.check, c.where); got != c.want {
				t.Errorf("plainly = %q, want %q", got, c.want)
			}
		})
	}
}

func TestAnswer(t *testing.T) {
	run := func(all verify.Verdict, kinds ...verify.CheckResult) *verify.Result {
		return &verify.Result{Verdict: all, Problems: []verify.ProblemResult{{Checks: kinds}}}
	}
	controlled := func(r *verify.Result, kind string) *verify.Result {
		r.Twins = []verify.TwinResult{{Verdict: verify.Pass, MustFail: []string{kind}}}
		return r
	}
	counted := func(r *verify.Result) *verify.Result {
		r.Problems[0].Power = &verify.Power{Starts: 12}
		return r
	}
	tuple := func(v verify.Verdict) verify.CheckResult { return verify.CheckResult{Kind: "tuple", Verdict: v} }
	for _, c := range []struct {
		name string
		in   *verify.Result
		want string
	}{
		{"pass", controlled(run(verify.Pass, tuple(verify.Pass)), "tuple"), "Yes: every start that was tried ended in the same place."},
		{"pass of one problem", counted(controlled(run(verify.Pass, tuple(verify.Pass)), "tuple")), "Yes: all 12 starts that were tried ended in the same place."},
		{"no control", counted(run(verify.Pass, tuple(verify.Pass))), "Every start that was tried ended in the same place, but this run does not show that this means anything."},
		{"a control of something else", controlled(run(verify.Pass, tuple(verify.Pass)), "scores"), "does not show that this means anything"},
		{"fail", run(verify.Fail, tuple(verify.Fail)), "No: here training does not forget its start."},
		{"another claim fails", run(verify.Fail, tuple(verify.Pass)), "Training forgets its start here, but"},
		{"a control does not fail", run(verify.Vacuous, tuple(verify.Pass)), "does not show that this means anything"},
		{"undecided", run(verify.Inconclusive, tuple(verify.Inconclusive)), "It is not decided"},
		{"the worst of two", run(verify.Fail, tuple(verify.Pass), tuple(verify.Fail)), "No:"},
		{"not asked", run(verify.Pass, verify.CheckResult{Kind: "scores"}), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := answer(c.in); !strings.Contains(got, c.want) || c.want == "" && got != "" {
				t.Errorf("answer = %q, want %q", got, c.want)
			}
		})
	}
}

func TestNext(t *testing.T) {
	for _, c := range []struct {
		name              string
		kind              string
		verdict           verify.Verdict
		converged, trials int
		want              string
	}{
		{"nothing to do", "tuple", verify.Pass, 4, 4, ""},
		{"no run", "tuple", verify.Inconclusive, 0, 0, "there is no training run"},
		{"one run open", "tuple", verify.Inconclusive, 3, 4, "Look at the one training run that did not converge"},
		{"two runs open", "tuple", verify.Inconclusive, 2, 4, "Look at the 2 training runs that did not converge"},
		{"one run", "tuple", verify.Inconclusive, 1, 1, "One training run cannot be compared with another"},
		{"a proof", "certificate", verify.Inconclusive, 3, 4, "refutes nothing"},
		{"no golden", "golden", verify.Missing, 4, 4, "verify golden approve"},
		{"no shard", "tuple", verify.Missing, 4, 4, "verify merge"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := next(&verify.CheckResult{Kind: c.kind, Verdict: c.verdict}, c.converged, c.trials)
			if !strings.Contains(got, c.want) || c.want == "" && got != "" {
				t.Errorf("next = %q, want %q", got, c.want)
			}
		})
	}
	for _, v := range []verify.Verdict{verify.Fail, verify.Inconclusive, verify.Vacuous, verify.Missing, verify.Error, verify.NotRun} {
		if nextOfControl(v) == "" || nextOfRun(v) == "" {
			t.Errorf("%v of a control or a run leaves the reader alone", v)
		}
	}
}

func TestSeeds(t *testing.T) {
	power := func(starts, disagreed int, upper float64) *verify.Power {
		return &verify.Power{Starts: starts, Disagreed: disagreed, Confidence: 0.95, Upper: verify.Number(upper)}
	}
	for _, c := range []struct {
		name  string
		power *verify.Power
		want  []string
		no    string
	}{
		{"none of many", power(96, 0, 0.0307), []string{"None of the 96 independent starts ended elsewhere.", "At 95 % confidence fewer than 3.1 % of all starts drawn like these do.", "To say “fewer than 1 %”, 299 starts would be needed"}, "refute"},
		{"none of few", power(4, 0, 0.527), []string{"“fewer than 10 %”, 29 starts"}, ""},
		{"one of many", power(8, 1, 0.47), []string{"1 of the 8 independent starts ended elsewhere. That is enough to refute"}, "would be needed"},
		{"three", power(8, 3, 0.71), []string{"3 of the 8"}, "would be needed"},
		{"one start", power(1, 0, 0.95), []string{"The one start that was counted cannot disagree with itself."}, "independent starts"},
		{"no start", power(0, 0, math.NaN()), []string{"none was counted"}, "confidence"},
		{"as many as are needed", power(29, 0, 0.0981), []string{"“fewer than 1 %”, 299"}, "10 %"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := newSeedsView(&verify.ProblemResult{Power: c.power})
			got := v.Share + " " + v.Bound + " " + v.Few
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("newSeedsView says %q, want %q", got, want)
				}
			}
			if c.no != "" && strings.Contains(got, c.no) {
				t.Errorf("newSeedsView says %q, want no %q", got, c.no)
			}
		})
	}
	if newSeedsView(&verify.ProblemResult{}) != nil {
		t.Error("without a count of starts something is said of them")
	}
}

func TestAddedByProof(t *testing.T) {
	trial := func(certified bool) verify.TrialResult {
		return verify.TrialResult{Certificate: &verify.Certificate{Certified: certified}}
	}
	for _, c := range []struct {
		name string
		in   []verify.TrialResult
		want string
	}{
		{"no certificate", []verify.TrialResult{{}}, "There is no certificate here"},
		{"an attempt that failed", []verify.TrialResult{trial(false), {}}, "No training run is certified"},
		{"the only run", []verify.TrialResult{trial(true)}, "The one training run is certified"},
		{"all", []verify.TrialResult{trial(true), trial(true)}, "All 2 training runs are certified"},
		{"one of two", []verify.TrialResult{trial(true), trial(false)}, "1 of 2 training runs is certified"},
		{"two of three", []verify.TrialResult{trial(true), trial(true), trial(false)}, "2 of 3 training runs are certified"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := addedByProof(&verify.ProblemResult{Trials: c.in}); !strings.Contains(got, c.want) {
				t.Errorf("addedByProof = %q, want %q", got, c.want)
			}
		})
	}
}
