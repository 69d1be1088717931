package verify

import (
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"codeberg.org/sbinet/npyio/npz"
	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"
)

// python returns an interpreter that has NumPy. Where CI is set there has to be one.
func python(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(t.Context(), name, "-c", "import numpy").Run() == nil {
			return name
		}
	}
	const advice = "numpy not installed: apt-get install python3-numpy"
	if os.Getenv("CI") != "" {
		t.Fatal(advice)
	}
	t.Skip(advice)
	return ""
}

// runPython runs a program in dir and returns its output.
func runPython(t *testing.T, dir, program string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), python(t), "-c", program)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python: %v\n%s", err, stderr.String())
	}
	return string(out)
}

// storedGolden writes a golden below golden/ in a new folder, and returns the folder.
func storedGolden(t *testing.T, g *Golden) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := WriteGolden(filepath.Join(dir, "golden", "seed-sweep"), g); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestNumPyReadsGolden(t *testing.T) {
	g := sampleGolden()
	g.Tuple[0].M.Set(0, 1, math.Copysign(0, -1))
	g.Tuple[0].M.Set(0, 2, math.SmallestNonzeroFloat64)
	got := runPython(t, storedGolden(t, g), `
import numpy as np
golden = np.load("golden/seed-sweep/rank=20.npz", allow_pickle=False)
for name in golden.files:
    x = golden[name]
    print(name, x.dtype.str, x.shape, x.flags.c_contiguous, x.tobytes().hex())
`)
	arrays, _, err := goldenArrays(g)
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, a := range arrays {
		raw := npyOf("", a.data...)[len(npyMagic)+2:]
		fmt.Fprintf(&want, "%s <f8 %s True %s\n", a.name, shapeText(a.shape), hex.EncodeToString(raw))
	}
	if diff := cmp.Diff(want.String(), got); diff != "" {
		t.Errorf("what NumPy reads (-want +got):\n%s", diff)
	}
}

// TestGoldenWrittenByNumPy: the reader knows the format, not only its own way to write it.
func TestGoldenWrittenByNumPy(t *testing.T) {
	dir := storedGolden(t, sampleGolden())
	runPython(t, dir, `
import numpy as np
golden = np.load("golden/seed-sweep/rank=20.npz")
np.savez("golden/seed-sweep/rank=20.npz", **{name: golden[name] for name in golden.files})
`)
	g, err := ReadGolden(os.DirFS(dir), "golden/seed-sweep/rank=20.npz")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(goldenBits(t, sampleGolden()), goldenBits(t, g)); diff != "" {
		t.Errorf("ReadGolden of what NumPy wrote (-want +got):\n%s", diff)
	}
}

// TestGoldenDocs runs the Python of the documentation.
func TestGoldenDocs(t *testing.T) {
	for _, doc := range []struct {
		file string
		want string // of the output
	}{
		{"../docs/GOLDEN.md", "A (2, 3) float64\nB (4, 2) float64\nimages (2, 1, 3) float64\n0 ++ (1, 3)\n0 +- (1, 3)\n"},
		{"../golden/README.md", ""},
	} {
		t.Run(filepath.Base(doc.file), func(t *testing.T) {
			f, err := os.Open(doc.file)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(f)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			blocks := regexp.MustCompile("(?s)```python\n(.*?)```").FindAllStringSubmatch(string(text), -1)
			if len(blocks) != 1 {
				t.Fatalf("%s has %d blocks of Python, want 1", doc.file, len(blocks))
			}
			got := runPython(t, storedGolden(t, sampleGolden()), blocks[0][1])
			if diff := cmp.Diff(doc.want, got); diff != "" {
				t.Errorf("output of the Python in %s (-want +got):\n%s", doc.file, diff)
			}
		})
	}
}

// TestNpyioReadsGolden is for machines without NumPy.
func TestNpyioReadsGolden(t *testing.T) {
	r, err := npz.Open(filepath.Join(storedGolden(t, sampleGolden()), "golden", "seed-sweep", "rank=20.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, p := range sampleGolden().Tuple {
		var got mat.Dense
		if err := r.Read(p.Name+".npy", &got); err != nil {
			t.Fatalf("array %s: %v", p.Name, err)
		}
		if !mat.Equal(&got, p.M) {
			t.Errorf("array %s = %v, want %v", p.Name, mat.Formatted(&got), mat.Formatted(p.M))
		}
	}
}
