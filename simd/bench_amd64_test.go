//go:build !noasm

package simd

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// forEach runs the benchmark body with gonum's implementation and with every kernel. The body returns how many
// floating-point operations one round takes, and the round.
func forEach(b *testing.B, name string, body func(impl blas.Float64) (operations int, round func())) {
	b.Helper()
	run := func(kernel string, impl blas.Float64) {
		b.Run(name+"/kernel="+kernel, func(b *testing.B) {
			operations, round := body(impl)
			for b.Loop() {
				round()
			}
			b.ReportMetric(float64(operations)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
		})
	}
	run("gonum", gonum.Implementation{})
	for _, k := range supported() {
		run(k.name, newImplementation(k))
	}
}

func BenchmarkDgemm(b *testing.B) {
	const no, yes = blas.NoTrans, blas.Trans
	for _, s := range []struct {
		tA, tB         blas.Transpose
		m, n, k, calls int
	}{
		{no, no, 100, 20, 100, 1},
		{yes, no, 100, 20, 100, 1},
		{no, no, 10, 20, 10, 10},
		{yes, no, 10, 20, 10, 10},
		{no, yes, 10, 20, 10, 10},
		{yes, yes, 10, 20, 10, 10},
		{yes, no, 20, 20, 120, 1},
		{no, no, 300, 20, 20, 1},
		{no, no, 20, 20, 20, 1},
		{no, yes, 128, 20, 784, 1},
		{no, no, 128, 200, 420, 1},
		{no, no, 20, 784, 784, 1},
		{no, no, 640, 640, 784, 1},
		{yes, no, 640, 640, 784, 1},
		{no, yes, 640, 640, 784, 1},
		{yes, yes, 640, 640, 784, 1},
		{yes, no, 32, 100, 100, 1}, // the two products of a block of 32 reflectors in QR
		{no, no, 100, 100, 32, 1},
	} {
		src := rand.New(rand.NewPCG(1, 2))
		x, y, c := normal(src, s.m*s.k), normal(src, s.k*s.n), make([]float64, s.m*s.n)
		lda, ldb := s.k, s.n
		if s.tA != no {
			lda = s.m
		}
		if s.tB != no {
			ldb = s.k
		}
		forEach(b, fmt.Sprintf("op=%c%c/m=%d/n=%d/k=%d", s.tA, s.tB, s.m, s.n, s.k), func(impl blas.Float64) (int, func()) {
			return 2 * s.calls * s.m * s.n * s.k, func() {
				for range s.calls {
					impl.Dgemm(s.tA, s.tB, s.m, s.n, s.k, 1, x, lda, y, ldb, 0, c, s.n)
				}
			}
		})
	}
}

func BenchmarkDgemv(b *testing.B) {
	for _, size := range [][2]int{{10, 10}, {20, 20}, {100, 20}, {100, 100}, {20, 784}, {784, 784}} {
		for _, tA := range transposes()[:2] {
			m, n := size[0], size[1]
			src := rand.New(rand.NewPCG(1, 2))
			a, x, y := normal(src, m*n), normal(src, max(m, n)), make([]float64, max(m, n))
			forEach(b, fmt.Sprintf("op=%c/m=%d/n=%d", tA, m, n), func(impl blas.Float64) (int, func()) {
				return 2 * m * n, func() { impl.Dgemv(tA, m, n, 1, a, n, x, 1, 0, y, 1) }
			})
		}
	}
}

func BenchmarkDger(b *testing.B) {
	for _, size := range [][2]int{{20, 20}, {100, 20}, {100, 100}, {784, 100}, {784, 784}} {
		m, n := size[0], size[1]
		src := rand.New(rand.NewPCG(1, 2))
		a, x, y := normal(src, m*n), normal(src, m), normal(src, n)
		forEach(b, fmt.Sprintf("m=%d/n=%d", m, n), func(impl blas.Float64) (int, func()) {
			return 2 * m * n, func() { impl.Dger(m, n, 1e-9, x, 1, y, 1, a, n) }
		})
	}
}

func BenchmarkDdot(b *testing.B) {
	for _, n := range []int{20, 100, 784, 8000} {
		src := rand.New(rand.NewPCG(1, 2))
		x, y := normal(src, n), normal(src, n)
		forEach(b, fmt.Sprintf("n=%d", n), func(impl blas.Float64) (int, func()) {
			return 2 * n, func() { impl.Ddot(n, x, 1, y, 1) }
		})
	}
}

func BenchmarkDaxpy(b *testing.B) {
	for _, n := range []int{20, 100, 784, 8000} {
		src := rand.New(rand.NewPCG(1, 2))
		x, y := normal(src, n), normal(src, n)
		forEach(b, fmt.Sprintf("n=%d", n), func(impl blas.Float64) (int, func()) {
			return 2 * n, func() { impl.Daxpy(n, 1e-9, x, 1, y, 1) }
		})
	}
}
