package verify

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// heldGoldens is a store with what it was given.
type heldGoldens struct {
	golden    *Golden
	strays    []string
	straysErr error
	asked     [][]string // the labels that Strays was asked about
}

func (h *heldGoldens) Load(string, string) (*Golden, error) {
	if h.golden == nil {
		return nil, ErrNoGolden
	}
	return h.golden, nil
}

func (h *heldGoldens) Strays(scenario string, problems []string) ([]string, error) {
	h.asked = append(h.asked, append([]string{scenario}, problems...))
	return h.strays, h.straysErr
}

func TestGoldensThatNothingIsComparedWith(t *testing.T) {
	const with = "  - golden: {tolerance: 1e-9, reason: \"fifty halvings\"}\ntwin:"
	var left *Golden
	keep := func(g *Golden) (string, error) { left = g; return "golden/x.npz", nil }
	try(t, &suspect{}, "twin:", with, &RunSettings{SaveCandidate: keep})
	if left == nil {
		t.Fatal("the run left no candidate")
	}
	moved := *left
	moved.Tuple = left.Tuple.Clone()
	moved.Tuple[0].M.Set(0, 0, moved.Tuple[0].M.At(0, 0)+1)
	for _, tt := range []struct {
		name  string
		store heldGoldens
		want  Verdict
		says  string
	}{
		{"none", heldGoldens{golden: left}, Pass, ""},
		{"beside one that is as it was", heldGoldens{golden: left, strays: []string{"g/a.npz", "g/a.json"}}, Missing, "what was approved for them was not looked at: g/a.npz, g/a.json."},
		{"beside one that has moved", heldGoldens{golden: &moved, strays: []string{"g/a.npz"}}, Fail, "The outcome has moved"},
		{"beside one that has moved, named too", heldGoldens{golden: &moved, strays: []string{"g/a.npz"}}, Fail, "was not looked at: g/a.npz."},
		{"alone", heldGoldens{strays: []string{"g/a.npz"}}, Missing, "verify golden prune"},
		{"a folder that cannot be read", heldGoldens{golden: left, straysErr: errors.New("no permission")}, Error, "is not known: no permission."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := try(t, &suspect{}, "twin:", with, &RunSettings{Goldens: &tt.store})
			checks := r.Problems[0].Checks
			c := checks[len(checks)-1]
			if c.Kind != "golden" || c.Verdict != tt.want || !strings.Contains(c.Sentence, tt.says) {
				t.Errorf("check %s is %v: %q, want golden, %v and %q", c.Kind, c.Verdict, c.Sentence, tt.want, tt.says)
			}
			if tt.want != Pass && r.Verdict == Pass {
				t.Error("the run passes")
			}
			if diff := cmp.Diff([]string{"court", r.Problems[0].Label}, tt.store.asked[0]); diff != "" {
				t.Errorf("Strays was asked about (-want +got):\n%s", diff)
			}
		})
	}
}

// TestStraysWithoutAnyBasin: that no trial ended anywhere hides no stray.
func TestStraysWithoutAnyBasin(t *testing.T) {
	const with = "  - golden: {tolerance: 1e-9, reason: \"fifty halvings\"}\ntwin:"
	broken := &suspect{train: func(*suspect, Trial) (*Outcome, error) { return nil, errors.New("broken") }}
	r := try(t, broken, "twin:", with, &RunSettings{Goldens: &heldGoldens{strays: []string{"g/a.npz"}}})
	checks := r.Problems[0].Checks
	if c := checks[len(checks)-1]; c.Verdict == Pass || !strings.Contains(c.Sentence, "g/a.npz") {
		t.Errorf("golden is %v: %q, want the stray named", c.Verdict, c.Sentence)
	}
}

// TestGoldenDrawings: the golden drawing is the drawing of the run plus what is recorded of their difference.
func TestGoldenDrawings(t *testing.T) {
	const with = "  - golden: {tolerance: 1e-9, reason: \"fifty halvings\"}\ntwin:"
	var left *Golden
	keep := func(g *Golden) (string, error) { left = g; return "golden/x.npz", nil }
	before := try(t, &suspect{}, "twin:", with, &RunSettings{SaveCandidate: keep})
	for _, l := range before.Problems[0].Drawings {
		for _, in := range l.Instances {
			if in.Golden != nil {
				t.Errorf("label %s: a deviation from a golden that is not there", l.Label)
			}
		}
	}
	turned := *left
	turned.Drawings = nil
	for _, d := range left.Drawings {
		pixels := []float64{-d.Image.Pixels[0] - 0.25, -d.Image.Pixels[1], -d.Image.Pixels[2], -d.Image.Pixels[3]}
		turned.Drawings = append(turned.Drawings, GoldenDrawing{d.Label, d.Pattern, Image{Rows: d.Image.Rows, Cols: d.Image.Cols, Pixels: pixels}})
	}
	r := try(t, &suspect{}, "twin:", with, &RunSettings{Goldens: &heldGoldens{golden: &turned}})
	n := 0
	for _, l := range r.Problems[0].Drawings {
		for _, in := range l.Instances {
			g := in.Golden
			if g == nil {
				t.Fatalf("label %s, instance %d: no deviation from its golden drawing", l.Label, in.Instance)
			}
			n++
			at := slices.IndexFunc(turned.Drawings, func(d GoldenDrawing) bool { return d.Label == l.Label && d.Pattern == in.Pattern })
			sign, want, got := 0.0, []float64{}, []float64{}
			for i, x := range in.Image.Pixels {
				sign += x * turned.Drawings[at].Image.Pixels[i]
				got = append(got, x+g.Residual.Pixels[i])
			}
			for _, x := range turned.Drawings[at].Image.Pixels {
				want = append(want, math.Copysign(1, sign)*x)
			}
			if diff := cmp.Diff(want, got, near(1e-12)); diff != "" {
				t.Errorf("label %s: the golden drawing, turned to the drawing, and what is recorded of it (-want +got):\n%s", l.Label, diff)
			}
			if !(g.Distance > 0.01 && g.Distance < 0.3) {
				t.Errorf("label %s: distance %v, want that of a change of 0.25 in one pixel of four", l.Label, g.Distance)
			}
		}
	}
	if n == 0 {
		t.Error("no drawing was held against its golden one")
	}
}
