package report

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.org/concord/verify"
)

// heights returns the second coordinates of points.
func heights(t *testing.T, points string) []float64 {
	t.Helper()
	var all []float64
	for p := range strings.FieldsSeq(points) {
		_, y, _ := strings.Cut(p, ",")
		v, err := strconv.ParseFloat(y, 64)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

func TestBands(t *testing.T) {
	// Run i of 101 stands at 10^(−i/10) throughout: the quantiles are known.
	p := &verify.ProblemResult{}
	for i := range 101 {
		v := verify.Number(math.Pow(10, -float64(i)/10))
		p.Trials = append(p.Trials, verify.TrialResult{
			Label: "run " + strconv.Itoa(i), Status: verify.Converged, Steps: 1000 + i, Fitness: 1,
			Curve: []verify.CurvePoint{{Step: 0, Fitness: 1 - v, GradNorm: v}, {Step: 999, Fitness: 1 - v, GradNorm: v}},
		})
	}
	if newCurves("p1", p, groupTrials(p.Trials), 101).Bands {
		t.Error("101 runs are drawn as bands, though 101 may have a line each")
	}
	v := newCurves("p1", p, groupTrials(p.Trials), 40)
	if !v.Bands {
		t.Fatal("101 runs are not drawn as bands, though 40 may have a line each")
	}
	norm := v.Plots[1]
	at := func(e float64) float64 { return plotBottom - (plotBottom-plotTop)*(e+10)/10 }
	g := norm.Groups[0]
	for _, c := range []struct {
		name     string
		points   string
		from, to float64
	}{{"outer", g.Outer, at(-10), at(0)}, {"inner", g.Inner, at(-9), at(-1)}, {"median", g.Bold[0], at(-5), at(-5)}} {
		ys := heights(t, c.points)
		if low, high := slices.Max(ys), slices.Min(ys); math.Abs(low-c.from) > 0.11 || math.Abs(high-c.to) > 0.11 {
			t.Errorf("%s is from %v to %v, want from %v to %v", c.name, low, high, c.from, c.to)
		}
	}
	if len(g.Lines) != 0 || len(norm.Worst) != 1 {
		t.Errorf("%d lines and %d of the worst run, want none and 1", len(g.Lines), len(norm.Worst))
	}
	if want := "run 100: converged after 1100 steps"; norm.WorstName != want {
		t.Errorf("the run that was worst is %q, want %q", norm.WorstName, want)
	}
	if want := []int{1000, 1010, 1050, 1090, 1100}; !slices.Equal(v.Rows[0].Steps, want) {
		t.Errorf("steps %v, want %v", v.Rows[0].Steps, want)
	}
}

// A run that has ended stays where it ended, and one that is not a number for a while is followed across it.
func TestHeight(t *testing.T) {
	s := &series{steps: []float64{0, 9, 99}, y: []float64{1, math.NaN(), 3}}
	at := func(v float64) float64 { return v }
	for _, c := range []struct{ step, want float64 }{{0, 1}, {9, 2}, {99, 3}, {1e6, 3}} {
		if got, ok := s.height(c.step, at); !ok || math.Abs(got-c.want) > 1e-12 {
			t.Errorf("height(%v) = %v, %v, want %v", c.step, got, ok, c.want)
		}
	}
	if _, ok := (&series{steps: []float64{0}, y: []float64{math.NaN()}}).height(3, at); ok {
		t.Error("a series of no numbers has a height")
	}
}

// placed returns a problem whose trials lie at points of a plane, in basins.
func placed(points [][2]float64, basins []int) *verify.ProblemResult {
	p := &verify.ProblemResult{Distances: &verify.Distances{}}
	for i := range points {
		for len(p.Basins) <= basins[i] {
			p.Basins = append(p.Basins, verify.Basin{})
		}
		p.Trials = append(p.Trials, verify.TrialResult{Basin: basins[i], Status: verify.Converged})
		p.Distances.Trials = append(p.Distances.Trials, i)
		for j := i + 1; j < len(points); j++ {
			p.Distances.After = append(p.Distances.After, verify.Number(math.Hypot(points[i][0]-points[j][0], points[i][1]-points[j][1])))
		}
	}
	return p
}

// Points of a plane come back as they were, up to a motion: no distance is lost.
func TestMapOfAPlane(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	points, basins := make([][2]float64, 30), make([]int, 30)
	for i := range points {
		points[i], basins[i] = [2]float64{rng.NormFloat64(), 3 * rng.NormFloat64()}, i%3
	}
	p := placed(points, basins)
	got, stress, ok := scaled(p.Distances, mapRows(p.Distances, mapMost))
	if !ok || stress > 1e-10 {
		t.Fatalf("scaled: stress %v, %v, want 0 to rounding", stress, ok)
	}
	k := 0
	for i := range got {
		for j := i + 1; j < len(got); j++ {
			if d := math.Hypot(got[i][0]-got[j][0], got[i][1]-got[j][1]); math.Abs(d-float64(p.Distances.After[k])) > 1e-9 {
				t.Fatalf("points %d and %d are %v apart on the map, want %v", i, j, d, p.Distances.After[k])
			}
			k++
		}
	}
	v := newMapView("p1", p, groupTrials(p.Trials))
	if !v.ByBasin || len(v.Legend) != 3 || len(v.Hulls) != 3 || v.Unfaithful || len(v.Marks) != 30 {
		t.Errorf("map: by basin %t, %d in the legend, %d hulls, unfaithful %t, %d marks; want 3 basins of 30 marks", v.ByBasin, len(v.Legend), len(v.Hulls), v.Unfaithful, len(v.Marks))
	}
	for _, m := range v.Marks {
		if m.X < mapEdge-0.1 || m.X > mapWidth-mapEdge+0.1 || m.Y < 0 || m.Y > mapHeight-mapFoot {
			t.Errorf("a mark at %v, %v, outside of the map", m.X, m.Y)
		}
	}
}

// What no plane holds is said to be lost: points that are all as far from each other.
func TestMapOwnsUpToStress(t *testing.T) {
	p := placed(make([][2]float64, 20), make([]int, 20))
	for k := range p.Distances.After {
		p.Distances.After[k] = 1
	}
	p.Checks = []verify.CheckResult{{Kind: "tuple", Tolerance: 1e-3}}
	v := newMapView("p1", p, groupTrials(p.Trials))
	if !v.Unfaithful || v.ByBasin {
		t.Errorf("a simplex of 20 corners: stress %s, unfaithful %t, by basin %t, want an unfaithful map of one basin", v.Stress, v.Unfaithful, v.ByBasin)
	}
	if !strings.Contains(v.Beyond, "times the tolerance, 0.001") {
		t.Errorf("the map is said to be %q, want it in tolerances", v.Beyond)
	}
}

func TestMapWithoutPlaces(t *testing.T) {
	nan := verify.Number(math.NaN())
	p := placed([][2]float64{{0, 0}, {1, 0}}, []int{0, 0})
	if v := newMapView("p1", p, groupTrials(p.Trials)); v == nil || len(v.Marks) != 2 || math.Abs(v.Marks[0].X-v.Marks[1].X) < mapWidth/2 {
		t.Errorf("two outcomes: %+v, want two marks far apart", v)
	}
	p.Distances.After[0] = 0
	if v := newMapView("p1", p, groupTrials(p.Trials)); v == nil || !v.Coincident {
		t.Errorf("two equal outcomes: %+v, want that there is nothing to see", v)
	}
	p.Distances.After[0] = nan
	if v := newMapView("p1", p, groupTrials(p.Trials)); v != nil {
		t.Errorf("two outcomes at an unknown distance: %+v, want no map", v)
	}
	if newMapView("p1", &verify.ProblemResult{}, nil) != nil {
		t.Error("a map without distances")
	}
}

func TestHull(t *testing.T) {
	for _, c := range []struct {
		name string
		in   [][2]float64
		want string
	}{
		{"a square with points within and on its sides", [][2]float64{{0, 0}, {2, 2}, {1, 1}, {2, 0}, {1, 0}, {0, 2}, {0.5, 1.5}}, "0,0 2,0 2,2 0,2"},
		{"a line", [][2]float64{{2, 2}, {0, 0}, {1, 1}}, "0,0 2,2"},
		{"one point twice", [][2]float64{{1, 2}, {1, 2}}, "1,2 1,2"},
		{"one point", [][2]float64{{1, 2}}, "1,2"},
	} {
		if got := hull(c.in); got != c.want {
			t.Errorf("%s: hull = %q, want %q", c.name, got, c.want)
		}
	}
}

func TestHistogram(t *testing.T) {
	nan := verify.Number(math.NaN())
	p := &verify.ProblemResult{
		Checks:    []verify.CheckResult{{Kind: "tuple", Tolerance: 1e-5}},
		Distances: &verify.Distances{After: []verify.Number{0, 2e-7, 2.1e-7, 1e-6, nan}, Before: []verify.Number{1.2, 1.3, 0.2, 0.2, 1.4}},
	}
	v := newHistogramView("p1", p)
	var up, down []string
	for _, b := range v.Bars {
		if b.Down {
			down = append(down, b.Name)
		} else {
			up = append(up, b.Name)
		}
	}
	if want := []string{"2 pairs from 1.8×10⁻⁷ to 3.2×10⁻⁷", "1 pair from 10⁻⁶ to 1.8×10⁻⁶"}; !slices.Equal(up, want) {
		t.Errorf("upwards %q, want %q", up, want)
	}
	if want := []string{"2 pairs from 0.18 to 0.32", "3 pairs from 1 to 1.8"}; !slices.Equal(down, want) {
		t.Errorf("downwards %q, want %q", down, want)
	}
	if v.Zeros != 1 {
		t.Errorf("%d pairs at no distance, want 1", v.Zeros)
	}
	// The axis is from 10⁻⁷ to 10¹, and 10⁻⁵ a quarter of the way.
	if want := plotLeft + (plotRight-plotLeft)/4; v.Tolerance == nil || math.Abs(v.Tolerance.At-want) > 1e-9 {
		t.Errorf("the tolerance is at %+v, want %v", v.Tolerance, want)
	}
	p.Distances.After, p.Distances.Before = []verify.Number{0, nan}, nil
	if newHistogramView("p1", p) != nil {
		t.Error("a histogram of no distance")
	}
}

// What is the same for all trials is no part of a group's name.
func TestGroupsAreNamedByWhatDiffers(t *testing.T) {
	trial := func(s verify.Settings) verify.TrialResult { return verify.TrialResult{Settings: s} }
	method := func(name string) map[string]any { return map[string]any{"method": name} }
	got := groupTrials([]verify.TrialResult{
		trial(verify.Settings{"ascent": method("lbfgs"), "negative": 0.0, "start": "uniform"}),
		trial(verify.Settings{"ascent": method("lbfgs"), "negative": 0.0, "start": "gaussian", "own": 1.0}),
	})
	var names []string
	for _, g := range got {
		names = append(names, g.Name)
	}
	if want := []string{"start=uniform", "own=1 start=gaussian"}; !slices.Equal(names, want) {
		t.Errorf("groups %q, want %q", names, want)
	}
}
