package report

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"example.org/concord/verify"
)

// pair returns two ascents of an image of 2×2 pixels that end in a and b.
func pair(a, b []float64, framesA, framesB int) verify.LabelDrawings {
	square := func(x []float64) verify.Image { return verify.Image{Rows: 2, Cols: 2, Pixels: x} }
	in := func(end []float64, n int, from []float64) verify.DrawnImage {
		d := verify.DrawnImage{Seed: 7, Status: verify.Converged, Image: square(end)}
		for k := range n {
			f := float64(k) / float64(n-1)
			x := make([]float64, 4)
			for i := range x {
				x[i] = (1-f)*from[i] + f*end[i]
			}
			d.Frames = append(d.Frames, square(x))
		}
		return d
	}
	return verify.LabelDrawings{Label: "4", Difference: 0.001, Instances: []verify.DrawnImage{
		in(a, framesA, []float64{0, 1, 0, 0}), in(b, framesB, []float64{0, 0, 1, 0}),
	}}
}

// filmOf returns the film of some drawings, which has to be there.
func filmOf(t *testing.T, drawings ...verify.LabelDrawings) *Film {
	t.Helper()
	f, err := NewFilm(&verify.ProblemResult{Label: "rank=20", Drawings: drawings})
	if err != nil {
		t.Fatal(err)
	}
	if f == nil {
		t.Fatal("NewFilm = nil, want a film")
	}
	return f
}

func TestFilmDistances(t *testing.T) {
	a, b := []float64{1, 0, 0, 0}, []float64{0.999, 0.04, 0, 0}
	turned := []float64{-0.999, -0.04, 0, 0}
	for _, c := range []struct {
		name string
		d    verify.LabelDrawings
	}{
		{"in step", pair(a, b, 5, 5)},
		{"one takes longer", pair(a, b, 5, 3)},
		{"the other takes longer", pair(a, b, 2, 5)},
		{"the second is the negative of the first", pair(a, turned, 5, 5)},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := filmOf(t, c.d)
			if f.Len() != 5 {
				t.Fatalf("Len() = %d, want that of the longer ascent, 5", f.Len())
			}
			r := f.reels[0]
			if got := r.distances[0]; math.Abs(got-math.Sqrt2) > 1e-9 {
				t.Errorf("distance at the start = %v, want √2", got)
			}
			if got := r.distances[4]; got != 0.001 {
				t.Errorf("distance at the end = %v, want that of the tree, 0.001", got)
			}
			if !slices.Equal(r.starts[0][4], a) || !slices.Equal(r.starts[1][4], b) {
				t.Errorf("the ends are %v and %v, want %v and %v", r.starts[0][4], r.starts[1][4], a, b)
			}
			if got := math.Abs(r.starts[1][0][2]); got != 1 {
				t.Errorf("the second starts at %v, want its own start", r.starts[1][0])
			}
		})
	}
}

func TestFilmWithoutDistance(t *testing.T) {
	a := []float64{1, 0, 0, 0}
	limit := pair(a, a, 5, 5)
	limit.Instances[1].Status = verify.StepLimit
	limit.Difference = verify.Number(math.NaN())
	diverged := pair(a, a, 5, 5)
	diverged.Instances[0] = verify.DrawnImage{Status: verify.Diverged}
	alone := pair(a, a, 5, 5)
	alone.Instances = alone.Instances[:1]
	for _, c := range []struct {
		name   string
		d      verify.LabelDrawings
		note   string
		before bool // distances during the ascent all the same
	}{
		{"step limit", limit, "start B: step limit", true},
		{"diverged", diverged, "start A: diverged", false},
		{"one start", alone, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := filmOf(t, c.d)
			if got := f.reels[0].note; got != c.note {
				t.Errorf("note = %q, want %q", got, c.note)
			}
			if got := f.reels[0].distances != nil; got != c.before {
				t.Errorf("has distances: %v, want %v", got, c.before)
			}
			whole := filmOf(t, pair(a, a, 5, 5)).Frame(4)
			if got := f.Frame(4); slices.Equal(got.Pix, whole.Pix) {
				t.Error("the last frame is as if all had converged")
			}
		})
	}
}

func TestNoFilm(t *testing.T) {
	still := pair([]float64{1, 0, 0, 0}, []float64{1, 0, 0, 0}, 2, 2)
	for i := range still.Instances {
		still.Instances[i].Frames = nil
	}
	for _, c := range []struct {
		name     string
		drawings []verify.LabelDrawings
	}{{"no drawings", nil}, {"no frames", []verify.LabelDrawings{still}}, {"no instances", []verify.LabelDrawings{{Label: "1"}}}} {
		f, err := NewFilm(&verify.ProblemResult{Drawings: c.drawings})
		if f != nil || err != nil {
			t.Errorf("NewFilm of %s = %v, %v, want neither film nor error", c.name, f, err)
		}
	}
}

func TestFilmCaption(t *testing.T) {
	end := []float64{1, 0, 0, 0}
	named, otherSeed := pair(end, end, 2, 2), pair(end, end, 2, 2)
	named.Label = "shirt"
	otherSeed.Instances[1].Seed = 8
	for _, c := range []struct {
		name, label string
		d           verify.LabelDrawings
		want        string
	}{
		{"digits", "rank=20", pair(end, end, 2, 2), "One network, rank=20, seed 7; every picture climbs its score for the digit."},
		{"other labels", "rank=20", named, "One network, rank=20, seed 7; every picture climbs its score for the label."},
		{"two seeds", "", otherSeed, "One network; every picture climbs its score for the digit."},
	} {
		f, err := NewFilm(&verify.ProblemResult{Label: c.label, Drawings: []verify.LabelDrawings{c.d}})
		if err != nil || f.caption != c.want {
			t.Errorf("%s: caption = %q, %v, want %q", c.name, f.caption, err, c.want)
		}
	}
}

// Every frame shows both pictures as they are at that time, magnified without smoothing.
func TestFrameShowsThePictures(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	drawings := []verify.LabelDrawings{fixtureDrawings(rng, 0), fixtureDrawings(rng, 2)}
	f := filmOf(t, drawings...)
	if f.Len() != 24 {
		t.Fatalf("Len() = %d, want the 24 frames of the ascent, the last of which is the drawing", f.Len())
	}
	for _, k := range []int{0, 11, 23} {
		m := f.Frame(k)
		if m.Bounds().Size() != f.Size() {
			t.Fatalf("frame %d is %v, want %v", k, m.Bounds().Size(), f.Size())
		}
		for i := range drawings {
			for j, in := range drawings[i].Instances {
				want := magnified(signedPicture(28, labelScale(&drawings[i]), rounded(in.Frames[k])), f.zoom)
				at := f.corner(i, j)
				for y := range f.picture.Y {
					if got := m.Pix[(at.Y+y)*m.Stride+at.X:][:f.picture.X]; !slices.Equal(got, want.Pix[y*want.Stride:][:f.picture.X]) {
						t.Fatalf("frame %d, label %d, start %d: row %d differs from the picture", k, i, j, y)
					}
				}
			}
		}
	}
}

// A film goes from nothing of its progress bar to all of it, and tells at the end how far apart the pairs are.
func TestFrameTellsProgress(t *testing.T) {
	f := filmOf(t, pair([]float64{1, 0, 0, 0}, []float64{1, 0, 0, 0}, 5, 5))
	for k, want := range []float64{0, 0.25, 0.5, 0.75, 1} {
		m := f.Frame(k)
		full := 0
		for x := frameMargin; x < f.size.X-frameMargin; x++ {
			if m.ColorIndexAt(x, 88) == filmBar {
				full++
			}
		}
		if got := float64(full) / float64(f.size.X-2*frameMargin); math.Abs(got-want) > 0.01 {
			t.Errorf("frame %d: %.2f of the bar is full, want %.2f", k, got, want)
		}
	}
	if first, next, last := f.Delay(0), f.Delay(1), f.Delay(4); first <= next || last <= first || first%10 != 0 || next%10 != 0 || last%10 != 0 {
		t.Errorf("delays of the first, the next and the last frame are %d, %d, %d, want the ends longer and all multiples of ten", first, next, last)
	}
}

// Pairs that did not converge are no witnesses.
func TestFarthest(t *testing.T) {
	a := []float64{1, 0, 0, 0}
	good, limit := pair(a, a, 5, 5), pair(a, a, 5, 5)
	limit.Instances[1].Status = verify.StepLimit
	limit.Difference = verify.Number(math.NaN())
	for _, c := range []struct {
		name     string
		drawings []verify.LabelDrawings
		k        int
		want     string
	}{
		{"at the start", []verify.LabelDrawings{good, limit}, 0, "largest distance of a pair: 1.41"},
		{"at the end", []verify.LabelDrawings{good, good}, 4, "at the end all pairs are within 0.00100"},
		{"one is missing", []verify.LabelDrawings{good, limit}, 4, "at the end 1 of 2 pairs are within 0.00100"},
		{"all are missing", []verify.LabelDrawings{limit}, 4, "no two to compare"},
	} {
		if got := filmOf(t, c.drawings...).farthest(c.k); got != c.want {
			t.Errorf("%s: farthest = %q, want %q", c.name, got, c.want)
		}
	}
}

func TestFramePanics(t *testing.T) {
	f := filmOf(t, pair([]float64{1, 0, 0, 0}, []float64{1, 0, 0, 0}, 2, 2))
	for _, k := range []int{-1, 2} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Frame(%d) of 2 did not panic", k)
				}
			}()
			f.Frame(k)
		}()
	}
}

// All that a film of ten digits takes stays far below what a page would rather not load.
func TestFilmSize(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var drawings []verify.LabelDrawings
	for label := range 10 {
		drawings = append(drawings, fixtureDrawings(rng, label))
	}
	var b bytes.Buffer
	if err := filmOf(t, drawings...).WriteAPNG(&b); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 3_000_000 {
		t.Errorf("a film of ten digits has %d bytes, want at most 3 million", b.Len())
	}
}

// Whatever is laid out has room, and nothing covers anything else.
func TestPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels := rapid.IntRange(1, 30).Draw(t, "labels")
		side := image.Pt(rapid.IntRange(1, 300).Draw(t, "columns"), rapid.IntRange(1, 300).Draw(t, "rows"))
		l := newPlan(labels, side)
		if l.size.X%2 != 0 || l.size.Y%2 != 0 {
			t.Fatalf("size = %v, want even sides", l.size)
		}
		inner := image.Rect(frameMargin, frameHead, l.size.X-frameMargin, l.size.Y-frameFoot)
		var taken []image.Rectangle
		for i := range labels {
			for j := range 2 {
				box := image.Rectangle{Max: l.picture}.Add(l.corner(i, j))
				if !box.Inset(-1).In(inner.Inset(-1)) {
					t.Fatalf("picture %d of label %d is at %v, outside of %v", j, i, box, inner)
				}
				box.Max.Y += frameBelow
				box.Min.Y -= frameAbove
				if k := slices.IndexFunc(taken, box.Overlaps); k >= 0 {
					t.Fatalf("picture %d of label %d is at %v, over another at %v", j, i, box, taken[k])
				}
				taken = append(taken, box)
			}
		}
	})
}

func TestAsDistance(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want string
	}{{1.4, "1.40"}, {0.009634, "0.00963"}, {7.342e-9, "7.34e-09"}, {0, "0.00"}} {
		if got := asDistance(c.x); got != c.want {
			t.Errorf("asDistance(%v) = %s, want %s", c.x, got, c.want)
		}
	}
}

func TestLetterer(t *testing.T) {
	hands, err := newLetterers()
	if err != nil {
		t.Fatal(err)
	}
	l := hands.note
	m := leaf(200, 40, filmPaper)
	end := l.write(m, 10, 25, "distance")
	if want := 10 + l.width("distance"); end != want {
		t.Errorf("write ends at %d, want %d", end, want)
	}
	ink := image.Rectangle{}
	for i, v := range m.Pix {
		if v == filmPaper {
			continue
		}
		if v < filmQuiet || v >= filmQuiet+shades {
			t.Fatalf("a pixel has colour %d, want a shade from %d on", v, filmQuiet)
		}
		ink = ink.Union(image.Rect(0, 0, 1, 1).Add(image.Pt(i%200, i/200)))
	}
	if ink.Empty() || !ink.In(image.Rect(8, 5, end+2, 35)) {
		t.Errorf("the text covers %v, want it from 10 to %d on the line 25", ink, end)
	}
	t.Run("beyond the edge", func(t *testing.T) {
		l.write(leaf(20, 10, filmPaper), -5, 30, "distance")
	})
	t.Run("cut", func(t *testing.T) {
		for _, c := range []struct {
			width int
			want  string
		}{{500, "distance"}, {l.width("dis…"), "dis…"}, {3, ""}} {
			if got := l.cut("distance", c.width); got != c.want {
				t.Errorf("cut to %d pixels = %q, want %q", c.width, got, c.want)
			}
		}
	})
}

func ExampleFilm() {
	end := []float64{1, 0, 0, 0}
	film, err := NewFilm(&verify.ProblemResult{Drawings: []verify.LabelDrawings{pair(end, end, 4, 4)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(film.Len(), "frames of", film.Size())
	for k := range film.Len() {
		fmt.Println(film.Delay(k))
	}
	// Output:
	// 4 frames of (1020,490)
	// 200
	// 30
	// 30
	// 500
}
