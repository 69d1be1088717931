package handbook

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"example.org/concord/verify"
)

// An object is one of a JSON Schema.
type object map[string]any

// at returns the object that the keys lead to, nil where there is none.
func (o object) at(keys ...string) object {
	for _, key := range keys {
		next, ok := o[key].(map[string]any)
		if !ok {
			return nil
		}
		o = next
	}
	return o
}

// text returns a text of the object, "" where there is none.
func (o object) text(key string) string {
	text, _ := o[key].(string)
	return text
}

// required returns whether the object demands a key.
func (o object) required(key string) bool {
	list, ok := o["required"].([]any)
	return ok && slices.Contains(list, any(key))
}

// keys returns the names of the members, sorted.
func (o object) keys() []string { return slices.Sorted(maps.Keys(o)) }

// A subject is what a scenario about it may set.
type subject struct {
	Name           string
	Axes           []axis
	Inputs, Labels string
}

// An axis is one thing to set.
type axis struct{ Section, Name, Takes, Default, Doc string }

// newSubject lists the axes of a subject.
func newSubject(s verify.Subject) subject {
	space := s.Space()
	out := subject{Name: s.Name(), Inputs: strings.Join(space.Inputs, ", "), Labels: strings.Join(space.Labels, ", ")}
	for _, section := range []struct {
		name string
		axes []verify.Axis
	}{{"data", space.Data}, {"problem", space.Problem}, {"vary", space.Vary}} {
		for _, a := range section.axes {
			out.Axes = append(out.Axes, axes(section.name, "", a)...)
		}
	}
	return out
}

// axes returns an axis, and after a record those of its fields.
func axes(section, prefix string, a verify.Axis) []axis {
	one := axis{Section: section, Name: prefix + a.Name, Takes: takes(a), Doc: a.Doc}
	switch {
	case a.Default != nil:
		one.Default = fmt.Sprint(a.Default)
		if x, ok := a.Default.(float64); ok {
			one.Default = number(x)
		}
	case a.Optional:
		one.Default = "absent"
	case a.Kind != verify.KindRecord:
		one.Default = "none: required"
	}
	if a.Start {
		one.Doc += "; decides where training starts"
	}
	all := []axis{one}
	for _, f := range a.Fields {
		all = append(all, axes(section, one.Name+".", f)...)
	}
	return all
}

// takes says which values an axis has.
func takes(a verify.Axis) string {
	var kind string
	switch a.Kind {
	case verify.KindText:
		if len(a.Enum) == 0 {
			return "text"
		}
		return strings.Join(a.Enum, ", ")
	case verify.KindFlag:
		return "true, false"
	case verify.KindRecord:
		return "a mapping"
	case verify.KindInt:
		kind = "whole number"
	case verify.KindNumber:
		kind = "number"
	}
	switch least, most := a.Min > -math.MaxFloat64, a.Max < math.MaxFloat64; {
	case least && most:
		return fmt.Sprintf("%s, %s to %s", kind, number(a.Min), number(a.Max))
	case least:
		return fmt.Sprintf("%s, at least %s", kind, number(a.Min))
	case most:
		return fmt.Sprintf("%s, at most %s", kind, number(a.Max))
	}
	return kind
}

// number writes a number without an exponent where that is short.
func number(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) <= 1e6 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// A check is a kind of check, and what is in the tables about it.
type check struct {
	Kind, Doc, Keys string
	About           About
}

// grammar takes from the schema of scenarios what is the same for every subject, by the one of the name.
func (p *page) grammar(schema object, name string) error {
	parts := schema.at("$defs", name+".scenario", "properties")
	kinds := parts.at("checks", "items", "properties")
	if kinds == nil {
		return fmt.Errorf("handbook: the schema of scenarios has no checks of %s", name)
	}
	about := Abouts()
	settings := map[string]row{}
	for _, a := range about {
		kind := kinds.at(a.Kind)
		if kind == nil {
			return fmt.Errorf("handbook: there is no check %q", a.Kind)
		}
		p.Checks = append(p.Checks, check{a.Kind, kind.text("description"), keysOf(kind), a})
		for key := range kind.at("properties") {
			o := kind.at("properties", key)
			takes := values(o)
			switch key { // input sets are listed with the subject
			case "inputs":
				takes = "names of input sets"
			case "known":
				takes = "an input set"
			case "against":
				takes = "names of input sets; of accuracy a baseline"
			}
			settings[key] = row{key, takes, o.text("description")}
		}
	}
	if len(about) != len(kinds) {
		return fmt.Errorf("handbook: %d kinds of checks are described, and there are %d: %s", len(about), len(kinds), strings.Join(kinds.keys(), ", "))
	}
	against := settings["against"] // it means one thing in novelty and another in accuracy
	against.Doc = "What has to score lower, or have less right."
	settings["against"] = against
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		p.Settings = append(p.Settings, settings[key])
	}
	for _, key := range parts.at("generate", "properties").keys() {
		o := parts.at("generate", "properties", key)
		p.Generate = append(p.Generate, row{key, values(o), o.text("description")})
	}
	if len(p.Generate) == 0 {
		return fmt.Errorf("handbook: the schema of scenarios of %s has no generate", name)
	}
	return nil
}

// keysOf names what a check takes, reasons last; what it may leave out is in brackets.
func keysOf(kind object) string {
	var names, last []string
	_, choice := kind["oneOf"]
	for _, key := range kind.at("properties").keys() {
		name := "[" + key + "]"
		if choice && key == "tolerance" {
			name = "tolerance or exact"
		} else if kind.required(key) || choice && key == "reason" {
			name = key
		}
		switch key {
		case "name", "claim": // every check has them
		case "exact": // comes with tolerance
		case "tolerance", "gap":
			last = append([]string{name}, last...)
		case "reason":
			last = append(last, name)
		default:
			names = append(names, name)
		}
	}
	return strings.Join(append(names, last...), ", ")
}

// values says which values a schema allows.
func values(o object) string {
	if o["const"] != nil {
		return fmt.Sprint(o["const"])
	}
	if list, ok := o["enum"].([]any); ok {
		var words []string
		for _, v := range list {
			words = append(words, fmt.Sprint(v))
		}
		return strings.Join(words, ", ")
	}
	if o["anyOf"] != nil {
		return "all, or a list of labels"
	}
	kind := map[string]string{"integer": "whole number", "number": "number", "string": "text", "array": "a list", "boolean": "true, false"}[o.text("type")]
	bound := func(key, word string) string {
		if x, ok := o[key].(float64); ok {
			return ", " + word + " " + number(x)
		}
		return ""
	}
	return kind + bound("minimum", "at least") + bound("exclusiveMinimum", "above") + bound("maximum", "at most")
}
