package certify

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/model"
	"example.org/concord/stream"
)

func TestNewProblemRefuses(t *testing.T) {
	data := func(f func(d *model.Data)) *model.Data {
		d := random(stream.New(1, "test"), 2, 2, 3)
		f(d)
		return d
	}
	for _, tt := range []struct {
		name string
		data *model.Data
		want string
	}{
		{"nil", nil, "no training image"},
		{"empty", &model.Data{}, "no training image"},
		{"labels missing", data(func(d *model.Data) { d.Y = d.Y[:2] }), "2 labels"},
		{"features missing", data(func(d *model.Data) { d.R = mat.NewDense(2, 4, nil) }), "do not fit"},
		{"label too large", data(func(d *model.Data) { d.Y[1] = 2 }), "image 1 has label 2, want 0..1"},
		{"label negative", data(func(d *model.Data) { d.Y[2] = -1 }), "image 2 has label -1"},
		{"zero image", data(func(d *model.Data) { d.D.SetRow(1, make([]float64, 4)) }), "pixels of image 1 are all zero"},
		{"zero feature", data(func(d *model.Data) { d.R.SetRow(2, make([]float64, 4)) }), "features of image 2 are all zero"},
		{"nan pixel", data(func(d *model.Data) { d.D.Set(0, 1, math.NaN()) }), "pixels of image 0 are not finite"},
		{"infinite feature", data(func(d *model.Data) { d.R.Set(1, 0, math.Inf(1)) }), "features of image 1 are not finite"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewProblem(tt.data)
			if err == nil || !strings.HasPrefix(err.Error(), "certify: ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("NewProblem = %v, want %q", err, tt.want)
			}
			if _, err := Certify(tt.data, model.NewParams(1, 4, 2), nil); err == nil {
				t.Error("Certify gives no error")
			}
			if _, _, err := Oracle(tt.data, 1, nil); err == nil {
				t.Error("Oracle gives no error")
			}
		})
	}
}

// TestOddProblemsHaveAnAnswer: the optimum exists, is found and certified, and is what an ascent finds.
func TestOddProblemsHaveAnAnswer(t *testing.T) {
	base := func() *model.Data { return random(stream.New(4, "test"), 3, 3, 5) }
	for _, tt := range []struct {
		name   string
		reason string
		data   func() *model.Data
		rank   int
	}{
		{"one image", "M is a number", func() *model.Data { return random(stream.New(4, "test"), 3, 1, 1) }, 1},
		{"rank of the data", "nothing to cut", base, 5},
		{"rank above the data", "some rows of A are zero", base, 7},
		{"rank above the pixels", "more rows than columns", func() *model.Data { return random(stream.New(4, "test"), 2, 2, 9) }, 6},
		{"twins", "the same image twice in a class", func() *model.Data {
			d := base()
			d.Y[3] = d.Y[0]
			d.D.SetRow(3, d.D.RawRowView(0))
			d.R.SetRow(3, d.R.RawRowView(0))
			return d
		}, 5},
		{"twins of two classes", "the same image with two labels", func() *model.Data {
			d := base()
			d.Y[0], d.Y[3] = 0, 1
			d.D.SetRow(3, d.D.RawRowView(0))
			d.R.SetRow(3, d.R.RawRowView(0))
			return d
		}, 5},
		{"a class without images", "its block of the optimum is zero", func() *model.Data {
			d := base()
			for i := range d.Y {
				d.Y[i] = 2 * (d.Y[i] / 2)
			}
			return d
		}, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := tt.data()
			pr := problem(t, data)
			x, report := oracle(t, pr, tt.rank)
			c := pr.Certify(x, nil)
			if report.Status != Closed || c.Verdict != Certified {
				t.Fatalf("%v, %v: %s (%s)", report.Status, c.Verdict, c.Reason, tt.reason)
			}
			// Rows of A that the optimum does not need fade slowly in an ascent.
			y := train(data, model.Uniform, 2, tt.rank, 1e-12)
			proven := c.Distance + pr.Certify(y, nil).Distance
			if d := distance(t, x, y); !(d <= 1e-5) || !(d <= proven) {
				t.Errorf("a trained tuple is %g away, proven is %g", d, proven)
			}
			members := make([]int, data.Classes)
			for _, k := range data.Y {
				members[k]++
			}
			for k, m := range members {
				if (m == 0) != (c.Signs[k] == 0) || (m == 0) != (mat.Norm(x.Block(k), 2) == 0) {
					t.Errorf("class %d of %d images has sign %d and a block of norm %g", k, m, c.Signs[k], mat.Norm(x.Block(k), 2))
				}
			}
		})
	}
}

// TestMoreRankThanNumbersCanTell: two images that differ in the last bit have the rank of one. Where the cut
// falls between what rounding made, nothing is proven.
func TestMoreRankThanNumbersCanTell(t *testing.T) {
	data := random(stream.New(4, "test"), 3, 1, 2)
	for j := range 9 {
		data.D.Set(1, j, data.D.At(0, j)*(1+0x1p-52*float64(j%2)))
		data.R.Set(1, j, data.R.At(0, j)*(1+0x1p-52*float64((j+1)%2)))
	}
	pr := problem(t, data)
	x, _ := oracle(t, pr, 2)
	if c := pr.Certify(x, nil); c.Verdict != Inconclusive || !strings.Contains(c.Reason, "tie at the cut") {
		t.Errorf("%v: %q, want inconclusive by a tie", c.Verdict, c.Reason)
	}
	y, _ := oracle(t, pr, 1)
	if c := pr.Certify(y, nil); c.Verdict != Certified {
		t.Errorf("with the rank of one image: %v: %s", c.Verdict, c.Reason)
	}
}

func TestZeroVerdictAndStatusAreNoPass(t *testing.T) {
	var c Certificate
	if c.Verdict == Certified || !math.IsInf(c.Radius(0), 1) {
		t.Errorf("the zero certificate is %v with radius %v", c.Verdict, c.Radius(0))
	}
	var r Report
	if r.Status == Closed {
		t.Errorf("the zero report is %v", r.Status)
	}
}
