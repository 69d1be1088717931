package verify

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// pass lets time pass, in a bubble, where that takes none.
func pass(d time.Duration) { <-time.After(d) }

func TestTrainTrialWithALimit(t *testing.T) {
	trial := Trial{Seed: 1, Settings: Settings{}}
	after := func(d time.Duration) func(context.Context) (*Outcome, error) {
		return func(context.Context) (*Outcome, error) {
			pass(d)
			return honest(trial), nil
		}
	}
	for _, test := range []struct {
		name  string
		limit time.Duration
		train func(ctx context.Context) (*Outcome, error)
		says  string // "": no error
		after time.Duration
	}{
		{"done in time", time.Minute, after(59 * time.Second), "", 59 * time.Second},
		{"no limit", 0, after(1000 * time.Hour), "", 1000 * time.Hour},
		{"done too late", time.Minute, after(61 * time.Second), "not done after 1m0s, the limit of a trial (--trial-limit): it ended after it was told to stop; raise", 61 * time.Second},
		{"stops when told to, with half an outcome", time.Minute, func(ctx context.Context) (*Outcome, error) {
			<-ctx.Done()
			out := honest(trial)
			out.Status = Stopped
			return out, nil
		}, "not done after 1m0s", time.Minute},
		{"stops when told to, with an error of its own", time.Minute, func(ctx context.Context) (*Outcome, error) {
			<-ctx.Done()
			return nil, errBroken
		}, "it ended after it was told to stop (the disk is on fire)", time.Minute},
		{"panics when told to stop", time.Minute, func(ctx context.Context) (*Outcome, error) {
			<-ctx.Done()
			panic("me?")
		}, "it ended after it was told to stop (panic: me?)", time.Minute},
		{"does not stop", time.Minute, after(time.Hour), "it did not stop within 5s of being told to, and may still be at work; raise", 65 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := culpritProblem{&suspectProblem{&suspect{}}, &culprit{train: func(ctx context.Context, _ Trial, _ io.Writer) (*Outcome, error) {
					return test.train(ctx)
				}}}
				began := time.Now() //nolint:forbidigo // the clock of the bubble
				out, err := TrainTrial(t.Context(), p, trial, test.limit, io.Discard)
				switch {
				case test.says == "" && (err != nil || !slices.Equal(bits(out), bits(honest(trial)))):
					t.Errorf("TrainTrial = %v, %v, want the outcome of a trial without limit", out, err)
				case test.says != "" && (out != nil || err == nil || !strings.Contains(err.Error(), test.says)):
					t.Errorf("TrainTrial = %v, %v, want an error that mentions %q", out, err, test.says)
				}
				if got := time.Since(began); got != test.after { //nolint:forbidigo // the clock of the bubble
					t.Errorf("TrainTrial returned after %v, want %v", got, test.after)
				}
				pass(time.Hour) // until nothing is at work any more
			})
		})
	}
}

func TestTrialHasItsSettingsForItself(t *testing.T) {
	settings := func() Settings {
		return Settings{"start": "positive", "ascent": map[string]any{"method": "lbfgs", "memory": 5.0, "step": map[string]any{"first": 1.0}}}
	}
	given := settings()
	c := &culprit{train: func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
		if diff := cmp.Diff(settings(), t.Settings); diff != "" {
			return nil, errors.New(diff)
		}
		t.Settings["start"] = "signed"
		t.Settings.Record("ascent")["memory"] = 6.0
		delete(t.Settings.Record("ascent").Record("step"), "first")
		return honest(t), nil
	}}
	if _, err := TrainTrial(t.Context(), culpritProblem{&suspectProblem{&c.suspect}, c}, Trial{1, given}, 0, io.Discard); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(settings(), given); diff != "" {
		t.Errorf("after training (-want +got):\n%s", diff)
	}
}

// A vandal writes into the settings it is opened with.
type vandal struct{ *suspect }

func (v vandal) Open(ctx context.Context, data, problem Settings) (Problem, error) {
	problem["size"] = 5.0
	return v.suspect.Open(ctx, data, problem)
}

func TestProblemHasItsSettingsForItself(t *testing.T) {
	v := vandal{&suspect{}}
	scenario, err := ParseScenario("court.yaml", []byte(court), []Subject{v})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), scenario, []Subject{v}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Problems[0].Settings.Number("size"); got != 4 {
		t.Errorf("size in the result: %v, want 4", got)
	}
}

func TestTrialLeftToItselfWritesNoLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var afterwards error
		p := culpritProblem{&suspectProblem{&suspect{}}, &culprit{train: func(_ context.Context, _ Trial, log io.Writer) (*Outcome, error) {
			if _, err := io.WriteString(log, "begun\n"); err != nil {
				return nil, err
			}
			pass(time.Hour)
			_, afterwards = io.WriteString(log, "done\n")
			return nil, afterwards
		}}}
		var log bytes.Buffer
		if _, err := TrainTrial(t.Context(), p, Trial{}, time.Minute, &log); err == nil {
			t.Error("TrainTrial: no error")
		}
		pass(time.Hour)
		synctest.Wait()
		if log.String() != "begun\n" || !errors.Is(afterwards, errLeft) {
			t.Errorf("the log is %q, and writing to it afterwards: %v; want what was there in time, and %v", log.String(), afterwards, errLeft)
		}
	})
}

func TestCancelledRunDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := make(chan struct{})
		defer close(end)
		var calls atomic.Int64
		c := &culprit{train: func(context.Context, Trial, io.Writer) (*Outcome, error) {
			calls.Add(1)
			<-end
			return nil, errBroken
		}}
		scenario, err := ParseScenario("dock.yaml", []byte(dock), []Subject{c})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		time.AfterFunc(time.Hour, cancel)
		began := time.Now() //nolint:forbidigo // the clock of the bubble
		r, err := Run(ctx, scenario, []Subject{c}, &RunSettings{Jobs: 2})
		if r != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v, %v, want no result and %v", r, err, context.Canceled)
		}
		if got := time.Since(began); got != time.Hour+grace || calls.Load() != 2 { //nolint:forbidigo // the clock of the bubble
			t.Errorf("Run returned after %v with %d trials begun, want %v and 2", got, calls.Load(), time.Hour+grace)
		}
	})
}

func TestTrialThatTookTooLongIsTrainedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		want := string(timeless(t, tryDock(t, &culprit{}, RunSettings{})))
		store := CellFolder(t.TempDir())
		slow := &culprit{guilty: half, train: func(_ context.Context, t Trial, _ io.Writer) (*Outcome, error) {
			pass(time.Duration(t.Seed) * time.Minute) // 3 minutes or 4
			return honest(t), nil
		}}
		settings := RunSettings{Store: store, TrialLimit: 3*time.Minute + grace}
		if r := tryDock(t, slow, settings); r.Verdict != Error {
			t.Errorf("verdict %v, want %v", r.Verdict, Error)
		}
		ids, err := store.List()
		if err != nil || len(ids) != 8+8+8-2 {
			t.Errorf("%d cells are kept (%v), want all 24 but the two of seed 4", len(ids), err)
		}
		var again []uint64
		settings.TrialLimit = time.Hour
		c := &culprit{train: func(_ context.Context, t Trial, log io.Writer) (*Outcome, error) {
			again = append(again, t.Seed)
			_, err := io.WriteString(log, "again\n")
			return honest(t), err
		}}
		r := tryDock(t, c, settings)
		if diff := cmp.Diff(want, string(timeless(t, r))); diff != "" {
			t.Errorf("resumed with more time (-without a limit +got):\n%s", diff)
		}
		if !slices.Equal(again, []uint64{4, 4}) {
			t.Errorf("seeds trained again: %v, want 4 with both methods", again)
		}
		pass(time.Hour) // until nothing is at work any more
	})
}

func TestPanicSaysWhere(t *testing.T) {
	var first string
	for range 2 {
		s := &suspect{scores: func(x, dst []float64) { dst[2*len(dst)] = x[0] }}
		said := ""
		for _, c := range try(t, s, "", "", nil).Problems[0].Checks {
			if c.Kind == "scores" {
				said = c.Sentence
			}
		}
		if !strings.HasPrefix(said, "Panic: runtime error: index out of range") || !strings.Contains(said, " (at trial_test.go:") {
			t.Errorf("the check says %q, want the panic with its file and line", said)
		}
		if first == "" {
			first = said
		}
		if said != first {
			t.Errorf("the check says %q, and %q when it is run again", first, said)
		}
	}
}

func TestPanicWhileOpeningIsAFinding(t *testing.T) {
	s := &suspect{as: func(*suspectProblem) Problem { panic("no such drive") }}
	r := try(t, s, "", "", nil)
	if p := r.Problems[0]; p.Verdict != Error || !strings.HasPrefix(p.Error, "panic: no such drive (at trial_test.go:") || r.Verdict != Error {
		t.Errorf("problem %v with error %q, run %v; want ERROR with the panic", p.Verdict, p.Error, r.Verdict)
	}
}

func TestPanicWhileCertifyingIsAFinding(t *testing.T) {
	for name, c := range map[string]*culprit{
		"certificate": {suspect: suspect{proof: func([]float64) *Certificate { panic("no proof") }}},
		"oracle":      {suspect: suspect{oracle: func() ([]float64, *Certificate, error) { panic("no proof") }}},
	} {
		t.Run(name, func(t *testing.T) {
			r := tryDock(t, c, RunSettings{})
			got := verdicts(r.Problems[0])
			if got["certificate"] != Error || got["tuple"] != Pass || r.Verdict != Error {
				t.Errorf("verdicts %v, run %v; want ERROR of certificate and run, and PASS of tuple", got, r.Verdict)
			}
		})
	}
}

func TestLegible(t *testing.T) {
	for _, test := range []struct{ name, said, want string }{
		{"plain text stays", "Größe ≤ 3 – “done”\n\tnext", "Größe ≤ 3 – “done”\n\tnext"},
		{"what a terminal obeys", "\x1b[31m\r\x00\x7f", `\x1b[31m\x0d\x00\x7f`},
		{"no UTF-8", "a\xff\xc3b", `a\xff\xc3b`},
		{"a replacement character stays", "\uFFFD", "\uFFFD"},
		{"what turns text around, or ends a line", "\u202e\u2028\u0085", `\u202e\u2028\u0085`},
		{"a language tag", "\U000E0001", `\ue0001`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := legible(test.said); got != test.want {
				t.Errorf("legible(%q) = %q, want %q", test.said, got, test.want)
			}
		})
	}
}
