package verify

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// twins reads the controls: one mapping or a list of mappings. It needs everything else to have been read.
func (p *scenarioParser) twins(t yamlTable) {
	lines := map[string]int{}
	for _, n := range p.controls(t, "twin", "say what to break") {
		w, ok := p.twin(n)
		if ok && !p.twice(lines, w.Name, n, "twin "+shown(w.Name)) {
			p.out.Twins = append(p.out.Twins, w)
		}
	}
}

// controls returns the nodes of controls: of one, or of a list of them.
func (p *scenarioParser) controls(t yamlTable, key, advice string) []*yaml.Node {
	if !t.has(key) || p.barred[t.entries[key].value] {
		return nil
	}
	n := t.entries[key].value
	if n.Kind != yaml.SequenceNode {
		return []*yaml.Node{n}
	}
	nodes, _ := p.list(n, fmt.Sprintf("%q", key), advice)
	return nodes
}

// twin reads one control.
func (p *scenarioParser) twin(n *yaml.Node) (TwinSpec, bool) {
	w := TwinSpec{Line: n.Line, Override: map[string][]any{}}
	if p.space == nil {
		return w, false
	}
	before := len(p.problems)
	space, ok := p.twinSubject(n, &w)
	if !ok {
		return w, false
	}
	axes := slices.Concat(space.Data, space.Problem, space.Vary)
	t, ok := p.table(n, n, `"twin"`, append(axisNames(axes), "subject", "seed", "name", "fails"), nil)
	if !ok {
		return w, false
	}
	for i, a := range axes {
		instead := severalAllowed
		if i < len(space.Data) {
			instead = oneControl
		}
		if t.has(a.Name) {
			w.Override[a.Name] = p.values(t.entries[a.Name].value, a, instead)
		}
	}
	if t.has("seed") {
		w.Seeds = p.seeds(t.entries["seed"].value)
	}
	p.fails(t, &w)
	w.Name = w.defaultName(axes)
	if t.has("name") {
		w.Name, _ = p.text(t.entries["name"].value, `"name"`, false)
	}
	if len(p.problems) > before {
		return w, false
	}
	if p.settled && w.Subject != "" {
		p.replaced(n, &w, space)
	}
	if p.settled && len(p.problems) == before {
		p.broken(n, w, space)
	}
	return w, true
}

// fails reads the kinds of checks that have to fail.
func (p *scenarioParser) fails(t yamlTable, w *TwinSpec) {
	unknown := func(kind string) bool { return p.kinds != nil && !slices.Contains(p.kinds, kind) }
	if !t.has("fails") {
		w.MustFail = []string{"tuple"}
		if unknown("tuple") && !t.typos["fails"] {
			p.point(t.at, `say which check has to fail: "fails: [...]"`, `the twin has to fail check "tuple", which the scenario does not have`)
		}
		return
	}
	nodes, ok := p.list(t.entries["fails"].value, `"fails"`, "")
	if !ok {
		return
	}
	lines := map[string]int{}
	for _, n := range nodes {
		kind, ok := p.text(n, `an item of "fails"`, false)
		switch {
		case !ok || p.twice(lines, kind, n, "check "+shown(kind)):
		case kind == "golden":
			p.point(n, "name another check", `a twin cannot be asked to fail check "golden": it has no golden file of its own`)
		case kind == "converged":
			p.point(n, "name a check that compares outcomes", `a twin cannot be asked to fail check "converged": that never fails, and a control that does not converge shows nothing`)
		case unknown(kind):
			p.point(n, didYouMean(kind, p.kinds), "the twin has to fail check %s, which the scenario does not have", shown(kind))
		case kind == "certificate" && p.kinds != nil && !p.out.seeksOracle():
			p.point(n, `leave "oracle: false" out of the check, or name another check`, `a twin cannot be asked to fail check "certificate" without an oracle: a proof that does not close refutes nothing`)
		default:
			w.MustFail = append(w.MustFail, kind)
		}
	}
}

// broken notes when the twin is no control: when it has no value that the scenario does not have, its
// checks hold wherever the scenario's do.
func (p *scenarioParser) broken(n *yaml.Node, w TwinSpec, space *Space) {
	own := p.out
	data, problem, vary, seeds := w.Data, w.Problem, w.Vary, own.Seeds
	if w.Subject == "" {
		data, problem, vary = override(own.Data, w.Override), apply(own.Problem, w.Override), apply(own.Vary, w.Override)
	}
	if w.Seeds != nil {
		seeds = w.Seeds
	}
	const advice = "give an axis a value with which the checks have to fail"
	problems := float64(len(data)) * countCells(problem, nil, nil)
	switch {
	case w.Subject == "" && len(w.Override) == 0:
		p.point(n, advice, "the twin breaks nothing: it changes no axis")
	case w.Subject == "" && !own.lacks(data, w.Override):
		p.point(n, advice, "the twin breaks nothing: the scenario has every value it sets")
	case problems > 1:
		p.point(n, "give each axis of the problem, and each in which the data sets differ, one value", "the twin poses %.0f problems, and a control is one", problems)
	case space.CheckData != nil:
		if err := space.CheckData(data[0]); err != nil {
			p.point(n, "", "the data of the twin: %v", err)
		}
	}
	if cells := problems * countCells(nil, vary, seeds); cells > maxCells {
		p.point(n, "", "%s", tooManyCells(cells))
	}
}

// lacks reports whether the scenario has not all of the data sets or not all of the values of its other axes.
func (s *Scenario) lacks(data []Settings, values map[string][]any) bool {
	for _, d := range data {
		if !slices.ContainsFunc(s.Data, func(own Settings) bool { return canonical(d) == canonical(own) }) {
			return true
		}
	}
	for _, v := range slices.Concat(s.Problem, s.Vary) {
		for _, x := range values[v.Axis] {
			if !slices.ContainsFunc(v.Values, func(own any) bool { return canonical(x) == canonical(own) }) {
				return true
			}
		}
	}
	return false
}

// defaultName says what the twin changes: "subject=perceptron start=gaussian seed=1..8".
func (w *TwinSpec) defaultName(axes []Axis) string {
	var parts []string
	if w.Subject != "" {
		parts = append(parts, "subject="+w.Subject)
	}
	parts = append(parts, overrideLabels(axes, w.Override)...)
	switch n := len(w.Seeds); {
	case n == 0:
	case w.Seeds[n-1]-w.Seeds[0] == uint64(n-1) && slices.IsSorted(w.Seeds): //nolint:gosec // a length
		parts = append(parts, fmt.Sprintf("seed=%d..%d", w.Seeds[0], w.Seeds[n-1]))
	default:
		parts = append(parts, fmt.Sprintf("%d seeds", n))
	}
	return strings.Join(parts, " ")
}

// overrideLabels names values in place of others, "start=gaussian,uniform", in the order of the axes.
func overrideLabels(axes []Axis, override map[string][]any) []string {
	var parts []string
	for _, a := range axes {
		values, ok := override[a.Name]
		if !ok {
			continue
		}
		words := make([]string, len(values))
		for i, v := range values {
			words[i] = valueLabel(v, a)
		}
		parts = append(parts, a.Name+"="+strings.Join(words, ","))
	}
	return parts
}
