package verify

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// The kinds of checks a scenario may ask for, each with the keys it takes.
//
//nolint:gochecknoglobals // a constant table
var checkGrammar = []struct {
	kind string
	keys []string
}{
	{"converged", nil},
	{"tuple", []string{"tolerance", "exact", "reason"}},
	{"scores", []string{"inputs", "tolerance", "exact", "reason"}},
	{"images", []string{"modulo", "within", "tolerance", "exact", "reason"}},
	{"certificate", []string{"gap", "reason"}},
	{"golden", []string{"tolerance", "reason"}},
}

// checkKinds returns the kinds of checks.
func checkKinds() []string {
	var kinds []string
	for _, g := range checkGrammar {
		kinds = append(kinds, g.kind)
	}
	return kinds
}

// checks reads the claims.
func (p *scenarioParser) checks(t yamlTable) {
	p.missing(t, "checks", "say what is claimed")
	if !t.has("checks") {
		return
	}
	nodes, ok := p.list(t.entries["checks"].value, `"checks"`, "say what is claimed")
	if !ok {
		return
	}
	lines := map[string]int{}
	var kinds []string
	understood := 0
	var golden *yaml.Node // one that inherits its tolerances
	for _, n := range nodes {
		e, ok := p.checkEntry(n)
		if !ok {
			continue
		}
		c, inherits := p.check(e)
		understood++
		if !slices.Contains(kinds, c.Kind) {
			kinds = append(kinds, c.Kind)
		}
		if inherits {
			golden = e.key
		}
		key := strings.Join([]string{c.Kind, c.Modulo, c.Within}, " ")
		if !p.twice(lines, key, e.key, fmt.Sprintf("check %q", strings.Join(strings.Fields(key), " "))) {
			p.out.Checks = append(p.out.Checks, c)
		}
	}
	if understood < len(nodes) {
		return // the kind that is missing may be the one that was not understood
	}
	p.kinds = kinds
	for i := range p.out.Checks {
		if c := &p.out.Checks[i]; c.Kind == "golden" {
			c.ImageTolerance = c.Tolerance
			if golden != nil {
				p.inherit(golden, c)
			}
		}
	}
}

// checkEntry returns the kind and the settings of one item of the list of checks.
func (p *scenarioParser) checkEntry(n *yaml.Node) (yamlEntry, bool) {
	switch {
	case p.barred[n]:
		return yamlEntry{}, false
	case n.Kind == yaml.ScalarNode && slices.Contains(checkKinds(), n.Value):
		p.point(n, fmt.Sprintf(`write "%s: {}" or put the settings in the braces`, n.Value), "check %q has to be a mapping", n.Value)
		return yamlEntry{}, false
	case n.Kind != yaml.MappingNode:
		p.point(n, "known: "+strings.Join(checkKinds(), ", "), "a check has to be a mapping from its kind to its settings, not %s", described(n))
		return yamlEntry{}, false
	case len(n.Content) != 2:
		p.point(n, "indent the settings below the kind, and begin each check with -", "a check has to have one key, its kind, not %d", len(n.Content)/2)
		return yamlEntry{}, false
	}
	e := yamlEntry{n.Content[0], n.Content[1]}
	if p.barred[e.key] {
		return yamlEntry{}, false
	}
	if e.key.Kind != yaml.ScalarNode || !slices.Contains(checkKinds(), e.key.Value) {
		p.point(e.key, didYouMean(e.key.Value, checkKinds()), "unknown check %s", shown(e.key.Value))
		return yamlEntry{}, false
	}
	return e, true
}

// check reads one claim of a kind that is known.
func (p *scenarioParser) check(e yamlEntry) (c CheckSpec, inherits bool) {
	c = CheckSpec{Kind: e.key.Value, Line: e.key.Line}
	i := slices.Index(checkKinds(), c.Kind)
	t, ok := p.table(e.value, e.key, fmt.Sprintf("check %q", c.Kind), checkGrammar[i].keys, nil)
	if !ok {
		return c, false
	}
	switch c.Kind {
	case "scores":
		p.inputs(t, &c)
	case "images":
		p.images(t, &c)
	}
	switch {
	case c.Kind == "converged":
	case c.Kind == "certificate":
		p.gap(t, &c)
	case c.Kind == "golden" && !t.has("tolerance") && !t.typos["tolerance"]:
		if t.has("reason") {
			p.point(t.entries["reason"].key, "", `check "golden" has a reason without a tolerance`)
		}
		inherits = true
	default:
		p.tolerance(t, &c)
	}
	return c, inherits
}

// tolerance reads how much deviation a check allows, and why.
func (p *scenarioParser) tolerance(t yamlTable, c *CheckSpec) {
	if t.has("reason") {
		c.Reason, _ = p.text(t.entries["reason"].value, `"reason"`, true)
	}
	if t.has("exact") {
		e := t.entries["exact"]
		if yes, ok := p.flag(e.value, `"exact"`); ok && !yes {
			p.point(e.value, "give a tolerance instead", `"exact" is either true or absent`)
		}
		if t.has("tolerance") {
			p.point(e.key, "keep one", "%s has both a tolerance and %q", t.what, "exact")
		}
		c.Exact = true
		return
	}
	if t.typos["exact"] {
		return
	}
	p.missing(t, "tolerance", `give a tolerance and a reason, or "exact: true" for bit equality`)
	if !t.has("tolerance") {
		return
	}
	p.missing(t, "reason", "say why the tolerance is what it is")
	n := t.entries["tolerance"].value
	x, ok := p.number(n, `"tolerance"`, -math.MaxFloat64, math.MaxFloat64)
	switch {
	case !ok:
	case x == 0:
		p.point(n, `write "exact: true"`, "a tolerance of 0 asks for bit equality, which is said in words")
	case x < 0:
		p.point(n, "", "a tolerance has to be positive, not %s", shorten(n.Value))
	case x >= math.Sqrt2 && c.Kind != "scores":
		p.point(n, "", "a tolerance of %s allows everything: no two outcomes of norm 1 are farther than √2 apart once their signs are aligned", shorten(n.Value))
	}
	c.Tolerance = x
}

// gap reads how far from its bound a certified fitness may be.
func (p *scenarioParser) gap(t yamlTable, c *CheckSpec) {
	if t.has("reason") {
		c.Reason, _ = p.text(t.entries["reason"].value, `"reason"`, true)
	}
	p.missing(t, "gap", `write "gap: 1e-10"`)
	if !t.has("gap") {
		return
	}
	n := t.entries["gap"].value
	x, ok := p.number(n, `"gap"`, -math.MaxFloat64, math.MaxFloat64)
	if ok && x <= 0 {
		p.point(n, "", "a gap has to be positive, not %s", shorten(n.Value))
	}
	c.Tolerance = x
}

// inputs reads the names of input sets.
func (p *scenarioParser) inputs(t yamlTable, c *CheckSpec) {
	p.missing(t, "inputs", `name them: "inputs: [test]"`)
	if !t.has("inputs") {
		return
	}
	nodes, ok := p.list(t.entries["inputs"].value, `"inputs"`, "")
	if !ok {
		return
	}
	lines := map[string]int{}
	for _, n := range nodes {
		name, ok := p.text(n, "an input", false)
		if !ok || p.twice(lines, name, n, "input "+shown(name)) {
			continue
		}
		c.Inputs = append(c.Inputs, name)
		if p.space != nil && p.space.Inputs != nil && name != "generated" && !slices.Contains(p.space.Inputs, name) {
			p.point(n, didYouMean(name, append([]string{"generated"}, p.space.Inputs...)), "unknown input %s", shown(name))
		}
		if name == "generated" && p.out.Generate == nil {
			p.point(n, `add "generate: {labels: all}"`, `the input "generated" stands for drawings, and the scenario has no "generate"`)
		}
	}
}

// images reads which drawings are compared and what counts as the same.
func (p *scenarioParser) images(t yamlTable, c *CheckSpec) {
	p.missing(t, "modulo", "write sign or nothing")
	if t.has("modulo") {
		c.Modulo, _ = p.choice(t.entries["modulo"].value, `"modulo"`, []string{"sign", "nothing"})
	}
	if t.has("within") {
		n := t.entries["within"].value
		if word, ok := p.text(n, `"within"`, false); ok && word != "basin" {
			p.point(n, `write "basin", or leave it out to compare all drawings of a label`, `"within" cannot be %s`, shown(word))
		}
		c.Within = "basin"
	}
	g := p.out.Generate
	switch {
	case g == nil:
		p.point(t.at, `add "generate: {labels: all}"`, `check "images" compares drawings, and the scenario has no "generate"`)
	case g.Instances*g.Networks+g.Census < 2:
		p.point(t.at, "raise instances, networks or census", `check "images" has nothing to compare: there is one drawing of each label`)
	}
}

// inherit gives a golden check the tolerances of other checks, and notes at its node when there are none.
func (p *scenarioParser) inherit(n *yaml.Node, golden *CheckSpec) {
	from := func(kind, within, what string) CheckSpec {
		i := slices.IndexFunc(p.out.Checks, func(c CheckSpec) bool { return c.Kind == kind && c.Within == within })
		switch {
		case i < 0:
			p.point(n, `add that check, or give "golden" a tolerance and a reason`, `check "golden" has no tolerance%s to take it from`, what)
		case p.out.Checks[i].Exact && kind == "tuple":
			p.point(n, `give "golden" a tolerance and a reason`, `check "golden" cannot be exact, as check "tuple" is: it compares modulo symmetry`)
		default:
			return p.out.Checks[i]
		}
		return CheckSpec{}
	}
	tuple := from("tuple", "", ` and no check "tuple"`)
	golden.Tolerance, golden.ImageTolerance, golden.Reason = tuple.Tolerance, tuple.Tolerance, tuple.Reason
	if p.out.Generate != nil {
		golden.ImageTolerance = from("images", "basin", ` for drawings and no check "images" within basins`).Tolerance
	}
}
