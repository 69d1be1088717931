package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree returns the files below dir with their content.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		out[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFolder(t *testing.T) {
	out := t.TempDir()
	place := filepath.Join(out, "x")
	put := func(text string) {
		t.Helper()
		f, err := newFolder(place, "result.json")
		if err != nil {
			t.Fatal(err)
		}
		err = errors.Join(f.save("result.json", bytesTo([]byte(text))), f.save("cells/0123456789abcdef.log", bytesTo([]byte(text))), f.commit(), f.drop())
		if err != nil {
			t.Fatal(err)
		}
	}
	put("first")
	if err := writeFile(filepath.Join(place, "notes.txt"), []byte("mine")); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(filepath.Join(place, "cells", "fedcba9876543210.log"), []byte("stale")); err != nil {
		t.Fatal(err)
	}

	t.Run("what fails leaves no trace", func(t *testing.T) {
		f, err := newFolder(place, "result.json")
		if err != nil {
			t.Fatal(err)
		}
		want := errors.New("disk full")
		if err := f.save("result.json", func(io.Writer) error { return want }); !errors.Is(err, want) {
			t.Errorf("save = %v, want %v", err, want)
		}
		if err := f.drop(); err != nil {
			t.Fatal(err)
		}
		got := tree(t, out)
		if diff := cmp.Diff(map[string]string{"x/result.json": "first", "x/cells/0123456789abcdef.log": "first", "x/cells/fedcba9876543210.log": "stale", "x/notes.txt": "mine"}, got); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	})

	t.Run("the new one replaces the old one but for what is not part of it", func(t *testing.T) {
		put("second")
		got := tree(t, out)
		if diff := cmp.Diff(map[string]string{"x/result.json": "second", "x/cells/0123456789abcdef.log": "second", "x/notes.txt": "mine"}, got); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	})
}

// What somebody put into the folders of a report is kept as what lies beside it is, and what verify made is not.
func TestFolderKeepsWhatIsNotItsOwn(t *testing.T) {
	kept := []string{
		"assets/mine.css", "assets/page-mine.css", "assets/page-0123456789abcdef.css.orig", "assets/fonts/a.woff",
		"cells/my-notes.txt", "cells/0123456789abcdef.log.gz", "golden/README.md",
		"images/mine.png", "images/mine", "images/rank-20/mine.png", "images/rank-20/more/digits.png", "images/Mine/digits.png",
		"notes.txt", "thesis/index.html", "thesis/cells/0123456789abcdef.log",
	}
	gone := []string{
		"index.html", "junit.xml", "summary.txt", "drawings.txt", "progress.json", ".index.html.17",
		"assets/page-0123456789abcdef.css", "assets/page-0123456789abcdef.js", "assets/picture-0123456789abcdef.png",
		"assets/film-0123456789abcdef.js", "assets/.picture-0123456789abcdef.png.17", "cells/0123456789abcdef.log",
		"images/digits.png", "images/digit-3-instance-0.png", "images/digit-3-instance-10-grey.png", "images/digit-a_b-2-instance-0.png",
		"images/rank-20/digits.png", "images/rank-20/.digit-3-instance-0.png.17", "golden/rank=20.npz", "golden/rank=20.json", "golden/.golden.17.tmp",
	}
	out := t.TempDir()
	made(t, filepath.Join(out, "x"), append(append([]string{"result.json"}, kept...), gone...)...)
	f, err := newFolder(filepath.Join(out, "x"), "result.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.save("result.json", bytesTo([]byte("new"))), f.save("images/digits.png", bytesTo([]byte("new"))), f.commit(), f.drop()); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"x/result.json": "new", "x/images/digits.png": "new"}
	for _, name := range kept {
		want["x/"+name] = "x"
	}
	if diff := cmp.Diff(want, tree(t, out)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestSwap(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for _, path := range []string{a, b} {
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := writeFile(filepath.Join(path, "was"), []byte(filepath.Base(path))); err != nil {
			t.Fatal(err)
		}
	}
	for _, exchange := range []struct {
		name string
		do   func(a, b string) error
		want map[string]string
	}{
		{"in three steps", swap, map[string]string{"a/was": "b", "b/was": "a"}},
		{"as this system can", exchange, map[string]string{"a/was": "a", "b/was": "b"}},
	} {
		t.Run(exchange.name, func(t *testing.T) {
			if err := exchange.do(a, b); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(exchange.want, tree(t, dir)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("undone when the second step fails", func(t *testing.T) {
		if err := swap(filepath.Join(dir, "absent"), b); err == nil {
			t.Error("swap with an absent folder = nil, want an error")
		}
		if diff := cmp.Diff(map[string]string{"a/was": "a", "b/was": "b"}, tree(t, dir)); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	})
}
