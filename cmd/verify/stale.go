package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// clearStale removes what killed runs left of reports in the making for place. A folder is left alone while the run
// that makes it goes on, which holds a lock on it, and when it has anything in it that verify does not make: a run
// that is killed while it puts its report in place leaves the old one there, with what lay beside it. Nothing but
// rubbish is at stake, so what cannot be looked at or removed is left alone too.
func clearStale(place string) {
	out, base := filepath.Dir(place), filepath.Base(place)
	name := regexp.MustCompile(`^\.` + regexp.QuoteMeta(base) + `\.[0-9]+\.tmp$`)
	entries, err := os.ReadDir(out)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !e.IsDir() || !name.MatchString(e.Name()) { // a symbolic link is no folder
			continue
		}
		path := filepath.Join(out, e.Name())
		lock, err := lockFolder(path)
		if others, unread := foreign(path); err == nil && unread == nil && len(others) == 0 {
			_ = os.RemoveAll(path) //nolint:errcheck // see above; links in it are removed and not followed
		}
		unlock(lock)
	}
}

// stageAttempts bounds how often newStage begins again when another run takes its folder for a stale one between
// its making and its locking.
const stageAttempts = 8

// newStage makes a folder beside place and locks it, so that other runs leave it alone. The lock ends with the
// process, or when the file is closed; it is nil where there are no locks, and nobody removes anything there.
func newStage(place string) (stage string, lock *os.File, err error) {
	for range stageAttempts {
		if stage, err = os.MkdirTemp(filepath.Dir(place), "."+filepath.Base(place)+".*.tmp"); err != nil {
			return "", nil, err
		}
		if lock, err = lockFolder(stage); errors.Is(err, errHeld) || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err = os.Chmod(stage, 0o755); err == nil {
			return stage, lock, nil
		}
		unlock(lock)
		if !errors.Is(err, fs.ErrNotExist) {
			return "", nil, errors.Join(err, os.RemoveAll(stage))
		}
	}
	return "", nil, err
}

// errHeld says that another run works in a folder.
var errHeld = errors.New("another run works there")

// unlock ends the lock of a folder, if there is one.
func unlock(lock *os.File) {
	if lock != nil {
		_ = lock.Close() //nolint:errcheck // nothing was written
	}
}
