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
	Golden    []*goldenView
	Opinions  []verdictOfJudge
	Sheet     []*picture // the ends of the ascents of the instances, for the overview of all labels
	ID        string     // of its place on the page
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
		end := p
		if len(frames) > 1 {
			if end, err = newPicture(in.Image.Cols, float64(v.Scale), rounded(in.Image)); err != nil {
				return nil, err
			}
			end.Alt = p.Alt
		}
		v.Sheet = append(v.Sheet, end)
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
	if v.Golden, err = newGoldenViews(d, float64(v.Scale)); err != nil {
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
	if math.IsNaN(inner(residual, residual)) {
		v.Words = "a pixel is not a number, so there is no difference to draw"
		return nil
	}
	var err error
	v.Residual, v.Words, err = amplified(residual, a.Cols, float64(v.Scale), turned)
	return err
}

// amplified draws a difference so that its largest pixel has about the full colour, and says how much it was amplified.
// There is no picture where there is no difference.
func amplified(residual []float64, cols int, scale float64, turned string) (*picture, string, error) {
	most := largest(residual)
	if most == 0 || scale == 0 {
		return nil, "no difference at all: the two are the same to the last bit" + turned, nil
	}
	times := amplification(scale / most)
	words := "difference, amplified " + significant(times, 2) + " times" + turned
	if times == 1 {
		words = "difference, not amplified, on a scale of ±" + significant(max(most, scale), 3) + turned
	}
	p, err := newPicture(cols, max(most, scale/times), residual)
	if err != nil {
		return nil, "", err
	}
	p.Alt = words
	return p, words, nil
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
