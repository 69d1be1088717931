package report

import (
	"image/color"
	"math"
)

// diverging returns a map from −1, 0, 1 to blue, white, red, as 2·half+1 colours. The anchors are the
// eleven of ColorBrewer's RdBu (Cynthia Brewer, colorbrewer2.org), which readers with any common colour
// vision tell apart; between them the path is straight in OKLab, so equal steps look equal.
func diverging(half int) []color.RGBA {
	return ramp(2*half+1, 0x053061, 0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xf7f7f7,
		0xfddbc7, 0xf4a582, 0xd6604d, 0xb2182b, 0x67001f)
}

// sequential returns a map from near to far, light to dark, as n colours: ColorBrewer's YlGnBu.
func sequential(n int) []color.RGBA {
	return ramp(n, 0xffffd9, 0xedf8b1, 0xc7e9b4, 0x7fcdbb, 0x41b6c4, 0x1d91c0, 0x225ea8, 0x253494, 0x081d58)
}

// greys returns n greys from black to white.
func greys(n int) []color.RGBA {
	all := make([]color.RGBA, n)
	for i := range all {
		v := uint8(math.Round(255 * float64(i) / float64(n-1)))
		all[i] = color.RGBA{v, v, v, 255}
	}
	return all
}

// ramp returns n colours along the anchors, interpolated in OKLab.
func ramp(n int, anchors ...uint32) []color.RGBA {
	all := make([]color.RGBA, n)
	for i := range all {
		at := float64(i) / float64(n-1) * float64(len(anchors)-1)
		j := min(int(at), len(anchors)-2)
		a, b := labOf(anchors[j]), labOf(anchors[j+1])
		f := at - float64(j)
		all[i] = rgbOf([3]float64{a[0] + f*(b[0]-a[0]), a[1] + f*(b[1]-a[1]), a[2] + f*(b[2]-a[2])})
	}
	return all
}

// labOf converts sRGB 0xrrggbb to OKLab (Björn Ottosson, "A perceptual color space for image processing", 2020).
func labOf(rgb uint32) [3]float64 {
	var c [3]float64
	for i := range c {
		v := float64(rgb>>(16-8*i)&255) / 255
		if v <= 0.04045 {
			c[i] = v / 12.92
		} else {
			c[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	l := math.Cbrt(0.4122214708*c[0] + 0.5363325363*c[1] + 0.0514459929*c[2])
	m := math.Cbrt(0.2119034982*c[0] + 0.6806995451*c[1] + 0.1073969566*c[2])
	s := math.Cbrt(0.0883024619*c[0] + 0.2817188376*c[1] + 0.6299787005*c[2])
	return [3]float64{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

// rgbOf converts OKLab to sRGB, cut to the gamut.
func rgbOf(lab [3]float64) color.RGBA {
	l := lab[0] + 0.3963377774*lab[1] + 0.2158037573*lab[2]
	m := lab[0] - 0.1055613458*lab[1] - 0.0638541728*lab[2]
	s := lab[0] - 0.0894841775*lab[1] - 1.2914855480*lab[2]
	l, m, s = l*l*l, m*m*m, s*s*s
	return color.RGBA{
		R: encoded(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		G: encoded(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		B: encoded(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
		A: 255,
	}
}

// encoded applies the sRGB transfer curve and returns a byte.
func encoded(v float64) uint8 {
	if v <= 0.0031308 {
		v *= 12.92
	} else {
		v = 1.055*math.Pow(v, 1/2.4) - 0.055
	}
	return uint8(math.Round(255 * min(max(v, 0), 1)))
}
