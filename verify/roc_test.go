package verify

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.org/concord/stream"
)

func TestReceiverCountsPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 12), func(i int) float64 { return float64(i) / 4 }), 1, 30)
		known, other := values.Draw(t, "known"), values.Draw(t, "other")
		want := 0.0
		for _, a := range known {
			for _, b := range other {
				switch {
				case a > b:
					want++
				case a == b:
					want += 0.5
				}
			}
		}
		want /= float64(len(known) * len(other))
		auc, curve := receiver(known, other)
		if auc != want {
			t.Fatalf("receiver(%v, %v) = %v, want %v", known, other, auc, want)
		}
		// The area under the curve, by trapezia: it is not thinned, having few points.
		area := 0.0
		for i, p := range curve[1:] {
			area += float64(p.False-curve[i].False) * float64(p.True+curve[i].True) / 2
		}
		if math.Abs(area-want) > 1e-12 {
			t.Fatalf("receiver(%v, %v): the curve %v has the area %v, want %v", known, other, curve, area, want)
		}
	})
}

func TestReceiverOfLargeSamplesIsThinned(t *testing.T) {
	r := stream.New(1, "roc")
	for _, tt := range []struct {
		name  string
		shift float64
		exact bool // whether the area of the thinned curve is that of the whole
	}{{"apart", 20, true}, {"overlapping", 1, false}, {"alike", 0, false}, {"upside down", -20, true}} {
		known, other := make([]float64, 500), make([]float64, 700)
		for i := range known {
			known[i] = tt.shift + r.NormFloat64()
		}
		for i := range other {
			other[i] = r.NormFloat64()
		}
		auc, curve := receiver(known, other)
		if n := len(curve); n > rocPoints || n < rocPoints/2 || curve[0] != (ROCPoint{0, 0}) || curve[n-1] != (ROCPoint{1, 1}) {
			t.Errorf("%s: %d points from %v to %v", tt.name, n, curve[0], curve[n-1])
		}
		area := 0.0
		for i, p := range curve[1:] {
			before := curve[i]
			if p.False < before.False || p.True < before.True {
				t.Errorf("%s: the curve falls from %v to %v", tt.name, before, p)
			}
			area += float64(p.False-before.False) * float64(p.True+before.True) / 2
		}
		if math.Abs(area-auc) > 1e-2 || tt.exact && tt.shift > 0 && area != auc {
			t.Errorf("%s: the thinned curve has the area %v, and AUC is %v", tt.name, area, auc)
		}
	}
}

func TestReceiverDoesNotChangeItsSamples(t *testing.T) {
	known, other := []float64{1, 3, 2}, []float64{0, 5}
	receiver(known, other)
	if diff := cmp.Diff([][]float64{{1, 3, 2}, {0, 5}}, [][]float64{known, other}); diff != "" {
		t.Errorf("receiver sorts its arguments (-want +got):\n%s", diff)
	}
}

func TestNewcombe(t *testing.T) {
	const z2 = 3.841458820694124 // the 95 % point of χ² with one degree of freedom
	for _, tt := range []struct {
		name   string
		auc    float64
		m, n   int
		lo, hi float64
		reason string
	}{
		{"one against one, right", 1, 1, 1, 1 / (1 + z2), 1, "N is 0, and the interval that of Wilson for 1 of 1"},
		{"one against one, wrong", 0, 1, 1, 0, z2 / (1 + z2), ""},
		{"one against one, tied", 0.5, 1, 1, 0.5 - 0.5*math.Sqrt(z2/(1+z2)), 0.5 + 0.5*math.Sqrt(z2/(1+z2)), "Wilson's for half of 1"},
	} {
		lo, hi := newcombe(tt.auc, tt.m, tt.n)
		if math.Abs(lo-tt.lo) > 1e-9 || math.Abs(hi-tt.hi) > 1e-9 {
			t.Errorf("%s: newcombe(%v, %d, %d) = %v, %v, want %v, %v (%s)", tt.name, tt.auc, tt.m, tt.n, lo, hi, tt.lo, tt.hi, tt.reason)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		auc := rapid.Float64Range(0, 1).Draw(t, "auc")
		m, n := rapid.IntRange(1, 5000).Draw(t, "m"), rapid.IntRange(1, 5000).Draw(t, "n")
		lo, hi := newcombe(auc, m, n)
		if !(0 <= lo && lo <= auc && auc <= hi && hi <= 1 && lo < hi) {
			t.Fatalf("newcombe(%v, %d, %d) = %v, %v", auc, m, n, lo, hi)
		}
		if l, h := newcombe(1-auc, m, n); math.Abs(l-(1-hi)) > 1e-9 || math.Abs(h-(1-lo)) > 1e-9 {
			t.Fatalf("newcombe(%v, %d, %d) = %v, %v, and of its complement %v, %v", auc, m, n, lo, hi, l, h)
		}
		if l, h := newcombe(auc, 4*m, 4*n); l < lo-1e-12 || h > hi+1e-12 {
			t.Fatalf("newcombe(%v, %d, %d) = %v, %v, and of four times as many %v, %v", auc, m, n, lo, hi, l, h)
		}
	})
}

func TestNewcombeCovers(t *testing.T) {
	// Of two normal distributions that are a standard deviation apart the AUC is Φ(1/√2).
	truth := 0.5 * math.Erfc(-0.5)
	r := stream.New(1, "coverage")
	const trials = 400
	covered := 0
	for range trials {
		known, other := make([]float64, 30), make([]float64, 20)
		for i := range known {
			known[i] = 1 + r.NormFloat64()
		}
		for i := range other {
			other[i] = r.NormFloat64()
		}
		auc, _ := receiver(known, other)
		if lo, hi := newcombe(auc, 30, 20); lo <= truth && truth <= hi {
			covered++
		}
	}
	// 95 % of 400 is 380, with a standard deviation of 4.4.
	if covered < 362 || covered > 398 {
		t.Errorf("%d of %d intervals hold the true AUC %v, want about 95 %%", covered, trials, truth)
	}
}
