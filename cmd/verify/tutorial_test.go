package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A block is a fenced block of a document.
type block struct {
	language string
	line     int // of its fence
	text     string
}

// blocksOf returns the fenced blocks of a document.
func blocksOf(t *testing.T, text string) []block {
	t.Helper()
	var blocks []block
	open := false
	for i, line := range strings.Split(text, "\n") {
		switch {
		case open && line == "```":
			open = false
		case open:
			blocks[len(blocks)-1].text += line + "\n"
		case strings.HasPrefix(line, "```"):
			open = true
			blocks = append(blocks, block{strings.TrimPrefix(line, "```"), i + 1, ""})
		}
	}
	if open {
		t.Fatal("the last fenced block has no end")
	}
	return blocks
}

// A step is a command of a block in the language console, and what the document says that it prints.
type step struct {
	command string
	line    int
	want    string
}

// stepsOf returns the commands of a block. A line that begins with "$ " is one.
func stepsOf(t *testing.T, b block) []step {
	t.Helper()
	var steps []step
	for i, line := range strings.Split(strings.TrimSuffix(b.text, "\n"), "\n") {
		command, is := strings.CutPrefix(line, "$ ")
		switch {
		case is:
			steps = append(steps, step{command: command, line: b.line + 1 + i})
		case len(steps) == 0:
			t.Fatalf("line %d: a block of commands begins with %q", b.line+1+i, line)
		default:
			steps[len(steps)-1].want += line + "\n"
		}
	}
	return steps
}

// masked returns the words of an output without what differs from machine to machine: numbers, and how lines are
// wrapped. A line of three dots stands for any words.
func masked(text string) []string {
	number := regexp.MustCompile(`[0-9a-f]{16,}|[-+]?[0-9][0-9.,]*(e[-+]?[0-9]+)?`)
	return strings.Fields(number.ReplaceAllString(text, "#"))
}

// shows says whether the words of an output are those that a document shows.
func shows(want, got []string) bool {
	i := slices.Index(want, "...")
	if i < 0 {
		return slices.Equal(want, got)
	}
	if len(got) < i || !slices.Equal(want[:i], got[:i]) {
		return false
	}
	for rest := got[i:]; ; rest = rest[1:] {
		if shows(want[i+1:], rest) {
			return true
		}
		if len(rest) == 0 {
			return false
		}
	}
}

func TestShows(t *testing.T) {
	for _, test := range []struct {
		name, want, got string
		is              bool
	}{
		{"the same", "a b", "a b", true},
		{"other numbers", "a 1.5e-09, 12 %", "a 3e+2, 5 %", true},
		{"wrapped elsewhere", "a b\n  c", "a\nb c\n", true},
		{"other words", "a 1", "b 1", false},
		{"a word for a number", "a 1", "a b", false},
		{"more than is shown", "a", "a b", false},
		{"less than is shown", "a b", "a", false},
		{"something left out", "a\n...\nd", "a b c d", true},
		{"nothing left out", "a\n...\nd", "a d", true},
		{"left out at the end", "a\n...", "a b", true},
		{"left out twice", "a\n...\nc\n...\ne", "a b c d c e", true},
		{"the end is another", "a\n...\nd", "a d e", false},
		{"the beginning is another", "a\n...", "b a", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := shows(masked(test.want), masked(test.got)); got != test.is {
				t.Errorf("shows(%q, %q) = %t, want %t", test.want, test.got, got, test.is)
			}
		})
	}
}

// shell runs a command of a document in the working directory, after one that ended with the code before.
func shell(t *testing.T, command string, before int) (code int, stdout, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", fmt.Sprintf("(exit %d)\n%s", before, command))
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	cmd.Env = append(os.Environ(), "CI=", "GITHUB_ACTIONS=", "GITHUB_STEP_SUMMARY=", "NO_COLOR=1")
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), out.String(), complaints.String()
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0, out.String(), complaints.String()
}

// The tutorial can be followed: every command of it ends as it shows, and prints what it shows, with other numbers.
// A command has to end with 0 unless the next one asks for its code. What goes to standard error is compared where
// nothing goes to standard output. With -short the commands are only parsed.
func TestTutorial(t *testing.T) {
	repository, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	blocks := blocksOf(t, readDoc(t, "docs/TUTORIAL.md"))
	t.Chdir(t.TempDir())
	commands, last := 0, 0
	for _, b := range blocks {
		name, isFile := strings.CutPrefix(strings.SplitN(b.text, "\n", 2)[0], "# ")
		if isFile && b.language == "yaml" {
			put(t, name, []byte(b.text))
		}
		if b.language != "console" {
			continue
		}
		steps := stepsOf(t, b)
		for i, s := range steps {
			commands++
			if args, is := strings.CutPrefix(s.command, "verify "); is {
				parse(t, &grammar{}, split(args))
			}
			if testing.Short() {
				continue
			}
			command := s.command
			if example, is := strings.CutPrefix(command, "go run "); is {
				command = fmt.Sprintf("go build -C '%s' -o \"$PWD/example\" %s && ./example", repository, example)
			}
			code, stdout, stderr := shell(t, command, last)
			if asked := i+1 < len(steps) && steps[i+1].command == "echo $?"; code != 0 && !asked {
				t.Fatalf("docs/TUTORIAL.md:%d: %s ends with %d; standard error:\n%s", s.line, s.command, code, stderr)
			}
			got := stdout
			if got == "" {
				got = stderr
			}
			if last = code; s.command == "echo $?" {
				if got != s.want {
					t.Errorf("docs/TUTORIAL.md:%d: the exit code is %s, the tutorial shows %s", s.line, got, s.want)
				}
				last = 0
			} else if !shows(masked(s.want), masked(got)) {
				t.Errorf("docs/TUTORIAL.md:%d: %s prints\n%s\nand the tutorial shows\n%s", s.line, s.command, got, s.want)
			}
		}
	}
	if commands < 20 {
		t.Errorf("the tutorial shows %d commands, want at least 20", commands)
	}
}
