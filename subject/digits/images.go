package digits

import (
	"gonum.org/v1/gonum/mat"

	"example.org/concord/verify"
)

// transpose turns a side×side image stored row by row into one stored column by column, and back. dst and src must
// not overlap.
func transpose(dst, src []float64, side int) {
	for r := range side {
		for c := range side {
			dst[r+c*side] = src[r*side+c]
		}
	}
}

// turn is transpose in place.
func turn(image []float64, side int) {
	for r := range side {
		for c := range r {
			image[r*side+c], image[r+c*side] = image[r+c*side], image[r*side+c]
		}
	}
}

// columnMajor returns images, whose rows are images stored row by row, as the model wants them: column by column.
func columnMajor(images *mat.Dense, side int) *mat.Dense {
	n, pixels := images.Dims()
	out := mat.NewDense(n, pixels, nil)
	for i := range n {
		transpose(out.RawRowView(i), images.RawRowView(i), side)
	}
	return out
}

// image turns a vector stored column by column into an image.
func (p *Problem) image(x []float64) verify.Image {
	m := verify.Image{Rows: p.side, Cols: p.side, Pixels: make([]float64, len(x))}
	transpose(m.Pixels, x, p.side)
	return m
}
