package main

import (
	"fmt"
	"image"
	"math"
	"slices"

	"example.org/concord/verify"
)

// The form of an image of MNIST: a digit fits a box of digitBox pixels within a field of digitField.
const (
	digitField = 28
	digitBox   = 20
)

// faint is the share of the full ink below which a pixel does not count as part of the digit when it is
// cropped.
const faint = 0.1

// crowded is the share of the border that may be ink, for digits that were cut out without care.
const crowded = 0.25

// levels is a grey picture, 0 black to 1 white or, later, 0 paper to 1 full ink.
type levels struct {
	w, h int
	at   []float64 // row by row
}

// A prepared picture has the form of an image of MNIST, or a reason why it cannot have it.
type prepared struct {
	image  verify.Image
	steps  []string // what was done, and what was decided on the way
	unfit  string   // why there is nothing to classify; "" when there is
	source string   // size and kind of the picture
}

// prepare brings a picture into the form of an image of MNIST as its authors did: light ink on black, the
// digit scaled to fit 20×20 with its aspect kept, its centre of mass at the centre of 28×28. The ink is
// "dark", "light", or "auto", which asks the border.
func prepare(m image.Image, ink string) prepared {
	size := m.Bounds().Size()
	p := prepared{source: fmt.Sprintf("%d×%d pixels", size.X, size.Y)}
	g, see := p.grey(m, ink)
	if !see {
		return p
	}
	border := g.border()
	lo, hi := slices.Min(g.at), slices.Max(g.at)
	if ink == "auto" {
		ink = "light"
		if border > (lo+hi)/2 {
			ink = "dark"
		}
		p.step("ink: %s, because the border is at %.2f and the picture goes from %.2f, black, to %.2f; --ink overrides", inkWords(ink), border, lo, hi)
	} else {
		p.step("ink: %s, as --ink says", inkWords(ink))
	}
	if ink == "light" && border == 0 && g.w == digitField && g.h == digitField {
		p.step("28×28, light on black: taken as it is")
		p.image = g.image()
		return p
	}
	full := hi - border
	if ink == "dark" {
		full = border - lo
	}
	if full < flat {
		p.unfit = fmt.Sprintf("nothing in it is %ser than the border", ink)
		return p
	}
	for i, v := range g.at {
		if ink == "dark" {
			v = 2*border - v
		}
		g.at[i] = min(max((v-border)/full, 0), 1)
	}
	if share := g.inkAtBorder(); share > crowded {
		p.unfit = fmt.Sprintf("%.0f %% of its border is ink, and a digit has paper around it", 100*share)
		return p
	}
	box := g.ink()
	scale := digitBox / float64(max(box.Dx(), box.Dy()))
	w, h := max(1, int(math.Round(float64(box.Dx())*scale))), max(1, int(math.Round(float64(box.Dy())*scale)))
	digit := g.resize(box, w, h)
	field, at := digit.centre()
	p.step("digit: %d×%d pixels at (%d, %d), scaled to %d×%d by area averages, put at (%d, %d) of 28×28 so that its centre of mass is in the middle",
		box.Dx(), box.Dy(), box.Min.X, box.Min.Y, w, h, at.X, at.Y)
	p.image = field.image()
	return p
}

// flat is the contrast below which a picture is of one colour.
const flat = 2.0 / 255

func inkWords(ink string) string {
	if ink == "dark" {
		return "dark on light"
	}
	return "light on dark"
}

func (p *prepared) step(format string, args ...any) {
	p.steps = append(p.steps, fmt.Sprintf(format, args...))
}

// grey reads a picture as luminance. Where it is transparent the paper shows through: white, or black when
// the ink is light or nothing can be seen on white.
func (p *prepared) grey(m image.Image, ink string) (levels, bool) {
	b := m.Bounds()
	read := func(paper float64) (g levels, transparent bool) {
		g = levels{w: b.Dx(), h: b.Dy()}
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				red, green, blue, alpha := m.At(x, y).RGBA()
				v := 0.299*float64(red) + 0.587*float64(green) + 0.114*float64(blue) + paper*float64(0xffff-alpha)
				g.at = append(g.at, v/0xffff)
				transparent = transparent || alpha < 0xffff
			}
		}
		return g, transparent
	}
	visible := func(g levels) bool { return slices.Max(g.at)-slices.Min(g.at) >= flat }
	paper, name := 1.0, "white"
	if ink == "light" {
		paper, name = 0, "black"
	}
	g, transparent := read(paper)
	if transparent && ink == "auto" && !visible(g) {
		g, _ = read(0)
		name = "black, because nothing can be seen on white"
	}
	if transparent {
		p.step("transparent pixels: read as %s", name)
	}
	if !visible(g) {
		p.unfit = "it is of one colour"
		return g, false
	}
	return g, true
}

// ring returns the outermost pixels.
func (g levels) ring() []float64 {
	var ring []float64
	for y := range g.h {
		for x := range g.w {
			if x == 0 || y == 0 || x == g.w-1 || y == g.h-1 {
				ring = append(ring, g.at[y*g.w+x])
			}
		}
	}
	return ring
}

// border returns the median of the outermost pixels.
func (g levels) border() float64 {
	ring := g.ring()
	slices.Sort(ring)
	return ring[len(ring)/2]
}

// inkAtBorder returns the share of the outermost pixels that are not faint.
func (g levels) inkAtBorder() float64 {
	ring := g.ring()
	count := 0
	for _, v := range ring {
		if v >= faint {
			count++
		}
	}
	return float64(count) / float64(len(ring))
}

// ink returns the smallest box around all pixels that are not faint.
func (g levels) ink() image.Rectangle {
	var box image.Rectangle
	for i, v := range g.at {
		if v >= faint {
			box = box.Union(image.Rect(0, 0, 1, 1).Add(image.Pt(i%g.w, i/g.w)))
		}
	}
	return box
}

// resize returns the part of g within box in w×h pixels, each the average over the area it covers.
func (g levels) resize(box image.Rectangle, w, h int) levels {
	out := levels{w: w, h: h, at: make([]float64, w*h)}
	xs, ys := coverage(box.Dx(), w), coverage(box.Dy(), h)
	for y := range h {
		for x := range w {
			var sum, area float64
			for _, v := range ys[y] {
				for _, u := range xs[x] {
					weight := u.share * v.share
					sum += weight * g.at[(box.Min.Y+v.at)*g.w+box.Min.X+u.at]
					area += weight
				}
			}
			out.at[y*w+x] = sum / area
		}
	}
	return out
}

// overlap is the share of pixel number at that a new pixel covers.
type overlap struct {
	at    int
	share float64
}

// coverage lays m new pixels over n old ones and returns what each covers.
func coverage(n, m int) [][]overlap {
	out := make([][]overlap, m)
	width := float64(n) / float64(m)
	for i := range out {
		from, to := float64(i)*width, float64(i+1)*width
		for j := int(from); j < n && float64(j) < to; j++ {
			if share := min(to, float64(j+1)) - max(from, float64(j)); share > 0 {
				out[i] = append(out[i], overlap{j, share})
			}
		}
	}
	return out
}

// centre puts g into a field of 28×28, its centre of mass as close to the middle as whole pixels allow and
// all of it within, and returns where its corner is.
func (g levels) centre() (levels, image.Point) {
	var sum, x, y float64
	for i, v := range g.at {
		sum += v
		x += v * float64(i%g.w)
		y += v * float64(i/g.w)
	}
	const middle = digitField / 2 // pixel 14 of 0 to 27, as in MNIST
	corner := image.Pt(
		min(max(int(math.Round(middle-x/sum)), 0), digitField-g.w),
		min(max(int(math.Round(middle-y/sum)), 0), digitField-g.h),
	)
	field := levels{w: digitField, h: digitField, at: make([]float64, digitField*digitField)}
	for i, v := range g.at {
		field.at[(corner.Y+i/g.w)*digitField+corner.X+i%g.w] = v
	}
	return field, corner
}

// image returns g as the subject reads images.
func (g levels) image() verify.Image { return verify.Image{Rows: g.h, Cols: g.w, Pixels: g.at} }
