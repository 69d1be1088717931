package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Save puts what write writes into the file path, whole or not at all: it writes to a temporary file in
// the same folder, syncs it, and renames it. The folder has to exist. After an error the file that was
// at path before is still there.
func Save(path string, write func(io.Writer) error) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	err = errors.Join(fill(f, write), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("report: writing %s: %w", path, err), os.Remove(f.Name()))
	}
	return syncDir(dir)
}

// fill writes f, makes it readable for everyone, and syncs it.
func fill(f *os.File, write func(io.Writer) error) error {
	if err := write(f); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	return f.Sync()
}

// syncDir makes a rename in dir last through a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("report: syncing %s: %w", dir, err)
	}
	return nil
}
