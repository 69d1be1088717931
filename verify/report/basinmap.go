package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/verify"
)

// mapView shows outcomes as points of a plane whose distances come as near to the real ones as a plane allows:
// classical multidimensional scaling of the distances modulo symmetry (Torgerson 1952).
type mapView struct {
	ID          string
	ByBasin     bool // shape and colour tell the basin; otherwise, all being in one, the group
	Legend      []mapGroup
	Marks       []mapMark
	Hulls       []mapHull
	Scale       *scaleBar
	Height      float64 // of the drawing
	Shown, Of   int
	Summary     string
	Stress      string // how far the map is from the truth
	Unfaithful  bool   // too far to read distances off it
	Beyond      string // how its width stands to the tolerance; "" without one
	Coincident  bool   // there is no distance to show
	HasUnending bool   // a run shown did not converge
}

// mapGroup is one shape and colour.
type mapGroup struct {
	Style int
	Name  string
	Count int
}

// mapMark is one outcome.
type mapMark struct {
	X, Y  float64
	Style int
	Name  string
	Open  bool // did not converge
}

// mapHull is the convex hull of a group.
type mapHull struct {
	Style  int
	Points string
}

// scaleBar is a length on the map.
type scaleBar struct {
	From, To float64
	Name     string
}

// The map in the units of its drawing.
const (
	mapWidth  = 480.0
	mapHeight = 330.0 // at most
	mapLeast  = 130.0 // and at least
	mapEdge   = 22.0
	mapFoot   = 34.0 // of the scale
	mapMost   = 240  // marks
)

// newMapView returns nil where there are no two outcomes at known distances.
func newMapView(id string, p *verify.ProblemResult, groups []*group) *mapView {
	d := p.Distances
	if d == nil {
		return nil
	}
	rows := mapRows(d, mapMost)
	if len(rows) < 2 {
		return nil
	}
	v := &mapView{ID: id + "-map", ByBasin: len(p.Basins) > 1, Shown: len(rows), Of: len(d.Trials)}
	points, stress, ok := scaled(d, rows)
	if !ok {
		return nil
	}
	v.legend(p, d, groups)
	low, high := extent(points)
	wide, tall := high[0]-low[0], high[1]-low[1]
	span := max(wide, tall)
	if !(span > 0) {
		v.Coincident = true
		return v
	}
	unit := math.Inf(1)
	if wide > 0 {
		unit = (mapWidth - 2*mapEdge) / wide
	}
	if tall > 0 {
		unit = min(unit, (mapHeight-2*mapEdge-mapFoot)/tall)
	}
	v.Height = min(max(unit*tall+2*mapEdge+mapFoot, mapLeast), mapHeight)
	members := map[int][][2]float64{}
	for i, k := range rows {
		t := &p.Trials[d.Trials[k]]
		m := mapMark{
			X:     mapWidth/2 + unit*(points[i][0]-(low[0]+high[0])/2),
			Y:     (v.Height-mapFoot)/2 - unit*(points[i][1]-(low[1]+high[1])/2),
			Style: v.style(d.Trials[k], t, groups), Name: runName(t), Open: t.Status != verify.Converged,
		}
		if v.ByBasin && t.Basin >= 0 {
			m.Name += fmt.Sprintf(", basin %d", t.Basin+1)
		}
		v.HasUnending = v.HasUnending || m.Open
		v.Marks = append(v.Marks, m)
		if v.ByBasin && !m.Open && t.Basin < groupStyles-1 { // the last style is of several basins
			members[m.Style] = append(members[m.Style], [2]float64{m.X, m.Y})
		}
	}
	for _, g := range v.Legend {
		if of := members[g.Style]; len(of) > 1 {
			v.Hulls = append(v.Hulls, mapHull{g.Style, hull(of)})
		}
	}
	v.measure(p, unit, span, stress)
	return v
}

// mapRows returns at most so many rows of the matrix that have no unknown distance to the first of them, spread
// evenly over the basins, which the matrix is ordered by.
func mapRows(d *verify.Distances, most int) []int {
	n := len(d.Trials)
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	var rows []int
	for _, k := range spreadOver(all, most) {
		if !slices.ContainsFunc(rows, func(other int) bool { return !finite(pairDistance(d.After, n, other, k)) }) {
			rows = append(rows, k)
		}
	}
	return rows
}

// spreadOver returns most elements of all, evenly spaced, or all of them where there are no more.
func spreadOver(all []int, most int) []int {
	if len(all) <= most {
		return all
	}
	out := make([]int, most)
	for i := range out {
		out[i] = all[i*len(all)/most]
	}
	return out
}

// pairDistance returns the entry of rows i and j, i < j, of n from a strict upper triangle by rows.
func pairDistance(pairs []verify.Number, n, i, j int) verify.Number {
	return pairs[i*(2*n-i-1)/2+j-i-1]
}

// scaled returns points of a plane for rows of the matrix, and the stress: √(Σ (δ−d)² / Σ d²) over pairs at distance
// d that are δ apart on the plane. It is not ok when there is no such plane.
func scaled(d *verify.Distances, rows []int) (points [][2]float64, stress float64, ok bool) {
	n := len(rows)
	distance := func(i, j int) float64 {
		return float64(pairDistance(d.After, len(d.Trials), min(rows[i], rows[j]), max(rows[i], rows[j])))
	}
	largest := 0.0
	for i := range n {
		for j := range i {
			largest = max(largest, distance(i, j))
		}
	}
	points = make([][2]float64, n)
	if largest == 0 {
		return points, 0, true
	}
	// B = −½ J D² J of the distances over the largest, with J = I − 11ᵀ/n.
	square, mean, all := mat.NewSymDense(n, nil), make([]float64, n), 0.0
	for i := range n {
		for j := range i {
			x := distance(i, j) / largest
			square.SetSym(i, j, x*x)
			mean[i] += x * x / float64(n)
			mean[j] += x * x / float64(n)
		}
	}
	for _, m := range mean {
		all += m / float64(n)
	}
	for i := range n {
		for j := range i + 1 {
			square.SetSym(i, j, -(square.At(i, j)-mean[i]-mean[j]+all)/2)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(square, true) {
		return nil, 0, false
	}
	values := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	for axis := range 2 {
		k := n - 1 - axis
		if values[k] <= 1e-12 {
			break // the points lie on a line
		}
		column := mat.Col(nil, k, &vectors)
		most := slices.MaxFunc(column, func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) })
		f := math.Copysign(largest*math.Sqrt(values[k]), most)
		for i, x := range column {
			points[i][axis] = f * x
		}
	}
	missed, sum := 0.0, 0.0
	for i := range n {
		for j := range i {
			x := distance(i, j) / largest
			e := math.Hypot(points[i][0]-points[j][0], points[i][1]-points[j][1])/largest - x
			missed += e * e
			sum += x * x
		}
	}
	return points, math.Sqrt(missed / sum), true
}

// extent returns the corners of the box that holds the points.
func extent(points [][2]float64) (low, high [2]float64) {
	low, high = points[0], points[0]
	for _, q := range points {
		for axis, x := range q {
			low[axis], high[axis] = min(low[axis], x), max(high[axis], x)
		}
	}
	return low, high
}

// legend names the shapes: of basins, or of groups where all runs are in one basin.
func (v *mapView) legend(p *verify.ProblemResult, d *verify.Distances, groups []*group) {
	counts := map[int]int{}
	for _, trial := range d.Trials {
		counts[v.style(trial, &p.Trials[trial], groups)]++
	}
	for s := range groupStyles {
		if counts[s] == 0 {
			continue
		}
		name := fmt.Sprintf("basin %d", s+1)
		switch {
		case !v.ByBasin:
			name = groups[s].Name
		case s == groupStyles-1:
			name = "every other basin, and none"
		}
		v.Legend = append(v.Legend, mapGroup{s, name, counts[s]})
	}
}

// style returns the shape and colour of a trial.
func (v *mapView) style(trial int, t *verify.TrialResult, groups []*group) int {
	if v.ByBasin {
		if t.Basin < 0 {
			return groupStyles - 1
		}
		return min(t.Basin, groupStyles-1)
	}
	for _, g := range groups {
		if slices.Contains(g.Trials, trial) {
			return g.Style
		}
	}
	return groupStyles - 1
}

// measure says how large the map is and how true. A unit of distance has unit units of the drawing.
func (v *mapView) measure(p *verify.ProblemResult, unit, span, stress float64) {
	length := nice(span / 5)
	v.Scale = &scaleBar{mapEdge, mapEdge + length*unit, number(verify.Number(length))}
	v.Stress = percent(verify.Number(stress))
	v.Unfaithful = stress > 0.2
	var said []string
	for i := range p.Checks {
		c := &p.Checks[i]
		if c.Kind != "tuple" || !(c.Tolerance > 0) {
			continue
		}
		if r := float64(c.Tolerance) / span; r >= 1 {
			v.Beyond = fmt.Sprintf("The whole map is %s wide; the tolerance, %s, is %s times as much.", number(verify.Number(span)), number(c.Tolerance), significant(r, 2))
		} else {
			v.Beyond = fmt.Sprintf("The whole map is %s wide: %s times the tolerance, %s.", number(verify.Number(span)), significant(1/r, 2), number(c.Tolerance))
		}
		break
	}
	for _, g := range v.Legend {
		said = append(said, fmt.Sprintf("%d of %s", g.Count, g.Name))
	}
	v.Summary = fmt.Sprintf("%d trained networks as points of a plane, %s across: %s. Distances on the plane differ from the real ones by %s.",
		v.Shown, number(verify.Number(span)), strings.Join(said, "; "), v.Stress)
}

// hull returns the corners of the convex hull of points in order (Andrew's monotone chain), as points of a polygon.
func hull(points [][2]float64) string {
	points = slices.Clone(points)
	slices.SortFunc(points, func(a, b [2]float64) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	var corners [][2]float64
	for range 2 { // the lower side from left to right, then the upper side back
		first := len(corners)
		for _, q := range points {
			for len(corners) >= first+2 && turn(corners[len(corners)-2], corners[len(corners)-1], q) <= 0 {
				corners = corners[:len(corners)-1]
			}
			corners = append(corners, q)
		}
		corners = corners[:len(corners)-1] // it begins the other side
		slices.Reverse(points)
	}
	if len(corners) == 0 {
		corners = points[:1] // all are one
	}
	text := make([]string, len(corners))
	for i, q := range corners {
		text[i] = px(q[0]) + "," + px(q[1])
	}
	return strings.Join(text, " ")
}

// turn is positive where the way from a over b to c turns left.
func turn(a, b, c [2]float64) float64 {
	return float64((b[0]-a[0])*(c[1]-a[1])) - float64((b[1]-a[1])*(c[0]-a[0]))
}

// shapeOfMark returns the outline of a mark around (0, 0), for each of groupStyles styles another, and all of about
// the same area.
func shapeOfMark(style int) string {
	return [groupStyles]string{
		"M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0Z", // disc
		"M-4 -4h8v8h-8Z",              // square
		"M0 -5.6L5.3 3.9h-10.6Z",      // triangle
		"M0 -5.8L5.8 0L0 5.8L-5.8 0Z", // diamond
		"M-1.8 -5.4h3.6v3.6h3.6v3.6h-3.6v3.6h-3.6v-3.6h-3.6v-3.6h3.6Z", // cross
		"M0 5.6L5.3 -3.9h-10.6Z", // triangle on its tip
		"M0 -6L1.6 -1.9L5.7 -1.9L2.4 0.8L3.6 5L0 2.5L-3.6 5L-2.4 0.8L-5.7 -1.9L-1.6 -1.9Z", // star
		"M-6 -1.3h12v2.6h-12Z", // bar
	}[style]
}
