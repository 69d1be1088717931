package verify

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// The kinds of checks a scenario may ask for, each with the keys it takes besides "name" and "claim".
//
//nolint:gochecknoglobals // a constant table
var checkGrammar = []struct {
	kind string
	keys []string
}{
	{"converged", nil},
	{"tuple", []string{"tolerance", "exact", "reason"}},
	{"scores", []string{"inputs", "attacks", "tolerance", "exact", "reason"}},
	{"images", []string{"modulo", "within", "tolerance", "exact", "reason"}},
	{"recognisable", []string{"tolerance", "reason"}},
	{"not-the-mean", []string{"tolerance", "reason"}},
	{"shift", []string{"tolerance", "exact", "reason"}},
	{"accuracy", []string{"inputs", "against", "tolerance", "reason"}},
	{"novelty", []string{"known", "against", "exponent", "tolerance", "reason"}},
	{"certificate", []string{"gap", "oracle", "reason"}},
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

// checkKeys returns the keys that a check of a kind takes.
func checkKeys(kind string) []string {
	i := slices.Index(checkKinds(), kind)
	return append(slices.Clone(checkGrammar[i].keys), "name", "claim")
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
	heirs := map[int]*yaml.Node{} // golden checks that inherit their tolerances, by place in out.Checks
	for _, n := range nodes {
		e, ok := p.checkEntry(n)
		if !ok {
			continue
		}
		before := len(p.problems)
		c, inherits := p.check(e)
		understood++
		if !slices.Contains(kinds, c.Kind) {
			kinds = append(kinds, c.Kind)
		}
		if len(p.problems) == before && p.twice(lines, c.id(), e.key, fmt.Sprintf("check %q", c.id())) {
			continue
		}
		if inherits {
			heirs[len(p.out.Checks)] = e.key
		}
		p.out.Checks = append(p.out.Checks, c)
	}
	if understood < len(nodes) {
		return // the kind that is missing may be the one that was not understood
	}
	p.kinds = kinds
	for i := range p.out.Checks {
		if c := &p.out.Checks[i]; c.Kind == "golden" {
			c.ImageTolerance = c.Tolerance
			if n, ok := heirs[i]; ok {
				p.inherit(n, c)
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
	t, ok := p.table(e.value, e.key, fmt.Sprintf("check %q", c.Kind), checkKeys(c.Kind), nil)
	if !ok {
		return c, false
	}
	p.titled(t, &c)
	switch c.Kind {
	case "scores":
		p.scores(t, &c)
	case "images":
		p.images(t, &c)
	case "accuracy":
		p.accuracy(t, &c)
	case "novelty":
		p.novelty(t, &c)
	}
	if c.NeedsDrawings() && c.Kind != "golden" && p.out.Generate == nil {
		p.undrawn(t, &c)
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

// titled reads what a check is called and what it claims.
func (p *scenarioParser) titled(t yamlTable, c *CheckSpec) {
	if t.has("name") {
		n := t.entries["name"].value
		name, ok := p.text(n, `"name"`, false)
		if ok && !scenarioName.MatchString(name) {
			p.point(n, "", "%s is no name of a check: it has 1 to 64 of a-z, 0-9 and -, the first not a -", shown(name))
		}
		c.Name = name
	}
	if t.has("claim") {
		c.Claim, _ = p.text(t.entries["claim"].value, `"claim"`, false)
	}
}

// undrawn notes that there are no drawings for a check that needs some.
func (p *scenarioParser) undrawn(t yamlTable, c *CheckSpec) {
	const advice = `add "generate: {labels: all}"`
	if c.Kind != "scores" {
		p.point(t.at, advice, "check %q looks at drawings, and the scenario has no %q", c.Kind, "generate")
		return
	}
	for _, n := range t.entries["inputs"].value.Content {
		if n.Value == generated {
			p.point(n, advice, "the input %q stands for drawings, and the scenario has no %q", generated, "generate")
		}
	}
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
	exact := slices.Contains(checkKeys(c.Kind), "exact")
	advice := "give a tolerance and a reason"
	if exact {
		advice += `, or "exact: true" for bit equality`
	}
	p.missing(t, "tolerance", advice)
	if !t.has("tolerance") {
		return
	}
	p.missing(t, "reason", "say why the tolerance is what it is")
	n := t.entries["tolerance"].value
	x, ok := p.number(n, `"tolerance"`, -math.MaxFloat64, math.MaxFloat64)
	switch {
	case !ok:
	case x == 0 && exact:
		p.point(n, `write "exact: true"`, "a tolerance of 0 asks for bit equality, which is said in words")
	case x <= 0:
		p.point(n, "", "a tolerance has to be positive, not %s", shorten(n.Value))
	default:
		if why := c.allowsAll(x); why != "" {
			p.point(n, "", "a tolerance of %s allows everything: %s", shorten(n.Value), why)
		}
	}
	c.Tolerance = x
}

// allowsAll says why no outcome could exceed the tolerance, "" when one could.
func (c *CheckSpec) allowsAll(tolerance float64) string {
	switch c.Kind {
	case "tuple", "images", "golden":
		if tolerance >= math.Sqrt2 {
			return "no two outcomes of norm 1 are farther than √2 apart once their signs are aligned"
		}
	case "not-the-mean":
		if tolerance >= 1 {
			return "no cosine is larger than 1"
		}
	case "scores":
		if tolerance >= 1 {
			return "no two scores differ by more than the largest, unless some are negative"
		}
	case "novelty":
		if tolerance >= 1 {
			return "one minus a probability is never larger than 1"
		}
	}
	return ""
}

// gap reads how far from its bound a certified fitness may be, and whether the optimum is looked for without a start.
func (p *scenarioParser) gap(t yamlTable, c *CheckSpec) {
	if t.has("reason") {
		c.Reason, _ = p.text(t.entries["reason"].value, `"reason"`, true)
	}
	if t.has("oracle") {
		yes, ok := p.flag(t.entries["oracle"].value, `"oracle"`)
		c.NoOracle = ok && !yes
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
	if g := p.out.Generate; g != nil && g.Instances*g.Networks+g.Census+g.Patterns < 2 {
		p.point(t.at, "raise instances, networks, census or patterns", `check "images" has nothing to compare: there is one drawing of each label`)
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
