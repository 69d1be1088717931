package judge

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// likelihood is L of Logistic as a function of one vector: W row by row, then b.
type likelihood struct {
	images  *mat.Dense // of unit norm
	labels  []int
	classes int
	penalty float64

	at     []float64  // where the rest was computed; nil before the first time
	loss   float64    // L
	grad   []float64  // its gradient
	excess *mat.Dense // derivatives of n L, less the penalty, with respect to <w_c, u_i>: n×classes
}

func newLikelihood(images *mat.Dense, labels []int, classes int, penalty float64) *likelihood {
	n, _ := images.Dims()
	l := &likelihood{
		images: unit(images), labels: labels, classes: classes, penalty: penalty,
		excess: mat.NewDense(n, classes, nil),
	}
	l.grad = make([]float64, l.len())
	return l
}

// len returns the number of parameters.
func (l *likelihood) len() int {
	_, pixels := l.images.Dims()
	return l.classes * (pixels + 1)
}

// split returns W and b, which share the memory of x.
func (l *likelihood) split(x []float64) (*mat.Dense, []float64) {
	size := len(x) - l.classes
	return mat.NewDense(l.classes, size/l.classes, x[:size:size]), x[size:]
}

func (l *likelihood) value(x []float64) float64 {
	l.evaluate(x)
	return l.loss
}

func (l *likelihood) gradient(grad, x []float64) {
	l.evaluate(x)
	copy(grad, l.grad)
}

// evaluate computes L and its gradient at x, unless that is where they were computed last:
//
//	∂L/∂W = 1/n Σ_i (p_+(u_i) − p_−(u_i) − e_{y_i}) u_iᵀ + λ W,   ∂L/∂b = 1/n Σ_i (p_+(u_i) + p_−(u_i) − e_{y_i}).
func (l *likelihood) evaluate(x []float64) {
	if l.at != nil && slices.Equal(l.at, x) {
		return
	}
	l.at = append(l.at[:0], x...)
	w, b := l.split(x)
	dw, db := l.split(l.grad)
	n, _ := l.images.Dims()
	l.excess.Mul(l.images, w.T())
	l.loss = 0
	clear(db)
	both := make([]float64, 2*l.classes) // z_+ and z_−
	light, dark := both[:l.classes], both[l.classes:]
	for i, label := range l.labels {
		z := l.excess.RawRowView(i)
		floats.AddTo(light, b, z)
		floats.SubTo(dark, b, z)
		total := floats.LogSumExp(both)
		l.loss += total - light[label]
		for c := range z {
			p, q := math.Exp(light[c]-total), math.Exp(dark[c]-total)
			z[c] = p - q
			db[c] += p + q
		}
		z[label]--
		db[label]--
	}
	size := floats.Norm(w.RawMatrix().Data, 2)
	l.loss = l.loss/float64(n) + l.penalty/2*size*size
	floats.Scale(1/float64(n), db)
	dw.Mul(l.excess.T(), l.images)
	dw.Scale(1/float64(n), dw)
	floats.AddScaled(dw.RawMatrix().Data, l.penalty, w.RawMatrix().Data)
}
