// Package verify decides whether the outcome of a training procedure depends on where it started.
//
// A Scenario names a Subject (the training procedure), the problems to solve (what may change the
// outcome) and the trials of each problem (what must not: seed, start, method, step size). Run trains
// every trial, hands the outcomes to the checks, runs the must-fail twins, and gathers everything in
// one Result tree. Every report is a rendering of that tree.
//
// The package knows nothing of any particular subject: it sees named matrices, a symmetry group that
// says which of them are the same, and, where the subject offers them, functions (Scorer), drawings (Artist) and
// the other abilities that a Problem may have beside them.
package verify
