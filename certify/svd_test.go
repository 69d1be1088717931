package certify

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/stream"
)

// TestDecompose compares singular values with those of LAPACK's driver, and the factors with what they are factors of.
func TestDecompose(t *testing.T) {
	shapes := [][2]int{{7, 7}, {9, 4}, {4, 9}, {many, 20}, {many - 1, 20}}
	if !testing.Short() { // about where one way is taken and where the other
		shapes = append(shapes, [][2]int{{many, 319}, {many, 320}, {many, 321}}...)
	}
	for _, shape := range shapes {
		rows, cols := shape[0], shape[1]
		t.Run(fmt.Sprintf("%d×%d", rows, cols), func(t *testing.T) {
			m := mat.NewDense(rows, cols, positive(stream.New(1, "test"), make([]float64, rows*cols)))
			var svd mat.SVD
			if !svd.Factorize(m, mat.SVDNone) {
				t.Fatal("no decomposition to compare with")
			}
			sigma, u, v, ok := decompose(mat.DenseCopyOf(m))
			if !ok {
				t.Fatal("no decomposition")
			}
			var scaled, back mat.Dense
			scaled.Mul(u, mat.NewDiagDense(len(sigma), sigma))
			back.Mul(&scaled, v.T())
			back.Sub(&back, m)
			if d := mat.Norm(&back, 2); !(d < 1e-13*sigma[0]) {
				t.Errorf("‖u σ vᵀ − m‖ = %g of %g", d, sigma[0])
			}
			if w := orthogonality(transposed(u)) + orthogonality(transposed(v)); !(w < 1e-12) {
				t.Errorf("u and v are orthonormal to %g only", w)
			}
			for i, want := range svd.Values(nil) {
				if !(math.Abs(sigma[i]-want) < 1e-13*sigma[0]) {
					t.Fatalf("σ_%d = %v, want %v", i, sigma[i], want)
				}
			}
		})
	}
}
