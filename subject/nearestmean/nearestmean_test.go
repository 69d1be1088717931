package nearestmean

import (
	"bytes"
	"context"
	"io"
	"maps"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"example.org/concord/stream"
	"example.org/concord/subject/sphere"
	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// open opens a problem with its defaults and a few settings changed.
func open(t *testing.T, changes verify.Settings) *Problem {
	t.Helper()
	data := verify.Settings{}
	for _, a := range (Subject{}).Space().Data {
		data[a.Name] = a.Default
	}
	maps.Copy(data, changes)
	opened, err := Subject{}.Open(context.Background(), data, nil)
	if err != nil {
		t.Fatal(err)
	}
	return opened.(*Problem)
}

func trial(seed uint64, start string, ascent verify.Settings) verify.Trial {
	record := map[string]any{"method": "gradient"}
	maps.Copy(record, ascent)
	return verify.Trial{Seed: seed, Settings: verify.Settings{"start": start, "ascent": record}}
}

func train(t *testing.T, p *Problem, seed uint64, start string) *verify.Outcome {
	t.Helper()
	out, err := p.Train(context.Background(), trial(seed, start, nil), io.Discard)
	if err != nil || out.Status != verify.Converged {
		t.Fatalf("status %v at gradient norm %g after %d steps, %v", out.Status, out.GradNorm, out.Steps, err)
	}
	return out
}

func TestGradient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, side := rapid.IntRange(1, 6).Draw(t, "n"), rapid.IntRange(1, 3).Draw(t, "side")
		r := stream.New(rapid.Uint64().Draw(t, "seed"))
		p := &Problem{&sphere.Set{Images: mat.NewDense(n, side*side, nil), Truth: make([]int, n), Side: side}}
		for i := range n {
			p.Truth[i] = r.IntN(10)
			for j := range side * side {
				p.Images.Set(i, j, r.NormFloat64())
			}
		}
		m := mat.NewDense(10, side*side, nil)
		for i := range m.RawMatrix().Data {
			m.RawMatrix().Data[i] = r.NormFloat64()
		}
		got, scratch := mat.NewDense(10, side*side, nil), mat.NewDense(10, side*side, nil)
		value := p.fitness(got, m)
		f := func(x []float64) float64 { return p.fitness(scratch, mat.NewDense(10, side*side, x)) }
		want := fd.Gradient(nil, f, m.RawMatrix().Data, &fd.Settings{Formula: fd.Central})
		if d := floats.Distance(got.RawMatrix().Data, want, 2); !(d <= 1e-8) {
			t.Errorf("gradient is %g from the differences", d)
		}
		if again := f(m.RawMatrix().Data); again != value || value > 0 {
			t.Errorf("fitness %v, then %v", value, again)
		}
	})
}

func TestEveryStartEndsInTheMeans(t *testing.T) {
	p := open(t, nil)
	means := mat.NewDense(10, 784, nil)
	for i, k := range p.Truth {
		floats.AddScaled(means.RawRowView(k), 1/float64(p.Counts()[k]), p.Images.RawRowView(i))
	}
	for _, start := range sphere.StartNames() {
		for seed := range uint64(3) {
			out := train(t, p, seed, start)
			d, err := p.Symmetry().Distance(out.Tuple, symmetry.Tuple{{Name: "M", M: means}})
			if err != nil || !(d <= 1e-10) {
				t.Errorf("%s, seed %d: ended %g from the means, %v", start, seed, d, err)
			}
			if !(float64(out.Curve[0].GradNorm) > 0.1) {
				t.Errorf("%s, seed %d: began at gradient norm %g, near the end", start, seed, out.Curve[0].GradNorm)
			}
		}
	}
}

func TestTrainSaysHowItEnded(t *testing.T) {
	p := open(t, nil)
	for _, tt := range []struct {
		name   string
		ascent verify.Settings
		want   verify.Status
	}{
		{"step limit", verify.Settings{"steps": 3.0}, verify.StepLimit},
		{"tolerance", verify.Settings{"gradient_tolerance": 0.5}, verify.Converged},
		{"slow", verify.Settings{"rate": 1e-3, "steps": 100.0}, verify.StepLimit},
		{"fast", verify.Settings{"rate": 100.0}, verify.Diverged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			out, err := p.Train(context.Background(), trial(1, "gaussian", tt.ascent), &log)
			if err != nil || out.Status != tt.want {
				t.Fatalf("%v, %v; want %v", out.Status, err, tt.want)
			}
			if (out.Tuple == nil) != (tt.want == verify.Diverged) {
				t.Errorf("%v with the tuple %v", out.Status, out.Tuple)
			}
			if lines := strings.Count(log.String(), "\n"); lines != len(out.Curve) || out.Evaluations != out.Steps+1 {
				t.Errorf("%d lines of log for %d points, %d evaluations for %d steps", lines, len(out.Curve), out.Evaluations, out.Steps)
			}
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if out, err := p.Train(ctx, trial(1, "gaussian", nil), io.Discard); err != nil || out.Status != verify.Stopped {
		t.Errorf("cancelled: %v, %v", out.Status, err)
	}
	if _, err := p.Train(context.Background(), trial(1, "cauchy", nil), io.Discard); err == nil {
		t.Error("start cauchy: want an error")
	}
	if _, err := p.Train(context.Background(), trial(1, "gaussian", nil), full{}); err == nil {
		t.Error("a log that fails: want its error")
	}
}

// full is a writer on a full disk.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestScoresAreCosines(t *testing.T) {
	p := open(t, nil)
	m := mat.NewDense(10, 784, nil)
	m.Set(0, 0, 3)
	m.Set(1, 0, -2)
	m.Set(2, 0, 1)
	m.Set(2, 1, 1)
	x := verify.Image{Rows: 28, Cols: 28, Pixels: make([]float64, 784)}
	blank := verify.Image{Rows: 28, Cols: 28, Pixels: make([]float64, 784)}
	x.Pixels[0] = 7
	in, err := p.InputsFrom("two", []verify.Image{x, blank})
	if err != nil {
		t.Fatal(err)
	}
	got := p.Scores(nil, symmetry.Tuple{{Name: "M", M: m}}, in)
	want := make([]float64, 20)
	want[0], want[2] = 1, math.Sqrt2/2
	if d := floats.Distance(got, want, math.Inf(1)); d > 1e-15 {
		t.Errorf("scores %v, want %v: an angle above 90°, a mean of zero and a blank image score zero", got, want)
	}
}

func TestAccuracy(t *testing.T) {
	p := open(t, nil)
	in, err := p.Inputs(context.Background(), "test")
	if err != nil {
		t.Fatal(err)
	}
	scores := p.Scores(nil, train(t, p, 1, "gaussian").Tuple, in)
	right := 0
	for i, k := range in.Truth {
		if floats.MaxIdx(scores[i*10:(i+1)*10]) == k {
			right++
		}
	}
	if share := float64(right) / float64(in.Count); share < 0.6 || share > 0.75 {
		t.Errorf("%g of the test images are answered right, want 0.68", share)
	}
}

func TestDrawingsAreTheMeans(t *testing.T) {
	p := open(t, nil)
	out := train(t, p, 1, "uniform")
	for k := range p.Labels() {
		mean := make([]float64, 784)
		for _, m := range p.Examples(k) {
			floats.Add(mean, m.Pixels)
		}
		want := p.Picture(mean)
		for instance := range 2 {
			d, err := p.Draw(context.Background(), out.Tuple, verify.DrawRequest{Label: k, Seed: 3, Instance: instance, Frames: instance == 0})
			if err != nil || d.Status != verify.Converged {
				t.Fatalf("label %d: %v, %v", k, d.Status, err)
			}
			if apart := floats.Distance(d.Image.Pixels, want.Pixels, 2); apart > 1e-10 || math.Abs(d.Score-1) > 1e-14 {
				t.Errorf("label %d: the drawing is %g from the mean image and scores %v, want 0 and 1", k, apart, d.Score)
			}
			if (instance == 0) != (len(d.Frames) > 3) {
				t.Errorf("label %d, instance %d has %d frames", k, instance, len(d.Frames))
			}
		}
	}
}

func TestDrawRefusesAndStops(t *testing.T) {
	p := open(t, nil)
	none := symmetry.Tuple{{Name: "M", M: mat.NewDense(10, 784, nil)}}
	if d, err := p.Draw(context.Background(), none, verify.DrawRequest{}); err != nil || d.Status != verify.Stopped {
		t.Errorf("a mean of zero: %v, %v; want stopped: there is no direction to draw", d.Status, err)
	}
	if _, err := p.Draw(context.Background(), none, verify.DrawRequest{Label: 10}); err == nil {
		t.Error("label 10: want an error")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if d, err := p.Draw(ctx, train(t, p, 1, "gaussian").Tuple, verify.DrawRequest{}); err != nil || d.Status != verify.Stopped {
		t.Errorf("cancelled: %v, %v", d.Status, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	data := verify.Settings{"set": "mnist", "split": "train", "offset": 0.0, "count": 5.0, "side": 28.0}
	if _, err := (Subject{}).Open(context.Background(), data, nil); err == nil || !strings.Contains(err.Error(), "has the label 2") {
		t.Errorf("Open of five images: %v", err)
	}
}

func TestProblemCanDoWhatItSays(t *testing.T) {
	var p verify.Problem = open(t, nil)
	_, scorer := p.(verify.Scorer)
	_, artist := p.(verify.Artist)
	_, exhibitor := p.(verify.Exhibitor)
	_, court := p.(verify.Court)
	_, baseliner := p.(verify.Baseliner)
	if !scorer || !artist || !exhibitor || !court || !baseliner {
		t.Errorf("Scorer %v, Artist %v, Exhibitor %v, Court %v, Baseliner %v", scorer, artist, exhibitor, court, baseliner)
	}
}
