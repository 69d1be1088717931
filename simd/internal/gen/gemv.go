package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A masker finds the mask of the last lanes: the address of four numbers, ones where a lane counts.
type masker struct{ table reg.GPVirtual }

func newMasker(masks Mem) masker {
	m := masker{table: GP64()}
	LEAQ(masks, m.table)
	return m
}

// load sets mask to that of the first count lanes, 0 to 4. It leaves count negated.
func (m masker) load(count reg.Register, mask reg.VecPhysical) {
	NEGQ(count)
	VMOVUPD(Mem{Base: m.table, Index: count, Scale: 8, Disp: 32}, mask)
}

// nonzero jumps to label if the number in x is other than zero, NaN included; scratch becomes zero.
func nonzero(x, scratch reg.VecPhysical, label string) {
	VXORPD(scratch, scratch, scratch)
	VUCOMISD(scratch.AsX(), x.AsX())
	JNE(LabelRef(label))
	JPS(LabelRef(label))
}

// gemvN emits the product of a matrix and a vector, four rows at a time.
func gemvN(masks Mem) {
	TEXT("avx2GemvN", NOSPLIT, "func(m, n int, alpha float64, a *float64, lda int, x *float64, beta float64, y *float64, incY int)")
	Pragma("noescape")
	Doc("avx2GemvN sets y[i*incY] = alpha*(row i of a times x) + beta*y[i*incY], i < m; y is not read if beta is zero.",
		"Whatever the row, a sum is made in the same order: entry j in partial sum j mod 8.")
	m, a, y := Load(Param("m"), GP64()), Load(Param("a"), GP64()), Load(Param("y"), GP64())
	lda, incY := Load(Param("lda"), GP64()), Load(Param("incY"), GP64())
	SHLQ(Imm(3), lda)
	SHLQ(Imm(3), incY)
	lda3 := GP64()
	LEAQ(Mem{Base: lda, Index: lda, Scale: 2}, lda3)
	alpha, beta, old, mask, entries := reg.Y15, reg.Y14, reg.Y13, reg.Y12, reg.Y10
	VBROADCASTSD(argument("alpha"), alpha)
	VBROADCASTSD(argument("beta"), beta)
	lanes, rest := newMasker(masks), GP64()
	Load(Param("n"), rest)
	ANDQ(Imm(3), rest)
	lanes.load(rest, mask)
	acc := []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7}

	for _, h := range []int{4, 1} {
		label := func(s string) string { return fmt.Sprintf("%s%d", s, h) }
		row := func(p reg.Register, i, disp int) Mem {
			return []Mem{
				{Base: p, Disp: disp},
				{Base: p, Index: lda, Scale: 1, Disp: disp},
				{Base: p, Index: lda, Scale: 2, Disp: disp},
				{Base: p, Index: lda3, Scale: 1, Disp: disp},
			}[i]
		}
		Label(label("rows"))
		CMPQ(m, U8(h))
		JLT(LabelRef(label("rowsEnd")))
		p, x, n := GP64(), Load(Param("x"), GP64()), Load(Param("n"), GP64())
		MOVQ(a, p)
		for i := range 2 * h {
			VXORPD(acc[i], acc[i], acc[i])
		}
		each(n, label("eight"), 8, func() {
			VMOVUPD(Mem{Base: x}, reg.Y8)
			VMOVUPD(Mem{Base: x, Disp: 32}, reg.Y9)
			for i := range h {
				VFMADD231PD(row(p, i, 0), reg.Y8, acc[2*i])
				VFMADD231PD(row(p, i, 32), reg.Y9, acc[2*i+1])
			}
			ADDQ(Imm(64), x)
			ADDQ(Imm(64), p)
			SUBQ(Imm(8), n)
		})
		each(n, label("four"), 4, func() {
			VMOVUPD(Mem{Base: x}, reg.Y8)
			for i := range h {
				VFMADD231PD(row(p, i, 0), reg.Y8, acc[2*i])
			}
			ADDQ(Imm(32), x)
			ADDQ(Imm(32), p)
			SUBQ(Imm(4), n)
		})
		CMPQ(n, Imm(0))
		JE(LabelRef(label("sum")))
		VMASKMOVPD(Mem{Base: x}, mask, reg.Y8)
		for i := range h {
			VMASKMOVPD(row(p, i, 0), mask, entries)
			VFMADD231PD(entries, reg.Y8, acc[2*i+1])
		}
		Label(label("sum"))
		for i := range h {
			VADDPD(acc[2*i+1], acc[2*i], acc[2*i])
		}
		// The lanes l of a row are added up as (l₀+l₁) + (l₂+l₃).
		if h == 4 {
			VHADDPD(acc[2], acc[0], acc[0])
			VHADDPD(acc[6], acc[4], acc[4])
			VPERM2F128(Imm(0x20), acc[4], acc[0], acc[1])
			VPERM2F128(Imm(0x31), acc[4], acc[0], acc[2])
			VADDPD(acc[2], acc[1], acc[0])
			VEXTRACTF128(Imm(1), acc[0], acc[2].AsX())
			VUNPCKHPD(acc[0].AsX(), acc[0].AsX(), acc[1].AsX())
			VUNPCKHPD(acc[2].AsX(), acc[2].AsX(), acc[3].AsX())
		} else {
			VHADDPD(acc[0], acc[0], acc[0])
			VEXTRACTF128(Imm(1), acc[0], acc[1].AsX())
			VADDSD(acc[1].AsX(), acc[0].AsX(), acc[0].AsX())
		}
		put := func(scaled bool) {
			for i := range h {
				if scaled {
					VMULSD(Mem{Base: y}, beta.AsX(), old.AsX())
				}
				VFMADD213SD(old.AsX(), alpha.AsX(), acc[i].AsX())
				VMOVSD(acc[i].AsX(), Mem{Base: y})
				ADDQ(incY, y)
			}
		}
		nonzero(beta, old, label("scaled"))
		put(false)
		JMP(LabelRef(label("stored")))
		Label(label("scaled"))
		put(true)
		Label(label("stored"))
		LEAQ(Mem{Base: a, Index: lda, Scale: uint8(h)}, a)
		SUBQ(Imm(uint64(h)), m)
		JMP(LabelRef(label("rows")))
		Label(label("rowsEnd"))
	}
	VZEROUPPER()
	RET()
}

// gemvT emits the product of a transposed matrix and a vector, up to eight vectors of columns at a time.
func gemvT(masks Mem) {
	TEXT("avx2GemvT", NOSPLIT, "func(m, n int, alpha float64, a *float64, lda int, x *float64, incX int, beta float64, y *float64)")
	Pragma("noescape")
	Doc("avx2GemvT sets y[j] = alpha*(column j of a times x) + beta*y[j], j < n; y is not read if beta is zero. A sum is",
		"made from the first entry to the last. m must be positive.")
	n, a, y := Load(Param("n"), GP64()), Load(Param("a"), GP64()), Load(Param("y"), GP64())
	lda, incX := Load(Param("lda"), GP64()), Load(Param("incX"), GP64())
	SHLQ(Imm(3), lda)
	SHLQ(Imm(3), incX)
	lanes := newMasker(masks)
	const most = 8
	acc := []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7}
	alpha, beta, entry, old, last, mask := reg.Y15, reg.Y14, reg.Y13, reg.Y12, reg.Y11, reg.Y10
	VBROADCASTSD(argument("alpha"), alpha)
	VBROADCASTSD(argument("beta"), beta)

	columns := func(vectors int, masked bool, label string) {
		p, x, m := GP64(), Load(Param("x"), GP64()), Load(Param("m"), GP64())
		MOVQ(a, p)
		for v := range vectors {
			VXORPD(acc[v], acc[v], acc[v])
		}
		cut := func(v int) bool { return masked && v == vectors-1 }
		Label(label + "Rows")
		VBROADCASTSD(Mem{Base: x}, entry)
		for v := range vectors {
			at := Mem{Base: p, Disp: 32 * v}
			if cut(v) {
				VMASKMOVPD(at, mask, last)
				VFMADD231PD(last, entry, acc[v])
			} else {
				VFMADD231PD(at, entry, acc[v])
			}
		}
		ADDQ(incX, x)
		ADDQ(lda, p)
		DECQ(m)
		JNZ(LabelRef(label + "Rows"))
		put := func(scaled bool) {
			for v := range vectors {
				at := Mem{Base: y, Disp: 32 * v}
				switch {
				case scaled && cut(v):
					VMASKMOVPD(at, mask, old)
					VMULPD(old, beta, old)
				case scaled:
					VMULPD(at, beta, old)
				}
				VFMADD213PD(old, alpha, acc[v])
				if cut(v) {
					VMASKMOVPD(acc[v], mask, at)
				} else {
					VMOVUPD(acc[v], at)
				}
			}
		}
		nonzero(beta, old, label+"Scaled")
		put(false)
		JMP(LabelRef(label + "Stored"))
		Label(label + "Scaled")
		put(true)
		Label(label + "Stored")
	}
	each(n, "whole", 4*most, func() {
		columns(most, false, "whole")
		ADDQ(U32(32*most), a)
		ADDQ(U32(32*most), y)
		SUBQ(Imm(4*most), n)
	})
	for v := most; v >= 1; v-- {
		label := fmt.Sprintf("last%d", v)
		Label(label)
		SUBQ(U8(4*(v-1)), n)
		JLE(LabelRef(label + "End"))
		lanes.load(n, mask)
		columns(v, true, label)
		JMP(LabelRef("done"))
		Label(label + "End")
		ADDQ(U8(4*(v-1)), n)
	}
	Label("done")
	VZEROUPPER()
	RET()
}
