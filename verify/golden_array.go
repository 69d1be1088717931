package verify

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An array is one array of a golden file, row-major.
type array struct {
	name  string
	shape []int
	data  []float64
}

const (
	// goldenDtype is NumPy's word for the only type of number in golden files, little-endian float64.
	goldenDtype = "<f8"
	// maxArrayBytes bounds what the arrays of one golden file come to when decoded.
	maxArrayBytes = 1 << 30
	// npyMagic begins an array in version 1.0 of NumPy's format; the length of the header follows in two bytes.
	npyMagic = "\x93NUMPY\x01\x00"
	// maxHeader is the longest preamble of an array: magic, length and header.
	maxHeader = len(npyMagic) + 2 + math.MaxUint16
)

var (
	arrayName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,63}$`)
	npyHeader = regexp.MustCompile(`^\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': (\([0-9, ]*\)), \} *\n$`)
)

// arraysDigest returns the SHA-256, in lower-case hex, of the arrays in their order: for each the length of
// its name, the name, the number of its axes, their lengths and its entries. Numbers other than entries are
// unsigned and take eight bytes, entries are float64; all are little-endian. It does not depend on how a
// file is compressed.
func arraysDigest(arrays []array) string {
	h := sha256.New()
	b := make([]byte, 0, 8*1024)
	put := func(x uint64) {
		b = binary.LittleEndian.AppendUint64(b, x)
		if len(b) == cap(b) {
			h.Write(b)
			b = b[:0]
		}
	}
	for _, a := range arrays {
		put(uint64(len(a.name)))
		h.Write(b)
		h.Write([]byte(a.name))
		b = b[:0]
		put(uint64(len(a.shape)))
		for _, n := range a.shape {
			put(uint64(n)) //nolint:gosec // lengths of axes are positive
		}
		for _, x := range a.data {
			put(math.Float64bits(x))
		}
		h.Write(b)
		b = b[:0]
	}
	return hex.EncodeToString(h.Sum(nil))
}

// entries returns the number of entries of an array with that shape.
func entries(shape []int) (int, error) {
	n := 1
	for _, axis := range shape {
		if axis < 1 {
			return 0, fmt.Errorf("the shape %v has an axis without entries", shape)
		}
		if axis > maxArrayBytes/8/n {
			return 0, fmt.Errorf("the shape %v needs more than the %d bytes that a golden file may hold", shape, maxArrayBytes)
		}
		n *= axis
	}
	return n, nil
}

// checkFinite reports the first entry of data that is not a finite number, by its index in an array of that shape.
func checkFinite(data []float64, shape []int) error {
	for i, x := range data {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			at := make([]string, len(shape))
			for axis := len(shape) - 1; axis >= 0; axis-- {
				at[axis] = strconv.Itoa(i % shape[axis])
				i /= shape[axis]
			}
			return fmt.Errorf("entry (%s) is %v", strings.Join(at, ","), x)
		}
	}
	return nil
}

// shapeText writes a shape of two axes or more as Python writes a tuple: "(20, 784)".
func shapeText(shape []int) string {
	text := make([]string, len(shape))
	for i, n := range shape {
		text[i] = strconv.Itoa(n)
	}
	return "(" + strings.Join(text, ", ") + ")"
}

// encodeArrays returns the arrays as a compressed npz archive. The bytes depend on nothing else but the
// version of compress/flate.
func encodeArrays(arrays []array) ([]byte, error) {
	var buffer bytes.Buffer
	z := zip.NewWriter(&buffer)
	for _, a := range arrays {
		w, err := z.CreateHeader(&zip.FileHeader{
			Name: a.name + ".npy", Method: zip.Deflate,
			Modified: time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC), // the first day that zip knows
		})
		if err != nil {
			return nil, fmt.Errorf("array %s: %w", a.name, err)
		}
		header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", goldenDtype, shapeText(a.shape))
		const align = 64 // of the data in the file, as NumPy does it
		pad := align - (len(npyMagic)+2+len(header)+1)%align
		header += strings.Repeat(" ", pad%align) + "\n"
		b := []byte(npyMagic)
		b = binary.LittleEndian.AppendUint16(b, uint16(len(header))) //nolint:gosec // a few dozen bytes
		b = append(b, header...)
		for _, x := range a.data {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
		if _, err := w.Write(b); err != nil {
			return nil, fmt.Errorf("array %s: %w", a.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

// decodeArrays returns the arrays of an npz archive, which has to hold exactly those that docs describe. It
// needs no more memory than docs promise, and docs have passed checkArrays.
func decodeArrays(docs []ArrayDoc, npz []byte) ([]array, error) {
	room := maxHeader
	for _, doc := range docs {
		n, err := entries(doc.Shape)
		if err != nil {
			return nil, fmt.Errorf("array %s: %w", doc.Name, err)
		}
		room += 8*n + maxHeader
	}
	if len(npz) > room+room/64 { // its list of entries alone would take several times as much memory
		return nil, fmt.Errorf("the archive has %d bytes, and what the side-car describes fills at most %d", len(npz), room+room/64)
	}
	z, err := zip.NewReader(bytes.NewReader(npz), int64(len(npz)))
	if err != nil {
		return nil, fmt.Errorf("no npz archive, or cut short: %w", err)
	}
	byName := map[string]*zip.File{}
	for _, f := range z.File {
		if !slices.ContainsFunc(docs, func(d ArrayDoc) bool { return d.Name+".npy" == f.Name }) {
			return nil, fmt.Errorf("the archive holds %q, which is none of the arrays that the side-car describes", f.Name)
		}
		if byName[f.Name] != nil {
			return nil, fmt.Errorf("the archive holds %q twice", f.Name)
		}
		byName[f.Name] = f
	}
	arrays := make([]array, len(docs))
	for i, doc := range docs {
		f := byName[doc.Name+".npy"]
		if f == nil {
			return nil, fmt.Errorf("array %s: the archive does not hold it", doc.Name)
		}
		data, err := decodeArray(f, doc)
		if err != nil {
			return nil, fmt.Errorf("array %s: %w", doc.Name, err)
		}
		arrays[i] = array{doc.Name, doc.Shape, data}
	}
	return arrays, nil
}

func decodeArray(f *zip.File, doc ArrayDoc) (data []float64, err error) {
	n, err := entries(doc.Shape)
	if err != nil {
		return nil, err
	}
	switch limit := uint64(8*n + maxHeader); { //nolint:gosec // entries bounds n
	case !f.Mode().IsRegular():
		return nil, fmt.Errorf("the entry %q of the archive is no plain file (mode %v)", f.Name, f.Mode())
	case f.UncompressedSize64 > limit:
		return nil, fmt.Errorf("the archive says that it takes %d bytes; an array of the shape %s takes at most %d", f.UncompressedSize64, shapeText(doc.Shape), limit)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := readHeader(r, doc); err != nil {
		return nil, err
	}
	// Memory grows with what is really there: the promise of a shape costs nothing.
	buffer := make([]byte, 64*1024)
	for left := 8 * n; left > 0; {
		b := buffer[:min(left, len(buffer))]
		if got, err := io.ReadFull(r, b); err != nil {
			return nil, fmt.Errorf("after %d of %d entries: %w", len(data)+got/8, n, noEOF(err))
		}
		left -= len(b)
		for ; len(b) > 0; b = b[8:] {
			data = append(data, math.Float64frombits(binary.LittleEndian.Uint64(b)))
		}
	}
	// The checksum is compared when the end is met.
	switch extra, err := io.ReadFull(r, buffer[:1]); {
	case extra > 0:
		return nil, fmt.Errorf("there is data after the last of its %d entries", n)
	case !errors.Is(err, io.EOF):
		return nil, fmt.Errorf("after the last entry: %w", err)
	}
	return data, checkFinite(data, doc.Shape)
}

// readHeader reads all that comes before the entries of an array, and compares it with doc.
func readHeader(r io.Reader, doc ArrayDoc) error {
	var start [len(npyMagic) + 2]byte
	if _, err := io.ReadFull(r, start[:]); err != nil {
		return fmt.Errorf("reading its header: %w", noEOF(err))
	}
	if magic := string(start[:len(npyMagic)]); magic != npyMagic {
		return fmt.Errorf("it begins with %q, and NumPy's format, version 1.0, with %q", magic, npyMagic)
	}
	text := make([]byte, binary.LittleEndian.Uint16(start[len(npyMagic):]))
	if _, err := io.ReadFull(r, text); err != nil {
		return fmt.Errorf("reading its header: %w", noEOF(err))
	}
	m := npyHeader.FindSubmatch(text)
	if m == nil {
		return fmt.Errorf("its header %.120q is not as NumPy writes it", text)
	}
	switch dtype, order, shape := string(m[1]), string(m[2]), string(m[3]); {
	case dtype != goldenDtype:
		return fmt.Errorf("it has dtype %q, want %q", dtype, goldenDtype)
	case order != "False":
		return errors.New("its entries are in Fortran order, want C order")
	case shape != shapeText(doc.Shape):
		return fmt.Errorf("it has the shape %s, and the side-car says %s", shape, shapeText(doc.Shape))
	}
	return nil
}

// noEOF is err, but for an end that comes too early.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
