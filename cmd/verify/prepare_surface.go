package main

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A surface is the level that paper has at each place: a polynomial of second degree in both directions, or the
// same everywhere. Places are from −1, the left or the upper edge, to 1, whatever the number of pixels.
//
//	s(u, v) = c₀ + c₁u + c₂v + c₃u² + c₄uv + c₅v²
type surface []float64 // one coefficient or six

// terms stores in dst what the coefficients of s are multiplied by at pixel i of g.
func (s surface) terms(dst []float64, g levels, i int) {
	dst[0] = 1
	if len(s) == 1 {
		return
	}
	u, v := (2*float64(i%g.w)+1)/float64(g.w)-1, (2*float64(i/g.w)+1)/float64(g.h)-1
	dst[1], dst[2], dst[3], dst[4], dst[5] = u, v, u*u, u*v, v*v
}

// over returns s at the pixels of g.
func (s surface) over(g levels) []float64 {
	out := make([]float64, len(g.at))
	var t [6]float64
	for i := range out {
		s.terms(t[:], g, i)
		for k, c := range s {
			out[i] += c * t[k]
		}
	}
	return out
}

// fit moves s to the weighted least squares fit of g. Where the weights leave it undetermined it stays as it is.
func (s surface) fit(g levels, weight []float64) {
	n := len(s)
	normal, right := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
	t := make([]float64, n)
	total := 0.0
	for i, w := range weight {
		if w == 0 {
			continue
		}
		total += w
		s.terms(t, g, i)
		for j := range n {
			right.SetVec(j, right.AtVec(j)+w*t[j]*g.at[i])
			for k := j; k < n; k++ {
				normal.SetSym(j, k, normal.At(j, k)+w*t[j]*t[k])
			}
		}
	}
	for j := range n {
		normal.SetSym(j, j, normal.At(j, j)+1e-9*total)
	}
	var c mat.Cholesky
	x := mat.NewVecDense(n, nil)
	if !c.Factorize(normal) || c.SolveVecTo(x, right) != nil {
		return
	}
	copy(s, x.RawVector().Data)
}

// borderSurface fits the paper to the border of g, a band of a twentieth of the picture, without minding some ink
// in it. Pictures of less than 16 pixels have paper of one level.
func (g levels) borderSurface() surface {
	s := make(surface, 6)
	if min(g.w, g.h) < 16 {
		s = s[:1]
	}
	ring := g.ring()
	slices.Sort(ring)
	s[0] = ring[len(ring)/2]
	wide := max(1, min(g.w, g.h)/20)
	// At first nearly everything counts, lest a part of the border decide about the rest.
	for least := 0.1; least > rounding; least /= 2 {
		s.fit(g, s.weights(g, least, func(i int) bool {
			return min(i%g.w, g.w-1-i%g.w, i/g.w, g.h-1-i/g.w) < wide
		}))
	}
	return s
}

// weights returns Tukey's biweights of the distances of g from s over the pixels that count, and zeros elsewhere. Their
// unit is the standard deviation of the distances, and at least least.
func (s surface) weights(g levels, least float64, counts func(i int) bool) []float64 {
	weight := s.over(g)
	var off []float64
	for i, v := range g.at {
		if !counts(i) {
			weight[i] = math.Inf(1)
			continue
		}
		weight[i] = math.Abs(v - weight[i])
		off = append(off, weight[i])
	}
	noise := max(least, deviation(off))
	for i, r := range weight {
		u := min(r/(4.685*noise), 1)
		weight[i] = (1 - u*u) * (1 - u*u)
	}
	return weight
}

// rounding is the most that a level is off for being kept in a byte.
const rounding = 0.5 / 255

// deviation returns the standard deviation of normal noise with such absolute values, by their median, and at
// least that of rounding to a byte. It sorts off.
func deviation(off []float64) float64 {
	if len(off) == 0 {
		return rounding
	}
	slices.Sort(off)
	return max(rounding, 1.4826*off[len(off)/2])
}
