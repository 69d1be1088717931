package certify

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The figure of docs/certificate.md: the singular values of M at the optimum of the reference problem, with the
// cut. Lengths are rounded to a tenth of a pixel, so that every machine draws the same file.
const (
	rank  = 20
	shown = 60 // singular values

	width, height            = 720, 360
	left, right, top, bottom = 64, 24, 24, 48
	decades                  = 3 // of the vertical axis, down from 1
)

// TestTheCommittedFigureIsCurrent draws the figure again, and leaves it in the folder for what tests produce, where
// go test keeps it when it is asked to; docs/certificate.md has the command.
func TestTheCommittedFigureIsCurrent(t *testing.T) {
	pr := problem(t, reference(t, 100))
	x, _ := oracle(t, pr, rank)
	drawn := figure(pr.Certify(x, nil))
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), "certificate.svg"), drawn, 0o600); err != nil {
		t.Fatal(err)
	}
	committed, err := os.ReadFile("../docs/certificate.svg")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(committed), string(drawn)); diff != "" {
		t.Errorf("docs/certificate.svg (-committed +drawn):\n%s", diff)
	}
}

// place returns the centre of singular value m, counted from 1.
func place(m int, sigma float64) (x, y float64) {
	x = left + (float64(m)-0.5)/shown*(width-left-right)
	y = top - math.Log10(sigma)/decades*(height-top-bottom)
	return x, y
}

// figure returns it as SVG.
func figure(c Certificate) []byte {
	var b bytes.Buffer
	out := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	out(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">`, width, height, width, height)
	out(`<title>Singular values of M at the optimum, and the cut at d = %d</title>`, rank)
	out(`<rect width="100%%" height="100%%" fill="#fff"/>`)
	for e := range decades + 1 {
		_, y := place(1, math.Pow(10, -float64(e)))
		out(`<path d="M%d %.1fH%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end" fill="#444">10<tspan dy="-5" font-size="10">%s</tspan></text>`,
			left, y, width-right, left-8, y+5, []string{"0", "−1", "−2", "−3"}[e])
	}
	for m := 10; m <= shown; m += 10 {
		x, _ := place(m, 1)
		out(`<text x="%.1f" y="%d" text-anchor="middle" fill="#444">%d</text>`, x, height-bottom+20, m)
	}
	out(`<text x="%d" y="%d" text-anchor="middle" fill="#444">m</text>`, (left+width-right)/2, height-10)
	out(`<text x="%d" y="%d" fill="#444">σ<tspan dy="4" font-size="10">m</tspan></text>`, 10, top+5)

	before, _ := place(rank, 1)
	after, _ := place(rank+1, 1)
	cut := (before + after) / 2
	out(`<path d="M%.1f %dV%d" stroke="#b00" stroke-dasharray="5 4"/>`, cut, top, height-bottom)
	out(`<text x="%.1f" y="%d" fill="#b00">cut at d = %d: σ<tspan dy="4" font-size="10">%d</tspan><tspan dy="-4">/σ</tspan><tspan dy="4" font-size="10">%d</tspan><tspan dy="-4"> = %.4f</tspan></text>`,
		cut+8, top+16, rank, rank, rank+1, c.Ratio)
	for i, s := range c.Sigma[:shown] {
		x, y := place(i+1, s)
		fill := "#1f5fa8"
		if i >= rank {
			fill = "#fff"
		}
		out(`<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s" stroke="#1f5fa8"/>`, x, y, fill)
	}
	out(`</svg>`)
	return b.Bytes()
}
