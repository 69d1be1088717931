package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A change is a benchmark that became slower, significantly and by more than the threshold.
type change struct {
	pkg, name string
	percent   float64
}

func (x change) String() string { return fmt.Sprintf("%s %s: %+.1f %%", x.pkg, x.name, x.percent) }

// time lets both revisions take turns, prints what benchstat makes of it, and reports whether a benchmark is slower
// twice.
func (c *comparison) time(ctx context.Context, suites []suite) (slower bool, err error) {
	suspects, err := c.turns(ctx, suites, c.count, func(suite) []string { return []string{c.bench} })
	if err != nil || len(suspects) == 0 {
		return false, err
	}
	fmt.Fprintf(c.stdout, "\nslower by more than %g %%, run again, in twice as many turns:\n", c.slower)
	for _, x := range suspects {
		fmt.Fprintln(c.stdout, " ", x)
	}
	processors := regexp.MustCompile(`-[0-9]+$`) // what the testing package appends to names
	again, err := c.turns(ctx, suites, 2*c.count, func(s suite) []string {
		var patterns []string
		for _, x := range suspects {
			if x.pkg == s.path {
				patterns = append(patterns, anchored(processors.ReplaceAllString("Benchmark"+x.name, "")))
			}
		}
		return patterns
	})
	if err != nil {
		return false, err
	}
	var confirmed []change
	for _, x := range again {
		if slices.ContainsFunc(suspects, func(y change) bool { return x.pkg == y.pkg && x.name == y.name }) {
			confirmed = append(confirmed, x)
		}
	}
	if len(confirmed) == 0 {
		fmt.Fprintln(c.stdout, "\nnone of them is slower the second time")
		return false, nil
	}
	fmt.Fprintf(c.stdout, "\nSLOWER by more than %g %%, twice:\n", c.slower)
	for _, x := range confirmed {
		fmt.Fprintln(c.stdout, " ", x)
	}
	return true, nil
}

// turns runs the patterns of each suite, in turns, and returns what became slower.
func (c *comparison) turns(ctx context.Context, suites []suite, count int, patterns func(suite) []string) ([]change, error) {
	var text [2]strings.Builder
	for turn := range count {
		fmt.Fprintf(c.stderr, "bench-compare: turn %d of %d\n", turn+1, count)
		for _, s := range suites {
			for _, pattern := range patterns(s) {
				for i := range 2 {
					side := (i + turn) % 2
					out, err := c.output(ctx, s.dir[side], s.binary[side], "-test.run", "^$", "-test.bench", pattern, "-test.benchtime", c.benchtime)
					if err != nil {
						return nil, err
					}
					text[side].WriteString(out + "\n")
				}
			}
		}
	}
	args := []string{"tool", "-modfile=tools/go.mod", "benchstat"}
	var files []string
	for side, name := range []string{"base", "this"} {
		path := filepath.Join(c.dir, name+".txt")
		if err := os.WriteFile(path, []byte(text[side].String()), 0o600); err != nil {
			return nil, err
		}
		files = append(files, name+"="+path)
	}
	shown, err := c.output(ctx, c.root, "go", append(args, files...)...)
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(c.stdout, shown)
	table, err := c.output(ctx, c.root, "go", append(append(args, "-format", "csv"), files...)...)
	if err != nil {
		return nil, err
	}
	return worse(table, c.slower)
}

// worse reads what benchstat writes with -format csv, and returns the benchmarks whose time grew significantly by more
// than so many per cent. It is an error if no time is compared at all.
func worse(table string, percent float64) ([]change, error) {
	r := csv.NewReader(strings.NewReader(table))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("benchstat: %w", err)
	}
	var out []change
	pkg, timed, compared := "", false, 0
	for _, row := range rows {
		switch {
		case strings.HasPrefix(row[0], "pkg: "):
			pkg = strings.TrimPrefix(row[0], "pkg: ")
		case len(row) == 7 && row[0] == "" && row[5] == "vs base":
			timed = row[1] == "sec/op"
		case timed && len(row) == 7 && row[0] != "geomean" && strings.HasPrefix(row[6], "p="):
			compared++
			if row[5] == "~" { // not significant
				continue
			}
			grown, err := strconv.ParseFloat(strings.TrimSuffix(row[5], "%"), 64)
			if err != nil {
				return nil, fmt.Errorf("benchstat: %s: %q is no change", row[0], row[5])
			}
			if grown > percent {
				out = append(out, change{pkg, row[0], grown})
			}
		}
	}
	if compared == 0 {
		return nil, errors.New("no benchmark of both revisions was compared: does the pattern match any?")
	}
	return out, nil
}
