package report

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"example.org/concord/verify"
)

// found gives p everything that is said of one network and its drawings: a confusion matrix, novelty under two
// exponents, judges, and the checks that rest on them. It comes before the drawings of p are made.
func found(rng *rand.Rand, p *verify.ProblemResult) {
	nan := verify.Number(math.NaN())
	p.Data = verify.Settings{"set": "mnist", "split": "train", "count": 100.0}
	p.Metrics = append(p.Metrics,
		verify.Metric{Name: "accuracy/test/nearest mean", Doc: "the same by the nearest class mean", Value: 0.641, Low: 0.610, High: 0.671, N: 1000},
		verify.Metric{Name: "accuracy/test/guessing", Doc: "share of the commonest right label", Value: 0.1, Low: nan, High: nan, N: 1000},
	)
	p.Confusion = []verify.Confusion{fixtureConfusion(p.Trials[0].Cell)}
	p.Novelty = []verify.Novelty{
		fixtureNovelty(rng, p.Trials[0].Cell, 2, map[string]float64{"noise": -1.2, "permuted": 0.1, "blank": 1.9, "shapes": -0.3}),
		fixtureNovelty(rng, p.Trials[0].Cell, 3, map[string]float64{"noise": -3, "shapes": -2.6}),
	}
	p.Judges = []verify.JudgeInfo{
		{Name: "nearest neighbours", Doc: "three nearest of 30 000 images that training did not see", Accuracy: verify.Metric{Value: 0.953, Low: 0.949, High: 0.957, N: 10000}},
		{Name: "network", Doc: "a network of another kind, of the same images", Accuracy: verify.Metric{Value: 0.981, Low: 0.978, High: 0.984, N: 10000}},
	}
	p.Checks = append(p.Checks,
		verify.CheckResult{
			ID: "recognisable", Kind: "recognisable", Title: "Judges that share nothing with the networks recognise every drawing", Verdict: verify.Pass,
			Sentence: "The largest doubt of 2 judges over 640 drawings is 0.81.", Value: 0.81, Tolerance: 1, Margin: 0.81, Reason: "below 1 the right label is the nearest",
		},
		verify.CheckResult{
			ID: "not-the-mean", Kind: "not-the-mean", Title: "No drawing is the mean of its training images", Verdict: verify.Pass,
			Sentence: "The largest correlation is 0.7.", Value: 0.7, Tolerance: 0.9, Margin: 0.7 / 0.9, Reason: "a tenth of the picture is another one",
		},
		verify.CheckResult{
			ID: "shift", Kind: "shift", Title: "Features do not see a shift", Verdict: verify.Pass,
			Sentence: "The largest relative change is 3×10⁻¹⁶.", Value: 3e-16, Tolerance: 1e-12, Margin: 3e-4, Reason: "rounding of a transform",
		},
		verify.CheckResult{
			ID: "accuracy", Kind: "accuracy", Title: "A network names more labels right than guessing does", Verdict: verify.Pass,
			Sentence: "687 of 1000 are right, 100 by guessing.", Value: 0.1 / 0.657, Tolerance: 1, Margin: 0.1 / 0.657, Reason: "at 1 it is no better",
		},
	)
	for i, id := range []string{"novelty", "novelty-norm"} {
		value := 0.0
		for _, k := range p.Novelty[i].Kinds {
			value = max(value, 1-float64(k.AUC))
		}
		p.Checks = append(p.Checks, verify.CheckResult{
			ID: id, Kind: "novelty", Title: fmt.Sprintf("Scores over the norm to the power %d tell test from other things", i+2), Verdict: verify.Pass,
			Sentence: "The worst kind of input is told from test images less often than not.", Value: verify.Number(value), Tolerance: 0.99,
			Margin: verify.Number(value / 0.99), Reason: "this says next to nothing", Evidence: []verify.Evidence{{Text: "blank", Value: nan}},
		})
	}
}

// fixtureConfusion counts 687 of 1000 right.
func fixtureConfusion(cell string) verify.Confusion {
	c := verify.Confusion{Inputs: "test", Cell: cell, None: make([]int, 10)}
	right := []int{80, 90, 60, 65, 70, 55, 75, 68, 58, 66}
	for i := range right {
		row := make([]int, len(right))
		row[i] = right[i]
		for left, j := 100-right[i], i; left > 0; j = (j*7 + 3) % len(right) {
			if j != i {
				n := (left + 1) / 2
				row[j] += n
				left -= n
			} else {
				c.None[i]++
				left--
			}
		}
		c.Labels, c.Counts = append(c.Labels, fmt.Sprint(i)), append(c.Counts, row)
	}
	return c
}

// fixtureNovelty draws a thousand normal scores for the known inputs and three hundred for each kind, around
// another mean, and measures how well they are told apart.
func fixtureNovelty(rng *rand.Rand, cell string, exponent float64, means map[string]float64) verify.Novelty {
	draw := func(n int, mean float64) []float64 {
		all := make([]float64, n)
		for i := range all {
			all[i] = mean + rng.NormFloat64()
		}
		return all
	}
	n := verify.Novelty{Exponent: exponent, Known: "test", Cell: cell}
	for i := range 41 {
		n.Edges = append(n.Edges, verify.Number(-4+0.2*float64(i)))
	}
	known := draw(1000, 0)
	n.Counts = binned(known)
	for _, name := range []string{"noise", "permuted", "blank", "shapes"} {
		mean, ok := means[name]
		if !ok {
			continue
		}
		kind := draw(300, mean)
		k := verify.NoveltyKind{Name: name, N: len(kind), Counts: binned(kind)}
		k.AUC, k.ROC = roc(known, kind)
		k.Low, k.High = max(k.AUC-0.02, 0), min(k.AUC+0.02, 1)
		n.Kinds = append(n.Kinds, k)
	}
	return n
}

// binned counts scores in forty bins of 0.2 from −4 to 4.
func binned(scores []float64) []int {
	counts := make([]int, 40)
	for _, x := range scores {
		counts[int(min(max(math.Floor((x+4)/0.2), 0), 39))]++
	}
	return counts
}

// roc returns the area under the ROC curve and every tenth point of it.
func roc(known, kind []float64) (verify.Number, []verify.ROCPoint) {
	type score struct {
		x     float64
		known bool
	}
	var all []score
	for _, x := range known {
		all = append(all, score{x, true})
	}
	for _, x := range kind {
		all = append(all, score{x, false})
	}
	slices.SortFunc(all, func(a, b score) int { return cmp.Compare(b.x, a.x) })
	points := []verify.ROCPoint{{}}
	yes, no, below := 0, 0, 0
	for i, s := range all {
		if s.known {
			yes++
		} else {
			no++
			below += yes
		}
		if i%10 == 9 || i == len(all)-1 {
			points = append(points, verify.ROCPoint{
				False: verify.Number(float64(no) / float64(len(kind))), True: verify.Number(float64(yes) / float64(len(known))),
			})
		}
	}
	return verify.Number(float64(below) / float64(len(known)*len(kind))), points
}

// beside gives the drawings of a label a census of all signs of three, opinions of two judges, a nearest
// training image and a mean.
func beside(rng *rand.Rand, d *verify.LabelDrawings) {
	for i, pattern := range []string{"+++", "++−", "+−+", "+−−", "−++", "−+−", "−−+", "−−−"} {
		b := verify.Begun{Pattern: pattern, Count: 4, Converged: 4, Stayed: 4, Ended: []string{pattern}}
		if i == 7 {
			b.Converged, b.Stayed, b.Ended = 3, 2, []string{"+++", "−−−"}
		}
		d.Census = append(d.Census, b)
		d.Count += b.Count
		d.Converged += b.Converged
	}
	near := &verify.Neighbour{Label: d.Label, Index: 17, Distance: 0.83, Image: smooth(rng)}
	next := []verify.Neighbour{{Label: d.Label, Index: 4, Distance: 0.85, Image: near.Image}, {Label: "8", Index: 9, Distance: 0.91, Image: near.Image}}
	for i := range d.Instances {
		d.Instances[i].Opinions = []verify.Opinion{{Label: d.Label, Doubt: 0.41}, {Label: d.Label, Doubt: 0.8 + 0.01*verify.Number(i)}}
		d.Instances[i].Nearest = near
		d.Instances[i].NextNearest = next
		d.Instances[i].Golden = &verify.GoldenDeviation{Distance: 2.4e-9, Residual: *minus28(noise(rng), noise(rng), 1e-9)}
	}
	drawing := d.Instances[0].Image
	mean := mixed(drawing, noise(rng), 1.3)
	m := &verify.MeanImage{Image: mean, Negative: 0.31, Border: 0.12, Correlation: verify.Number(inner(drawing.Pixels, mean.Pixels))}
	rest := verify.Image{Rows: 28, Cols: 28, Pixels: make([]float64, 28*28)}
	for i := range rest.Pixels {
		rest.Pixels[i] = drawing.Pixels[i] - float64(m.Correlation)*mean.Pixels[i]
	}
	m.Difference = rest
	d.Mean = m
	d.Best = &verify.BestImage{Score: 0.412, Bound: 0.412, Second: 0.25, Proven: true, Distance: 2.1e-9, Lacking: 1e-15}
}

// relabel renames a label that was drawn, and what judges call it.
func relabel(d *verify.LabelDrawings, label string) {
	d.Label = label
	for i := range d.Instances {
		for j := range d.Instances[i].Opinions {
			d.Instances[i].Opinions[j].Label = label
		}
	}
}

// fixtureDose returns a curve of eleven strengths of eight starts each: the stronger, the more starts disagree.
func fixtureDose() verify.DoseResult {
	d := verify.DoseResult{
		Name: "softer and softer", Axis: "softness", Verdict: verify.Pass,
		Sentence: "At softness 1, 7 of 8 starts end elsewhere; the first does at 0.3.",
	}
	for i := range 11 {
		q := verify.DosePoint{Value: verify.Number(i) / 10, Starts: 8, Disagreed: max(i-3, 0), Largest: 1e-7}
		share := float64(q.Disagreed) / 8
		q.Low, q.High = verify.Number(max(share-0.3, 0)), verify.Number(min(share+0.3, 1))
		if q.Disagreed > 0 {
			q.Largest = 0.3 + 0.05*verify.Number(i)
		}
		if i == 5 {
			q.Starts, q.Open = 7, 1
		}
		d.Points = append(d.Points, q)
	}
	return d
}

// compact returns a tree of a few lines in which nevertheless every field of what is found in one network and in
// its drawings is there.
func compact() *verify.Result {
	r := small()
	p := &r.Problems[0]
	p.Trials[0].Cell = "a"
	p.Confusion = []verify.Confusion{{Inputs: "test", Cell: "a", Labels: []string{"0", "1"}, Counts: [][]int{{2, 1}, {0, 3}}, None: []int{0, 1}}}
	p.Novelty = []verify.Novelty{{
		Exponent: 2, Known: "test", Cell: "a", Edges: []verify.Number{1, 10, 100}, Counts: []int{1, 3},
		Kinds: []verify.NoveltyKind{{
			Name: "noise", N: 2, AUC: 0.875, Low: 0.1, High: 1, Counts: []int{2, 0},
			ROC: []verify.ROCPoint{{}, {False: 0, True: 0.75}, {False: 1, True: 1}},
		}},
	}}
	p.Judges = []verify.JudgeInfo{{Name: "neighbours", Accuracy: verify.Metric{Value: 0.9, Low: 0.8, High: 1, N: 10}}}
	x := func(a, b float64) verify.Image { return verify.Image{Rows: 1, Cols: 2, Pixels: []float64{a, b}} }
	p.Drawings = []verify.LabelDrawings{{
		Label: "1", Count: 3, Converged: 3,
		Instances: []verify.DrawnImage{{
			Image: x(0.6, -0.8), Opinions: []verify.Opinion{{Label: "1", Doubt: 0.5}}, Nearest: &verify.Neighbour{Label: "0", Distance: 1, Image: x(1, 0)},
		}},
		Census: []verify.Begun{{Pattern: "+", Count: 2, Converged: 2, Stayed: 1, Ended: []string{"+", "-"}}},
		Best:   &verify.BestImage{Score: 1, Bound: 1, Second: 0.5, Proven: true, Basin: -1},
		Mean:   &verify.MeanImage{Image: x(1, 0), Difference: x(0, -0.8), Correlation: 0.6, Negative: 0.8, Border: 0.1},
	}}
	r.Doses = []verify.DoseResult{{Name: "x", Axis: "x", Verdict: verify.Pass, Points: []verify.DosePoint{{Value: 1, Starts: 2, Disagreed: 1, Low: 0, High: 1, Largest: 1}}}}
	return r
}
