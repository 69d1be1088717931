package verify

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Cell is one trial of one problem: the unit of work, of resuming and of sharding.
type Cell struct {
	ID         string // content address, 64 hex digits
	Problem    int    // index into Scenario.Problems
	Trial      int    // index into Scenario.Trials
	Label      string // "seed=7 start=uniform ascent=lbfgs", unique within the problem
	StartLabel string // the part of Label that determines the start
	WayLabel   string // the rest of Label: how it is trained from there; "" where all trials are trained in one way
	T          Trial
}

var bareWord = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/:+-]*$`)

// Problems returns every combination of a data set and the values of the problem axes. Data sets change
// slowest, and the last axis fastest.
func (s *Scenario) Problems() []Statement {
	var out []Statement
	for _, data := range s.Data {
		for _, settings := range product(s.Problem) {
			out = append(out, Statement{s.Subject, maps.Clone(data), settings})
		}
	}
	return out
}

// Trials returns every combination of a seed and the values of the axes of Space.Vary. Seeds change
// slowest, so that the first few trials already show every way to train; then the axes that determine the
// start, so that trials with the same start are neighbours; then the others, each group in the order of
// the space and the last axis changing fastest.
func (s *Scenario) Trials(space Space) []Trial {
	start := startAxes(space)
	axes := slices.Clone(s.Vary)
	slices.SortStableFunc(axes, func(a, b Values) int {
		rank := func(v Values) int {
			if start[v.Axis] {
				return 0
			}
			return 1
		}
		return cmp.Compare(rank(a), rank(b))
	})
	settings := product(axes)
	trials := make([]Trial, 0, len(s.Seeds)*len(settings))
	for _, seed := range s.Seeds {
		for _, v := range settings {
			trials = append(trials, Trial{Seed: seed, Settings: maps.Clone(v)})
		}
	}
	return trials
}

// Cells returns the trials of problem number i of Problems with their ids and labels, in the order of
// Trials. The digests are those of the opened problem. It panics if there is no such problem or the
// space is not that of the scenario's subject.
func (s *Scenario) Cells(space Space, i int, digests []Digest) []Cell {
	problem := s.Problems()[i]
	trials := s.Trials(space)
	cells := make([]Cell, len(trials))
	for j, t := range trials {
		cells[j] = Cell{
			ID: CellID(digests, problem, t), Problem: i, Trial: j,
			Label: s.TrialLabel(space, t), StartLabel: s.StartLabel(space, t), WayLabel: s.wayLabel(space, t), T: t,
		}
	}
	return cells
}

// ProblemLabel names one of Problems, "side=27 rank=20": by the data settings in which the scenario's data sets
// differ and by the problem axes that have several values in the scenario or a value that is not the default, or
// by the first problem axis when there is none of all these. Different problems have different labels. It panics
// if the space is not that of the scenario's subject.
func (s *Scenario) ProblemLabel(space Space, problem Statement) string {
	var parts []string
	for _, a := range space.Data {
		differs := func(data Settings) bool { return canonical(data[a.Name]) != canonical(s.Data[0][a.Name]) }
		if slices.ContainsFunc(s.Data, differs) {
			parts = append(parts, a.Name+"="+valueLabel(problem.Data[a.Name], a))
		}
	}
	first := ""
	for _, v := range s.Problem {
		axis := axisOf(space.Problem, v.Axis)
		part := v.Axis + "=" + valueLabel(problem.Settings[v.Axis], axis)
		if first == "" {
			first = part
		}
		byDefault, lacking := fallback(axis)
		if len(v.Values) > 1 || len(lacking) > 0 || canonical(byDefault) != canonical(problem.Settings[v.Axis]) {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return first
	}
	return strings.Join(parts, " ")
}

// TrialLabel names one of Trials, "seed=7 start=uniform ascent=lbfgs": by its seed and the axes that have
// several values in the scenario. Different trials have different labels. It panics if the space is not
// that of the scenario's subject.
func (s *Scenario) TrialLabel(space Space, t Trial) string {
	return strings.Join(append([]string{seedLabel(t)}, s.axisLabels(space, t, func(string) bool { return true })...), " ")
}

// StartLabel is TrialLabel without the axes that do not determine the start.
func (s *Scenario) StartLabel(space Space, t Trial) string {
	start := startAxes(space)
	return strings.Join(append([]string{seedLabel(t)}, s.axisLabels(space, t, func(axis string) bool { return start[axis] })...), " ")
}

// wayLabel is TrialLabel without what determines the start.
func (s *Scenario) wayLabel(space Space, t Trial) string {
	start := startAxes(space)
	return strings.Join(s.axisLabels(space, t, func(axis string) bool { return !start[axis] }), " ")
}

// seedLabel names the seed of a trial.
func seedLabel(t Trial) string { return "seed=" + strconv.FormatUint(t.Seed, 10) }

// axisLabels names those varying axes of a trial that are wanted.
func (s *Scenario) axisLabels(space Space, t Trial, wanted func(axis string) bool) []string {
	var parts []string
	for _, v := range s.Vary {
		if len(v.Values) > 1 && wanted(v.Axis) {
			parts = append(parts, v.Axis+"="+valueLabel(t.Settings[v.Axis], axisOf(space.Vary, v.Axis)))
		}
	}
	return parts
}

// Twin returns the scenario that control number i stands for: its overrides applied, its subject in place of the
// scenario's where it has another, its checks those that have to fail and the converged check, if there is one,
// and without controls of its own. Its name is the scenario's with "/twin-1" for the first, and its title is the
// control's name.
func (s *Scenario) Twin(i int) *Scenario {
	w := s.Twins[i]
	t := *s
	t.Name = fmt.Sprintf("%s/twin-%d", s.Name, i+1)
	t.Title, t.About, t.Twins, t.Doses = w.Name, "", nil, nil
	if w.Subject != "" {
		t.Subject, t.Data, t.Problem, t.Vary = w.Subject, w.Data, w.Problem, w.Vary
	} else {
		t.Data, t.Problem, t.Vary = override(s.Data, w.Override), apply(s.Problem, w.Override), apply(s.Vary, w.Override)
	}
	if w.Seeds != nil {
		t.Seeds = w.Seeds
	}
	t.Checks = nil
	draws := false
	for _, c := range s.Checks {
		if c.Kind == "converged" || slices.Contains(w.MustFail, c.Kind) {
			t.Checks = append(t.Checks, c)
			draws = draws || c.NeedsDrawings()
		}
	}
	switch {
	case s.Generate == nil:
	case !draws:
		t.Generate = nil
	default:
		g := *s.Generate
		g.Networks = min(g.Networks, int(countCells(nil, t.Vary, t.Seeds)))
		if w.Subject != "" {
			g.Patterns = 0 // the patterns are those of the scenario's subject
		}
		t.Generate = &g
	}
	return &t
}

// CellID returns the content address of a trial of a problem: the SHA-256, in lower-case hex, of the data
// and code it is computed from, the subject, its settings of data and problem, the seed and those of the trial.
// Digests count by name and sum, in any order; their Detail does not count. It panics if a setting is not of a
// kind that Settings have.
func CellID(digests []Digest, problem Statement, trial Trial) string {
	return contentID("concord cell 2", named(digests), problem.Subject, problem.Data, problem.Settings, trial.Seed, trial.Settings)
}

// ProblemID returns the content address of a problem, made like CellID of what all its trials share.
func ProblemID(digests []Digest, problem Statement) string {
	return contentID("concord problem 2", named(digests), problem.Subject, problem.Data, problem.Settings)
}

// named returns the digests as sorted pairs of name and sum.
func named(digests []Digest) [][2]string {
	pairs := make([][2]string, len(digests))
	for i, d := range digests {
		pairs[i] = [2]string{d.Name, d.SHA256}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	return pairs
}

// contentID hashes a tag, which holds the version of the scheme, and the JSON of the parts, each preceded
// by its length in eight bytes.
func contentID(tag string, parts ...any) string {
	h := sha256.New()
	frame := func(text string) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(text))))
		h.Write([]byte(text))
	}
	frame(tag)
	for _, part := range parts {
		frame(canonical(part))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// override returns the data sets with the given values in place of their own, and without those that are then the
// same as one before.
func override(data []Settings, values map[string][]any) []Settings {
	var out []Settings
	seen := map[string]bool{}
	for _, d := range data {
		d = maps.Clone(d)
		for axis := range d {
			if v, ok := values[axis]; ok {
				d[axis] = v[0]
			}
		}
		if key := canonical(d); !seen[key] {
			seen[key] = true
			out = append(out, d)
		}
	}
	return out
}

// apply returns the axes with the given values in place of their own.
func apply(axes []Values, values map[string][]any) []Values {
	out := slices.Clone(axes)
	for i, v := range out {
		if given, ok := values[v.Axis]; ok {
			out[i].Values = given
		}
	}
	return out
}

// product returns every combination of values, the last axis changing fastest; of no axes, one without
// settings.
func product(axes []Values) []Settings {
	out := []Settings{{}}
	for _, v := range axes {
		longer := make([]Settings, 0, len(out)*len(v.Values))
		for _, s := range out {
			for _, x := range v.Values {
				c := maps.Clone(s)
				c[v.Axis] = x
				longer = append(longer, c)
			}
		}
		out = longer
	}
	return out
}

// startAxes returns the axes that, with the seed, determine where training starts.
func startAxes(space Space) map[string]bool {
	start := map[string]bool{}
	for _, a := range space.Vary {
		start[a.Name] = a.Start
	}
	return start
}

// axisOf returns the axis of that name, which has to be there.
func axisOf(axes []Axis, name string) Axis {
	i := slices.IndexFunc(axes, func(a Axis) bool { return a.Name == name })
	if i < 0 {
		panic("verify: the space is not that of the scenario: no axis " + name)
	}
	return axes[i]
}

// canonical returns the JSON of a setting, equal for equal settings.
func canonical(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("verify: a setting is not of a kind that settings have: " + err.Error())
	}
	return string(text)
}

// valueLabel names the value of an axis in a label, distinct values by distinct names: a record by its
// first text field and, in brackets, the other fields that are not at their default.
func valueLabel(v any, a Axis) string {
	switch v := v.(type) {
	case string:
		if bareWord.MatchString(v) {
			return v
		}
		return strconv.Quote(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case map[string]any:
		return recordLabel(v, a)
	}
	return fmt.Sprint(v)
}

// recordLabel is valueLabel of a record.
func recordLabel(v map[string]any, a Axis) string {
	head := slices.IndexFunc(a.Fields, func(f Axis) bool { return f.Kind == KindText })
	var fields []string
	for i, f := range a.Fields {
		if _, ok := v[f.Name]; !ok {
			continue
		}
		d, lacking := fallback(f)
		if i == head || len(lacking) == 0 && canonical(d) == canonical(v[f.Name]) {
			continue
		}
		fields = append(fields, f.Name+"="+valueLabel(v[f.Name], f))
	}
	name := ""
	if head >= 0 {
		name = valueLabel(v[a.Fields[head].Name], a.Fields[head])
	}
	if len(fields) == 0 && head >= 0 {
		return name
	}
	return name + "(" + strings.Join(fields, ",") + ")"
}
