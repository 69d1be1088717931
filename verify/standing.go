package verify

import (
	"sync"
	"time"

	"example.org/concord/verify/symmetry"
)

// A Standing is what is known so far of a problem whose trials are being trained, or have been. It is for people who
// wait: nothing is decided by it.
type Standing struct {
	Trials    int // in all; 0 before training
	Converged int // ended where the gradient is small
	Open      int // ended without that
	Failed    int // came to nothing
	// Basins is how many different outcomes there are. While trials are trained it is no more than StandingBasins, and
	// of those outcomes that could be compared without holding up the training.
	Basins int
	// Compared is how many pairs of outcomes have been compared, and Apart the largest distance among them.
	Compared int
	Apart    float64
	// Tolerance is that of the tuple check; 0 where there is none, or bits are compared.
	Tolerance float64
}

// StandingBasins is the largest number of basins that are told apart while trials are trained. It bounds what that
// costs.
const StandingBasins = 3

// How long outcomes may be compared while trials are trained: a while in any case, and beyond that a part of the time.
const (
	standingFree = 100 * time.Millisecond
	standingPart = 50
)

// standing keeps a Standing up to date while trials are trained.
type standing struct {
	group      symmetry.Group
	resolution float64 // as for basins
	clock      func() time.Time
	began      time.Time

	mu    sync.Mutex
	spent time.Duration // comparing
	now   Standing
	kinds []symmetry.Tuple // the first outcome of each basin, as they came
}

// stand begins the standing of a problem.
func (x *problemRun) stand() *standing {
	s := &standing{group: x.p.Symmetry(), resolution: x.resolution(), clock: x.Clock, began: x.Clock()}
	s.now.Trials = len(x.cells)
	if c := x.check("tuple"); c != nil && !c.Exact {
		s.now.Tolerance = c.Tolerance
	}
	return s
}

// read returns the standing, zero where nobody wants to know.
func (s *standing) read() Standing {
	if s == nil {
		return Standing{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// add takes note of what a trial came to, if anybody wants to know; nil is a failure. An outcome is compared with the
// first of every basin until one is found where it belongs, unless comparing has taken its share of the time.
func (s *standing) add(out *Outcome) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case out == nil:
		s.now.Failed++
	case out.Status != Converged:
		s.now.Open++
	default:
		s.now.Converged++
		began := s.clock()
		if late := s.spent > standingFree && standingPart*s.spent > began.Sub(s.began); out.Tuple != nil && !late {
			// What goes wrong here goes wrong again where it counts.
			_ = guarded(func(int) error { return s.place(out.Tuple) }, 0) //nolint:errcheck // see above
			s.spent += s.clock().Sub(began)
		}
	}
}

// place finds the basin of a converged outcome, or begins one.
func (s *standing) place(t symmetry.Tuple) error {
	for _, kind := range s.kinds {
		d, err := s.group.Distance(t, kind)
		if err != nil {
			return err
		}
		s.now.Compared++
		s.now.Apart = max(s.now.Apart, d)
		if d <= s.resolution {
			return nil
		}
	}
	if len(s.kinds) < StandingBasins {
		s.kinds = append(s.kinds, t)
		s.now.Basins = len(s.kinds)
	}
	return nil
}

// settle replaces what was estimated on the way by what all pairs have shown.
func (s *standing) settle(basins, converged int, apart Number) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kinds = nil
	s.now.Basins, s.now.Compared, s.now.Apart = basins, converged*(converged-1)/2, 0
	if converged > 1 {
		s.now.Apart = float64(apart)
	}
}
