//go:build !noasm

package simd

import (
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

func TestPanics(t *testing.T) {
	const none, trans = blas.NoTrans, blas.Trans
	x := make([]float64, 12)
	for _, test := range []struct {
		name string
		call func(impl blas.Float64)
	}{
		{"Dgemm transpose of A", func(b blas.Float64) { b.Dgemm('X', none, 2, 2, 2, 1, x, 2, x, 2, 0, x, 2) }},
		{"Dgemm transpose of B", func(b blas.Float64) { b.Dgemm(none, 'X', 2, 2, 2, 1, x, 2, x, 2, 0, x, 2) }},
		{"Dgemm m", func(b blas.Float64) { b.Dgemm(none, none, -1, 2, 2, 1, x, 2, x, 2, 0, x, 2) }},
		{"Dgemm n", func(b blas.Float64) { b.Dgemm(none, none, 2, -1, 2, 1, x, 2, x, 2, 0, x, 2) }},
		{"Dgemm k", func(b blas.Float64) { b.Dgemm(none, none, 2, 2, -1, 1, x, 2, x, 2, 0, x, 2) }},
		{"Dgemm lda", func(b blas.Float64) { b.Dgemm(none, none, 2, 2, 3, 1, x, 2, x, 2, 0, x, 2) }},
		{"Dgemm lda transposed", func(b blas.Float64) { b.Dgemm(trans, none, 3, 2, 2, 1, x, 2, x, 2, 0, x, 2) }},
		{"Dgemm ldb", func(b blas.Float64) { b.Dgemm(none, none, 2, 3, 2, 1, x, 2, x, 2, 0, x, 3) }},
		{"Dgemm ldb transposed", func(b blas.Float64) { b.Dgemm(none, trans, 2, 2, 3, 1, x, 3, x, 2, 0, x, 2) }},
		{"Dgemm ldc", func(b blas.Float64) { b.Dgemm(none, none, 2, 3, 2, 1, x, 2, x, 3, 0, x, 2) }},
		{"Dgemm ldc zero, nothing to do", func(b blas.Float64) { b.Dgemm(none, none, 0, 0, 0, 1, x, 1, x, 1, 0, x, 0) }},
		{"Dgemm short a", func(b blas.Float64) { b.Dgemm(none, none, 2, 2, 2, 1, x[:3], 2, x, 2, 0, x, 2) }},
		{"Dgemm short b", func(b blas.Float64) { b.Dgemm(none, none, 2, 2, 2, 1, x, 2, x[:3], 2, 0, x, 2) }},
		{"Dgemm short c", func(b blas.Float64) { b.Dgemm(none, none, 2, 2, 2, 1, x, 2, x, 2, 0, x[:3], 2) }},
		{"Dgemm lda overflows", func(b blas.Float64) { b.Dgemm(none, none, 5, 2, 2, 1, x, 1<<62, x, 2, 0, x, 2) }},
		{"Dgemv transpose", func(b blas.Float64) { b.Dgemv('X', 2, 2, 1, x, 2, x, 1, 0, x, 1) }},
		{"Dgemv m", func(b blas.Float64) { b.Dgemv(none, -1, 2, 1, x, 2, x, 1, 0, x, 1) }},
		{"Dgemv n", func(b blas.Float64) { b.Dgemv(none, 2, -1, 1, x, 2, x, 1, 0, x, 1) }},
		{"Dgemv lda", func(b blas.Float64) { b.Dgemv(none, 2, 3, 1, x, 2, x, 1, 0, x, 1) }},
		{"Dgemv incX", func(b blas.Float64) { b.Dgemv(trans, 2, 2, 1, x, 2, x, 0, 0, x, 1) }},
		{"Dgemv incY", func(b blas.Float64) { b.Dgemv(none, 2, 2, 1, x, 2, x, 1, 0, x, 0) }},
		{"Dgemv short a", func(b blas.Float64) { b.Dgemv(none, 2, 2, 1, x[:3], 2, x, 1, 0, x, 1) }},
		{"Dgemv short x", func(b blas.Float64) { b.Dgemv(none, 2, 2, 1, x, 2, x[:1], 1, 0, x, 1) }},
		{"Dgemv short x transposed", func(b blas.Float64) { b.Dgemv(trans, 2, 2, 1, x, 2, x[:3], 3, 0, x, 1) }},
		{"Dgemv short y", func(b blas.Float64) { b.Dgemv(none, 2, 2, 1, x, 2, x, 1, 0, x[:3], 3) }},
		{"Dger m", func(b blas.Float64) { b.Dger(-1, 2, 1, x, 1, x, 1, x, 2) }},
		{"Dger n", func(b blas.Float64) { b.Dger(2, -1, 1, x, 1, x, 1, x, 2) }},
		{"Dger lda", func(b blas.Float64) { b.Dger(2, 3, 1, x, 1, x, 1, x, 2) }},
		{"Dger incX", func(b blas.Float64) { b.Dger(2, 2, 1, x, 0, x, 1, x, 2) }},
		{"Dger incY", func(b blas.Float64) { b.Dger(2, 2, 1, x, 1, x, 0, x, 2) }},
		{"Dger short x", func(b blas.Float64) { b.Dger(2, 2, 1, x[:2], 2, x, 1, x, 2) }},
		{"Dger short y", func(b blas.Float64) { b.Dger(2, 2, 1, x, 1, x[:1], 1, x, 2) }},
		{"Dger short a", func(b blas.Float64) { b.Dger(2, 2, 1, x, 1, x, 1, x[:3], 2) }},
		{"Ddot n", func(b blas.Float64) { b.Ddot(-1, x, 1, x, 1) }},
		{"Ddot incX", func(b blas.Float64) { b.Ddot(2, x, 0, x, 1) }},
		{"Ddot incY", func(b blas.Float64) { b.Ddot(2, x, 1, x, 0) }},
		{"Ddot short x", func(b blas.Float64) { b.Ddot(2, x[:1], 1, x, 1) }},
		{"Ddot short y", func(b blas.Float64) { b.Ddot(2, x, 1, x[:1], 1) }},
		{"Daxpy n", func(b blas.Float64) { b.Daxpy(-1, 1, x, 1, x, 1) }},
		{"Daxpy incX", func(b blas.Float64) { b.Daxpy(2, 1, x, 0, x, 1) }},
		{"Daxpy incY", func(b blas.Float64) { b.Daxpy(2, 1, x, 1, x, 0) }},
		{"Daxpy short x", func(b blas.Float64) { b.Daxpy(2, 1, x[:1], 1, x, 1) }},
		{"Daxpy short y", func(b blas.Float64) { b.Daxpy(2, 1, x, 1, x[:1], 1) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := recovered(func() { test.call(gonum.Implementation{}) })
			if want == nil {
				t.Fatal("gonum does not panic")
			}
			for _, k := range supported() {
				if got := recovered(func() { test.call(newImplementation(k)) }); got != want {
					t.Errorf("%s panics with %v, want %v", k.name, got, want)
				}
			}
		})
	}
}

// recovered returns what f panics with.
func recovered(f func()) (r any) {
	defer func() { r = recover() }()
	f()
	return nil
}
