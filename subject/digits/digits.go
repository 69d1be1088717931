// Package digits dresses the model as a verify.Subject: MNIST images in, trained tuples, scores and drawings out.
package digits

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"gonum.org/v1/gonum/floats"

	"example.org/concord/certify"
	"example.org/concord/model"
	"example.org/concord/subject/imageset"
	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// classes is K, the number of digits.
const classes = imageset.Classes

// Subject is the verify.Subject. The zero value reads MNIST from the binary and from the user's cache folder.
type Subject struct {
	Images *imageset.Source // of MNIST, shared with other subjects; nil reads it anew for each problem
}

// Name implements verify.Subject.
func (Subject) Name() string { return "digits" }

// Space implements verify.Subject.
func (Subject) Space() verify.Space {
	return verify.Space{
		Inputs: inputNames(), Labels: imageset.Labels(),
		Data: imageset.Axes(), CheckData: imageset.CheckData,
		Problem: []verify.Axis{
			{Name: "rank", Doc: "d, the number of rows of A", Kind: verify.KindInt, Min: 1, Max: 784, Default: 20.0},
			{Name: "features", Doc: "modulus |F x F|, or real for Re(F x F) (a negative control)", Kind: verify.KindText, Enum: []string{"modulus", "real"}, Default: "modulus"},
		},
		Vary: []verify.Axis{
			{Name: "start", Doc: "distribution of the entries of A and B; gaussian is signed (a negative control)", Kind: verify.KindText, Enum: model.StartNames(), Default: "uniform", Start: true},
			{Name: "negative", Doc: "share of the entries of A and B that start with the other sign (a negative control)", Kind: verify.KindNumber, Min: 0, Max: 0.5, Default: 0.0, Start: true},
			{Name: "planted", Doc: "relative size of a random deviation planted in the trained tuple (a negative control)", Kind: verify.KindNumber, Min: 0, Max: 1, Default: 0.0},
			{Name: "ascent", Doc: "how to ascend", Kind: verify.KindRecord, Check: checkAscent, Fields: []verify.Axis{
				{Name: "method", Doc: "gradient ascent on the spheres, L-BFGS, or preconditioned L-BFGS on the product BA", Kind: verify.KindText, Enum: model.MethodNames(), Default: "lbfgs"},
				{Name: "rate", Doc: "step size of gradient; 0.1 when absent", Kind: verify.KindNumber, Min: 1e-9, Max: 1e3, Optional: true},
				{Name: "momentum", Doc: "heavy-ball momentum of gradient; none when absent", Kind: verify.KindNumber, Min: 0, Max: 0.9999, Optional: true},
				{Name: "memory", Doc: "pairs kept by lbfgs and quotient; 8 when absent", Kind: verify.KindInt, Min: 1, Max: 1000, Optional: true},
				{Name: "gradient_tolerance", Doc: "scale-free gradient norm to reach; 1e-9 when absent", Kind: verify.KindNumber, Min: 1e-14, Max: 1e-3, Optional: true},
				{Name: "steps", Doc: "step limit; 20000 when absent", Kind: verify.KindInt, Min: 1, Max: 1e7, Optional: true},
			}},
		},
	}
}

// checkAscent rejects settings of one method given to the other.
func checkAscent(value any) error {
	record, _ := value.(map[string]any)
	method := verify.Settings(record).Text("method")
	foreign := map[string][]string{"lbfgs": {"rate", "momentum"}, "quotient": {"rate", "momentum"}, "gradient": {"memory"}}
	for _, name := range foreign[method] {
		if _, ok := record[name]; ok {
			return fmt.Errorf("method %s has no %s", method, name)
		}
	}
	return nil
}

// ascent translates the settings of a trial.
func ascent(s verify.Settings) (model.Ascent, error) {
	method, err := model.ParseMethod(s.Text("method"))
	if err != nil {
		return model.Ascent{}, err
	}
	a := model.Ascent{
		Method: method, Rate: s.Number("rate"), Momentum: s.Number("momentum"), Memory: int(s.Number("memory")),
		GradTol: s.Number("gradient_tolerance"), MaxSteps: int(s.Number("steps")),
	}
	if a.MaxSteps == 0 {
		a.MaxSteps = 20_000
	}
	return a, nil
}

// Problem is one data set with one rank and one reading of the features. It implements verify.Problem, and all
// the optional interfaces of one, and may be used by several goroutines.
type Problem struct {
	images   *imageset.Source
	settings verify.Settings    // of the data
	training *imageset.Training // without its images: data has them
	data     *model.Data
	reading  model.Reading
	rank     int
	side     int
	class    [][]float64 // sum of the training images of each class, which fixes the sign of drawings

	dualOnce    sync.Once // guards the two below
	dualProblem *certify.Problem
	dualErr     error
}

// Open implements verify.Subject.
func (s Subject) Open(ctx context.Context, data, problem verify.Settings) (verify.Problem, error) {
	training, err := s.Images.Training(ctx, data)
	if err != nil {
		return nil, err
	}
	reading, err := model.ParseReading(problem.Text("features"))
	if err != nil {
		return nil, err
	}
	p := &Problem{
		images: s.Images, settings: data, training: training,
		reading: reading, rank: int(problem.Number("rank")), side: training.Side,
	}
	if p.rank > p.side*p.side {
		return nil, fmt.Errorf("rank %d exceeds the %d pixels of an image", p.rank, p.side*p.side)
	}
	images := training.Images
	training.Images = nil
	for i := range training.Labels {
		turn(images.RawRowView(i), p.side)
	}
	if p.data, err = model.NewData(p.side, classes, images, training.Labels, reading); err != nil {
		return nil, err
	}
	p.class = make([][]float64, classes)
	for k := range p.class {
		p.class[k] = make([]float64, p.side*p.side)
	}
	for i, k := range training.Labels {
		floats.Add(p.class[k], images.RawRowView(i))
	}
	return p, nil
}

// Digests implements verify.Problem: the training images.
func (p *Problem) Digests() []verify.Digest { return []verify.Digest{p.training.Digest} }

// Symmetry implements verify.Problem: gauge, class signs and scale.
func (p *Problem) Symmetry() symmetry.Group { return symmetry.Bilinear{Blocks: classes} }

// tuple names the parts of trained parameters as symmetry.Bilinear wants them. It shares their data.
func tuple(x model.Params) symmetry.Tuple {
	return symmetry.Tuple{{Name: "A", M: x.A}, {Name: "B", M: x.B}}
}

// params is the inverse of tuple.
func params(t symmetry.Tuple) model.Params {
	return model.Params{A: t.Part("A"), B: t.Part("B")}
}

var errNoTuple = errors.New("digits: the run left no finite parameters")
