package mnist

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// originals returns the folder of the original files in the Go module cache.
func originals(tb testing.TB) string {
	tb.Helper()
	dir, err := moduleDir(tb.Context(), "go")
	if err != nil {
		tb.Fatal(err)
	}
	return filepath.Join(dir, "data")
}

// original returns an original file, decompressed by nothing but gzip.
func original(tb testing.TB, dir, name string) []byte {
	tb.Helper()
	z, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		tb.Fatal(err)
	}
	return unzip(tb, z)
}

func unzip(tb testing.TB, z []byte) []byte {
	tb.Helper()
	r, err := gzip.NewReader(bytes.NewReader(z))
	if err != nil {
		tb.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// The embedded bytes against the original files, without the reader of this
// package: the same header but for the count, then the same bytes.
func TestEmbeddedAgainstOriginals(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	dir := originals(t)
	for _, tt := range []struct {
		embedded, original string
		header, size       int
		count              uint32
	}{
		{"train-1000-images-idx3-ubyte.gz", "train-images-idx3-ubyte.gz", 16, 1000 * 784, 1000},
		{"train-1000-labels-idx1-ubyte.gz", "train-labels-idx1-ubyte.gz", 8, 1000, 1000},
		{"t10k-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz", 16, 10000 * 784, 10000},
		{"t10k-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte.gz", 8, 10000, 10000},
	} {
		t.Run(tt.embedded, func(t *testing.T) {
			z, err := data.ReadFile("data/" + tt.embedded)
			if err != nil {
				t.Fatal(err)
			}
			got := unzip(t, z)
			want := original(t, dir, tt.original)[:tt.header+tt.size]
			binary.BigEndian.PutUint32(want[4:], tt.count)
			if !bytes.Equal(got, want) {
				t.Errorf("%s is not the first %d examples of %s", tt.embedded, tt.count, tt.original)
			}
		})
	}
}

func TestEmbeddedTestFilesAreUnchanged(t *testing.T) {
	dir := originals(t)
	for _, name := range []string{"t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"} {
		got, err := data.ReadFile("data/" + name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("embedded %s differs from the original before decompression", name)
		}
	}
}

func TestEmbeddedSize(t *testing.T) {
	entries, err := data.ReadDir("data")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	var total int64
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, e.Name())
		total += info.Size()
	}
	want := []string{
		"README.md",
		"t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz",
		"train-1000-images-idx3-ubyte.gz", "train-1000-labels-idx1-ubyte.gz",
	}
	if !slices.Equal(names, want) {
		t.Errorf("embedded files are %q, want %q", names, want)
	}
	if total > 1_900_000 {
		t.Errorf("embedded files have %d bytes, want at most 1,900,000", total)
	}
}

// The digests were computed from the original files by another program, after
// the description at Set.Digest.
func TestEmbedded(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	for _, tt := range []struct {
		name          string
		split         Split
		offset, count int
		labels        []uint8 // the first ones
		digest        string
	}{
		{"one", Train, 0, 1, []uint8{5}, "e619b9f06a9465d999b3a99ff84f98f763a557f81c4cc15571e8128616786dd2"},
		{"first 100", Train, 0, 100, []uint8{5, 0, 4, 1, 9, 2, 1, 3, 1, 4}, "a8417fcf861e04e41f865eb770301db815aa5330eb2e2b0518a978a0e16850d0"},
		{"last 100", Train, 900, 100, nil, "c08610422c8365f454a4701b227c2ec0c5576b4a726842afe5066e6ee2c8222e"},
		{"all", Train, 0, 1000, []uint8{5, 0, 4, 1}, "afa4626e3f535a6601807072e57f5a324591f3570d4716aebb3c636320c50190"},
		{"all", Test, 0, 10000, []uint8{7, 2, 1, 0, 4, 1, 4, 9, 5, 9}, "c2c6d17f1479b3cd01bed1c25572697c7864ffa0a84bc09dd5758f96b1a07b1f"},
		{"last", Test, 9999, 1, nil, "5eb4ff69443022120744228ef668a8906d21561503e6fe8045e73635de5faff4"},
	} {
		t.Run(string(tt.split)+"/"+tt.name, func(t *testing.T) {
			set, err := Embedded(tt.split, tt.offset, tt.count)
			if err != nil {
				t.Fatal(err)
			}
			if got := set.Labels[:len(tt.labels)]; !slices.Equal(got, tt.labels) {
				t.Errorf("labels start with %v, want %v", got, tt.labels)
			}
			if got := set.Digest(); got != tt.digest {
				t.Errorf("Digest() = %s, want %s", got, tt.digest)
			}
		})
	}
}

func TestEmbeddedIsTheCallersOwn(t *testing.T) {
	first, err := Embedded(Train, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := first.Digest()
	clear(first.Images.Pixels)
	second, err := Embedded(Train, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := second.Digest(); got != want {
		t.Error("Embedded returns what an earlier caller has changed")
	}
}

func TestEmbeddedErrors(t *testing.T) {
	for _, tt := range []struct {
		name          string
		split         Split
		offset, count int
		want          string
	}{
		{"split", "validation", 0, 1, `mnist: split "validation", want "train" or "test"`},
		{"no split", "", 0, 1, `mnist: split "", want "train" or "test"`},
		{"count", Train, 0, 0, "mnist: embedded train images: count 0, want at least 1"},
		{"too many", Train, 0, 1001, "mnist: embedded train images: 1001 examples from offset 0, but there are 1000"},
		{"offset", Test, 9999, 2, "mnist: embedded test images: 2 examples from offset 9999, but there are 10000"},
		{"overflow", Test, 1, math.MaxInt, fmt.Sprintf("mnist: embedded test images: %d examples from offset 1, but there are 10000", math.MaxInt)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set, err := Embedded(tt.split, tt.offset, tt.count)
			if err == nil || err.Error() != tt.want {
				t.Errorf("Embedded(%q, %d, %d) = %v, %v, want error %q", tt.split, tt.offset, tt.count, set, err, tt.want)
			}
		})
	}
}

// An embedded file that is not what the constants say is refused.
func TestEmbeddedDamage(t *testing.T) {
	h, err := Train.half()
	if err != nil {
		t.Fatal(err)
	}
	p := h.labels
	z, err := data.ReadFile("data/" + p.name)
	if err != nil {
		t.Fatal(err)
	}
	content := unzip(t, z)
	other := slices.Clone(content)
	other[8]++

	for _, tt := range []struct {
		name string
		in   []byte
	}{
		{"one label changed", zip(t, other)},
		{"one label less", zip(t, content[:len(content)-1])},
		{"one label more", zip(t, append(slices.Clone(content), 0))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := p.gunzip(tt.in)
			got, ok := errors.AsType[*DigestError](err)
			if !ok || got.Want != p.sha256 || got.Got == p.sha256 {
				t.Errorf("gunzip = %v, want a *DigestError", err)
			}
		})
	}
	for _, tt := range []struct {
		name string
		in   []byte
		want error
	}{
		{"not gzip", content, gzip.ErrHeader},
		{"cut", z[:len(z)-1], io.ErrUnexpectedEOF},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := p.gunzip(tt.in); !errors.Is(err, tt.want) {
				t.Errorf("gunzip = %v, want %v", err, tt.want)
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		if _, err := (part{name: "none.gz"}).open(); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("open = %v, want %v", err, os.ErrNotExist)
		}
	})
}
