package report

import (
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"example.org/concord/verify"
)

// clone copies the counts of a histogram or a matrix, so that a test may change them.
func clone(counts [][]int) [][]int {
	all := slices.Clone(counts)
	for i := range all {
		all[i] = slices.Clone(all[i])
	}
	return all
}

func TestTreesWithEveryFieldAreTaken(t *testing.T) {
	nan := verify.Number(math.NaN())
	for _, c := range []struct {
		name   string
		edit   func(r *verify.Result, p *verify.ProblemResult)
		reason string
	}{
		{"every field", func(*verify.Result, *verify.ProblemResult) {}, ""},
		{"a drawing refuted within the tolerance", func(r *verify.Result, p *verify.ProblemResult) {
			p.Checks[7].Verdict, p.Verdict, r.Verdict = verify.Fail, verify.Fail, verify.Fail
		}, "it may have no negative part"},
		{"accuracy left open beyond the tolerance", func(r *verify.Result, p *verify.ProblemResult) {
			p.Checks[9].Verdict, p.Checks[9].Value = verify.Inconclusive, 1.2
			p.Verdict, r.Verdict = verify.Inconclusive, verify.Inconclusive
		}, "the sample may be too small"},
		{"doses that show nothing", func(r *verify.Result, _ *verify.ProblemResult) {
			r.Doses[0] = verify.DoseResult{Axis: "x", Verdict: verify.Vacuous, Points: []verify.DosePoint{{Starts: 3, Low: 0, High: 0.7, Largest: 1e-7}}}
			r.Verdict = verify.Vacuous
		}, ""},
		{"doses that were not given", func(r *verify.Result, _ *verify.ProblemResult) {
			r.Doses[0] = verify.DoseResult{Axis: "x", Verdict: verify.Error}
			r.Verdict = verify.Error
		}, ""},
		{"a dose at which no start counts", func(r *verify.Result, _ *verify.ProblemResult) {
			r.Doses[0].Points[0] = verify.DosePoint{Open: 8, Low: 0, High: 1, Largest: nan}
		}, ""},
		{"doses without a tuple check", func(r *verify.Result, p *verify.ProblemResult) {
			p.Checks = p.Checks[1:]
			r.Twins[0].Problem.Checks = r.Twins[0].Problem.Checks[:1]
			r.Doses[0].Points[9].Largest = 1e-7
		}, "then nobody knows what a start is held against"},
		{"a drawing on which no judge was heard", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[1].Opinions, p.Drawings[0].Instances[1].Nearest, p.Drawings[0].Instances[1].NextNearest = nil, nil, nil
		}, "it did not converge"},
		{"a judge in two minds", func(r *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[0].Opinions[0] = verify.Opinion{Label: "5", Doubt: 1}
			p.Checks[6].Verdict, p.Checks[6].Value = verify.Inconclusive, 1
			p.Verdict, r.Verdict = verify.Inconclusive, verify.Inconclusive
		}, "at 1 either label may be named"},
		{"doubt that is no number", func(r *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[0].Opinions[0].Doubt = nan
			p.Checks[6].Verdict, p.Checks[6].Value = verify.Inconclusive, nan
			p.Verdict, r.Verdict = verify.Inconclusive, verify.Inconclusive
		}, ""},
		{"a border without pixels", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Mean.Border = nan }, ""},
		{"a drawing with its sign turned", func(_ *verify.Result, p *verify.ProblemResult) {
			m := p.Drawings[0].Mean
			m.Correlation = -m.Correlation
			for i := range m.Image.Pixels {
				m.Image.Pixels[i] = -m.Image.Pixels[i]
			}
		}, ""},
		{"a metric of other inputs", func(_ *verify.Result, p *verify.ProblemResult) { p.Metrics[0].N = 7 }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := little()
			c.edit(r, &r.Problems[0])
			for _, w := range writers() {
				if err := w.write(io.Discard, r); err != nil {
					t.Errorf("%s: %v (%s)", w.name, err, c.reason)
				}
			}
		})
	}
}

func TestInconsistentFindingsAreRefused(t *testing.T) {
	nan, inf := verify.Number(math.NaN()), verify.Number(math.Inf(1))
	for _, c := range []struct {
		name string
		edit func(r *verify.Result, p *verify.ProblemResult)
		want string
	}{
		{"recognisable failed within the tolerance", refuting(6), "checks[6].verdict is FAIL, but value is 0.81, which does not exceed"},
		{"shift failed within the tolerance", refuting(8), "checks[8].verdict is FAIL, but value is 3e-16"},
		{"accuracy failed within the tolerance", refuting(9), "checks[9].verdict is FAIL, but value is 0.15"},
		{"novelty failed within the tolerance", refuting(10), "checks[10].verdict is FAIL, but value is 0.9"},

		{"accuracy passed, of nothing", func(_ *verify.Result, p *verify.ProblemResult) { p.Confusion = nil }, "problems[0].checks[9].verdict is PASS, but confusion is empty"},
		{"confusion of no labels", func(_ *verify.Result, p *verify.ProblemResult) { p.Confusion[0].Labels = nil }, "confusion[0].labels is empty"},
		{"confusion without a row", func(_ *verify.Result, p *verify.ProblemResult) { p.Confusion[0].Counts = p.Confusion[0].Counts[1:] }, "confusion[0].counts has 9 rows, but there are 10 labels"},
		{"confusion with a short row", func(_ *verify.Result, p *verify.ProblemResult) { p.Confusion[0].Counts[3] = []int{1} }, "confusion[0].counts[3] has 1 entries"},
		{"confusion without none", func(_ *verify.Result, p *verify.ProblemResult) { p.Confusion[0].None = nil }, "confusion[0].none has 0 entries"},
		{"negative count", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Confusion[0].Counts = clone(p.Confusion[0].Counts)
			p.Confusion[0].Counts[3][4] = -1
		}, "confusion[0].counts[3][4] is -1"},
		{"more counted than there were", func(_ *verify.Result, p *verify.ProblemResult) { p.Confusion[0].Counts[0][0]++ }, `confusion[0] counts 1001 inputs, but the metric "accuracy/test" has n = 1000`},
		{"confusion of another network", func(_ *verify.Result, p *verify.ProblemResult) { p.Confusion[0].Cell = "x" }, `confusion[0].cell is "x", but no trial that converged`},

		{"novelty of another network", func(_ *verify.Result, p *verify.ProblemResult) { p.Novelty[1].Cell = "x" }, `novelty[1].cell is "x"`},
		{"exponent that is no number", func(_ *verify.Result, p *verify.ProblemResult) { p.Novelty[0].Exponent = math.NaN() }, "novelty[0].exponent is NaN"},
		{"an edge too few", func(_ *verify.Result, p *verify.ProblemResult) { p.Novelty[0].Edges = p.Novelty[0].Edges[1:] }, "novelty[0].edges has 40 entries, but counts has 40"},
		{"edges that fall", func(_ *verify.Result, p *verify.ProblemResult) { p.Novelty[0].Edges[3] = p.Novelty[0].Edges[2] }, "novelty[0].edges[3] is "},
		{"an endless edge", func(_ *verify.Result, p *verify.ProblemResult) { p.Novelty[0].Edges[40] = inf }, "novelty[0].edges[40] is +Inf"},
		{"no known inputs", func(_ *verify.Result, p *verify.ProblemResult) { p.Novelty[0].Counts = make([]int, 40) }, "novelty[0].counts has no inputs"},
		{"a bin too few", func(_ *verify.Result, p *verify.ProblemResult) { p.Novelty[0].Kinds[0].Counts = []int{300} }, "kinds[0].counts has 1 entries, but the known inputs have 40 bins"},
		{"inputs of a kind", func(_ *verify.Result, p *verify.ProblemResult) { p.Novelty[0].Kinds[0].N = 301 }, "kinds[0].n is 301, but counts add up to 300"},
		{"no inputs of a kind", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Novelty[0].Kinds[0].N, p.Novelty[0].Kinds[0].Counts = 0, make([]int, 40)
		}, "kinds[0].n is 0"},
		{"an area beyond one", func(_ *verify.Result, p *verify.ProblemResult) { p.Novelty[0].Kinds[0].High = 1.1 }, "kinds[0].high is 1.1, but a share is from 0 to 1"},
		{"an area outside of its interval", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Novelty[0].Kinds[0].Low, p.Novelty[0].Kinds[0].High = 0.1, 0.2
		}, "outside of its interval from 0.1 to 0.2"},
		{"an area the histograms exclude", func(_ *verify.Result, p *verify.ProblemResult) {
			k := &p.Novelty[0].Kinds[0]
			k.AUC, k.Low, k.High = 0.2, 0.1, 0.3
		}, "kinds[0].auc is 0.2, but by the histograms it is from 0."},
		{"an area the curve excludes", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Novelty[0].Kinds[0].ROC = []verify.ROCPoint{{}, {False: 0.875, True: 0.125}, {False: 1, True: 1}}
		}, "by its roc it is from 0.015625 to 0.234375"},
		{"a curve that falls", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Novelty[0].Kinds[0].ROC = []verify.ROCPoint{{}, {False: 0.2, True: 0.8}, {False: 0.3, True: 0.7}, {False: 1, True: 1}}
		}, "kinds[0].roc[2] is (0.3, 0.7), which falls below"},
		{"a curve with a gap", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Novelty[0].Kinds[0].ROC = []verify.ROCPoint{{}, {False: nan, True: nan}, {False: 1, True: 1}}
		}, "kinds[0].roc[1] is (NaN, NaN)"},
		{"a curve from elsewhere", func(_ *verify.Result, p *verify.ProblemResult) { p.Novelty[0].Kinds[0].ROC[0].True = 0.1 }, "roc goes from (0, 0.1) to (1, 1)"},
		{"a gap in the curve of no area", func(_ *verify.Result, p *verify.ProblemResult) {
			k := &p.Novelty[0].Kinds[0]
			k.AUC, k.ROC[1].True = nan, nan
		}, "kinds[0].roc[1] is ("},
		{"no curve of an area", func(_ *verify.Result, p *verify.ProblemResult) { p.Novelty[0].Kinds[0].ROC = nil }, "kinds[0].roc has 0 points"},
		{"a curve of a point", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Novelty[0].Kinds[0].ROC = p.Novelty[0].Kinds[0].ROC[:1]
		}, "roc has 1 points"},
		{"a value that no area gives", func(_ *verify.Result, p *verify.ProblemResult) { p.Checks[10].Value = 0.5 }, "problems[0].checks[10].value is 0.5, but no entry of novelty"},
		{"novelty passed, of nothing", func(_ *verify.Result, p *verify.ProblemResult) { p.Novelty = nil }, "problems[0].checks[10].value is "},

		{"recognised by nobody", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Judges = nil
			for i := range p.Drawings[0].Instances {
				p.Drawings[0].Instances[i].Opinions = nil
			}
		}, "problems[0].checks[6].verdict is PASS, but judges is empty"},
		{"an opinion too few", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[1].Opinions = p.Drawings[0].Instances[1].Opinions[:1]
		}, "drawings[0].instances[1].opinions has 1 entries, but there are 2 judges"},
		{"another label without a doubt", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[0].Opinions[0].Label = "8"
		}, `opinions[0].doubt is 0.41, below 1, but label is "8" and not the right one, "3"`},
		{"the right label in doubt", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[0].Opinions[0].Doubt = 1.2
		}, "opinions[0].doubt is 1.2, above 1, but label is the right one"},
		{"negative doubt", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[0].Opinions[0].Doubt = -1
		}, "opinions[0].doubt is -1"},
		{"more doubt than the largest", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[0].Opinions[0].Doubt = 0.9
		}, "opinions[0].doubt is 0.9, but checks[6].value, the largest, is 0.81"},
		{"doubt that is no number, and a largest one", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[0].Opinions[0].Doubt = nan
		}, "opinions[0].doubt is NaN, but checks[6].value"},
		{"a judge beyond its interval", func(_ *verify.Result, p *verify.ProblemResult) { p.Judges[1].Accuracy.Value = 0.5 }, "judges[1].accuracy.value is 0.5, outside"},
		{"a judge of less than nothing", func(_ *verify.Result, p *verify.ProblemResult) { p.Judges[1].Accuracy.N = -1 }, "judges[1].accuracy.n is -1"},

		{"a neighbour of another size", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[0].Nearest = &verify.Neighbour{Image: verify.Image{Rows: 1, Cols: 1, Pixels: []float64{1}}}
		}, "instances[0].nearest.image is 1×1, but the drawing is 28×28"},
		{"a neighbour without pixels", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[0].Nearest = &verify.Neighbour{Image: verify.Image{Rows: 2, Cols: 1}}
		}, "nearest.image has 0 pixels"},
		{"a neighbour far away", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[0].Nearest.Distance = 1.5
		}, "nearest.distance is 1.5"},
		{"a neighbour of no number", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[0].Nearest.Index = -1
		}, "nearest.index is -1"},

		{"neighbours out of order", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[0].NextNearest[0].Distance = 0.8
		}, "next_nearest[0].distance is 0.8, but the image before it"},
		{"a second neighbour of another size", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[0].NextNearest[1].Image = verify.Image{Rows: 1, Cols: 1, Pixels: []float64{1}}
		}, "next_nearest[1].image is 1×1, but the drawing is 28×28"},
		{"a second neighbour without a first", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[0].Nearest = nil
		}, "next_nearest is there, but nearest is not"},
		{"a golden of another size", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[1].Golden.Residual = verify.Image{Rows: 1, Cols: 1, Pixels: []float64{1}}
		}, "instances[1].golden.residual is 1×1, but the drawing is 28×28"},
		{"a golden far away", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances[1].Golden.Distance = 2
		}, "golden.distance is 2, but up to sign"},

		{"a mean of no drawing", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Instances, p.Drawings[0].Residual = nil, nil
		}, "drawings[0].mean is there, but no instance"},
		{"a mean of another size", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Mean.Image = verify.Image{} }, "mean.image is 0×0, but the first instance is 28×28"},
		{"a difference without pixels", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Mean.Difference.Pixels = nil }, "mean.difference has 0 pixels"},
		{"a best score above its bound", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Best.Score = 1.1 }, "best.score is 1.1, but bound"},
		{"a proof that does not close", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Best.Score = 0.2 }, "best.proven is true, but score is 0.2"},
		{"a proof of one of two", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Best.Second = 0.412 }, "best.proven is true, but score is 0.412, bound 0.412 and second 0.412"},
		{"a best image in no basin", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Best.Basin = 9 }, "best.basin is 9, but there are"},
		{"a best image at no distance", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Best.Distance = -1 }, "best.distance is -1"},
		{"drawings farther apart than the farthest", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].MaxAll = 0.5 }, "value is 0.0163, the largest, but drawings[0].max_all is 0.5"},
		{"another correlation", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Mean.Correlation = 0.1 }, "mean.correlation is 0.1, but that of the pixels is 0.6"},
		{"a correlation beyond one", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Mean.Correlation = 1.1 }, "mean.correlation is 1.1, but a cosine"},
		{"no correlation", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Mean.Correlation = nan }, "mean.correlation is NaN"},
		{"more correlation than the largest", func(_ *verify.Result, p *verify.ProblemResult) { p.Checks[7].Value = 0.3 }, "drawings[0].mean.correlation is 0.6"},
		{"a part beyond the whole", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Mean.Negative = 1.1 }, "mean.negative is 1.1"},
		{"a negative border", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Mean.Border = -0.1 }, "mean.border is -0.1"},

		{"a pattern twice", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Census[1] = p.Drawings[0].Census[0] }, `census[1].pattern is "+++", which is there twice`},
		{"more stayed than converged", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Census[0].Stayed = 5 }, "census[0] has 4 begun, 4 converged and 5 stayed"},
		{"more converged than begun", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Census[0].Converged = 5 }, "census[0] has 4 begun, 5 converged and 4 stayed"},
		{"stayed, but did not end there", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Census[0].Ended = nil }, "census[0].stayed is 4, but ended is []"},
		{"all stayed, but one ended elsewhere", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Census[0].Ended = []string{"+++", "−−−"}
		}, "census[0] has 4 of 4 stayed, but ended is"},
		{"more places than drawings", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Census[7].Ended = []string{"+++", "++−", "−−−"}
		}, "census[7] has 2 of 3 stayed, but ended is"},
		{"places that are not sorted", func(_ *verify.Result, p *verify.ProblemResult) {
			p.Drawings[0].Census[7].Ended = []string{"−−−", "+++"}
		}, "census[7].ended is not sorted"},
		{"a census of more than all", func(_ *verify.Result, p *verify.ProblemResult) { p.Drawings[0].Count = 31 }, "census has 32 drawings, of which 31 converged, but of all there are 31"},

		{"doses that passed nothing", func(r *verify.Result, _ *verify.ProblemResult) { r.Doses[0].Points = nil }, "doses[0].verdict is PASS, but points is empty"},
		{"doses that all agree", func(r *verify.Result, _ *verify.ProblemResult) { r.Doses[0].Points = r.Doses[0].Points[:3] }, "doses[0].verdict is PASS, but at the last of points no start disagreed"},
		{"doses that fail", func(r *verify.Result, _ *verify.ProblemResult) {
			r.Doses[0].Verdict, r.Verdict = verify.Fail, verify.Fail
		}, "doses[0].verdict is FAIL"},
		{"vacuous doses with a start that disagreed", func(r *verify.Result, _ *verify.ProblemResult) {
			r.Doses[0].Verdict, r.Verdict = verify.Vacuous, verify.Vacuous
		}, "doses[0].verdict is VACUOUS, but at the last of points a start disagreed"},
		{"a pass over vacuous doses", func(r *verify.Result, _ *verify.ProblemResult) {
			r.Doses[0].Verdict, r.Doses[0].Points = verify.Vacuous, r.Doses[0].Points[:3]
		}, "verdict is PASS, but it sums up a verdict of VACUOUS"},
		{"doses that do not ascend", func(r *verify.Result, _ *verify.ProblemResult) { r.Doses[0].Points[4].Value = 0.3 }, "doses[0].points[4].value is 0.3, which does not exceed"},
		{"a dose that is no number", func(r *verify.Result, _ *verify.ProblemResult) { r.Doses[0].Points[4].Value = nan }, "doses[0].points[4].value is NaN"},
		{"more disagreed than started", func(r *verify.Result, _ *verify.ProblemResult) { r.Doses[0].Points[4].Starts = 0 }, "doses[0].points[4].disagreed is 1 of 0 starts"},
		{"fewer than none open", func(r *verify.Result, _ *verify.ProblemResult) { r.Doses[0].Points[4].Open = -1 }, "doses[0].points[4].open is -1"},
		{"disagreed within the tolerance", func(r *verify.Result, _ *verify.ProblemResult) { r.Doses[0].Points[4].Largest = 1e-5 }, "points[4] has 1 starts that disagreed, but largest is 1e-05, within the tolerance of the tuple check, 1e-05"},
		{"agreed beyond the tolerance", func(r *verify.Result, _ *verify.ProblemResult) { r.Doses[0].Points[3].Largest = 2e-5 }, "points[3] has no start that disagreed, but largest is 2e-05, beyond"},
		{"a share outside of its interval", func(r *verify.Result, _ *verify.ProblemResult) { r.Doses[0].Points[4].High = 0.1 }, "points[4].share that disagreed is 0.125, outside"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := little()
			c.edit(r, &r.Problems[0])
			for _, w := range writers() {
				if err := w.write(io.Discard, r); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "run the scenario again") {
					t.Errorf("%s: %v, want a message with %q and what to do", w.name, err, c.want)
				}
			}
		})
	}
}

// refuting refutes check i, and all above it, but leaves its value within the tolerance.
func refuting(i int) func(*verify.Result, *verify.ProblemResult) {
	return func(r *verify.Result, p *verify.ProblemResult) {
		p.Checks[i].Verdict, p.Verdict, r.Verdict = verify.Fail, verify.Fail, verify.Fail
	}
}
