package verify

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// jumping returns a clock that shows, one after the other, what jump makes of the number of times it was read.
func jumping(jump func(n int) time.Time) func() time.Time {
	var mu sync.Mutex
	n := 0
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		n++
		return jump(n)
	}
}

// Whatever the clock shows, and whether outcomes were kept under another, nothing but the times depends on it.
func TestJumpingClock(t *testing.T) {
	noon := time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)
	rng := rand.New(rand.NewPCG(1, 2))
	clocks := map[string]func(n int) time.Time{
		"backwards":                func(n int) time.Time { return noon.Add(-time.Duration(n) * time.Hour) },
		"still":                    func(int) time.Time { return noon },
		"the zero time":            func(int) time.Time { return time.Time{} },
		"from year 1 to year 9999": func(n int) time.Time { return time.Date(1+9998*(n%2), 1, 1, 0, 0, 0, 0, time.UTC) },
		"any way":                  func(int) time.Time { return noon.Add(time.Duration(rng.Int64() - rng.Int64())) },
	}
	for _, train := range []struct {
		name string
		with func(*suspect, Trial) (*Outcome, error)
		want Verdict
	}{{"pass", pulled, Pass}, {"fail", scattered, Fail}} {
		s := &suspect{train: train.with}
		undisturbed := runStored(t, s, nil)
		if undisturbed.Verdict != train.want {
			t.Fatalf("%s: verdict %v: %s", train.name, undisturbed.Verdict, undisturbed.Sentence)
		}
		want := resultBits(t, undisturbed)
		store := CellFolder(t.TempDir())
		for name, jump := range clocks {
			t.Run(train.name+", "+name, func(t *testing.T) {
				for _, kept := range []CellStore{nil, store} {
					r := runStored(t, s, &RunSettings{Store: kept, Clock: jumping(jump)})
					if diff := cmp.Diff(want, resultBits(t, r)); diff != "" {
						t.Errorf("result (-want +got):\n%s", diff)
					}
				}
			})
		}
	}
}

// scattered ends in another place from every start.
func scattered(_ *suspect, t Trial) (*Outcome, error) { return moved(t, float64(t.Seed)), nil }
