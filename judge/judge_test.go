package judge

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// judge is what the judges have in common.
type judge interface {
	Distances(dst []float64, images *mat.Dense) []float64
}

// drawImages draws n images of some pixels, none of them blank.
func drawImages(t *rapid.T, name string, n, pixels int) *mat.Dense {
	images := mat.NewDense(n, pixels, nil)
	for i := range n {
		row := images.RawRowView(i)
		for j := range row {
			row[j] = rapid.Float64Range(-1, 1).Draw(t, name)
		}
		if floats.Norm(row, 2) < 0.01 {
			row[0] = 1
		}
	}
	return images
}

// drawExamples draws images with labels of 3 classes, all of which have an image.
func drawExamples(t *rapid.T) (*mat.Dense, []int) {
	n := rapid.IntRange(3, 12).Draw(t, "n")
	images := drawImages(t, "example", n, rapid.IntRange(1, 6).Draw(t, "pixels"))
	labels := []int{0, 1, 2}
	for range n - 3 {
		labels = append(labels, rapid.IntRange(0, 2).Draw(t, "label"))
	}
	return images, labels
}

// all trains every judge on the same examples.
func all(t rapid.TB, images *mat.Dense, labels []int, classes int) map[string]judge {
	t.Helper()
	logistic, err := TrainLogistic(context.Background(), images, labels, classes, nil)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]judge{
		"neighbours": NewNearestNeighbours(images, labels, classes, 0),
		"mean":       NewNearestMean(images, labels, classes),
		"logistic":   logistic,
	}
}

// apart is the distance of the directions of x and y, modulo sign.
func apart(x, y []float64) float64 {
	plus, minus := 0.0, 0.0
	nx, ny := floats.Norm(x, 2), floats.Norm(y, 2)
	for i := range x {
		plus = math.Hypot(plus, x[i]/nx-y[i]/ny)
		minus = math.Hypot(minus, x[i]/nx+y[i]/ny)
	}
	return min(plus, minus)
}

// roundingOf is how exact distances are: those near zero are the square root of rounding.
func roundingOf() cmp.Option { return cmpopts.EquateApprox(1e-9, 1e-7) }

func TestNeighboursAreThoseOfBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		images, labels := drawExamples(t)
		_, pixels := images.Dims()
		queries := drawImages(t, "query", 5, pixels)
		k := rapid.IntRange(1, 4).Draw(t, "k")
		var want []float64
		for q := range 5 {
			for c := range 3 {
				var to []float64
				for i, label := range labels {
					if label == c {
						to = append(to, apart(queries.RawRowView(q), images.RawRowView(i)))
					}
				}
				slices.Sort(to)
				to = to[:min(k, len(to))]
				want = append(want, floats.Sum(to)/float64(len(to)))
			}
		}
		got := NewNearestNeighbours(images, labels, 3, k).Distances(nil, queries)
		if diff := cmp.Diff(want, got, roundingOf()); diff != "" {
			t.Errorf("distances (-brute force +got)\n%s", diff)
		}
	})
}

func TestMeanIsThatOfUnitImages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		images, labels := drawExamples(t)
		_, pixels := images.Dims()
		queries := drawImages(t, "query", 3, pixels)
		var want []float64
		for q := range 3 {
			for c := range 3 {
				mean := make([]float64, pixels)
				for i, label := range labels {
					if row := images.RawRowView(i); label == c {
						floats.AddScaled(mean, 1/floats.Norm(row, 2), row)
					}
				}
				if floats.Norm(mean, 2) < 1e-6 {
					return // a mean of rounding errors has no direction
				}
				want = append(want, apart(queries.RawRowView(q), mean))
			}
		}
		if diff := cmp.Diff(want, NewNearestMean(images, labels, 3).Distances(nil, queries), roundingOf()); diff != "" {
			t.Errorf("distances (-brute force +got)\n%s", diff)
		}
	})
}

func TestJudgesSeeADirectionModuloSign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		images, labels := drawExamples(t)
		_, pixels := images.Dims()
		queries := drawImages(t, "query", 3, pixels)
		scale := rapid.SampledFrom([]float64{-1, -1e-200, 3, 1e-3, 1e200}).Draw(t, "scale")
		var moved mat.Dense
		moved.Scale(scale, queries)
		for name, j := range all(t, images, labels, 3) {
			want, got := j.Distances(nil, queries), j.Distances(nil, &moved)
			if diff := cmp.Diff(want, got, roundingOf()); diff != "" {
				t.Errorf("%s: distances after scaling by %g (-before +after)\n%s", name, scale, diff)
			}
			if floats.Min(want) < 0 {
				t.Errorf("%s: a distance is %g", name, floats.Min(want))
			}
		}
	})
}

// TestManyImagesAreJudgedAsOne compares judging in blocks with judging one at a time.
func TestManyImagesAreJudgedAsOne(t *testing.T) {
	const pixels = 5
	images := mat.NewDense(2*block+7, pixels, nil)
	labels := make([]int, 2*block+7)
	for i := range labels {
		labels[i] = i * i % 3
		for j := range pixels {
			images.Set(i, j, math.Sin(float64(i*pixels+j+1)))
		}
	}
	for name, j := range all(t, images, labels, 3) {
		together := j.Distances(nil, images)
		dst := make([]float64, 3)
		for i := range labels {
			one := j.Distances(dst, images.Slice(i, i+1, 0, pixels).(*mat.Dense))
			if diff := cmp.Diff(together[3*i:3*i+3], one, roundingOf()); diff != "" {
				t.Fatalf("%s: distances of image %d (-among others +alone)\n%s", name, i, diff)
			}
		}
		if diff := cmp.Diff(together, j.Distances(nil, images)); diff != "" {
			t.Errorf("%s: judging twice differs\n%s", name, diff)
		}
	}
}

func TestImagesWithoutADirection(t *testing.T) {
	images := mat.NewDense(3, 2, []float64{1, 0, 0.9, 0.1, 0, 1})
	queries := mat.NewDense(3, 2, []float64{0, 0, math.NaN(), 1, math.Inf(1), 1})
	judges := all(t, images, []int{0, 0, 1}, 3)
	for name, want := range map[string][]float64{"neighbours": {1, 1, math.Inf(1)}, "mean": {1, 1, math.Inf(1)}} {
		if got := judges[name].Distances(nil, queries)[:3]; !cmp.Equal(got, want) {
			t.Errorf("%s: the blank image is %v from the classes, want %v: the third has no image", name, got, want)
		}
	}
	for name, j := range judges {
		got := j.Distances(nil, queries)
		for i, d := range got[3:] {
			if d == d && !math.IsInf(d, 1) {
				t.Errorf("%s: an image that is not finite is %v from class %d, want NaN", name, d, i%3)
			}
		}
		if diff := cmp.Diff([]int{-1, -1}, Answers(got[3:], 3)); diff != "" {
			t.Errorf("%s: answers for images that are not finite (-want +got)\n%s", name, diff)
		}
	}
}

func TestAnswers(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, tt := range []struct {
		name      string
		distances []float64
		classes   int
		want      []int
	}{
		{"smallest", []float64{3, 1, 2, 0.5, 1, 1}, 3, []int{1, 0}},
		{"tie of the smallest", []float64{2, 1, 1}, 3, []int{-1}},
		{"tie broken later", []float64{2, 2, 1}, 3, []int{2}},
		{"tie of others", []float64{1, 2, 2}, 3, []int{0}},
		{"not a number", []float64{1, nan, 2}, 3, []int{-1}},
		{"not a number first", []float64{nan, 1, 2}, 3, []int{-1}},
		{"infinitely far", []float64{inf, 1, inf}, 3, []int{1}},
		{"all infinitely far", []float64{inf, inf}, 2, []int{-1}},
		{"no images", nil, 2, []int{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Answers(tt.distances, tt.classes)); diff != "" {
				t.Errorf("Answers(%v, %d) (-want +got)\n%s", tt.distances, tt.classes, diff)
			}
		})
	}
}

func TestRight(t *testing.T) {
	if got := Right([]int{1, -1, 2, 0}, []int{1, 1, 2, 2}); got != 2 {
		t.Errorf("Right = %d, want 2", got)
	}
}

func TestPanics(t *testing.T) {
	images, labels := mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6}), []int{0, 1}
	j := NewNearestMean(images, labels, 2)
	for _, tt := range []struct {
		name string
		f    func()
		want string
	}{
		{"label above", func() { NewNearestMean(images, []int{0, 2}, 2) }, "judge: a label is no class"},
		{"label below", func() { NewNearestNeighbours(images, []int{0, -1}, 2, 1) }, "judge: a label is no class"},
		{"labels", func() { NewNearestMean(images, []int{0}, 2) }, "judge: images and labels differ in length"},
		{"no images", func() { NewNearestNeighbours(&mat.Dense{}, nil, 2, 1) }, "judge: no images"},
		{"neighbours", func() { NewNearestNeighbours(images, labels, 2, -1) }, "judge: a negative number of neighbours"},
		{"another size", func() { j.Distances(nil, mat.NewDense(1, 2, nil)) }, "judge: images of another size"},
		{"dst", func() { j.Distances(make([]float64, 3), images) }, "judge: dst has not one entry per image and class"},
		{"rows", func() { Answers(make([]float64, 3), 2) }, "judge: distances are not whole rows"},
		{"no classes", func() { Answers(nil, 0) }, "judge: distances are not whole rows"},
		{"truth", func() { Right([]int{1}, nil) }, "judge: answers and truth differ in length"},
		{"penalty", func() { mustTrain(t, images, labels, &LogisticSettings{Penalty: -1}) }, "judge: a setting is negative or NaN"},
		{"tolerance", func() { mustTrain(t, images, labels, &LogisticSettings{GradTol: math.NaN()}) }, "judge: a setting is negative or NaN"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if got, _ := recover().(string); !strings.Contains(got, tt.want) {
					t.Errorf("panic %q, want %q", got, tt.want)
				}
			}()
			tt.f()
		})
	}
}
