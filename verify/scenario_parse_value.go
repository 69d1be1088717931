package verify

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Tags the decoder resolves plain scalars to.
const (
	nullTag = "!!null"
	textTag = "!!str"
	boolTag = "!!bool"
)

var (
	wholeNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	anyNumber   = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)
	// Numbers in a base other than ten, or read in one by some readers of YAML, or with underscores.
	ambiguousNumber = regexp.MustCompile(`^[-+]?(0[0-9_]+|0[xXoObB][0-9a-fA-F_]+|[0-9]+_[0-9_]*)$`)
	// Words that some readers of YAML take for a boolean and others for text.
	ambiguousWord = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false)$`)
)

// A yamlTable is a YAML mapping whose keys have been checked.
type yamlTable struct {
	what    string               // for messages: `check "tuple"`
	at      *yaml.Node           // what to point at when a key is missing
	entries map[string]yamlEntry // by key
	typos   map[string]bool      // keys that a misspelling was found of: they are not missing as well
}

type yamlEntry struct{ key, value *yaml.Node }

// has reports whether the table has the key.
func (t yamlTable) has(key string) bool { _, ok := t.entries[key]; return ok }

// point notes a problem at a node.
func (p *scenarioParser) point(n *yaml.Node, suggestion, format string, args ...any) {
	p.add(n.Line, n.Column, suggestion, format, args...)
}

// missing notes that a table lacks a key, unless a misspelling of the key has been noted.
func (p *scenarioParser) missing(t yamlTable, key, suggestion string) {
	if !t.has(key) && !t.typos[key] {
		p.point(t.at, suggestion, "%s has no %q", t.what, key)
	}
}

// table reads the mapping n, notes unknown and repeated keys, and reports whether it is a mapping at all.
// elsewhere may say where an unknown key belongs; nil: nowhere.
func (p *scenarioParser) table(n, at *yaml.Node, what string, known []string, elsewhere func(key string) string) (yamlTable, bool) {
	t := yamlTable{what: what, at: at, entries: map[string]yamlEntry{}, typos: map[string]bool{}}
	if p.barred[n] {
		return t, false
	}
	if n.Kind != yaml.MappingNode {
		p.point(n, "", "%s has to be a mapping, not %s", what, described(n))
		return t, false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if p.barred[key] { // a merge key, perhaps: any key may be in what it merges
			for _, k := range known {
				t.typos[k] = true
			}
			continue
		}
		if key.Kind != yaml.ScalarNode {
			p.point(key, "", "a key of %s has to be a word, not %s", what, described(key))
			continue
		}
		first, again := t.entries[key.Value]
		switch {
		case again:
			p.point(key, "", "key %s appears twice in %s, first on line %d", shown(key.Value), what, first.key.Line)
		case !slices.Contains(known, key.Value):
			advice := didYouMean(key.Value, known)
			if elsewhere != nil && elsewhere(key.Value) != "" {
				advice = elsewhere(key.Value)
			} else {
				t.typos[closest(key.Value, known)] = true
			}
			p.point(key, advice, "unknown key %s in %s", shown(key.Value), what)
		default:
			t.entries[key.Value] = yamlEntry{key, value}
		}
	}
	return t, true
}

// list returns the entries of the list n, and notes when n is none or is empty.
func (p *scenarioParser) list(n *yaml.Node, what, suggestion string) ([]*yaml.Node, bool) {
	switch {
	case p.barred[n]:
		return nil, false
	case n.Kind != yaml.SequenceNode:
		p.point(n, suggestion, "%s has to be a list, not %s", what, described(n))
		return nil, false
	case len(n.Content) == 0:
		p.point(n, suggestion, "%s is an empty list", what)
		return nil, false
	}
	return n.Content, true
}

// scalar reports whether n is a value that can be read, and notes why when it is not.
func (p *scenarioParser) scalar(n *yaml.Node, what, wanted string) bool {
	if p.barred[n] {
		return false
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() == nullTag && plain(n) {
		p.point(n, "", "%s has to be %s, not %s", what, wanted, described(n))
		return false
	}
	return true
}

// text returns the string n, trimmed. Only where long is true may it have several lines.
func (p *scenarioParser) text(n *yaml.Node, what string, long bool) (string, bool) {
	if !p.scalar(n, what, "text") {
		return "", false
	}
	if plain(n) && (n.ShortTag() != textTag || ambiguousWord.MatchString(n.Value)) {
		p.point(n, fmt.Sprintf("write %s in quotes if text is meant", shown(n.Value)), "%s has to be text, not %s", what, described(n))
		return "", false
	}
	s := strings.TrimSpace(n.Value)
	for _, r := range s {
		switch {
		case r == '\n' && long:
		case r == '\n':
			p.point(n, "", "%s has to fit on one line", what)
			return "", false
		case forbidden(r):
			p.point(n, "", "%s contains the control character %U", what, r)
			return "", false
		}
	}
	if s == "" {
		p.point(n, "", "%s is empty", what)
		return "", false
	}
	return s, true
}

// whole returns the whole number n in [least, most], which have to be exact in float64.
func (p *scenarioParser) whole(n *yaml.Node, what string, least, most float64) (float64, bool) {
	if !p.scalar(n, what, "a whole number") {
		return 0, false
	}
	if !plain(n) || !wholeNumber.MatchString(n.Value) {
		p.point(n, numberAdvice(n), "%s has to be a whole number, not %s", what, described(n))
		return 0, false
	}
	const exact = 1<<53 - 1 // all whole numbers up to here are float64s, and no other number rounds to them
	x, err := strconv.ParseFloat(n.Value, 64)
	if err != nil || x < max(least, -exact) || x > min(most, exact) {
		p.point(n, "", "%s has to be %s, not %s", what, between("a whole number", max(least, -exact), min(most, exact)), shorten(n.Value))
		return 0, false
	}
	return x + 0, true // + 0 turns -0 into 0
}

// number returns the finite number n in [least, most].
func (p *scenarioParser) number(n *yaml.Node, what string, least, most float64) (float64, bool) {
	if !p.scalar(n, what, "a number") {
		return 0, false
	}
	if !plain(n) || !anyNumber.MatchString(n.Value) {
		p.point(n, numberAdvice(n), "%s has to be a finite decimal number, not %s", what, described(n))
		return 0, false
	}
	x, err := strconv.ParseFloat(n.Value, 64)
	if errors.Is(err, strconv.ErrRange) || x < least || x > most {
		p.point(n, "", "%s has to be %s, not %s", what, between("a number", least, most), shorten(n.Value))
		return 0, false
	}
	return x + 0, true
}

// flag returns the boolean n.
func (p *scenarioParser) flag(n *yaml.Node, what string) (value, ok bool) {
	if !p.scalar(n, what, "true or false") {
		return false, false
	}
	if !plain(n) || n.Value != "true" && n.Value != "false" {
		p.point(n, "", "%s has to be true or false, not %s", what, described(n))
		return false, false
	}
	return n.Value == "true", true
}

// numberAdvice says how to write the number that n was perhaps meant to be, "" when there is no telling.
func numberAdvice(n *yaml.Node) string {
	x, err := strconv.ParseFloat(n.Value, 64)
	switch {
	case !plain(n) && anyNumber.MatchString(n.Value):
		return "write " + shorten(n.Value) + " without quotes"
	case ambiguousNumber.MatchString(n.Value):
		return "write it in decimal, without leading zeros, underscores and bases"
	case err != nil || math.IsInf(x, 0) || math.IsNaN(x) || !plain(n):
		return ""
	case x == math.Trunc(x) && math.Abs(x) < 1<<53:
		return "write " + strconv.FormatFloat(x, 'f', 0, 64)
	case !anyNumber.MatchString(n.Value):
		return "write " + strconv.FormatFloat(x, 'g', -1, 64)
	}
	return ""
}

// plain reports whether the scalar n is written without quotes and not as a block.
func plain(n *yaml.Node) bool {
	return n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// described says what n is, for "has to be a number, not ...".
func described(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case !plain(n), n.ShortTag() == textTag && !ambiguousWord.MatchString(n.Value):
		return "the text " + shown(n.Value)
	case n.ShortTag() == nullTag:
		return "nothing"
	}
	return shorten(n.Value)
}

// between words a type with its bounds.
func between(what string, least, most float64) string {
	text := func(x float64) string {
		if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
			return strconv.FormatFloat(x, 'f', 0, 64)
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	switch low, high := least > -math.MaxFloat64, most < math.MaxFloat64; {
	case low && high:
		return fmt.Sprintf("%s from %s to %s", what, text(least), text(most))
	case low:
		return fmt.Sprintf("%s of at least %s", what, text(least))
	case high:
		return fmt.Sprintf("%s of at most %s", what, text(most))
	}
	return what + " that is finite"
}
