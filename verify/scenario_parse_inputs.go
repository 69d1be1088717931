package verify

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

// Input sets that a run makes itself.
const (
	generated = "generated" // its drawings
	adversary = "adversary" // where searches ended for inputs on which its networks differ
)

// guessing is what accuracy may be held against besides the baselines of a subject.
const guessing = "guessing"

// Bounds and defaults of checks that look at inputs.
const (
	usualAttacks    = 4
	mostAttacks     = 1000 // for each label: more than any supremum needs
	usualExponent   = 2
	largestExponent = 10
)

// scores reads on what networks are compared, and how hard they are attacked.
func (p *scenarioParser) scores(t yamlTable, c *CheckSpec) {
	c.Inputs = p.inputs(t, "inputs", generated, adversary)
	attacked := slices.Contains(c.Inputs, adversary)
	if attacked {
		c.Attacks = usualAttacks
	}
	if !t.has("attacks") {
		return
	}
	e := t.entries["attacks"]
	if x, ok := p.whole(e.value, `"attacks"`, 1, mostAttacks); ok {
		c.Attacks = int(x)
	}
	if t.has("inputs") && !attacked {
		p.point(e.key, "add that input, or leave this out", `"attacks" counts searches for the input "adversary", which is not among the inputs`)
	}
}

// accuracy reads what a network has to be right on, and what it is held against.
func (p *scenarioParser) accuracy(t yamlTable, c *CheckSpec) {
	c.Inputs = p.inputs(t, "inputs")
	p.missing(t, "against", `write "against: guessing", or the name of a baseline of the subject`)
	if t.has("against") {
		if word, ok := p.text(t.entries["against"].value, `"against"`, false); ok {
			c.Against = []string{word}
		}
	}
}

// novelty reads which inputs have to score higher than which.
func (p *scenarioParser) novelty(t yamlTable, c *CheckSpec) {
	p.missing(t, "known", `name the input set that has to score high: "known: test"`)
	if t.has("known") {
		c.Known, _ = p.input(t.entries["known"].value, `"known"`)
	}
	c.Against = p.inputs(t, "against")
	if i := slices.Index(c.Against, c.Known); i >= 0 {
		p.point(t.entries["against"].key, "", "input %s cannot score higher than itself", shown(c.Known))
	}
	c.Exponent = usualExponent
	if t.has("exponent") {
		if x, ok := p.number(t.entries["exponent"].value, `"exponent"`, 0, largestExponent); ok {
			c.Exponent = x
		}
	}
}

// inputs reads a list of names of input sets. Those in made are input sets that the run makes itself.
func (p *scenarioParser) inputs(t yamlTable, key string, made ...string) []string {
	p.missing(t, key, fmt.Sprintf(`name them: "%s: [test]"`, key))
	if !t.has(key) {
		return nil
	}
	nodes, ok := p.list(t.entries[key].value, fmt.Sprintf("%q", key), "")
	if !ok {
		return nil
	}
	var names []string
	lines := map[string]int{}
	for _, n := range nodes {
		name, ok := p.input(n, "an input", made...)
		if ok && !p.twice(lines, name, n, "input "+shown(name)) {
			names = append(names, name)
		}
	}
	return names
}

// input reads the name of an input set.
func (p *scenarioParser) input(n *yaml.Node, what string, made ...string) (string, bool) {
	name, ok := p.text(n, what, false)
	switch {
	case !ok:
		return "", false
	case slices.Contains(made, name):
	case name == generated || name == adversary:
		p.point(n, "", "the input %q is for check %q only", name, "scores")
	case p.space != nil && p.space.Inputs != nil && !slices.Contains(p.space.Inputs, name):
		p.point(n, didYouMean(name, append(slices.Clone(made), p.space.Inputs...)), "unknown input %s", shown(name))
	}
	return name, true
}
