package verify

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
)

// scoreSpread is how far the functions of the converged trials differ on one set of inputs.
type scoreSpread struct {
	name      string
	err       error   // why nothing else is known
	count     int     // inputs
	largest   float64 // score of all
	differ    float64 // largest difference of two trials' scores for one input and label
	byLabel   []float64
	input     int // where the largest difference is
	label     int
	lo, hi    int // the two trials
	disagreed int // inputs for which the trials do not all name the same label
	networks  int
}

// envelope keeps the memory of a comparison flat: over any number of trials, the largest difference
// for one input and label is the largest score minus the smallest.
type envelope struct {
	lo, hi     []float64
	loAt, hiAt []int32
	first      []int // label named by the first trial seen; -2 before that
	disagree   []bool
}

// score evaluates every converged network on every input set that a scores check names, and measures how
// often it is right where the right label is known. Its only error is that of ctx: what goes wrong with an
// input set is a finding of the checks that name it.
func (x *problemRun) score(ctx context.Context) error {
	scorer, ok := x.p.(Scorer)
	names, attacks := x.scored()
	if !ok || len(names) == 0 || len(x.converged) == 0 {
		return nil
	}
	for _, name := range names {
		var s *scoreSpread
		err := guarded(func(int) error {
			var err error
			s, err = x.scoreNamed(ctx, scorer, name, attacks)
			return err
		}, 0)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			x.scores = append(x.scores, scoreSpread{name: name, err: err})
		case s != nil:
			x.scores = append(x.scores, *s)
		}
	}
	x.metrics(names)
	return nil
}

// scored returns the names of the input sets that scores checks name, each once, and how many searches per
// label they ask for at most.
func (x *problemRun) scored() (names []string, attacks int) {
	for _, c := range x.s.Checks {
		if c.Kind != "scores" {
			continue
		}
		attacks = max(attacks, c.Attacks)
		for _, name := range c.Inputs {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, attacks
}

// scoreNamed evaluates every converged network on the input set of a name; nil when there is nothing to score.
func (x *problemRun) scoreNamed(ctx context.Context, scorer Scorer, name string, attacks int) (*scoreSpread, error) {
	var in *Inputs
	var err error
	if name == adversary {
		in, err = x.attack(ctx, scorer, attacks)
	} else {
		in, err = x.inputs(ctx, scorer, name)
	}
	if err != nil || in == nil {
		return nil, err
	}
	return x.scoreInputs(ctx, scorer, in, x.progress("score", len(x.converged)))
}

// inputs returns a set by name; nil when it stands for drawings and none converged.
func (x *problemRun) inputs(ctx context.Context, scorer Scorer, name string) (*Inputs, error) {
	if name != generated {
		return scorer.Inputs(ctx, name)
	}
	var images []Image
	for _, of := range x.drawn {
		for _, d := range convergedDrawings(of) {
			images = append(images, d.Image)
		}
	}
	if len(images) == 0 {
		return nil, nil //nolint:nilnil // nothing to score is no error: the check says so
	}
	return scorer.InputsFrom(name, images)
}

func (x *problemRun) scoreInputs(ctx context.Context, scorer Scorer, in *Inputs, tick func(string)) (*scoreSpread, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	size := in.Count * in.Labels
	e := &envelope{
		lo: make([]float64, size), hi: make([]float64, size),
		loAt: make([]int32, size), hiAt: make([]int32, size),
		first: make([]int, in.Count), disagree: make([]bool, in.Count),
	}
	for i := range e.lo {
		e.lo[i], e.hi[i] = math.Inf(1), math.Inf(-1)
	}
	for i := range e.first {
		e.first[i] = -2
	}
	var mu sync.Mutex
	buffers := sync.Pool{New: func() any { b := make([]float64, size); return &b }}
	err := each(ctx, len(x.converged), x.Jobs, func(i int) error {
		trial := x.converged[i]
		buffer, _ := buffers.Get().(*[]float64)
		defer buffers.Put(buffer)
		tuple, err := x.tuples.tuple(trial)
		if err != nil {
			return err
		}
		scores := scorer.Scores(*buffer, tuple, in)
		if len(scores) != size {
			return fmt.Errorf("inputs %s, %s: %d scores, want %d", in.Name, x.cells[trial].Label, len(scores), size)
		}
		mu.Lock()
		defer mu.Unlock()
		right, err := e.add(scores, trial, in)
		if err != nil {
			return fmt.Errorf("inputs %s, %s: %w", in.Name, x.cells[trial].Label, err)
		}
		if in.Truth != nil {
			x.result.Trials[trial].Metrics = append(x.result.Trials[trial].Metrics, accuracy(in, right))
		}
		if i == 0 {
			x.keep(in, scores)
		}
		tick("")
		return nil
	})
	if err != nil {
		return nil, err
	}
	return e.spread(in, len(x.converged)), nil
}

// add widens the envelope by the scores of one trial and counts the inputs it gets right. Ties between trials
// are broken by the lower trial, so that the order of the calls does not matter.
func (e *envelope) add(scores []float64, trial int, in *Inputs) (right int, err error) {
	at := int32(trial) //nolint:gosec // at most a million cells
	for i, s := range scores {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return 0, fmt.Errorf("input %d has the score %v for label %d", i/in.Labels, s, i%in.Labels)
		}
		if s < e.lo[i] || s == e.lo[i] && at < e.loAt[i] {
			e.lo[i], e.loAt[i] = s, at
		}
		if s > e.hi[i] || s == e.hi[i] && at < e.hiAt[i] {
			e.hi[i], e.hiAt[i] = s, at
		}
	}
	for i := range in.Count {
		named := argmax(scores[i*in.Labels : (i+1)*in.Labels])
		if e.first[i] == -2 {
			e.first[i] = named
		}
		e.disagree[i] = e.disagree[i] || named != e.first[i]
		if in.Truth != nil && named == in.Truth[i] {
			right++
		}
	}
	return right, nil
}

// argmax returns the index of the largest positive score, the first of equals, -1 when none is positive.
func argmax(scores []float64) int {
	best, at := 0.0, -1
	for k, s := range scores {
		if s > best {
			best, at = s, k
		}
	}
	return at
}

func (e *envelope) spread(in *Inputs, networks int) *scoreSpread {
	s := &scoreSpread{name: in.Name, count: in.Count, networks: networks, byLabel: make([]float64, in.Labels)}
	worst := 0
	for i := range e.lo {
		differ := e.hi[i] - e.lo[i]
		s.largest = max(s.largest, e.hi[i])
		s.byLabel[i%in.Labels] = max(s.byLabel[i%in.Labels], differ)
		if differ > e.hi[worst]-e.lo[worst] {
			worst = i
		}
	}
	s.differ = e.hi[worst] - e.lo[worst]
	s.input, s.label = worst/in.Labels, worst%in.Labels
	s.lo, s.hi = int(e.loAt[worst]), int(e.hiAt[worst])
	for _, d := range e.disagree {
		if d {
			s.disagreed++
		}
	}
	return s
}

// accuracy is a share of right answers, with its 95 % Clopper-Pearson interval where the inputs are a sample.
func accuracy(in *Inputs, right int) Metric {
	lo, hi := clopperPearson(right, in.Count, confidence)
	if in.Fitted {
		lo, hi = math.NaN(), math.NaN()
	}
	return Metric{
		Name: "accuracy/" + in.Name, Doc: "share of inputs whose largest score is that of the right label",
		Value: Number(float64(right) / float64(in.Count)), Low: Number(lo), High: Number(hi), N: in.Count,
	}
}

// metrics states for the problem what the first converged network measured, and how far the others differ.
func (x *problemRun) metrics(names []string) {
	for _, name := range names {
		var all []Metric
		for _, trial := range x.converged {
			for _, m := range x.result.Trials[trial].Metrics {
				if m.Name == "accuracy/"+name {
					all = append(all, m)
				}
			}
		}
		if len(all) == 0 {
			continue
		}
		m := all[0]
		lo, hi := m.Value, m.Value
		for _, other := range all {
			lo, hi = min(lo, other.Value), max(hi, other.Value)
		}
		if lo == hi {
			m.Doc += fmt.Sprintf("; the same for all %d trained networks", len(all))
		} else {
			m.Doc += fmt.Sprintf("; of the first of %d trained networks, which range from %.4f to %.4f", len(all), float64(lo), float64(hi))
		}
		x.result.Metrics = append(x.result.Metrics, m)
	}
}
