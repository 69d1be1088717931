package mnist

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// fourDigits is a set of four images of 1×2 pixels.
func fourDigits(tb testing.TB) *Set {
	tb.Helper()
	set, err := NewSet(
		&Images{Count: 4, Rows: 1, Cols: 2, Pixels: []uint8{10, 11, 20, 21, 30, 31, 40, 41}},
		[]uint8{1, 2, 3, 4},
	)
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

func TestNewSetErrors(t *testing.T) {
	for _, tt := range []struct {
		name   string
		images Images
		labels []uint8
		want   string
	}{
		{"label missing", Images{2, 1, 1, []uint8{1, 2}}, []uint8{3}, "mnist: 2 images but 1 labels"},
		{"label too many", Images{1, 1, 1, []uint8{1}}, []uint8{3, 4}, "mnist: 1 images but 2 labels"},
		{"pixel missing", Images{2, 1, 2, []uint8{1, 2, 3}}, []uint8{3, 4}, "mnist: 3 pixels, want 4 for 2 images of 1×2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set, err := NewSet(&tt.images, tt.labels)
			if err == nil || err.Error() != tt.want {
				t.Errorf("NewSet = %v, %v, want error %q", set, err, tt.want)
			}
		})
	}
	t.Run("nil images", func(t *testing.T) {
		defer func() {
			if got, want := recover(), "mnist: nil images"; got != want {
				t.Errorf("NewSet(nil, nil) panics with %v, want %q", got, want)
			}
		}()
		set, err := NewSet(nil, nil)
		t.Errorf("NewSet(nil, nil) = %v, %v, want a panic", set, err)
	})
}

func TestSliceErrors(t *testing.T) {
	set := fourDigits(t)
	for _, tt := range []struct {
		name          string
		offset, count int
		want          string
	}{
		{"count zero", 0, 0, "mnist: count 0, want at least 1"},
		{"count negative", 2, -1, "mnist: count -1, want at least 1"},
		{"offset negative", -1, 2, "mnist: 2 examples from offset -1, but there are 4"},
		{"one too many", 0, 5, "mnist: 5 examples from offset 0, but there are 4"},
		{"beyond the end", 3, 2, "mnist: 2 examples from offset 3, but there are 4"},
		{"at the end", 4, 1, "mnist: 1 examples from offset 4, but there are 4"},
		{"sum overflows", 1, math.MaxInt, fmt.Sprintf("mnist: %d examples from offset 1, but there are 4", math.MaxInt)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := set.Slice(tt.offset, tt.count)
			if err == nil || err.Error() != tt.want {
				t.Errorf("Slice(%d, %d) = %v, %v, want error %q", tt.offset, tt.count, got, err, tt.want)
			}
		})
	}
}

func TestSlice(t *testing.T) {
	set := fourDigits(t)
	rapid.Check(t, func(rt *rapid.T) {
		offset := rapid.IntRange(0, 3).Draw(rt, "offset")
		count := rapid.IntRange(1, 4-offset).Draw(rt, "count")
		got, err := set.Slice(offset, count)
		if err != nil {
			rt.Fatal(err)
		}
		if got.Len() != count || len(got.Labels) != count || len(got.Images.Pixels) != 2*count {
			rt.Fatalf("Slice(%d, %d) has %d images, %d labels, %d pixels", offset, count, got.Len(), len(got.Labels), len(got.Images.Pixels))
		}
		for i := range count {
			if !slices.Equal(got.Images.Image(i), set.Images.Image(offset+i)) || got.Labels[i] != set.Labels[offset+i] {
				rt.Errorf("example %d of Slice(%d, %d) is not example %d of the set", i, offset, count, offset+i)
			}
		}
		if &got.Labels[0] != &set.Labels[offset] || &got.Images.Pixels[0] != &set.Images.Pixels[2*offset] {
			rt.Errorf("Slice(%d, %d) is a copy, want shared memory", offset, count)
		}
		if cap(got.Labels) != count || cap(got.Images.Pixels) != 2*count {
			rt.Errorf("Slice(%d, %d) has spare capacity: append would write into the set", offset, count)
		}
	})
}

func TestDigest(t *testing.T) {
	set := fourDigits(t)
	sum := sha256.Sum256([]byte{
		0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, // shape
		10, 11, 20, 21, 30, 31, 40, 41, // pixels
		1, 2, 3, 4, // labels
	})
	want := hex.EncodeToString(sum[:])
	if got := set.Digest(); got != want {
		t.Errorf("Digest() = %s, want %s", got, want)
	}
	for _, tt := range []struct {
		name   string
		change func(*Set)
	}{
		{"pixel", func(s *Set) { s.Images.Pixels[7]++ }},
		{"label", func(s *Set) { s.Labels[0]++ }},
		{"order of labels", func(s *Set) { s.Labels[0], s.Labels[1] = s.Labels[1], s.Labels[0] }},
		{"shape", func(s *Set) { s.Images.Rows, s.Images.Cols = 2, 1 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			changed := fourDigits(t)
			tt.change(changed)
			if got := changed.Digest(); got == want {
				t.Errorf("another %s gives the same digest", tt.name)
			}
		})
	}
}
