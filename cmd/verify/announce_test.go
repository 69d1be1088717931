package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.org/concord/verify"
)

const refuted = `version: 1
name: strict
title: A tolerance that nothing meets
data: {count: 10}
problem: {rank: [3]}
vary:
  seed: [1, 2]
checks:
  - converged: {}
  - tuple: {tolerance: 1e-15, reason: "to be refuted"}
`

// environment is an environment with some variables.
func environment(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func TestAnnouncements(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	const at = "^::error file=my/strict.yaml,line=10,title=strict%3A tuple FAIL::.*%0Averify run my/strict.yaml --quiet"
	for _, c := range []struct {
		name, want string
		env        map[string]string
		args       []string
		summary    bool
	}{
		{"nothing asked for", "", nil, nil, false},
		{"on GitHub", at + "$", map[string]string{"GITHUB_ACTIONS": "true"}, nil, false},
		{"on something like it", "", map[string]string{"GITHUB_ACTIONS": "false"}, nil, false},
		{"asked for", at + " --annotate$", nil, []string{"--annotate"}, false},
		{"with json", at + " --format json$", map[string]string{"GITHUB_ACTIONS": "true"}, []string{"--format", "json"}, false},
		{"a summary alone", "", map[string]string{"GITHUB_STEP_SUMMARY": "summary.md"}, nil, true},
		{"a workspace elsewhere", "^::error title=strict%3A tuple FAIL::", map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": "elsewhere"}, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.Mkdir("my", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile("my/strict.yaml", []byte(refuted), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile("summary.md", []byte("before\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			args := append([]string{"run", "my/strict.yaml", "--quiet"}, c.args...)
			if code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr, environment(c.env)); code != verify.ExitFail {
				t.Fatalf("run = %d, want %d; standard error:\n%s", code, verify.ExitFail, &stderr)
			}
			commands := regexp.MustCompile("(?m)^::.*$").FindAllString(stderr.String(), -1)
			switch {
			case c.want == "" && len(commands) > 0:
				t.Errorf("standard error has %q, want no command", commands)
			case c.want != "" && (len(commands) != 1 || !regexp.MustCompile(c.want).MatchString(commands[0])):
				t.Errorf("standard error has the commands %q, want one like %s", commands, c.want)
			}
			if strings.Contains(stdout.String(), "::error") {
				t.Errorf("standard output has a command:\n%s", &stdout)
			}
			text, err := os.ReadFile("summary.md")
			if err != nil {
				t.Fatal(err)
			}
			if got := string(text); !strings.HasPrefix(got, "before\n") || strings.Contains(got, "\n## ✗ FAIL: strict\n") != c.summary {
				t.Errorf("the summary is %q, want that of the run: %v", got, c.summary)
			}
		})
	}
}

func TestSummaryThatIsFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "summary.md")
	if err := os.WriteFile(path, bytes.Repeat([]byte("x"), mostSummary-10), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &verify.Result{SchemaVersion: verify.SchemaVersion}
	r.Scenario.SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if err := summarise(path, r); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() >= mostSummary {
		t.Errorf("the summary has %d bytes, want less than %d", info.Size(), mostSummary)
	}
	if err := summarise(t.TempDir(), r); err == nil {
		t.Error("summarise into a folder = nil, want an error")
	}
}

// One step shows ten errors, over all scenarios of the run.
func TestAnnotationsHaveALimit(t *testing.T) {
	f := &announceFlags{Annotate: true}
	r := &verify.Result{SchemaVersion: verify.SchemaVersion, Verdict: verify.NotRun, Sentence: "Nothing ran."}
	r.Scenario.SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	var stderr bytes.Buffer
	a := &app{stderr: &stderr, getenv: noEnv}
	for range 12 {
		if err := f.announce(a, plan{arg: "smoke", Scenario: &verify.Scenario{}}, r); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Count(stderr.String(), "::error "); got != mostAnnotations {
		t.Errorf("%d annotations, want %d:\n%s", got, mostAnnotations, &stderr)
	}
}

func TestFileOf(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct{ name, arg, workspace, want string }{
		{"a path", "a/b.yaml", "", "a/b.yaml"},
		{"a path with detours", "./a/../b.yaml", "", "b.yaml"},
		{"a path outside", "../b.yaml", "", ""},
		{"a name that begins like a way out", "..b.yaml", "", "..b.yaml"},
		{"a workspace above", "b.yaml", "..", filepath.Base(mustGetwd(t)) + "/b.yaml"},
		{"a scenario that ships, elsewhere", "smoke", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fileOf(c.arg, c.workspace); got != c.want {
				t.Errorf("fileOf(%q, %q) = %q, want %q", c.arg, c.workspace, got, c.want)
			}
		})
	}
	t.Run("a scenario that ships, in its repository", func(t *testing.T) {
		if err := os.Mkdir("scenarios", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("scenarios/smoke.yaml", nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, want := fileOf("smoke", ""), "scenarios/smoke.yaml"; got != want {
			t.Errorf("fileOf(%q) = %q, want %q", "smoke", got, want)
		}
	})
}

func mustGetwd(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
