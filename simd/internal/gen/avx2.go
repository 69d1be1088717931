package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avx2Masks declares four lanes of ones followed by four of zeros: the mask of t lanes begins at entry 4-t.
func avx2Masks() Mem {
	masks := GLOBL("masks", RODATA|NOPTR)
	for i := range 8 {
		v := U64(0)
		if i < 4 {
			v = ^v
		}
		DATA(8*i, v)
	}
	return masks
}

// avx2Strip emits a kernel for a strip of C that is the given number of 4-lane vectors wide; the last of them
// has tail lanes where masked is set.
func avx2Strip(vectors int, masked bool, masks Mem) {
	name, doc := fmt.Sprintf("avx2Strip%d", vectors), "is full"
	if masked {
		name, doc = name+"Masked", "has tail lanes"
	}
	y := []reg.VecPhysical{
		reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
		reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
	}
	s := begin(name, fmt.Sprintf("%s is a strip kernel of %d vectors of 4 lanes, the last of which %s.", name, vectors, doc))
	var mask Mem
	if masked {
		table, tail := GP64(), GP64()
		LEAQ(masks, table)
		Load(Param("tail"), tail)
		NEGQ(tail)
		LEAQ(Mem{Base: table, Index: tail, Scale: 8, Disp: 32}, table)
		mask = Mem{Base: table}
	}
	last := func(v int) bool { return masked && v == vectors-1 }
	s.blocks([]int{4, 2, 1}, func(height int, prefix string) {
		acc := func(i, v int) reg.VecPhysical { return y[i*vectors+v] }
		for i := range height {
			for v := range vectors {
				VXORPD(acc(i, v), acc(i, v), acc(i, v))
			}
		}
		s.loop(height, prefix, func(b reg.GPVirtual, at func(int) Mem) {
			for v := range vectors {
				from := Mem{Base: b, Disp: 32 * v}
				if last(v) { // the register is mask first and vector then: all sixteen are taken
					VMOVUPD(mask, y[12+v])
					VMASKMOVPD(from, y[12+v], y[12+v])
				} else {
					VMOVUPD(from, y[12+v])
				}
			}
			for i := range height {
				VBROADCASTSD(at(i), y[15])
				for v := range vectors {
					VFMADD231PD(y[15], y[12+v], acc(i, v))
				}
			}
		})
		alpha, beta, lanes, old := y[12], y[13], y[14], y[15]
		VBROADCASTSD(argument("alpha"), alpha)
		VBROADCASTSD(argument("beta"), beta)
		if masked {
			VMOVUPD(mask, lanes)
		}
		store := func(c reg.GPVirtual, old func(to Mem, masked bool) reg.VecPhysical) {
			MOVQ(s.c, c)
			for i := range height {
				for v := range vectors {
					to := Mem{Base: c, Disp: 32 * v}
					VFMADD213PD(old(to, last(v)), alpha, acc(i, v))
					if last(v) {
						VMASKMOVPD(acc(i, v), lanes, to)
					} else {
						VMOVUPD(acc(i, v), to)
					}
				}
				ADDQ(s.ldc, c)
			}
		}
		c := GP64()
		nonzero(beta, old, prefix+"scale")
		store(c, func(Mem, bool) reg.VecPhysical { return old })
		JMP(LabelRef(prefix + "stored"))
		Label(prefix + "scale")
		store(c, func(to Mem, masked bool) reg.VecPhysical {
			if masked {
				VMASKMOVPD(to, lanes, old)
				VMULPD(old, beta, old)
			} else {
				VMULPD(to, beta, old)
			}
			return old
		})
		Label(prefix + "stored")
		MOVQ(c, s.c)
	})
}
