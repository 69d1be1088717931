package report

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"slices"
	"testing"

	"example.org/concord/verify"
)

// chunk is one chunk of a PNG file.
type chunk struct {
	kind string
	data []byte
}

func pngChunks(t *testing.T, data []byte) []chunk {
	t.Helper()
	rest, ok := bytes.CutPrefix(data, []byte(pngSignature))
	if !ok {
		t.Fatal("no PNG signature")
	}
	var all []chunk
	for len(rest) > 0 {
		n := int(binary.BigEndian.Uint32(rest))
		if got, want := binary.BigEndian.Uint32(rest[8+n:]), crc32.ChecksumIEEE(rest[4:8+n]); got != want {
			t.Errorf("chunk %s has checksum %08x, want %08x", rest[4:8], got, want)
		}
		all = append(all, chunk{string(rest[4:8]), rest[8 : 8+n]})
		rest = rest[12+n:]
	}
	return all
}

// leaves are the frames of a moving picture, each shown for a tenth of a second more than the one before.
type leaves []*image.Paletted

func (p leaves) Len() int                    { return len(p) }
func (p leaves) Frame(k int) *image.Paletted { return p[k] }
func (p leaves) Delay(k int) int             { return 10 * (k + 1) }

// leaf returns a page of one colour.
func leaf(w, h int, index uint8) *image.Paletted {
	m := image.NewPaletted(image.Rect(0, 0, w, h), filmPalette())
	flood(m, m.Rect, index)
	return m
}

func TestEncodeAPNG(t *testing.T) {
	a := leaves{leaf(3, 2, 1), leaf(3, 2, 2), leaf(3, 2, 3)}
	var b bytes.Buffer
	if err := encodeAPNG(&b, a); err != nil {
		t.Fatal(err)
	}
	still, err := png.Decode(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if got := still.(*image.Paletted).Pix; !slices.Equal(got, a[2].Pix) {
		t.Errorf("who does not know animations sees %v, want the last frame %v", got, a[2].Pix)
	}
	var head, palette []byte
	var frames [][]byte
	next := uint32(0)
	for i, c := range pngChunks(t, b.Bytes()) {
		switch c.kind {
		case "IHDR":
			head = c.data
		case "PLTE":
			palette = c.data
		case "acTL":
			if got := binary.BigEndian.Uint32(c.data); int(got) != len(a) {
				t.Errorf("acTL announces %d frames, want %d", got, len(a))
			}
			if got := binary.BigEndian.Uint32(c.data[4:]); got != 0 {
				t.Errorf("acTL announces %d rounds, want 0, for ever", got)
			}
			if i != 1 {
				t.Errorf("acTL is chunk %d, want it before the image data", i)
			}
		case "fcTL", "fdAT":
			if got := binary.BigEndian.Uint32(c.data); got != next {
				t.Errorf("%s has sequence number %d, want %d", c.kind, got, next)
			}
			next++
			if c.kind == "fdAT" {
				frames = append(frames, c.data[4:])
				continue
			}
			k := len(frames)
			if got, of := binary.BigEndian.Uint16(c.data[20:]), binary.BigEndian.Uint16(c.data[22:]); int(got) != a.Delay(k) || of != 100 {
				t.Errorf("frame %d is shown for %d/%d s, want %d/100 s", k, got, of, a.Delay(k))
			}
		}
	}
	if len(frames) != len(a) {
		t.Fatalf("%d frames, want %d", len(frames), len(a))
	}
	for k, data := range frames {
		var one bytes.Buffer
		one.WriteString(pngSignature)
		writeChunk(&one, "IHDR", head)
		writeChunk(&one, "PLTE", palette)
		writeChunk(&one, "IDAT", data)
		writeChunk(&one, "IEND", nil)
		m, err := png.Decode(&one)
		if err != nil {
			t.Fatalf("frame %d: %v", k, err)
		}
		if got := m.(*image.Paletted).Pix; !slices.Equal(got, a[k].Pix) {
			t.Errorf("frame %d = %v, want %v", k, got, a[k].Pix)
		}
	}
}

func TestEncodeAPNGRefuses(t *testing.T) {
	grey := image.NewPaletted(image.Rect(0, 0, 3, 2), signedPalette())
	for _, c := range []struct {
		name string
		a    leaves
	}{
		{"another size", leaves{leaf(2, 2, 0), leaf(3, 2, 0)}},
		{"another palette", leaves{grey, leaf(3, 2, 0)}},
		{"no size", leaves{leaf(0, 0, 0)}},
	} {
		if err := encodeAPNG(io.Discard, c.a); err == nil {
			t.Errorf("encodeAPNG took frames of %s", c.name)
		}
	}
}

func TestWriteAPNGReturnsErrors(t *testing.T) {
	film, err := NewFilm(&verify.ProblemResult{Drawings: little().Problems[0].Drawings})
	if err != nil {
		t.Fatal(err)
	}
	if err := film.WriteAPNG(&failing{}); !errors.Is(err, errBroken) {
		t.Errorf("WriteAPNG = %v, want %v", err, errBroken)
	}
}
