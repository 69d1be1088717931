package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transpose emits the copy of a matrix into its transpose, by 4×4 blocks in registers.
func transpose() {
	TEXT("avx2Transpose", NOSPLIT, "func(rows, cols int, dst *float64, ldd int, src *float64, lds int)")
	Pragma("noescape")
	Doc("avx2Transpose sets dst[j*ldd+i] = src[i*lds+j] for i < rows and j < cols.")
	rows := Load(Param("rows"), GP64())
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	ldd, lds := Load(Param("ldd"), GP64()), Load(Param("lds"), GP64())
	SHLQ(Imm(3), ldd)
	SHLQ(Imm(3), lds)
	ldd3, lds3 := GP64(), GP64()
	LEAQ(Mem{Base: ldd, Index: ldd, Scale: 2}, ldd3)
	LEAQ(Mem{Base: lds, Index: lds, Scale: 2}, lds3)
	row := func(base, ld, ld3 reg.Register, i int) Mem {
		return []Mem{{Base: base}, {Base: base, Index: ld, Scale: 1}, {Base: base, Index: ld, Scale: 2}, {Base: base, Index: ld3, Scale: 1}}[i]
	}
	d, s, cols := GP64(), GP64(), GP64()
	y := []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7}

	start := func() {
		MOVQ(dst, d)
		MOVQ(src, s)
		Load(Param("cols"), cols)
	}
	Label("rows4")
	CMPQ(rows, U8(4))
	JLT(LabelRef("rows1"))
	start()
	Label("block")
	CMPQ(cols, U8(4))
	JLT(LabelRef("column"))
	for i := range 4 {
		VMOVUPD(row(s, lds, lds3, i), y[i])
	}
	for i := 0; i < 4; i += 2 {
		VUNPCKLPD(y[i+1], y[i], y[4+i])
		VUNPCKHPD(y[i+1], y[i], y[5+i])
	}
	for i := range 2 {
		VPERM2F128(Imm(0x20), y[6+i], y[4+i], y[i])
		VPERM2F128(Imm(0x31), y[6+i], y[4+i], y[2+i])
	}
	for i := range 4 {
		VMOVUPD(y[i], row(d, ldd, ldd3, i))
	}
	ADDQ(Imm(32), s)
	LEAQ(Mem{Base: d, Index: ldd, Scale: 4}, d)
	SUBQ(Imm(4), cols)
	JMP(LabelRef("block"))
	Label("column")
	CMPQ(cols, Imm(0))
	JE(LabelRef("next4"))
	for i := range 4 {
		VMOVSD(row(s, lds, lds3, i), y[i].AsX())
		VMOVSD(y[i].AsX(), Mem{Base: d, Disp: 8 * i})
	}
	ADDQ(Imm(8), s)
	ADDQ(ldd, d)
	DECQ(cols)
	JMP(LabelRef("column"))
	Label("next4")
	ADDQ(Imm(32), dst)
	LEAQ(Mem{Base: src, Index: lds, Scale: 4}, src)
	SUBQ(Imm(4), rows)
	JMP(LabelRef("rows4"))

	Label("rows1")
	CMPQ(rows, Imm(0))
	JE(LabelRef("done"))
	start()
	Label("entry")
	VMOVSD(Mem{Base: s}, reg.X0)
	VMOVSD(reg.X0, Mem{Base: d})
	ADDQ(Imm(8), s)
	ADDQ(ldd, d)
	DECQ(cols)
	JNZ(LabelRef("entry"))
	ADDQ(Imm(8), dst)
	ADDQ(lds, src)
	DECQ(rows)
	JMP(LabelRef("rows1"))
	Label("done")
	VZEROUPPER()
	RET()
}

// dot emits the inner product: sixteen partial sums, entry i in number i mod 16, added up by halves; then the last
// vectors of four, and the last entries, in order.
func dot() {
	TEXT("avx2Dot", NOSPLIT, "func(n int, x, y *float64) float64")
	Pragma("noescape")
	Doc("avx2Dot returns the inner product of the first n entries of x and y.")
	n := Load(Param("n"), GP64())
	x, y := Load(Param("x"), GP64()), Load(Param("y"), GP64())
	sums := []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3}
	entries := []reg.VecPhysical{reg.Y4, reg.Y5, reg.Y6, reg.Y7}
	for _, s := range sums {
		VXORPD(s, s, s)
	}
	vectors := func(count int) {
		for v := range count {
			VMOVUPD(Mem{Base: x, Disp: 32 * v}, entries[v])
		}
		for v := range count {
			VFMADD231PD(Mem{Base: y, Disp: 32 * v}, entries[v], sums[v])
		}
		ADDQ(Imm(uint64(32*count)), x)
		ADDQ(Imm(uint64(32*count)), y)
		SUBQ(Imm(uint64(4*count)), n)
	}
	each(n, "sixteen", 16, func() { vectors(4) })
	VADDPD(sums[2], sums[0], sums[0])
	VADDPD(sums[3], sums[1], sums[1])
	VADDPD(sums[1], sums[0], sums[0])
	each(n, "four", 4, func() { vectors(1) })
	VEXTRACTF128(Imm(1), sums[0], reg.X1)
	VADDPD(reg.X1, reg.X0, reg.X0)
	VUNPCKHPD(reg.X0, reg.X0, reg.X1)
	VADDSD(reg.X1, reg.X0, reg.X0)
	each(n, "one", 1, func() {
		VMOVSD(Mem{Base: x}, reg.X4)
		VFMADD231SD(Mem{Base: y}, reg.X4, reg.X0)
		ADDQ(Imm(8), x)
		ADDQ(Imm(8), y)
		DECQ(n)
	})
	Store(reg.X0, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// axpy emits the sum of a vector and a multiple of another.
func axpy() {
	TEXT("avx2Axpy", NOSPLIT, "func(n int, alpha float64, x, y *float64)")
	Pragma("noescape")
	Doc("avx2Axpy sets y[i] = alpha*x[i] + y[i], rounded once, for i < n.")
	n := Load(Param("n"), GP64())
	x, y := Load(Param("x"), GP64()), Load(Param("y"), GP64())
	factor := reg.Y15
	VBROADCASTSD(argument("alpha"), factor)
	addMultiple(n, factor, x, y)
	VZEROUPPER()
	RET()
}

// ger emits the update of a matrix by a product of two vectors, row by row.
func ger() {
	TEXT("avx2Ger", NOSPLIT, "func(m, n int, alpha float64, x *float64, incX int, y, a *float64, lda int)")
	Pragma("noescape")
	Doc("avx2Ger sets a[i*lda+j] = (alpha*x[i*incX])*y[j] + a[i*lda+j], for i < m and j < n; the product in parentheses",
		"is rounded, and then the sum. m must be positive.")
	m, x, a := Load(Param("m"), GP64()), Load(Param("x"), GP64()), Load(Param("a"), GP64())
	incX, lda := Load(Param("incX"), GP64()), Load(Param("lda"), GP64())
	SHLQ(Imm(3), incX)
	SHLQ(Imm(3), lda)
	alpha, factor := reg.X14, reg.Y15
	VMOVSD(argument("alpha"), alpha)
	Label("rows")
	VMULSD(Mem{Base: x}, alpha, factor.AsX())
	VBROADCASTSD(factor.AsX(), factor)
	n, y, row := Load(Param("n"), GP64()), Load(Param("y"), GP64()), GP64()
	MOVQ(a, row)
	addMultiple(n, factor, y, row)
	ADDQ(incX, x)
	ADDQ(lda, a)
	DECQ(m)
	JNZ(LabelRef("rows"))
	VZEROUPPER()
	RET()
}

// addMultiple emits the addition of factor times the n entries at x to those at y.
func addMultiple(n reg.Register, factor reg.VecPhysical, x, y reg.Register) {
	entries := []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3}
	vectors := func(count int) {
		for v := range count {
			VMOVUPD(Mem{Base: y, Disp: 32 * v}, entries[v])
		}
		for v := range count {
			VFMADD231PD(Mem{Base: x, Disp: 32 * v}, factor, entries[v])
		}
		for v := range count {
			VMOVUPD(entries[v], Mem{Base: y, Disp: 32 * v})
		}
		ADDQ(Imm(uint64(32*count)), x)
		ADDQ(Imm(uint64(32*count)), y)
		SUBQ(Imm(uint64(4*count)), n)
	}
	each(n, "sixteen", 16, func() { vectors(4) })
	each(n, "four", 4, func() { vectors(1) })
	each(n, "one", 1, func() {
		VMOVSD(Mem{Base: y}, reg.X0)
		VFMADD231SD(Mem{Base: x}, factor.AsX(), reg.X0)
		VMOVSD(reg.X0, Mem{Base: y})
		ADDQ(Imm(8), x)
		ADDQ(Imm(8), y)
		DECQ(n)
	})
}

// each emits a loop that runs body, which lowers n by count, while n is at least count.
func each(n reg.Register, label string, count uint8, body func()) {
	Label(label)
	CMPQ(n, U8(count))
	JLT(LabelRef(label + "End"))
	body()
	JMP(LabelRef(label))
	Label(label + "End")
}

// widen emits the conversion of bytes to numbers, sixteen at a time.
func widen() {
	TEXT("avx2Widen", NOSPLIT, "func(n int, dst *float64, src *uint8)")
	Pragma("noescape")
	Doc("avx2Widen sets dst[i] = src[i] for i < n, a multiple of sixteen.")
	n, dst, src := Load(Param("n"), GP64()), Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	wide := []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3}
	each(n, "sixteen", 16, func() {
		for i := range 4 {
			VPMOVZXBD(Mem{Base: src, Disp: 4 * i}, wide[i].AsX())
		}
		for i := range 4 {
			VCVTDQ2PD(wide[i].AsX(), wide[i])
			VMOVUPD(wide[i], Mem{Base: dst, Disp: 32 * i})
		}
		ADDQ(Imm(16), src)
		ADDQ(Imm(128), dst)
		SUBQ(Imm(16), n)
	})
	VZEROUPPER()
	RET()
}
