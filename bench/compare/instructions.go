package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// Two counts of iterations, so that all that happens once drops out of the difference.
const (
	few  = 2
	many = 7
)

// countAll counts the instructions of every benchmark in both revisions, and reports whether one needs more than the
// threshold allows.
func (c *comparison) countAll(ctx context.Context, suites []suite) (slower bool, err error) {
	if _, err := exec.LookPath("valgrind"); err != nil {
		return false, errors.New("instructions are counted by valgrind, which is not installed: apt-get install valgrind")
	}
	compared := 0
	for _, s := range suites {
		names, err := c.names(ctx, s)
		if err != nil {
			return false, err
		}
		for _, name := range names {
			var n [2]float64
			for side := range n {
				if n[side], err = c.instructionsOf(ctx, s, side, name); err != nil {
					return false, err
				}
			}
			compared++
			percent := (n[1]/n[0] - 1) * 100
			mark := ""
			if percent > c.slower {
				mark, slower = "  SLOWER", true
			}
			fmt.Fprintf(c.stdout, "%s %s: %.4g instructions, were %.4g: %+.2f %%%s\n", s.path, name, n[1], n[0], percent, mark)
		}
	}
	if compared == 0 {
		return false, errors.New("no benchmark of both revisions was compared: does the pattern match any?")
	}
	return slower, nil
}

// names returns the benchmarks that match in both revisions.
func (c *comparison) names(ctx context.Context, s suite) ([]string, error) {
	line := regexp.MustCompile(`(?m)^(Benchmark\S*)\s+1\s`)
	var found [2][]string
	for side := range found {
		cmd := exec.CommandContext(ctx, s.binary[side], "-test.run", "^$", "-test.bench", c.bench, "-test.benchtime", "1x") //nolint:gosec // built here
		cmd.Dir, cmd.Env = s.dir[side], append(os.Environ(), "GOMAXPROCS=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", s.path, err, out)
		}
		for _, m := range line.FindAllStringSubmatch(string(out), -1) {
			found[side] = append(found[side], m[1])
		}
	}
	var both []string
	for _, name := range found[1] {
		for _, other := range found[0] {
			if name == other {
				both = append(both, name)
			}
		}
	}
	return both, nil
}

// instructionsOf returns the instructions of one iteration. Go's signals for preemption make callgrind stop, so
// they are switched off.
func (c *comparison) instructionsOf(ctx context.Context, s suite, side int, name string) (float64, error) {
	collected := regexp.MustCompile(`Collected : ([0-9]+)`)
	count := func(iterations int) (float64, error) {
		cmd := exec.CommandContext(ctx, "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", s.binary[side], //nolint:gosec // built here
			"-test.run", "^$", "-test.bench", anchored(name), "-test.benchtime", strconv.Itoa(iterations)+"x")
		cmd.Dir = s.dir[side]
		cmd.Env = append(os.Environ(), "GODEBUG=asyncpreemptoff=1", "GOMAXPROCS=1", "GOGC=off")
		out, err := cmd.CombinedOutput()
		m := collected.FindSubmatch(out)
		if err != nil || m == nil {
			return 0, fmt.Errorf("valgrind: %s %s: %w\n%s", s.path, name, errors.Join(err, errors.New("no count")), strings.TrimSpace(string(out)))
		}
		return strconv.ParseFloat(string(m[1]), 64)
	}
	less, err := count(few)
	if err != nil {
		return 0, err
	}
	more, err := count(many)
	return (more - less) / (many - few), err
}
