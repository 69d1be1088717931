package verify

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/floats"
)

// drawsPixels draws an image of these pixels, moved a little from instance to instance.
func drawsPixels(pixels ...float64) *suspect {
	return &suspect{draw: func(_ []float64, r DrawRequest) (*Drawing, error) {
		p := append([]float64(nil), pixels...)
		p[0] += 1e-12 * float64(r.Instance)
		floats.Scale(1/floats.Norm(p, 2), p)
		return &Drawing{Status: Converged, Image: square(p...), Pattern: "+"}, nil
	}}
}

// exhibiting returns a suspect that shows these images for every label.
func exhibiting(images ...Image) *suspect {
	return &suspect{shows: func(int) []Image { return images }}
}

func TestNotTheMean(t *testing.T) {
	hear(t, "not-the-mean: {tolerance: 0.9, reason: r}", []finding{
		{"honest", &suspect{}, "", Pass, "over the 2 pixels where every training image is the same they vary by at least 0.18", "the middle of (1, 2, 3, −4): 0.5, of √30/2"},
		{"the mean itself", drawsPixels(1, 0.5, 0.5, 0.1/3), "", Fail, "10 of 10 drawings have no negative values", "of the first label"},
		{"the negative of the mean", drawsPixels(-1, -0.5, -0.5, -0.1/3), "", Fail, "have no negative values", "the sign is that which correlates"},
		{"the mean, uneven at the border", drawsPixels(1, 0.5, 0.45, -0.01), "", Fail, "is at most 0.99", "a cosine is enough"},
		{"even at the border", drawsPixels(1, 0.5, 0.5, -3), "", Fail, "10 of 10 drawings are even where every training image is", "a negative part alone is not enough"},
		{"no negative part", drawsPixels(0.1, 5, 1, 0.1), "", Fail, "no negative values", "far from the mean, and still not it"},
		{"no pixel is the same in all", exhibiting(square(1, 0, 0.1, 0.2), square(0.2, 0.3, 0.4, 0.5)), "", Pass, "norm of their negative part at least 0.68 of 1.", "then the border says nothing"},
		{"one pixel is the same in all", exhibiting(square(1, 0, 0.1, 0.2), square(0.2, 0.3, 0.1, 0.5)), "", Pass, "of 1.", "one pixel is never uneven"},
		{"no training images", exhibiting(), "", Inconclusive, "Label a has no mean training image", ""},
		{"the mean is blank", exhibiting(square(1, 0, 0, 0), square(-1, 0, 0, 0)), "", Inconclusive, "Label a has no mean training image", "centred data"},
		{"NaN in a training image", exhibiting(square(1, 0, 0, math.NaN())), "", Error, "pixel 3 is NaN", ""},
		{"training images of two sizes", exhibiting(square(1, 0, 0, 1), Image{Rows: 1, Cols: 1, Pixels: []float64{1}}), "", Error, "Training images have 4 and 1 pixels", ""},
		{
			"a drawing that does not converge", &suspect{draw: func(x []float64, r DrawRequest) (*Drawing, error) {
				d := drawnFrom(x, r)
				if r.Instance == 1 {
					d.Status = StepLimit
				}
				return d, nil
			}}, "", Inconclusive, "2 of 10 drawings did not converge. The largest cosine is 0.5", "",
		},
	})
}

func TestMeanImage(t *testing.T) {
	c, p := ask(t, &suspect{}, "not-the-mean: {tolerance: 0.9, reason: r}")
	// The mean of label a is (1, 0.5, 0.5, 0.1/3), the drawing (1, 2, 3, −4)/√30.
	mean := []float64{1, 0.5, 0.5, 0.1 / 3}
	floats.Scale(1/floats.Norm(mean, 2), mean)
	drawing := []float64{1, 2, 3, -4}
	floats.Scale(1/math.Sqrt(30), drawing)
	cosine := floats.Dot(mean, drawing)
	difference := append([]float64(nil), drawing...)
	floats.AddScaled(difference, -cosine, mean)
	want := &MeanImage{
		Image: square(mean...), Difference: square(difference...),
		Correlation: Number(cosine), Negative: Number(4 / math.Sqrt(30)), Border: Number(0.5 * 2 / math.Sqrt(30)),
	}
	if diff := cmp.Diff(want, p.Drawings[0].Mean, near(1e-9)); diff != "" {
		t.Errorf("mean of label a (-want +got):\n%s", diff)
	}
	if math.Abs(floats.Dot(p.Drawings[0].Mean.Difference.Pixels, mean)) > 1e-9 {
		t.Error("the difference is not orthogonal to the mean")
	}
	other := 0.0
	for _, l := range p.Drawings {
		other = max(other, math.Abs(float64(l.Mean.Correlation)))
	}
	if math.Abs(float64(c.Value)-other) > 1e-9 {
		t.Errorf("value %v, want the largest of both labels, %v", c.Value, other)
	}
}
