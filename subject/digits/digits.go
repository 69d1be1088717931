// Package digits dresses the model as a verify.Subject: MNIST images in, trained tuples, scores and drawings out.
package digits

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/certify"
	"example.org/concord/mnist"
	"example.org/concord/model"
	"example.org/concord/verify"
	"example.org/concord/verify/symmetry"
)

// classes is K, the number of digits.
const classes = 10

// Subject is the verify.Subject. The zero value reads MNIST from the binary and from the user's cache folder.
type Subject struct {
	Data *mnist.Settings // where else to look for MNIST; nil means the defaults
}

// Name implements verify.Subject.
func (Subject) Name() string { return "digits" }

// Space implements verify.Subject.
func (Subject) Space() verify.Space {
	return verify.Space{
		Inputs: []string{"train", "test", "noise"}, Labels: labels(), CheckData: checkData,
		Data: []verify.Axis{
			{Name: "set", Doc: "which images", Kind: verify.KindText, Enum: []string{"mnist"}, Default: "mnist"},
			{Name: "split", Doc: "which half of the set", Kind: verify.KindText, Enum: []string{"train", "test"}, Default: "train"},
			{Name: "offset", Doc: "first image, in file order", Kind: verify.KindInt, Min: 0, Max: 59_999, Default: 0.0},
			{Name: "count", Doc: "number of images", Kind: verify.KindInt, Min: 1, Max: 60_000, Default: 100.0},
			{Name: "side", Doc: "crop images to side×side, dropping the last rows and columns", Kind: verify.KindInt, Min: 8, Max: 28, Default: 28.0},
			{Name: "centred", Doc: "subtract the mean training image (a negative control)", Kind: verify.KindFlag, Default: false},
		},
		Problem: []verify.Axis{
			{Name: "rank", Doc: "d, the number of rows of A", Kind: verify.KindInt, Min: 1, Max: 784, Default: 20.0},
			{Name: "features", Doc: "modulus |F x F|, or real for Re(F x F) (a negative control)", Kind: verify.KindText, Enum: []string{"modulus", "real"}, Default: "modulus"},
		},
		Vary: []verify.Axis{
			{Name: "start", Doc: "distribution of the entries of A and B; gaussian is signed (a negative control)", Kind: verify.KindText, Enum: model.StartNames(), Default: "uniform", Start: true},
			{Name: "ascent", Doc: "how to ascend", Kind: verify.KindRecord, Check: checkAscent, Fields: []verify.Axis{
				{Name: "method", Doc: "gradient ascent on the spheres, or L-BFGS", Kind: verify.KindText, Enum: []string{"gradient", "lbfgs"}, Default: "lbfgs"},
				{Name: "rate", Doc: "step size of gradient; 0.1 when absent", Kind: verify.KindNumber, Min: 1e-9, Max: 1e3, Optional: true},
				{Name: "momentum", Doc: "heavy-ball momentum of gradient; none when absent", Kind: verify.KindNumber, Min: 0, Max: 0.9999, Optional: true},
				{Name: "memory", Doc: "pairs kept by lbfgs; 8 when absent", Kind: verify.KindInt, Min: 1, Max: 1000, Optional: true},
				{Name: "gradient_tolerance", Doc: "scale-free gradient norm to reach; 1e-9 when absent", Kind: verify.KindNumber, Min: 1e-14, Max: 1, Optional: true},
				{Name: "steps", Doc: "step limit; 20000 when absent", Kind: verify.KindInt, Min: 1, Max: 1e7, Optional: true},
			}},
		},
	}
}

// checkData rejects images that MNIST does not have.
func checkData(data verify.Settings) error {
	total := map[string]float64{"train": 60_000, "test": testImages}[data.Text("split")]
	if offset, count := data.Number("offset"), data.Number("count"); offset+count > total {
		return fmt.Errorf("images %.0f to %.0f are asked for, and the %s half of MNIST has %.0f", offset, offset+count-1, data.Text("split"), total)
	}
	return nil
}

// checkAscent rejects settings of one method given to the other.
func checkAscent(value any) error {
	record, _ := value.(map[string]any)
	method := verify.Settings(record).Text("method")
	foreign := map[string][]string{"lbfgs": {"rate", "momentum"}, "gradient": {"memory"}}
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

// Problem is one data set with one rank and one reading of the features. It implements verify.Problem,
// verify.Scorer, verify.Artist and verify.Certifier, and may be used by several goroutines.
type Problem struct {
	subject Subject
	data    *model.Data
	reading model.Reading
	rank    int
	side    int
	mean    []float64   // subtracted from every image; nil when not centred
	class   [][]float64 // sum of the training images of each class, which fixes the sign of drawings
	digests []verify.Digest

	dualOnce    sync.Once // guards the two below
	dualProblem *certify.Problem
	dualErr     error
}

// Open implements verify.Subject.
func (s Subject) Open(ctx context.Context, data, problem verify.Settings) (verify.Problem, error) {
	split := mnist.Split(data.Text("split"))
	offset, count := int(data.Number("offset")), int(data.Number("count"))
	set, err := mnist.Open(ctx, split, offset, count, s.Data)
	if err != nil {
		return nil, err
	}
	reading, err := model.ParseReading(problem.Text("features"))
	if err != nil {
		return nil, err
	}
	p := &Problem{
		subject: s, reading: reading,
		rank: int(problem.Number("rank")), side: int(data.Number("side")),
	}
	if p.rank > p.side*p.side {
		return nil, fmt.Errorf("rank %d exceeds the %d pixels of an image", p.rank, p.side*p.side)
	}
	images, labels := pixels(set, p.side)
	p.digests = []verify.Digest{{
		Name:   fmt.Sprintf("mnist/%s[%d:%d]", split, offset, offset+count),
		SHA256: set.Digest(),
		Detail: "Yann LeCun and Corinna Cortes, CC BY-SA 3.0",
	}}
	if data.Flag("centred") {
		p.mean = columnMeans(images)
		subtract(images, p.mean)
	}
	if p.data, err = model.NewData(p.side, classes, images, labels, reading); err != nil {
		return nil, err
	}
	p.class = make([][]float64, classes)
	for k := range p.class {
		p.class[k] = make([]float64, p.side*p.side)
	}
	for i, k := range labels {
		for j, v := range images.RawRowView(i) {
			p.class[k][j] += v
		}
	}
	return p, nil
}

// Digests implements verify.Problem: the training images.
func (p *Problem) Digests() []verify.Digest { return p.digests }

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

// pixels returns images cropped to side×side as rows, column-major, entries in [0, 1].
func pixels(set *mnist.Set, side int) (*mat.Dense, []int) {
	n := set.Len()
	images := mat.NewDense(n, side*side, nil)
	labels := make([]int, n)
	for i := range n {
		row, image := images.RawRowView(i), set.Images.Image(i)
		for r := range side {
			for c := range side {
				row[r+c*side] = float64(image[r*set.Images.Cols+c]) / 255
			}
		}
		labels[i] = int(set.Labels[i])
	}
	return images, labels
}

func columnMeans(m *mat.Dense) []float64 {
	rows, cols := m.Dims()
	mean := make([]float64, cols)
	for i := range rows {
		for j, v := range m.RawRowView(i) {
			mean[j] += v
		}
	}
	for j := range mean {
		mean[j] /= float64(rows)
	}
	return mean
}

// subtract takes mean, when there is one, from every row of m.
func subtract(m *mat.Dense, mean []float64) {
	rows, _ := m.Dims()
	for i := range rows {
		row := m.RawRowView(i)
		for j, v := range mean {
			row[j] -= v
		}
	}
}

var errNoTuple = errors.New("digits: the run left no finite parameters")
