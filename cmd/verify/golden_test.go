package main

import (
	"math"
	"strings"
	"testing"
	"time"

	"example.org/concord/verify"
)

func TestAge(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ name, at, want string }{
		{"now", "2026-03-02T12:00:00Z", "less than a day ago"},
		{"almost a day", "2026-03-01T12:00:01Z", "less than a day ago"},
		{"a day", "2026-03-01T12:00:00Z", "1 day ago"},
		{"a month of 28 days", "2026-02-02T12:00:00Z", "28 days ago"},
		{"in an hour", "2026-03-02T13:00:00Z", "in the future of this machine"},
		{"no time", "yesterday", `parsing time "yesterday"`},
	} {
		if got := age(tt.at, now); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: age(%q) = %q, want %q", tt.name, tt.at, got, tt.want)
		}
	}
}

func TestLineageInWords(t *testing.T) {
	ancestors := []verify.Ancestor{{SHA256: "ab"}, {SHA256: "cd"}}
	for _, tt := range []struct {
		name    string
		lineage verify.Lineage
		want    string
	}{
		{"the first", verify.Lineage{Complete: true, Drift: verify.Drift{Kind: verify.DriftFirst}}, "lineage: the first of its problem"},
		{
			"measured",
			verify.Lineage{Complete: true, Ancestors: ancestors[:1], Drift: verify.Drift{Kind: verify.DriftMeasured, Distance: 0.25}},
			"lineage: 1 golden file before it; drift: 0.25 from the first, as measured",
		},
		{
			"bounded, with an unknown beginning",
			verify.Lineage{Ancestors: ancestors, Drift: verify.Drift{Kind: verify.DriftBound, Distance: 0.5}},
			"lineage: 2 golden files before it, and what came before those is not known; drift: at most 0.5 from the oldest known, as the steps add up",
		},
		{
			"unknown",
			verify.Lineage{Complete: true, Ancestors: ancestors, Drift: verify.Drift{Kind: verify.DriftUnknown, Distance: verify.Number(math.NaN())}},
			"lineage: 2 golden files before it; drift: not known, since two of them in a row cannot be compared; first: sha-256 ab",
		},
	} {
		if got := lineage(&tt.lineage); got != tt.want {
			t.Errorf("%s: lineage = %q, want %q", tt.name, got, tt.want)
		}
	}
}
