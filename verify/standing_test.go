package verify

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/concord/verify/symmetry"
)

// stood returns the last standing of every phase of the problem, of its control where twin says so.
func stood(t *testing.T, s *suspect, name string) map[string]Standing {
	t.Helper()
	last := map[string]Standing{}
	try(t, s, "", "", &RunSettings{Jobs: 1, Progress: func(e Event) {
		if e.Scenario == name {
			last[e.Phase] = e.Known
		}
	}})
	return last
}

func TestStandingOfAnHonestSubject(t *testing.T) {
	last := stood(t, &suspect{}, "court")
	got := last["train"]
	if got.Apart > got.Tolerance {
		t.Errorf("while training, the distance is %g and the tolerance %g", got.Apart, got.Tolerance)
	}
	got.Apart = 0
	want := Standing{Trials: 8, Converged: 8, Basins: 1, Compared: 7, Tolerance: got.Tolerance}
	if got.Tolerance <= 0 {
		t.Errorf("no tolerance in %+v", got)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("standing after training (-want +got):\n%s", diff)
	}
	if got := last["score"]; got.Basins != 1 || got.Compared != 8*7/2 || got.Converged != 8 {
		t.Errorf("standing after comparing = %+v, want 1 basin of 28 pairs", got)
	}
}

func TestStandingOfAGuiltySubject(t *testing.T) {
	last := stood(t, &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
		out := moved(t, float64(t.Seed))
		if t.Seed == 4 {
			out.Status = StepLimit
		}
		return out, nil
	}}, "court")
	got := last["train"]
	if got.Converged+got.Open != 8 || got.Open == 0 || got.Basins < 2 || got.Basins > StandingBasins || !(got.Apart > got.Tolerance) {
		t.Errorf("standing after training = %+v, want several basins farther apart than the tolerance, and open trials", got)
	}
}

func TestStandingOfFailures(t *testing.T) {
	last := stood(t, &suspect{train: func(*suspect, Trial) (*Outcome, error) { return nil, errBroken }}, "court")
	if got := last["train"]; got.Failed != 8 || got.Basins != 0 || got.Compared != 0 {
		t.Errorf("standing after training = %+v, want 8 failures", got)
	}
}

// One that watches changes nothing, whatever goes wrong in what is shown.
func TestSameResultWhetherWatchedOrNot(t *testing.T) {
	for _, s := range []struct {
		name string
		*suspect
	}{
		{"honest", &suspect{}},
		{"guilty", &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) { return moved(t, float64(t.Seed)), nil }}},
		{"broken", &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
			out := honest(t)
			if t.Seed == 1 {
				out.Tuple[0].M.Set(0, 0, math.NaN())
			}
			return out, nil
		}}},
	} {
		t.Run(s.name, func(t *testing.T) {
			unwatched := timeless(t, try(t, s.suspect, "", "", &RunSettings{Jobs: 2}))
			watched := timeless(t, try(t, s.suspect, "", "", &RunSettings{Jobs: 2, Progress: func(Event) {}}))
			if !bytes.Equal(unwatched, watched) {
				t.Errorf("the result differs (-unwatched +watched):\n%s", cmp.Diff(string(unwatched), string(watched)))
			}
		})
	}
}

func TestStandingTellsABoundedNumberOfBasinsApart(t *testing.T) {
	s := &standing{group: symmetry.Trivial{}, resolution: 0.1, clock: func() time.Time { return time.Time{} }}
	for i := range 2 * StandingBasins {
		s.add(&Outcome{Status: Converged, Tuple: point([]float64{1, float64(i + 1)})})
	}
	if got := s.read(); got.Basins != StandingBasins || got.Converged != 2*StandingBasins {
		t.Errorf("standing = %+v, want %d basins of %d", got, StandingBasins, 2*StandingBasins)
	}
	if got := len(s.kinds); got != StandingBasins {
		t.Errorf("%d outcomes are kept to compare with, want %d", got, StandingBasins)
	}
}

// Comparing takes a while, and then no more than a part of the time that training takes.
func TestStandingDoesNotHoldUpTraining(t *testing.T) {
	var now time.Time
	clock := func() time.Time { return now }
	s := &standing{group: slow{now: &now}, resolution: 0.1, clock: clock}
	for range 1000 {
		now = now.Add(40 * time.Millisecond) // of training
		s.add(&Outcome{Status: Converged, Tuple: point([]float64{1})})
	}
	got := s.read()
	most := int(now.Sub(time.Time{})/standingPart/slowly) + 2
	if got.Converged != 1000 || got.Compared > most || got.Compared < most/2 {
		t.Errorf("%d compared of %d, each in %v; want about a part of %d of the time, %d", got.Compared, got.Converged, slowly, standingPart, most)
	}
	s = &standing{group: slow{now: &now}, resolution: 0.1, clock: clock, began: now}
	for range 9 {
		s.add(&Outcome{Status: Converged, Tuple: point([]float64{1})})
	}
	if got := s.read(); got.Compared != 6 {
		t.Errorf("%d compared of 9 that come at once, each in %v; want 6, more than the %v that are free", got.Compared, slowly, standingFree)
	}
}

// slowly is how long a slow distance takes.
const slowly = 20 * time.Millisecond

// slow is a group whose distances take a while.
type slow struct {
	symmetry.Trivial
	now *time.Time
}

func (g slow) Distance(x, y symmetry.Tuple) (float64, error) {
	*g.now = g.now.Add(slowly)
	return g.Trivial.Distance(x, y)
}
