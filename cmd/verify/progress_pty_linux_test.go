package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.org/concord/verify/report"
)

// terminalOf makes a pseudo-terminal of so many columns: what is written to line comes out of screen.
func terminalOf(t *testing.T, columns int) (screen, line *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := screen.Close(); err != nil {
			t.Error(err)
		}
	})
	resize(t, screen, columns)
	err = unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0)
	n, errN := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err = errors.Join(err, errN); err != nil {
		t.Fatal(err)
	}
	line, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return screen, line
}

func resize(t *testing.T, screen *os.File, columns int) {
	t.Helper()
	if err := unix.IoctlSetWinsize(int(screen.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: uint16(columns)}); err != nil {
		t.Fatal(err)
	}
}

// A tube shows what a terminal shows of what was written to it. It knows the few commands that the display needs, and
// takes note of all others, and of every line that was longer than the terminal is wide.
type tube struct {
	columns int
	rows    []string
	at      int // row; the cursor is at its end unless home
	home    bool
	wrong   []string
}

var tubeToken = regexp.MustCompile(`\x1b\[([0-9;]*)([A-Za-z])|\r|\n|[^\x1b\r\n]+|\x1b`)

func (u *tube) write(s string) {
	for _, m := range tubeToken.FindAllStringSubmatch(s, -1) {
		for u.at >= len(u.rows) {
			u.rows = append(u.rows, "")
		}
		switch {
		case m[0] == "\r":
			u.home = true
		case m[0] == "\n":
			u.at++
		case m[2] == "J" && m[1] == "" && u.home:
			u.rows = append(u.rows[:u.at], "")
		case m[2] == "A":
			var n int
			if _, err := fmt.Sscan(m[1], &n); err != nil || n < 1 || n > u.at || !u.home {
				u.wrong = append(u.wrong, fmt.Sprintf("up by %q at row %d", m[1], u.at))
				continue
			}
			u.at -= n
		case m[2] == "m":
		case m[2] != "" || m[0] == "\x1b":
			u.wrong = append(u.wrong, fmt.Sprintf("the command %q", m[0]))
		default:
			if u.home {
				u.rows[u.at] = ""
			}
			u.home = false
			u.rows[u.at] += m[0]
			if n := report.Columns(u.rows[u.at]); n > u.columns {
				u.wrong = append(u.wrong, fmt.Sprintf("%d columns: %q", n, u.rows[u.at]))
			}
		}
	}
}

// slow is a scenario whose trials take until --trial-limit.
func slow() []byte {
	return []byte(exitScenario("slow", 10, "{method: gradient, rate: 1e-9, gradient_tolerance: 1e-14, steps: 10000000}", 1e-5, ""))
}

// onTerminal runs the program in the working directory on a terminal of so many columns, shows look all that has been
// written after each piece, and returns it with the exit code. The program is not interrupted by look but through cmd.
func onTerminal(t *testing.T, columns int, env []string, look func(cmd *exec.Cmd, screen *os.File, text string), args ...string) (text string, code int) {
	t.Helper()
	screen, line := terminalOf(t, columns)
	cmd := exec.Command("verify", args...)
	cmd.Stdout, cmd.Stderr = line, line
	cmd.Env = append(append(os.Environ(), "TERM=xterm", "NO_COLOR="), env...)
	if err := errors.Join(cmd.Start(), line.Close()); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	piece := make([]byte, 4096)
	for {
		n, err := screen.Read(piece)
		all.Write(piece[:n])
		if look != nil && n > 0 {
			look(cmd, screen, all.String())
		}
		if errors.Is(err, syscall.EIO) || errors.Is(err, io.EOF) { // nobody holds the line any more
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Wait(); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			t.Fatal(err)
		}
		return all.String(), exit.ExitCode()
	}
	return all.String(), 0
}

func TestTerminal(t *testing.T) {
	for _, columns := range []int{40, 80, 200} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			t.Chdir(t.TempDir())
			put(t, "slow.yaml", slow())
			text, code := onTerminal(t, columns, nil, nil, "run", "slow.yaml", "--trial-limit", "1s", "--jobs", "1")
			if code != 4 {
				t.Errorf("exit code %d, want 4", code)
			}
			shown := strings.LastIndex(text, erase)
			if shown < 0 {
				t.Fatalf("nothing was drawn:\n%q", text)
			}
			u := &tube{columns: columns}
			u.write(text[:shown+len(erase)])
			if len(u.wrong) > 0 {
				t.Errorf("while running: %q", u.wrong)
			}
			if !strings.Contains(text[:shown], "train") || !strings.Contains(text[:shown], "1/2") || !strings.Contains(text[:shown], "0 of 2 converged") {
				t.Errorf("the display does not say how far it is: %q", text[:shown])
			}
			for _, row := range u.rows {
				if strings.Contains(row, "converged") || strings.Contains(row, "[") {
					t.Errorf("left behind: %q", u.rows)
				}
			}
			// The table of the checks and all but paths are within the width, too.
			u = &tube{columns: columns}
			u.write(text[shown+len(erase):])
			for _, wrong := range u.wrong {
				if !strings.Contains(wrong, "reports/slow") && !strings.Contains(wrong, "verify run") && !strings.Contains(wrong, "trials") && !strings.Contains(wrong, "ERROR:") {
					t.Errorf("in the end: %s", wrong)
				}
			}
		})
	}
}

func TestTerminalWithoutCommands(t *testing.T) {
	for _, test := range []struct {
		env  string
		none string
	}{
		{"TERM=dumb", "\x1b"},
		{"NO_COLOR=1", "m"},
	} {
		t.Run(test.env, func(t *testing.T) {
			t.Chdir(t.TempDir())
			put(t, "pass.yaml", []byte(exitScenarios["pass.yaml"]))
			text, code := onTerminal(t, 80, []string{test.env}, nil, "run", "pass.yaml")
			if code != 0 {
				t.Errorf("exit code %d, want 0", code)
			}
			for _, m := range tubeToken.FindAllStringSubmatch(text, -1) {
				if m[0] == test.none || m[2] == test.none || test.none == "\x1b" && strings.HasPrefix(m[0], test.none) {
					t.Errorf("the command %q", m[0])
				}
			}
		})
	}
}

// On a terminal that is made narrower everything is drawn anew; Ctrl-C takes it away, and says where it was.
func TestTerminalResizedAndInterrupted(t *testing.T) {
	t.Chdir(t.TempDir())
	put(t, "slow.yaml", slow())
	step, mark := 0, 0
	text, code := onTerminal(t, 200, nil, func(cmd *exec.Cmd, screen *os.File, text string) {
		switch {
		case step == 0 && strings.Contains(text, "slow rank=3 train ["):
			resize(t, screen, 40)
			step, mark = 1, len(text)
		case step == 1 && strings.Contains(text[mark:], erase+"slow rank=3 train"):
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Error(err)
			}
			step = 2
		}
	}, "run", "slow.yaml", "--jobs", "1")
	if step != 2 || code != 130 {
		t.Fatalf("step %d of 2, exit code %d, want 130:\n%q", step, code, text)
	}
	shown := strings.LastIndex(text, erase)
	u := &tube{columns: 40}
	u.write(text[mark+strings.Index(text[mark:], erase) : shown+len(erase)])
	if len(u.wrong) > 0 {
		t.Errorf("after the terminal was made narrower: %q", u.wrong)
	}
	for _, want := range []string{
		"verify: interrupted at slow rank=3, train: 0 of 2 done; 0 of 2 converged", "to go on from there: verify run slow.yaml --resume --jobs 1",
	} {
		if !strings.Contains(text[shown:], want) {
			t.Errorf("after Ctrl-C there is no %q in %q", want, text[shown:])
		}
	}
}

func TestBulletinIsWrittenAtMostTwiceASecond(t *testing.T) {
	dir := t.TempDir()
	at := time.Unix(1e9, 0)
	b := &bulletin{dir: dir, started: at}
	read := func() string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, progressName))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	written := 0
	last := ""
	for i := range 100 { // ten seconds
		b.update(progressDoc{Phase: "train", Done: i, Total: 100}, at.Add(time.Duration(i)*100*time.Millisecond))
		if text := read(); text != last {
			written++
			last = text
		}
	}
	if written != 20 {
		t.Errorf("progress.json was written %d times in ten seconds, want 20", written)
	}
	b.update(progressDoc{Phase: "train", Done: 95, Total: 100}, at.Add(11*time.Second))
	if read() != last {
		t.Error("progress.json was written without news")
	}
	b.update(progressDoc{Phase: "train", Done: 95, Total: 100}, at.Add(15*time.Second))
	if read() == last {
		t.Error("progress.json was not written for a long time")
	}
	b.remove()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	(&bulletin{dir: filepath.Join(dir, "absent")}).update(progressDoc{}, at) // is no concern of a run
}
