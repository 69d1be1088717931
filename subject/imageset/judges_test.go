package imageset

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/blas/blas64"

	"example.org/concord/judge"
	"example.org/concord/simd"
	"example.org/concord/verify"
)

// TestJudgesKnowDigits holds how good the judges are. On one machine they were right about 961, 899 and 800 of the 1,000
// images that they had not seen; the bounds leave five for other kernels.
func TestJudgesKnowDigits(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	before := blas64.Implementation()
	blas64.Use(simd.New())
	defer blas64.Use(before)
	var s Source
	judges, err := s.Judges(t.Context(), data(28))
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		name  string
		right int
	}{{"nearest neighbours", 956}, {"logistic regression", 894}, {"nearest mean", 795}}
	if len(judges) != len(want) {
		t.Fatalf("%d judges, want %d", len(judges), len(want))
	}
	images, truth := inputs(t, &s, "test", 28)
	var unseen []verify.Image
	for i := 9000; i < 10_000; i++ {
		m := verify.Image{Rows: 28, Cols: 28, Pixels: make([]float64, 784)}
		for j, v := range images.RawRowView(i) {
			m.Pixels[j] = -3 * v
		}
		unseen = append(unseen, m)
	}
	for i, j := range judges {
		if j.Name != want[i].name || j.Of != 1000 || j.Right < want[i].right {
			t.Errorf("judge %q is right about %d of %d, want %q with at least %d of 1000", j.Name, j.Right, j.Of, want[i].name, want[i].right)
		}
		right := 0
		for n, row := range j.Distances(unseen) {
			if judge.Answers(row, Classes)[0] == truth[9000+n] {
				right++
			}
		}
		if right != j.Right {
			t.Errorf("%s is right about %d negatives, and about %d images", j.Name, right, j.Right)
		}
	}
}

func TestJudgesAreKept(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	var s Source
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Judges(ctx, data(10)); !errors.Is(err, context.Canceled) {
		t.Errorf("Judges after the end: %v, want %v", err, context.Canceled)
	}
	first, err := s.Judges(t.Context(), data(10))
	if err != nil {
		t.Fatalf("an error was kept: %v", err)
	}
	second, err := s.Judges(ctx, data(10))
	if err != nil || &first[0] != &second[0] {
		t.Errorf("judges of one side were trained twice: %v", err)
	}
	var none *Source
	others, err := none.Judges(t.Context(), data(10))
	if err != nil {
		t.Fatal(err)
	}
	ignore := cmpopts.IgnoreFields(verify.Judge{}, "Distances")
	if diff := cmp.Diff(first, others, ignore); diff != "" {
		t.Errorf("judges (-of a Source +of none)\n%s", diff)
	}
}

func TestJudgesSawNoTrainingImage(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	var s Source
	for _, tt := range []struct {
		name    string
		changes verify.Settings
		want    string
	}{
		{"first test images", verify.Settings{"split": "test"}, "no judges: they learn from the test images 0 to 8999, and so does the subject from 0 on"},
		{"last image of the judges", verify.Settings{"split": "test", "offset": 8999.0}, "no judges: they learn from the test images 0 to 8999, and so does the subject from 8999 on"},
		{"images the judges are measured on", verify.Settings{"split": "test", "offset": 9000.0}, ""},
		{"training images", verify.Settings{"offset": 100.0}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if _, err := s.Judges(t.Context(), data(8, tt.changes)); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("Judges = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestJudgesOfDrawings(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	judges, err := (*Source)(nil).Judges(t.Context(), data(9))
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range judges {
		if !strings.Contains(j.Doc, "the test images 0 to 8999 of MNIST") {
			t.Errorf("%s does not say what it learned from: %q", j.Name, j.Doc)
		}
		if got := j.Distances(nil); len(got) != 0 {
			t.Errorf("%s has %d opinions about nothing", j.Name, len(got))
		}
		m := verify.Image{Rows: 9, Cols: 9, Pixels: make([]float64, 81)}
		for i := range m.Pixels {
			m.Pixels[i] = math.Sin(float64(i))
		}
		got := j.Distances([]verify.Image{m, m})
		if len(got) != 2 || len(got[0]) != Classes || !cmp.Equal(got[0], got[1]) {
			t.Errorf("%s says %v of two equal images", j.Name, got)
		}
		for _, d := range got[0] {
			if !(d > 0) {
				t.Errorf("%s: a distance is %v", j.Name, d)
			}
		}
		func() {
			defer func() {
				if got := recover(); got != "imageset: images of another size" {
					t.Errorf("%s: panic %v", j.Name, got)
				}
			}()
			j.Distances([]verify.Image{{Rows: 9, Cols: 10, Pixels: make([]float64, 90)}})
		}()
	}
}

// TestBaselinesLearn holds what simple methods reach: 7157, 6846 and 6856 of the 10,000 test images, from 100.
func TestBaselinesLearn(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	learned := training(t, data(28))
	images, truth := inputs(t, nil, "test", 28)
	baselines, err := Baselines(t.Context(), learned.Images, learned.Labels, images, Classes)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		name  string
		right int
	}{{"nearest neighbour", 7157}, {"nearest mean", 6846}, {"logistic regression", 6856}}
	if len(baselines) != len(want) {
		t.Fatalf("%d baselines, want %d", len(baselines), len(want))
	}
	for i, b := range baselines {
		right := judge.Right(b.Answers, truth)
		if b.Name != want[i].name || b.Doc == "" || math.Abs(float64(right-want[i].right)) > 10 {
			t.Errorf("baseline %q is right about %d, want %q with %d give or take 10", b.Name, right, want[i].name, want[i].right)
		}
	}
	own, err := Baselines(t.Context(), learned.Images, learned.Labels, learned.Images, Classes)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(learned.Labels, own[0].Answers); diff != "" {
		t.Errorf("the nearest neighbour of a training image is not the image itself (-want +got)\n%s", diff)
	}
}

func TestBaselinesStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	learned := training(t, data(10))
	if got, err := Baselines(ctx, learned.Images, learned.Labels, learned.Images, Classes); !errors.Is(err, context.Canceled) {
		t.Errorf("Baselines = %v, %v; want an error that wraps %v", got, err, context.Canceled)
	}
}
