// Compare runs the Go benchmarks of two revisions in turns, and says which of them became slower. `make bench-compare
// BASE=revision` runs it in the folder of the project.
//
// The test binaries of both are built once, those of the base in a worktree in a temporary folder that is removed
// whatever happens. Then they take turns, count times: a package of the one, the same package of the other, in the
// reverse order every other time, so that a machine that slows down slows both. benchstat compares the times. A
// benchmark that it finds slower by more than the threshold, with p < 0.05, is suspected, and run again, twice as
// often; only if it is slower again the comparison fails: among many benchmarks some are unlucky once.
//
// With -instructions the instructions of each benchmark are counted by valgrind instead, with one processor, without
// garbage collection or preemption. That is slow, and hardly depends on what else the machine does.
//
// It exits with 0 when nothing became slower, 1 when something did, and 2 when it could not tell.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	slower, err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench-compare:", err)
		os.Exit(2)
	case slower:
		os.Exit(1)
	}
}

// comparison is one run of this program.
type comparison struct {
	base         string
	bench        string
	benchtime    string
	count        int
	slower       float64 // per cent
	instructions bool
	packages     []string

	root   string // of this tree
	dir    string // temporary
	stdout io.Writer
	stderr io.Writer
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (slower bool, err error) {
	c := comparison{stdout: stdout, stderr: stderr}
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.base, "base", "", "revision to compare this tree with")
	flags.StringVar(&c.bench, "bench", ".", "benchmarks to run, as go test -bench has it")
	flags.StringVar(&c.benchtime, "benchtime", "0.2s", "time for each, as go test -benchtime has it")
	flags.IntVar(&c.count, "count", 6, "turns; with fewer than 4 nothing can be significant")
	flags.Float64Var(&c.slower, "slower", 10, "per cent more than which are too slow")
	flags.BoolVar(&c.instructions, "instructions", false, "count instructions with valgrind instead of measuring time")
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	if c.packages = flags.Args(); len(c.packages) == 0 {
		c.packages = []string{"./..."}
	}
	switch {
	case c.base == "":
		return false, errors.New("-base is missing: the revision to compare with")
	case c.count < 4 && !c.instructions:
		return false, fmt.Errorf("-count is %d: with fewer than 4 turns nothing can be significant", c.count)
	case !(c.slower > 0):
		return false, errors.New("-slower has to be positive")
	}
	if c.dir, err = os.MkdirTemp("", "concord-compare-"); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(c.dir)) }()
	if c.root, err = c.output(ctx, ".", "git", "rev-parse", "--show-toplevel"); err != nil {
		return false, err
	}
	revision, err := c.output(ctx, c.root, "git", "rev-parse", "--verify", "--end-of-options", c.base+"^{commit}")
	if err != nil {
		return false, err
	}
	tree := filepath.Join(c.dir, "base")
	// The worktree is removed even when the run was interrupted.
	defer func() {
		_, gone := c.output(context.WithoutCancel(ctx), c.root, "git", "worktree", "remove", "--force", tree)
		err = errors.Join(err, gone)
	}()
	if _, err := c.output(ctx, c.root, "git", "worktree", "add", "--detach", tree, revision); err != nil {
		return false, err
	}
	suites, err := c.build(ctx, tree)
	if err != nil {
		return false, err
	}
	if c.instructions {
		return c.countAll(ctx, suites)
	}
	return c.time(ctx, suites)
}

// output runs a command in a folder and returns what it prints, without the last line break.
func (c *comparison) output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // git, go, and what it built
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}
