// Verify decides whether the outcome of training depends on where it started.
//
// Usage:
//
//	verify run SCENARIO...           run scenarios, write reports, decide
//	verify merge DIR...              join the shards of a run, write its report, decide
//	verify certify [SCENARIO]        prove, without a start, what the optimum is
//	verify calibrate SCENARIO        measure which tolerances a scenario can have
//	verify report RESULT             render a report again from its result.json
//	verify diff BEFORE AFTER         compare two results
//	verify history DIR               show how the runs in a folder went
//	verify serve [DIR]               show reports, and runs under way, in a browser on this machine
//	verify explain RESULT CELL       say how and where one trial ended, or two
//	verify generate                  train one network and let it draw every digit twice
//	verify classify FILE...          say which digit a PNG shows, or that it shows none
//	verify scenario check FILE...    look for mistakes in scenarios
//	verify scenario list             name the scenarios that ship with the program
//	verify scenario show NAME        print one of them
//	verify scenario schema           print the JSON Schema of scenarios
//	verify schema result|scenario    print the JSON Schema of result.json or of scenarios
//	verify golden status [SCENARIO]  say which golden files there are
//	verify golden diff [SCENARIO]    compare the last run with the golden files
//	verify golden approve SCENARIO   make the outcome of the last run the golden one
//	verify golden prune [SCENARIO]   list and remove golden files that nothing uses
//	verify data [status]             say where the images come from
//	verify data fetch                get those that are not part of the program
//	verify --version                 say what this program was built from
//
// Every verb explains itself and gives an example with --help.
//
// # Exit codes
//
//	0    pass: every claim holds, and every control fails as it must
//	1    fail: a claim is refuted; for classify: a file shows no digit
//	2    the command line or a scenario is wrong, and nothing was run
//	3    undecided: not converged, too few trials, a control that holds, or a golden file that is missing
//	4    error: something broke before anything could be decided
//	130  interrupted
//
// # Environment
//
// CONCORD_DATA names the folder of the full MNIST files. NO_COLOR, when set, switches colours off. CI, when
// set, forbids approving golden files. Standard output carries results; progress, warnings and errors go to
// standard error, and bars are drawn only on a terminal.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"gonum.org/v1/gonum/blas/blas64"

	"example.org/concord/simd"
)

func main() {
	if os.Getenv("GOGC") == "" {
		// The heap is a few hundred megabytes of trained tuples without a pointer in them: collecting often
		// costs next to nothing, and collecting rarely would double the memory.
		debug.SetGCPercent(10)
	}
	blas64.Use(simd.New())
	// The first signal asks the program to finish, and gives the next one back its usual effect.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
}
