// Package judge has classifiers that say what an image shows: simple ones, of textbooks, which learn from
// labelled images and have nothing in common with whatever made the images that they judge.
//
//	j := judge.NewNearestNeighbours(images, labels, 10, 3)
//	d := j.Distances(nil, drawings)         // one row per drawing, one entry per class
//	answers := judge.Answers(d, 10)         // the nearest class of each
//
// Images are the rows of a matrix. A class is a number from zero on. A distance is not negative and the smallest one
// names the image; what unit it has differs from judge to judge, so that only ratios within a row mean anything.
//
// # Scale and sign
//
// A judge sees the direction of an image modulo its sign: x and cx get the same distances, up to rounding, for every
// c ≠ 0. The blank image has no direction, and in the equations u = 0 stands for it.
//
// # Determinism
//
// The same images give the same judge and the same distances, to the bit, on the same machine with the same kernels of
// blas64. Nothing is random.
package judge

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// block is how many images are judged with one matrix product, so that the products stay small where the images are
// many.
const block = 250

// Answers returns the class that each row of distances, of classes entries each, names: that of its smallest one. It
// is −1 where no class is nearest: where two are equally near, or a distance is NaN. Answers panics if classes is not
// positive or does not divide len(distances).
func Answers(distances []float64, classes int) []int {
	if classes < 1 || len(distances)%classes != 0 {
		panic("judge: distances are not whole rows")
	}
	answers := make([]int, len(distances)/classes)
	for i := range answers {
		answers[i] = nearest(distances[i*classes : (i+1)*classes])
	}
	return answers
}

func nearest(row []float64) int {
	best, unique := 0, true
	for k, d := range row {
		switch {
		case d != d:
			return -1
		case k > 0 && d < row[best]:
			best, unique = k, true
		case k > 0 && d == row[best]:
			unique = false
		}
	}
	if !unique {
		return -1
	}
	return best
}

// Right returns how many of the answers are right. It panics if there are not as many of one as of the other.
func Right(answers, truth []int) int {
	if len(answers) != len(truth) {
		panic("judge: answers and truth differ in length")
	}
	right := 0
	for i, k := range answers {
		if k == truth[i] {
			right++
		}
	}
	return right
}

// check panics unless there is an image, a label for each, and every label is a class.
func check(images *mat.Dense, labels []int, classes int) {
	if images.IsEmpty() {
		panic("judge: no images")
	}
	if n, _ := images.Dims(); n != len(labels) {
		panic("judge: images and labels differ in length")
	}
	for _, k := range labels {
		if k < 0 || k >= classes {
			panic("judge: a label is no class")
		}
	}
}

// output returns dst, or a new slice where dst is nil, for classes distances of each of n images of size pixels. It
// panics if dst has another length, or the images another size than those that a judge learned from.
func output(dst []float64, n, pixels, want, classes int) []float64 {
	if pixels != want {
		panic("judge: images of another size")
	}
	if dst == nil {
		return make([]float64, n*classes)
	}
	if len(dst) != n*classes {
		panic("judge: dst has not one entry per image and class")
	}
	return dst
}

// unit returns a copy of images with rows of unit norm. Rows without a direction stay zero.
func unit(images mat.Matrix) *mat.Dense {
	u := mat.DenseCopyOf(images)
	n, _ := u.Dims()
	for i := range n {
		normalise(u.RawRowView(i))
	}
	return u
}

// normalise scales x to unit norm unless it is zero. Entries are scaled by the largest first, so that no square of one
// overflows or vanishes.
func normalise(x []float64) {
	largest := floats.Norm(x, math.Inf(1))
	if largest == 0 {
		return
	}
	floats.Scale(1/largest, x)
	floats.Scale(1/floats.Norm(x, 2), x)
}
