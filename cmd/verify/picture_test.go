package main

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
	xdraw "golang.org/x/image/draw"

	"example.org/concord/mnist"
	"example.org/concord/stream"
)

func writeFile(path string, data []byte) error { return os.WriteFile(path, data, 0o644) }

// testDigit returns an image of the test half of MNIST: number 0 shows a 7, number 3 a 0.
func testDigit(t interface{ Fatalf(string, ...any) }, number int) *image.Gray {
	return testDigits(t, number, 1)[0]
}

// testDigits returns so many of them, from number first on.
func testDigits(t interface{ Fatalf(string, ...any) }, first, count int) []*image.Gray {
	set, err := mnist.Open(context.Background(), mnist.Test, first, count, nil)
	if err != nil {
		t.Fatalf("%v", err)
	}
	all := make([]*image.Gray, count)
	for i := range all {
		all[i] = image.NewGray(image.Rect(0, 0, 28, 28))
		copy(all[i].Pix, set.Images.Image(i))
	}
	return all
}

// canvas draws m, whose paper is black, in another form, five times as large and off the centre.
func canvas(m *image.Gray, form string) image.Image {
	bounds := image.Rect(0, 0, 200, 180)
	level := func(x, y int) uint8 {
		p := image.Pt((x-40)/5, (y-10)/5)
		if x < 40 || y < 10 || !p.In(m.Rect) {
			return 0
		}
		return m.GrayAt(p.X, p.Y).Y
	}
	fill := func(set func(x, y int, v uint8)) {
		for y := range bounds.Dy() {
			for x := range bounds.Dx() {
				set(x, y, level(x, y))
			}
		}
	}
	switch form {
	case "dark":
		out := image.NewGray(bounds)
		fill(func(x, y int, v uint8) { out.SetGray(x, y, color.Gray{255 - v}) })
		return out
	case "faint": // between two greys
		out := image.NewGray(bounds)
		fill(func(x, y int, v uint8) { out.SetGray(x, y, color.Gray{100 + v/2}) })
		return out
	case "palette":
		var p color.Palette
		for i := range 256 {
			p = append(p, color.Gray{uint8(i)})
		}
		out := image.NewPaletted(bounds, p)
		fill(func(x, y int, v uint8) { out.SetColorIndex(x, y, v) })
		return out
	case "black-ink", "white-ink": // on nothing
		ink := color.NRGBA{}
		if form == "white-ink" {
			ink = color.NRGBA{255, 255, 255, 0}
		}
		out := image.NewNRGBA(bounds)
		fill(func(x, y int, v uint8) { ink.A = v; out.SetNRGBA(x, y, ink) })
		return out
	}
	return m
}

// A scene is how a digit is put on paper and photographed. Its levels are from 0, black, to 1.
type scene struct {
	name      string
	reason    string
	paper     float64 // level of the paper in the middle
	ink       float64 // what the ink reflects of what the paper does; where the ink is light, its own level
	light     bool    // ink
	tilt      float64 // the light falls by this share from the middle to the left edge, and by half of it to the upper
	vignette  float64 // and by this share to the middle of each edge
	shadow    float64 // and by this share beyond a soft edge from one corner to the other
	noise     float64 // standard deviation
	specks    float64 // share of pixels that are black or white
	unsmooth  bool    // pixels of the digit stay squares
	magnified int     // how many times; 0 for 5 to 9
}

// photo photographs a digit, somewhere on paper that is larger.
func (s scene) photo(digit *image.Gray, r *rand.Rand) *image.Gray {
	times := s.magnified
	if times == 0 {
		times = 5 + r.IntN(5)
	}
	side := 28 * times
	big := image.NewGray(image.Rect(0, 0, side, side))
	if s.unsmooth {
		xdraw.NearestNeighbor.Scale(big, big.Rect, digit, digit.Rect, xdraw.Src, nil)
	} else {
		xdraw.CatmullRom.Scale(big, big.Rect, digit, digit.Rect, xdraw.Src, nil)
	}
	w, h := side+r.IntN(side), side+r.IntN(side)
	at := image.Pt(r.IntN(w-side+1), r.IntN(h-side+1))
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := 2*float64(x)/float64(w)-1, 2*float64(y)/float64(h)-1
			light := s.paper * (1 + s.tilt*(u+v/2)) * (1 - s.vignette*(u*u+v*v)) * (1 - s.shadow/(1+math.Exp(-6*(u-v))))
			ink := float64(big.GrayAt(x-at.X, y-at.Y).Y) / 255 // 0 outside
			level := light * (1 - (1-s.ink)*ink)
			if s.light {
				level = light + (s.ink-light)*ink
			}
			level += s.noise * r.NormFloat64()
			if r.Float64() < s.specks {
				level = float64(r.IntN(2))
			}
			out.SetGray(x, y, color.Gray{uint8(math.Round(255 * min(max(level, 0), 1)))})
		}
	}
	return out
}

// draw writes a picture: draw file.png form [number of a test image].
func draw(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: draw file form [number]")
	}
	var m image.Image
	switch args[1] {
	case "blank":
		m = image.NewGray(image.Rect(0, 0, 28, 28))
	case "photo":
		number, err := strconv.Atoi(args[2])
		ts.Check(err)
		s := scene{paper: 0.7, ink: 0.3, tilt: 0.3, vignette: 0.1, noise: 0.05, magnified: 9}
		m = s.photo(testDigit(ts, number), stream.New(uint64(number), "photo"))
	case "noise":
		g := image.NewGray(image.Rect(0, 0, 28, 28))
		r := stream.New(1, "picture")
		for i := range g.Pix {
			g.Pix[i] = uint8(r.IntN(256))
		}
		m = g
	case "frame":
		g := image.NewGray(image.Rect(0, 0, 60, 60))
		for i := 10; i < 50; i++ {
			for _, p := range []image.Point{{i, 10}, {i, 49}, {10, i}, {49, i}} {
				g.SetGray(p.X, p.Y, color.Gray{255})
			}
		}
		m = g
	default:
		number := 0
		if len(args) > 2 {
			var err error
			number, err = strconv.Atoi(args[2])
			ts.Check(err)
		}
		m = canvas(testDigit(ts, number), args[1])
	}
	var b bytes.Buffer
	ts.Check(png.Encode(&b, m))
	data := b.Bytes()
	if args[1] == "cut" {
		data = data[:len(data)/2]
	}
	ts.Check(writeFile(ts.MkAbs(args[0]), data))
}
