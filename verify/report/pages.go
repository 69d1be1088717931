package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"example.org/concord/verify"
)

// SaveHTML writes r as index.html into dir, which has to exist, in one of the layouts. The text of the page is
// the same in all of them. Folder is for viewers whose content-security-policy forbids a page its own style and
// pictures, such as that of Jenkins; it needs no script to be read either.
//
// What the page needs is there before the page is, and what only the page before needed is removed after it:
// at any moment index.html is whole. In the folder assets nothing is touched but files SaveHTML made. With Folder
// it is an error when assets is there and no folder, or a symbolic link.
func SaveHTML(dir string, r *verify.Result, layout Layout) error {
	var write func(io.Writer) error
	files := map[string][]byte{}
	switch layout {
	case OneFile, "":
		write = func(w io.Writer) error { return WriteHTML(w, r) }
	case Folder:
		if err := consistent(r); err != nil {
			return fmt.Errorf("report: html: %w", err)
		}
		text, err := renderPage(r, aside{files})
		if err != nil {
			return fmt.Errorf("report: html: %w", err)
		}
		write = bytesTo(text)
	default:
		return fmt.Errorf("report: html: no layout %q", string(layout))
	}
	at := filepath.Join(dir, "assets")
	info, err := os.Lstat(at)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("report: html: %w", err)
	}
	foreign := err == nil && !info.IsDir()
	if foreign && len(files) > 0 {
		return fmt.Errorf("report: html: %s is not a folder; move it away, or choose another folder", at)
	}
	if err := saveFiles(at, files); err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	if err := Save(filepath.Join(dir, "index.html"), write); err != nil || foreign {
		return err
	}
	if err := prune(at, files); err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	return nil
}

// saveFiles writes files into dir, and makes it when there are any.
func saveFiles(dir string, files map[string][]byte) error {
	if len(files) == 0 {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if err := Save(filepath.Join(dir, name), bytesTo(text)); err != nil {
			return err
		}
	}
	return nil
}

// prune removes from dir the files of pages that are no more, and dir itself when nothing is left.
func prune(dir string, keep map[string][]byte) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	ours := regexp.MustCompile(`^(page|film|picture)-[0-9a-f]{16}\.(css|js|png)$`)
	left := len(entries)
	for _, e := range entries {
		if _, kept := keep[e.Name()]; kept || !ours.MatchString(e.Name()) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
		left--
	}
	if left == 0 {
		return os.Remove(dir)
	}
	return nil
}

// bytesTo returns a function that writes b.
func bytesTo(b []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}
}
