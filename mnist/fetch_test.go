package mnist

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// folder returns name and content of every file in dir; none if there is no dir.
func folder(tb testing.TB, dir string) map[string][]byte {
	tb.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		tb.Fatal(err)
	}
	files := make(map[string][]byte)
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			tb.Fatal(err)
		}
		files[e.Name()] = b
	}
	return files
}

// copied returns a new folder with the four original files.
func copied(tb testing.TB) string {
	tb.Helper()
	dir := tb.TempDir()
	for name, b := range folder(tb, originals(tb)) {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	return dir
}

// paths returns the four paths that Fetch stores in dir.
func paths(dir string) []string {
	var list []string
	for _, src := range Sources() {
		list = append(list, filepath.Join(dir, src.Name))
	}
	return list
}

func TestFetchFolder(t *testing.T) {
	from := originals(t)
	dir := filepath.Join(t.TempDir(), "new", "folder")
	stored, err := Fetch(t.Context(), from, &Settings{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(paths(dir), stored); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	if !maps.EqualFunc(folder(t, dir), folder(t, from), bytes.Equal) {
		t.Error("the cache is not a copy of the originals")
	}
	stored, err = Fetch(t.Context(), from, &Settings{Dir: dir})
	if len(stored) != 0 || err != nil {
		t.Errorf("second Fetch = %v, %v, want nothing stored", stored, err)
	}
}

func TestFetchModule(t *testing.T) {
	dir := t.TempDir()
	stored, err := Fetch(t.Context(), "", &Settings{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(paths(dir), stored); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	// A complete cache needs no go command.
	stored, err = Fetch(t.Context(), "", &Settings{Dir: dir, Go: filepath.Join(dir, "none")})
	if len(stored) != 0 || err != nil {
		t.Errorf("second Fetch = %v, %v, want nothing stored", stored, err)
	}
}

func TestFetchFromEnvironment(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("CONCORD_DATA", dir)
	stored, err := Fetch(t.Context(), originals(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(paths(dir), stored); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

func TestFetchRepairs(t *testing.T) {
	settings := filled(t)
	path := filepath.Join(settings.Dir, "t10k-images-idx3-ubyte.gz")
	damage(t, path)
	stored, err := Fetch(t.Context(), originals(t), settings)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{path}, stored); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	if !maps.EqualFunc(folder(t, settings.Dir), folder(t, originals(t)), bytes.Equal) {
		t.Error("the cache is not a copy of the originals")
	}
}

// Whatever is wrong with the source, the cache stays as it was.
func TestFetchRefuses(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	const name = "t10k-labels-idx1-ubyte.gz" // the last one, when three were good
	isDigest := func(err error) bool {
		e, ok := errors.AsType[*DigestError](err)
		return ok && filepath.Base(e.Path) == name && e.Want == Sources()[3].SHA256 &&
			strings.Contains(err.Error(), e.Want) && strings.Contains(err.Error(), e.Got) && e.Got != e.Want
	}
	isMissing := func(err error) bool {
		return errors.Is(err, fs.ErrNotExist) && strings.Contains(err.Error(), name)
	}
	incomplete := filled(t)
	if err := os.Remove(filepath.Join(incomplete.Dir, "train-images-idx3-ubyte.gz")); err != nil {
		t.Fatal(err)
	}
	// Every case finds them as they are here, or the one before has failed.
	caches := []*Settings{{Dir: filepath.Join(t.TempDir(), "none")}, filled(t), incomplete}

	for _, tt := range []struct {
		name string
		harm func(path string) error
		is   func(error) bool
	}{
		{"another file", func(p string) error { return os.WriteFile(p, []byte("x"), 0o644) }, isDigest},
		{"empty file", func(p string) error { return os.Truncate(p, 0) }, isDigest},
		{"truncated file", func(p string) error { return os.Truncate(p, 4541) }, isDigest},
		{"bytes after the end", func(p string) error { return os.Truncate(p, 4543) }, isDigest},
		{"file missing", os.Remove, isMissing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			from := copied(t)
			if err := tt.harm(filepath.Join(from, name)); err != nil {
				t.Fatal(err)
			}
			for _, settings := range caches {
				before := folder(t, settings.Dir)
				stored, err := Fetch(t.Context(), from, settings)
				if !tt.is(err) || len(stored) != 0 {
					t.Errorf("Fetch = %v, %v", stored, err)
				}
				if !maps.EqualFunc(before, folder(t, settings.Dir), bytes.Equal) {
					t.Errorf("a cache of %d files has changed", len(before))
				}
			}
		})
	}
}

func TestFetchMissingFolder(t *testing.T) {
	dir := t.TempDir()
	from := filepath.Join(dir, "none")
	_, err := Fetch(t.Context(), from, &Settings{Dir: filepath.Join(dir, "cache")})
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), from) {
		t.Errorf("Fetch = %v, want %v with %s", err, fs.ErrNotExist, from)
	}
	if _, err := os.Stat(filepath.Join(dir, "cache")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("Fetch has made a cache folder with nothing to put there")
	}
}

func TestFetchReadOnlyCache(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	t.Run("complete", func(t *testing.T) {
		settings := filled(t)
		readOnly(t, settings.Dir)
		if stored, err := Fetch(t.Context(), originals(t), settings); len(stored) != 0 || err != nil {
			t.Errorf("Fetch = %v, %v, want nothing to be stored", stored, err)
		}
		if _, err := Open(t.Context(), Train, 1000, 1, settings); err != nil {
			t.Errorf("Open = %v", err)
		}
	})
	t.Run("empty", func(t *testing.T) {
		dir := t.TempDir()
		writable := readOnly(t, dir)
		stored, err := Fetch(t.Context(), originals(t), &Settings{Dir: dir})
		if writable {
			// The superuser, and Windows, write all the same.
			if len(stored) != 4 || err != nil {
				t.Errorf("Fetch = %v, %v, want four files stored", stored, err)
			}
			return
		}
		if len(stored) != 0 || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Fetch = %v, %v, want %v", stored, err, fs.ErrPermission)
		}
		if files := folder(t, dir); len(files) != 0 {
			t.Errorf("Fetch has left %v", slices.Collect(maps.Keys(files)))
		}
	})
	t.Run("below a file", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
		stored, err := Fetch(t.Context(), originals(t), &Settings{Dir: filepath.Join(file, "cache")})
		if _, ok := errors.AsType[*fs.PathError](err); !ok || len(stored) != 0 {
			t.Errorf("Fetch = %v, %v, want an error of the file system", stored, err)
		}
	})
}

// readOnly takes the permission to write in dir away until the test ends, and
// reports whether this user can write there all the same.
func readOnly(t *testing.T, dir string) (writable bool) {
	t.Helper()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Error(err)
		}
	})
	probe := filepath.Join(dir, "probe")
	if err := os.WriteFile(probe, nil, 0o644); err != nil {
		return false
	}
	if err := os.Remove(probe); err != nil {
		t.Fatal(err)
	}
	return true
}

// A rename that fails leaves whole files and no temporary ones.
func TestFetchRenameFails(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "t10k-images-idx3-ubyte.gz", "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	stored, err := Fetch(t.Context(), originals(t), &Settings{Dir: dir})
	if err == nil {
		t.Error("Fetch replaces a folder by a file")
	}
	if diff := cmp.Diff(paths(dir)[:2], stored); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range left {
		names = append(names, e.Name())
	}
	want := []string{"t10k-images-idx3-ubyte.gz", "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("cache (-want +got):\n%s", diff)
	}
}

func TestFetchTwiceAtOnce(t *testing.T) {
	from := originals(t)
	settings := &Settings{Dir: filepath.Join(t.TempDir(), "cache")}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if _, err := Fetch(t.Context(), from, settings); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if !maps.EqualFunc(folder(t, settings.Dir), folder(t, from), bytes.Equal) {
		t.Error("the cache is not a copy of the originals")
	}
}

func TestFetchGoCommand(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		mode string
		want string
	}{
		{"module error", "mod download: module lookup disabled by GOPROXY=off"},
		{"command error", "mod download: exit status 1: go: unknown setting"},
		{"silent error", "mod download: exit status 3"},
		{"no answer", "mod download: answer: unexpected end of JSON input"},
		{"no folder", "mod download: answer has no Dir"},
		{"wrong folder", "train-images-idx3-ubyte.gz"},
	} {
		t.Run(tt.mode, func(t *testing.T) {
			t.Setenv("MNIST_FAKE_GO", tt.mode)
			dir := filepath.Join(t.TempDir(), "cache")
			stored, err := Fetch(t.Context(), "", &Settings{Dir: dir, Go: self})
			if len(stored) != 0 || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Fetch = %v, %v, want an error with %q", stored, err, tt.want)
			}
			if files := folder(t, dir); len(files) != 0 {
				t.Errorf("Fetch has stored %d files", len(files))
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		dir := t.TempDir()
		_, err := Fetch(t.Context(), "", &Settings{Dir: dir, Go: filepath.Join(dir, "none")})
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Fetch = %v, want %v", err, fs.ErrNotExist)
		}
	})
}

// Fetch returns when its context ends, though the go command would not.
func TestFetchGoCommandHangs(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("MNIST_FAKE_GO", "hangs")
	t.Setenv("MNIST_FAKE_GO_ADDR", listener.Addr().String())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	dir := t.TempDir()
	go func() {
		_, err := Fetch(ctx, "", &Settings{Dir: dir, Go: self})
		done <- err
		// Accept has to return even if the command never came to call.
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
	}()
	conn, err := listener.Accept()
	if err != nil {
		t.Fatalf("Fetch = %v before its context ended", <-done)
	}
	defer conn.Close()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Fetch = %v, want %v", err, context.Canceled)
	}
}
