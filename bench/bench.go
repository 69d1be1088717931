package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/model"
)

// A Run is everything that was measured.
type Run struct {
	SchemaVersion int           `json:"schema_version"`
	When          string        `json:"when"`
	Arguments     []string      `json:"arguments"`
	Machine       Machine       `json:"machine"`
	Peers         []Peer        `json:"peers"`
	Peak          Peak          `json:"peak"`
	Optima        []Optimum     `json:"optima"`
	Floors        []Floor       `json:"floors"`
	Measurements  []measurement `json:"measurements"`
	NotMeasured   []string      `json:"not_measured,omitempty"`
}

// A Peer is what is known about a peer before it has done anything.
type Peer struct {
	Name     string            `json:"name"`
	About    string            `json:"about"`
	Versions map[string]string `json:"versions,omitempty"`
	BLAS     string            `json:"blas,omitempty"`
	Fair     bool              `json:"fair"`
	Missing  string            `json:"missing,omitempty"` // why it takes no part
}

// A Peak is what the machine can do, as measured.
type Peak struct {
	Cores     int     `json:"cores"`
	FlopsOne  float64 `json:"flops_one"`          // floating-point operations per second on one core, room simd
	Flops     float64 `json:"flops"`              // on all the cores that are used
	OpenBLAS  float64 `json:"openblas,omitempty"` // on all of them, by NumPy; zero where there is none
	Bandwidth float64 `json:"bandwidth"`          // bytes per second on all of them
}

// best returns the highest rate on all cores that anybody reached.
func (p Peak) best() float64 { return max(p.FlopsOne, p.Flops, p.OpenBLAS) }

// A Floor is what one gradient at a size needs.
type Floor struct {
	N     int     `json:"n"`
	Rank  int     `json:"rank"`
	Flops float64 `json:"flops"`
	Dense float64 `json:"dense"` // operations as gradientCost counts them for dense coordinates
	Bytes float64 `json:"bytes"`
}

// seconds returns the least time for it. Bytes that fit in the last cache need not come from memory.
func (f Floor) seconds(p Peak, lastCache int64) float64 {
	s := f.Flops / p.best()
	if f.Bytes > float64(lastCache) {
		s = max(s, f.Bytes/p.Bandwidth)
	}
	return s
}

// A measurement is one job that one peer did.
type measurement struct {
	Job       string  `json:"job"`
	Growth    string  `json:"growth,omitempty"` // of the second table: what is varied
	Peer      string  `json:"peer"`
	N         int     `json:"n"`
	Rank      int     `json:"rank"`
	Round     int     `json:"round"`
	Seed      int     `json:"seed,omitempty"`
	Threads   int     `json:"threads"`
	Processes int     `json:"processes"`
	Count     int     `json:"count,omitempty"` // trials of a sweep, images
	Of        int     `json:"of,omitempty"`    // where fewer were run than asked for, Seconds is scaled to as many as these
	Tol       float64 `json:"tol,omitempty"`
	result
	judged
}

// session is a run under way.
type session struct {
	*settings
	Run
	env *env
	log io.Writer
}

// bench runs everything and writes the tables. Peers that are missing or fail are part of what it writes.
func (s *settings) bench(ctx context.Context, stdout, stderr io.Writer) (err error) {
	b := &session{settings: s, log: stderr}
	if s.render != "" {
		text, err := os.ReadFile(s.render)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(text, &b.Run); err != nil {
			return fmt.Errorf("%s: %w", s.render, err)
		}
		return b.publish(stdout)
	}
	dir, err := os.MkdirTemp("", "concord-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if b.env, err = newEnv(dir, s.python, s.cores); err != nil {
		return err
	}
	b.Run = Run{SchemaVersion: 1, When: time.Now().UTC().Format(time.RFC3339), Arguments: s.args, Machine: thisMachine()}
	if err := b.greet(ctx); err != nil {
		return err
	}
	// What was measured is published even when the run is interrupted.
	b.measure(ctx, dir)
	return errors.Join(ctx.Err(), b.publish(stdout))
}

// measure measures all sizes, and notes which it could not.
func (b *session) measure(ctx context.Context, dir string) {
	note := func(what string, err error) {
		if err != nil {
			b.NotMeasured = append(b.NotMeasured, fmt.Sprintf("%s: %v", what, err))
			b.say("%s: %v", what, err)
		}
	}
	for _, z := range b.settings.sizes {
		note(fmt.Sprintf("n = %d", z.N), b.size(ctx, z, filepath.Join(dir, fmt.Sprint(z.N))))
	}
	if b.settings.growth {
		note("growth", b.grow(ctx, filepath.Join(dir, "growth")))
	}
}

func (b *session) say(format string, args ...any) { fmt.Fprintf(b.log, format+"\n", args...) }

// patience is how long a job may take that has no limit of its own.
const patience = 10 * time.Minute

// greet asks every peer what it is made of, and measures the peak with Concord and with the first that has OpenBLAS.
func (b *session) greet(ctx context.Context) error {
	for _, p := range peers() {
		if !slices.Contains(b.peers, p.Name) && p.Name != base {
			continue
		}
		known := Peer{Name: p.Name, About: p.About}
		c, err := p.start(ctx, b.env)
		if err == nil {
			var r result
			r, err = c.do(ctx, job{Kind: "hello"}, patience)
			known.Versions, known.BLAS, known.Fair = r.Versions, r.BLAS, r.Fair
			if err == nil {
				err = b.peak(ctx, p, c, known)
			}
			c.close()
		}
		if err != nil {
			if p.Name == base || ctx.Err() != nil {
				return err
			}
			known.Missing = err.Error()
			b.say("%s takes no part: %v", p.Name, err)
		} else if !known.Fair {
			b.say("%s has no OpenBLAS (%s): its times are not those of a fair peer", p.Name, known.BLAS)
		}
		b.Peers = append(b.Peers, known)
	}
	return nil
}

func (b *session) peak(ctx context.Context, p peer, c *child, known Peer) error {
	if p.Name == base {
		one, err := c.do(ctx, job{Kind: "peak", Threads: 1}, patience)
		if err != nil {
			return err
		}
		all, err := c.do(ctx, job{Kind: "peak", Threads: b.cores}, patience)
		b.Peak = Peak{Cores: b.cores, FlopsOne: one.Flops, Flops: all.Flops, Bandwidth: max(one.Bandwidth, all.Bandwidth)}
		return err
	}
	if !known.Fair || b.Peak.OpenBLAS > 0 {
		return nil
	}
	if _, err := c.do(ctx, job{Kind: "threads", Threads: b.cores}, patience); err != nil {
		return err
	}
	r, err := c.do(ctx, job{Kind: "peak"}, patience)
	b.Peak.OpenBLAS = r.Flops
	return err
}

// runner is a peer at one size.
type runner struct {
	peer
	child   *child
	threads int
	done    bool // it failed, and that is recorded
	plan    *plan
	slow    bool // its sweeps take so long that one has to do
}

// ready starts the peer and hands it the data, and finds out how many threads serve it best; Concord has all cores.
func (b *session) ready(ctx context.Context, r *runner, f folder, startPath string) (err error) {
	if r.child != nil {
		return nil
	}
	if r.child, err = r.start(ctx, b.env); err != nil {
		return err
	}
	if _, err := r.child.do(ctx, f.load(b.rank), patience); err != nil {
		return err
	}
	r.threads = b.cores
	fastest := math.Inf(1)
	for _, threads := range slices.Compact([]int{1, b.cores}) {
		if r.Name == base && threads != b.cores {
			continue
		}
		t, err := b.timeGradient(ctx, r.child, threads, startPath, 0.3)
		if err != nil {
			return err
		}
		if t < fastest {
			fastest, r.threads = t, threads
		}
	}
	if err := b.setThreads(ctx, r.child, r.threads); err != nil {
		return err
	}
	_, err = r.child.do(ctx, job{Kind: "trial", Start: startPath, Tol: 0.1, Limit: 5, Out: f.dir + "/warm"}, patience)
	return err
}

func (b *session) setThreads(ctx context.Context, c *child, n int) error {
	_, err := c.do(ctx, job{Kind: "threads", Threads: n}, patience)
	return err
}

func (b *session) timeGradient(ctx context.Context, c *child, threads int, startPath string, during float64) (float64, error) {
	if err := b.setThreads(ctx, c, threads); err != nil {
		return 0, err
	}
	r, err := c.do(ctx, job{Kind: "gradient", Start: startPath, Seconds: during}, patience)
	return r.Seconds, err
}

// size measures everything at one size.
func (b *session) size(ctx context.Context, z size, dir string) error {
	b.say("n = %d: data and optimum", z.N)
	data, err := newData(ctx, z.N)
	if err != nil {
		return err
	}
	f, err := newFolder(dir, data)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // the folder above goes too
	c := gradientCost(shapeOf(f, b.rank))
	b.Floors = append(b.Floors, Floor{N: z.N, Rank: b.rank, Flops: c.Flops, Dense: c.Dense, Bytes: c.Bytes})
	j, err := b.judge(ctx, z, data)
	if err != nil {
		return err
	}
	runners := b.runners()
	defer func() {
		for _, r := range runners {
			if r.child != nil {
				r.child.close()
			}
		}
	}()
	for round := range z.Rounds {
		order := slices.Clone(runners)
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, r := range order {
			b.turn(ctx, r, f, z, j, round)
			if err := ctx.Err(); err != nil {
				return err
			}
			if round == z.Rounds-1 && r.child != nil {
				r.child.close() // its memory is for those who follow
			}
		}
	}
	return nil
}

// judge returns nil where nothing is to be judged.
func (b *session) judge(ctx context.Context, z size, data *model.Data) (*judge, error) {
	if !slices.Contains(b.jobs, "trial") && !slices.Contains(b.jobs, "images") {
		return nil, nil
	}
	began := time.Now()
	j, err := newJudge(ctx, data, b.rank, z.Tol)
	if err != nil {
		return nil, err
	}
	b.Optima = append(b.Optima, j.Optimum)
	b.say("n = %d: optimum %s, in %.1f s", z.N, j.Verdict, time.Since(began).Seconds())
	return j, nil
}

func (b *session) runners() []*runner {
	var out []*runner
	for _, p := range peers() {
		i := slices.IndexFunc(b.Peers, func(k Peer) bool { return k.Name == p.Name })
		if i >= 0 && b.Peers[i].Missing == "" {
			out = append(out, &runner{peer: p})
		}
	}
	return out
}

// turn lets a peer do all its jobs of one round. What goes wrong is recorded as a measurement with an error, and the peer
// takes no further part at this size.
func (b *session) turn(ctx context.Context, r *runner, f folder, z size, j *judge, round int) {
	if r.done {
		return
	}
	seed := round + 1
	m := measurement{Peer: r.Name, N: z.N, Rank: b.rank, Round: round, Seed: seed, Tol: z.Tol, Processes: 1}
	failed := func(err error) {
		m.Error, r.done = err.Error(), true
		b.Measurements = append(b.Measurements, m)
		b.say("n = %d, round %d: %s: %v", z.N, round+1, r.Name, err)
	}
	startPath, err := f.start(seed, b.rank)
	if err == nil {
		err = b.ready(ctx, r, f, startPath)
	}
	if err != nil {
		m.Job = "load"
		failed(err)
		return
	}
	for _, name := range b.jobs {
		if !slices.Contains(r.Jobs, name) || (name == "sweep" || name == "images") && z.N > 100 {
			continue
		}
		if name == "sweep" && round > 0 && r.slow {
			continue
		}
		m.Job, m.Threads, m.Processes = name, r.threads, 1
		var err error
		switch name {
		case "gradient":
			m.result, err = r.child.do(ctx, job{Kind: name, Start: startPath, Seconds: 0.5}, patience)
		case "trial":
			err = b.trial(ctx, r, f, z, j, startPath, &m)
		case "sweep":
			err = b.sweep(ctx, r, f, &m)
		case "images":
			err = b.images(ctx, r, f, j, &m)
		}
		if err != nil {
			failed(err)
			return
		}
		b.Measurements = append(b.Measurements, m)
		b.say("n = %d, round %d: %s, %s: %s %s", z.N, round+1, r.Name, name, duration(m.Seconds), m.Status)
		m.result, m.judged = result{}, judged{}
	}
}

func (b *session) trial(ctx context.Context, r *runner, f folder, z size, j *judge, startPath string, m *measurement) (err error) {
	out := filepath.Join(f.dir, "end.f64")
	m.result, err = r.child.do(ctx, job{Kind: "trial", Start: startPath, Tol: m.Tol, Limit: z.Limit, Out: out}, seconds(2*z.Limit)+patience)
	if err != nil {
		return err
	}
	m.judged, err = j.judge(out, b.rank)
	return err
}

// allowance is how long a job with a limit may take: a peer looks at its clock between evaluations only.
func (b *session) allowance() time.Duration { return seconds(2*b.limit) + patience }

// images draws 20 images on one core, two of each class, from the same starts with the optimum as the tuple.
func (b *session) images(ctx context.Context, r *runner, f folder, j *judge, m *measurement) (err error) {
	const count = 20
	m.Count, m.Tol, m.Threads = count, 1e-6, 1
	best, starts := filepath.Join(f.dir, "best.f64"), filepath.Join(f.dir, "noise.f64")
	noise := model.Gaussian.Draw(uint64(m.Seed), count, pixels, 1).A //nolint:gosec // positive
	if err := errors.Join(writeMatrices(best, j.best.A, j.best.B), writeMatrices(starts, mat.DenseCopyOf(noise))); err != nil {
		return err
	}
	if err := b.setThreads(ctx, r.child, 1); err != nil {
		return err
	}
	m.result, err = r.child.do(ctx, job{Kind: "images", Start: best, N: count, Tol: m.Tol, Limit: b.limit / 4, Out: starts}, b.allowance())
	return errors.Join(err, b.setThreads(ctx, r.child, r.threads))
}
