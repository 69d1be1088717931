package imageset

import (
	"math/rand/v2"
	"strconv"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/stream"
)

// Shapes draws n images, one per row, of side×side pixels in [0, 1]: light on dark and as large as digits, but of
// garments, bags and shoes, ten kinds in turn. Size, position, proportions, grey, pattern and the width of lines are
// random; one in three is an outline only, which looks the most like handwriting. Image i is the same for every n, and
// for a smaller side the same with its last rows and columns dropped. It panics if side is not in [1, Side].
func Shapes(n, side int) *mat.Dense {
	if side < 1 || side > Side {
		panic("imageset: side out of range")
	}
	images := mat.NewDense(n, side*side, nil)
	for i := range n {
		p := newPainter(stream.New(0, "inputs", "shapes", strconv.Itoa(i)))
		all := kinds()
		all[i%len(all)](p)
		row := images.RawRowView(i)
		for r := range side {
			copy(row[r*side:(r+1)*side], p.pixels[r*Side:])
		}
	}
	return images
}

// A painter draws one image. Kinds of garments see a square from −1 to 1 in both directions.
type painter struct {
	random     *rand.Rand
	pixels     []float64 // Side×Side, row by row
	sx, sy     float64   // half the width and height of the square in pixels; sx < 0 is mirrored
	cx, cy     float64   // where its centre is
	slant      float64
	wobble     float64 // of corners
	width      float64 // of lines, in pixels
	grey       float64 // of the cloth
	hollow     bool    // outlines only
	period     float64 // of stripes in pixels; 0: none
	stripe     float64 // their contrast
	along      bool    // vertical stripes
	shade      float64 // from left to right
	scratchpad []float64
}

func newPainter(r *rand.Rand) *painter {
	p := &painter{random: r, pixels: make([]float64, Side*Side), scratchpad: make([]float64, Side*Side)}
	p.sx, p.sy = p.between(8, 12), p.between(9, 12.5)
	p.cx, p.cy = Side/2+p.between(-1.5, 1.5), Side/2+p.between(-1.5, 1.5)
	p.slant, p.wobble = p.between(-0.08, 0.08), 0.05
	p.width, p.grey = p.between(1, 2.6), p.between(0.4, 0.95)
	p.hollow = r.IntN(3) == 0
	if r.IntN(3) == 0 {
		p.period, p.stripe, p.along = p.between(2.5, 6), p.between(0.2, 0.6), r.IntN(2) == 0
	}
	p.shade = p.between(-0.25, 0.25)
	if r.IntN(2) == 0 {
		p.sx = -p.sx
	}
	return p
}

func (p *painter) between(low, high float64) float64 { return low + (high-low)*p.random.Float64() }

// place maps a point of the square to pixels.
func (p *painter) place(q point) point {
	return point{p.cx + p.sx*(q.x+p.slant*q.y), p.cy + p.sy*q.y}
}

func (p *painter) placed(line []point) []point {
	out := make([]point, len(line))
	for i, q := range line {
		out[i] = p.place(q)
	}
	return out
}

// symmetric is mirrored with corners a little off, on both sides alike.
func (p *painter) symmetric(half ...point) []point { return mirrored(p.loose(half...)...) }

// loose moves points a little, but none on the axis off it.
func (p *painter) loose(line ...point) []point {
	for i, q := range line {
		if q.x != 0 {
			line[i].x += p.between(-p.wobble, p.wobble)
		}
		line[i].y += p.between(-p.wobble, p.wobble)
	}
	return line
}

// cloth fills an outline with the cloth of the garment, or draws the outline where the garment is hollow.
func (p *painter) cloth(outline []point) {
	if p.hollow {
		p.line(append(outline, outline[0]), 1)
		return
	}
	clear(p.scratchpad)
	cover(p.scratchpad, p.placed(outline))
	for i, a := range p.scratchpad {
		x, y := float64(i%Side), float64(i/Side)
		grey := p.grey + p.shade*(x/Side-0.5) + 0.08*(p.random.Float64()-0.5)
		at := y
		if p.along {
			at = x
		}
		if p.period > 0 && at-p.period*float64(int(at/p.period)) < p.period/2 {
			grey *= 1 - p.stripe
		}
		p.blend(i, a, grey)
	}
}

// seam draws a line that is darker than cloth, as wide as lines are times a factor; in a hollow garment it is light.
func (p *painter) seam(factor float64, line ...point) {
	grey := 0.25 * p.grey
	if p.hollow {
		grey = p.grey
	}
	p.draw(line, factor, grey)
}

// line draws a line of the grey of cloth, as wide as lines are times a factor.
func (p *painter) line(line []point, factor float64) { p.draw(line, factor, p.grey) }

func (p *painter) draw(line []point, factor, grey float64) {
	clear(p.scratchpad)
	coverLine(p.scratchpad, p.placed(line), factor*p.width)
	for i, a := range p.scratchpad {
		p.blend(i, a, grey)
	}
}

func (p *painter) blend(i int, a, grey float64) {
	p.pixels[i] += a * (min(max(grey, 0), 1) - p.pixels[i])
}
