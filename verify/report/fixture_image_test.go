package report

import (
	"math"
	"math/rand/v2"

	"example.org/concord/verify"
)

// smooth returns a smooth random 28×28 image of unit norm.
func smooth(rng *rand.Rand) verify.Image {
	m := verify.Image{Rows: 28, Cols: 28, Pixels: make([]float64, 28*28)}
	for range 9 {
		y, x, s, a := 5+18*rng.Float64(), 7+14*rng.Float64(), 1.5+2.5*rng.Float64(), rng.NormFloat64()+0.4
		for i := range m.Pixels {
			dy, dx := float64(i/28)-y, float64(i%28)-x
			m.Pixels[i] += a * math.Exp(-(dy*dy+dx*dx)/(2*s*s))
		}
	}
	return unit(m)
}

func unit(m verify.Image) verify.Image {
	var sum float64
	for _, x := range m.Pixels {
		sum += x * x
	}
	for i := range m.Pixels {
		m.Pixels[i] /= math.Sqrt(sum)
	}
	return m
}

// mixed returns the unit image along a + f·b.
func mixed(a, b verify.Image, f float64) verify.Image {
	m := verify.Image{Rows: 28, Cols: 28, Pixels: make([]float64, 28*28)}
	for i := range m.Pixels {
		m.Pixels[i] = a.Pixels[i] + f*b.Pixels[i]
	}
	return unit(m)
}

func noise(rng *rand.Rand) verify.Image {
	m := verify.Image{Rows: 28, Cols: 28, Pixels: make([]float64, 28*28)}
	for i := range m.Pixels {
		m.Pixels[i] = rng.NormFloat64()
	}
	return unit(m)
}

// minus28 returns f (a − b) of two 28×28 images.
func minus28(a, b verify.Image, f float64) *verify.Image {
	m := &verify.Image{Rows: 28, Cols: 28, Pixels: make([]float64, 28*28)}
	for i := range m.Pixels {
		m.Pixels[i] = f * (a.Pixels[i] - b.Pixels[i])
	}
	return m
}
