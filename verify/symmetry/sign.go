package symmetry

import (
	"fmt"
	"math"
)

// Sign is the group {±1} × R₊ that multiplies a whole tuple by one number that
// is not zero. It is the symmetry of a point on the unit sphere whose score is
// even, such as a generated image.
type Sign struct{}

// String returns "{±1} × R₊".
func (Sign) String() string { return "{±1} × R₊" }

// Check accepts every tuple of finite entries that is not zero as a whole.
func (Sign) Check(t Tuple) error {
	if err := t.check(); err != nil {
		return err
	}
	return checkNorm("", t.norm())
}

// Distance returns min over the sign of ‖x/‖x‖ ∓ y/‖y‖‖, between 0 and √2. The
// norms run over all parts together.
func (g Sign) Distance(x, y Tuple) (float64, error) {
	d, _, err := g.aligned(x, y)
	return d, err
}

// Raw returns ‖x/‖x‖ − y/‖y‖‖, between 0 and 2.
func (g Sign) Raw(x, y Tuple) (float64, error) {
	if err := checkPair(g, x, y); err != nil {
		return 0, err
	}
	return math.Sqrt(entrywise(x, y, g.scales(x), g.scales(y))), nil
}

// Align multiplies x by ±‖ref‖/‖x‖. SignMargin is |⟨x,ref⟩|/(‖x‖‖ref‖).
func (g Sign) Align(x, ref Tuple) (*Alignment, error) {
	residual, sign, err := g.aligned(x, ref)
	if err != nil {
		return nil, err
	}
	s := g.scales(x)
	for i := range s {
		s[i] *= sign * ref.norm()
	}
	// On the unit sphere |⟨x,y⟩| = 1 − ‖x ∓ y‖²/2.
	margin := max(0, 1-residual*residual/2)
	return &Alignment{
		Aligned:      x.scaled(s),
		Residual:     residual,
		Conditioning: Conditioning{MinGap: 1, Condition: 1, SignMargin: margin},
	}, nil
}

// Canonical returns ±x/‖x‖ with the sign that makes the entry of largest modulus
// positive, the first one in row-major order and in the order of the parts if
// moduli agree to 1e-8. SignMargin is 1 minus the ratio of the largest entries
// of either sign.
func (g Sign) Canonical(x Tuple) (Tuple, Conditioning, error) {
	if err := g.Check(x); err != nil {
		return nil, Conditioning{}, err
	}
	s := g.scales(x)
	var all []float64
	for _, p := range x {
		raw := p.M.RawMatrix()
		for i := range raw.Rows {
			all = append(all, raw.Data[i*raw.Stride:i*raw.Stride+raw.Cols]...)
		}
	}
	top, margin := peak(all)
	if top < 0 {
		for i := range s {
			s[i] = -s[i]
		}
	}
	return x.scaled(s), Conditioning{MinGap: 1, Condition: 1, SignMargin: margin}, nil
}

// aligned returns the distance and the sign of x that attains it.
func (g Sign) aligned(x, y Tuple) (d, sign float64, err error) {
	if err := checkPair(g, x, y); err != nil {
		return 0, 0, err
	}
	s, r := g.scales(x), g.scales(y)
	minus := entrywise(x, y, s, r)
	for i := range s {
		s[i] = -s[i]
	}
	if plus := entrywise(x, y, s, r); plus < minus {
		return math.Sqrt(plus), -1, nil
	}
	return math.Sqrt(minus), 1, nil
}

func (Sign) scales(t Tuple) []float64 {
	s := make([]float64, len(t))
	n := t.norm()
	for i := range s {
		s[i] = 1 / n
	}
	return s
}

func (Sign) rawMean(int) float64 { return 1 }

// Trivial is the group with one element: nothing is the same but itself. It
// keeps scales and signs, for results that claim to have no symmetry.
type Trivial struct{}

// String returns "{1}".
func (Trivial) String() string { return "{1}" }

// Check accepts every tuple of finite entries, zero or not.
func (Trivial) Check(t Tuple) error { return t.check() }

// Distance returns √(Σᵢ ‖xᵢ − yᵢ‖²) over the parts. Nothing is normalised. It
// fails if that overflows.
func (g Trivial) Distance(x, y Tuple) (float64, error) {
	if err := checkPair(g, x, y); err != nil {
		return 0, err
	}
	d := math.Sqrt(entrywise(x, y, g.scales(x), g.scales(y)))
	if math.IsInf(d, 0) {
		return 0, fmt.Errorf("the distance overflows")
	}
	return d, nil
}

// Raw is Distance.
func (g Trivial) Raw(x, y Tuple) (float64, error) { return g.Distance(x, y) }

// Align returns a copy of x.
func (g Trivial) Align(x, ref Tuple) (*Alignment, error) {
	d, err := g.Distance(x, ref)
	if err != nil {
		return nil, err
	}
	return &Alignment{Aligned: x.Clone(), Residual: d, Conditioning: Conditioning{1, 1, 1}}, nil
}

// Canonical returns a copy of x.
func (g Trivial) Canonical(x Tuple) (Tuple, Conditioning, error) {
	if err := g.Check(x); err != nil {
		return nil, Conditioning{}, err
	}
	return x.Clone(), Conditioning{1, 1, 1}, nil
}

func (Trivial) scales(t Tuple) []float64 {
	s := make([]float64, len(t))
	for i := range s {
		s[i] = 1
	}
	return s
}

func (Trivial) rawMean(int) float64 { return 1 }
