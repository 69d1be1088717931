package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// grace is how long a trial may go on once its context is done, before it is left to itself.
const grace = 5 * time.Second

var (
	// errLimit is why the context of a trial ends that takes longer than it may.
	errLimit = errors.New("the trial takes longer than it may")
	// errLeft is what a trial that was left to itself meets when it writes to its log.
	errLeft = errors.New("nobody waits for this trial any more")
)

// TrainTrial trains one trial of p as Run does: a panic is an error, with the stack in log, and so is an outcome
// that contradicts itself.
//
// A limit above zero is how long the trial may take. When it has passed, the context of the trial is done, and
// whatever the trial comes to after that is an error. Limit or not, a trial that goes on for five seconds after
// its context is done is left to itself: TrainTrial returns an error, and the goroutine of the trial stays until
// the subject returns. What it writes to log from then on is dropped.
func TrainTrial(ctx context.Context, p Problem, t Trial, limit time.Duration, log io.Writer) (*Outcome, error) {
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, errLimit)
		defer cancel()
	}
	w := &trialLog{to: log}
	defer w.close()
	done := make(chan attempt, 1) // with room, so that a trial that was left to itself can end
	go func() {
		a := attempt{err: errors.New("the subject ended the goroutine that it was called on")}
		defer func() { done <- a }()
		a = attemptTrial(ctx, p, t, w)
	}()
	select {
	case a := <-done:
		return a.result(limit)
	case <-ctx.Done():
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case a := <-done:
		return a.result(limit)
	case <-timer.C:
	}
	if !errors.Is(context.Cause(ctx), errLimit) {
		return nil, fmt.Errorf("did not stop within %v of being told to, and may still be at work: %w", grace, context.Cause(ctx))
	}
	return nil, tooLate(limit, fmt.Sprintf("did not stop within %v of being told to, and may still be at work", grace))
}

// tooLate is the error of a trial that took longer than it may.
func tooLate(limit time.Duration, came string) error {
	return fmt.Errorf("not done after %v, the limit of a trial (--trial-limit): it %s; raise the limit if it only needs more time, "+
		"and see its log for how far it came", limit, came)
}

// An attempt is what a trial came to.
type attempt struct {
	out  *Outcome
	err  error
	late bool // it was not done in time
}

// attemptTrial trains a trial, turns a panic into an error, and refuses an outcome that contradicts itself. The
// subject has its settings for itself: it may write into them, even when nobody waits for it any more.
func attemptTrial(ctx context.Context, p Problem, t Trial, log io.Writer) (a attempt) {
	defer func() {
		if v := recover(); v != nil {
			a = attempt{err: fmt.Errorf("panic: %v", v)}
			log.Write(debug.Stack()) //nolint:errcheck // a log in memory, or nobody waits for it
		}
		a.late = errors.Is(context.Cause(ctx), errLimit)
	}()
	a.out, a.err = p.Train(ctx, Trial{t.Seed, own(t.Settings)}, log)
	if a.err == nil {
		a.err = accept(p, a.out)
	}
	return a
}

// own returns a copy of settings that shares nothing with them.
func own[M ~map[string]any](settings M) M {
	out := maps.Clone(settings)
	for name, v := range out {
		if record, ok := v.(map[string]any); ok {
			out[name] = own(record)
		}
	}
	return out
}

// result returns what the trial came to, unless that was too late.
func (a attempt) result(limit time.Duration) (*Outcome, error) {
	switch {
	case a.late && a.err != nil:
		return nil, tooLate(limit, fmt.Sprintf("ended after it was told to stop (%v)", a.err))
	case a.late:
		return nil, tooLate(limit, "ended after it was told to stop")
	case a.err != nil:
		return nil, a.err
	}
	return a.out, nil
}

// accept says what contradicts itself in an outcome of p.
func accept(p Problem, out *Outcome) error {
	switch {
	case out == nil:
		return fmt.Errorf("the subject returned neither an outcome nor an error")
	case out.Status == StatusNotRun || out.Status == StatusFailed:
		return fmt.Errorf("the subject returned an outcome with status %q", out.Status)
	case out.Status == Converged && (!isFinite(out.Fitness) || !isFinite(out.GradNorm)):
		return fmt.Errorf("the subject claims convergence at fitness %v with gradient norm %v", out.Fitness, out.GradNorm)
	case out.Status == Converged && out.Tuple == nil:
		return fmt.Errorf("the subject claims convergence without a tuple")
	}
	if out.Tuple != nil {
		if err := p.Symmetry().Check(out.Tuple); err != nil {
			return fmt.Errorf("the tuple is unusable: %w", err)
		}
	}
	return nil
}

// trialLog writes to a log until it is closed. It may be used from several goroutines at once.
type trialLog struct {
	mu sync.Mutex
	to io.Writer // nil once it is closed
}

// Write implements io.Writer.
func (w *trialLog) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.to == nil {
		return 0, errLeft
	}
	return w.to.Write(p)
}

func (w *trialLog) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.to = nil
}

// guarded turns a panic of do(i) into an error that says where it happened: a subject that breaks must not take the
// run along.
func guarded(do func(i int) error, i int) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v (%s)", v, whence())
		}
	}()
	return do(i)
}

// whence says where a panic came from that is being recovered from: the innermost callers, without addresses, so
// that the same panic reads the same.
func whence() string {
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	var at []string
	for more := true; more && len(at) < 4; {
		var f runtime.Frame
		f, more = frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			at = append(at, fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line))
		}
	}
	return "at " + strings.Join(at, ", called from ")
}
