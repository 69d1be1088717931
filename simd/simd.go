package simd

import "gonum.org/v1/gonum/blas"

// New returns the fastest implementation of BLAS in float64 that this processor runs: gonum's own where it has no
// vector instructions that the package knows. It may be used by several goroutines at once, and each routine runs on
// the goroutine that calls it. The package documentation says how results differ from gonum's.
func New() blas.Float64 {
	impl, _ := choose()
	return impl
}

// Kernel names what New returns: "avx512", "avx2" or "gonum".
func Kernel() string {
	_, name := choose()
	return name
}

// Widen stores the bytes of src as numbers in dst. It panics if dst is shorter than src.
func Widen(dst []float64, src []uint8) {
	dst = dst[:len(src)]
	for i := widen(dst, src); i < len(src); i++ {
		dst[i] = float64(src[i])
	}
}
