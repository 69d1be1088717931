package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/verify"
	"example.org/concord/verify/report"
	"example.org/concord/verify/symmetry"
)

// A culprit is a subject that trains as it should not.
type culprit func(ctx context.Context, t verify.Trial) (*verify.Outcome, error)

func (culprit) Name() string        { return "culprit" }
func (culprit) Space() verify.Space { return verify.Space{} }
func (culprit) Digests() []verify.Digest {
	return []verify.Digest{{Name: "nothing", SHA256: strings.Repeat("0", 64)}}
}
func (culprit) Symmetry() symmetry.Group { return symmetry.Trivial{} }
func (c culprit) Open(context.Context, verify.Settings, verify.Settings) (verify.Problem, error) {
	return c, nil
}

func (c culprit) Train(ctx context.Context, t verify.Trial, _ io.Writer) (*verify.Outcome, error) {
	return c(ctx, t)
}

// ends is an outcome at x.
func ends(t verify.Trial, status verify.Status, x float64) *verify.Outcome {
	begin := verify.CurvePoint{Step: 0, Fitness: verify.Number(-float64(t.Seed)), GradNorm: 1}
	return &verify.Outcome{
		Status: status, Fitness: -x, GradNorm: 1e-9, Steps: int(t.Seed), Evaluations: int(t.Seed),
		Tuple: symmetry.Tuple{{Name: "x", M: mat.NewDense(1, 1, []float64{x})}},
		Curve: []verify.CurvePoint{begin, {Step: int(t.Seed), Fitness: verify.Number(-x), GradNorm: 1e-9}},
	}
}

// TestMisdeeds writes the result of every way to train badly in every format: none breaks, and result.json holds what
// was found.
func TestMisdeeds(t *testing.T) {
	for _, test := range []struct {
		name  string
		train culprit
		want  verify.Verdict
		says  string // in the reports that people read
	}{
		{"clock, or map order", func(_ context.Context, t verify.Trial) (*verify.Outcome, error) {
			return ends(t, verify.Converged, 1+float64(t.Seed)), nil // as different each time
		}, verify.Fail, "4 basins"},
		{"ignores the seed", func(_ context.Context, t verify.Trial) (*verify.Outcome, error) {
			return ends(verify.Trial{Seed: 1}, verify.Converged, 1), nil
		}, verify.Vacuous, "so the start seems to be ignored"},
		{"stops early", func(_ context.Context, t verify.Trial) (*verify.Outcome, error) {
			return ends(t, verify.StepLimit, 1), nil
		}, verify.Inconclusive, "4 of 4 trials did not converge"},
		{"two optima", func(_ context.Context, t verify.Trial) (*verify.Outcome, error) {
			return ends(t, verify.Converged, float64(t.Seed%2)), nil
		}, verify.Fail, "2 basins"},
		{"NaN", func(_ context.Context, t verify.Trial) (*verify.Outcome, error) {
			return ends(t, verify.Converged, math.NaN()), nil
		}, verify.Error, "convergence at fitness NaN"},
		{"diverges to NaN", func(_ context.Context, t verify.Trial) (*verify.Outcome, error) {
			out := ends(t, verify.Diverged, math.NaN())
			out.Tuple, out.GradNorm = nil, math.Inf(1)
			return out, nil
		}, verify.Inconclusive, "diverged after 1 step"},
		{"panics", func(_ context.Context, t verify.Trial) (*verify.Outcome, error) {
			return ends(t, verify.Converged, make([]float64, 1)[t.Seed]), nil
		}, verify.Error, "panic: runtime error: index out of range [1] with length 1"},
		{"panics with what no file should hold", func(context.Context, verify.Trial) (*verify.Outcome, error) {
			panic("\x00\x1b[31m\xff\u202e]]>&<script>alert(1)</script>`|*\r\n::error::no\n# no")
		}, verify.Error, `\x00\x1b[31m\xff\u202e]]`},
		{"fails with a long story", func(context.Context, verify.Trial) (*verify.Outcome, error) {
			return nil, errors.New(strings.Repeat("on and on\n", 5000))
		}, verify.Error, "on and on"},
		{"ends its goroutine", func(context.Context, verify.Trial) (*verify.Outcome, error) {
			runtime.Goexit()
			return nil, nil
		}, verify.Error, "ended the goroutine"},
		{"hangs", func(ctx context.Context, _ verify.Trial) (*verify.Outcome, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, verify.Error, "not done after 1m0s, the limit of a trial"},
		{"leaks goroutines", func(ctx context.Context, t verify.Trial) (*verify.Outcome, error) {
			go func() { <-ctx.Done() }()
			return ends(t, verify.Converged, 1), nil
		}, verify.Pass, "lie within"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := tried(t, test.train)
				if r.Verdict != test.want {
					t.Errorf("verdict %v, want %v: %s", r.Verdict, test.want, r.Sentence)
				}
				first := written(t, "result.json", func(w io.Writer) error { return report.WriteJSON(w, r) })
				back, err := report.ReadJSON(strings.NewReader(first))
				if err != nil {
					t.Fatalf("ReadJSON of what WriteJSON wrote: %v", err)
				}
				if second := written(t, "result.json", func(w io.Writer) error { return report.WriteJSON(w, back) }); second != first {
					t.Errorf("read and written again, result.json is another:\n%s", second)
				}
				everyFormat(t, r, test.says)
			})
		})
	}
}

// tried is the result of a run of a culprit.
func tried(t *testing.T, c culprit) *verify.Result {
	t.Helper()
	const source = `version: 1
name: bad
title: It trains badly
vary: {seed: {from: 1, count: 4}}
checks:
  - converged: {}
  - tuple: {tolerance: 1e-9, reason: "none"}
`
	s, err := verify.ParseScenario("bad.yaml", []byte(source), []verify.Subject{c})
	if err != nil {
		t.Fatal(err)
	}
	r, err := verify.Run(t.Context(), s, []verify.Subject{c}, &verify.RunSettings{TrialLimit: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// written is what a writer writes. It has to be text without control characters.
func written(t *testing.T, format string, write func(io.Writer) error) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Errorf("%s: %v", format, err)
	}
	i := strings.IndexFunc(b.String(), func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' || c == '\u202e' })
	if i >= 0 || !utf8.ValidString(b.String()) {
		t.Errorf("%s: a control character at byte %d, or no UTF-8", format, i)
	}
	return b.String()
}

// everyFormat writes r in all formats but JSON. Those that people read have to say something.
func everyFormat(t *testing.T, r *verify.Result, says string) {
	t.Helper()
	page := written(t, "HTML", func(w io.Writer) error { return report.WriteHTML(w, r) })
	text := written(t, "text", func(w io.Writer) error { return report.WriteText(w, r, 0, false) })
	suites := written(t, "JUnit", func(w io.Writer) error { return report.WriteJUnit(w, r) })
	summary := written(t, "Markdown", func(w io.Writer) error { return report.WriteMarkdown(w, r) })
	notes := written(t, "annotations", func(w io.Writer) error {
		_, err := report.WriteAnnotations(w, r, report.Place{}, 10)
		return err
	})
	if !strings.Contains(page, says) {
		t.Errorf("HTML does not say %q", says)
	}
	for format, s := range map[string]string{"HTML": page, "text": text, "Markdown": summary} {
		if !strings.Contains(s, r.Verdict.String()) {
			t.Errorf("%s does not say %v:\n%s", format, r.Verdict, s)
		}
	}
	for format, s := range map[string]string{"HTML": page, "JUnit": suites, "Markdown": summary} {
		if strings.Contains(s, "<script>alert") {
			t.Errorf("%s: what a subject said has become markup", format)
		}
	}
	for line := range strings.Lines(notes) {
		if !strings.HasPrefix(line, "::error ") {
			t.Errorf("annotations: a line of a subject's own: %q", line)
		}
	}
	var names []string
	dec := xml.NewDecoder(bytes.NewReader([]byte(suites)))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("JUnit is no XML: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			names = append(names, e.Name.Local)
		}
	}
	if bad := slices.Contains(names, "failure") || slices.Contains(names, "error"); bad == (r.Verdict == verify.Pass) {
		t.Errorf("JUnit has the elements %v with verdict %v", names, r.Verdict)
	}
}
