package judge

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// NearestNeighbours is the k-nearest-neighbour classifier with a vote per class: the distance of an image from a class
// is the mean distance from the k nearest images of that class,
//
//	d_c(x) = 1/k Σ_{j ≤ k} δ_(j)(x),   δ_i(x) = min(‖u − r_i‖, ‖u + r_i‖) = √(1 + ‖u‖² − 2 |<u, r_i>|),
//
// with u = x/‖x‖, the r_i of unit norm, and δ_(j) the j-th smallest over the class. It is in [0, √2].
//
// In contrast to the vote of the k nearest images of any class (Cover & Hart, IEEE Transactions on Information Theory
// 13, 1967), this has a distance for every class, with no ties, and does not favour classes that have more images.
type NearestNeighbours struct {
	k      int
	starts []int      // images of class c are rows starts[c] to starts[c+1]−1
	images *mat.Dense // of unit norm, class by class
}

// NewNearestNeighbours learns images, one per row, by keeping a copy of them. The label of each is in [0, classes). k
// is the number of neighbours per class, 3 when it is zero; a class with fewer images uses those it has, and one
// with none is infinitely far from everything. NewNearestNeighbours panics if k is negative, if there is no image, or
// if there is not one label for each that is a class.
func NewNearestNeighbours(images *mat.Dense, labels []int, classes, k int) *NearestNeighbours {
	check(images, labels, classes)
	switch {
	case k < 0:
		panic("judge: a negative number of neighbours")
	case k == 0:
		k = 3
	}
	n, pixels := images.Dims()
	j := &NearestNeighbours{k: k, starts: make([]int, classes+1), images: mat.NewDense(n, pixels, nil)}
	for _, c := range labels {
		j.starts[c+1]++
	}
	for c := range classes {
		j.starts[c+1] += j.starts[c]
	}
	next := slices.Clone(j.starts)
	for i, c := range labels {
		row := j.images.RawRowView(next[c])
		copy(row, images.RawRowView(i))
		normalise(row)
		next[c]++
	}
	return j
}

// Distances stores in dst the distance of each image, a row, from each class: image by image, one entry per class. nil
// allocates. Distances does not change images. An image with a NaN is NaN from every class. Distances below about 1e-8
// are rounding. It panics if images have another size than those learned, or dst another length.
func (j *NearestNeighbours) Distances(dst []float64, images *mat.Dense) []float64 {
	n, pixels := images.Dims()
	references, want := j.images.Dims()
	classes := len(j.starts) - 1
	dst = output(dst, n, pixels, want, classes)
	products := mat.NewDense(min(n, block), references, nil)
	best := make([]float64, j.k)
	for from := 0; from < n; from += block {
		u := unit(images.Slice(from, min(from+block, n), 0, pixels))
		rows, _ := u.Dims()
		cosines := products.Slice(0, rows, 0, references).(*mat.Dense) //nolint:forcetypeassert // a slice of a Dense is one
		cosines.Mul(u, j.images.T())
		for i := range rows {
			squared := 0.0
			for _, v := range u.RawRowView(i) {
				squared += v * v
			}
			row, out := cosines.RawRowView(i), dst[(from+i)*classes:]
			for c := range classes {
				out[c] = meanDistance(row[j.starts[c]:j.starts[c+1]], 1+squared, best)
			}
		}
	}
	return dst
}

// meanDistance returns the mean of √(sum − 2|c|) over the len(best) cosines c that are largest in modulus, or over all
// where there are fewer: +Inf without any, NaN if one is NaN. It overwrites best.
func meanDistance(cosines []float64, sum float64, best []float64) float64 {
	if len(cosines) == 0 {
		return math.Inf(1)
	}
	kept := best[:0] // descending
	for _, c := range cosines {
		c = math.Abs(c)
		if c != c {
			return c
		}
		if len(kept) == len(best) {
			if c <= kept[len(kept)-1] {
				continue
			}
			kept = kept[:len(kept)-1]
		}
		at := len(kept)
		for at > 0 && kept[at-1] < c {
			at--
		}
		kept = slices.Insert(kept, at, c)
	}
	mean := 0.0
	for _, c := range kept {
		mean += math.Sqrt(max(0, sum-2*c))
	}
	return mean / float64(len(kept))
}
