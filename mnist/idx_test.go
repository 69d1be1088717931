package mnist

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// idx returns big-endian words followed by bytes.
func idx(words []uint32, payload ...uint8) []byte {
	var b []byte
	for _, w := range words {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return append(b, payload...)
}

// zip returns b compressed with gzip.
func zip(tb testing.TB, b []byte) []byte {
	tb.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	_, err := w.Write(b)
	if err := errors.Join(err, w.Close()); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}

// Two images of 2×3 pixels, and their labels.
var (
	twoImages = idx([]uint32{0x803, 2, 2, 3}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255)
	twoLabels = idx([]uint32{0x801, 2}, 9, 0)
)

func TestReadImages(t *testing.T) {
	want := &Images{Count: 2, Rows: 2, Cols: 3, Pixels: []uint8{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255}}
	zipped := zip(t, twoImages)
	for _, tt := range []struct {
		name string
		r    io.Reader
	}{
		{"plain", bytes.NewReader(twoImages)},
		{"gzip", bytes.NewReader(zipped)},
		{"plain, byte by byte", iotest.OneByteReader(bytes.NewReader(twoImages))},
		{"gzip, byte by byte", iotest.OneByteReader(bytes.NewReader(zipped))},
		{"last bytes together with EOF", iotest.DataErrReader(bytes.NewReader(twoImages))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadImages(tt.r)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("ReadImages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadLabels(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   []byte
	}{
		{"plain", twoLabels},
		{"gzip", zip(t, twoLabels)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadLabels(bytes.NewReader(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]uint8{9, 0}, got); diff != "" {
				t.Errorf("ReadLabels (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadNone(t *testing.T) {
	images, err := ReadImages(bytes.NewReader(idx([]uint32{0x803, 0, 28, 28})))
	if err != nil || images.Count != 0 || len(images.Pixels) != 0 {
		t.Errorf("ReadImages(file of no images) = %v, %v, want no images and no error", images, err)
	}
	labels, err := ReadLabels(bytes.NewReader(idx([]uint32{0x801, 0})))
	if err != nil || len(labels) != 0 {
		t.Errorf("ReadLabels(file of no labels) = %v, %v, want no labels and no error", labels, err)
	}
}

func TestImage(t *testing.T) {
	m, err := ReadImages(bytes.NewReader(twoImages))
	if err != nil {
		t.Fatal(err)
	}
	got := m.Image(1)
	if want := []uint8{7, 8, 9, 10, 11, 255}; !slices.Equal(got, want) {
		t.Errorf("Image(1) = %v, want %v", got, want)
	}
	if &got[0] != &m.Pixels[6] {
		t.Error("Image(1) is a copy, want a part of Pixels")
	}
	if first := m.Image(0); cap(first) != 6 {
		t.Errorf("cap(Image(0)) = %d, want 6, so that append does not write into image 1", cap(first))
	}
	for _, i := range []int{-1, 2} {
		func() {
			defer func() {
				if got, want := recover(), "mnist: image index out of range"; got != want {
					t.Errorf("Image(%d) panics with %v, want %q", i, got, want)
				}
			}()
			m.Image(i)
		}()
	}
}

// read reads a file of images or labels and returns the error alone.
func read(file string, r io.Reader) error {
	var err error
	if file == "images" {
		_, err = ReadImages(r)
	} else {
		_, err = ReadLabels(r)
	}
	return err
}

func TestFormatErrors(t *testing.T) {
	for _, tt := range []struct {
		name   string
		file   string
		in     []byte
		offset int64
		reason string
		err    error
	}{
		{"empty", "images", nil, 0, "truncated in the magic number", io.ErrUnexpectedEOF},
		{"one byte", "images", []byte{0}, 1, "truncated in the magic number", io.ErrUnexpectedEOF},
		{"labels for images", "images", twoLabels, 0, "magic number 0x00000801, want 0x00000803 for images", nil},
		{"text", "images", []byte("<html>"), 0, "magic number 0x3c68746d, want 0x00000803 for images", nil},
		{"signed bytes", "images", idx([]uint32{0x903, 2, 2, 3}), 0, "magic number 0x00000903, want 0x00000803 for images", nil},
		{"no count", "images", idx([]uint32{0x803}), 4, "truncated in the image count", io.ErrUnexpectedEOF},
		{"no rows", "images", idx([]uint32{0x803, 2}, 0), 9, "truncated in the rows", io.ErrUnexpectedEOF},
		{"no columns", "images", idx([]uint32{0x803, 2, 2}), 12, "truncated in the columns", io.ErrUnexpectedEOF},
		{"zero rows", "images", idx([]uint32{0x803, 2, 0, 3}), 8, "0 rows, want 1 to 4096", nil},
		{"zero columns", "images", idx([]uint32{0x803, 2, 2, 0}), 12, "0 columns, want 1 to 4096", nil},
		{"too many rows", "images", idx([]uint32{0x803, 2, 4097, 3}), 8, "4097 rows, want 1 to 4096", nil},
		{"too many columns", "images", idx([]uint32{0x803, 2, 2, 1 << 31}), 12, "2147483648 columns, want 1 to 4096", nil},
		{
			"4e9 images", "images", idx([]uint32{0x803, 4e9, 28, 28}), 4,
			"4000000000 images of 28×28 pixels, want at most 1073741824 pixels", nil,
		},
		{
			"largest header", "images", idx([]uint32{0x803, 1<<32 - 1, 4096, 4096}), 4,
			"4294967295 images of 4096×4096 pixels, want at most 1073741824 pixels", nil,
		},
		{"no pixels", "images", twoImages[:16], 16, "truncated: 0 of 12 pixels", io.ErrUnexpectedEOF},
		{"last pixel missing", "images", twoImages[:27], 27, "truncated: 11 of 12 pixels", io.ErrUnexpectedEOF},
		{"count too large", "images", idx([]uint32{0x803, 3, 2, 3}, twoImages[16:]...), 28, "truncated: 12 of 18 pixels", io.ErrUnexpectedEOF},
		{"count too small", "images", idx([]uint32{0x803, 1, 2, 3}, twoImages[16:]...), 22, "bytes left over after 6 pixels", nil},
		{"trailing byte", "images", append(slices.Clone(twoImages), 0), 28, "bytes left over after 12 pixels", nil},

		{"empty", "labels", nil, 0, "truncated in the magic number", io.ErrUnexpectedEOF},
		{"images for labels", "labels", twoImages, 0, "magic number 0x00000803, want 0x00000801 for labels", nil},
		{"no count", "labels", idx([]uint32{0x801}, 0, 0), 6, "truncated in the label count", io.ErrUnexpectedEOF},
		{"4e9 labels", "labels", idx([]uint32{0x801, 4e9}), 4, "4000000000 labels, want at most 1073741824", nil},
		{"count too large", "labels", idx([]uint32{0x801, 3}, 9, 0), 10, "truncated: 2 of 3 labels", io.ErrUnexpectedEOF},
		{"count too small", "labels", idx([]uint32{0x801, 1}, 9, 0), 9, "bytes left over after 1 labels", nil},
		{"label 10", "labels", idx([]uint32{0x801, 3}, 9, 10, 11), 9, "label 10 of example 1, want 0 to 9", nil},
		{"label 255", "labels", idx([]uint32{0x801, 1}, 255), 8, "label 255 of example 0, want 0 to 9", nil},
	} {
		want := &FormatError{Name: tt.file, Offset: tt.offset, Reason: tt.reason, Err: tt.err}
		for _, encoding := range []string{"plain", "gzip"} {
			t.Run(tt.file+"/"+tt.name+"/"+encoding, func(t *testing.T) {
				in := tt.in
				if encoding == "gzip" {
					in = zip(t, in)
				}
				err := read(tt.file, bytes.NewReader(in))
				got, ok := errors.AsType[*FormatError](err)
				if !ok {
					t.Fatalf("error is %v, want a *FormatError", err)
				}
				if *got != *want {
					t.Errorf("error is %#v, want %#v", got, want)
				}
				if tt.err != nil && !errors.Is(err, tt.err) {
					t.Errorf("error %q does not wrap %v", err, tt.err)
				}
			})
		}
	}
}

func TestFormatErrorText(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   FormatError
		want string
	}{
		{"alone", FormatError{"images", 8, "0 rows", nil}, "mnist: images: offset 8: 0 rows"},
		{"with cause", FormatError{"a.gz", 0, "cannot read", io.ErrNoProgress}, "mnist: a.gz: offset 0: cannot read: " + io.ErrNoProgress.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.in.Error(); got != tt.want {
				t.Errorf("Error() = %q, want %q", got, tt.want)
			}
		})
	}
}

// Every file that ends too early is an error at the byte where it ends; a
// compressed one, at a byte that was there.
func TestEveryPrefix(t *testing.T) {
	for _, tt := range []struct {
		file  string
		whole []byte
	}{{"images", twoImages}, {"labels", twoLabels}} {
		for n := range len(tt.whole) {
			got, ok := errors.AsType[*FormatError](read(tt.file, bytes.NewReader(tt.whole[:n])))
			if !ok || got.Offset != int64(n) || !errors.Is(got.Err, io.ErrUnexpectedEOF) {
				t.Errorf("%s cut after %d bytes: error %v, want io.ErrUnexpectedEOF at that offset", tt.file, n, got)
			}
		}
		zipped := zip(t, tt.whole)
		for n := range zipped {
			got, ok := errors.AsType[*FormatError](read(tt.file, bytes.NewReader(zipped[:n])))
			if !ok || got.Offset > int64(len(tt.whole)) || got.Err == nil && n > 1 {
				t.Errorf("%s.gz cut after %d bytes: error %v, want one of the decompressor", tt.file, n, got)
			}
		}
	}
}

func TestGzipErrors(t *testing.T) {
	whole := zip(t, twoImages)
	flipped := func(i int) []byte {
		b := slices.Clone(whole)
		b[i] ^= 0xff
		return b
	}
	for _, tt := range []struct {
		name   string
		reason string
		in     []byte
		offset int64
		err    error
	}{
		{"bad method", "the third byte of a gzip file is 8", flipped(2), 0, gzip.ErrHeader},
		{"two bytes", "the magic number alone", whole[:2], 0, io.ErrUnexpectedEOF},
		{"bad checksum", "all pixels decompress before it is compared", flipped(len(whole) - 8), 28, gzip.ErrChecksum},
		{"no checksum", "the file ends where its checksum should be", whole[:len(whole)-8], 28, io.ErrUnexpectedEOF},
		{"bytes after the gzip stream", "gzip takes them for a second stream", append(slices.Clone(whole), "trailing bytes"...), 28, gzip.ErrHeader},
		{"second stream", "gzip joins the two", append(slices.Clone(whole), whole...), 28, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadImages(bytes.NewReader(tt.in))
			got, ok := errors.AsType[*FormatError](err)
			if !ok || got.Offset != tt.offset || !errors.Is(got.Err, tt.err) {
				t.Errorf("ReadImages = %v, want a *FormatError at offset %d with %v: %s", err, tt.offset, tt.err, tt.reason)
			}
		})
	}
}

func TestReaderFails(t *testing.T) {
	broken := errors.New("broken pipe")
	for _, n := range []int{0, 1, 2, 6, 10, 14, 16, 20, 28} {
		_, err := ReadImages(io.MultiReader(bytes.NewReader(twoImages[:n]), iotest.ErrReader(broken)))
		got, ok := errors.AsType[*FormatError](err)
		if !ok || !errors.Is(err, broken) {
			t.Errorf("reader that fails after %d bytes: error %v, want a *FormatError that wraps %v", n, err, broken)
			continue
		}
		// Nothing is taken out of the stream before its first two bytes are seen.
		if want := int64(n); n >= 2 && got.Offset != want {
			t.Errorf("reader that fails after %d bytes: offset %d, want %d", n, got.Offset, want)
		}
	}
}

// A header that claims a gigabyte of pixels and delivers none costs a megabyte.
func TestAllocationFollowsData(t *testing.T) {
	in := idx([]uint32{0x803, 1 << 30, 1, 1}, 1, 2, 3)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := read("images", bytes.NewReader(in))
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "3 of 1073741824 pixels") {
		t.Errorf("ReadImages = %v, want a truncated file", err)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 8<<20 {
		t.Errorf("ReadImages allocates %d bytes for %d, want at most 8 MiB", got, len(in))
	}
}

// More data than the first chunk, so that the buffer has to grow.
func TestReadGrows(t *testing.T) {
	pixels := make([]uint8, 5*firstChunk+7)
	for i := range pixels {
		pixels[i] = uint8(i * 31 >> 3)
	}
	m, err := ReadImages(bytes.NewReader(idx([]uint32{0x803, uint32(len(pixels)), 1, 1}, pixels...)))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(m.Pixels, pixels) {
		t.Error("ReadImages of five chunks differs from what was written")
	}
	if cap(m.Pixels) != len(pixels) {
		t.Errorf("cap(Pixels) = %d, want %d", cap(m.Pixels), len(pixels))
	}
}

func TestReadIsInverseOfWrite(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := &Images{
			Count: rapid.IntRange(1, 5).Draw(rt, "count"),
			Rows:  rapid.IntRange(1, 9).Draw(rt, "rows"),
			Cols:  rapid.IntRange(1, 9).Draw(rt, "cols"),
		}
		n := want.Count * want.Rows * want.Cols
		want.Pixels = rapid.SliceOfN(rapid.Uint8(), n, n).Draw(rt, "pixels")
		in := idx([]uint32{0x803, uint32(want.Count), uint32(want.Rows), uint32(want.Cols)}, want.Pixels...)
		if rapid.Bool().Draw(rt, "gzip") {
			in = zip(t, in)
		}
		got, err := ReadImages(bytes.NewReader(in))
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Errorf("ReadImages (-want +got):\n%s", diff)
		}
	})
}
