package main

import (
	"io"
	"testing"
)

// A sweep runs all its seeds, in one process or in several, or as many as fit in the time, and then says so.
func TestSweep(t *testing.T) {
	for _, tt := range []struct {
		name, peer, module string
		plan               *plan // nil: chosen by time
		limit              float64
		count, of          int
	}{
		{"Concord", base, "", nil, 600, 5, 0},
		{"NumPy", "numpy-span", "numpy", nil, 600, 5, 0},
		{"two processes", "numpy-span", "numpy", &plan{processes: 2, threads: 1, seeds: 5}, 600, 5, 0},
		{"no time", "numpy-span", "numpy", nil, 1e-3, 2, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const n, rank, tol = 12, 3, 1e-4
			c, f := fixture(t, tt.peer, tt.module, n, rank)
			interpreter := "python3"
			if tt.module != "" {
				interpreter = python(t, tt.module)
			}
			b := &session{settings: &settings{cores: 2, rank: rank, seeds: 5, limit: tt.limit}, env: testEnv(t, interpreter), log: io.Discard}
			want := 0
			for seed := range tt.count {
				path, err := f.start(seed+1, rank)
				if err != nil {
					t.Fatal(err)
				}
				r, err := c.do(t.Context(), job{Kind: "trial", Start: path, Tol: tol, Limit: 60, Out: f.dir + "/end"}, patience)
				if err != nil {
					t.Fatal(err)
				}
				want += r.Evaluations
			}
			r := &runner{peer: peerNamed(tt.peer), child: c, threads: 1, plan: tt.plan}
			m := measurement{Tol: tol}
			if err := b.sweep(t.Context(), r, f, &m); err != nil {
				t.Fatal(err)
			}
			if m.Count != tt.count || m.Of != tt.of || m.Status != converged || m.Evaluations != want || !(m.Seconds > 0) ||
				m.Processes*m.Threads != 2 || tt.peer == base && m.Processes != 1 {
				t.Errorf("sweep = %+v, want %d trials of %d with %d evaluations", m, tt.count, tt.of, want)
			}
		})
	}
}
