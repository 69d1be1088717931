package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/verify/symmetry"
)

// suspect is a training procedure for the verifier to be tried on. The zero value is honest: it walks from a
// start drawn from the seed to one optimum, (1, 2, 3, 4), unless it starts signed, when there are two.
type suspect struct {
	open   error
	data   error // of CheckData
	train  func(s *suspect, t Trial) (*Outcome, error)
	scores func(x []float64, dst []float64)
	draw   func(x []float64, r DrawRequest) (*Drawing, error)
	proof  func(x []float64) *Certificate // of a trained tuple
	oracle func() ([]float64, *Certificate, error)
	inputs func(*Inputs)                         // what else is done to an input set
	probe  func(x []float64, m Image) [2]float64 // scores of an image
	attack func(x, y []float64, r AttackRequest) (*Attack, error)
	bound  func(x, y []float64) []float64
	better func() ([]Baseline, error)
	senses func(m Image) []float64
	shows  func(label int) []Image
	judges func() ([]Judge, error)
	basins []string
	praise func(x []float64, label int) (*Appraisal, error)
	as     func(*suspectProblem) Problem // hides some abilities
	// without hides the abilities to score, to draw and all others.
	without bool
	calls   atomic.Int64
}

func (*suspect) Name() string { return "suspect" }

func (s *suspect) Space() Space {
	return Space{
		Inputs: []string{"grid", "lesson", "exam", "noise", "blank"}, Labels: []string{"a", "b"},
		CheckData: func(Settings) error { return s.data },
		Problem:   []Axis{{Name: "size", Kind: KindInt, Min: 1, Max: 9, Default: 4.0}},
		Vary: []Axis{
			{Name: "start", Kind: KindText, Enum: []string{"positive", "signed"}, Default: "positive", Start: true},
			{Name: "method", Kind: KindText, Enum: []string{"slow", "fast"}, Default: "slow"},
			{Name: "pull", Kind: KindNumber, Min: 0, Max: 10, Default: 0.0},
		},
	}
}

func (s *suspect) Open(context.Context, Settings, Settings) (Problem, error) {
	if s.open != nil {
		return nil, s.open
	}
	if s.without {
		return bareProblem{problem: &suspectProblem{s}}, nil
	}
	if s.as != nil {
		return s.as(&suspectProblem{s}), nil
	}
	return &suspectProblem{s}, nil
}

type suspectProblem struct{ s *suspect }

// bareProblem is a Problem that is neither a Scorer nor an Artist.
type bareProblem struct{ problem *suspectProblem }

// onlyScores and onlyDraws hide all abilities but one.
func onlyScores(p *suspectProblem) Problem {
	return struct {
		bareProblem
		Scorer
	}{bareProblem{p}, p}
}

func onlyDraws(p *suspectProblem) Problem {
	return struct {
		bareProblem
		Artist
	}{bareProblem{p}, p}
}

func (b bareProblem) Digests() []Digest        { return b.problem.Digests() }
func (b bareProblem) Symmetry() symmetry.Group { return b.problem.Symmetry() }
func (b bareProblem) Train(ctx context.Context, t Trial, log io.Writer) (*Outcome, error) {
	return b.problem.Train(ctx, t, log)
}

func (*suspectProblem) Digests() []Digest        { return []Digest{{Name: "nothing", SHA256: "00"}} }
func (*suspectProblem) Symmetry() symmetry.Group { return symmetry.Trivial{} }

func (p *suspectProblem) Train(ctx context.Context, t Trial, log io.Writer) (*Outcome, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p.s.calls.Add(1)
	if _, err := fmt.Fprintf(log, "seed %d\n", t.Seed); err != nil {
		return nil, err
	}
	if p.s.train != nil {
		return p.s.train(p.s, t)
	}
	return honest(t), nil
}

// honest halves the distance to the optimum fifty times.
func honest(t Trial) *Outcome {
	r := rand.New(rand.NewPCG(t.Seed, 7))
	target := []float64{1, 2, 3, 4}
	if t.Settings.Text("start") == "signed" && t.Seed%2 == 0 {
		target = []float64{-4, 3, -2, 1}
	}
	x := make([]float64, 4)
	for i := range x {
		x[i] = 10 * r.Float64()
	}
	out := &Outcome{Status: Converged}
	for step := range 51 {
		d := floats.Distance(x, target, 2)
		out.Steps, out.Fitness, out.GradNorm = step, -d*d, 2*d
		out.Curve = append(out.Curve, CurvePoint{step, Number(out.Fitness), Number(out.GradNorm)})
		if step < 50 {
			for i := range x {
				x[i] = target[i] + (x[i]-target[i])/2
			}
		}
	}
	out.Tuple = point(x)
	return out
}

func point(x []float64) symmetry.Tuple {
	return symmetry.Tuple{{Name: "x", M: mat.NewDense(1, len(x), x)}}
}

// moved is honest with the result moved by d in its first entry.
func moved(t Trial, d float64) *Outcome {
	out := honest(t)
	x := append([]float64(nil), out.Tuple[0].M.RawRowView(0)...)
	x[0] += d
	out.Tuple = point(x)
	return out
}

// Inputs returns
//
//	grid    three inputs, none of them scored right
//	lesson  the first ten of exam, seen by training
//	exam    200 inputs of norm 2 with the right label scored 1 and the other 0.5, all but every tenth
//	noise   50 inputs of norm 0.1 with scores up to 0.4
//	blank   three inputs of norm 0 with scores 0
func (p *suspectProblem) Inputs(_ context.Context, name string) (*Inputs, error) {
	in := &Inputs{Name: name, Labels: 2}
	var table [][2]float64
	switch name {
	case "grid":
		in.Count, in.Truth = 3, []int{0, 1, 1}
	case "lesson", "exam":
		in.Fitted = name == "lesson"
		for i := range map[string]int{"lesson": 10, "exam": 200}[name] {
			row := [2]float64{0.5, 0.5}
			in.Truth = append(in.Truth, i%2)
			if row[i%2] = 1; i%10 == 9 {
				row = [2]float64{1, 0.5}
			}
			table = append(table, row)
			in.Norms = append(in.Norms, 2)
		}
	case "noise":
		for i := range 50 {
			table = append(table, [2]float64{0.4 / float64(i+1), 0.01})
			in.Norms = append(in.Norms, 0.1)
		}
	case "blank":
		table, in.Norms = make([][2]float64, 3), make([]float64, 3)
	default:
		return nil, fmt.Errorf("no inputs are called %q: there are grid, lesson, exam, noise and blank", name)
	}
	if table != nil {
		in.Count, in.Data = len(table), table
	}
	if p.s.inputs != nil {
		p.s.inputs(in)
	}
	return in, nil
}

func (p *suspectProblem) InputsFrom(name string, images []Image) (*Inputs, error) {
	return &Inputs{Name: name, Count: len(images), Labels: 2, Data: images}, nil
}

func (p *suspectProblem) Scores(dst []float64, t symmetry.Tuple, in *Inputs) []float64 {
	x := t.Part("x").RawRowView(0)
	if dst == nil {
		dst = make([]float64, in.Count*in.Labels)
	}
	table, _ := in.Data.([][2]float64)
	images, _ := in.Data.([]Image)
	for i := range in.Count {
		row := [2]float64{math.Abs(x[0]) * float64(i+1), math.Abs(x[1])}
		switch {
		case table != nil:
			row = [2]float64{math.Abs(x[0]) * table[i][0], math.Abs(x[0]) * table[i][1]}
		case images != nil && p.s.probe != nil:
			row = p.s.probe(x, images[i])
		}
		dst[2*i], dst[2*i+1] = row[0], row[1]
	}
	if p.s.scores != nil {
		p.s.scores(x, dst)
	}
	return dst
}

func (p *suspectProblem) Attack(_ context.Context, t, u symmetry.Tuple, r AttackRequest) (*Attack, error) {
	if p.s.attack != nil {
		return p.s.attack(t.Part("x").RawRowView(0), u.Part("x").RawRowView(0), r)
	}
	return &Attack{Status: Converged, Image: square(1, float64(r.Label), float64(r.Instance), 0), Steps: 1}, nil
}

// Supremum bounds the difference of scores, which grow with the place of an input among others, for a hundred.
func (p *suspectProblem) Supremum(_ context.Context, t, u symmetry.Tuple) ([]float64, error) {
	x, y := t.Part("x").RawRowView(0), u.Part("x").RawRowView(0)
	if p.s.bound != nil {
		return p.s.bound(x, y), nil
	}
	return []float64{100 * math.Abs(x[0]-y[0]), math.Abs(x[1] - y[1])}, nil
}

// Baselines knows a method that is right for three inputs in five.
func (p *suspectProblem) Baselines(_ context.Context, in *Inputs) ([]Baseline, error) {
	if p.s.better != nil {
		return p.s.better()
	}
	b := Baseline{Name: "three in five", Doc: "right for three inputs in five", Answers: slices.Clone(in.Truth)}
	for i := range b.Answers {
		if i%5 > 2 {
			b.Answers[i] = -1
		}
	}
	return []Baseline{b}, nil
}

// Features returns the sum, the sum of squares and the largest of the pixels: no shift changes them.
func (p *suspectProblem) Features(images []Image) [][]float64 {
	out := make([][]float64, len(images))
	for i, m := range images {
		out[i] = []float64{floats.Sum(m.Pixels), floats.Dot(m.Pixels, m.Pixels), floats.Max(m.Pixels)}
		if p.s.senses != nil {
			out[i] = p.s.senses(m)
		}
	}
	return out
}

// Examples returns images with two pixels in common to all.
func (p *suspectProblem) Examples(label int) []Image {
	if p.s.shows != nil {
		return p.s.shows(label)
	}
	if label == 0 {
		return []Image{square(1, 0.5, 0.5, 0), square(1.2, 0.5, 0.5, 0.1), square(0.8, 0.5, 0.5, 0)}
	}
	return []Image{square(0, 0.5, 0.5, 1), square(0.1, 0.5, 0.5, 1.2)}
}

func square(pixels ...float64) Image { return Image{Rows: 2, Cols: 2, Pixels: pixels} }

// Judges calls one who knows what each label should look like.
func (p *suspectProblem) Judges(context.Context) ([]Judge, error) {
	if p.s.judges != nil {
		return p.s.judges()
	}
	return []Judge{{Name: "draughtsman", Doc: "knows the optimum", Right: 95, Of: 100, Distances: asTheCrowFlies}}, nil
}

func asTheCrowFlies(images []Image) [][]float64 {
	out := make([][]float64, len(images))
	for i, m := range images {
		for k := range 2 {
			want := drawnFrom([]float64{1, 2, 3, 4}, DrawRequest{Label: k}).Image
			out[i] = append(out[i], math.Sqrt(max(0, 2-2*math.Abs(floats.Dot(m.Pixels, want.Pixels)))))
		}
	}
	return out
}

func (p *suspectProblem) Patterns() []string {
	if p.s.basins != nil {
		return p.s.basins
	}
	return []string{"+"}
}

// Appraise knows that nothing scores more than the honest drawing does.
func (p *suspectProblem) Appraise(_ context.Context, t symmetry.Tuple, label int) (*Appraisal, error) {
	x := t.Part("x").RawRowView(0)
	if p.s.praise != nil {
		return p.s.praise(x, label)
	}
	return &Appraisal{Image: drawnFrom(x, DrawRequest{Label: label}).Image, Score: 1, Bound: 1, Second: 0.5}, nil
}

func (p *suspectProblem) Labels() []string { return []string{"a", "b"} }

func (p *suspectProblem) Draw(_ context.Context, t symmetry.Tuple, r DrawRequest) (*Drawing, error) {
	x := t.Part("x").RawRowView(0)
	if p.s.draw != nil {
		return p.s.draw(x, r)
	}
	return drawnFrom(x, r), nil
}

// drawnFrom draws x with its last entry negative, and for label 1 backwards.
func drawnFrom(x []float64, r DrawRequest) *Drawing {
	image := append([]float64(nil), x...)
	image[0] += 1e-12 * float64(r.Instance) // what an ascent from another start leaves
	image[3] = -image[3]
	if r.Label == 1 {
		slices.Reverse(image)
	}
	floats.Scale(1/floats.Norm(image, 2), image)
	if r.Instance%2 == 1 {
		floats.Scale(-1, image)
	}
	return &Drawing{Status: Converged, Image: Image{Rows: 2, Cols: 2, Pixels: image}, Score: 1, Steps: 1, Pattern: "+"}
}

// proven certifies a tuple at the honest optimum, whose fitness is 0, and refuses every other.
func proven(x []float64) *Certificate {
	d := floats.Distance(x, []float64{1, 2, 3, 4}, 2)
	c := &Certificate{Certified: d < 1e-6, Fitness: Number(-d * d), Gap: Number(d * d), GapError: 1e-15, Ratio: 2, Distance: 1e-12, Cut: 1}
	if !c.Certified {
		c.Reason, c.Distance = "the bound is not attained", Number(math.Inf(1))
	}
	return c
}

func (p *suspectProblem) Certify(_ context.Context, t symmetry.Tuple) (*Certificate, error) {
	x := t.Part("x").RawRowView(0)
	if p.s.proof != nil {
		return p.s.proof(x), nil
	}
	return proven(x), nil
}

func (p *suspectProblem) Oracle(context.Context) (symmetry.Tuple, *Certificate, error) {
	x, c, err := []float64{1, 2, 3, 4}, (*Certificate)(nil), error(nil)
	if p.s.oracle != nil {
		x, c, err = p.s.oracle()
	}
	if err != nil {
		return nil, nil, err
	}
	if c == nil {
		c = proven(x)
	}
	if x == nil {
		return nil, c, nil
	}
	return point(x), c, nil
}

func (p *suspectProblem) Polish(context.Context, symmetry.Tuple) (symmetry.Tuple, int, error) {
	return point([]float64{1, 2, 3, 4}), 1, nil
}

var errBroken = errors.New("the disk is on fire")
