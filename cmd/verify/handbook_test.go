package main

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.org/concord/cmd/verify/internal/handbook"
	"example.org/concord/verify"
)

func TestReferenceIsCurrent(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"schema", "reference"}, strings.NewReader(""), &stdout, &stderr, noEnv); code != verify.ExitPass {
		t.Fatalf("run = %d, want 0; standard error:\n%s", code, &stderr)
	}
	got, want := strings.Split(readDoc(t, "docs/REFERENCE.md"), "\n"), strings.Split(stdout.String(), "\n")
	if slices.Equal(got, want) {
		return
	}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("docs/REFERENCE.md is out of date from line %d on, which has to be\n%s\nRun: go generate ./cmd/verify", i+1, want[i])
		}
	}
	t.Fatal("docs/REFERENCE.md has more lines than it should have. Run: go generate ./cmd/verify")
}

func TestReferenceIsWrittenToAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "reference.md")
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"schema", "reference", file}, strings.NewReader(""), &stdout, &stderr, noEnv); code != verify.ExitPass || stdout.Len() > 0 {
		t.Fatalf("run = %d with %q on standard output, want 0 and nothing; standard error:\n%s", code, &stdout, &stderr)
	}
	if text, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(text), "# Reference\n") {
		t.Errorf("the file has %.20q, %v", text, err)
	}
}

// Every variable of the environment that the program reads is in the reference, and it reads all that are there.
func TestReferenceHasTheEnvironment(t *testing.T) {
	read := map[string]bool{}
	for _, folder := range []string{"cmd", "mnist", "model", "certify", "judge", "simd", "stream", "subject", "verify", "scenarios", "golden"} {
		err := fs.WalkDir(os.DirFS(filepath.Join(root, folder)), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			text, err := os.ReadFile(filepath.Join(root, folder, name))
			for _, m := range regexp.MustCompile(`(?i)(?:getenv|lookupenv)\("([^"]*)"\)`).FindAllStringSubmatch(string(text), -1) {
				read[m[1]] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range handbook.Variables() {
		if read[v.Name] == v.Runtime {
			t.Errorf("%s: the program reads it: %t, and the reference says that it does: %t", v.Name, read[v.Name], !v.Runtime)
		}
		delete(read, v.Name)
	}
	for name := range read {
		t.Errorf("the program reads %s, and the reference does not have it: add it to cmd/verify/internal/handbook/tables.go", name)
	}
}

// The folder of a report has the files that the reference lists, and no others.
func TestReferenceHasTheFilesOfAReport(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: runs are raced by the scripts resume and shard of TestScripts")
	}
	t.Chdir(t.TempDir())
	put(t, "held.yaml", []byte(strings.Replace(exitScenario("held", 10, "{method: lbfgs}", 1e-5,
		"  - golden: {tolerance: 1e-5, reason: \"as between starts\"}\n"), "checks:", "generate: {labels: [\"3\"], instances: 1}\nchecks:", 1)))
	for _, line := range []string{"run held.yaml", "run held.yaml --layout dir --out folder"} {
		if code, stderr := ended(t.Context(), strings.Fields(line), 1<<30, ""); code != verify.ExitUndecided {
			t.Fatalf("verify %s = %d, want %d; standard error:\n%s", line, code, verify.ExitUndecided, stderr)
		}
	}
	files := handbook.ReportFiles()
	found := make([]bool, len(files))
	for _, folder := range []string{"reports/held", "folder/held"} {
		err := fs.WalkDir(os.DirFS(folder), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			i := slices.IndexFunc(files, func(f handbook.ReportFile) bool {
				is, err := path.Match(f.Name, name)
				return is && err == nil
			})
			if i < 0 {
				t.Errorf("a report has the file %s, which the reference does not list", name)
				return nil
			}
			found[i] = true
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, f := range files {
		if !found[i] {
			t.Errorf("the reference lists %s, and neither report has such a file", f.Name)
		}
	}
}
