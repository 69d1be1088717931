package mnist

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// filled returns the settings of a cache folder that has all four files.
func filled(tb testing.TB) *Settings {
	tb.Helper()
	settings := &Settings{Dir: filepath.Join(tb.TempDir(), "cache")}
	if _, err := Fetch(tb.Context(), originals(tb), settings); err != nil {
		tb.Fatal(err)
	}
	return settings
}

// damage changes one byte in the middle of the file.
func damage(tb testing.TB, path string) {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(path, b, 0o644); err != nil {
		tb.Fatal(err)
	}
}

func TestCacheDir(t *testing.T) {
	t.Setenv("CONCORD_DATA", filepath.Join("some", "folder"))
	got, err := CacheDir()
	if want := filepath.Join("some", "folder"); got != want || err != nil {
		t.Errorf("CacheDir() with CONCORD_DATA = %q, %v, want %q", got, err, want)
	}

	t.Setenv("CONCORD_DATA", "")
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, home)
	}
	user, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	got, err = CacheDir()
	if want := filepath.Join(user, "concord", "mnist"); got != want || err != nil {
		t.Errorf("CacheDir() = %q, %v, want %q", got, err, want)
	}

	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, "")
	}
	if got, err = CacheDir(); err == nil || !strings.Contains(err.Error(), "set CONCORD_DATA") {
		t.Errorf("CacheDir() without a home = %q, %v, want an error that names CONCORD_DATA", got, err)
	}
}

func TestOpenEmbedded(t *testing.T) {
	// The folder does not exist, so whatever is opened was embedded.
	settings := &Settings{Dir: filepath.Join(t.TempDir(), "none")}
	for _, tt := range []struct {
		name          string
		split         Split
		offset, count int
		digest        string
	}{
		{"first 100", Train, 0, 100, "a8417fcf861e04e41f865eb770301db815aa5330eb2e2b0518a978a0e16850d0"},
		{"up to the last embedded", Train, 900, 100, "c08610422c8365f454a4701b227c2ec0c5576b4a726842afe5066e6ee2c8222e"},
		{"all", Test, 0, 10000, "c2c6d17f1479b3cd01bed1c25572697c7864ffa0a84bc09dd5758f96b1a07b1f"},
	} {
		t.Run(string(tt.split)+"/"+tt.name, func(t *testing.T) {
			set, err := Open(t.Context(), tt.split, tt.offset, tt.count, settings)
			if err != nil {
				t.Fatal(err)
			}
			if got := set.Digest(); got != tt.digest {
				t.Errorf("Digest() = %s, want %s", got, tt.digest)
			}
		})
	}
}

func TestOpenCached(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	settings := filled(t)
	for _, tt := range []struct {
		name          string
		offset, count int
		digest        string
	}{
		{"across the end of the embedded part", 990, 20, "b9724190f5c000d2f155e58ae688cdef530be03af6fd59d9f23efc73d7318245"},
		{"all", 0, 60000, "80a16cc80d7948d9f1ee27c0d00f828ac8d536575d702723f828a040924e53b6"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set, err := Open(t.Context(), Train, tt.offset, tt.count, settings)
			if err != nil {
				t.Fatal(err)
			}
			if got := set.Digest(); got != tt.digest {
				t.Errorf("Digest() = %s, want %s", got, tt.digest)
			}
		})
	}
}

func TestOpenFromEnvironment(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	t.Setenv("CONCORD_DATA", filled(t).Dir)
	set, err := Open(t.Context(), Train, 1000, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if set.Len() != 1 {
		t.Errorf("Open(..., 1000, 1) has %d examples, want 1", set.Len())
	}
}

func TestOpenNotFetched(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	_, err := Open(t.Context(), Train, 950, 100, &Settings{Dir: dir})
	if !errors.Is(err, ErrNotFetched) {
		t.Fatalf("Open = %v, want %v", err, ErrNotFetched)
	}
	want := "mnist: train images 950 to 1049 need " + filepath.Join(dir, "train-images-idx3-ubyte.gz") +
		": not in the cache: run `verify data fetch`"
	if got := err.Error(); got != want {
		t.Errorf("Open = %q, want %q", got, want)
	}
}

func TestOpenOneFileMissing(t *testing.T) {
	settings := filled(t)
	path := filepath.Join(settings.Dir, "train-labels-idx1-ubyte.gz")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), Train, 1000, 1, settings)
	if !errors.Is(err, ErrNotFetched) || !strings.Contains(err.Error(), path) {
		t.Errorf("Open = %v, want ErrNotFetched with %s", err, path)
	}
}

func TestOpenDamagedCache(t *testing.T) {
	settings := filled(t)
	path := filepath.Join(settings.Dir, "train-images-idx3-ubyte.gz")
	damage(t, path)
	_, err := Open(t.Context(), Train, 1000, 1, settings)
	got, ok := errors.AsType[*DigestError](err)
	if !ok || got.Path != path || got.Want != Sources()[0].SHA256 || got.Got == got.Want {
		t.Errorf("Open = %v, want a *DigestError of %s", err, path)
	}
}

func TestOpenUnreadableCache(t *testing.T) {
	// A folder in the place of a file exists and cannot be read.
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "train-images-idx3-ubyte.gz"), 0o755); err != nil {
		t.Fatal(err)
	}
	settings := &Settings{Dir: dir}
	if _, err := Open(t.Context(), Train, 1000, 1, settings); err == nil || errors.Is(err, ErrNotFetched) {
		t.Errorf("Open = %v, want an error other than ErrNotFetched", err)
	}
	if list, err := Status(t.Context(), settings); err == nil {
		t.Errorf("Status = %v, want an error", list)
	}
}

func TestOpenErrors(t *testing.T) {
	for _, tt := range []struct {
		name          string
		split         Split
		offset, count int
		want          string
	}{
		{"split", "valid", 0, 1, `mnist: split "valid", want "train" or "test"`},
		{"count", Train, 5, 0, "mnist: train images: count 0, want at least 1"},
		{"offset", Train, -1, 1, "mnist: train images: 1 examples from offset -1, but there are 60000"},
		{"too many", Train, 0, 60001, "mnist: train images: 60001 examples from offset 0, but there are 60000"},
		{"overflow", Train, 2, math.MaxInt, fmt.Sprintf("mnist: train images: %d examples from offset 2, but there are 60000", math.MaxInt)},
		{"test", Test, 10000, 1, "mnist: test images: 1 examples from offset 10000, but there are 10000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set, err := Open(t.Context(), tt.split, tt.offset, tt.count, nil)
			if err == nil || err.Error() != tt.want {
				t.Errorf("Open(%q, %d, %d) = %v, %v, want error %q", tt.split, tt.offset, tt.count, set, err, tt.want)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := filepath.Join(t.TempDir(), "cache")
	settings := &Settings{Dir: dir}
	if _, err := Open(ctx, Train, 0, 1, settings); !errors.Is(err, context.Canceled) {
		t.Errorf("Open = %v, want %v", err, context.Canceled)
	}
	if _, err := Status(ctx, settings); !errors.Is(err, context.Canceled) {
		t.Errorf("Status = %v, want %v", err, context.Canceled)
	}
	if _, err := Fetch(ctx, t.TempDir(), settings); !errors.Is(err, context.Canceled) {
		t.Errorf("Fetch = %v, want %v", err, context.Canceled)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a cancelled Fetch has made %s", dir)
	}
}

func TestStatus(t *testing.T) {
	none := &Settings{Dir: filepath.Join(t.TempDir(), "none")}
	full := filled(t)
	hurt := filled(t)
	damage(t, filepath.Join(hurt.Dir, "train-labels-idx1-ubyte.gz"))
	damage(t, filepath.Join(hurt.Dir, "t10k-labels-idx1-ubyte.gz"))

	for _, tt := range []struct {
		name     string
		settings *Settings
		want     []Place
	}{
		{"no folder", none, []Place{Absent, Absent, InBinary, InBinary}},
		{"full", full, []Place{InCache, InCache, InCache, InCache}},
		{"damaged", hurt, []Place{InCache, Damaged, InCache, Damaged}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list, err := Status(t.Context(), tt.settings)
			if err != nil {
				t.Fatal(err)
			}
			var got []Place
			for i, st := range list {
				got = append(got, st.Place)
				if st.Source != Sources()[i] {
					t.Errorf("Source = %+v, want %+v", st.Source, Sources()[i])
				}
				if want := filepath.Join(tt.settings.Dir, st.Name); st.Path != want {
					t.Errorf("Path = %q, want %q", st.Path, want)
				}
				if want := map[Split]int{Train: 1000, Test: 10000}[st.Split]; st.Embedded != want {
					t.Errorf("%s: Embedded = %d, want %d", st.Name, st.Embedded, want)
				}
				if (st.Place == Damaged) != (len(st.Got) == 64) {
					t.Errorf("%s: Place = %s with Got = %q", st.Name, st.Place, st.Got)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
		})
	}
}

// The table of sources, the sizes used by Open and the headers of the original
// files say the same.
func TestSources(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	dir := originals(t)
	for _, src := range Sources() {
		t.Run(src.Name, func(t *testing.T) {
			z, err := os.ReadFile(filepath.Join(dir, src.Name))
			if err != nil {
				t.Fatal(err)
			}
			if got := int64(len(z)); got != src.Bytes {
				t.Errorf("Bytes = %d, but the file has %d", src.Bytes, got)
			}
			var count int
			if strings.Contains(src.Name, "images") {
				m, err := ReadImages(bytes.NewReader(z))
				if err != nil {
					t.Fatal(err)
				}
				count = m.Count
			} else {
				l, err := ReadLabels(bytes.NewReader(z))
				if err != nil {
					t.Fatal(err)
				}
				count = len(l)
			}
			h, err := src.Split.half()
			if err != nil {
				t.Fatal(err)
			}
			if count != src.Examples || count != h.total {
				t.Errorf("the file has %d examples, Source says %d, Open %d", count, src.Examples, h.total)
			}
		})
	}
}
