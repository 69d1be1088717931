package report

import (
	"fmt"
	"math"
	"slices"

	"example.org/concord/verify"
)

// consistentJudges returns an error when what judges say of the drawings of a problem contradicts itself or a
// check that rests on it, or when a mean image contradicts such a check.
func consistentJudges(path string, p *verify.ProblemResult) error {
	for i := range p.Judges {
		at := fmt.Sprintf("%s.judges[%d].accuracy", path, i)
		if m := &p.Judges[i].Accuracy; m.N < 0 {
			return fmt.Errorf("%s.n is %d, which is no count", at, m.N)
		} else if err := consistentShare(at, "value", m.Value, m.Low, m.High); err != nil {
			return err
		}
	}
	for i := range p.Checks {
		if p.Checks[i].Kind == "recognisable" && p.Checks[i].Verdict == verify.Pass && len(p.Judges) == 0 {
			return fmt.Errorf("%s.checks[%d].verdict is PASS, but judges is empty", path, i)
		}
	}
	for i := range p.Drawings {
		d := &p.Drawings[i]
		for j := range d.Instances {
			at := fmt.Sprintf("%s.drawings[%d].instances[%d]", path, i, j)
			if err := consistentOpinions(at, d.Label, &d.Instances[j], p); err != nil {
				return err
			}
		}
		if d.Mean == nil {
			continue
		}
		for j, c := range p.Checks {
			if size := math.Abs(float64(d.Mean.Correlation)); c.Kind == "not-the-mean" && finite(c.Value) && size > float64(c.Value)+slack {
				return fmt.Errorf("%s.drawings[%d].mean.correlation is %s, but checks[%d].value, the largest, is %s", path, i,
					plain(d.Mean.Correlation), j, plain(c.Value))
			}
		}
	}
	return nil
}

// consistentOpinions returns an error when the opinions on one drawing of a label are not those of all judges, or
// when one names another label than its doubt does or is beyond the largest doubt that a check found.
func consistentOpinions(path, label string, in *verify.DrawnImage, p *verify.ProblemResult) error {
	if n := len(in.Opinions); n != 0 && n != len(p.Judges) {
		return fmt.Errorf("%s.opinions has %d entries, but there are %d judges", path, n, len(p.Judges))
	}
	for i, o := range in.Opinions {
		at := fmt.Sprintf("%s.opinions[%d]", path, i)
		switch right := o.Label == label; {
		case o.Doubt < 0:
			return fmt.Errorf("%s.doubt is %s: it is a ratio of distances", at, plain(o.Doubt))
		case o.Doubt < 1 && !right:
			return fmt.Errorf("%s.doubt is %s, below 1, but label is %q and not the right one, %q", at, plain(o.Doubt), o.Label, label)
		case o.Doubt > 1 && right:
			return fmt.Errorf("%s.doubt is %s, above 1, but label is the right one, %q", at, plain(o.Doubt), label)
		}
		for j, c := range p.Checks {
			if c.Kind == "recognisable" && finite(c.Value) && !(o.Doubt <= c.Value) {
				return fmt.Errorf("%s.doubt is %s, but checks[%d].value, the largest, is %s", at, plain(o.Doubt), j, plain(c.Value))
			}
		}
	}
	return nil
}

// consistentNeighbours returns an error when the training images nearest to a drawing cannot be these, or are not
// in order.
func consistentNeighbours(path string, in *verify.DrawnImage) error {
	if in.Nearest == nil {
		if len(in.NextNearest) > 0 {
			return fmt.Errorf("%s.next_nearest is there, but nearest is not", path)
		}
		return nil
	}
	if err := consistentNeighbour(path+".nearest", in.Nearest, in.Image); err != nil {
		return err
	}
	before := in.Nearest.Distance
	for i := range in.NextNearest {
		at, n := fmt.Sprintf("%s.next_nearest[%d]", path, i), &in.NextNearest[i]
		if err := consistentNeighbour(at, n, in.Image); err != nil {
			return err
		}
		if float64(n.Distance) < float64(before)-slack {
			return fmt.Errorf("%s.distance is %s, but the image before it, which is nearer, is %s away", at, plain(n.Distance), plain(before))
		}
		before = n.Distance
	}
	return nil
}

// consistentNeighbour returns an error when a training image cannot be near a drawing.
func consistentNeighbour(path string, n *verify.Neighbour, drawing verify.Image) error {
	if err := consistentImage(path+".image", n.Image); err != nil {
		return err
	}
	if n.Index < 0 {
		return fmt.Errorf("%s.index is %d", path, n.Index)
	}
	if err := consistentSize(path+".image", n.Image, drawing); err != nil {
		return err
	}
	return consistentDistance(path+".distance", n.Distance)
}

// consistentGolden returns an error when a drawing cannot differ from the golden one as it says.
func consistentGolden(path string, in *verify.DrawnImage) error {
	g := in.Golden
	if g == nil {
		return nil
	}
	if err := consistentImage(path+".residual", g.Residual); err != nil {
		return err
	}
	if err := consistentSize(path+".residual", g.Residual, in.Image); err != nil {
		return err
	}
	return consistentDistance(path+".distance", g.Distance)
}

// consistentSize returns an error when m has another size than the drawing it is held against.
func consistentSize(path string, m, drawing verify.Image) error {
	if m.Rows != drawing.Rows || m.Cols != drawing.Cols {
		return fmt.Errorf("%s is %d×%d, but the drawing is %d×%d", path, m.Rows, m.Cols, drawing.Rows, drawing.Cols)
	}
	return nil
}

// consistentDistance returns an error when two images of norm 1 cannot be so far apart up to sign. NaN was not
// measured and contradicts nothing.
func consistentDistance(path string, d verify.Number) error {
	if !math.IsNaN(float64(d)) && !between(d, 0, math.Sqrt2) {
		return fmt.Errorf("%s is %s, but up to sign two images of norm 1 are at most √2 apart", path, plain(d))
	}
	return nil
}

// leastAgreement is how near a recorded correlation has to be to the one of the recorded pixels, which are
// rounded to six digits.
const leastAgreement = 1e-3

// consistentMean returns an error when the mean image of a label contradicts itself or the first drawing.
func consistentMean(path string, d *verify.LabelDrawings) error {
	m := d.Mean
	if m == nil {
		return nil
	}
	if len(d.Instances) == 0 {
		return fmt.Errorf("%s is there, but no instance to hold it against", path)
	}
	first := d.Instances[0].Image
	for _, c := range []struct {
		name  string
		image verify.Image
	}{{"image", m.Image}, {"difference", m.Difference}} {
		if err := consistentImage(path+"."+c.name, c.image); err != nil {
			return err
		}
		if c.image.Rows != first.Rows || c.image.Cols != first.Cols {
			return fmt.Errorf("%s.%s is %d×%d, but the first instance is %d×%d", path, c.name, c.image.Rows, c.image.Cols, first.Rows, first.Cols)
		}
	}
	switch {
	case !between(m.Correlation, -1, 1):
		return fmt.Errorf("%s.correlation is %s, but a cosine is from −1 to 1", path, plain(m.Correlation))
	case !between(m.Negative, 0, 1):
		return fmt.Errorf("%s.negative is %s, but it is a part of 1", path, plain(m.Negative))
	case m.Border < 0:
		return fmt.Errorf("%s.border is %s, but a deviation is not negative", path, plain(m.Border))
	}
	cosine := inner(m.Image.Pixels, first.Pixels) / math.Sqrt(inner(m.Image.Pixels, m.Image.Pixels)*inner(first.Pixels, first.Pixels))
	if !(math.Abs(cosine-float64(m.Correlation)) <= leastAgreement) {
		return fmt.Errorf("%s.correlation is %s, but that of the pixels is %s", path, plain(m.Correlation), plain(verify.Number(cosine)))
	}
	return nil
}

// consistentCensus returns an error when counts of drawings that began in a basin on purpose do not add up.
func consistentCensus(path string, d *verify.LabelDrawings) error {
	count, converged := 0, 0
	for i := range d.Census {
		b := &d.Census[i]
		at := fmt.Sprintf("%s[%d]", path, i)
		for _, other := range d.Census[:i] {
			if other.Pattern == b.Pattern {
				return fmt.Errorf("%s.pattern is %q, which is there twice", at, b.Pattern)
			}
		}
		if b.Stayed < 0 || b.Stayed > b.Converged || b.Converged > b.Count {
			return fmt.Errorf("%s has %d begun, %d converged and %d stayed: each is a part of the one before", at, b.Count, b.Converged, b.Stayed)
		}
		for j := 1; j < len(b.Ended); j++ {
			if b.Ended[j-1] >= b.Ended[j] {
				return fmt.Errorf("%s.ended is not sorted, or names %q twice", at, b.Ended[j])
			}
		}
		elsewhere, others := b.Converged-b.Stayed, len(b.Ended)
		if slices.Contains(b.Ended, b.Pattern) {
			others--
		}
		switch {
		case (b.Stayed > 0) != (others < len(b.Ended)):
			return fmt.Errorf("%s.stayed is %d, but ended is %q", at, b.Stayed, b.Ended)
		case (elsewhere > 0) != (others > 0) || others > elsewhere:
			return fmt.Errorf("%s has %d of %d stayed, but ended is %q", at, b.Stayed, b.Converged, b.Ended)
		}
		count += b.Count
		converged += b.Converged
	}
	if count > d.Count || converged > d.Converged {
		return fmt.Errorf("%s has %d drawings, of which %d converged, but of all there are %d and %d", path, count, converged, d.Count, d.Converged)
	}
	return nil
}
