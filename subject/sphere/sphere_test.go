package sphere

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/stream"
	"example.org/concord/subject/imageset"
	"example.org/concord/verify"
)

func settings(changes verify.Settings) verify.Settings {
	data := verify.Settings{}
	for _, a := range imageset.Axes() {
		data[a.Name] = a.Default
	}
	maps.Copy(data, changes)
	return data
}

func open(t *testing.T, changes verify.Settings) *Set {
	t.Helper()
	s, err := Open(context.Background(), nil, settings(changes))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestImagesAreOnTheSphere(t *testing.T) {
	for _, centred := range []bool{false, true} {
		s := open(t, verify.Settings{"centred": centred})
		n, p := s.Images.Dims()
		if n != 100 || p != 784 || len(s.Truth) != n || s.Side != 28 {
			t.Fatalf("%d images of %d pixels with %d labels, side %d", n, p, len(s.Truth), s.Side)
		}
		for i := range n {
			if norm := floats.Norm(s.Images.RawRowView(i), 2); math.Abs(norm-1) > 1e-14 {
				t.Errorf("centred %v: image %d has norm %g, want 1", centred, i, norm)
			}
		}
		if negative := mat.Min(s.Images) < 0; negative != centred {
			t.Errorf("centred %v: there are negative pixels: %v", centred, negative)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, tt := range []struct {
		name    string
		changes verify.Settings
		want    string
	}{
		{"blank", verify.Settings{"side": 8.0, "count": 60.0}, "is blank on 8×8 pixels"},
		{"label without image", verify.Settings{"count": 5.0}, "no training image has the label 2"},
		{"range", verify.Settings{"offset": 59_999.0}, "60000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Open(context.Background(), nil, settings(tt.changes)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Open: %v, want it to mention %q", err, tt.want)
			}
		})
	}
}

func TestExamplesAreTheTrainingImages(t *testing.T) {
	s := open(t, nil)
	counts := s.Counts()
	if total := counts[0]; len(counts) != len(s.Labels()) || total == 0 {
		t.Fatalf("counts %v for labels %v", counts, s.Labels())
	}
	for k, count := range counts {
		examples := s.Examples(k)
		if len(examples) != count {
			t.Errorf("label %d has %d examples, want %d", k, len(examples), count)
		}
		first := s.Images.RawRowView(slices.Index(s.Truth, k))
		if d := floats.Distance(examples[0].Pixels, first, 2); d > 1e-15 {
			t.Errorf("first example of %d is %g from the first training image", k, d)
		}
	}
}

func TestInputs(t *testing.T) {
	s := open(t, verify.Settings{"centred": true})
	ctx := context.Background()
	for _, name := range Names() {
		in, err := s.Inputs(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		points := Points(in)
		n, _ := points.Dims()
		if in.Name != name || in.Count != n || len(in.Norms) != n || in.Labels != 10 || in.Fitted != (name == "train") || (in.Truth != nil && len(in.Truth) != n) {
			t.Errorf("inputs %s: %d of them, %d points, %d norms, %d truths, fitted %v", name, in.Count, n, len(in.Norms), len(in.Truth), in.Fitted)
		}
		for i, norm := range in.Norms {
			want := 1.0
			if norm == 0 {
				want = 0
			}
			if got := floats.Norm(points.RawRowView(i), 2); math.Abs(got-want) > 1e-14 {
				t.Fatalf("inputs %s: point %d has norm %g, want %g: the input has %g", name, i, got, want, norm)
			}
		}
	}
	train, err := s.Inputs(ctx, "train")
	if err != nil {
		t.Fatal(err)
	}
	if !mat.Equal(Points(train), s.Images) {
		t.Error("the inputs train are not the training images")
	}
	if _, err := s.Inputs(ctx, "tset"); err == nil || !strings.Contains(err.Error(), "test") {
		t.Errorf("Inputs(tset): %v, want the names there are", err)
	}
}

func TestInputsFrom(t *testing.T) {
	s := open(t, nil)
	x := s.Picture(s.Images.RawRowView(7))
	floats.Scale(3, x.Pixels)
	in, err := s.InputsFrom("mine", []verify.Image{x, {Rows: 28, Cols: 28, Pixels: make([]float64, 784)}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{3, 0}, in.Norms, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-14 })); diff != "" {
		t.Errorf("norms (-want +got)\n%s", diff)
	}
	if d := floats.Distance(Points(in).RawRowView(0), s.Images.RawRowView(7), 2); d > 1e-15 {
		t.Errorf("three times an image is %g from it on the sphere", d)
	}
	if _, err := s.InputsFrom("x", nil); err == nil {
		t.Error("InputsFrom of nothing: want an error")
	}
	if _, err := s.InputsFrom("x", []verify.Image{{Rows: 27, Cols: 28}}); err == nil || !strings.Contains(err.Error(), "27×28") {
		t.Errorf("InputsFrom of another size: %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("Points of inputs of another subject: want a panic")
		}
	}()
	Points(&verify.Inputs{Data: 1})
}

func TestBaselinesLearnTheTrainingImages(t *testing.T) {
	s := open(t, nil)
	train, err := s.Inputs(context.Background(), "train")
	if err != nil {
		t.Fatal(err)
	}
	baselines, err := s.Baselines(context.Background(), train)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range baselines {
		if b.Name == "nearest neighbour" && slices.Equal(b.Answers, s.Truth) {
			return
		}
	}
	t.Errorf("no nearest neighbour among %d baselines that is right on what it learned", len(baselines))
}

func TestJudgesHaveSeenOtherImages(t *testing.T) {
	s := open(t, verify.Settings{"split": "test"})
	if _, err := s.Judges(context.Background()); err == nil {
		t.Error("Judges where training sees what they learned from: want an error")
	}
}

func TestNoise(t *testing.T) {
	s := open(t, nil)
	draw := func(r verify.DrawRequest) []float64 {
		t.Helper()
		x, err := s.Noise(r)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	base := verify.DrawRequest{Label: 3, Seed: 1}
	first := draw(base)
	if norm := floats.Norm(first, 2); math.Abs(norm-1) > 1e-14 {
		t.Errorf("noise has norm %g, want 1", norm)
	}
	if !slices.Equal(first, draw(base)) {
		t.Error("the same request begins elsewhere")
	}
	for _, r := range []verify.DrawRequest{{Label: 4, Seed: 1}, {Label: 3, Seed: 2}, {Label: 3, Seed: 1, Instance: 1}} {
		if cosine := floats.Dot(first, draw(r)); math.Abs(cosine) > 0.2 {
			t.Errorf("%+v begins near %+v: cosine %g", r, base, cosine)
		}
	}
	for _, label := range []int{-1, 10} {
		if _, err := s.Noise(verify.DrawRequest{Label: label}); err == nil {
			t.Errorf("Noise of label %d: want an error", label)
		}
	}
}

func TestStarts(t *testing.T) {
	for _, name := range StartNames() {
		s, err := ParseStart(name)
		if err != nil || s.String() != name {
			t.Errorf("ParseStart(%q) = %v, %v", name, s, err)
		}
		r := stream.New(1, "test")
		const n = 10_000
		var sum, least float64
		for range n {
			x := s.Draw(r)
			sum += x
			least = min(least, x)
		}
		if mean := map[Start]float64{Gaussian: 0, Uniform: 0.5}[s]; math.Abs(sum/n-mean) > 0.05 || (least < 0) != (s == Gaussian) {
			t.Errorf("%v draws have the mean %g, want %g, and reach %g", s, sum/n, mean, least)
		}
	}
	if _, err := ParseStart("cauchy"); err == nil || !strings.Contains(err.Error(), "gaussian uniform") {
		t.Errorf("ParseStart(cauchy): %v, want the names there are", err)
	}
	if got := Start(9).String(); got != "Start(9)" {
		t.Errorf("Start(9) prints as %q", got)
	}
}
