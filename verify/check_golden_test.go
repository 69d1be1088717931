package verify

import (
	"errors"
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
