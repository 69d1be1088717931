package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

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

// neighbourView is a training image near a drawing.
type neighbourView struct {
	*verify.Neighbour
	Picture *picture
	Rank    string // "nearest", "second nearest", ...
	Of      string // which drawings it is near to
	Same    bool   // it has the label of the drawing
}

// newNeighbourViews returns the training images nearest to the instances, each image of a rank once.
func newNeighbourViews(d *verify.LabelDrawings) ([]*neighbourView, error) {
	var all []*neighbourView
	ranks := []string{"nearest", "second nearest", "third nearest"}
	for rank, word := range ranks {
		for i := range min(len(d.Instances), shownInstances) {
			in := &d.Instances[i]
			if in.Nearest == nil || rank > len(in.NextNearest) {
				continue
			}
			n := *in.Nearest
			if rank > 0 {
				n = in.NextNearest[rank-1]
			}
			of := fmt.Sprintf("instance %d", in.Instance)
			if k := slices.IndexFunc(all, func(v *neighbourView) bool { return v.Rank == word && v.Label == n.Label && v.Index == n.Index }); k >= 0 {
				all[k].Of, all[k].Distance = "both", max(all[k].Distance, n.Distance)
				continue
			}
			x := rounded(n.Image)
			p, err := newPicture(n.Image.Cols, largest(x), x)
			if err != nil {
				return nil, err
			}
			p.Alt = fmt.Sprintf("training image %d of %s, the %s to %s", n.Index, n.Label, word, of)
			all = append(all, &neighbourView{Neighbour: &n, Picture: p, Rank: word, Of: of, Same: n.Label == d.Label})
		}
	}
	return all, nil
}

// goldenView is a golden drawing beside a drawing of the run.
type goldenView struct {
	*verify.GoldenDeviation
	Of         string // which drawing it is held against
	Pattern    string
	Picture    *picture // the golden drawing; nil where one of its basin is shown already
	Difference *picture // the golden one minus that of the run, amplified; nil where there is none to see
	Words      string
}

// newGoldenViews returns the golden drawings of the instances, whose colours have ±scale as their ends.
func newGoldenViews(d *verify.LabelDrawings, scale float64) ([]*goldenView, error) {
	var all []*goldenView
	for i := range min(len(d.Instances), shownInstances) {
		in := &d.Instances[i]
		if in.Golden == nil {
			continue
		}
		v := &goldenView{GoldenDeviation: in.Golden, Of: fmt.Sprintf("instance %d", in.Instance), Pattern: in.Pattern}
		x, residual := rounded(in.Image), rounded(in.Golden.Residual)
		shown := slices.ContainsFunc(all, func(v *goldenView) bool { return v.Pattern == in.Pattern })
		if !shown {
			golden := make([]float64, len(x))
			for k := range golden {
				golden[k] = x[k] + residual[k]
			}
			var err error
			if v.Picture, err = newPicture(in.Image.Cols, scale, golden); err != nil {
				return nil, err
			}
			v.Picture.Alt = fmt.Sprintf("golden drawing of %s", d.Label)
			if in.Pattern != "" {
				v.Picture.Alt += ", " + in.Pattern
			}
		}
		var err error
		if v.Difference, v.Words, err = amplified(residual, in.Image.Cols, scale, ""); err != nil {
			return nil, err
		}
		v.Words = strings.TrimPrefix(v.Words, "difference, ")
		if v.Difference != nil {
			v.Difference.Alt = "golden less " + v.Of + ", " + v.Words
		}
		all = append(all, v)
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
