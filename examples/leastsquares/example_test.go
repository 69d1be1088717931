package main

import (
	"bytes"
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/verify"
)

// open opens the problem with so many equations.
func open(t *testing.T, rows float64) *problem {
	t.Helper()
	p, err := leastSquares{}.Open(t.Context(), nil, verify.Settings{"rows": rows})
	if err != nil {
		t.Fatal(err)
	}
	return p.(*problem)
}

func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.html")
	var out bytes.Buffer
	code, err := run(t.Context(), &out, file)
	if code != verify.ExitPass || err != nil {
		t.Fatalf("run = %d, %v, want 0; output:\n%s", code, err, &out)
	}
	page, err := os.ReadFile(file)
	if err != nil || !bytes.Contains(page, []byte("fewer equations than unknowns")) {
		t.Errorf("the page does not name the control: %v", err)
	}
}

func TestRunSaysWhatWentWrong(t *testing.T) {
	if code, err := run(t.Context(), io.Discard, filepath.Join(t.TempDir(), "none", "page.html")); code != verify.ExitError || err == nil {
		t.Errorf("run into no folder = %d, %v, want 4 and an error", code, err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if code, err := run(cancelled, io.Discard, filepath.Join(t.TempDir(), "page.html")); code != verify.ExitError || err == nil {
		t.Errorf("cancelled run = %d, %v, want 4 and an error", code, err)
	}
}

// The outcome is the solution of the normal equations, found by other means.
func TestTrainSolvesTheNormalEquations(t *testing.T) {
	p := open(t, 12)
	out, err := p.Train(t.Context(), verify.Trial{Seed: 3, Settings: verify.Settings{"rate": 1.0}}, io.Discard)
	if err != nil || out.Status != verify.Converged {
		t.Fatalf("Train = %v, %v", out.Status, err)
	}
	var want mat.Dense
	if err := want.Solve(p.m, p.b); err != nil {
		t.Fatal(err)
	}
	want.Sub(&want, out.Tuple.Part("x"))
	if d := mat.Norm(&want, 2); !(d <= 1e-8) {
		t.Errorf("the outcome is %g from the solution by QR", d)
	}
}

// The tolerance of the scenario is what its reason says.
func TestToleranceIsDerived(t *testing.T) {
	s, err := verify.ParseScenario("scenario.yaml", scenario, []verify.Subject{leastSquares{}})
	if err != nil {
		t.Fatal(err)
	}
	var svd mat.SVD
	svd.Factorize(open(t, 12).m, mat.SVDNone)
	least := svd.Values(nil)[unknowns-1]
	two := 2 * 1e-10 * math.Pow(mat.Norm(open(t, 12).m, 2)/least, 2)
	if got := s.Checks[1].Tolerance; !(got >= 4*two && got <= 20*two) {
		t.Errorf("the tolerance is %g, and two trials are at most %g apart", got, two)
	}
}

// Two trials of one seed are the same to the bit.
func TestTrainRepeats(t *testing.T) {
	p := open(t, 12)
	var x [2]*mat.Dense
	for i := range x {
		out, err := p.Train(t.Context(), verify.Trial{Seed: 1, Settings: verify.Settings{"rate": 0.5}}, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		x[i] = out.Tuple.Part("x")
	}
	for j := range unknowns {
		if x[0].At(j, 0) != x[1].At(j, 0) {
			t.Errorf("x[%d] = %v, then %v", j, x[0].At(j, 0), x[1].At(j, 0))
		}
	}
}

// The tutorial shows these files as they are, and what the program says.
func TestTutorialShowsTheExample(t *testing.T) {
	text, err := os.ReadFile("../../docs/TUTORIAL.md")
	if err != nil {
		t.Fatal(err)
	}
	tutorial := string(text)
	for _, name := range []string{"subject.go", "scenario.yaml"} {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(tutorial, "\n"+strings.TrimSpace(string(file))+"\n```") {
			t.Errorf("docs/TUTORIAL.md does not show examples/leastsquares/%s as it is", name)
		}
		if lines := strings.Count(string(file), "\n"); lines >= 80 { // README.md says so
			t.Errorf("%s has %d lines, want less than 80", name, lines)
		}
	}
}
