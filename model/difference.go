package model

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A Difference is what the scores of one class differ by between two tuples. With both tuples normalised,
// K⁽ᵏ⁾ = B⁽ᵏ⁾A and σ the sign of <K₁⁽ᵏ⁾, K₂⁽ᵏ⁾>, it is a score again, of at most twice the rank:
//
//	s₁(x) − σ s₂(x) = r(x)ᵀ (K₁⁽ᵏ⁾ − σ K₂⁽ᵏ⁾) x,   K₁⁽ᵏ⁾ − σ K₂⁽ᵏ⁾ = [B₁⁽ᵏ⁾ −σB₂⁽ᵏ⁾][A₁; A₂]    (3.7)
//
// so an input on which the two disagree can be searched for like a drawing, and how much they can disagree on
// any input can be bounded. Scores are moduli, and |g₁ − g₂| = ||s₁| − |s₂||/‖x‖² ≤ |s₁ − σ s₂|/‖x‖².
//
// Where the tuples almost agree, subtracting scores would leave rounding only. In orthonormal bases of the two stacks,
// from their thin QR factorisations, both products are small matrices; those are subtracted, with an error of about 1e-16
// of ‖A‖‖B‖, and the singular value decomposition of what is left makes a tuple of its own.
type Difference struct {
	Params Params  // one class; the largest singular value of its K is 1, and it is zero if there is no difference
	Scale  float64 // the largest singular value of K₁⁽ᵏ⁾ − σ K₂⁽ᵏ⁾: the scores of Params times Scale are (3.7)
	side   int
	read   Reading
}

// NewDifference returns the difference of x and y in class k. Neither needs to be normalised, nor is changed. It panics
// if a shape does not fit, or a tuple is zero or not finite.
func NewDifference(x, y Params, k, side int, reading Reading) *Difference {
	p := side * side
	for _, z := range []Params{x, y} {
		if _, cols := z.A.Dims(); cols != p || k < 0 || k >= z.Classes() {
			panic("model: parameters do not fit the image or the class")
		}
	}
	dx, _ := x.A.Dims()
	dy, _ := y.A.Dims()
	stackA, stackB := mat.NewDense(p, dx+dy, nil), mat.NewDense(p, dx+dy, nil)
	first := 0
	for _, z := range []Params{x, y} {
		d, _ := z.A.Dims()
		normA, normB := mat.Norm(z.A, 2), mat.Norm(z.B, 2)
		if normA == 0 || normB == 0 {
			panic("model: parameters are zero")
		}
		block := z.Block(k)
		for j := range p {
			floats.ScaleTo(stackB.RawRowView(j)[first:first+d], 1/normB, block.RawRowView(j))
		}
		for i := range d {
			stackA.SetCol(first+i, floats.ScaleTo(make([]float64, p), 1/normA, z.A.RawRowView(i)))
		}
		first += d
	}
	qa, ra := basis(stackA)
	qb, rb := basis(stackB)
	rows, _ := ra.Dims()
	product := func(lo, hi int) *mat.Dense {
		var c mat.Dense
		c.Mul(rb.Slice(0, rows, lo, hi), ra.Slice(0, rows, lo, hi).T())
		return &c
	}
	core, other := product(0, dx), product(dx, dx+dy)
	if dot(core.RawMatrix().Data, other.RawMatrix().Data) < 0 {
		core.Add(core, other)
	} else {
		core.Sub(core, other)
	}
	diff := &Difference{Params: NewParams(rows, p, 1), side: side, read: reading}
	var svd mat.SVD
	if !svd.Factorize(core, mat.SVDThin) {
		panic("model: parameters are not finite")
	}
	sigma := svd.Values(nil)
	if sigma[0] == 0 {
		return diff
	}
	diff.Scale = sigma[0]
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	for i := range rows {
		for j, s := range sigma {
			root := math.Sqrt(s / sigma[0])
			u.Set(i, j, root*u.At(i, j))
			v.Set(i, j, root*v.At(i, j))
		}
	}
	if qa == nil {
		diff.Params.A.Copy(v.T())
		diff.Params.B.Copy(&u)
		return diff
	}
	diff.Params.A.Mul(v.T(), qa.T())
	diff.Params.B.Mul(qb, &u)
	return diff
}

// basis returns an orthonormal basis q of the columns of m, which it overwrites, and m in it. A q of nil stands for the
// identity, where there are as many columns as rows.
func basis(m *mat.Dense) (q, r *mat.Dense) {
	if rows, cols := m.Dims(); cols >= rows {
		return nil, m
	}
	r = ThinQR(m)
	return m, r
}

// Attack looks for the image of unit norm on which the two scores differ most, from start (column-major, not
// changed). Its Value is the logarithm of |s| for Params. The modulus is ascended as a Form, and comes to
// rest even where the difference is rounding only; tuples that do not differ at all have nothing to ascend, and
// the search ends at its start.
func (d *Difference) Attack(ctx context.Context, start []float64, a Ascent) Drawing {
	if d.Scale == 0 {
		x := append([]float64(nil), start...)
		floats.Scale(1/floats.Norm(x, 2), x)
		return Drawing{Report: Report{Status: Converged, Value: math.Inf(-1)}, Image: x}
	}
	if d.read == Modulus {
		return NewForm(d.Params, 0, d.side).Ascend(ctx, start, a)
	}
	return NewDrawer(d.Params, 0, d.side, d.read).Draw(ctx, start, a, 0)
}

// Supremum returns a number that | |s₁(x)| − |s₂(x)| | / ‖x‖² exceeds for no image x: Form.Bound for the modulus, and
// else N times the largest singular value, because ‖r(x)‖ ≤ N‖x‖ by Parseval.
func (d *Difference) Supremum() float64 {
	if d.Scale == 0 {
		return 0
	}
	if d.read == Modulus {
		return d.Scale * NewForm(d.Params, 0, d.side).Bound()
	}
	return d.Scale * float64(d.side)
}
