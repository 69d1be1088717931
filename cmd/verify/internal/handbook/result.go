package handbook

import (
	"fmt"
	"strings"
)

// result takes from the schema of results the objects that a reader looks for first.
func (p *page) result(schema object) error {
	for _, o := range []struct{ name, title string }{
		{"", "The file"},
		{"ProblemResult", "problems[]"},
		{"TrialResult", "problems[].trials[]"},
		{"CheckResult", "problems[].checks[]"},
		{"Evidence", "problems[].checks[].evidence[]"},
		{"Basin", "problems[].basins[]"},
		{"Power", "problems[].power"},
		{"TwinResult", "twins[]"},
	} {
		def := schema
		if o.name != "" {
			def = schema.at("$defs", o.name)
		}
		list, ok := def["required"].([]any) // in the order of the file
		if !ok {
			return fmt.Errorf("handbook: the schema of results has no object %q", o.name)
		}
		t := table{Title: o.title}
		names := make([]string, 0, len(list))
		for _, name := range list {
			names = append(names, fmt.Sprint(name))
		}
		for _, name := range def.at("properties").keys() {
			if !def.required(name) {
				names = append(names, name)
			}
		}
		for _, name := range names {
			f := def.at("properties", name)
			t.Rows = append(t.Rows, row{name, fieldType(f), f.text("description")})
		}
		p.Objects = append(p.Objects, t)
	}
	return nil
}

// fieldType says in a word what a field holds.
func fieldType(f object) string {
	if ref := f.text("$ref"); ref != "" {
		return strings.TrimPrefix(ref, "#/$defs/")
	}
	if items := f.at("items"); items != nil {
		return fieldType(items) + "[]"
	}
	if choice, ok := f["anyOf"].([]any); ok && len(choice) > 0 {
		if first, ok := choice[0].(map[string]any); ok {
			return fieldType(first) // the other one is null
		}
	}
	if f["const"] != nil {
		return fmt.Sprint(f["const"])
	}
	return f.text("type")
}
