package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
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
	// without hides the abilities to score and to draw.
	without bool
	calls   atomic.Int64
}

func (*suspect) Name() string { return "suspect" }

func (s *suspect) Space() Space {
	return Space{
		Inputs: []string{"grid"}, Labels: []string{"a", "b"},
		CheckData: func(Settings) error { return s.data },
		Problem:   []Axis{{Name: "size", Kind: KindInt, Min: 1, Max: 9, Default: 4.0}},
		Vary: []Axis{
			{Name: "start", Kind: KindText, Enum: []string{"positive", "signed"}, Default: "positive", Start: true},
			{Name: "method", Kind: KindText, Enum: []string{"slow", "fast"}, Default: "slow"},
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
	return &suspectProblem{s}, nil
}

type suspectProblem struct{ s *suspect }

// bareProblem is a Problem that is neither a Scorer nor an Artist.
type bareProblem struct{ problem *suspectProblem }

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

func (p *suspectProblem) Inputs(_ context.Context, name string) (*Inputs, error) {
	if name != "grid" {
		return nil, fmt.Errorf("no inputs are called %q: there is grid", name)
	}
	return &Inputs{Name: name, Count: 3, Labels: 2, Truth: []int{0, 1, 1}}, nil
}

func (p *suspectProblem) InputsFrom(name string, images []Image) (*Inputs, error) {
	return &Inputs{Name: name, Count: len(images), Labels: 2}, nil
}

func (p *suspectProblem) Scores(dst []float64, t symmetry.Tuple, in *Inputs) []float64 {
	x := t.Part("x").RawRowView(0)
	for i := range in.Count {
		dst[2*i], dst[2*i+1] = math.Abs(x[0])*float64(i+1), math.Abs(x[1])
	}
	if p.s.scores != nil {
		p.s.scores(x, dst)
	}
	return dst
}

func (p *suspectProblem) Labels() []string { return []string{"a", "b"} }

func (p *suspectProblem) Draw(_ context.Context, t symmetry.Tuple, r DrawRequest) (*Drawing, error) {
	x := t.Part("x").RawRowView(0)
	if p.s.draw != nil {
		return p.s.draw(x, r)
	}
	return drawnFrom(x, r), nil
}

func drawnFrom(x []float64, r DrawRequest) *Drawing {
	image := append([]float64(nil), x...)
	image[0] += 1e-12 * float64(r.Instance) // what an ascent from another start leaves
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

// leaked keeps what a leaking suspect allocates.
func allocate(megabytes int) { runtime.KeepAlive(make([]byte, megabytes<<20)) }
