package verify

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/verify/symmetry"
)

// approvable returns what Approve accepts: a candidate and the result of its run.
func approvable() (*Golden, *Result, Approval) {
	c := sampleGolden()
	r := &Result{
		Scenario: ScenarioInfo{Name: "seed-sweep"},
		Problems: []ProblemResult{
			{ID: "another", Label: "rank=5", Verdict: Error, Checks: []CheckResult{{ID: "tuple", Kind: "tuple", Verdict: Fail}}},
			{
				ID: c.Source.ProblemID, Label: "rank=20", Symmetry: c.Source.Symmetry, Verdict: Missing,
				Trials: []TrialResult{{Cell: "other", Status: StepLimit}, {Cell: c.Source.Cell, Status: Converged}},
				Checks: []CheckResult{
					{ID: "converged", Kind: "converged", Verdict: Pass},
					{ID: "tuple", Kind: "tuple", Verdict: Pass, Sentence: "They are far apart."},
					{ID: "golden", Kind: "golden", Verdict: Missing, Sentence: "There is none."},
				},
			},
		},
		Twins: []TwinResult{{Name: "both signs", Verdict: Pass, Sentence: "It held."}},
	}
	return c, r, Approval{By: "Ada", At: "2026-01-02T03:04:05Z", Reason: "looked at it", Command: "verify golden approve seed-sweep"}
}

func TestApproveRefuses(t *testing.T) {
	type parts struct {
		candidate *Golden
		result    *Result
		problem   *ProblemResult
		a         Approval
		group     symmetry.Group
		ci        bool
	}
	verdict := func(check int, v Verdict) func(*parts) { return func(p *parts) { p.problem.Checks[check].Verdict = v } }
	twin := func(v Verdict) func(*parts) { return func(p *parts) { p.result.Twins[0].Verdict = v } }
	for _, tt := range []struct {
		name  string
		spoil func(*parts)
		want  string
	}{
		{"in CI", func(p *parts) { p.ci = true }, "never in CI"},
		{"no reason", func(p *parts) { p.a.Reason = "" }, "the approval has no reason"},
		{"a blank reason", func(p *parts) { p.a.Reason = " \t\n" }, "the approval has no reason"},
		{"nobody", func(p *parts) { p.a.By = "" }, "does not say by whom"},
		{"no time", func(p *parts) { p.a.At = "" }, "the time of the approval"},
		{"a golden", func(p *parts) { p.candidate = approvedGolden(); p.candidate.Origin = "golden/x.npz" }, "golden/x.npz is a golden file already"},
		{"another scenario", func(p *parts) { p.result.Scenario.Name = "smoke" }, `the candidate is of scenario "seed-sweep", the result of "smoke"`},
		{"another problem", func(p *parts) { p.problem.ID = "other" }, `the result has no problem "rank=20" with the id abababababab: the candidate comes from another run`},
		{"another label", func(p *parts) { p.problem.Label = "rank=21" }, `the result has no problem "rank=20" with the id`},
		{"no problems", func(p *parts) { p.result.Problems = nil }, "the result has no problem"},
		{"another trial", func(p *parts) { p.problem.Trials[1].Cell = "other" }, "the result has no converged trial with the id cdcdcdcdcdcd"},
		{"a trial that did not converge", func(p *parts) { p.problem.Trials[1].Status = StepLimit }, "the result has no converged trial"},
		{"another symmetry in the result", func(p *parts) { p.problem.Symmetry = "none" }, "the result's none"},
		{"another group", func(p *parts) { p.group = symmetry.Trivial{} }, "and the problem's symmetry is "},
		{"a tuple that the group refuses", func(p *parts) { p.candidate.Tuple[0].M.Zero() }, "the candidate's tuple: part A: the matrix is zero"},
		{"a problem that failed", func(p *parts) { p.problem.Error = "no data" }, "the problem could not be posed: no data"},
		{"a check failed", verdict(1, Fail), "check tuple is FAIL: They are far apart."},
		{"a check is undecided", verdict(1, Inconclusive), "check tuple is INCONCLUSIVE"},
		{"a check is missing something", verdict(1, Missing), "check tuple is MISSING"},
		{"a check did not run", verdict(0, NotRun), "check converged is NOT RUN"},
		{"the golden is in error", verdict(2, Error), "check golden is ERROR: There is none. (if the old golden file is of no more use, remove it"},
		{"the golden is undecided", verdict(2, Inconclusive), "check golden is INCONCLUSIVE"},
		{"the golden did not run", verdict(2, NotRun), "check golden is NOT RUN"},
		{"a twin is vacuous", twin(Vacuous), `control "both signs" is VACUOUS: It held.`},
		{"a twin did not run", twin(NotRun), `control "both signs" is NOT RUN`},
		{"a twin failed", twin(Fail), `control "both signs" is FAIL`},
		{"a dose is vacuous", func(p *parts) {
			p.result.Doses = []DoseResult{{Name: "a pull", Verdict: Vacuous, Sentence: "It held."}}
		}, `control "a pull" is VACUOUS: It held.`},
		{"no golden check", func(p *parts) { p.problem.Checks = p.problem.Checks[:2] }, "the scenario has no golden check"},
		{"only a golden check", func(p *parts) { p.problem.Checks = p.problem.Checks[2:] }, "there is no other check than golden"},
		{"no checks", func(p *parts) { p.problem.Checks = nil }, "there is no other check than golden"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var p parts
			p.candidate, p.result, p.a = approvable()
			p.problem, p.group = &p.result.Problems[1], goldenGroup
			tt.spoil(&p)
			dir := filepath.Join(t.TempDir(), "golden")
			change, err := Approve(dir, p.candidate, p.result, p.group, p.a, nil, p.ci)
			wantError(t, "Approve", err, "not approved, seed-sweep rank=20: ", tt.want)
			if change != nil {
				t.Errorf("Approve = %+v, want nil", change)
			}
			if names := namesIn(t, filepath.Dir(dir)); len(names) > 0 {
				t.Errorf("Approve left %q", names)
			}
		})
	}
}

func TestApproveGivesEveryReason(t *testing.T) {
	c, r, a := approvable()
	a.Reason = ""
	r.Twins[0].Verdict = Vacuous
	_, err := Approve(t.TempDir(), c, r, goldenGroup, a, nil, true)
	wantError(t, "Approve", err, "never in CI", "no reason", "VACUOUS")
}

func TestApproveTheFirst(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "golden")
	c, r, a := approvable()
	a.Parent, a.Distance = "not the caller's to say", 7
	change, err := Approve(dir, c, r, goldenGroup, a, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "seed-sweep", "rank=20.npz"); change.Path != want {
		t.Errorf("Path = %q, want %q", change.Path, want)
	}
	if change.Parent != nil || change.Same || change.Why != "" || change.Removed != nil || !math.IsNaN(float64(change.Image)) {
		t.Errorf("Approve = %+v, want no parent", change)
	}
	if diff := cmp.Diff([]DrawingDoc{{"0", "++"}, {"0", "+-"}}, change.Added); diff != "" {
		t.Errorf("Added (-want +got):\n%s", diff)
	}
	if c.Source.Approved != nil {
		t.Error("Approve changed the candidate")
	}
	g, err := GoldenFS{FS: os.DirFS(dir), Origin: "golden"}.Load("seed-sweep", "rank=20")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(goldenBits(t, change.Golden), goldenBits(t, g)); diff != "" {
		t.Errorf("Load (-what Approve returned +got):\n%s", diff)
	}
	got := *g.Source.Approved
	if !math.IsNaN(float64(got.Distance)) {
		t.Errorf("Distance = %v, want NaN", got.Distance)
	}
	got.Distance = 0
	want := Approval{
		By: "Ada", At: "2026-01-02T03:04:05Z", Reason: "looked at it", Command: "verify golden approve seed-sweep",
		Lineage: &Lineage{Complete: true, Ancestors: []Ancestor{}, Drift: Drift{Kind: DriftFirst}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the approval (-want +got):\n%s", diff)
	}
}

// approvedDir returns a folder with a golden made of sampleGolden.
func approvedDir(t *testing.T) (dir, digest string) {
	t.Helper()
	dir = t.TempDir()
	c, r, a := approvable()
	change, err := Approve(dir, c, r, goldenGroup, a, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	return dir, change.Golden.Source.SHA256
}

func TestApproveAnother(t *testing.T) {
	dir, digest := approvedDir(t)
	c, r, a := approvable()
	r.Problems[1].Checks[2].Verdict = Fail
	c.Tuple[0].M.Scale(-3, c.Tuple[0].M) // the same modulo the group, but for the next line
	c.Tuple[1].M.Set(0, 0, 0.11)
	c.Drawings[0].Pattern = "--"
	c.Drawings[1].Image.Pixels = []float64{-0.8, 0, 0.6} // the same modulo sign
	want, err := goldenGroup.Distance(sampleGolden().Tuple, c.Tuple)
	if err != nil {
		t.Fatal(err)
	}
	change, err := Approve(dir, c, r, goldenGroup, a, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	got := change.Golden.Source.Approved
	if got.Parent != digest || change.Parent == nil || change.Parent.Source.SHA256 != digest {
		t.Errorf("the parent is %q, want %q", got.Parent, digest)
	}
	if !(math.Abs(float64(got.Distance)-want) < 1e-12) || !(want > 1e-4) {
		t.Errorf("Distance = %v, want %v", got.Distance, want)
	}
	if change.Same || change.Why != "" {
		t.Errorf("Same = %v, Why = %q, want a change", change.Same, change.Why)
	}
	if !(change.Image < 1e-15) || change.ImageAt != (DrawingDoc{"0", "+-"}) {
		t.Errorf("Image = %v at %v, want 0 at 0 +-", change.Image, change.ImageAt)
	}
	if diff := cmp.Diff([][]DrawingDoc{{{"0", "--"}}, {{"0", "++"}}}, [][]DrawingDoc{change.Added, change.Removed}); diff != "" {
		t.Errorf("Added, Removed (-want +got):\n%s", diff)
	}
}

func TestApproveTheSameAgain(t *testing.T) {
	dir, digest := approvedDir(t)
	c, r, a := approvable()
	r.Problems[1].Checks[2].Verdict = Pass
	change, err := Approve(dir, c, r, goldenGroup, a, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if got := change.Golden.Source.Approved; !change.Same || !(got.Distance < 1e-15) || got.Parent != digest {
		t.Errorf("Same = %v, approval %+v, want the same and the distance 0", change.Same, got)
	}
}

func TestApproveOfAnotherShape(t *testing.T) {
	dir, _ := approvedDir(t)
	c, r, a := approvable()
	c.Tuple[0].M = mat.NewDense(2, 1, []float64{1, 0.5})
	for i := range c.Drawings {
		c.Drawings[i].Image = Image{Rows: 1, Cols: 1, Pixels: []float64{1}}
	}
	change, err := Approve(dir, c, r, goldenGroup, a, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(float64(change.Golden.Source.Approved.Distance)) || !strings.Contains(change.Why, "part A: the shapes are 2×1 and 2×3") {
		t.Errorf("Distance = %v, Why = %q, want NaN and the shapes", change.Golden.Source.Approved.Distance, change.Why)
	}
	if len(change.Added) != 2 || len(change.Removed) != 2 || !math.IsNaN(float64(change.Image)) {
		t.Errorf("Added = %v, Removed = %v, Image = %v, want all drawings replaced", change.Added, change.Removed, change.Image)
	}
}

func TestApproveOverAGoldenThatCannotBeRead(t *testing.T) {
	dir, _ := approvedDir(t)
	npz := filepath.Join(dir, "seed-sweep", "rank=20.npz")
	if err := os.Remove(npz); err != nil {
		t.Fatal(err)
	}
	c, r, a := approvable()
	_, err := Approve(dir, c, r, goldenGroup, a, nil, false)
	wantError(t, "Approve", err, "not approved, since the golden file that is there cannot be read", "rank=20.npz: the file is missing")
	if diff := cmp.Diff([]string{"rank=20.json"}, namesIn(t, filepath.Dir(npz))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestApproveIntoNoFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c, r, a := approvable()
	_, err := Approve(file, c, r, goldenGroup, a, nil, false)
	wantError(t, "Approve below a file", err, file)
}
