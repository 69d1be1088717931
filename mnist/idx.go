package mnist

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

const (
	labelMagic = 0x00000801 // unsigned bytes in one dimension
	imageMagic = 0x00000803 // unsigned bytes in three dimensions

	labelHeader = 8  // bytes before the first label
	imageHeader = 16 // bytes before the first pixel

	classes = 10 // digits 0 to 9

	maxSide    = 4096    // rows or columns of one image
	maxPayload = 1 << 30 // pixels or labels of one file
	firstChunk = 1 << 20 // bytes allocated on the word of a header alone
)

// A FormatError reports a file that is not the IDX file it should be.
type FormatError struct {
	// Name is the file's name, or "images" or "labels" when it was read from a
	// stream that has none.
	Name string
	// Offset is the byte at which the file went wrong, counted from zero after
	// decompression: the first byte of the offending field, or the place where
	// a truncated file ends.
	Offset int64
	// Reason says what is wrong there, with the numbers.
	Reason string
	// Err is the error below, or nil: io.ErrUnexpectedEOF for a truncated
	// file, else what the reader or the decompressor returned.
	Err error
}

// Error returns "mnist: name: offset n: reason", followed by ": " and Err if
// there is one.
func (e *FormatError) Error() string {
	s := fmt.Sprintf("mnist: %s: offset %d: %s", e.Name, e.Offset, e.Reason)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns e.Err.
func (e *FormatError) Unwrap() error { return e.Err }

// Images are grey images of one shape.
type Images struct {
	Count int // number of images
	Rows  int // pixels from top to bottom
	Cols  int // pixels from left to right

	// Pixels holds Count·Rows·Cols values, 0 for background to 255 for ink:
	// pixel (r, c) of image i is Pixels[(i·Rows + r)·Cols + c].
	Pixels []uint8
}

// Image returns the Rows·Cols pixels of image i, row by row. It is a part of
// m.Pixels, not a copy. It panics if i is not in [0, m.Count).
func (m *Images) Image(i int) []uint8 {
	if i < 0 || i >= m.Count {
		panic("mnist: image index out of range")
	}
	size := m.Rows * m.Cols
	return m.Pixels[i*size : (i+1)*size : (i+1)*size]
}

// ReadImages reads an IDX file of images from r, plain or compressed with
// gzip, to its end.
//
// The header may ask for any number of images of 1×1 to 4096×4096 pixels, up
// to 2³⁰ pixels in all. Memory grows with the pixels that r delivers, not with
// what the header claims. A file that is truncated, has bytes left over, the
// wrong magic number or a shape outside these bounds is a [*FormatError], and
// so is a failure of r.
func ReadImages(r io.Reader) (*Images, error) { return readImages("images", r) }

// ReadLabels reads an IDX file of labels from r, plain or compressed with
// gzip, to its end.
//
// Every label is 0 to 9 and there are at most 2³⁰. A file that is truncated,
// has bytes left over, the wrong magic number or another label is a
// [*FormatError], and so is a failure of r.
func ReadLabels(r io.Reader) ([]uint8, error) { return readLabels("labels", r) }

func readImages(name string, r io.Reader) (*Images, error) {
	d := decoder{name: name}
	if err := d.open(r); err != nil {
		return nil, err
	}
	if err := d.magic(imageMagic, "images"); err != nil {
		return nil, err
	}
	count, err := d.uint32("image count")
	if err != nil {
		return nil, err
	}
	rows, err := d.side("rows")
	if err != nil {
		return nil, err
	}
	cols, err := d.side("columns")
	if err != nil {
		return nil, err
	}
	// 2³² images of 2¹² × 2¹² pixels still fit into 64 bits.
	size := int64(count) * int64(rows) * int64(cols)
	if size > maxPayload {
		return nil, d.fail(4, nil, "%d images of %d×%d pixels, want at most %d pixels", count, rows, cols, maxPayload)
	}
	pixels, err := d.payload(int(size), "pixels")
	if err != nil {
		return nil, err
	}
	return &Images{Count: int(count), Rows: int(rows), Cols: int(cols), Pixels: pixels}, nil
}

func readLabels(name string, r io.Reader) ([]uint8, error) {
	d := decoder{name: name}
	if err := d.open(r); err != nil {
		return nil, err
	}
	if err := d.magic(labelMagic, "labels"); err != nil {
		return nil, err
	}
	count, err := d.uint32("label count")
	if err != nil {
		return nil, err
	}
	if count > maxPayload {
		return nil, d.fail(4, nil, "%d labels, want at most %d", count, maxPayload)
	}
	labels, err := d.payload(int(count), "labels")
	if err != nil {
		return nil, err
	}
	for i, l := range labels {
		if l >= classes {
			return nil, d.fail(int64(labelHeader+i), nil, "label %d of example %d, want 0 to %d", l, i, classes-1)
		}
	}
	return labels, nil
}

// A decoder reads one IDX file and knows how far it has come.
type decoder struct {
	name string
	r    io.Reader
	off  int64 // decompressed bytes read
}

func (d *decoder) fail(offset int64, err error, format string, args ...any) error {
	return &FormatError{Name: d.name, Offset: offset, Reason: fmt.Sprintf(format, args...), Err: err}
}

// open starts decompression if r begins with the two magic bytes of gzip,
// which no IDX file does.
func (d *decoder) open(r io.Reader) error {
	buf := bufio.NewReader(r)
	head, err := buf.Peek(2)
	if err != nil && err != io.EOF {
		return d.fail(0, err, "cannot read")
	}
	d.r = buf
	if len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(buf)
		if err != nil {
			return d.fail(0, unexpected(err), "cannot read the gzip header")
		}
		d.r = z
	}
	return nil
}

// read fills b and counts it. The error is io.ErrUnexpectedEOF if the file
// ends before b is full.
func (d *decoder) read(b []byte) error {
	n, err := io.ReadFull(d.r, b)
	d.off += int64(n)
	return unexpected(err)
}

func (d *decoder) uint32(what string) (uint32, error) {
	var b [4]byte
	switch err := d.read(b[:]); {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return 0, d.fail(d.off, err, "truncated in the %s", what)
	case err != nil:
		return 0, d.fail(d.off, err, "cannot read the %s", what)
	}
	return binary.BigEndian.Uint32(b[:]), nil
}

func (d *decoder) magic(want uint32, what string) error {
	got, err := d.uint32("magic number")
	if err != nil {
		return err
	}
	if got != want {
		return d.fail(0, nil, "magic number %#08x, want %#08x for %s", got, want, what)
	}
	return nil
}

func (d *decoder) side(what string) (uint32, error) {
	at := d.off
	n, err := d.uint32(what)
	if err != nil {
		return 0, err
	}
	if n < 1 || n > maxSide {
		return 0, d.fail(at, nil, "%d %s, want 1 to %d", n, what, maxSide)
	}
	return n, nil
}

// payload reads the n bytes that the header has announced and makes sure that
// they are the last ones. The buffer at most doubles with each round, so that
// what is allocated follows what has arrived.
func (d *decoder) payload(n int, what string) ([]byte, error) {
	start := d.off
	var b []byte
	for len(b) < n {
		have := len(b)
		more := min(n-have, max(have, firstChunk))
		b = slices.Grow(b, more)[:have+more]
		switch err := d.read(b[have:]); {
		case errors.Is(err, io.ErrUnexpectedEOF):
			return nil, d.fail(d.off, err, "truncated: %d of %d %s", d.off-start, n, what)
		case err != nil:
			return nil, d.fail(d.off, err, "cannot read the %s", what)
		}
	}
	// This read also makes gzip compare its checksum.
	at := d.off
	var one [1]byte
	switch k, err := io.ReadFull(d.r, one[:]); {
	case k > 0:
		return nil, d.fail(at, nil, "bytes left over after %d %s", n, what)
	case err != io.EOF:
		return nil, d.fail(at, unexpected(err), "cannot read the end after %d %s", n, what)
	}
	return b[:n:n], nil
}

// unexpected turns an io.EOF that comes too early into io.ErrUnexpectedEOF.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
