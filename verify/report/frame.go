package report

import (
	"cmp"
	"fmt"
	"image"
	"math"
)

// The measures of a frame, in pixels.
const (
	frameAcross = 5    // labels in a row
	frameLeast  = 1020 // the narrowest that has room for the captions
	frameMargin = 24
	framePair   = 8  // between the two pictures of a label
	frameGap    = 30 // between labels
	frameHead   = 104
	frameAbove  = 42 // above a picture, for the label and the names of the starts
	frameBelow  = 58 // below a picture, for the distance
	frameFoot   = 62
	frameBars   = 36 // height of the bars that show the distance
)

// A plan says where everything is in a frame.
type plan struct {
	size    image.Point
	picture image.Point // of one picture
	zoom    int
	across  int // labels in a row
}

// newPlan lays out so many labels whose pictures have at most side pixels. The fewer labels there are the
// larger their pictures.
func newPlan(labels int, side image.Point) plan {
	l := plan{across: min(labels, frameAcross)}
	l.zoom = max(1, min(224, 560/l.across)/max(side.X, side.Y, 1))
	l.picture = side.Mul(l.zoom)
	down := (labels + frameAcross - 1) / frameAcross
	l.size = image.Pt(max(frameLeast, 2*frameMargin+l.row()), frameHead+down*l.down()+frameFoot)
	l.size = l.size.Add(image.Pt(l.size.X%2, l.size.Y%2))
	return l
}

// block returns the width of what is shown for one label.
func (l plan) block() int { return 2*l.picture.X + framePair }

// row returns the width of a row of labels.
func (l plan) row() int { return l.across*(l.block()+frameGap) - frameGap }

// down returns the height of a row of labels.
func (l plan) down() int { return frameAbove + l.picture.Y + frameBelow }

// corner returns where picture j of label i begins.
func (l plan) corner(i, j int) image.Point {
	return image.Pt(
		(l.size.X-l.row())/2+i%frameAcross*(l.block()+frameGap)+j*(l.picture.X+framePair),
		frameHead+frameAbove+i/frameAcross*l.down(),
	)
}

// Frame returns frame k of the film. It panics if there is no such frame.
func (f *Film) Frame(k int) *image.Paletted {
	if k < 0 || k >= f.steps {
		panic("report: no such frame")
	}
	m := image.NewPaletted(image.Rectangle{Max: f.size}, filmPalette())
	flood(m, m.Rect, filmPaper)
	f.head(m, k)
	for i := range f.reels {
		f.pictures(m, i, k)
		f.distance(m, i, k)
	}
	f.foot(m)
	return m
}

// head writes the title, how far the ascent is, and the largest distance.
func (f *Film) head(m *image.Paletted, k int) {
	right := f.size.X - frameMargin
	f.hands.title.write(m, frameMargin, 40, "Each "+f.noun+" drawn twice, from two independent noises")
	now := f.farthest(k)
	left := right - f.hands.value.width(now)
	f.hands.value.write(m, left, 72, now)
	f.hands.note.write(m, frameMargin, 72, f.hands.note.cut(f.caption, left-2*frameMargin))
	bar := image.Rect(frameMargin, 86, right, 92)
	flood(m, bar, filmFaint)
	bar.Max.X = bar.Min.X + bar.Dx()*k/(f.steps-1)
	flood(m, bar, filmBar)
}

// farthest says how far the farthest of the pairs are apart in frame k. At the end only those count that both
// converged.
func (f *Film) farthest(k int) string {
	most, pairs, end := 0.0, 0, k == f.steps-1
	for i := range f.reels {
		if r := &f.reels[i]; r.distances != nil && (!end || r.note == "") {
			pairs++
			most = max(most, r.distances[k]) // NaN stays
		}
	}
	switch {
	case pairs == 0:
		return "no two to compare"
	case !end:
		return "largest distance of a pair: " + asDistance(most)
	case pairs < len(f.reels):
		return fmt.Sprintf("at the end %d of %d pairs are within %s", pairs, len(f.reels), asDistance(most))
	}
	return "at the end all pairs are within " + asDistance(most)
}

// pictures draws the two of label i.
func (f *Film) pictures(m *image.Paletted, i, k int) {
	r := &f.reels[i]
	at := f.corner(i, 0)
	f.hands.label.middle(m, at.X+f.block()/2, at.Y-9, f.hands.label.cut(r.label, f.block()/3))
	for j, frames := range r.starts {
		at := f.corner(i, j)
		box := image.Rectangle{Max: f.picture}.Add(at)
		if j == 0 {
			f.hands.note.write(m, at.X, at.Y-10, startName(j))
		} else {
			f.hands.note.before(m, box.Max.X, at.Y-10, startName(j))
		}
		flood(m, box.Inset(-1), filmLine)
		flood(m, box, half)
		if frames != nil {
			paste(m, at, magnified(signedPicture(r.cols[j], r.scale, frames[k]), f.zoom))
		}
	}
}

// distance writes how far the two of label i are from each other, and draws how that came about: a bar for each
// frame, of full height at √2, the distance of two that have nothing in common.
func (f *Film) distance(m *image.Paletted, i, k int) {
	r := &f.reels[i]
	at := f.corner(i, 0).Add(image.Pt(0, f.picture.Y))
	if r.distances == nil || k == f.steps-1 && r.note != "" {
		f.hands.note.write(m, at.X, at.Y+22, f.hands.note.cut(cmp.Or(r.note, "no two to compare"), f.block()))
		return
	}
	f.hands.note.write(m, at.X, at.Y+21, "distance")
	f.hands.value.write(m, at.X, at.Y+42, asDistance(r.distances[k]))
	at.X = f.corner(i, 1).X
	base := at.Y + 8 + frameBars
	flood(m, image.Rect(at.X, base, at.X+f.picture.X, base+1), filmLine)
	for j, d := range r.distances[:k+1] {
		if !(d >= 0) {
			continue
		}
		high := int(math.Round(frameBars * min(d/math.Sqrt2, 1)))
		from, to := at.X+j*f.picture.X/f.steps, at.X+(j+1)*f.picture.X/f.steps
		flood(m, image.Rect(from, base-high, max(to-1, from+1), base+1), filmBar)
	}
}

// asDistance writes a distance in three digits, zeros among them, so that the number does not jump about.
func asDistance(x float64) string { return fmt.Sprintf("%#.3g", x) }

// foot explains colours and distances.
func (f *Film) foot(m *image.Paletted) {
	const wide = 2*half + 1
	y := f.size.Y - frameFoot + 12
	x := frameMargin
	scale := image.Rect(x, y, x+2*wide, y+14)
	flood(m, scale.Inset(-1), filmLine)
	for c := range wide {
		flood(m, image.Rect(x+2*c, y, x+2*c+2, scale.Max.Y), uint8(c))
	}
	f.hands.note.write(m, scale.Min.X, y+33, "−")
	f.hands.note.middle(m, x+wide, y+33, "0")
	f.hands.note.before(m, scale.Max.X, y+33, "+")
	x = scale.Max.X + frameMargin
	for i, line := range []string{
		"Colours go from minus to plus the largest pixel of a pair at its end; white is 0.",
		"Distances are of vectors of norm 1, up to sign: two noises are almost √2 = 1.41 apart.",
	} {
		f.hands.note.write(m, x, y+11+23*i, f.hands.note.cut(line, f.size.X-frameMargin-x))
	}
}

// flood colours a rectangle.
func flood(m *image.Paletted, r image.Rectangle, index uint8) {
	r = r.Intersect(m.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := m.Pix[y*m.Stride:]
		for x := r.Min.X; x < r.Max.X; x++ {
			row[x] = index
		}
	}
}
