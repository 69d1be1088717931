package main

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

// noEnv is an environment without variables.
func noEnv(string) string { return "" }

func TestQuote(t *testing.T) {
	for _, test := range []struct {
		name  string
		words []string
		want  string
	}{
		{"plain words stay", []string{"verify", "run", "a/b-c.yaml", "--seeds=2"}, "verify run a/b-c.yaml --seeds=2"},
		{"a blank", []string{"my reports"}, "'my reports'"},
		{"nothing", []string{"a", ""}, "a ''"},
		{"a quote", []string{"it's"}, `'it'\''s'`},
		{"what a shell would expand", []string{"$HOME", "*", "~", "a;b"}, "'$HOME' '*' '~' 'a;b'"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := quote(test.words...); got != test.want {
				t.Errorf("quote(%q) = %s, want %s", test.words, got, test.want)
			}
		})
	}
}

func TestAgain(t *testing.T) {
	two, jobs := 2, 3
	c := &runCmd{
		Out: "elsewhere", Jobs: &jobs, Seeds: &two, Only: []string{"tuple", "scores"}, FailFast: true, Golden: "g",
		Format: "json", Quiet: true, TrialLimit: 90 * time.Second, layoutFlag: layoutFlag{Layout: report.Folder},
	}
	plans := []plan{{arg: "a b.yaml"}, {arg: "smoke"}}
	const want = "verify run 'a b.yaml' smoke --resume --out elsewhere --jobs 3 --trial-limit 1m30s --seeds 2 --only tuple --only scores --fail-fast --golden g --format json --quiet --layout dir"
	got := c.again(plans)
	if got != want {
		t.Errorf("again = %s, want %s", got, want)
	}
	t.Run("the command line reads it back", func(t *testing.T) {
		var g grammar
		parse(t, &g, split(got)[1:])
		if back := g.Run.again(plans); back != want {
			t.Errorf("again after parsing = %s, want %s", back, want)
		}
	})
}

// parse reads a command line, which has to be right, without doing anything.
func parse(t *testing.T, g *grammar, args []string) {
	t.Helper()
	parser, err := kong.New(g, kong.Name("verify"), kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatalf("%q: %v", args, err)
	}
}

// split takes a command line apart at blanks that are not within quotes.
func split(line string) []string {
	words := regexp.MustCompile(`"[^"]*"|'[^']*'|\S+`).FindAllString(line, -1)
	for i, w := range words {
		words[i] = strings.Trim(w, `"'`)
	}
	return words
}

// onlyParsed stands for the exit code of an example that is too slow for a test, or needs more than the program.
const onlyParsed = -1

type helpExample struct {
	line string
	code int
}

// helpExamples are what --help shows as examples, and the codes that they end with one after the other.
var helpExamples = []helpExample{
	{"verify run smoke", 0},
	{"verify run smoke --resume", 0},
	{"verify run smoke --shard 1/3", 0},
	{"verify run smoke --dry-run", 0},
	{"verify run smoke --seeds 2 --only tuple --out elsewhere", 0},
	{"verify run smoke --trial-limit 10m", onlyParsed}, // as without the flag
	{"verify run smoke --layout dir", onlyParsed},      // report, below, does the same
	{"verify merge reports/smoke.shard-1-of-3 reports/smoke.shard-2-of-3 reports/smoke.shard-3-of-3", 2}, // two are not there
	{"verify merge reports/smoke.shard-*-of-3 --layout dir", onlyParsed},                                 // a shell makes three of the one
	{"verify calibrate smoke", 0},
	{"verify calibrate scenarios/smoke.yaml --write", onlyParsed}, // it would write beside the scenarios that ship
	{"verify certify", 0},
	{"verify certify rank-sweep", onlyParsed}, // minutes without the kernels of package simd
	{"verify certify smoke --polish", 0},
	{"verify report reports/smoke", 0},
	{"verify report reports/smoke/result.json --format junit", 0},
	{"verify report reports/smoke --format markdown", 0},
	{"verify report reports/smoke --layout dir", 0},
	{"verify diff reports/smoke elsewhere/smoke", 3},
	{"verify diff reports/smoke reports/smoke/result.json --html diff.html", 0},
	{"verify history reports", 0},
	{"verify history reports --depth 2 --html history.html", 0},
	{"verify serve", onlyParsed}, // it goes on for ever
	{"verify serve reports --port 0", onlyParsed},
	{"verify explain reports/seed-sweep 63fe0fcb", onlyParsed}, // cells are those of one program
	{"verify explain reports/seed-sweep 63fe0fcb 003ec010 --threshold 1e-9", onlyParsed},
	{"verify generate", 0},
	{"verify generate --digits 3,8 --rank 10 --out digits", 0},
	{"verify generate --video digits.mp4", onlyParsed}, // needs ffmpeg
	{"verify classify digit.png", 0},
	{"verify classify --ink dark --save seen.png digit.png", 0},
	{"verify scenario check smoke", 0},
	{"verify scenario list", 0},
	{"verify scenario show smoke", 0},
	{"verify schema result", 0},
	{"verify schema scenario", 0},
	{"verify scenario schema", 0},
	{"verify golden status", onlyParsed}, // depends on what is approved
	{`verify golden approve seed-sweep --reason "first approval: all checks pass, and the digits look right"`, onlyParsed},
	{"verify golden diff seed-sweep", onlyParsed},
	{"verify golden diff seed-sweep --rows 20", onlyParsed},
	{"verify golden prune", 2}, // there is no folder
	{"verify golden prune seed-sweep --yes", 2},
	{"verify data", 0},
	{"verify data fetch", onlyParsed},
	{"verify data fetch --from folder", onlyParsed},
}

// What --help shows as an example works. With -short they are only parsed.
func TestHelpExamples(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("CONCORD_DATA", t.TempDir())
	f, err := os.Create("digit.png")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, canvas(testDigit(t, 0), "dark")), f.Close()); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, e := range helpExamples {
		known[e.line] = true
		t.Run(e.line, func(t *testing.T) {
			args := split(e.line)[1:]
			if e.code == onlyParsed || testing.Short() {
				parse(t, &grammar{}, args)
				return
			}
			var stdout, stderr bytes.Buffer
			if got := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr, noEnv); got != e.code {
				t.Errorf("run = %d, want %d; standard error:\n%s", got, e.code, &stderr)
			}
		})
	}
	t.Run("all are known", func(t *testing.T) {
		parser, err := kong.New(&grammar{}, kong.Name("verify"))
		if err != nil {
			t.Fatal(err)
		}
		shown := 0
		for _, node := range append(parser.Model.Leaves(true), parser.Model.Node) {
			for line := range strings.Lines(node.Detail) {
				if line = strings.TrimSpace(line); strings.HasPrefix(line, "verify ") {
					shown++
					if !known[line] {
						t.Errorf("%s --help shows %q, which this test does not know", node.FullPath(), line)
					}
				}
			}
			if node.Type == kong.CommandNode && !strings.Contains(node.Detail, "Example") {
				t.Errorf("%s --help has no example", node.FullPath())
			}
		}
		if shown < len(known) {
			t.Errorf("--help shows %d examples, and this test has %d", shown, len(known))
		}
	})
}

// failingWriter has room for left bytes.
type failingWriter struct{ left int }

var errFull = errors.New("no room")

func (w *failingWriter) Write(p []byte) (int, error) {
	if len(p) > w.left {
		n := w.left
		w.left = 0
		return n, errFull
	}
	w.left -= len(p)
	return len(p), nil
}

func TestRunOutputFails(t *testing.T) {
	for _, args := range [][]string{
		{"--version"},
		{"--help"},
		{"data"},
		{"scenario", "list"},
		{"scenario", "show", "smoke"},
		{"scenario", "check", "smoke"},
		{"run", "smoke", "--dry-run"},
		{"run", "smoke", "--dry-run", "--format", "json"},
	} {
		for _, room := range []int{0, 10} {
			t.Run(strings.Join(args, " "), func(t *testing.T) {
				t.Setenv("CONCORD_DATA", t.TempDir())
				var stderr bytes.Buffer
				got := run(t.Context(), args, strings.NewReader(""), &failingWriter{left: room}, &stderr, noEnv)
				if got != verify.ExitError || !strings.Contains(stderr.String(), errFull.Error()) {
					t.Errorf("run with room for %d bytes = %d and %q, want %d and %q", room, got, stderr.String(), verify.ExitError, errFull)
				}
			})
		}
	}
}

func TestRunCancelled(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		args   []string
		reason string
	}{
		{[]string{"run", "smoke"}, "before the first trial"},
		{[]string{"generate", "--rank", "3", "--digits", "1"}, "while opening"},
		{[]string{"data"}, "before the first file"},
		{[]string{"data", "fetch", "--from", "."}, "before the first file"},
		{[]string{"run", "smoke", "--dry-run"}, "while opening"},
		{[]string{"run", "smoke", "--cell", "0"}, "while opening"},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			got := run(ctx, test.args, strings.NewReader(""), &stdout, &stderr, noEnv)
			if got != verify.ExitInterrupted {
				t.Errorf("run, interrupted %s = %d, want %d; standard error:\n%s", test.reason, got, verify.ExitInterrupted, &stderr)
			}
			if !strings.HasPrefix(stderr.String(), "verify: ") {
				t.Errorf("standard error = %q, want a message", stderr.String())
			}
			if entries, err := os.ReadDir("reports"); err == nil && len(entries) > 0 {
				t.Errorf("reports has %v, want nothing", entries)
			}
		})
	}
}
