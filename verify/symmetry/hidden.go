package symmetry

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Hidden is the symmetry of a network x ↦ V σ(W x + b) + c with one layer of h
// hidden units and an odd activation σ, such as tanh: the units may be renumbered,
// and each may be negated,
//
//	W → S P W,  b → S P b,  V → V Pᵀ S,    P a permutation, S = diag(±1)
//
// which are 2ʰ·h! elements and, for tanh, the only ones that leave the function of
// a network without redundant units unchanged (Sussmann, Neural Networks 5 (1992)
// 589–593). The tuple has exactly the parts "W" (h×p), "b" (h×1 or 1×h), "V" (K×h)
// and "c" (K×1 or 1×K), in any order. No scale is divided out: a network with
// doubled weights is another function.
//
// Distance looks at parameters and not at the function. Two tuples of the same
// function are at distance zero unless a unit is redundant.
type Hidden struct{}

// String returns "2^h · h! permutations and signs of hidden units".
func (Hidden) String() string { return "2^h · h! permutations and signs of hidden units" }

// Check accepts a tuple of four matrices "W", "b", "V" and "c" of the shapes
// above whose entries are finite, and that is not zero as a whole.
func (Hidden) Check(t Tuple) error {
	if err := t.check(); err != nil {
		return err
	}
	for _, name := range []string{"W", "b", "V", "c"} {
		if t.Part(name) == nil {
			return fmt.Errorf("part %s is missing", name)
		}
	}
	if len(t) != 4 {
		return fmt.Errorf("the tuple has %d parts, want W, b, V and c", len(t))
	}
	h, _ := t.Part("W").Dims()
	classes, cols := t.Part("V").Dims()
	if cols != h {
		return fmt.Errorf("part V: %d columns, but W has %d rows", cols, h)
	}
	if err := checkVector("b", t.Part("b"), h); err != nil {
		return err
	}
	if err := checkVector("c", t.Part("c"), classes); err != nil {
		return err
	}
	return checkNorm("", t.norm())
}

// checkVector reports a matrix that is no row or column of n entries.
func checkVector(name string, m *mat.Dense, n int) error {
	if r, c := m.Dims(); r*c != n || min(r, c) != 1 {
		return fmt.Errorf("part %s: the matrix is %d×%d, want a vector of %d entries", name, r, c, n)
	}
	return nil
}

// Distance returns the smallest of
//
//	‖x − g y‖ / √((‖x‖² + ‖y‖²)/2)
//
// over the 2ʰ·h! elements g of the group, the norms running over all parts
// together; it lies between 0 and 2, and is √2 for orthogonal tuples of one norm.
// Units contribute ‖xᵢ − s yⱼ‖² each, so the best sign of a pair is that of
// ⟨xᵢ,yⱼ⟩, and the best permutation solves an assignment problem, exactly and with a
// proof: nothing is greedy.
//
// Before the minimum is taken this is a distance, because its square is 2 − 2k(x,y)
// with k(x,y) = ⟨x,y⟩·2/(‖x‖²+‖y‖²), the entrywise product of two positive
// semidefinite kernels (Gram and Cauchy) that is 1 for x = y. As the group keeps
// norms, the minimum over orbits obeys the triangle inequality too. Scaling x and y
// by one number changes nothing; scaling one of them does.
func (g Hidden) Distance(x, y Tuple) (float64, error) {
	if err := checkPair(g, x, y); err != nil {
		return 0, err
	}
	return matchUnits(x, y).distance, nil
}

// Raw returns ‖x − y‖/√((‖x‖² + ‖y‖²)/2), between 0 and 2.
func (g Hidden) Raw(x, y Tuple) (float64, error) {
	if err := checkPair(g, x, y); err != nil {
		return 0, err
	}
	s := make([]float64, len(x))
	for i := range s {
		s[i] = relativeTo(x, y)
	}
	return math.Sqrt(entrywise(x, y, s, s)), nil
}

// relativeTo returns 1/√((‖x‖² + ‖y‖²)/2).
func relativeTo(x, y Tuple) float64 { return math.Sqrt2 / math.Hypot(x.norm(), y.norm()) }

// Align renumbers and negates the units of x as in Distance. The conditioning is
// in units of the root mean square norm ρ of the two tuples:
//
//   - MinGap is by how much the sum of |⟨xᵢ,yⱼ⟩|/ρ² over the pairs shrinks with the
//     second best permutation, 1 when there is one unit;
//   - SignMargin is the smallest |⟨xᵢ,yⱼ⟩|/(ρ·max(‖xᵢ‖,‖yⱼ‖)) of a pair: how far a
//     unit has to move before its other sign is nearer.
//
// Both are between 0 and 1, and 0 when a unit vanishes.
func (g Hidden) Align(x, ref Tuple) (*Alignment, error) {
	if err := checkPair(g, x, ref); err != nil {
		return nil, err
	}
	m := matchUnits(ref, x)
	aligned := rearranged(x, m.from, m.sign)
	residual, err := g.Raw(aligned, ref)
	if err != nil {
		return nil, err
	}
	return &Alignment{Aligned: aligned, Residual: residual, Conditioning: m.conditioning()}, nil
}

// Canonical sorts the units by the norm of all their weights together, √(‖Wᵢ‖² +
// bᵢ² + ‖V·ᵢ‖²), the largest first, and negates those whose weight of largest
// modulus is negative (the first one in the order W, b, V if moduli agree to 1e-8).
// MinGap is the smallest gap of neighbouring norms, 1 when there is one unit, and
// SignMargin the smallest difference of the largest moduli of either sign in a
// unit, both relative to the norm of x.
func (g Hidden) Canonical(x Tuple) (Tuple, Conditioning, error) {
	if err := g.Check(x); err != nil {
		return nil, Conditioning{}, err
	}
	scale := 1 / x.norm()
	u := unitsOf(x, scale)
	norms, signs := make([]float64, u.Rows), make([]float64, u.Rows)
	order := make([]int, u.Rows)
	cond := Conditioning{MinGap: 1, Condition: 1, SignMargin: 1}
	for i := range u.Rows {
		order[i] = i
		norms[i] = floats.Norm(row(u, i), 2)
		top, margin := peak(row(u, i))
		signs[i] = math.Copysign(1, top)
		cond.SignMargin = min(cond.SignMargin, margin*math.Abs(top))
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(norms[j], norms[i]) })
	sorted := make([]float64, u.Rows)
	for to, i := range order {
		sorted[to] = signs[i]
		if to > 0 {
			cond.MinGap = min(cond.MinGap, norms[order[to-1]]-norms[i])
		}
	}
	return rearranged(x, order, sorted), cond, nil
}

// unitsOf returns the hidden units of a checked tuple as rows of h×(p+1+K), the
// weights that lead to a unit, its bias and those that lead away, times scale.
func unitsOf(t Tuple, scale float64) blas64.General {
	w, v := t.Part("W").RawMatrix(), t.Part("V").RawMatrix()
	b := t.Part("b")
	u := general(w.Rows, w.Cols+1+v.Rows)
	scaleInto(window(u, 0, 0, w.Rows, w.Cols), scale, w)
	for i := range w.Rows {
		u.Data[i*u.Stride+w.Cols] = scale * entry(b, i)
	}
	transposeInto(window(u, 0, w.Cols+1, w.Rows, v.Rows), scale, v)
	return u
}

// entry returns entry i of a row or a column.
func entry(m *mat.Dense, i int) float64 {
	if r, _ := m.Dims(); r == 1 {
		return m.At(0, i)
	}
	return m.At(i, 0)
}

// rearranged returns a copy of t whose unit i is unit from[i] of t times sign[i].
func rearranged(t Tuple, from []int, sign []float64) Tuple {
	c := t.Clone()
	for i, p := range c {
		for to, at := range from {
			switch p.Name {
			case "W":
				floats.ScaleTo(p.M.RawRowView(to), sign[to], t[i].M.RawRowView(at))
			case "b":
				if r, _ := p.M.Dims(); r == 1 {
					p.M.Set(0, to, sign[to]*t[i].M.At(0, at))
				} else {
					p.M.Set(to, 0, sign[to]*t[i].M.At(at, 0))
				}
			case "V":
				rows, _ := p.M.Dims()
				for k := range rows {
					p.M.Set(k, to, sign[to]*t[i].M.At(k, at))
				}
			}
		}
	}
	return c
}
