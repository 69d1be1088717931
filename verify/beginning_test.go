package verify

import (
	"math"
	"testing"
)

func TestStartsThatBeginAlike(t *testing.T) {
	nan := Number(math.NaN())
	for _, test := range []struct {
		name  string
		begin func(t Trial, p CurvePoint) []CurvePoint // of a curve, given the honest first point
		want  Verdict
	}{
		{"each start elsewhere", func(_ Trial, p CurvePoint) []CurvePoint { return []CurvePoint{p} }, Pass},
		{"all at one point", func(Trial, CurvePoint) []CurvePoint { return []CurvePoint{{0, -1, 2}} }, Vacuous},
		{"all at one point, with one of the methods", func(t Trial, p CurvePoint) []CurvePoint {
			if t.Settings.Text("method") == "fast" {
				return []CurvePoint{{0, -1, 2}}
			}
			return []CurvePoint{p}
		}, Vacuous},
		{"all but one at one point", func(t Trial, p CurvePoint) []CurvePoint {
			if t.Seed == 3 {
				return []CurvePoint{p}
			}
			return []CurvePoint{{0, -1, 2}}
		}, Pass},
		{"the same fitness, and another gradient", func(_ Trial, p CurvePoint) []CurvePoint { return []CurvePoint{{0, -1, p.GradNorm}} }, Pass},
		{"no gradient", func(Trial, CurvePoint) []CurvePoint { return []CurvePoint{{0, -1, 0}} }, Pass},
		{"not a number", func(Trial, CurvePoint) []CurvePoint { return []CurvePoint{{0, -1, nan}} }, Pass},
		{"later than at step 0", func(Trial, CurvePoint) []CurvePoint { return []CurvePoint{{9, -1, 2}} }, Pass},
		{"no curve", func(Trial, CurvePoint) []CurvePoint { return nil }, Pass},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				out := honest(t)
				out.Curve = append(test.begin(t, out.Curve[0]), out.Curve[1:]...)
				return out, nil
			}}
			if got := verdicts(try(t, s, "", "", nil).Problems[0])["tuple"]; got != test.want {
				t.Errorf("tuple: %v, want %v", got, test.want)
			}
		})
	}
}
