package verify

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.org/concord/verify/symmetry"
)

// An ApprovalChange says what an approval did.
type ApprovalChange struct {
	Path   string  // of the new golden file
	Golden *Golden // as it was written; Source.Approved has the distance to the parent
	Parent *Golden // the golden it replaced, nil for the first
	Same   bool    // the arrays have the very bits of the parent's: only the provenance is new
	Why    string  // why the tuples cannot be compared although there is a parent; "" when they can
	// Drawings by label and basin, in the order of the golden files.
	Added   []DrawingDoc // that the parent does not have
	Removed []DrawingDoc // that only the parent has
	Image   Number       // largest distance of a drawing to the parent's, modulo sign; NaN when none was compared
	ImageAt DrawingDoc   // where it is
}

// Approve makes candidate the golden of its problem in the folder dir, which has one folder per scenario, and
// returns what changed. Result is that of the run that left the candidate, group the symmetry of the problem.
// Of the approval a, the caller says By, At, Reason and Command; Parent, Distance and Lineage are filled in here.
// First is the oldest golden of the lineage that is known, restored from version control, so that the drift can
// be measured; nil leaves it at an upper bound where the golden that is replaced is a later one. No argument
// changes; none of the other pointers may be nil.
//
// It refuses, with an error that gives every reason and before anything is written, when
//   - ci is set: whoever approves has looked at the outcome;
//   - a does not say by whom, when and why;
//   - the candidate has been approved already, or comes from another run than result: its scenario, problem,
//     id of the problem or trial is not there, or group is not its symmetry;
//   - a check of the problem has not passed, the golden ones excepted, which may also be Missing or Fail; or
//     there is no golden check, or no check but golden ones, so that nothing speaks for the outcome;
//   - a twin or a dose has not passed, or the run was reduced against the text of its scenario;
//   - first is not the oldest golden of the lineage, or cannot be compared.
//
// It is also an error when the golden that is there already cannot be read.
func Approve(dir string, candidate *Golden, result *Result, group symmetry.Group, a Approval, first *Golden, ci bool) (*ApprovalChange, error) {
	var refused []string
	refuse := func(format string, args ...any) { refused = append(refused, fmt.Sprintf(format, args...)) }
	if ci {
		refuse("golden files are approved by a person who has looked at the report, never in CI (CI is set)")
	}
	if err := a.check(); err != nil {
		refuse("%v", err)
	}
	if candidate.Source.Approved != nil {
		refuse("%s is a golden file already, not a candidate", candidate.Origin)
	}
	p, err := origin(candidate, result)
	if err != nil {
		refuse("%v", err)
	} else {
		refused = append(refused, standsFor(p, result)...)
	}
	for _, cut := range result.Scenario.Reduced {
		refuse("the run was reduced (%s): run the whole scenario", cut)
	}
	if group.String() != candidate.Source.Symmetry {
		refuse("the candidate is canonical modulo %s, and the problem's symmetry is %s", candidate.Source.Symmetry, group)
	} else if err := group.Check(candidate.Tuple); err != nil {
		refuse("the candidate's tuple: %v", err)
	}
	if len(refused) > 0 {
		return nil, fmt.Errorf("not approved, %s %s: %s", candidate.Source.Scenario, candidate.Source.Problem, strings.Join(refused, "; "))
	}
	change, err := compareWithParent(dir, candidate, group, &a)
	if err != nil {
		return nil, err
	}
	toOldest, err := change.toOldest(candidate, group, &a, first)
	if err != nil {
		return nil, fmt.Errorf("not approved, %s %s: %w", candidate.Source.Scenario, candidate.Source.Problem, err)
	}
	a.Lineage = newLineage(change.Parent, float64(a.Distance), toOldest)
	approved := *candidate
	approved.Source.Approved = &a
	folder := filepath.Join(dir, GoldenSlug(candidate.Source.Scenario))
	if change.Golden, change.Path, err = writeGolden(folder, &approved); err != nil {
		return nil, err
	}
	change.Same = change.Parent != nil && change.Parent.Source.SHA256 == change.Golden.Source.SHA256
	return change, nil
}

// origin returns the problem of the run that left the candidate.
func origin(candidate *Golden, result *Result) (*ProblemResult, error) {
	c := &candidate.Source
	const another = "the candidate comes from another run; run the scenario again"
	if result.Scenario.Name != c.Scenario {
		return nil, fmt.Errorf("the candidate is of scenario %q, the result of %q: %s", c.Scenario, result.Scenario.Name, another)
	}
	i := slices.IndexFunc(result.Problems, func(p ProblemResult) bool { return p.ID == c.ProblemID && p.Label == c.Problem })
	if i < 0 {
		return nil, fmt.Errorf("the result has no problem %q with the id %.12s: %s", c.Problem, c.ProblemID, another)
	}
	p := &result.Problems[i]
	if p.Symmetry != c.Symmetry {
		return nil, fmt.Errorf("the candidate's symmetry is %s, the result's %s: %s", c.Symmetry, p.Symmetry, another)
	}
	if !slices.ContainsFunc(p.Trials, func(t TrialResult) bool { return t.Cell == c.Cell && t.Status == Converged }) {
		return nil, fmt.Errorf("the result has no converged trial with the id %.12s: %s", c.Cell, another)
	}
	return p, nil
}

// standsFor says what speaks against taking the outcome of a problem for the right one.
func standsFor(p *ProblemResult, result *Result) []string {
	var against []string
	goldens, others := 0, 0
	if p.Error != "" {
		against = append(against, "the problem could not be posed: "+p.Error)
	}
	for _, c := range p.Checks {
		advice := ""
		switch {
		case c.Kind == "converged":
		case c.Kind != "golden":
			others++
		case c.Verdict == Missing || c.Verdict == Fail:
			goldens++
			continue
		default:
			goldens++
			advice = " (if the old golden file is of no more use, remove it with its side-car, and run the scenario again)"
		}
		if c.Verdict != Pass {
			against = append(against, fmt.Sprintf("check %s is %s: %s%s", c.ID, c.Verdict, c.Sentence, advice))
		}
	}
	if goldens == 0 {
		against = append(against, "the scenario has no golden check for it")
	}
	if others == 0 {
		against = append(against, "there is no other check than golden, so nothing says that the outcome is right")
	}
	for _, t := range result.Twins {
		if t.Verdict != Pass {
			against = append(against, fmt.Sprintf("control %q is %s: %s", t.Name, t.Verdict, t.Sentence))
		}
	}
	for _, d := range result.Doses {
		if d.Verdict != Pass {
			against = append(against, fmt.Sprintf("control %q is %s: %s", d.Name, d.Verdict, d.Sentence))
		}
	}
	return against
}

// distanceModulo returns the distance of a tuple to that of a golden. It is an error where the golden is one
// modulo another symmetry: such a distance says nothing, and adds up with no other.
func distanceModulo(group symmetry.Group, tuple symmetry.Tuple, golden *Golden) (float64, error) {
	if golden.Source.Symmetry != group.String() {
		return 0, fmt.Errorf("the one is compared modulo %s, the other modulo %s", golden.Source.Symmetry, group)
	}
	return group.Distance(tuple, golden.Tuple)
}

// toOldest returns the distance of the candidate to the oldest golden of the lineage that it is to continue, or NaN
// where that golden is not at hand. It is an error if first is given and is another.
func (c *ApprovalChange) toOldest(candidate *Golden, group symmetry.Group, a *Approval, first *Golden) (float64, error) {
	if c.Parent == nil {
		if first != nil {
			return 0, fmt.Errorf("%s is given as the oldest of the lineage, and there is no golden to replace", first.Origin)
		}
		return math.NaN(), nil
	}
	want := oldest(c.Parent)
	if first != nil {
		if first.Source.SHA256 != want {
			return 0, fmt.Errorf("%s has the sha-256 %s, and the oldest known golden of the lineage has %s: restore that one from version control", first.Origin, first.Source.SHA256, want)
		}
		d, err := distanceModulo(group, candidate.Tuple, first)
		if err != nil {
			return 0, fmt.Errorf("the distance to the oldest golden, %s: %w", first.Origin, err)
		}
		return d, nil
	}
	if c.Parent.Source.SHA256 == want {
		return float64(a.Distance), nil
	}
	arrays, _, err := goldenArrays(candidate)
	if err != nil {
		return 0, err
	}
	if arraysDigest(arrays) == want {
		return 0, nil // back to where it began
	}
	return math.NaN(), nil
}

// compareWithParent finds the golden that the candidate is to replace, measures how far the two are apart, and
// completes the approval.
func compareWithParent(dir string, candidate *Golden, group symmetry.Group, a *Approval) (*ApprovalChange, error) {
	nan := Number(math.NaN())
	a.Parent, a.Distance = "", nan
	change := &ApprovalChange{Image: nan}
	known := map[DrawingDoc]Image{}
	parent, err := GoldenFS{os.DirFS(dir), filepath.ToSlash(dir)}.Load(candidate.Source.Scenario, candidate.Source.Problem)
	switch {
	case err == nil:
		change.Parent, a.Parent = parent, parent.Source.SHA256
		d, err := distanceModulo(group, candidate.Tuple, parent)
		if err != nil {
			change.Why = err.Error()
		} else {
			a.Distance = Number(d)
		}
		for i, d := range parent.Drawings {
			known[parent.Source.Drawings[i]] = d.Image
		}
	case !errors.Is(err, ErrNoGolden):
		return nil, fmt.Errorf("not approved, since the golden file that is there cannot be read; restore it, or remove it with its side-car if it is of no more use: %w", err)
	}
	for _, d := range candidate.Drawings {
		at := DrawingDoc{Label: d.Label, Pattern: d.Pattern}
		old, ok := known[at]
		if !ok {
			change.Added = append(change.Added, at)
			continue
		}
		delete(known, at)
		distance, err := symmetry.Sign{}.Distance(imageTuple(d.Image), imageTuple(old))
		if err != nil { // of another size: another drawing
			change.Added, change.Removed = append(change.Added, at), append(change.Removed, at)
			continue
		}
		if !(float64(change.Image) >= distance) {
			change.Image, change.ImageAt = Number(distance), at
		}
	}
	if parent != nil {
		for _, at := range parent.Source.Drawings {
			if _, left := known[at]; left {
				change.Removed = append(change.Removed, at)
			}
		}
	}
	return change, nil
}
