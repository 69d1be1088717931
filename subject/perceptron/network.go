package perceptron

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/stream"
	"example.org/concord/subject/sphere"
	"example.org/concord/verify/symmetry"
)

// A network is x ↦ V tanh(W x + b) + c, whose answers are the logits of the classes.
type network struct {
	W *mat.Dense // h×p
	B []float64  // h
	V *mat.Dense // K×h
	C []float64  // K
}

// size is the number of parameters of h hidden units between p inputs and K classes.
func size(h, p, classes int) int { return h*p + h + classes*h + classes }

// view returns the network whose parameters are x: W row by row, b, V row by row, c. It shares x.
func view(x []float64, h, p, classes int) network {
	cut := func(n int) []float64 {
		part := x[:n:n]
		x = x[n:]
		return part
	}
	return network{W: mat.NewDense(h, p, cut(h*p)), B: cut(h), V: mat.NewDense(classes, h, cut(classes*h)), C: cut(classes)}
}

// pack returns the parameters in the order of view.
func (n network) pack() []float64 {
	return slices.Concat(n.W.RawMatrix().Data, n.B, n.V.RawMatrix().Data, n.C)
}

// tuple names the parameters as symmetry.Hidden wants them. It shares their data.
func (n network) tuple() symmetry.Tuple {
	return symmetry.Tuple{
		{Name: "W", M: n.W},
		{Name: "b", M: mat.NewDense(1, len(n.B), n.B)},
		{Name: "V", M: n.V},
		{Name: "c", M: mat.NewDense(1, len(n.C), n.C)},
	}
}

// ofTuple is the inverse of tuple.
func ofTuple(t symmetry.Tuple) network {
	return network{W: t.Part("W"), B: t.Part("b").RawRowView(0), V: t.Part("V"), C: t.Part("c").RawRowView(0)}
}

// drawn returns a network to start from: the weights of both layers are entries of the distribution over the square
// root of the number of inputs of a unit, each layer from its own stream, and biases are zero.
func drawn(start sphere.Start, seed uint64, h, p, classes int) network {
	n := view(make([]float64, size(h, p, classes)), h, p, classes)
	fill := func(m *mat.Dense, purpose string) {
		r := stream.New(seed, "start", purpose, start.String())
		_, inputs := m.Dims()
		raw := m.RawMatrix().Data
		for i := range raw {
			raw[i] = start.Draw(r) / math.Sqrt(float64(inputs))
		}
	}
	fill(n.W, "W")
	fill(n.V, "V")
	return n
}

// forward returns the activations of the hidden units (n×h) and the logits of the classes (n×K) for inputs of n×p.
func (n network) forward(inputs *mat.Dense) (hidden, logits *mat.Dense) {
	hidden, logits = new(mat.Dense), new(mat.Dense)
	hidden.Mul(inputs, n.W.T())
	count, _ := hidden.Dims()
	for i := range count {
		row := hidden.RawRowView(i)
		for j, b := range n.B {
			row[j] = math.Tanh(row[j] + b)
		}
	}
	logits.Mul(hidden, n.V.T())
	for i := range count {
		floats.Add(logits.RawRowView(i), n.C)
	}
	return hidden, logits
}

// loss is the objective of training,
//
//	L(θ) = −(1/n) Σᵢ log p(yᵢ | xᵢ) + (λ/2)‖θ‖²,   p(· | x) = softmax(V tanh(W x + b) + c),
//
// where θ is all parameters, biases too. With λ > 0 its sublevel sets are bounded, so minima exist, and no direction is
// flat: adding one number to all logits, which no probability sees, is what the decay of V and c forbids.
type loss struct {
	images  *mat.Dense // n×p
	labels  []int
	hidden  int
	classes int
	decay   float64 // λ
}

func (l *loss) len() int {
	_, p := l.images.Dims()
	return size(l.hidden, p, l.classes)
}

// network returns the network of parameters θ, sharing them.
func (l *loss) network(theta []float64) network {
	_, p := l.images.Dims()
	return view(theta, l.hidden, p, l.classes)
}

// Func returns L(θ) and stores its gradient in grad. With P the n×K probabilities, Y the indicators of the labels and
// H = tanh(X Wᵀ + 1bᵀ),
//
//	D = (P − Y)/n,   ∂V = Dᵀ H + λV,   ∂c = Dᵀ1 + λc,
//	E = (D V) ∘ (1 − H∘H),   ∂W = Eᵀ X + λW,   ∂b = Eᵀ1 + λb.
//
// It panics if grad or θ has not l.len() entries.
func (l *loss) Func(grad, theta []float64) float64 {
	if len(grad) != l.len() || len(theta) != l.len() {
		panic("perceptron: parameters of wrong length")
	}
	n, _ := l.images.Dims()
	at, g := l.network(theta), l.network(grad)
	hidden, d := at.forward(l.images)
	var sum float64
	for i, k := range l.labels {
		row := d.RawRowView(i)
		lse := floats.LogSumExp(row)
		sum += lse - row[k]
		for j, z := range row {
			row[j] = math.Exp(z-lse) / float64(n)
		}
		row[k] -= 1 / float64(n)
	}
	var e mat.Dense
	e.Mul(d, at.V)
	g.V.Mul(d.T(), hidden)
	columnSums(g.C, d)
	e.Apply(func(i, j int, v float64) float64 { h := hidden.At(i, j); return v * (1 - h*h) }, &e)
	g.W.Mul(e.T(), l.images)
	columnSums(g.B, &e)
	floats.AddScaled(grad, l.decay, theta)
	norm := blas64.Nrm2(blas64.Vector{N: len(theta), Inc: 1, Data: theta})
	return sum/float64(n) + l.decay/2*norm*norm
}

func columnSums(dst []float64, m *mat.Dense) {
	clear(dst)
	rows, _ := m.Dims()
	for i := range rows {
		floats.Add(dst, m.RawRowView(i))
	}
}

// Norm returns ‖∇L‖‖θ‖/L: by how much, to first order, L changes relative to itself when θ moves relative to itself.
func (*loss) Norm(value float64, grad, theta []float64) float64 {
	return floats.Norm(grad, 2) * floats.Norm(theta, 2) / value
}

// odds is the objective of drawing a class k, negated to be minimised:
//
//	ω(x) = log p(k | u)/(1 − p(k | u)) = z_k − log Σ_{j≠k} exp z_j,   z = V tanh(W u + b) + c,   u = x/‖x‖.
//
// It has its maxima where the probability has them, and stays steep where that is 1 to many digits.
type odds struct {
	network
	label int
}

// Func returns −ω(x) and stores its gradient in grad, which is orthogonal to x because scale does not count: with q the
// probabilities among the classes other than k, and −1 for k, and h = tanh(W u + b),
//
//	∂u = Wᵀ((Vᵀ q) ∘ (1 − h∘h)),   grad = (∂u − u⟨u,∂u⟩)/‖x‖.
func (o *odds) Func(grad, x []float64) float64 {
	norm := floats.Norm(x, 2)
	u := mat.NewDense(1, len(x), nil)
	floats.ScaleTo(u.RawRowView(0), 1/norm, x)
	hidden, logits := o.forward(u)
	q := logits.RawRowView(0)
	right := q[o.label]
	q[o.label] = math.Inf(-1)
	others := floats.LogSumExp(q)
	for j, z := range q {
		q[j] = math.Exp(z - others)
	}
	q[o.label] = -1
	var e mat.Dense
	e.Mul(logits, o.V)
	row := e.RawRowView(0)
	for j, h := range hidden.RawRowView(0) {
		row[j] *= 1 - h*h
	}
	mat.NewDense(1, len(x), grad).Mul(&e, o.W)
	floats.AddScaled(grad, -floats.Dot(u.RawRowView(0), grad), u.RawRowView(0))
	floats.Scale(1/norm, grad)
	return others - right
}

// Norm returns ‖grad‖‖x‖, the norm of the gradient on the unit sphere.
func (*odds) Norm(_ float64, grad, x []float64) float64 {
	return floats.Norm(grad, 2) * floats.Norm(x, 2)
}
