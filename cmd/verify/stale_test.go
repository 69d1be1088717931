package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// made makes files, whose content is "x", and the folders that they are in.
func made(t *testing.T, dir string, files ...string) {
	t.Helper()
	for _, name := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := writeFile(path, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
}

// linked makes a symbolic link.
func linked(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}

func TestStaleFoldersAreRemoved(t *testing.T) {
	stale := func(out string) string { return filepath.Join(out, ".x.17.tmp") }
	for _, c := range []struct {
		name string
		put  func(t *testing.T, out string)
		left bool
	}{
		{"what a killed run made", func(t *testing.T, out string) {
			t.Helper()
			made(t, stale(out), "cells/0123456789abcdef.log", "golden/rank=3.npz", "index.html", ".result.json.123", "cells/.0123456789abcdef.log.123", "progress.json")
		}, false},
		{"nothing in it", func(t *testing.T, out string) {
			t.Helper()
			if err := os.Mkdir(stale(out), 0o755); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"an old report with what lay beside it", func(t *testing.T, out string) {
			t.Helper()
			made(t, stale(out), "result.json", "thesis.txt")
		}, true},
		{"an old report with something in its pictures", func(t *testing.T, out string) {
			t.Helper()
			made(t, stale(out), "result.json", "images/mine.png")
		}, true},
		{"an old report with something in the pictures of a problem", func(t *testing.T, out string) {
			t.Helper()
			made(t, stale(out), "result.json", "images/rank-3/mine.png")
		}, true},
		{"an old report with a folder in one of its own", func(t *testing.T, out string) {
			t.Helper()
			made(t, stale(out), "result.json", "assets/fonts/a.woff")
		}, true},
		{"a link to elsewhere in it", func(t *testing.T, out string) {
			t.Helper()
			made(t, stale(out), "result.json")
			linked(t, filepath.Join(out, "mine"), filepath.Join(stale(out), "images"))
		}, false},
		{"a link to elsewhere in its place", func(t *testing.T, out string) {
			t.Helper()
			linked(t, filepath.Join(out, "mine"), stale(out))
		}, true},
		{"a file in its place", func(t *testing.T, out string) {
			t.Helper()
			made(t, out, ".x.17.tmp")
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := t.TempDir()
			made(t, out, "mine/index.html")
			c.put(t, out)
			f, err := newFolder(filepath.Join(out, "x"), "result.json")
			if err != nil {
				t.Fatal(err)
			}
			if err := f.drop(); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Lstat(stale(out)); (err == nil) != c.left {
				t.Errorf("the folder is there: %v, want %v", err == nil, c.left)
			}
			if _, err := os.Stat(filepath.Join(out, "mine", "index.html")); err != nil {
				t.Errorf("what the link leads to: %v", err)
			}
		})
	}
}

func TestOnlyStaleFoldersAreRemoved(t *testing.T) {
	out := t.TempDir()
	names := []string{
		".x-y.17.tmp", ".x.y.17.tmp", ".y.17.tmp", "x.17.tmp", ".x.17.tmp.old", ".x.tmp", ".x.17", ".x.cells", ".x.17a.tmp", ".X.17.tmp",
	}
	for _, name := range names {
		made(t, out, name+"/result.json")
	}
	f, err := newFolder(filepath.Join(out, "x"), "result.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.drop(); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(out, name, "result.json")); err != nil {
			t.Errorf("%s is not that of a report called x: %v", name, err)
		}
	}
}

// A run that goes on keeps its folder, and its lock ends when the report is in its place.
func TestFoldersInTheMakingAreNotStale(t *testing.T) {
	place := filepath.Join(t.TempDir(), "x")
	first, err := newFolder(place, "result.json")
	if err != nil {
		t.Fatal(err)
	}
	put := func(f *folder) error {
		return f.save("result.json", func(w io.Writer) error { _, err := io.WriteString(w, "{}"); return err })
	}
	if err := put(first); err != nil {
		t.Fatal(err)
	}
	second, err := newFolder(place, "result.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(put(second), first.commit(), second.commit(), first.drop(), second.drop()); err != nil {
		t.Fatalf("two runs at once: %v", err)
	}
	entries, err := os.ReadDir(filepath.Dir(place))
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() != "x" }) {
		t.Errorf("what is left: %v, want the report alone", entries)
	}
	lock, err := lockFolder(place)
	if err != nil {
		t.Fatalf("the report is still locked: %v", err)
	}
	unlock(lock)
}
