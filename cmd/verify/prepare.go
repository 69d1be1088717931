package main

import (
	"fmt"
	"image"
	"math"
	"slices"

	"example.org/concord/verify"
)

// faint is the share of the full ink below which a pixel does not count as part of the digit when it is
// cropped.
const faint = 0.1

// crowded is the share of the border that may be ink, for digits that were cut out without care.
const crowded = 0.25

// flat is the contrast below which a picture is of one colour.
const flat = 2.0 / 255

// A prepared picture has the form of an image of MNIST, or a reason why it cannot have it.
type prepared struct {
	image  verify.Image
	steps  []string // what was done, and what was decided on the way
	unfit  string   // why there is nothing to classify; "" when there is
	source string   // size and kind of the picture
}

// prepare brings a picture into the form of an image of MNIST as its authors did: light ink on black, the
// digit scaled to fit 20×20 with its aspect kept, its centre of mass at the centre of 28×28. Before that it
// takes away what a camera adds: uneven light, noise and specks. The ink is "dark", "light", or "auto", which
// looks for what stands out from the paper.
func prepare(m image.Image, ink string) prepared {
	size := m.Bounds().Size()
	p := prepared{source: fmt.Sprintf("%d×%d pixels, %s", size.X, size.Y, kindOf(m))}
	g, see := p.grey(m, ink)
	if !see {
		return p
	}
	thumb := g.shrunk((max(g.w, g.h) + thumbnail - 1) / thumbnail)
	ink, paper := p.direction(thumb, ink)
	if ink == "light" && g.w == digitField && g.h == digitField && g.blackBorder() {
		p.step("28×28, light on black: taken as it is")
		p.image = g.image()
		return p
	}
	d := p.ink(g, ink, paper)
	if p.unfit != "" {
		return p
	}
	if share := d.inkAtBorder(faint); share > crowded {
		p.unfit = fmt.Sprintf("%.0f %% of its border is ink, and a digit has paper around it", 100*share)
		return p
	}
	p.form(d)
	return p
}

// form crops, scales and centres the digit in d.
func (p *prepared) form(d levels) {
	box := d.crop()
	scale := digitBox / float64(max(box.Dx(), box.Dy()))
	w, h := max(1, int(math.Round(float64(box.Dx())*scale))), max(1, int(math.Round(float64(box.Dy())*scale)))
	digit := d.resize(box, w, h)
	most := slices.Max(digit.at)
	for i := range digit.at {
		digit.at[i] /= most
	}
	field, at := digit.centre()
	p.step("digit: %d×%d pixels at (%d, %d), scaled to %d×%d by area averages, put at (%d, %d) of 28×28 so that its centre of mass is in the middle",
		box.Dx()*d.scale, box.Dy()*d.scale, box.Min.X*d.scale, box.Min.Y*d.scale, w, h, at.X, at.Y)
	p.image = field.image()
}

func (p *prepared) step(format string, args ...any) {
	p.steps = append(p.steps, fmt.Sprintf(format, args...))
}

func inkWords(ink string) string {
	if ink == "dark" {
		return "dark on light"
	}
	return "light on dark"
}

// direction decides which way round the ink is in a small picture, when it has not been decided, and says so. It
// returns the paper too.
func (p *prepared) direction(g levels, ink string) (string, sheet) {
	border := g.borderSurface()
	if ink != "auto" {
		p.step("ink: %s, as --ink says", inkWords(ink))
		return ink, g.paper(border, ink)
	}
	ink, plain := stronger(g.at, border.over(g))
	paper := g.paper(border, ink)
	if plain {
		p.step("ink: %s, because what stands out from the border is %s; --ink overrides", inkWords(ink), comparative(ink))
		return ink, paper
	}
	// A shadow stands out from the border as ink does, so both ways have to be tried.
	other := "dark"
	if ink == "dark" {
		other = "light"
	}
	if turned := g.paper(border, other); turned.doubt < paper.doubt {
		ink, paper = other, turned
	}
	p.step("ink: %s, because that way ink and paper part better; the border alone does not tell; --ink overrides", inkWords(ink))
	return ink, paper
}

func comparative(ink string) string {
	if ink == "dark" {
		return "darker"
	}
	return "lighter"
}

// stronger returns whether the darker or the lighter deviations of g from paper are stronger, and whether they
// are twice as strong.
func stronger(g, paper []float64) (ink string, plain bool) {
	var darker, lighter float64
	for i, v := range g {
		if r := v - paper[i]; r < 0 {
			darker += r * r
		} else {
			lighter += r * r
		}
	}
	if darker > lighter {
		return "dark", darker > 4*lighter
	}
	return "light", lighter > 4*darker
}
