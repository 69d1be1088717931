package report

import (
	"bytes"
	"io"
	"math"
	"strings"
	"testing"

	"example.org/concord/verify"
)

// controlled returns small with a control that fails as it must.
func controlled() *verify.Result {
	r, p := small(), small().Problems[0]
	p.Verdict, p.Checks[0].Verdict, p.Checks[0].Value = verify.Fail, verify.Fail, 1
	r.Twins = []verify.TwinResult{{Name: "broken", MustFail: []string{"tuple"}, Verdict: verify.Pass, Problem: p}}
	return r
}

// fails refutes the only check of r, of a kind and with a value, and all above it.
func fails(r *verify.Result, kind string, value verify.Number) {
	p := &r.Problems[0]
	p.Checks[0].Kind, p.Checks[0].Value, p.Checks[0].Verdict = kind, value, verify.Fail
	r.Verdict, p.Verdict = verify.Fail, verify.Fail
}

func TestConsistentTreesAreTaken(t *testing.T) {
	for _, c := range []struct {
		name   string
		edit   func(*verify.Result)
		reason string
	}{
		{"a control that failed", func(r *verify.Result) { *r = *controlled() }, ""},
		{"refuted", func(r *verify.Result) { fails(r, "tuple", 1.1e-5) }, ""},
		{"golden refuted within the tolerance", func(r *verify.Result) { fails(r, "golden", 1e-7) }, "a drawing may have moved"},
		{"certificate refuted within the tolerance", func(r *verify.Result) { fails(r, "certificate", 1e-7) }, "a run may lie below the oracle"},
		{"a control that need not fail the golden", func(r *verify.Result) {
			*r = *controlled()
			p := &r.Twins[0].Problem
			p.Checks = append(p.Checks, verify.CheckResult{ID: "golden", Kind: "golden", Verdict: verify.Missing, Value: verify.Number(math.NaN())})
		}, "it has no golden of its own"},
		{"a control that could not fail", func(r *verify.Result) {
			*r = *controlled()
			r.Twins[0].MustFail[0], r.Twins[0].Verdict, r.Verdict = "converged", verify.Error, verify.Error
		}, "it is no pass"},
		{"exact", func(r *verify.Result) { r.Problems[0].Checks[0].Value, r.Problems[0].Checks[0].Tolerance = 0, 0 }, ""},
		{"the largest distance has more digits", func(r *verify.Result) { r.Problems[0].Distances.Max = 1.00004e-7 }, "only the entries are rounded"},
		{"an unconverged trial that lies far away", func(r *verify.Result) {
			unconverged(&r.Problems[0], 1)
			r.Problems[0].Distances.After[0], r.Verdict = 0.4, verify.Inconclusive
		}, "it bears no witness"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := small()
			c.edit(r)
			for _, w := range writers() {
				if err := w.write(io.Discard, r); err != nil {
					t.Errorf("%s: %v (%s)", w.name, err, c.reason)
				}
			}
		})
	}
}

func TestInconsistentTreesAreRefused(t *testing.T) {
	nan, inf := verify.Number(math.NaN()), verify.Number(math.Inf(1))
	for _, c := range []struct {
		name string
		edit func(*verify.Result)
		want string
	}{
		{"schema", func(r *verify.Result) { r.SchemaVersion = 0 }, "schema_version is 0"},
		{"another source", func(r *verify.Result) { r.Scenario.Source = "seeds: [1]\n" }, `scenario.sha256 is "e3b0c442`},
		{"no digest of the source", func(r *verify.Result) { r.Scenario.SHA256 = "" }, `scenario.sha256 is "", but that of scenario.source is "e3b0c442`},
		{"pass of nothing", func(r *verify.Result) { r.Problems = nil }, "verdict is PASS, but problems is empty"},
		{"pass of controls alone", func(r *verify.Result) { *r = *controlled(); r.Problems = nil }, "verdict is PASS, but problems is empty"},
		{"problem that passed nothing", func(r *verify.Result) { r.Problems[0].Checks = nil }, "problems[0].verdict is PASS, but checks is empty"},
		{"problem that only converged", func(r *verify.Result) {
			r.Problems[0].Checks = []verify.CheckResult{{ID: "converged", Kind: "converged", Verdict: verify.Pass}}
		}, "problems[0].verdict is PASS, but no check in checks compares outcomes"},
		{"problem without trials", func(r *verify.Result) {
			p := &r.Problems[0]
			p.Trials, p.Basins, p.Distances = nil, nil, nil
		}, "problems[0].verdict is PASS, but trials is empty"},
		{"problem with an error", func(r *verify.Result) { r.Problems[0].Error = "no data" }, `problems[0].verdict is PASS, but error is "no data"`},
		{"problem with a trial that stopped", func(r *verify.Result) { r.Problems[0].Trials[1].Status = verify.StepLimit }, `problems[0].verdict is PASS, but trials[1].status is "step limit"`},
		{"converged, but for one", func(r *verify.Result) {
			unconverged(&r.Problems[0], 1)
			r.Problems[0].Checks = append(r.Problems[0].Checks, verify.CheckResult{ID: "converged", Kind: "converged", Verdict: verify.Pass})
			r.Verdict = verify.Inconclusive
		}, `problems[0].checks[1].verdict is PASS, but trials[1].status is "step limit"`},
		{"pass beyond the tolerance", func(r *verify.Result) { r.Problems[0].Checks[0].Value = 2e-5 }, "problems[0].checks[0].verdict is PASS, but value is 2e-05, which is not within the tolerance, 1e-05"},
		{"pass of no number", func(r *verify.Result) { r.Problems[0].Checks[0].Value = nan }, "problems[0].checks[0].verdict is PASS, but value is NaN"},
		{"pass of minus infinity", func(r *verify.Result) { r.Problems[0].Checks[0].Value = -inf }, "problems[0].checks[0].verdict is PASS, but value is -Inf"},
		{"pass within infinity", func(r *verify.Result) { r.Problems[0].Checks[0].Value, r.Problems[0].Checks[0].Tolerance = inf, inf }, "problems[0].checks[0].verdict is PASS, but value is +Inf"},
		{"pass without a tolerance", func(r *verify.Result) { r.Problems[0].Checks[0].Tolerance = nan }, "which is not within the tolerance, NaN"},
		{"certificates passed, with a gap", func(r *verify.Result) {
			r.Problems[0].Checks[0].Kind, r.Problems[0].Checks[0].Value = "certificate", 2e-5
		}, "problems[0].checks[0].verdict is PASS, but value is 2e-05"},
		{"golden passed, far away", func(r *verify.Result) {
			r.Problems[0].Checks[0].Kind, r.Problems[0].Checks[0].Value = "golden", 2e-5
		}, "problems[0].checks[0].verdict is PASS, but value is 2e-05"},
		{"tuple failed within the tolerance", func(r *verify.Result) { fails(r, "tuple", 1e-5) }, "problems[0].checks[0].verdict is FAIL, but value is 1e-05, which does not exceed the tolerance, 1e-05"},
		{"scores failed within the tolerance", func(r *verify.Result) { fails(r, "scores", 1e-7) }, "problems[0].checks[0].verdict is FAIL, but value is 1e-07"},
		{"images failed without a number", func(r *verify.Result) { fails(r, "images", nan) }, "problems[0].checks[0].verdict is FAIL, but value is NaN"},
		{"a check failed", func(r *verify.Result) { r.Problems[0].Checks[0].Verdict = verify.Fail }, "problems[0].verdict is PASS, but it sums up a verdict of FAIL"},
		{"a problem failed", func(r *verify.Result) {
			fails(r, "tuple", 1)
			r.Verdict = verify.Pass
		}, "verdict is PASS, but it sums up a verdict of FAIL"},
		{"a twin is vacuous", func(r *verify.Result) { r.Twins = []verify.TwinResult{{Verdict: verify.Vacuous}} }, "verdict of VACUOUS"},
		{"a twin that controls nothing", func(r *verify.Result) { *r = *controlled(); r.Twins[0].MustFail = nil }, "twins[0].verdict is PASS, but must_fail is empty"},
		{"a twin that did not fail", func(r *verify.Result) { *r = *controlled(); r.Twins[0].Problem = r.Problems[0] }, `twins[0].verdict is PASS, but check "tuple" of the kind in must_fail[0], "tuple", is PASS`},
		{"a twin of which one check did not fail", func(r *verify.Result) {
			*r = *controlled()
			p := &r.Twins[0].Problem
			p.Checks = append(p.Checks, verify.CheckResult{ID: "tuple-again", Kind: "tuple", Verdict: verify.Pass})
		}, `twins[0].verdict is PASS, but check "tuple-again" of the kind in must_fail[0], "tuple", is PASS`},
		{"a twin without the check", func(r *verify.Result) { *r = *controlled(); r.Twins[0].MustFail = []string{"tuple", "scores"} }, `twins[0].verdict is PASS, but problem.checks has none of the kind in must_fail[1], "scores"`},
		{"a twin that names an id", func(r *verify.Result) {
			*r = *controlled()
			r.Twins[0].Problem.Checks[0].ID, r.Twins[0].MustFail = "tuple-exact", []string{"tuple-exact"}
		}, `twins[0].verdict is PASS, but problem.checks has none of the kind in must_fail[0], "tuple-exact"`},
		{"a twin that must not converge", func(r *verify.Result) { *r = *controlled(); r.Twins[0].MustFail[0] = "converged" }, `twins[0].must_fail[0] is "converged"`},
		{"a twin that must fail the golden", func(r *verify.Result) { *r = *controlled(); r.Twins[0].MustFail = []string{"tuple", "golden"} }, `twins[0].must_fail[1] is "golden"`},
		{"verdict without a name", func(r *verify.Result) { r.Verdict = 99 }, "no verdict has number 99"},
		{"status without a name", func(r *verify.Result) { r.Problems[0].Trials[1].Status = 99 }, "trials[1].status"},
		{"converged without a fitness", func(r *verify.Result) { r.Problems[0].Trials[1].Fitness = nan }, `problems[0].trials[1].status is "converged", but fitness is NaN`},
		{"converged at infinity", func(r *verify.Result) { r.Problems[0].Trials[1].Fitness = inf }, `problems[0].trials[1].status is "converged", but fitness is +Inf`},
		{"converged without a gradient", func(r *verify.Result) { r.Problems[0].Trials[0].GradNorm = nan }, `problems[0].trials[0].status is "converged", but grad_norm is NaN`},
		{"converged at an infinite gradient", func(r *verify.Result) { r.Problems[0].Trials[0].GradNorm = -inf }, `problems[0].trials[0].status is "converged", but grad_norm is -Inf`},
		{"basin of a trial", func(r *verify.Result) { r.Problems[0].Trials[0].Basin = 1 }, "trials[0].basin is 1"},
		{"trial of a basin", func(r *verify.Result) { r.Problems[0].Basins[0].Trials[0] = 2 }, "basins[0].trials[0] is 2"},
		{"trial twice", func(r *verify.Result) { r.Problems[0].Basins[0].Trials = []int{1, 1} }, "names trial 1 twice"},
		{"size of a basin", func(r *verify.Result) { r.Problems[0].Basins[0].Size = 96 }, "problems[0].basins[0].size is 96, but trials has 2 entries"},
		{"trial in two basins", func(r *verify.Result) {
			r.Problems[0].Basins = append(r.Problems[0].Basins, verify.Basin{Size: 1, Trials: []int{1}})
		}, "problems[0].basins[1].trials names trial 1, but so does basins[0]"},
		{"trial of another basin", func(r *verify.Result) {
			r.Problems[0].Basins = append(r.Problems[0].Basins, verify.Basin{})
			r.Problems[0].Trials[1].Basin = 1
		}, "problems[0].basins[0].trials names trial 1, but trials[1].basin is 1"},
		{"trial that its basin does not name", func(r *verify.Result) {
			r.Problems[0].Basins[0] = verify.Basin{Size: 1, Trials: []int{0}}
		}, "problems[0].trials[1].basin is 0, but basins[0].trials does not name it"},
		{"largest distance", func(r *verify.Result) { r.Problems[0].Distances.After[0] = 0.4 }, "problems[0].distances.max is 1e-07, but the largest entry of after between converged trials is 0.4"},
		{"largest distance in its fourth digit", func(r *verify.Result) { r.Problems[0].Distances.Max = 1.001e-7 }, "problems[0].distances.max is 1.001e-07, but the largest entry"},
		{"largest distance of no pair", func(r *verify.Result) {
			unconverged(&r.Problems[0], 1)
			r.Problems[0].Distances.Max, r.Verdict = 1e-7, verify.Inconclusive
		}, "problems[0].distances.max is 1e-07, but the largest entry of after between converged trials is NaN"},
		{"distances", func(r *verify.Result) { r.Problems[0].Distances.After = nil }, "distances.after has 0 entries, but 2 trials make 1 pairs"},
		{"distances before", func(r *verify.Result) { r.Problems[0].Distances.Before = make([]verify.Number, 2) }, "distances.before has 2"},
		{"cut beyond the values", func(r *verify.Result) {
			r.Problems[0].Oracle = &verify.Oracle{Certificate: verify.Certificate{Reason: "tie", Values: make([]verify.Number, 3), Cut: 4}}
		}, "problems[0].oracle.certificate.cut is 4, but there are 3 values"},
		{"cut before the values", func(r *verify.Result) {
			r.Problems[0].Trials[0].Certificate = &verify.Certificate{Reason: "tie", Cut: -1}
		}, "problems[0].trials[0].certificate.cut is -1"},
		{"certified without a gap", func(r *verify.Result) {
			r.Problems[0].Trials[0].Certificate = &verify.Certificate{Certified: true, Gap: verify.Number(math.NaN())}
		}, "trials[0].certificate is certified, but its gap is not a number"},
		{"certified with a gap of unknown rounding", func(r *verify.Result) {
			r.Problems[0].Oracle = &verify.Oracle{Certificate: verify.Certificate{Certified: true, GapError: verify.Number(math.Inf(1))}}
		}, "oracle.certificate is certified, but its gap_error is infinite"},
		{"certified with a reason not to be", func(r *verify.Result) {
			r.Problems[0].Oracle = &verify.Oracle{Certificate: verify.Certificate{Certified: true, Reason: "tie"}}
		}, `oracle.certificate is certified, but has a reason not to be: "tie"`},
		{"not certified for no reason", func(r *verify.Result) {
			r.Problems[0].Trials[0].Certificate = &verify.Certificate{}
		}, "trials[0].certificate is not certified, but has no reason"},
		{"certificates passed, of nothing", func(r *verify.Result) {
			r.Problems[0].Checks[0].Kind = "certificate"
		}, "problems[0].checks[0].verdict is PASS, but no trial is certified"},
		{"certificates passed, but for one", func(r *verify.Result) {
			p := &r.Problems[0]
			p.Checks[0].Kind, p.Trials[1].Status = "certificate", verify.Converged
			p.Trials[0].Certificate = &verify.Certificate{Certified: true}
			p.Trials[1].Certificate = &verify.Certificate{Reason: "tie"}
		}, "problems[0].checks[0].verdict is PASS, but trials[1] converged and is not certified"},
		{"pixels", func(r *verify.Result) {
			r.Problems[0].Drawings = []verify.LabelDrawings{{Instances: []verify.DrawnImage{{Image: verify.Image{Rows: 2, Cols: 2}}}}}
		}, "drawings[0].instances[0].image has 0 pixels, but it is 2×2"},
		{"an image beyond bounds", func(r *verify.Result) {
			r.Problems[0].Drawings = []verify.LabelDrawings{{Basins: []verify.ImageBasin{{Image: verify.Image{Rows: 1 << 40, Cols: 1 << 40}}}}}
		}, "a side is from 0 to"},
		{"frames of another size", func(r *verify.Result) {
			r.Problems[0].Drawings = []verify.LabelDrawings{{Instances: []verify.DrawnImage{{
				Frames: []verify.Image{{Rows: 1, Cols: 1, Pixels: []float64{1}}},
			}}}}
		}, "frames[0] is 1×1, but the image is 0×0"},
		{"between", func(r *verify.Result) {
			r.Problems[0].Drawings = []verify.LabelDrawings{{Basins: make([]verify.ImageBasin, 2), Between: [][]verify.Number{{0, 1}, {1}}}}
		}, "between[1] has 1 entries, but there are 2 basins"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := small()
			c.edit(r)
			all := append(writers(), writer{"WriteImages", func(_ io.Writer, r *verify.Result) error { return WriteImages(t.TempDir(), r) }})
			for _, w := range all {
				var b bytes.Buffer
				if err := w.write(&b, r); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "run the scenario again") {
					t.Errorf("%s: %v, want a message with %q and what to do", w.name, err, c.want)
				}
				if b.Len() > 0 {
					t.Errorf("%s wrote %d bytes of a tree it refuses", w.name, b.Len())
				}
			}
		})
	}
}
