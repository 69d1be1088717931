package verify

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// legible is what a subject said, with an escape in place of every byte that is no UTF-8 and of every character that
// is not to be seen: no terminal obeys it, every format of a report can hold it, and read back it is the same.
func legible(said string) string {
	var b strings.Builder
	for i, c := range said {
		_, size := utf8.DecodeRuneInString(said[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, said[i])
		case c == '\n' || c == '\t' || unicode.IsGraphic(c):
			b.WriteRune(c)
		case c <= unicode.MaxASCII:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	return b.String()
}

// legible makes what the checks say legible, which may be what the subject said.
func (p *ProblemResult) legible() {
	for i := range p.Checks {
		c := &p.Checks[i]
		c.Sentence = legible(c.Sentence)
		for j := range c.Evidence {
			c.Evidence[j].Text = legible(c.Evidence[j].Text)
		}
	}
}
