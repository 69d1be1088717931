package main

import (
	"fmt"
	"io"
	"strings"

	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

// The width of a terminal below which nothing is drawn, and the widths of a bar.
const (
	narrow   = 20
	leastBar = 8
	mostBar  = 40
)

// live is the display of a run on a terminal: a line with how far it is, and below it what is known so far. The cursor
// rests at its beginning, so that whatever else is written begins there, and a terminal that breaks its lines anew,
// because it was made narrower, breaks them below the cursor. A nil display shows nothing.
type live struct {
	w     io.Writer
	width func() int // of the terminal, now
	shown string     // what is drawn
}

// erase goes to the beginning of the line and takes away all from there on.
const erase = "\r\x1b[J"

// draw draws the display over the one before.
func (l *live) draw(e verify.Event, pace string) {
	width := l.width()
	if width < narrow {
		l.clear()
		return
	}
	lines := append([]string{bar(e, pace, width-1)}, wrapped(standing(e.Known), width-1)...)
	text := strings.Join(lines, "\n")
	if key := fmt.Sprint(width, text); key != l.shown {
		l.shown = key
		up := fmt.Sprintf("\r\x1b[%dA", len(lines)-1)
		if len(lines) == 1 {
			up = "\r"
		}
		io.WriteString(l.w, erase+strings.ReplaceAll(text, "\n", "\r\n")+up) //nolint:errcheck // nobody is left to tell
	}
}

// clear takes the display away.
func (l *live) clear() {
	if l != nil && l.shown != "" {
		l.shown = ""
		io.WriteString(l.w, erase) //nolint:errcheck // nobody is left to tell
	}
}

// bar says in one line of at most so many columns how far a run is. What does not fit is left out, first the bar, then
// the end of the name, then the pace.
func bar(e verify.Event, pace string, room int) string {
	name := strings.Join(strings.Fields(report.Harmless(e.Scenario+" "+e.Problem)), " ")
	count := fmt.Sprintf("%d/%d", e.Done, e.Total)
	least := min(report.Columns(name), leastBar) + len(" "+e.Phase+" "+count)
	if pace != "" && least+len(" "+pace) <= room {
		count += " " + pace
	}
	tail := " " + e.Phase + " " + count
	if len(tail) > room {
		return report.CutColumns(strings.TrimSpace(tail), room)
	}
	name = report.CutColumns(name, room-len(tail))
	line := name + tail
	free := min(room-report.Columns(line)-len(" []"), mostBar)
	if free < leastBar {
		return line
	}
	full := 0
	if e.Total > 0 {
		full = min(max(free*e.Done/e.Total, 0), free)
	}
	drawn := strings.Repeat("=", full)
	if full < free {
		drawn += ">" + strings.Repeat(" ", free-full-1)
	}
	return name + " " + e.Phase + " [" + drawn + "] " + count
}

// wrapped breaks words at blanks into lines of at most so many columns, indented by two. A word that is longer is cut.
func wrapped(s string, room int) []string {
	const indent = "  "
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		word = report.CutColumns(word, room-len(indent))
		switch {
		case line == "":
			line = indent + word
		case report.Columns(line)+1+report.Columns(word) > room:
			lines = append(lines, line)
			line = indent + word
		default:
			line += " " + word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
