package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"example.org/concord/verify"
)

func TestDecades(t *testing.T) {
	nan := verify.Number(math.NaN())
	for _, c := range []struct {
		name      string
		in        []verify.Number
		low, high float64
	}{
		{"ordinary", []verify.Number{3e-7, 0.2}, -7, 0},
		{"one number", []verify.Number{1e-3}, -3, -2},
		{"zeros and gaps do not count", []verify.Number{0, nan, 5}, 0, 1},
		{"nothing positive", []verify.Number{0, nan, -1}, 0, 0},
		{"infinite does not count", []verify.Number{verify.Number(math.Inf(1)), 2}, 0, 1},
		{"nothing", nil, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if low, high := decades(c.in); low != c.low || high != c.high {
				t.Errorf("decades(%v) = %v, %v, want %v, %v", c.in, low, high, c.low, c.high)
			}
		})
	}
}

func TestHeatPicture(t *testing.T) {
	nan := verify.Number(math.NaN())
	m := heatPicture([]verify.Number{1e-4, 1, nan}, 3, 1, -4, 0)
	const far, unknown = heatShades, heatShades + 1
	if want := []uint8{0, 1, far, 1, 0, unknown, far, unknown, 0}; !slices.Equal(m.Pix, want) {
		t.Errorf("heatPicture = %v, want %v", m.Pix, want)
	}
}

func TestHeatPictureInBlocksShowsTheWorst(t *testing.T) {
	// Four trials in blocks of two: the pairs (0,1) and (2,3) lie on the diagonal, the others beside it.
	m := heatPicture([]verify.Number{0, 1e-4, 1e-4, 1e-4, 1, 1e-4}, 4, 2, -4, 0)
	if want := []uint8{0, heatShades, heatShades, 1}; !slices.Equal(m.Pix, want) {
		t.Errorf("heatPicture = %v, want %v", m.Pix, want)
	}
}

func TestHeatViewMarksTheTolerance(t *testing.T) {
	p := small().Problems[0]
	p.Distances.After[0], p.Distances.Before[0] = 1e-7, 1
	p.Trials[1].Basin = -1
	v, err := newHeatView("p1", &p)
	if err != nil {
		t.Fatal(err)
	}
	if v.Tolerance == nil || math.Abs(v.Tolerance.At-scaleWidth*2/7) > 1e-9 {
		t.Errorf("the tolerance 1e-5 of a scale from 1e-7 to 1 is at %+v, want two sevenths", v.Tolerance)
	}
	if len(v.Stretches) != 2 || v.Stretches[0].Name != "basin 1" || v.Stretches[1].Name != "–" {
		t.Errorf("stretches = %+v, want basin 1 and a trial without one", v.Stretches)
	}
}

// The farthest pairs are in order, with their own distances before alignment, and what is not a number is counted.
func TestHeatViewFarthestPairs(t *testing.T) {
	nan := verify.Number(math.NaN())
	p := verify.ProblemResult{Distances: &verify.Distances{
		Trials: []int{4, 0, 1, 2, 3}, // pairs 40 41 42 43 01 02 03 12 13 23
		After:  []verify.Number{3, nan, 1, 9, 3, 2, 0, 7, 3, 8}, Before: []verify.Number{30, nan, 10, 90, 31, 20, 0, 70, nan, 80},
	}}
	for i := range 5 {
		p.Trials = append(p.Trials, verify.TrialResult{Label: string(rune('a' + i)), Status: verify.Converged, Basin: -1})
	}
	v, err := newHeatView("p1", &p)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range v.Farthest {
		got = append(got, f.A.Label+f.B.Label+" "+number(f.After)+" "+orWords(f.Before, "none"))
	}
	if want := []string{"ed 9 90", "cd 8 80", "bc 7 70", "ea 3 30", "ab 3 31"}; !slices.Equal(got, want) || v.Unknown != 1 {
		t.Errorf("farthest %q, %d unknown, want %q and 1", got, v.Unknown, want)
	}
	if want := "p1-no-5"; v.Farthest[0].A.ID != want {
		t.Errorf("the first leads to %q, want %q", v.Farthest[0].A.ID, want)
	}
	// What is said of the largest distance is said of runs that converged.
	p.Trials[3].Status = verify.StepLimit
	if v, err = newHeatView("p1", &p); err != nil {
		t.Fatal(err)
	}
	if len(v.Farthest) != 5 || number(v.Farthest[0].After) != "7" {
		t.Errorf("without run d the farthest are %+v, want 7 first", v.Farthest)
	}
	if r := v.Reading; r.Runs != "p1-trials" || r.Order != "4 0 1 2 3" || r.Low != 0 || r.High != 2 {
		t.Errorf("for a script: %+v", r)
	}
}

// A colour of the map stands for one step of its scale, so that a script can read it, and is neither white nor grey.
func TestHeatShadesAreTold(t *testing.T) {
	seen := map[string]bool{"ffffff": true, "808080": true}
	shades := newHeatReading("p1", nil, 0, 1).Shades
	if len(shades) != 6*heatShades {
		t.Fatalf("%d digits of %d shades", len(shades), heatShades)
	}
	picture := heatPicture([]verify.Number{1}, 2, 1, -1, 0)
	if r, g, b, _ := picture.At(1, 0).RGBA(); fmt.Sprintf("%02x%02x%02x", r>>8, g>>8, b>>8) != shades[len(shades)-6:] {
		t.Errorf("the largest distance has another colour than the last shade, %s", shades[len(shades)-6:])
	}
	for i := 0; i < len(shades); i += 6 {
		if s := shades[i : i+6]; seen[s] {
			t.Errorf("shade %d is %s again", i/6, s)
		} else {
			seen[s] = true
		}
	}
}

func TestHeatViewOfEqualTrials(t *testing.T) {
	p := small().Problems[0]
	p.Distances.After[0], p.Distances.Before[0] = 0, 0
	v, err := newHeatView("p1", &p)
	if err != nil || !v.Flat {
		t.Errorf("newHeatView of equal trials = %+v, %v, want a flat one", v, err)
	}
}

func TestGroupTrials(t *testing.T) {
	trial := func(start string) verify.TrialResult {
		return verify.TrialResult{Settings: verify.Settings{"start": start, "seed": float64(len(start))}}
	}
	got := groupTrials([]verify.TrialResult{trial("a"), trial("b"), trial("a"), {}})
	var names []string
	for _, g := range got {
		names = append(names, g.Name)
	}
	if want := []string{"start=a", "start=b", "all trials"}; !slices.Equal(names, want) || !slices.Equal(got[0].Trials, []int{0, 2}) {
		t.Errorf("groupTrials = %v with %v, want %v", names, got[0].Trials, want)
	}
	var many []verify.TrialResult
	for i := range 20 {
		many = append(many, trial(strings.Repeat("x", i+1)))
	}
	got = groupTrials(many)
	if last := got[len(got)-1]; len(got) != groupStyles || last.Name != "all others" || len(last.Trials) != 20-groupStyles+1 {
		t.Errorf("groupTrials of 20 groups: %d groups, the last %+v", len(got), last)
	}
}

func TestPlots(t *testing.T) {
	nan := verify.Number(math.NaN())
	p := &verify.ProblemResult{Trials: []verify.TrialResult{
		{Status: verify.Converged, Fitness: 2, Curve: []verify.CurvePoint{{Step: 0, Fitness: 1, GradNorm: 1}, {Step: 5, Fitness: nan, GradNorm: nan}, {Step: 99, Fitness: 2, GradNorm: 1e-9}}},
		{Status: verify.StepLimit, Fitness: 1.5, Curve: []verify.CurvePoint{{Step: 0, Fitness: 1, GradNorm: 1}, {Step: 9, Fitness: 1.5, GradNorm: 0.1}}},
		{Status: verify.StatusFailed, Fitness: nan},
	}}
	v := newCurves("p1", p, groupTrials(p.Trials), 40)
	if v == nil {
		t.Fatal("no curves")
	}
	plots := v.Plots
	if len(plots) != 2 {
		t.Fatalf("%d plots, want 2", len(plots))
	}
	gap := plots[0]
	if len(gap.Groups[0].Lines) != 3 {
		t.Errorf("%d polylines, want 3: a curve is broken where it is not a number", len(gap.Groups[0].Lines))
	}
	if v.Bands || gap.Groups[0].Outer != "" {
		t.Error("two runs are drawn as bands")
	}
	if want := ": step limit after 0 steps"; v.Worst != want || len(gap.Worst) != 1 {
		t.Errorf("the run that was worst is %q in %d pieces, want the one that did not converge, %q", v.Worst, len(gap.Worst), want)
	}
	if len(gap.Ends) != 1 {
		t.Errorf("%d marked ends, want the one that did not converge", len(gap.Ends))
	}
	if last := gap.Groups[0].Lines[1].Points; last != "490,262" {
		t.Errorf("the best fitness at the last step is drawn at %s, want the lower right corner", last)
	}
	if newCurves("p1", &verify.ProblemResult{}, nil, 40) != nil {
		t.Error("plots of no curves")
	}
}

func TestBar(t *testing.T) {
	for _, c := range []struct {
		margin, at float64
		over       bool
	}{{1, barLeft + 0.75*barWidth, false}, {0, barLeft, false}, {1e-9, barLeft, false}, {1e12, barLeft + barWidth, true}, {1.0001, barLeft + 0.75*barWidth, true}} {
		if b := newBar(c.margin); math.Abs(b.At-c.at) > 0.01 || b.Over != c.over {
			t.Errorf("newBar(%v) = %+v, want at %v, over %v", c.margin, b, c.at, c.over)
		}
	}
	if b := newBar(math.NaN()); b != nil {
		t.Errorf("newBar(NaN) = %+v, want none", b)
	}
}

func TestDots(t *testing.T) {
	d := newDots(&verify.Power{Starts: 40, Disagreed: 3})
	open := 0
	for _, x := range d.Dots {
		if x.Open {
			open++
		}
	}
	if len(d.Dots) != 40 || open != 3 {
		t.Errorf("newDots: %d dots, %d of them open, want 40 and 3", len(d.Dots), open)
	}
	for _, p := range []*verify.Power{nil, {}, {Starts: 1 << 20}, {Starts: 2, Disagreed: 3}, {Starts: 2, Disagreed: -1}} {
		if newDots(p) != nil {
			t.Errorf("newDots(%+v) is not nil", p)
		}
	}
}
