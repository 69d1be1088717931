package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"example.org/concord/verify/symmetry"
)

// goldenGroup is the symmetry of the tuples of these tests: two blocks.
var goldenGroup = symmetry.Bilinear{Blocks: 2}

// sampleGolden is a candidate with two parts and two drawings.
func sampleGolden() *Golden {
	return &Golden{
		Tuple: symmetry.Tuple{
			{Name: "A", M: mat.NewDense(2, 3, []float64{1, 0.5, 0.1, 0, 0.25, -1.0 / 3})},
			{Name: "B", M: mat.NewDense(4, 2, []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, -0.8})},
		},
		Drawings: []GoldenDrawing{
			{Label: "0", Pattern: "++", Image: Image{Rows: 1, Cols: 3, Pixels: []float64{0.6, 0, 0.8}}},
			{Label: "0", Pattern: "+-", Image: Image{Rows: 1, Cols: 3, Pixels: []float64{0.8, 0, -0.6}}},
		},
		Source: Provenance{
			SchemaVersion: GoldenSchemaVersion, Scenario: "seed-sweep", Problem: "rank=20",
			ProblemID: strings.Repeat("ab", 32), Symmetry: goldenGroup.String(), Cell: strings.Repeat("cd", 32), Trial: "seed=1",
			Fitness: -12.5, GradNorm: 1e-10, MinGap: Number(math.NaN()),
			Digests:     []Digest{{Name: "data", SHA256: "00", Detail: "<made> & \"quoted\"\u2028"}},
			Environment: Environment{Version: "1", Modules: map[string]string{"b": "2", "a": "1"}}, Command: "verify run seed-sweep",
		},
	}
}

// approvedGolden is sampleGolden with an approval.
func approvedGolden() *Golden {
	g := sampleGolden()
	g.Source.Approved = &Approval{
		By: "Ada", At: "2026-01-02T03:04:05Z", Reason: "it is right", Command: "verify golden approve",
		Distance: Number(math.NaN()), Lineage: newLineage(nil, 0, 0),
	}
	return g
}

// goldenBits lists all that is in a golden but Origin and what WriteGolden adds, floats by their bits.
func goldenBits(t *testing.T, g *Golden) string {
	t.Helper()
	type part struct {
		Name string
		Rows int
		Bits []uint64
	}
	bits := func(data []float64) (b []uint64) {
		for _, x := range data {
			b = append(b, math.Float64bits(x))
		}
		return b
	}
	var parts []part
	for _, p := range g.Tuple {
		m := mat.DenseCopyOf(p.M).RawMatrix() // with a stride of its own
		parts = append(parts, part{p.Name, m.Rows, bits(m.Data)})
	}
	for _, d := range g.Drawings {
		parts = append(parts, part{d.Label + " " + d.Pattern, d.Image.Rows, bits(d.Image.Pixels)})
	}
	source := g.Source
	source.SchemaVersion, source.Arrays, source.Drawings, source.SHA256 = 0, nil, nil, ""
	text, err := json.MarshalIndent([]any{parts, source}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestGoldenRoundTrip(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		entry := rapid.Float64().Filter(func(x float64) bool { return !math.IsInf(x, 0) })
		matrix := func(name string) *mat.Dense {
			rows, cols := rapid.IntRange(1, 5).Draw(r, name+" rows"), rapid.IntRange(1, 5).Draw(r, name+" cols")
			data := rapid.SliceOfN(entry, rows*(cols+1), rows*(cols+1)).Draw(r, name)
			m, _ := mat.NewDense(rows, cols+1, data).Slice(0, rows, 0, cols).(*mat.Dense) // its stride is not its width
			return m
		}
		text := rapid.String()
		g := approvedGolden()
		g.Source.Problem, g.Source.Fitness = text.Draw(r, "problem"), Number(rapid.Float64().Draw(r, "fitness"))
		g.Source.Trial, g.Source.Digests = text.Draw(r, "trial"), nil
		g.Tuple = nil
		for _, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Z][A-Za-z0-9_]{0,3}`), 1, 3, rapid.ID[string]).Draw(r, "names") {
			g.Tuple = append(g.Tuple, symmetry.Part{Name: name, M: matrix(name)})
		}
		g.Drawings = nil
		for _, label := range rapid.SliceOfNDistinct(text, 0, 3, rapid.ID[string]).Draw(r, "labels") {
			g.Drawings = append(g.Drawings, GoldenDrawing{
				Label: label, Pattern: text.Draw(r, "pattern"),
				Image: Image{Rows: 2, Cols: 3, Pixels: rapid.SliceOfN(entry, 6, 6).Draw(r, "pixels")},
			})
		}
		before := goldenBits(t, g)
		path, err := WriteGolden(dir, g)
		if err != nil {
			r.Fatalf("WriteGolden: %v", err)
		}
		if diff := cmp.Diff(before, goldenBits(t, g)); diff != "" {
			r.Fatalf("WriteGolden changed its argument (-before +after):\n%s", diff)
		}
		got, err := ReadGolden(os.DirFS(dir), filepath.Base(path))
		if err != nil {
			r.Fatalf("ReadGolden: %v", err)
		}
		if diff := cmp.Diff(before, goldenBits(t, got)); diff != "" {
			r.Fatalf("ReadGolden after WriteGolden (-want +got):\n%s", diff)
		}
	})
}

func TestWriteGoldenFillsTheSidecar(t *testing.T) {
	g := sampleGolden()
	g.Source.SchemaVersion, g.Source.SHA256, g.Source.Drawings = 7, "stale", []DrawingDoc{{"9", ""}}
	dir := filepath.Join(t.TempDir(), "report", "golden")
	path, err := WriteGolden(dir, g)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "rank=20.npz"); path != want {
		t.Errorf("WriteGolden = %q, want %q", path, want)
	}
	got, err := ReadGolden(os.DirFS(dir), "rank=20.npz")
	if err != nil {
		t.Fatal(err)
	}
	s := got.Source
	if s.SchemaVersion != GoldenSchemaVersion || len(s.SHA256) != 64 || got.Origin != "rank=20.npz" {
		t.Errorf("the golden has schema_version %d, sha256 %q, origin %q", s.SchemaVersion, s.SHA256, got.Origin)
	}
	if diff := cmp.Diff([]DrawingDoc{{"0", "++"}, {"0", "+-"}}, s.Drawings); diff != "" {
		t.Errorf("drawings (-want +got):\n%s", diff)
	}
	var shapes [][]int
	for _, a := range s.Arrays {
		if a.Doc == "" || a.Dtype != "<f8" {
			t.Errorf("array %s has the doc %q and the dtype %q", a.Name, a.Doc, a.Dtype)
		}
		shapes = append(shapes, a.Shape)
	}
	if diff := cmp.Diff([][]int{{2, 3}, {4, 2}, {2, 1, 3}}, shapes); diff != "" {
		t.Errorf("shapes (-want +got):\n%s", diff)
	}
}

func TestGoldenBytesAreDeterministic(t *testing.T) {
	npz, sidecar := encodedGolden(t, sampleGolden())
	npz2, sidecar2 := encodedGolden(t, sampleGolden())
	if !bytes.Equal(npz, npz2) || !bytes.Equal(sidecar, sidecar2) {
		t.Error("encodeGolden twice gives different bytes")
	}
}

// TestArraysDigest keeps the definition of the digest: goldens that are out there hold it.
func TestArraysDigest(t *testing.T) {
	got := arraysDigest([]array{{"A", []int{1, 2}, []float64{1, 0}}})
	// In Python: sha256(pack("<Q", 1) + b"A" + pack("<3Q", 2, 1, 2) + pack("<2d", 1.0, 0.0)).
	const want = "4b13060e5499ea4993c74f938d6732e8b4f9b6a0961f0958ae13c729d2d523da"
	if got != want {
		t.Errorf("arraysDigest = %s, want %s", got, want)
	}
	base := array{"A", []int{2, 2}, []float64{1, 2, 3, 4}}
	long := array{"A", []int{1, 3000}, make([]float64, 3000)}
	changed := array{"A", []int{1, 3000}, make([]float64, 3000)}
	changed.data[2999] = math.Copysign(0, -1)
	for _, tt := range []struct {
		name string
		a, b array
	}{
		{"name", base, array{"B", base.shape, base.data}},
		{"shape", base, array{"A", []int{1, 4}, base.data}},
		{"axes", base, array{"A", []int{2, 2, 1}, base.data}},
		{"order", base, array{"A", base.shape, []float64{1, 3, 2, 4}}},
		{"sign of the last zero", long, changed},
	} {
		if arraysDigest([]array{tt.a}) == arraysDigest([]array{tt.b}) {
			t.Errorf("%s: arraysDigest does not see the difference", tt.name)
		}
	}
}

func TestWriteGoldenRefuses(t *testing.T) {
	image := func(i int, m Image) func(*Golden) { return func(g *Golden) { g.Drawings[i].Image = m } }
	for _, tt := range []struct {
		name  string
		spoil func(*Golden)
		want  string
	}{
		{"no tuple", func(g *Golden) { g.Tuple = nil }, "the tuple has no parts"},
		{"an empty part", func(g *Golden) { g.Tuple[1].M = new(mat.Dense) }, "part B of the tuple is empty"},
		{"no matrix", func(g *Golden) { g.Tuple[1].M = nil }, "part B of the tuple is empty"},
		{"NaN", func(g *Golden) { g.Tuple[1].M.Set(2, 1, math.NaN()) }, "array B: entry (2,1) is NaN"},
		{"an infinite pixel", func(g *Golden) { g.Drawings[1].Image.Pixels[2] = math.Inf(-1) }, "array images: entry (1,0,2) is -Inf"},
		{"a part named as the drawings", func(g *Golden) { g.Tuple[0].Name = "images" }, "part images of the tuple: the drawings have that name"},
		{"a part named as a path", func(g *Golden) { g.Tuple[0].Name = "../A" }, `array "../A": a name is a letter`},
		{"two parts of one name", func(g *Golden) { g.Tuple[0].Name = "B" }, "array B: the name occurs twice"},
		{"drawings of two sizes", image(1, Image{Rows: 3, Cols: 1, Pixels: make([]float64, 3)}), `the drawing of label "0", basin "+-" has 3×1 pixels (3 given), the first one 1×3`},
		{"a drawing with pixels missing", image(1, Image{Rows: 1, Cols: 3, Pixels: make([]float64, 2)}), "(2 given)"},
		{"a drawing without pixels", func(g *Golden) { g.Drawings = []GoldenDrawing{{Label: "0"}} }, "array images: the shape [1 0 0] has an axis without entries"},
		{"two drawings of one label and basin", func(g *Golden) { g.Drawings[1].Pattern = "++" }, `the drawing of label "0", basin "++" occurs twice`},
		{"text that JSON cannot hold", func(g *Golden) { g.Source.Trial = "\xff" }, "it could not be read back"},
		{"an approval without a lineage", func(g *Golden) { g.Source.Approved.Lineage = nil }, "the approval has no lineage"},
		{"a side-car too long to be read", func(g *Golden) { g.Source.Approved.Reason = strings.Repeat("a", maxSidecarBytes) }, "more than the 4194304 that it may have"},
		{"an approval without a reason", func(g *Golden) { g.Source.Approved.Reason = " " }, "the approval has no reason"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g, dir := approvedGolden(), t.TempDir()
			tt.spoil(g)
			path, err := WriteGolden(dir, g)
			wantError(t, "WriteGolden", err, tt.want, "rank=20.npz")
			if path != "" {
				t.Errorf("WriteGolden = %q, want no path", path)
			}
			if names := namesIn(t, dir); len(names) > 0 {
				t.Errorf("WriteGolden left %q", names)
			}
		})
	}
}

// wantError fails unless err holds every one of the texts.
func wantError(t *testing.T, what string, err error, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Fatalf("%s: error %v, want one with %q", what, err, text)
		}
	}
}

func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestWriteGoldenIntoNoFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := WriteGolden(filepath.Join(file, "golden"), sampleGolden())
	wantError(t, "WriteGolden below a file", err, "writing the golden file", file)
}

// TestInterruptedWrite has one of the two files of a new golden beside what was there before.
func TestInterruptedWrite(t *testing.T) {
	old, changed := sampleGolden(), sampleGolden()
	changed.Tuple[0].M.Set(0, 0, 1+1e-12)
	oldNPZ, oldSidecar := encodedGolden(t, old)
	newNPZ, newSidecar := encodedGolden(t, changed)
	const npz, sidecar = "seed-sweep/rank=20.npz", "seed-sweep/rank=20.json"
	for _, tt := range []struct {
		name  string
		files map[string][]byte
		want  string
	}{
		{"first golden, arrays only", map[string][]byte{npz: newNPZ}, sidecar + ": the side-car is missing"},
		{"first golden, side-car only", map[string][]byte{sidecar: newSidecar}, npz + ": the file is missing"},
		{"new arrays, old side-car", map[string][]byte{npz: newNPZ, sidecar: oldSidecar}, npz + ": the arrays have the digest"},
		{"old arrays, new side-car", map[string][]byte{npz: oldNPZ, sidecar: newSidecar}, npz + ": the arrays have the digest"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadGolden(mapFS(tt.files), npz)
			wantError(t, "ReadGolden", err, tt.want, "restore")
			if errors.Is(err, ErrNoGolden) {
				t.Error("ReadGolden wraps ErrNoGolden although a file is there")
			}
		})
	}
}

// TestSidecarCannotBeReplaced: the second of the two renames fails.
func TestSidecarCannotBeReplaced(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "rank=20.json", "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := WriteGolden(dir, sampleGolden())
	wantError(t, "WriteGolden", err, "the arrays are written and the side-car is not", "rank=20.json")
	if diff := cmp.Diff([]string{"rank=20.json", "rank=20.npz"}, namesIn(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	_, err = ReadGolden(os.DirFS(dir), "rank=20.npz")
	wantError(t, "ReadGolden", err, "rank=20.json: this is no plain file")
}

func TestWriteGoldenReplaces(t *testing.T) {
	dir := t.TempDir()
	g := sampleGolden()
	if _, err := WriteGolden(dir, g); err != nil {
		t.Fatal(err)
	}
	g.Tuple[0].M.Set(0, 0, 2)
	g.Drawings = nil
	path, err := WriteGolden(dir, g)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadGolden(os.DirFS(dir), "rank=20.npz")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(goldenBits(t, g), goldenBits(t, got)); diff != "" {
		t.Errorf("ReadGolden after the second WriteGolden (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"rank=20.json", "rank=20.npz"}, namesIn(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o644 {
		t.Errorf("the file has mode %v, want one that everyone can read", got)
	}
}
