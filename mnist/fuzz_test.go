package mnist

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"testing"
)

// decompressed returns what is in in, plain or not, as far as it can be read,
// but no more than the fuzz targets care for.
func decompressed(in []byte) []byte {
	if !bytes.HasPrefix(in, []byte{0x1f, 0x8b}) {
		return in
	}
	r, err := gzip.NewReader(bytes.NewReader(in))
	if err != nil {
		return nil
	}
	var buf bytes.Buffer
	//nolint:errcheck // what a damaged stream holds before the damage counts
	_, _ = io.Copy(&buf, io.LimitReader(r, 1<<22))
	return buf.Bytes()
}

// checkFormatError fails the test unless err is a *FormatError that points
// into the file or at its end.
func checkFormatError(t *testing.T, err error, plain []byte) {
	t.Helper()
	e, ok := errors.AsType[*FormatError](err)
	if !ok {
		t.Fatalf("error is %T %v, want a *FormatError", err, err)
	}
	if e.Offset < 0 || e.Offset > int64(len(plain)) {
		t.Errorf("error %q points outside the file of %d bytes", e, len(plain))
	}
	if e.Reason == "" {
		t.Errorf("error %q gives no reason", e)
	}
}

func FuzzReadImages(f *testing.F) {
	f.Add(twoImages)
	f.Add(zip(f, twoImages))
	f.Add(zip(f, twoImages)[:30])
	f.Add(twoImages[:20])
	f.Add(twoLabels)
	f.Add(idx([]uint32{0x803, 1<<32 - 1, 4096, 4096}))
	f.Add(idx([]uint32{0x803, 0, 1, 1}))
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 4096 {
			return // a gzip stream of 4 kB grows to 4 MB at most
		}
		plain := decompressed(in)
		m, err := ReadImages(bytes.NewReader(in))
		if err != nil {
			checkFormatError(t, err, plain)
			return
		}
		again := idx([]uint32{0x803, uint32(m.Count), uint32(m.Rows), uint32(m.Cols)}, m.Pixels...)
		if !bytes.Equal(again, plain) {
			t.Errorf("ReadImages(%x) = %+v, which is %x", plain, m, again)
		}
	})
}

func FuzzReadLabels(f *testing.F) {
	f.Add(twoLabels)
	f.Add(zip(f, twoLabels))
	f.Add(twoLabels[:9])
	f.Add(twoImages)
	f.Add(idx([]uint32{0x801, 1}, 10))
	f.Add(idx([]uint32{0x801, 1<<32 - 1}))
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 4096 {
			return // as above
		}
		plain := decompressed(in)
		labels, err := ReadLabels(bytes.NewReader(in))
		if err != nil {
			checkFormatError(t, err, plain)
			return
		}
		if again := idx([]uint32{0x801, uint32(len(labels))}, labels...); !bytes.Equal(again, plain) {
			t.Errorf("ReadLabels(%x) = %v, which is %x", plain, labels, again)
		}
		for i, l := range labels {
			if l > 9 {
				t.Errorf("label %d is %d", i, l)
			}
		}
	})
}
