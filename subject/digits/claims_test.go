package digits

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/subject/imageset"
	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// The framework finds out by assertion what a problem can do, so the compiler would not notice one that is lost.
var (
	_ verify.Scorer    = (*Problem)(nil)
	_ verify.Adversary = (*Problem)(nil)
	_ verify.Baseliner = (*Problem)(nil)
	_ verify.Featurer  = (*Problem)(nil)
	_ verify.Exhibitor = (*Problem)(nil)
	_ verify.Court     = (*Problem)(nil)
	_ verify.Patterned = (*Problem)(nil)
	_ verify.Artist    = (*Problem)(nil)
	_ verify.Certifier = (*Problem)(nil)
)

// differ returns by how much the scores of two tuples for one label differ on an image.
func differ(t *testing.T, p *Problem, a, b symmetry.Tuple, label int, m verify.Image) float64 {
	t.Helper()
	in, err := p.InputsFrom("x", []verify.Image{m})
	if err != nil {
		t.Fatal(err)
	}
	return math.Abs(p.Scores(nil, a, in)[label] - p.Scores(nil, b, in)[label])
}

func TestAttackFindsWhereNetworksDiffer(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	p := open(t, 30, nil, nil)
	a, b := train(t, p, 1).Tuple, train(t, p, 2).Tuple
	test, err := p.Inputs(context.Background(), "test")
	if err != nil {
		t.Fatal(err)
	}
	sa, sb := p.Scores(nil, a, test), p.Scores(nil, b, test)
	supremum, err := p.Supremum(context.Background(), a, b)
	if err != nil || len(supremum) != classes {
		t.Fatal(supremum, err)
	}
	for label := range classes {
		onTest := 0.0
		for i := range test.Count {
			onTest = math.Max(onTest, math.Abs(sa[i*classes+label]-sb[i*classes+label]))
		}
		found := 0.0
		for i := range 2 {
			got, err := p.Attack(context.Background(), a, b, verify.AttackRequest{Label: label, Seed: 1, Instance: i})
			if err != nil || got.Status != verify.Converged {
				t.Fatalf("label %d: %+v, %v", label, got, err)
			}
			if norm := floats.Norm(got.Image.Pixels, 2); math.Abs(norm-1) > 1e-12 {
				t.Errorf("label %d: the image has norm %v, want 1", label, norm)
			}
			found = math.Max(found, differ(t, p, a, b, label, got.Image))
		}
		if !(found > 2*onTest) || found > supremum[label]*(1+1e-6) {
			t.Errorf("label %d: networks differ by %g where attacked, by %g on test images, and by no more than %g", label, found, onTest, supremum[label])
		}
	}
}

func TestAttackRefuses(t *testing.T) {
	p := open(t, 20, nil, nil)
	a := train(t, p, 1).Tuple
	if _, err := p.Attack(context.Background(), a, a, verify.AttackRequest{Label: classes}); err == nil {
		t.Error("Attack of label 10: want an error")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.Supremum(ctx, a, a); err == nil {
		t.Error("Supremum when cancelled: want an error")
	}
}

// TestDrawingsStayWhereTheyBeginIfItIsAMaximum holds which basins exist on the reference problem, for a digit that has
// all eight and for two that have four.
func TestDrawingsStayWhereTheyBeginIfItIsAMaximum(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	p := open(t, 100, nil, verify.Settings{"rank": 20.0})
	tuple := train(t, p, 1).Tuple
	for _, tt := range []struct {
		label  int
		end    func(pattern string) string
		reason string
	}{
		{0, func(pattern string) string { return pattern }, "each pattern is a maximum"},
		{1, func(pattern string) string { return "-" + pattern[1:] }, "the first sign has to be negative"},
		{5, func(pattern string) string { return pattern[:2] + "+" }, "the last sign has to be positive"},
	} {
		scores := map[string]float64{}
		for i, pattern := range p.Patterns() {
			d, err := p.Draw(context.Background(), tuple, verify.DrawRequest{Label: tt.label, Seed: 1, Instance: i, Pattern: pattern, Frames: i == 0})
			if err != nil || d.Status != verify.Converged {
				t.Fatalf("label %d from %s: %+v, %v", tt.label, pattern, d, err)
			}
			if want := tt.end(pattern); d.Pattern != want {
				t.Errorf("label %d from %s ends in %s, want %s: %s", tt.label, pattern, d.Pattern, want, tt.reason)
			}
			if score, ok := scores[d.Pattern]; ok && math.Abs(score-d.Score) > 1e-12 {
				t.Errorf("label %d from %s ends at the score %v, and another drawing of %s at %v", tt.label, pattern, d.Score, d.Pattern, score)
			}
			scores[d.Pattern] = d.Score
			if (len(d.Frames) > 5) != (i == 0) || len(d.Frames) > frames {
				t.Errorf("label %d from %s has %d frames", tt.label, pattern, len(d.Frames))
			}
			if i == 0 && floats.Distance(d.Frames[len(d.Frames)-1].Pixels, d.Image.Pixels, 2) > 1e-12 {
				t.Errorf("label %d from %s: the last frame is not the drawing", tt.label, pattern)
			}
		}
	}
}

func TestPatternsWhereThereAreSigns(t *testing.T) {
	for _, tt := range []struct {
		name          string
		data, problem verify.Settings
		want          int
	}{
		{"even", nil, nil, 8},
		{"odd", verify.Settings{"side": 27.0}, nil, 0},
		{"no modulus", nil, verify.Settings{"features": "real"}, 0},
	} {
		p := open(t, 20, tt.data, tt.problem)
		if got := p.Patterns(); len(got) != tt.want {
			t.Errorf("%s: Patterns() = %v, want %d", tt.name, got, tt.want)
		}
		if _, err := p.Draw(context.Background(), train(t, p, 1).Tuple, verify.DrawRequest{Pattern: "++"}); err == nil {
			t.Errorf("%s: Draw from a pattern that there is not: want an error", tt.name)
		}
	}
}

func TestNegativeStartsAreTheirOwn(t *testing.T) {
	p := open(t, 20, nil, nil)
	run := func(negative float64) *verify.Outcome {
		tr := trial(1, "uniform", map[string]any{"method": "lbfgs", "steps": 1.0})
		if negative >= 0 {
			tr.Settings["negative"] = negative
		}
		out, err := p.Train(context.Background(), tr, &strings.Builder{})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	absent, zero, half := run(-1), run(0), run(0.5)
	if !mat.Equal(absent.Tuple.Part("A"), zero.Tuple.Part("A")) || absent.Fitness != zero.Fitness {
		t.Error("negative: 0 changes the run")
	}
	if half.Curve[0].Fitness == zero.Curve[0].Fitness {
		t.Error("negative: 0.5 begins at the same fitness as a positive start")
	}
}

func TestExamplesAreTheTrainingImages(t *testing.T) {
	for _, centred := range []bool{false, true} {
		p := open(t, 50, verify.Settings{"centred": centred}, nil)
		count, lowest := 0, 0.0
		sum := make([]float64, 784)
		for label := range classes {
			for _, m := range p.Examples(label) {
				count++
				lowest = math.Min(lowest, slices.Min(m.Pixels))
				if slices.Max(m.Pixels) > 1 || m.Rows != 28 || m.Cols != 28 {
					t.Fatalf("label %d: an example of %d×%d pixels up to %v", label, m.Rows, m.Cols, slices.Max(m.Pixels))
				}
				floats.Add(sum, m.Pixels)
			}
		}
		if count != 50 || (lowest < 0) != centred {
			t.Errorf("centred %v: %d examples, darkest pixel %v; want 50, as training saw them", centred, count, lowest)
		}
		if centred && floats.Norm(sum, 2) > 1e-10 {
			t.Errorf("centred examples add up to an image of norm %v", floats.Norm(sum, 2))
		}
	}
}

func TestShuffledLabelsAreOthers(t *testing.T) {
	p, q := open(t, 50, nil, nil), open(t, 50, verify.Settings{"labels": "shuffled"}, nil)
	if cmp.Equal(p.data.Y, q.data.Y) || !mat.Equal(p.data.D, q.data.D) || cmp.Equal(p.Digests(), q.Digests()) {
		t.Errorf("labels %v and %v, digests %v and %v: want other labels of the same images, and another digest", p.data.Y, q.data.Y, p.Digests(), q.Digests())
	}
}

func TestFeaturesIgnoreShiftsWithTheModulusOnly(t *testing.T) {
	for reading, ignore := range map[string]bool{"modulus": true, "real": false} {
		p := open(t, 20, nil, verify.Settings{"features": reading})
		m := p.Examples(0)[0]
		shifted := verify.Image{Rows: 28, Cols: 28, Pixels: make([]float64, 784)}
		for r := range 28 {
			for c := range 28 {
				shifted.Pixels[(r+3)%28*28+(c+5)%28] = m.Pixels[r*28+c]
			}
		}
		f := p.Features([]verify.Image{m, shifted})
		if len(f[0]) != 784 {
			t.Fatalf("%d features, want 784", len(f[0]))
		}
		change := floats.Distance(f[0], f[1], 2) / floats.Norm(f[0], 2)
		if (change < 1e-14) != ignore || !ignore && change < 0.1 {
			t.Errorf("%s: a cyclic shift changes the features by %g of their norm", reading, change)
		}
	}
}

func TestFeaturesRefuseOtherSizes(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	open(t, 20, nil, nil).Features([]verify.Image{{Rows: 1, Cols: 1, Pixels: []float64{1}}})
}

func TestInputs(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	p, centred := open(t, 20, nil, nil), open(t, 20, verify.Settings{"centred": true}, nil)
	source := &imageset.Source{} // so that the test images are read once
	p.images, centred.images = source, source
	tuple := train(t, p, 1).Tuple
	for _, name := range (Subject{}).Space().Inputs {
		t.Run(name, func(t *testing.T) {
			in, err := p.Inputs(context.Background(), name)
			if err != nil {
				t.Fatal(err)
			}
			if len(in.Norms) != in.Count || in.Fitted != (name == "train") || (in.Truth != nil) != (name == "train" || name == "test") {
				t.Errorf("%d inputs with %d norms, fitted %v, %d labels", in.Count, len(in.Norms), in.Fitted, len(in.Truth))
			}
			for i, norm := range in.Norms {
				if want := floats.Norm(batch(in).X.RawRowView(i), 2); norm != want {
					t.Fatalf("input %d has norm %v, want %v", i, norm, want)
				}
			}
			for i, s := range p.Scores(nil, tuple, in) {
				if !(s >= 0) || math.IsInf(s, 0) {
					t.Fatalf("score %d is %v", i, s)
				}
			}
			of, err := centred.Inputs(context.Background(), name)
			if err != nil {
				t.Fatal(err)
			}
			same := mat.Equal(batch(in).X, batch(of).X)
			if want := name == "noise" || name == "faint"; same != want {
				t.Errorf("the inputs of a problem with centred images are the same: %v, want %v", same, want)
			}
		})
	}
}

func TestJudgesKnowTheTrainingImages(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	p := open(t, 50, verify.Settings{"side": 20.0}, nil)
	judges, err := p.Judges(context.Background())
	if err != nil || len(judges) == 0 {
		t.Fatal(judges, err)
	}
	for _, j := range judges {
		right := 0
		for label := range classes {
			for _, d := range j.Distances(p.Examples(label)) {
				if floats.MinIdx(d) == label {
					right++
				}
			}
		}
		if right < 30 {
			t.Errorf("%s names %d of 50 training images right", j.Name, right)
		}
	}
	if judges, err := open(t, 50, verify.Settings{"split": "test"}, nil).Judges(context.Background()); err == nil {
		t.Errorf("where training saw test images there are %d judges, want an error: they learned from the same", len(judges))
	}
}

func TestBaselinesAnswerTheTest(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	p := open(t, 50, nil, nil)
	for _, name := range []string{"train", "test"} {
		in, err := p.Inputs(context.Background(), name)
		if err != nil {
			t.Fatal(err)
		}
		baselines, err := p.Baselines(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range baselines {
			right := 0
			for i, answer := range b.Answers {
				if answer == in.Truth[i] {
					right++
				}
			}
			if share := float64(right) / float64(in.Count); share < 0.4 {
				t.Errorf("%s is right on %.2f of %s", b.Name, share, name)
			}
			if b.Name == "nearest neighbour" && name == "train" && right != in.Count {
				t.Errorf("the nearest neighbour of a training image is itself, and %d of %d are right", right, in.Count)
			}
		}
	}
}

func TestInputsOfAnotherSubjectPanic(t *testing.T) {
	defer func() {
		if got := fmt.Sprint(recover()); got != "digits: inputs of another subject" {
			t.Errorf("panic %q", got)
		}
	}()
	p := open(t, 20, nil, nil)
	p.Scores(nil, train(t, p, 1).Tuple, &verify.Inputs{})
}

// TestAppraise proves for a trained tuple which image of a label is best, and that a drawing is it.
func TestAppraise(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	p := open(t, 100, nil, verify.Settings{"rank": 20.0})
	x := train(t, p, 1).Tuple
	for _, label := range []int{0, 5} {
		a, err := p.Appraise(context.Background(), x, label)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(a.Bound-a.Score) > 1e-12*a.Bound || !(a.Second < 0.7*a.Bound) {
			t.Errorf("label %d: score %v, bound %v, second %v: want a proof", label, a.Score, a.Bound, a.Second)
		}
		nearest := math.Inf(1)
		for _, pattern := range p.Patterns() {
			d, err := p.Draw(context.Background(), x, verify.DrawRequest{Label: label, Seed: 1, Pattern: pattern})
			if err != nil {
				t.Fatal(err)
			}
			if d.Score > a.Bound*(1+1e-12) {
				t.Errorf("label %d: a drawing in %s scores %v, and no image scores more than %v", label, pattern, d.Score, a.Bound)
			}
			distance, err := symmetry.Sign{}.Distance(imageTuple(d.Image), imageTuple(a.Image))
			if err != nil {
				t.Fatal(err)
			}
			nearest = min(nearest, distance)
		}
		if nearest > 1e-7 {
			t.Errorf("label %d: the nearest drawing is %g from the best image", label, nearest)
		}
	}
	if _, err := p.Appraise(context.Background(), x, 10); err == nil {
		t.Error("label 10 was appraised")
	}
	other := open(t, 20, nil, verify.Settings{"features": "real"})
	a, err := other.Appraise(context.Background(), train(t, other, 1).Tuple, 0)
	if err != nil || len(a.Image.Pixels) != 0 || !math.IsInf(a.Bound, 1) {
		t.Errorf("with the real part: %+v, %v; want nothing proven", a, err)
	}
}
