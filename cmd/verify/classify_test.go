package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/png"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.org/concord/verify"
)

func TestBars(t *testing.T) {
	for _, c := range []struct {
		name      string
		scores    []float64
		threshold float64
		want      []string
	}{
		{
			"a digit",
			[]float64{0.5, 1, 0},
			0.8,
			[]string{
				"  0  0.500  " + strings.Repeat("█", 20) + strings.Repeat(" ", 11) + "┊",
				"  1  1.000  " + strings.Repeat("█", 40) + "  largest",
				"  2  0.000  " + strings.Repeat(" ", 31) + "┊",
				strings.Repeat(" ", 12+31) + "┊ threshold 0.800",
			},
		},
		{
			"none",
			[]float64{0.4, 0.2},
			0.8,
			[]string{
				"  0  0.400  " + strings.Repeat("█", 20) + strings.Repeat(" ", 19) + "┊  largest",
				"  1  0.200  " + strings.Repeat("█", 10) + strings.Repeat(" ", 29) + "┊",
				strings.Repeat(" ", 12+39) + "┊ threshold 0.800",
			},
		},
		{
			"no score",
			[]float64{math.NaN(), 0.2},
			0.8,
			[]string{
				"  0    NaN  " + strings.Repeat(" ", 39) + "┊",
				"  1  0.200  " + strings.Repeat("█", 10) + strings.Repeat(" ", 29) + "┊",
				strings.Repeat(" ", 12+39) + "┊ threshold 0.800",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Split(strings.TrimSuffix(bars(c.scores, c.threshold), "\n"), "\n")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("bars (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInFolder(t *testing.T) {
	got := inFolder("seen", []string{"a/x.png", "b/X.PNG", "-", "x-2.png", "c/x", "stdin.png"})
	want := []string{"x.png", "X-2.png", "stdin.png", "x-2-2.png", "x-3.png", "stdin-2.png"}
	for i := range want {
		want[i] = filepath.Join("seen", want[i])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("inFolder (-want +got):\n%s", diff)
	}
}

// What is saved is what was scored, in 256 steps.
func TestSaveImage(t *testing.T) {
	m := verify.Image{Rows: 2, Cols: 3, Pixels: []float64{0, 0.5, 1, 0.25, 0.001, 0.999}}
	path := filepath.Join(t.TempDir(), "seen.png")
	if err := saveImage(path, m); err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(strings.NewReader(contents(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&image.Gray{Pix: []uint8{0, 128, 255, 64, 0, 255}, Stride: 3, Rect: image.Rect(0, 0, 3, 2)}, got); diff != "" {
		t.Errorf("the file (-want +got):\n%s", diff)
	}
}

func TestDecodeRefuses(t *testing.T) {
	encoded := func(m image.Image) []byte {
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	small := encoded(image.NewGray(image.Rect(0, 0, 3, 3)))
	huge := encoded(image.NewGray(image.Rect(0, 0, 1<<14, 1)))
	copy(huge[20:], []byte{0, 1, 0, 0}) // 2¹⁶ high, in the header alone
	for _, c := range []struct {
		name string
		src  []byte
		want string
	}{
		{"nothing", nil, "not a PNG"},
		{"a JPEG", []byte("\xff\xd8\xff\xe0\x00\x10JFIF"), "not a PNG"},
		{"half a PNG", small[:len(small)-20], "not a whole PNG"},
		{"too many pixels", repaired(huge), "16384×65536 pixels are too many: 64 million is the most"},
	} {
		if _, err := decode(c.src, "auto"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("decode of %s = %v, want %q in it", c.name, err, c.want)
		}
	}
}

// repaired returns a PNG with the checksum that its header should have.
func repaired(src []byte) []byte {
	binary.BigEndian.PutUint32(src[29:], crc32.ChecksumIEEE(src[12:29]))
	return src
}

// A picture that cannot be saved is an error before anything is scored.
func TestClassifySaveFails(t *testing.T) {
	dir := t.TempDir()
	c := &classifyCmd{Files: []string{"-"}, Ink: "auto", Save: filepath.Join(dir, "absent", "seen.png")}
	var stdout bytes.Buffer
	var b bytes.Buffer
	if err := png.Encode(&b, canvas(testDigit(t, 0), "dark")); err != nil {
		t.Fatal(err)
	}
	err := c.Run(t.Context(), &app{stdin: &b, stdout: &stdout})
	if _, usage := errors.AsType[usageError](err); err == nil || usage {
		t.Errorf("Run = %v, want an error that is no mistake of usage", err)
	}
	if stdout.Len() > 0 {
		t.Errorf("standard output = %q, want nothing", &stdout)
	}
}
