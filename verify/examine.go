package verify

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// examine measures and decides the checks that look at one network, at drawings or at features, and compare no
// starts. What goes wrong with one of them is its own finding.
//
// Such a check needs one converged trial, and those about drawings need every drawing converged. It does not ask
// for two starts, and trials that did not converge do not change its verdict, as they do not that of an images
// check: the verdict of the problem counts them.
func (x *problemRun) examine(ctx context.Context) error {
	x.examined = make([]*CheckResult, len(x.s.Checks))
	for i, spec := range x.s.Checks {
		var do func(context.Context, *CheckResult, CheckSpec) error
		switch spec.Kind {
		case "recognisable":
			do = x.examineRecognisable
		case "not-the-mean":
			do = x.examineMean
		case "shift":
			do = x.examineShift
		case "accuracy":
			do = x.examineAccuracy
		case "novelty":
			do = x.examineNovelty
		default:
			continue
		}
		c := spec.open()
		err := guarded(func(int) error { return do(ctx, &c, spec) }, 0)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			c.Verdict, c.Sentence = Error, undecided(err.Error(), 0, math.NaN())
		}
		x.examined[i] = &c
	}
	return nil
}

// witness says whether there is a trained network to look at, and why when there is none.
func (x *problemRun) witness() (Verdict, string) {
	if len(x.converged) > 0 {
		return Pass, ""
	}
	v, why := x.attendance()
	return Worst(v, Inconclusive), why
}

// gallery says what the drawings are worth as witnesses, and why when they are not all good.
func (x *problemRun) gallery() (Verdict, string) {
	if _, ok := x.p.(Artist); !ok {
		return Error, "the subject cannot draw"
	}
	if v, why := x.witness(); v != Pass {
		return v, why
	}
	if x.drawErr != nil {
		return Error, x.drawErr.Error()
	}
	total, good := 0, 0
	for _, of := range x.drawn {
		total += len(of)
		good += len(convergedDrawings(of))
	}
	switch {
	case total == 0:
		return Inconclusive, "nothing was drawn"
	case good < total:
		return Inconclusive, fmt.Sprintf("%d of %d drawings did not converge", total-good, total)
	}
	return Pass, ""
}

// answers are what the first converged network says of a set of inputs.
type answers struct {
	*Inputs           // without Data
	scores  []float64 // input by input, Labels entries each
}

// named returns the label that input i is given, −1 for none.
func (a *answers) named(i int) int { return argmax(a.scores[i*a.Labels : (i+1)*a.Labels]) }

// keep remembers what the first converged network says of in.
func (x *problemRun) keep(in *Inputs, scores []float64) *answers {
	light := *in
	light.Data = nil // it may be large
	a := &answers{&light, slices.Clone(scores)}
	if x.answered == nil {
		x.answered = map[string]*answers{}
	}
	x.answered[in.Name] = a
	return a
}

// answer returns what the first converged network says of the inputs of a name, asking it once only.
func (x *problemRun) answer(ctx context.Context, scorer Scorer, name string) (*answers, error) {
	if a := x.answered[name]; a != nil {
		return a, nil
	}
	in, err := x.inputs(ctx, scorer, name)
	if err != nil {
		return nil, err
	}
	if in == nil {
		return nil, fmt.Errorf("inputs %s: no drawing converged", name)
	}
	scores, err := x.firstScores(scorer, in)
	if err != nil {
		return nil, err
	}
	return x.keep(in, scores), nil
}

// firstScores returns the scores that the first converged network gives in.
func (x *problemRun) firstScores(scorer Scorer, in *Inputs) ([]float64, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	tuple, err := x.tuples.tuple(x.converged[0])
	if err != nil {
		return nil, err
	}
	scores := scorer.Scores(nil, tuple, in)
	if len(scores) != in.Count*in.Labels {
		return nil, fmt.Errorf("inputs %s: %d scores, want %d", in.Name, len(scores), in.Count*in.Labels)
	}
	for i, s := range scores {
		if !isFinite(s) {
			return nil, fmt.Errorf("inputs %s: input %d has the score %v for label %d", in.Name, i/in.Labels, s, i%in.Labels)
		}
	}
	return scores, nil
}

// check refuses inputs that contradict themselves.
func (in *Inputs) check() error {
	switch {
	case in.Count < 1 || in.Labels < 1 || in.Truth != nil && len(in.Truth) != in.Count:
		return fmt.Errorf("inputs %s: %d inputs with %d labels and %d right answers", in.Name, in.Count, in.Labels, len(in.Truth))
	case in.Norms != nil && len(in.Norms) != in.Count:
		return fmt.Errorf("inputs %s: %d inputs with %d norms", in.Name, in.Count, len(in.Norms))
	}
	for i, k := range in.Truth {
		if k < 0 || k >= in.Labels {
			return fmt.Errorf("inputs %s: the right label of input %d is %d, and there are %d", in.Name, i, k, in.Labels)
		}
	}
	for i, norm := range in.Norms {
		if !isFinite(norm) || norm < 0 {
			return fmt.Errorf("inputs %s: input %d has the norm %v", in.Name, i, norm)
		}
	}
	return nil
}

// labels returns what an Artist can draw.
func (x *problemRun) labels() []string {
	if artist, ok := x.p.(Artist); ok {
		return artist.Labels()
	}
	return nil
}

// labelNames returns what the subject calls n labels, numbers where it does not say.
func (x *problemRun) labelNames(n int) []string {
	if names := x.labels(); len(names) == n {
		return names
	}
	names := make([]string, n)
	for k := range names {
		names[k] = fmt.Sprint(k)
	}
	return names
}

// exhibit is one training image.
type exhibit struct {
	label, index int // index among the examples of its label
	image        Image
}

// exhibits returns up to count training images, spread over the labels: the first of each, then the second.
// Below zero, count means all. It returns nil when the subject shows none, and an error for one that is no image.
func (x *problemRun) exhibits(count int) ([]exhibit, error) {
	exhibitor, ok := x.p.(Exhibitor)
	if !ok {
		return nil, nil
	}
	var all []exhibit
	labels := x.labels()
	examples := make([][]Image, len(labels))
	for k := range examples {
		examples[k] = exhibitor.Examples(k)
	}
	for index, more := 0, true; more; index++ {
		more = false
		for k, images := range examples {
			if index >= len(images) || count >= 0 && len(all) == count {
				continue
			}
			if err := images[index].check(); err != nil {
				return nil, fmt.Errorf("training image %d of label %s: %w", index, labels[k], err)
			}
			all = append(all, exhibit{k, index, images[index]})
			more = true
		}
	}
	return all, nil
}

// check refuses an image without pixels, with the wrong number of them or with one that is not finite.
func (m Image) check() error {
	if m.Rows < 1 || m.Cols < 1 || len(m.Pixels) != m.Rows*m.Cols {
		return fmt.Errorf("%d pixels for %d×%d", len(m.Pixels), m.Rows, m.Cols)
	}
	for i, v := range m.Pixels {
		if !isFinite(v) {
			return fmt.Errorf("pixel %d is %v", i, v)
		}
	}
	return nil
}

// worstFirst sorts evidence by value, NaN first, and keeps the order of equals.
func worstFirst(evidence []Evidence) {
	slices.SortStableFunc(evidence, func(a, b Evidence) int {
		x, y := float64(a.Value), float64(b.Value)
		switch {
		case math.IsNaN(x) && !math.IsNaN(y), x > y:
			return -1
		case math.IsNaN(y) && !math.IsNaN(x), x < y:
			return 1
		}
		return 0
	})
}
