package report

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"example.org/concord/verify"
)

// explained returns what there is to say with blanks and line breaks as one blank.
func explained(t *testing.T, b *bytes.Buffer, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestExplainCell(t *testing.T) {
	r := little()
	unconverged(&r.Problems[0], 5)
	r.Verdict = verify.Inconclusive
	p := &r.Problems[0]
	d := p.Distances
	for k := range d.After {
		d.After[k] = 2e-7
	}
	d.After[0], d.After[2] = 1e-8, 3e-7 // of trials 0 and 1, 0 and 3
	d.Max = largestConverged(d, p.Trials)
	for _, test := range []struct {
		name, cell string
		want       []string
	}{
		{"in a basin", p.Trials[0].Cell[:20], []string{
			"rank=20, " + p.Trials[0].Label, "converged after", "Basin 1 of 1, with 5 trials from 1 start", "There is no other basin.",
			"The resolution is the tolerance of check tuple, 1e-05.",
			"nearest: 1e-08 to " + p.Trials[1].Label, "farthest: 3e-07 to " + p.Trials[3].Label,
			"log: logs/cell.log", "again: verify run seed-sweep --cell " + p.Trials[0].Cell[:12],
		}},
		{"in none", p.Trials[5].Cell, []string{"In no basin: only trials that converged", "this one is step limit."}},
		{"of a control", r.Twins[0].Problem.Trials[0].Cell, []string{"control signed: rank=20", "The nearest member of another basin is 0.4 away"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b bytes.Buffer
			got := explained(t, &b, ExplainCell(&b, r, test.cell, 0))
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("ExplainCell has no %q:\n%s", want, got)
				}
			}
		})
	}
}

func TestExplainWithoutDistances(t *testing.T) {
	r := little()
	r.Problems[0].Distances = nil
	r.Problems[0].Trials[0].Log = ""
	var b bytes.Buffer
	got := explained(t, &b, ExplainCell(&b, r, r.Problems[0].Trials[0].Cell, 0))
	for _, want := range []string{"Its distances to others were not recorded.", "log: not recorded"} {
		if !strings.Contains(got, want) {
			t.Errorf("ExplainCell has no %q:\n%s", want, got)
		}
	}
}

func TestExplainNoSuchCell(t *testing.T) {
	r := little()
	cells := r.Problems[0].Trials
	cells[3].Cell, cells[4].Cell = "ab1", "ab2" // to which nothing else in the tree refers
	for _, test := range []struct{ name, first, second, want string }{
		{"none", "zz", "ab2", `no trial of this result has a cell that begins with "zz"`},
		{"empty", "", "ab2", `begins with ""`},
		{"several", "ab", "ab2", `2 cells begin with "ab", ab1 and ab2 among them`},
		{"the second", "ab1", "zz", `begins with "zz"`},
		{"twice the same", "ab1", "ab1", "both cells are ab1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := ExplainPair(&bytes.Buffer{}, r, test.first, test.second, 1e-6, 0)
			if _, ok := errors.AsType[*CellError](err); !ok || !strings.Contains(err.Error(), test.want) {
				t.Errorf("ExplainPair(%q, %q) = %v, want %q", test.first, test.second, err, test.want)
			}
		})
	}
}

func TestExplainPair(t *testing.T) {
	r := little()
	a := r.Problems[0].Trials
	a[0].Curve = []verify.CurvePoint{{Step: 0, Fitness: 1, GradNorm: 1}, {Step: 5, Fitness: 2, GradNorm: 0.5}, {Step: 9, Fitness: 3, GradNorm: 0.1}}
	a[1].Curve = []verify.CurvePoint{{Step: 0, Fitness: 1, GradNorm: 1}, {Step: 6, Fitness: 7, GradNorm: 7}, {Step: 9, Fitness: 3, GradNorm: 0.2}}
	for _, test := range []struct {
		name      string
		other     string
		threshold float64
		want      []string
	}{
		{"one start", a[1].Cell, 1e-6, []string{
			"both in basin 1.", "They have the same start, so they may part late:",
			"Of the 2 steps that both curves kept, the first at which they differ by more than 1e-06, relative, is step 9: gradient norm 0.1 against 0.2, a relative difference of 0.5.",
			"They still agreed at step 0.",
		}},
		{"one start, never far", a[1].Cell, 0.6, []string{"never differ by more than 0.6, relative, at the 2 steps that both curves kept."}},
		{"two starts", a[2].Cell, 1e-6, []string{"They have different starts, so they differ from step 0 on: only trials of one start can part late"}},
		{"two problems", r.Twins[0].Problem.Trials[0].Cell, 1e-6, []string{"different problems: no distance", "Trials of different problems may differ from step 0 on"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b bytes.Buffer
			got := explained(t, &b, ExplainPair(&b, r, a[0].Cell, test.other, test.threshold, 0))
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("ExplainPair has no %q:\n%s", want, got)
				}
			}
		})
	}
	t.Run("no curve", func(t *testing.T) {
		a[1].Curve = nil
		var b bytes.Buffer
		if got := explained(t, &b, ExplainPair(&b, r, a[0].Cell, a[1].Cell, 1e-6, 0)); !strings.Contains(got, "a curve was not kept") {
			t.Errorf("ExplainPair without a curve = %s", got)
		}
	})
}

func TestDivergence(t *testing.T) {
	point := func(step int, f, g float64) verify.CurvePoint {
		return verify.CurvePoint{Step: step, Fitness: verify.Number(f), GradNorm: verify.Number(g)}
	}
	for _, test := range []struct {
		name         string
		a, b         []verify.CurvePoint
		common, step int // step is −1 where they never part
		last         int
		quantities   int
	}{
		{"none in common", []verify.CurvePoint{point(0, 1, 1)}, []verify.CurvePoint{point(1, 1, 1)}, 0, -1, 0, 0},
		{"the same", []verify.CurvePoint{point(0, 1, 1)}, []verify.CurvePoint{point(0, 1, 1)}, 1, -1, 0, 0},
		{"not a number twice", []verify.CurvePoint{point(0, math.NaN(), 1)}, []verify.CurvePoint{point(0, math.NaN(), 1)}, 1, -1, 0, 0},
		{"not a number once", []verify.CurvePoint{point(0, math.NaN(), 1)}, []verify.CurvePoint{point(0, 1, 1)}, 1, 0, -1, 1},
		{"both, and later steps count", []verify.CurvePoint{point(0, 0, 0), point(1, 1, 1), point(2, 1, 1)}, []verify.CurvePoint{point(0, 0, 0), point(1, 2, 2), point(2, 1, 1)}, 3, 1, 0, 2},
		{"huge numbers do not overflow", []verify.CurvePoint{point(0, math.MaxFloat64, 1)}, []verify.CurvePoint{point(0, -math.MaxFloat64, 1)}, 1, 0, -1, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			common, first := divergence(test.a, test.b, 1e-6)
			if common != test.common || (first == nil) != (test.step < 0) {
				t.Fatalf("divergence = %d, %+v, want %d common steps and parting at %d", common, first, test.common, test.step)
			}
			if first != nil && (first.step != test.step || first.last != test.last || len(first.quantities) != test.quantities) {
				t.Errorf("divergence = %+v, want step %d after %d in %d quantities", first, test.step, test.last, test.quantities)
			}
		})
	}
}
