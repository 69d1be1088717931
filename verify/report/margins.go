package report

import (
	"fmt"
	"math"
	"strings"

	"example.org/concord/verify"
)

// marginsView counts the margins of all checks, value by tolerance, on a logarithmic axis: those of claims upwards, and
// those of the checks that controls have to fail downwards. Up to 1, the limit, a check keeps to its tolerance.
type marginsView struct {
	Blocks      []marginBlock
	Counts      []marginCount
	XTicks      []tick // of the axis, and of the places beside it
	Limit       float64
	Legend      []marginKind
	Apart       []string // the checks without a margin, and why
	More        int      // such checks beyond those of Apart
	Axis, Foot  float64  // of the drawing
	Controls    bool     // there are checks that have to fail
	Summary     string
	within, all int // claims with a margin up to 1, and all with one
}

// marginBlock is the checks of one kind in one bin.
type marginBlock struct {
	X, Y, Width, Height float64
	Kind                string
	Name                string
}

// marginCount is how many checks a bin has, and where that stands.
type marginCount struct {
	X, Y float64
	N    int
}

// marginKind is an entry of the legend: a class of bars, what they are and how many checks they have.
type marginKind struct {
	Kind, Name string
	Count      int
}

// A marginOf is a check with what it is called.
type marginOf struct {
	*verify.CheckResult
	name string
	down bool // a control has to fail it
}

// The drawing of margins: its bins, the most that an axis spans in decades either way, and the height of a check.
const (
	marginBins   = 2
	marginSpan   = 18
	marginHeight = 12.0
	mostApart    = 8
	mostNamed    = 5
)

// newMarginsView returns nil where nothing was checked.
func newMarginsView(problems []*problemView, controls []*controlView) *marginsView {
	v := &marginsView{}
	var placed []marginOf
	add := func(c *verify.CheckResult, name string, down bool) {
		if math.IsNaN(float64(c.Margin)) {
			v.Apart = append(v.Apart, fmt.Sprintf("%s, %s: %s", name, c.Verdict, margin(c)))
			return
		}
		placed = append(placed, marginOf{c, name, down})
	}
	for _, p := range problems {
		for i := range p.Claims {
			c := p.Claims[i].CheckResult
			name := or(c.Title, c.ID)
			if len(problems) > 1 {
				name += " (" + p.Label + ")"
			}
			add(c, name, false)
		}
	}
	for _, t := range controls {
		for _, m := range t.Claims {
			name := m.ID + " of the control " + t.Name
			if m.Claim == nil {
				v.Apart = append(v.Apart, name+": the control has no such check")
				continue
			}
			add(m.Claim.CheckResult, name, true)
		}
	}
	if len(placed)+len(v.Apart) == 0 {
		return nil
	}
	v.More = max(len(v.Apart)-mostApart, 0)
	v.Apart = v.Apart[:len(v.Apart)-v.More]
	if len(placed) > 0 {
		v.place(placed)
	}
	return v
}

// place puts checks with a margin on the axis.
func (v *marginsView) place(checks []marginOf) {
	low, high := -2, 1
	var zeros, infinite bool
	for _, c := range checks {
		switch m := float64(c.Margin); {
		case !(m > 0):
			zeros = true
		case math.IsInf(m, 1):
			infinite = true
		default:
			e := math.Log10(m)
			low, high = min(low, max(int(math.Floor(e)), -marginSpan)), max(high, min(int(math.Ceil(e)), marginSpan))
		}
	}
	// Beside the bins of the axis, with a gap between, are one for no margin at all and one for an infinite one.
	first, last := 0, marginBins*(high-low)-1
	if zeros {
		first = -2
	}
	if infinite {
		last += 2
	}
	wide := (plotRight - plotLeft) / float64(last-first+1)
	left := func(bin int) float64 { return plotLeft + wide*float64(bin-first) }
	at := func(e int) float64 { return left(marginBins * (e - low)) }
	v.Limit = at(0)
	every := max(1, (high-low+7)/8)
	for e := -every * (-low / every); e <= high; e += every { // the limit, 10⁰, is one of them
		name := "10" + superscript(e)
		if e == 0 {
			name = "1"
		}
		v.XTicks = append(v.XTicks, tick{at(e), name})
	}
	if zeros {
		v.XTicks = append(v.XTicks, tick{left(first) + wide/2, "0"})
	}
	if infinite {
		v.XTicks = append(v.XTicks, tick{left(last) + wide/2, "∞"})
	}
	bin := func(m float64) int {
		switch {
		case !(m > 0):
			return first
		case math.IsInf(m, 1):
			return last
		}
		i := int(math.Ceil(math.Log10(m)*marginBins)) - 1 - marginBins*low // the upper end belongs to a bin, so 1 is within
		return min(max(i, 0), marginBins*(high-low)-1)
	}
	v.stack(checks, bin, left, wide)
	v.Summary = fmt.Sprintf("Histogram of the margins of all checks on a logarithmic axis from 10%s to 10%s, with the limit at 1. Of %s %d keep to the tolerance.",
		superscript(low), superscript(high), plural(v.all, "claim"), v.within)
}

// stack draws the checks of every bin one upon another, those that pass nearest to the axis.
func (v *marginsView) stack(checks []marginOf, bin func(float64) int, left func(int) float64, wide float64) {
	type place struct {
		bin  int
		down bool
	}
	legend := []marginKind{{Kind: "pass", Name: verify.Pass.String()}, {Kind: "fail", Name: verify.Fail.String()}, {Kind: "open", Name: "neither"}}
	stacks := map[place][3][]marginOf{}
	var order []place
	size := map[place]int{}
	up, down := 0, 0
	for _, c := range checks {
		k := 2
		switch c.Verdict {
		case verify.Pass:
			k = 0
		case verify.Fail:
			k = 1
		default:
		}
		legend[k].Count++
		at := place{bin(float64(c.Margin)), c.down}
		if size[at] == 0 {
			order = append(order, at)
		}
		s := stacks[at]
		s[k] = append(s[k], c)
		stacks[at] = s
		size[at]++
		if c.down {
			down, v.Controls = max(down, size[at]), true
		} else {
			up, v.all = max(up, size[at]), v.all+1
			if c.Margin <= 1 {
				v.within++
			}
		}
	}
	for _, k := range legend {
		if k.Count > 0 {
			v.Legend = append(v.Legend, k)
		}
	}
	each := min(marginHeight, spreadHeight/float64(max(up, down)))
	v.Axis = each*float64(up) + 36
	v.Foot = v.Axis + each*float64(down) + 18
	for _, at := range order {
		edge, way := v.Axis, -each
		if at.down {
			way = each
		}
		for k, list := range stacks[at] {
			if len(list) == 0 {
				continue
			}
			to := edge + way*float64(len(list))
			v.Blocks = append(v.Blocks, marginBlock{
				X: left(at.bin) + 0.5, Width: wide - 1, Y: min(edge, to), Height: math.Abs(to - edge),
				Kind: legend[k].Kind, Name: namesOf(list),
			})
			edge = to
		}
		if n := size[at]; n > 1 {
			y := edge - 4
			if at.down {
				y = edge + 12
			}
			v.Counts = append(v.Counts, marginCount{left(at.bin) + wide/2, y, n})
		}
	}
}

// namesOf says which checks these are, and how each stands to its tolerance.
func namesOf(list []marginOf) string {
	var all []string
	for _, c := range list[:min(len(list), mostNamed)] {
		all = append(all, fmt.Sprintf("%s, %s: %s", c.name, c.Verdict, margin(c.CheckResult)))
	}
	if more := len(list) - len(all); more > 0 {
		all = append(all, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, "; ")
}
