package report

import (
	"fmt"
	"math"
	"slices"

	"example.org/concord/verify"
)

// meanView is the mean training image of a label beside a drawing of it.
type meanView struct {
	*verify.MeanImage
	Mean, Rest         *picture // Rest is what is left of the drawing without the mean
	MeanScale, RestEnd verify.Number
}

// newMeanView returns nil where there is no mean.
func newMeanView(d *verify.LabelDrawings) (*meanView, error) {
	if d.Mean == nil {
		return nil, nil //nolint:nilnil // the template shows none
	}
	v := &meanView{MeanImage: d.Mean}
	var err error
	for _, m := range []struct {
		to    **picture
		scale *verify.Number
		image verify.Image
		alt   string
	}{
		{&v.Mean, &v.MeanScale, d.Mean.Image, "mean training image of " + d.Label},
		{&v.Rest, &v.RestEnd, d.Mean.Difference, "drawing of " + d.Label + " without its part along the mean"},
	} {
		x := rounded(m.image)
		*m.scale = verify.Number(largest(x))
		if *m.to, err = newPicture(m.image.Cols, float64(*m.scale), x); err != nil {
			return nil, err
		}
		(*m.to).Alt = m.alt
	}
	return v, nil
}

// neighbourView is the training image nearest to a drawing.
type neighbourView struct {
	*verify.Neighbour
	Picture *picture
	Of      string // which drawings it is nearest to
	Same    bool   // it has the label of the drawing
}

// newNeighbourViews returns the nearest training images of the instances, each image once.
func newNeighbourViews(d *verify.LabelDrawings) ([]*neighbourView, error) {
	var all []*neighbourView
	for i := range d.Instances {
		n := d.Instances[i].Nearest
		if n == nil || i >= shownInstances {
			continue
		}
		of := fmt.Sprintf("instance %d", d.Instances[i].Instance)
		if k := slices.IndexFunc(all, func(v *neighbourView) bool { return v.Label == n.Label && v.Index == n.Index }); k >= 0 {
			all[k].Of, all[k].Distance = "both", max(all[k].Distance, n.Distance)
			continue
		}
		x := rounded(n.Image)
		p, err := newPicture(n.Image.Cols, largest(x), x)
		if err != nil {
			return nil, err
		}
		p.Alt = fmt.Sprintf("training image %d of %s, the nearest to %s", n.Index, n.Label, of)
		copied := *n
		all = append(all, &neighbourView{Neighbour: &copied, Picture: p, Of: of, Same: n.Label == d.Label})
	}
	return all, nil
}

// verdictOfJudge is what one judge says of the drawings of a label.
type verdictOfJudge struct {
	Judge string
	Said  []said
}

// said is an opinion as the page shows it.
type said struct {
	*verify.Opinion
	Right bool
	Of    string // which drawings it is about
}

// newOpinions returns what each judge says of the instances; one entry where it says the same of both.
func newOpinions(d *verify.LabelDrawings, judges []verify.JudgeInfo) []verdictOfJudge {
	all := make([]verdictOfJudge, 0, len(judges))
	for j := range judges {
		v := verdictOfJudge{Judge: judges[j].Name}
		for i := range d.Instances {
			in := &d.Instances[i]
			if j >= len(in.Opinions) || i >= shownInstances {
				continue
			}
			o := &in.Opinions[j]
			of := fmt.Sprintf("instance %d", in.Instance)
			if n := len(v.Said); n > 0 && v.Said[n-1].Label == o.Label && number(v.Said[n-1].Doubt) == number(o.Doubt) {
				v.Said[n-1].Of = "both"
				continue
			}
			v.Said = append(v.Said, said{Opinion: o, Right: o.Label == d.Label, Of: of})
		}
		if len(v.Said) > 0 {
			all = append(all, v)
		}
	}
	return all
}

// judgeView is a judge with what it makes of all drawings that are shown.
type judgeView struct {
	*verify.JudgeInfo
	Accuracy  measureView
	Right, Of int
	Doubt     verify.Number // the largest
	Doubted   string        // the label of the drawing it doubts most
}

func newJudgeViews(p *verify.ProblemResult) []*judgeView {
	all := make([]*judgeView, 0, len(p.Judges))
	for j := range p.Judges {
		v := &judgeView{JudgeInfo: &p.Judges[j], Accuracy: newMeasureView(&p.Judges[j].Accuracy)}
		for i := range p.Drawings {
			d := &p.Drawings[i]
			for k := range d.Instances {
				if j >= len(d.Instances[k].Opinions) {
					continue
				}
				o := &d.Instances[k].Opinions[j]
				v.Of++
				if o.Label == d.Label {
					v.Right++
				}
				if v.Of == 1 || o.Doubt > v.Doubt || math.IsNaN(float64(o.Doubt)) {
					v.Doubt, v.Doubted = o.Doubt, d.Label
				}
			}
		}
		all = append(all, v)
	}
	return all
}
