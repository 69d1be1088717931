package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"example.org/concord/scenarios"
)

// output runs a command that has to pass, and returns its standard output.
func output(t *testing.T, args ...string) []byte {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr, noEnv); code != 0 {
		t.Fatalf("verify %q = %d, want 0; standard error:\n%s", args, code, &stderr)
	}
	return stdout.Bytes()
}

// schemaOf compiles what verify schema prints.
func schemaOf(t *testing.T, what string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(output(t, "schema", what)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(what+".json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(what + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// decoded reads JSON as the validator wants it.
func decoded(t *testing.T, text []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// asJSON turns a scenario into JSON, as an editor sees it.
func asJSON(t *testing.T, src []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(src, &v); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, text)
}

func TestCommittedScenarioSchemaIsCurrent(t *testing.T) {
	got := readDoc(t, "docs/schema/scenario.json")
	if diff := cmp.Diff(string(output(t, "schema", "scenario")), got); diff != "" {
		t.Errorf("docs/schema/scenario.json is out of date: run bin/verify schema scenario >docs/schema/scenario.json (-want +got):\n%s", diff)
	}
}

func TestShippedScenariosAreValidUnderTheSchema(t *testing.T) {
	schema := schemaOf(t, "scenario")
	names, err := scenarios.List()
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 8 {
		t.Fatalf("%d scenarios ship, want at least 8", len(names))
	}
	for _, name := range names {
		src, err := scenarios.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(asJSON(t, src)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every form that the parser takes is valid, and what it refuses for its shape is not.
func TestScenarioSchema(t *testing.T) {
	schema := schemaOf(t, "scenario")
	const head = "version: 1\nname: x\ntitle: what is claimed\n"
	const vary = "vary: {seed: [1, 2]}\n"
	const checks = "checks:\n  - tuple: {tolerance: 1e-5, reason: r}\n"
	for _, c := range []struct {
		name, src string
		valid     bool
	}{
		{"the least", head + vary + checks, true},
		{"the first subject by name", head + "subject: digits\n" + vary + checks, true},
		{"another subject", head + "subject: perceptron\n" + vary + checks, true},
		{"an unknown subject", head + "subject: oracle\n" + vary + checks, false},
		{"an axis of another subject", head + "subject: perceptron\nproblem: {rank: [3]}\n" + vary + checks, false},
		{"no version", "name: x\ntitle: t\n" + vary + checks, false},
		{"another version", "version: 2\nname: x\ntitle: t\n" + vary + checks, false},
		{"a name that is none", "version: 1\nname: Two Words\ntitle: t\n" + vary + checks, false},
		{"a key mistyped", head + vary + checks + "twins: {start: [gaussian]}\n", false},
		{"no seed", head + "vary: {start: [uniform]}\n" + checks, false},
		{"a seed of zero", head + "vary: {seed: [0]}\n" + checks, false},
		{"a seed twice", head + "vary: {seed: [1, 1]}\n" + checks, false},
		{"a range of seeds", head + "vary: {seed: {from: 1, count: 3}}\n" + checks, true},
		{"half a range of seeds", head + "vary: {seed: {from: 1}}\n" + checks, false},
		{"several data sets", head + "data: [{count: 10}, {count: 20}]\n" + vary + checks, true},
		{"a list where one value belongs", head + "data: {count: [10, 20]}\n" + vary + checks, false},
		{"one value where a list may be", head + "problem: {rank: 3}\n" + vary + checks, true},
		{"text where a number belongs", head + "problem: {rank: [three]}\n" + vary + checks, false},
		{"a fraction where a whole number belongs", head + "problem: {rank: [2.5]}\n" + vary + checks, false},
		{"a word that is none of the axis", head + "vary: {seed: [1], start: [gausian]}\n" + checks, false},
		{"a record", head + "vary: {seed: [1], ascent: [{method: lbfgs, steps: 9}]}\n" + checks, true},
		{"a record with an unknown field", head + "vary: {seed: [1], ascent: [{method: lbfgs, step: 9}]}\n" + checks, false},
		{"no check", head + vary + "checks: []\n", false},
		{"an unknown check", head + vary + "checks: [{tupel: {exact: true}}]\n", false},
		{"two checks in one item", head + vary + "checks: [{converged: {}, tuple: {exact: true}}]\n", false},
		{"bit for bit", head + vary + "checks: [{tuple: {exact: true}}]\n", true},
		{"not bit for bit", head + vary + "checks: [{tuple: {exact: false}}]\n", false},
		{"a tolerance without a reason", head + vary + "checks: [{tuple: {tolerance: 1}}]\n", false},
		{"a tolerance and exact", head + vary + "checks: [{tuple: {tolerance: 1, exact: true, reason: r}}]\n", false},
		{"a tolerance in quotes", head + vary + "checks: [{tuple: {tolerance: '1e-5', reason: r}}]\n", false},
		{"a tolerance of zero", head + vary + "checks: [{tuple: {tolerance: 0, reason: r}}]\n", false},
		{"a key of another check", head + vary + "checks: [{tuple: {exact: true, modulo: sign}}]\n", false},
		{"golden that inherits", head + vary + checks + "  - golden: {}\n", true},
		{"golden with half a tolerance", head + vary + checks + "  - golden: {tolerance: 1}\n", false},
		{"a certificate without a gap", head + vary + "checks: [{certificate: {reason: r}}]\n", false},
		{"a certificate", head + vary + "checks: [{certificate: {gap: 1e-10, claim: c}}]\n", true},
		{"a certificate without an oracle", head + vary + "checks: [{certificate: {gap: 1e-10, oracle: false}}]\n", true},
		{"an oracle that is no boolean", head + vary + "checks: [{certificate: {gap: 1e-10, oracle: maybe}}]\n", false},
		{"inputs that a run makes", head + vary + "checks: [{scores: {inputs: [generated, adversary], attacks: 2, exact: true}}]\n", true},
		{"an unknown input", head + vary + "checks: [{scores: {inputs: [tset], exact: true}}]\n", false},
		{"drawings as numbers and as text", head + vary + "generate: {digits: [0, '3']}\n" + checks, true},
		{"all drawings", head + vary + "generate: {labels: all}\n" + checks, true},
		{"a drawing that is none", head + vary + "generate: {labels: [10]}\n" + checks, false},
		{"a twin", head + vary + checks + "twin: {start: [gaussian], fails: [tuple]}\n", true},
		{"several twins", head + vary + checks + "twin: [{start: gaussian}, {rank: 9, name: n}]\n", true},
		{"a twin of another subject", head + vary + checks + "twin: {subject: perceptron, hidden: 8}\n", true},
		{"a twin with another subject's axis", head + vary + checks + "twin: {subject: perceptron, rank: 8}\n", false},
		{"a twin of the same subject", head + vary + checks + "twin: {subject: digits, rank: 8}\n", false},
		{"a twin that has to fail nothing known", head + vary + checks + "twin: {rank: 9, fails: [tupel]}\n", false},
		{"doses", head + vary + checks + "doses: {axis: rank, values: [3, 4]}\n", true},
		{"a single dose", head + vary + checks + "doses: {axis: rank, values: [3]}\n", false},
		{"doses of words", head + vary + checks + "doses: {axis: start, values: [1, 2]}\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := schema.Validate(asJSON(t, []byte(c.src))); (err == nil) != c.valid {
				t.Errorf("Validate of\n%s= %v, want valid: %v", c.src, err, c.valid)
			}
		})
	}
}

// Every key of the schema says what it is for.
func TestScenarioSchemaDescribesEveryKey(t *testing.T) {
	var walk func(path string, v any)
	keys := 0
	walk = func(path string, v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(path, e)
			}
		case map[string]any:
			properties, _ := v["properties"].(map[string]any)
			for _, key := range slices.Sorted(maps.Keys(properties)) {
				p, ok := properties[key].(map[string]any)
				_, ref := p["$ref"]
				_, narrowed := p["const"] // of an if
				if ok && len(p) == 0 {
					t.Errorf("%s.%s takes anything", path, key)
				}
				keys++
				if ok && !ref && !narrowed && p["description"] == nil && !strings.HasSuffix(path, "checks") && p["enum"] == nil {
					t.Errorf("%s.%s has no description", path, key)
				}
			}
			for _, key := range slices.Sorted(maps.Keys(v)) {
				walk(path+"/"+key, v[key])
			}
		}
	}
	var doc any
	if err := json.Unmarshal(output(t, "schema", "scenario"), &doc); err != nil {
		t.Fatal(err)
	}
	walk("", doc)
	if keys < 100 {
		t.Errorf("the schema has %d keys, want at least 100", keys)
	}
}

func TestResultOfARunIsValidUnderTheSchema(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: runs are raced by the scripts resume and shard of TestScripts")
	}
	schema := schemaOf(t, "result")
	t.Chdir(t.TempDir())
	output(t, "run", "smoke", "--quiet")
	text, err := os.ReadFile(filepath.Join("reports", "smoke", "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(decoded(t, text)); err != nil {
		t.Errorf("result.json of smoke: %v", err)
	}
}
