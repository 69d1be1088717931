package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"example.org/concord/verify"
)

// fixture returns a synthetic tree of the size of a real one: 192 trials, ten labels drawn twice with 24
// frames each, smooth random pictures, one twin with several basins.
func fixture(t testing.TB) *verify.Result {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	p := fixtureProblem(rng, 20, 32, true)
	twin := fixtureProblem(rng, 20, 4, false)
	for i := range twin.Checks {
		if c := &twin.Checks[i]; slices.Contains([]string{"tuple", "scores", "images"}, c.Kind) {
			c.Verdict, c.Value, c.Margin = verify.Fail, 0.83, 0.83/c.Tolerance
			c.Sentence = "The trained networks differ by up to 0.83."
		}
	}
	twin.Verdict = verify.Fail
	split(&twin)
	return &verify.Result{
		SchemaVersion: verify.SchemaVersion,
		Verdict:       verify.Pass,
		Sentence: "All 96 random starts led to the same network: no two of them differ by more than one part in three million, " +
			"and each digit looks the same whichever start it was drawn from.",
		Scenario: verify.ScenarioInfo{
			Name: "seed-sweep", Title: "Training forgets where it started", Subject: "digits",
			About:  "Trains the reference problem from 96 positive starts with two methods each and compares everything that can be compared.",
			SHA256: sha256Of("version: 1\nname: seed-sweep\n"), Source: "version: 1\nname: seed-sweep\n", Command: "verify run seed-sweep",
		},
		Problems: []verify.ProblemResult{p},
		Twins: []verify.TwinResult{{
			Name: "signed starts", Broken: verify.Settings{"start": []any{"gaussian"}}, MustFail: []string{"tuple"},
			Verdict: verify.Pass, Problem: twin,
			Sentence: "With starts of mixed sign the same checks refute the claim, as they have to: 5 different outcomes from 8 starts.",
		}, {
			Name: "a network with backpropagation", Subject: "perceptron", Broken: verify.Settings{"hidden": 32.0}, MustFail: []string{"tuple", "scores"},
			Verdict: verify.Pass, Problem: twin, Sentence: "Eight starts end in eight networks.",
		}},
		Doses:    []verify.DoseResult{fixtureDose()},
		Warnings: []string{"rank=20, check images: passes with little room, 82 % of its tolerance"},
		Environment: verify.Environment{
			Version: "v0.1.0", Revision: "3f2a9c1+dirty", Go: "go1.26.0", GOOS: "linux", GOARCH: "amd64", GOAMD64: "v1",
			CPU: "Fixture CPU @ 3 GHz", FMA: true, Kernels: "avx2", Cores: 2, Modules: map[string]string{"gonum.org/v1/gonum": "v0.17.0"},
		},
		Timing: verify.Timing{
			Started: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Seconds: 341.2, PeakRSS: 312 << 20,
			Phases: []verify.Phase{{Name: "train", Seconds: 301}, {Name: "draw", Seconds: 40.2}},
		},
	}
}

// little returns a tree with six trials, one label and one twin in which every part is there.
func little() *verify.Result {
	rng := rand.New(rand.NewPCG(3, 4))
	p := fixtureProblem(rng, 20, 1, false)
	p.Drawings = append(p.Drawings, fixtureDrawings(rng, 3))
	twin := fixtureProblem(rng, 20, 1, false)
	twin.Verdict, twin.Checks[0].Verdict = verify.Fail, verify.Fail
	twin.Checks[0].Value, twin.Checks[0].Margin = 0.83, 8.3e4
	split(&twin)
	return &verify.Result{
		SchemaVersion: verify.SchemaVersion, Verdict: verify.Pass, Sentence: "All starts agree.",
		Scenario:    verify.ScenarioInfo{Name: "little", Title: "A little of everything", SHA256: sha256Of("version: 1\n"), Source: "version: 1\n", Command: "verify run little"},
		Problems:    []verify.ProblemResult{p},
		Twins:       []verify.TwinResult{{Name: "signed", Broken: verify.Settings{"start": "gaussian"}, MustFail: []string{"tuple"}, Verdict: verify.Pass, Problem: twin, Subject: "another"}},
		Doses:       []verify.DoseResult{fixtureDose()},
		Warnings:    []string{"one check passes with little room"},
		Environment: verify.Environment{Modules: map[string]string{"gonum.org/v1/gonum": "v0.17.0"}},
		Timing:      verify.Timing{Seconds: 1, Phases: []verify.Phase{{Name: "train", Seconds: 1}}, Cells: []verify.CellTiming{{Cell: "x", Seconds: 1}}},
	}
}

// nothing returns the tree of a run in which nothing ran.
func nothing() *verify.Result {
	return &verify.Result{SchemaVersion: verify.SchemaVersion, Scenario: verify.ScenarioInfo{SHA256: sha256Of("")}}
}

// unconverged has trial i of p stop at its step limit, so that it bears no witness and p shows nothing.
func unconverged(p *verify.ProblemResult, i int) {
	t := &p.Trials[i]
	t.Status, t.Basin, t.Certificate = verify.StepLimit, -1, nil
	for k := range p.Basins {
		b := &p.Basins[k]
		b.Trials = slices.DeleteFunc(slices.Clone(b.Trials), func(trial int) bool { return trial == i })
		b.Size = len(b.Trials)
	}
	p.Distances.Max = largestConverged(p.Distances, p.Trials)
	p.Verdict = verify.Worst(p.Verdict, verify.Inconclusive)
	for k := range p.Checks {
		c := &p.Checks[k]
		c.Verdict = verify.Worst(c.Verdict, verify.Inconclusive)
	}
}

func sha256Of(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func digestOf(rng *rand.Rand) string {
	b := make([]byte, 32)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return hex.EncodeToString(b)
}

// coarse returns x with the four digits of a distance.
func coarse(x float64) verify.Number {
	e := math.Pow(10, math.Floor(math.Log10(x))-3)
	return verify.Number(math.Round(x/e) * e)
}

// logUniform returns a random number between 10^low and 10^high.
func logUniform(rng *rand.Rand, low, high float64) verify.Number {
	return verify.Number(math.Pow(10, low+(high-low)*rng.Float64()))
}

func fixtureProblem(rng *rand.Rand, rank float64, seeds int, full bool) verify.ProblemResult {
	nan := verify.Number(math.NaN())
	p := verify.ProblemResult{
		ID: digestOf(rng), Label: fmt.Sprintf("rank=%g", rank), Settings: verify.Settings{"rank": rank}, Verdict: verify.Pass,
		Symmetry: "rotations of the hidden layer, signs of the classes, scale",
		Digests: []verify.Digest{
			{Name: "mnist/train[0:100]", SHA256: digestOf(rng), Detail: "the first 100 images of the training file"},
			{Name: "model source", SHA256: digestOf(rng)},
		},
		Power: &verify.Power{
			Starts: 3 * seeds, Confidence: 0.95, Upper: 0.0307,
			Sentence: fmt.Sprintf("0 of %d independent starts disagreed: at 95 %% confidence fewer than 3.1 %% of such starts do.", 3*seeds),
		},
		Metrics: []verify.Metric{
			{Name: "accuracy/train", Doc: "share of the training images classified right", Value: 1, Low: 0.964, High: 1, N: 100},
			{Name: "accuracy/test", Doc: "share of 1000 test images classified right", Value: 0.687, Low: 0.657, High: 0.716, N: 1000},
			{Name: "fitness", Doc: "best fitness over all trials", Value: -3.91827364, Low: nan, High: nan},
		},
	}
	p.Checks = []verify.CheckResult{
		{
			ID: "tuple", Kind: "tuple", Title: "Every start leads to the same network", Verdict: verify.Pass,
			Sentence: "Over 18 145 pairs of converged runs the largest distance is 3.2×10⁻⁷.", Value: 3.2e-7, Tolerance: 1e-5, Margin: 0.032,
			Quantity: "Frobenius distance of K = BA, normalised to 1, with class signs aligned",
			Reason:   "The gradient stops at 10⁻¹⁰, and the condition number of the optimum turns that into at most 10⁻⁵.",
			Evidence: []verify.Evidence{{Text: "worst pair", Value: 3.2e-7, Cells: []string{digestOf(rng), digestOf(rng)}}, {Text: "second worst pair", Value: 3.1e-7}},
		},
		{
			ID: "scores", Kind: "scores", Title: "Two trained networks give the same scores on every input", Verdict: verify.Pass,
			Sentence: "The largest difference on 1000 test images and 200 noise images is 8.9×10⁻⁸.", Value: 8.9e-8, Tolerance: 1e-5, Margin: 0.0089,
			Reason: "A score is Lipschitz in the network.", Evidence: []verify.Evidence{{Text: "test image 412", Value: 8.9e-8}},
		},
		{
			ID: "images", Kind: "images", Title: "Drawings of a digit are the same to the eye", Verdict: verify.Pass,
			Sentence: "The largest distance is 0.0163.", Value: 0.0163, Tolerance: 0.02, Margin: 0.815, Reason: "One grey level of 256 over the whole image.",
		},
		{
			ID: "images-within-basin", Kind: "images", Title: "Drawings of one basin are the same to the last digits", Verdict: verify.Pass,
			Sentence: "The largest distance is 4.4×10⁻⁹.", Value: 4.4e-9, Tolerance: 1e-6, Margin: 0.0044, Reason: "Rounding of 10⁴ steps.",
		},
		{
			ID: "golden", Kind: "golden", Title: "The outcome is the one on file", Verdict: verify.Pass,
			Sentence: "The digests are equal.", Value: 0, Tolerance: 0, Margin: nan, Reason: "Same machine kind, same bits.",
		},
	}
	ascents := []verify.Settings{{"method": "gradient", "momentum": 0.9, "rate": 0.1}, {"method": "lbfgs"}}
	for _, start := range []string{"uniform", "exponential", "lognormal"} {
		for seed := 1; seed <= seeds; seed++ {
			for _, a := range ascents {
				p.Trials = append(p.Trials, fixtureTrial(rng, seed, start, a))
			}
		}
	}
	b := verify.Basin{Fitness: -3.9182736451, Spread: 3e-14, Diameter: 3.2e-7, Nearest: nan}
	d := &verify.Distances{MaxBefore: 1.41}
	for i := range p.Trials {
		d.Trials = append(d.Trials, i)
		if p.Trials[i].Basin == 0 {
			b.Trials = append(b.Trials, i)
		}
	}
	b.Size = len(b.Trials)
	for s := 1; s <= seeds; s++ {
		b.Starts = append(b.Starts, fmt.Sprintf("seed=%d start=uniform", s))
	}
	errs := make([]float64, len(p.Trials))
	for i := range errs {
		errs[i] = float64(logUniform(rng, -9, -6.8))
	}
	for i := range d.Trials {
		for j := i + 1; j < len(d.Trials); j++ {
			d.After = append(d.After, verify.Number(math.Hypot(errs[i], errs[j])))
			d.Before = append(d.Before, logUniform(rng, -0.1, 0.15))
		}
	}
	scale := 3.2e-7 / float64(slices.Max(d.After))
	for k := range d.After {
		d.After[k] = coarse(scale * float64(d.After[k]))
	}
	d.Max = largestConverged(d, p.Trials)
	certify(&p, int(rank))
	found(rng, &p)
	p.Distances = d
	p.Basins = []verify.Basin{b}
	if full {
		for label := range 10 {
			p.Drawings = append(p.Drawings, fixtureDrawings(rng, label))
		}
	}
	return p
}

// certify gives every converged trial of p a certificate, and p an optimum found without a start with a
// hundred singular values, of which the first cut count.
func certify(p *verify.ProblemResult, cut int) {
	nan := verify.Number(math.NaN())
	p.Checks = append(p.Checks, verify.CheckResult{
		ID: "certificate", Kind: "certificate", Title: "Every run is proven to have ended in the one best outcome", Verdict: verify.Pass,
		Sentence: "All converged runs are certified.", Value: 1.9e-13, Tolerance: 1e-10, Margin: 0.0019,
		Reason: "the smallest gap that says anything is a hundred times smaller",
	})
	o := &verify.Oracle{Distance: 9.9e-8, Golden: 8.8e-8, Certificate: verify.Certificate{
		Certified: true, Fitness: -3.9182736451, Bound: -3.9182736451, Gap: 8.9e-16, GapError: 1.9e-13, Ratio: 1.059, Distance: 8.9e-12,
		Measured: nan, Cut: cut,
	}}
	for i := range 100 {
		v := 0.7 * math.Pow(float64(i+1), -0.9)
		if i >= cut {
			v /= 1.03
		}
		o.Certificate.Values = append(o.Certificate.Values, verify.Number(v))
	}
	p.Oracle = o
	for i := range p.Trials {
		t := &p.Trials[i]
		if t.Status != verify.Converged {
			continue
		}
		c := o.Certificate
		c.Values, c.Distance, c.Measured = nil, 1.7e-7, verify.Number(1e-9*float64(i%99))
		if o.Cell == "" {
			o.Cell, c.Measured = t.Cell, o.Distance
		}
		t.Certificate = &c
	}
}

func fixtureTrial(rng *rand.Rand, seed int, start string, ascent verify.Settings) verify.TrialResult {
	t := verify.TrialResult{
		Cell: digestOf(rng), Start: fmt.Sprintf("seed=%d start=%s", seed, start), Seed: uint64(seed), Status: verify.Converged,
		Settings: verify.Settings{"start": start, "ascent": map[string]any(ascent)},
		Fitness:  -3.9182736451, GradNorm: logUniform(rng, -11, -10), Log: "logs/cell.log",
	}
	t.Label = t.Start + " ascent=" + ascent.Text("method")
	rate, steps := 0.004+0.002*rng.Float64(), 6000+rng.IntN(2000)
	if ascent.Text("method") == "lbfgs" {
		rate, steps = 0.03+0.02*rng.Float64(), 700+rng.IntN(300)
	}
	t.Steps, t.Evaluations = steps, steps+rng.IntN(40)
	first := 1 + rng.Float64()
	for k := range 100 {
		step := int(math.Round(math.Expm1(math.Log1p(float64(steps)) * float64(k) / 99)))
		gap := first*math.Exp(-rate*float64(step)) + 1e-15*rng.Float64()
		t.Curve = append(t.Curve, verify.CurvePoint{
			Step: step, Fitness: t.Fitness - verify.Number(gap), GradNorm: verify.Number(math.Sqrt(gap) * (0.3 + 0.1*rng.Float64())),
		})
	}
	t.Reproduce = "verify run seed-sweep --cell " + t.Cell[:12]
	return t
}

func fixtureDrawings(rng *rand.Rand, label int) verify.LabelDrawings {
	d := verify.LabelDrawings{Label: fmt.Sprint(label), Difference: 0.0121, Count: 64, Converged: 64, MaxWithin: 4.4e-9, MaxAll: 0.0163}
	final := smooth(rng)
	wave := verify.Image{Rows: 28, Cols: 28, Pixels: make([]float64, 28*28)}
	for i := range wave.Pixels {
		wave.Pixels[i] = math.Sin(float64(i%28)*0.7) * math.Cos(float64(i/28)*0.5)
	}
	wave = unit(wave)
	patterns := []string{"+++", "++−", "+−+", "−++"}
	for k, pattern := range patterns {
		d.Basins = append(d.Basins, verify.ImageBasin{
			Pattern: pattern, Size: 31 - 7*k, Score: verify.Number(0.412 - 0.001*float64(k)), Diameter: logUniform(rng, -9.5, -8.4),
			Image: mixed(final, wave, 0.012*float64(k)),
		})
		row := make([]verify.Number, len(patterns))
		for j := range row {
			row[j] = verify.Number(0.012 * math.Abs(float64(j-k)))
		}
		d.Between = append(d.Between, row)
	}
	for k := range 2 {
		in := verify.DrawnImage{
			Cell: digestOf(rng), Seed: uint64(k + 1), Instance: k, Status: verify.Converged, Score: 0.412, Steps: 240,
			Pattern: patterns[k], Image: d.Basins[k].Image,
		}
		from := noise(rng)
		for f := range 24 {
			in.Frames = append(in.Frames, mixed(in.Image, from, 3*math.Exp(-0.3*float64(f))-3*math.Exp(-0.3*23)))
		}
		d.Instances = append(d.Instances, in)
	}
	d.Residual = minus28(d.Instances[1].Image, d.Instances[0].Image, 1)
	if label == 1 {
		d.Instances[1] = d.Instances[0]
		d.Instances[1].Instance = 1
		d.Difference = 0
		d.Residual = minus28(final, final, 1)
	}
	if label == 7 {
		d.Instances[1].Image, d.Instances[1].Frames = d.Instances[0].Image, d.Instances[0].Frames
		d.Difference = 3.1e-10
		d.Residual = minus28(wave, verify.Image{Pixels: make([]float64, 28*28)}, 3.1e-10)
	}
	beside(rng, &d)
	return d
}

// split sorts the trials of a problem into five basins far from each other.
func split(p *verify.ProblemResult) {
	const basins = 5
	p.Basins = nil
	p.Distances.Trials = nil
	for k := range basins {
		b := verify.Basin{Fitness: -4 - 0.1*verify.Number(k), Spread: 1e-13, Diameter: 2e-7, Nearest: 0.4, Starts: []string{fmt.Sprintf("seed=%d", k)}}
		for i := range p.Trials {
			if i%basins == k {
				p.Trials[i].Basin = k
				b.Trials = append(b.Trials, i)
			}
		}
		b.Size = len(b.Trials)
		p.Distances.Trials = append(p.Distances.Trials, b.Trials...)
		p.Basins = append(p.Basins, b)
	}
	n, k := len(p.Distances.Trials), 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			if a, b := p.Trials[p.Distances.Trials[i]].Basin, p.Trials[p.Distances.Trials[j]].Basin; a != b {
				p.Distances.After[k] = coarse(0.4 + 0.43*math.Abs(float64(a-b))/(basins-1))
			}
			k++
		}
	}
	p.Distances.Max = 0.83
}
