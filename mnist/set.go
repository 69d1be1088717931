package mnist

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// A Set is a number of images, each with the digit that it shows.
type Set struct {
	Images *Images
	Labels []uint8 // Labels[i], 0 to 9, belongs to Images.Image(i)
}

// NewSet returns the set of images and labels, which it does not copy. It is
// an error if there are not as many labels as images, or if images.Pixels has
// not the length that the shape asks for. It panics if images is nil.
func NewSet(images *Images, labels []uint8) (*Set, error) {
	if images == nil {
		panic("mnist: nil images")
	}
	if want := images.Count * images.Rows * images.Cols; len(images.Pixels) != want {
		return nil, fmt.Errorf("mnist: %d pixels, want %d for %d images of %d×%d",
			len(images.Pixels), want, images.Count, images.Rows, images.Cols)
	}
	if images.Count != len(labels) {
		return nil, fmt.Errorf("mnist: %d images but %d labels", images.Count, len(labels))
	}
	return &Set{Images: images, Labels: labels}, nil
}

// Len returns the number of examples.
func (s *Set) Len() int { return s.Images.Count }

// Slice returns the count examples from offset on. They share the memory of s.
// It is an error if count is less than one or if s has not all of them.
func (s *Set) Slice(offset, count int) (*Set, error) {
	if err := checkRange(offset, count, s.Len()); err != nil {
		return nil, fmt.Errorf("mnist: %w", err)
	}
	end := offset + count
	size := s.Images.Rows * s.Images.Cols
	return &Set{
		Images: &Images{
			Count:  count,
			Rows:   s.Images.Rows,
			Cols:   s.Images.Cols,
			Pixels: s.Images.Pixels[offset*size : end*size : end*size],
		},
		Labels: s.Labels[offset:end:end],
	}, nil
}

// Digest returns the SHA-256, as 64 hexadecimal digits, of
//
//	count, rows, columns   as big-endian uint64
//	Images.Pixels          one byte each
//	Labels                 one byte each
//
// in this order without anything between. Two sets have the same digest if and
// only if they have the same shape, pixels and labels in the same order,
// wherever they were read from.
func (s *Set) Digest() string {
	h := sha256.New()
	var shape [24]byte
	for i, n := range []int{s.Images.Count, s.Images.Rows, s.Images.Cols} {
		binary.BigEndian.PutUint64(shape[8*i:], uint64(n)) //nolint:gosec // a size is not negative
	}
	// A hash never returns an error from Write.
	h.Write(shape[:])
	h.Write(s.Images.Pixels)
	h.Write(s.Labels)
	return hex.EncodeToString(h.Sum(nil))
}

// checkRange reports whether offset and count select at least one example and
// only such as a set of n examples has.
func checkRange(offset, count, n int) error {
	if count < 1 {
		return fmt.Errorf("count %d, want at least 1", count)
	}
	if offset < 0 || offset > n || count > n-offset {
		return fmt.Errorf("%d examples from offset %d, but there are %d", count, offset, n)
	}
	return nil
}
