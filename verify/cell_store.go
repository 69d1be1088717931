package verify

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// ErrNoCell says that a store does not hold a cell.
var ErrNoCell = errors.New("no such cell")

// A CellStore keeps what cells came to under their content addresses, so that what has run need not run again.
// Its methods may be called from several goroutines at once.
type CellStore interface {
	// Load returns the outcome and the log of a cell. It wraps ErrNoCell when the store does not hold it; any
	// other error says that it holds something that cannot be used.
	Load(id string) (out *Outcome, log []byte, err error)
	// Save keeps them. After it has returned, nothing short of a broken disk loses them.
	Save(id string, out *Outcome, log []byte) error
}

// CellFolder is a folder with one file for each cell, named after its id, "3f2a….cell". As a CellStore it does not
// say or ask with which arithmetic cells were made; see With.
type CellFolder string

// A cellFolderWith is a folder of cells that were made with one arithmetic.
type cellFolderWith struct {
	CellFolder
	made Arithmetic
}

// With returns the folder as a store of cells that were made with one arithmetic: Save says that they were, and
// Load wraps an *ArithmeticError where that is not known of a cell.
func (dir CellFolder) With(made Arithmetic) CellStore { return cellFolderWith{dir, made} }

// Load implements CellStore.
func (s cellFolderWith) Load(id string) (*Outcome, []byte, error) { return s.load(id, s.made) }

// Save implements CellStore.
func (s cellFolderWith) Save(id string, out *Outcome, log []byte) error {
	return s.save(id, s.made, out, log)
}

const cellExt = ".cell"

var (
	cellName = regexp.MustCompile(`^[0-9a-f]{64}$`)
	halfCell = regexp.MustCompile(`^\.([0-9a-f]{64})\..*\.tmp$`) // what write makes first
)

func (dir CellFolder) path(id string) string { return filepath.Join(string(dir), id+cellExt) }

// Load implements CellStore. The file's SHA-256 is checked. Symbolic links are not followed.
func (dir CellFolder) Load(id string) (*Outcome, []byte, error) { return dir.load(id, Arithmetic{}) }

// load is Load of a cell that was made with some arithmetic, or any where that is the zero value.
func (dir CellFolder) load(id string, made Arithmetic) (*Outcome, []byte, error) {
	if !cellName.MatchString(id) {
		return nil, nil, fmt.Errorf("cell %q: this is no id", id)
	}
	info, err := os.Lstat(dir.path(id))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, fmt.Errorf("cell %.16s: %w", id, ErrNoCell)
	case err != nil:
		return nil, nil, err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, nil, fmt.Errorf("%s: this is a symbolic link, which is not followed", dir.path(id))
	}
	b, err := readRegular(os.DirFS(string(dir)), id+cellExt, maxCellBytes)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", dir.path(id), err)
	}
	out, log, err := decodeCell(id, made, b)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", dir.path(id), err)
	}
	return out, log, nil
}

// saveAttempts bounds how often Save begins again when its folder or file vanishes under its hands, as happens
// when another run that used the same folder completes.
const saveAttempts = 8

// Save implements CellStore: the file is complete on the disk under another name before it gets its own. The
// folder is made when it is not there.
func (dir CellFolder) Save(id string, out *Outcome, log []byte) error {
	return dir.save(id, Arithmetic{}, out, log)
}

// save is Save of a cell that was made with some arithmetic.
func (dir CellFolder) save(id string, made Arithmetic, out *Outcome, log []byte) error {
	if !cellName.MatchString(id) {
		return fmt.Errorf("cell %q: this is no id", id)
	}
	b, err := encodeCell(id, made, out, log)
	if err != nil {
		return fmt.Errorf("keeping cell %.16s: %w", id, err)
	}
	for range saveAttempts {
		if err = dir.write(id, b); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("keeping cell %.16s: %w", id, err)
	}
	return nil
}

// write makes the file of a cell.
func (dir CellFolder) write(id string, b []byte) error {
	if err := os.MkdirAll(string(dir), 0o755); err != nil {
		return err
	}
	return replaceFile(dir.path(id), "."+id+".*.tmp", b)
}

// Remove takes cells out of the folder, with what writing them may have left half done, and the folder itself when
// nothing else is there. It returns how many files are left. Cells that are not there are no error.
func (dir CellFolder) Remove(ids []string) (left int, err error) {
	entries, err := os.ReadDir(string(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	mine := map[string]bool{}
	for _, id := range ids {
		mine[id] = true
	}
	for _, e := range entries {
		id, whole := strings.CutSuffix(e.Name(), cellExt)
		if half := halfCell.FindStringSubmatch(e.Name()); half != nil {
			id, whole = half[1], true
		}
		if !whole || !mine[id] {
			left++
			continue
		}
		if err := os.Remove(filepath.Join(string(dir), e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return left, err
		}
	}
	if left > 0 {
		return left, nil
	}
	err = os.Remove(string(dir))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist) { // another run was here
		err = nil
	}
	return 0, err
}

// List returns the ids of the cells in the folder, sorted; none when there is no folder. Files that are no cells,
// such as what a killed run left half written, are not listed.
func (dir CellFolder) List() ([]string, error) {
	entries, err := os.ReadDir(string(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), cellExt); ok && cellName.MatchString(id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}
