package model

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/stream"
)

// A Start is a distribution that the entries of A and B are drawn from before training.
type Start uint8

// The starts. All but Gaussian are positive.
const (
	Uniform     Start = iota // uniform on (0, 1)
	Exponential              // exponential with mean 1
	LogNormal                // exp of a standard normal
	HalfNormal               // modulus of a standard normal
	Gaussian                 // standard normal: signed, the control
)

//nolint:gochecknoglobals // a constant table
var startNames = [...]string{"uniform", "exponential", "lognormal", "halfnormal", "gaussian"}

// StartNames lists the starts by the names that String returns and ParseStart reads.
func StartNames() []string { return append([]string(nil), startNames[:]...) }

// String returns the start's name.
func (s Start) String() string {
	if int(s) < len(startNames) {
		return startNames[s]
	}
	return fmt.Sprintf("Start(%d)", uint8(s))
}

// ParseStart is the inverse of String.
func ParseStart(name string) (Start, error) {
	for i, n := range startNames {
		if n == name {
			return Start(i), nil
		}
	}
	return 0, fmt.Errorf("unknown start %q: want one of %v", name, startNames)
}

// draw returns one entry.
func (s Start) draw(r *rand.Rand) float64 {
	switch s {
	case Uniform:
		return 1 - r.Float64() // (0, 1]
	case Exponential:
		return r.ExpFloat64()
	case LogNormal:
		return math.Exp(r.NormFloat64())
	case HalfNormal:
		return math.Abs(r.NormFloat64())
	default:
		return r.NormFloat64()
	}
}

// Draw returns parameters of rank d for p pixels and K classes, drawn from s and normalised. A and B come
// from two streams of the seed, each filled row by row.
func (s Start) Draw(seed uint64, d, p, classes int) Params {
	x := NewParams(d, p, classes)
	fill := func(data []float64, purpose string) {
		r := stream.New(seed, "start", purpose, s.String())
		for i := range data {
			data[i] = s.draw(r)
		}
	}
	fill(x.A.RawMatrix().Data, "A")
	fill(x.B.RawMatrix().Data, "B")
	x.Normalise()
	return x
}

// FlipSigns changes in place the sign of a share of the entries of A and B, each on its own, to see how much of a
// positive start has to be given up. The entries come from a stream of the seed that nothing else draws from, A
// before B, row by row, and those of a smaller share are among those of a larger one. It panics if share is not in [0, 1].
func (x Params) FlipSigns(seed uint64, share float64) {
	if !(share >= 0 && share <= 1) {
		panic("model: share not between 0 and 1")
	}
	r := stream.New(seed, "start", "sign")
	for _, m := range []*mat.Dense{x.A, x.B} {
		rows, _ := m.Dims()
		for i := range rows {
			row := m.RawRowView(i)
			for j := range row {
				if r.Float64() < share {
					row[j] = -row[j]
				}
			}
		}
	}
}

// Perturb moves A and B in place by random matrices of independent normal entries, scaled to size times the norm of
// each, to see how small a deviation is noticed. They come from a stream of the seed that nothing else draws from, A
// before B, row by row, and do not depend on size but for their scale. It panics if size is negative or NaN.
func (x Params) Perturb(seed uint64, size float64) {
	if !(size >= 0) {
		panic("model: size of perturbation negative")
	}
	r := stream.New(seed, "perturbation")
	for _, m := range []*mat.Dense{x.A, x.B} {
		rows, cols := m.Dims()
		noise := mat.NewDense(rows, cols, nil)
		for i := range rows {
			row := noise.RawRowView(i)
			for j := range row {
				row[j] = r.NormFloat64()
			}
		}
		noise.Scale(size*mat.Norm(m, 2)/mat.Norm(noise, 2), noise)
		m.Add(m, noise)
	}
}
