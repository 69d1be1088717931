package imageset

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/mnist"
	"example.org/concord/stream"
)

// inputs returns a set by name.
func inputs(t *testing.T, s *Source, name string, side int) (*mat.Dense, []int) {
	t.Helper()
	images, truth, err := s.Inputs(t.Context(), name, side)
	if err != nil {
		t.Fatal(err)
	}
	return images, truth
}

func TestInputsHaveTheirSize(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	var s Source
	sizes := map[string]int{"test": 10_000, "blank": greys}
	for _, side := range []int{28, 27, 8} {
		for _, name := range Names() {
			images, truth := inputs(t, &s, name, side)
			want := 1000
			if n, ok := sizes[name]; ok {
				want = n
			}
			if n, pixels := images.Dims(); n != want || pixels != side*side {
				t.Errorf("%s at side %d is %d×%d, want %d×%d", name, side, n, pixels, want, side*side)
			}
			if (truth != nil) != (name == "test") || truth != nil && len(truth) != want {
				t.Errorf("%s has %d labels: the test images have them all, the others none", name, len(truth))
			}
			if sum := mat.Sum(images); math.IsNaN(sum) || math.IsInf(sum, 0) {
				t.Errorf("%s at side %d has pixels that are not finite", name, side)
			}
		}
	}
}

func TestInputsAreTheSameFromEverySource(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	var kept Source
	for _, name := range []string{"test", "mirrored", "faint", "shapes"} {
		want, _ := inputs(t, nil, name, 12)
		for range 2 {
			if got, _ := inputs(t, &kept, name, 12); !mat.Equal(want, got) {
				t.Errorf("%s differs between a Source that keeps images and one that does not", name)
			}
		}
	}
}

func TestTestImagesAreThoseOfTheFile(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	set, err := mnist.Embedded(mnist.Test, 0, 20)
	if err != nil {
		t.Fatal(err)
	}
	for _, side := range []int{28, 20} {
		images, truth := inputs(t, nil, "test", side)
		for i := range 20 {
			if truth[i] != int(set.Labels[i]) {
				t.Errorf("image %d has the label %d, want %d", i, truth[i], set.Labels[i])
			}
			for r := range side {
				for c := range side {
					if got, want := images.At(i, r*side+c), float64(set.Images.Image(i)[r*28+c])/255; got != want {
						t.Fatalf("side %d: pixel (%d,%d) of image %d is %v, want %v", side, r, c, i, got, want)
					}
				}
			}
		}
	}
}

// TestNoiseIsWhatItAlwaysWas holds the numbers of the noise: results are compared with earlier ones.
func TestNoiseIsWhatItAlwaysWas(t *testing.T) {
	for _, side := range []int{28, 27} {
		got, _ := inputs(t, nil, "noise", side)
		r := stream.New(0, "inputs", "noise")
		for i := range 1000 {
			columns := make([]float64, side*side) // column-major
			for j := range columns {
				if i%2 == 0 {
					columns[j] = r.Float64()
				} else {
					columns[j] = r.NormFloat64()
				}
			}
			for j, want := range columns {
				if v := got.At(i, j%side*side+j/side); v != want {
					t.Fatalf("side %d, image %d: pixel (%d,%d) is %v, want %v", side, i, j%side, j/side, v, want)
				}
			}
		}
	}
}

func TestFaintIsAHundredthOfNoise(t *testing.T) {
	noise, _ := inputs(t, nil, "noise", 28)
	faint, _ := inputs(t, nil, "faint", 28)
	noise.Scale(0.01, noise)
	if !mat.Equal(noise, faint) {
		t.Error("faint is not noise times 0.01")
	}
}

func TestPermutedIsOnePermutationOfThePixels(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	const side = 16
	var s Source
	test, _ := inputs(t, &s, "test", side)
	got, _ := inputs(t, &s, "permuted", side)
	moved := 0
	for i := range 1000 {
		before, after := slices.Clone(test.RawRowView(i)), slices.Clone(got.RawRowView(i))
		if !slices.Equal(before, after) {
			moved++
		}
		slices.Sort(before)
		slices.Sort(after)
		if diff := cmp.Diff(before, after); diff != "" {
			t.Fatalf("image %d has other pixels (-test +permuted)\n%s", i, diff)
		}
	}
	if moved < 990 {
		t.Errorf("the permutation changes %d of 1000 images", moved)
	}
	// One permutation for all: what a pixel shows in all images is what another showed.
	pixels := func(m *mat.Dense) []string {
		all := make([]string, side*side)
		for j := range all {
			all[j] = fmt.Sprint(mat.Col(nil, j, m.Slice(0, 1000, 0, side*side)))
		}
		slices.Sort(all)
		return all
	}
	if !slices.Equal(pixels(test), pixels(got)) {
		t.Error("not every image is permuted in the same way")
	}
}

func TestMirroredAndInverted(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	var s Source
	for _, side := range []int{28, 27} {
		test, _ := inputs(t, &s, "test", side)
		mirrored, _ := inputs(t, &s, "mirrored", side)
		inverted, _ := inputs(t, &s, "inverted", side)
		for i := range 1000 {
			for r := range side {
				for c := range side {
					v := test.At(i, r*side+c)
					if got := mirrored.At(i, r*side+side-1-c); got != v {
						t.Fatalf("side %d, image %d: the mirror shows %v of the pixel (%d,%d), which is %v", side, i, got, r, c, v)
					}
					if got := inverted.At(i, r*side+c); got != 1-v {
						t.Fatalf("side %d, image %d: pixel (%d,%d) is %v inverted, want 1 − %v", side, i, r, c, got, v)
					}
				}
			}
		}
	}
}

func TestBlankHasNoContrast(t *testing.T) {
	images, _ := inputs(t, nil, "blank", 9)
	for i := range greys {
		row := images.RawRowView(i)
		if want := float64(i) / 100; floats.Min(row) != want || floats.Max(row) != want {
			t.Errorf("image %d has pixels from %v to %v, want %v", i, floats.Min(row), floats.Max(row), want)
		}
	}
}

func TestInputsRefuse(t *testing.T) {
	if _, _, err := (*Source)(nil).Inputs(t.Context(), "tset", 28); err == nil || !strings.Contains(err.Error(), `"tset": there are test, noise, `) {
		t.Errorf("Inputs(tset): %v, want the names there are", err)
	}
	for _, side := range []int{0, 29} {
		func() {
			defer func() {
				if got := recover(); got != "imageset: side out of range" {
					t.Errorf("side %d: panic %v", side, got)
				}
			}()
			_, _, err := (*Source)(nil).Inputs(t.Context(), "blank", side)
			t.Errorf("Inputs at side %d: %v, want a panic", side, err)
		}()
	}
}

func TestSourceIsForSeveralGoroutines(t *testing.T) {
	var s Source
	first, _ := inputs(t, &s, "test", 6)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for _, side := range []int{6, 5} {
				if _, _, err := s.Inputs(t.Context(), "mirrored", side); err != nil {
					t.Error(err)
				}
				if _, err := s.Judges(t.Context(), data(6)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if again, _ := inputs(t, &s, "test", 6); first != again {
		t.Error("the test images of one side were made twice")
	}
}
