package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The committed files are what the generator writes, after decompression: how
// well gzip compresses may change from one Go release to the next.
func TestRunGivesTheCommittedFiles(t *testing.T) {
	to := t.TempDir()
	var stdout bytes.Buffer
	if err := run(t.Context(), "", to, &stdout); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(to)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
		got, want := content(t, to, e.Name()), content(t, "../../data", e.Name())
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from the committed file", e.Name())
		}
	}
	want := []string{
		"t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz",
		"train-1000-images-idx3-ubyte.gz", "train-1000-labels-idx1-ubyte.gz",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	wantOut := `386bb018796babeaca208787b77c1b9db39532c4098951ea35f4694e744eb4b7  train-1000-images-idx3-ubyte.gz decompressed, 784016 bytes
895f65588e45d05babf0b5fa7aee2a0d782d8143b40b5764e596df91bc9dddeb  train-1000-labels-idx1-ubyte.gz decompressed, 1008 bytes
0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7  t10k-images-idx3-ubyte.gz decompressed, 7840016 bytes
ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2  t10k-labels-idx1-ubyte.gz decompressed, 10008 bytes
`
	if diff := cmp.Diff(wantOut, stdout.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}

// Twice the same input, twice the same bytes.
func TestCompressIsDeterministic(t *testing.T) {
	in := content(t, "../../data", "train-1000-images-idx3-ubyte.gz")
	first, err := compress(in)
	if err != nil {
		t.Fatal(err)
	}
	second, err := compress(in)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Error("compress gives different bytes for the same input")
	}
}

func TestRunWritesNothingFromAWrongFolder(t *testing.T) {
	to := t.TempDir()
	if err := run(t.Context(), t.TempDir(), to, &bytes.Buffer{}); err == nil {
		t.Error("run from an empty folder gives no error")
	}
	entries, err := os.ReadDir(to)
	if len(entries) != 0 || err != nil {
		t.Errorf("run from an empty folder has written %v, %v", entries, err)
	}
}

func TestRunReturnsWriteErrors(t *testing.T) {
	if err := run(t.Context(), "", filepath.Join(t.TempDir(), "none"), &bytes.Buffer{}); err == nil {
		t.Error("run into a missing folder gives no error")
	}
}

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		name     string
		in, want []byte
	}{
		{"labels", []byte{0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9}, []byte{0, 0, 8, 1, 0, 0, 0, 2, 7, 8}},
		{
			"images",
			[]byte{0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6},
			[]byte{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := cut(tt.in, 2); !slices.Equal(got, tt.want) {
				t.Errorf("cut(%v, 2) = %v, want %v", tt.in, got, tt.want)
			}
		})
	}
}

func content(t *testing.T, dir, name string) []byte {
	t.Helper()
	z, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	b, err := gunzip(z)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return b
}
