package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A suite is one package with benchmarks, built from both revisions: the base first.
type suite struct {
	path   string    // import path
	binary [2]string // empty where the revision has no benchmark there
	dir    [2]string // where they run
}

// build builds the test binaries of the packages that have benchmarks in both revisions, and names those that have
// them in one only.
func (c *comparison) build(ctx context.Context, base string) ([]suite, error) {
	byPath := map[string]*suite{}
	var order []string
	for side, root := range []string{base, c.root} {
		args := append([]string{"list", "-e", "-f", `{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}} {{.Dir}}{{end}}`}, c.packages...)
		list, err := c.output(ctx, root, "go", args...)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(list) {
			path, dir, found := strings.Cut(strings.TrimSpace(line), " ")
			if !found {
				continue
			}
			if byPath[path] == nil {
				byPath[path] = &suite{path: path}
				order = append(order, path)
			}
			binary := filepath.Join(c.dir, fmt.Sprintf("%d-%s.test", side, strings.ReplaceAll(path, "/", "-")))
			if has, err := benchmarks(dir); err != nil {
				return nil, err
			} else if !has {
				continue
			}
			if _, err := c.output(ctx, root, "go", "test", "-c", "-o", binary, path); err != nil {
				return nil, err
			}
			byPath[path].binary[side], byPath[path].dir[side] = binary, dir
		}
	}
	var both []suite
	for _, path := range order {
		s := byPath[path]
		switch {
		case s.binary[0] != "" && s.binary[1] != "":
			both = append(both, *s)
		case s.binary[0] != "" || s.binary[1] != "":
			fmt.Fprintf(c.stderr, "bench-compare: %s has benchmarks in one of the revisions only\n", path)
		}
	}
	if len(both) == 0 {
		return nil, fmt.Errorf("no package of %s has benchmarks in both revisions", strings.Join(c.packages, " "))
	}
	return both, nil
}

// benchmarks reports whether the tests in a folder declare one.
func benchmarks(dir string) (bool, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return false, err
	}
	declaration := regexp.MustCompile(`(?m)^func Benchmark`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return false, err
		}
		if declaration.Match(text) {
			return true, nil
		}
	}
	return false, nil
}

// anchored turns the name of a benchmark into a pattern for -test.bench that matches it alone.
func anchored(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}
