package imageset

import (
	"math"
	"slices"
)

// A point is a place in a picture: x to the right and y down.
type point struct{ x, y float64 }

// mirrored returns the outline whose right half is given from top to bottom, x ≥ 0, closed by the left half.
func mirrored(half ...point) []point {
	outline := slices.Clone(half)
	for _, p := range slices.Backward(half) {
		outline = append(outline, point{-p.x, p.y})
	}
	return outline
}

// scans is how many lines of a pixel are scanned: coverage is exact along them, and a mean over them.
const scans = 8

// cover stores in dst, Side×Side pixels row by row, which share of each pixel lies inside the outline, a closed polygon
// in units of pixels with the even-odd rule. It adds to what is there, up to 1.
func cover(dst []float64, outline []point) {
	var crossings []float64
	for scan := range Side * scans {
		y := (float64(scan) + 0.5) / scans
		crossings = crossings[:0]
		from := outline[len(outline)-1]
		for _, to := range outline {
			if (from.y <= y) != (to.y <= y) {
				crossings = append(crossings, from.x+(y-from.y)/(to.y-from.y)*(to.x-from.x))
			}
			from = to
		}
		slices.Sort(crossings)
		row := dst[scan/scans*Side:][:Side]
		for i := 0; i+1 < len(crossings); i += 2 {
			left, right := max(crossings[i], 0), min(crossings[i+1], Side)
			for x := int(left); float64(x) < right; x++ {
				inside := min(right, float64(x+1)) - max(left, float64(x))
				row[x] = min(1, row[x]+inside/scans)
			}
		}
	}
}

// coverLine is cover for a line of a width with round ends and corners, and is the larger of what it covers and what
// is there.
func coverLine(dst []float64, line []point, width float64) {
	piece := make([]float64, len(dst))
	add := func(outline []point) {
		clear(piece)
		cover(piece, outline)
		for i, a := range piece {
			dst[i] = max(dst[i], a)
		}
	}
	from := line[0]
	for _, to := range line {
		add(circle(to, width/2))
		if length := math.Hypot(to.x-from.x, to.y-from.y); length > 0 {
			nx, ny := (from.y-to.y)/length*width/2, (to.x-from.x)/length*width/2
			add([]point{{from.x + nx, from.y + ny}, {to.x + nx, to.y + ny}, {to.x - nx, to.y - ny}, {from.x - nx, from.y - ny}})
		}
		from = to
	}
}

func circle(centre point, radius float64) []point { return arc(centre, radius, radius, 0, 2) }

// arc returns points of an ellipse from one angle to another, in units of π, clockwise from the right.
func arc(centre point, rx, ry, from, to float64) []point {
	const pieces = 16
	line := make([]point, pieces+1)
	for i := range line {
		sin, cos := math.Sincos(math.Pi * (from + (to-from)*float64(i)/pieces))
		line[i] = point{centre.x + rx*cos, centre.y + ry*sin}
	}
	return line
}
