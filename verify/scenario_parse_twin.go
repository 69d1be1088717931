package verify

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// twins reads the controls: one mapping or a list of mappings. It needs everything else to have been read.
func (p *scenarioParser) twins(t yamlTable) {
	if !t.has("twin") || p.barred[t.entries["twin"].value] {
		return
	}
	n := t.entries["twin"].value
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		var ok bool
		if nodes, ok = p.list(n, `"twin"`, "say what to break"); !ok {
			return
		}
	}
	lines := map[string]int{}
	for _, n := range nodes {
		w, ok := p.twin(n)
		if ok && !p.twice(lines, w.Name, n, "twin "+shown(w.Name)) {
			p.out.Twins = append(p.out.Twins, w)
		}
	}
}

// twin reads one control.
func (p *scenarioParser) twin(n *yaml.Node) (TwinSpec, bool) {
	w := TwinSpec{Line: n.Line, Override: map[string][]any{}}
	if p.space == nil {
		return w, false
	}
	axes := slices.Concat(p.space.Data, p.space.Problem, p.space.Vary)
	before := len(p.problems)
	t, ok := p.table(n, n, `"twin"`, append(axisNames(axes), "seed", "name", "fails"), nil)
	if !ok {
		return w, false
	}
	for i, a := range axes {
		if t.has(a.Name) {
			w.Override[a.Name] = p.values(t.entries[a.Name].value, a, i >= len(p.space.Data))
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
	if p.settled {
		p.broken(n, w)
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
		default:
			w.MustFail = append(w.MustFail, kind)
		}
	}
}

// broken notes when the twin is no control: when it has no value that the scenario does not have, its
// checks hold wherever the scenario's do.
func (p *scenarioParser) broken(n *yaml.Node, w TwinSpec) {
	changed := false
	for _, v := range p.out.axes() {
		for _, x := range w.Override[v.Axis] {
			changed = changed || !slices.ContainsFunc(v.Values, func(y any) bool { return canonical(x) == canonical(y) })
		}
	}
	problem, vary, seeds := w.apply(p.out.Problem), w.apply(p.out.Vary), p.out.Seeds
	if w.Seeds != nil {
		seeds = w.Seeds
	}
	switch {
	case !changed && len(w.Override) == 0:
		p.point(n, "give an axis a value with which the checks have to fail", "the twin breaks nothing: it changes no axis")
	case !changed:
		p.point(n, "give an axis a value with which the checks have to fail", "the twin breaks nothing: the scenario has every value it sets")
	case countCells(problem, nil, nil) > 1:
		p.point(n, "give each axis of the problem one value", "the twin poses %.0f problems, and a control is one", countCells(problem, nil, nil))
	}
	if cells := countCells(problem, vary, seeds); cells > maxCells {
		p.point(n, "", "%s", tooManyCells(cells))
	}
}

// axes returns the values of all axes: data, problem, vary.
func (s *Scenario) axes() []Values {
	var data []Values
	for _, name := range slices.Sorted(maps.Keys(s.Data)) {
		data = append(data, Values{name, []any{s.Data[name]}})
	}
	return slices.Concat(data, s.Problem, s.Vary)
}

// apply returns the values with those of the twin in place of the scenario's.
func (w *TwinSpec) apply(axes []Values) []Values {
	out := slices.Clone(axes)
	for i, v := range out {
		if values, ok := w.Override[v.Axis]; ok {
			out[i].Values = values
		}
	}
	return out
}

// defaultName says what the twin changes: "start=gaussian seed=1..8".
func (w *TwinSpec) defaultName(axes []Axis) string {
	var parts []string
	for _, a := range axes {
		values, ok := w.Override[a.Name]
		if !ok {
			continue
		}
		words := make([]string, len(values))
		for i, v := range values {
			words[i] = valueLabel(v, a)
		}
		parts = append(parts, a.Name+"="+strings.Join(words, ","))
	}
	switch n := len(w.Seeds); {
	case n == 0:
	case w.Seeds[n-1]-w.Seeds[0] == uint64(n-1) && slices.IsSorted(w.Seeds): //nolint:gosec // a length
		parts = append(parts, fmt.Sprintf("seed=%d..%d", w.Seeds[0], w.Seeds[n-1]))
	default:
		parts = append(parts, fmt.Sprintf("%d seeds", n))
	}
	return strings.Join(parts, " ")
}
