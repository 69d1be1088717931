package main

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// Of reports that are put in one place at the same time, one is there in the end, whole, and nothing else is.
func TestFolderRivals(t *testing.T) {
	const rivals = 4
	for i := range 100 {
		out := filepath.Join(t.TempDir(), strconv.Itoa(i))
		var wg sync.WaitGroup
		var errs [rivals]error
		start := make(chan struct{})
		for j := range rivals {
			f, err := newFolder(filepath.Join(out, "x"), "result.json")
			if err != nil {
				t.Fatal(err)
			}
			text := []byte(strconv.Itoa(j))
			if err := errors.Join(f.save("result.json", bytesTo(text)), f.save("index.html", bytesTo(text))); err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				<-start
				errs[j] = errors.Join(f.commit(), f.drop())
			})
		}
		close(start)
		wg.Wait()
		if err := errors.Join(errs[:]...); err != nil {
			t.Fatalf("round %d: commit: %v", i, err)
		}
		got := tree(t, out)
		if len(got) != 2 || got["x/result.json"] == "" || got["x/result.json"] != got["x/index.html"] {
			t.Fatalf("round %d: %q, want one whole report and nothing else", i, got)
		}
		if err := os.RemoveAll(out); err != nil {
			t.Fatal(err)
		}
	}
}
