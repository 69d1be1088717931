package report

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.org/concord/verify"
)

// compared returns the comparison of two trees.
func compared(t testing.TB, a, b *verify.Result) *Comparison {
	t.Helper()
	c, err := Compare(a, b)
	if err != nil {
		t.Fatalf("Compare: %v", err)
	}
	return c
}

// fields returns every field that differs as "place, place: field effect before > after".
func fields(path string, parts []Difference) []string {
	var all []string
	for _, d := range parts {
		if len(d.Parts) > 0 {
			all = append(all, fields(strings.TrimPrefix(path+", "+d.Name, ", "), d.Parts)...)
			continue
		}
		all = append(all, strings.TrimPrefix(path+": ", ": ")+d.Name+" "+d.Effect.String()+" "+d.Before+" > "+d.After)
	}
	return all
}

// refuted has check i of a problem fail, with the tree above it.
func refuted(r *verify.Result, i int) {
	c := &r.Problems[0].Checks[i]
	c.Verdict, c.Value, c.Margin = verify.Fail, 2*c.Tolerance, 2
	r.Verdict, r.Problems[0].Verdict = verify.Fail, verify.Fail
}

// without removes check i of the first problem.
func without(r *verify.Result, i int) {
	p := &r.Problems[0]
	p.Checks = slices.Delete(slices.Clone(p.Checks), i, i+1)
}

func TestCompare(t *testing.T) {
	for _, test := range []struct {
		name   string
		before func(*verify.Result)
		after  func(*verify.Result)
		effect Effect
		want   []string // fields that differ, all of them
	}{
		{name: "the same", effect: Same},
		{
			name: "surroundings", effect: Aside,
			after: func(r *verify.Result) {
				r.Environment.FMA, r.Environment.Modules = true, map[string]string{"gonum.org/v1/gonum": "v0.18.0", "new": "v1"}
				r.Timing.Seconds, r.Timing.Phases = 2, []verify.Phase{{Name: "train", Seconds: 3}, {Name: "draw", Seconds: 1}}
				r.Scenario.Command = "verify run little --quiet"
			},
			want: []string{
				"scenario little: command aside verify run little > verify run little --quiet",
				"environment: fma aside no > yes",
				"environment: gonum.org/v1/gonum aside v0.17.0 > v0.18.0",
				"environment: new aside  > v1",
				"timing: seconds aside 1 > 2",
				"timing: train aside 1 > 3",
				"timing: draw aside  > 1",
			},
		},
		{
			name: "a value within its tolerance", effect: Moved,
			after: func(r *verify.Result) { c := &r.Problems[0].Checks[0]; c.Value, c.Margin = 6.4e-7, 0.064 },
			want: []string{
				"problem rank=20, check tuple: value moved 3.2e-07 > 6.4e-07",
				"problem rank=20, check tuple: margin moved 0.032 > 0.064",
			},
		},
		{
			name: "a tolerance and its reason", effect: Changed,
			after: func(r *verify.Result) { c := &r.Problems[0].Checks[0]; c.Tolerance, c.Reason = 2e-5, "because" },
			want: []string{
				"problem rank=20, check tuple: tolerance changed 1e-05 > 2e-05",
				"problem rank=20, check tuple: reason changed " + little().Problems[0].Checks[0].Reason + " > because",
			},
		},
		{
			name: "a check that is gone", effect: Changed,
			after: func(r *verify.Result) { without(r, 3) },
			want:  []string{"problem rank=20: check images-within-basin changed PASS > "},
		},
		{
			name: "a check that was added", effect: Changed,
			before: func(r *verify.Result) { without(r, 3) },
			want:   []string{"problem rank=20: check images-within-basin changed  > PASS"},
		},
		{
			name: "a problem of other data", effect: Changed,
			after: func(r *verify.Result) { r.Problems[0].Data = verify.Settings{"count": 7.0} },
			want:  []string{"problem rank=20 (count=100 set=mnist split=train) changed PASS > ", "problem rank=20 (count=7) changed  > PASS"},
		},
		{
			name: "a verdict that got worse", effect: Worse,
			after: func(r *verify.Result) { refuted(r, 0) },
			want: []string{
				"verdict worse PASS > FAIL",
				"problem rank=20: verdict worse PASS > FAIL",
				"problem rank=20, check tuple: verdict worse PASS > FAIL",
				"problem rank=20, check tuple: value moved 3.2e-07 > 2e-05",
				"problem rank=20, check tuple: margin moved 0.032 > 2",
			},
		},
		{
			name: "a verdict that got better", effect: Better,
			before: func(r *verify.Result) { refuted(r, 0) },
			want: []string{
				"verdict better FAIL > PASS",
				"problem rank=20: verdict better FAIL > PASS",
				"problem rank=20, check tuple: verdict better FAIL > PASS",
				"problem rank=20, check tuple: value moved 2e-05 > 3.2e-07",
				"problem rank=20, check tuple: margin moved 2 > 0.032",
			},
		},
		{
			name: "digests: the program is aside, data are not", effect: Changed,
			before: func(r *verify.Result) {
				r.Problems[0].Digests = []verify.Digest{{Name: "mnist", SHA256: "aa"}, {Name: "program verify", SHA256: "cc"}}
			},
			after: func(r *verify.Result) {
				r.Problems[0].Digests = []verify.Digest{{Name: "mnist", SHA256: "bb"}, {Name: "program verify", SHA256: "dd"}}
			},
			want: []string{
				"problem rank=20: digest mnist changed aa > bb",
				"problem rank=20: digest program verify aside cc > dd",
			},
		},
		{
			name: "metrics: rounding moves them, more changes them", effect: Changed,
			after: func(r *verify.Result) {
				m := r.Problems[0].Metrics
				m[1].Value = 0.688
				m[2].Value *= 1 + 1e-12
			},
			want: []string{
				"problem rank=20: metric accuracy/test changed 0.687 > 0.688",
				"problem rank=20: metric fitness moved -3.91827 > -3.91827",
			},
		},
		{
			name: "a number that is no longer measured", effect: Changed,
			after: func(r *verify.Result) { r.Problems[0].Oracle.Golden = nan() },
			want:  []string{"problem rank=20, optimum without a start: distance to golden changed 8.8e-08 > not measured"},
		},
		{
			name: "the scenario", effect: Changed,
			after: func(r *verify.Result) {
				r.Scenario.Source = "version: 1\nname: little\n"
				r.Scenario.SHA256 = sha256Of(r.Scenario.Source)
			},
			want: []string{"scenario little: line 2 changed  > name: little"},
		},
		{
			name: "a line break at the end", effect: Changed,
			after: func(r *verify.Result) { r.Scenario.Source, r.Scenario.SHA256 = "version: 1", sha256Of("version: 1") },
			want:  []string{"scenario little: sha256 changed " + sha256Of("version: 1\n") + " > " + sha256Of("version: 1")},
		},
		{
			name: "a control and doses that are gone", effect: Changed,
			after: func(r *verify.Result) { r.Twins, r.Doses = nil, nil },
			want:  []string{"control signed changed PASS > ", "doses of " + fixtureDose().Name + " changed PASS > "},
		},
		{
			name: "drawings", effect: Changed,
			after: func(r *verify.Result) { d := &r.Problems[0].Drawings[0]; d.Count++; d.MaxAll /= 2 },
			want: []string{
				"problem rank=20, drawings of 3: drawn changed 96 > 97",
				"problem rank=20, drawings of 3: largest distance moved 0.0163 > 0.00815",
			},
		},
		{
			name: "the power of a control", effect: Changed,
			after: func(r *verify.Result) { r.Twins[0].Problem.Power = nil },
			want: []string{
				"control signed: independent starts changed 3 > 0",
				"control signed: bound on the share that disagrees changed 0.0307 > not measured",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, b := little(), little()
			if test.before != nil {
				test.before(a)
			}
			if test.after != nil {
				test.after(b)
			}
			c := compared(t, a, b)
			if c.Effect != test.effect {
				t.Errorf("Compare = %v, want %v", c.Effect, test.effect)
			}
			if diff := cmp.Diff(test.want, fields("", c.Parts)); diff != "" {
				t.Errorf("fields that differ (-want +got):\n%s", diff)
			}
		})
	}
}

// In a control, checks have to fail: none of their verdicts is better or worse, that of the control is.
func TestCompareControls(t *testing.T) {
	a, b := little(), little()
	tw := &b.Twins[0]
	tw.Verdict, tw.Problem.Verdict = verify.Vacuous, verify.Pass
	c := &tw.Problem.Checks[0]
	c.Verdict, c.Value, c.Margin = verify.Pass, 0, 0
	b.Verdict = verify.Vacuous
	// One basin again, as a pass asks.
	tw.Problem = a.Problems[0]
	got := fields("", compared(t, a, b).Parts)
	for _, want := range []string{
		"control signed: verdict worse PASS > VACUOUS", "control signed: verdict changed FAIL > PASS",
		"control signed, check tuple: verdict changed FAIL > PASS",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("fields = %q, want %q among them", got, want)
		}
	}
}

func TestCompareRefusesContradictions(t *testing.T) {
	bad := little()
	bad.Verdict = verify.Pass
	bad.Problems[0].Verdict = verify.Fail
	for name, pair := range map[string][2]*verify.Result{"first": {bad, little()}, "second": {little(), bad}} {
		if _, err := Compare(pair[0], pair[1]); err == nil || !strings.Contains(err.Error(), "the "+name) {
			t.Errorf("Compare with a %s that contradicts itself = %v, want an error that names it", name, err)
		}
	}
}

func TestEffectExitCode(t *testing.T) {
	for e, want := range map[Effect]int{Same: 0, Aside: 0, Moved: 0, Changed: 3, Better: 3, Worse: 1} {
		if got := e.ExitCode(); got != want {
			t.Errorf("%v.ExitCode() = %d, want %d", e, got, want)
		}
	}
}

// apartTrees returns two trees with differences of every kind.
func apartTrees() (a, b *verify.Result) {
	a, b = little(), little()
	refuted(b, 0)
	b.Problems[0].Checks[0].Reason, b.Problems[0].Checks[0].Quantity = "another \x1b[31mreason", ""
	b.Problems[0].Metrics[0].Value = nan()
	b.Problems[0].Drawings[0].MaxWithin = verify.Number(math.Inf(1))
	b.Scenario.Source = "version: 1\nname: x\n"
	b.Scenario.SHA256 = sha256Of(b.Scenario.Source)
	b.Environment.CPU = "<b>"
	b.Twins, b.Doses = nil, nil
	return a, b
}

func TestDiffText(t *testing.T) {
	var b bytes.Buffer
	x, y := apartTrees()
	if err := WriteDiffText(&b, compared(t, x, y), 80, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"A verdict is worse. Fields that differ: 3 worse",
		"\nproblem rank=20, check tuple\n           field   before  after  ratio\n  worse    verdict   PASS   FAIL\n",
		"  changed  reason\n    - ", "\n    + another \uFFFD[31mreason\n", "  moved    value  3.2e-07",
	} {
		if !strings.Contains(strings.Join(strings.Fields(b.String()), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("the text has no %q:\n%s", want, &b)
		}
	}
	// Columns are aligned: what is in one column ends where its head does.
	lines := strings.Split(b.String(), "\n")
	for i, line := range lines {
		if strings.HasSuffix(line, "  ratio") && strings.Contains(lines[i+1], "×") && runes(lines[i+1]) != runes(line) {
			t.Errorf("a ratio does not end where its head does:\n%s\n%s", line, lines[i+1])
		}
	}
}

func TestDiffJSON(t *testing.T) {
	var b bytes.Buffer
	x, y := apartTrees()
	want := compared(t, x, y)
	if err := WriteDiffJSON(&b, want); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Effect string
		Parts  []struct {
			Name, Effect, Before, After string
			Ratio                       verify.Number
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Effect != "worse" || len(got.Parts) != len(want.Parts) || got.Parts[0].Before != "PASS" || !math.IsNaN(float64(got.Parts[0].Ratio)) {
		t.Errorf("WriteDiffJSON read back = %+v", got)
	}
}
