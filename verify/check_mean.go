package verify

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// flat is the largest norm of a negative part, and the largest unevenness of a border, that count as none: a
// drawing has norm 1.
const flat = 1e-6

// examineMean decides whether drawings are something else than the mean training image of their label. For a
// drawing x of norm 1, with the sign that makes ⟨x, m⟩ ≥ 0, and the mean m of norm 1, the value is the largest
//
//	cosine = |⟨x, m⟩|
//
// over all converged drawings. Besides, a drawing must have what no mean of images has: a negative part, and
// values that vary over the pixels where all training images are the same. One without is a Fail whatever the
// cosine; where there are not two such pixels, that half says nothing.
func (x *problemRun) examineMean(_ context.Context, c *CheckResult, spec CheckSpec) error {
	c.Title = "No drawing is the mean training image of its label"
	c.Quantity = "largest cosine of the angle between a drawing and the mean training image of its label, modulo sign"
	if _, ok := x.p.(Exhibitor); !ok {
		return fmt.Errorf("the subject shows no training images")
	}
	standing, why := x.gallery()
	if standing == Error || len(x.converged) == 0 {
		c.judge(standing)
		c.Sentence = undecided(why, 0, math.NaN())
		return nil
	}
	all, err := x.exhibits(-1)
	if err != nil {
		return err
	}
	border, err := borderOf(all)
	if err != nil {
		return err
	}
	value, count := math.Inf(-1), 0
	negative, uneven := math.Inf(1), math.Inf(1) // the smallest of all
	positive, even := 0, 0
	for i := range x.drawn {
		l := &x.result.Drawings[i]
		good := convergedDrawings(x.drawn[i])
		mean := x.meanOf(all, l.Label)
		if mean == nil {
			if standing == Pass {
				standing, why = Inconclusive, fmt.Sprintf("label %s has no mean training image", l.Label)
			}
			continue
		}
		worst, at := math.Inf(-1), -1
		leastNegative, leastUneven := math.Inf(1), math.Inf(1)
		for k, d := range good {
			if len(d.Image.Pixels) != len(mean.Image.Pixels) {
				return fmt.Errorf("a drawing of label %s has %d pixels, and a training image %d", l.Label, len(d.Image.Pixels), len(mean.Image.Pixels))
			}
			m := mean.against(d.Image, border)
			if k == 0 && len(l.Instances) > 0 && l.Instances[0].Status == Converged {
				l.Mean = &m
			}
			if cosine := math.Abs(float64(m.Correlation)); cosine > worst {
				worst, at = cosine, k
			}
			leastNegative = min(leastNegative, float64(m.Negative))
			if float64(m.Negative) <= flat {
				positive++
			}
			if !math.IsNaN(float64(m.Border)) {
				leastUneven = min(leastUneven, float64(m.Border))
				if float64(m.Border) <= flat {
					even++
				}
			}
		}
		if at < 0 {
			continue
		}
		count += len(good)
		value = max(value, worst)
		negative, uneven = min(negative, leastNegative), min(uneven, leastUneven)
		text := fmt.Sprintf("label %s: %d drawings; norm of the negative part at least %.3g", l.Label, len(good), leastNegative)
		if len(border) > 1 {
			text += fmt.Sprintf(", unevenness of the border at least %.3g", leastUneven)
		}
		c.Evidence = append(c.Evidence, Evidence{
			Text:  fmt.Sprintf("%s; nearest to the mean: instance %d of %s, cosine", text, good[at].instance, x.cells[good[at].trial].Label),
			Value: Number(worst), Cells: []string{x.cells[good[at].trial].ID},
		})
	}
	worstFirst(c.Evidence)
	if count > 0 {
		c.Value = Number(value)
	}
	c.Evidence = append(c.Evidence, borderEvidence(len(border), len(all)))
	c.judge(standing)
	if positive+even > 0 {
		c.Verdict = Fail
	}
	switch {
	case positive > 0:
		c.Sentence = fmt.Sprintf("%d of %d drawings have no negative values, as a mean of images has none.", positive, count)
	case even > 0:
		c.Sentence = fmt.Sprintf("%d of %d drawings are even where every training image is, as a mean of images is.", even, count)
	case c.Verdict == Pass || c.Verdict == Fail:
		c.Sentence = fmt.Sprintf("The cosine of %s with the mean training image of their label is at most %.3g (%s allowed), and the norm of their negative part at least %.2g of 1",
			plural(count, "drawing"), float64(c.Value), spec.allowed(), negative)
		if len(border) > 1 {
			c.Sentence += fmt.Sprintf("; over the %d pixels where every training image is the same they vary by at least %.2g of their root mean square", len(border), uneven)
		}
		c.Sentence += "."
	default:
		c.Sentence = undecidedBut(why, "The largest cosine is %.3g.", float64(c.Value))
	}
	return nil
}

// borderEvidence says what the border is.
func borderEvidence(border, images int) Evidence {
	text := fmt.Sprintf("pixels where all %d training images are the same: the border", images)
	if border < 2 {
		text += ", too few to say whether a drawing is even there"
	}
	return Evidence{Text: text, Value: Number(border)}
}

// borderOf returns the pixels that are the same in every training image, in order.
func borderOf(all []exhibit) ([]int, error) {
	if len(all) == 0 {
		return nil, nil
	}
	first := all[0].image.Pixels
	same := make([]bool, len(first))
	for i := range same {
		same[i] = true
	}
	for _, e := range all {
		if len(e.image.Pixels) != len(first) {
			return nil, fmt.Errorf("training images have %d and %d pixels", len(first), len(e.image.Pixels))
		}
		for i, v := range e.image.Pixels {
			same[i] = same[i] && v == first[i]
		}
	}
	var border []int
	for i, yes := range same {
		if yes {
			border = append(border, i)
		}
	}
	return border, nil
}

// meanOf returns the mean training image of a label, of unit norm; nil without images, and when they cancel to
// what rounding leaves.
func (x *problemRun) meanOf(all []exhibit, label string) *MeanImage {
	var mean Image
	size := 0.0
	labels := x.labels()
	for _, e := range all {
		if labels[e.label] != label {
			continue
		}
		if mean.Pixels == nil {
			mean = Image{Rows: e.image.Rows, Cols: e.image.Cols, Pixels: make([]float64, len(e.image.Pixels))}
		}
		floats.Add(mean.Pixels, e.image.Pixels)
		size += floats.Norm(e.image.Pixels, 2)
	}
	norm := floats.Norm(mean.Pixels, 2)
	if norm <= 1e-12*size {
		return nil
	}
	floats.Scale(1/norm, mean.Pixels)
	return &MeanImage{Image: mean}
}

// against returns the mean held against a drawing.
func (m *MeanImage) against(drawing Image, border []int) MeanImage {
	unit := make([]float64, len(drawing.Pixels))
	floats.ScaleTo(unit, 1/floats.Norm(drawing.Pixels, 2), drawing.Pixels)
	cosine := floats.Dot(unit, m.Image.Pixels)
	difference := make([]float64, len(unit))
	floats.AddScaledTo(difference, unit, -cosine, m.Image.Pixels)
	sign := math.Copysign(1, cosine)
	negative := 0.0
	for _, v := range unit {
		low := min(0, sign*v)
		negative += low * low
	}
	return MeanImage{
		Image: m.Image, Difference: Image{Rows: drawing.Rows, Cols: drawing.Cols, Pixels: difference},
		Correlation: Number(cosine), Negative: Number(math.Sqrt(negative)), Border: Number(unevenness(unit, border)),
	}
}

// unevenness returns the standard deviation of a vector of unit norm over the pixels of the border, relative to
// its root mean square over all pixels; NaN for a border of fewer than two.
func unevenness(unit []float64, border []int) float64 {
	if len(border) < 2 {
		return math.NaN()
	}
	n := float64(len(border))
	mean, squares := 0.0, 0.0
	for _, i := range border {
		mean += unit[i] / n
	}
	for _, i := range border {
		squares += (unit[i] - mean) * (unit[i] - mean) / n
	}
	return math.Sqrt(squares * float64(len(unit)))
}
