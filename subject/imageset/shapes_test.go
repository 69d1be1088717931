package imageset

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

func TestShapesLookLikeImages(t *testing.T) {
	images := Shapes(200, Side)
	for i := range 200 {
		row := images.RawRowView(i)
		if low, high := floats.Min(row), floats.Max(row); low < 0 || high > 1 || high < 0.3 {
			t.Errorf("shape %d has pixels from %v to %v, want them in [0, 1] and some of them light", i, low, high)
		}
		dark := 0
		for _, v := range row {
			if v == 0 {
				dark++
			}
		}
		if share := float64(dark) / Side / Side; share < 0.2 || share > 0.95 {
			t.Errorf("%.2f of shape %d is black", share, i)
		}
		for j := range i {
			if floats.Equal(row, images.RawRowView(j)) {
				t.Errorf("shapes %d and %d are the same", i, j)
			}
		}
	}
}

func TestEveryKindIsDrawnBothWays(t *testing.T) {
	images := Shapes(100, Side)
	for kind := range kinds() {
		least, most := math.Inf(1), 0.0
		for i := kind; i < 100; i += len(kinds()) {
			ink := floats.Sum(images.RawRowView(i)) / floats.Max(images.RawRowView(i))
			least, most = min(least, ink), max(most, ink)
		}
		if most < 1.3*least {
			t.Errorf("shapes of kind %d have from %v to %v pixels of ink: they do not vary", kind, least, most)
		}
	}
}

func TestShapesAreTheSameHoweverManyAndHoweverLarge(t *testing.T) {
	all, few, small := Shapes(20, Side), Shapes(7, Side), Shapes(20, 15)
	if !mat.Equal(all.Slice(0, 7, 0, Side*Side), few) {
		t.Error("the first shapes depend on how many are drawn")
	}
	for i := range 20 {
		for r := range 15 {
			if !floats.Equal(all.RawRowView(i)[r*Side:r*Side+15], small.RawRowView(i)[r*15:(r+1)*15]) {
				t.Fatalf("row %d of shape %d is another when it is cropped", r, i)
			}
		}
	}
	defer func() {
		if got := recover(); got != "imageset: side out of range" {
			t.Errorf("panic %v", got)
		}
	}()
	Shapes(1, 29)
	t.Error("Shapes at side 29: want a panic")
}

// TestCoverIsArea compares covered pixels with the area of triangles and of what is left of them in the picture.
func TestCoverIsArea(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		corner := func() point {
			return point{rapid.Float64Range(0, Side).Draw(t, "x"), rapid.Float64Range(0, Side).Draw(t, "y")}
		}
		a, b, c := corner(), corner(), corner()
		want := math.Abs((b.x-a.x)*(c.y-a.y)-(c.x-a.x)*(b.y-a.y)) / 2
		dst := make([]float64, Side*Side)
		cover(dst, []point{a, b, c})
		// Each scan is off by as much as the width changes within half its height, at most Side over all.
		if got := floats.Sum(dst); math.Abs(got-want) > Side/2.0/scans+1e-9 {
			t.Errorf("the triangle %v %v %v covers %v, want %v", a, b, c, got, want)
		}
		if floats.Min(dst) < 0 || floats.Max(dst) > 1 {
			t.Errorf("coverage from %v to %v", floats.Min(dst), floats.Max(dst))
		}
	})
}

func TestCover(t *testing.T) {
	for _, tt := range []struct {
		name    string
		outline []point
		want    map[int]float64 // by pixel; elsewhere nothing
	}{
		{"one pixel", []point{{3, 2}, {4, 2}, {4, 3}, {3, 3}}, map[int]float64{2*Side + 3: 1}},
		{"half of it", []point{{3.25, 2}, {3.75, 2}, {3.75, 3}, {3.25, 3}}, map[int]float64{2*Side + 3: 0.5}},
		{"quarters of four", []point{{3.5, 2.5}, {4.5, 2.5}, {4.5, 3.5}, {3.5, 3.5}}, map[int]float64{2*Side + 3: 0.25, 2*Side + 4: 0.25, 3*Side + 3: 0.25, 3*Side + 4: 0.25}},
		{"beyond the corner", []point{{-5, -5}, {1, -5}, {1, 1}, {-5, 1}}, map[int]float64{0: 1}},
		{"beyond the other corner", []point{{27, 27}, {40, 27}, {40, 40}, {27, 40}}, map[int]float64{Side*Side - 1: 1}},
		{"outside", []point{{30, 1}, {40, 1}, {40, 40}}, nil},
		{"a ring", []point{{1, 1}, {4, 1}, {4, 2}, {1, 2}, {1, 1}, {2, 1}, {2, 2}, {3, 2}, {3, 1}, {1, 1}}, map[int]float64{Side + 1: 1, Side + 3: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dst := make([]float64, Side*Side)
			cover(dst, tt.outline)
			for i, got := range dst {
				if math.Abs(got-tt.want[i]) > 1e-12 {
					t.Errorf("pixel (%d,%d) is covered to %v, want %v", i/Side, i%Side, got, tt.want[i])
				}
			}
		})
	}
}

func TestLinesHaveRoundEnds(t *testing.T) {
	dst := make([]float64, Side*Side)
	coverLine(dst, []point{{8, 8}, {8, 8}, {20, 8}}, 3)
	if got, want := floats.Sum(dst), 12*3+math.Pi*1.5*1.5; math.Abs(got-want) > 0.5 {
		t.Errorf("a line of length 12 and width 3 covers %v, want about %v", got, want)
	}
	if dst[7*Side+14] != 1 || dst[11*Side+14] != 0 {
		t.Errorf("the middle is covered to %v, beside the line %v", dst[7*Side+14], dst[11*Side+14])
	}
}
