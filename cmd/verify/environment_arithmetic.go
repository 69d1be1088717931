package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/cmplx"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// arithmetic returns the SHA-256 of what functions, sums, products, decompositions and Fourier transforms of fixed
// numbers come to here, in lower-case hex. Nothing but rounding decides it: whether functions of package math and this
// program fuse multiplications with additions, in which order the routines of linear algebra in use add up, and how
// they round. It knows of the functions it calls, each for the sizes it calls them with, and of no others.
func arithmetic() string {
	source := rand.New(rand.NewPCG(1, 2))
	numbers := func(n int) []float64 { // in [−1, 1), without rounding
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(int64(source.Uint64())>>11) / (1 << 52) //nolint:gosec // the sign is wanted
		}
		return x
	}
	h := sha256.New()
	add := func(x ...float64) {
		for _, v := range x {
			h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
		}
	}
	for _, x := range numbers(256) {
		y := 1 + x*x
		add(y, math.Exp(8*x), math.Exp2(x), math.Expm1(x), math.Log(y), math.Log1p(y), math.Log10(y), math.Pow(y, x), math.Sqrt(y), math.Cbrt(x),
			math.Hypot(x, y), math.Sin(8*x), math.Cos(8*x), math.Atan2(x, y), math.Tanh(x), math.Erf(x), math.Gamma(y), math.FMA(x, y, x), math.Floor(8*x))
		sin, cos := math.Sincos(8 * x)
		z := complex(x, sin)
		e := cmplx.Exp(z)
		add(sin, cos, real(e), imag(e), cmplx.Abs(z))
	}
	const m, k, n = 13, 900, 21 // edges for every kernel, and sums that are cut in parts
	general := func(rows, cols int) blas64.General {
		return blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: numbers(rows * cols)}
	}
	vector := func(n int) blas64.Vector { return blas64.Vector{N: n, Inc: 1, Data: numbers(n)} }
	use := blas64.Implementation()
	a, b, c := general(m, k), general(k, n), general(m, n)
	x, y, z := vector(k), vector(k), vector(m)
	add(use.Ddot(k, x.Data, 1, y.Data, 1), use.Dnrm2(k, x.Data, 1), use.Dasum(k, x.Data, 1), floats.Sum(x.Data), floats.Dot(x.Data, y.Data), floats.Norm(y.Data, 2))
	blas64.Gemv(blas.NoTrans, 0.7, a, x, 0.3, z)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 0.7, a, b, 0.3, c)
	products := [][]float64{z.Data, c.Data}
	for _, t := range []struct{ a, b blas.Transpose }{{blas.Trans, blas.NoTrans}, {blas.NoTrans, blas.Trans}, {blas.Trans, blas.Trans}} {
		left, right, product := general(m, k), general(k, n), general(m, n)
		if t.a == blas.Trans {
			left = general(k, m)
		}
		if t.b == blas.Trans {
			right = general(n, k)
		}
		blas64.Gemm(t.a, t.b, 0.7, left, right, 0.3, product)
		products = append(products, product.Data)
	}
	long := vector(k)
	blas64.Gemv(blas.Trans, 0.7, a, vector(m), 0.3, long)
	products = append(products, long.Data)
	blas64.Axpy(0.7, x, y)
	blas64.Ger(0.7, z, vector(k), a)
	for _, data := range append(products, y.Data, a.Data) {
		add(data...)
	}
	var svd mat.SVD
	var u mat.Dense
	if svd.Factorize(mat.NewDense(m, n, c.Data), mat.SVDThin) {
		svd.UTo(&u)
		add(svd.Values(nil)...)
		add(u.RawMatrix().Data...)
	}
	var e mat.EigenSym
	if e.Factorize(mat.NewSymDense(m, numbers(m*m)), false) {
		add(e.Values(nil)...)
	}
	q, tau, work := general(60, n), make([]float64, n), make([]float64, 64*n)
	lapack64.Geqrf(q, tau, work, len(work))
	add(q.Data...)
	lapack64.Orgqr(q, tau, work, len(work))
	add(q.Data...)
	for _, size := range []int{27, 28, 32} { // of odd factors, of several, and of twos
		transform := fourier.NewFFT(size).Coefficients(nil, numbers(size))
		for _, f := range fourier.NewCmplxFFT(size).Coefficients(nil, append(transform, make([]complex128, size-len(transform))...)) {
			add(real(f), imag(f))
		}
		add(fourier.NewFFT(size).Sequence(nil, transform)...)
	}
	return hex.EncodeToString(h.Sum(nil))
}
