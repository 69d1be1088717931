package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"example.org/concord/verify"
)

// codesOfVerbs reads the table of docs/CI.md: for every verb, what its codes stand for.
func codesOfVerbs(t *testing.T) map[string]map[int]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/CI.md")
	if err != nil {
		t.Fatal(err)
	}
	var codes []int
	table := map[string]map[int]string{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSpace(line), "|")
		if len(fields) != 9 {
			continue
		}
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		verb := strings.Trim(fields[1], "`")
		switch {
		case verb == "verb":
			for _, f := range fields[2:8] {
				code, err := strconv.Atoi(f)
				if err != nil {
					t.Fatalf("docs/CI.md: %q is no exit code", f)
				}
				codes = append(codes, code)
			}
		case strings.HasPrefix(fields[1], "`"):
			table[verb] = map[int]string{}
			for i, f := range fields[2:8] {
				if f != "" {
					table[verb][codes[i]] = f
				}
			}
		}
	}
	if len(table) == 0 {
		t.Fatal("docs/CI.md has no table of verbs and exit codes")
	}
	return table
}

// exitScenarios are the scenarios of TestVerbsExitCodes, by file. Those in folders are called as another one is.
var exitScenarios = map[string]string{
	"pass.yaml": exitScenario("pass", 10, `{method: lbfgs}`, 1e-5, ""),
	"fail.yaml": exitScenario("fail", 10, `{method: lbfgs}`, 1e-16, ""),
	"open.yaml": exitScenario("open", 10, `{method: lbfgs, steps: 2}`, 1e-5, ""),
	"bad.yaml":  exitScenario("bad", 10, `{method: sideways}`, 1e-5, ""),
	// The full MNIST is not there.
	"error.yaml":     exitScenario("error", 1001, `{method: lbfgs}`, 1e-5, ""),
	"held.yaml":      exitScenario("held", 10, `{method: lbfgs}`, 1e-5, "  - golden: {}\n"),
	"moved/it.yaml":  exitScenario("held", 11, `{method: lbfgs}`, 1e-5, "  - golden: {}\n"),
	"worse/it.yaml":  exitScenario("pass", 10, `{method: lbfgs}`, 1e-16, ""),
	"failed/it.yaml": exitScenario("held", 10, `{method: lbfgs}`, 1e-16, "  - golden: {}\n"),
	"tied.yaml":      strings.ReplaceAll(exitScenario("tied", 100, `{method: lbfgs}`, 1e-5, ""), "[3]", "[2]"),
}

// exitScenario writes a scenario of rank 3.
func exitScenario(name string, count int, ascent string, tolerance float64, checks string) string {
	return "version: 1\nname: " + name + "\ntitle: One of the ways to end\ndata: {count: " + strconv.Itoa(count) +
		"}\nproblem: {rank: [3]}\nvary:\n  seed: [1, 2]\n  ascent: [" + ascent + "]\nchecks:\n  - converged: {}\n" +
		"  - tuple: {tolerance: " + strconv.FormatFloat(tolerance, 'g', -1, 64) + ", reason: \"chosen for the way to end\"}\n" + checks
}

// exitWorld fills the working directory with what the cases of TestVerbsExitCodes look at. It returns the id of a cell.
func exitWorld(t *testing.T) string {
	t.Helper()
	t.Setenv("CONCORD_DATA", filepath.Join(t.TempDir(), "cache"))
	for name, text := range exitScenarios {
		put(t, name, []byte(text))
	}
	var blank, digit bytes.Buffer
	if err := errors.Join(png.Encode(&blank, image.NewGray(image.Rect(0, 0, 28, 28))), png.Encode(&digit, canvas(testDigit(t, 0), "dark"))); err != nil {
		t.Fatal(err)
	}
	put(t, "blank.png", blank.Bytes())
	put(t, "digit.png", digit.Bytes())
	put(t, "text.png", []byte("no picture"))
	put(t, "cache/train-images-idx3-ubyte.gz", []byte("damaged"))
	put(t, "broken/held/rank=3.npz", []byte("no golden file"))
	put(t, "broken/held/rank=3.json", []byte("{}"))
	for _, step := range []struct {
		line string
		code int
	}{
		{"run pass.yaml", 0},
		{"run worse/it.yaml --out worse", 1},
		{"run held.yaml", 3},
		{"golden approve held.yaml --by nobody --reason setup", 0},
		{"run moved/it.yaml --out moved", 1},
		{"run failed/it.yaml --out failed", 1},
		{"run pass.yaml --shard 1/1", 0},
		{"run fail.yaml --shard 1/1", 0},
		{"run open.yaml --shard 1/1", 0},
		{"run pass.yaml --shard 1/2", 0},
		{"run pass.yaml --shard 1/1 --out damaged", 0},
	} {
		if code, stderr := ended(t.Context(), strings.Fields(step.line), 1<<30, ""); code != step.code {
			t.Fatalf("verify %s = %d, want %d; standard error:\n%s", step.line, code, step.code, stderr)
		}
	}
	cells, err := filepath.Glob("damaged/pass.shard-1-of-1/*.cell")
	if err != nil || len(cells) == 0 {
		t.Fatalf("cells of the shard: %v, %v", cells, err)
	}
	if err := os.Truncate(cells[0], 100); err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile("golden/held/rank=3.npz")
	if err != nil {
		t.Fatal(err)
	}
	put(t, "orphans/gone/rank=3.npz", golden)
	r, err := readResult("reports/pass/result.json")
	if err != nil {
		t.Fatal(err)
	}
	return r.Problems[0].Trials[0].Cell
}

// put writes a file, and the folder it is in.
func put(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, text, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// ended runs the program with room for so many bytes on standard output, and returns its exit code.
func ended(ctx context.Context, args []string, room int, ci string) (code int, stderr string) {
	var text bytes.Buffer
	code = run(ctx, args, strings.NewReader(""), &failingWriter{left: room}, &text, func(name string) string {
		if name == "CI" {
			return ci
		}
		return ""
	})
	return code, text.String()
}

// Every exit code that docs/CI.md lists is one that the verb ends with, and --help lists the same.
func TestVerbsExitCodes(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: runs are raced by the scripts resume and shard of TestScripts")
	}
	table := codesOfVerbs(t)
	t.Chdir(t.TempDir())
	cell := exitWorld(t)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	shown := map[string]map[int]bool{}
	for _, test := range exitCases {
		if shown[test.verb] == nil {
			shown[test.verb] = map[int]bool{}
		}
		shown[test.verb][test.code] = true
		t.Run(strings.TrimSpace(test.verb+" "+test.rest+" "+test.name), func(t *testing.T) {
			if table[test.verb][test.code] == "" {
				t.Errorf("docs/CI.md does not say that %s ends with %d", test.verb, test.code)
			}
			ctx, room, ci := t.Context(), 1<<30, ""
			switch test.name {
			case "interrupted":
				ctx = cancelled
			case "full":
				room = 0
			case "in CI":
				ci = "true"
			case "cache":
				t.Setenv("CONCORD_DATA", "cache")
			}
			args := append(strings.Fields(test.verb), strings.Fields(strings.ReplaceAll(test.rest, "CELL", cell))...)
			if got, stderr := ended(ctx, args, room, ci); got != test.code {
				t.Errorf("verify %s %s, %s = %d, want %d (%s); standard error:\n%s",
					test.verb, test.rest, test.name, got, test.code, table[test.verb][test.code], stderr)
			}
		})
	}
	for verb, codes := range table {
		for code, what := range codes {
			// A complete cache takes the whole of MNIST, which is not part of the repository.
			if !shown[verb][code] && (verb != "data fetch" || code != verify.ExitPass) {
				t.Errorf("no case shows that %s ends with %d: %s", verb, code, what)
			}
		}
	}
	parser, err := kong.New(&grammar{}, kong.Name("verify"))
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(true) {
		verb := strings.TrimPrefix(leaf.FullPath(), "verify ")
		_, help, ok := strings.Cut(leaf.Detail, "Exit codes: ")
		if table[verb] == nil || !ok {
			t.Errorf("%s: in the table of docs/CI.md: %t, exit codes in --help: %t", verb, table[verb] != nil, ok)
			continue
		}
		help, _, _ = strings.Cut(help, "\n\n")
		listed := map[string]bool{}
		for _, word := range strings.FieldsFunc(help, func(r rune) bool { return strings.ContainsRune(" ,.;\n", r) }) {
			listed[word] = true
		}
		for _, code := range []int{0, 1, 2, 3, 4, verify.ExitInterrupted} {
			if got, want := listed[strconv.Itoa(code)], table[verb][code] != ""; got != want {
				t.Errorf("%s --help lists exit code %d: %t, docs/CI.md: %t", verb, code, got, want)
			}
		}
	}
}
