package report

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"example.org/concord/verify"
)

// resultSchemaOf compiles the schema with another implementation of JSON Schema.
func resultSchemaOf(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(ResultSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("result.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("result.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatIsWrittenIsValidUnderTheSchema(t *testing.T) {
	schema := resultSchemaOf(t)
	for _, c := range []struct {
		name string
		tree *verify.Result
	}{{"small", small()}, {"every field", little()}, {"compact", compact()}, {"nothing ran", nothing()}, {"of real size", fixture(t)}, {"a control", controlled()}} {
		t.Run(c.name, func(t *testing.T) {
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(written(t, c.tree)))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(v); err != nil {
				t.Error(err)
			}
		})
	}
}

// What ReadJSON refuses for its shape the schema refuses too.
func TestSchemaRefuses(t *testing.T) {
	schema := resultSchemaOf(t)
	for _, c := range []struct {
		name   string
		change func(result, check map[string]any)
	}{
		{"an unknown key", func(r, _ map[string]any) { r["verdikt"] = "PASS" }},
		{"an unknown key deep inside", func(_, c map[string]any) { c["note"] = "" }},
		{"a missing key", func(r, _ map[string]any) { delete(r, "sentence") }},
		{"a missing key deep inside", func(_, c map[string]any) { delete(c, "margin") }},
		{"a verdict in other letters", func(r, _ map[string]any) { r["verdict"] = "pass" }},
		{"a verdict that is a number", func(_, c map[string]any) { c["verdict"] = 1 }},
		{"a verdict that is none", func(_, c map[string]any) { c["verdict"] = "FINE" }},
		{"a number in quotes", func(_, c map[string]any) { c["value"] = "0.1" }},
		{"a number that is missing", func(_, c map[string]any) { c["value"] = nil }},
		{"an infinity in other letters", func(_, c map[string]any) { c["value"] = "inf" }},
		{"an object for a list", func(r, _ map[string]any) { r["problems"] = map[string]any{} }},
		{"another version", func(r, _ map[string]any) { r["schema_version"] = verify.SchemaVersion + 1 }},
		{"a date that is none", func(r, _ map[string]any) { r["timing"].(map[string]any)["started"] = "yesterday" }},
		{"half a seed", func(r, _ map[string]any) {
			r["problems"].([]any)[0].(map[string]any)["trials"].([]any)[0].(map[string]any)["seed"] = 0.5
		}},
		{"a status that is none", func(r, _ map[string]any) {
			r["problems"].([]any)[0].(map[string]any)["trials"].([]any)[0].(map[string]any)["status"] = "done"
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r map[string]any
			if err := json.Unmarshal([]byte(written(t, little())), &r); err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(r); err != nil {
				t.Fatalf("before the change: %v", err)
			}
			c.change(r, r["problems"].([]any)[0].(map[string]any)["checks"].([]any)[0].(map[string]any))
			if err := schema.Validate(r); err == nil {
				t.Error("Validate = nil, want an error")
			}
			text, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ReadJSON(bytes.NewReader(text)); err == nil {
				t.Error("ReadJSON = nil, want an error: the schema is stricter than the reader")
			}
		})
	}
}

func TestSchemaKnowsNumbersThatAreNotFinite(t *testing.T) {
	schema := resultSchemaOf(t)
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		r := little()
		r.Timing.Seconds = verify.Number(x)
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(written(t, r)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%v: %v", x, err)
		}
	}
}
