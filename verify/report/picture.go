package report

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"strconv"

	"example.org/concord/verify"
)

// half is the number of colours on either side of zero in a signed picture.
const half = 63

// The colours of a signed picture: 2·half+1 of the diverging map, then one for what is not a number.
const paletteNaN = 2*half + 1

// rounded returns the pixels of m as result.json has them, with six significant digits, so that a page
// made by the run and one made from its file are the same.
func rounded(m verify.Image) []float64 {
	all := make([]float64, len(m.Pixels))
	var buf []byte
	for i, x := range m.Pixels {
		buf = strconv.AppendFloat(buf[:0], x, 'g', 6, 64)
		v, err := strconv.ParseFloat(string(buf), 64)
		if err != nil {
			v = math.NaN()
		}
		all[i] = v
	}
	return all
}

// largest returns the largest absolute value of the finite entries of x, 0 when there is none.
func largest(x []float64) float64 {
	var most float64
	for _, v := range x {
		if a := math.Abs(v); a > most && !math.IsInf(a, 1) {
			most = a
		}
	}
	return most
}

// signedPalette returns the palette of signed pictures.
func signedPalette() color.Palette {
	p := make(color.Palette, 0, paletteNaN+1)
	for _, c := range diverging(half) {
		p = append(p, c)
	}
	return append(p, color.RGBA{0x80, 0x80, 0x80, 255})
}

// signedIndex returns the palette index of x when ±scale is the end of the scale.
func signedIndex(x, scale float64) uint8 {
	switch {
	case math.IsNaN(x):
		return paletteNaN
	case scale == 0:
		return half
	}
	return uint8(half + math.Round(half*min(max(x/scale, -1), 1)))
}

// signedPicture draws pixels of the given width one by one, side by side when there are several images
// of the same size.
func signedPicture(cols int, scale float64, images ...[]float64) *image.Paletted {
	if cols == 0 || len(images) == 0 {
		return nil
	}
	rows := len(images[0]) / cols
	m := image.NewPaletted(image.Rect(0, 0, cols*len(images), rows), signedPalette())
	for k, x := range images {
		for i, v := range x {
			m.Pix[i/cols*m.Stride+k*cols+i%cols] = signedIndex(v, scale)
		}
	}
	return m
}

// greyPicture draws pixels with their smallest value black and their largest white.
func greyPicture(cols int, x []float64) *image.Paletted {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range x {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			low, high = min(low, v), max(high, v)
		}
	}
	var p color.Palette
	for _, c := range greys(256) {
		p = append(p, c)
	}
	m := image.NewPaletted(image.Rect(0, 0, cols, len(x)/cols), p)
	for i, v := range x {
		if high > low && !math.IsNaN(v) {
			m.Pix[i/cols*m.Stride+i%cols] = uint8(math.Round(255 * min(max((v-low)/(high-low), 0), 1)))
		}
	}
	return m
}

// magnified repeats every pixel of m times×times.
func magnified(m *image.Paletted, times int) *image.Paletted {
	b := m.Bounds()
	big := image.NewPaletted(image.Rect(0, 0, b.Dx()*times, b.Dy()*times), m.Palette)
	for y := range b.Dy() * times {
		for x := range b.Dx() * times {
			big.Pix[y*big.Stride+x] = m.Pix[y/times*m.Stride+x/times]
		}
	}
	return big
}

// encodePNG writes m as a PNG file, as small as image/png makes it.
func encodePNG(w io.Writer, m image.Image) error {
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(w, m); err != nil {
		return fmt.Errorf("png: %w", err)
	}
	return nil
}

// pngFile returns m as a PNG file.
func pngFile(m image.Image) ([]byte, error) {
	var b bytes.Buffer
	if err := encodePNG(&b, m); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
