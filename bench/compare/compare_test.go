package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWorse(t *testing.T) {
	const table = `goos: linux,,,,,,
pkg: example.org/concord/model
,base.txt,,this.txt,,,
,sec/op,CI,sec/op,CI,vs base,P
Same-2,1,1%,2,1%,~,p=0.818 n=6
Faster-2,2,1%,1,1%,-50.00%,p=0.002 n=6
Little-2,1,1%,1.05,1%,+5.00%,p=0.002 n=6
Much/n=100-2,1,1%,1.5,1%,+50.00%,p=0.002 n=6
New-2,,,1,1%
geomean,1,,3,,+300.00%,

,base.txt,,this.txt,,,
,B/op,CI,B/op,CI,vs base,P
Same-2,1,1%,2,1%,+100.00%,p=0.002 n=6

pkg: example.org/concord/simd
,base.txt,,this.txt,,,
,sec/op,CI,sec/op,CI,vs base,P
Same-2,1,1%,2,1%,+100.00%,p=0.002 n=6
`
	got, err := worse(table, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []change{{"example.org/concord/model", "Much/n=100-2", 50}, {"example.org/concord/simd", "Same-2", 100}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(change{})); diff != "" {
		t.Errorf("worse (-want +got):\n%s", diff)
	}
	for _, table := range []string{
		"",
		",base,,this,,,\n,sec/op,CI,sec/op,CI,vs base,P\nOld-2,1,1%\n",
		",base,,this,,,\n,sec/op,CI,sec/op,CI,vs base,P\nOld-2,1,1%,2,1%,?,p=0.002 n=6\n",
	} {
		if got, err := worse(table, 10); err == nil {
			t.Errorf("worse(%q) = %v, want an error: nothing is compared", table, got)
		}
	}
}

func TestAnchored(t *testing.T) {
	pattern := strings.Split(anchored("BenchmarkTrain/n=100/rank=20"), "/")
	for i, tt := range []struct{ match, other string }{{"BenchmarkTrain", "BenchmarkTrainer"}, {"n=100", "n=1000"}, {"rank=20", "rank=200"}} {
		re := regexp.MustCompile(pattern[i])
		if !re.MatchString(tt.match) || re.MatchString(tt.other) {
			t.Errorf("%q matches %v and %v", pattern[i], tt.match, tt.other)
		}
	}
}

// A comparison that cannot be made is an error, and leaves nothing behind.
func TestNothingIsLeftBehind(t *testing.T) {
	dir := t.TempDir()
	git := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir, "-c", "user.name=x", "-c", "user.email=x@x"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	for name, text := range map[string]string{"go.mod": "module x\n\ngo 1.26\n", "x.go": "package x\n", "x_test.go": "package x\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q")
	git("add", ".")
	git("commit", "-q", "-m", "x")
	t.Chdir(dir)
	t.Setenv("TMPDIR", t.TempDir())
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"no benchmark", []string{"-base", "HEAD"}, "has benchmarks in both revisions"},
		{"no such revision", []string{"-base", "nowhere"}, "nowhere"},
		{"no revision", nil, "-base is missing"},
		{"too few turns", []string{"-base", "HEAD", "-count", "3"}, "nothing can be significant"},
		{"no threshold", []string{"-base", "HEAD", "-slower", "NaN"}, "-slower"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			_, err := run(t.Context(), tt.args, &stdout, &stderr)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("run = %v, want an error with %q", err, tt.want)
			}
			if list := git("worktree", "list"); strings.Count(list, "\n") != 1 {
				t.Errorf("worktrees are left:\n%s", list)
			}
			if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
				t.Errorf("left in the temporary folder: %v, %v", left, err)
			}
		})
	}
}
