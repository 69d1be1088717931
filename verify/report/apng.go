package report

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
)

// moving is a moving picture whose frames have one size and one palette.
type moving interface {
	Len() int
	Frame(k int) *image.Paletted
	Delay(k int) int // in hundredths of a second
}

const pngSignature = "\x89PNG\r\n\x1a\n"

// encodeAPNG writes a as a PNG that moves and repeats for ever: https://www.w3.org/TR/png-3/#apng-frame-based-animation.
// A reader who does not know animations sees the last frame, which is therefore there twice.
func encodeAPNG(w io.Writer, a moving) error {
	n := a.Len()
	head, still, err := chunks(a.Frame(n - 1))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString(pngSignature)
	writeChunk(&b, "IHDR", head["IHDR"])
	writeChunk(&b, "acTL", binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(n)), 0)) //nolint:gosec // far below 2³²
	writeChunk(&b, "PLTE", head["PLTE"])
	writeChunk(&b, "IDAT", still)
	sequence := uint32(0)
	for k := range n {
		m := a.Frame(k)
		h, data, err := chunks(m)
		if err != nil {
			return err
		}
		if !bytes.Equal(h["IHDR"], head["IHDR"]) || !bytes.Equal(h["PLTE"], head["PLTE"]) {
			return fmt.Errorf("apng: frame %d has another size or palette than the last", k)
		}
		writeChunk(&b, "fcTL", frameControl(sequence, m.Bounds(), a.Delay(k)))
		writeChunk(&b, "fdAT", append(binary.BigEndian.AppendUint32(nil, sequence+1), data...))
		sequence += 2
	}
	writeChunk(&b, "IEND", nil)
	_, err = w.Write(b.Bytes())
	return err
}

// frameControl returns the content of an fcTL chunk: a frame that covers everything and replaces it.
func frameControl(sequence uint32, r image.Rectangle, delay int) []byte {
	var c []byte
	for _, v := range []uint32{sequence, uint32(r.Dx()), uint32(r.Dy()), 0, 0} { //nolint:gosec // sides are positive
		c = binary.BigEndian.AppendUint32(c, v)
	}
	c = binary.BigEndian.AppendUint16(c, uint16(delay)) //nolint:gosec // a few seconds
	c = binary.BigEndian.AppendUint16(c, 100)
	return append(c, 0, 0) // keep the frame after it was shown, and overwrite it with the next
}

// chunks encodes m and returns its chunks by name, with the image data joined. It does not compress as well as
// it could: that would make films smaller by a fourteenth, and take six times as long.
func chunks(m *image.Paletted) (head map[string][]byte, data []byte, err error) {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return nil, nil, fmt.Errorf("png: %w", err)
	}
	head = map[string][]byte{}
	for rest := b.Bytes()[len(pngSignature):]; len(rest) > 0; {
		if len(rest) < 12 {
			return nil, nil, errors.New("apng: a chunk without an end")
		}
		n := int(binary.BigEndian.Uint32(rest))
		kind, content := string(rest[4:8]), rest[8:8+n]
		if kind == "IDAT" {
			data = append(data, content...)
		} else {
			head[kind] = content
		}
		rest = rest[12+n:]
	}
	return head, data, nil
}

// writeChunk appends a PNG chunk: length, name, content, checksum of name and content.
func writeChunk(b *bytes.Buffer, kind string, content []byte) {
	sum := crc32.Update(crc32.ChecksumIEEE([]byte(kind)), crc32.IEEETable, content)
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(content)))) //nolint:gosec // far below 2³²
	b.WriteString(kind)
	b.Write(content)
	b.Write(binary.BigEndian.AppendUint32(nil, sum))
}
