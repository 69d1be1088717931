package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/concord/subject/imageset"
)

// A clock that jumps changes neither an exit code nor anything of a report but its times, and every form of the
// report can be made.
func TestReportUnderAJumpingClock(t *testing.T) {
	t.Chdir(t.TempDir())
	noon := time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)
	times := regexp.MustCompile(`(?s)"timing": \{.*`)
	for _, name := range []string{"pass", "fail"} {
		put(t, name+".yaml", []byte(exitScenarios[name+".yaml"]))
		want := map[string]int{"pass": 0, "fail": 1}[name]
		var first string
		for _, clock := range []struct {
			name string
			jump func(n int) time.Time
		}{
			{"still", func(int) time.Time { return noon }},
			{"backwards", func(n int) time.Time { return noon.Add(-time.Duration(n) * time.Hour) }},
			{"the zero time", func(int) time.Time { return time.Time{} }},
			{"to year 9999 and back", func(n int) time.Time { return time.Date(1+9998*(n%2), 1, 1, 0, 0, 0, 0, time.UTC) }},
		} {
			t.Run(name+", "+clock.name, func(t *testing.T) {
				n := 0
				verb := func(line string) int {
					var stderr bytes.Buffer
					a := &app{
						args: strings.Fields(line), stdin: strings.NewReader(""), stdout: &stickyWriter{w: &bytes.Buffer{}}, stderr: &stderr,
						getenv: noEnv, images: &imageset.Source{},
						now: func() time.Time { n++; return clock.jump(n) },
					}
					code := a.guarded(t.Context())
					t.Logf("verify %s: %d\n%s", line, code, &stderr)
					return code
				}
				if got := verb("run " + name + ".yaml --jobs 1"); got != want {
					t.Fatalf("exit code %d, want %d", got, want)
				}
				text, err := os.ReadFile("reports/" + name + "/result.json")
				if err != nil {
					t.Fatal(err)
				}
				got := times.ReplaceAllString(string(text), "")
				if first == "" {
					first = got
				}
				if diff := cmp.Diff(first, got); diff != "" {
					t.Errorf("result.json, but for times (-still +got):\n%s", diff)
				}
				for _, line := range []string{"report reports/" + name, "history reports", "diff reports/" + name + " reports/" + name} {
					if got := verb(line); got != 0 {
						t.Errorf("verify %s = %d, want 0", line, got)
					}
				}
				if err := os.RemoveAll("reports"); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}
