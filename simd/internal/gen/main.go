// Command gen writes the assembly of package simd. It runs from the folder simd by `go generate`, and has a module of
// its own so that avo stays out of the binary.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!noasm")
	masks := avx2Masks()
	for vectors := 1; vectors <= 3; vectors++ {
		for _, masked := range []bool{false, true} {
			avx2Strip(vectors, masked, masks)
		}
	}
	for vectors := 1; vectors <= 3; vectors++ {
		for _, half := range []bool{false, true} {
			avx512Strip(vectors, half)
		}
	}
	gemvN(masks)
	gemvT(masks)
	transpose()
	dot()
	axpy()
	ger()
	widen()
	Generate()
}

// signature is the one of every strip kernel; strides are in elements.
const signature = "func(m, k int, a *float64, rowA, colA int, b *float64, ldb int, " +
	"c *float64, ldc int, alpha, beta float64, tail int)"

// A strip holds the general registers that all strip kernels use alike.
type strip struct {
	name                string
	m, a, b, c          reg.GPVirtual
	row, row3, col, ldb reg.GPVirtual
	ldc                 reg.GPVirtual
}

// begin declares the kernel and loads its arguments, strides in bytes.
func begin(name, doc string) *strip {
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(doc)
	s := &strip{
		name: name, m: GP64(), a: GP64(), b: GP64(), c: GP64(),
		row: GP64(), row3: GP64(), col: GP64(), ldb: GP64(), ldc: GP64(),
	}
	Load(Param("m"), s.m)
	Load(Param("a"), s.a)
	Load(Param("b"), s.b)
	Load(Param("c"), s.c)
	for _, p := range []struct {
		name string
		r    reg.GPVirtual
	}{{"rowA", s.row}, {"colA", s.col}, {"ldb", s.ldb}, {"ldc", s.ldc}} {
		Load(Param(p.name), p.r)
		SHLQ(Imm(3), p.r)
	}
	LEAQ(Mem{Base: s.row, Index: s.row, Scale: 2}, s.row3)
	return s
}

// blocks emits one block of code for every height, highest first. The highest repeats while it fits, so each
// of the others, half as high, runs at most once.
func (s *strip) blocks(heights []int, block func(height int, prefix string)) {
	for i, h := range heights {
		head, next := fmt.Sprintf("rows%d", h), "done"
		if i+1 < len(heights) {
			next = fmt.Sprintf("rows%d", heights[i+1])
		}
		Label(head)
		CMPQ(s.m, U8(h))
		JLT(LabelRef(next))
		block(h, head)
		LEAQ(Mem{Base: s.a, Index: s.row, Scale: uint8(h)}, s.a)
		SUBQ(U8(h), s.m)
		if i == 0 {
			JMP(LabelRef(head))
		}
	}
	Label("done")
	VZEROUPPER()
	RET()
}

// loop emits the loop over k around body, which gets the address of A's entry in row i of the block.
func (s *strip) loop(height int, prefix string, body func(b reg.GPVirtual, at func(i int) Mem)) {
	k := Load(Param("k"), GP64())
	a0, a4, b := GP64(), GP64(), GP64()
	MOVQ(s.a, a0)
	if height > 4 {
		LEAQ(Mem{Base: s.a, Index: s.row, Scale: 4}, a4)
	}
	MOVQ(s.b, b)
	Label(prefix + "k")
	body(b, func(i int) Mem {
		base := a0
		if i >= 4 {
			base = a4
		}
		switch i % 4 {
		case 1:
			return Mem{Base: base, Index: s.row, Scale: 1}
		case 2:
			return Mem{Base: base, Index: s.row, Scale: 2}
		case 3:
			return Mem{Base: base, Index: s.row3, Scale: 1}
		default:
			return Mem{Base: base}
		}
	})
	ADDQ(s.col, a0)
	if height > 4 {
		ADDQ(s.col, a4)
	}
	ADDQ(s.ldb, b)
	DECQ(k)
	JNZ(LabelRef(prefix + "k"))
}

// argument returns where the kernel finds a scalar argument.
func argument(name string) Mem {
	basic, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return basic.Addr
}
