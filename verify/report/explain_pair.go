package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"example.org/concord/verify"
)

// ExplainPair writes about two trials of r, whose cells begin with the prefixes: how each ended, how far apart
// they are modulo symmetry, and the first step at which their curves differ by more than threshold,
// |x−y|/max(|x|, |y|), in fitness or gradient norm. Only steps that both curves kept are compared, because
// curves are thinned. Errors are those of
// ExplainCell; one cell given twice is a CellError too.
func ExplainPair(w io.Writer, r *verify.Result, first, second string, threshold float64, width int) error {
	t, err := explain(r, width)
	if err != nil {
		return err
	}
	a, err := locate(r, first)
	if err != nil {
		return err
	}
	b, err := locate(r, second)
	if err != nil {
		return err
	}
	if a == b {
		return &CellError{Prefix: second, Cells: []string{a.trial().Cell, b.trial().Cell}}
	}
	t.ended(a)
	t.ended(b)
	t.gap()
	t.between(a, b)
	t.parting(a, b, threshold)
	return t.to(w)
}

// between says how far apart two trials ended.
func (t *explanation) between(a, b located) {
	if a.p != b.p {
		t.say("", "They are trials of different problems: no distance between them was taken.")
		return
	}
	x, y := a.trial(), b.trial()
	d, ok := distanceOf(a.p.Distances, a.index, b.index)
	switch {
	case !ok:
		t.say("", "The distance between them was not recorded.")
	case x.Basin >= 0 && x.Basin == y.Basin:
		t.say("", fmt.Sprintf("They ended %.4g apart modulo symmetry, both in basin %d.", d, x.Basin+1))
	default:
		t.say("", fmt.Sprintf("They ended %.4g apart modulo symmetry: the first in %s, the second in %s.", d, inBasin(x), inBasin(y)))
	}
}

// parting says where two curves part.
func (t *explanation) parting(a, b located, threshold float64) {
	x, y := a.trial(), b.trial()
	switch {
	case len(x.Curve) == 0 || len(y.Curve) == 0:
		t.say("", "Where their trainings parted is not known: a curve was not kept.")
		return
	case a.p != b.p:
		t.say("", "Trials of different problems may differ from step 0 on, whatever their starts.")
	case x.Start == y.Start:
		t.say("", "They have the same start, so they may part late: what differs between them is how they were trained.")
	default:
		t.say("", "They have different starts, so they differ from step 0 on: only trials of one start can part late, "+
			"and where the curves differ says nothing about that.")
	}
	common, parted := divergence(x.Curve, y.Curve, threshold)
	steps := plural(common, "step") + " that both curves kept"
	switch {
	case common == 0:
		t.say("", "Their curves have no step in common, so they cannot be compared.")
	case parted == nil:
		t.say("", fmt.Sprintf("Their curves never differ by more than %.3g, relative, at the %s.", threshold, steps))
	default:
		var found []string
		for _, q := range parted.quantities {
			found = append(found, fmt.Sprintf("%s %.10g against %.10g, %s", q.name, float64(q.a), float64(q.b), relativeWords(q.a, q.b)))
		}
		t.say("", fmt.Sprintf("Of the %s, the first at which they differ by more than %.3g, relative, is step %d: %s.",
			steps, threshold, parted.step, strings.Join(found, "; ")))
		if parted.last >= 0 {
			t.say("", fmt.Sprintf("They still agreed at step %d.", parted.last))
		}
	}
}

// parted is where two curves part.
type parted struct {
	step, last int // last is the step before it at which they agreed, -1 when there is none
	quantities []quantity
}

// quantity is one number of both curves.
type quantity struct {
	name string
	a, b verify.Number
}

// divergence returns how many steps two curves have in common, and the first of them at which they differ by
// more than threshold, nil when there is none.
func divergence(a, b []verify.CurvePoint, threshold float64) (common int, first *parted) {
	at := make(map[int]verify.CurvePoint, len(b))
	for _, p := range b {
		at[p.Step] = p
	}
	last := -1
	for _, p := range a {
		q, ok := at[p.Step]
		if !ok {
			continue
		}
		common++
		if first != nil {
			continue
		}
		found := parted{step: p.Step, last: last}
		for _, n := range []quantity{{"fitness", p.Fitness, q.Fitness}, {"gradient norm", p.GradNorm, q.GradNorm}} {
			if !(relative(n.a, n.b) <= threshold) {
				found.quantities = append(found.quantities, n)
			}
		}
		if len(found.quantities) > 0 {
			first = &found
		}
		last = p.Step
	}
	return common, first
}

// relative returns |x−y|/max(|x|, |y|): 0 where they are the same, NaN included, and infinite where only one
// is a number.
func relative(x, y verify.Number) float64 {
	a, b := float64(x), float64(y)
	switch {
	case a == b || math.IsNaN(a) && math.IsNaN(b):
		return 0
	case math.IsNaN(a) || math.IsNaN(b) || math.IsInf(a, 0) || math.IsInf(b, 0):
		return math.Inf(1)
	}
	// Halves, so that the difference cannot overflow.
	return 2 * math.Abs(a/2-b/2) / max(math.Abs(a), math.Abs(b))
}

func relativeWords(x, y verify.Number) string {
	d := relative(x, y)
	if math.IsInf(d, 1) {
		return "and only one is a number"
	}
	return fmt.Sprintf("a relative difference of %.3g", d)
}
