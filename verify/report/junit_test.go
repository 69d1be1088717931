package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"example.org/concord/verify"
)

func junit(t testing.TB, r *verify.Result) (string, xmlSuites) {
	t.Helper()
	var b bytes.Buffer
	if err := WriteJUnit(&b, r); err != nil {
		t.Fatalf("WriteJUnit: %v", err)
	}
	var all xmlSuites
	if err := xml.Unmarshal(b.Bytes(), &all); err != nil {
		t.Fatalf("WriteJUnit wrote no XML: %v", err)
	}
	return b.String(), all
}

func TestJUnitVerdicts(t *testing.T) {
	for _, c := range []struct {
		verdict verify.Verdict
		want    string
	}{
		{verify.Pass, ""},
		{verify.Fail, "failure FAIL"},
		{verify.Vacuous, "failure VACUOUS"},
		{verify.Inconclusive, "error INCONCLUSIVE"},
		{verify.Missing, "error MISSING"},
		{verify.Error, "error ERROR"},
		{verify.NotRun, "error NOT RUN"},
	} {
		t.Run(c.verdict.String(), func(t *testing.T) {
			r := small()
			r.Verdict, r.Problems[0].Verdict, r.Problems[0].Checks[0].Verdict = c.verdict, c.verdict, c.verdict
			if c.verdict == verify.Fail {
				r.Problems[0].Checks[0].Value = 1
			}
			text, all := junit(t, r)
			tc := all.Suites[0].Cases[0]
			got := ""
			switch {
			case tc.Failure != nil:
				got = "failure " + tc.Failure.Type
			case tc.Error != nil:
				got = "error " + tc.Error.Type
			}
			if got != c.want {
				t.Errorf("a check that came to %v is %q, want %q", c.verdict, got, c.want)
			}
			if bad := all.Failures + all.Errors; (bad == 0) != (c.verdict == verify.Pass) {
				t.Errorf("%d failures and errors for %v", bad, c.verdict)
			}
			if strings.Contains(text, "<skipped") {
				t.Error("a skip looks like a pass")
			}
		})
	}
}

func TestJUnitProperties(t *testing.T) {
	_, all := junit(t, small())
	got := all.Suites[0].Cases[0].Properties.List
	for _, want := range []xmlProperty{{"value", "1e-07"}, {"tolerance", "1e-05"}, {"margin", "0.01"}, {"verdict", "PASS"}} {
		if !slices.Contains(got, want) {
			t.Errorf("the properties %v lack %v", got, want)
		}
	}
	if all.Tests != 1 || all.Suites[0].Tests != 1 {
		t.Errorf("%d tests of %d in the suite, want 1 of 1", all.Tests, all.Suites[0].Tests)
	}
}

func TestJUnitTwins(t *testing.T) {
	for _, c := range []struct {
		name   string
		checks []verify.Verdict // of the kind "images"
		kind   string
		twin   verify.Verdict
		want   []string
	}{
		{"caught", []verify.Verdict{verify.Fail}, "images", verify.Pass, []string{"check 0: "}},
		{"caught twice", []verify.Verdict{verify.Fail, verify.Fail}, "images", verify.Pass, []string{"check 0: ", "check 1: "}},
		{"caught once of twice", []verify.Verdict{verify.Fail, verify.Pass}, "images", verify.Vacuous, []string{"check 0: ", "check 1: VACUOUS"}},
		{"not caught", []verify.Verdict{verify.Pass}, "images", verify.Vacuous, []string{"check 0: VACUOUS"}},
		{"not decided", []verify.Verdict{verify.Inconclusive}, "images", verify.Vacuous, []string{"check 0: VACUOUS"}},
		{"no such check", []verify.Verdict{verify.Fail}, "scores", verify.Missing, []string{"scores: MISSING"}},
		{"an id is no kind", []verify.Verdict{verify.Fail}, "check 0", verify.Missing, []string{"check 0: MISSING"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := small()
			p := small().Problems[0]
			p.Checks, p.Verdict = nil, verify.Worst(c.checks...)
			for i, v := range c.checks {
				check := verify.CheckResult{ID: fmt.Sprintf("check %d", i), Kind: "images", Verdict: v, Tolerance: 0.1}
				if v == verify.Fail {
					check.Value = 1
				}
				p.Checks = append(p.Checks, check)
			}
			r.Verdict = c.twin
			r.Twins = []verify.TwinResult{{Name: "broken", MustFail: []string{c.kind}, Verdict: c.twin, Problem: p}}
			_, all := junit(t, r)
			var got []string
			for _, tc := range all.Suites[1].Cases {
				came := strings.TrimSuffix(tc.Name, " has to fail") + ": "
				for _, o := range []*xmlOutcome{tc.Failure, tc.Error} {
					if o != nil {
						came += o.Type
					}
				}
				got = append(got, came)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("the control comes to %q, want %q", got, c.want)
			}
		})
	}
}

// A suite without a bad case must not hide a verdict that is no pass.
func TestJUnitHidesNoVerdict(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*verify.Result)
		want string
	}{
		{"nothing ran", func(r *verify.Result) { *r = *nothing() }, "NOT RUN"},
		{"a problem that could not be posed", func(r *verify.Result) {
			r.Verdict, r.Problems[0].Verdict, r.Problems[0].Error, r.Problems[0].Checks = verify.Error, verify.Error, "no data", nil
		}, "ERROR"},
		{"a twin without checks", func(r *verify.Result) {
			r.Verdict, r.Twins = verify.Error, []verify.TwinResult{{Verdict: verify.Error, Sentence: "broke"}}
		}, "ERROR"},
		{"a run that misses shards", func(r *verify.Result) { r.Verdict = verify.Missing }, "MISSING"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := small()
			c.edit(r)
			text, all := junit(t, r)
			if all.Errors != 1 || !strings.Contains(text, `<error type="`+c.want+`"`) {
				t.Errorf("%d errors, want one of type %s:\n%s", all.Errors, c.want, text)
			}
		})
	}
}

func TestJUnitIsWellFormedWhateverItHolds(t *testing.T) {
	r := poisoned(t, "]]><&\"'\x00\x1b\uFFFE\xff")
	var b bytes.Buffer
	if err := WriteJUnit(&b, r); err != nil {
		t.Fatal(err)
	}
	dec := xml.NewDecoder(&b)
	for {
		if _, err := dec.Token(); err != nil {
			if err != io.EOF { //nolint:errorlint // the decoder returns it bare
				t.Errorf("WriteJUnit: %v", err)
			}
			return
		}
	}
}
