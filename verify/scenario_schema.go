package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// schemaNode is one JSON object of a schema; encoding/json sorts its keys.
type schemaNode = map[string]any

// ScenarioSchema returns the JSON Schema (draft 2020-12) of scenarios for the subjects, of which the first is the
// one of a scenario that names none. It is for editors: every scenario that ParseScenario reads is valid under it,
// but not the other way round. It knows keys, types, bounds and words; it does not know what YAML itself allows
// and a scenario does not, nor what one part of a scenario demands of another. It panics as ParseScenario does
// when the default of an axis is not of the axis's kind, and when there is no subject.
func ScenarioSchema(subjects []Subject) ([]byte, error) {
	if len(subjects) == 0 {
		panic("verify: a schema of scenarios without a subject")
	}
	s := scenarioSchema{defs: schemaNode{"seeds": seedsSchema()}}
	var names []string
	for _, subject := range subjects {
		names = append(names, subject.Name())
	}
	var cases []any
	for i, subject := range subjects {
		s.subject(subject.Name(), subject.Space(), names)
		is := schemaNode{"properties": schemaNode{"subject": schemaNode{"const": subject.Name()}}}
		if i > 0 {
			is["required"] = []string{"subject"}
		}
		cases = append(cases, schemaNode{"if": is, "then": schemaNode{"$ref": definitionOf(subject.Name(), "scenario")}})
	}
	top := schemaNode{
		"version": annotated("Version of the grammar.", schemaNode{"const": 1}),
		"name":    annotated("Name of the report's folder.", schemaNode{"type": "string", "pattern": scenarioName.String()}),
		"title":   annotated("What is claimed, in one line.", textSchema()),
		"about":   annotated("More about what is claimed.", textSchema()),
		"subject": annotated("Whose training it is; "+names[0]+" when absent.", schemaNode{"enum": names}),
	}
	for _, section := range []string{"data", "problem", "vary", "generate", "checks", "twin", "doses"} {
		top[section] = true // what it takes depends on the subject
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(schemaNode{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Scenario of verify", "type": "object",
		"properties": top, "required": []string{"version", "name", "title", "vary", "checks"},
		"additionalProperties": false, "allOf": cases, "$defs": s.defs,
	})
	if err != nil {
		return nil, fmt.Errorf("verify: schema of scenarios: %w", err)
	}
	return out.Bytes(), nil
}

// scenarioSchema gathers the definitions that belong to subjects.
type scenarioSchema struct{ defs schemaNode }

// definitionOf names a definition of a subject.
func definitionOf(subject, part string) string { return "#/$defs/" + subject + "." + part }

// subject adds what a scenario, and a twin, may ask of one subject. The names are those of all subjects.
func (s *scenarioSchema) subject(name string, space Space, names []string) {
	ref := func(part string) schemaNode { return schemaNode{"$ref": definitionOf(name, part)} }
	for _, a := range slices.Concat(space.Data, space.Problem, space.Vary) {
		s.defs[name+"."+a.Name] = axisSchema(a)
	}
	one := func(a Axis) any { return ref(a.Name) }
	several := func(a Axis) any { return annotated(a.Doc, oneOrMore(ref(a.Name))) }
	define := func(part string, schema schemaNode) schemaNode {
		s.defs[name+"."+part] = schema
		return ref(part)
	}
	data := define("data-set", tableSchema(axesSchema(space.Data, one), needed(space.Data)...))
	vary := axesSchema(space.Vary, several)
	vary["seed"] = seeds()
	parts := schemaNode{
		"data": annotated("One value for each axis. A list of such mappings: each is a problem of its own.", oneOrMore(data)),
		"problem": annotated("What may change the outcome: each combination is a problem of its own.",
			tableSchema(axesSchema(space.Problem, several), needed(space.Problem)...)),
		"vary":     annotated("What must not change the outcome.", tableSchema(vary, append(needed(space.Vary), "seed")...)),
		"generate": generateSchema(space.Labels),
		"checks":   annotated("What is claimed.", schemaNode{"type": "array", "minItems": 1, "items": checksSchema(space.Inputs)}),
		"twin":     annotated("Controls: the same with one thing broken, which has to fail.", oneOrMore(define("control", s.twin(name, names)))),
		"doses":    annotated("Controls in many strengths.", oneOrMore(define("dose", dosesSchema(space, one, several)))),
	}
	scenario := schemaNode{"properties": parts}
	if required := needed(space.Data); len(required) > 0 {
		scenario["required"] = []string{"data"}
	}
	s.defs[name+".scenario"] = scenario
	twin := axesSchema(space.Data, one)
	for _, a := range slices.Concat(space.Problem, space.Vary) {
		twin[a.Name] = several(a)
	}
	twin["subject"], twin["seed"], twin["name"] = schemaNode{"enum": names}, seeds(), annotated("Name of the control.", textSchema())
	twin["fails"] = annotated("Kinds of the checks that have to fail, [tuple] when absent.",
		schemaNode{"type": "array", "minItems": 1, "uniqueItems": true, "items": schemaNode{"enum": checkKinds()}})
	s.defs[name+".twin"] = tableSchema(twin)
}

// twin is a control of a scenario of the named subject: its own axes, or those of the subject that it names.
func (s *scenarioSchema) twin(own string, names []string) schemaNode {
	cases := []any{schemaNode{
		"if": schemaNode{"required": []string{"subject"}}, "else": schemaNode{"$ref": definitionOf(own, "twin")},
	}}
	others := []string{}
	for _, name := range names {
		if name == own {
			continue
		}
		others = append(others, name)
		cases = append(cases, schemaNode{
			"if": schemaNode{
				"properties": schemaNode{"subject": schemaNode{"const": name}}, "required": []string{"subject"},
			},
			"then": schemaNode{"$ref": definitionOf(name, "twin")},
		})
	}
	subject := annotated("Another subject in place of the scenario's.", schemaNode{"enum": others})
	if len(others) == 0 {
		subject = schemaNode{"not": schemaNode{}}
	}
	return schemaNode{"type": "object", "properties": schemaNode{"subject": subject}, "allOf": cases}
}

// dosesSchema is a control in many strengths.
func dosesSchema(space Space, one, several func(Axis) any) schemaNode {
	members := axesSchema(slices.Concat(space.Data, space.Problem), one)
	numeric := []string{}
	for _, a := range space.Vary {
		members[a.Name] = several(a)
	}
	for _, a := range slices.Concat(space.Problem, space.Vary) {
		if a.Kind == KindInt || a.Kind == KindNumber {
			numeric = append(numeric, a.Name)
		}
	}
	members["axis"] = annotated("The axis that is raised.", schemaNode{"enum": numeric})
	members["values"] = annotated("Its values, the weakest first, ascending.",
		schemaNode{"type": "array", "minItems": 2, "uniqueItems": true, "items": schemaNode{"type": "number"}})
	members["seed"], members["name"] = seeds(), annotated("Name of the control.", textSchema())
	return tableSchema(members, "axis", "values")
}

// axesSchema returns what each axis takes.
func axesSchema(axes []Axis, schema func(Axis) any) schemaNode {
	members := schemaNode{}
	for _, a := range axes {
		members[a.Name] = schema(a)
	}
	return members
}

// needed returns the names of the axes on which a scenario may not be silent.
func needed(axes []Axis) []string {
	names := []string{}
	for _, a := range axes {
		if _, lacking := fallback(a); len(lacking) > 0 && !a.Optional {
			names = append(names, a.Name)
		}
	}
	return names
}

// axisSchema returns the schema of one value of an axis.
func axisSchema(a Axis) schemaNode {
	s := schemaNode{}
	switch a.Kind {
	case KindText:
		s = textSchema()
		if len(a.Enum) > 0 {
			s = schemaNode{"enum": a.Enum}
		}
	case KindInt, KindNumber:
		s["type"] = "number"
		if a.Kind == KindInt {
			s["type"] = "integer"
		}
		if a.Min > -math.MaxFloat64 {
			s["minimum"] = a.Min
		}
		if a.Max < math.MaxFloat64 {
			s["maximum"] = a.Max
		}
	case KindFlag:
		s["type"] = "boolean"
	case KindRecord:
		s = tableSchema(axesSchema(a.Fields, func(f Axis) any { return axisSchema(f) }), needed(a.Fields)...)
	}
	if a.Default != nil {
		s["default"] = a.Default
	}
	return annotated(a.Doc, s)
}

// annotated adds a description, where there is one.
func annotated(doc string, s schemaNode) schemaNode {
	if doc != "" {
		s["description"] = doc
	}
	return s
}

// tableSchema is a mapping with known keys.
func tableSchema(members schemaNode, required ...string) schemaNode {
	s := schemaNode{"type": "object", "properties": members, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// oneOrMore is one value or a list of distinct ones.
func oneOrMore(s schemaNode) schemaNode {
	return schemaNode{"anyOf": []any{s, schemaNode{"type": "array", "minItems": 1, "uniqueItems": true, "items": s}}}
}

// textSchema is text that is not blank.
func textSchema() schemaNode { return schemaNode{"type": "string", "pattern": `\S`} }

// seeds refers to what seeds are.
func seeds() schemaNode { return schemaNode{"$ref": "#/$defs/seeds"} }

// seedsSchema is a list of seeds, or a range.
func seedsSchema() schemaNode {
	seed := schemaNode{"type": "integer", "minimum": 1, "maximum": int64(math.MaxInt64)}
	return annotated("Seeds: a list, or {from: 1, count: 32}.", schemaNode{"anyOf": []any{
		tableSchema(schemaNode{
			"from":  annotated("The first seed.", maps.Clone(seed)),
			"count": annotated("How many seeds.", schemaNode{"type": "integer", "minimum": 1, "maximum": maxCells}),
		}, "from", "count"),
		schemaNode{"type": "array", "minItems": 1, "uniqueItems": true, "items": seed},
	}})
}

// generateSchema is what to draw; a label that is a whole number may go without quotes.
func generateSchema(labels []string) schemaNode {
	label := schemaNode{"type": []string{"string", "integer"}}
	if labels != nil {
		words := []any{}
		for _, l := range labels {
			words = append(words, l)
			if wholeNumber.MatchString(l) {
				words = append(words, json.Number(l))
			}
		}
		label = schemaNode{"enum": words}
	}
	all := func() schemaNode {
		return annotated("What to draw: all, or a list.", schemaNode{"anyOf": []any{
			schemaNode{"const": "all"}, schemaNode{"type": "array", "minItems": 1, "uniqueItems": true, "items": label},
		}})
	}
	count := func(least int, doc string) schemaNode {
		return annotated(doc, schemaNode{"type": "integer", "minimum": least, "maximum": 10_000})
	}
	return annotated("What the trained networks draw.", tableSchema(schemaNode{
		"labels": all(), "digits": all(),
		"instances": count(1, "Drawings of each label by each network that draws, 2 when absent."),
		"networks":  count(1, "How many networks draw, 1 when absent."),
		"census":    count(0, "Further starts for each label, with the first network."),
		"patterns":  count(0, "Starts for each label in each basin on purpose, with the first network."),
	}))
}

// checksSchema is one check: a mapping from its kind to its settings.
func checksSchema(inputs []string) schemaNode {
	kinds := schemaNode{}
	for _, g := range checkGrammar {
		members := schemaNode{}
		for _, key := range checkKeys(g.kind) {
			members[key] = settingSchema(g.kind, key, inputs)
		}
		s := tableSchema(members, requiredSettings(g.kind)...)
		switch keys := checkKeys(g.kind); {
		case g.kind == "golden":
			s["dependentRequired"] = schemaNode{"tolerance": []string{"reason"}, "reason": []string{"tolerance"}}
		case slices.Contains(keys, "exact"):
			s["oneOf"] = []any{schemaNode{"required": []string{"tolerance", "reason"}}, schemaNode{"required": []string{"exact"}}}
		}
		kinds[g.kind] = annotated(kindDoc(g.kind), s)
	}
	s := tableSchema(kinds)
	s["minProperties"], s["maxProperties"] = 1, 1
	return s
}

// requiredSettings are the keys that a check has to have, but for those of which it has one or another.
func requiredSettings(kind string) []string {
	var required []string
	for _, key := range checkKeys(kind) {
		switch key {
		case "inputs", "against", "known", "modulo", "gap":
			required = append(required, key)
		case "tolerance", "reason":
			if kind != "golden" && kind != "certificate" && !slices.Contains(checkKeys(kind), "exact") {
				required = append(required, key)
			}
		}
	}
	return required
}

// settingSchema is what a key of a check takes.
func settingSchema(kind, key string, inputs []string) schemaNode {
	set := textSchema()
	if inputs != nil {
		set = schemaNode{"enum": inputs}
		if kind == "scores" && key == "inputs" {
			set = schemaNode{"enum": append(slices.Clone(inputs), generated, adversary)}
		}
	}
	sets := schemaNode{"type": "array", "minItems": 1, "uniqueItems": true, "items": set}
	switch key {
	case "name":
		return annotated("Tells checks of one kind apart.", schemaNode{"type": "string", "pattern": scenarioName.String()})
	case "claim":
		return annotated("The claim in your own words; it is the title in reports.", textSchema())
	case "reason":
		return annotated("Why the tolerance is what it is.", textSchema())
	case "tolerance", "gap":
		return annotated("The largest deviation allowed.", schemaNode{"type": "number", "exclusiveMinimum": 0})
	case "exact":
		return annotated("The same bits: no deviation is allowed.", schemaNode{"const": true})
	case "oracle":
		return annotated("Look for the optimum without a start as well, true when absent. With false each run has only its own certificate.", schemaNode{"type": "boolean"})
	case "inputs":
		return annotated("Input sets.", sets)
	case "attacks":
		return annotated(fmt.Sprintf("Searches for each label where the inputs have %q, %d when absent.", adversary, usualAttacks),
			schemaNode{"type": "integer", "minimum": 1, "maximum": mostAttacks})
	case "known":
		return annotated("The input set that has to score high.", set)
	case "against":
		if kind == "accuracy" {
			return annotated(strings.ToUpper(guessing[:1])+guessing[1:]+", or a baseline of the subject.", textSchema())
		}
		return annotated("Input sets that have to score low.", sets)
	case "exponent":
		return annotated("Of the norm that scores are divided by, 2 when absent.",
			schemaNode{"type": "number", "minimum": 0, "maximum": largestExponent})
	case "modulo":
		return annotated("What does not count: the sign, or nothing.", schemaNode{"enum": []string{"sign", "nothing"}})
	case "within":
		return annotated("Compares only drawings of one basin.", schemaNode{"const": "basin"})
	}
	return schemaNode{}
}

// kindDoc says what a kind of check measures: what its tolerance bounds.
func kindDoc(kind string) string {
	switch kind {
	case "converged":
		return "Every trial converges."
	case "tuple":
		return "The largest distance of two trained tuples."
	case "scores":
		return "The largest difference of two networks' scores."
	case "images":
		return "The largest distance of two drawings of one label."
	case "recognisable":
		return "The largest doubt of a judge about a drawing; below 1 it names the right label."
	case "not-the-mean":
		return "The largest cosine of a drawing with the mean training image of its label."
	case "shift":
		return "The largest relative change of the features under a cyclic shift."
	case "accuracy":
		return "The share that a baseline has right, over the lower 95 % bound of the network's."
	case "novelty":
		return "The largest 1 - AUC of telling known inputs from others by their largest score."
	case "certificate":
		return "The distance of a trained fitness from its bound."
	case "golden":
		return "The distance to the approved outcome."
	}
	return ""
}
