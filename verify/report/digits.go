package report

import (
	"fmt"
	"math"

	"example.org/concord/verify"
)

// labelView is what was drawn for one label, as the page shows it.
type labelView struct {
	*verify.LabelDrawings
	Instances []*picture
	Residual  *picture      // the second instance minus the first, amplified; nil when it cannot be drawn
	Words     string        // what the residual shows, or why there is none
	Scale     verify.Number // the pixel that gets the full colour
	Pictures  []*picture
	Mean      *meanView // nil where there is no mean image
	Near      []*neighbourView
	Opinions  []verdictOfJudge
}

// picture is one picture of the page. A picture with several frames holds them from left to right.
type picture struct {
	PNG        []byte // the file; nil when there are no pixels
	Rows, Cols int
	Frames     int
	Alt        string
	*verify.DrawnImage
	Basin *verify.ImageBasin
}

// shownInstances is how many drawings of a label the page shows beside each other.
const shownInstances = 2

func newLabelView(d *verify.LabelDrawings, judges []verify.JudgeInfo, films bool) (*labelView, error) {
	v := &labelView{LabelDrawings: d, Scale: verify.Number(labelScale(d))}
	for i := range d.Instances {
		if i == shownInstances {
			break
		}
		in := &d.Instances[i]
		frames := [][]float64{rounded(in.Image)}
		if films {
			frames = ascent(in)
		}
		p, err := newPicture(in.Image.Cols, float64(v.Scale), frames...)
		if err != nil {
			return nil, err
		}
		p.Alt = fmt.Sprintf("drawing of %s, instance %d", d.Label, in.Instance)
		p.DrawnImage = in
		v.Instances = append(v.Instances, p)
	}
	if err := v.compare(); err != nil {
		return nil, err
	}
	v.Opinions = newOpinions(d, judges)
	var err error
	if v.Mean, err = newMeanView(d); err != nil {
		return nil, err
	}
	if v.Near, err = newNeighbourViews(d); err != nil {
		return nil, err
	}
	for i := range d.Basins {
		b := &d.Basins[i]
		p, err := newPicture(b.Image.Cols, largest(rounded(b.Image)), rounded(b.Image))
		if err != nil {
			return nil, err
		}
		p.Alt = fmt.Sprintf("a drawing of %s in basin %d", d.Label, i+1)
		p.Basin = b
		v.Pictures = append(v.Pictures, p)
	}
	return v, nil
}

// compare draws the difference of the first two instances.
func (v *labelView) compare() error {
	if len(v.LabelDrawings.Instances) < 2 {
		v.Words = "there is no second instance to compare with"
		return nil
	}
	a, b := v.LabelDrawings.Instances[0].Image, v.LabelDrawings.Instances[1].Image
	if a.Rows != b.Rows || a.Cols != b.Cols || len(a.Pixels) == 0 {
		v.Words = "the two instances have no common size to compare"
		return nil
	}
	if v.LabelDrawings.Residual == nil {
		v.Words = "the difference was not recorded: one of the two did not converge"
		return nil
	}
	residual := rounded(*v.LabelDrawings.Residual)
	turned := ""
	if inner(rounded(a), rounded(b)) < 0 {
		turned = ", the second with its sign turned"
	}
	most := largest(residual)
	switch {
	case math.IsNaN(inner(residual, residual)):
		v.Words = "a pixel is not a number, so there is no difference to draw"
		return nil
	case most == 0 || v.Scale == 0:
		v.Words = "no difference at all: the two are the same to the last bit" + turned
		return nil
	}
	times := amplification(float64(v.Scale) / most)
	v.Words = "difference, amplified " + significant(times, 2) + " times" + turned
	if times == 1 {
		v.Words = "difference, not amplified, on a scale of ±" + significant(max(most, float64(v.Scale)), 3) + turned
	}
	p, err := newPicture(a.Cols, max(most, float64(v.Scale)/times), residual)
	if err != nil {
		return err
	}
	p.Alt = v.Words
	v.Residual = p
	return nil
}

func inner(x, y []float64) float64 {
	sum := 0.0
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}

// amplification returns the largest number of two digits that is at most x, and at least 1.
func amplification(x float64) float64 {
	if !(x > 1) {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(x))-1)
	return max(math.Floor(x/unit)*unit, 1)
}

// newPicture draws frames side by side with ±scale as the ends of the colour scale.
func newPicture(cols int, scale float64, frames ...[]float64) (*picture, error) {
	p := &picture{Cols: cols, Frames: len(frames)}
	if cols == 0 || len(frames[0]) == 0 {
		return p, nil
	}
	p.Rows = len(frames[0]) / cols
	file, err := pngFile(signedPicture(cols, scale, frames...))
	p.PNG = file
	return p, err
}
