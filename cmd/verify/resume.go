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
	resume bool // use what is there; else it is only written over

	mu  sync.Mutex
	ids []string // what this run used or wrote
}

// keep returns the place for the outcomes of a run whose report goes to place.
func keep(place string, resume bool) (*kept, error) {
	dir := filepath.Join(filepath.Dir(place), "."+filepath.Base(place)+".cells")
	info, err := os.Lstat(dir)
	if err == nil && !info.IsDir() { // on an error, newFolder finds out what is wrong with the folder around it
		return nil, fmt.Errorf("cannot keep outcomes there: %s is not a folder; remove it, or choose another folder with --out", dir)
	}
	return &kept{CellFolder: verify.CellFolder(dir), resume: resume}, nil
}

// Load implements verify.CellStore.
func (k *kept) Load(id string) (*verify.Outcome, []byte, error) {
	if !k.resume {
		return nil, nil, fmt.Errorf("cell %.16s: this run begins anew: %w", id, verify.ErrNoCell)
	}
	k.mine(id)
	return k.CellFolder.Load(id)
}

// Save implements verify.CellStore.
func (k *kept) Save(id string, out *verify.Outcome, log []byte) error {
	k.mine(id)
	return k.CellFolder.Save(id, out, log)
}

func (k *kept) mine(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ids = append(k.ids, id)
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
