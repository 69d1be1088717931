package digits

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/mnist"
	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// open opens a problem of count images with a few settings changed.
func open(t *testing.T, count int, data, problem verify.Settings) *Problem {
	t.Helper()
	d := verify.Settings{"set": "mnist", "split": "train", "offset": 0.0, "count": float64(count), "side": 28.0, "centred": false}
	p := verify.Settings{"rank": 5.0, "features": "modulus"}
	maps.Copy(d, data)
	maps.Copy(p, problem)
	opened, err := Subject{}.Open(context.Background(), d, p)
	if err != nil {
		t.Fatal(err)
	}
	problemOf, ok := opened.(*Problem)
	if !ok {
		t.Fatalf("Open returned a %T", opened)
	}
	return problemOf
}

// trial is one way to train.
func trial(seed uint64, start string, ascent map[string]any) verify.Trial {
	return verify.Trial{Seed: seed, Settings: verify.Settings{"start": start, "ascent": ascent}}
}

func lbfgs() map[string]any { return map[string]any{"method": "lbfgs"} }

func train(t *testing.T, p *Problem, seed uint64) *verify.Outcome {
	t.Helper()
	out, err := p.Train(context.Background(), trial(seed, "uniform", lbfgs()), &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	if out.Status != verify.Converged {
		t.Fatalf("status %v", out.Status)
	}
	return out
}

func TestTrainedTuplesAgreeModuloSymmetryOnly(t *testing.T) {
	p := open(t, 30, nil, nil)
	a, b := train(t, p, 1), train(t, p, 2)
	d, err := p.Symmetry().Distance(a.Tuple, b.Tuple)
	if err != nil || d > 1e-7 {
		t.Errorf("distance modulo symmetry %g, %v; want below 1e-7", d, err)
	}
	raw, err := p.Symmetry().Raw(a.Tuple, b.Tuple)
	if err != nil || raw < 0.1 {
		t.Errorf("distance without alignment %g, %v; want above 0.1: the starts differ by a gauge", raw, err)
	}
}

func TestTrainKeepsALogAndACurve(t *testing.T) {
	p := open(t, 20, nil, nil)
	var log bytes.Buffer
	out, err := p.Train(context.Background(), trial(1, "lognormal", map[string]any{
		"method": "gradient", "rate": 0.1, "momentum": 0.9, "steps": 50.0,
	}), &log)
	if err != nil {
		t.Fatal(err)
	}
	if out.Status != verify.StepLimit || out.Steps != 50 {
		t.Errorf("status %v after %d steps, want the step limit after 50", out.Status, out.Steps)
	}
	first, last := out.Curve[0], out.Curve[len(out.Curve)-1]
	if first.Step != 0 || last.Step != 50 || float64(last.Fitness) != out.Fitness || float64(last.GradNorm) != out.GradNorm {
		t.Errorf("the curve runs from %+v to %+v, the outcome is %v with gradient %v", first, last, out.Fitness, out.GradNorm)
	}
	if n := strings.Count(log.String(), "\n"); n != len(out.Curve) {
		t.Errorf("%d lines in the log for %d points of the curve", n, len(out.Curve))
	}
}

func TestTrainRefuses(t *testing.T) {
	p := open(t, 20, nil, nil)
	for _, tt := range []struct {
		name string
		t    verify.Trial
	}{
		{"start", trial(1, "cauchy", lbfgs())},
		{"method", trial(1, "uniform", map[string]any{"method": "adam"})},
	} {
		if out, err := p.Train(context.Background(), tt.t, &bytes.Buffer{}); err == nil {
			t.Errorf("%s: Train = %+v, want an error", tt.name, out)
		}
	}
}

func TestTrainReturnsALogThatCannotBeWritten(t *testing.T) {
	p := open(t, 10, nil, nil)
	if _, err := p.Train(context.Background(), trial(1, "uniform", lbfgs()), broken{}); !errors.Is(err, errDisk) {
		t.Errorf("Train: %v, want %v", err, errDisk)
	}
}

var errDisk = errors.New("disk full")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errDisk }

func TestCheckAscent(t *testing.T) {
	for _, tt := range []struct {
		value any
		want  string
	}{
		{map[string]any{"method": "lbfgs", "memory": 5.0}, ""},
		{map[string]any{"method": "gradient", "rate": 0.1}, ""},
		{map[string]any{"method": "lbfgs", "rate": 0.1}, "method lbfgs has no rate"},
		{map[string]any{"method": "quotient", "memory": 5.0}, ""},
		{map[string]any{"method": "quotient", "momentum": 0.1}, "method quotient has no momentum"},
		{map[string]any{"method": "gradient", "memory": 5.0}, "method gradient has no memory"},
	} {
		got := ""
		if err := checkAscent(tt.value); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("checkAscent(%v) = %q, want %q", tt.value, got, tt.want)
		}
	}
}

func TestImagesKeepTheirOrientation(t *testing.T) {
	set, err := mnist.Embedded(mnist.Train, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, 1, nil, nil)
	m := p.image(p.data.D.RawRowView(0))
	for i, v := range set.Images.Image(0) {
		if got := m.Pixels[i] * 255; math.Abs(got-float64(v)) > 1e-9 {
			t.Fatalf("pixel (%d,%d) is %v after the round trip through column-major, want %d", i/28, i%28, got, v)
		}
	}
	in, err := p.InputsFrom("x", []verify.Image{m})
	if err != nil {
		t.Fatal(err)
	}
	out := train(t, open(t, 20, nil, nil), 1)
	train1, err := p.Inputs(context.Background(), "train")
	if err != nil {
		t.Fatal(err)
	}
	a, b := p.Scores(nil, out.Tuple, in), p.Scores(nil, out.Tuple, train1)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("an image scores otherwise as an input than as a training image:\n%s", diff)
	}
}

func TestScoresAreFreeOfScaleAndSign(t *testing.T) {
	p := open(t, 20, nil, nil)
	out := train(t, p, 1)
	noise, err := p.Inputs(context.Background(), "noise")
	if err != nil {
		t.Fatal(err)
	}
	want := p.Scores(nil, out.Tuple, noise)
	moved := out.Tuple.Clone()
	moved.Part("A").Scale(3, moved.Part("A"))
	moved.Part("B").Scale(-0.5, moved.Part("B"))
	got := p.Scores(nil, moved, noise)
	for i := range want {
		if want[i] < 0 || math.Abs(want[i]-got[i]) > 1e-12*(1+want[i]) {
			t.Fatalf("score %d is %v, and %v after A is scaled by 3 and B by -1/2", i, want[i], got[i])
		}
	}
}

func TestBlankImageScoresZero(t *testing.T) {
	p := open(t, 20, nil, nil)
	out := train(t, p, 1)
	in, err := p.InputsFrom("blank", []verify.Image{{Rows: 28, Cols: 28, Pixels: make([]float64, 784)}})
	if err != nil {
		t.Fatal(err)
	}
	for k, s := range p.Scores(nil, out.Tuple, in) {
		if s != 0 {
			t.Errorf("the blank image has the score %v for %d, want 0: it has no direction", s, k)
		}
	}
}

func TestInputsRefuse(t *testing.T) {
	p := open(t, 20, nil, nil)
	if _, err := p.Inputs(context.Background(), "tset"); err == nil || !strings.Contains(err.Error(), "train, test, noise") {
		t.Errorf("Inputs(tset): %v, want the names there are", err)
	}
	if _, err := p.InputsFrom("x", nil); err == nil {
		t.Error("InputsFrom of nothing: want an error")
	}
	if _, err := p.InputsFrom("x", []verify.Image{{Rows: 27, Cols: 28}}); err == nil {
		t.Error("InputsFrom of another size: want an error")
	}
}

func TestDrawingsOfOneBasinAreTheSame(t *testing.T) {
	p := open(t, 30, nil, nil)
	out := train(t, p, 1)
	basins := map[string]verify.Image{}
	same := 0
	for i := range 12 {
		d, err := p.Draw(context.Background(), out.Tuple, verify.DrawRequest{Label: 3, Seed: 5, Instance: i, Frames: i == 0})
		if err != nil {
			t.Fatal(err)
		}
		if d.Status != verify.Converged || len(d.Pattern) != 3 {
			t.Fatalf("instance %d: status %v, pattern %q", i, d.Status, d.Pattern)
		}
		if (i == 0) != (len(d.Frames) > 5) {
			t.Errorf("instance %d has %d frames", i, len(d.Frames))
		}
		first, seen := basins[d.Pattern]
		if !seen {
			basins[d.Pattern] = d.Image
			continue
		}
		same++
		if diff := distance(t, first, d.Image, symmetry.Trivial{}); diff > 1e-7 {
			t.Errorf("instance %d is %g from another of basin %s: the sign is fixed too", i, diff, d.Pattern)
		}
	}
	if len(basins) < 2 || same < 3 {
		t.Errorf("twelve starts reached %d basins, want several with several members", len(basins))
	}
	var all []verify.Image
	for _, m := range basins {
		all = append(all, m)
	}
	if d := distance(t, all[0], all[1], symmetry.Sign{}); d < 1e-5 || d > 0.1 {
		t.Errorf("two basins are %g apart, want a small distance that is no rounding", d)
	}
}

func distance(t *testing.T, a, b verify.Image, g symmetry.Group) float64 {
	t.Helper()
	d, err := g.Distance(imageTuple(a), imageTuple(b))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestOddSizeHasNoPattern(t *testing.T) {
	p := open(t, 20, verify.Settings{"side": 27.0}, nil)
	d, err := p.Draw(context.Background(), train(t, p, 1).Tuple, verify.DrawRequest{Label: 0, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if d.Pattern != "" || d.Image.Rows != 27 {
		t.Errorf("pattern %q of an image with %d rows", d.Pattern, d.Image.Rows)
	}
}

func TestOpenRefuses(t *testing.T) {
	base := verify.Settings{"set": "mnist", "split": "train", "offset": 0.0, "count": 10.0, "side": 28.0}
	for _, tt := range []struct {
		name          string
		data, problem verify.Settings
		want          string
	}{
		{"rank", verify.Settings{"side": 8.0}, verify.Settings{"rank": 65.0, "features": "modulus"}, "rank 65 exceeds the 64 pixels"},
		{"features", nil, verify.Settings{"rank": 1.0, "features": "imaginary"}, "unknown reading"},
		{"range", verify.Settings{"offset": 59_999.0}, verify.Settings{"rank": 1.0, "features": "modulus"}, "60000"},
		{"constant after cropping", verify.Settings{"side": 8.0, "count": 60.0}, verify.Settings{"rank": 1.0, "features": "modulus"}, "is constant"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := verify.Settings{}
			maps.Copy(data, base)
			maps.Copy(data, tt.data)
			_, err := Subject{}.Open(context.Background(), data, tt.problem)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Open: %v, want it to mention %q", err, tt.want)
			}
		})
	}
}

func TestCentredDataHasMeanZero(t *testing.T) {
	p := open(t, 20, verify.Settings{"centred": true}, nil)
	for j := range p.side * p.side {
		if m := mat.Sum(p.data.D.ColView(j)) / 20; math.Abs(m) > 1e-12 {
			t.Fatalf("pixel %d has mean %v", j, m)
		}
	}
}

// imageTuple is an image as a tuple of one part.
func imageTuple(m verify.Image) symmetry.Tuple {
	return symmetry.Tuple{{Name: "image", M: mat.NewDense(m.Rows, m.Cols, m.Pixels)}}
}

// TestToleranceOfTuples holds docs/TOLERANCES.md: the distance to the optimum is 99 times the gradient norm at
// which gradient ascent stops, whatever that is, so it shrinks with the gradient.
func TestToleranceOfTuples(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	p := open(t, 100, nil, verify.Settings{"rank": 20.0})
	optimum, err := p.Train(context.Background(), trial(1, "uniform", map[string]any{"method": "lbfgs", "gradient_tolerance": 1e-12}), &bytes.Buffer{})
	if err != nil || optimum.Status != verify.Converged {
		t.Fatal(optimum, err)
	}
	for _, tolerance := range []float64{1e-6, 1e-9} {
		out, err := p.Train(context.Background(), trial(2, "lognormal", map[string]any{
			"method": "gradient", "rate": 0.1, "momentum": 0.95, "gradient_tolerance": tolerance,
		}), &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		d, err := p.Symmetry().Distance(out.Tuple, optimum.Tuple)
		if err != nil {
			t.Fatal(err)
		}
		if ratio := d / out.GradNorm; math.Abs(ratio-99.2) > 1 {
			t.Errorf("stopped at a gradient norm of %.3g, a run is %.3g from the optimum: %.4g times as much, want 99.2", out.GradNorm, d, ratio)
		}
	}
}

func TestOracleIsWhereTrainingEnds(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: what certificates do at the same time is raced in room certify")
	}
	p := open(t, 100, nil, verify.Settings{"rank": 20.0})
	oracle, proof, err := p.Oracle(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if !proof.Certified || math.Abs(float64(proof.Gap)) > 1e-12 || proof.Cut != 20 || len(proof.Values) < 21 {
		t.Fatalf("the oracle's certificate is %+v", proof)
	}
	out, err := p.Train(context.Background(), trial(1, "lognormal", map[string]any{"method": "lbfgs", "gradient_tolerance": 1e-12}), &bytes.Buffer{})
	if err != nil || out.Status != verify.Converged {
		t.Fatal(out, err)
	}
	d, err := p.Symmetry().Distance(oracle, out.Tuple)
	if err != nil || d > 1e-9 {
		t.Errorf("a run trained to a gradient norm of 1e-12 lies %g from the oracle, %v; want within 1e-9", d, err)
	}
	c, err := p.Certify(context.Background(), out.Tuple)
	if err != nil || !c.Certified || d > float64(c.Distance)+float64(proof.Distance) {
		t.Errorf("its certificate is %+v, %v: want certified, and no less than the distance %g proven", c, err, d)
	}
	polished, steps, err := p.Polish(context.Background(), train(t, p, 2).Tuple)
	if err != nil || steps == 0 {
		t.Fatal(steps, err)
	}
	if d, err := p.Symmetry().Distance(oracle, polished); err != nil || d > 1e-13 {
		t.Errorf("a polished tuple lies %g from the oracle, %v; want rounding", d, err)
	}
}

func TestTieIsNotCertified(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: what certificates do at the same time is raced in room certify")
	}
	p := open(t, 100, nil, verify.Settings{"rank": 2.0})
	oracle, proof, err := p.Oracle(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if oracle != nil || proof.Certified || proof.Reason == "" || !(proof.Bound > proof.Fitness) {
		t.Errorf("at rank 2 singular values tie at the cut: oracle %v, certificate %+v; want none, with a reason", oracle != nil, proof)
	}
}

func TestCutShortIsNotCertified(t *testing.T) {
	p := open(t, 100, nil, verify.Settings{"rank": 20.0})
	out, err := p.Train(context.Background(), trial(1, "uniform", map[string]any{"method": "lbfgs", "steps": 60.0}), &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	if c, err := p.Certify(context.Background(), out.Tuple); err != nil || c.Certified || c.Reason == "" {
		t.Errorf("after 60 steps the certificate is %+v, %v; want none, with a reason", c, err)
	}
}
