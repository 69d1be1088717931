package symmetry

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Bilinear is the symmetry of a bilinear map K = B A in factors A (d×p) and B
// (Blocks·p' × d), block k of B being its rows k·p' to (k+1)·p'−1, when only the
// moduli of the blocks K⁽ᵏ⁾ = B⁽ᵏ⁾A matter, up to scale:
//
//	gauge   A → U A,  B → B Uᵀ,    U orthogonal, d×d
//	signs   B⁽ᵏ⁾ → ±B⁽ᵏ⁾,          each block on its own
//	scale   A → αA,  B → βB,       α, β ≠ 0
//
// (a negative scale is a positive one and a sign of every block). The tuple has
// exactly the parts "A" and "B", in either order.
//
// Distance compares the products, so it sees what the map does and nothing
// else. Any invertible T leaves the product unchanged under A → T A, B → B T⁻¹;
// two tuples related by a T that is not orthogonal have Distance zero but a
// positive [Alignment] residual.
type Bilinear struct {
	// Blocks is the number of blocks of B, at least 1.
	Blocks int
}

// String returns "gauge × {±1}^Blocks × R₊² (what counts is the product BA)".
func (g Bilinear) String() string {
	return fmt.Sprintf("gauge × {±1}^%d × R₊² (what counts is the product BA)", g.Blocks)
}

// Check accepts a tuple of two matrices "A" (d×p) and "B" (Blocks·p' × d) whose
// entries are finite and that are both different from zero.
func (g Bilinear) Check(t Tuple) error {
	if g.Blocks < 1 {
		return fmt.Errorf("the number of blocks is %d, want at least 1", g.Blocks)
	}
	if err := t.check(); err != nil {
		return err
	}
	for _, name := range []string{"A", "B"} {
		if t.Part(name) == nil {
			return fmt.Errorf("part %s is missing", name)
		}
	}
	if len(t) != 2 {
		return fmt.Errorf("the tuple has %d parts, want A and B", len(t))
	}
	d, _ := t.Part("A").Dims()
	rows, cols := t.Part("B").Dims()
	if cols != d {
		return fmt.Errorf("part B: %d columns, but A has %d rows", cols, d)
	}
	if rows%g.Blocks != 0 {
		return fmt.Errorf("part B: %d rows do not make %d blocks", rows, g.Blocks)
	}
	for _, p := range t {
		if err := checkNorm(p.Name, mat.Norm(p.M, 2)); err != nil {
			return err
		}
	}
	return nil
}

// Distance returns, with the products normalised to ‖K‖_F = 1,
//
//	min over s ∈ {±1}^Blocks of √( Σₖ ‖K₁⁽ᵏ⁾ − sₖ K₂⁽ᵏ⁾‖² ),   sₖ = sign⟨K₁⁽ᵏ⁾,K₂⁽ᵏ⁾⟩,
//
// between 0 and √2. The products are never formed, nor their inner product used
// for anything but the signs: the thin QR factors of [A₁ᵀ A₂ᵀ] and [B₁⁽ᵏ⁾ B₂⁽ᵏ⁾]
// express K₁⁽ᵏ⁾ and K₂⁽ᵏ⁾ in common orthonormal bases as 2d×2d matrices, and those
// are subtracted. The absolute error is about 1e-16·‖A‖‖B‖/‖BA‖. It fails if a
// product vanishes to rounding.
func (g Bilinear) Distance(x, y Tuple) (float64, error) {
	if err := checkPair(g, x, y); err != nil {
		return 0, err
	}
	return g.factors(x).distance(g.factors(y))
}

// Raw returns √( (‖A₁/‖A₁‖ − A₂/‖A₂‖‖² + ‖B₁/‖B₁‖ − B₂/‖B₂‖‖²) / 2 ), between 0
// and 2.
func (g Bilinear) Raw(x, y Tuple) (float64, error) {
	if err := checkPair(g, x, y); err != nil {
		return 0, err
	}
	return math.Sqrt(entrywise(x, y, g.scales(x), g.scales(y)) / g.rawMean(len(x))), nil
}

func (Bilinear) scales(t Tuple) []float64 {
	s := make([]float64, len(t))
	for i, p := range t {
		s[i] = 1 / mat.Norm(p.M, 2)
	}
	return s
}

func (Bilinear) rawMean(parts int) float64 { return float64(parts) }

// vanishing is the ratio ‖BA‖/(‖A‖‖B‖) below which a product is rounding only.
const vanishing = 1e-13

// checkProduct reports a product, as from small, that has no direction.
func checkProduct(c []blas64.General) error {
	if n := frobenius(c); n < vanishing {
		return fmt.Errorf("the product B A vanishes to rounding: its norm is %.1g of ‖A‖‖B‖", n)
	}
	return nil
}

// checkProducts is checkProduct for the two tuples of a pair.
func checkProducts(c [][]blas64.General) error {
	if err := checkProduct(c[0]); err != nil {
		return fmt.Errorf("first tuple: %w", err)
	}
	if err := checkProduct(c[1]); err != nil {
		return fmt.Errorf("second tuple: %w", err)
	}
	return nil
}

// factors is a checked tuple seen as a product: K = BA/(normA·normB) is at most
// of norm one.
type factors struct {
	a, b           blas64.General // as in the tuple, sharing its data
	normA, normB   float64
	blocks         int
	d, p, blockLen int
}

func (g Bilinear) factors(t Tuple) factors {
	a, b := t.Part("A"), t.Part("B")
	f := factors{a: a.RawMatrix(), b: b.RawMatrix(), normA: mat.Norm(a, 2), normB: mat.Norm(b, 2), blocks: g.Blocks}
	f.d, f.p, f.blockLen = f.a.Rows, f.a.Cols, f.b.Rows/g.Blocks
	return f
}

// block returns B⁽ᵏ⁾, sharing the data of the tuple.
func (f factors) block(k int) blas64.General {
	return window(f.b, k*f.blockLen, 0, f.blockLen, f.d)
}

// small returns, for every block, a small matrix C with K⁽ᵏ⁾ = P C Qᵀ for each
// of the products, P and Q having orthonormal columns that all the products
// share. The products must have the same shape. out[i][k] is of products[i].
func small(products ...factors) [][]blas64.General {
	f := products[0]
	d, wide := f.d, len(products)*f.d
	stack := general(f.p, wide)
	for i, x := range products {
		transposeInto(window(stack, 0, i*d, f.p, d), 1/x.normA, x.a)
	}
	ra := triangular(stack)
	out := make([][]blas64.General, len(products))
	for k := range f.blocks {
		stack := general(f.blockLen, wide)
		for i, x := range products {
			scaleInto(window(stack, 0, i*d, f.blockLen, d), 1/x.normB, x.block(k))
		}
		rb := triangular(stack)
		for i := range products {
			c := times(blas.NoTrans, window(rb, 0, i*d, rb.Rows, d), blas.Trans, window(ra, 0, i*d, ra.Rows, d))
			out[i] = append(out[i], c)
		}
	}
	return out
}

// frobenius returns the norm of all the blocks together.
func frobenius(blocks []blas64.General) float64 {
	var sum float64
	for _, c := range blocks {
		sum += dot(c, c)
	}
	return math.Sqrt(sum)
}

func (f factors) distance(h factors) (float64, error) {
	c := small(f, h)
	if err := checkProducts(c); err != nil {
		return 0, err
	}
	nx, ny := frobenius(c[0]), frobenius(c[1])
	var sum float64
	for k, x := range c[0] {
		y := c[1][k]
		s := 1 / ny
		if dot(x, y) < 0 {
			s = -s
		}
		for i, v := range x.Data {
			e := v/nx - s*y.Data[i]
			sum += e * e
		}
	}
	return math.Sqrt(sum), nil
}
