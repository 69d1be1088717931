package judge

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// NearestMean is the nearest-centroid classifier: the distance of an image from a class is that from the direction of
// the class's mean,
//
//	d_c(x) = min(‖u − m_c‖, ‖u + m_c‖) = √(1 + ‖u‖² − 2 |<u, m_c>|),
//
// with u = x/‖x‖ and m_c the mean of the images of the class, each of unit norm first, scaled to unit norm. It is in
// [0, √2] (Rocchio's classifier: Manning, Raghavan & Schütze, Introduction to Information Retrieval, 2008, 14.2).
type NearestMean struct {
	means *mat.Dense // one row per class
	empty []bool     // classes without an image, or whose mean is zero
}

// NewNearestMean learns images, one per row; the label of each is in [0, classes). A class without an image is
// infinitely far from everything. It does not change images. It panics if there is no image, or if there is not one
// label for each that is a class.
func NewNearestMean(images *mat.Dense, labels []int, classes int) *NearestMean {
	check(images, labels, classes)
	_, pixels := images.Dims()
	j := &NearestMean{means: mat.NewDense(classes, pixels, nil), empty: make([]bool, classes)}
	direction := make([]float64, pixels)
	for i, c := range labels {
		copy(direction, images.RawRowView(i))
		normalise(direction)
		floats.Add(j.means.RawRowView(c), direction)
	}
	for c := range classes {
		mean := j.means.RawRowView(c)
		j.empty[c] = floats.Norm(mean, math.Inf(1)) == 0
		normalise(mean)
	}
	return j
}

// Distances stores in dst the distance of each image, a row, from each class: image by image, one entry per class. nil
// allocates. Distances does not change images. It panics if images have another size than those learned, or dst another
// length.
func (j *NearestMean) Distances(dst []float64, images *mat.Dense) []float64 {
	n, pixels := images.Dims()
	classes, want := j.means.Dims()
	dst = output(dst, n, pixels, want, classes)
	for from := 0; from < n; from += block {
		u := unit(images.Slice(from, min(from+block, n), 0, pixels))
		rows, _ := u.Dims()
		var cosines mat.Dense
		cosines.Mul(u, j.means.T())
		for i := range rows {
			norm := floats.Norm(u.RawRowView(i), 2)
			out := dst[(from+i)*classes:]
			for c, v := range cosines.RawRowView(i) {
				out[c] = math.Sqrt(max(0, 1+norm*norm-2*math.Abs(v)))
				if j.empty[c] {
					out[c] = math.Inf(1)
				}
			}
		}
	}
	return dst
}
