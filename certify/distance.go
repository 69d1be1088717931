package certify

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/model"
)

// locate bounds the distance of the tuple from K* and what its fitness lacks.
func (c *Certificate) locate(pr *Problem, pt *point, tuple *measured, norm float64) {
	f := &c.proof
	if !f.closed() || !(norm > 0) {
		return
	}
	r := (pr.apart(pt, tuple, norm) + f.factors + f.distance) * inflate
	if !(r < 0.5) {
		return
	}
	// Dunkl and Williams (1964), with ‖K*‖_F ≥ ‖K*‖_{S_{8/3}} = 1.
	c.Distance = 2 * r / (2 - r) * inflate
	// With K of Schatten norm one instead of what norm makes it:
	n, d := float64(pr.Samples()), float64(pt.cut)
	r *= 1 + (math.Pow(d, 1/exponent-0.5)+r)/(1-r)
	worst := 0.0
	for i, l := range pt.lambda {
		worst = max(worst, n*l*pr.normR[i]*pr.normD[i])
	}
	xi := worst * f.root * f.root * r
	if !(xi < 1) || !(r < f.last) {
		return
	}
	spread := f.root * f.root * f.length * r
	c.Deficit = (n/2*spread*spread/(1-xi) + 5.0/6*r*r + f.high*r*r/(f.last-r)) * inflate
}

// apart bounds ‖B A/norm − B_f A_f‖_F, with the class signs of the tuple aligned, for the factors of the dual,
// A_f = diag(σ^{2/5}) V_dᵀ and B_f = U_d diag(σ^{1/5}). In coordinates
//
//	B A/norm − B_f A_f = [B/norm  −B_f] [A; A_f] = P (R_B R_Aᵀ) Qᵀ
//
// by thin QR of both stacks, so that the difference is taken between small matrices in common bases. What the
// QR misses, and what of A and B lies outside the coordinates, is measured and added.
func (pr *Problem) apart(x *point, tuple *measured, norm float64) float64 {
	a := tuple.params.A
	d, p := a.Dims()
	sa, sb := mat.NewDense(pr.image.m, 2*d, nil), mat.NewDense(pr.rows, 2*d, nil)
	outsideA := 0.0
	pr.borrow(func(w *space) {
		coords, out := pr.image.coordinates(w, a)
		outsideA = out
		putColumns(sa, coords, 1)
	})
	outsideB := 0.0 // squared
	for k, sign := range tuple.signs {
		if sign == 0 {
			v := mat.Norm(tuple.params.Block(k), 2)
			outsideB += v * v
		}
	}
	for k := range pr.class {
		b := &pr.class[k]
		pr.borrow(func(w *space) {
			coords, out := b.coordinates(w, w.transposed(tuple.params.Block(b.label)))
			outsideB += out * out
			putColumns(b.block(sb), coords, float64(tuple.signs[b.label])/norm)
		})
	}
	putDual(sa, x.v, x.sigma[:x.cut], 2.0/5, d, 1)
	putDual(sb, x.u, x.sigma[:x.cut], 1.0/5, d, -1)

	normA, normB := mat.Norm(sa, 2), mat.Norm(sb, 2)
	ra, skewA, missA := stackBasis(sa)
	rb, skewB, missB := stackBasis(sb)
	core := product(rb, ra)
	bound := mat.Norm(core, 2)*(1+2*unit) + kappa(2*d)*mat.Norm(rb, 2)*mat.Norm(ra, 2)
	bound = bound*(1+skewA)*(1+skewB) + missB*normA + (normB+missB)*missA
	bound += math.Sqrt(outsideB)/norm*mat.Norm(a, 2) + normB*outsideA
	// Coordinates have one rounding, and those of B another when they are scaled.
	rounds := 4*unit + kappa(p)*math.Sqrt(float64(p))
	return (bound + rounds*mat.Norm(tuple.params.B, 2)*mat.Norm(a, 2)/norm) * inflate
}

// coordinates returns the coordinates (d×m) of the rows of x (d×p), borrowed of w, and a bound on the norm of what lies
// outside.
func (b *basis) coordinates(w *space, x *mat.Dense) (c *mat.Dense, outside float64) {
	if b.q == nil {
		return x, 0
	}
	c = w.halve(x).product(w.halve(w.transposed(b.q)))
	return c, (length(w.halve(c).residual(x, w.halve(b.q))) + b.skew*mat.Norm(c, 2)) * inflate
}

// putColumns stores s times row j of x in column j of dst.
func putColumns(dst, x *mat.Dense, s float64) {
	d, m := x.Dims()
	for j := range d {
		row := x.RawRowView(j)
		for i := range m {
			dst.Set(i, j, s*row[i])
		}
	}
}

// putDual stores s σ_m^power times column m of x in column first+m of dst.
func putDual(dst, x *mat.Dense, sigma []float64, power float64, first int, s float64) {
	rows, _ := x.Dims()
	for m, v := range sigma {
		w := s * math.Pow(v, power)
		for i := range rows {
			dst.Set(i, first+m, w*x.At(i, m))
		}
	}
}

// stackBasis returns r with x = q r, a bound on ‖qᵀq − 1‖_F and one on ‖x − q r‖_F. A stack that is not taller
// than wide is its own r. x is changed.
func stackBasis(x *mat.Dense) (r *mat.Dense, skew, miss float64) {
	rows, cols := x.Dims()
	if rows <= cols {
		return x, 0, 0
	}
	q := mat.DenseCopyOf(x)
	r = model.ThinQR(q)
	return r, orthogonality(transposed(q)), length(residual(x, q, transposed(r))) * inflate
}

// Radius returns a distance r such that every K of rank at most d in the cone whose fitness is at least
// Φ* − delta has ‖K − K*‖_F ≤ r, both of Frobenius norm one and with class signs aligned. It is of the order
// √delta. It returns +Inf where the certificate proves no maximiser, where delta is too large for the bound to
// hold, and for a delta that is negative or NaN.
func (c *Certificate) Radius(delta float64) float64 {
	f := &c.proof
	if !f.closed() || !(delta >= 0) {
		return math.Inf(1)
	}
	top := c.Sigma[0] + c.SigmaError + f.shift
	angle := 2 * delta * math.Pow(top, 2-exponent) / (f.low*f.low - f.high*f.high) // sin²Θ of either side
	lost := delta + max(f.high, 0)*angle
	eta := math.Sqrt(2 * lost / (exponent - 1))
	if !(2*eta < f.low) {
		return math.Inf(1)
	}
	r := eta * lipschitz(f.low-eta, eta)
	if spare := c.Rank - len(c.Sigma); spare > 0 {
		// K may have singular values that M has not; those of its dual are at most eta together.
		r += math.Pow(float64(spare), 0.2) * math.Pow(eta, exponent-1)
	}
	return r * inflate
}
