package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

// killed starts a command, kills it as soon as there are so many outcomes in reports/.tiny.cells, and wants it
// to have been alive until then: killed 3 verify run tiny.yaml.
func killed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: killed N verify...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var stderr bytes.Buffer
	cmd := exec.Command("sh", "-c", `cd "$WORK" && exec "$@"`, "sh")
	cmd.Args = append(cmd.Args, args[1:]...)
	cmd.Stderr = &stderr
	for _, name := range []string{"WORK", "PATH", "HOME", "TMPDIR", "CONCORD_DATA"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for cells := verify.CellFolder(ts.MkAbs("reports/.tiny.cells")); ; runtime.Gosched() {
		ids, err := cells.List()
		ts.Check(err)
		if len(ids) >= want {
			break
		}
		select {
		case err := <-ended:
			ts.Fatalf("%v ended with %d outcomes, before it was killed: %v\n%s", args[1:], len(ids), err, &stderr)
		default:
		}
	}
	ts.Check(cmd.Process.Kill())
	exit, ok := errors.AsType[*exec.ExitError](<-ended)
	if !ok {
		ts.Fatalf("%v ended well, want it killed\n%s", args[1:], &stderr)
	}
	if state, is := exit.Sys().(syscall.WaitStatus); !is || state.Signal() != syscall.SIGKILL {
		ts.Fatalf("%v ended with %v, want it killed\n%s", args[1:], exit, &stderr)
	}
}

// sameResult wants two results to differ only in when they were made, by which command, and in what they warn of
// damaged outcomes.
func sameResult(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sameresult a/result.json b/result.json")
	}
	var texts [2]string
	for i, path := range args {
		f, err := os.Open(ts.MkAbs(path))
		ts.Check(err)
		r, err := report.ReadJSON(f)
		ts.Check(errors.Join(err, f.Close()))
		r.Timing, r.Scenario.Command = verify.Timing{}, ""
		var kept []string
		for _, w := range r.Warnings {
			if !strings.Contains(w, " trained again: ") {
				kept = append(kept, w)
			}
		}
		r.Warnings = kept
		var text bytes.Buffer
		ts.Check(report.WriteJSON(&text, r))
		texts[i] = text.String()
		logs, err := filepath.Glob(filepath.Join(filepath.Dir(ts.MkAbs(path)), "cells", "*.log"))
		ts.Check(err)
		for _, path := range logs {
			log, err := os.ReadFile(path)
			ts.Check(err)
			texts[i] += filepath.Base(path) + "\n" + string(log)
		}
	}
	if diff := cmp.Diff(texts[0], texts[1]); diff != "" {
		ts.Fatalf("%s and %s (-want +got):\n%s", args[0], args[1], diff)
	}
}
