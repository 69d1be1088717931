package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A size is a number of samples with the tolerance that trials are to reach, and the seconds they have.
type size struct {
	N      int
	Tol    float64
	Limit  float64
	Rounds int
}

// settings are the flags.
type settings struct {
	sizes  []size
	full   bool
	rounds int
	peers  []string
	jobs   []string
	out    string
	docs   string
	render string
	python string
	limit  float64
	cores  int
	rank   int
	seeds  int
	growth bool
	args   []string
}

// parse returns nil and an exit code where there is nothing to run.
func parse(args []string, stderr io.Writer) (*settings, int) {
	s := &settings{args: args}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	sizes := flags.String("sizes", "100,1000,10000", "numbers of samples; 10000:1e-7:300 asks for another tolerance than 1e-9, and gives trials 300 seconds")
	flags.BoolVar(&s.full, "full", false, "n = 60000 too, one round")
	flags.IntVar(&s.rounds, "rounds", 0, "rounds at every size; 0: 5 at 100 samples, 2 at 1,000, 1 at more")
	names := flags.String("peers", "", "comma-separated names; empty: all, "+strings.Join(peerNames(), ", "))
	jobs := flags.String("jobs", strings.Join(jobNames(), ","), "what to measure")
	flags.StringVar(&s.out, "out", "", "file for the results, as JSON; empty: none")
	flags.StringVar(&s.docs, "docs", "", "document whose part between the markers is replaced by the tables; empty: none")
	flags.StringVar(&s.render, "render", "", "run nothing, and make the tables from these results")
	flags.StringVar(&s.python, "python", "/usr/bin/python3", "interpreter of the peers")
	flags.Float64Var(&s.limit, "limit", 90, "seconds after which a trial is given up, unless its size has others")
	flags.IntVar(&s.cores, "cores", 2, "cores that each may use")
	flags.IntVar(&s.rank, "rank", 20, "rank d")
	flags.IntVar(&s.seeds, "seeds", 32, "trials of a sweep")
	flags.BoolVar(&s.growth, "growth", true, "measure how Concord's cost grows in d, trials and cores")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, 0
		}
		return nil, 2
	}
	err := s.check(flags.Args(), *sizes, *names, *jobs)
	if err != nil {
		fmt.Fprintln(stderr, "bench:", err)
		return nil, 2
	}
	return s, 0
}

func (s *settings) check(rest []string, sizes, names, jobs string) (err error) {
	if len(rest) > 0 {
		return fmt.Errorf("unexpected argument %q", rest[0])
	}
	if !(s.limit > 0) || s.cores < 1 || s.rank < 1 || s.seeds < s.cores || s.rounds < 0 {
		return errors.New("-limit, -cores and -rank have to be positive, -seeds at least -cores, and -rounds not negative")
	}
	if s.full {
		sizes += ",60000"
	}
	for text := range strings.SplitSeq(sizes, ",") {
		fields := strings.Split(text, ":")
		z := size{Tol: 1e-9, Limit: s.limit, Rounds: s.rounds}
		if z.N, err = strconv.Atoi(fields[0]); err != nil || z.N < 1 || z.N > 60000 {
			return fmt.Errorf("-sizes: %q is not a number from 1 to 60000", fields[0])
		}
		more := []*float64{&z.Tol, &z.Limit}
		if len(fields) > 1+len(more) {
			return fmt.Errorf("-sizes: %q is more than samples:tolerance:seconds", text)
		}
		for i, field := range fields[1:] {
			if *more[i], err = strconv.ParseFloat(field, 64); err != nil || !(*more[i] > 0) || math.IsInf(*more[i], 1) {
				return fmt.Errorf("-sizes: %q in %q is not a positive number", field, text)
			}
		}
		if z.Rounds == 0 {
			z.Rounds = 1
			switch {
			case z.N <= 100:
				z.Rounds = 5
			case z.N <= 1000:
				z.Rounds = 2
			}
		}
		s.sizes = append(s.sizes, z)
	}
	if s.peers, err = chosen("-peers", names, peerNames()); err != nil {
		return err
	}
	s.jobs, err = chosen("-jobs", jobs, jobNames())
	return err
}

// chosen splits a list of names, each of which has to be among all; an empty list is all of them.
func chosen(option, list string, all []string) ([]string, error) {
	if list == "" {
		return all, nil
	}
	names := strings.Split(list, ",")
	for _, name := range names {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("%s: there is no %q; there are %s", option, name, strings.Join(all, ", "))
		}
	}
	return names, nil
}

func peerNames() []string {
	var names []string
	for _, p := range peers() {
		names = append(names, p.Name)
	}
	return names
}

func jobNames() []string { return []string{"gradient", "trial", "sweep", "images"} }
