package main

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/model"
)

// counted evaluates the gradient on numbers that do not matter, entry by entry, and counts multiplications and additions
// in the products, where a sum begins with zero. Dense has no zeros among the data, and each span its own rows of the start.
func counted(s shape, dense bool) (flops float64) {
	product := func(rows, length, cols int, zero func(row, at int) bool) {
		for i := range rows {
			for l := range length {
				if !zero(i, l) {
					flops += 2 * float64(cols)
				}
			}
		}
	}
	full := func(int, int) bool { return false }
	data := func(rows, length, cols int) { // forward and backward
		zero := full
		if rows == length && !dense {
			zero = func(row, at int) bool { return at > row }
		}
		product(rows, length, cols, zero)
		product(length, rows, cols, func(at, row int) bool { return zero(row, at) })
	}
	gram := func(rows int) { // the upper triangle
		for i := range s.Rank {
			product(s.Rank-i, rows, 1, full)
		}
	}
	d, n, b := s.Rank, 0, s.Rank
	for k, nk := range s.Samples {
		n += nk
		b += s.FeatureDims[k]
		if dense && k > 0 {
			b += d
		}
		data(nk, s.FeatureDims[k], d)
	}
	data(n, s.ImageDims, d)
	product(n, d, 1, full)    // t
	flops += 2 * float64(n*d) // w u and w v
	a := s.ImageDims + d
	gram(a)
	gram(b)
	product(d, d, d, full) // Z²
	product(d, d, d, full) // Z³
	product(a, d, d, full)
	product(b, d, d, full)
	return flops
}

func TestGradientCost(t *testing.T) {
	for _, s := range []shape{
		{Samples: []int{1}, Rank: 1, ImageDims: 1, FeatureDims: []int{1}},
		{Samples: []int{2, 3, 0}, Rank: 2, ImageDims: 4, FeatureDims: []int{2, 1, 0}},
		{Samples: []int{7, 5}, Rank: 3, ImageDims: 9, FeatureDims: []int{6, 4}},
	} {
		got := gradientCost(s)
		if want := counted(s, false); got.Flops != want {
			t.Errorf("gradientCost(%+v) = %v operations, want %v", s, got.Flops, want)
		}
		if want := counted(s, true); got.Dense != want {
			t.Errorf("gradientCost(%+v) = %v operations with dense coordinates, want %v", s, got.Dense, want)
		}
	}
	// 2 images in 3 dimensions, features in 2: 6 + 3 entries of data, 4 + 3 rows of one number, twice.
	for pixel, want := range map[int]float64{8: 8 * (6 + 3 + 2*(4+3)), 1: 6 + 8*(3+2*(4+3))} {
		s := shape{Samples: []int{2}, Rank: 1, ImageDims: 3, PixelBytes: pixel, FeatureDims: []int{2}}
		if got := gradientCost(s).Bytes; got != want {
			t.Errorf("gradientCost(%+v) = %v bytes, want %v", s, got, want)
		}
	}
}

// The features of real images span as many dimensions as there are pairs of frequencies, no fewer and no more.
func TestPairs(t *testing.T) {
	if got := pairs(28); got != 393 {
		t.Errorf("pairs(28) = %d, want 393", got)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{3, 4, 5, 6} {
		p := n * n
		features, transform := mat.NewDense(2*p, p, nil), model.NewTransform(n)
		for i := range 2 * p {
			x := make([]float64, p)
			for j := range x {
				x[j] = rnd.NormFloat64()
			}
			transform.Features(features.RawRowView(i), x, model.Modulus)
		}
		var svd mat.SVD
		if !svd.Factorize(features, mat.SVDNone) {
			t.Fatal("no decomposition")
		}
		if got := svd.Rank(1e-10); got != pairs(n) {
			t.Errorf("features of %d×%d images span %d dimensions, and pairs says %d", n, n, got, pairs(n))
		}
	}
}

func TestShapeOf(t *testing.T) {
	data, err := newData(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	if top := mat.Max(data.D); top != 1 {
		t.Errorf("the brightest pixel is %v, want 1", top)
	}
	s := shapeOf(folder{data: data}, 20)
	n := 0
	for k, nk := range s.Samples {
		n += nk
		if s.FeatureDims[k] != min(nk, 393) {
			t.Errorf("class %d of %d samples: %d dimensions", k, nk, s.FeatureDims[k])
		}
	}
	var svd mat.SVD
	if n != 1000 || !svd.Factorize(data.D, mat.SVDNone) || svd.Rank(1e-12) > s.ImageDims || s.ImageDims >= pixels {
		t.Errorf("%d samples, images in %d dimensions, their rank is %d", n, s.ImageDims, svd.Rank(1e-12))
	}
}

func TestFloorIsTheLargerOfTheTwo(t *testing.T) {
	p := Peak{FlopsOne: 50, Flops: 80, OpenBLAS: 100, Bandwidth: 10}
	for _, tt := range []struct {
		name  string
		floor Floor
		want  float64
	}{
		{"operations", Floor{Flops: 1000, Bytes: 50}, 10},
		{"bytes", Floor{Flops: 1000, Bytes: 500}, 50},
		{"bytes that stay in the cache", Floor{Flops: 100, Bytes: 40}, 1},
	} {
		if got := tt.floor.seconds(p, 40); got != tt.want {
			t.Errorf("%s: %v s, want %v", tt.name, got, tt.want)
		}
	}
}
