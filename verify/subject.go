package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"example.org/concord/verify/symmetry"
)

// A Subject is a training procedure whose outcome is claimed not to depend on its start.
type Subject interface {
	// Name is the word a scenario uses for the subject.
	Name() string
	// Space lists what a scenario may set, with types, bounds and defaults.
	Space() Space
	// Open prepares one problem: loads the data, computes what all its trials share.
	// The settings have been checked against Space. An error means that the problem cannot be posed.
	Open(ctx context.Context, data, problem Settings) (Problem, error)
}

// A Problem is everything that may change the outcome of training, made ready. Its methods are called
// from several goroutines at once.
type Problem interface {
	// Digests identify the data that outcomes are computed from. They are part of every cell's id.
	Digests() []Digest
	// Symmetry says which tuples are the same.
	Symmetry() symmetry.Group
	// Train runs one trial. Lines written to log are kept beside the report. A run that does not converge
	// is an Outcome with the Status that says so; an error means that there is no outcome at all.
	Train(ctx context.Context, t Trial, log io.Writer) (*Outcome, error)
}

// A Scorer is a Problem whose tuples are functions that score inputs, one score per label.
type Scorer interface {
	// Inputs returns a named set of inputs, or an error that lists the names there are.
	Inputs(ctx context.Context, name string) (*Inputs, error)
	// InputsFrom makes inputs of images.
	InputsFrom(name string, images []Image) (*Inputs, error)
	// Scores stores in dst the scores of all inputs, input by input, Labels entries each; nil allocates.
	// Scores are scale-free: tuples that are the same have equal scores.
	Scores(dst []float64, t symmetry.Tuple, in *Inputs) []float64
}

// Inputs is a set of inputs in the form its Scorer wants.
type Inputs struct {
	Name   string // as the scenario names it
	Count  int    // number of inputs
	Labels int    // number of scores per input
	Truth  []int  // the right label of each input; nil where there is none
	Fitted bool   // training saw them, so that a share of them is no estimate of anything
	// Norms are the Euclidean norms of the inputs; nil where inputs have none. A score with exponent e is the
	// scale-free score divided by the norm to the power e − 2.
	Norms []float64
	Data  any // the Scorer's own
}

// An Adversary is a Scorer that searches all inputs for one on which two tuples differ, so that a claim about
// every input is attacked and not sampled.
type Adversary interface {
	// Attack ascends the difference of the scores of t and u for one label over the inputs of unit norm.
	Attack(ctx context.Context, t, u symmetry.Tuple, r AttackRequest) (*Attack, error)
	// Supremum returns for each label a bound on the difference of the scores of t and u over every input.
	Supremum(ctx context.Context, t, u symmetry.Tuple) ([]float64, error)
}

// An AttackRequest asks for one search.
type AttackRequest struct {
	Label    int    // index of the score
	Seed     uint64 // with Label and Instance, all that determines the start
	Instance int
}

// An Attack is an input that a search ended in. What the scores differ by there is for the framework to measure.
type Attack struct {
	Status Status
	Image  Image
	Steps  int
}

// A Baseliner is a Scorer that knows simple methods to compare its tuples with.
type Baseliner interface {
	// Baselines answers the inputs, which have right labels, by methods that learned from the same examples as
	// the tuples did.
	Baselines(ctx context.Context, in *Inputs) ([]Baseline, error)
}

// A Baseline is a simple method and its answers.
type Baseline struct {
	Name    string // "nearest neighbour"
	Doc     string // one line
	Answers []int  // by input: a label, or −1
}

// A Featurer is a Problem that computes features of images before anything trained sees them.
type Featurer interface {
	// Features returns the features of each image.
	Features(images []Image) [][]float64
}

// An Exhibitor is a Problem that learns from images and shows them.
type Exhibitor interface {
	// Examples returns the training images of a label, an index into Artist.Labels, as training saw them.
	Examples(label int) []Image
}

// A Court is an Artist that calls judges who share nothing with what it trains.
type Court interface {
	Judges(ctx context.Context) ([]Judge, error)
}

// A Judge says what an image shows. It learned from images that training did not see.
type Judge struct {
	Name      string // "nearest neighbours"
	Doc       string // what it learned, from what
	Right, Of int    // how many of how many images it had not seen it names right
	// Distances returns for each image and each label of Artist.Labels how far the image is from the label:
	// positive, and the smallest names the image. Only ratios within one image mean anything. Neither the
	// scale nor the sign of the image count: an image and its negative are the same.
	Distances func(images []Image) [][]float64
}

// A Patterned problem is an Artist that can begin a drawing in a basin on purpose.
type Patterned interface {
	// Patterns names the basins that a drawing may begin in; empty where there is nothing to choose.
	Patterns() []string
}

// An Appraiser is an Artist that can prove which image of a label scores highest.
type Appraiser interface {
	// Appraise looks for the best image of a label, by other means than Draw and without a random start, and bounds
	// the score of every image.
	Appraise(ctx context.Context, t symmetry.Tuple, label int) (*Appraisal, error)
}

// An Appraisal is what is proven about the scores of all images for one label.
type Appraisal struct {
	Image Image   // the best found, of unit norm; empty when there is none
	Score float64 // of Image, as Drawing.Score
	Bound float64 // no image scores more
	// Second is below Bound where the image that attains Bound is the only one, up to its sign.
	Second float64
}

// An Artist is a Problem whose tuples can draw: one image per label, from a random start.
type Artist interface {
	// Labels names what can be drawn.
	Labels() []string
	// Draw ascends one image. An ascent that does not converge is a Drawing with the Status that says so.
	Draw(ctx context.Context, t symmetry.Tuple, r DrawRequest) (*Drawing, error)
}

// A Certifier is a Problem that can prove that no other outcome is better than a given one.
type Certifier interface {
	// Certify tries to prove that t is the optimum. A proof that does not close is a Certificate with the
	// reason; an error means that the attempt could not be made.
	Certify(ctx context.Context, t symmetry.Tuple) (*Certificate, error)
	// Oracle finds the optimum without any start, by other means than training, with its certificate. The
	// tuple is nil when it finds none; the certificate then has the reason.
	Oracle(ctx context.Context) (symmetry.Tuple, *Certificate, error)
	// Polish moves t to the optimum by the oracle's means, and returns how many steps it took.
	Polish(ctx context.Context, t symmetry.Tuple) (polished symmetry.Tuple, steps int, err error)
}

// A Rehearser is a Problem that shows how much of an outcome is owed to rounding and to the rules that stop training
// and drawing: what Calibrate derives tolerances from. One that is an Artist heeds DrawRequest.GradNorm.
type Rehearser interface {
	// StoppingRules returns the gradient norms at which the trial and drawings stop, positive.
	StoppingRules(t Trial) (training, drawing float64)
	// Rehearse trains t as Train does, but from a start moved at random by nudge, relative to its norm, and until the
	// gradient norm is at most gradNorm.
	Rehearse(ctx context.Context, t Trial, nudge, gradNorm float64) (*Outcome, error)
}

// A DrawRequest asks for one drawing.
type DrawRequest struct {
	Label    int    // index into Artist.Labels
	Seed     uint64 // with Label and Instance, all that determines the start
	Instance int    // 0, 1, ...: different instances start elsewhere
	Pattern  string // one of Patterned.Patterns: begin there; "" begins anywhere
	Frames   bool   // keep frames of the ascent
	// GradNorm is the gradient norm to reach; zero leaves it to the Artist. Only a Rehearser is asked for another.
	GradNorm float64
}

// A Drawing is an image with the way it was reached.
type Drawing struct {
	Status  Status
	Image   Image   // unit Frobenius norm, sign fixed by the subject's own rule
	Score   float64 // of the image, for its label
	Steps   int     // ascent steps
	Pattern string  // the subject's name for the basin the image should belong to; "" when it has none
	Frames  []Image // the ascent, first to last, in the sign of Image; nil when not asked for
}

// Status says how a run ended. The zero value is StatusNotRun.
type Status uint8

// The ways a run ends. Only Converged lets an outcome bear witness for or against a claim.
const (
	StatusNotRun Status = iota // it never ran
	Converged                  // the subject's own stopping rule was met
	StepLimit                  // the step limit came first
	Diverged                   // a non-finite value or a fall without end
	Stopped                    // no further progress possible, or cancelled
	StatusFailed               // it returned an error or panicked
)

//nolint:gochecknoglobals // a constant table
var statusNames = [...]string{"not run", "converged", "step limit", "diverged", "stopped", "failed"}

// Outcome is what one trial of training leaves behind.
type Outcome struct {
	Status      Status
	Fitness     float64        // higher is better
	GradNorm    float64        // scale-free norm of the gradient at the end
	Steps       int            // accepted steps
	Evaluations int            // evaluations of fitness and gradient
	Tuple       symmetry.Tuple // nil when there is none
	Curve       []CurvePoint   // thinned to at most about a hundred points, first and last included
}

// A CurvePoint is one point of a convergence curve.
type CurvePoint struct {
	Step     int    `json:"step"`      // accepted steps so far
	Fitness  Number `json:"fitness"`   // at that step
	GradNorm Number `json:"grad_norm"` // scale-free gradient norm at that step
}

// A Digest names what something was computed from.
type Digest struct {
	Name   string `json:"name"`             // "mnist/train[0:100]", "model source"
	SHA256 string `json:"sha256"`           // lower-case hex
	Detail string `json:"detail,omitempty"` // where it came from, licence
}

// An Image is a grey image of real numbers. In result.json pixels are rounded to six significant digits:
// pictures are for looking at, and distances are computed before that.
type Image struct {
	Rows   int       `json:"rows"`
	Cols   int       `json:"cols"`
	Pixels []float64 `json:"pixels"` // row-major, Rows*Cols
}

// Settings is one point of a Space: axis name to value, which is a string, float64, bool or, for a record,
// a map[string]any of those. Encoded as JSON it is canonical, because encoding/json sorts keys.
type Settings map[string]any

// Text returns the string value of an axis, "" when absent.
func (s Settings) Text(name string) string { v, _ := s[name].(string); return v }

// Number returns the numeric value of an axis, 0 when absent.
func (s Settings) Number(name string) float64 { v, _ := s[name].(float64); return v }

// Flag returns the boolean value of an axis, false when absent.
func (s Settings) Flag(name string) bool { v, _ := s[name].(bool); return v }

// Record returns the value of a record axis, nil when absent.
func (s Settings) Record(name string) Settings { v, _ := s[name].(map[string]any); return v }

// A Space lists the axes a scenario may set. Names are unique over all three lists; "seed" is taken.
type Space struct {
	Data    []Axis   // one value each
	Problem []Axis   // what may change the outcome: a list of values each
	Vary    []Axis   // what must not: a list of values each
	Inputs  []string // that a scores check may name, "generated" apart; nil: what the Scorer takes is not known beforehand
	Labels  []string // that a scenario may have drawn; nil: not known beforehand
	// CheckData rejects combinations of data settings that the types allow; nil accepts all.
	CheckData func(data Settings) error
}

// Kind is the type of an axis.
type Kind uint8

// The kinds of axes.
const (
	KindText   Kind = iota // one of Enum
	KindInt                // a whole number in [Min, Max]
	KindNumber             // a finite number in [Min, Max]
	KindFlag               // true or false
	KindRecord             // a mapping with Fields
)

// An Axis is one thing a scenario may set.
type Axis struct {
	Name     string
	Doc      string // one line
	Kind     Kind
	Enum     []string
	Min, Max float64
	Default  any    // used when the scenario is silent; nil: for a record all defaults of its fields, else required
	Optional bool   // of a field of a record without Default: may be absent, and is then absent from the Settings too
	Fields   []Axis // of a record
	// Start marks an axis of Vary that, with the seed, determines where training starts. Trials that differ
	// only in other axes share their start and do not count as independent evidence.
	Start bool
	// Check rejects combinations that the types allow; nil accepts all. Its error is shown at the value's position.
	Check func(value any) error
}

// A Trial is one way to train a problem.
type Trial struct {
	Seed     uint64
	Settings Settings // the axes of Space.Vary
}

// String returns the status as reports print it.
func (s Status) String() string {
	if int(s) >= len(statusNames) {
		return fmt.Sprintf("Status(%d)", uint8(s))
	}
	return statusNames[s]
}

// MarshalText implements encoding.TextMarshaler.
func (s Status) MarshalText() ([]byte, error) {
	if int(s) >= len(statusNames) {
		return nil, fmt.Errorf("verify: no status has number %d", uint8(s))
	}
	return []byte(s.String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Status) UnmarshalText(text []byte) error {
	i := slices.Index(statusNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("verify: unknown status %q", text)
	}
	*s = Status(i) //nolint:gosec // an index into a table of six
	return nil
}

// MarshalJSON implements json.Marshaler; it rounds pixels to six significant digits.
func (m Image) MarshalJSON() ([]byte, error) {
	type plain Image
	p := plain(m)
	p.Pixels = make([]float64, len(m.Pixels))
	for i, x := range m.Pixels {
		p.Pixels[i] = round(x, 6)
	}
	return json.Marshal(p)
}
