package report

import (
	"bytes"
	"strings"
	"unicode"
)

// Harmless returns s without what a terminal, or the log of a step of GitHub Actions, would take for a command:
// whatever does not print, but for line breaks and tabs, is U+FFFD, and the beginnings of workflow commands are
// broken up, "::" at the beginning of a line into ": :" and "##[" anywhere into "## [".
func Harmless(s string) string {
	return string(withoutCommands([]byte(printableLines(s))))
}

// printableLines is printable with line breaks and tabs left as they are.
func printableLines(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		return printableRune(r)
	}, s)
}

// printableRune returns r where it prints, a blank where it is another kind of space, and else U+FFFD.
func printableRune(r rune) rune {
	switch {
	case unicode.IsPrint(r):
		return r
	case unicode.IsSpace(r):
		return ' '
	default:
		return '\uFFFD'
	}
}

// withoutCommands breaks up the beginnings of workflow commands. The runner of GitHub Actions skips blanks before
// them, and takes the older form from the middle of a line.
func withoutCommands(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("##["), []byte("## ["))
	if !bytes.Contains(text, []byte("::")) {
		return text
	}
	var out bytes.Buffer
	for line := range bytes.Lines(text) {
		if rest := bytes.TrimLeftFunc(line, unicode.IsSpace); bytes.HasPrefix(rest, []byte("::")) {
			out.Write(line[:len(line)-len(rest)])
			out.WriteString(": ")
			line = rest[1:]
		}
		out.Write(line)
	}
	return out.Bytes()
}
