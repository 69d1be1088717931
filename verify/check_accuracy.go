package verify

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
)

// examineAccuracy decides whether the first trained network is right more often than a simpler method. The value
// is the largest, over the input sets, of
//
//	share that the method gets right / lower 95 % Clopper-Pearson bound of the share the network gets right,
//
// so that a value of at most 1 says that the network is better, beyond what the sample leaves open. A sample so
// small that even a network without an error would not do is Inconclusive, unless the upper bound does not do
// either. Inputs that training saw are no sample of anything, and an error.
func (x *problemRun) examineAccuracy(ctx context.Context, c *CheckResult, spec CheckSpec) error {
	against := strings.Join(spec.Against, ", ")
	c.Title = "A trained network is right more often than " + against
	c.Quantity = "share that " + against + " gets right, relative to the lower 95 % bound of the share that the first trained network does"
	scorer, ok := x.p.(Scorer)
	if !ok {
		return fmt.Errorf("the subject has no scores")
	}
	if len(spec.Against) != 1 {
		return fmt.Errorf("a network is compared with one method, not with %d", len(spec.Against))
	}
	standing, why := x.witness()
	if standing != Pass {
		c.judge(standing)
		c.Sentence = undecided(why, 0, math.NaN())
		return nil
	}
	value := math.Inf(-1)
	small := true // whether on every set that exceeds the tolerance the sample is to blame
	var said []string
	for _, name := range spec.Inputs {
		a, err := x.answer(ctx, scorer, name)
		if err != nil {
			return err
		}
		if a.Fitted {
			return fmt.Errorf("inputs %s: training saw them, so that a share of them is no estimate of anything", name)
		}
		if a.Truth == nil {
			return fmt.Errorf("inputs %s have no right labels", name)
		}
		m := x.confuse(a)
		b, err := x.baseline(ctx, scorer, a, against)
		if err != nil {
			return err
		}
		ratio := float64(b.Value) / float64(m.Low)
		value = max(value, ratio)
		perfect, _ := clopperPearson(a.Count, a.Count, confidence)
		if ratio > spec.Tolerance && (float64(b.Value)/perfect <= spec.Tolerance || float64(b.Value)/float64(m.High) > spec.Tolerance) {
			small = false
		}
		said = append(said, fmt.Sprintf("of %d inputs of %s the first network names %.2f %% right (%.2f to %.2f %% at 95 %% confidence), and %s %.2f %%",
			a.Count, name, 100*float64(m.Value), 100*float64(m.Low), 100*float64(m.High), against, 100*float64(b.Value)))
		first := x.cells[x.converged[0]]
		c.Evidence = append(c.Evidence, Evidence{
			Text:  fmt.Sprintf("%s: %s: share of %d right, %.4f to %.4f at 95 %% confidence", name, first.Label, a.Count, float64(m.Low), float64(m.High)),
			Value: m.Value, Cells: []string{first.ID},
		}, Evidence{Text: fmt.Sprintf("%s: %s: share right", name, against), Value: b.Value})
	}
	if len(spec.Inputs) > 0 {
		c.Value = Number(value)
	}
	c.judge(standing)
	if c.Verdict == Fail && small {
		c.Verdict = Inconclusive
		c.Sentence = fmt.Sprintf("There are too few inputs: even without an error a network would not be shown to be better than %s. ", against)
	}
	if len(said) > 0 {
		text := strings.Join(said, "; ")
		c.Sentence += strings.ToUpper(text[:1]) + text[1:] + "."
	} else {
		c.Sentence = undecided(why, 0, math.NaN())
	}
	return nil
}

// confuse counts what the first network says of inputs against what is right, once for each input set, and
// returns its share of right answers, which is among the metrics of the problem.
func (x *problemRun) confuse(a *answers) Metric {
	right := 0
	table := Confusion{
		Inputs: a.Name, Cell: x.cells[x.converged[0]].ID, Labels: x.labelNames(a.Labels),
		Counts: make([][]int, a.Labels), None: make([]int, a.Labels),
	}
	for k := range table.Counts {
		table.Counts[k] = make([]int, a.Labels)
	}
	for i, k := range a.Truth {
		named := a.named(i)
		if named < 0 {
			table.None[k]++
			continue
		}
		table.Counts[k][named]++
		if named == k {
			right++
		}
	}
	if !slices.ContainsFunc(x.result.Confusion, func(c Confusion) bool { return c.Inputs == a.Name }) {
		x.result.Confusion = append(x.result.Confusion, table)
	}
	m := accuracy(a.Inputs, right)
	first := m
	first.Doc += "; of the first trained network"
	x.addMetric(first)
	return m
}

// addMetric adds a metric to those of the problem, unless it is there.
func (x *problemRun) addMetric(m Metric) {
	if !slices.ContainsFunc(x.result.Metrics, func(other Metric) bool { return other.Name == m.Name }) {
		x.result.Metrics = append(x.result.Metrics, m)
	}
}

// baseline returns the share that a simple method gets right, and adds those of all there are to the metrics of
// the problem.
func (x *problemRun) baseline(ctx context.Context, scorer Scorer, a *answers, name string) (Metric, error) {
	counts := make([]int, a.Labels)
	for _, k := range a.Truth {
		counts[k]++
	}
	all := []Metric{{
		Name: guessing, Doc: "share of the commonest right label, which naming it always gets right",
		Value: Number(float64(slices.Max(counts)) / float64(a.Count)), Low: Number(math.NaN()), High: Number(math.NaN()), N: a.Count,
	}}
	known, err := x.compete(ctx, scorer, a.Name)
	if err != nil {
		return Metric{}, err
	}
	for _, b := range known {
		right, err := b.right(a)
		if err != nil {
			return Metric{}, fmt.Errorf("inputs %s: %s: %w", a.Name, b.Name, err)
		}
		m := accuracy(a.Inputs, right)
		m.Name, m.Doc = b.Name, b.Doc
		all = append(all, m)
	}
	var names []string
	found := -1
	for i, m := range all {
		names = append(names, m.Name)
		if m.Name == name {
			found = i
		}
		m.Name = "accuracy/" + a.Name + "/" + m.Name
		x.addMetric(m)
	}
	if found < 0 {
		return Metric{}, fmt.Errorf("no baseline is called %q: there are %s", name, strings.Join(names, ", "))
	}
	return all[found], nil
}

// compete returns the answers of a Baseliner's methods to an input set, asking for them once only; nil when the
// subject knows none.
func (x *problemRun) compete(ctx context.Context, scorer Scorer, name string) ([]Baseline, error) {
	baseliner, ok := x.p.(Baseliner)
	if !ok {
		return nil, nil
	}
	if known, ok := x.baselines[name]; ok {
		return known, nil
	}
	tick := x.progress("baselines", 1)
	in, err := x.inputs(ctx, scorer, name)
	if err != nil {
		return nil, err
	}
	known, err := baseliner.Baselines(ctx, in)
	if err != nil {
		return nil, err
	}
	tick("")
	if x.baselines == nil {
		x.baselines = map[string][]Baseline{}
	}
	x.baselines[name] = known
	return known, nil
}

// right counts the right answers of a baseline.
func (b *Baseline) right(a *answers) (int, error) {
	if len(b.Answers) != a.Count {
		return 0, fmt.Errorf("%d answers to %d inputs", len(b.Answers), a.Count)
	}
	right := 0
	for i, k := range b.Answers {
		if k < -1 || k >= a.Labels {
			return 0, fmt.Errorf("the answer to input %d is %d, and there are %d labels", i, k, a.Labels)
		}
		if k == a.Truth[i] {
			right++
		}
	}
	return right, nil
}
