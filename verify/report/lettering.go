package report

import (
	"fmt"
	"image"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// shades is the number of colours between paper and full ink, full ink among them.
const shades = 15

// A letterer writes in one font, one size and one colour on white paper.
type letterer struct {
	face font.Face
	ink  uint8 // palette index of the faintest of its shades; the others follow
}

// letterers are the hands that the captions of a film are written in.
type letterers struct {
	title, label, value, note letterer
}

func newLetterers() (*letterers, error) {
	var l letterers
	for _, f := range []struct {
		to   *letterer
		ttf  []byte
		size float64 // pixels
		ink  uint8
	}{
		{&l.title, gobold.TTF, 28, filmInk},
		{&l.label, gobold.TTF, 32, filmInk},
		{&l.value, gobold.TTF, 19, filmInk},
		{&l.note, goregular.TTF, 17, filmQuiet},
	} {
		parsed, err := opentype.Parse(f.ttf)
		if err != nil {
			return nil, fmt.Errorf("font: %w", err)
		}
		face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: f.size, DPI: 72, Hinting: font.HintingFull})
		if err != nil {
			return nil, fmt.Errorf("font: %w", err)
		}
		*f.to = letterer{face, f.ink}
	}
	return &l, nil
}

// width returns how many pixels s takes.
func (l letterer) width(s string) int { return font.MeasureString(l.face, s).Ceil() }

// cut shortens s to at most width pixels, with dots where something is missing.
func (l letterer) cut(s string, width int) string {
	runes := []rune(s)
	for n := len(runes); n > 0; n-- {
		text := string(runes[:n])
		if n < len(runes) {
			text += "…"
		}
		if l.width(text) <= width {
			return text
		}
	}
	return ""
}

// write puts s on the white paper of m, from x to the right, standing on the line y, and returns where it ends.
func (l letterer) write(m *image.Paletted, x, y int, s string) int {
	end := x + l.width(s)
	up, down := l.face.Metrics().Ascent.Ceil(), l.face.Metrics().Descent.Ceil()
	mask := image.NewAlpha(image.Rect(x-2, y-up, end+2, y+down).Intersect(m.Rect))
	d := font.Drawer{Dst: mask, Src: image.Opaque, Face: l.face, Dot: fixed.P(x, y)}
	d.DrawString(s)
	for row := mask.Rect.Min.Y; row < mask.Rect.Max.Y; row++ {
		for col := mask.Rect.Min.X; col < mask.Rect.Max.X; col++ {
			if shade := (int(mask.AlphaAt(col, row).A)*shades + 127) / 255; shade > 0 {
				m.SetColorIndex(col, row, l.ink+uint8(shade-1)) //nolint:gosec // at most shades
			}
		}
	}
	return end
}

// middle is write with the middle of s at x.
func (l letterer) middle(m *image.Paletted, x, y int, s string) {
	l.write(m, x-l.width(s)/2, y, s)
}

// before is write with the end of s at x.
func (l letterer) before(m *image.Paletted, x, y int, s string) {
	l.write(m, x-l.width(s), y, s)
}
