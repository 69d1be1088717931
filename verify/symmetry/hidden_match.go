package symmetry

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

// A unitMatch pairs the hidden units of two tuples x and y, both scaled by
// √2/√(‖x‖² + ‖y‖²).
type unitMatch struct {
	from     []int     // by unit of x: the unit of y that is its partner
	sign     []float64 // that the partner is multiplied by
	distance float64
	x, y     blas64.General // the units
	inner    blas64.General // ⟨xᵢ,yⱼ⟩
	solved   assignment     // for the costs below
	costs    []float64      // −|⟨xᵢ,yⱼ⟩|
}

// looseAbove is the reduced cost above which a pair is in no assignment that could
// be better than one found in floating point: the errors of inner products and
// potentials add up to less, all tuples being of norm at most √2.
const looseAbove = 1e-12

// matchUnits finds the element of the group that moves y nearest to x. As
//
//	‖xᵢ − s yⱼ‖² = ‖xᵢ‖² + ‖yⱼ‖² − 2s⟨xᵢ,yⱼ⟩
//
// and all norms occur once in every assignment, the costs −|⟨xᵢ,yⱼ⟩| settle the
// permutation up to 1e-12 of squared distance. That is not enough for a distance
// below 1e-6 when units are near to each other, so a second assignment among the
// few pairs that are left in question compares differences: see exactCosts.
func matchUnits(x, y Tuple) *unitMatch {
	scale := relativeTo(x, y)
	m := &unitMatch{x: unitsOf(x, scale), y: unitsOf(y, scale)}
	h := m.x.Rows
	m.inner = times(blas.NoTrans, m.x, blas.Trans, m.y)
	m.costs = make([]float64, h*h)
	for i, v := range m.inner.Data {
		m.costs[i] = -math.Abs(v)
	}
	m.solved = assign(h, m.costs)
	m.from = m.solved.to
	if exact, open := m.exactCosts(); open {
		m.from = assign(h, exact).to
	}
	m.sign = make([]float64, h)
	var sum float64
	e := make([]float64, m.x.Cols)
	for i, j := range m.from {
		m.sign[i] = m.signOf(i, j)
		floats.AddScaledTo(e, row(m.x, i), -m.sign[i], row(m.y, j))
		sum += floats.Dot(e, e)
	}
	c, d := x.Part("c").RawMatrix(), y.Part("c").RawMatrix()
	for i := range c.Rows {
		for j, v := range row(c, i) {
			e := scale * (v - row(d, i)[j])
			sum += e * e
		}
	}
	m.distance = math.Sqrt(sum)
	return m
}

// signOf returns the sign s for which s·yⱼ is nearest to xᵢ.
func (m *unitMatch) signOf(i, j int) float64 {
	return math.Copysign(1, m.inner.Data[i*m.inner.Stride+j])
}

// exactCosts returns by how much the square of the distance grows when unit i of x
// gets unit j of y instead of its partner k in the solved assignment,
//
//	‖xᵢ − s yⱼ‖² − ‖xᵢ − r yₖ‖² = ⟨r yₖ − s yⱼ, 2xᵢ − s yⱼ − r yₖ⟩,
//
// whose error is relative to the difference of the two partners and not to their
// size. Pairs of a reduced cost above looseAbove are +Inf: by duality no better
// assignment has them. It reports whether any but the solved one is left.
func (m *unitMatch) exactCosts() (costs []float64, open bool) {
	h, width := m.x.Rows, m.x.Cols
	costs = make([]float64, h*h)
	apart, twice := make([]float64, width), make([]float64, width)
	for i := range h {
		k := m.solved.to[i]
		r := m.signOf(i, k)
		for j := range h {
			switch {
			case j == k:
			case m.solved.reduced(m.costs, i, j) > looseAbove:
				costs[i*h+j] = math.Inf(1)
			default:
				open = true
				s := m.signOf(i, j)
				for l, u := range row(m.x, i) {
					p, q := r*m.y.Data[k*m.y.Stride+l], s*m.y.Data[j*m.y.Stride+l]
					apart[l], twice[l] = p-q, (u-p)+(u-q)
				}
				costs[i*h+j] = floats.Dot(apart, twice)
			}
		}
	}
	return costs, open
}

// conditioning says how well determined the match is, as [Hidden.Align] has it.
func (m *unitMatch) conditioning() Conditioning {
	c := Conditioning{MinGap: min(1, m.solved.margin(m.costs)), Condition: 1, SignMargin: 1}
	for i, j := range m.from {
		largest := max(floats.Norm(row(m.x, i), 2), floats.Norm(row(m.y, j), 2))
		if largest == 0 {
			c.SignMargin = 0
			continue
		}
		c.SignMargin = min(c.SignMargin, math.Abs(m.inner.Data[i*m.inner.Stride+j])/largest)
	}
	return c
}
