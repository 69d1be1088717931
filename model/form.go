package model

import (
	"context"
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

// A Form is the score of one class, with the modulus as reading, as a function of the moduli of Fourier
// coefficients alone. A coefficient and its conjugate make an orbit j of w_j entries, two or, for the
// coefficients that are real for every real image, one. With f_j = N τ_j ψ_j/√w_j, τ_j ≥ 0 and |ψ_j| = 1,
//
//	‖x‖² = Σ_j τ_j²,   s(x) = Σ_j τ_j Re(ψ_j q̄_j(τ)),   q(τ) = α βᵀ τ                 (3.3)
//
// where row j of β is N/√w_j times what the orbit's rows of B⁽ᵏ⁾ add up to, zero for DC, and row j of α is √w_j/N times
// the coefficient of the rows of A. Features do not see phases, so τ fixes q, and the best phases are those
// of q: the largest |s| over all images with these moduli is
//
//	h(τ) = Σ_j τ_j |q_j(τ)|,   attained at ψ_j = q_j/|q_j|                            (3.4)
//
// A local maximum of h over τ ≥ 0 is one of |s| over images. Ascending it instead of |s| has two merits. No
// sign is stuck: where a coefficient is real, the better of its two phases is taken. And where |s| is largest
// with some coefficient zero, the modulus has a kink that the ascent of an image never comes to rest at; in
// τ it is the edge of a cone.
//
// A Form holds work space and serves one goroutine at a time.
type Form struct {
	t           *Transform
	orbits      []orbit
	b           blas64.General // J×m: β
	re, im      blas64.General // J×m: α
	v, z        blas64.Vector  // βᵀτ and Re αᴴ(τψ)
	tau, slope  blas64.Vector  // τ and ∂h/∂τ
	qRe, qIm, q []float64      // q and its modulus
}

// An orbit is a coefficient of the half spectrum together with its conjugate.
type orbit struct {
	at     int     // index in the half spectrum
	mirror int     // index of the conjugate, if that is another entry of the half spectrum, else -1
	weight float64 // w_j
}

// orbits lists the orbits of the half spectrum, DC first.
func (t *Transform) orbits() []orbit {
	var all []orbit
	for b := range t.n {
		for a := range t.half {
			o := orbit{at: a + b*t.half, mirror: -1, weight: 2}
			if a == 0 || 2*a == t.n {
				switch c := (t.n - b) % t.n; {
				case c < b:
					continue // met already
				case c == b:
					o.weight = 1
				default:
					o.mirror = a + c*t.half
				}
			}
			all = append(all, o)
		}
	}
	return all
}

// NewForm returns the score of class k of x over side×side images. It panics if the shape of x does not fit.
func NewForm(x Params, k, side int) *Form {
	m, p := x.A.Dims()
	if p != side*side || k < 0 || k >= x.Classes() {
		panic("model: parameters do not fit the image or the class")
	}
	t := NewTransform(side)
	orbits := t.orbits()
	count := len(orbits)
	vector := func(n int) blas64.Vector { return blas64.Vector{N: n, Inc: 1, Data: make([]float64, n)} }
	f := &Form{
		t: t, orbits: orbits,
		b: general(count, m), re: general(count, m), im: general(count, m),
		v: vector(m), z: vector(m), tau: vector(count), slope: vector(count),
		qRe: make([]float64, count), qIm: make([]float64, count), q: make([]float64, count),
	}
	folded := t.fold(x.Block(k))
	for j, o := range orbits {
		row := f.b.Data[j*m : (j+1)*m]
		if o.at == 0 {
			continue
		}
		copy(row, folded.RawRowView(o.at))
		if o.mirror >= 0 {
			floats.Add(row, folded.RawRowView(o.mirror))
		}
		floats.Scale(float64(side)/math.Sqrt(o.weight), row)
	}
	for i := range m {
		t.forward(x.A.RawRowView(i))
		for j, o := range orbits {
			scale := math.Sqrt(o.weight) / float64(side)
			f.re.Data[j*m+i], f.im.Data[j*m+i] = scale*real(t.f[o.at]), scale*imag(t.f[o.at])
		}
	}
	return f
}

// moduli stores the τ of the image x in f.tau.
func (f *Form) moduli(x []float64) {
	f.t.forward(x)
	for j, o := range f.orbits {
		f.tau.Data[j] = cmplx.Abs(f.t.f[o.at]) * math.Sqrt(o.weight) / float64(f.t.n)
	}
}

// eval returns h and leaves its gradient in f.slope, for the τ in f.tau:
//
//	∂h/∂τ = |q| + β Re αᴴ(τψ),   ψ = q/|q|
func (f *Form) eval() (h float64) {
	blas64.Gemv(blas.Trans, 1, f.b, f.tau, 0, f.v)
	qRe, qIm := blas64.Vector{N: len(f.q), Inc: 1, Data: f.qRe}, blas64.Vector{N: len(f.q), Inc: 1, Data: f.qIm}
	blas64.Gemv(blas.NoTrans, 1, f.re, f.v, 0, qRe)
	blas64.Gemv(blas.NoTrans, 1, f.im, f.v, 0, qIm)
	for j, tau := range f.tau.Data {
		abs := math.Hypot(f.qRe[j], f.qIm[j])
		f.q[j] = abs
		h += tau * abs
		scale := 0.0
		if abs > 0 {
			scale = tau / abs
		}
		f.qRe[j] *= scale
		f.qIm[j] *= scale
	}
	blas64.Gemv(blas.Trans, 1, f.re, qRe, 0, f.z)
	blas64.Gemv(blas.Trans, 1, f.im, qIm, 1, f.z)
	copy(f.slope.Data, f.q)
	blas64.Gemv(blas.NoTrans, 1, f.b, f.z, 1, f.slope)
	return h
}

// image returns the image with the moduli of the last eval and the best phases.
func (f *Form) image() []float64 {
	clear(f.t.f)
	scale := 1 / float64(f.t.n) // N/√w by 1/N² of the inverse transform
	for j, o := range f.orbits {
		// eval leaves τψ; where q is zero any phase will do.
		c := complex(f.qRe[j], f.qIm[j])
		if f.q[j] == 0 {
			c = complex(f.tau.Data[j], 0)
		}
		c *= complex(scale/math.Sqrt(o.weight), 0)
		f.t.f[o.at] = c
		if o.mirror >= 0 {
			f.t.f[o.mirror] = cmplx.Conj(c)
		}
	}
	x := make([]float64, f.t.n*f.t.n)
	f.t.inverse(x)
	return x
}

// Len implements objective: the number of orbits. The point is θ with τ_j = θ_j², which keeps τ ≥ 0.
func (f *Form) Len() int { return len(f.orbits) }

func (f *Form) spheres() []int { return []int{0, f.Len()} }

// FuncGrad returns log(h/‖τ‖²) for τ_j = θ_j² and stores its gradient with respect to θ in grad. Where h is
// zero it returns −Inf.
func (f *Form) FuncGrad(grad, theta []float64) float64 {
	for j, x := range theta {
		f.tau.Data[j] = x * x
	}
	h, squared := f.eval(), dot(f.tau.Data, f.tau.Data)
	if !(h > 0) {
		return math.Inf(-1)
	}
	for j, x := range theta {
		grad[j] = 2 * x * (f.slope.Data[j]/h - 2*f.tau.Data[j]/squared)
	}
	return math.Log(h) - math.Log(squared)
}

// Ascend looks for the image of unit norm with the largest |s|, from the moduli of start (column-major, not
// changed). Convergence means that the scale-free gradient with respect to θ is at most a.GradTol: each
// modulus is stationary, or zero. Frames and a.Record are of no use here. It panics if the length of start is
// wrong, and diverges if the form is zero.
func (f *Form) Ascend(ctx context.Context, start []float64, a Ascent) Drawing {
	if len(start) != f.t.n*f.t.n {
		panic("model: start of image of wrong length")
	}
	f.moduli(start)
	theta := make([]float64, f.Len())
	for j, tau := range f.tau.Data {
		theta[j] = math.Sqrt(tau)
	}
	report := a.ascend(ctx, f, theta)
	for j, x := range theta {
		f.tau.Data[j] = x * x
	}
	floats.Scale(1/floats.Norm(f.tau.Data, 2), f.tau.Data)
	f.eval()
	return Drawing{Report: report, Image: f.image()}
}
