package verify

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestShift(t *testing.T) {
	hear(t, "shift: {tolerance: 1e-9, reason: r}", []finding{
		{"honest", &suspect{}, "", Pass, "Under all 21 cyclic shifts of 7 images the features change by at most", "five training images and two drawings, three shifts each"},
		{"the pixels as they are", &suspect{senses: func(m Image) []float64 { return m.Pixels }}, "", Fail, "change by at most 1.", "that is, by more than their norm"},
		{
			"one direction only", &suspect{senses: func(m Image) []float64 { return []float64{m.Pixels[0] + m.Pixels[1], m.Pixels[2] + m.Pixels[3]} }},
			"", Fail, "change by at most", "shifts along rows alone would not see it",
		},
		{"a thousandth of the position", &suspect{senses: func(m Image) []float64 { return []float64{1 + 1e-3*m.Pixels[0]} }}, "", Fail, "change by at most", ""},
		{"blind features", &suspect{senses: func(Image) []float64 { return []float64{1, 2, 3} }}, "", Vacuous, "The features are the same for all 7 images", "what sees nothing ignores shifts"},
		{"features that are zero", &suspect{senses: func(Image) []float64 { return []float64{0, 0} }}, "", Inconclusive, "no features other than zero", "0/0"},
		{"NaN features", &suspect{senses: func(Image) []float64 { return []float64{math.NaN()} }}, "", Error, "feature 0 is NaN", ""},
		{"no features", &suspect{senses: func(Image) []float64 { return nil }}, "", Error, "0 and 0 features", ""},
		{"a panic", &suspect{senses: func(Image) []float64 { panic("out of range") }}, "", Error, "out of range", ""},
		{"bit for bit", &suspect{senses: func(m Image) []float64 { return []float64{max(m.Pixels[0], m.Pixels[1], m.Pixels[2], m.Pixels[3])} }}, "shift: {exact: true}", Pass, "(no difference allowed)", "a maximum has no rounding"},
		{"one image to look at", &suspect{shows: func(label int) []Image {
			return []Image{square(0, 0, 0, 0)}[:1-label]
		}, draw: func([]float64, DrawRequest) (*Drawing, error) { return nil, errBroken }}, "", Inconclusive, "no image to shift", "a blank is where it is whatever moves"},
	})
}

func TestShiftOfAnImage(t *testing.T) {
	m := Image{Rows: 2, Cols: 3, Pixels: []float64{1, 2, 3, 4, 5, 6}}
	if diff := cmp.Diff([]float64{6, 4, 5, 3, 1, 2}, m.shift(1, 1).Pixels); diff != "" {
		t.Errorf("shift(1, 1) (-want +got):\n%s", diff)
	}
	rapid.Check(t, func(t *rapid.T) {
		m := Image{Rows: rapid.IntRange(1, 5).Draw(t, "rows"), Cols: rapid.IntRange(1, 5).Draw(t, "cols")}
		for i := range m.Rows * m.Cols {
			m.Pixels = append(m.Pixels, float64(i))
		}
		r, c := rapid.IntRange(0, m.Rows-1).Draw(t, "r"), rapid.IntRange(0, m.Cols-1).Draw(t, "c")
		got := m.shift(r, c)
		for i, v := range got.Pixels {
			row, col := i/m.Cols, i%m.Cols
			if want := m.Pixels[(row-r+m.Rows)%m.Rows*m.Cols+(col-c+m.Cols)%m.Cols]; v != want {
				t.Fatalf("shift(%d, %d) of %d×%d: pixel %d,%d is %v, want %v", r, c, m.Rows, m.Cols, row, col, v, want)
			}
		}
	})
}

func TestLabelsUnderOnePixel(t *testing.T) {
	// The first pixels of the training images are 1, 1.2, 0.8, 0 and 0.1. A pixel farther on there is 0.5.
	for _, tt := range []struct {
		name  string
		probe func(x []float64, m Image) [2]float64
		want  float64
		shows func(label int) []Image
	}{
		{"the scores ignore shifts", func(_ []float64, m Image) [2]float64 { return [2]float64{1, 0.5} }, 1, nil},
		{"the scores look at one pixel", func(_ []float64, m Image) [2]float64 { return [2]float64{m.Pixels[0], 0.7} }, 0.4, nil},
		{"one way only", func(_ []float64, m Image) [2]float64 { return [2]float64{m.Pixels[0], 0.7} }, 0, func(label int) []Image {
			return []Image{square(1, 1, 0.5, 0.5), square(0.5, 0.5, 1, 1), square(1, 0.5, 1, 0.5), square(0.5, 1, 0.5, 1), square(1, 0.5, 0.5, 0.5)}[:5*(1-label)]
		}},
		{"the scores look at one pixel, and mostly name the other label", func(_ []float64, m Image) [2]float64 { return [2]float64{m.Pixels[0], 1.1} }, 0.8, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, p := ask(t, &suspect{probe: tt.probe, shows: tt.shows}, "shift: {tolerance: 1e-9, reason: r}")
			if c.Verdict != Pass || !strings.Contains(c.Sentence, "need not ignore shifts") {
				t.Errorf("%v: %s", c.Verdict, c.Sentence)
			}
			for _, m := range p.Metrics {
				if m.Name == "label kept/shifted by one pixel" {
					if float64(m.Value) != tt.want || m.N != 5 || !math.IsNaN(float64(m.Low)) {
						t.Errorf("metric %+v, want %v of 5 without an interval", m, tt.want)
					}
					return
				}
			}
			t.Error("no metric")
		})
	}
}
