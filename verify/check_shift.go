package verify

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

const (
	// shiftedExamples is how many training images are moved through all shifts.
	shiftedExamples = 20
	// nudgedExamples is how many training images are moved by one pixel, to see whether they keep their label.
	nudgedExamples = 1000
)

// examineShift decides whether features ignore cyclic shifts. For the features F, an image x and the image Tx
// with its rows and columns moved around the edges, the value is the largest
//
//	‖F(Tx) − F(x)‖ / ‖F(x)‖
//
// over all shifts of some training images, spread over the labels, and of the first drawing of each label. It is
// exactly zero only where no rounding depends on the position. Features that are the same for every image ignore
// shifts too, and that shows nothing: Vacuous. The features are computed before anything trained sees an image,
// so that no trial has to bear witness.
//
// A network need not look at the features alone. How many training images keep their label when they move by one
// pixel is measured and stated, and nothing is claimed of it.
func (x *problemRun) examineShift(ctx context.Context, c *CheckResult, spec CheckSpec) error {
	c.Title = "The features of an image do not depend on where it lies"
	c.Quantity = "largest change of an image's features under a cyclic shift, relative to their norm"
	featurer, ok := x.p.(Featurer)
	if !ok {
		return fmt.Errorf("the subject has no features")
	}
	all, err := x.exhibits(shiftedExamples)
	if err != nil {
		return err
	}
	examples := len(all)
	for i := range x.drawn {
		if good := convergedDrawings(x.drawn[i]); len(good) > 0 {
			all = append(all, exhibit{image: good[0].Image})
		}
	}
	var images []Image
	for _, e := range all {
		if floats.Norm(e.image.Pixels, 2) > 0 { // a blank image is where it is whatever moves
			images = append(images, e.image)
		}
	}
	moved := make([]shifted, len(images))
	tick := x.progress("shift", len(images))
	err = each(ctx, len(images), x.Jobs, func(i int) error {
		var err error
		moved[i], err = shiftAll(featurer, images[i])
		if err != nil {
			return fmt.Errorf("image %d: %w", i, err)
		}
		tick("")
		return nil
	})
	if err != nil {
		return err
	}
	standing, why := Pass, ""
	value, shifts := math.Inf(-1), 0
	for _, m := range moved {
		shifts += m.shifts
		value = max(value, m.change)
	}
	switch {
	case len(moved) == 0:
		standing, why = Inconclusive, "there is no image to shift"
	case len(moved) == 1:
		standing, why = Inconclusive, "there is one image only, and features that are the same for every image cannot be told"
	case math.IsNaN(value):
		standing, why = Inconclusive, "an image has no features other than zero, or no shift"
	case alike(moved):
		standing, why = Vacuous, fmt.Sprintf("the features are the same for all %d images, so that they ignore shifts shows nothing", len(moved))
	}
	for i, m := range moved {
		what := "training image"
		if i >= examples {
			what = "drawing"
		}
		c.Evidence = append(c.Evidence, Evidence{
			Text:  fmt.Sprintf("image %d, a %s of %d×%d: %d shifts, largest change when moved by %d rows and %d columns", i, what, images[i].Rows, images[i].Cols, m.shifts, m.rows, m.cols),
			Value: Number(m.change),
		})
	}
	worstFirst(c.Evidence)
	c.Evidence = c.Evidence[:min(len(c.Evidence), 10)]
	if len(moved) > 0 {
		c.Value = Number(value)
	}
	kept, err := x.nudge()
	if err != nil {
		return err
	}
	c.judge(standing)
	switch c.Verdict {
	case Pass, Fail:
		c.Sentence = fmt.Sprintf("Under all %d cyclic shifts of %d images the features change by at most %.2g of their norm (%s allowed).", shifts, len(images), float64(c.Value), spec.allowed())
	default:
		c.Sentence = undecidedBut(why, "The largest change is %.2g.", float64(c.Value))
	}
	if kept != nil {
		c.Sentence += fmt.Sprintf(" The network's own scores need not ignore shifts: it gives %.1f %% of %d training images the same label when they move by one pixel, whichever way.", 100*float64(kept.Value), kept.N)
	}
	return nil
}

// shifted is what became of the features of one image under all shifts.
type shifted struct {
	features   []float64 // of the image where it was
	shifts     int
	change     float64 // largest, relative; NaN when the features are zero
	rows, cols int     // the shift that changes most
}

// shiftAll moves an image by every number of rows and columns but none at all.
func shiftAll(featurer Featurer, m Image) (shifted, error) {
	moved := make([]Image, 0, m.Rows*m.Cols)
	for r := range m.Rows {
		for c := range m.Cols {
			moved = append(moved, m.shift(r, c))
		}
	}
	features := featurer.Features(moved)
	if len(features) != len(moved) {
		return shifted{}, fmt.Errorf("features of %d images, want %d", len(features), len(moved))
	}
	out := shifted{features: features[0], shifts: len(moved) - 1, change: math.Inf(-1)}
	norm := floats.Norm(out.features, 2)
	for i, f := range features {
		if len(f) != len(out.features) || len(f) == 0 {
			return shifted{}, fmt.Errorf("%d and %d features", len(out.features), len(f))
		}
		for k, v := range f {
			if !isFinite(v) {
				return shifted{}, fmt.Errorf("feature %d is %v", k, v)
			}
		}
		change := floats.Distance(f, out.features, 2) / norm
		if i > 0 && (change > out.change || math.IsNaN(change)) {
			out.change, out.rows, out.cols = change, i/m.Cols, i%m.Cols
		}
	}
	if out.shifts == 0 || norm == 0 {
		out.change = math.NaN()
	}
	return out, nil
}

// shift returns the image moved down by rows and right by cols, around the edges.
func (m Image) shift(rows, cols int) Image {
	out := Image{Rows: m.Rows, Cols: m.Cols, Pixels: make([]float64, len(m.Pixels))}
	for r := range m.Rows {
		to := out.Pixels[(r+rows)%m.Rows*m.Cols:][:m.Cols]
		from := m.Pixels[r*m.Cols:][:m.Cols]
		copy(to[cols:], from)
		copy(to, from[m.Cols-cols:])
	}
	return out
}

// alike reports whether the features of all images are the same but for rounding.
func alike(all []shifted) bool {
	for _, m := range all[1:] {
		a, b := all[0].features, m.features
		if len(a) != len(b) || floats.Distance(a, b, 2) > 1e-9*floats.Norm(a, 2) {
			return false
		}
	}
	return true
}

// nudge measures how many training images the first converged network gives the same label when they move by
// one pixel, in each of four directions, and adds it to the metrics; nil when there is no network that scores,
// or no training image. It is no estimate of anything beyond these images.
func (x *problemRun) nudge() (*Metric, error) {
	const name = "label kept/shifted by one pixel"
	scorer, ok := x.p.(Scorer)
	if !ok || len(x.converged) == 0 {
		return nil, nil //nolint:nilnil // nothing to measure is no error
	}
	all, err := x.exhibits(nudgedExamples)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	kept := make([]bool, len(all))
	var before []int
	for _, way := range [][2]int{{0, 0}, {1, 0}, {0, 1}, {-1, 0}, {0, -1}} {
		images := make([]Image, len(all))
		for i, e := range all {
			m := e.image
			images[i] = m.shift((way[0]+m.Rows)%m.Rows, (way[1]+m.Cols)%m.Cols)
		}
		in, err := scorer.InputsFrom("shifted", images)
		if err != nil {
			return nil, err
		}
		scores, err := x.firstScores(scorer, in)
		if err != nil {
			return nil, err
		}
		a := answers{in, scores}
		for i := range all {
			named := a.named(i)
			if way == [2]int{} {
				before = append(before, named)
				kept[i] = true
			}
			kept[i] = kept[i] && named == before[i]
		}
	}
	count := 0
	for _, yes := range kept {
		if yes {
			count++
		}
	}
	m := Metric{
		Name: name, Doc: "share of training images that the first trained network gives the same label when they move by one pixel up, down, left or right, around the edges",
		Value: Number(float64(count) / float64(len(all))), Low: Number(math.NaN()), High: Number(math.NaN()), N: len(all),
	}
	x.addMetric(m)
	return &m, nil
}
