package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"example.org/concord/verify"
)

const (
	// quiet is how long nothing is said between two plain lines of progress.
	quiet = 5 * time.Second
	// silence is after how long without any news a plain line is said again.
	silence = 30 * time.Second
	// beat is how often a display is drawn, and what others see is brought up to date.
	beat = 250 * time.Millisecond
)

// progress shows how far a run is: on a terminal in a few lines that are drawn over and over, else in a plain line
// every few seconds; and in a file for those who watch from elsewhere.
type progress struct {
	w    io.Writer // nil shows nothing
	now  func() time.Time
	stop func() // ends the display; it may be called again

	mu       sync.Mutex
	last     verify.Event
	began    time.Time     // of the phase of last
	spent    time.Duration // from then until last
	heard    time.Time     // when last came, on the system's clock, which nobody sets back: for what is drawn between events
	spoke    time.Time     // when a plain line was said
	live     *live         // nil when w is no terminal
	bulletin *bulletin     // nil when nobody can watch
}

// progress begins to show how far a run is.
func (a *app) progress(silent bool) *progress {
	p := &progress{now: a.now, spoke: a.now(), heard: time.Now()}
	if !silent {
		p.w = a.stderr
		if _, ok := a.terminal(a.stderr); ok {
			p.live = &live{w: a.stderr, width: func() int { width, _ := a.terminal(a.stderr); return width }}
		}
	}
	end, ended := make(chan struct{}), make(chan struct{})
	p.stop = sync.OnceFunc(func() {
		close(end)
		<-ended
	})
	go p.beat(end, ended)
	return p
}

// beat keeps what is shown up to date until it is told to end, and takes it away then.
func (p *progress) beat(end <-chan struct{}, ended chan<- struct{}) {
	defer close(ended)
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			p.tick(now)
		case <-end:
			p.clear()
			return
		}
	}
}

// clear takes away what is shown.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.live.clear()
	p.bulletin.remove()
}

// tick brings up to date what is shown without any news.
func (p *progress) tick(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	since := max(now.Sub(p.heard), 0)
	p.bulletin.update(p.doc(), now)
	switch {
	case p.w == nil || p.last.Total == 0:
	case p.live != nil:
		p.live.draw(p.last, p.pace(since))
	case since >= silence:
		p.heard, p.spent = now, p.spent+since
		p.say()
	}
}

// watched lets others see how far the run is, in a file in dir, until stop.
func (p *progress) watched(dir string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.bulletin = &bulletin{dir: dir, started: now}
	p.bulletin.update(p.doc(), now)
}

// event takes note of what verify.Run has to tell.
func (p *progress) event(e verify.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	fresh := e.Scenario != p.last.Scenario || e.Problem != p.last.Problem || e.Phase != p.last.Phase
	p.last, p.heard = e, time.Now()
	if fresh {
		p.began = now
		p.bulletin.update(p.doc(), p.heard)
	}
	p.spent = now.Sub(p.began)
	if p.w != nil && p.live == nil && e.Total > 0 && now.Sub(p.spoke) >= quiet {
		p.spoke = now
		p.say()
	}
}

// say writes a plain line.
func (p *progress) say() {
	line := p.line()
	if words := standing(p.last.Known); words != "" {
		line += "; " + words
	}
	fmt.Fprintln(p.w, line) //nolint:errcheck // nobody is left to tell
}

// line says how far the run is: "smoke rank=5, train: 12 of 192, 3.1/s, 58s left".
func (p *progress) line() string {
	e := p.last
	line := fmt.Sprintf("%s %s, %s: %d of %d", e.Scenario, e.Problem, e.Phase, e.Done, e.Total)
	if s := p.pace(0); s != "" {
		line += ", " + s
	}
	return line
}

// doc says for others how far the run is.
func (p *progress) doc() progressDoc {
	e := p.last
	rate, left := speed(e.Done, e.Total, p.spent)
	return progressDoc{
		Scenario: e.Scenario, Problem: e.Problem, Phase: e.Phase, Done: e.Done, Total: e.Total,
		Rate: rate, Left: left.Seconds(), Known: standing(e.Known),
	}
}

// pace says how fast it goes and, since then, how long it will take.
func (p *progress) pace(since time.Duration) string {
	rate, left := speed(p.last.Done, p.last.Total, p.spent)
	return pace(rate, left-since)
}

// speed returns how many units are done in a second, and how long the others will take; zeros while there is no telling.
func speed(done, total int, spent time.Duration) (rate float64, left time.Duration) {
	if done <= 0 || done >= total || spent <= 0 {
		return 0, 0
	}
	rate = float64(done) / spent.Seconds()
	return rate, time.Duration(float64(total-done) / rate * float64(time.Second))
}

// pace says how fast it goes and how long it will take: "3.1/s, 58s left"; "" while there is no telling.
func pace(rate float64, left time.Duration) string {
	words := fmt.Sprintf("%.1f/s", rate)
	switch {
	case !(rate > 0):
		return ""
	case rate < 1.0/60:
		words = fmt.Sprintf("%.1f/h", 3600*rate)
	case rate < 1:
		words = fmt.Sprintf("%.1f/min", 60*rate)
	}
	return fmt.Sprintf("%s, %v left", words, max(left, time.Second).Round(time.Second))
}

// standing says what is known of a problem so far: "12 of 192 converged, 1 basin, farthest 3.2e-09, allowed 1e-05"; ""
// while it is not being trained.
func standing(s verify.Standing) string {
	if s.Trials == 0 {
		return ""
	}
	words := []string{fmt.Sprintf("%d of %d converged", s.Converged, s.Trials)}
	if s.Open > 0 {
		words = append(words, fmt.Sprintf("%d did not", s.Open))
	}
	if s.Failed > 0 {
		words = append(words, fmt.Sprintf("%d failed", s.Failed))
	}
	if s.Basins > 0 {
		words = append(words, plural(s.Basins, "basin"))
	}
	if s.Basins == verify.StandingBasins {
		words[len(words)-1] += " or more"
	}
	if s.Compared > 0 {
		words = append(words, fmt.Sprintf("farthest %.2g", s.Apart))
		if s.Tolerance > 0 {
			words = append(words, fmt.Sprintf("allowed %.2g", s.Tolerance))
		}
	}
	return strings.Join(words, ", ")
}

// stopped says where the run was when it was interrupted.
func (p *progress) stopped() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last.Phase == "" {
		return "before the first trial"
	}
	at := fmt.Sprintf("at %s %s, %s: %d of %d done", p.last.Scenario, p.last.Problem, p.last.Phase, p.last.Done, p.last.Total)
	if words := standing(p.last.Known); words != "" {
		at += "; " + words
	}
	return at
}
