package main

import (
	"fmt"
	"math"
	"slices"
)

// distinct is how many times the noise of the paper the ink has to stand out.
const distinct = 4

// calm is the noise, as a share of the ink, that does not have to be averaged away.
const calm = 0.07

// speck is the share of the largest piece of ink below which a piece is a speck.
const speck = 0.03

// ink returns how much ink there is at each pixel of g, from 0, none, to 1. It takes out the light that falls on the
// paper, averages noise, and leaves out specks.
func (p *prepared) ink(g levels, ink string, paper sheet) levels {
	p.light(paper, ink)
	c := g.contrast(paper, ink)
	// Noise that is as strong as a faint stroke is averaged away, as long as there is something left to see.
	if times := min(int(math.Ceil(c.noise/c.full/calm)), max(g.w, g.h)/100); c.any && times > 1 {
		p.step("noise: %.2f of the ink; %d×%d pixels are averaged", c.noise/c.full, times, times)
		g = g.shrunk(times)
		c = g.contrast(paper, ink)
	}
	switch {
	case !c.any:
		p.unfit = "nothing in it is " + comparative(ink) + " than the paper"
		return g
	case c.full < distinct*c.noise:
		p.unfit = fmt.Sprintf("nothing in it stands out from the paper: what is %s does by %.1f times the noise", comparative(ink), c.full/c.noise)
		return g
	}
	for i := range c.at {
		c.at[i] = min(max(c.at[i]/c.full, 0), 1)
	}
	high := c.threshold / c.full
	low := min(max(faint, 3.5*c.noise/c.full), high)
	pieces, specks := c.pieces(low, high)
	said := plural(pieces, "piece")
	if specks > 0 {
		said += ", and " + plural(specks, "speck") + " left out"
	}
	p.step("strokes: what has %.2f of the full ink, by Otsu's rule, and what has %.2f and touches it: %s", high, low, said)
	return c.levels
}

// light says how the paper is lit and what is done about it.
func (p *prepared) light(paper sheet, ink string) {
	how := "subtracted"
	if ink == "dark" {
		how = "divided out"
	}
	lo, hi := slices.Min(paper.at), slices.Max(paper.at)
	switch {
	case paper.local:
		p.step("paper: unevenly lit, from %.2f to %.2f; averages of the paper around each place are %s", lo, hi, how)
	case hi-lo < flat:
		p.step("paper: evenly lit, at %.2f, which is %s", max(hi, 0), how)
	default:
		p.step("paper: unevenly lit, from %.2f to %.2f; a smooth surface fitted to it is %s", lo, hi, how)
	}
}

// contrast is how the ink of a picture stands out from its paper.
type contrast struct {
	levels
	threshold float64 // between paper and ink
	full      float64 // full ink
	noise     float64 // standard deviation of the paper
	any       bool    // whether anything stands out more than rounding does
}

// contrast lifts g from the paper.
func (g levels) contrast(paper sheet, ink string) contrast {
	c := contrast{levels: g.lift(paper.under(g), ink)}
	if c.threshold, _, c.any = otsu(c.at); c.any {
		c.full, c.noise = upper(c.at, c.threshold), c.below(c.threshold)
	}
	return c
}

// lift returns how far g is from the paper on the side of the ink: as a share of the paper's level where the ink
// is dark, because light falls on both, and as a difference where it is light.
func (g levels) lift(paper []float64, ink string) levels {
	const darkest = 0.02 // of paper
	d := g.with(make([]float64, len(g.at)))
	for i, v := range g.at {
		if ink == "dark" {
			d.at[i] = (paper[i] - v) / max(paper[i], darkest)
		} else {
			d.at[i] = v - paper[i]
		}
	}
	return d
}

// below returns the standard deviation of what is below the threshold, by some ten thousands of the pixels.
func (g levels) below(threshold float64) float64 {
	var off []float64
	for i := 0; i < len(g.at); i += 1 + len(g.at)/50_000 {
		if g.at[i] < threshold {
			off = append(off, math.Abs(g.at[i]))
		}
	}
	return deviation(off)
}

// otsu returns the threshold that parts values into two classes of the smallest variance within (Nobuyuki Otsu,
// "A threshold selection method from gray-level histograms", 1979), in 256 steps. Below zero there is no ink, so
// such values count as zero. parted is the share of the variance that is between the classes. It returns false when
// there is nothing to part, but for what rounding to bytes leaves.
func otsu(values []float64) (threshold, parted float64, ok bool) {
	const bins = 256
	hi := slices.Max(values)
	if hi < flat {
		return 0, 0, false
	}
	var count, sum [bins]float64
	var all, square float64
	for _, v := range values {
		v = max(v, 0)
		i := min(int(bins*v/hi), bins-1)
		count[i]++
		sum[i] += v
		all += v
		square += v * v
	}
	n, best := float64(len(values)), -1.0
	var c, s float64
	for i := range bins - 1 {
		if c, s = c+count[i], s+sum[i]; c == 0 || c == n {
			continue
		}
		under, over := s/c, (all-s)/(n-c)
		if between := c * (n - c) * (over - under) * (over - under); between > best {
			best, threshold = between, (under+over)/2
		}
	}
	return threshold, best / (n*square - all*all), best > 0
}

// upper returns the level of full ink: nine tenths of what is above the threshold are below it.
func upper(values []float64, threshold float64) float64 {
	var above []float64
	for _, v := range values {
		if v >= threshold {
			above = append(above, v)
		}
	}
	slices.Sort(above)
	return above[len(above)*9/10]
}

// pieces clears every pixel of g but those of pieces: sets of pixels of at least low that touch each other and
// have one of at least high among them. It also clears pieces that are specks beside the largest.
func (g levels) pieces(low, high float64) (pieces, specks int) {
	of := make([]int, len(g.at)) // number of the piece, from 1; 0 not yet seen
	var weight []float64         // sum of the high pixels of each
	var stack []int
	for i, v := range g.at {
		if v < low || of[i] != 0 {
			continue
		}
		number, sum := len(weight)+1, 0.0
		of[i] = number
		stack = append(stack[:0], i)
		for len(stack) > 0 {
			j := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if g.at[j] >= high {
				sum += g.at[j]
			}
			for y := max(j/g.w-1, 0); y <= min(j/g.w+1, g.h-1); y++ {
				for x := max(j%g.w-1, 0); x <= min(j%g.w+1, g.w-1); x++ {
					if k := y*g.w + x; of[k] == 0 && g.at[k] >= low {
						of[k] = number
						stack = append(stack, k)
					}
				}
			}
		}
		weight = append(weight, sum)
	}
	most := slices.Max(weight)
	for _, w := range weight {
		switch {
		case w >= speck*most:
			pieces++
		case w > 0:
			specks++
		}
	}
	for i, number := range of {
		if number == 0 || weight[number-1] < speck*most {
			g.at[i] = 0
		}
	}
	return pieces, specks
}
