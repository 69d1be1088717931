package main

import (
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCoverage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, m := rapid.IntRange(1, 300).Draw(t, "n"), rapid.IntRange(1, 40).Draw(t, "m")
		old := make([]float64, n)
		for i, of := range coverage(n, m) {
			sum := 0.0
			for _, o := range of {
				sum += o.share
				old[o.at] += o.share
			}
			if want := float64(n) / float64(m); math.Abs(sum-want) > 1e-9 {
				t.Fatalf("coverage(%d, %d)[%d] covers %v, want %v", n, m, i, sum, want)
			}
		}
		for j, share := range old {
			if math.Abs(share-1) > 1e-9 {
				t.Fatalf("coverage(%d, %d) covers old pixel %d %v times, want once", n, m, j, share)
			}
		}
	})
}

// A picture's ink, contrast, size of the paper around it and place on it do not matter.
func TestPrepareInvariant(t *testing.T) {
	digit := testDigit(t, 0)
	want := prepare(canvas(digit, "dark"), "auto")
	if want.unfit != "" {
		t.Fatalf("prepare: %s", want.unfit)
	}
	rapid.Check(t, func(t *rapid.T) {
		paper := rapid.IntRange(0, 255).Draw(t, "paper")
		ink := rapid.IntRange(0, 255).Filter(func(v int) bool { return v-paper > 60 || paper-v > 60 }).Draw(t, "ink")
		left, top := rapid.IntRange(1, 30).Draw(t, "left"), rapid.IntRange(1, 30).Draw(t, "top")
		m := image.NewGray(image.Rect(0, 0, 140+left+5, 140+top+5))
		for i := range m.Pix {
			m.Pix[i] = uint8(paper)
		}
		for y := range 140 {
			for x := range 140 {
				v := float64(digit.GrayAt(x/5, y/5).Y) / 255
				m.SetGray(left+x, top+y, color.Gray{uint8(math.Round(float64(paper) + v*float64(ink-paper)))})
			}
		}
		got := prepare(m, "auto")
		if got.unfit != "" {
			t.Fatalf("prepare: %s", got.unfit)
		}
		for i, v := range got.image.Pixels {
			// Between two greys 60 apart a level is off by 1/120, and one at the edge may become faint or not.
			if math.Abs(v-want.image.Pixels[i]) > 0.13 {
				t.Fatalf("pixel %d = %v, want about %v", i, v, want.image.Pixels[i])
			}
		}
	})
}

func TestPrepare(t *testing.T) {
	set := func(w, h int, paper, ink uint8, box image.Rectangle) *image.Gray {
		m := image.NewGray(image.Rect(0, 0, w, h))
		for i := range m.Pix {
			m.Pix[i] = paper
			if image.Pt(i%w, i/w).In(box) {
				m.Pix[i] = ink
			}
		}
		return m
	}
	for _, test := range []struct {
		name  string
		m     image.Image
		ink   string
		unfit string          // part of
		step  string          // part of one
		box   image.Rectangle // of the ink in the field
	}{
		{name: "one pixel", m: set(1, 1, 7, 7, image.Rectangle{}), ink: "auto", unfit: "of one colour"},
		{name: "blank", m: set(30, 20, 255, 255, image.Rectangle{}), ink: "auto", unfit: "of one colour"},
		{name: "blank and ink given", m: set(30, 20, 0, 0, image.Rectangle{}), ink: "dark", unfit: "of one colour"},
		{name: "all transparent", m: image.NewNRGBA(image.Rect(0, 0, 9, 9)), ink: "auto", unfit: "of one colour", step: "transparent pixels: read as black"},
		{name: "ink the other way", m: set(50, 50, 0, 255, image.Rect(20, 20, 30, 30)), ink: "dark", unfit: "darker than the border"},
		{name: "no paper around", m: set(50, 50, 0, 255, image.Rect(0, 0, 50, 20)), ink: "auto", unfit: "of its border is ink"},
		{name: "a tall bar", m: set(50, 90, 255, 0, image.Rect(20, 10, 30, 50)), ink: "auto", step: "scaled to 5×20", box: image.Rect(12, 5, 17, 25)},
		{name: "a long bar", m: set(90, 50, 0, 200, image.Rect(10, 20, 90, 24)), ink: "auto", step: "scaled to 20×1", box: image.Rect(5, 14, 25, 15)},
		{name: "one pixel of ink", m: set(90, 50, 0, 200, image.Rect(10, 20, 11, 21)), ink: "light", step: "scaled to 20×20", box: image.Rect(5, 5, 25, 25)},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := prepare(test.m, test.ink)
			if test.unfit == "" && test.step == "" {
				t.Fatal("the row wants nothing")
			}
			if !strings.Contains(got.unfit, test.unfit) {
				t.Errorf("unfit = %q, want %q in it", got.unfit, test.unfit)
			}
			if !slices.ContainsFunc(got.steps, func(s string) bool { return strings.Contains(s, test.step) }) && test.step != "" {
				t.Errorf("steps = %q, want %q in one", got.steps, test.step)
			}
			if test.box.Empty() {
				return
			}
			field := levels{w: got.image.Cols, h: got.image.Rows, at: got.image.Pixels}
			if box := field.ink(); box != test.box {
				t.Errorf("the ink is within %v, want %v", box, test.box)
			}
		})
	}
}
