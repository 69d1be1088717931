package verify

import (
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/verify/symmetry"
)

// shelvedTuple is a tuple with entries that text would spoil, one part being a view.
func shelvedTuple(trial int) symmetry.Tuple {
	a := mat.NewDense(4, 5, nil)
	for i := range 4 {
		for j := range 5 {
			a.Set(i, j, math.Exp(float64(trial+i))/float64(j+3))
		}
	}
	a.Set(0, 0, math.Copysign(0, -1))
	view, _ := a.Slice(1, 4, 1, 3).(*mat.Dense)
	return symmetry.Tuple{{Name: "A", M: a}, {Name: "B", M: view}}
}

func TestShelfKeepsBits(t *testing.T) {
	const size = 8 * (4*5 + 3*2)
	for name, room := range map[string]int{"all in the file": 0, "two in memory": 2*size + 1, "all in memory": 100 * size} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			s := shelf{room: room}
			for trial := range 7 {
				if s.has(trial) {
					t.Errorf("trial %d is there before it was put", trial)
				}
				if err := s.put(trial, shelvedTuple(trial)); err != nil {
					t.Fatal(err)
				}
			}
			if got, want := len(s.memory), min(7, room/size); got != want {
				t.Errorf("%d tuples are in memory, want %d", got, want)
			}
			source := selection{&s, []int{6, 0, 3}}
			for i, trial := range source.trials {
				got, err := source.Tuple(i)
				if err != nil {
					t.Fatal(err)
				}
				if want := shelvedTuple(trial); !sameBits(got, want) || !math.Signbit(got.Part("A").At(0, 0)) {
					t.Errorf("trial %d came back changed", trial)
				}
				for _, part := range []string{"A", "B"} {
					rows, err := source.Rows(i, part, 1, 3)
					if err != nil {
						t.Fatal(err)
					}
					_, cols := got.Part(part).Dims()
					if !mat.Equal(rows, got.Part(part).Slice(1, 3, 0, cols)) {
						t.Errorf("rows 1 and 2 of part %s of trial %d came back changed", part, trial)
					}
				}
			}
			if room == 0 {
				if _, err := s.rows(0, "C", 0, 1); err == nil {
					t.Error("a part that is not there was read")
				}
			}
			if err := s.close(); err != nil {
				t.Error(err)
			}
			if left, err := filepath.Glob(filepath.Join(os.TempDir(), "*")); err != nil || len(left) > 0 {
				t.Errorf("files are left: %v, %v", left, err)
			}
		})
	}
}

// On Linux nothing has to be tidied up: the file has no name from the beginning.
func TestShelfLeavesNothingWhenItIsKilled(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var s shelf
	if err := s.put(0, shelvedTuple(0)); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if s.file == nil || s.named != (len(left) > 0) {
		t.Errorf("named = %v with %d files in the folder", s.named, len(left))
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
}

func TestShelfWithoutADisk(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere"))
	var s shelf
	err := s.put(0, shelvedTuple(0))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("error %v, want one that says what to do", err)
	}
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("this system has no device that is full")
	}
	s = shelf{file: full}
	defer s.close() //nolint:errcheck // a device
	if err := s.put(0, shelvedTuple(0)); err == nil || !strings.Contains(err.Error(), "no space left on device") || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("on a full disk: error %v, want one that says so and what to do", err)
	}
}

func TestShelfThatWasCutShort(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var s shelf
	if err := s.put(0, shelvedTuple(0)); err != nil {
		t.Fatal(err)
	}
	if err := s.file.Truncate(16); err != nil {
		t.Fatal(err)
	}
	if tuple, err := s.tuple(0); err == nil || tuple != nil {
		t.Errorf("tuple = %v, %v, want an error", tuple, err)
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
}

// What verdicts rest on is measured pair by pair.
func TestDoubtfulDistancesAreMeasuredAgain(t *testing.T) {
	m := symmetry.NewDistanceMatrix(3, []float64{1e-6 + 5e-11, 1e-6 - 2e-9, 3e-6})
	raw := symmetry.NewDistanceMatrix(3, []float64{1, 2, 3})
	x := &problemRun{
		s: &Scenario{Checks: []CheckSpec{{Kind: "tuple", Tolerance: 1e-6}}}, p: fixed{}, converged: []int{0, 1, 2},
		tuples: shelf{room: shelved},
	}
	for trial := range 3 {
		if err := x.tuples.put(trial, shelvedTuple(trial)); err != nil {
			t.Fatal(err)
		}
	}
	c := &comparison{trials: []int{0, 1, 2}, row: map[int]int{0: 0, 1: 1, 2: 2}, after: m, before: raw}
	if err := x.again(c); err != nil {
		t.Fatal(err)
	}
	// fixed says 7 and 8; the pair at 1e-6 − 2e-9 is not doubtful.
	if got, want := m.Packed(), []float64{7, 1e-6 - 2e-9, 3e-6}; !slices.Equal(got, want) {
		t.Errorf("distances %v, want %v", got, want)
	}
	if got, want := raw.Packed(), []float64{1, 2, 8}; !slices.Equal(got, want) {
		t.Errorf("distances without alignment %v, want %v", got, want)
	}
}

// So the largest distance that a result has is that of the pair alone, to the last bit.
func TestComparisonMeasuresTheLargestAgain(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	random := func(rows, cols int) *mat.Dense {
		m := mat.NewDense(rows, cols, nil)
		for i := range rows {
			for j := range cols {
				m.Set(i, j, rnd.NormFloat64())
			}
		}
		return m
	}
	a, b := random(3, 20), random(30, 3)
	x := &problemRun{
		runner: &runner{RunSettings: RunSettings{Jobs: 1, Progress: func(Event) {}}}, s: &Scenario{}, p: bilinear{}, tuples: shelf{room: shelved},
	}
	const trials = 9
	for trial := range trials {
		moved := random(3, 20)
		moved.Scale(1e-8, moved)
		moved.Add(moved, a)
		x.converged, x.cells = append(x.converged, trial), append(x.cells, Cell{})
		x.outcomes = append(x.outcomes, &Outcome{Status: Converged, Fitness: float64(trial)})
		x.result.Trials = append(x.result.Trials, TrialResult{Status: Converged})
		if err := x.tuples.put(trial, symmetry.Tuple{{Name: "A", M: moved}, {Name: "B", M: b}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.compare(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, i, j := x.apart.after.Max()
	one, _ := x.tuples.tuple(i)   //nolint:errcheck // in memory
	other, _ := x.tuples.tuple(j) //nolint:errcheck // in memory
	want, err := bilinear{}.Symmetry().Distance(one, other)
	if err != nil {
		t.Fatal(err)
	}
	if got := float64(x.result.Distances.Max); got != want {
		t.Errorf("the largest distance is %v, want %v", got, want)
	}
}

// bilinear is a problem with the symmetry of a bilinear map in two blocks.
type bilinear struct{ Problem }

func (bilinear) Symmetry() symmetry.Group { return symmetry.Bilinear{Blocks: 2} }

// fixed is a problem with a symmetry that says 7, and 8 without alignment.
type fixed struct{ Problem }

func (fixed) Symmetry() symmetry.Group { return seven{} }

type seven struct{ symmetry.Trivial }

func (seven) Distance(symmetry.Tuple, symmetry.Tuple) (float64, error) { return 7, nil }
func (seven) Raw(symmetry.Tuple, symmetry.Tuple) (float64, error)      { return 8, nil }
