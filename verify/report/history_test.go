package report

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.org/concord/verify"
)

// on returns a little tree of a day in March, changed by change.
func on(day int, change func(*verify.Result)) *verify.Result {
	r := little()
	r.Timing.Started = time.Date(2026, 3, day, 12, 0, 0, 0, time.UTC)
	if change != nil {
		change(r)
	}
	return r
}

// someHistory has three runs of one scenario, read in another order, one of another, and a file that is none.
func someHistory() *History {
	runs := []*Run{
		NewRun("c", on(3, func(r *verify.Result) {
			refuted(r, 0)
			without(r, 3)
			r.Environment.CPU = "another"
		})),
		NewRun("a", on(1, nil)),
		NewRun("b", on(2, func(r *verify.Result) {
			c := r.Problems[0].Checks
			c[0].Value, c[0].Margin, c[1].Value, c[1].Margin = 6.5e-7, 0.065, 1.6e-7, 0.016
			r.Scenario.Source, r.Scenario.SHA256 = "x", sha256Of("x")
		})),
		NewRun("other", nothing()),
	}
	h := NewHistory(runs, []Unreadable{{"d/result.json", "report: reading a result: no"}})
	h.Notes = []string{"Not looked into: 1 folder."}
	return h
}

func TestNewHistory(t *testing.T) {
	h := someHistory()
	if len(h.Scenarios) != 2 || h.Scenarios[1].Name != "little" {
		t.Fatalf("scenarios = %+v, want the nameless one and little", h.Scenarios)
	}
	s := h.Scenarios[1]
	var got []string
	for _, r := range s.Runs {
		got = append(got, r.Path)
		got = append(got, r.Flags...)
	}
	for _, c := range s.Checks {
		for _, f := range c.Flags {
			got = append(got, c.ID+": "+f)
		}
	}
	want := []string{
		"a", "b", "the text of the scenario changed", "c", "the verdict changed from PASS to FAIL", "the text of the scenario changed",
		"the environment changed: cpu",
		"tuple: run 2: the margin grew 2.03 times, from 0.032 to 0.065",
		"tuple: run 3: the verdict changed from PASS to FAIL",
		"tuple: run 3: the margin grew 30.8 times, from 0.065 to 2",
		"images-within-basin: run 3: the check is gone",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("runs and flags (-want +got):\n%s", diff)
	}
}

func TestChanges(t *testing.T) {
	check := func(v verify.Verdict, margin, tolerance float64) *checkOfRun {
		return &checkOfRun{verdict: v, margin: verify.Number(margin), tolerance: verify.Number(tolerance)}
	}
	for _, test := range []struct {
		name          string
		before, after *checkOfRun
		want          string
	}{
		{"absent twice", nil, nil, "[]"},
		{"added", nil, check(verify.Pass, 0.1, 1), "[the check was added]"},
		{"twice is not more than twice", check(verify.Pass, 0.1, 1), check(verify.Pass, 0.2, 1), "[]"},
		{"smaller is no flag", check(verify.Pass, 0.1, 1), check(verify.Pass, 0.001, 1), "[]"},
		{"from nothing", check(verify.Pass, 0, 1), check(verify.Pass, 0.5, 1), "[the margin grew from 0 to 0.5]"},
		{"to infinity", check(verify.Fail, 5, 0), check(verify.Fail, math.Inf(1), 0), "[the margin grew +Inf times, from 5 to +Inf]"},
		{"no longer measured", check(verify.Pass, 0.1, 1), check(verify.Pass, math.NaN(), 1), "[there is no margin any more]"},
		{"never measured", check(verify.Pass, math.NaN(), math.NaN()), check(verify.Pass, math.NaN(), math.NaN()), "[]"},
		{"another tolerance", check(verify.Pass, 0.1, 0), check(verify.Pass, 0.1, 1e-3), "[the tolerance changed from exact to 0.001]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := fmt.Sprint(changes(test.before, test.after)); got != test.want {
				t.Errorf("changes = %s, want %s", got, test.want)
			}
		})
	}
}

func TestSparkline(t *testing.T) {
	inf, none := verify.Number(math.Inf(1)), nan()
	for _, test := range []struct {
		margins []verify.Number
		want    string
	}{
		{[]verify.Number{none}, "·"},
		{[]verify.Number{0, 0}, "▁▁"},
		{[]verify.Number{0.01, 0.1, 1}, "▁▅█"},
		{[]verify.Number{0.1, none, inf}, "▁·█"},
		{[]verify.Number{1, 1}, "▁▁"},
	} {
		if got := sparkline(test.margins); got != test.want {
			t.Errorf("sparkline(%v) = %s, want %s", test.margins, got, test.want)
		}
	}
}

func TestTrendView(t *testing.T) {
	v := newTrendView([]verify.Number{0.1, 1, nan(), 10, 10})
	want := []string{"5,35 47.5,20", "132.5,5 175,5"}
	if diff := cmp.Diff(want, v.Lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if v.Limit == nil || *v.Limit != 20 || len(v.Points) != 4 || v.Points[1].Over || !v.Points[2].Over {
		t.Errorf("trend = %+v, want the limit at 20 and the last two points over it", v)
	}
	if v := newTrendView([]verify.Number{nan()}); v.Limit != nil || len(v.Points) != 0 {
		t.Errorf("trend of nothing = %+v, want nothing", v)
	}
}

func TestHistoryText(t *testing.T) {
	var b bytes.Buffer
	if err := WriteHistoryText(&b, someHistory(), 80, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"little: 3 runs\n", "  1    2026-03-01 12:00:00  ✓ PASS", "  3    2026-03-03 12:00:00  ✗ FAIL", "  run 1: a\n",
		"    ! the environment changed: cpu\n", "✓✓–", "Nothing was checked.", "Not read: d/result.json\n", "Not looked into: 1 folder.\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the text has no %q:\n%s", want, &b)
		}
	}
}
