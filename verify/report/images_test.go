package report

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree returns the files under dir, by their paths with slashes, sorted.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWriteImages(t *testing.T) {
	dir := t.TempDir()
	if err := WriteImages(dir, little()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"images/digit-3-instance-0-grey.png", "images/digit-3-instance-0.png", "images/digit-3-instance-1-grey.png",
		"images/digit-3-instance-1.png", "images/digits.png",
	}
	if got := tree(t, dir); !slices.Equal(got, want) {
		t.Fatalf("WriteImages left %v, want %v", got, want)
	}
	for _, name := range want {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		size := image.Pt(28*magnification, 28*magnification)
		if name == "images/digits.png" {
			size = newPlan(1, image.Pt(28, 28)).size
		}
		if got := m.Bounds().Size(); got != size {
			t.Errorf("%s is %v, want %v", name, got, size)
		}
	}
}

func TestWriteImagesOfManyProblems(t *testing.T) {
	dir := t.TempDir()
	r := many(2)
	r.Problems[0].Label, r.Problems[1].Label = "../../rank=1", "RANK=1"
	relabel(&r.Problems[0].Drawings[0], "../../../etc/passwd")
	if err := WriteImages(dir, r); err != nil {
		t.Fatal(err)
	}
	got := tree(t, dir)
	if len(got) != 10 || !slices.Contains(got, "images/rank-1/digit-etc-passwd-instance-0.png") ||
		!slices.Contains(got, "images/rank-1-2/digit-3-instance-1.png") {
		t.Errorf("WriteImages left %v", got)
	}
}

func TestWriteImagesWithoutDrawings(t *testing.T) {
	dir := t.TempDir()
	if err := WriteImages(dir, small()); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, dir); len(got) != 0 {
		t.Errorf("WriteImages of no drawings left %v", got)
	}
}

func TestWriteImagesReturnsErrors(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteImages(dir, little()); err == nil {
		t.Error("WriteImages into a file succeeded")
	}
}

func TestFileName(t *testing.T) {
	taken := map[string]bool{}
	for _, c := range []struct{ in, want string }{
		{"3", "3"},
		{"rank=20", "rank-20"},
		{"..", "unnamed"},
		{"", "unnamed-2"},
		{"a/b", "a-b"},
		{"A\\B", "a-b-2"},
		{"é\x00", "unnamed-3"},
		{strings.Repeat("x", 300), strings.Repeat("x", 60)},
	} {
		if got := fileName(c.in, taken); got != c.want {
			t.Errorf("fileName(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	put := func(s string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
	}
	if err := Save(path, put("first")); err != nil {
		t.Fatal(err)
	}
	err := Save(path, func(w io.Writer) error {
		if err := put("second")(w); err != nil {
			return err
		}
		return errBroken
	})
	if !errors.Is(err, errBroken) {
		t.Errorf("Save = %v, want %v", err, errBroken)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "first" {
		t.Errorf("after an error the file holds %q, %v, want what it held before", data, err)
	}
	if got := tree(t, dir); !slices.Equal(got, []string{"x"}) {
		t.Errorf("Save left %v", got)
	}
	if err := Save(filepath.Join(dir, "absent", "x"), put("")); err == nil {
		t.Error("Save into a folder that is not there succeeded")
	}
}

func TestSignedIndex(t *testing.T) {
	for _, c := range []struct {
		name     string
		x, scale float64
		want     uint8
	}{
		{"zero is the middle", 0, 1, half},
		{"end", 1, 1, 2 * half},
		{"other end", -1, 1, 0},
		{"beyond the end", 7, 1, 2 * half},
		{"infinite", math.Inf(-1), 1, 0},
		{"no scale", 0, 0, half},
		{"not a number", math.NaN(), 1, paletteNaN},
		{"not a number without scale", math.NaN(), 0, paletteNaN},
	} {
		if got := signedIndex(c.x, c.scale); got != c.want {
			t.Errorf("%s: signedIndex(%v, %v) = %d, want %d", c.name, c.x, c.scale, got, c.want)
		}
	}
}

func TestRoundedIsWhatTheFileHolds(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	m := noise(rng)
	once := rounded(m)
	m.Pixels = once
	if !slices.Equal(rounded(m), once) {
		t.Error("rounding twice changes a pixel")
	}
}

func TestGreyPicture(t *testing.T) {
	m := greyPicture(3, []float64{-1, 0, 1, math.NaN(), math.Inf(1), 0.5})
	if want := []uint8{0, 128, 255, 0, 255, 191}; !slices.Equal(m.Pix, want) {
		t.Errorf("greyPicture = %v, want %v", m.Pix, want)
	}
	if m := greyPicture(2, []float64{3, 3}); !slices.Equal(m.Pix, []uint8{0, 0}) {
		t.Errorf("greyPicture of a constant = %v, want black", m.Pix)
	}
}
