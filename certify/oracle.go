package certify

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/model"
)

// Oracle is NewProblem followed by Problem.Oracle.
func Oracle(data *model.Data, d int, s *Settings) (model.Params, Report, error) {
	pr, err := NewProblem(data)
	if err != nil {
		return model.Params{}, Report{}, err
	}
	return pr.Oracle(d, s)
}

// Oracle minimises U_d over λ from λ_i = 1/(‖r_i‖‖d_i‖), without any random start, and returns the normalised
// parameters that belong to the minimiser: K = U_d diag(σ^{q−1}) V_dᵀ in balance,
//
//	A = diag(σ^{2/5}) V_dᵀ (d×p),   B = U_d diag(σ^{1/5}) ((K·p)×d).
//
// If the report says Closed, K is the optimum of rank d, to within Report.Residual times a constant that
// Certify bounds. If it says Tied, the bound has its minimum where σ_d = σ_{d+1}; K is then only what is left of
// the truth after a cut, and Report.Bound still bounds the fitness of every tuple of rank d. Rows of A and
// columns of B beyond the rank of M are zero.
//
// It panics if d < 1. It returns an error if a decomposition fails, as it does for numbers that are not finite.
func (pr *Problem) Oracle(d int, s *Settings) (model.Params, Report, error) {
	if d < 1 {
		panic("certify: rank is less than one")
	}
	lambda := make([]float64, pr.Samples())
	for i := range lambda {
		lambda[i] = 1 / (pr.normR[i] * pr.normD[i])
	}
	x, report, err := pr.minimise(lambda, d, s.withDefaults())
	if err != nil {
		return model.Params{}, report, err
	}
	params := pr.params(x, d)
	params.Normalise()
	return params, report, nil
}

// Polish minimises the bound as Oracle does, but from λ_i = 1/t_i at the tuple x, and with its rank. From a
// trained tuple a few steps reach the optimum to rounding. x is not changed. It returns an error if x has no
// λ: where it is outside the cone or not finite. It panics if x does not fit the data.
func (pr *Problem) Polish(x model.Params, s *Settings) (model.Params, Report, error) {
	tuple := pr.measure(x)
	if !tuple.inCone() {
		return model.Params{}, Report{}, fmt.Errorf("certify: %s", tuple.outside())
	}
	d, _ := x.A.Dims()
	pt, report, err := pr.minimise(tuple.lambda(), d, s.withDefaults())
	if err != nil {
		return model.Params{}, report, err
	}
	params := pr.params(pt, d)
	params.Normalise()
	return params, report, nil
}

// Bound returns U_d(λ), which no tuple of rank at most d in the cone exceeds. It is a float64 computation whose
// error is about 1e-15; Certify bounds it. λ is not changed. It panics if d < 1 or if λ has not one entry per
// image, and returns NaN and an error if an entry is not positive and finite.
func (pr *Problem) Bound(lambda []float64, d int) (float64, error) {
	u, _, err := pr.BoundGrad(nil, lambda, d)
	return u, err
}

// BoundGrad returns U_d(λ) and stores in grad, unless it is nil, its gradient in θ = log λ,
//
//	∂U_d/∂θ_i = λ_i <G_i, K> − 1/n,   K = U_d diag(σ^{q−1}) V_dᵀ / ‖M‖^{q−1},
//
// and returns σ_d/σ_{d+1}; where that is 1 the gradient is one of many subgradients. It panics and fails as
// Bound does, and panics if grad has another length than λ.
func (pr *Problem) BoundGrad(grad, lambda []float64, d int) (u, ratio float64, err error) {
	n := pr.Samples()
	if d < 1 {
		panic("certify: rank is less than one")
	}
	if len(lambda) != n || (grad != nil && len(grad) != n) {
		panic("certify: not one λ per image")
	}
	for i, l := range lambda {
		if !(l > 0) || math.IsInf(l, 1) {
			return math.NaN(), math.NaN(), fmt.Errorf("certify: λ of image %d is %v, want a positive number", i, l)
		}
	}
	x, err := pr.evaluate(append([]float64(nil), lambda...), d, 0)
	if err != nil {
		return math.NaN(), math.NaN(), err
	}
	for i := range grad {
		grad[i] = x.lambda[i]*x.t[i] - 1/float64(n)
	}
	return x.bound(), x.ratio(), nil
}

// params returns A = diag(σ^{2/5}) V_dᵀ and B = U_d diag(σ^{1/5}) in pixels, not normalised: B A is K.
func (pr *Problem) params(x *point, d int) model.Params {
	_, p := pr.data.D.Dims()
	params := model.NewParams(d, p, pr.data.Classes)
	rows := scaledColumns(x.v, x.sigma[:x.cut], 2.0/5)
	if q := pr.image.q; q != nil {
		rows = product(rows, q)
	}
	for m := range x.cut {
		copy(params.A.RawRowView(m), rows.RawRowView(m))
	}
	for k := range pr.class {
		b := &pr.class[k]
		rows := scaledColumns(b.block(x.u), x.sigma[:x.cut], 1.0/5)
		if b.q != nil {
			rows = product(rows, b.q)
		}
		block := params.Block(b.label)
		for m := range x.cut {
			block.SetCol(m, rows.RawRowView(m))
		}
	}
	return params
}

// scaledColumns returns a matrix whose row m is column m of x times σ_m^power.
func scaledColumns(x mat.Matrix, sigma []float64, power float64) *mat.Dense {
	rows, _ := x.Dims()
	out := mat.NewDense(len(sigma), rows, nil)
	for m, s := range sigma {
		w := math.Pow(s, power)
		for j := range rows {
			out.Set(m, j, w*x.At(j, m))
		}
	}
	return out
}
