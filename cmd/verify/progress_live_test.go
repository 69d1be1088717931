package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

func TestBar(t *testing.T) {
	e := verify.Event{Scenario: "seed-sweep", Problem: "rank=20", Phase: "train", Done: 12, Total: 48}
	const pace = "3.1/s, 58s left"
	for _, test := range []struct {
		name string
		room int
		e    verify.Event
		pace string
		want string
	}{
		{"a wide terminal", 199, e, pace, "seed-sweep rank=20 train [==========>                             ] 12/48 3.1/s, 58s left"},
		{"80 columns", 79, e, pace, "seed-sweep rank=20 train [=======>                      ] 12/48 3.1/s, 58s left"},
		{"40 columns leave no room for the whole name", 39, e, pace, "seed-swe... train 12/48 3.1/s, 58s left"},
		{"30 columns leave no room for the pace", 29, e, pace, "seed-sweep ran... train 12/48"},
		{"less than the count takes", 8, e, pace, "train..."},
		{"done", 79, verify.Event{Scenario: "s", Phase: "draw", Done: 4, Total: 4}, "", "s draw [========================================] 4/4"},
		{"nothing done", 40, verify.Event{Scenario: "s", Phase: "draw", Total: 4}, "", "s draw [>                          ] 0/4"},
		{"what moves the cursor", 60, verify.Event{Scenario: "a\x1b[2J", Problem: "b\r\nc", Phase: "draw", Done: 1, Total: 2}, "", "a\ufffd[2J b c draw [===================>                   ] 1/2"},
		{"wide letters", 40, verify.Event{Scenario: "数字数字数字数字数字", Phase: "draw", Done: 1, Total: 2}, "1.0/s, 1s left", "数字数字数字... draw 1/2 1.0/s, 1s left"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := bar(test.e, test.pace, test.room)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("bar of at most %d columns (-want +got):\n%s", test.room, diff)
			}
		})
	}
}

func TestBarFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := verify.Event{
			Scenario: rapid.String().Draw(t, "scenario"), Problem: rapid.String().Draw(t, "problem"), Phase: "train",
			Done: rapid.IntRange(0, 1e6).Draw(t, "done"), Total: rapid.IntRange(1, 1e6).Draw(t, "total"),
		}
		room := rapid.IntRange(narrow-1, 250).Draw(t, "room")
		got := bar(e, "3.1/s, 58s left", room)
		if report.Columns(got) > room || strings.ContainsAny(got, "\n\r\x1b") {
			t.Errorf("bar of at most %d columns = %q", room, got)
		}
	})
}

func TestWrapped(t *testing.T) {
	const words = "12 of 192 converged, 1 basin, farthest 3.2e-09, allowed 1e-05"
	for _, test := range []struct {
		room int
		want []string
	}{
		{79, []string{"  " + words}},
		{39, []string{"  12 of 192 converged, 1 basin,", "  farthest 3.2e-09, allowed 1e-05"}},
		{19, []string{"  12 of 192", "  converged, 1", "  basin, farthest", "  3.2e-09, allowed", "  1e-05"}},
	} {
		if diff := cmp.Diff(test.want, wrapped(words, test.room)); diff != "" {
			t.Errorf("wrapped to %d columns (-want +got):\n%s", test.room, diff)
		}
	}
	if got := wrapped("", 79); got != nil {
		t.Errorf("wrapped(nothing) = %q, want no line", got)
	}
}

func TestStanding(t *testing.T) {
	for _, test := range []struct {
		name string
		in   verify.Standing
		want string
	}{
		{"before training", verify.Standing{}, ""},
		{"none yet", verify.Standing{Trials: 8}, "0 of 8 converged"},
		{"one", verify.Standing{Trials: 8, Converged: 1, Basins: 1}, "1 of 8 converged, 1 basin"},
		{"all in one place", verify.Standing{Trials: 8, Converged: 8, Basins: 1, Compared: 7, Apart: 1.2e-9, Tolerance: 1e-5}, "8 of 8 converged, 1 basin, farthest 1.2e-09, allowed 1e-05"},
		{"bits are compared", verify.Standing{Trials: 8, Converged: 8, Basins: 1, Compared: 7}, "8 of 8 converged, 1 basin, farthest 0"},
		{"all goes wrong", verify.Standing{Trials: 9, Converged: 6, Open: 2, Failed: 1, Basins: 6, Compared: 9, Apart: 1.4, Tolerance: 1e-5}, "6 of 9 converged, 2 did not, 1 failed, 6 basins, farthest 1.4, allowed 1e-05"},
		{"too many to tell apart", verify.Standing{Trials: 90, Converged: 90, Basins: verify.StandingBasins}, "90 of 90 converged, " + fmt.Sprint(verify.StandingBasins) + " basins or more"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := standing(test.in); got != test.want {
				t.Errorf("standing(%+v) = %q, want %q", test.in, got, test.want)
			}
		})
	}
}

// A nil display and a nil bulletin show nothing, and nothing is drawn where there is no room for it.
func TestLiveNeedsRoom(t *testing.T) {
	var b strings.Builder
	width := 80
	l := &live{w: &b, width: func() int { return width }}
	e := verify.Event{Scenario: "s", Phase: "train", Done: 1, Total: 2, Known: verify.Standing{Trials: 2, Converged: 1}}
	l.draw(e, "")
	drawn := b.String()
	if !strings.HasPrefix(drawn, erase) || !strings.HasSuffix(drawn, "\r\n  1 of 2 converged\r\x1b[1A") {
		t.Errorf("drawn: %q", drawn)
	}
	l.draw(e, "")
	if b.String() != drawn {
		t.Errorf("what is there already is drawn again: %q", b.String()[len(drawn):])
	}
	width = narrow - 1
	l.draw(e, "")
	if got := b.String()[len(drawn):]; got != erase {
		t.Errorf("on a terminal that is too narrow %q, want what is there erased", got)
	}
	l.clear()
	(*live)(nil).clear()
	if got := b.String()[len(drawn):]; got != erase {
		t.Errorf("cleared twice: %q", got)
	}
}
