package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// A job is one line to a peer. Paths name files of little-endian float64, row by row.
type job struct {
	ID      int      `json:"id"`
	Kind    string   `json:"kind"` // hello, load, threads, gradient, probe, trial, sweep, images, peak
	Dir     string   `json:"dir,omitempty"`
	N       int      `json:"n,omitempty"`
	Pixels  int      `json:"pixels,omitempty"`
	Classes int      `json:"classes,omitempty"`
	Rank    int      `json:"rank,omitempty"`
	Labels  []int    `json:"labels,omitempty"`
	Threads int      `json:"threads,omitempty"`
	Start   string   `json:"start,omitempty"`  // A, then B
	Starts  []string `json:"starts,omitempty"` // of a sweep
	Seconds float64  `json:"seconds,omitempty"`
	Tol     float64  `json:"tol,omitempty"`
	Limit   float64  `json:"limit,omitempty"` // seconds
	Out     string   `json:"out,omitempty"`   // where A and B go; of images: where their starts are
}

// A milestone is when the gradient norm was first at most 10^Exponent where an ascent stood.
type milestone struct {
	Exponent    int     `json:"exponent"`
	Seconds     float64 `json:"seconds"`
	Evaluations int     `json:"evaluations,omitempty"` // zero where it is not known
}

// The ways a trial ends.
const (
	converged = "converged"
	limited   = "limit"   // out of time
	stalled   = "stalled" // the method ended by itself before the tolerance
)

// A result is one line from a peer. What a kind of job does not measure is zero.
type result struct {
	ID          int               `json:"id"`
	Error       string            `json:"error,omitempty"`
	Versions    map[string]string `json:"versions,omitempty"`
	BLAS        string            `json:"blas,omitempty"`
	Fair        bool              `json:"fair,omitempty"` // BLAS is as good as there is
	Seconds     float64           `json:"seconds,omitempty"`
	Evaluations int               `json:"evaluations,omitempty"`
	Value       float64           `json:"value,omitempty"`
	Values      []float64         `json:"values,omitempty"`
	GradNorm    float64           `json:"grad_norm,omitempty"` // the smallest it saw
	Status      string            `json:"status,omitempty"`
	Milestones  []milestone       `json:"milestones,omitempty"`
	Flops       float64           `json:"flops,omitempty"`     // per second
	Bandwidth   float64           `json:"bandwidth,omitempty"` // bytes per second
	PeakRSS     int64             `json:"peak_rss,omitempty"`  // bytes
}

// A child is a peer's process.
type child struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	lines  chan []byte // closed when the process has closed its output
	stderr *tail
	ids    int
	broken error // set for good by the first job that was not answered
}

// start runs a peer's command. It returns an error if there is no such command.
func start(ctx context.Context, env []string, command ...string) (*child, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // a peer's
	cmd.Env = append(os.Environ(), env...)
	c := &child{cmd: cmd, lines: make(chan []byte), stderr: new(tail)}
	cmd.Stderr = c.stderr
	cmd.WaitDelay = time.Second
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if c.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(c.lines)
		in := bufio.NewReader(stdout)
		for {
			line, err := in.ReadBytes('\n')
			if err != nil {
				return
			}
			c.lines <- line
		}
	}()
	return c, nil
}

// do sends a job and waits for its answer, at most for the given time. A peer that dies, answers something else or does
// not answer is ended, and every later job fails with the same error. An error that the peer reports is not for good.
func (c *child) do(ctx context.Context, j job, patience time.Duration) (result, error) {
	if c.broken != nil {
		return result{}, c.broken
	}
	c.ids++
	j.ID = c.ids
	r, err := c.exchange(ctx, j, patience)
	if err != nil {
		c.broken = fmt.Errorf("%s: %w", j.Kind, err)
		c.kill()
		return result{}, c.broken
	}
	if r.Error != "" {
		return r, fmt.Errorf("%s: the peer failed: %s", j.Kind, lastLine(r.Error))
	}
	return r, nil
}

func (c *child) exchange(ctx context.Context, j job, patience time.Duration) (r result, err error) {
	line, err := json.Marshal(j)
	if err != nil {
		return r, err
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	written := make(chan error, 1)
	go func() {
		_, err := c.stdin.Write(append(line, '\n'))
		written <- err
	}()
	select {
	case answer, ok := <-c.lines:
		if !ok {
			return r, c.died()
		}
		if err := json.Unmarshal(answer, &r); err != nil {
			return r, fmt.Errorf("answered with what is no result: %.60q", bytes.TrimSpace(answer))
		}
		if r.ID != j.ID {
			return r, fmt.Errorf("answered job %d, and was asked job %d", r.ID, j.ID)
		}
		return r, <-written
	case <-timer.C:
		return r, fmt.Errorf("no answer after %v", patience)
	case <-ctx.Done():
		return r, ctx.Err()
	}
}

// died says how the process ended, once it has closed its output.
func (c *child) died() error {
	err := c.cmd.Wait()
	text := c.stderr.String()
	if _, module, ok := strings.Cut(text, "ModuleNotFoundError: No module named "); ok {
		module, _, _ = strings.Cut(module, "\n")
		return missingError(strings.Trim(module, "'"))
	}
	if err == nil {
		err = errors.New("exit status 0")
	}
	if text = lastLine(text); text != "" {
		return fmt.Errorf("died: %w: %s", err, text)
	}
	return fmt.Errorf("died: %w", err)
}

// missingError names a module or a program that is not installed.
type missingError string

func (e missingError) Error() string { return string(e) + ": not installed" }

// close ends the process in peace.
func (c *child) close() {
	if c.broken != nil {
		return
	}
	c.broken = errors.New("closed")
	_ = c.stdin.Close()                                                         //nolint:errcheck // it ends either way
	timer := time.AfterFunc(5*time.Second, func() { _ = c.cmd.Process.Kill() }) //nolint:errcheck // it may have ended already
	defer timer.Stop()
	c.reap()
}

func (c *child) kill() {
	_ = c.cmd.Process.Kill() //nolint:errcheck // it may have ended already
	go c.reap()
}

// reap lets the process say what it still has to say, to nobody, and end.
func (c *child) reap() {
	for {
		if _, open := <-c.lines; !open {
			_ = c.cmd.Wait() //nolint:errcheck // nobody waits for its answer
			return
		}
	}
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if over := len(t.text) - 8<<10; over > 0 {
		t.text = t.text[over:]
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}
