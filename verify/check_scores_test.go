package verify

import (
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// drifting trains tuples that are up to 3e-10 apart, within the tolerance of the tuple check.
func drifting(_ *suspect, t Trial) (*Outcome, error) { return moved(t, 1e-10*float64(t.Seed)), nil }

// magnifying scores images so that networks differ a million times as much as their tuples, where the last pixel
// is not zero.
func magnifying(x []float64, m Image) [2]float64 {
	return [2]float64{1 + 1e6*(x[0]-1)*math.Abs(m.Pixels[3]), 1}
}

func TestAdversary(t *testing.T) {
	atTheCorner := func(_, _ []float64, r AttackRequest) (*Attack, error) {
		return &Attack{Status: Converged, Image: square(0, 0, 0, 1)}, nil
	}
	hear(t, "scores: {name: all, inputs: [grid, adversary], tolerance: 1e-8, reason: r}", []finding{
		{"honest", &suspect{}, "", Pass, "It holds for every input there is: that they differ by at most", ""},
		{
			"a difference where no input set looks", &suspect{train: drifting, probe: magnifying, attack: atTheCorner, bound: func(x, y []float64) []float64 { return []float64{1, 1} }},
			"scores: {name: all, inputs: [adversary, grid], tolerance: 1e-8, reason: r}", Fail, "differ by at most 0.0001 of the largest score", "3e-4, of the largest score of all, which is 3 on the grid",
		},
		{
			"the search finds nothing", &suspect{train: drifting, probe: magnifying, bound: func(x, y []float64) []float64 { return []float64{1, 0.5} }},
			"", Pass, "16 attacks that came to an end did not refute it; what is proven for every input is a difference of at most 0.67", "two pairs, two labels, four each; 1 + 1 of 3",
		},
		{
			"nothing is proven", &suspect{bound: func(x, y []float64) []float64 { return []float64{0, math.Inf(1)} }},
			"", Pass, "16 attacks that came to an end did not refute it; for every input nothing is proven", "",
		},
		{
			"a bound that lies", &suspect{train: drifting, bound: func(x, y []float64) []float64 { return []float64{0, 1} }},
			"", Error, "The subject proves for every input a smaller difference than the one found on grid", "the bound of the other label is no excuse",
		},
		{
			"a bound that lies, but for the last input", &suspect{train: drifting, bound: func(x, y []float64) []float64 { return []float64{0, 1} }, scores: func(_, dst []float64) {
				dst[len(dst)-2] = 1
			}}, "", Error, "smaller difference than the one found on grid", "the worst input is not the last",
		},
		{
			"a bound that lies, and a difference", &suspect{train: drifting, probe: magnifying, attack: atTheCorner, bound: func(x, y []float64) []float64 { return []float64{0, 0} }},
			"", Fail, "Besides, the subject proves", "what was measured refutes, whatever was proven",
		},
		{
			"a bound that is NaN", &suspect{bound: func(x, y []float64) []float64 { return []float64{0, math.NaN()} }},
			"", Error, "label 1: NaN is no bound", "",
		},
		{
			"no bound at all", &suspect{bound: func(x, y []float64) []float64 { return nil }},
			"", Error, "neither a bound nor an error", "",
		},
		{
			"bounds for too many labels", &suspect{bound: func(x, y []float64) []float64 { return []float64{1, 1, 1} }},
			"", Error, "2 labels, and bounds for 3", "",
		},
		{
			"the search errs", &suspect{attack: func(_, _ []float64, r AttackRequest) (*Attack, error) { return nil, errBroken }},
			"", Error, "the disk is on fire", "",
		},
		{
			"the search returns nothing", &suspect{attack: func(_, _ []float64, r AttackRequest) (*Attack, error) { return nil, nil }},
			"", Error, "neither an attack nor an error", "",
		},
		{
			"a search that does not converge", &suspect{train: drifting, probe: magnifying, bound: func(x, y []float64) []float64 { return []float64{1, 1} }, attack: func(x, y []float64, r AttackRequest) (*Attack, error) {
				a, err := atTheCorner(x, y, r)
				a.Status = StepLimit
				return a, err
			}}, "", Fail, "differ by at most 0.0001", "an input is an input",
		},
		{
			"searches that diverge", &suspect{attack: func(_, _ []float64, r AttackRequest) (*Attack, error) { return &Attack{Status: Diverged}, nil }},
			"", Inconclusive, "No scores on adversary", "nothing was found, and nothing was tried",
		},
		{
			"a search that converges to NaN", &suspect{attack: func(_, _ []float64, r AttackRequest) (*Attack, error) {
				return &Attack{Status: Converged, Image: square(0, 0, 0, math.NaN())}, nil
			}}, "", Error, "claims convergence to an image that is none", "",
		},
		{
			"NaN on what was found", &suspect{probe: func([]float64, Image) [2]float64 { return [2]float64{math.NaN(), 1} }},
			"", Error, "Inputs adversary", "NaN is not small",
		},
		{
			"found inputs score low", &suspect{train: drifting, probe: func(x []float64, m Image) [2]float64 { return [2]float64{1e-4 * x[0], 0} }},
			"", Pass, "differ by at most", "3e-14 of a largest score of 1e-4 is little, though of that of all it is less",
		},
	})
}

func TestErrorOnOneInputSetIsNoFindingOfOtherChecks(t *testing.T) {
	// What is wrong with one input set is no finding of a check that does not name it.
	s := &suspect{attack: func(_, _ []float64, r AttackRequest) (*Attack, error) { return nil, errBroken }}
	_, p := ask(t, s, "scores: {name: all, inputs: [grid, adversary], tolerance: 1e-8, reason: r}")
	if v := verdicts(p); v["scores-all"] != Error || v["scores"] != Pass {
		t.Errorf("verdicts %v, want ERROR for the attacked check alone", v)
	}
}

func TestAttacksAreOnPairsThatShareNoneAndNeverShareTheirStart(t *testing.T) {
	type start struct {
		seed            uint64
		label, instance int
	}
	seen, tuples := map[start]int{}, map[[2]float64]int{}
	var mu sync.Mutex
	s := &suspect{train: drifting, attack: func(x, y []float64, r AttackRequest) (*Attack, error) {
		mu.Lock()
		defer mu.Unlock()
		seen[start{r.Seed, r.Label, r.Instance}]++
		tuples[[2]float64{math.Round((x[0] - 1) * 1e10), math.Round((y[0] - 1) * 1e10)}]++
		return &Attack{Status: Converged, Image: square(1, 0, 0, 0)}, nil
	}}
	c, _ := ask(t, s, "scores: {name: all, inputs: [grid, adversary], attacks: 3, tolerance: 1e-8, reason: r}", "\ntwin:\n  start: [signed]", "", "[slow, fast]", "[slow]")
	if len(seen) != 12 {
		t.Errorf("%d different starts, want 12: two pairs, two labels, three each", len(seen))
	}
	if diff := cmp.Diff(map[[2]float64]int{{1, 4}: 6, {2, 3}: 6}, tuples); diff != "" {
		t.Errorf("pairs attacked (-want +got), the two tuples farthest apart and the other two:\n%s", diff)
	}
	for _, e := range c.Evidence {
		if strings.Contains(e.Text, "attacked 6 times") && len(e.Cells) != 2 {
			t.Errorf("evidence %+v, want the two cells", e)
		}
	}
}

func TestSupremumOfAnyTwoIsTheSumOfTheTwoLargest(t *testing.T) {
	// Against the first network, seed 1, the others lie at 0, 1, 2 and 3 steps, each twice.
	s := &suspect{train: drifting, bound: func(x, y []float64) []float64 {
		return []float64{math.Round((y[0] - x[0]) * 1e10), 0}
	}}
	c, _ := ask(t, s, "scores: {name: all, inputs: [grid, adversary], tolerance: 1e-8, reason: r}")
	for _, e := range c.Evidence {
		if strings.HasPrefix(e.Text, "over every input there is, proven") {
			if got, want := float64(e.Value)*16, 6.0; math.Abs(got-want) > 1e-6 {
				t.Errorf("bound %v times the largest score, want %v: 3 + 3", got, want)
			}
			return
		}
	}
	t.Errorf("no bound in %v", c.Evidence)
}

func TestAttacksThatNeverEndShowNothingUnlessABoundDoes(t *testing.T) {
	lost := func(_, _ []float64, _ AttackRequest) (*Attack, error) {
		return &Attack{Status: StepLimit, Image: square(1, 0, 0, 0)}, nil
	}
	for _, tt := range []struct {
		name  string
		bound float64
		want  Verdict
		says  string
	}{
		{"nothing is proven", math.Inf(1), Inconclusive, "None of 16 attacks came to an end."},
		{"all is proven", 0, Pass, "It holds for every input there is"},
	} {
		s := &suspect{attack: lost, bound: func(_, _ []float64) []float64 { return []float64{tt.bound, tt.bound} }}
		c, _ := ask(t, s, "scores: {name: all, inputs: [grid, adversary], tolerance: 1e-8, reason: r}")
		if c.Verdict != tt.want || !strings.Contains(c.Sentence, tt.says) {
			t.Errorf("%s: %v: %s; want %v: %s", tt.name, c.Verdict, c.Sentence, tt.want, tt.says)
		}
	}
}
