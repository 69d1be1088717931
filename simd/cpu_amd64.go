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
	if !x.HasAVX || !x.HasAVX2 || !x.HasFMA {
		return nil
	}
	if !x.HasAVX512 || !x.HasAVX512F || !x.HasAVX512VL {
		return []*kernels{avx2()}
	}
	return []*kernels{avx512(), avx2()}
}
