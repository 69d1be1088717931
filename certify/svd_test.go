package certify

import (
	"fmt"
	"testing"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/stream"
)

// TestDecompose compares the factors with what they are factors of, also where rows and columns have zeros that gonum's own
// decomposition is led astray by.
func TestDecompose(t *testing.T) {
	shapes := [][2]int{{7, 7}, {9, 4}, {4, 9}, {128, 128}, {129, 129}, {400, 200}, {200, 400}}
	if !testing.Short() {
		shapes = append(shapes, [2]int{300, 300})
	}
	for _, shape := range shapes {
		rows, cols := shape[0], shape[1]
		for name, zero := range map[string]func(i, j int) bool{
			"none":           func(int, int) bool { return false },
			"groups":         func(i, j int) bool { return i*10/rows != 9-j%10 },
			"columns apart":  func(i, j int) bool { return j == 0 && i < rows-10 || j == 1 && (i < rows/4 || i >= rows/4+10) },
			"groups of rows": func(i, j int) bool { return j*10/cols != 9-i%10 },
		} {
			testDecompose(t, rows, cols, name, zero)
		}
	}
}

func testDecompose(t *testing.T, rows, cols int, name string, zero func(i, j int) bool) {
	t.Helper()
	t.Run(fmt.Sprintf("%d×%d, zeros %s", rows, cols, name), func(t *testing.T) {
		m := mat.NewDense(rows, cols, positive(stream.New(1, "test"), make([]float64, rows*cols)))
		for i := range rows {
			for j := range cols {
				if zero(i, j) {
					m.Set(i, j, 0)
				}
			}
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
		for i, v := range sigma {
			if !(v >= 0) || i > 0 && v > sigma[i-1] {
				t.Fatalf("σ_%d = %v does not decrease", i, v)
			}
		}
	})
}
