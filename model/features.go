package model

import (
	"fmt"
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A Reading says which real number stands for a Fourier coefficient in the features.
type Reading uint8

const (
	// Modulus takes |F x F|, the reading of (1.1).
	Modulus Reading = iota
	// RealPart takes Re(F x F). Its features have both signs, so nothing keeps ascent in one cone: it is here
	// to show what goes wrong without the modulus.
	RealPart
)

// String returns the reading's name, "modulus" or "real".
func (r Reading) String() string {
	if r == RealPart {
		return "real"
	}
	return "modulus"
}

// ParseReading is the inverse of String.
func ParseReading(name string) (Reading, error) {
	for _, r := range []Reading{Modulus, RealPart} {
		if r.String() == name {
			return r, nil
		}
	}
	return 0, fmt.Errorf("unknown reading of the features %q: want modulus or real", name)
}

// A Transform computes two-dimensional discrete Fourier transforms of real N×N images, and features from
// them. It holds work space and serves one goroutine at a time.
//
// The transform of a real image takes conjugate values at (a, b) and (−a, −b), so only the rows a = 0..N/2
// are kept: coefficient (a, b) of the half spectrum is entry a + (N/2+1)·b.
type Transform struct {
	n, half int
	row     *fourier.FFT
	col     *fourier.CmplxFFT
	line    []complex128 // one line along b
	f       []complex128 // half spectrum
}

// NewTransform returns a Transform for n×n images. It panics if n is not positive.
func NewTransform(n int) *Transform {
	if n <= 0 {
		panic("model: size of image not positive")
	}
	half := n/2 + 1
	return &Transform{
		n: n, half: half,
		row:  fourier.NewFFT(n),
		col:  fourier.NewCmplxFFT(n),
		line: make([]complex128, n),
		f:    make([]complex128, half*n),
	}
}

// forward leaves the half spectrum of x in t.f.
func (t *Transform) forward(x []float64) {
	for b := range t.n {
		t.row.Coefficients(t.f[b*t.half:(b+1)*t.half], x[b*t.n:(b+1)*t.n])
	}
	for a := range t.half {
		t.column(a, t.col.Coefficients)
	}
}

// inverse stores in x the real image Σ_ab f_ab exp(+2πi(ac+bd)/N) of the half spectrum in t.f, which it destroys.
func (t *Transform) inverse(x []float64) {
	for a := range t.half {
		t.column(a, t.col.Sequence)
	}
	for b := range t.n {
		t.row.Sequence(x[b*t.n:(b+1)*t.n], t.f[b*t.half:(b+1)*t.half])
	}
}

func (t *Transform) column(a int, transform func(dst, src []complex128) []complex128) {
	for b := range t.n {
		t.line[b] = t.f[a+b*t.half]
	}
	transform(t.line, t.line)
	for b := range t.n {
		t.f[a+b*t.half] = t.line[b]
	}
}

// Features stores in dst the features (1.1) of the image x, both of length N² and column-major; nil
// allocates. It panics if a length is wrong.
func (t *Transform) Features(dst, x []float64, reading Reading) []float64 {
	p := t.n * t.n
	if dst == nil {
		dst = make([]float64, p)
	}
	if len(x) != p || len(dst) != p {
		panic("model: image or features of wrong length")
	}
	t.forward(x)
	for b := range t.n {
		for a := range t.n {
			ca, cb := a, b
			if a >= t.half {
				ca, cb = t.n-a, (t.n-b)%t.n
			}
			f := t.f[ca+cb*t.half]
			if reading == RealPart {
				dst[a+b*t.n] = real(f)
			} else {
				dst[a+b*t.n] = cmplx.Abs(f)
			}
		}
	}
	dst[0] = 0
	return dst
}

// halfFeatures stores in dst the features of the half spectrum of x, N·(N/2+1) of them in its order.
func (t *Transform) halfFeatures(dst, x []float64, reading Reading) {
	t.forward(x)
	for i, f := range t.f {
		if reading == RealPart {
			dst[i] = real(f)
		} else {
			dst[i] = math.Hypot(real(f), imag(f))
		}
	}
	dst[0] = 0
}

// fold adds up the rows of m (p×d) that meet equal features, so that foldᵀ r_half = mᵀ r: row (a, b) of the
// half spectrum receives rows (a, b) and (−a, −b).
func (t *Transform) fold(m *mat.Dense) *mat.Dense {
	_, d := m.Dims()
	folded := mat.NewDense(t.half*t.n, d, nil)
	for b := range t.n {
		for a := range t.n {
			ca, cb := a, b
			if a >= t.half {
				ca, cb = t.n-a, (t.n-b)%t.n
			}
			floats.Add(folded.RawRowView(ca+cb*t.half), m.RawRowView(a+b*t.n))
		}
	}
	return folded
}

// selfConjugate lists the entries of the half spectrum, DC apart, that are real for every real image: for
// even N (0,N/2), (N/2,0) and (N/2,N/2), for odd N none.
func (t *Transform) selfConjugate() []int {
	if t.n%2 != 0 {
		return nil
	}
	h := t.n / 2
	return []int{h * t.half, h, h + h*t.half}
}
