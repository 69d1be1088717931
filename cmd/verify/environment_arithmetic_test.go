package main

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/gonum"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// nudge moves a number to the next.
func nudge(x []float64) { x[0] = math.Nextafter(x[0], math.Inf(1)) }

// otherBLAS rounds the first number of some long products otherwise.
type otherBLAS struct {
	blas.Float64
	a, b   blas.Transpose // of which products of matrices
	vector blas.Transpose // of which products of a matrix and a vector
}

func (o otherBLAS) Dgemm(ta, tb blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	o.Float64.Dgemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	if k == 900 && ta == o.a && tb == o.b { // not those within decompositions
		nudge(c)
	}
}

func (o otherBLAS) Dgemv(t blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	o.Float64.Dgemv(t, m, n, alpha, a, lda, x, incX, beta, y, incY)
	if n == 900 && t == o.vector {
		nudge(y)
	}
}

// otherLAPACK rounds the first number of a decomposition otherwise.
type otherLAPACK struct {
	lapack.Float64
	factor, orthogonal, values bool
}

func (o otherLAPACK) Dgeqrf(m, n int, a []float64, lda int, tau, work []float64, lwork int) {
	o.Float64.Dgeqrf(m, n, a, lda, tau, work, lwork)
	if o.factor {
		nudge(a)
	}
}

func (o otherLAPACK) Dorgqr(m, n, k int, a []float64, lda int, tau, work []float64, lwork int) {
	o.Float64.Dorgqr(m, n, k, a, lda, tau, work, lwork)
	if o.orthogonal {
		nudge(a)
	}
}

func (o otherLAPACK) Dsyev(jobz lapack.EVJob, uplo blas.Uplo, n int, a []float64, lda int, w, work []float64, lwork int) bool {
	ok := o.Float64.Dsyev(jobz, uplo, n, a, lda, w, work, lwork)
	if o.values {
		nudge(w)
	}
	return ok
}

// TestArithmeticKnowsWhatItCalls: one number that one routine rounds otherwise is other arithmetic.
func TestArithmeticKnowsWhatItCalls(t *testing.T) {
	here, again := arithmetic(), arithmetic()
	if here != again {
		t.Fatalf("arithmetic() = %s, and then %s", here, again)
	}
	for _, test := range []struct {
		name   string
		blas   otherBLAS
		lapack otherLAPACK
	}{
		{name: "A b", blas: otherBLAS{vector: blas.NoTrans}},
		{name: "Aᵀ b", blas: otherBLAS{vector: blas.Trans}},
		{name: "A B", blas: otherBLAS{a: blas.NoTrans, b: blas.NoTrans}},
		{name: "Aᵀ B", blas: otherBLAS{a: blas.Trans, b: blas.NoTrans}},
		{name: "A Bᵀ", blas: otherBLAS{a: blas.NoTrans, b: blas.Trans}},
		{name: "Aᵀ Bᵀ", blas: otherBLAS{a: blas.Trans, b: blas.Trans}},
		{name: "QR", lapack: otherLAPACK{factor: true}},
		{name: "Q", lapack: otherLAPACK{orthogonal: true}},
		{name: "eigenvalues", lapack: otherLAPACK{values: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			usual := blas64.Implementation()
			defer blas64.Use(usual)
			defer lapack64.Use(gonum.Implementation{})
			test.blas.Float64, test.lapack.Float64 = usual, gonum.Implementation{}
			blas64.Use(test.blas)
			lapack64.Use(test.lapack)
			if got := arithmetic(); got == here {
				t.Errorf("arithmetic() = %s, as without the change", got)
			}
		})
	}
}

func BenchmarkArithmetic(b *testing.B) {
	for b.Loop() {
		arithmetic()
	}
}
