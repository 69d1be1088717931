package verify

import (
	"math"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// twinSubject finds the subject of the twin n, which has not been read yet, and returns its space: that of the
// scenario's subject where the twin names no other.
func (p *scenarioParser) twinSubject(n *yaml.Node, w *TwinSpec) (*Space, bool) {
	if n.Kind != yaml.MappingNode || p.barred[n] {
		return p.space, true // whoever reads it says so
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.Value != "subject" || p.barred[key] {
			continue
		}
		name, ok := p.text(value, `"subject"`, false)
		if !ok {
			return nil, false
		}
		if name == p.out.Subject {
			p.point(key, "leave it out", "the subject of the twin is that of the scenario")
			return nil, false
		}
		s, ok := p.subjectOf(value, name)
		if !ok {
			return nil, false
		}
		w.Subject = name
		space := s.Space()
		return &space, true
	}
	return p.space, true
}

// replaced fills in what the other subject of a twin is asked, and notes where the scenario asks for what that
// subject does not have.
func (p *scenarioParser) replaced(n *yaml.Node, w *TwinSpec, space *Space) {
	before := len(p.problems)
	for _, own := range p.out.Data {
		data := Settings{}
		for _, a := range space.Data {
			if v, ok := own[a.Name]; ok && w.Override[a.Name] == nil {
				if !admits(a, v) {
					p.point(n, "give the twin a value of its own", "subject %s cannot have %s=%s, which the scenario's data have", w.Subject, a.Name, valueLabel(v, a))
				}
				data[a.Name] = v
				continue
			}
			for _, v := range p.ownValues(n, w, []Axis{a})[0].Values {
				data[a.Name] = v
			}
		}
		w.Data = append(w.Data, data)
		if len(p.problems) > before {
			return // the other data sets have the same
		}
	}
	w.Data = override(w.Data, nil)
	w.Problem, w.Vary = p.ownValues(n, w, space.Problem), p.ownValues(n, w, space.Vary)
	for _, c := range p.out.Checks {
		if !slices.Contains(w.MustFail, c.Kind) {
			continue
		}
		for _, name := range c.inputSets() {
			if space.Inputs != nil && !slices.Contains(space.Inputs, name) {
				p.point(n, "known: "+strings.Join(space.Inputs, ", "), "the twin has to fail check %q on input %q, which subject %s does not have", c.id(), name, w.Subject)
			}
		}
	}
	if g := p.out.Generate; g != nil && space.Labels != nil && w.draws(p.out.Checks) {
		for _, label := range g.Labels {
			if !slices.Contains(space.Labels, label) {
				p.point(n, "known: "+strings.Join(space.Labels, ", "), "the twin has to draw label %q, which subject %s does not have", label, w.Subject)
			}
		}
	}
}

// ownValues returns the values that a twin sets, and defaults where it is silent.
func (p *scenarioParser) ownValues(n *yaml.Node, w *TwinSpec, axes []Axis) []Values {
	out := make([]Values, len(axes))
	for i, a := range axes {
		out[i] = Values{a.Name, w.Override[a.Name]}
		if out[i].Values != nil {
			continue
		}
		v, lacking := fallback(a)
		for _, axis := range lacking {
			p.point(n, "", `"twin" has no %q, which %s needs: %s`, axis.Name, w.Subject, axis.Doc)
		}
		if len(lacking) == 0 {
			out[i].Values = []any{v}
		}
	}
	return out
}

// draws reports whether one of the checks that the twin has to fail looks at drawings.
func (w *TwinSpec) draws(checks []CheckSpec) bool {
	return slices.ContainsFunc(checks, func(c CheckSpec) bool { return slices.Contains(w.MustFail, c.Kind) && c.NeedsDrawings() })
}

// inputSets returns the names of the input sets that a check asks the subject for.
func (c CheckSpec) inputSets() []string {
	var names []string
	for _, name := range c.Inputs {
		if name != generated && name != adversary {
			names = append(names, name)
		}
	}
	if c.Kind == "novelty" {
		names = append(append(names, c.Known), c.Against...)
	}
	return names
}

// admits reports whether a value may be one of the axis.
func admits(a Axis, v any) bool {
	ok := false
	switch v := v.(type) {
	case string:
		ok = a.Kind == KindText && (len(a.Enum) == 0 || slices.Contains(a.Enum, v))
	case float64:
		whole := a.Kind == KindInt && v == math.Trunc(v)
		ok = (whole || a.Kind == KindNumber) && a.Min <= v && v <= a.Max
	case bool:
		ok = a.Kind == KindFlag
	case map[string]any:
		ok = a.Kind == KindRecord
		for _, f := range a.Fields {
			x, there := v[f.Name]
			ok = ok && (there && admits(f, x) || !there && f.Optional)
		}
		for name := range v {
			ok = ok && slices.Contains(axisNames(a.Fields), name)
		}
	}
	return ok && (a.Check == nil || a.Check(v) == nil)
}
