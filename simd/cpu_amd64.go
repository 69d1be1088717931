//go:build !noasm

package simd

import (
	"golang.org/x/sys/cpu"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

//go:generate go run -C internal/gen . -pkg simd -out ../../kernels_amd64.s -stubs ../../kernels_amd64.go

// choose returns the best implementation that the processor runs, and its name.
func choose() (impl blas.Float64, name string) {
	if s := supported(); len(s) > 0 {
		return newImplementation(s[0]), s[0].name
	}
	return gonum.Implementation{}, "gonum"
}

// supported returns the kernels that the processor runs, best first. Features that GODEBUG switches off, as in
// GODEBUG=cpu.avx512f=off, count as missing.
func supported() []*kernels {
	x := &cpu.X86
	if !hasAVX2() {
		return nil
	}
	if !x.HasAVX512 || !x.HasAVX512F || !x.HasAVX512VL {
		return []*kernels{avx2()}
	}
	return []*kernels{avx512(), avx2()}
}

// hasAVX2 reports whether the processor runs the kernels of 4 lanes.
func hasAVX2() bool { return cpu.X86.HasAVX && cpu.X86.HasAVX2 && cpu.X86.HasFMA }

// widen sets dst[i] = src[i] for the first entries, and returns how many.
func widen(dst []float64, src []uint8) int {
	n := len(src) &^ 15
	if n == 0 || !hasAVX2() {
		return 0
	}
	avx2Widen(n, &dst[0], &src[0])
	return n
}
