package verify

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"

	"example.org/concord/verify/symmetry"
)

// judgeBatch is how many drawings a judge is shown at once.
const judgeBatch = 64

// leastSkill is what the accuracy of a judge has to exceed, at its lower bound, for its word to count.
const leastSkill = 0.5

// doubted is what one judge says of one drawing.
type doubted struct {
	Opinion
	label, drawing int // indices into x.drawn
	right, tied    bool
}

// examineRecognisable decides whether drawings show what they should to judges who share nothing with the
// network that drew them. The doubt of a judge is
//
//	distance from the right label / distance from the nearest wrong one,
//
// below 1 where the judge names the right label. The value is the largest doubt of any judge over all converged
// drawings. A judge that two labels are equally near to cannot tell them apart, and neither can one whose
// accuracy on images it had not seen may be below one half: then nothing is decided unless the doubt refutes.
func (x *problemRun) examineRecognisable(ctx context.Context, c *CheckResult, spec CheckSpec) error {
	c.Title = "Every drawing shows its label to judges who share nothing with the network"
	c.Quantity = "largest ratio of a judge's distance from the right label to that from the nearest wrong one"
	court, ok := x.p.(Court)
	if !ok {
		return fmt.Errorf("the subject calls no judges")
	}
	standing, why := x.gallery()
	if standing == Error || len(x.converged) == 0 {
		c.judge(standing)
		c.Sentence = undecided(why, 0, math.NaN())
		return nil
	}
	judges, err := court.Judges(ctx)
	if err != nil {
		return err
	}
	if len(judges) == 0 {
		return fmt.Errorf("the subject calls no judges")
	}
	x.result.Judges = []JudgeInfo{}
	ignorant := false // whether one of them is no judge
	for _, j := range judges {
		if j.Right < 0 || j.Right > j.Of {
			return fmt.Errorf("judge %s: %d of %d right", j.Name, j.Right, j.Of)
		}
		lo, hi := clopperPearson(j.Right, j.Of, confidence)
		m := Metric{
			Name: "accuracy", Doc: "share of images it had not seen that it names right",
			Value: Number(float64(j.Right) / float64(j.Of)), Low: Number(lo), High: Number(hi), N: j.Of,
		}
		x.result.Judges = append(x.result.Judges, JudgeInfo{Name: j.Name, Doc: j.Doc, Accuracy: m})
		ignorant = ignorant || !(lo > leastSkill)
		if standing == Pass && !(lo > leastSkill) {
			standing, why = Inconclusive, fmt.Sprintf("judge %s names %d of %d images right, at least %.3g of all at 95 %% confidence: that is no judge", j.Name, j.Right, j.Of, lo)
		}
	}
	said, err := x.hear(ctx, judges)
	if err != nil {
		return err
	}
	if err := x.nearest(ctx); err != nil {
		return err
	}
	value, right, tied := math.Inf(-1), 0, 0
	for i := range x.drawn {
		worst, count := -1, 0
		for k, d := range said {
			if d.label != i {
				continue
			}
			count++
			if d.right {
				right++
			}
			if d.tied {
				tied++
			}
			// A doubt that is NaN stays the worst: nothing was measured.
			if worst < 0 || !(d.Doubt <= said[worst].Doubt) && !math.IsNaN(float64(said[worst].Doubt)) {
				worst = k
			}
		}
		if worst < 0 {
			continue
		}
		d := said[worst]
		at := convergedDrawings(x.drawn[i])[d.drawing]
		value = max(value, float64(d.Doubt))
		text := fmt.Sprintf("label %s: %d drawings; most in doubt is judge %s, who names %s at instance %d of %s",
			x.result.Drawings[i].Label, count/len(judges), judges[worst%len(judges)].Name, d.Label, at.instance, x.cells[at.trial].Label)
		if near := x.nearestTo(i); near != nil {
			text += fmt.Sprintf("; the training image nearest to the first drawing is number %d of label %s, at distance %.3g", near.Index, near.Label, float64(near.Distance))
		}
		c.Evidence = append(c.Evidence, Evidence{Text: text, Value: d.Doubt, Cells: []string{x.cells[at.trial].ID}})
	}
	worstFirst(c.Evidence)
	if len(said) > 0 {
		c.Value = Number(value)
	}
	if standing == Pass && tied > 0 {
		standing, why = Inconclusive, fmt.Sprintf("a judge finds two labels equally near to a drawing %d times, and so names neither", tied)
	}
	for _, j := range x.result.Judges {
		c.Evidence = append(c.Evidence, Evidence{
			Text: fmt.Sprintf("judge %s: %s; share right of %d images it had not seen, %.3g to %.3g at 95 %% confidence",
				j.Name, j.Doc, j.Accuracy.N, float64(j.Accuracy.Low), float64(j.Accuracy.High)),
			Value: j.Accuracy.Value,
		})
	}
	c.judge(standing)
	if c.Verdict == Fail && ignorant {
		c.Verdict = Worst(standing, Inconclusive)
	}
	switch c.Verdict {
	case Pass, Fail:
		c.Sentence = fmt.Sprintf("Shown %s, %s the right label in %d of %d cases; at worst it is %.3g times as far as the nearest wrong one (%s allowed).",
			plural(len(said)/len(judges), "drawing"), judgesName(judges), right, len(said), float64(c.Value), spec.allowed())
	default:
		c.Sentence = undecidedBut(why, "The largest ratio of any drawing is %.3g.", float64(c.Value))
	}
	return nil
}

// judgesName begins a sentence about what judges name.
func judgesName(judges []Judge) string {
	if len(judges) == 1 {
		return "the judge " + judges[0].Name + " names"
	}
	names := make([]string, len(judges))
	for i, j := range judges {
		names[i] = j.Name
	}
	return "the judges " + strings.Join(names, ", ") + " name"
}

// hear shows every converged drawing to every judge. The opinions stand label by label, drawing by drawing,
// judge by judge; those on drawings that the result shows are written there.
func (x *problemRun) hear(ctx context.Context, judges []Judge) ([]doubted, error) {
	labels := x.labels()
	if len(labels) < 2 {
		return nil, fmt.Errorf("there is one label only, and nothing to mistake it for")
	}
	var said []doubted // one for each drawing and judge
	var images []Image
	for i, of := range x.drawn {
		for k, d := range convergedDrawings(of) {
			images = append(images, d.Image)
			for range judges {
				said = append(said, doubted{label: i, drawing: k})
			}
		}
	}
	batches := (len(images) + judgeBatch - 1) / judgeBatch
	tick := x.progress("judge", batches*len(judges))
	err := each(ctx, batches*len(judges), x.Jobs, func(n int) error {
		j, from := n%len(judges), n/len(judges)*judgeBatch
		batch := images[from:min(from+judgeBatch, len(images))]
		distances := judges[j].Distances(batch)
		if len(distances) != len(batch) {
			return fmt.Errorf("judge %s: distances of %d images, want %d", judges[j].Name, len(distances), len(batch))
		}
		for b, row := range distances {
			d := &said[(from+b)*len(judges)+j]
			if len(row) != len(labels) {
				return fmt.Errorf("judge %s: distances from %d labels, want %d", judges[j].Name, len(row), len(labels))
			}
			for k, v := range row {
				if !isFinite(v) || v < 0 {
					return fmt.Errorf("judge %s: a drawing of label %s has the distance %v from label %s", judges[j].Name, x.result.Drawings[d.label].Label, v, labels[k])
				}
			}
			d.weigh(row, labels, x.result.Drawings[d.label].Label)
		}
		tick("")
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range x.drawn {
		shown := x.result.Drawings[i].Instances
		for k := range shown {
			shown[k].Opinions = []Opinion{}
		}
		good := convergedDrawings(x.drawn[i])
		for _, d := range said {
			if d.label != i {
				continue
			}
			at := good[d.drawing]
			for k := range shown {
				if shown[k].Cell == x.cells[at.trial].ID && shown[k].Instance == at.instance {
					shown[k].Opinions = append(shown[k].Opinions, d.Opinion)
				}
			}
		}
	}
	return said, nil
}

// weigh turns the distances from all labels into an opinion on a drawing of the label right.
func (d *doubted) weigh(row []float64, labels []string, right string) {
	wrong, own, nearest := math.Inf(1), math.NaN(), 0
	for k, v := range row {
		if v < row[nearest] {
			nearest = k
		}
		if labels[k] == right {
			own = v
		} else {
			wrong = min(wrong, v)
		}
	}
	d.Label, d.Doubt = labels[nearest], Number(own/wrong)
	d.right, d.tied = own < wrong, own == wrong
}

// neighbours is how many training images near a drawing the result shows.
const neighbours = 3

// nearest finds for every drawing that the result shows the nearest training images of any label, as vectors of
// unit norm modulo sign, where the subject shows its training images.
func (x *problemRun) nearest(ctx context.Context) error {
	all, err := x.exhibits(-1)
	if err != nil || len(all) == 0 {
		return err
	}
	norms := make([]float64, len(all))
	for i, e := range all {
		norms[i] = floats.Norm(e.image.Pixels, 2)
	}
	var shown []*DrawnImage
	for i := range x.result.Drawings {
		for k := range x.result.Drawings[i].Instances {
			if d := &x.result.Drawings[i].Instances[k]; d.Status == Converged {
				shown = append(shown, d)
			}
		}
	}
	tick := x.progress("nearest", len(shown))
	return each(ctx, len(shown), x.Jobs, func(n int) error {
		d := shown[n]
		var near []int // indices into all, nearest first
		cosines := make([]float64, len(all))
		for i, e := range all {
			if norms[i] == 0 {
				continue // a blank image has no direction
			}
			if len(e.image.Pixels) != len(d.Image.Pixels) {
				return fmt.Errorf("training image %d of label %s has %d pixels, and a drawing %d", e.index, x.labels()[e.label], len(e.image.Pixels), len(d.Image.Pixels))
			}
			cosines[i] = math.Abs(floats.Dot(d.Image.Pixels, e.image.Pixels)) / norms[i]
			at := len(near)
			for at > 0 && cosines[i] > cosines[near[at-1]] {
				at--
			}
			near = slices.Insert(near, at, i)
			near = near[:min(len(near), neighbours)]
		}
		for k, at := range near {
			distance, err := symmetry.Sign{}.Distance(imageTuple(d.Image), imageTuple(all[at].image))
			if err != nil {
				return err
			}
			n := Neighbour{Label: x.labels()[all[at].label], Index: all[at].index, Distance: Number(distance), Image: all[at].image}
			if k == 0 {
				d.Nearest = &n
			} else {
				d.NextNearest = append(d.NextNearest, n)
			}
		}
		tick("")
		return nil
	})
}

// nearestTo returns the training image nearest to the first drawing of a label, nil when it is not known.
func (x *problemRun) nearestTo(label int) *Neighbour {
	if shown := x.result.Drawings[label].Instances; len(shown) > 0 {
		return shown[0].Nearest
	}
	return nil
}
