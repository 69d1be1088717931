package verify

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestStartsThatBeginAlike(t *testing.T) {
	nan := Number(math.NaN())
	type change = func(t Trial, c []CurvePoint) []CurvePoint // of an honest curve
	alike := honest(Trial{Seed: 9}).Curve
	all := func(c ...CurvePoint) change { return func(Trial, []CurvePoint) []CurvePoint { return c } }
	first := func(n int) change { // n points of all curves are the same
		return func(_ Trial, c []CurvePoint) []CurvePoint { return append(slices.Clone(alike[:n]), c[n:]...) }
	}
	for _, test := range []struct {
		name   string
		curve  change
		count  string // of seeds
		want   Verdict
		reason string
	}{
		{"each start elsewhere", func(_ Trial, c []CurvePoint) []CurvePoint { return c }, "4", Pass, ""},
		{"the same way", all(alike...), "4", Vacuous, ""},
		{"the same way, from three starts", all(alike...), "3", Vacuous, ""},
		{"the same way, from two starts", all(alike...), "2", Pass, "two may be alike by chance"},
		{"the same in all points that count", first(beginnings), "4", Vacuous, ""},
		{"the same in all of them but the last", first(beginnings - 1), "4", Pass, "that is where they part"},
		{"the same at the first point", first(1), "4", Pass, "as on an isotropic objective with normalised starts"},
		{"one point before the last", all(alike[0], alike[50]), "4", Pass, "all trials end at the same"},
		{"two points before the last", all(alike[0], alike[1], alike[50]), "4", Vacuous, ""},
		{"nothing but the last point differs", func(_ Trial, c []CurvePoint) []CurvePoint {
			return []CurvePoint{alike[0], alike[1], c[50]}
		}, "4", Vacuous, "the end says nothing about the start"},
		{"one is longer", func(t Trial, _ []CurvePoint) []CurvePoint { return alike[:3+t.Seed] }, "4", Vacuous, ""},
		{"the same way with one of the methods", func(t Trial, c []CurvePoint) []CurvePoint {
			if t.Settings.Text("method") == "fast" {
				return alike
			}
			return c
		}, "4", Pass, "a method whose curve tells no starts apart is no witness against those that do"},
		{"all but one", func(t Trial, c []CurvePoint) []CurvePoint {
			if t.Seed == 3 {
				return c
			}
			return alike
		}, "4", Pass, ""},
		{"the same fitness, and another gradient", func(_ Trial, c []CurvePoint) []CurvePoint {
			for i := range c {
				c[i].Fitness = -1
			}
			return c
		}, "4", Pass, ""},
		{"no gradient", all(CurvePoint{0, -1, 0}, CurvePoint{1, -1, 0}, CurvePoint{2, -1, 0}), "4", Pass, ""},
		{"not a number", all(CurvePoint{0, -1, nan}, CurvePoint{1, -1, nan}, CurvePoint{2, -1, nan}), "4", Pass, ""},
		{"infinite", all(CurvePoint{0, -1, 2}, CurvePoint{1, Number(math.Inf(-1)), 2}, CurvePoint{2, -1, 2}), "4", Pass, ""},
		{"an infinite gradient", all(CurvePoint{0, -1, 2}, CurvePoint{1, -1, Number(math.Inf(1))}, CurvePoint{2, -1, 2}), "4", Pass, ""},
		{"later than at step 0", all(alike[1:]...), "4", Pass, "what a subject can do whose starts these do not tell apart"},
		{"no curve", all(), "4", Pass, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				out := honest(t)
				out.Curve = test.curve(t, out.Curve)
				return out, nil
			}}
			r := try(t, s, "count: 4", "count: "+test.count, nil)
			if got := verdicts(r.Problems[0])["tuple"]; got != test.want {
				t.Errorf("tuple: %v, want %v (%s)", got, test.want, test.reason)
			}
			if test.want == Vacuous && !strings.Contains(text(t, r), "a subject whose starts these do not tell apart can begin its curve after step 0") {
				t.Error("nothing says what a subject can do about it")
			}
		})
	}
}

// backwards is a suspect that names the axes of its start last.
type backwards struct{ *suspect }

func (b backwards) Space() Space {
	space := b.suspect.Space()
	slices.Reverse(space.Vary)
	return space
}

// A start that is ignored is noticed in whatever order a subject names its axes.
func TestIgnoredStartsInAnyOrderOfAxes(t *testing.T) {
	const source = `version: 1
name: order
title: Order
vary: {seed: [1, 2, 3], start: [positive, signed], method: [slow, fast]}
checks:
  - tuple: {tolerance: 1e-9, reason: "a test"}
`
	for _, test := range []struct {
		name  string
		train func(_ *suspect, t Trial) (*Outcome, error)
	}{
		{"to the bit", func(*suspect, Trial) (*Outcome, error) { return honest(Trial{Seed: 1}), nil }},
		{"with some jitter", func(_ *suspect, t Trial) (*Outcome, error) {
			return moved(Trial{Seed: 1}, float64(t.Seed)*1e-12), nil
		}},
	} {
		for _, subject := range []Subject{&suspect{train: test.train}, backwards{&suspect{train: test.train}}} {
			s, err := ParseScenario("order.yaml", []byte(source), []Subject{subject})
			if err != nil {
				t.Fatal(err)
			}
			r, err := Run(context.Background(), s, []Subject{subject}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Problems[0].Checks[0]; got.Verdict != Vacuous {
				t.Errorf("%s, %T: %v, want VACUOUS: %s", test.name, subject, got.Verdict, got.Sentence)
			}
		}
	}
}
