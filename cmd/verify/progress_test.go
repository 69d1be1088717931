package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/concord/verify"
)

func TestPace(t *testing.T) {
	for _, test := range []struct {
		name        string
		done, total int
		spent       time.Duration
		want        string
	}{
		{"slower than one in a second", 6, 12, time.Minute, "6.0/min, 1m0s left"},
		{"slower than one in a minute", 1, 2, 2 * time.Hour, "0.5/h, 2h0m0s left"},
		{"nothing done, no telling", 0, 10, time.Minute, ""},
		{"no time spent, no telling", 3, 10, 0, ""},
		{"all done, nothing left to tell", 10, 10, time.Minute, ""},
		{"a quarter", 5, 20, 10 * time.Second, "30.0/min, 30s left"},
		{"an hour", 1, 121, 30 * time.Second, "2.0/min, 1h0m0s left"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := pace(speed(test.done, test.total, test.spent)); got != test.want {
				t.Errorf("pace(speed(%d, %d, %v)) = %q, want %q", test.done, test.total, test.spent, got, test.want)
			}
		})
	}
}

func TestProgressPlain(t *testing.T) {
	at := time.Unix(0, 0)
	var b bytes.Buffer
	a := &app{stderr: &b, getenv: noEnv, now: func() time.Time { return at }}
	p := a.progress(false)
	e := verify.Event{Scenario: "s", Problem: "rank=3", Phase: "train", Total: 20}
	for i := range 20 { // two a second
		e.Done = i
		p.event(e)
		at = at.Add(500 * time.Millisecond)
	}
	e = verify.Event{Scenario: "s", Problem: "rank=3", Phase: "draw", Total: 4}
	p.event(e)
	at = at.Add(6 * time.Second)
	e.Done = 1
	p.event(e)
	p.stop()
	const want = "s rank=3, train: 10 of 20, 2.0/s, 5s left\n" +
		"s rank=3, draw: 0 of 4\n" +
		"s rank=3, draw: 1 of 4, 10.0/min, 18s left\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("plain progress (-want +got):\n%s", diff)
	}
	if got, want := p.stopped(), "at s rank=3, draw: 1 of 4 done"; got != want {
		t.Errorf("stopped = %q, want %q", got, want)
	}
}

func TestProgressSilent(t *testing.T) {
	at := time.Unix(0, 0)
	var b bytes.Buffer
	a := &app{stderr: &b, getenv: noEnv, now: func() time.Time { return at }}
	p := a.progress(true)
	if got, want := p.stopped(), "before the first trial"; got != want {
		t.Errorf("stopped = %q, want %q", got, want)
	}
	for i := range 3 {
		p.event(verify.Event{Scenario: "s", Phase: "train", Done: i, Total: 3})
		at = at.Add(time.Hour)
	}
	p.stop()
	if b.Len() > 0 {
		t.Errorf("silent progress wrote %q", b.String())
	}
}
