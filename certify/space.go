package certify

import "gonum.org/v1/gonum/mat"

// A space lends matrices and takes all of them back at once, so that work on one run of samples after the other needs
// memory for one run. It serves one goroutine at a time. The nil space makes every matrix anew.
type space struct {
	kept [][]float64
	lent int // how many of them
}

// reset takes back what dense has lent.
func (w *space) reset() { w.lent = 0 }

// dense returns an r×c matrix, with entries that mean nothing.
func (w *space) dense(r, c int) *mat.Dense {
	if w == nil {
		return mat.NewDense(r, c, nil)
	}
	if w.lent == len(w.kept) {
		w.kept = append(w.kept, nil)
	}
	if cap(w.kept[w.lent]) < r*c {
		w.kept[w.lent] = make([]float64, r*c)
	}
	x := w.kept[w.lent][:r*c]
	w.lent++
	return mat.NewDense(r, c, x)
}

// transposed returns mᵀ.
func (w *space) transposed(m *mat.Dense) *mat.Dense {
	r, c := m.Dims()
	t := w.dense(c, r)
	t.Copy(m.T())
	return t
}

// product returns a b.
func (w *space) product(a, b *mat.Dense) *mat.Dense {
	r, _ := a.Dims()
	_, c := b.Dims()
	ab := w.dense(r, c)
	ab.Mul(a, b)
	return ab
}

// rows returns the given rows of x.
func (w *space) rows(x *mat.Dense, samples []int) *mat.Dense {
	_, c := x.Dims()
	out := w.dense(len(samples), c)
	for i, s := range samples {
		out.SetRow(i, x.RawRowView(s))
	}
	return out
}
