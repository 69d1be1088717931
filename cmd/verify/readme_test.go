package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"image/png"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.org/concord/subject/digits"
	"example.org/concord/verify"
)

const root = "../.."

func readDoc(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The commands of the README work: those that take seconds are run in an empty folder. The others are parsed, and so
// are those that TestHelpExamples runs, but for runs, whose reports the rest looks at. With -short all are.
func TestReadmeCommands(t *testing.T) {
	slow := []string{
		"verify run seed-sweep", "verify run claims", "verify run scenarios/positivity.yaml",
		"verify golden status", // depends on what is approved, see golden.txtar
	}
	commands := regexp.MustCompile(`(?m)^    (verify [^#\n]*)`).FindAllStringSubmatch(readDoc(t, "README.md"), -1)
	if len(commands) < 10 {
		t.Fatalf("the README shows %d commands, want at least 10", len(commands))
	}
	scenarioFolder, err := filepath.Abs(filepath.Join(root, "scenarios"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Symlink(scenarioFolder, "scenarios"); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create("digit.png")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, canvas(testDigit(t, 0), "dark")), f.Close()); err != nil {
		t.Fatal(err)
	}
	for _, match := range commands {
		line := strings.TrimSpace(match[1])
		t.Run(line, func(t *testing.T) {
			args := split(line)[1:]
			elsewhere := !strings.HasPrefix(line, "verify run ") && slices.ContainsFunc(helpExamples, func(e helpExample) bool {
				return e.line == line && e.code == verify.ExitPass
			})
			if slices.Contains(slow, line) || elsewhere || testing.Short() {
				parse(t, &grammar{}, args)
				return
			}
			var stdout, stderr bytes.Buffer
			if got := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr, noEnv); got != verify.ExitPass {
				t.Errorf("run = %d, want 0; standard error:\n%s", got, &stderr)
			}
		})
	}
}

func TestReadmeScenarioParses(t *testing.T) {
	_, text, _ := strings.Cut(readDoc(t, "README.md"), "```yaml\n")
	text, _, found := strings.Cut(text, "```")
	if !found {
		t.Fatal("the README shows no scenario")
	}
	if _, err := verify.ParseScenario("README.md", []byte(text), []verify.Subject{digits.Subject{}}); err != nil {
		t.Error(err)
	}
}

// docs/run.cast is a recording of a terminal as asciinema plays it, and what the README shows of it is in it, line by
// line: how far the run is at one time, and the table at its end.
func TestReadmeShowsTheRecording(t *testing.T) {
	header, events, _ := strings.Cut(readDoc(t, "docs/run.cast"), "\n")
	var head struct{ Version, Width, Height int }
	if err := json.Unmarshal([]byte(header), &head); err != nil || head.Version != 2 || head.Width != 80 || head.Height < 1 {
		t.Fatalf("docs/run.cast begins with %+v, %v, want version 2 and a width of 80", head, err)
	}
	var text strings.Builder
	last := 0.0
	for line := range strings.Lines(events) {
		var event []any
		if err := json.Unmarshal([]byte(line), &event); err != nil || len(event) != 3 {
			t.Fatalf("docs/run.cast: %v in the event %.80q", err, line)
		}
		at, isTime := event[0].(float64)
		piece, isText := event[2].(string)
		if !isTime || !isText || at < last || event[1] != "o" {
			t.Fatalf("docs/run.cast: after %v seconds there is the event %.80q", last, line)
		}
		last = at
		text.WriteString(piece)
	}
	plain := regexp.MustCompile(`\x1b\[[0-9;]*[A-Za-z]`).ReplaceAllString(text.String(), "")
	recorded := regexp.MustCompile(`[\r\n]+`).Split(plain, -1)
	_, shown, _ := strings.Cut(readDoc(t, "README.md"), "```console\n")
	shown, _, _ = strings.Cut(shown, "```")
	lines := 0
	for line := range strings.Lines(shown) {
		if line = strings.TrimRight(line, "\n"); line == "" {
			continue
		}
		lines++
		at := slices.Index(recorded, line)
		if at < 0 {
			t.Fatalf("the README shows the line %q, which docs/run.cast does not have after those before it", line)
		}
		recorded = recorded[at+1:]
	}
	if lines < 10 || !strings.Contains(shown, " train [") || !strings.Contains(shown, "verdict  check") {
		t.Errorf("the README shows %d lines of docs/run.cast, want 10, with a bar and the table:\n%s", lines, shown)
	}
}

// documents returns the paths of all documents, by their place in the repository.
func documents(t *testing.T) []string {
	t.Helper()
	docs, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}
	for _, doc := range docs {
		names = append(names, path.Join("docs", filepath.Base(doc)))
	}
	return names
}

// slug returns the anchor of a heading, as GitHub makes it.
func slug(heading string) string {
	heading = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(heading)), " ", "-")
	return regexp.MustCompile(`[^\p{L}\p{N}_-]`).ReplaceAllString(heading, "")
}

func TestDocumentsLinkToWhatExists(t *testing.T) {
	links, anchors := 0, 0
	for _, name := range documents(t) {
		for _, m := range regexp.MustCompile(`\]\(([^)#:]*)(?:#([^):]*))?\)`).FindAllStringSubmatch(readDoc(t, name), -1) {
			links++
			target := name
			if m[1] != "" {
				target = path.Join(path.Dir(name), m[1])
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s links to %s: %v", name, m[1], err)
				continue
			}
			if m[2] == "" {
				continue
			}
			anchors++
			found := false
			for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(readDoc(t, target), -1) {
				found = found || slug(heading[1]) == m[2]
			}
			if !found {
				t.Errorf("%s links to %s#%s, and there is no such heading", name, m[1], m[2])
			}
		}
	}
	if links < 10 || anchors < 3 {
		t.Errorf("%d links were found, %d of them to headings, want at least 10 and 3", links, anchors)
	}
}

func TestReadmeMakeTargetsExist(t *testing.T) {
	makefile := readDoc(t, "Makefile")
	for _, name := range documents(t) {
		for _, m := range regexp.MustCompile("(?m)(?:^[ ]{4}|^|`)make ([a-z-]+)(?:`|$| [A-Z]+=)").FindAllStringSubmatch(readDoc(t, name), -1) {
			if !strings.Contains(makefile, "\n"+m[1]+":") {
				t.Errorf("%s shows make %s, and the Makefile has no such target", name, m[1])
			}
		}
	}
}
