package report

import (
	"image/color"
	"testing"
)

// lightness is the L of OKLab.
func lightness(c color.RGBA) float64 {
	return labOf(uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B))[0]
}

func TestSequentialDarkens(t *testing.T) {
	all := sequential(heatShades)
	for i := 1; i < len(all); i++ {
		if a, b := lightness(all[i-1]), lightness(all[i]); b > a+0.005 {
			t.Errorf("sequential[%d] has lightness %v, lighter than %v of the nearer colour", i, b, a)
		}
	}
}

func TestDivergingIsCentred(t *testing.T) {
	all := diverging(half)
	if len(all) != 2*half+1 {
		t.Fatalf("diverging(%d) has %d colours, want %d", half, len(all), 2*half+1)
	}
	middle := all[half]
	if middle.R != middle.G || middle.G != middle.B || middle.R < 240 {
		t.Errorf("the colour of zero is %v, want a near white without hue", middle)
	}
	for i := range half {
		if all[i].B <= all[i].R {
			t.Errorf("diverging[%d] = %v below zero is not blue", i, all[i])
		}
		if c := all[2*half-i]; c.R <= c.B {
			t.Errorf("diverging[%d] = %v above zero is not red", 2*half-i, c)
		}
		if d := lightness(all[i]) - lightness(all[2*half-i]); d > 0.12 || d < -0.12 {
			t.Errorf("colours %d steps from zero differ in lightness by %v", half-i, d)
		}
	}
}

func TestAnchorsSurvive(t *testing.T) {
	for _, rgb := range []uint32{0x053061, 0xf7f7f7, 0x67001f, 0x000000, 0xffffff} {
		c := rgbOf(labOf(rgb))
		if got := uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B); got != rgb {
			t.Errorf("rgbOf(labOf(%06x)) = %06x", rgb, got)
		}
	}
}
