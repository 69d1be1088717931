package main

import (
	"fmt"
	"image"
	"image/color"
	"slices"
)

// ample is the longest side, in pixels, that a digit needs to be seen well. Larger pictures are reduced first.
const ample = 1000

// grey reads a picture as luminance. Where it is transparent the paper shows through: white, or black when
// the ink is light or nothing can be seen on white.
func (p *prepared) grey(m image.Image, ink string) (levels, bool) {
	visible := func(g levels) bool { return slices.Max(g.at)-slices.Min(g.at) >= flat }
	paper, name := 1.0, "white"
	if ink == "light" {
		paper, name = 0, "black"
	}
	times := (max(m.Bounds().Dx(), m.Bounds().Dy()) + ample - 1) / ample
	g, transparent := luminance(m, paper, times)
	if transparent && ink == "auto" && !visible(g) {
		g, _ = luminance(m, 0, times)
		name = "black, because nothing can be seen on white"
	}
	if transparent {
		p.step("transparent pixels: read as %s", name)
	}
	if times > 1 {
		p.step("size: reduced %d times by averages, to %d×%d", times, g.w, g.h)
	}
	if !visible(g) {
		p.unfit = "it is of one colour"
		return g, false
	}
	return g, true
}

// luminance reads m on paper of a level from 0 to 1, times×times pixels as one, and says whether any of it is
// transparent. Colours count as in Rec. 601.
func luminance(m image.Image, paper float64, times int) (g levels, transparent bool) {
	b := m.Bounds()
	g = levels{w: (b.Dx() + times - 1) / times, h: (b.Dy() + times - 1) / times, scale: times}
	g.at = make([]float64, g.w*g.h)
	count := make([]float64, g.w*g.h)
	for y := range b.Dy() {
		for x := range b.Dx() {
			red, green, blue, alpha := m.At(b.Min.X+x, b.Min.Y+y).RGBA()
			v := 0.299*float64(red) + 0.587*float64(green) + 0.114*float64(blue) + paper*float64(0xffff-alpha)
			i := y/times*g.w + x/times
			g.at[i] += v / 0xffff
			count[i]++
			transparent = transparent || alpha < 0xffff
		}
	}
	for i := range g.at {
		g.at[i] /= count[i]
	}
	return g, transparent
}

// kindOf names the kind of a picture, as its file has it.
func kindOf(m image.Image) string {
	switch m := m.(type) {
	case *image.Gray:
		return "grey"
	case *image.Gray16:
		return "grey with 16 bits"
	case *image.Paletted:
		return fmt.Sprintf("a palette of %s", plural(len(m.Palette), "colour"))
	case *image.RGBA64:
		return "colour with 16 bits"
	case *image.NRGBA64:
		return "with transparency and 16 bits"
	}
	if m.ColorModel() == color.NRGBAModel {
		return "with transparency"
	}
	return "colour"
}
