package main

import (
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"example.org/concord/stream"
	"example.org/concord/verify"
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
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
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

// A digit of MNIST that is magnified, put on paper in bad light and photographed comes back as it was: nearly always
// in the same place to the pixel, and else beside it.
func TestPreparePhotos(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	digits := testDigits(t, 0, 20)
	n, err := (&app{}).train(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []scene{
		{name: "even light", paper: 1, unsmooth: true},
		{name: "even light, smooth", paper: 0.9, ink: 0.1},
		{name: "from the side", paper: 0.6, ink: 0.3, tilt: 0.3, noise: 0.02},
		{name: "dark corners", paper: 0.9, ink: 0.3, vignette: 0.25, noise: 0.02},
		{name: "in the shadow", paper: 0.8, ink: 0.3, shadow: 0.5, noise: 0.02},
		{name: "pencil", paper: 0.8, ink: 0.7, tilt: 0.2, noise: 0.02, reason: "noise is a twelfth of the ink"},
		{name: "noisy", paper: 0.7, ink: 0.3, tilt: 0.2, noise: 0.06},
		{name: "specks", paper: 0.8, ink: 0.3, noise: 0.01, specks: 0.002},
		{name: "chalk", paper: 0.25, ink: 0.9, light: true, tilt: 0.25, noise: 0.02},
	} {
		t.Run(s.name, func(t *testing.T) {
			r := stream.New(1, "photo", s.name)
			var prepared, original []verify.Image
			there, near := 0, 0
			for i, digit := range digits {
				got := prepare(s.photo(digit, r), "auto")
				if got.unfit != "" {
					t.Errorf("test image %d: %s", i, got.unfit)
					continue
				}
				want := verify.Image{Rows: 28, Cols: 28, Pixels: make([]float64, 28*28)}
				for k, v := range digit.Pix {
					want.Pixels[k] = float64(v) / 255
				}
				prepared, original = append(prepared, got.image), append(original, want)
				if stat.Correlation(got.image.Pixels, want.Pixels, nil) > 0.95 {
					there++
				}
				if nearby(got.image, want) > 0.9 {
					near++
				}
			}
			if least := len(digits) * 7 / 10; there < least {
				t.Errorf("%d of %d photos correlate with the original by more than 0.95, want at least %d", there, len(digits), least)
			}
			if least := len(digits) * 19 / 20; near < least {
				t.Errorf("%d of %d photos correlate by more than 0.9 within one pixel, want at least %d", near, len(digits), least)
			}
			same := 0
			after, before := labels(t, n, prepared), labels(t, n, original)
			for i, label := range after {
				if label == before[i] {
					same++
				}
			}
			t.Logf("%d of %d photos correlate by more than 0.95, %d within one pixel by more than 0.9, %d have the same label", there, len(digits), near, same)
			if least := len(digits) * 17 / 20; same < least {
				t.Errorf("%d of %d photos have the label of the original, want at least %d", same, len(digits), least)
			}
		})
	}
}

// nearby returns the largest correlation of m, moved by at most one pixel each way, with want.
func nearby(m, want verify.Image) float64 {
	best := math.Inf(-1)
	for _, down := range []int{-1, 0, 1} {
		for _, right := range []int{-1, 0, 1} {
			moved := make([]float64, len(m.Pixels))
			for y := range m.Rows {
				for x := range m.Cols {
					if p := image.Pt(x+right, y+down); p.In(image.Rect(0, 0, m.Cols, m.Rows)) {
						moved[y*m.Cols+x] = m.Pixels[p.Y*m.Cols+p.X]
					}
				}
			}
			best = max(best, stat.Correlation(moved, want.Pixels, nil))
		}
	}
	return best
}

// labels returns the digit that the network names for each image.
func labels(t *testing.T, n *network, images []verify.Image) []int {
	t.Helper()
	in, err := n.InputsFrom("images", images)
	if err != nil {
		t.Fatal(err)
	}
	scores := n.Scores(nil, n.tuple, in)
	var all []int
	for i := range images {
		digit, _ := winner(scores[i*in.Labels : (i+1)*in.Labels])
		all = append(all, digit)
	}
	return all
}

// However the same digit is kept in a PNG, it is the same digit.
func TestDecodeKinds(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	want := prepare(canvas(testDigit(t, 0), "dark"), "auto")
	for _, c := range []struct{ file, kind string }{
		{"interlaced.png", "76×68 pixels, grey"},
		{"grey-alpha.png", "76×68 pixels, with transparency"},
		{"grey-alpha-16.png", "76×68 pixels, with transparency and 16 bits"},
		{"one-bit.png", "76×68 pixels, grey"},
		{"palette.png", "76×68 pixels, a palette of 16 colours"},
		{"colour-16.png", "76×68 pixels, colour with 16 bits"},
	} {
		t.Run(c.file, func(t *testing.T) {
			src, err := os.ReadFile(filepath.Join("testdata", "pictures", c.file))
			if err != nil {
				t.Fatal(err)
			}
			got, err := decode(src, "auto")
			if err != nil || got.unfit != "" {
				t.Fatalf("decode: %v, %s", err, got.unfit)
			}
			if got.source != c.kind {
				t.Errorf("source = %q, want %q", got.source, c.kind)
			}
			if r := stat.Correlation(got.image.Pixels, want.image.Pixels, nil); r < 0.95 {
				t.Errorf("correlation with the digit = %.3f, want at least 0.95", r)
			}
		})
	}
}

// A large picture is reduced first, and places are told in pixels of the file all the same.
func TestPrepareLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	digit := testDigit(t, 0)
	m := image.NewGray(image.Rect(0, 0, 3000, 2000))
	for y := range 2000 {
		for x := range 3000 {
			m.Pix[y*m.Stride+x] = 255
			if x >= 600 && y >= 300 {
				m.Pix[y*m.Stride+x] = 255 - digit.GrayAt((x-600)/50, (y-300)/50).Y // 0 outside
			}
		}
	}
	got := prepare(m, "auto")
	want := prepare(canvas(digit, "dark"), "auto")
	if r := stat.Correlation(got.image.Pixels, want.image.Pixels, nil); r < 0.99 {
		t.Errorf("correlation with the digit = %.3f, want at least 0.99", r)
	}
	for _, step := range []string{"size: reduced 3 times by averages, to 1000×667", "digit: 801×999 pixels at (900, 651)"} {
		if !slices.ContainsFunc(got.steps, func(s string) bool { return strings.HasPrefix(s, step) }) {
			t.Errorf("steps = %q, want %q among them", got.steps, step)
		}
	}
}

func TestPrepare(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
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
	blank := image.NewGray(image.Rect(0, 0, 28, 28))
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
		{name: "ink the other way", m: set(50, 50, 0, 255, image.Rect(20, 20, 30, 30)), ink: "dark", unfit: "darker than the paper"},
		{name: "ink the other way on grey", m: set(50, 50, 90, 255, image.Rect(20, 20, 30, 30)), ink: "dark", unfit: "darker than the paper"},
		{name: "blank paper in uneven light", m: scene{paper: 0.6, tilt: 0.3, noise: 0.03}.photo(blank, stream.New(1, "blank")), ink: "auto", unfit: "times the noise"},
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
			field := levels{w: got.image.Cols, h: got.image.Rows, scale: 1, at: got.image.Pixels}
			if box := field.box(); box != test.box {
				t.Errorf("the ink is within %v, want %v", box, test.box)
			}
		})
	}
}
