package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"example.org/concord/verify"
)

// The cells that a run has written are found again, alone and in pairs.
func TestExplain(t *testing.T) {
	t.Chdir(t.TempDir())
	const scenario = `version: 1
name: tiny
title: Two methods from one start
data: {count: 10}
problem: {rank: [3]}
vary:
  seed: [1, 2]
  start: [uniform]
  ascent: [{method: gradient, rate: 0.1, momentum: 0.95}, {method: lbfgs}]
checks:
  - converged: {}
  - tuple: {tolerance: 1e-5, reason: "far above the rounding of a run"}
twin:
  start: [gaussian]
`
	if err := os.WriteFile("tiny.yaml", []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	// verb runs a command line that has to end with a code and returns what it writes, each blank one blank.
	verb := func(want int, args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if got := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr, noEnv); got != want {
			t.Fatalf("verify %q = %d, want %d; standard error:\n%s", args, got, want, &stderr)
		}
		return strings.Join(strings.Fields(stdout.String()+stderr.String()), " ")
	}
	verb(verify.ExitPass, "run", "tiny.yaml", "--quiet")
	r, err := readReport("reports/tiny")
	if err != nil {
		t.Fatal(err)
	}
	trials := r.Problems[0].Trials
	a := &trials[0]
	i := slices.IndexFunc(trials[1:], func(t verify.TrialResult) bool { return t.Start == a.Start })
	if i < 0 {
		t.Fatalf("no other trial has the start %q", a.Start)
	}
	b := &trials[1+i]
	for _, test := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"one", []string{"reports/tiny", a.Cell[:16]}, verify.ExitPass, []string{
			"cell " + a.Cell, a.Label, "Basin 1 of 1, with 4 trials from 2 starts", "nearest: ", "farthest: ", "log: " + a.Log, "again: " + a.Reproduce,
		}},
		{"two of one start", []string{"reports/tiny/result.json", a.Cell, b.Cell[:16], "--threshold", "0.5"}, verify.ExitPass, []string{
			"both in basin 1.", "They have the same start, so they may part late:", "that both curves kept",
		}},
		{"one twice", []string{"reports/tiny", a.Cell, a.Cell}, verify.ExitUsage, []string{"verify: both cells are " + a.Cell}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := verb(test.code, append([]string{"explain"}, test.args...)...)
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("verify explain has no %q:\n%s", want, got)
				}
			}
		})
	}
}
