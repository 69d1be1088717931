package verify

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
)

// Lineage is what is known of the goldens that a golden replaced, one after the other.
type Lineage struct {
	// Complete says that Ancestors goes back to the first golden of the problem. It is false where a side-car
	// of version 1 was replaced, which knew its parent and nothing before.
	Complete  bool       `json:"complete"`
	Ancestors []Ancestor `json:"ancestors"` // the oldest first, the parent last; empty for the first golden
	Drift     Drift      `json:"drift"`
}

// An Ancestor is a golden that was replaced. By, At and Reason are empty for the oldest one of a lineage that is
// not complete.
type Ancestor struct {
	SHA256   string `json:"sha256"` // of its arrays
	By       string `json:"by"`
	At       string `json:"at"` // RFC 3339, UTC
	Reason   string `json:"reason"`
	Distance Number `json:"distance"` // of its tuple to that of its successor, modulo symmetry; NaN where the two cannot be compared
}

// Drift is how far the tuple of a golden is from that of its oldest known ancestor, modulo symmetry. Many small
// approvals make a large one, and each of them alone looks harmless.
type Drift struct {
	Kind     string `json:"kind"`     // one of the kinds of drift
	Distance Number `json:"distance"` // 0 for DriftFirst, NaN for DriftUnknown
}

// The kinds of drift.
const (
	DriftFirst    = "first"    // there is no ancestor
	DriftMeasured = "measured" // the distance of the two tuples
	DriftBound    = "bound"    // the two were not both at hand: an upper bound by the triangle inequality
	DriftUnknown  = "unknown"  // a step on the way could not be measured, so that there is no bound
)

// newLineage returns the lineage of a golden that replaces parent, nil for the first of its problem, at that
// distance; toOldest is the distance to the oldest known golden, NaN where it was not measured. Without it the
// drift is at most that of the parent and the distance to the parent together, so at most the sum of all steps.
func newLineage(parent *Golden, distance, toOldest float64) *Lineage {
	if parent == nil {
		return &Lineage{Complete: true, Ancestors: []Ancestor{}, Drift: Drift{Kind: DriftFirst}}
	}
	p := parent.Source.Approved
	l := &Lineage{Complete: p.Lineage.Complete, Ancestors: append(slices.Clone(p.Lineage.Ancestors), Ancestor{
		SHA256: parent.Source.SHA256, By: p.By, At: p.At, Reason: p.Reason, Distance: Number(distance),
	})}
	bound := float64(p.Lineage.Drift.Distance) + distance
	switch {
	case !math.IsNaN(toOldest):
		l.Drift = Drift{DriftMeasured, Number(toOldest)}
	case !math.IsNaN(bound):
		l.Drift = Drift{DriftBound, Number(bound)}
	default:
		l.Drift = Drift{DriftUnknown, Number(math.NaN())}
	}
	return l
}

// oldest returns the digest of the oldest known golden before the one that replaces parent: parent's own where
// parent is the first.
func oldest(parent *Golden) string {
	if ancestors := parent.Source.Approved.Lineage.Ancestors; len(ancestors) > 0 {
		return ancestors[0].SHA256
	}
	return parent.Source.SHA256
}

// lineageOfVersion1 returns what an approval of version 1 tells: whether there was a parent, its digest, and how
// far it was. By whom, when and why it was approved is not known, nor what came before.
func lineageOfVersion1(a *Approval) *Lineage {
	if a.Parent == "" {
		return newLineage(nil, 0, 0)
	}
	l := &Lineage{Ancestors: []Ancestor{{SHA256: a.Parent, Distance: a.Distance}}, Drift: Drift{DriftMeasured, a.Distance}}
	if math.IsNaN(float64(a.Distance)) {
		l.Drift.Kind = DriftUnknown
	}
	return l
}

// digestForm is the form of a SHA-256 in a side-car.
var digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// check reports what in a lineage contradicts itself or the approval that it is of.
func (l *Lineage) check(a *Approval) error {
	if l == nil || l.Ancestors == nil {
		return errors.New("the approval has no lineage")
	}
	steps := 0.0
	for i, x := range l.Ancestors {
		if !digestForm.MatchString(x.SHA256) {
			return fmt.Errorf("ancestor %d: its sha256 %.70q is none", i, x.SHA256)
		}
		if !isDistance(x.Distance) && !math.IsNaN(float64(x.Distance)) {
			return fmt.Errorf("ancestor %d: its distance to the next, %v, is none", i, x.Distance)
		}
		steps += float64(x.Distance)
		if i == 0 && !l.Complete && x.By == "" && x.At == "" && x.Reason == "" {
			continue
		}
		was := Approval{By: x.By, At: x.At, Reason: x.Reason}
		if err := was.check(); err != nil {
			return fmt.Errorf("ancestor %d: %w", i, err)
		}
	}
	parent := Ancestor{Distance: Number(math.NaN())}
	if n := len(l.Ancestors); n > 0 {
		parent = l.Ancestors[n-1]
	} else if !l.Complete {
		return errors.New("the lineage is not complete, and has no ancestor")
	}
	if parent.SHA256 != a.Parent || !sameNumber(parent.Distance, a.Distance) {
		return fmt.Errorf("the approval names the parent %.12q at the distance %v, and the lineage ends in %.12q at %v", a.Parent, a.Distance, parent.SHA256, parent.Distance)
	}
	return l.Drift.check(len(l.Ancestors), steps)
}

// check reports a drift that cannot be that of a golden with so many ancestors and that sum of steps, NaN where
// it is not known.
func (d Drift) check(ancestors int, steps float64) error {
	sound := false
	switch d.Kind {
	case DriftFirst:
		sound = ancestors == 0 && d.Distance == 0
	case DriftMeasured:
		sound = ancestors > 0 && isDistance(d.Distance)
	case DriftBound:
		sound = ancestors > 0 && isDistance(d.Distance) && !(float64(d.Distance) > steps*(1+1e-12))
	case DriftUnknown:
		sound = ancestors > 0 && math.IsNaN(float64(d.Distance)) && math.IsNaN(steps)
	}
	if !sound {
		return fmt.Errorf("the drift, %q at the distance %v, cannot be that of a golden with %s, whose steps add up to %v", d.Kind, d.Distance, plural(ancestors, "ancestor"), steps)
	}
	return nil
}

// isDistance reports whether x is a number that a distance can have.
func isDistance(x Number) bool { return x >= 0 && !math.IsInf(float64(x), 1) }

// sameNumber is x == y, where NaN is the same as NaN: both say that nothing was measured.
func sameNumber(x, y Number) bool {
	return x == y || math.IsNaN(float64(x)) && math.IsNaN(float64(y))
}
