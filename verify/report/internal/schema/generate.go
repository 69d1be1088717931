package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"example.org/concord/verify"
)

// object is a JSON object; encoding/json sorts its keys.
type object = map[string]any

// generate returns the schema of verify.Result. The folder src has the source of package verify.
func generate(src string) ([]byte, error) {
	all, err := readDocs(src)
	if err != nil {
		return nil, err
	}
	g := generator{docs: all, defs: object{}}
	root, err := g.structure(reflect.TypeFor[verify.Result]())
	if err != nil {
		return nil, err
	}
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "result.json of verify run"
	root["$defs"] = g.defs
	members, _ := root["properties"].(object)
	members["schema_version"] = object{
		"const": verify.SchemaVersion, "description": "Version of this form. It grows when a field changes its meaning.",
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// generator gathers the definitions of named types.
type generator struct {
	docs docs
	defs object
}

// schema returns the schema of a value of type t.
func (g *generator) schema(t reflect.Type) (object, error) {
	switch t {
	case reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}, nil
	case reflect.TypeFor[verify.Number]():
		return g.define(t, func() (object, error) {
			return object{"anyOf": []any{object{"type": "number"}, object{"enum": []string{"NaN", "+Inf", "-Inf"}}}}, nil
		})
	case reflect.TypeFor[verify.Verdict]():
		return g.define(t, func() (object, error) { return words(func(i uint8) verify.Verdict { return verify.Verdict(i) }), nil })
	case reflect.TypeFor[verify.Status]():
		return g.define(t, func() (object, error) { return words(func(i uint8) verify.Status { return verify.Status(i) }), nil })
	case reflect.TypeFor[verify.Settings]():
		return g.define(t, func() (object, error) { return object{"type": []string{"object", "null"}}, nil })
	}
	switch t.Kind() {
	case reflect.Bool:
		return object{"type": "boolean"}, nil
	case reflect.String:
		return object{"type": "string"}, nil
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}, nil
	case reflect.Uint64:
		return object{"type": "integer", "minimum": 0}, nil
	case reflect.Float64:
		return object{"type": "number"}, nil
	case reflect.Pointer:
		elem, err := g.schema(t.Elem())
		return object{"anyOf": []any{elem, object{"type": "null"}}}, err
	case reflect.Slice:
		elem, err := g.schema(t.Elem())
		return object{"type": []string{"array", "null"}, "items": elem}, err
	case reflect.Map:
		elem, err := g.schema(t.Elem())
		return object{"type": []string{"object", "null"}, "additionalProperties": elem}, err
	case reflect.Struct:
		return g.define(t, func() (object, error) { return g.structure(t) })
	default:
		return nil, fmt.Errorf("%v is of a kind that no field of a result has had so far: say here what it is in JSON", t)
	}
}

// define returns a reference to the definition of t, which it makes when there is none.
func (g *generator) define(t reflect.Type, schema func() (object, error)) (object, error) {
	if _, ok := g.defs[t.Name()]; !ok {
		g.defs[t.Name()] = object{} // a type that contains itself ends here
		s, err := schema()
		if err != nil {
			return nil, err
		}
		if doc := g.docs[t.Name()]; doc != "" {
			s["description"] = doc
		}
		g.defs[t.Name()] = s
	}
	return object{"$ref": "#/$defs/" + t.Name()}, nil
}

// structure returns the schema of a struct: every key is known, and there unless it is marked omitempty.
func (g *generator) structure(t reflect.Type) (object, error) {
	members := object{}
	required := []string{}
	for f := range t.Fields() {
		key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if key == "" {
			return nil, fmt.Errorf("%v.%s has no name in JSON", t, f.Name)
		}
		s, err := g.schema(f.Type)
		if err != nil {
			return nil, fmt.Errorf("%v.%s: %w", t, f.Name, err)
		}
		if doc := g.docs[t.Name()+"."+f.Name]; doc != "" {
			s["description"] = doc
		}
		members[key] = s
		if !strings.Contains(options, "omitempty") {
			required = append(required, key)
		}
	}
	s := object{"type": "object", "properties": members, "required": required, "additionalProperties": false}
	if doc := g.docs[t.Name()]; doc != "" {
		s["description"] = doc
	}
	return s, nil
}

// words returns the schema of a type that is a word in JSON: of(0), of(1) and so on until there is none.
func words[T interface{ MarshalText() ([]byte, error) }](of func(uint8) T) object {
	var all []string
	for i := range uint8(255) {
		text, err := of(i).MarshalText()
		if err != nil {
			break
		}
		all = append(all, string(text))
	}
	return object{"enum": all}
}
