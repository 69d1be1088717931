package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// dock tries a culprit: of its two problems and its control, only the first problem is trained by the guilty.
const dock = `version: 1
name: dock
title: One bad trainer among good ones
problem: {size: [4, 5]}
vary:
  seed: {from: 1, count: 4}
  method: [slow, fast]
generate: {labels: all, instances: 2}
checks:
  - converged: {}
  - tuple: {tolerance: 1e-9, reason: "fifty halvings"}
  - certificate: {gap: 1e-9}
  - scores: {inputs: [grid], tolerance: 1e-7, reason: "fifty halvings"}
twin:
  size: 5
  start: [signed]
`

// A culprit is honest but for some trials of the problem of size 4.
type culprit struct {
	suspect
	guilty func(Trial) bool // nil: every trial
	train  func(ctx context.Context, t Trial, log io.Writer) (*Outcome, error)
}

func (c *culprit) Open(_ context.Context, _, settings Settings) (Problem, error) {
	p := &suspectProblem{&c.suspect}
	if settings.Number("size") == 4 && c.train != nil {
		return culpritProblem{p, c}, nil
	}
	return p, nil
}

type culpritProblem struct {
	*suspectProblem
	c *culprit
}

func (p culpritProblem) Train(ctx context.Context, t Trial, log io.Writer) (*Outcome, error) {
	if p.c.guilty == nil || p.c.guilty(t) {
		return p.c.train(ctx, t, log)
	}
	return p.suspectProblem.Train(ctx, t, log)
}

// A misdeed is one way to train badly, and what has to be said of it.
type misdeed struct {
	name    string
	culprit func(*testing.T) *culprit
	check   string // that finds it
	want    Verdict
	says    string  // of the sentence or the evidence of the check
	overall Verdict // of the problem and the run
	reason  string
}

// half are the trials whose seed is 3 or 4.
func half(t Trial) bool { return t.Seed >= 3 }

// orderOfMap is a number in [0, 1) that depends on the order in which a map with 1024 keys is iterated over.
func orderOfMap() float64 {
	m := map[int]bool{}
	for k := range 1024 {
		m[k] = true
	}
	h := uint64(0)
	for k := range m {
		h = 31*h + uint64(k)
	}
	return float64(h%1e6) / 1e6
}

// misdeeds are the ways to train badly that are tried.
func misdeeds() []misdeed {
	does := func(guilty func(Trial) bool, train func(context.Context, Trial, io.Writer) (*Outcome, error)) func(*testing.T) *culprit {
		return func(*testing.T) *culprit { return &culprit{guilty: guilty, train: train} }
	}
	// early stops after so few halvings of the distance to the optimum that it is still far.
	early := func(t Trial, status Status) *Outcome {
		out := moved(t, 1e-3*float64(t.Seed))
		out.Status, out.Steps, out.Curve = status, 12, out.Curve[:13]
		return out
	}
	return []misdeed{
		{
			"clock", does(half, func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
				pass(time.Second)
				return moved(t, 1e-6*float64(time.Now().Unix()%1e6)), nil //nolint:forbidigo // that is its misdeed
			}), "tuple", Fail, "basins", Fail, "no two trials end at the same second",
		},
		{
			"map order", does(half, func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
				return moved(t, orderOfMap()), nil
			}), "tuple", Fail, "basins", Fail, "of four trials, two iterate over 1024 keys differently but once in 10^9 runs",
		},
		{
			"ignores the seed", does(half, func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
				t.Seed = 3
				return honest(t), nil
			}), "tuple", Vacuous, "start seems to be ignored", Vacuous, "the agreement of copies shows nothing",
		},
		{
			"ignores the seed and jitters", does(nil, func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
				t.Seed = 3
				return moved(t, 1e-12*orderOfMap()), nil
			}), "tuple", Vacuous, "as all starts do, so the start seems to be ignored", Vacuous, "no two outcomes have the same bits, and all begin alike",
		},
		{
			"stops early and says so", does(half, func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
				return early(t, StepLimit), nil
			}), "converged", Inconclusive, "4 of 8 trials did not converge", Inconclusive, "no counter-example, and no witness",
		},
		{
			"stops early and denies it", does(half, func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
				return early(t, Converged), nil
			}), "tuple", Fail, "basins", Fail, "its word is not taken: the others end elsewhere",
		},
		{
			"stops early at one place and denies it", does(nil, func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
				out := moved(t, 1e-3)
				out.Fitness = -1e-6
				return out, nil
			}), "certificate", Fail, "8 of 8 converged runs provably end below the optimum", Fail, "all agree, and only the certificate knows better",
		},
		{
			"two optima", does(nil, func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
				return moved(t, float64(t.Seed%2)), nil
			}), "tuple", Fail, "in 2 basins", Fail, "",
		},
		{
			"NaN in the tuple", does(half, func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
				return moved(t, math.NaN()), nil
			}), "converged", Error, "the tuple is unusable", Error, "",
		},
		{
			"NaN as fitness", does(half, func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
				out := honest(t)
				out.Fitness = math.NaN()
				return out, nil
			}), "converged", Error, "convergence at fitness NaN", Error, "",
		},
		{
			"diverges to NaN and says so", does(half, func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
				nan := Number(math.NaN())
				return &Outcome{Status: Diverged, Fitness: math.NaN(), GradNorm: math.Inf(1), Steps: 1, Curve: []CurvePoint{{0, -1, 2}, {1, nan, nan}}}, nil
			}), "converged", Inconclusive, "diverged after 1 steps", Inconclusive, "",
		},
		{
			"panics", does(half, func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
				few := make([]float64, 2)
				return moved(t, few[t.Seed]), nil
			}), "converged", Error, "panic: runtime error: index out of range [3] with length 2", Error, "",
		},
		{
			"panics with what no file should hold", does(half, func(context.Context, Trial, io.Writer) (*Outcome, error) {
				panic("\x00\x1b[31m\xff]]>&<script>alert(1)</script>\u2028\n::error::")
			}), "converged", Error, "<script>", Error, "",
		},
		{
			"ends its goroutine", does(half, func(context.Context, Trial, io.Writer) (*Outcome, error) {
				runtime.Goexit()
				return nil, nil
			}), "converged", Error, "ended the goroutine", Error, "it neither returns nor panics",
		},
		{
			"hangs until it is told to stop", does(half, func(ctx context.Context, _ Trial, _ io.Writer) (*Outcome, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}), "converged", Error, "not done after 1m0s, the limit of a trial (--trial-limit): it ended after it was told to stop (context deadline exceeded)", Error, "",
		},
		{
			"hangs whatever it is told", func(t *testing.T) *culprit {
				t.Helper()
				end := make(chan struct{})
				t.Cleanup(func() { close(end) })
				return &culprit{guilty: half, train: func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
					<-end
					return honest(t), nil
				}}
			}, "converged", Error, "did not stop within 5s of being told to, and may still be at work", Error, "the run goes on without it",
		},
		{
			"writes into its settings", does(half, func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
				out := honest(t)
				t.Settings["method"], t.Settings["mine"] = "neither", 1.0
				return out, nil
			}), "tuple", Pass, "All 8 trained tuples", Pass, "it has them for itself",
		},
		{
			"goes on writing into its settings when nobody waits for it", func(t *testing.T) *culprit {
				t.Helper()
				end := make(chan struct{})
				t.Cleanup(func() { close(end) })
				return &culprit{guilty: half, train: func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
					for {
						select {
						case <-end:
							return honest(t), nil
						case <-time.After(time.Second):
							t.Settings["mine"] = float64(len(t.Settings))
						}
					}
				}}
			}, "converged", Error, "did not stop within 5s of being told to, and may still be at work", Error, "nothing else looks into them",
		},
		{
			"leaks memory", func(*testing.T) *culprit {
				var held [][]byte
				return &culprit{guilty: half, train: func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
					held = append(held, make([]byte, 1<<20))
					return honest(t), nil
				}}
			}, "tuple", Pass, "All 8 trained tuples", Pass, "what it holds is no part of its outcome",
		},
		{
			"leaks goroutines", func(t *testing.T) *culprit {
				t.Helper()
				end := make(chan struct{})
				t.Cleanup(func() { close(end) })
				return &culprit{guilty: half, train: func(_ context.Context, t Trial, log io.Writer) (*Outcome, error) {
					go func() {
						<-end
						fmt.Fprintln(log, "who reads this?") //nolint:errcheck // nobody does
					}()
					return honest(t), nil
				}}
			}, "tuple", Pass, "All 8 trained tuples", Pass, "what it leaves running is no part of its outcome",
		},
	}
}

// tryDock runs dock on a culprit.
func tryDock(t *testing.T, c *culprit, settings RunSettings) *Result {
	t.Helper()
	scenario, err := ParseScenario("dock.yaml", []byte(dock), []Subject{c})
	if err != nil {
		t.Fatal(err)
	}
	settings.Jobs = 1
	r, err := Run(t.Context(), scenario, []Subject{c}, &settings)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// text is any part of a result as JSON.
func text(t *testing.T, part any) string {
	t.Helper()
	out, err := json.MarshalIndent(part, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// innocent are the trials of a problem that a culprit does not train, but for the basin they belong to.
func innocent(p ProblemResult, guilty func(Trial) bool) []TrialResult {
	var out []TrialResult
	for _, trial := range p.Trials {
		if guilty != nil && !guilty(Trial{trial.Seed, trial.Settings}) {
			trial.Basin = 0
			out = append(out, trial)
		}
	}
	return out
}

// TestMisdeeds tries every misdeed: one check finds it, with the right verdict, and the other trials, the other
// problem, the control and the next run are those of a run without it.
func TestMisdeeds(t *testing.T) {
	clean := tryDock(t, &culprit{}, RunSettings{})
	if clean.Verdict != Pass {
		t.Fatalf("without a culprit: %v: %s", clean.Verdict, clean.Sentence)
	}
	for _, m := range misdeeds() {
		t.Run(m.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := m.culprit(t)
				r := tryDock(t, c, RunSettings{TrialLimit: time.Minute})
				p := r.Problems[0]
				var said string
				for _, check := range p.Checks {
					if check.ID == m.check {
						said = check.Sentence
						for _, e := range check.Evidence {
							said += "\n" + e.Text
						}
					}
				}
				if got := verdicts(p)[m.check]; got != m.want || !strings.Contains(said, m.says) {
					t.Errorf("check %s: %v, want %v that mentions %q (%s); it says\n%s", m.check, got, m.want, m.says, m.reason, said)
				}
				if p.Verdict != m.overall || r.Verdict != m.overall {
					t.Errorf("problem %v and run %v, want %v", p.Verdict, r.Verdict, m.overall)
				}
				if diff := cmp.Diff(text(t, innocent(clean.Problems[0], c.guilty)), text(t, innocent(p, c.guilty))); diff != "" {
					t.Errorf("the other trials (-without the culprit +with it):\n%s", diff)
				}
				for i, trial := range p.Trials {
					if diff := cmp.Diff(clean.Problems[0].Trials[i].Settings, trial.Settings); diff != "" {
						t.Errorf("settings of %s (-without the culprit +with it):\n%s", trial.Label, diff)
					}
				}
				if diff := cmp.Diff(text(t, clean.Problems[1]), text(t, r.Problems[1])); diff != "" {
					t.Errorf("the other problem (-without the culprit +with it):\n%s", diff)
				}
				if diff := cmp.Diff(text(t, clean.Twins), text(t, r.Twins)); diff != "" {
					t.Errorf("the control (-without the culprit +with it):\n%s", diff)
				}
				next := tryDock(t, &culprit{}, RunSettings{})
				if diff := cmp.Diff(string(timeless(t, clean)), string(timeless(t, next))); diff != "" {
					t.Errorf("the next run (-without the culprit +after it):\n%s", diff)
				}
				if same := bytes.Equal(timeless(t, r), timeless(t, clean)); same != (m.overall == Pass) {
					t.Errorf("the result is that of the run without the culprit: %t", same)
				}
			})
		})
	}
}
