package verify

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestGoldenSlug(t *testing.T) {
	for _, tt := range []struct{ name, label, want string }{
		{"a label", "rank=20", "rank=20"},
		{"a fraction", "shrink=0.5", "shrink=0.5"},
		{"two axes", "rank=5 shrink=1e-05", "rank=5%20shrink=1e-05"},
		{"a record", "a=b(c=1,d=+2)", "a=b%28c=1,d=+2%29"},
		{"no label", "", "%"},
		{"capitals", "x=Ab", "x=%41b"},
		{"up and away", "../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"},
		{"this folder", ".", "%2E"},
		{"an absolute path", "/x", "%2Fx"},
		{"a path of Windows", `c:\x`, "c%3A%5Cx"},
		{"a flag", "-rf", "%2Drf"},
		{"hidden from go:embed", "_x", "%5Fx"},
		{"the escape itself", "%20", "%2520"},
		{"NUL", "a\x00", "a%00"},
		{"letters of others", "ä", "%C3%A4"},
		{"as long as it may be", strings.Repeat("a", 150), strings.Repeat("a", 150)},
		{"too long", strings.Repeat("a", 151), strings.Repeat("a", 100) + "%-5416d58d0995ead40b1732bff8dee597da5996baae2e2373ce716987b677ee72"},
	} {
		got := GoldenSlug(tt.label)
		if got != tt.want {
			t.Errorf("%s: GoldenSlug(%q) = %q, want %q", tt.name, tt.label, got, tt.want)
		}
	}
}

// TestGoldenSlugIsInjective: also where file systems fold the case of letters.
func TestGoldenSlugIsInjective(t *testing.T) {
	safe := regexp.MustCompile(`^[a-z0-9%][A-Za-z0-9=,.+%-]{0,165}$`)
	label := rapid.OneOf(rapid.String(), rapid.StringMatching(`[%aA2.=/ -]{0,4}`), rapid.StringMatching(`a{98,102}[%b]{40,60}`))
	rapid.Check(t, func(r *rapid.T) {
		a, b := label.Draw(r, "a"), label.Draw(r, "b")
		if slug := GoldenSlug(a); !safe.MatchString(slug) || !fs.ValidPath(slug) {
			r.Errorf("GoldenSlug(%q) = %q, which is no safe name", a, slug)
		}
		if a != b && strings.EqualFold(GoldenSlug(a), GoldenSlug(b)) {
			r.Errorf("GoldenSlug(%q) = %q = GoldenSlug(%q) but for case", a, GoldenSlug(a), b)
		}
	})
}

// storeOf returns a store with both files of g where they belong, in memory.
func storeOf(t *testing.T, g *Golden) (GoldenFS, fstest.MapFS) {
	t.Helper()
	npz, sidecar := encodedGolden(t, g)
	fsys := mapFS(map[string][]byte{"seed-sweep/rank=20.npz": npz, "seed-sweep/rank=20.json": sidecar})
	return GoldenFS{FS: fsys, Origin: "golden"}, fsys
}

func TestLoad(t *testing.T) {
	store, _ := storeOf(t, approvedGolden())
	g, err := store.Load("seed-sweep", "rank=20")
	if err != nil {
		t.Fatal(err)
	}
	if want := "golden/seed-sweep/rank=20.npz"; g.Origin != want {
		t.Errorf("Origin = %q, want %q", g.Origin, want)
	}
	if diff := cmp.Diff(goldenBits(t, approvedGolden()), goldenBits(t, g)); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
}

func TestLoadFindsNothing(t *testing.T) {
	store, _ := storeOf(t, approvedGolden())
	for _, tt := range []struct {
		name              string
		store             GoldenFS
		scenario, problem string
	}{
		{"another problem", store, "seed-sweep", "rank=5"},
		{"another scenario", store, "smoke", "rank=20"},
		{"a path for a problem", store, "seed-sweep", "../seed-sweep/rank=20"},
		{"no root", GoldenFS{FS: os.DirFS(filepath.Join(t.TempDir(), "none")), Origin: "none"}, "seed-sweep", "rank=20"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if g, err := tt.store.Load(tt.scenario, tt.problem); !errors.Is(err, ErrNoGolden) {
				t.Errorf("Load(%q, %q) = %v, %v, want ErrNoGolden", tt.scenario, tt.problem, g, err)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(fstest.MapFS, *Golden)
		want  string
	}{
		{"no side-car", func(m fstest.MapFS, _ *Golden) { delete(m, "seed-sweep/rank=20.json") }, "golden/seed-sweep/rank=20.json: the side-car is missing"},
		{"no arrays", func(m fstest.MapFS, _ *Golden) { delete(m, "seed-sweep/rank=20.npz") }, "golden/seed-sweep/rank=20.npz: the file is missing"},
		{"another scenario's", func(_ fstest.MapFS, g *Golden) { g.Source.Scenario = "smoke" }, `golden/seed-sweep/rank=20.json: it is the golden of scenario "smoke", not "seed-sweep"`},
		{"another problem's", func(_ fstest.MapFS, g *Golden) { g.Source.Problem = "rank=5" }, `golden/seed-sweep/rank=20.json: it is the golden of problem "rank=5", not "rank=20"`},
		{"a candidate", func(_ fstest.MapFS, g *Golden) { g.Source.Approved = nil }, "golden/seed-sweep/rank=20.json: this is a candidate that nobody approved"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := approvedGolden()
			tt.spoil(fstest.MapFS{}, g)
			store, fsys := storeOf(t, g)
			tt.spoil(fsys, g)
			_, err := store.Load("seed-sweep", "rank=20")
			wantError(t, "Load", err, tt.want)
			if errors.Is(err, ErrNoGolden) {
				t.Error("Load wraps ErrNoGolden although a file is there")
			}
		})
	}
}

func TestLoadBelowAFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "seed-sweep"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := GoldenFS{FS: os.DirFS(dir), Origin: "golden"}.Load("seed-sweep", "rank=20")
	wantError(t, "Load", err, "golden/seed-sweep/rank=20.json: ")
	if errors.Is(err, ErrNoGolden) {
		t.Error("Load wraps ErrNoGolden although the folder cannot be read")
	}
}

func TestOrphans(t *testing.T) {
	store, fsys := storeOf(t, approvedGolden())
	for _, name := range []string{
		"README.md", "golden.go", "stray.npz", "stray.json",
		"seed-sweep/rank=5.npz", "seed-sweep/rank=5.json", "seed-sweep/.golden.1.tmp", "seed-sweep/old/rank=20.npz",
		"gone/rank=20.npz", "gone/rank=20.json",
	} {
		fsys[name] = &fstest.MapFile{}
	}
	got, err := store.Orphans(map[string][]string{"seed-sweep": {"rank=20", "rank=7"}, "smoke": {"rank=5"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"gone/rank=20.json", "gone/rank=20.npz",
		"seed-sweep/.golden.1.tmp", "seed-sweep/old/rank=20.npz", "seed-sweep/rank=5.json", "seed-sweep/rank=5.npz",
		"stray.json", "stray.npz",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Orphans (-want +got):\n%s", diff)
	}
	none := GoldenFS{FS: os.DirFS(filepath.Join(t.TempDir(), "none")), Origin: "none"}
	if got, err := none.Orphans(nil); err != nil || len(got) > 0 {
		t.Errorf("Orphans of a root that does not exist = %q, %v, want none", got, err)
	}
}

func TestStrays(t *testing.T) {
	store, fsys := storeOf(t, approvedGolden())
	for _, name := range []string{
		"seed-sweep/rank=5.npz", "seed-sweep/rank=5.json", "seed-sweep/.golden.1.tmp", "seed-sweep/README.md",
		"gone/rank=20.npz", "stray.npz", "seed-sweep2/rank=20.npz",
	} {
		fsys[name] = &fstest.MapFile{}
	}
	for _, tt := range []struct {
		name, scenario string
		problems       []string
		want           []string
	}{
		{"a problem that is gone", "seed-sweep", []string{"rank=20", "rank=7"}, []string{"golden/seed-sweep/rank=5.json", "golden/seed-sweep/rank=5.npz"}},
		{"all are used", "seed-sweep", []string{"rank=5", "rank=20"}, nil},
		{"a scenario without any", "smoke", []string{"rank=20"}, nil},
	} {
		got, err := store.Strays(tt.scenario, tt.problems)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: Strays(%q, %q): error %v (-want +got):\n%s", tt.name, tt.scenario, tt.problems, err, diff)
		}
	}
	_, err := GoldenFS{FS: brokenFS{fsys}, Origin: "golden"}.Strays("seed-sweep", nil)
	wantError(t, "Strays of a folder that cannot be read", err, "golden: ", "permission denied")
}

// brokenFS fails below its root.
type brokenFS struct{ fstest.MapFS }

func (b brokenFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrPermission}
	}
	return b.MapFS.ReadDir(name)
}

func TestOrphansOfAFolderThatCannotBeRead(t *testing.T) {
	_, fsys := storeOf(t, approvedGolden())
	_, err := GoldenFS{FS: brokenFS{fsys}, Origin: "golden"}.Orphans(nil)
	wantError(t, "Orphans", err, "golden: ", "seed-sweep", "permission denied")
}
