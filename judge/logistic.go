package judge

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// LogisticSettings say how TrainLogistic learns. A nil *LogisticSettings is the same as the zero value.
type LogisticSettings struct {
	// Penalty is λ of Logistic. Zero means 1e-4.
	Penalty float64
	// GradTol is the largest entry of the gradient of the objective at which to stop. Zero means 1e-4.
	GradTol float64
	// MaxSteps limits the steps of L-BFGS. Zero means 200.
	MaxSteps int
}

// A Report says how a search ended.
type Report struct {
	Converged bool    // the gradient got as small as was asked for
	Steps     int     // of L-BFGS
	Value     float64 // L of Logistic
	GradNorm  float64 // largest entry of the gradient of L
}

// Logistic is multinomial logistic regression that is blind to the sign of an image. Its outcomes are pairs of a class c
// and a sign s, because an image is shown to it as well as its negative:
//
//	p_{c,s}(x) = exp(z_{c,s})/Σ_{b,r} exp(z_{b,r}),   z_{c,±} = ± <w_c, u> + b_c,   u = x/‖x‖.         (1)
//
// That is the general linear model of 2K outcomes but for what the symmetry leaves of it: u being of class c and light on
// dark is −u being of class c and dark on light. The probability of a class is that of both its outcomes,
//
//	p_c(x) ∝ exp(ℓ_c),   ℓ_c = b_c + log cosh <w_c, u>,                                               (2)
//
// which does not change with the sign of x. W and b minimise
//
//	L(W, b) = −1/n Σ_i log p_{y_i,+}(x_i) + λ/2 ‖W‖²                                                  (3)
//
// over the images x_i, light on dark, with the labels y_i; with their negatives in the sum it would be the same
// (Bishop, Pattern Recognition and Machine Learning, 2006, 4.3.4). L is convex, and strictly so in W, so that what is
// learned does not depend on where the search begins, which is at zero.
//
// To learn without signs and to judge both x and −x, taking the reading of which the classifier is more certain, is no
// way around (1): about negatives such a classifier knows nothing, and on a third of all digits it is more certain of
// them.
type Logistic struct {
	weights *mat.Dense // W, one row per class
	bias    []float64
	Report  Report // how the search for W and b ended
}

// TrainLogistic learns images, one per row; the label of each is in [0, classes). It does not change images. It
// searches by L-BFGS until the gradient is small, the steps are used up, or rounding hides what is left to gain; the
// Report of the classifier tells. An error is that of ctx, or says that images are not finite. TrainLogistic panics if a setting is negative or NaN,
// if there is no image, or if there is not one label for each that is a class.
func TrainLogistic(ctx context.Context, images *mat.Dense, labels []int, classes int, settings *LogisticSettings) (*Logistic, error) {
	check(images, labels, classes)
	s := settings.filled()
	l := newLikelihood(images, labels, classes, s.Penalty)
	problem := optimize.Problem{
		Func: l.value,
		Grad: l.gradient,
		Status: func() (optimize.Status, error) {
			if err := ctx.Err(); err != nil {
				return optimize.Failure, err
			}
			return optimize.NotTerminated, nil
		},
	}
	found, err := optimize.Minimize(problem, make([]float64, l.len()), &optimize.Settings{
		GradientThreshold: s.GradTol, MajorIterations: s.MaxSteps, Converger: optimize.NeverTerminate{},
	}, &optimize.LBFGS{Store: 20})
	spent := errors.Is(err, optimize.ErrLinesearcherFailure) || errors.Is(err, optimize.ErrNoProgress)
	if err != nil && !spent {
		return nil, fmt.Errorf("judge: logistic regression: %w", err)
	}
	w, b := l.split(found.X)
	j := &Logistic{weights: mat.DenseCopyOf(w), bias: slices.Clone(b)}
	j.Report = Report{Steps: found.MajorIterations, Value: found.F, GradNorm: floats.Norm(found.Gradient, math.Inf(1))}
	j.Report.Converged = j.Report.GradNorm <= s.GradTol
	return j, nil
}

// filled returns the settings with zeros replaced by what they mean.
func (s *LogisticSettings) filled() LogisticSettings {
	var out LogisticSettings
	if s != nil {
		out = *s
	}
	if !(out.Penalty >= 0 && out.GradTol >= 0 && out.MaxSteps >= 0) {
		panic("judge: a setting is negative or NaN")
	}
	if out.Penalty == 0 {
		out.Penalty = 1e-4
	}
	if out.GradTol == 0 {
		out.GradTol = 1e-4
	}
	if out.MaxSteps == 0 {
		out.MaxSteps = 200
	}
	return out
}

// Distances stores in dst the distance of each image, a row, from each class: image by image, one entry per class,
//
//	d_c(x) = exp(max_b ℓ_b − ℓ_c) = max_b p_b/p_c ≥ 1,
//
// so that the ratio of two distances is the odds of one class against the other. nil allocates. Distances does not
// change images. An image with a NaN is NaN from every class. It panics if images have another size than those learned,
// or dst another length.
func (j *Logistic) Distances(dst []float64, images *mat.Dense) []float64 {
	n, pixels := images.Dims()
	classes, want := j.weights.Dims()
	dst = output(dst, n, pixels, want, classes)
	for from := 0; from < n; from += block {
		u := unit(images.Slice(from, min(from+block, n), 0, pixels))
		rows, _ := u.Dims()
		var products mat.Dense
		products.Mul(u, j.weights.T())
		for i := range rows {
			row := dst[(from+i)*classes : (from+i+1)*classes]
			for c, z := range products.RawRowView(i) {
				// log cosh z + log 2, without overflow; what is added to all makes no difference.
				row[c] = j.bias[c] + math.Abs(z) + math.Log1p(math.Exp(-2*math.Abs(z)))
			}
			largest := floats.Max(row)
			for c, l := range row {
				row[c] = math.Exp(largest - l)
			}
		}
	}
	return dst
}
