package main

import (
	"image"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// level draws a number from low to high.
func level(t *rapid.T, name string, low, high float64) float64 {
	return rapid.Float64Range(low, high).Draw(t, name)
}

// A surface through paper is found, whatever lies on less than a fifth of the border.
func TestBorderSurface(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := levels{w: rapid.IntRange(20, 60).Draw(t, "w"), h: rapid.IntRange(20, 60).Draw(t, "h"), scale: 1}
		want := surface{level(t, "level", 0.4, 0.6)}
		for _, name := range []string{"u", "v", "uu", "uv", "vv"} {
			want = append(want, level(t, name, -0.1, 0.1))
		}
		g.at = make([]float64, g.w*g.h)
		truth := want.over(g)
		copy(g.at, truth)
		// Ink within the picture, and at a piece of its left border.
		for i := range g.at {
			if x, y := i%g.w, i/g.w; x > 4 && x < g.w-5 && y > 4 && y < g.h-5 || x < 3 && y > 2 && y < 2+g.h/5 {
				g.at[i] = 0
			}
		}
		for i, v := range g.borderSurface().over(g) {
			if math.Abs(v-truth[i]) > 0.02 {
				t.Fatalf("paper at (%d, %d) = %.3f, want %.3f", i%g.w, i/g.w, v, truth[i])
			}
		}
	})
}

func TestBorderSurfaceOfLittle(t *testing.T) {
	for _, c := range []struct {
		name string
		g    levels
		want surface
	}{
		{"one pixel", levels{w: 1, h: 1, at: []float64{0.3}}, surface{0.3}},
		{"one row", levels{w: 4, h: 1, at: []float64{0.5, 0.5, 0.5, 0}}, surface{0.5}},
	} {
		if diff := cmp.Diff(c.want, c.g.borderSurface(), cmpopts.EquateApprox(0, 1e-6)); diff != "" {
			t.Errorf("%s: borderSurface (-want +got):\n%s", c.name, diff)
		}
	}
}

// Without a weight there is nothing to fit.
func TestFitOfNothing(t *testing.T) {
	s := surface{1, 2, 3, 4, 5, 6}
	s.fit(levels{w: 8, h: 8, at: make([]float64, 64)}, make([]float64, 64))
	if want := (surface{1, 2, 3, 4, 5, 6}); !slices.Equal(s, want) {
		t.Errorf("fit without weights = %v, want %v as before", s, want)
	}
}

// What a small picture says of the paper is right at every pixel of a large one.
func TestSheetUnder(t *testing.T) {
	g := levels{w: 93, h: 71, scale: 1, at: make([]float64, 93*71)}
	for i := range g.at {
		g.at[i] = 0.2 + 0.004*float64(i%g.w) + 0.003*float64(i/g.w)
	}
	small := sheet{levels: g.shrunk(4)}
	for _, times := range []int{1, 2, 3} {
		large := g.shrunk(times)
		for i, v := range small.under(large) {
			x, y := i%large.w, i/large.w
			edge := min(x, y, large.w-1-x, large.h-1-y)*times < 6
			if d := math.Abs(v - large.at[i]); d > 1e-9 && !edge || d > 0.02 {
				t.Fatalf("%d times: paper under (%d, %d) = %v, want %v", times, x, y, v, large.at[i])
			}
		}
	}
}

// A shadow with a soft edge is followed, and strokes that are thinner than the surroundings are not.
func TestLocal(t *testing.T) {
	for _, ink := range []string{"dark", "light"} {
		g := levels{w: 100, h: 80, scale: 1, at: make([]float64, 100*80)}
		truth := make([]float64, len(g.at))
		for i := range g.at {
			x, y := i%g.w, i/g.w
			truth[i] = 0.4 + 0.3/(1+math.Exp(float64(x-50)/6))
			g.at[i] = truth[i]
			if x > 20 && x < 80 && y > 35 && y < 43 {
				g.at[i] = map[string]float64{"dark": 0.1, "light": 1}[ink]
			}
		}
		for i, v := range g.local(12, ink).at {
			if math.Abs(v-truth[i]) > 0.05 {
				t.Fatalf("%s ink: paper at (%d, %d) = %.3f, want %.3f", ink, i%g.w, i/g.w, v, truth[i])
			}
		}
	}
}

// Means and extremes are those of the square around each pixel.
func TestLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := levels{w: rapid.IntRange(1, 9).Draw(t, "w"), h: rapid.IntRange(1, 9).Draw(t, "h")}
		radius := rapid.IntRange(0, 4).Draw(t, "radius")
		for range g.w * g.h {
			g.at = append(g.at, level(t, "pixel", 0, 1))
		}
		mean, most := g.lines(means(radius)), g.lines(extremes(radius, slices.Max[[]float64]))
		for i := range g.at {
			var sum, n float64
			largest := math.Inf(-1)
			for y := max(0, i/g.w-radius); y <= min(g.h-1, i/g.w+radius); y++ {
				for x := max(0, i%g.w-radius); x <= min(g.w-1, i%g.w+radius); x++ {
					sum, n, largest = sum+g.at[y*g.w+x], n+1, max(largest, g.at[y*g.w+x])
				}
			}
			if math.Abs(mean.at[i]-sum/n) > 1e-12 || most.at[i] != largest {
				t.Fatalf("mean and largest around pixel %d = %v, %v, want %v, %v", i, mean.at[i], most.at[i], sum/n, largest)
			}
		}
	})
}

func TestOtsu(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []float64
		above  float64 // threshold between this
		below  float64 // and this
		parted float64
		ok     bool
	}{
		{"two levels", []float64{0, 0, 0, 1}, 0, 1, 1, true},
		{"negative values are no ink", []float64{-5, 0, 0, 1}, 0, 1, 1, true},
		{"two clouds", []float64{0.1, 0.12, 0.14, 0.8, 0.82, 0.84}, 0.14, 0.8, 0.998, true},
		{"a little ink", append(make([]float64, 1000), 1), 0, 1, 1, true},
		{"nothing", []float64{0, 0, 0}, 0, 0, 0, false},
		{"less than rounding", []float64{0, 0.007}, 0, 0, 0, false},
		{"nothing but ink", []float64{1, 1}, 0, 0, 0, false},
	} {
		threshold, parted, ok := otsu(c.values)
		if ok != c.ok {
			t.Errorf("%s: otsu = %v, want %v", c.name, ok, c.ok)
		}
		if ok && (threshold <= c.above || threshold >= c.below || math.Abs(parted-c.parted) > 1e-3) {
			t.Errorf("%s: otsu = %v, %v, want a threshold between %v and %v, and %v", c.name, threshold, parted, c.above, c.below, c.parted)
		}
	}
}

func TestPieces(t *testing.T) {
	// 9 is full ink, 3 is faint, 6 is strong: a stroke with a faint end and a bar beside it; a speck below; faint
	// ink that hangs on nothing.
	in := []string{
		"9999930000",
		"0000003000",
		"9999000030",
		"0000000000",
		"0000003300",
		"6000000000",
	}
	want := []string{
		"9999930000",
		"0000003000",
		"9999000000",
		"0000000000",
		"0000000000",
		"0000000000",
	}
	read := func(lines []string) levels {
		g := levels{w: len(lines[0]), h: len(lines)}
		for _, line := range lines {
			for _, digit := range line {
				g.at = append(g.at, float64(digit-'0')/9)
			}
		}
		return g
	}
	// Strokes of many pixels, so that one pixel is a speck beside them.
	thick := func(lines []string) (out []string) {
		for i, line := range lines {
			if i == 5 {
				return append(out, line)
			}
			for range 6 {
				out = append(out, line)
			}
		}
		return out
	}
	got := read(thick(in))
	got.at[2*6*got.w+8] = 0 // the faint end does not go around the corner
	for i := range 6 {
		got.at[(2*6+i)*got.w+8] = 0
	}
	pieces, specks := got.pieces(0.3, 0.6)
	if pieces != 2 || specks != 1 {
		t.Errorf("pieces = %d and %d specks, want 2 and 1", pieces, specks)
	}
	if diff := cmp.Diff(read(thick(want)).at, got.at); diff != "" {
		t.Errorf("pieces left (-want +got):\n%s", diff)
	}
}

// A blurred edge is where it is half as strong, and a sharp one stays where it is.
func TestCrop(t *testing.T) {
	g := levels{w: 120, h: 110, at: make([]float64, 120*110)}
	for y := 26; y < 106; y++ {
		for x := 20; x < 100; x++ {
			g.at[y*g.w+x] = min(max((98.5-float64(x))/2, 0), 1) // full to 96, three quarters at 97, one at 98
			if y < 30 {
				g.at[y*g.w+x] *= 0.3 // faint, and as high as a pixel of the result
			}
		}
	}
	if got, want := g.crop(), image.Rect(20, 26, 98, 106); got != want {
		t.Errorf("crop = %v, want %v", got, want)
	}
}
