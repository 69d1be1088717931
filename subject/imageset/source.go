package imageset

import (
	"context"
	"sync"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/mnist"
	"example.org/concord/verify"
)

// A Source reads MNIST, and keeps what several problems share: the test images and the judges, both by the side that
// images are cropped to. It may be used by several goroutines. A nil *Source reads MNIST from where the defaults say,
// and keeps nothing.
type Source struct {
	Data *mnist.Settings // where to look for MNIST; nil means the defaults

	mu     sync.Mutex // guards the rest; held while what is missing is made, so that it is made once
	tests  map[int]*set
	judges map[int][]verify.Judge
}

// set is images with what they show.
type set struct {
	images *mat.Dense
	labels []int
}

func (s *Source) settings() *mnist.Settings {
	if s == nil {
		return nil
	}
	return s.Data
}

// test returns the whole test half of MNIST, cropped to side×side, to be read only.
func (s *Source) test(ctx context.Context, side int) (*set, error) {
	if s == nil {
		return s.readTest(ctx, side)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keptTest(ctx, side)
}

// keptTest is test for who holds s.mu.
func (s *Source) keptTest(ctx context.Context, side int) (*set, error) {
	if kept, ok := s.tests[side]; ok {
		return kept, nil
	}
	made, err := s.readTest(ctx, side)
	if err != nil {
		return nil, err
	}
	if s.tests == nil {
		s.tests = map[int]*set{}
	}
	s.tests[side] = made
	return made, nil
}

func (s *Source) readTest(ctx context.Context, side int) (*set, error) {
	read, err := mnist.Open(ctx, mnist.Test, 0, testImages, s.settings())
	if err != nil {
		return nil, err
	}
	return &set{crop(read.Images, side), classesOf(read)}, nil
}

// crop returns images as rows of side×side pixels in [0, 1], row by row, without the last rows and columns.
func crop(images *mnist.Images, side int) *mat.Dense {
	out := mat.NewDense(images.Count, side*side, nil)
	for i := range images.Count {
		row, image := out.RawRowView(i), images.Image(i)
		for r := range side {
			for c := range side {
				row[r*side+c] = float64(image[r*images.Cols+c]) / 255
			}
		}
	}
	return out
}

// classesOf returns the labels of a set as numbers of classes.
func classesOf(read *mnist.Set) []int {
	labels := make([]int, read.Len())
	for i, k := range read.Labels {
		labels[i] = int(k)
	}
	return labels
}
