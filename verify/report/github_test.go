package report

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.org/concord/verify"
)

// annotated writes annotations with lines that say what was asked for.
func annotated(t *testing.T, r *verify.Result, file string, most int) []string {
	t.Helper()
	var b bytes.Buffer
	place := Place{
		File:  file,
		Check: func(id string) int { return 10 + len(id) },
		Twin:  func(string) int { return 7 },
		Dose:  func(string) int { return 0 },
	}
	n, err := WriteAnnotations(&b, r, place, most)
	if err != nil {
		t.Fatalf("WriteAnnotations: %v", err)
	}
	var lines []string
	for l := range strings.Lines(b.String()) {
		lines = append(lines, strings.TrimSuffix(l, "\n"))
	}
	if n != len(lines) {
		t.Errorf("WriteAnnotations = %d, want %d, which is what it wrote", n, len(lines))
	}
	return lines
}

func TestAnnotations(t *testing.T) {
	failing := func(v verify.Verdict) *verify.Result {
		r := small()
		c := &r.Problems[0].Checks[0]
		r.Verdict, r.Problems[0].Verdict, c.Verdict = v, v, v
		c.Sentence = "They differ by 100 %,\r\nsee: a"
		r.Scenario.Name, r.Scenario.Command = "x", "verify run x"
		if v == verify.Fail {
			c.Value = 1
		}
		return r
	}
	const found = "They differ by 100 %25,%0D%0Asee: a%0Averify run x"
	for _, c := range []struct {
		name string
		r    *verify.Result
		file string
		most int
		want []string
	}{
		{"a pass", small(), "s.yaml", 10, nil},
		{"a refuted claim", failing(verify.Fail), "s.yaml", 10, []string{"::error file=s.yaml,line=15,title=x%3A tuple FAIL::" + found}},
		{"an undecided one", failing(verify.Inconclusive), "s.yaml", 10, []string{"::error file=s.yaml,line=15,title=x%3A tuple INCONCLUSIVE::" + found}},
		{"a file outside", failing(verify.Fail), "", 10, []string{"::error title=x%3A tuple FAIL::" + found}},
		{"a path with every character", failing(verify.Fail), "a,b:c%/d\n.yaml", 10, []string{"::error file=a%2Cb%3Ac%25/d%0A.yaml,line=15,title=x%3A tuple FAIL::" + found}},
		{"no room", failing(verify.Fail), "s.yaml", 0, nil},
		{"less than no room", failing(verify.Fail), "s.yaml", -1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := annotated(t, c.r, c.file, c.most)
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("WriteAnnotations = %q, want %q", got, c.want)
			}
		})
	}
}

// One for each kind of check over all problems, with the finding of the worst.
func TestAnnotationsAreOfKindsAndNotOfProblems(t *testing.T) {
	r := small()
	r.Verdict, r.Scenario.Name = verify.Fail, "x"
	first := r.Problems[0]
	first.Verdict = verify.Fail
	for i := range 30 {
		p := first
		p.Label, p.ID = fmt.Sprintf("rank=%d", i), sha256Of(fmt.Sprint(i))
		p.Checks = append([]verify.CheckResult{}, p.Checks...)
		c := &p.Checks[0]
		c.Verdict, c.Sentence = verify.Fail, "They differ."
		c.Value = c.Tolerance * verify.Number(100+i)
		c.Margin = verify.Number(100 + i)
		r.Problems = append(r.Problems, p)
	}
	got := annotated(t, r, "s.yaml", 10)
	want := []string{"::error file=s.yaml,line=15,title=x%3A tuple FAIL::Holds in 1 of 31 problems. Worst in rank=29: They differ."}
	if len(got) != 1 || !strings.HasPrefix(got[0], want[0]) {
		t.Errorf("WriteAnnotations = %q, want %q", got, want)
	}
}

// Of several checks of a kind the refuted one is named, though an undecided one comes first.
func TestAnnotationsNameOneCheckOfAKind(t *testing.T) {
	r := small()
	r.Scenario.Name, r.Verdict, r.Problems[0].Verdict = "x", verify.Fail, verify.Fail
	open := r.Problems[0].Checks[0]
	open.ID, open.Verdict = "tuple-open", verify.Inconclusive
	refuted := r.Problems[0].Checks[0]
	refuted.ID, refuted.Verdict, refuted.Value, refuted.Margin = "tuple-refuted", verify.Fail, 1, 1e5
	again := refuted
	again.ID = "tuple-refuted-again"
	r.Problems[0].Checks = []verify.CheckResult{open, refuted, again}
	got := annotated(t, r, "s.yaml", 10)
	if want := "title=x%3A tuple-refuted FAIL::"; len(got) != 1 || !strings.Contains(got[0], want) {
		t.Errorf("WriteAnnotations = %q, want one with %q", got, want)
	}
}

func TestAnnotationsOfControlsAndVerdicts(t *testing.T) {
	r := controlled()
	v := &r.Twins[0]
	r.Scenario.Name = "x"
	for i := range v.Problem.Checks {
		c := &v.Problem.Checks[i]
		c.Verdict, c.Value, c.Margin = verify.Pass, 0, 0
	}
	v.Problem.Verdict, v.Verdict, v.Sentence, r.Verdict = verify.Pass, verify.Vacuous, "It held.", verify.Vacuous
	got := annotated(t, r, "s.yaml", 10)
	if want := "::error file=s.yaml,line=7,title=x%3A control " + commandProperty(v.Name) + " VACUOUS::It held."; len(got) != 1 || !strings.HasPrefix(got[0], want) {
		t.Errorf("WriteAnnotations = %q, want one that begins with %q", got, want)
	}
	broken := small()
	broken.Problems, broken.Verdict, broken.Sentence = nil, verify.Error, "It broke."
	got = annotated(t, broken, "s.yaml", 10)
	if want := "ERROR::It broke."; len(got) != 1 || !strings.Contains(got[0], "line=1,") || !strings.Contains(got[0], want) {
		t.Errorf("WriteAnnotations = %q, want one in line 1 with %q", got, want)
	}
}

func TestAnnotationsReturnErrors(t *testing.T) {
	r := small()
	c := &r.Problems[0].Checks[0]
	r.Verdict, r.Problems[0].Verdict, c.Verdict, c.Value = verify.Fail, verify.Fail, verify.Fail, 1
	if _, err := WriteAnnotations(&failing{left: 5}, r, Place{}, 10); !errors.Is(err, errBroken) {
		t.Errorf("WriteAnnotations to a full disk = %v, want %v", err, errBroken)
	}
	r.SchemaVersion++
	if _, err := WriteAnnotations(&bytes.Buffer{}, r, Place{}, 10); err == nil {
		t.Error("WriteAnnotations of another version = nil, want an error")
	}
}
