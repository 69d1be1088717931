package model

import (
	"context"
	"math"
	"math/cmplx"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

// A Drawer ascends images of one class. It holds work space and serves one goroutine at a time.
type Drawer struct {
	side    int
	reading Reading
	t       *Transform
	a       blas64.General // d×p
	b       blas64.General // half spectrum × d, folded
	u, v    blas64.Vector  // A x and B⁽ᵏ⁾ᵀ r
	r, c    blas64.Vector  // features and their gradient, half spectrum
	psi     []complex128
	sign    float64
	held    []float64 // by selfConjugate: the sign that Hold gives the coefficient; nil when none is held
}

// NewDrawer returns a drawer of class k for side×side images. It panics if the shape of x does not fit.
func NewDrawer(x Params, k, side int, reading Reading) *Drawer {
	d, p := x.A.Dims()
	if p != side*side || k < 0 || k >= x.Classes() {
		panic("model: parameters do not fit the image or the class")
	}
	t := NewTransform(side)
	vector := func(n int) blas64.Vector { return blas64.Vector{N: n, Inc: 1, Data: make([]float64, n)} }
	return &Drawer{
		side: side, reading: reading, t: t,
		a: x.A.RawMatrix(), b: t.fold(x.Block(k)).RawMatrix(),
		u: vector(d), v: vector(d), r: vector(len(t.f)), c: vector(len(t.f)),
		psi: make([]complex128, len(t.f)),
	}
}

// Len implements objective: the number of pixels.
func (d *Drawer) Len() int { return d.side * d.side }

func (d *Drawer) spheres() []int { return []int{0, d.Len()} }

// FuncGrad returns log(|s_k(x)|/‖x‖²) for the image x and stores its gradient in grad. Where s_k has not the
// sign it had at the start it returns −Inf.
func (d *Drawer) FuncGrad(grad, x []float64) float64 {
	image := blas64.Vector{N: len(x), Inc: 1, Data: x}
	blas64.Gemv(blas.NoTrans, 1, d.a, image, 0, d.u)
	d.t.forward(x)
	for i, f := range d.t.f {
		if d.reading == RealPart {
			d.psi[i], d.r.Data[i] = 1, real(f)
			continue
		}
		abs := cmplx.Abs(f)
		d.r.Data[i], d.psi[i] = abs, 0
		if abs > 0 {
			d.psi[i] = f / complex(abs, 0)
		}
	}
	d.r.Data[0], d.psi[0] = 0, 0
	for j, i := range d.t.selfConjugate()[:len(d.held)] {
		sign := d.held[j]
		d.r.Data[i], d.psi[i] = sign*real(d.t.f[i]), complex(sign, 0)
	}
	blas64.Gemv(blas.Trans, 1, d.b, d.r, 0, d.v)
	s := floats.Dot(d.u.Data, d.v.Data)
	if d.sign == 0 {
		d.sign = math.Copysign(1, s)
	}
	if !(s*d.sign > 0) {
		return math.Inf(-1)
	}
	// (3.2) on the half spectrum: the inverse transform counts an inner row a twice, as (a, b) and (−a, −b), and
	// folding has added up both already.
	blas64.Gemv(blas.NoTrans, 1, d.b, d.u, 0, d.c)
	for i, c := range d.c.Data {
		if a := i % d.t.half; a != 0 && 2*a != d.side {
			c /= 2
		}
		d.t.f[i] = complex(c, 0) * d.psi[i]
	}
	d.t.inverse(grad)
	g := blas64.Vector{N: len(grad), Inc: 1, Data: grad}
	blas64.Gemv(blas.Trans, 1, d.a, d.v, 1, g)
	norm := floats.Norm(x, 2)
	floats.Scale(1/s, grad)
	floats.AddScaled(grad, -2/(norm*norm), x)
	return math.Log(math.Abs(s)) - 2*math.Log(norm)
}

// Hold makes the drawer ascend another score from now on, with σ f in place of |f| where the pattern, one of
// Patterns, gives the coefficient f the sign σ. It has no kink there, and is the score itself for images with that
// pattern: an image that it ends in is a maximum of the score if the image has the pattern, and if it has not, then
// the score has no maximum of the pattern there. The empty pattern holds nothing. Hold panics if there is no such
// pattern, or if the reading is not the modulus.
func (d *Drawer) Hold(pattern string) {
	d.held = nil
	if pattern == "" {
		return
	}
	if d.reading != Modulus || !slices.Contains(Patterns(d.side), pattern) {
		panic("model: no such sign pattern")
	}
	for _, c := range pattern {
		sign := 1.0
		if c == '-' {
			sign = -1
		}
		d.held = append(d.held, sign)
	}
}

// A Drawing is an image on the unit sphere and how it was reached.
type Drawing struct {
	Report
	Image  []float64   // column-major, unit norm; x and −x have the same score, so its sign means nothing
	Frames [][]float64 // the ascent, when asked for; its last frame is Image
}

// Draw ascends an image from start (column-major, not changed). When frames is positive it keeps about that
// many images of the ascent, the first and the last among them, closer together where the image changes
// fastest, that is at the beginning. It panics if the length of start is wrong or start is zero.
func (d *Drawer) Draw(ctx context.Context, start []float64, a Ascent, frames int) Drawing {
	if len(start) != d.Len() {
		panic("model: start of image of wrong length")
	}
	d.sign = 0
	x := append([]float64(nil), start...)
	var all [][]float64
	if frames > 0 {
		a.Record = func(_ int, _, _ float64, x []float64) {
			frame := append([]float64(nil), x...)
			floats.Scale(1/floats.Norm(frame, 2), frame)
			all = append(all, frame)
		}
	}
	report := a.ascend(ctx, d, x)
	return Drawing{Report: report, Image: x, Frames: Thin(all, frames)}
}

// Score returns |s_k(Image)|, the score on the unit sphere.
func (d Drawing) Score() float64 { return math.Exp(d.Value) }

// SignPattern returns the signs of the Fourier coefficients of x (column-major) that are real for every real
// image, (0,N/2), (N/2,0) and (N/2,N/2) in this order, such as "+-+". For odd N there are none and it returns "".
func (t *Transform) SignPattern(x []float64) string {
	t.forward(x)
	var signs []byte
	for _, i := range t.selfConjugate() {
		sign := byte('+')
		if real(t.f[i]) < 0 {
			sign = '-'
		}
		signs = append(signs, sign)
	}
	return string(signs)
}

// Patterns lists what SignPattern may return for side×side images, "+++" to "---"; nil if side is odd.
func Patterns(side int) []string {
	if side%2 != 0 {
		return nil
	}
	var all []string
	for i := range 8 {
		pattern := []byte("+++")
		for j := range pattern {
			if i>>(2-j)&1 == 1 {
				pattern[j] = '-'
			}
		}
		all = append(all, string(pattern))
	}
	return all
}

// Thin keeps about count of the elements of all: the first, the last, and between them indices that grow
// geometrically.
func Thin[T any](all []T, count int) []T {
	if count <= 0 || len(all) <= count {
		return all
	}
	last := float64(len(all) - 1)
	kept := make([]T, 0, count)
	previous := -1
	for j := range count {
		i := int(math.Round(math.Pow(last+1, float64(j)/float64(count-1)))) - 1
		if i > previous {
			kept = append(kept, all[i])
			previous = i
		}
	}
	return kept
}
