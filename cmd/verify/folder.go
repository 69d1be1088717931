package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"example.org/concord/verify/report"
)

// A folder is a report in the making. It is filled under another name beside its place, so that the report
// that was there before stays whole until the new one is.
type folder struct {
	place string // where the report goes
	stage string // where it is made; after commit, what was replaced
	lock  *os.File
}

// newFolder begins the folder at place. It refuses symbolic links, because replacing what a link points to is
// not what anybody asked for, and a folder that holds something and no file called mark. What killed runs left of
// theirs is removed.
func newFolder(place, mark string) (*folder, error) {
	const advice = "choose another folder with --out"
	f := &folder{place: place}
	out := filepath.Dir(place)
	for _, path := range []string{out, place} {
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, fmt.Errorf("cannot write there: %w; %s", err, advice)
		case info.Mode()&fs.ModeSymlink != 0:
			return nil, fmt.Errorf("cannot write there: %s is a symbolic link; remove it, or %s", path, advice)
		case !info.IsDir():
			return nil, fmt.Errorf("cannot write there: %s is not a folder; %s", path, advice)
		}
	}
	entries, err := os.ReadDir(place)
	if err == nil && len(entries) > 0 && !slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == mark }) {
		return nil, fmt.Errorf("cannot write there: %s has something in it but no %s, so verify did not make it; %s", place, mark, advice)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, fmt.Errorf("cannot write there: %w; %s", err, advice)
	}
	clearStale(place)
	if f.stage, f.lock, err = newStage(place); err != nil {
		return nil, fmt.Errorf("cannot write there: %w; %s", err, advice)
	}
	return f, nil
}

// save puts a file of the report in place. The name may have folders in it, which are made.
func (f *folder) save(name string, write func(io.Writer) error) error {
	path := filepath.Join(f.stage, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return report.Save(path, write)
}

// commit puts the report in its place at once. What lay beside the report that was there before, or
// in its folders, is kept.
func (f *folder) commit() error {
	if _, err := os.Lstat(f.place); errors.Is(err, fs.ErrNotExist) {
		if err := os.Rename(f.stage, f.place); !errors.Is(err, fs.ErrExist) { // else another run was faster
			return err
		}
	}
	if err := exchange(f.stage, f.place); err != nil {
		return fmt.Errorf("replacing %s: %w", f.place, err)
	}
	others, err := foreign(f.stage)     // in the old report
	if errors.Is(err, fs.ErrNotExist) { // another run took it for a stale one, so nothing lay beside it
		return f.drop()
	}
	if err != nil {
		return err
	}
	for _, name := range others {
		to := filepath.Join(f.place, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.Rename(filepath.Join(f.stage, name), to)); err != nil {
			return fmt.Errorf("the report is complete, but what lay beside the old one is still in %s: %w", f.stage, err)
		}
	}
	return f.drop()
}

// drop removes what is at stage, and ends the lock.
func (f *folder) drop() error {
	err := os.RemoveAll(f.stage)
	unlock(f.lock)
	f.lock = nil
	return err
}

// swap exchanges two folders in three steps. It is for systems that cannot do it in one.
func swap(a, b string) error {
	aside := a + ".old"
	if err := os.Rename(b, aside); err != nil {
		return err
	}
	if err := os.Rename(a, b); err != nil {
		return errors.Join(err, os.Rename(aside, b))
	}
	return os.Rename(aside, a)
}
