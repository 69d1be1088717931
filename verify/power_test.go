package verify

import (
	"math"
	"testing"
)

// The exact interval is where the binomial tails are what the level leaves, and its known values.
func TestClopperPearson(t *testing.T) {
	for _, c := range []struct {
		name   string
		k, n   int
		lo, hi float64
		reason string
	}{
		{"none of 96", 0, 96, 0, 1 - math.Pow(0.025, 1.0/96), "half of what 95 % leave is above"},
		{"all of 96", 96, 96, math.Pow(0.025, 1.0/96), 1, "and half is below"},
		{"one half", 5, 10, 0.187086, 0.812914, "Clopper and Pearson's table"},
		{"a tenth", 1, 10, 0.002529, 0.445016, "Clopper and Pearson's table"},
		{"nothing asked", 0, 0, 0, 1, "no sample says nothing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			lo, hi := clopperPearson(c.k, c.n, 0.95)
			if math.Abs(lo-c.lo) > 1e-6 || math.Abs(hi-c.hi) > 1e-6 {
				t.Errorf("clopperPearson(%d, %d) = [%.6f, %.6f], want [%.6f, %.6f]: %s", c.k, c.n, lo, hi, c.lo, c.hi, c.reason)
			}
		})
	}
}

// What the seeds show is the one-sided bound.
func TestPowerOfFourStarts(t *testing.T) {
	want := 1 - math.Pow(0.05, 1.0/4)
	if p := try(t, &suspect{}, "", "", nil).Problems[0].Power; math.Abs(float64(p.Upper)-want) > 1e-9 || p.Starts != 4 {
		t.Errorf("at most %.6f of starts disagree, by %d starts; want %.6f by 4", float64(p.Upper), p.Starts, want)
	}
}

// A pass that comes close to its tolerance is a pass with a warning, and one with room is one without.
func TestLittleRoomIsAWarning(t *testing.T) {
	for _, c := range []struct {
		name string
		gap  float64
		want int
	}{
		{"at 79 %", 0.79e-9, 0},
		{"at 81 %", 0.81e-9, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) { return moved(t, c.gap*float64(t.Seed%2)), nil }}
			r := try(t, s, "", "", nil)
			got := 0
			for _, w := range r.Warnings {
				if w == "size=4, check tuple: passes with little room, 81 % of its tolerance" {
					got++
				}
			}
			if got != c.want || r.Problems[0].Checks[0].Verdict != Pass {
				t.Errorf("%d such warnings among %q, verdict %v; want %d and PASS", got, r.Warnings, r.Problems[0].Checks[0].Verdict, c.want)
			}
		})
	}
}
