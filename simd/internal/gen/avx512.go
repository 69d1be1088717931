package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avx512Strip emits a kernel for a strip of C that is the given number of 8-lane vectors wide; the last of them has
// tail lanes. With half they are 4 at most and the last vector is a YMM register, which costs half as much where
// the execution units are 256 bits wide.
func avx512Strip(vectors int, half bool) {
	name, lanes := fmt.Sprintf("avx512Strip%d", vectors), 8
	if half {
		name, lanes = name+"Half", 4
	}
	z := []reg.VecPhysical{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
		reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
		reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23,
		reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
	}
	s := begin(name, fmt.Sprintf("%s is a strip kernel of %d vectors of 8 lanes, the last of which has tail of at most %d.", name, vectors, lanes))
	last := func(v int) bool { return v == vectors-1 }
	sized := func(r reg.VecPhysical, v int) reg.VecPhysical {
		if half && last(v) {
			return r.AsY().(reg.VecPhysical)
		}
		return r
	}
	alpha, beta, old := z[29], z[30], z[31]
	VBROADCASTSD(argument("alpha"), alpha)
	VBROADCASTSD(argument("beta"), beta)

	// Where beta is zero no lane of C is loaded, and the lanes count as zero.
	tail, load, loadTail := reg.K1, reg.K2, reg.K3
	bits := GP64()
	Load(Param("tail"), reg.RCX)
	MOVQ(U32(1), bits)
	SHLQ(reg.CL, bits)
	DECQ(bits)
	KMOVW(bits.As32(), tail)
	if vectors > 1 {
		KXORW(load, load, load)
	}
	KXORW(loadTail, loadTail, loadTail)
	VMOVSD(argument("beta"), reg.X1)
	nonzero(reg.Y1, reg.Y0, "scale")
	JMP(LabelRef("begin"))
	Label("scale")
	if vectors > 1 {
		KXNORW(load, load, load)
	}
	KMOVW(bits.As32(), loadTail)
	Label("begin")

	s.blocks([]int{8, 4, 2, 1}, func(height int, prefix string) {
		acc := func(i, v int) reg.VecPhysical { return sized(z[i*vectors+v], v) }
		for i := range height * vectors {
			VPXORQ(z[i], z[i], z[i])
		}
		s.loop(height, prefix, func(b reg.GPVirtual, at func(int) Mem) {
			for v := range vectors {
				from, to := Mem{Base: b, Disp: 64 * v}, sized(z[24+v], v)
				if last(v) {
					VMOVUPD_Z(from, tail, to)
				} else {
					VMOVUPD(from, to)
				}
			}
			for i := range height {
				entry := z[27+i%2]
				VBROADCASTSD(at(i), entry)
				for v := range vectors {
					VFMADD231PD(sized(entry, v), sized(z[24+v], v), acc(i, v))
				}
			}
		})
		for i := range height {
			for v := range vectors {
				at, mask, old := Mem{Base: s.c, Disp: 64 * v}, load, sized(old, v)
				if last(v) {
					mask = loadTail
				}
				VMOVUPD_Z(at, mask, old)
				VMULPD(old, sized(beta, v), old)
				VFMADD213PD(old, sized(alpha, v), acc(i, v))
				if last(v) {
					VMOVUPD(acc(i, v), tail, at)
				} else {
					VMOVUPD(acc(i, v), at)
				}
			}
			ADDQ(s.ldc, s.c)
		}
	})
}
