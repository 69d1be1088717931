// Package simd is an implementation of BLAS for gonum with AVX2 and AVX-512 kernels. One line puts it to use:
//
//	blas64.Use(simd.New())
//
// It is gonum's implementation with these routines replaced, all of them in float64:
//
//	Dgemm   C = alpha·op(A)·op(B) + beta·C, all transposes and strides
//	Dgemv   y = alpha·op(A)·x + beta·y, where the vector along the rows of A has stride 1 and the other a positive one
//	Dger    A = alpha·x·yᵀ + A, where y has stride 1 and x a positive one
//	Ddot    Σ xᵢyᵢ, for stride 1
//	Daxpy   y = alpha·x + y, for stride 1
//
// Everything else, other strides and wrong arguments included, goes to gonum's implementation, which panics as ever.
// Widen, besides, turns bytes into numbers.
//
// # Which kernels
//
// New looks at the processor: AVX-512 (F and VL) before AVX2 with FMA before gonum's own routines. GODEBUG switches
// features off: cpu.avx512f=off leaves AVX2; cpu.avx2=off, cpu.fma=off or cpu.all=off leave gonum. Other architectures
// and builds with the tag noasm have gonum's routines only. Nothing here needs cgo.
//
// # Which bits
//
// Each routine runs on the goroutine that calls it, also where gonum's Dgemm would start others: a caller with work for
// several processors has to divide it. What is computed does not depend on GOMAXPROCS, on where slices lie in memory, or
// on the kernels: AVX2 and AVX-512 give the same bits. In Dgemm an entry of C moreover depends only on its row of op(A),
// its column of op(B), on alpha, beta and the entry itself, not on the shape of C. It is
//
//	c ← fma(alpha, s, beta·c),   s = fma(a_l, b_l, s) for l = 0, 1, ... beginning with s = 0
//
// if k is at most 400; longer sums are cut into equal parts of at most 400 terms, added to C one after the other.
//
// The bits are not gonum's, which rounds products before it adds them and adds up in another order. Both are within
//
//	γ (|alpha| |A| |B| + |beta| |C|),   γ = (k+3)u/(1−(k+3)u), u = 2⁻⁵³
//
// of the exact result, entry by entry and underflow apart; if no sum or product needs rounding, as with small integers, they are equal.
//
// Special values. With beta zero C and y are overwritten whatever they hold, NaN included; with alpha zero gonum's
// routine runs. NaN and Inf propagate as IEEE arithmetic says, so 0·NaN and 0·Inf are NaN: gonum's Dgemm agrees where
// only B is transposed, and otherwise leaves out entries of A that are zero. Where a product overflows may differ,
// for alpha multiplies the sum here and an entry of A there. As in gonum, C and y must not overlap other operands, and
// x and y of Daxpy only if they are the same.
//
// # How Dgemm works
//
// C is cut into strips of up to three vectors of columns, B along with it. A kernel holds a block of a strip in
// registers, 4×12 entries with AVX2 and 8×24 with AVX-512, and goes through k once: one row of the strip of B times
// each entry of a column of A. So A is read where it is, transposed or not. B is read in place too, which spares small
// products all copying, unless it is transposed or large: then blocks of it are copied strip by strip. Strips of 20
// columns, the rank that Concord works with most, are 12+8 with AVX2, and 8+8+4 in one with AVX-512. Edges are masked,
// so nothing outside a matrix is touched. The copies, of at most 3 MB, are kept for the next call.
//
// See Goto and van de Geijn, Anatomy of high-performance matrix multiplication, ACM TOMS 34(3), 2008, for the method;
// as C is stored by rows, A and B have changed parts.
//
// The assembly is generated: `go generate` runs internal/gen, a module of its own, so that the generator avo is no
// dependency of the project.
package simd
