package verify

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/verify/symmetry"
)

// twoGoldens returns a golden and a candidate of the same numbers, as they are read from files.
func twoGoldens(t *testing.T) (golden, candidate *Golden) {
	t.Helper()
	read := func(g *Golden) *Golden {
		npz, sidecar := encodedGolden(t, g)
		back, err := decodeGolden(npz, sidecar, "x.npz")
		if err != nil {
			t.Fatal(err)
		}
		return back
	}
	return read(approvedGolden()), read(sampleGolden())
}

func TestDiffGoldenOfTheSame(t *testing.T) {
	golden, candidate := twoGoldens(t)
	got := DiffGolden(golden, candidate, goldenGroup, &DiffSettings{Tolerance: 1e-12, ImageTolerance: 1e-12})
	if got.Verdict != Pass || !got.Same || !(got.Distance <= 1e-15) || got.Why != "" || len(got.Environment) > 0 {
		t.Errorf("DiffGolden = %+v, want the same", got)
	}
	if len(got.Parts) != 2 || len(got.Drawings) != 2 || len(got.Added)+len(got.Removed) > 0 {
		t.Errorf("DiffGolden has %d parts, %d drawings, added %v, removed %v", len(got.Parts), len(got.Drawings), got.Added, got.Removed)
	}
	for _, p := range got.Parts {
		if p.Differ != 0 || p.Largest != nil {
			t.Errorf("part %s: %d entries differ: %v, want none", p.Name, p.Differ, p.Largest)
		}
	}
}

// TestDiffGoldenAlignsFirst: what the symmetry calls the same differs in no entry beyond rounding.
func TestDiffGoldenAlignsFirst(t *testing.T) {
	golden, candidate := twoGoldens(t)
	candidate.Tuple[0].M.Scale(-3, candidate.Tuple[0].M)
	block, _ := candidate.Tuple[1].M.Slice(0, 2, 0, 2).(*mat.Dense)
	block.Scale(-1, block)
	got := DiffGolden(golden, candidate, goldenGroup, &DiffSettings{Tolerance: 1e-12, ImageTolerance: 1e-12})
	if got.Verdict != Pass {
		t.Errorf("Verdict = %v, want PASS", got.Verdict)
	}
	for _, p := range got.Parts {
		if p.Beyond != 0 || !(p.Abs.Max <= 1e-14) {
			t.Errorf("part %s: %d entries beyond the tolerance, the largest difference %v, want rounding", p.Name, p.Beyond, p.Abs.Max)
		}
	}
}

func TestDiffPart(t *testing.T) {
	want := symmetry.Part{Name: "A", M: mat.NewDense(2, 3, []float64{0, 1, 2, 4, -8, 5})}
	got := symmetry.Part{Name: "A", M: mat.NewDense(2, 3, []float64{0.5, 1, 2.25, 4, -7, 5})}
	d := diffPart(want, got, DiffSettings{Tolerance: 0.05, Rows: 2})
	if diff := cmp.Diff(PartDiff{
		Name: "A", Rows: 2, Cols: 3, Differ: 3, Beyond: 2, // 0.4 is allowed
		Abs: Spread{Max: 1, Mean: 1.75 / 6, Median: 0.125}, Rel: Spread{Max: 0.125, Mean: 0.05, Median: 0},
		Largest: []EntryDiff{{1, 1, -7, -8}, {0, 0, 0.5, 0}},
	}, d, cmpopts.EquateApprox(0, 1e-15)); diff != "" {
		t.Errorf("diffPart (-want +got):\n%s", diff)
	}
	zero := symmetry.Part{Name: "A", M: mat.NewDense(1, 1, []float64{0})}
	if d := diffPart(zero, zero, DiffSettings{}); d.Differ != 0 || !math.IsNaN(d.Rel.Max) || d.Abs.Max != 0 {
		t.Errorf("diffPart of zeros = %+v, want nothing that differs, and no relative difference", d)
	}
}

func TestDiffGoldenVerdicts(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(golden, candidate *Golden)
		want  Verdict
		why   string
	}{
		{"the same", func(_, _ *Golden) {}, Pass, ""},
		{"an entry moved", func(_, c *Golden) { c.Tuple[1].M.Set(0, 0, 0.2) }, Fail, ""},
		{"an entry moved within the tolerance", func(_, c *Golden) { c.Tuple[1].M.Set(0, 0, 0.1+1e-7) }, Pass, ""},
		{"a drawing moved", func(_, c *Golden) { c.Drawings[0].Image.Pixels[1] = 0.1 }, Fail, ""},
		{"a drawing of the other sign", func(_, c *Golden) { c.Drawings[0].Image.Pixels = []float64{-0.6, 0, -0.8} }, Pass, ""},
		{"a drawing of another size", func(_, c *Golden) { c.Drawings[0].Image = Image{Rows: 3, Cols: 1, Pixels: []float64{0.6, 0, 0.8}} }, Fail, ""},
		{"a drawing that is zero", func(_, c *Golden) { c.Drawings[0].Image.Pixels = []float64{0, 0, 0} }, Fail, ""},
		{"another shape", func(_, c *Golden) { c.Tuple[0].M = mat.NewDense(2, 1, []float64{1, 0.5}) }, Fail, "the shapes are"},
		{"another symmetry of the golden", func(g, _ *Golden) { g.Source.Symmetry = "{1}" }, Fail, "modulo {1}"},
		{"another symmetry of the candidate", func(_, c *Golden) { c.Source.Symmetry = "{1}" }, Fail, "canonical modulo {1}"},
		{"a basin more", func(_, c *Golden) { c.Drawings = append(c.Drawings, GoldenDrawing{"0", "--", c.Drawings[0].Image}) }, Pass, ""},
		{"a basin less", func(_, c *Golden) { c.Drawings = c.Drawings[:1] }, Pass, ""},
		{"a label more", func(_, c *Golden) { c.Drawings = append(c.Drawings, GoldenDrawing{"1", "++", c.Drawings[0].Image}) }, Inconclusive, ""},
		{"no drawings any more", func(_, c *Golden) { c.Drawings = nil }, Inconclusive, ""},
		{"a label more, and an entry moved", func(_, c *Golden) { c.Drawings = nil; c.Tuple[1].M.Set(0, 0, 0.2) }, Fail, ""},
		{"another machine", func(_, c *Golden) { c.Source.Environment.Go = "go2" }, Pass, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			golden, candidate := twoGoldens(t)
			tt.spoil(golden, candidate)
			got := DiffGolden(golden, candidate, goldenGroup, &DiffSettings{Tolerance: 1e-6, ImageTolerance: 1e-6})
			if got.Verdict != tt.want || !strings.Contains(got.Why, tt.why) || (got.Why == "") != (tt.why == "") {
				t.Errorf("DiffGolden = %v, %q, want %v, %q", got.Verdict, got.Why, tt.want, tt.why)
			}
			if (got.Why != "") != math.IsNaN(got.Distance) {
				t.Errorf("Distance = %v with Why = %q", got.Distance, got.Why)
			}
		})
	}
}

func TestDiffGoldenListsTheFarthestDrawingFirst(t *testing.T) {
	golden, candidate := twoGoldens(t)
	candidate.Drawings[1].Image.Pixels = []float64{0.8, 0.1, -0.6}
	got := DiffGolden(golden, candidate, goldenGroup, nil)
	if len(got.Drawings) != 2 || got.Drawings[0].Pattern != "+-" || !(got.Drawings[0].Distance > 0.05) || got.Drawings[1].Distance != 0 {
		t.Errorf("Drawings = %+v, want +- first", got.Drawings)
	}
	candidate.Drawings[0].Image.Pixels = []float64{0, 0, 0}
	got = DiffGolden(golden, candidate, goldenGroup, nil)
	if got.Drawings[0].Pattern != "++" || !math.IsNaN(got.Drawings[0].Distance) || got.Drawings[0].Why == "" {
		t.Errorf("Drawings = %+v, want the one that cannot be compared first", got.Drawings)
	}
}

func TestDiffSources(t *testing.T) {
	golden, candidate := twoGoldens(t)
	golden.Source.Environment.FMA, golden.Source.Environment.GOAMD64 = true, "v3"
	e := &candidate.Source.Environment
	e.Go, e.CPU, e.Kernels = "go2", "another", "avx2"
	e.Modules = map[string]string{"b": "3", "c": "1"}
	candidate.Source.Digests = []Digest{{Name: "data", SHA256: "01"}, {Name: "program", SHA256: "02"}}
	want := []SourceDiff{
		{"Go", "go2", "none"},
		{"CPU", "another", "none"},
		{"FMA", "false", "true"},
		{"kernels", "avx2", "none"},
		{"GOAMD64", "none", "v3"},
		{"module a", "none", "1"},
		{"module b", "3", "2"},
		{"module c", "1", "none"},
		{"sha-256 of data", "01", "00"},
		{"sha-256 of program", "02", "none"},
	}
	if diff := cmp.Diff(want, diffSources(&golden.Source, &candidate.Source)); diff != "" {
		t.Errorf("diffSources (-want +got):\n%s", diff)
	}
}
