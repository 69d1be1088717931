package report

import (
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"strings"

	"example.org/concord/verify"
)

// A Film shows how the drawings of a problem came about: for each label the two ascents side by side, from two
// independent starts to the end, with how far apart they are. It holds no pictures, and makes each when asked.
type Film struct {
	caption string // who draws
	noun    string // what each label is
	reels   []reel
	steps   int
	hands   *letterers
	plan
}

// A reel is the two ascents of one label.
type reel struct {
	label     string
	scale     float64       // the pixel that gets the full colour
	starts    [][][]float64 // frames of the one and the other, with the frames in step; nil where there is no picture
	cols      []int
	distances []float64 // between the two, up to sign, by frame; nil where there are no two to compare
	note      string    // why there is no distance at the end, "" when there is
}

// NewFilm returns the film of the drawings of p, a problem of a consistent result. It returns nil when no frames
// of an ascent were kept.
func NewFilm(p *verify.ProblemResult) (*Film, error) {
	f := &Film{noun: "digit"}
	side := image.Point{}
	for i := range p.Drawings {
		d := &p.Drawings[i]
		if len(d.Label) != 1 || d.Label < "0" || d.Label > "9" {
			f.noun = "label"
		}
		f.steps = max(f.steps, longest(d))
		for j := range min(2, len(d.Instances)) {
			side.X, side.Y = max(side.X, d.Instances[j].Image.Cols), max(side.Y, d.Instances[j].Image.Rows)
		}
	}
	if f.steps < 2 {
		return nil, nil //nolint:nilnil // no film is no mistake
	}
	for i := range p.Drawings {
		f.reels = append(f.reels, newReel(&p.Drawings[i], f.steps))
	}
	who := []string{"One network"}
	if p.Label != "" {
		who = append(who, p.Label)
	}
	if seed, ok := seedOf(p.Drawings); ok {
		who = append(who, fmt.Sprintf("seed %d", seed))
	}
	f.caption = strings.Join(who, ", ") + "; every picture climbs its score for the " + f.noun + "."
	hands, err := newLetterers()
	if err != nil {
		return nil, fmt.Errorf("report: film: %w", err)
	}
	f.hands, f.plan = hands, newPlan(len(f.reels), side)
	return f, nil
}

// seedOf returns the seed of the network when it is the same for all drawings.
func seedOf(drawings []verify.LabelDrawings) (seed uint64, same bool) {
	for i := range drawings {
		for j := range drawings[i].Instances {
			s := drawings[i].Instances[j].Seed
			if same && s != seed {
				return 0, false
			}
			seed, same = s, true
		}
	}
	return seed, same
}

// longest returns how many frames the longer of the first two ascents has.
func longest(d *verify.LabelDrawings) int {
	n := 0
	for j := range min(2, len(d.Instances)) {
		n = max(n, len(ascent(&d.Instances[j])))
	}
	return n
}

// newReel spreads the frames of both ascents over so many steps.
func newReel(d *verify.LabelDrawings, steps int) reel {
	r := reel{label: d.Label, scale: labelScale(d)}
	for j := range min(2, len(d.Instances)) {
		in := &d.Instances[j]
		r.cols = append(r.cols, in.Image.Cols)
		if in.Status != verify.Converged {
			r.note = startName(j) + ": " + in.Status.String()
		}
		if len(in.Image.Pixels) == 0 {
			r.starts = append(r.starts, nil)
			continue
		}
		kept := ascent(in)
		all := make([][]float64, steps)
		for k := range all {
			all[k] = kept[(2*k*(len(kept)-1)+steps-1)/(2*(steps-1))]
		}
		r.starts = append(r.starts, all)
	}
	if len(r.starts) < 2 || len(r.starts[0]) == 0 || len(r.starts[1]) == 0 || len(r.starts[0][0]) != len(r.starts[1][0]) {
		return r
	}
	turned := inner(r.starts[0][steps-1], r.starts[1][steps-1]) < 0
	for k := range steps {
		if turned {
			r.starts[1][k] = negative(r.starts[1][k])
		}
		r.distances = append(r.distances, apart(r.starts[0][k], r.starts[1][k]))
	}
	if r.note == "" {
		r.distances[steps-1] = float64(d.Difference) // computed before pixels were rounded
	}
	return r
}

func startName(j int) string { return "start " + "AB"[j:j+1] }

func negative(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = -v
	}
	return out
}

// apart returns the distance of x and y, each scaled to norm 1, up to sign: min ‖x/‖x‖ ∓ y/‖y‖‖.
func apart(x, y []float64) float64 {
	xx, yy := math.Sqrt(inner(x, x)), math.Sqrt(inner(y, y))
	sign := math.Copysign(1, inner(x, y))
	sum := 0.0
	for i := range x {
		d := x[i]/xx - sign*y[i]/yy
		sum += float64(d * d)
	}
	return math.Sqrt(sum)
}

// Len returns the number of frames, at least 2.
func (f *Film) Len() int { return f.steps }

// Size returns the width and the height of every frame in pixels. Both are even, as video encoders want it.
func (f *Film) Size() image.Point { return f.size }

// The tempo, in hundredths of a second per frame. All are multiples of ten.
const (
	filmFirst = 200
	filmNext  = 30
	filmLast  = 500
)

// Delay returns how long frame k is shown, in hundredths of a second, always a multiple of ten: the first and
// the last stay longer.
func (f *Film) Delay(k int) int {
	switch k {
	case 0:
		return filmFirst
	case f.steps - 1:
		return filmLast
	}
	return filmNext
}

// WriteAPNG writes the film as an animated PNG that repeats for ever. A reader who does not know animations
// sees the last frame.
func (f *Film) WriteAPNG(w io.Writer) error {
	if err := encodeAPNG(w, f); err != nil {
		return fmt.Errorf("report: film: %w", err)
	}
	return nil
}

// The palette of a film: the colours of signed pictures, and behind them those of the page.
const (
	filmPaper = paletteNaN + 1 + iota
	filmLine  // frames of pictures, scales and bars
	filmFaint // what a bar stands on
	filmBar
	filmInk                      // shades from paper to black
	filmQuiet = filmInk + shades // and to grey
)

// filmPalette returns the palette of a film.
func filmPalette() color.Palette {
	p := append(signedPalette(),
		color.RGBA{0xff, 0xff, 0xff, 255}, color.RGBA{0xb4, 0xb4, 0xb4, 255},
		color.RGBA{0xe8, 0xe8, 0xe8, 255}, color.RGBA{0x3b, 0x3b, 0x6d, 255})
	for _, full := range []int{0x11, 0x55} {
		for k := range shades {
			v := uint8(255 - (255-full)*(k+1)/shades) //nolint:gosec // from full to 255
			p = append(p, color.RGBA{v, v, v, 255})
		}
	}
	return p
}
