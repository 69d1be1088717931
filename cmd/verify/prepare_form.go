package main

import (
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

// levels is a grey picture, 0 black to 1 white or, later, 0 paper to 1 full ink.
type levels struct {
	w, h  int
	scale int       // pixels of the file along a side of a pixel
	at    []float64 // row by row
}

// with returns a picture as large as g with other levels.
func (g levels) with(at []float64) levels {
	g.at = at
	return g
}

// shrunk returns g with times×times pixels averaged into one.
func (g levels) shrunk(times int) levels {
	out := levels{w: (g.w + times - 1) / times, h: (g.h + times - 1) / times, scale: g.scale * times}
	out.at = make([]float64, out.w*out.h)
	count := make([]float64, len(out.at))
	for i, v := range g.at {
		k := i/g.w/times*out.w + i%g.w/times
		out.at[k] += v
		count[k]++
	}
	for k := range out.at {
		out.at[k] /= count[k]
	}
	return out
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

// inkAtBorder returns the share of the outermost pixels that have so much ink.
func (g levels) inkAtBorder(least float64) float64 {
	ring := g.ring()
	count := 0
	for _, v := range ring {
		if v >= least {
			count++
		}
	}
	return float64(count) / float64(len(ring))
}

// box returns the smallest box around all pixels that are not faint.
func (g levels) box() image.Rectangle {
	var box image.Rectangle
	for i, v := range g.at {
		if v >= faint {
			box = box.Union(image.Rect(0, 0, 1, 1).Add(image.Pt(i%g.w, i/g.w)))
		}
	}
	return box
}

// crop returns the box of the digit. An edge that is blurred is where half of the ink is reached that is found
// within one pixel of the result.
func (g levels) crop() image.Rectangle {
	box := g.box()
	columns, rows := make([]float64, g.w), make([]float64, g.h)
	for i, v := range g.at {
		columns[i%g.w], rows[i/g.w] = max(columns[i%g.w], v), max(rows[i/g.w], v)
	}
	window := max(1, int(0.75*float64(max(box.Dx(), box.Dy()))/digitBox))
	from := func(profile []float64) int {
		i := slices.IndexFunc(profile, func(v float64) bool { return v >= faint })
		most := slices.Max(profile[i:min(i+window, len(profile))])
		return i + slices.IndexFunc(profile[i:], func(v float64) bool { return v >= most/2 })
	}
	x0, y0 := from(columns), from(rows)
	slices.Reverse(columns)
	slices.Reverse(rows)
	return image.Rect(x0, y0, g.w-from(columns), g.h-from(rows))
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

// blackBorder returns whether most of the outermost pixels are black.
func (g levels) blackBorder() bool {
	ring := g.ring()
	slices.Sort(ring)
	return ring[len(ring)/2] == 0
}
