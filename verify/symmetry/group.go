package symmetry

import "slices"

// A Group is a set of transformations that leave the function of a tuple
// unchanged. Methods do not change their arguments. Every method but String
// returns an error, never a number, for a tuple that Check refuses; the methods
// of two tuples also refuse tuples whose parts differ in name, order or shape.
type Group interface {
	// String describes the group in words, e.g. "gauge × {±1}^10 × R₊² (what counts is the product BA)".
	String() string
	// Check reports a tuple the group does not act on: missing or misshapen
	// parts, parts that are zero where a scale has to be divided out, entries
	// that are not finite.
	Check(t Tuple) error
	// Distance is the distance of what the orbits of x and y have in common,
	// normalised to be free of scale. It is symmetric, obeys the triangle
	// inequality and is exact to about 1e-15.
	Distance(x, y Tuple) (float64, error)
	// Raw is the entrywise distance with the scales divided out but nothing
	// else aligned.
	Raw(x, y Tuple) (float64, error)
	// Align moves x along its orbit as near to ref as possible, entry by entry.
	Align(x, ref Tuple) (*Alignment, error)
	// Canonical returns the representative of the orbit of x that golden files
	// hold, the same for every member of the orbit up to rounding divided by
	// what Conditioning says.
	Canonical(x Tuple) (Tuple, Conditioning, error)
}

// An Alignment is a tuple moved along its orbit towards a reference.
type Alignment struct {
	// Aligned is the moved tuple. Its scales are those of the reference, its
	// parts are in the same order.
	Aligned Tuple
	// Residual is Group.Raw of Aligned and the reference: what no member of the
	// group could remove.
	Residual     float64
	Conditioning Conditioning
}

// Conditioning says how well determined the representative of an orbit is. A
// relative perturbation ε of the tuple moves an aligned one by about
// ε·Condition, and a canonical one by about ε/MinGap; a sign may flip once ε
// reaches SignMargin. Group.Distance needs none of this and stays exact at a
// near-tie. A group without rotations has Condition 1, and MinGap 1 unless it
// permutes: then a permutation may change once ε reaches MinGap, and nothing
// moves before.
type Conditioning struct {
	// MinGap is min (σᵢ − σᵢ₊₁)/σ₁ over the singular values of the part whose
	// singular vectors make the canonical representative, and for [Hidden] the
	// margin by which a permutation was chosen. It is 0 at a tie, and 1 when
	// there is only one singular value or one unit.
	MinGap float64
	// Condition is σ₁/(σ_{d−1} + σ_d) for the singular values of the d×d cross
	// matrix whose orthogonal polar factor is the alignment: Canonical reports
	// it for the tuple with itself. It is +Inf when two of them vanish, and 1/2
	// when d = 1.
	Condition float64
	// SignMargin is the smallest margin by which a sign was chosen, between 0
	// (a toss-up) and 1: see the methods of each group. Groups without signs
	// report 1.
	SignMargin float64
}

// peak returns the first entry of v whose modulus is the largest, counting
// moduli within 1e-8 of each other as equal, and by how much of it the largest
// entries of either sign differ. It returns zeros for a zero vector.
func peak(v []float64) (entry, margin float64) {
	var pos, neg float64
	for _, e := range v {
		pos = max(pos, e)
		neg = max(neg, -e)
	}
	top := max(pos, neg)
	if top == 0 {
		return 0, 0
	}
	margin = 1 - min(pos, neg)/top
	first := slices.IndexFunc(v, func(e float64) bool { return max(e, -e) >= (1-1e-8)*top })
	return v[first], margin
}
