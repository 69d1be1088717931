package symmetry

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Align moves x towards ref: block signs, gauge and scale, in this order. The
// signs are those of ⟨K⁽ᵏ⁾,K_ref⁽ᵏ⁾⟩, which no gauge changes. The gauge solves the
// orthogonal Procrustes problem
//
//	min over U of ‖U A − A_ref‖² + ‖B Uᵀ − B_ref‖²,   all four of norm one:
//	U is the polar factor of the cross matrix A_ref Aᵀ + B_refᵀ B.
//
// If a block would be nearer with the other sign after that, it is turned and
// the gauge solved again. SignMargin is the smallest
// |⟨K⁽ᵏ⁾,K_ref⁽ᵏ⁾⟩|/(‖K⁽ᵏ⁾‖‖K_ref⁽ᵏ⁾‖) over the blocks, 0 for a block that is zero;
// MinGap is that of [Bilinear.Canonical] for x.
func (g Bilinear) Align(x, ref Tuple) (*Alignment, error) {
	if err := checkPair(g, x, ref); err != nil {
		return nil, err
	}
	signs, margin, err := blockSigns(g.factors(x), g.factors(ref))
	if err != nil {
		return nil, err
	}
	xs, rs := x.scaled(g.scales(x)), ref.scaled(g.scales(ref))
	fx, fr := g.factors(xs), g.factors(rs)
	for k, s := range signs {
		scaleInto(fx.block(k), s, fx.block(k))
	}
	var turned *mat.Dense
	var sigma []float64
	var a, b mat.Dense
	// Every turn of a block shortens the distance, so no choice of signs comes
	// back; the bound only stops a tie from being turned for ever by rounding.
	for range 2 * g.Blocks {
		turned, sigma, err = polar(xs, rs)
		if err != nil {
			return nil, err
		}
		a.Mul(turned, xs.Part("A"))
		b.Mul(xs.Part("B"), turned.T())
		if !turnBlocks(fx, b.RawMatrix(), fr) {
			break
		}
	}
	gap, err := minGap(xs.Part("A"))
	if err != nil {
		return nil, err
	}
	aligned := make(Tuple, len(x))
	for i, p := range x {
		m := &a
		if p.Name == "B" {
			m = &b
		}
		m.Scale(mat.Norm(ref[i].M, 2)/mat.Norm(m, 2), m)
		aligned[i] = Part{Name: p.Name, M: m}
	}
	residual := math.Sqrt(entrywise(aligned, ref, g.scales(aligned), g.scales(ref)) / g.rawMean(len(ref)))
	return &Alignment{
		Aligned:      aligned,
		Residual:     residual,
		Conditioning: Conditioning{MinGap: gap, Condition: condition(sigma), SignMargin: margin},
	}, nil
}

// blockSigns returns the signs of ⟨K⁽ᵏ⁾,H⁽ᵏ⁾⟩ for the products of f and h, and the
// smallest modulus of their cosines.
func blockSigns(f, h factors) (signs []float64, margin float64, err error) {
	margin = 1
	c := small(f, h)
	if err := checkProducts(c); err != nil {
		return nil, 0, err
	}
	signs = make([]float64, f.blocks)
	for k, x := range c[0] {
		y := c[1][k]
		signs[k] = 1
		inner := dot(x, y)
		if inner < 0 {
			signs[k] = -1
		}
		norms := math.Sqrt(dot(x, x)) * math.Sqrt(dot(y, y))
		if norms == 0 {
			margin = 0
			continue
		}
		margin = min(margin, math.Abs(inner)/norms)
	}
	return signs, margin, nil
}

// turnBlocks turns the sign of every block of f for which the rotated block b is
// nearer to −h than to h, and reports whether there was one.
func turnBlocks(f factors, b blas64.General, h factors) bool {
	var turned bool
	for k := range f.blocks {
		rotated := window(b, k*f.blockLen, 0, f.blockLen, f.d)
		if dot(rotated, h.block(k)) < 0 {
			scaleInto(f.block(k), -1, f.block(k))
			turned = true
		}
	}
	return turned
}

// polar returns the orthogonal U that brings U A and B Uᵀ of x nearest to those
// of ref, and the singular values of the cross matrix, descending.
func polar(x, ref Tuple) (u *mat.Dense, sigma []float64, err error) {
	var cross, ofB mat.Dense
	cross.Mul(ref.Part("A"), x.Part("A").T())
	ofB.Mul(ref.Part("B").T(), x.Part("B"))
	cross.Add(&cross, &ofB)
	var svd mat.SVD
	if !svd.Factorize(&cross, mat.SVDFull) {
		return nil, nil, errDecomposition
	}
	var left, right mat.Dense
	svd.UTo(&left)
	svd.VTo(&right)
	u = new(mat.Dense)
	u.Mul(&left, right.T())
	return u, svd.Values(nil), nil
}

var errDecomposition = errors.New("the singular value decomposition did not converge")

// condition returns σ₁/(σ_{d−1} + σ_d), with σ₀ = σ₁ when d = 1.
func condition(sigma []float64) float64 {
	d := len(sigma)
	return sigma[0] / (sigma[max(0, d-2)] + sigma[d-1])
}

// minGap returns the smallest gap of neighbouring singular values of the d rows
// of a, relative to the largest.
func minGap(a *mat.Dense) (float64, error) {
	var svd mat.SVD
	if !svd.Factorize(a, mat.SVDNone) {
		return 0, errDecomposition
	}
	d, _ := a.Dims()
	return gapOf(svd.Values(nil), d), nil
}

// gapOf returns min (σᵢ − σᵢ₊₁)/σ₁ for singular values padded with zeros to d of
// them: d rows span d left singular vectors, however few columns there are.
func gapOf(sigma []float64, d int) float64 {
	gap := 1.0
	for i := range d - 1 {
		var here, next float64
		if i < len(sigma) {
			here = sigma[i]
		}
		if i+1 < len(sigma) {
			next = sigma[i+1]
		}
		gap = min(gap, (here-next)/sigma[0])
	}
	return gap
}

// Canonical rotates x by the left singular vectors of A, so that A Aᵀ is diagonal
// and descending, and scales A and B to norm one. Then it chooses the signs:
//
//   - of each block, so that the entries of K⁽ᵏ⁾ add up to a positive number or,
//     when the sum is below 1e-10 of what its terms add up to in modulus, so
//     that the entry of largest modulus is positive;
//   - of each row of A, and the column of B that goes with it, so that the entry
//     of largest modulus in the row is positive, the first one if moduli agree to
//     1e-8 (for a row of norm below 1e-14 the column of B decides).
//
// The result stays on the orbit of x. MinGap is min (σᵢ − σᵢ₊₁)/σ₁ of A, and
// SignMargin the smallest of 1 − |largest entry of one sign|/|largest entry of
// the other| over the rows and |ΣK⁽ᵏ⁾|/(√(p'p) ‖K⁽ᵏ⁾‖) over the blocks. When they are
// tiny, compare by Distance or Align and not by the canonical entries.
func (g Bilinear) Canonical(x Tuple) (Tuple, Conditioning, error) {
	if err := g.Check(x); err != nil {
		return nil, Conditioning{}, err
	}
	xs := x.scaled(g.scales(x))
	var svd mat.SVD
	if !svd.Factorize(xs.Part("A"), mat.SVDFullU) {
		return nil, Conditioning{}, errDecomposition
	}
	_, sigma, err := polar(xs, xs)
	if err != nil {
		return nil, Conditioning{}, err
	}
	var u mat.Dense
	svd.UTo(&u)
	a, b := new(mat.Dense), new(mat.Dense)
	a.Mul(u.T(), xs.Part("A"))
	b.Mul(xs.Part("B"), &u)

	c := make(Tuple, len(x))
	for i, p := range x {
		m := a
		if p.Name == "B" {
			m = b
		}
		m.Scale(1/mat.Norm(m, 2), m)
		c[i] = Part{Name: p.Name, M: m}
	}
	f := g.factors(c)
	if err := checkProduct(small(f)[0]); err != nil {
		return nil, Conditioning{}, err
	}
	// The signs of the blocks do not depend on those of the rows, but those of
	// rows that vanish depend on the blocks.
	blocks := fixBlocks(f)
	rows := fixRows(a, b)
	d, _ := a.Dims()
	return c, Conditioning{
		MinGap:     gapOf(svd.Values(nil), d),
		Condition:  condition(sigma),
		SignMargin: min(rows, blocks),
	}, nil
}

// fixRows chooses the signs of the rows of a with the columns of b, and returns
// the smallest margin.
func fixRows(a, b *mat.Dense) float64 {
	margin := 1.0
	d, _ := a.Dims()
	for i := range d {
		v := a.RawRowView(i)
		if floats.Norm(v, 2) < 1e-14 {
			v = mat.Col(nil, i, b)
		}
		top, m := peak(v)
		margin = min(margin, m)
		if top < 0 {
			floats.Scale(-1, a.RawRowView(i))
			rows, _ := b.Dims()
			for r := range rows {
				b.Set(r, i, -b.At(r, i))
			}
		}
	}
	return margin
}

// fixBlocks chooses the signs of the blocks of B, in place, and returns the
// smallest margin.
func fixBlocks(f factors) float64 {
	margin := 1.0
	// right = A·1 and its entries with moduli inside.
	right, rightAbs := rowSums(f.a)
	gramA := times(blas.NoTrans, f.a, blas.Trans, f.a)
	for k := range f.blocks {
		bk := f.block(k)
		left, leftAbs := make([]float64, f.d), make([]float64, f.d)
		for i := range bk.Rows {
			for j, v := range row(bk, i) {
				left[j] += v
				leftAbs[j] += math.Abs(v)
			}
		}
		sum := floats.Dot(left, right)
		norm2 := dot(times(blas.Trans, bk, blas.NoTrans, bk), gramA)
		if norm2 > 0 {
			margin = min(margin, math.Abs(sum)/math.Sqrt(norm2*float64(f.p)*float64(f.blockLen)))
		} else {
			margin = 0
		}
		if math.Abs(sum) <= 1e-10*floats.Dot(leftAbs, rightAbs) {
			sum, _ = peak(times(blas.NoTrans, bk, blas.NoTrans, f.a).Data)
		}
		if sum < 0 {
			scaleInto(bk, -1, bk)
		}
	}
	return margin
}

func rowSums(m blas64.General) (sums, moduli []float64) {
	sums, moduli = make([]float64, m.Rows), make([]float64, m.Rows)
	for i := range m.Rows {
		for _, v := range row(m, i) {
			sums[i] += v
			moduli[i] += math.Abs(v)
		}
	}
	return sums, moduli
}
