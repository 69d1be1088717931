package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"example.org/concord/verify"
)

// kept are the outcomes of a run in the making, in a folder beside its report. Whatever ends the run, they stay
// until a report has been made of them.
type kept struct {
	verify.CellFolder
	made   verify.Arithmetic // with which this run makes outcomes; others are not used
	resume bool              // use what is there; else it is only written over

	mu      sync.Mutex
	ids     []string        // what this run used or wrote
	trained map[string]bool // by id: false when what was there was used; nil before the first cell
}

// keep returns the place for the outcomes of a run with some arithmetic whose report goes to place.
func keep(place string, resume bool, made verify.Arithmetic) (*kept, error) {
	dir := filepath.Join(filepath.Dir(place), "."+filepath.Base(place)+".cells")
	info, err := os.Lstat(dir)
	if err == nil && !info.IsDir() { // on an error, newFolder finds out what is wrong with the folder around it
		return nil, fmt.Errorf("cannot keep outcomes there: %s is not a folder; remove it, or choose another folder with --out", dir)
	}
	return &kept{CellFolder: verify.CellFolder(dir), made: made, resume: resume}, nil
}

// Load implements verify.CellStore.
func (k *kept) Load(id string) (*verify.Outcome, []byte, error) {
	if !k.resume {
		return nil, nil, fmt.Errorf("cell %.16s: this run begins anew: %w", id, verify.ErrNoCell)
	}
	k.mine(id)
	out, log, err := k.With(k.made).Load(id)
	if err == nil {
		k.settle(id, false)
	}
	return out, log, err
}

// Save implements verify.CellStore.
func (k *kept) Save(id string, out *verify.Outcome, log []byte) error {
	k.mine(id)
	k.settle(id, true)
	return k.With(k.made).Save(id, out, log)
}

func (k *kept) mine(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ids = append(k.ids, id)
}

// settle notes whether a cell was trained. One that was trained after all, because what was there is no outcome of
// it, counts as trained.
func (k *kept) settle(id string, trained bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.trained == nil {
		k.trained = map[string]bool{}
	}
	k.trained[id] = k.trained[id] || trained
}

// tell says, of a run that is done training, how much of it was there.
func (k *kept) tell(a *app, name string) {
	used, trained := 0, 0
	for _, again := range k.trained {
		if again {
			trained++
		} else {
			used++
		}
	}
	a.note("%s: %s trained and kept, and %s of the run before used", name, plural(trained, "cell"), plural(used, "outcome"))
}

// count returns how many outcomes there are; none where the folder cannot be read.
func (k *kept) count() int {
	ids, err := k.List()
	if err != nil {
		return 0
	}
	return len(ids)
}

// done removes what the run used or wrote, since its report is complete. What is left belongs to other runs.
func (k *kept) done(a *app) error {
	left, err := k.Remove(k.ids)
	if err != nil {
		return fmt.Errorf("the report is complete, but the outcomes that it was made of could not be removed: %w", err)
	}
	if left > 0 {
		a.note("verify: %s keeps %s of other runs, for --resume; remove it when nothing is to be resumed", k.CellFolder, plural(left, "outcome"))
	}
	return nil
}
