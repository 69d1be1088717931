package main

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestBadPeersAreReported(t *testing.T) {
	for _, tt := range []struct {
		name     string
		want     string
		patience time.Duration
	}{
		{"dies", "trial: died: exit status 7: Segmentation fault", time.Minute},
		{"lacks", "trial: torch: not installed", time.Minute},
		{"garbage", `trial: answered with what is no result: "Intel MKL WARNING: hello"`, time.Minute},
		{"other", "trial: answered job 1, and was asked job 2", time.Minute},
		{"hangs", "trial: no answer after 100ms", 100 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := bad(tt.name).start(t.Context(), testEnv(t, "python3"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.do(t.Context(), job{Kind: "hello"}, time.Minute); err != nil {
				t.Fatal(err)
			}
			_, err = c.do(t.Context(), job{Kind: "trial"}, tt.patience)
			if err == nil || err.Error() != tt.want {
				t.Errorf("do = %v, want %s", err, tt.want)
			}
			if _, again := c.do(t.Context(), job{Kind: "gradient"}, time.Minute); !errors.Is(again, err) {
				t.Errorf("the next job: %v, want the same error", again)
			}
			c.close()
		})
	}
}

// A job that fails in a peer that goes on answering does not end it.
func TestFailedJobIsNotTheEnd(t *testing.T) {
	c, err := bad("fails").start(t.Context(), testEnv(t, "python3"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	if _, err := c.do(t.Context(), job{Kind: "hello"}, time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := c.do(t.Context(), job{Kind: "trial"}, time.Minute); err == nil || !strings.Contains(err.Error(), "ValueError: no") {
		t.Errorf("do = %v, want the peer's last line", err)
	}
	if r, err := c.do(t.Context(), job{Kind: "trial"}, time.Minute); err != nil || r.Seconds != 2 {
		t.Errorf("the next job: %+v, %v", r, err)
	}
}

func TestPeerThatIsNotInstalled(t *testing.T) {
	e := testEnv(t, "/no/such/python")
	_, err := peerNamed("scipy").start(t.Context(), e)
	if want := missingError("/no/such/python"); !errors.Is(err, want) {
		t.Errorf("start = %v, want %v", err, want)
	}
}

// One peer after the other falls over, and the others go on.
func TestOthersGoOn(t *testing.T) {
	data, err := newData(t.Context(), 12)
	if err != nil {
		t.Fatal(err)
	}
	f, err := newFolder(t.TempDir(), data)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	b := &session{
		settings: &settings{jobs: []string{"trial"}, cores: 1, rank: 2, seeds: 1, limit: 60},
		env:      testEnv(t, "python3"), log: &log,
	}
	b.Peers = []Peer{{Name: "dies"}, {Name: base, Fair: true}}
	z := size{N: 12, Tol: 1e-6, Limit: 60, Rounds: 2}
	j, err := b.judge(t.Context(), z, data)
	if err != nil {
		t.Fatal(err)
	}
	runners := []*runner{{peer: bad("dies")}, {peer: peers()[0]}}
	for round := range 2 {
		for _, r := range runners {
			b.turn(t.Context(), r, f, z, j, round)
		}
	}
	for _, r := range runners {
		r.child.close()
	}
	if ms := b.of("trial", base, 12); len(ms) != 2 || ms[0].Status != converged || !(ms[0].Distance < 1e-3) {
		t.Errorf("Concord's trials: %+v", ms)
	}
	tables := b.markdown()
	if want := "- n = 12, round 1, dies: threads: died: exit status 7: Segmentation fault\n"; !strings.HasSuffix(tables, want) {
		t.Errorf("the tables do not end in %q:\n%s", want, tables)
	}
}
