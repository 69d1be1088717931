package verify

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

// data reads the section of that name: one value for each axis, or a list of such mappings.
func (p *scenarioParser) data(t yamlTable) {
	if p.space == nil {
		return
	}
	if !t.has("data") || t.entries["data"].value.Kind != yaml.SequenceNode {
		at := t.at
		if t.has("data") {
			at = t.entries["data"].key
		}
		before := len(p.problems)
		p.dataSet(p.section(t, "data", p.space.Data, nil), at, before)
		return
	}
	nodes, ok := p.list(t.entries["data"].value, `"data"`, "")
	if !ok {
		return
	}
	lines := map[string]int{}
	for _, n := range nodes {
		before := len(p.problems)
		inside, ok := p.table(n, n, `"data"`, axisNames(p.space.Data), p.home)
		if !ok {
			continue
		}
		data, ok := p.dataSet(p.axes(inside, p.space.Data, severalData), n, before)
		if ok && p.twice(lines, canonical(data), n, "this data set") {
			p.out.Data = p.out.Data[:len(p.out.Data)-1]
		}
	}
}

// dataSet adds a data set to the scenario, and reports whether it can be used: no problem may have been noted
// beyond the given number of them.
func (p *scenarioParser) dataSet(axes []Values, at *yaml.Node, before int) (Settings, bool) {
	data := Settings{}
	for _, v := range axes {
		if len(v.Values) == 1 {
			data[v.Axis] = v.Values[0]
		}
	}
	p.out.Data = append(p.out.Data, data)
	if len(p.problems) == before && len(data) == len(p.space.Data) && p.space.CheckData != nil {
		if err := p.space.CheckData(data); err != nil {
			p.point(at, "", "%v", err)
		}
	}
	return data, len(p.problems) == before
}

// What to do instead of giving an axis several values.
const (
	severalData    = `for several data sets, make "data" a list of mappings`
	oneControl     = "a control has one data set"
	severalAllowed = ""
)

// problem reads the section of that name.
func (p *scenarioParser) problem(t yamlTable) {
	if p.space != nil {
		p.out.Problem = p.section(t, "problem", p.space.Problem, nil)
	}
}

// vary reads the section of that name, which has the seeds among the axes.
func (p *scenarioParser) vary(t yamlTable) {
	p.missing(t, "vary", `it needs at least "seed: {from: 1, count: 32}"`)
	seeds := func(t yamlTable) {
		p.missing(t, "seed", `write "seed: {from: 1, count: 32}"`)
		if t.has("seed") {
			p.out.Seeds = p.seeds(t.entries["seed"].value)
		}
	}
	if p.space != nil && t.has("vary") {
		p.out.Vary = p.section(t, "vary", p.space.Vary, seeds)
	}
}

// section reads the axes of one section of the scenario, whose absence means all defaults. A section that
// also has seeds hands its table to seeds, which is nil otherwise.
func (p *scenarioParser) section(t yamlTable, name string, axes []Axis, seeds func(yamlTable)) []Values {
	inside := yamlTable{what: fmt.Sprintf("%q", name), at: t.at}
	if t.has(name) {
		e := t.entries[name]
		known := axisNames(axes)
		if seeds != nil {
			known = append(known, "seed")
		}
		var ok bool
		if inside, ok = p.table(e.value, e.key, inside.what, known, p.home); !ok {
			return nil
		}
	}
	if seeds != nil && t.has(name) {
		seeds(inside)
	}
	if t.typos[name] { // what is missing here may be there
		inside.typos = map[string]bool{}
		for _, a := range axes {
			inside.typos[a.Name] = true
		}
	}
	instead := severalAllowed
	if name == "data" {
		instead = severalData
	}
	return p.axes(inside, axes, instead)
}

// axes reads the axes of one mapping. When they take one value each, instead says what to do for several.
func (p *scenarioParser) axes(t yamlTable, axes []Axis, instead string) []Values {
	out := make([]Values, len(axes))
	for i, a := range axes {
		out[i].Axis = a.Name
		if t.has(a.Name) {
			out[i].Values = p.values(t.entries[a.Name].value, a, instead)
			continue
		}
		v, lacking := fallback(a)
		for _, axis := range lacking {
			if !t.typos[a.Name] {
				p.point(t.at, "", "%s has no %q, which %s needs: %s", t.what, axis.Name, p.out.Subject, axis.Doc)
			}
		}
		if len(lacking) == 0 {
			out[i].Values = []any{v}
		}
	}
	return out
}

// home says where an axis belongs that was not found where it is, "" when it belongs nowhere.
func (p *scenarioParser) home(key string) string {
	for _, section := range []struct {
		name string
		axes []Axis
	}{{"data", p.space.Data}, {"problem", p.space.Problem}, {"vary", p.space.Vary}} {
		if slices.Contains(axisNames(section.axes), key) {
			return fmt.Sprintf("it belongs to %q", section.name)
		}
	}
	if key == "seed" {
		return `it belongs to "vary"`
	}
	return ""
}

// axisNames returns the names of the axes.
func axisNames(axes []Axis) []string {
	names := make([]string, len(axes))
	for i, a := range axes {
		names[i] = a.Name
	}
	return names
}

// values reads the distinct values of an axis: a list where several are allowed, else one, and instead says
// what to do about it.
func (p *scenarioParser) values(n *yaml.Node, a Axis, instead string) []any {
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		if instead != severalAllowed {
			p.point(n, instead, "%q takes one value, not a list", a.Name)
			return nil
		}
		var ok bool
		if nodes, ok = p.list(n, fmt.Sprintf("%q", a.Name), ""); !ok {
			return nil
		}
	}
	var out []any
	lines := map[string]int{}
	for _, n := range nodes {
		v, ok := p.value(n, a, a.Name)
		if !ok || p.twice(lines, canonical(v), n, fmt.Sprintf("%s %s", a.Name, valueLabel(v, a))) {
			continue
		}
		out = append(out, v)
	}
	return out
}

// value reads one value of an axis; path names it in messages: "ascent.rate".
func (p *scenarioParser) value(n *yaml.Node, a Axis, path string) (any, bool) {
	what := fmt.Sprintf("%q", path)
	before := len(p.problems)
	var v any
	var ok bool
	switch a.Kind {
	case KindText:
		v, ok = p.choice(n, what, a.Enum)
	case KindInt:
		v, ok = p.whole(n, what, a.Min, a.Max)
	case KindNumber:
		v, ok = p.number(n, what, a.Min, a.Max)
	case KindFlag:
		v, ok = p.flag(n, what)
	case KindRecord:
		v, ok = p.record(n, a, path)
	default:
		panic("verify: an axis has no kind that is known: " + a.Name)
	}
	if !ok || len(p.problems) > before {
		return nil, false
	}
	if a.Check != nil {
		if err := a.Check(v); err != nil {
			p.point(n, "", "%s: %v", what, err)
			return nil, false
		}
	}
	return v, true
}

// choice reads one of the words of enum; of an empty enum, any text.
func (p *scenarioParser) choice(n *yaml.Node, what string, enum []string) (string, bool) {
	word, ok := p.text(n, what, false)
	if ok && len(enum) > 0 && !slices.Contains(enum, word) {
		p.point(n, didYouMean(word, enum), "%s cannot be %s", what, shown(word))
		return "", false
	}
	return word, ok
}

// record reads a mapping with the fields of the axis, and fills in the defaults of those that are silent.
func (p *scenarioParser) record(n *yaml.Node, a Axis, path string) (map[string]any, bool) {
	t, ok := p.table(n, n, fmt.Sprintf("%q", path), axisNames(a.Fields), nil)
	if !ok {
		return nil, false
	}
	out := map[string]any{}
	for _, f := range a.Fields {
		if t.has(f.Name) {
			if v, ok := p.value(t.entries[f.Name].value, f, path+"."+f.Name); ok {
				out[f.Name] = v
			}
			continue
		}
		if f.Optional {
			continue
		}
		v, lacking := fallback(f)
		if out[f.Name] = v; len(lacking) > 0 {
			p.missing(t, f.Name, f.Doc)
		}
	}
	return out, true
}

// fallback returns the value of an axis on which the scenario is silent, or the axes that may not be
// passed over in silence: the axis itself or, of a record, its fields.
func fallback(a Axis) (v any, lacking []Axis) {
	switch given := a.Default.(type) {
	case nil:
		if a.Kind != KindRecord {
			return nil, []Axis{a}
		}
		return recordFallback(a, nil)
	case Settings:
		return recordFallback(a, given)
	case map[string]any:
		return recordFallback(a, given)
	case string:
		if a.Kind == KindText {
			return given, nil
		}
	case float64:
		if a.Kind == KindInt || a.Kind == KindNumber {
			return given, nil
		}
	case bool:
		if a.Kind == KindFlag {
			return given, nil
		}
	}
	panic("verify: the default of an axis is not of its kind: " + a.Name)
}

// recordFallback returns the record with the given fields and the defaults of the others.
func recordFallback(a Axis, given Settings) (v any, lacking []Axis) {
	if a.Kind != KindRecord {
		panic("verify: the default of an axis is not of its kind: " + a.Name)
	}
	out := map[string]any{}
	for _, f := range a.Fields {
		d, ok := given[f.Name]
		switch {
		case ok:
			f.Default = d
		case f.Optional:
			continue
		}
		x, l := fallback(f)
		for _, field := range l {
			field.Name = a.Name + "." + field.Name
			lacking = append(lacking, field)
		}
		out[f.Name] = x
	}
	for name := range given {
		if !slices.Contains(axisNames(a.Fields), name) {
			panic("verify: the default of an axis is not of its kind: " + a.Name)
		}
	}
	return out, lacking
}
