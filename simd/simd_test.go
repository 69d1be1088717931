package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/mat"
)

// wantKernel is the variable of the environment that tells TestKernel what it has to find.
const wantKernel = "SIMD_TEST_KERNEL"

func TestKernel(t *testing.T) {
	got := Kernel()
	if want := os.Getenv(wantKernel); want != "" && got != want {
		t.Errorf("Kernel() = %q under GODEBUG=%s, want %q", got, os.Getenv("GODEBUG"), want)
	}
	name := "gonum"
	if s, ok := New().(fmt.Stringer); ok {
		name = s.String()
	}
	if got != name {
		t.Errorf("Kernel() = %q, New() is %q", got, name)
	}
	if got != "gonum" {
		return
	}
	// Without kernels every bit is gonum's.
	src := rand.New(rand.NewPCG(1, 2))
	a, b := normal(src, 30*40), normal(src, 40*20)
	c, want := make([]float64, 30*20), make([]float64, 30*20)
	New().Dgemm(blas.NoTrans, blas.NoTrans, 30, 20, 40, 1, a, 40, b, 20, 0, c, 20)
	gonum.Implementation{}.Dgemm(blas.NoTrans, blas.NoTrans, 30, 20, 40, 1, a, 40, b, 20, 0, want, 20)
	if !slices.Equal(c, want) {
		t.Errorf("Dgemm = %v, want gonum's %v", c, want)
	}
}

func TestGODEBUG(t *testing.T) {
	withoutAVX512 := Kernel()
	if withoutAVX512 == "avx512" {
		withoutAVX512 = "avx2"
	}
	for _, test := range []struct{ name, godebug, want string }{
		{"nothing off", "", Kernel()},
		{"AVX-512 foundation off", "cpu.avx512f=off", withoutAVX512},
		{"AVX-512 off", "cpu.avx512=off", withoutAVX512},
		{"AVX-512 vector lengths off", "cpu.avx512vl=off", withoutAVX512},
		{"AVX2 off", "cpu.avx2=off", "gonum"},
		{"AVX off", "cpu.avx=off", "gonum"},
		{"FMA off", "cpu.fma=off", "gonum"},
		{"all off", "cpu.all=off", "gonum"},
	} {
		t.Run(test.name, func(t *testing.T) {
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestKernel$")
			cmd.Env = append(os.Environ(), "GODEBUG="+os.Getenv("GODEBUG")+","+test.godebug, wantKernel+"="+test.want)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestFactorisations lets gonum's LAPACK work with New: factors have to give back the matrix.
func TestFactorisations(t *testing.T) {
	before := blas64.Implementation()
	blas64.Use(New())
	defer blas64.Use(before)

	src := rand.New(rand.NewPCG(3, 4))
	for _, size := range [][2]int{{1, 1}, {20, 20}, {100, 20}, {20, 100}, {100, 100}, {150, 130}} {
		rows, cols := size[0], size[1]
		t.Run(fmt.Sprintf("rows=%d/cols=%d", rows, cols), func(t *testing.T) {
			a := mat.NewDense(rows, cols, normal(src, rows*cols))

			var svd mat.SVD
			if !svd.Factorize(a, mat.SVDThin) {
				t.Fatal("SVD failed")
			}
			var u, v, scaled, product mat.Dense
			svd.UTo(&u)
			svd.VTo(&v)
			scaled.Mul(&u, mat.NewDiagDense(min(rows, cols), svd.Values(nil)))
			product.Mul(&scaled, v.T())
			checkClose(t, "UΣVᵀ", &product, a)

			if rows < cols {
				return
			}
			var qr mat.QR
			qr.Factorize(a)
			var q, r, back, gram mat.Dense
			qr.QTo(&q)
			qr.RTo(&r)
			back.Mul(&q, &r)
			checkClose(t, "QR", &back, a)
			gram.Mul(q.T(), &q)
			ones := make([]float64, rows)
			for i := range ones {
				ones[i] = 1
			}
			checkClose(t, "QᵀQ", &gram, mat.NewDiagDense(rows, ones))
		})
	}
}

// checkClose checks that got and want differ by at most 1e-12 of the norm of want.
func checkClose(t *testing.T, name string, got, want mat.Matrix) {
	t.Helper()
	var diff mat.Dense
	diff.Sub(got, want)
	if d, scale := mat.Norm(&diff, 2), mat.Norm(want, 2); !(d <= 1e-12*scale) {
		t.Errorf("%s is off by %g of a norm of %g", name, d, scale)
	}
}

// normal returns n standard normal numbers.
func normal(src *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = src.NormFloat64()
	}
	return x
}

// gamma returns γ_k = ku/(1−ku), the bound of the relative error of k roundings.
func gamma(k int) float64 {
	u := float64(k) * 0x1p-53
	return u / (1 - u)
}

// sameBits returns the first index at which a and b have other bits, or -1.
func sameBits(a, b []float64) int {
	for i := range a {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) {
			return i
		}
	}
	return -1
}

func TestWiden(t *testing.T) {
	for n := range 70 {
		src, dst := make([]uint8, n), make([]float64, n+1)
		for i := range src {
			src[i] = uint8(255 - 7*i)
		}
		dst[n] = -1
		Widen(dst, src)
		for i, v := range src {
			if dst[i] != float64(v) {
				t.Fatalf("entry %d of %d is %v, want %d", i, n, dst[i], v)
			}
		}
		if dst[n] != -1 {
			t.Fatalf("Widen of %d bytes writes beyond them", n)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("Widen into a slice that is too short does not panic")
		}
	}()
	Widen(make([]float64, 19), make([]uint8, 20))
}
