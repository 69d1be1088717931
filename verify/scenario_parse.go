package verify

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxCells bounds the trials of a scenario over all its problems, and those of each twin.
const maxCells = 1_000_000

var scenarioName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// scenarioParser walks one scenario, filling out and gathering problems.
type scenarioParser struct {
	lines    []string // of the source
	problems []ScenarioProblem
	barred   map[*yaml.Node]bool // nodes with a problem that makes them unreadable
	subjects []Subject
	space    *Space // of the scenario's subject; nil when that is not known
	out      *Scenario
	settled  bool     // the axes of out have been read without a problem
	kinds    []string // of checks, as far as they could be read; nil when one has no kind that is known
}

// ParseScenario reads a scenario for one of the subjects: the one it names, or the first when it names none. The
// path is for messages only.
//
// The reader is strict, because a scenario that is misread passes silently: it accepts one YAML document
// in UTF-8 without tabs, anchors, aliases, merge keys and tags, in which every key is known and appears
// once, every number is written as a decimal number, every value lies within its axis, nothing is listed
// twice, and every check has a tolerance with a reason or asks for bit equality with "exact: true".
// Axes that the scenario does not mention take their defaults, so that the Scenario is complete.
//
// The error is a *ScenarioError with everything that is wrong. ParseScenario panics if the default of an
// axis is not of the axis's kind.
func ParseScenario(path string, src []byte, subjects []Subject) (*Scenario, error) {
	p := &scenarioParser{
		barred: map[*yaml.Node]bool{}, subjects: subjects,
		out: &Scenario{Path: path, Source: bytes.Clone(src)},
	}
	if root := p.load(src); root != nil {
		p.scenario(root)
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return p.out, nil
}

// scenario reads the whole document.
func (p *scenarioParser) scenario(root *yaml.Node) {
	t, ok := p.table(root, root, "the scenario", []string{
		"version", "name", "title", "about", "subject", "data", "problem", "vary", "generate", "checks", "twin", "doses",
	}, nil)
	if !ok || !p.version(t) {
		return
	}
	s := p.out
	p.name(t)
	p.missing(t, "title", `say in one line what is claimed`)
	if t.has("title") {
		s.Title, _ = p.text(t.entries["title"].value, `"title"`, false)
	}
	if t.has("about") {
		s.About, _ = p.text(t.entries["about"].value, `"about"`, true)
	}
	p.subject(t)
	before := len(p.problems)
	p.data(t)
	p.problem(t)
	p.vary(t)
	p.manifest(t)
	p.settled = p.space != nil && len(p.problems) == before && len(p.barred) == 0
	if t.has("generate") {
		s.Generate = p.generate(t.entries["generate"])
	}
	p.checks(t)
	p.twins(t)
	p.doses(t)
}

// version reads the version of the grammar, and reports whether the rest can be read.
func (p *scenarioParser) version(t yamlTable) bool {
	p.missing(t, "version", `begin with "version: 1"`)
	if !t.has("version") {
		return true
	}
	n := t.entries["version"].value
	v, ok := p.whole(n, `"version"`, 0, 1<<53)
	if ok && v != 1 {
		p.point(n, `write "version: 1"`, "version %s is not known", shorten(n.Value))
		return false
	}
	return true
}

// name reads the name of the scenario.
func (p *scenarioParser) name(t yamlTable) {
	p.missing(t, "name", "")
	if !t.has("name") {
		return
	}
	n := t.entries["name"].value
	name, ok := p.text(n, `"name"`, false)
	if !ok {
		return
	}
	if !scenarioName.MatchString(name) {
		advice := ""
		lower := strings.NewReplacer(" ", "-", "_", "-", ".", "-", "/", "-").Replace(strings.ToLower(name))
		if scenarioName.MatchString(lower) {
			advice = fmt.Sprintf("perhaps %q", lower)
		}
		p.point(n, advice, "%s is no name: it names a folder, so it has 1 to 64 of a-z, 0-9 and -, the first not a -", shown(name))
		return
	}
	p.out.Name = name
}

// subject finds the subject, the first one where the scenario names none, and with it the space of the axes.
func (p *scenarioParser) subject(t yamlTable) {
	if len(p.subjects) == 0 {
		p.missing(t, "subject", "there is none")
		return
	}
	if !t.has("subject") {
		if !t.typos["subject"] {
			p.take(p.subjects[0])
		}
		return
	}
	n := t.entries["subject"].value
	name, ok := p.text(n, `"subject"`, false)
	if !ok {
		return
	}
	if s, ok := p.subjectOf(n, name); ok {
		p.take(s)
	}
}

// subjectOf returns the subject of that name, and notes when there is none.
func (p *scenarioParser) subjectOf(n *yaml.Node, name string) (Subject, bool) {
	for _, s := range p.subjects {
		if s.Name() == name {
			return s, true
		}
	}
	p.point(n, didYouMean(name, p.subjectNames()), "unknown subject %s", shown(name))
	return nil, false
}

// subjectNames returns the names of the subjects there are.
func (p *scenarioParser) subjectNames() []string {
	names := make([]string, len(p.subjects))
	for i, s := range p.subjects {
		names[i] = s.Name()
	}
	return names
}

// take makes s the subject of the scenario.
func (p *scenarioParser) take(s Subject) {
	space := s.Space()
	p.space, p.out.Subject = &space, s.Name()
}

// generate reads what to draw.
func (p *scenarioParser) generate(e yamlEntry) *Generate {
	const most = 10_000 // of each: more drawings per label than any check can use
	g := &Generate{Instances: 2, Networks: 1}
	t, ok := p.table(e.value, e.key, `"generate"`, []string{"labels", "digits", "instances", "networks", "census", "patterns"}, nil)
	if !ok {
		return g
	}
	if t.has("labels") && t.has("digits") {
		p.point(t.entries["digits"].key, "keep one", `"digits" is another word for "labels"`)
	}
	for _, key := range []string{"labels", "digits"} {
		if t.has(key) {
			g.Labels = p.labels(key, t.entries[key].value)
		}
	}
	for _, count := range []struct {
		key   string
		least float64
		dst   *int
	}{{"instances", 1, &g.Instances}, {"networks", 1, &g.Networks}, {"census", 0, &g.Census}, {"patterns", 0, &g.Patterns}} {
		if !t.has(count.key) {
			continue
		}
		if x, ok := p.whole(t.entries[count.key].value, fmt.Sprintf("%q", count.key), count.least, most); ok {
			*count.dst = int(x)
		}
	}
	trials := len(p.out.Seeds)
	for _, v := range p.out.Vary {
		trials *= len(v.Values)
	}
	if t.has("networks") && p.settled && g.Networks > trials {
		p.point(t.entries["networks"].value, "", "%d networks cannot draw: each problem has only %d trials", g.Networks, trials)
	}
	return g
}

// labels reads which labels to draw; nil means all.
func (p *scenarioParser) labels(key string, n *yaml.Node) []string {
	what := fmt.Sprintf("%q", key)
	if n.Kind == yaml.ScalarNode && n.Value == "all" && !p.barred[n] {
		return nil
	}
	nodes, ok := p.list(n, what, `write "all" or a list`)
	if !ok {
		return nil
	}
	var labels []string
	lines := map[string]int{}
	for _, n := range nodes {
		label := n.Value
		if n.Kind != yaml.ScalarNode || !plain(n) || !wholeNumber.MatchString(n.Value) { // 3 may go without quotes
			if label, ok = p.text(n, "a label", false); !ok {
				continue
			}
		}
		if p.barred[n] || p.twice(lines, label, n, "label "+shown(label)) {
			continue
		}
		labels = append(labels, label)
		if p.space != nil && p.space.Labels != nil && !slices.Contains(p.space.Labels, label) {
			p.point(n, "known: "+strings.Join(p.space.Labels, ", "), "unknown label %s", shown(label))
		}
	}
	return labels
}

// twice notes when key has been met before; lines remembers where.
func (p *scenarioParser) twice(lines map[string]int, key string, n *yaml.Node, what string) bool {
	if line, ok := lines[key]; ok {
		p.point(n, "", "%s appears twice, first on line %d", what, line)
		return true
	}
	lines[key] = n.Line
	return false
}
