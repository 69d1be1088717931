package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestSpread(t *testing.T) {
	for _, tt := range []struct {
		name string
		xs   []float64
		want spread
	}{
		{"none", nil, spread{math.NaN(), math.NaN(), math.NaN()}},
		{"one", []float64{3}, spread{3, 3, 3}},
		{"odd", []float64{5, 1, 2}, spread{2, 1, 5}},
		{"even", []float64{4, 1, 2, 8}, spread{3, 1, 8}},
	} {
		if got := spreadOf(tt.xs); !cmp.Equal(got, tt.want, cmpopts.EquateNaNs()) {
			t.Errorf("%s: spreadOf(%v) = %v, want %v", tt.name, tt.xs, got, tt.want)
		}
	}
}

func in(round int, seconds float64) measurement {
	return measurement{Round: round, result: result{Seconds: seconds}}
}

func TestRatiosAreTakenWithinARound(t *testing.T) {
	base := []measurement{in(0, 2), in(1, 4), in(3, 1)}
	got := ratios([]measurement{in(3, 7), in(0, 10), in(1, 12), in(2, 5)}, base)
	if diff := cmp.Diff([]float64{7, 5, 3}, got); diff != "" {
		t.Errorf("ratios (-want +got):\n%s", diff)
	}
}

func TestDuration(t *testing.T) {
	for s, want := range map[float64]string{1.234e-4: "123 µs", 0.0123: "12.3 ms", 1.5: "1.5 s", 1234: "1234 s", math.NaN(): "—"} {
		if got := duration(s); got != want {
			t.Errorf("duration(%v) = %s, want %s", s, got, want)
		}
	}
}

// sample is a run with a peer of every fate.
func sample() *Run {
	trial := func(peer string, round int, seconds, norm float64, status string, milestones ...milestone) measurement {
		milestones = append([]milestone{{Exponent: -3, Seconds: 0.01}}, milestones...)
		return measurement{
			Job: "trial", Peer: peer, N: 100, Rank: 20, Round: round, Threads: 2, Processes: 1,
			result: result{Seconds: seconds, GradNorm: norm, Status: status, Milestones: milestones},
			judged: judged{FullNorm: norm, Distance: 10 * norm},
		}
	}
	at := func(seconds float64) milestone { return milestone{Exponent: -6, Seconds: seconds} }
	return &Run{
		SchemaVersion: 1,
		Peak:          Peak{Cores: 2, FlopsOne: 5e10, Flops: 9e10, Bandwidth: 2e10},
		Peers: []Peer{
			{Name: base, Fair: true},
			{Name: "scipy", BLAS: "not OpenBLAS"},
			{Name: "torch", Fair: true},
			{Name: "numpy-full", Fair: true},
			{Name: "absent", Missing: "jax: not installed"},
		},
		Floors: []Floor{{N: 100, Rank: 20, Flops: 9e6, Bytes: 1}},
		Measurements: []measurement{
			{Job: "gradient", Peer: base, N: 100, Rank: 20, Threads: 2, result: result{Seconds: 3e-4}},
			trial(base, 0, 0.2, 9e-10, converged, at(0.1)), trial(base, 1, 0.4, 9e-10, converged, at(0.2)),
			trial("scipy", 0, 5, 1e-7, stalled, at(2)), trial("scipy", 1, 6, 2e-7, stalled, at(3)),
			trial("torch", 0, 7, 8e-10, converged, at(4)), trial("torch", 1, 8, 3e-8, limited, at(6)),
			trial("numpy-full", 0, 9, 1e-2, limited), trial("numpy-full", 1, 9, math.Inf(1), limited),
		},
	}
}

func TestTables(t *testing.T) {
	got := sample().markdown()
	for _, want := range []string{
		"| `absent` |  | takes no part: jax: not installed |",
		"| `scipy` |  | not OpenBLAS: **not a fair peer** |",
		"| 100 | 20 | 9e+06 | 1 | 100 µs | 300 µs | 3 |",
		"| 100 | concord | 150 ms (100 ms – 200 ms) | 1 | 300 ms (200 ms – 400 ms) | 1 |",
		"| 100 | scipy | 2.5 s (2 s – 3 s) | 17.5 (15 – 20) | not reached: stalled at 2.0e-07 after 5.5 s (5 s – 6 s) | — |",
		"| 100 | torch | 5 s (4 s – 6 s) | 35 (30 – 40) | 7 s; not reached in 1 of 2: 3.0e-08 after 8 s | 35 |",
		"| 100 | numpy-full | — | — | not reached: +Inf after 9 s | — |",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the tables lack %s\n%s", want, got)
		}
	}
}

// The tables can be made from the results alone.
func TestTablesFromResults(t *testing.T) {
	run := sample()
	run.Measurements = run.Measurements[:len(run.Measurements)-1] // infinity has no JSON
	text, err := json.Marshal(run)
	if err != nil {
		t.Fatal(err)
	}
	var back Run
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(run.markdown(), back.markdown()); diff != "" {
		t.Errorf("tables (-run +from results):\n%s", diff)
	}
}

func TestBetween(t *testing.T) {
	doc := "before\n" + markBegin + "\nold\n" + markEnd + "\nafter\n"
	got, err := between([]byte(doc), "new\n")
	if want := "before\n" + markBegin + "\n\nnew\n\n" + markEnd + "\nafter\n"; err != nil || string(got) != want {
		t.Errorf("between = %q, %v, want %q", got, err, want)
	}
	for _, doc := range []string{"", markBegin + "\n", markEnd + "\n", markEnd + "\n" + markBegin + "\n"} {
		if got, err := between([]byte(doc), "new\n"); err == nil {
			t.Errorf("between(%q) = %q, want an error", doc, got)
		}
	}
}

func TestSettings(t *testing.T) {
	s, code := parse([]string{"-sizes", "100,1000:1e-7,2000:1e-6:300", "-full", "-peers", "scipy,concord"}, &strings.Builder{})
	want := []size{{100, 1e-9, 90, 5}, {1000, 1e-7, 90, 2}, {2000, 1e-6, 300, 1}, {60000, 1e-9, 90, 1}}
	if s == nil || code != 0 {
		t.Fatalf("parse = %v, %d", s, code)
	}
	if diff := cmp.Diff(want, s.sizes); diff != "" {
		t.Errorf("sizes (-want +got):\n%s", diff)
	}
	for _, args := range [][]string{
		{"-sizes", "0"},
		{"-sizes", "100:x"},
		{"-sizes", "100:NaN"},
		{"-sizes", "100:1e-9:Inf"},
		{"-sizes", "100:1e-9:10:10"},
		{"-peers", "jax"},
		{"-jobs", "dance"},
		{"-limit", "NaN"},
		{"-rank", "0"},
		{"extra"},
		{"-nonsense"},
	} {
		var stderr strings.Builder
		if s, code := parse(args, &stderr); s != nil || code != 2 || stderr.Len() == 0 {
			t.Errorf("parse(%q) = %v, %d, %q", args, s, code, stderr.String())
		}
	}
}
