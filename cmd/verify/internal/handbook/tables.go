package handbook

// An About is what no schema says of a kind of check.
type About struct {
	Kind     string
	Unit     string // of its value and its tolerance
	From     string // where the tolerance comes from
	Standing string // what its pass rests on
}

// Abouts returns an About for every kind of check.
func Abouts() []About {
	return []About{
		{"converged", "trials", "none: 0 is allowed", "counts all trials; without it no other check passes either"},
		{"tuple", "distance modulo the subject's symmetry, of outcomes of norm 1 where scale is one", "`verify calibrate`", "every pair of trials; a sample of starts"},
		{"scores", "share of the largest score of the input set", "`verify calibrate`", "a sample of inputs; with `adversary` searched for, and proven for every input where the subject has a bound"},
		{"images", "distance of images of norm 1", "`verify calibrate`; across basins chosen, to the eye", "every pair of drawings of a label"},
		{"recognisable", "ratio of two distances", "chosen: below 1 the right label is the nearest", "every drawing and every judge"},
		{"not-the-mean", "cosine", "chosen", "every drawing"},
		{"shift", "share of the norm of the features", "chosen: rounding", "every shift of a sample of images"},
		{"accuracy", "ratio of two shares", "chosen: below 1 the network is better", "an estimate, with its 95 % bound"},
		{"novelty", "probability", "chosen: 0.5 is guessing", "an estimate; undecided where 0.5 is within its 95 % interval"},
		{"certificate", "fitness, a logarithm", "`verify calibrate`; 1e-10 is usual", "a proof for each trial, rounding included"},
		{"golden", "as tuple and images", "theirs, when absent", "the approved outcome"},
	}
}

// A Variable is one of the environment.
type Variable struct {
	Name, Doc string
	Runtime   bool // read by Go itself and not by the program
}

// Variables returns all that have an effect.
func Variables() []Variable {
	return []Variable{
		{"CONCORD_DATA", "folder of the full MNIST; the user's cache folder when absent, see [DATA.md](DATA.md)", false},
		{"CI", "when set, golden files are neither approved nor pruned", false},
		{"NO_COLOR", "when set, no colours; there are none either where standard output is no terminal", false},
		{"TERM", "when `dumb`, no bars and no colours", false},
		{"GITHUB_ACTIONS", "when `true`, as `--annotate`: what did not pass is written as annotations", false},
		{"GITHUB_STEP_SUMMARY", "file that the verdict is appended to, as Markdown", false},
		{"GITHUB_WORKSPACE", "folder that file names in annotations begin at", false},
		{"GOGC", "when absent, memory is collected at 10 % growth; see the Go runtime", false},
		{"GODEBUG", "such as `cpu.avx2=off`; it is on record in a result, because it may change bits, see [DETERMINISM.md](DETERMINISM.md)", false},
		{"GOMEMLIMIT", "such as `2GiB`: memory is collected harder before it is reached", true},
		{"GOMAXPROCS", "cores to use; it changes no result, and `--jobs` follows it", true},
	}
}

// A ReportFile is something in the folder of a report.
type ReportFile struct {
	Name string // a pattern
	Doc  string
}

// ReportFiles returns what a run leaves in the folder of its report.
func ReportFiles() []ReportFile {
	return []ReportFile{
		{"index.html", "the report, for people; one file, without a network"},
		{"assets/*", "with `--layout dir`: its style and pictures"},
		{"result.json", "all that was found, for programs; every other file follows from it"},
		{"junit.xml", "for the test tab of a CI server"},
		{"summary.txt", "what `verify run` prints"},
		{"cells/*.log", "the log of every cell, by the first digits of its id"},
		{"images/*.png", "what was drawn: in colour, in grey, and all on one sheet, where the scenario draws"},
		{"golden/*", "what could become the golden files, where the scenario has the check `golden`"},
	}
}
