package verify

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"example.org/concord/verify/symmetry"
)

// DiffSettings say what counts as moved. A nil *DiffSettings is the same as the zero value.
type DiffSettings struct {
	Tolerance      float64 // of the distance of the tuples, modulo symmetry; zero allows nothing
	ImageTolerance float64 // of the distance of two drawings, modulo sign; zero allows nothing
	Rows           int     // how many of the largest differences of a part are listed; zero means 5
}

// GoldenDiff is how a candidate differs from the golden on file.
type GoldenDiff struct {
	// Verdict is Fail when the tuples or two drawings of one label and basin are farther apart than the
	// tolerance, or cannot be compared; else Inconclusive when one of the two has no drawing at all of a label
	// that the other draws; else Pass. The environment does not decide.
	Verdict  Verdict
	Distance float64 // of the tuples, modulo symmetry; NaN where they cannot be compared
	Why      string  // why they cannot; "" when they can
	Same     bool    // the tuples and the drawings have the very same bits

	Parts    []PartDiff    // of the tuples, after the candidate was moved along its orbit as near as possible to the golden; none where they cannot be compared
	Drawings []DrawingDiff // that both have, the farthest first
	Added    []DrawingDoc  // that only the candidate has
	Removed  []DrawingDoc  // that only the golden has

	Environment []SourceDiff // what the two were made with: programs, machines, data
}

// PartDiff compares the entries of one part of two tuples. Abs is of |got − want| over all entries, Rel of
// |got − want|/|want| over those where want is not 0.
type PartDiff struct {
	Name       string
	Rows, Cols int
	Differ     int // entries whose values are not the same
	Beyond     int // of these, by more than the tolerance times the largest |want| of the part
	Abs, Rel   Spread
	Largest    []EntryDiff // by |got − want|, the largest first
}

// Spread sums up numbers; all three are NaN where there are none.
type Spread struct{ Max, Mean, Median float64 }

// EntryDiff is one entry in which two matrices differ. Want is the golden's.
type EntryDiff struct {
	Row, Col  int
	Got, Want float64
}

// DrawingDiff is the distance of two drawings of one label and basin, modulo sign.
type DrawingDiff struct {
	DrawingDoc
	Distance float64 // NaN where they cannot be compared
	Why      string  // why they cannot
}

// SourceDiff is one thing about where the two come from that is not the same.
type SourceDiff struct{ What, Got, Want string }

// DiffGolden compares a candidate with the golden on file, under the symmetry of their problem. Neither changes.
func DiffGolden(golden, candidate *Golden, group symmetry.Group, settings *DiffSettings) *GoldenDiff {
	var s DiffSettings
	if settings != nil {
		s = *settings
	}
	if s.Rows == 0 {
		s.Rows = 5
	}
	d := &GoldenDiff{Verdict: Pass, Distance: math.NaN(), Same: golden.Source.SHA256 == candidate.Source.SHA256}
	if err := d.tuples(golden, candidate, group, s); err != nil {
		d.Why, d.Parts, d.Distance = err.Error(), nil, math.NaN()
	}
	if !(d.Distance <= s.Tolerance) {
		d.Verdict = Fail
	}
	d.drawings(golden, candidate, s.ImageTolerance)
	d.Environment = diffSources(&golden.Source, &candidate.Source)
	return d
}

// tuples compares the tuples.
func (d *GoldenDiff) tuples(golden, candidate *Golden, group symmetry.Group, s DiffSettings) error {
	if candidate.Source.Symmetry != group.String() {
		return fmt.Errorf("the candidate is canonical modulo %s, and the problem's symmetry is %s", candidate.Source.Symmetry, group)
	}
	var err error
	if d.Distance, err = distanceModulo(group, candidate.Tuple, golden); err != nil {
		return err
	}
	aligned := candidate.Tuple
	if !sameEntries(aligned, golden.Tuple) { // else there is nothing to move, and moving would only add rounding
		moved, err := group.Align(candidate.Tuple, golden.Tuple)
		if err != nil {
			return err
		}
		aligned = moved.Aligned
	}
	for i, p := range golden.Tuple {
		d.Parts = append(d.Parts, diffPart(p, aligned[i], s))
	}
	return nil
}

// sameEntries reports whether two tuples with the same parts have the same entries.
func sameEntries(x, y symmetry.Tuple) bool {
	for i := range x {
		if !mat.Equal(x[i].M, y[i].M) {
			return false
		}
	}
	return true
}

// diffPart compares two matrices of one shape.
func diffPart(want, got symmetry.Part, s DiffSettings) PartDiff {
	p := PartDiff{Name: want.Name}
	p.Rows, p.Cols = want.M.Dims()
	var entries []EntryDiff
	var abs, rel []float64
	top := 0.0
	for i := range p.Rows {
		for j := range p.Cols {
			e := EntryDiff{Row: i, Col: j, Got: got.M.At(i, j), Want: want.M.At(i, j)}
			abs = append(abs, e.size())
			top = max(top, math.Abs(e.Want))
			if e.Want != 0 {
				rel = append(rel, e.size()/math.Abs(e.Want))
			}
			if e.Got != e.Want {
				entries = append(entries, e)
			}
		}
	}
	p.Differ, p.Abs, p.Rel = len(entries), spreadOf(abs), spreadOf(rel)
	for _, e := range entries {
		if !(e.size() <= s.Tolerance*top) {
			p.Beyond++
		}
	}
	slices.SortStableFunc(entries, func(a, b EntryDiff) int { return cmp.Compare(b.size(), a.size()) })
	p.Largest = slices.Clone(entries[:min(s.Rows, len(entries))])
	return p
}

func (e EntryDiff) size() float64 { return math.Abs(e.Got - e.Want) }

// spreadOf sums up numbers, which it sorts.
func spreadOf(x []float64) Spread {
	if len(x) == 0 {
		return Spread{math.NaN(), math.NaN(), math.NaN()}
	}
	slices.Sort(x)
	n := len(x)
	return Spread{Max: x[n-1], Mean: stat.Mean(x, nil), Median: x[(n-1)/2]/2 + x[n/2]/2}
}

// drawings compares the drawings by label and basin, and lowers the verdict where they have moved.
func (d *GoldenDiff) drawings(golden, candidate *Golden, tolerance float64) {
	known, labels := map[DrawingDoc]Image{}, map[string]int{}
	for _, w := range golden.Drawings {
		known[DrawingDoc{w.Label, w.Pattern}] = w.Image
		labels[w.Label] |= 1
	}
	for _, g := range candidate.Drawings {
		at := DrawingDoc{g.Label, g.Pattern}
		labels[g.Label] |= 2
		want, ok := known[at]
		if !ok {
			d.Added = append(d.Added, at)
			continue
		}
		delete(known, at)
		x := DrawingDiff{DrawingDoc: at}
		distance, err := symmetry.Sign{}.Distance(imageTuple(g.Image), imageTuple(want))
		if err != nil {
			distance, x.Why = math.NaN(), err.Error()
		}
		x.Distance = distance
		if !(distance <= tolerance) {
			d.Verdict = Fail
		}
		d.Drawings = append(d.Drawings, x)
	}
	for _, w := range golden.Drawings {
		at := DrawingDoc{w.Label, w.Pattern}
		if _, left := known[at]; left {
			d.Removed = append(d.Removed, at)
		}
	}
	slices.SortStableFunc(d.Drawings, func(a, b DrawingDiff) int {
		if math.IsNaN(a.Distance) != math.IsNaN(b.Distance) {
			return cmp.Compare(a.Distance, b.Distance) // what cannot be compared comes first, as NaN sorts before all numbers
		}
		return cmp.Compare(b.Distance, a.Distance)
	})
	for _, in := range labels {
		if in != 3 && d.Verdict == Pass {
			d.Verdict = Inconclusive
		}
	}
}

// diffSources lists what is not the same about where two goldens come from.
func diffSources(want, got *Provenance) []SourceDiff {
	g, w := &got.Environment, &want.Environment
	out := diffArithmetic(w, g)
	add := func(what string, got, want any) {
		if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
			out = append(out, SourceDiff{what, cmp.Or(g, "none"), cmp.Or(w, "none")})
		}
	}
	add("cores", g.Cores, w.Cores)
	add("version", g.Version, w.Version)
	add("revision", g.Revision, w.Revision)
	modules := maps.Clone(w.Modules)
	if modules == nil {
		modules = map[string]string{}
	}
	maps.Copy(modules, g.Modules)
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		add("module "+path, g.Modules[path], w.Modules[path])
	}
	digests := func(p *Provenance) map[string]string {
		sums := map[string]string{}
		for _, d := range p.Digests {
			sums[d.Name] = d.SHA256
		}
		return sums
	}
	ofGot, ofWant := digests(got), digests(want)
	names := maps.Clone(ofWant)
	maps.Copy(names, ofGot)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		add("sha-256 of "+name, ofGot[name], ofWant[name])
	}
	add("command", got.Command, want.Command)
	return out
}
