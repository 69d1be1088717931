package verify

import (
	order "cmp"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bench calls one judge who is right for 95 of 100 images, and says of each image what say does.
func bench(say func(m Image) []float64) func() ([]Judge, error) {
	return func() ([]Judge, error) {
		return []Judge{{Name: "one", Doc: "d", Right: 95, Of: 100, Distances: func(images []Image) [][]float64 {
			out := make([][]float64, len(images))
			for i, m := range images {
				out[i] = say(m)
			}
			return out
		}}}, nil
	}
}

func TestRecognisable(t *testing.T) {
	skill := func(right, of int) func() ([]Judge, error) {
		return func() ([]Judge, error) {
			return []Judge{{Name: "one", Right: right, Of: of, Distances: asTheCrowFlies}}, nil
		}
	}
	hear(t, "recognisable: {tolerance: 1, reason: r}", []finding{
		{"honest", &suspect{}, "", Pass, "Shown 10 drawings, the judge draughtsman names the right label in 10 of 10 cases", ""},
		{
			"draws something else", &suspect{draw: func(x []float64, r DrawRequest) (*Drawing, error) {
				r.Label = 1 - r.Label
				return drawnFrom(x, r), nil
			}}, "", Fail, "names the right label in 0 of 10 cases", "",
		},
		{
			"draws one label as the other", &suspect{draw: func(x []float64, r DrawRequest) (*Drawing, error) {
				r.Label = 0
				return drawnFrom(x, r), nil
			}}, "", Fail, "names the right label in 5 of 10 cases", "",
		},
		{
			"draws the other label as the one", &suspect{draw: func(x []float64, r DrawRequest) (*Drawing, error) {
				r.Label = 1
				return drawnFrom(x, r), nil
			}}, "", Fail, "names the right label in 5 of 10 cases", "the worst label is not the last",
		},
		{
			"nearly wrong", &suspect{judges: bench(func(m Image) []float64 { return []float64{1, 1.1} })},
			"recognisable: {tolerance: 1.2, reason: r}", Pass, "names the right label in 5 of 10 cases; at worst it is 1.1 times as far", "a tolerance above 1 allows it, and the sentence says so",
		},
		{
			"a judge that cannot see", &suspect{judges: bench(func(m Image) []float64 { return []float64{1, 1} })},
			"", Inconclusive, "finds two labels equally near to a drawing 10 times", "the ratio is 1, which is within the tolerance",
		},
		{"a judge that guesses", &suspect{judges: skill(52, 100)}, "", Inconclusive, "names 52 of 100 images right, at least 0.418", "no judge, whatever it says"},
		{"a judge nobody has tested", &suspect{judges: skill(0, 0)}, "", Inconclusive, "names 0 of 0 images right", ""},
		{"a judge who is right more often than asked", &suspect{judges: skill(101, 100)}, "", Error, "101 of 100 right", ""},
		{"a judge who says NaN", &suspect{judges: bench(func(m Image) []float64 { return []float64{math.NaN(), 1} })}, "", Error, "has the distance NaN from label a", "NaN is not small"},
		{"a judge who says less than nothing", &suspect{judges: bench(func(m Image) []float64 { return []float64{-1, 1} })}, "", Error, "has the distance -1", ""},
		{"a judge to whom everything is at hand", &suspect{judges: bench(func(m Image) []float64 { return []float64{0, 0} })}, "", Inconclusive, "equally near", "0/0"},
		{"a judge who knows too few labels", &suspect{judges: bench(func(m Image) []float64 { return []float64{1} })}, "", Error, "distances from 1 labels, want 2", ""},
		{"a judge who looks away", &suspect{judges: func() ([]Judge, error) {
			return []Judge{{Name: "one", Right: 9, Of: 9, Distances: func([]Image) [][]float64 { return nil }}}, nil
		}}, "", Error, "distances of 0 images", ""},
		{"no judge", &suspect{judges: func() ([]Judge, error) { return nil, nil }}, "", Error, "calls no judges", ""},
		{"judges that cannot come", &suspect{judges: func() ([]Judge, error) { return nil, errBroken }}, "", Error, "The disk is on fire", ""},
		{
			"a drawing that does not converge", &suspect{draw: func(x []float64, r DrawRequest) (*Drawing, error) {
				d := drawnFrom(x, r)
				if r.Instance == 1 {
					d.Status = StepLimit
				}
				return d, nil
			}}, "", Inconclusive, "2 of 10 drawings did not converge. The largest ratio of any drawing is", "",
		},
		{"cannot draw after all", &suspect{draw: func([]float64, DrawRequest) (*Drawing, error) { return nil, errBroken }}, "", Error, "the disk is on fire", ""},
		{"training images of another size", &suspect{shows: func(int) []Image { return []Image{{Rows: 1, Cols: 1, Pixels: []float64{1}}} }}, "", Error, "has 1 pixels, and a drawing 4", ""},
	})
}

func TestOpinionsAndNeighbours(t *testing.T) {
	s := &suspect{judges: func() ([]Judge, error) {
		blurred := func(images []Image) [][]float64 {
			out := asTheCrowFlies(images)
			for _, row := range out {
				row[0], row[1] = 1+row[0], 1+row[1]
			}
			return out
		}
		return []Judge{
			{Name: "sharp", Doc: "knows the optimum", Right: 99, Of: 100, Distances: asTheCrowFlies},
			{Name: "blurred", Doc: "sees little", Right: 80, Of: 100, Distances: blurred},
		}, nil
	}}
	c, p := ask(t, s, "recognisable: {tolerance: 1, reason: r}")
	if len(p.Judges) != 2 || p.Judges[1].Name != "blurred" || p.Judges[1].Doc != "sees little" || p.Judges[1].Accuracy.Value != 0.8 || p.Judges[1].Accuracy.N != 100 {
		t.Errorf("judges %+v", p.Judges)
	}
	// Of a drawing (1, 2, 3, −4)/√30 and its reverse the cosine is −4/30.
	apart := math.Sqrt(2 - 8.0/30)
	for i, l := range p.Drawings {
		for _, d := range l.Instances {
			want := []Opinion{{l.Label, 0}, {l.Label, Number(1 / (1 + apart))}}
			if diff := cmp.Diff(want, d.Opinions, near(1e-6)); diff != "" {
				t.Errorf("label %s, instance %d: opinions (-want +got):\n%s", l.Label, d.Instance, diff)
			}
			// The nearest training images by hand: the largest |cosine| among all five.
			type neighbour struct {
				Label    string
				Index    int
				Distance Number
			}
			var by []neighbour
			for k, name := range []string{"a", "b"} {
				for n, m := range (&suspectProblem{&suspect{}}).Examples(k) {
					dot, norm := 0.0, 0.0
					for j, v := range m.Pixels {
						dot += v * d.Image.Pixels[j]
						norm += v * v
					}
					by = append(by, neighbour{name, n, Number(math.Sqrt(2 - 2*math.Abs(dot)/math.Sqrt(norm)))})
				}
			}
			slices.SortStableFunc(by, func(a, b neighbour) int { return order.Compare(a.Distance, b.Distance) })
			if d.Nearest == nil {
				t.Fatalf("label %s, instance %d: no nearest training image", l.Label, d.Instance)
			}
			var got []neighbour
			for _, n := range append([]Neighbour{*d.Nearest}, d.NextNearest...) {
				got = append(got, neighbour{n.Label, n.Index, n.Distance})
				if len(n.Image.Pixels) != 4 {
					t.Errorf("label %s, instance %d: a neighbour of %d pixels, want 4", l.Label, d.Instance, len(n.Image.Pixels))
				}
			}
			if diff := cmp.Diff(by[:3], got, near(1e-12)); diff != "" {
				t.Errorf("label %s, instance %d: three nearest (-want +got):\n%s", l.Label, d.Instance, diff)
			}
		}
		if e := c.Evidence[i]; !strings.Contains(e.Text, "most in doubt is judge blurred, who names "+[]string{"a", "b"}[strings.Index("ab", e.Text[6:7])]) {
			t.Errorf("evidence %q", e.Text)
		}
	}
	if want := 1 / (1 + apart); math.Abs(float64(c.Value)-want) > 1e-6 {
		t.Errorf("value %v, want %v", c.Value, want)
	}
}

func TestEveryDrawingIsJudgedInBatches(t *testing.T) {
	largest, total := 0, 0
	s := &suspect{judges: func() ([]Judge, error) {
		return []Judge{{Name: "one", Right: 95, Of: 100, Distances: func(images []Image) [][]float64 {
			largest = max(largest, len(images))
			total += len(images)
			return asTheCrowFlies(images)
		}}}, nil
	}}
	askAll(t, s, "  - recognisable: {tolerance: 1, reason: r}", &RunSettings{Jobs: 1}, "census: 1", "census: 100", "\ntwin:\n  start: [signed]", "")
	if total != 208 || largest != judgeBatch {
		t.Errorf("%d drawings in batches of at most %d, want 208 and %d", total, largest, judgeBatch)
	}
}
