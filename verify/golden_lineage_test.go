package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.org/concord/verify/symmetry"
)

// approveMoved approves sampleGolden with another entry of B, by Ada in the month given.
func approveMoved(t *testing.T, dir string, entry float64, month int, first *Golden) *Golden {
	t.Helper()
	c, r, a := approvable()
	c.Tuple[1].M.Set(0, 0, entry)
	a.At, a.Reason = fmt.Sprintf("2026-%02d-02T03:04:05Z", month), fmt.Sprintf("reason %d", month)
	change, err := Approve(dir, c, r, goldenGroup, a, first, false)
	if err != nil {
		t.Fatal(err)
	}
	return change.Golden
}

// apart returns the distance of two goldens.
func apart(t *testing.T, x, y *Golden) float64 {
	t.Helper()
	d, err := goldenGroup.Distance(x.Tuple, y.Tuple)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// nearNumbers compares numbers up to rounding, NaN with NaN.
func nearNumbers() cmp.Option {
	return cmp.Comparer(func(x, y Number) bool { return sameNumber(x, y) || math.Abs(float64(x-y)) <= 1e-14 })
}

func TestLineage(t *testing.T) {
	dir := t.TempDir()
	a := approveMoved(t, dir, 0.10, 1, nil)
	b := approveMoved(t, dir, 0.11, 2, nil)
	c := approveMoved(t, dir, 0.13, 3, nil)
	d := approveMoved(t, dir, 0.14, 4, a)
	e := approveMoved(t, dir, 0.15, 5, nil)
	f := approveMoved(t, dir, 0.10, 6, nil)
	g := approveMoved(t, dir, 0.12, 7, nil)
	ancestor := func(x, next *Golden) Ancestor {
		p := x.Source.Approved
		return Ancestor{SHA256: x.Source.SHA256, By: "Ada", At: p.At, Reason: p.Reason, Distance: Number(apart(t, next, x))}
	}
	all := []Ancestor{ancestor(a, b), ancestor(b, c), ancestor(c, d), ancestor(d, e), ancestor(e, f), ancestor(f, g)}
	for i, tt := range []struct {
		name   string
		golden *Golden
		kind   string
		drift  float64
	}{
		{"the first", a, DriftFirst, 0},
		{"its successor, both at hand", b, DriftMeasured, apart(t, a, b)},
		{"the first is not at hand", c, DriftBound, apart(t, a, b) + apart(t, b, c)},
		{"the first was given", d, DriftMeasured, apart(t, a, d)},
		{"after a drift that was measured", e, DriftBound, apart(t, a, d) + apart(t, d, e)},
		{"back to the first", f, DriftMeasured, 0},
		{"the one that is replaced has the numbers of the first", g, DriftMeasured, apart(t, f, g)},
	} {
		l := tt.golden.Source.Approved.Lineage
		want := &Lineage{Complete: true, Ancestors: all[:i], Drift: Drift{tt.kind, Number(tt.drift)}}
		if diff := cmp.Diff(want, l, nearNumbers(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: lineage (-want +got):\n%s", tt.name, diff)
		}
	}
	if bound, measured := float64(c.Source.Approved.Lineage.Drift.Distance), apart(t, a, c); !(bound >= measured-1e-14) || !(measured > 1e-3) {
		t.Errorf("the bound is %v, want at least the distance %v, which is far from 0", bound, measured)
	}
	loaded, err := GoldenFS{FS: os.DirFS(dir), Origin: "golden"}.Load("seed-sweep", "rank=20")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(goldenBits(t, g), goldenBits(t, loaded)); diff != "" {
		t.Errorf("Load (-approved +got):\n%s", diff)
	}
}

func TestApproveRefusesAnotherFirst(t *testing.T) {
	dir := t.TempDir()
	other := approvedGolden()
	other.Origin, other.Source.SHA256 = "old/x.npz", strings.Repeat("ab", 32)
	c, r, a := approvable()
	_, err := Approve(dir, c, r, goldenGroup, a, other, false)
	wantError(t, "Approve the first of all, given a first", err, "not approved, seed-sweep rank=20: old/x.npz is given as the oldest of the lineage, and there is no golden to replace")
	first := approveMoved(t, dir, 0.1, 1, nil)
	_, err = Approve(dir, c, r, goldenGroup, a, other, false)
	wantError(t, "Approve with another first", err, "old/x.npz has the sha-256 abab", first.Source.SHA256)
	if got := namesIn(t, dir); len(got) != 1 {
		t.Errorf("files %q, want one folder", got)
	}
}

// TestLineageAcrossSymmetries: distances modulo two groups do not add up.
func TestLineageAcrossSymmetries(t *testing.T) {
	dir := t.TempDir()
	approveMoved(t, dir, 0.1, 1, nil)
	c, r, a := approvable()
	c.Source.Symmetry = symmetry.Trivial{}.String()
	r.Problems[1].Symmetry = c.Source.Symmetry
	change, err := Approve(dir, c, r, symmetry.Trivial{}, a, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if got := change.Golden.Source.Approved; !math.IsNaN(float64(got.Distance)) || got.Lineage.Drift.Kind != DriftUnknown || !strings.Contains(change.Why, "the other modulo {1}") {
		t.Errorf("Distance = %v, drift %+v, Why %q, want NaN and %s", got.Distance, got.Lineage.Drift, change.Why, DriftUnknown)
	}
}

// version1 is a side-car as version 1 of the form had it.
func version1(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/golden/version1.json")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestSidecarOfVersion1(t *testing.T) {
	p, err := parseSidecar(version1(t))
	if err != nil {
		t.Fatal(err)
	}
	const parent = "455b191bb84bb6e1be40763ccada25476e8af70f75ddd9a7af7e3dc332e619fe"
	want := &Lineage{
		Ancestors: []Ancestor{{SHA256: parent, Distance: 1.4637892458096308e-15}},
		Drift:     Drift{DriftMeasured, 1.4637892458096308e-15},
	}
	if diff := cmp.Diff(want, p.Approved.Lineage); diff != "" {
		t.Errorf("lineage (-want +got):\n%s", diff)
	}
	if p.SchemaVersion != GoldenSchemaVersion || p.SHA256 != "73f7968d4b7c1d4463b73e69ece11df48d77c38e80eb39767224d8aa21ce893c" || p.Approved.By != "root" {
		t.Errorf("parseSidecar = version %d, sha256 %s, by %s", p.SchemaVersion, p.SHA256, p.Approved.By)
	}
	text, err := encodeSidecar(p)
	if err != nil {
		t.Fatal(err)
	}
	again, err := parseSidecar(text)
	if err != nil {
		t.Fatalf("parseSidecar of what was migrated: %v", err)
	}
	if diff := cmp.Diff(p, again); diff != "" {
		t.Errorf("written and read again (-want +got):\n%s", diff)
	}
}

// TestSidecarOfVersion1AsItWas edits the fixture in ways that version 1 would have refused, or understood.
func TestSidecarOfVersion1AsItWas(t *testing.T) {
	whole := string(version1(t))
	const parent = `"parent": "455b191bb84bb6e1be40763ccada25476e8af70f75ddd9a7af7e3dc332e619fe",
    "distance": 1.4637892458096308e-15`
	if strings.Count(whole, parent) != 1 {
		t.Fatal("the fixture has no such parent")
	}
	with := func(text string) []byte { return []byte(strings.Replace(whole, parent, text, 1)) }
	for _, tt := range []struct {
		name    string
		sidecar []byte
		want    *Lineage
		err     string
	}{
		{"the first of its problem", with(`"parent": "",` + "\n" + `    "distance": "NaN"`), &Lineage{Complete: true, Ancestors: []Ancestor{}, Drift: Drift{Kind: DriftFirst}}, ""},
		{
			"of another shape than its parent", with(strings.Replace(parent, "1.4637892458096308e-15", `"NaN"`, 1)),
			&Lineage{Ancestors: []Ancestor{{SHA256: parent[11:75], Distance: Number(math.NaN())}}, Drift: Drift{DriftUnknown, Number(math.NaN())}}, "",
		},
		{"no parent", with(`"distance": "NaN"`), nil, "side-cars are not edited by hand"},
		{"a parent that is no digest", with(`"parent": "gone",` + "\n" + `    "distance": 1`), nil, `ancestor 0: its sha256 "gone" is none`},
		{"a distance below zero", with(strings.Replace(parent, "1.46", "-1.46", 1)), nil, "ancestor 0: its distance to the next"},
		{"the first, at a distance", with(`"parent": "",` + "\n" + `    "distance": 1`), nil, "at the distance 1, and the lineage ends in"},
		{"a lineage", with(parent + ",\n" + `    "lineage": {}`), nil, "line "},
		{"called version 2", bytes.Replace([]byte(whole), []byte(`"schema_version": 1`), []byte(`"schema_version": 2`), 1), nil, "the approval has no lineage"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := parseSidecar(tt.sidecar)
			if tt.err != "" {
				wantError(t, "parseSidecar", err, tt.err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, p.Approved.Lineage, nearNumbers()); diff != "" {
				t.Errorf("lineage (-want +got):\n%s", diff)
			}
		})
	}
}

// TestApproveOverVersion1 replaces a golden whose side-car is of version 1.
func TestApproveOverVersion1(t *testing.T) {
	dir := t.TempDir()
	old := approveMoved(t, dir, 0.1, 1, nil)
	parent := strings.Repeat("ab", 32)
	rewriteAsVersion1(t, dir+"/seed-sweep/rank=20.json", parent)
	c := approveMoved(t, dir, 0.11, 2, nil)
	step := Number(apart(t, old, c))
	want := &Lineage{
		Ancestors: []Ancestor{
			{SHA256: parent, Distance: 0.5},
			{SHA256: old.Source.SHA256, By: "Ada", At: "2026-01-02T03:04:05Z", Reason: "reason 1", Distance: step},
		},
		Drift: Drift{DriftBound, 0.5 + step},
	}
	if diff := cmp.Diff(want, c.Source.Approved.Lineage, nearNumbers()); diff != "" {
		t.Errorf("lineage (-want +got):\n%s", diff)
	}
}

// rewriteAsVersion1 turns a side-car into one of version 1 with a parent 0.5 away.
func rewriteAsVersion1(t *testing.T, path, parent string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var p Provenance
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	p.SchemaVersion, p.Approved.Parent, p.Approved.Distance, p.Approved.Lineage = 1, parent, 0.5, nil
	if text, err = encodeSidecar(&p); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestCommittedGoldens: what ships can be read, whatever version it was written by.
func TestCommittedGoldens(t *testing.T) {
	g, err := GoldenFS{FS: os.DirFS("../golden"), Origin: "golden"}.Load("seed-sweep", "rank=20")
	if err != nil {
		t.Fatal(err)
	}
	if g.Source.Approved.Lineage == nil || len(g.Source.Approved.Lineage.Ancestors) < 1 {
		t.Errorf("its lineage is %+v, want at least one ancestor", g.Source.Approved.Lineage)
	}
}

func TestLineageCheck(t *testing.T) {
	sha := strings.Repeat("ab", 32)
	nan := Number(math.NaN())
	sound := func() (*Lineage, *Approval) {
		one := Ancestor{SHA256: sha, By: "Ada", At: "2026-01-02T03:04:05Z", Reason: "first", Distance: 0.25}
		two := Ancestor{SHA256: sha, By: "Ada", At: "2026-02-02T03:04:05Z", Reason: "second", Distance: 0.5}
		return &Lineage{Complete: true, Ancestors: []Ancestor{one, two}, Drift: Drift{DriftBound, 0.75}}, &Approval{Parent: sha, Distance: 0.5}
	}
	for _, tt := range []struct {
		name  string
		spoil func(*Lineage, *Approval)
		want  string
	}{
		{"sound", func(*Lineage, *Approval) {}, ""},
		{"a tighter bound", func(l *Lineage, _ *Approval) { l.Drift.Distance = 0.3 }, ""},
		{"nobody known at the beginning", func(l *Lineage, _ *Approval) {
			l.Complete, l.Ancestors[0] = false, Ancestor{SHA256: sha, Distance: 0.25}
		}, ""},
		{"nobody known, and complete", func(l *Lineage, _ *Approval) { l.Ancestors[0] = Ancestor{SHA256: sha, Distance: 0.25} }, "ancestor 0: the approval does not say by whom"},
		{"nobody known later on", func(l *Lineage, _ *Approval) { l.Complete, l.Ancestors[1].By = false, "" }, "ancestor 1: the approval does not say by whom"},
		{"no time", func(l *Lineage, _ *Approval) { l.Ancestors[1].At = "" }, "ancestor 1: the time of the approval"},
		{"no digest", func(l *Lineage, _ *Approval) { l.Ancestors[0].SHA256 = "" }, `ancestor 0: its sha256 "" is none`},
		{"an infinite step", func(l *Lineage, _ *Approval) { l.Ancestors[0].Distance = Number(math.Inf(1)) }, "ancestor 0: its distance"},
		{"another parent", func(_ *Lineage, a *Approval) { a.Parent = strings.Repeat("cd", 32) }, `the parent "cdcdcdcdcdcd"`},
		{"another distance", func(_ *Lineage, a *Approval) { a.Distance = nan }, "at the distance NaN"},
		{"no ancestor, and not complete", func(l *Lineage, a *Approval) { *l, *a = Lineage{Ancestors: []Ancestor{}}, Approval{Distance: nan} }, "not complete, and has no ancestor"},
		{"a bound above the steps", func(l *Lineage, _ *Approval) { l.Drift.Distance = 0.76 }, `the drift, "bound" at the distance 0.76, cannot be`},
		{"a bound that is NaN", func(l *Lineage, _ *Approval) { l.Drift.Distance = nan }, "cannot be"},
		{"a measured drift below zero", func(l *Lineage, _ *Approval) { l.Drift = Drift{DriftMeasured, -1} }, "cannot be"},
		{"unknown although the steps add up", func(l *Lineage, _ *Approval) { l.Drift = Drift{DriftUnknown, nan} }, "cannot be"},
		{"first with ancestors", func(l *Lineage, _ *Approval) { l.Drift = Drift{DriftFirst, 0} }, "cannot be"},
		{"no kind", func(l *Lineage, _ *Approval) { l.Drift.Kind = "" }, "cannot be"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, a := sound()
			tt.spoil(l, a)
			err := l.check(a)
			if tt.want == "" {
				if err != nil {
					t.Errorf("check = %v, want none", err)
				}
				return
			}
			wantError(t, "check", err, tt.want)
		})
	}
}
