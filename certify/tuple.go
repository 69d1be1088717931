package certify

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/model"
)

// A measured tuple is what a certificate needs of (A, B).
type measured struct {
	params  model.Params
	finite  bool
	t       []float64 // of every image, times the sign of its class
	tError  []float64 // bounds on their relative errors
	signs   []int     // of every class: +1, −1, or 0 for a class without images
	outcone []int     // images whose t has not the sign of its class
	penalty float64   // log‖A‖_{S4} + log‖B‖_{S8}, set by fitness
}

// measure computes every t_i with a bound on its error.
func (pr *Problem) measure(x model.Params) measured {
	_, p := pr.data.D.Dims()
	d, cols := x.A.Dims()
	if cols != p || x.Classes() != pr.data.Classes {
		panic("certify: parameters do not fit the data")
	}
	n := pr.Samples()
	w := measured{params: x, t: make([]float64, n), tError: make([]float64, n), signs: make([]int, pr.data.Classes)}
	w.finite = finite(x.A.RawMatrix().Data) && finite(x.B.RawMatrix().Data) && mat.Norm(x.A, 2) > 0 && mat.Norm(x.B, 2) > 0
	if !w.finite {
		return w
	}
	normA := mat.Norm(x.A, 2)
	kap := kappa(p)
	a := halve(x.A)
	pr.eachClass(func(b *basis, ws *space) {
		bt := mat.DenseCopyOf(x.Block(b.label).T())
		normB := mat.Norm(bt, 2)
		bh := halve(bt)
		for lo := 0; lo < len(b.samples); lo += chunk {
			samples := b.samples[lo:min(lo+chunk, len(b.samples))]
			ws.reset()
			u := ws.halve(ws.rows(pr.data.D, samples)).product(a)
			v := ws.halve(ws.rows(pr.data.R, samples)).product(bh)
			for i, s := range samples {
				ui, vi := u.RawRowView(i), v.RawRowView(i)
				total := 0.0
				for j := range ui {
					w.t[s] += ui[j] * vi[j]
					total += math.Abs(ui[j] * vi[j])
				}
				// Two rounded factors and d rounded products and sums, and what is left of the factors.
				bound := gamma(d+3)*total + 2*kap*(normA*pr.normD[s]*floats.Norm(vi, 2)+normB*pr.normR[s]*floats.Norm(ui, 2))
				w.tError[s] = bound * inflate / math.Abs(w.t[s])
			}
		}
	})
	for k := range pr.class {
		w.align(&pr.class[k])
	}
	return w
}

// align takes the sign of most of a class's images as its own, and flips their t.
func (w *measured) align(b *basis) {
	balance := 0
	for _, s := range b.samples {
		if w.t[s] > 0 {
			balance++
		} else if w.t[s] < 0 {
			balance--
		}
	}
	w.signs[b.label] = 1
	if balance < 0 {
		w.signs[b.label] = -1
	}
	for _, s := range b.samples {
		w.t[s] *= float64(w.signs[b.label])
		// A t whose sign is not certain is outside as well; so is NaN.
		if !(w.t[s] > 0 && w.tError[s] < 0.5) {
			w.outcone = append(w.outcone, s)
		}
	}
}

func (w *measured) inCone() bool { return w.finite && len(w.outcone) == 0 }

// outside says why the tuple is not in the cone.
func (w *measured) outside() string {
	if !w.finite {
		return "the parameters are zero or not finite"
	}
	return fmt.Sprintf("outside the cone: the sign of t of %d images, the first of them image %d, is not the sign of their class",
		len(w.outcone), w.outcone[0])
}

// lambda returns 1/t_i.
func (w *measured) lambda() []float64 {
	lambda := make([]float64, len(w.t))
	for i, t := range w.t {
		lambda[i] = 1 / t
	}
	return lambda
}

// fitness returns φ of the tuple (model, 2.2) and a bound on its error, and sets penalty:
//
//	φ = (1/n) Σ log t_i − ½ log‖AAᵀ‖_F − ¼ log‖Z²‖_F.
func (w *measured) fitness() (phi, bound float64) {
	n := float64(len(w.t))
	logs := make([]float64, len(w.t))
	for i, t := range w.t {
		logs[i] = math.Log(t)
		e := w.tError[i]
		bound += (e/(1-e) + logError*(1+math.Abs(logs[i]))) / n
	}
	data := sum(logs) / n
	bound += 4 * unit * math.Abs(data)

	aat, relA := gram(w.params.A)
	normA, errA := frobenius(aat)
	relA += errA
	var bt mat.Dense
	bt.CloneFrom(w.params.B.T())
	z, relZ := gram(&bt)
	z2, relZ2 := gram(z)
	normB, errB := frobenius(z2)
	// Z² is quadratic in Z, and ‖Z‖_F² ≤ √d ‖Z²‖_F.
	d, _ := z.Dims()
	relB := relZ2 + errB + 2.1*relZ*math.Sqrt(float64(d))
	logA, logB := math.Log(normA), math.Log(normB)
	w.penalty = logA/2 + logB/4
	phi = data - w.penalty
	bound += (1.01*relA+logError*(1+math.Abs(logA)))/2 + (1.01*relB+logError*(1+math.Abs(logB)))/4
	bound += 4 * unit * (math.Abs(data) + math.Abs(logA) + math.Abs(logB))
	return phi, bound * inflate
}

// gram returns x xᵀ and a bound on ‖error‖_F/‖x xᵀ‖_F.
func gram(x *mat.Dense) (g *mat.Dense, rel float64) {
	d, m := x.Dims()
	// ‖x‖_F² = tr(x xᵀ) ≤ √d ‖x xᵀ‖_F.
	return product(x, x), 1.01 * (unit + kappa(m)*math.Sqrt(float64(d)))
}

// frobenius returns ‖x‖_F and a bound on its relative rounding error.
func frobenius(x *mat.Dense) (norm, rel float64) {
	return length(mat.DenseCopyOf(x).RawMatrix().Data), 4 * unit
}

// schatten returns ‖K‖_{S_{8/3}} of K = BA from the triangular factors of B and Aᵀ.
func schatten(x model.Params) float64 {
	d, p := x.A.Dims()
	at, b := transposed(x.A), mat.DenseCopyOf(x.B)
	var core mat.Dense
	if d > p {
		core.Mul(b, at.T())
	} else {
		ra, rb := model.ThinQR(at), model.ThinQR(b)
		core.Mul(rb, ra.T())
	}
	var svd mat.SVD
	if !svd.Factorize(&core, mat.SVDNone) {
		return math.NaN()
	}
	return floats.Norm(svd.Values(nil), 8.0/3)
}
