package verify

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// workshop is an environment in which everything is known.
func workshop() Environment {
	return Environment{
		Go: "go1", GOOS: "linux", GOARCH: "amd64", GOAMD64: "v1", CPU: "some", FMA: true, Kernels: "avx2", Cores: 2,
		Arithmetic: strings.Repeat("ab", 32), Modules: map[string]string{},
	}
}

// otherwise are the ways in which an environment may differ from workshop, with what is said of it.
var otherwise = []struct {
	name   string
	change func(e *Environment)
	want   []string
	loud   bool
}{
	{"the same", func(*Environment) {}, nil, false},
	{"cores and revision", func(e *Environment) { e.Cores, e.Revision, e.Version = 64, "x", "y" }, nil, false},
	{"processor", func(e *Environment) { e.CPU = "another" }, []string{"golden was approved with CPU=some, this run has another"}, false},
	{
		"processor, and no knowing how it rounds", func(e *Environment) { e.CPU, e.Arithmetic = "another", "" },
		[]string{"golden was approved with CPU=some, this run has another"},
		true,
	},
	{"Go", func(e *Environment) { e.Go = "go2" }, []string{"golden was approved with Go=go1, this run has go2"}, true},
	{"GOAMD64", func(e *Environment) { e.GOAMD64 = "v3" }, []string{"golden was approved with GOAMD64=v1, this run has v3"}, true},
	{"GOARCH", func(e *Environment) { e.GOARCH = "arm64" }, []string{"golden was approved with GOARCH=amd64, this run has arm64"}, true},
	{"GOOS", func(e *Environment) { e.GOOS = "plan9" }, []string{"golden was approved with GOOS=linux, this run has plan9"}, true},
	{"GODEBUG", func(e *Environment) { e.GODEBUG = "cpu.fma=off" }, []string{"golden was approved with GODEBUG=none, this run has cpu.fma=off"}, true},
	{"build tags", func(e *Environment) { e.Tags = "noasm" }, []string{"golden was approved with build tags=none, this run has noasm"}, true},
	{"kernels with the same bits", func(e *Environment) { e.Kernels = "avx512" }, []string{"golden was approved with kernels=avx2, this run has avx512"}, false},
	{
		"kernels, and no knowing how they round", func(e *Environment) { e.Kernels, e.Arithmetic = "gonum", "" },
		[]string{"golden was approved with kernels=avx2, this run has gonum"},
		true,
	},
	{
		"fused multiply-add, and so the arithmetic", func(e *Environment) { e.FMA, e.Arithmetic = false, strings.Repeat("cd", 32) },
		[]string{
			"golden was approved with FMA=true, this run has false",
			"numbers are rounded otherwise in this run than where the golden was approved, so the last bits are others",
		},
		true,
	},
}

func TestElsewhere(t *testing.T) {
	for _, test := range otherwise {
		golden, run := workshop(), workshop()
		test.change(&run)
		got, loud := elsewhere(&golden, &run)
		if diff := cmp.Diff(test.want, got); diff != "" || loud != test.loud {
			t.Errorf("%s: elsewhere (-want +got), loud %t, want %t:\n%s", test.name, loud, test.loud, diff)
		}
	}
}

// TestGoldenOfAnotherEnvironment: a run says how its environment differs from that of the golden, and passes
// none the less.
func TestGoldenOfAnotherEnvironment(t *testing.T) {
	const with = "  - golden: {tolerance: 1e-9, reason: \"fifty halvings\"}\ntwin:"
	var left *Golden
	keep := func(g *Golden) (string, error) { left = g; return "golden/x.npz", nil }
	try(t, &suspect{}, "twin:", with, &RunSettings{SaveCandidate: keep, Environment: workshop()})
	for _, test := range otherwise {
		t.Run(test.name, func(t *testing.T) {
			run := workshop()
			test.change(&run)
			r := try(t, &suspect{}, "twin:", with, &RunSettings{Goldens: &heldGoldens{golden: left}, Environment: run})
			checks := r.Problems[0].Checks
			c := checks[len(checks)-1]
			if c.Kind != "golden" || c.Verdict != Pass {
				t.Fatalf("check %s is %v: %s", c.Kind, c.Verdict, c.Sentence)
			}
			var got []string
			for _, e := range c.Evidence[2:] {
				got = append(got, e.Text)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("evidence but the two distances (-want +got):\n%s", diff)
			}
			warning := r.Problems[0].Label + ", check golden: " + strings.Join(test.want, "; ")
			if got := strings.Contains(strings.Join(r.Warnings, "\n"), warning); got != test.loud {
				t.Errorf("warned: %t, want %t: %q", got, test.loud, r.Warnings)
			}
		})
	}
}

// TestSidecarThatKnowsNoArithmetic: what older versions wrote is read, and written again as it was.
func TestSidecarThatKnowsNoArithmetic(t *testing.T) {
	g := approvedGolden()
	for _, test := range []struct{ name, arithmetic string }{{"older", ""}, {"newer", strings.Repeat("ab", 32)}} {
		g.Source.Environment.Arithmetic = test.arithmetic
		_, text, err := encodeGolden(g)
		if err != nil {
			t.Fatal(err)
		}
		if has := bytes.Contains(text, []byte(`"arithmetic"`)); has != (test.arithmetic != "") {
			t.Errorf("%s: the side-car has the key: %t", test.name, has)
		}
		p, err := parseSidecar(text)
		if err != nil {
			t.Errorf("%s: parseSidecar: %v", test.name, err)
		} else if p.Environment.Arithmetic != test.arithmetic {
			t.Errorf("%s: arithmetic = %q, want %q", test.name, p.Environment.Arithmetic, test.arithmetic)
		}
	}
}

func TestRounding(t *testing.T) {
	e := workshop()
	e.GODEBUG = "gctrace=1,cpu.avx512f=off,madvdontneed=1,cpu.sse41=off"
	want := Arithmetic{e.Arithmetic, "amd64, kernels avx2, fma true, cpu.avx512f=off, cpu.sse41=off"}
	if got := e.Rounding(); got != want {
		t.Errorf("Rounding = %+v, want %+v", got, want)
	}
	if got, want := e.Rounding().String(), want.Text+", results abababab"; got != want {
		t.Errorf("String = %q, want %q", got, want)
	}
	if got := (Arithmetic{}).String(); got != "not known" {
		t.Errorf("String of the zero value = %q", got)
	}
}

// TestStoredCellsOfOtherArithmetic: what was made with other arithmetic is trained again, in one sentence, and what
// only another processor made is not.
func TestStoredCellsOfOtherArithmetic(t *testing.T) {
	here := Arithmetic{strings.Repeat("ab", 32), "amd64, kernels avx512, fma true"}
	s := &suspect{}
	want := resultBits(t, try(t, s, "", "", nil))
	all := s.calls.Load()
	for _, test := range []struct {
		name  string
		made  Arithmetic
		again bool
		says  string
	}{
		{"the same", here, false, ""},
		{"other kernels with the same bits", Arithmetic{here.SHA256, "amd64, kernels avx2, fma true"}, false, ""},
		{
			"without fused multiply-add",
			Arithmetic{strings.Repeat("cd", 32), "amd64, kernels gonum, fma false"},
			true,
			"and 7 more could not be used, so they were trained again: made with other arithmetic (amd64, kernels gonum, fma false, results cdcdcdcd) " +
				"than that of this run (amd64, kernels avx512, fma true, results abababab), and may differ in the last bits",
		},
		{"nobody said with which", Arithmetic{}, true, "with other arithmetic (not known) than"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := CellFolder(t.TempDir())
			try(t, s, "", "", &RunSettings{Store: folder.With(test.made)})
			s.calls.Store(0)
			r := try(t, s, "", "", &RunSettings{Store: folder.With(here)})
			if diff := cmp.Diff(want, resultBits(t, r)); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			calls := int64(0)
			if test.again {
				calls = all
			}
			if got := s.calls.Load(); got != calls {
				t.Errorf("%d trainings, want %d", got, calls)
			}
			said := 0
			for _, w := range r.Warnings {
				if strings.Contains(w, "trained again") {
					said++
				}
			}
			if wanted := 2 * int(calls/max(calls, 1)); said != wanted || !strings.Contains(strings.Join(r.Warnings, "\n"), test.says) {
				t.Errorf("warnings %q: want %d of cells that were trained again, for the problem and its control, with %q", r.Warnings, wanted, test.says)
			}
			s.calls.Store(0)
			r = try(t, s, "", "", &RunSettings{Store: folder.With(here)})
			if got := s.calls.Load(); got != 0 {
				t.Errorf("after that: %d trainings and %q, want none: what was trained again was kept", got, r.Warnings)
			}
		})
	}
}

func TestCellFolderWith(t *testing.T) {
	folder := CellFolder(t.TempDir())
	a, b := Arithmetic{"aa", "one"}, Arithmetic{"bb", "another"}
	if err := folder.With(a).Save(cellID, sampleCell(), []byte("log")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := folder.With(a).Load(cellID); err != nil {
		t.Errorf("Load with the arithmetic of Save: %v", err)
	}
	if _, _, err := folder.Load(cellID); err != nil {
		t.Errorf("Load of the folder itself: %v", err)
	}
	out, _, err := folder.With(b).Load(cellID)
	other, ok := errors.AsType[*ArithmeticError](err)
	if out != nil || !ok || *other != (ArithmeticError{Made: a, Want: b}) || !strings.Contains(err.Error(), folder.path(cellID)) {
		t.Errorf("Load with other arithmetic = %v, %v; want an ArithmeticError that names the file", out, err)
	}
}

// TestNothingToWarnOf: a list without an entry is a list in result.json, as its schema says.
func TestNothingToWarnOf(t *testing.T) {
	r := try(t, &suspect{}, "start: [signed]", "start: [signed]\n  fails: [tuple, scores, images]", nil)
	if r.Warnings == nil || len(r.Warnings) > 0 {
		t.Errorf("Warnings = %#v, want an empty list", r.Warnings)
	}
}
