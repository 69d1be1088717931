package main

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"os"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"example.org/concord/mnist"
	"example.org/concord/stream"
)

func writeFile(path string, data []byte) error { return os.WriteFile(path, data, 0o644) }

// testDigit returns an image of the test half of MNIST: number 0 shows a 7, number 3 a 0.
func testDigit(t interface{ Fatalf(string, ...any) }, number int) *image.Gray {
	set, err := mnist.Open(context.Background(), mnist.Test, number, 1, nil)
	if err != nil {
		t.Fatalf("%v", err)
	}
	m := image.NewGray(image.Rect(0, 0, 28, 28))
	copy(m.Pix, set.Images.Image(0))
	return m
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

// draw writes a picture: draw file.png form [number of a test image].
func draw(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: draw file form [number]")
	}
	var m image.Image
	switch args[1] {
	case "blank":
		m = image.NewGray(image.Rect(0, 0, 28, 28))
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
