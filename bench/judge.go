package main

import (
	"context"
	"fmt"
	"math"

	"example.org/concord/certify"
	"example.org/concord/model"
	"example.org/concord/verify/symmetry"
)

// A judge knows the optimum of one size, and judges what the peers ended at, all of them alike.
type judge struct {
	data *model.Data
	best model.Params
	Optimum
}

// An Optimum is what is known about what the peers are compared with.
type Optimum struct {
	N        int     `json:"n"`
	Verdict  string  `json:"verdict"`            // "certified", or why nothing is proven
	Fitness  float64 `json:"fitness"`            //
	Distance float64 `json:"distance,omitempty"` // ‖K − K*‖_F is proven to be at most this; zero where nothing is proven
	Ratio    float64 `json:"ratio,omitempty"`    // σ_d/σ_{d+1}
}

// newJudge trains once more, from a seed of its own and to a tenth of the tolerance, and asks for a certificate.
func newJudge(ctx context.Context, data *model.Data, rank int, tol float64) (*judge, error) {
	const seed = 1 << 20
	start := model.Uniform.Draw(seed, rank, pixels, data.Classes)
	best, report := model.Train(ctx, data, start, model.Ascent{Method: model.LBFGS, GradTol: tol / 10})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if report.GradNorm > tol {
		return nil, fmt.Errorf("the optimum for comparison was not reached: gradient norm %.3g", report.GradNorm)
	}
	c, err := certify.Certify(data, best, nil)
	if err != nil {
		return nil, err
	}
	j := &judge{data: data, best: best, Optimum: Optimum{N: len(data.Y), Verdict: c.Verdict.String(), Fitness: report.Value}}
	if c.Verdict != certify.Certified {
		j.Verdict += ": " + c.Reason
		return j, nil
	}
	j.Distance, j.Ratio = c.Distance, c.Ratio
	return j, nil
}

// judged is what a pair (A, B) is worth.
type judged struct {
	Fitness  float64 `json:"fitness,omitempty"`
	FullNorm float64 `json:"full_norm,omitempty"` // the scale-free gradient norm, by Concord's gradient
	Distance float64 `json:"distance,omitempty"`  // of K to that of the optimum
}

// judge measures the pair in a file.
func (j *judge) judge(path string, rank int) (out judged, err error) {
	x, err := readParams(path, rank)
	if err != nil {
		return out, err
	}
	// An ascent that is content where it starts.
	_, report := model.Train(context.Background(), j.data, x, model.Ascent{GradTol: math.MaxFloat64})
	out.Fitness, out.FullNorm = report.Value, report.GradNorm
	if report.Status != model.Converged {
		return out, fmt.Errorf("ended where fitness or gradient are not finite: %v, %v", out.Fitness, out.FullNorm)
	}
	out.Distance, err = symmetry.Bilinear{Blocks: j.data.Classes}.Distance(tuple(x), tuple(j.best))
	return out, err
}

func tuple(x model.Params) symmetry.Tuple {
	return symmetry.Tuple{{Name: "A", M: x.A}, {Name: "B", M: x.B}}
}
