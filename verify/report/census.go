package report

import (
	"math"
	"slices"
	"strings"

	"example.org/concord/verify"
)

// censusView is what became of drawings that began in a basin on purpose: a row for each label, a column for
// each pattern.
type censusView struct {
	Patterns         []string
	Rows             []censusRow
	Begun, Converged int
	Stayed           int
	Within, All      verify.Number // largest distance of two drawings of a label: of one basin, of any two
}

// censusRow is one label.
type censusRow struct {
	Label             string
	Cells             []*censusCell // by pattern; nil where none began there
	Stayed, Converged int
}

// censusCell is one label and pattern.
type censusCell struct {
	*verify.Begun
	Elsewhere int    // of the converged, those that ended with another pattern
	Where     string // the other patterns
	Open      int    // did not converge
	All       bool   // all of them converged and stayed
}

// newCensusView returns nil where no drawing began in a basin on purpose.
func newCensusView(drawings []verify.LabelDrawings) *censusView {
	nan := verify.Number(math.NaN())
	v := &censusView{Within: nan, All: nan}
	for _, d := range drawings {
		for _, b := range d.Census {
			if !slices.Contains(v.Patterns, b.Pattern) {
				v.Patterns = append(v.Patterns, b.Pattern)
			}
		}
	}
	if len(v.Patterns) == 0 {
		return nil
	}
	for i := range drawings {
		d := &drawings[i]
		if len(d.Census) == 0 {
			continue
		}
		row := censusRow{Label: d.Label, Cells: make([]*censusCell, len(v.Patterns))}
		for j := range d.Census {
			b := &d.Census[j]
			row.Cells[slices.Index(v.Patterns, b.Pattern)] = newCensusCell(b)
			row.Stayed += b.Stayed
			row.Converged += b.Converged
			v.Begun += b.Count
		}
		v.Stayed += row.Stayed
		v.Converged += row.Converged
		v.Rows = append(v.Rows, row)
		v.Within = verify.Number(worse(float64(v.Within), float64(d.MaxWithin)))
		v.All = verify.Number(worse(float64(v.All), float64(d.MaxAll)))
	}
	return v
}

func newCensusCell(b *verify.Begun) *censusCell {
	others := slices.DeleteFunc(slices.Clone(b.Ended), func(p string) bool { return p == b.Pattern })
	return &censusCell{
		Begun: b, Elsewhere: b.Converged - b.Stayed, Where: strings.Join(others, ", "), Open: b.Count - b.Converged,
		All: b.Count > 0 && b.Stayed == b.Count,
	}
}
