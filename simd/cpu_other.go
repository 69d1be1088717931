//go:build !amd64 || noasm

package simd

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// choose returns gonum's implementation: this build has no kernels.
func choose() (impl blas.Float64, name string) { return gonum.Implementation{}, "gonum" }

// widen does nothing, and says so.
func widen([]float64, []uint8) int { return 0 }
