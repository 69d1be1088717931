package main

import (
	"fmt"
	"io"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"example.org/concord/verify"
)

// quiet is how long nothing is said between two plain lines of progress.
const quiet = 5 * time.Second

// narrow is the width of a terminal below which a bar would not fit.
const narrow = 40

// progress shows how far a run is: a bar on a terminal, else a plain line every few seconds.
type progress struct {
	w     io.Writer // nil shows nothing
	now   func() time.Time
	last  verify.Event
	began time.Time // of the phase of last
	spoke time.Time

	bars *mpb.Progress // nil when w is no terminal
	bar  *mpb.Bar
}

// progress begins to show how far a run is.
func (a *app) progress(silent bool) *progress {
	p := &progress{now: a.now, spoke: a.now()}
	if silent {
		return p
	}
	p.w = a.stderr
	if width, ok := a.terminal(a.stderr); ok && width >= narrow {
		p.bars = mpb.New(mpb.WithOutput(a.stderr), mpb.WithAutoRefresh(), mpb.WithWidth(min(width-1, 100)))
	}
	return p
}

// event takes note of what verify.Run has to tell.
func (p *progress) event(e verify.Event) {
	fresh := e.Scenario != p.last.Scenario || e.Problem != p.last.Problem || e.Phase != p.last.Phase
	p.last = e
	if fresh {
		p.began = p.now()
	}
	switch {
	case p.w == nil || e.Total == 0:
	case p.bars != nil:
		p.draw(e, fresh)
	case p.now().Sub(p.spoke) >= quiet:
		p.spoke = p.now()
		fmt.Fprintln(p.w, p.line()) //nolint:errcheck // nobody is left to tell
	}
}

// draw moves the bar, or begins a new one for a new phase.
func (p *progress) draw(e verify.Event, fresh bool) {
	if fresh {
		p.clear()
		began := p.began // the decorator runs on another goroutine
		p.bar = p.bars.AddBar(int64(e.Total), mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name(fmt.Sprintf("%s %s, %s ", e.Scenario, e.Problem, e.Phase)), decor.CountersNoUnit("%d/%d")),
			mpb.AppendDecorators(decor.Any(func(s decor.Statistics) string { return pace(int(s.Current), int(s.Total), p.now().Sub(began)) })))
	}
	p.bar.SetCurrent(int64(e.Done))
}

// clear takes the bar away.
func (p *progress) clear() {
	if p.bar != nil {
		p.bar.Abort(true)
		p.bar.Wait()
		p.bar = nil
	}
}

// stop ends the display.
func (p *progress) stop() {
	p.clear()
	if p.bars != nil {
		p.bars.Wait()
	}
}

// line says how far the run is: "smoke rank=5, train: 12 of 192, 3.1/s, 58s left".
func (p *progress) line() string {
	e := p.last
	line := fmt.Sprintf("%s %s, %s: %d of %d", e.Scenario, e.Problem, e.Phase, e.Done, e.Total)
	if s := pace(e.Done, e.Total, p.now().Sub(p.began)); s != "" {
		line += ", " + s
	}
	return line
}

// pace says how fast it goes and how long it will take: "3.1/s, 58s left"; "" while there is no telling.
func pace(done, total int, spent time.Duration) string {
	if done == 0 || done >= total || spent <= 0 {
		return ""
	}
	rate := float64(done) / spent.Seconds()
	left := time.Duration(float64(total-done) / rate * float64(time.Second))
	return fmt.Sprintf("%.1f/s, %v left", rate, left.Round(time.Second))
}

// stopped says where the run was when it was interrupted.
func (p *progress) stopped() string {
	if p.last.Phase == "" {
		return "before the first trial"
	}
	return fmt.Sprintf("at %s %s, %s: %d of %d done", p.last.Scenario, p.last.Problem, p.last.Phase, p.last.Done, p.last.Total)
}
