package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/cpu"

	"example.org/concord/simd"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"verify": main})
}

func TestScripts(t *testing.T) {
	names := []string{"*"}
	if testing.Short() { // those in which most goes on at the same time
		names = []string{"resume", "shard", "interrupt", "trial_limit"}
	}
	var files []string
	for _, name := range names {
		found, err := filepath.Glob("testdata/script/" + name + ".txtar")
		if err != nil || len(found) == 0 {
			t.Fatalf("no script is called %s: %v", name, err)
		}
		files = append(files, found...)
	}
	testscript.Run(t, testscript.Params{
		Files:               files,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("CONCORD_DATA", e.WorkDir+"/cache")
			e.Setenv("CI", "")
			e.Setenv("NO_COLOR", "")
			e.Setenv("GORACE", os.Getenv("GORACE"))
			return nil
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "tmpfs":
			case "fma": // whether GODEBUG=cpu.fma=off makes a difference on this processor
				return cpu.X86.HasAVX2 && cpu.X86.HasFMA && simd.Kernel() != "gonum", nil
			default:
				return false, fmt.Errorf("unknown condition %q", name)
			}
			// Whether this user may mount a small disk of their own.
			return exec.Command("unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", t.TempDir()).Run() == nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":       code,
			"replace":    replace,
			"draw":       draw,
			"interrupt":  interrupt,
			"killed":     killed,
			"sameresult": sameResult,
		},
	})
}

// code runs a command that has to exit with a code: code 3 verify run x.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code of %v = %d, want %d", args[1:], got, want)
	}
}

// interrupt starts a command that has to write to standard error before it gets to work, sends it a signal
// after the first line, and wants the exit code 130. What it wrote goes to the file stderr.txt.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM}
	if neg || len(args) < 2 || signals[args[0]] == 0 {
		ts.Fatalf("usage: interrupt INT|TERM verify...")
	}
	verb := args[1:]
	// A process of its own, in the script's folder and with the script's environment, through sh.
	cmd := exec.Command("sh", "-c", `cd "$WORK" && exec "$@"`, "sh")
	cmd.Args = append(cmd.Args, verb...)
	for _, name := range []string{"WORK", "PATH", "HOME", "TMPDIR", "CONCORD_DATA"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	pipe, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	var all bytes.Buffer
	one := make([]byte, 1)
	for !strings.HasSuffix(all.String(), "\n") {
		if _, err := pipe.Read(one); err != nil {
			ts.Fatalf("%v wrote %q to standard error and ended: %v", verb, all.String(), err)
		}
		all.Write(one)
	}
	ts.Check(cmd.Process.Signal(signals[args[0]]))
	_, err = io.Copy(&all, pipe)
	ts.Check(err)
	exit, ok := errors.AsType[*exec.ExitError](cmd.Wait())
	if !ok || exit.ExitCode() != 130 {
		ts.Fatalf("%v, interrupted: %v, want exit code 130; standard error:\n%s", verb, exit, all.String())
	}
	ts.Check(writeFile(ts.MkAbs("stderr.txt"), all.Bytes()))
}

// replace puts one text in place of another in a file: replace file old new.
func replace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace file old new")
	}
	old := ts.ReadFile(args[0])
	if !strings.Contains(old, args[1]) {
		ts.Fatalf("%s does not have %q", args[0], args[1])
	}
	ts.Check(writeFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(old, args[1], args[2]))))
}
