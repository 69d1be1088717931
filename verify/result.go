package verify

import "time"

// SchemaVersion is the version of the result tree's JSON form. It grows when a field changes its meaning.
const SchemaVersion = 2

// Result is everything a run found out, and all that any report is made of.
type Result struct {
	SchemaVersion int             `json:"schema_version"`
	Verdict       Verdict         `json:"verdict"`  // the worst of the problems and the twins
	Sentence      string          `json:"sentence"` // the verdict in words a non-specialist understands
	Scenario      ScenarioInfo    `json:"scenario"`
	Problems      []ProblemResult `json:"problems"`
	Twins         []TwinResult    `json:"twins"`    // the must-fail controls
	Doses         []DoseResult    `json:"doses"`    // controls in many strengths
	Warnings      []string        `json:"warnings"` // what a reader should know although it decided nothing
	Environment   Environment     `json:"environment"`
	Timing        Timing          `json:"timing"` // the only part that differs when the same binary runs twice
}

// ScenarioInfo says what was asked for.
type ScenarioInfo struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	About   string   `json:"about"`
	Subject string   `json:"subject"`
	SHA256  string   `json:"sha256"` // of Source
	Source  string   `json:"source"` // the YAML text, as read
	Command string   `json:"command"`
	Reduced []string `json:"reduced"` // how the run was cut down against Source, one sentence each
}

// ProblemResult is what was found for one problem: one setting of everything that may change the outcome.
type ProblemResult struct {
	ID        string          `json:"id"`    // content address, 64 hex digits
	Label     string          `json:"label"` // "rank=20"
	Data      Settings        `json:"data"`
	Settings  Settings        `json:"settings"`
	Verdict   Verdict         `json:"verdict"`         // the worst of the checks
	Error     string          `json:"error,omitempty"` // why the problem could not be posed
	Symmetry  string          `json:"symmetry"`        // what counts as the same, in words
	Digests   []Digest        `json:"digests"`
	Trials    []TrialResult   `json:"trials"`
	Checks    []CheckResult   `json:"checks"`
	Distances *Distances      `json:"distances,omitempty"` // between all trained tuples
	Basins    []Basin         `json:"basins"`              // of the trained tuples, largest first
	Drawings  []LabelDrawings `json:"drawings"`            // by label
	Metrics   []Metric        `json:"metrics"`             // accuracy and the like, stated as measured
	Power     *Power          `json:"power,omitempty"`     // what the number of starts supports
	Oracle    *Oracle         `json:"oracle,omitempty"`    // the optimum found without a start; absent without a certificate check, or where every one says oracle: false
	Confusion []Confusion     `json:"confusion"`           // of the first converged network, where the scenario has an accuracy check
	Novelty   []Novelty       `json:"novelty"`             // by exponent, where the scenario has a novelty check
	Judges    []JudgeInfo     `json:"judges"`              // who judged the drawings
}

// TrialResult is one trained network.
type TrialResult struct {
	Cell        string       `json:"cell"`  // content address: data, problem, trial, code
	Label       string       `json:"label"` // "seed=1 start=uniform ascent=lbfgs"
	Start       string       `json:"start"` // the part of Label that determines the start
	Seed        uint64       `json:"seed"`
	Settings    Settings     `json:"settings"`
	Status      Status       `json:"status"`
	Error       string       `json:"error,omitempty"`
	Fitness     Number       `json:"fitness"`
	GradNorm    Number       `json:"grad_norm"`   // scale-free, at the end
	Steps       int          `json:"steps"`       // accepted steps
	Evaluations int          `json:"evaluations"` // of fitness and gradient
	Basin       int          `json:"basin"`       // index into Basins, -1 when it has no converged tuple
	Metrics     []Metric     `json:"metrics"`
	Certificate *Certificate `json:"certificate,omitempty"` // where the scenario asks for one
	Curve       []CurvePoint `json:"curve"`
	Log         string       `json:"log"`       // path of its log, relative to the result
	Reproduce   string       `json:"reproduce"` // the command that runs this cell alone
}

// Certificate is a proof, or the failed attempt at one, that an outcome is the unique best one in its cone: a
// bound on the fitness of every outcome, which this one attains up to Gap.
type Certificate struct {
	Certified bool     `json:"certified"`
	Reason    string   `json:"reason"`    // why it is not certified, "" when it is
	Fitness   Number   `json:"fitness"`   // of the outcome
	Bound     Number   `json:"bound"`     // no outcome is better than this
	Gap       Number   `json:"gap"`       // Bound minus Fitness
	GapError  Number   `json:"gap_error"` // bound on the rounding error of Gap
	Ratio     Number   `json:"ratio"`     // of the singular values at the cut: above 1 the optimum is unique
	Distance  Number   `json:"distance"`  // proven bound on the distance to the optimum, modulo symmetry; +Inf where none is proven
	Measured  Number   `json:"measured"`  // distance to the optimum found without a start; NaN without one
	Values    []Number `json:"values"`    // singular values of the dual matrix, descending; of the oracle only
	Cut       int      `json:"cut"`       // how many of Values the bound counts
}

// Oracle is the optimum found without any start, compared with what training found.
type Oracle struct {
	Certificate Certificate `json:"certificate"`
	Distance    Number      `json:"distance"` // largest distance to a converged trained tuple, modulo symmetry; NaN without a tuple
	Cell        string      `json:"cell"`     // the trial at that distance
	Golden      Number      `json:"golden"`   // distance to the golden tuple; NaN without one
}

// CheckResult is one claim with its evidence.
type CheckResult struct {
	ID        string     `json:"id"`    // unique within the problem: "images-within-basin"
	Kind      string     `json:"kind"`  // "tuple", "scores", ...
	Title     string     `json:"title"` // the claim in one plain sentence
	Verdict   Verdict    `json:"verdict"`
	Sentence  string     `json:"sentence"`  // what was found, precisely
	Value     Number     `json:"value"`     // the worst deviation found; NaN when nothing could be measured
	Tolerance Number     `json:"tolerance"` // the largest deviation allowed; 0 means bit for bit
	Margin    Number     `json:"margin"`    // Value/Tolerance: above 1 refutes
	Quantity  string     `json:"quantity"`  // what Value measures, with its normalisation
	Reason    string     `json:"reason"`    // why the tolerance is what it is
	Evidence  []Evidence `json:"evidence"`  // worst first
}

// Evidence is one fact a check rests on.
type Evidence struct {
	Text  string   `json:"text"`
	Value Number   `json:"value"`
	Cells []string `json:"cells,omitempty"` // the trials it is about
}

// Distances are all pairwise distances among the trials of a problem that have a tuple.
type Distances struct {
	Trials    []int    `json:"trials"`     // row i of the matrix is trial Trials[i]; ordered by basin
	After     []Number `json:"after"`      // modulo symmetry: strict upper triangle by rows, four significant digits
	Before    []Number `json:"before"`     // the same pairs compared entry by entry, without alignment
	Max       Number   `json:"max"`        // largest of After among converged trials
	MaxBefore Number   `json:"max_before"` // largest of Before among converged trials
}

// Basin is a set of outcomes that are the same modulo symmetry.
type Basin struct {
	Size     int      `json:"size"`
	Trials   []int    `json:"trials"`
	Fitness  Number   `json:"fitness"`  // highest in the basin
	Spread   Number   `json:"spread"`   // highest minus lowest fitness in it
	Diameter Number   `json:"diameter"` // largest distance between two members
	Nearest  Number   `json:"nearest"`  // smallest distance to a member of another basin; NaN when alone
	Starts   []string `json:"starts"`   // distinct starts that led here
}

// LabelDrawings is what was drawn for one label.
type LabelDrawings struct {
	Label      string       `json:"label"`
	Instances  []DrawnImage `json:"instances"`          // the first two, from different starts with the same network
	Difference Number       `json:"difference"`         // distance of the first two modulo sign
	Residual   *Image       `json:"residual,omitempty"` // the second minus the first, after turning the sign of the second where that brings them nearer
	Count      int          `json:"count"`              // all drawings made: instances of every network, the census, and those begun in a basin on purpose
	Converged  int          `json:"converged"`          // how many of them converged
	Basins     []ImageBasin `json:"basins"`             // largest first
	Between    [][]Number   `json:"between"`            // smallest distance between members of two basins, Basins by Basins
	MaxWithin  Number       `json:"max_within"`         // largest distance between two drawings of one basin
	MaxAll     Number       `json:"max_all"`            // largest distance between any two drawings
	Census     []Begun      `json:"census"`             // what became of drawings that began in a basin on purpose
	Best       *BestImage   `json:"best,omitempty"`     // the best image there is, where the subject can prove which it is
	Mean       *MeanImage   `json:"mean,omitempty"`     // the mean training image of the label, held against the first drawing
}

// Begun is what became of the drawings that began in one basin on purpose.
type Begun struct {
	Pattern   string   `json:"pattern"`   // where they began
	Count     int      `json:"count"`     // how many
	Converged int      `json:"converged"` // of them
	Stayed    int      `json:"stayed"`    // of the converged, those that ended with the same pattern
	Ended     []string `json:"ended"`     // the patterns they ended with, distinct, sorted
}

// BestImage is the image of a label that scores highest, found without a random start, and the proof that it does.
type BestImage struct {
	Score    Number `json:"score"`
	Bound    Number `json:"bound"`    // no image scores more: proven
	Second   Number `json:"second"`   // below Bound the image that attains it is the only one, up to its sign
	Proven   bool   `json:"proven"`   // Score attains Bound to rounding, and Second is below it
	Distance Number `json:"distance"` // of the nearest drawing, modulo sign; NaN without one
	Basin    int    `json:"basin"`    // of that drawing, an index into Basins; −1 without one
	Lacking  Number `json:"lacking"`  // by what part of Score the best drawing falls short of it; NaN without one
}

// MeanImage is the mean of the training images of a label, held against a drawing of it.
type MeanImage struct {
	Image       Image  `json:"image"`       // the mean, of unit norm
	Difference  Image  `json:"difference"`  // the drawing minus its projection on the mean
	Correlation Number `json:"correlation"` // cosine of the angle between the drawing and the mean
	Negative    Number `json:"negative"`    // norm of the negative part of the drawing, which has norm 1
	Border      Number `json:"border"`      // standard deviation of the drawing over the pixels where every training image is constant, relative to its root mean square over all pixels; NaN without such pixels
}

// DrawnImage is one drawing with its origin.
type DrawnImage struct {
	Cell     string  `json:"cell"` // of the network that drew it
	Seed     uint64  `json:"seed"`
	Instance int     `json:"instance"`
	Status   Status  `json:"status"`
	Score    Number  `json:"score"`
	Steps    int     `json:"steps"`
	Pattern  string  `json:"pattern"`
	Image    Image   `json:"image"`
	Frames   []Image `json:"frames,omitempty"`
	// What judges said, in the order of ProblemResult.Judges, and the nearest training image; where the scenario
	// has a recognisable check.
	Opinions    []Opinion        `json:"opinions"`
	Nearest     *Neighbour       `json:"nearest,omitempty"`
	NextNearest []Neighbour      `json:"next_nearest,omitempty"` // the second and the third nearest
	Golden      *GoldenDeviation `json:"golden,omitempty"`       // where a golden has a drawing of this label and pattern
}

// GoldenDeviation is how a golden drawing differs from the drawing of a run. The golden drawing is the drawing plus
// Residual.
type GoldenDeviation struct {
	Distance Number `json:"distance"` // of the two as vectors of unit norm, modulo sign
	Residual Image  `json:"residual"` // the golden one minus this one, after turning the sign of the golden one where that brings them nearer
}

// JudgeInfo is a judge of drawings.
type JudgeInfo struct {
	Name     string `json:"name"`
	Doc      string `json:"doc"`      // what it learned, from what
	Accuracy Metric `json:"accuracy"` // on images it had not seen
}

// Opinion is what one judge says of one drawing.
type Opinion struct {
	Label string `json:"label"` // the one it names
	Doubt Number `json:"doubt"` // distance from the right label over distance from the nearest wrong one: below 1 it names the right one
}

// Neighbour is a training image near a drawing.
type Neighbour struct {
	Label    string `json:"label"`
	Index    int    `json:"index"`    // among the examples of its label
	Distance Number `json:"distance"` // of the two as vectors of unit norm, modulo sign
	Image    Image  `json:"image"`
}

// ImageBasin is a set of drawings that are the same modulo sign.
type ImageBasin struct {
	Pattern  string `json:"pattern"` // of its members; "mixed" when they differ
	Size     int    `json:"size"`
	Score    Number `json:"score"`    // highest in the basin
	Diameter Number `json:"diameter"` // largest distance between two members
	Image    Image  `json:"image"`    // one member
}

// Metric is a number stated as measured, with no claim attached.
type Metric struct {
	Name  string `json:"name"` // "accuracy/test"
	Doc   string `json:"doc"`
	Value Number `json:"value"`
	Low   Number `json:"low"` // 95 % confidence, NaN when it has none
	High  Number `json:"high"`
	N     int    `json:"n"` // sample size, 0 when it has none
}

// Confusion counts what a network says against what is right.
type Confusion struct {
	Inputs string   `json:"inputs"` // name of the input set
	Cell   string   `json:"cell"`   // of the network
	Labels []string `json:"labels"`
	Counts [][]int  `json:"counts"` // by right label, by the label named
	None   []int    `json:"none"`   // by right label: inputs for which it names none
}

// Novelty says how well the largest score of an input tells known inputs from others.
type Novelty struct {
	Exponent float64       `json:"exponent"` // of the norm that scores are divided by
	Known    string        `json:"known"`    // name of the input set that should score high
	Cell     string        `json:"cell"`     // of the network
	Edges    []Number      `json:"edges"`    // of the histograms, ascending; counts beyond the ends are in the outermost bins
	Counts   []int         `json:"counts"`   // histogram of the known inputs
	Kinds    []NoveltyKind `json:"kinds"`    // the others
}

// NoveltyKind is one kind of inputs that should score low.
type NoveltyKind struct {
	Name   string     `json:"name"`
	N      int        `json:"n"`
	AUC    Number     `json:"auc"` // probability that a known input scores higher than one of this kind, ties half
	Low    Number     `json:"low"` // 95 % confidence
	High   Number     `json:"high"`
	Counts []int      `json:"counts"` // histogram over Novelty.Edges
	ROC    []ROCPoint `json:"roc"`    // thinned, from (0, 0) to (1, 1)
}

// ROCPoint is one threshold of a receiver operating characteristic.
type ROCPoint struct {
	False Number `json:"false"` // share of this kind accepted
	True  Number `json:"true"`  // share of the known inputs accepted
}

// DoseResult is a control in many strengths.
type DoseResult struct {
	Name     string      `json:"name"`
	Axis     string      `json:"axis"`
	Points   []DosePoint `json:"points"` // weakest first
	Verdict  Verdict     `json:"verdict"`
	Sentence string      `json:"sentence"`
}

// DosePoint is one strength of a control.
type DosePoint struct {
	Value     Number `json:"value"`     // of the axis
	Starts    int    `json:"starts"`    // independent starts whose trials all converged
	Disagreed int    `json:"disagreed"` // of them, those that ended elsewhere than the scenario's outcome
	Open      int    `json:"open"`      // starts with a trial that did not converge or failed
	Low       Number `json:"low"`       // 95 % confidence for the share that disagrees
	High      Number `json:"high"`
	Largest   Number `json:"largest"` // distance to the scenario's outcome
}

// Power is what the number of independent starts supports.
type Power struct {
	Starts     int     `json:"starts"`     // independent starts with a converged outcome
	Disagreed  int     `json:"disagreed"`  // of them, outside the largest basin
	Confidence float64 `json:"confidence"` // 0.95
	Upper      Number  `json:"upper"`      // Clopper-Pearson upper bound on the share of starts that disagree
	Sentence   string  `json:"sentence"`
}

// TwinResult is a control with one thing broken on purpose: it has to fail.
type TwinResult struct {
	Name     string        `json:"name"`
	Subject  string        `json:"subject"`   // whose control it is, where it is another subject; "": the scenario's
	Broken   Settings      `json:"broken"`    // what was changed
	MustFail []string      `json:"must_fail"` // kinds of the checks that have to fail
	Verdict  Verdict       `json:"verdict"`   // Pass when they all did, Vacuous when one did not
	Sentence string        `json:"sentence"`
	Problem  ProblemResult `json:"problem"`
}

// Environment is where a run took place.
type Environment struct {
	Version  string `json:"version"`  // of this tool
	Revision string `json:"revision"` // of its source, with "+dirty" where it was not committed
	Go       string `json:"go"`
	GOOS     string `json:"goos"`
	GOARCH   string `json:"goarch"`
	GOAMD64  string `json:"goamd64"` // or the like of another architecture
	Tags     string `json:"tags"`    // build tags
	GODEBUG  string `json:"godebug"`
	CPU      string `json:"cpu"`
	FMA      bool   `json:"fma"`     // fused multiply-add in the CPU and not switched off
	Kernels  string `json:"kernels"` // of matrix products: "avx512", "avx2" or "gonum"
	Cores    int    `json:"cores"`
	// SHA-256 of what functions, sums and products of fixed numbers come to here. Where it is the same, the same
	// program gives the same bits, on whatever processor. "" in what older versions wrote.
	Arithmetic string            `json:"arithmetic,omitempty"`
	Modules    map[string]string `json:"modules"` // path to version
}

// Timing is when and how long.
type Timing struct {
	Started time.Time    `json:"started"`
	Seconds Number       `json:"seconds"`
	PeakRSS int64        `json:"peak_rss_bytes"` // 0 where the system does not tell
	Phases  []Phase      `json:"phases"`
	Cells   []CellTiming `json:"cells"`
}

// Phase is one stretch of a run.
type Phase struct {
	Name    string `json:"name"`
	Seconds Number `json:"seconds"`
}

// CellTiming is how long one cell took.
type CellTiming struct {
	Cell    string `json:"cell"`
	Seconds Number `json:"seconds"`
}
