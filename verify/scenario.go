package verify

import "slices"

// A Scenario is what a user asks to have verified: which subject, which problems, which trials, which
// claims, and which controls have to fail. ParseScenario reads one.
type Scenario struct {
	Path    string // where it was read from, for messages
	Source  []byte // the text as read
	Name    string // [a-z0-9-]+, names the report's folder
	Title   string
	About   string
	Subject string

	Data    []Settings // distinct, never empty, each complete: defaults filled in
	Problem []Values   // one entry per axis of Space.Problem, in that order; defaults filled in
	Vary    []Values   // one entry per axis of Space.Vary, in that order; defaults filled in
	Seeds   []uint64   // distinct

	Generate *Generate // nil: no drawings
	Checks   []CheckSpec
	Twins    []TwinSpec
	Doses    []DoseSpec

	Calibration      *Calibration // where the tolerances come from, as Calibrate was told; nil: nobody measured it
	CalibrationStale bool         // Calibration is not of this scenario as it is, and counts for nothing

	Reduced []string // how a run was cut down against the text, one sentence each; empty: not at all
}

// A Statement states one problem of a scenario: all that may change the outcome of training.
type Statement struct {
	Subject  string
	Data     Settings // one value for each axis of Space.Data
	Settings Settings // one value for each axis of Space.Problem
}

// Values are the values a scenario gives to one axis.
type Values struct {
	Axis   string
	Values []any // as in Settings, distinct
}

// Generate says what to draw with the trained networks.
type Generate struct {
	Labels    []string // nil: all
	Instances int      // drawings per label and network, each from its own start
	Networks  int      // how many trained networks draw, spread evenly over the trials
	Census    int      // additional starts per label, all with the first network, for the basin census
	Patterns  int      // additional starts per label in each basin on purpose, all with the first network
}

// A CheckSpec is one claim as a scenario states it.
type CheckSpec struct {
	Kind      string  // one of the check kinds
	Name      string  // tells checks of one kind apart; "" where there is one
	Claim     string  // the claim in the words of who makes it; "": the check's own title
	Line      int     // in the scenario
	Tolerance float64 // largest deviation allowed, of a certificate its gap; meaningful unless Exact
	Exact     bool    // bit for bit: the tolerance is zero and meant
	Reason    string  // why the tolerance is what it is
	// Inputs are, for scores and accuracy, names of input sets; "generated" stands for the drawings of this run
	// and "adversary" for inputs on which networks are made to differ.
	Inputs   []string
	Attacks  int      // scores: searches per label where Inputs has "adversary"
	Known    string   // novelty: the input set that has to score high
	Against  []string // novelty: the input sets that have to score low; accuracy: one baseline, or "guessing"
	Exponent float64  // novelty: of the norm that scores are divided by
	Modulo   string   // images: "sign" or "nothing"
	Within   string   // images: "" compares all drawings of a label, "basin" those of one basin
	NoOracle bool     // certificate: the optimum is not looked for without a start as well
	// ImageTolerance is, for golden, the largest deviation of drawings. Where the scenario gives golden no
	// tolerance of its own, both are those of the tuple check and of the images check within basins.
	ImageTolerance float64
}

// NeedsDrawings reports whether the check looks at drawings, where the scenario has some made.
func (c CheckSpec) NeedsDrawings() bool {
	switch c.Kind {
	case "images", "recognisable", "not-the-mean", "golden":
		return true
	}
	return c.Kind == "scores" && slices.Contains(c.Inputs, generated)
}

// seeksOracle reports whether a certificate check has the optimum looked for without a start: without it none can fail.
func (s *Scenario) seeksOracle() bool {
	return slices.ContainsFunc(s.Checks, func(c CheckSpec) bool { return c.Kind == "certificate" && !c.NoOracle })
}

// A DoseSpec is a control in many strengths: the scenario with one axis at one value after another, to see
// how often outcomes then differ from those of the scenario.
type DoseSpec struct {
	Name   string
	Line   int
	Axis   string    // of problem or vary, one that takes numbers
	Values []float64 // in the order of the curve, weakest first, ascending
	Seeds  []uint64  // nil: those of the scenario
	// Override sets other axes of data, problem or vary for the length of the curve.
	Override map[string][]any
}

// A TwinSpec is a control: the scenario with one thing broken, which has to fail.
type TwinSpec struct {
	Name     string
	Line     int
	Subject  string           // another subject in place of the scenario's; "": the same
	Override map[string][]any // axis of data, problem or vary to its values, as the twin itself sets them
	Seeds    []uint64         // nil: those of the scenario
	MustFail []string         // kinds of the checks that have to fail; never empty

	// What another subject is asked, complete as in Scenario: the data settings that it shares with the scenario,
	// what the twin itself sets, and its own defaults. Nil where the subject is the same.
	Data    []Settings
	Problem []Values
	Vary    []Values
}
