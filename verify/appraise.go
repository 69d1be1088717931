package verify

import (
	"context"
	"fmt"
	"math"
	"slices"

	"example.org/concord/verify/symmetry"
)

// attained is the part of a bound by which a score may fall short of it and still be said to attain it: the rounding
// of sums over some hundred thousand terms.
const attained = 1e-12

// appraise asks, where the subject can tell, for the best image of a label by the network of one trial, and holds
// the drawings of that network against it.
func (x *problemRun) appraise(ctx context.Context, label, trial int, of []drawn, l *LabelDrawings) error {
	appraiser, ok := x.p.(Appraiser)
	if !ok {
		return nil
	}
	tuple, err := x.tuples.tuple(trial)
	if err != nil {
		return err
	}
	a, err := appraiser.Appraise(ctx, tuple, label)
	if err != nil {
		return fmt.Errorf("appraisal: %w", err)
	}
	best := &BestImage{
		Score: Number(a.Score), Bound: Number(a.Bound), Second: Number(a.Second), Basin: -1,
		Distance: Number(math.NaN()), Lacking: Number(math.NaN()),
		Proven: a.Bound > 0 && a.Bound-a.Score <= attained*a.Bound && a.Second < a.Bound*(1-attained),
	}
	if a.Score > a.Bound*(1+attained) {
		return fmt.Errorf("appraisal: the score %v exceeds the bound %v, which no score does", a.Score, a.Bound)
	}
	for _, d := range of {
		if d.trial == trial && d.Status == Converged && !(d.Score <= a.Bound*(1+scoreRounding)) {
			return fmt.Errorf("appraisal: a drawing scores %v, and the bound is %v: one of the two is wrong", d.Score, a.Bound)
		}
	}
	l.Best = best
	if len(a.Image.Pixels) == 0 {
		best.Proven = false
		return nil
	}
	if err := a.Image.check(); err != nil {
		return fmt.Errorf("appraisal: %w", err)
	}
	top := math.Inf(-1)
	for _, d := range of {
		if d.trial != trial || d.Status != Converged {
			continue
		}
		distance, err := symmetry.Sign{}.Distance(imageTuple(a.Image), imageTuple(d.Image))
		if err != nil {
			return fmt.Errorf("appraisal: %w", err)
		}
		if !(float64(best.Distance) <= distance) {
			best.Distance = Number(distance)
			best.Basin = slices.IndexFunc(l.Basins, func(b ImageBasin) bool { return b.Pattern == d.Pattern })
		}
		top = max(top, d.Score)
	}
	if !math.IsInf(top, -1) {
		best.Lacking = Number((a.Score - top) / a.Score)
	}
	return nil
}

// bestThereIs adds to c, where the subject could tell, which drawing of each label is the best image there is, and
// sums it up as a sentence that begins with a space.
func (x *problemRun) bestThereIs(c *CheckResult) string {
	asked, proven, reached := 0, 0, 0
	for _, l := range x.result.Drawings {
		b := l.Best
		if b == nil {
			continue
		}
		asked++
		if !b.Proven {
			c.Evidence = append(c.Evidence, Evidence{
				Text:  fmt.Sprintf("label %s: no image scores more than %.12g, which is not attained: the best image is not proven; part by which the best one found falls short", l.Label, float64(b.Bound)),
				Value: 1 - b.Score/b.Bound,
			})
			continue
		}
		proven++
		text := fmt.Sprintf("label %s: one image, up to its sign, is proven to score higher than every other", l.Label)
		switch {
		case b.Basin < 0:
			text += ", and no drawing was held against it"
		case float64(b.Distance) <= x.imageResolution():
			reached++
			text += fmt.Sprintf(", and it is that of basin %d", b.Basin+1)
			if p := l.Basins[b.Basin].Pattern; p != "" {
				text += ", " + p
			}
		default:
			text += ", and no drawing reached it"
		}
		c.Evidence = append(c.Evidence, Evidence{Text: text + "; distance of the nearest drawing", Value: b.Distance})
	}
	switch {
	case asked == 0:
		return ""
	case proven == 0:
		return " Which image scores highest could not be proven for any label."
	}
	return fmt.Sprintf(" For %d of %s exactly one image, up to its sign, is proven to score higher than every other, and for %d of these a drawing is that image.",
		proven, plural(asked, "label"), reached)
}
