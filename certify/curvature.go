package certify

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A curvature applies the Hessian of F in relative coordinates s_i = δλ_i/λ_i, times n:
//
//	H s = s + n λ_i <G_i, DK[E]>,   E = Σ_i λ_i s_i G_i.
type curvature struct {
	pr             *Problem
	x              *point
	even, odd      *mat.Dense // len(sigma)×len(y), the coefficients of symmetric and skew parts
	scaled, p2, s2 *mat.Dense // n×len(y)
	t1, t2, z1, z2 *mat.Dense
	o1, o2         *mat.Dense // len(sigma)×len(y)
	common         []float64  // with smoothing, what the weights of all the singular values share
}

// newCurvature prepares the coefficients: with f_m the singular values of K, zero beyond the cut,
//
//	even_ji = (f_i − f_j)/(σ_i − σ_j),   odd_ji = (f_i + f_j)/(σ_i + σ_j),
//
// where even_ii, and even_ji of values too close to divide by, is the derivative of f at fixed threshold.
func (pr *Problem) newCurvature(x *point) *curvature {
	r, n := len(x.sigma), len(x.t)
	d := len(x.y)
	dense := func(r int) *mat.Dense { return mat.NewDense(r, d, nil) }
	c := &curvature{
		pr: pr, x: x, even: dense(r), odd: dense(r), scaled: dense(n), p2: dense(n), s2: dense(n),
		t1: dense(pr.rows), t2: dense(pr.image.m), z1: dense(pr.rows), z2: dense(pr.image.m), o1: dense(r), o2: dense(r),
	}
	slope := make([]float64, d)
	for i, f := range x.y {
		slope[i] = (exponent - 1) * f / x.sigma[i]
	}
	if x.mu > 0 {
		c.common = x.spread(slope)
	}
	for j, sj := range x.sigma {
		for i := range d {
			si, fi, fj := x.sigma[i], x.y[i], 0.0
			if j < d {
				fj = x.y[j]
			}
			if j < d && math.Abs(si-sj) <= 1e-6*si {
				c.even.Set(j, i, slope[i])
			} else {
				c.even.Set(j, i, (fi-fj)/(si-sj))
			}
			c.odd.Set(j, i, (fi+fj)/(si+sj))
		}
	}
	return c
}

// apply stores H s in dst.
func (c *curvature) apply(dst, s []float64) {
	x, d := c.x, len(c.x.y)
	r := len(x.sigma)
	// t1 = E V_d and t2 = Eᵀ U_d
	c.weigh(x.s, s)
	c.t1.Zero()
	c.pr.collectFeatures(c.t1, c.scaled)
	c.weigh(x.p, s)
	c.t2.Zero()
	c.pr.collectImages(c.t2, c.scaled)
	c.o1.Mul(x.u.T(), c.t1) // u_jᵀ E v_i
	c.o2.Mul(x.v.T(), c.t2) // u_iᵀ E v_j
	c.complement(c.z1, c.t1, x.u, c.o1)
	c.complement(c.z2, c.t2, x.v, c.o2)
	shared := 0.0
	for i, h := range c.common {
		shared += h * c.o1.At(i, i)
	}
	for j := range r {
		o1, o2, even, odd := c.o1.RawRowView(j), c.o2.RawRowView(j), c.even.RawRowView(j), c.odd.RawRowView(j)
		for i := range d {
			sym, skew := even[i]*(o1[i]+o2[i])/2, odd[i]*(o1[i]-o2[i])/2
			o1[i], o2[i] = sym+skew, sym-skew
			if j < d {
				o2[i] = 0 // the block of the first d by the first d is in o1
			}
			if j == i && c.common != nil {
				o1[i] -= c.common[i] * shared
			}
		}
	}
	var back mat.Dense
	back.Mul(x.u, c.o1)
	c.z1.Add(c.z1, &back)
	back.Reset()
	back.Mul(x.v, c.o2)
	c.z2.Add(c.z2, &back)
	c.pr.apply(c.p2, c.s2, c.z1, c.z2)

	n := float64(len(s))
	for i, v := range s {
		curved := floats.Dot(c.p2.RawRowView(i), x.s.RawRowView(i)) + floats.Dot(x.p.RawRowView(i), c.s2.RawRowView(i))
		dst[i] = v + n*x.lambda[i]*curved
	}
}

// weigh stores λ_i s_i times row i of m in scaled.
func (c *curvature) weigh(m *mat.Dense, s []float64) {
	for i, v := range s {
		floats.ScaleTo(c.scaled.RawRowView(i), c.x.lambda[i]*v, m.RawRowView(i))
	}
}

// complement stores in dst the part of t outside the columns of q, column i times f_i/σ_i; coords is qᵀt.
func (c *curvature) complement(dst, t, q, coords *mat.Dense) {
	rows, cols := q.Dims()
	if rows == cols {
		dst.Zero()
		return
	}
	dst.Mul(q, coords)
	dst.Sub(t, dst)
	for j := range rows {
		row := dst.RawRowView(j)
		for i, y := range c.x.y {
			row[i] *= y / c.x.sigma[i]
		}
	}
}
