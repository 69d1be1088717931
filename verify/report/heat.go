package report

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"

	"example.org/concord/verify"
)

// heatView shows all pairwise distances: one pixel per pair, the same logarithmic colours before and
// after alignment.
type heatView struct {
	Gradient      string    // id of the colour scale
	Before, After []byte    // PNG files; Before is nil when it was not recorded
	Count         int       // of trials
	Block         int       // trials per pixel, 1 unless there are very many
	Stretches     []stretch // basins along the side, of heatSide units
	Ticks         []tick    // of the colour scale
	Stops         []stop    // of the colour scale
	Tolerance     *tick     // where a check draws the line; nil when none does or it is off the scale
	Flat          bool      // every distance is zero or not a number: there is no scale
	Max, Before1  verify.Number
	Reading       *heatReading // nil where there is no scale
	Farthest      []farPair
	Unknown       int // pairs whose distance is not a number
}

// heatReading is what tells the pair of a pixel, and its distances as far as a colour does.
type heatReading struct {
	Runs   string // id of the table of the training runs
	Order  string // their numbers there along the sides, from 0
	Low    float64
	High   float64 // the scale is from 10^Low to 10^High
	Shades string  // its colours, six hexadecimal digits each
}

// farPair is a pair of training runs that is far apart.
type farPair struct {
	A, B          trialLink
	After, Before verify.Number
}

// mostFar is how many of the farthest pairs are shown in numbers.
const mostFar = 5

// stretch is one basin along the side of the map.
type stretch struct {
	From, To, Mid float64
	Name          string
}

// stop is one colour of a scale.
type stop struct {
	At    float64 // 0 to 1
	Color string
}

// The map and its scale in the units of their drawings.
const (
	heatSide   = 320.0
	scaleWidth = 300.0
	heatShades = 200
	heatMost   = 512 // pixels on a side
)

// newHeatView returns nil when there are no distances or no two trials to compare.
func newHeatView(id string, p *verify.ProblemResult) (*heatView, error) {
	d := p.Distances
	if d == nil || len(d.Trials) < 2 {
		return nil, nil //nolint:nilnil // the template says that there is none
	}
	n := len(d.Trials)
	v := &heatView{Gradient: id + "-near", Count: n, Block: (n + heatMost - 1) / heatMost, Max: d.Max, Before1: d.MaxBefore}
	low, high := decades(d.After, d.Before)
	v.Flat = high <= low
	var err error
	if v.After, err = pngFile(heatPicture(d.After, n, v.Block, low, high)); err != nil {
		return nil, err
	}
	if len(d.Before) > 0 {
		if v.Before, err = pngFile(heatPicture(d.Before, n, v.Block, low, high)); err != nil {
			return nil, err
		}
	}
	v.Stretches = stretches(p, d.Trials)
	v.farthest(id, p)
	if v.Flat {
		return v, nil
	}
	v.Reading = newHeatReading(id, d.Trials, low, high)
	for i, c := range sequential(9) {
		v.Stops = append(v.Stops, stop{At: float64(i) / 8, Color: fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)})
	}
	every := max(1, int(math.Ceil((high-low)/6)))
	for e := int(low); e <= int(high); e += every {
		v.Ticks = append(v.Ticks, tick{At: scaleWidth * (float64(e) - low) / (high - low), Name: "10" + superscript(e)})
	}
	for i := range p.Checks {
		c := &p.Checks[i]
		at := (math.Log10(float64(c.Tolerance)) - low) / (high - low)
		if c.Kind == "tuple" && at >= 0 && at <= 1 {
			v.Tolerance = &tick{At: scaleWidth * at, Name: number(c.Tolerance)}
			break
		}
	}
	return v, nil
}

// farthest finds the pairs that are farthest apart modulo symmetry, the first of them where several are as far.
func (v *heatView) farthest(id string, p *verify.ProblemResult) {
	d, ids := p.Distances, rowIDs(id, p.Trials)
	link := func(i int) trialLink {
		t := &p.Trials[d.Trials[i]]
		return trialLink{ID: ids[d.Trials[i]], Cell: t.Cell, Label: or(t.Label, brief(t.Cell))}
	}
	k := 0
	for i := range d.Trials {
		for j := i + 1; j < len(d.Trials); j++ {
			x := d.After[k]
			k++
			if p.Trials[d.Trials[i]].Status != verify.Converged || p.Trials[d.Trials[j]].Status != verify.Converged {
				continue // what is said of the largest distance is said of those that converged
			}
			switch n := len(v.Farthest); {
			case math.IsNaN(float64(x)):
				v.Unknown++
				continue
			case n == mostFar && x <= v.Farthest[n-1].After:
				continue
			case n == mostFar:
				v.Farthest = v.Farthest[:n-1]
			}
			f := farPair{link(i), link(j), x, verify.Number(math.NaN())}
			if len(d.Before) > 0 {
				f.Before = d.Before[k-1]
			}
			at := 0
			for at < len(v.Farthest) && v.Farthest[at].After >= x {
				at++
			}
			v.Farthest = slices.Insert(v.Farthest, at, f)
		}
	}
}

// newHeatReading returns what a script needs beside the picture of a problem, or control, whose ids begin with id.
func newHeatReading(id string, trials []int, low, high float64) *heatReading {
	r := &heatReading{Runs: id + "-trials", Low: low, High: high}
	r.Order = strings.Trim(fmt.Sprint(trials), "[]")
	var shades strings.Builder
	for _, c := range sequential(heatShades) {
		fmt.Fprintf(&shades, "%02x%02x%02x", c.R, c.G, c.B)
	}
	r.Shades = shades.String()
	return r
}

// decades returns the powers of ten that enclose the positive numbers of the lists, and 0, 0 when there
// are none.
func decades(lists ...[]verify.Number) (low, high float64) {
	least, most := math.Inf(1), 0.0
	for _, list := range lists {
		for _, x := range list {
			if f := float64(x); f > 0 && !math.IsInf(f, 1) {
				least, most = min(least, f), max(most, f)
			}
		}
	}
	if most == 0 {
		return 0, 0
	}
	low, high = math.Floor(math.Log10(least)), math.Ceil(math.Log10(most))
	if high == low {
		high++
	}
	return low, high
}

// heatPicture draws the strict upper triangle pairs of an n×n matrix as the whole matrix. A pixel of
// several pairs has the colour of the largest.
func heatPicture(pairs []verify.Number, n, block int, low, high float64) *image.Paletted {
	const zero, unknown = 0, heatShades + 1
	p := color.Palette{color.RGBA{255, 255, 255, 255}}
	for _, c := range sequential(heatShades) {
		p = append(p, c)
	}
	p = append(p, color.RGBA{0x80, 0x80, 0x80, 255})
	side := (n + block - 1) / block
	m := image.NewPaletted(image.Rect(0, 0, side, side), p)
	k := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			f := float64(pairs[k])
			k++
			c := uint8(zero)
			switch {
			case math.IsNaN(f):
				c = unknown
			case f > 0 && high > low:
				at := min(max((math.Log10(f)-low)/(high-low), 0), 1)
				c = uint8(1 + math.Round((heatShades-1)*at))
			}
			a, b := i/block, j/block
			m.Pix[a*m.Stride+b] = max(m.Pix[a*m.Stride+b], c)
			m.Pix[b*m.Stride+a] = m.Pix[a*m.Stride+b]
		}
	}
	return m
}

// stretches returns where each basin lies along the side, as far as neighbours in trials share one.
func stretches(p *verify.ProblemResult, trials []int) []stretch {
	var all []stretch
	unit := heatSide / float64(len(trials))
	for i := 0; i < len(trials); {
		j := i
		basin := p.Trials[trials[i]].Basin
		for j < len(trials) && p.Trials[trials[j]].Basin == basin {
			j++
		}
		s := stretch{From: float64(i) * unit, To: float64(j) * unit, Mid: float64(i+j) / 2 * unit}
		if s.To-s.From >= 12 {
			s.Name = "–"
			if basin >= 0 {
				s.Name = fmt.Sprint(basin + 1)
			}
			if basin >= 0 && s.To-s.From >= 60 {
				s.Name = "basin " + s.Name
			}
		}
		all = append(all, s)
		i = j
	}
	return all
}
