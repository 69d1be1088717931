package main

import (
	"context"
	"errors"
	"sync"
)

// A plan is how a peer runs a sweep: in how many processes, of how many threads each, and how many of the seeds.
type plan struct {
	processes, threads, seeds int
}

// sweep runs the trials of a sweep. Concord is one process with a goroutine a core; a peer is one process with all cores
// or a process a core, whichever finished a few seeds first. Where all seeds would take longer than half the limit, as
// many as fit are run, and the time is scaled to all of them.
func (b *session) sweep(ctx context.Context, r *runner, f folder, m *measurement) error {
	if r.plan == nil {
		p, err := b.choose(ctx, r, f, m.Tol)
		if err != nil {
			return err
		}
		r.plan = &p
	}
	p := *r.plan
	var err error
	m.result, err = b.trials(ctx, r, f, p, m.Tol)
	if err != nil {
		return err
	}
	r.slow = m.Seconds > b.limit/10
	m.Count, m.Processes, m.Threads = p.seeds, p.processes, p.threads
	if p.seeds < b.seeds {
		m.Of = b.seeds
		m.Seconds *= float64(b.seeds) / float64(p.seeds)
	}
	return nil
}

func (b *session) choose(ctx context.Context, r *runner, f folder, tol float64) (plan, error) {
	ways := []plan{{processes: 1, threads: b.cores, seeds: b.cores}}
	if r.Name != base {
		ways = append(ways, plan{processes: b.cores, threads: 1, seeds: b.cores})
	}
	var fastest plan
	shortest := 0.0
	for i, p := range ways {
		t, err := b.trials(ctx, r, f, p, tol)
		if err != nil {
			return plan{}, err
		}
		if i == 0 || t.Seconds < shortest {
			fastest, shortest = p, t.Seconds
		}
	}
	rounds := max(1, min(b.seeds/b.cores, int(b.limit/2/shortest)))
	fastest.seeds = rounds * b.cores
	if rounds == b.seeds/b.cores {
		fastest.seeds = b.seeds
	}
	return fastest, nil
}

// trials runs the first seeds in the way of a plan, and returns what they took together: of several processes
// the time of the slowest.
func (b *session) trials(ctx context.Context, r *runner, f folder, p plan, tol float64) (result, error) {
	children := []*child{r.child}
	defer func() {
		for _, c := range children[1:] {
			c.close()
		}
	}()
	for len(children) < p.processes {
		c, err := r.start(ctx, b.env)
		if err != nil {
			return result{}, err
		}
		children = append(children, c)
		if _, err := c.do(ctx, f.load(b.rank), patience); err != nil {
			return result{}, err
		}
	}
	jobs := make([]job, p.processes)
	for i := range p.seeds {
		path, err := f.start(i+1, b.rank)
		if err != nil {
			return result{}, err
		}
		jobs[i%p.processes].Starts = append(jobs[i%p.processes].Starts, path)
	}
	for i, c := range children {
		jobs[i].Kind, jobs[i].Tol, jobs[i].Limit = "sweep", tol, patience.Seconds()
		if err := b.setThreads(ctx, c, p.threads); err != nil {
			return result{}, err
		}
		// Once, so that nothing is done for the first time.
		warm := job{Kind: "trial", Start: jobs[i].Starts[0], Tol: 0.1, Limit: 5, Out: f.dir + "/warm"}
		if _, err := c.do(ctx, warm, patience); err != nil {
			return result{}, err
		}
	}
	results, errs := make([]result, p.processes), make([]error, p.processes)
	var wg sync.WaitGroup
	for i, c := range children {
		wg.Go(func() { results[i], errs[i] = c.do(ctx, jobs[i], 2*patience) })
	}
	wg.Wait()
	if err := errors.Join(append(errs, b.setThreads(ctx, r.child, r.threads))...); err != nil {
		return result{}, err
	}
	sum := results[0]
	for _, other := range results[1:] {
		sum.Seconds = max(sum.Seconds, other.Seconds)
		sum.Evaluations += other.Evaluations
		sum.PeakRSS += other.PeakRSS
		sum.GradNorm = max(sum.GradNorm, other.GradNorm)
		if other.Status != converged {
			sum.Status = other.Status
		}
	}
	return sum, nil
}
