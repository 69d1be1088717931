package verify

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"example.org/concord/verify/symmetry"
)

// ErrNoGolden is what a GoldenStore wraps when it has no golden file for a problem.
var ErrNoGolden = errors.New("no golden file")

// A GoldenStore finds golden files.
type GoldenStore interface {
	// Load returns the golden of a problem of a scenario, by their name and label. It wraps ErrNoGolden when
	// there is none; any other error means that there is one and that it cannot be used.
	Load(scenario, problem string) (*Golden, error)
	// Strays returns the files, by the names that messages use and sorted, that hold goldens of a scenario for
	// problems other than those with the labels given. The error means that it is not known.
	Strays(scenario string, problems []string) ([]string, error)
}

// A Golden is the outcome that a scenario's problem is known to have: one canonical tuple and one drawing for
// every basin found when it was approved.
type Golden struct {
	Origin   string         // where it came from, for messages
	Tuple    symmetry.Tuple // canonical under the problem's symmetry
	Drawings []GoldenDrawing
	Source   Provenance
}

// A GoldenDrawing is one image with the label and the basin it belongs to.
type GoldenDrawing struct {
	Label   string
	Pattern string
	Image   Image
}

// goldenFinding is what comparing with the golden came to.
type goldenFinding struct {
	golden    *Golden
	err       error
	candidate string // path of the candidate this run leaves

	tuple     float64  // largest distance of a converged trial to the golden; NaN when not measured
	trial     int      // which
	image     float64  // largest distance of a drawing to the golden one of its label and basin; NaN when none
	imageAt   string   // label and basin
	unmatched []string // label and basin of drawings that the golden does not have
	lone      int      // how many drawings these are
	unknown   []string // labels of which the golden has no drawing at all
	compared  int      // drawings compared

	strays    []string // files with goldens of problems that the scenario does not have
	straysErr error    // why these are not known
}

// goldens compares every converged trial with the golden, and leaves a candidate for a new one.
func (x *problemRun) goldens(ctx context.Context) error {
	if x.check("golden") == nil {
		return nil
	}
	f := &x.golden
	x.findStrays()
	if len(x.result.Basins) == 0 {
		return nil
	}
	f.tuple, f.image, f.trial = math.NaN(), math.NaN(), -1
	if x.SaveCandidate != nil {
		candidate, err := x.candidate()
		if err != nil {
			return err
		}
		if f.candidate, err = x.SaveCandidate(candidate); err != nil {
			return err
		}
	}
	f.err = ErrNoGolden
	if x.Goldens != nil {
		f.golden, f.err = x.Goldens.Load(x.s.Name, x.result.Label)
	}
	if f.err != nil {
		return nil //nolint:nilerr // an unusable golden is a finding of the check
	}
	group := x.p.Symmetry()
	distances := make([]float64, len(x.converged))
	err := each(ctx, len(x.converged), x.Jobs, func(i int) error {
		tuple, err := x.tuples.tuple(x.converged[i])
		if err != nil {
			return err
		}
		distances[i], err = group.Distance(tuple, f.golden.Tuple)
		return err
	})
	if err != nil {
		f.golden, f.err = nil, fmt.Errorf("%s: the golden cannot be compared: %w", f.golden.Origin, err)
		return ctx.Err()
	}
	if err := x.oracleToGolden(group, f.golden.Tuple); err != nil {
		return err
	}
	for i, d := range distances {
		if !(f.tuple >= d) {
			f.tuple, f.trial = d, x.converged[i]
		}
	}
	return x.goldenDrawings()
}

// findStrays looks for goldens of problems that the scenario does not have. They are a finding of its first
// problem.
func (x *problemRun) findStrays() {
	if x.Goldens == nil {
		return
	}
	subject, err := x.subjectOf(x.s)
	if err != nil {
		x.golden.straysErr = err
		return
	}
	var labels []string
	for _, statement := range x.s.Problems() {
		labels = append(labels, x.s.ProblemLabel(subject.Space(), statement))
	}
	if labels[0] == x.result.Label {
		x.golden.strays, x.golden.straysErr = x.Goldens.Strays(x.s.Name, labels)
	}
}

// goldenDrawings compares drawings with those of the golden.
func (x *problemRun) goldenDrawings() error {
	f := &x.golden
	known, labels := map[DrawingDoc]Image{}, map[string]bool{}
	for _, d := range f.golden.Drawings {
		known[DrawingDoc{Label: d.Label, Pattern: d.Pattern}] = d.Image
		labels[d.Label] = true
	}
	for i, of := range x.drawn {
		label := x.result.Drawings[i].Label
		if !labels[label] {
			f.unknown = append(f.unknown, label)
		}
		x.result.Drawings[i].holdAgainst(known)
		for _, members := range patterns(convergedDrawings(of)) {
			key := strings.TrimSpace(label + " " + members[0].Pattern)
			want, ok := known[DrawingDoc{Label: label, Pattern: members[0].Pattern}]
			if !ok {
				f.unmatched = append(f.unmatched, key)
				f.lone += len(members)
				continue
			}
			for _, d := range members {
				distance, err := symmetry.Sign{}.Distance(imageTuple(d.Image), imageTuple(want))
				if err != nil {
					f.golden, f.err = nil, fmt.Errorf("%s: drawing %s cannot be compared: %w", f.golden.Origin, key, err)
					return nil
				}
				f.compared++
				if !(f.image >= distance) {
					f.image, f.imageAt = distance, key
				}
			}
		}
	}
	return nil
}

// holdAgainst records of the drawings that are shown how the golden ones of their label and basin differ from them,
// as far as the two can be compared.
func (l *LabelDrawings) holdAgainst(known map[DrawingDoc]Image) {
	for i := range l.Instances {
		d := &l.Instances[i]
		want, ok := known[DrawingDoc{Label: l.Label, Pattern: d.Pattern}]
		if !ok || d.Status != Converged || want.Rows != d.Image.Rows || want.Cols != d.Image.Cols {
			continue
		}
		distance, err := symmetry.Sign{}.Distance(imageTuple(d.Image), imageTuple(want))
		if err != nil {
			continue // the check says so
		}
		d.Golden = &GoldenDeviation{Distance: Number(distance), Residual: *residual(d.Image, want)}
	}
}

// drawings says how the drawings compare, for a sentence.
func (f *goldenFinding) drawings() string {
	if f.compared == 0 {
		return ""
	}
	s := fmt.Sprintf(", and %d drawings within %.2g of theirs", f.compared, f.image)
	if f.lone > 0 {
		s += fmt.Sprintf("; %d drawings in basins that the golden does not have were not compared", f.lone)
	}
	return s
}

// candidate makes a golden of this run: the trial of the largest basin with the smallest gradient, and of
// every label and basin the drawing with the highest score.
func (x *problemRun) candidate() (*Golden, error) {
	best := x.result.Basins[0].Trials[0]
	for _, trial := range x.result.Basins[0].Trials {
		if x.outcomes[trial].GradNorm < x.outcomes[best].GradNorm {
			best = trial
		}
	}
	trained, err := x.tuples.tuple(best)
	if err != nil {
		return nil, err
	}
	tuple, conditioning, err := x.p.Symmetry().Canonical(trained)
	if err != nil {
		return nil, err
	}
	g := &Golden{Tuple: tuple, Source: Provenance{
		SchemaVersion: GoldenSchemaVersion, Scenario: x.s.Name, Problem: x.result.Label, ProblemID: x.result.ID,
		Symmetry: x.result.Symmetry, Cell: x.cells[best].ID, Trial: x.cells[best].Label,
		Fitness: Number(x.outcomes[best].Fitness), GradNorm: Number(x.outcomes[best].GradNorm),
		MinGap: Number(conditioning.MinGap), Digests: x.result.Digests, Environment: x.Environment, Command: x.Command,
	}}
	for i, of := range x.drawn {
		for _, members := range patterns(convergedDrawings(of)) {
			d := members[0]
			for _, other := range members {
				if other.Score > d.Score {
					d = other
				}
			}
			g.Drawings = append(g.Drawings, GoldenDrawing{Label: x.result.Drawings[i].Label, Pattern: d.Pattern, Image: d.Image})
		}
	}
	return g, nil
}

// GoldenSchemaVersion is the version of the golden files' form. Version 1, which has no lineage, is read too.
const GoldenSchemaVersion = 2

// Provenance is the side-car of a golden file: where it came from.
type Provenance struct {
	SchemaVersion int          `json:"schema_version"`
	Scenario      string       `json:"scenario"`
	Problem       string       `json:"problem"`    // label
	ProblemID     string       `json:"problem_id"` // of the run that made it
	Symmetry      string       `json:"symmetry"`   // modulo which it is compared
	Cell          string       `json:"cell"`       // the trial whose tuple it is
	Trial         string       `json:"trial"`      // its label
	Fitness       Number       `json:"fitness"`
	GradNorm      Number       `json:"grad_norm"`
	MinGap        Number       `json:"min_gap"` // smallest relative gap of the singular values: conditioning of the canonical form
	Digests       []Digest     `json:"digests"`
	Environment   Environment  `json:"environment"`
	Command       string       `json:"command"`            // of the run that made it
	Arrays        []ArrayDoc   `json:"arrays"`             // what the npz file holds: the parts of the tuple, then the drawings
	Drawings      []DrawingDoc `json:"drawings"`           // of which drawing each image of the array "images" is
	SHA256        string       `json:"sha256"`             // of the decoded arrays, lower-case hex: see WriteGolden
	Approved      *Approval    `json:"approved,omitempty"` // nil for a candidate
}

// ArrayDoc documents one array of a golden file.
type ArrayDoc struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
	Dtype string `json:"dtype"` // "<f8": little-endian float64
	Doc   string `json:"doc"`   // axes, order, unit
}

// DrawingDoc names one image of a golden file: entry i of Provenance.Drawings is image i of the array "images".
type DrawingDoc struct {
	Label   string `json:"label"`   // what is drawn
	Pattern string `json:"pattern"` // the basin it belongs to
}

// Approval says who made a candidate the golden, and what it replaced.
type Approval struct {
	By       string `json:"by"`
	At       string `json:"at"` // RFC 3339, UTC
	Reason   string `json:"reason"`
	Command  string `json:"command"`
	Parent   string `json:"parent"`   // SHA256 of the golden it replaced, "" for the first
	Distance Number `json:"distance"` // of the tuple to the parent's, modulo symmetry; NaN for the first and where the two cannot be compared
	// Lineage is what is known of the goldens before it. It is never nil in a golden that was read: one of
	// version 1 gets the lineage that it tells of.
	Lineage *Lineage `json:"lineage,omitempty"`
}
