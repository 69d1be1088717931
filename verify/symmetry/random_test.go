package symmetry

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

func randomMatrix(rnd *rand.Rand, r, c int) *mat.Dense {
	m := mat.NewDense(r, c, nil)
	for i := range r {
		for j := range c {
			m.Set(i, j, rnd.NormFloat64())
		}
	}
	return m
}

// randomTuple returns factors A (d×p) and B (blocks·blockLen × d) of normal
// entries, both of norm one.
func randomTuple(rnd *rand.Rand, d, p, blockLen, blocks int) Tuple {
	t := Tuple{{"A", randomMatrix(rnd, d, p)}, {"B", randomMatrix(rnd, blocks*blockLen, d)}}
	return t.scaled(Bilinear{Blocks: blocks}.scales(t))
}

// perturbed adds normal noise of norm eps to each part of a tuple of unit parts.
func perturbed(rnd *rand.Rand, t Tuple, eps float64) Tuple {
	c := t.Clone()
	for _, p := range c {
		r, cols := p.M.Dims()
		e := randomMatrix(rnd, r, cols)
		e.Scale(eps/mat.Norm(e, 2), e)
		p.M.Add(p.M, e)
	}
	return c
}

// randomOrthogonal returns a d×d orthogonal matrix.
func randomOrthogonal(rnd *rand.Rand, d int) *mat.Dense {
	var qr mat.QR
	qr.Factorize(randomMatrix(rnd, d, d))
	var q mat.Dense
	qr.QTo(&q)
	return &q
}

// moved returns t moved by a random gauge, block signs and scales.
func moved(rnd *rand.Rand, t Tuple, blocks int) Tuple {
	a, b := t.Part("A"), t.Part("B")
	d, _ := a.Dims()
	u := randomOrthogonal(rnd, d)
	var ua, bu mat.Dense
	ua.Mul(u, a)
	bu.Mul(b, u.T())
	ua.Scale(math.Exp(rnd.NormFloat64()), &ua)
	bu.Scale(math.Exp(rnd.NormFloat64()), &bu)
	rows, _ := bu.Dims()
	for k := range blocks {
		if rnd.IntN(2) == 1 {
			s := bu.Slice(k*rows/blocks, (k+1)*rows/blocks, 0, d).(*mat.Dense)
			s.Scale(-1, s)
		}
	}
	return Tuple{{"A", &ua}, {"B", &bu}}
}
