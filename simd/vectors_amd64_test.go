//go:build !noasm

package simd

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"pgregory.net/rapid"
)

// stride draws a stride, mostly the one that has kernels.
func stride() *rapid.Generator[int] { return rapid.SampledFrom([]int{1, 1, 1, 2, 5, -1, -2}) }

// placeVector places n numbers inc apart.
func placeVector(n, inc, offset int, value func() float64) matrix {
	if inc < 0 {
		inc = -inc
	}
	return place(n, 1, inc-1, offset, value)
}

func TestDgemvProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		size := rapid.OneOf(rapid.IntRange(0, 70), rapid.IntRange(0, 900))
		tA := rapid.SampledFrom(transposes()).Draw(t, "tA")
		m, n := size.Draw(t, "m"), rapid.IntRange(0, 70).Draw(t, "n")
		if tA == blas.NoTrans {
			m, n = n, m
		}
		incX, incY := stride().Draw(t, "incX"), stride().Draw(t, "incY")
		alpha, beta := factor().Draw(t, "alpha"), factor().Draw(t, "beta")
		shift := rapid.IntRange(0, 8)

		integer := rapid.Bool().Draw(t, "integer")
		value := src.NormFloat64
		if integer {
			value = func() float64 { return float64(src.IntN(19) - 9) }
			alpha, beta = math.Trunc(alpha), math.Trunc(beta)
		}
		lenX, lenY := n, m
		if tA != blas.NoTrans {
			lenX, lenY = m, n
		}
		a := place(m, n, shift.Draw(t, "gap"), shift.Draw(t, "offset a"), value)
		x := placeVector(lenX, incX, shift.Draw(t, "offset x"), value)
		y := placeVector(lenY, incY, shift.Draw(t, "offset y"), value)
		want, got := y.clone(), y.clone()
		gonum.Implementation{}.Dgemv(tA, m, n, alpha, a.data(), a.ld, x.data(), incX, beta, want.data(), incY)
		for _, k := range supported() {
			copy(got.all, y.all)
			newImplementation(k).Dgemv(tA, m, n, alpha, a.data(), a.ld, x.data(), incX, beta, got.data(), incY)
			if !got.intact() {
				t.Fatalf("%s: Dgemv wrote outside y", k.name)
			}
			for i := range lenY {
				var size float64
				for l := range lenX {
					v := l
					if incX < 0 {
						v = lenX - 1 - l
					}
					r := i
					if incY < 0 {
						r = lenY - 1 - i
					}
					size += math.Abs(alpha * a.at(tA, r, l) * x.at(blas.NoTrans, v, 0))
				}
				size += math.Abs(beta * y.at(blas.NoTrans, i, 0))
				bound := 2 * gamma(lenX+3) * size
				if integer {
					bound = 0
				}
				g, w := got.at(blas.NoTrans, i, 0), want.at(blas.NoTrans, i, 0)
				if !(math.Abs(g-w) <= bound) {
					t.Fatalf("%s: Dgemv(%c, %d, %d, alpha=%v, incX=%d, beta=%v, incY=%d): y[%d] = %v, want %v ± %g",
						k.name, tA, m, n, alpha, incX, beta, incY, i, g, w, bound)
				}
			}
		}
	})
}

// TestDgemvOverwrites checks that with beta zero y is not read, and that a row has the same sum wherever it stands.
func TestDgemvOverwrites(t *testing.T) {
	src := rand.New(rand.NewPCG(9, 10))
	for _, k := range supported() {
		for _, tA := range transposes() {
			for n := 1; n <= 40; n++ {
				const m = 9
				a, x := make([]float64, m*n), normal(src, max(m, n))
				lenY := m
				row := normal(src, max(m, n))
				for i := range m {
					for j := range n {
						a[i*n+j] = row[j]
						if tA != blas.NoTrans {
							a[i*n+j] = row[i]
						}
					}
				}
				if tA != blas.NoTrans {
					lenY = n
				}
				y := make([]float64, lenY)
				for i := range y {
					y[i] = math.NaN()
				}
				newImplementation(k).Dgemv(tA, m, n, 2, a, n, x, 1, 0, y, 1)
				for i, v := range y {
					if v != y[0] {
						t.Errorf("%s: Dgemv(%c, %d, %d): equal sums are %v and, %d later, %v", k.name, tA, m, n, y[0], i, v)
					}
				}
			}
		}
	}
}

func TestDdotProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
		n := rapid.IntRange(0, 200).Draw(t, "n")
		incX, incY := stride().Draw(t, "incX"), stride().Draw(t, "incY")
		integer := rapid.Bool().Draw(t, "integer")
		value := src.NormFloat64
		if integer {
			value = func() float64 { return float64(src.IntN(19) - 9) }
		}
		x := placeVector(n, incX, rapid.IntRange(0, 8).Draw(t, "offset x"), value)
		y := placeVector(n, incY, rapid.IntRange(0, 8).Draw(t, "offset y"), value)
		want := gonum.Implementation{}.Ddot(n, x.data(), incX, y.data(), incY)
		var size float64
		for i := range n {
			j := i
			if incX*incY < 0 {
				j = n - 1 - i
			}
			size += math.Abs(x.at(blas.NoTrans, i, 0) * y.at(blas.NoTrans, j, 0))
		}
		bound := 2 * gamma(n) * size
		if integer {
			bound = 0
		}
		for _, k := range supported() {
			got := newImplementation(k).Ddot(n, x.data(), incX, y.data(), incY)
			if !(math.Abs(got-want) <= bound) {
				t.Fatalf("%s: Ddot(%d, incX=%d, incY=%d) = %v, want %v ± %g", k.name, n, incX, incY, got, want, bound)
			}
		}
	})
}

func TestDaxpyProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 4))
		n := rapid.IntRange(0, 200).Draw(t, "n")
		incX, incY := stride().Draw(t, "incX"), stride().Draw(t, "incY")
		alpha := factor().Draw(t, "alpha")
		x := placeVector(n, incX, rapid.IntRange(0, 8).Draw(t, "offset x"), src.NormFloat64)
		y := placeVector(n, incY, rapid.IntRange(0, 8).Draw(t, "offset y"), src.NormFloat64)
		for _, k := range supported() {
			got, want := y.clone(), y.clone()
			newImplementation(k).Daxpy(n, alpha, x.data(), incX, got.data(), incY)
			if incX == 1 && incY == 1 {
				for i, v := range y.data() {
					want.data()[i] = math.FMA(alpha, x.data()[i], v)
				}
			} else {
				gonum.Implementation{}.Daxpy(n, alpha, x.data(), incX, want.data(), incY)
			}
			if at := sameBits(got.all, want.all); at >= 0 {
				t.Fatalf("%s: Daxpy(%d, %v, incX=%d, incY=%d): entry %d = %v, want %v",
					k.name, n, alpha, incX, incY, at-y.offset, got.all[at], want.all[at])
			}
		}
	})
}

func TestDgerProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 5))
		m, n := rapid.IntRange(0, 40).Draw(t, "m"), rapid.IntRange(0, 70).Draw(t, "n")
		// Not negative ones: gonum v0.17.0 reads outside x there (gonum/gonum#2105).
		positive := stride().Filter(func(inc int) bool { return inc > 0 })
		incX, incY := positive.Draw(t, "incX"), positive.Draw(t, "incY")
		alpha := factor().Draw(t, "alpha")
		shift := rapid.IntRange(0, 8)
		x := placeVector(m, incX, shift.Draw(t, "offset x"), src.NormFloat64)
		y := placeVector(n, incY, shift.Draw(t, "offset y"), src.NormFloat64)
		a := place(m, n, shift.Draw(t, "gap"), shift.Draw(t, "offset a"), src.NormFloat64)
		for _, k := range supported() {
			got, want := a.clone(), a.clone()
			newImplementation(k).Dger(m, n, alpha, x.data(), incX, y.data(), incY, got.data(), got.ld)
			if incY == 1 && alpha != 0 {
				for i := range m {
					for j := range n {
						at := want.offset + i*want.ld + j
						want.all[at] = math.FMA(alpha*x.at(blas.NoTrans, i, 0), y.at(blas.NoTrans, j, 0), want.all[at])
					}
				}
			} else {
				gonum.Implementation{}.Dger(m, n, alpha, x.data(), incX, y.data(), incY, want.data(), want.ld)
			}
			if at := sameBits(got.all, want.all); at >= 0 {
				t.Fatalf("%s: Dger(%d, %d, %v, incX=%d, incY=%d, lda=%d): entry %d = %v, want %v",
					k.name, m, n, alpha, incX, incY, a.ld, at-a.offset, got.all[at], want.all[at])
			}
		}
	})
}
