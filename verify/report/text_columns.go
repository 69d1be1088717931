package report

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Columns returns how many columns of a terminal s takes, where nothing in it moves the cursor: two for a wide letter
// of East Asia and for a picture, none for a mark that goes on the letter before it, one for all others.
func Columns(s string) int {
	n := 0
	for _, r := range s {
		n += columns(r)
	}
	return n
}

// columns returns how many columns a rune takes.
func columns(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

// CutColumns returns s if it takes at most n columns, and else as much of it as does with "..." behind it, or with
// nothing where there is no room for that.
func CutColumns(s string, n int) string {
	if Columns(s) <= n {
		return s
	}
	end := "..."
	if n < 2*len(end) {
		end = ""
	}
	left := n - len(end)
	for i, r := range s {
		if left -= columns(r); left < 0 {
			return strings.TrimRight(s[:i], " ") + end
		}
	}
	return s
}
