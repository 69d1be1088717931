//go:build unix

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestSecondInterruptKills lets the program wait for a scenario that never comes, whatever its context says: the first
// Ctrl-C asks it to finish, which it cannot, and the next one ends it.
func TestSecondInterruptKills(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command("verify", "run", pipe)
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended, reads := make(chan error, 1), make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	go func() {
		w, err := os.OpenFile(pipe, os.O_WRONLY, 0) // until the program opens it too
		if err == nil {
			t.Cleanup(func() {
				if err := w.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		reads <- err
	}()
	select {
	case err := <-reads:
		if err != nil {
			t.Fatal(err)
		}
	case err := <-ended:
		t.Fatalf("verify run of a pipe: %v, want it to wait; standard error:\n%s", err, &stderr)
	}
	signals := time.NewTicker(10 * time.Millisecond)
	defer signals.Stop()
	for range 1000 { // two are enough, unless the second comes before the first has had its effect
		select {
		case err := <-ended:
			exit, ok := errors.AsType[*exec.ExitError](err)
			if !ok {
				t.Fatalf("verify run ended with %v, want it killed", err)
			}
			if state, is := exit.Sys().(syscall.WaitStatus); !is || !state.Signaled() || state.Signal() != syscall.SIGINT {
				t.Errorf("verify run ended with %v, want it killed by the interrupt; standard error:\n%s", exit, &stderr)
			}
			return
		case <-signals.C:
			if err := cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
		}
	}
	t.Error("verify run goes on whatever it is told")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("verify run ended well when it was killed")
	}
}
