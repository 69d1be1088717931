package verify

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// What to do instead of giving an axis several values.
const oneProblem = "a dose is given to one problem"

// doses reads the controls in many strengths: one mapping or a list of mappings. It needs everything else to
// have been read.
func (p *scenarioParser) doses(t yamlTable) {
	lines := map[string]int{}
	for _, n := range p.controls(t, "doses", "say what to raise") {
		d, ok := p.dose(n)
		if ok && !p.twice(lines, d.Name, n, "dose "+shown(d.Name)) {
			p.out.Doses = append(p.out.Doses, d)
		}
	}
	if len(p.out.Doses) == 0 || p.kinds == nil {
		return
	}
	at := t.entries["doses"].key
	switch i := slices.IndexFunc(p.out.Checks, func(c CheckSpec) bool { return c.Kind == "tuple" }); {
	case i < 0:
		p.point(at, "add that check", `doses are measured by the tolerance of check "tuple", which the scenario does not have`)
	case p.out.Checks[i].Exact:
		p.point(at, "give it a tolerance and a reason", `doses are measured by the tolerance of check %q, which has none`, p.out.Checks[i].id())
	}
}

// dose reads one control in many strengths.
func (p *scenarioParser) dose(n *yaml.Node) (DoseSpec, bool) {
	d := DoseSpec{Line: n.Line, Override: map[string][]any{}}
	if p.space == nil {
		return d, false
	}
	axes := slices.Concat(p.space.Data, p.space.Problem, p.space.Vary)
	before := len(p.problems)
	t, ok := p.table(n, n, `"doses"`, append(axisNames(axes), "axis", "values", "seed", "name"), nil)
	if !ok {
		return d, false
	}
	p.doseValues(t, &d)
	for i, a := range axes {
		instead := oneProblem
		if i >= len(p.space.Data)+len(p.space.Problem) {
			instead = severalAllowed
		}
		switch {
		case !t.has(a.Name):
		case a.Name == d.Axis:
			p.point(t.entries[a.Name].key, "leave it out", `"values" has the values of %q`, d.Axis)
		default:
			d.Override[a.Name] = p.values(t.entries[a.Name].value, a, instead)
		}
	}
	if t.has("seed") {
		d.Seeds = p.seeds(t.entries["seed"].value)
	}
	d.Name = strings.Join(append([]string{d.Axis}, overrideLabels(axes, d.Override)...), " ")
	if t.has("name") {
		d.Name, _ = p.text(t.entries["name"].value, `"name"`, false)
	}
	if len(p.problems) > before {
		return d, false
	}
	if p.settled {
		p.harmless(n, d)
	}
	return d, len(p.problems) == before
}

// doseValues reads which axis is raised, and how far.
func (p *scenarioParser) doseValues(t yamlTable, d *DoseSpec) {
	var numeric []string
	for _, a := range slices.Concat(p.space.Problem, p.space.Vary) {
		if a.Kind == KindInt || a.Kind == KindNumber {
			numeric = append(numeric, a.Name)
		}
	}
	p.missing(t, "axis", "name one that takes numbers: "+strings.Join(numeric, ", "))
	p.missing(t, "values", "list them, the weakest first")
	if !t.has("axis") {
		return
	}
	at := t.entries["axis"].value
	word, ok := p.text(at, `"axis"`, false)
	if !ok {
		return
	}
	if !slices.Contains(numeric, word) {
		p.point(at, didYouMean(word, numeric), "%s is no axis of problem or vary that takes numbers", shown(word))
		return
	}
	d.Axis = word
	if !t.has("values") {
		return
	}
	n := t.entries["values"].value
	nodes, ok := p.list(n, `"values"`, "list them, the weakest first")
	if !ok {
		return
	}
	if len(nodes) < 2 {
		p.point(n, "write a twin for one strength", `"values" has one value, and a curve has several`)
	}
	axis := axisOf(slices.Concat(p.space.Problem, p.space.Vary), word)
	for _, n := range nodes {
		read, ok := p.value(n, axis, word)
		v, number := read.(float64)
		if !ok || !number {
			continue
		}
		if last := len(d.Values) - 1; last >= 0 && v <= d.Values[last] {
			p.point(n, "", `"values" have to ascend, and %s comes after %s`, valueLabel(v, axis), valueLabel(d.Values[last], axis))
		}
		d.Values = append(d.Values, v)
	}
}

// harmless notes when the strongest dose leaves the scenario as it is, and when there are too many cells.
func (p *scenarioParser) harmless(n *yaml.Node, d DoseSpec) {
	i := len(p.out.Doses)
	with := *p.out
	with.Doses = append(slices.Clone(p.out.Doses), d)
	strongest := with.Dose(i, len(d.Values)-1)
	first := p.out.Problems()[0]
	same := canonical(strongest.Problems()[0]) == canonical(first)
	for j, v := range strongest.Vary {
		for _, x := range v.Values {
			same = same && slices.ContainsFunc(p.out.Vary[j].Values, func(own any) bool { return canonical(x) == canonical(own) })
		}
	}
	if same {
		p.point(n, "", "the dose breaks nothing: at %s=%s the scenario is as it was", d.Axis, valueLabel(d.Values[len(d.Values)-1], Axis{}))
	}
	if p.space.CheckData != nil {
		if err := p.space.CheckData(strongest.Data[0]); err != nil {
			p.point(n, "", "the data of the dose: %v", err)
		}
	}
	if cells := float64(len(d.Values)) * countCells(strongest.Problem, strongest.Vary, strongest.Seeds); cells > maxCells {
		p.point(n, "", "%s", fmt.Sprintf("%.0f trials over all values are more than %d", cells, maxCells))
	}
}
