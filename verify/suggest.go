package verify

import (
	"fmt"
	"strings"
)

// longestTypo is the length in bytes beyond which a word is not taken for a misspelling of another.
const longestTypo = 64

// closest returns the choice that word is most likely a misspelling of: the nearest in edits (insert,
// delete, replace, swap neighbours; case does not count), the first of equals; or one that word begins.
// It returns "" when none is near.
func closest(word string, choices []string) string {
	if len(word) > longestTypo {
		return ""
	}
	w := []rune(strings.ToLower(word))
	best, nearest := "", min(3, (len(w)+1)/2, max(1, len(w)-1))+1
	for _, choice := range choices {
		if d := edits(w, []rune(strings.ToLower(choice))); d < nearest && d < len(w) {
			best, nearest = choice, d
		}
	}
	if best == "" && len(w) >= 3 {
		for _, choice := range choices {
			if strings.HasPrefix(choice, string(w)) {
				return choice
			}
		}
	}
	return best
}

// didYouMean returns the suggestion for word: the closest choice, else all of them when they are few.
func didYouMean(word string, choices []string) string {
	if c := closest(word, choices); c != "" {
		return fmt.Sprintf("did you mean %q?", c)
	}
	if len(choices) == 0 || len(choices) > 16 {
		return ""
	}
	return "known: " + strings.Join(choices, ", ")
}

// edits returns the least number of insertions, deletions, replacements and swaps of neighbours that turn
// a into b, no part being edited twice (the optimal string alignment distance).
func edits(a, b []rune) int {
	// Three rows of the table of distances between prefixes: the one being filled and the two before.
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range b {
			d := last[j]
			if a[i] != b[j] {
				d++
			}
			d = min(d, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, before[j-1]+1)
			}
			row[j+1] = d
		}
	}
	return row[len(b)]
}
