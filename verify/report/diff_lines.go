package report

import (
	"fmt"
	"slices"
	"strings"
)

// hunk is a run of lines that differ between two texts: before was replaced by after. Either may be empty.
type hunk struct {
	at            int // of the first line, counted from 1 in the first text; of the line after it where before is empty
	before, after []string
}

// name says where a hunk is.
func (h hunk) name() string { return fmt.Sprintf("line %d", h.at) }

// mostPairs bounds the table that diffLines fills: beyond it all lines between the first and the last that
// differ count as replaced.
const mostPairs = 4_000_000

// diffLines returns where two texts differ, line by line, with as few lines as possible: those outside a
// longest common subsequence.
func diffLines(before, after string) []hunk {
	a, b := lines(before), lines(after)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	a, b = a[head:len(a)-tail], b[head:len(b)-tail]
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	if len(a)*len(b) > mostPairs {
		return []hunk{{head + 1, a, b}}
	}
	// common[i][j] is the length of a longest common subsequence of a[i:] and b[j:].
	common := make([][]int32, len(a)+1)
	for i := range common {
		common[i] = make([]int32, len(b)+1)
	}
	for i, x := range slices.Backward(a) {
		for j, y := range slices.Backward(b) {
			if x == y {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var all []hunk
	h := hunk{at: head + 1}
	flush := func(next int) {
		if len(h.before)+len(h.after) > 0 {
			all = append(all, h)
		}
		h = hunk{at: next}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
			flush(head + i + 1)
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			h.before = append(h.before, a[i])
			i++
		default:
			h.after = append(h.after, b[j])
			j++
		}
	}
	flush(0)
	return all
}

// lines splits a text. A line break at the very end ends the last line and begins no other.
func lines(s string) []string {
	if s == "" {
		return nil
	}
	all := slices.Collect(strings.SplitSeq(s, "\n"))
	if all[len(all)-1] == "" {
		all = all[:len(all)-1]
	}
	return all
}
