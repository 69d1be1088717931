//go:build !noasm

package simd

// stripVectors is the width in vectors of the widest strip.
const stripVectors = 3

// A stripKernel computes C = alpha·A·B + beta·C for an m×n strip of C, n at most three vectors:
//
//	c[i*ldc+j] = alpha·(… (a₀b₀ + a₁b₁) + … + a_{k−1}b_{k−1}) + beta·c[i*ldc+j],   a_l = A[i,l], b_l = b[l*ldb+j]
//
// in which beta·c is rounded and then every sum, fused with the product that it takes in. Entry (i, l) of A is
// a[i*rowA+l*colA]. The last vector has tail entries, and nothing beyond them is touched in b or c. With beta zero c is
// not read. k must be positive.
type stripKernel func(m, k int, a *float64, rowA, colA int, b *float64, ldb int,
	c *float64, ldc int, alpha, beta float64, tail int)

// kernels are the strip kernels of one instruction set.
type kernels struct {
	name   string
	lanes  int                          // entries of a vector
	narrow int                          // a last vector with no more lanes takes the narrow kernel
	strips [stripVectors][2]stripKernel // by vectors-1; the wide kernel, then the narrow one
}

func avx2() *kernels {
	return &kernels{
		name: "avx2", lanes: 4, narrow: 3,
		strips: [stripVectors][2]stripKernel{
			{avx2Strip1, avx2Strip1Masked},
			{avx2Strip2, avx2Strip2Masked},
			{avx2Strip3, avx2Strip3Masked},
		},
	}
}

func avx512() *kernels {
	return &kernels{
		name: "avx512", lanes: 8, narrow: 4,
		strips: [stripVectors][2]stripKernel{
			{avx512Strip1, avx512Strip1Half},
			{avx512Strip2, avx512Strip2Half},
			{avx512Strip3, avx512Strip3Half},
		},
	}
}

// width returns how wide a strip to take where n columns are left. Four vectors are taken as two and two: three and
// one would leave a strip with too few sums under way to fill the pipeline.
func (k *kernels) width(n int) int {
	switch {
	case n <= stripVectors*k.lanes:
		return n
	case n <= (stripVectors+1)*k.lanes:
		return 2 * k.lanes
	default:
		return stripVectors * k.lanes
	}
}

// kernel returns the kernel for a strip of the given width, and how many entries its last vector has.
func (k *kernels) kernel(width int) (kernel stripKernel, tail int) {
	v := (width - 1) / k.lanes
	tail = width - v*k.lanes
	if tail <= k.narrow {
		return k.strips[v][1], tail
	}
	return k.strips[v][0], tail
}

// padded returns n rounded up to whole vectors.
func (k *kernels) padded(n int) int { return (n + k.lanes - 1) / k.lanes * k.lanes }
