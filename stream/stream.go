// Package stream hands out seeded random streams, one per purpose.
//
// A stream is named by a seed and the words that say what it is for. Both are hashed into the state of
// the generator, so that streams of neighbouring seeds have nothing to do with each other, and adding a
// draw for one purpose moves nothing elsewhere.
//
// This is the one room that imports golang.org/x/exp/rand. That package is deprecated in favour of
// math/rand/v2, whose Source its generators satisfy; the rest of the project sees math/rand/v2 only.
package stream

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"

	//lint:ignore SA1019 deprecated upstream in favour of math/rand/v2, whose Source it satisfies; kept behind this room
	exprand "golang.org/x/exp/rand"
)

// New returns the stream of seed for a purpose, such as New(7, "start", "A"). Equal arguments give equal
// streams; the words are framed by their lengths, so that ("ab", "c") and ("a", "bc") differ.
//
// The generator is PCG XSL RR 128/64 (O'Neill, 2014). Uniform draws have the same bits on every machine;
// normal and exponential ones go through math.Exp and math.Log in their tails and may differ in the last.
func New(seed uint64, purpose ...string) *rand.Rand {
	h := sha256.New()
	var frame [8]byte
	write := func(v uint64, text string) {
		binary.LittleEndian.PutUint64(frame[:], v)
		h.Write(frame[:])
		h.Write([]byte(text))
	}
	write(seed, "concord stream 1")
	for _, word := range purpose {
		write(uint64(len(word)), word)
	}
	var src exprand.PCGSource
	src.Seed(binary.LittleEndian.Uint64(h.Sum(nil)))
	return rand.New(&src)
}
