package verify

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"sync"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/verify/symmetry"
)

// shelved is how many bytes of tuples a shelf keeps in memory.
const shelved = 64 << 20

// A shelf keeps the tuples of the trials of one problem, so that memory does not grow with their number: the first
// ones in memory, and what is above room in a file. The file loses its name as soon as it is open, where the system
// allows that, so that nothing is left of it however the process ends. The zero value keeps all in the file.
type shelf struct {
	room int // bytes for tuples in memory

	mu     sync.Mutex
	memory map[int]symmetry.Tuple
	places map[int]place
	file   *os.File // nil until it is needed
	named  bool     // the file has its name still
	end    int64
}

// A place is where in the file a tuple is.
type place struct {
	offset int64
	parts  []cellPart
}

// put keeps the tuple of a trial. It may be called from several goroutines at once.
func (s *shelf) put(trial int, t symmetry.Tuple) error {
	at := place{parts: make([]cellPart, len(t))}
	size := 0
	for i, p := range t {
		rows, cols := p.M.Dims()
		at.parts[i] = cellPart{p.Name, rows, cols}
		size += 8 * rows * cols
	}
	file, err := s.reserve(trial, t, &at, size)
	if file == nil || err != nil {
		return err
	}
	b := make([]byte, 0, size)
	for _, p := range t {
		b = appendEntries(b, p.M)
	}
	if _, err := file.WriteAt(b, at.offset); err != nil {
		return fmt.Errorf("setting aside what a trial came to, in a file without a name in %s (TMPDIR chooses another folder): %w", os.TempDir(), err)
	}
	return nil
}

// reserve finds room for a tuple of that size: in memory, where it puts it, or in the file, which it returns.
func (s *shelf) reserve(trial int, t symmetry.Tuple, at *place, size int) (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.memory == nil {
		s.memory, s.places = map[int]symmetry.Tuple{}, map[int]place{}
	}
	if size <= s.room {
		s.room -= size
		s.memory[trial] = t
		return nil, nil //nolint:nilnil // no file is needed
	}
	if s.file == nil {
		f, err := os.CreateTemp("", "concord-*.tuples")
		if err != nil {
			return nil, fmt.Errorf("no file to set aside what trials came to (TMPDIR chooses another folder): %w", err)
		}
		s.file, s.named = f, os.Remove(f.Name()) != nil
	}
	at.offset = s.end
	s.end += int64(size)
	s.places[trial] = *at
	return s.file, nil
}

// close gives up the file. Nothing can be read after it.
func (s *shelf) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if s.named {
		if rest := os.Remove(s.file.Name()); !errors.Is(rest, fs.ErrNotExist) {
			err = errors.Join(err, rest)
		}
	}
	return err
}

// has says whether there is a tuple of a trial.
func (s *shelf) has(trial int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, there := s.places[trial]
	return there || s.memory[trial] != nil
}

// find returns the tuple of a trial, or its place in the file.
func (s *shelf) find(trial int) (symmetry.Tuple, place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.memory[trial], s.places[trial]
}

// tuple returns the tuple of a trial, nil where there is none.
func (s *shelf) tuple(trial int) (symmetry.Tuple, error) {
	t, at := s.find(trial)
	if t != nil {
		return t, nil
	}
	for _, p := range at.parts {
		m, err := s.read(at.offset, p.Rows, p.Cols)
		if err != nil {
			return nil, err
		}
		t = append(t, symmetry.Part{Name: p.Name, M: m})
		at.offset += int64(8 * p.Rows * p.Cols)
	}
	return t, nil
}

// rows returns rows from ≤ r < to of a part of the tuple of a trial, which has to be there.
func (s *shelf) rows(trial int, part string, from, to int) (*mat.Dense, error) {
	t, at := s.find(trial)
	if t != nil {
		return symmetry.Tuples{t}.Rows(0, part, from, to)
	}
	for _, p := range at.parts {
		if p.Name == part {
			return s.read(at.offset+int64(8*from*p.Cols), to-from, p.Cols)
		}
		at.offset += int64(8 * p.Rows * p.Cols)
	}
	return nil, fmt.Errorf("trial %d has no part %s", trial, part)
}

// read returns a matrix whose entries are in the file from offset on.
func (s *shelf) read(offset int64, rows, cols int) (*mat.Dense, error) {
	b := make([]byte, 8*rows*cols)
	if _, err := s.file.ReadAt(b, offset); err != nil {
		return nil, fmt.Errorf("reading what a trial came to, set aside in %s: %w", os.TempDir(), err)
	}
	data := make([]float64, rows*cols)
	for i := range data {
		data[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return mat.NewDense(rows, cols, data), nil
}

// A selection of the trials on a shelf is a symmetry.Source.
type selection struct {
	*shelf
	trials []int
}

// Len implements symmetry.Source.
func (s selection) Len() int { return len(s.trials) }

// Tuple implements symmetry.Source.
func (s selection) Tuple(i int) (symmetry.Tuple, error) { return s.tuple(s.trials[i]) }

// Rows implements symmetry.Source.
func (s selection) Rows(i int, part string, from, to int) (*mat.Dense, error) {
	return s.rows(s.trials[i], part, from, to)
}
