package verify

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inBasins draws in the basin that was asked for, or in "+", the images of a basin alike and others elsewhere,
// unless the basin drives drawings out.
func inBasins(basins []string, drivesOut func(label int, basin string) bool) *suspect {
	return &suspect{basins: basins, draw: func(x []float64, r DrawRequest) (*Drawing, error) {
		at := r.Pattern
		if at == "" || drivesOut(r.Label, at) {
			at = "+"
		}
		d := drawnFrom([]float64{x[0], x[1], x[2] + float64(strings.Count(at, "-")), x[3]}, r)
		d.Pattern = at
		return d, nil
	}}
}

const within = "images: {name: again, modulo: sign, within: basin, tolerance: 1e-9, reason: r}"

func TestCensusOnPurpose(t *testing.T) {
	s := inBasins([]string{"+", "-", "--"}, func(label int, basin string) bool { return label == 1 && basin == "-" })
	c, p := ask(t, s, within, "census: 1", "census: 1, patterns: 2")
	if c.Verdict != Pass || !strings.HasSuffix(c.Sentence, "Of the 3 basins that a drawing may begin in, a label has an image in 2 to 3.") {
		t.Errorf("%v: %s", c.Verdict, c.Sentence)
	}
	want := [][]Begun{
		{{"+", 2, 2, 2, []string{"+"}}, {"-", 2, 2, 2, []string{"-"}}, {"--", 2, 2, 2, []string{"--"}}},
		{{"+", 2, 2, 2, []string{"+"}}, {"-", 2, 2, 0, []string{"+"}}, {"--", 2, 2, 2, []string{"--"}}},
	}
	for i, l := range p.Drawings {
		if diff := cmp.Diff(want[i], l.Census); diff != "" {
			t.Errorf("label %s: census (-want +got):\n%s", l.Label, diff)
		}
		if l.Count != 11 || len(l.Basins) != 3-i {
			t.Errorf("label %s: %d drawings in %d basins, want 5 and 6 on purpose, in %d", l.Label, l.Count, len(l.Basins), 3-i)
		}
	}
	var said []string
	for _, e := range c.Evidence {
		if strings.Contains(e.Text, "may begin in") {
			said = append(said, e.Text)
		}
	}
	if diff := cmp.Diff([]string{
		"label a: of 3 basins that a drawing may begin in, those that hold an image: +, -, --",
		"label b: of 3 basins that a drawing may begin in, those that hold an image: +, --; none in - (2 began there, 2 converged, in +)",
	}, said); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
}

func TestCensusOfStrangeSubjects(t *testing.T) {
	nobody := func(int, string) bool { return false }
	for _, tt := range []struct {
		name    string
		suspect *suspect
		want    Verdict
		says    string
		reason  string
	}{
		{"no pattern ever stays", inBasins([]string{"-", "--"}, func(int, string) bool { return true }), Pass, "Of the 2 basins that a drawing may begin in, every label has an image in 0.", "no claim is made of it"},
		{"nothing to choose", inBasins([]string{}, nobody), Pass, "is allowed.", "an odd size"},
		{"cannot begin on purpose", &suspect{as: onlyDraws}, Error, "The subject cannot begin a drawing in a basin on purpose.", ""},
		{
			"begun on purpose, and does not converge", &suspect{draw: func(x []float64, r DrawRequest) (*Drawing, error) {
				d := drawnFrom(x, r)
				if r.Pattern != "" {
					d.Status = StepLimit
				}
				return d, nil
			}}, Inconclusive, "4 of 14 drawings did not converge", "they count among all drawings",
		},
		{
			"drawings of one basin differ", &suspect{basins: []string{"+", "-"}, draw: func(x []float64, r DrawRequest) (*Drawing, error) {
				d := drawnFrom([]float64{x[0], x[1], x[2] + 1e-6*float64(len(r.Pattern)), x[3]}, r)
				return d, nil
			}}, Fail, "apart", "they are compared with those that began anywhere",
		},
		{
			"the same whatever the start", &suspect{draw: func(x []float64, r DrawRequest) (*Drawing, error) {
				if r.Pattern != "" {
					r.Instance = 0
				}
				return drawnFrom(x, r), nil
			}}, Vacuous, "so the start seems to be ignored", "",
		},
		{"draws nothing", &suspect{draw: func([]float64, DrawRequest) (*Drawing, error) { return nil, nil }}, Error, "neither a drawing nor an error", ""},
		{
			"draws a blank", &suspect{draw: func([]float64, DrawRequest) (*Drawing, error) {
				return &Drawing{Status: Converged, Image: square(0, 0, 0, 0)}, nil
			}}, Error, "claims convergence to a blank image", "",
		},
		{
			"draws no image", &suspect{draw: func([]float64, DrawRequest) (*Drawing, error) {
				return &Drawing{Status: Converged, Image: square(1, 2)}, nil
			}}, Error, "2 pixels for 2×2", "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, p := ask(t, tt.suspect, within, "census: 1", "census: 1, patterns: 2")
			for _, l := range p.Drawings {
				for _, b := range l.Census {
					if tt.want == Inconclusive && (b.Count != 2 || b.Converged != 0 || b.Stayed != 0 || len(b.Ended) != 0) {
						t.Errorf("label %s: census %+v, want two that did not converge", l.Label, b)
					}
				}
			}
			if c.Verdict != tt.want || !strings.Contains(c.Sentence, tt.says) {
				t.Errorf("%v: %s, want %v: %s (%s)", c.Verdict, c.Sentence, tt.want, tt.says, tt.reason)
			}
		})
	}
}

func TestDrawingsOnPurposeNeverShareTheirStart(t *testing.T) {
	type start struct{ label, instance int }
	seen := map[start]int{}
	var mu sync.Mutex
	s := &suspect{basins: []string{"+", "-"}, draw: func(x []float64, r DrawRequest) (*Drawing, error) {
		mu.Lock()
		defer mu.Unlock()
		if r.Seed == 1 {
			seen[start{r.Label, r.Instance}]++
		}
		return drawnFrom(x, r), nil
	}}
	ask(t, s, within, "census: 1", "census: 1, patterns: 3", "\ntwin:\n  start: [signed]", "", "seed: {from: 1, count: 4}", "seed: [1, 2]", "networks: 2", "networks: 1")
	if len(seen) != 18 {
		t.Errorf("%d starts, want 18: two labels, two and one anywhere, three in each of two basins", len(seen))
	}
	for at, n := range seen {
		if n > 1 {
			t.Errorf("%d drawings start from %+v", n, at)
		}
	}
}
