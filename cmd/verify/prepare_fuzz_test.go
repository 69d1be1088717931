package main

import (
	"bytes"
	"image"
	"image/color"
	stddraw "image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Whatever a file holds, it is an error, a reason, or an image of 28×28 pixels from 0 to 1.
func FuzzDecode(f *testing.F) {
	names, err := filepath.Glob(filepath.Join("testdata", "pictures", "*.png"))
	if err != nil || len(names) == 0 {
		f.Fatalf("pictures to begin with: %v, %v", names, err)
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for ink := range uint8(3) {
			f.Add(src, ink)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte, ink uint8) {
		if head, err := png.DecodeConfig(bytes.NewReader(src)); err == nil && head.Width > 1<<16/head.Height {
			return // a large picture takes long and tells nothing more
		}
		p, err := decode(src, []string{"auto", "dark", "light"}[ink%3])
		if err != nil {
			return
		}
		sound(t, p)
	})
}

// Whatever a picture shows, there is a reason or an image.
func FuzzPrepare(f *testing.F) {
	digit := testDigit(f, 0)
	f.Add(uint8(27), uint8(0), uint8(0), digit.Pix)
	f.Add(uint8(27), uint8(1), uint8(1), digit.Pix)
	f.Add(uint8(6), uint8(2), uint8(2), digit.Pix)
	f.Add(uint8(13), uint8(3), uint8(0), digit.Pix)
	f.Add(uint8(0), uint8(0), uint8(0), []byte{7})
	f.Add(uint8(99), uint8(0), uint8(0), []byte{7, 9, 200})
	f.Fuzz(func(t *testing.T, width, kind, ink uint8, pixels []byte) {
		w := 1 + int(width)%100
		rows := (min(len(pixels), 10_000) + w - 1) / w
		if rows == 0 {
			return
		}
		at := func(x, y int) uint8 { // 0 where there is none
			if i := y*w + x; i < len(pixels) {
				return pixels[i]
			}
			return 0
		}
		box := image.Rect(3, -5, 3+w, rows-5)
		var m stddraw.Image
		switch kind % 4 {
		case 0:
			m = image.NewGray(box)
		case 1:
			m = image.NewNRGBA(box)
		case 2:
			m = image.NewGray16(box)
		case 3:
			m = image.NewPaletted(box, color.Palette{color.White, color.Black, color.RGBA{200, 9, 9, 255}, color.Transparent})
		}
		for y := range rows {
			for x := range w {
				v := at(x, y)
				switch m := m.(type) {
				case *image.NRGBA:
					m.SetNRGBA(3+x, y-5, color.NRGBA{v, at(x+1, y), at(x, y+1), at(x+1, y+1)})
				case *image.Gray16:
					m.SetGray16(3+x, y-5, color.Gray16{uint16(v)*256 + uint16(at(x+1, y))})
				case *image.Paletted:
					m.SetColorIndex(3+x, y-5, v%4)
				default:
					m.Set(3+x, y-5, color.Gray{v})
				}
			}
		}
		sound(t, prepare(m, []string{"auto", "dark", "light"}[ink%3]))
	})
}

// sound fails the test when a prepared picture is neither an image of 28×28 pixels nor a reason.
func sound(t *testing.T, p prepared) {
	t.Helper()
	if p.source == "" || p.unfit == "" && len(p.steps) == 0 {
		t.Errorf("source %q and steps %q, want what was done", p.source, p.steps)
	}
	if p.unfit != "" {
		if p.image.Pixels != nil {
			t.Errorf("an image and a reason against it: %s", p.unfit)
		}
		return
	}
	if p.image.Rows != 28 || p.image.Cols != 28 || len(p.image.Pixels) != 28*28 {
		t.Fatalf("an image of %d×%d with %d pixels, want 28×28", p.image.Rows, p.image.Cols, len(p.image.Pixels))
	}
	for i, v := range p.image.Pixels {
		if !(v >= 0 && v <= 1) {
			t.Fatalf("pixel %d = %v, want it from 0 to 1; %q", i, v, p.steps)
		}
	}
	if most := slices.Max(p.image.Pixels); most == 0 || math.IsNaN(most) {
		t.Errorf("the largest pixel = %v, want some ink; %q", most, p.steps)
	}
}
