package verify

import (
	"errors"
	"math"
	"strings"
	"testing"
)

const toTheEye = "images: {name: again, modulo: sign, tolerance: 1e-9, reason: r}"

func TestTheBestImageThereIs(t *testing.T) {
	image := func(x []float64) Image { return drawnFrom(x, DrawRequest{}).Image }
	for _, tt := range []struct {
		name    string
		praise  func(x []float64, label int) (*Appraisal, error)
		want    BestImage // of label a; distances are not compared
		verdict Verdict
		says    string
		reason  string
	}{
		{"proven and drawn", nil, BestImage{Score: 1, Bound: 1, Second: 0.5, Proven: true}, Pass, "For 2 of 2 labels exactly one image, up to its sign, is proven to score higher than every other, and for 2 of these a drawing is that image.", ""},
		{
			"proven and missed", func(x []float64, label int) (*Appraisal, error) {
				y := append([]float64{}, x...)
				y[label] += 0.1
				return &Appraisal{Image: image(y), Score: 1.25, Bound: 1.25, Second: 0.5}, nil
			}, BestImage{Score: 1.25, Bound: 1.25, Second: 0.5, Proven: true, Lacking: 0.2}, Pass, "for 0 of these a drawing is that image", "it is no claim that drawings are the best",
		},
		{
			"a bound that is not attained", func(x []float64, _ int) (*Appraisal, error) {
				return &Appraisal{Image: image(x), Score: 1, Bound: 1 + 1e-9, Second: 0.5}, nil
			}, BestImage{Score: 1, Bound: 1 + 1e-9, Second: 0.5}, Pass, "Which image scores highest could not be proven for any label.", "",
		},
		{
			"one of two", func(x []float64, _ int) (*Appraisal, error) {
				return &Appraisal{Image: image(x), Score: 1, Bound: 1, Second: 1}, nil
			}, BestImage{Score: 1, Bound: 1, Second: 1}, Pass, "could not be proven", "another image may score as much",
		},
		{
			"no image", func([]float64, int) (*Appraisal, error) {
				return &Appraisal{Score: 1, Bound: 1, Second: 0.5}, nil
			}, BestImage{Score: 1, Bound: 1, Second: 0.5, Basin: -1, Distance: Number(math.NaN()), Lacking: Number(math.NaN())}, Pass, "could not be proven", "a proof is of something",
		},
		{
			"nothing is known", func([]float64, int) (*Appraisal, error) {
				return &Appraisal{Score: math.NaN(), Bound: math.Inf(1), Second: math.Inf(1)}, nil
			}, BestImage{Score: Number(math.NaN()), Bound: Number(math.Inf(1)), Second: Number(math.Inf(1)), Basin: -1, Lacking: Number(math.NaN())}, Pass, "could not be proven", "",
		},
		{"fails", func([]float64, int) (*Appraisal, error) { return nil, errBroken }, BestImage{}, Error, errBroken.Error(), ""},
		{
			"an image that is none", func(x []float64, _ int) (*Appraisal, error) {
				return &Appraisal{Image: Image{Rows: 2, Cols: 2, Pixels: []float64{1, math.NaN(), 0, 0}}, Score: 1, Bound: 1, Second: 0.5}, nil
			}, BestImage{}, Error, "appraisal", "",
		},
		{
			"a score above its own bound", func(x []float64, label int) (*Appraisal, error) {
				return &Appraisal{Image: drawnFrom(x, DrawRequest{Label: label}).Image, Score: 2, Bound: 1, Second: 0.5}, nil
			}, BestImage{}, Error, "appraisal", "it contradicts itself",
		},
		{
			"a bound that a drawing exceeds", func(x []float64, label int) (*Appraisal, error) {
				return &Appraisal{Image: drawnFrom(x, DrawRequest{Label: label}).Image, Score: 0.5, Bound: 0.5, Second: 0.1}, nil
			}, BestImage{}, Error, "appraisal", "honest drawings score 1",
		},
		{"panics", func([]float64, int) (*Appraisal, error) { panic(errors.New("guilty")) }, BestImage{}, Error, "guilty", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, p := ask(t, &suspect{praise: tt.praise}, toTheEye, "", "")
			if c.Verdict != tt.verdict || !strings.Contains(c.Sentence, tt.says) {
				t.Fatalf("%v: %s; want %v and %q; evidence %v", c.Verdict, c.Sentence, tt.verdict, tt.says, c.Evidence)
			}
			if tt.verdict == Error {
				return
			}
			got := *p.Drawings[0].Best
			same := func(a, b Number) bool {
				return a == b || math.Abs(float64(a-b)) < 1e-12 || math.IsNaN(float64(a)) && math.IsNaN(float64(b))
			}
			w := tt.want
			if !same(got.Score, w.Score) || !same(got.Bound, w.Bound) || !same(got.Second, w.Second) || !same(got.Lacking, w.Lacking) ||
				got.Proven != w.Proven || got.Basin != w.Basin {
				t.Errorf("best of label a is %+v, want %+v apart from the distance", got, w)
			}
			if missed := strings.Contains(tt.name, "missed"); got.Basin == 0 && (float64(got.Distance) > 1e-3) != missed {
				t.Errorf("distance to the nearest drawing %v", got.Distance)
			}
		})
	}
}
