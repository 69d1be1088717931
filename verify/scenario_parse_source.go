package verify

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// maxSource is the largest scenario read, in bytes.
const maxSource = 1 << 20

// load returns the one mapping that the source consists of, nil after noting why there is none. What a
// scenario may not use (anchors, aliases, merge keys, tags) is noted too, and its nodes are barred.
func (p *scenarioParser) load(src []byte) *yaml.Node {
	src = bytes.TrimPrefix(src, []byte("\uFEFF"))
	p.lines = strings.Split(strings.ReplaceAll(string(src), "\r\n", "\n"), "\n")
	if len(src) > maxSource {
		p.lines = p.lines[:1]
		p.add(1, 1, "", "the scenario has %d bytes, more than %d", len(src), maxSource)
		return nil
	}
	p.characters()
	if len(p.problems) > 0 {
		return nil
	}
	// The decoder sees the lines as they are counted here: LF after each, nothing else breaks one.
	decoder := yaml.NewDecoder(strings.NewReader(strings.Join(p.lines, "\n")))
	var first, second yaml.Node
	if err := decoder.Decode(&first); err != nil {
		p.undecodable(err)
		return nil
	}
	switch err := decoder.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		p.undecodable(err)
		return nil
	default:
		p.add(second.Line, second.Column, "move it to a file of its own", "a second document: a scenario is one document")
		return nil
	}
	root := first.Content[0]
	p.bar(root)
	if root.Kind == yaml.ScalarNode && root.ShortTag() == nullTag {
		p.add(1, 1, `begin with "version: 1"`, "the scenario is empty")
		return nil
	}
	return root
}

// undecodable notes an error of the YAML decoder.
func (p *scenarioParser) undecodable(err error) {
	var at *yaml.LoadError
	switch {
	case errors.Is(err, io.EOF):
		p.add(1, 1, `begin with "version: 1"`, "the scenario is empty")
	case errors.As(err, &at):
		text := at.Message
		if at.ContextMsg != "" && at.ContextMark.Line < at.Mark.Line {
			text = fmt.Sprintf("%s, %s that begins on line %d", text, at.ContextMsg, at.ContextMark.Line)
		}
		p.add(at.Mark.Line, at.Mark.Column, "", "not YAML: %s", text)
	default:
		p.add(1, 1, "", "not YAML: %v", err)
	}
}

// characters notes what is not UTF-8, and tabs and control characters, once per kind.
func (p *scenarioParser) characters() {
	var tab, control bool
	for i, line := range p.lines {
		column := 0
		for at, r := range line {
			column++
			switch {
			case r == utf8.RuneError && !strings.HasPrefix(line[at:], string(utf8.RuneError)):
				p.add(i+1, column, "", "not UTF-8: byte 0x%02x", line[at])
				return
			case r == '\t' && !tab:
				tab = true
				p.add(i+1, column, "write spaces, here and elsewhere", "a tab")
			case r != '\t' && forbidden(r) && !control:
				control = true
				p.add(i+1, column, "", "the control character %U", r)
			}
		}
	}
}

// forbidden reports whether r is a control character, a line break other than LF included, or a byte
// order mark. LF is forbidden too: who allows it looks for it first.
func forbidden(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\uFEFF'
}

// bar notes the constructs of YAML that a scenario may not use, because they make it mean something other
// than what its lines say, and bars their nodes from being read.
func (p *scenarioParser) bar(n *yaml.Node) {
	refuse := func(suggestion, format string, args ...any) {
		p.barred[n] = true
		p.add(n.Line, n.Column, suggestion, format, args...)
	}
	switch {
	case n.Kind == yaml.AliasNode:
		refuse("write the value out", "an alias (*%s)", n.Value)
		return // what it stands for is visited where it is written
	case n.Anchor != "":
		refuse("write the value out where it is needed", "an anchor (&%s)", n.Anchor)
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!merge":
		refuse("write the keys out", "a merge key (<<)")
	case n.Style&yaml.TaggedStyle != 0 || n.Tag == "!":
		refuse("leave it out: every key knows the type of its value", "a tag (%s)", n.Tag)
	}
	for _, c := range n.Content {
		p.bar(c)
	}
}
