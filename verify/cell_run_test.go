package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// storedCourt is court with a curve.
const storedCourt = court + `doses:
  {name: a pull, axis: pull, values: [1, 2.5]}
`

// resultBits is a result as JSON without its times and without what it says of damaged outcomes.
func resultBits(t *testing.T, r *Result) string {
	t.Helper()
	plain := *r
	plain.Timing = Timing{}
	plain.Warnings = slices.DeleteFunc(slices.Clone(r.Warnings), func(w string) bool { return strings.Contains(w, "trained again") })
	text, err := json.MarshalIndent(plain, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// storedScenario parses storedCourt.
func storedScenario(t *testing.T, s *suspect) *Scenario {
	t.Helper()
	scenario, err := ParseScenario("court.yaml", []byte(storedCourt), []Subject{s})
	if err != nil {
		t.Fatal(err)
	}
	return scenario
}

func runStored(t *testing.T, s *suspect, settings *RunSettings) *Result {
	t.Helper()
	r, err := Run(context.Background(), storedScenario(t, s), []Subject{s}, settings)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// logged keeps the logs of a run.
func logged(store CellStore) (*RunSettings, map[string]string) {
	logs := map[string]string{}
	return &RunSettings{Jobs: 1, Store: store, SaveLog: func(cell string, log []byte) (string, error) {
		logs[cell] = string(log)
		return cell, nil
	}}, logs
}

func TestStoredCellsAreNotTrainedAgain(t *testing.T) {
	s := &suspect{train: pulled}
	bare, bareLogs := logged(nil)
	want := resultBits(t, runStored(t, s, bare))
	cells := s.calls.Load()
	store := CellFolder(t.TempDir())
	for _, test := range []struct {
		name  string
		calls int64
	}{{"empty store", cells}, {"full store", 0}} {
		s.calls.Store(0)
		settings, logs := logged(store)
		r := runStored(t, s, settings)
		if diff := cmp.Diff(want, resultBits(t, r)); diff != "" {
			t.Errorf("%s: result (-want +got):\n%s", test.name, diff)
		}
		if diff := cmp.Diff(bareLogs, logs); diff != "" {
			t.Errorf("%s: logs (-want +got):\n%s", test.name, diff)
		}
		if got := s.calls.Load(); got != test.calls {
			t.Errorf("%s: %d trainings, want %d", test.name, got, test.calls)
		}
		if len(r.Twins) != 1 || len(r.Doses) != 1 || len(r.Doses[0].Points) != 2 {
			t.Errorf("%s: twins %v and doses %v: want one of each, with two points", test.name, r.Twins, r.Doses)
		}
	}
}

func TestDamagedCellIsTrainedAgain(t *testing.T) {
	s := &suspect{train: pulled}
	want := resultBits(t, runStored(t, s, nil))
	store := CellFolder(t.TempDir())
	runStored(t, s, &RunSettings{Store: store})
	ids, err := store.List()
	if err != nil || len(ids) < 10 {
		t.Fatalf("List = %v, %v", ids, err)
	}
	out, log, err := store.Load(ids[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		damage func() error
		says   string
	}{
		{"cut short", func() error { return os.Truncate(store.path(ids[0]), 100) }, "damaged or cut short"},
		{"another cell's", func() error {
			b, err := os.ReadFile(store.path(ids[1]))
			return errors.Join(err, os.WriteFile(store.path(ids[0]), b, 0o600))
		}, "holds the cell"},
		{"an outcome that contradicts itself", func() error {
			bad := *out
			bad.Status, bad.Tuple = Converged, nil
			return store.Save(ids[0], &bad, log)
		}, "convergence without a tuple"},
		{"an outcome that failed", func() error {
			bad := *out
			bad.Status = StatusFailed
			return store.Save(ids[0], &bad, log)
		}, "status \"failed\""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := test.damage(); err != nil {
				t.Fatal(err)
			}
			s.calls.Store(0)
			r := runStored(t, s, &RunSettings{Store: store})
			if diff := cmp.Diff(want, resultBits(t, r)); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			if got := s.calls.Load(); got != 1 {
				t.Errorf("%d trainings, want 1", got)
			}
			said := slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, "trained again") && strings.Contains(w, test.says) })
			if !said {
				t.Errorf("warnings %q, want one with %q", r.Warnings, test.says)
			}
			if r := runStored(t, s, &RunSettings{Store: store, OnlyStored: true}); resultBits(t, r) != want {
				t.Error("the outcome that was stored instead is another")
			}
		})
	}
	t.Run("only stored", func(t *testing.T) {
		for _, damage := range []func(string) error{func(path string) error { return os.Truncate(path, 9) }, os.Remove} {
			if err := damage(store.path(ids[0])); err != nil {
				t.Fatal(err)
			}
			s.calls.Store(0)
			_, err := Run(context.Background(), storedScenario(t, s), []Subject{s}, &RunSettings{Store: store, OnlyStored: true})
			if err == nil || !strings.Contains(err.Error(), "nothing is to be trained") || s.calls.Load() != 0 {
				t.Errorf("Run with OnlyStored = %v after %d trainings, want an error and none", err, s.calls.Load())
			}
		}
	})
}

func TestFailedTrialIsNotStored(t *testing.T) {
	for name, fail := range map[string]func(){"error": func() {}, "panic": func() { panic("no") }} {
		t.Run(name, func(t *testing.T) {
			s := &suspect{train: func(_ *suspect, t Trial) (*Outcome, error) {
				if t.Seed == 2 {
					fail()
					return nil, errBroken
				}
				return honest(t), nil
			}}
			store := CellFolder(t.TempDir())
			first := resultBits(t, try(t, s, "", "", &RunSettings{Store: store}))
			s.calls.Store(0)
			if diff := cmp.Diff(first, resultBits(t, try(t, s, "", "", &RunSettings{Store: store}))); name == "error" && diff != "" {
				t.Errorf("result (-first +second):\n%s", diff)
			}
			if got := s.calls.Load(); got != 4 {
				t.Errorf("%d trainings, want 4: seed 2 twice, and twice in the control", got)
			}
		})
	}
}

// fullStore has room for so many cells.
type fullStore struct {
	CellFolder
	room *int
}

var errNoRoom = errors.New("no room")

func (s fullStore) Save(id string, out *Outcome, log []byte) error {
	if *s.room == 0 {
		return fmt.Errorf("keeping cell %.16s: %w", id, errNoRoom)
	}
	*s.room--
	return s.CellFolder.Save(id, out, log)
}

func TestStoreThatIsFull(t *testing.T) {
	s := &suspect{train: pulled}
	room := 3
	store := fullStore{CellFolder(t.TempDir()), &room}
	_, err := Run(context.Background(), storedScenario(t, s), []Subject{s}, &RunSettings{Jobs: 1, Store: store})
	if !errors.Is(err, errNoRoom) || !strings.Contains(err.Error(), "keeping cell") {
		t.Errorf("Run with a full store = %v, want %v", err, errNoRoom)
	}
	if ids, err := store.List(); err != nil || len(ids) != 3 {
		t.Errorf("List = %v, %v: want the three that were kept", ids, err)
	}
	s.calls.Store(0)
	want := resultBits(t, runStored(t, s, nil))
	all := s.calls.Swap(0)
	if got := resultBits(t, runStored(t, s, &RunSettings{Store: store.CellFolder})); got != want || s.calls.Load() != all-3 {
		t.Errorf("after there is room: same result %t, %d trainings, want %d", got == want, s.calls.Load(), all-3)
	}
}

func TestTrainCells(t *testing.T) {
	s := &suspect{train: pulled}
	want := resultBits(t, runStored(t, s, nil))
	all := CellFolder(t.TempDir())
	runStored(t, s, &RunSettings{Store: all})
	ids, err := all.List()
	if err != nil {
		t.Fatal(err)
	}
	s.calls.Store(0)
	store := CellFolder(t.TempDir())
	scenario := storedScenario(t, s)
	for k := range 3 {
		var own []string
		for i := k; i < len(ids); i += 3 {
			own = append(own, ids[i])
		}
		for range 2 { // the second time trains nothing
			failed, warnings, err := TrainCells(context.Background(), scenario, []Subject{s}, &RunSettings{Store: store}, own)
			if err != nil || len(failed) != 0 || len(warnings) != 0 {
				t.Fatalf("TrainCells = %v, %v, %v", failed, warnings, err)
			}
		}
	}
	if got := s.calls.Swap(0); got != int64(len(ids)) {
		t.Errorf("%d trainings, want %d", got, len(ids))
	}
	if diff := cmp.Diff(want, resultBits(t, runStored(t, s, &RunSettings{Store: store, OnlyStored: true}))); diff != "" || s.calls.Load() != 0 {
		t.Errorf("%d trainings, want none; result (-want +got):\n%s", s.calls.Load(), diff)
	}
	t.Run("what fails", func(t *testing.T) {
		broken := &suspect{train: func(*suspect, Trial) (*Outcome, error) { return nil, errBroken }}
		failed, _, err := TrainCells(context.Background(), scenario, []Subject{broken}, &RunSettings{Store: CellFolder(t.TempDir())}, ids[:2])
		if err != nil || len(failed) != 2 || failed[0].Error != errBroken.Error() || failed[0].Cell == "" {
			t.Errorf("TrainCells of what fails = %+v, %v, want two failures", failed, err)
		}
	})
	t.Run("what is no cell", func(t *testing.T) {
		_, _, err := TrainCells(context.Background(), scenario, []Subject{s}, &RunSettings{Store: store}, []string{ids[0], cellID})
		if err == nil || !strings.Contains(err.Error(), "court has no cell 0123456789abcdef") {
			t.Errorf("TrainCells of a strange id: %v", err)
		}
	})
	t.Run("what cannot be posed", func(t *testing.T) {
		shut := &suspect{open: errBroken}
		if _, _, err := TrainCells(context.Background(), scenario, []Subject{shut}, &RunSettings{Store: store}, ids); err == nil || !strings.Contains(err.Error(), "cannot be posed") {
			t.Errorf("TrainCells: %v", err)
		}
	})
	t.Run("no room", func(t *testing.T) {
		room := 0
		_, _, err := TrainCells(context.Background(), scenario, []Subject{s}, &RunSettings{Store: fullStore{CellFolder(t.TempDir()), &room}}, ids)
		if !errors.Is(err, errNoRoom) {
			t.Errorf("TrainCells: %v, want %v", err, errNoRoom)
		}
	})
}
