package verify

// A Scenario is what a user asks to have verified: which subject, which problems, which trials, which
// claims, and which controls have to fail. ParseScenario reads one.
type Scenario struct {
	Path    string // where it was read from, for messages
	Source  []byte // the text as read
	Name    string // [a-z0-9-]+, names the report's folder
	Title   string
	About   string
	Subject string

	Data    Settings // complete: defaults filled in
	Problem []Values // one entry per axis of Space.Problem, in that order; defaults filled in
	Vary    []Values // one entry per axis of Space.Vary, in that order; defaults filled in
	Seeds   []uint64 // distinct

	Generate *Generate // nil: no drawings
	Checks   []CheckSpec
	Twins    []TwinSpec

	Reduced []string // how a run was cut down against the text, one sentence each; empty: not at all
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
}

// A CheckSpec is one claim as a scenario states it.
type CheckSpec struct {
	Kind      string   // one of the check kinds
	Line      int      // in the scenario
	Tolerance float64  // largest deviation allowed, of a certificate its gap; meaningful unless Exact
	Exact     bool     // bit for bit: the tolerance is zero and meant
	Reason    string   // why the tolerance is what it is
	Inputs    []string // scores: names of input sets; "generated" stands for the drawings of this run
	Modulo    string   // images: "sign" or "nothing"
	Within    string   // images: "" compares all drawings of a label, "basin" those of one basin
	// ImageTolerance is, for golden, the largest deviation of drawings. Where the scenario gives golden no
	// tolerance of its own, both are those of the tuple check and of the images check within basins.
	ImageTolerance float64
}

// A TwinSpec is a control: the scenario with one thing broken, which has to fail.
type TwinSpec struct {
	Name     string
	Line     int
	Override map[string][]any // axis of data, problem or vary to its values
	Seeds    []uint64         // nil: those of the scenario
	MustFail []string         // kinds of the checks that have to fail; never empty
}
