package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
)

// grow measures how Concord's own cost grows in the rank, in the number of trials, and in cores. How it grows in n is
// measured by the jobs at all sizes.
func (b *session) grow(ctx context.Context, dir string) error {
	concord := &runner{peer: peers()[0], threads: b.cores}
	measure := func(m measurement, f folder, load job, do func(c *child) (result, error)) error {
		c, err := concord.start(ctx, b.env)
		if err != nil {
			return err
		}
		defer c.close()
		if _, err := c.do(ctx, load, patience); err != nil {
			return err
		}
		if err := b.setThreads(ctx, c, m.Threads); err != nil {
			return err
		}
		for m.Round = range 3 {
			if m.result, err = do(c); err != nil {
				return err
			}
			m.Peer, m.N, m.Processes = base, len(f.data.Y), 1
			b.Measurements = append(b.Measurements, m)
		}
		b.say("growth in %s: %s, rank %d, %d trials, %d cores: %s", m.Growth, m.Job, m.Rank, m.Count, m.Threads, duration(m.Seconds))
		return nil
	}
	small, err := b.growthFolder(ctx, filepath.Join(dir, "small"), 100)
	if err != nil {
		return err
	}
	large, err := b.growthFolder(ctx, filepath.Join(dir, "large"), 1000)
	if err != nil {
		return err
	}
	gradient := func(growth string, rank, cores int) error {
		path, err := large.start(1, rank)
		if err != nil {
			return err
		}
		c := gradientCost(shapeOf(large, rank))
		if floor := (Floor{N: 1000, Rank: rank, Flops: c.Flops, Dense: c.Dense, Bytes: c.Bytes}); !slices.Contains(b.Floors, floor) {
			b.Floors = append(b.Floors, floor)
		}
		return measure(measurement{Job: "gradient", Growth: growth, Rank: rank, Threads: cores}, large, large.load(rank),
			func(c *child) (result, error) {
				return c.do(ctx, job{Kind: "gradient", Start: path, Seconds: 0.5}, patience)
			})
	}
	sweep := func(growth string, trials, cores int) error {
		j := job{Kind: "sweep", Tol: 1e-9, Limit: patience.Seconds()}
		for seed := range trials {
			path, err := small.start(seed+1, b.rank)
			if err != nil {
				return err
			}
			j.Starts = append(j.Starts, path)
		}
		return measure(measurement{Job: "sweep", Growth: growth, Rank: b.rank, Count: trials, Threads: cores}, small, small.load(b.rank),
			func(c *child) (result, error) { return c.do(ctx, j, 2*patience) })
	}
	for _, rank := range []int{5, 10, 20, 40} {
		if err := gradient("d", rank, b.cores); err != nil {
			return err
		}
	}
	for _, trials := range []int{(b.seeds + 3) / 4, (b.seeds + 1) / 2, b.seeds, 2 * b.seeds} {
		if err := sweep("trials", trials, b.cores); err != nil {
			return err
		}
	}
	for cores := 1; cores <= b.cores; cores++ {
		if err := gradient("cores", b.rank, cores); err != nil {
			return err
		}
		if err := sweep("cores", b.seeds, cores); err != nil {
			return err
		}
	}
	return os.RemoveAll(dir)
}

func (b *session) growthFolder(ctx context.Context, dir string, n int) (folder, error) {
	data, err := newData(ctx, n)
	if err != nil {
		return folder{}, err
	}
	return newFolder(dir, data)
}
