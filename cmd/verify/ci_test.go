package main

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"example.org/concord/verify"
)

// steps returns what all steps of a workflow or an action have under a key, "run" or "uses".
func steps(t *testing.T, name, key string) []string {
	t.Helper()
	var doc any
	if err := yaml.Unmarshal([]byte(readDoc(t, name)), &doc); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var found []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if s, ok := v[key].(string); ok {
				found = append(found, s)
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(doc)
	return found
}

// Commands, flags and targets in what is there to be copied exist.
func TestPipelinesCallWhatExists(t *testing.T) {
	variables := strings.NewReplacer("${{ matrix.part }}", "1", `"${list[@]}"`, "smoke", `"$OUT"`, "out", " || code=$?", "")
	makefile := readDoc(t, "Makefile")
	scripts := map[string][]string{
		"docs/ci/github-actions.yml": steps(t, "docs/ci/github-actions.yml", "run"),
		"docs/ci/action/action.yml":  steps(t, "docs/ci/action/action.yml", "run"),
		"docs/CI.md":                 {readDoc(t, "docs/CI.md")},
	}
	calls, targets := 0, 0
	for name, list := range scripts {
		for _, script := range list {
			for _, m := range regexp.MustCompile(`(?m)(?:bin/verify|^    verify) ([^'`+"`"+`#\n]*[^'`+"`"+`#\n ])`).FindAllStringSubmatch(variables.Replace(script), -1) {
				if strings.HasPrefix(m[1], "itself") { // a sentence
					continue
				}
				calls++
				t.Run(name+" "+m[1], func(t *testing.T) { parse(t, &grammar{}, split(m[1])) })
			}
			for _, m := range regexp.MustCompile(`(?m)(?:^|- |'|&& )make ([a-z]+)`).FindAllStringSubmatch(script, -1) {
				targets++
				if !strings.Contains(makefile, "\n"+m[1]+":") {
					t.Errorf("%s calls make %s, and the Makefile has no such target", name, m[1])
				}
			}
		}
	}
	if calls < 9 || targets < 5 {
		t.Errorf("%d calls of verify and %d of make were found, want at least 9 and 5", calls, targets)
	}
}

// Actions of others are pinned to a version, and expressions are not put into scripts as text: whoever names a
// branch could write commands there.
func TestPipelinesAreCareful(t *testing.T) {
	for _, name := range []string{"docs/ci/github-actions.yml", "docs/ci/action/action.yml"} {
		for _, action := range steps(t, name, "uses") {
			if !regexp.MustCompile(`^[a-z-]+/[a-z-]+@v[0-9]+$`).MatchString(action) {
				t.Errorf("%s uses %s, want an action with a version", name, action)
			}
		}
		for _, script := range steps(t, name, "run") {
			for _, m := range regexp.MustCompile(`\$\{\{([^}]*)\}\}`).FindAllStringSubmatch(script, -1) {
				if strings.TrimSpace(m[1]) != "matrix.part" {
					t.Errorf("%s puts %s into a script: hand it over in the environment", name, m[0])
				}
			}
		}
	}
}

// Every verb ends with the code that is documented.
func TestExitCodes(t *testing.T) {
	const head = "version: 1\nname: x\ntitle: t\ndata: {count: 10}\nproblem: {rank: [3]}\n"
	const seeds = "vary: {seed: [1, 2]}\n"
	const tuple = "checks:\n  - tuple: {tolerance: 1e-5, reason: r}\n"
	files := map[string]string{
		"pass.yaml":    head + seeds + tuple,
		"fail.yaml":    head + seeds + "checks:\n  - tuple: {tolerance: 1e-15, reason: r}\n",
		"short.yaml":   head + "vary: {seed: [1, 2], ascent: [{method: lbfgs, steps: 2}]}\n" + tuple,
		"vacuous.yaml": head + seeds + tuple + "twin: {start: [exponential]}\n",
		"golden.yaml":  head + seeds + tuple + "  - golden: {}\n",
		"far.yaml":     strings.Replace(head, "count: 10", "count: 1001", 1) + seeds + tuple,
		"typo.yaml":    head + seeds + "cheks: []\n",
		"text.png":     "no picture",
	}
	t.Chdir(t.TempDir())
	t.Setenv("CONCORD_DATA", t.TempDir())
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name string
		ctx  context.Context //nolint:containedctx // a column of the table
		args string
		want int
	}{
		{"a pass", t.Context(), "run pass.yaml", verify.ExitPass},
		{"its report", t.Context(), "report reports/x", verify.ExitPass},
		{"help", t.Context(), "run --help", verify.ExitPass},
		{"the version", t.Context(), "--version", verify.ExitPass},
		{"a claim refuted", t.Context(), "run fail.yaml --out fail", verify.ExitFail},
		{"the report of a refuted claim", t.Context(), "report fail/x", verify.ExitPass},
		{"nothing asked", t.Context(), "", verify.ExitUsage},
		{"an unknown verb", t.Context(), "rnu", verify.ExitUsage},
		{"an unknown flag", t.Context(), "run pass.yaml --sedes 1", verify.ExitUsage},
		{"a number out of range", t.Context(), "run pass.yaml --jobs 0", verify.ExitUsage},
		{"an empty flag", t.Context(), "run pass.yaml --out=", verify.ExitUsage},
		{"a scenario that is not there", t.Context(), "run none.yaml", verify.ExitUsage},
		{"a scenario with a mistake", t.Context(), "run typo.yaml", verify.ExitUsage},
		{"a mistake looked for", t.Context(), "scenario check typo.yaml", verify.ExitUsage},
		{"a scenario that does not ship", t.Context(), "scenario show none", verify.ExitUsage},
		{"a schema of nothing", t.Context(), "schema", verify.ExitUsage},
		{"not converged", t.Context(), "run short.yaml --out short", verify.ExitUndecided},
		{"a control that holds", t.Context(), "run vacuous.yaml --out vacuous", verify.ExitUndecided},
		{"a golden file that is missing", t.Context(), "run golden.yaml --out golden", verify.ExitUndecided},
		{"data that are missing", t.Context(), "run far.yaml --out far", verify.ExitError},
		{"a result that is not there", t.Context(), "report none", verify.ExitError},
		{"interrupted", cancelled, "run pass.yaml", verify.ExitInterrupted},
		{"interrupted data", cancelled, "data", verify.ExitInterrupted},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if got := run(c.ctx, split(c.args), strings.NewReader(""), &stdout, &stderr, noEnv); got != c.want {
				t.Errorf("run(%q) = %d, want %d; standard error:\n%s", c.args, got, c.want, &stderr)
			}
		})
	}
}
