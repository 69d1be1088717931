//go:build !noasm

package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"pgregory.net/rapid"
)

// canary is what the space around matrices holds. As it is a NaN it also shows where it is read.
var canary = math.Float64frombits(0x7ff8_0000_dead_beef)

// A matrix lies in a slice full of canaries: before it, after it, and between its rows.
type matrix struct {
	all            []float64
	offset         int
	rows, cols, ld int
}

// place draws a rows×cols matrix with entries from value, gap canaries between its rows and offset ones before it.
func place(rows, cols, gap, offset int, value func() float64) matrix {
	const guard = 16
	ld := max(1, cols+gap)
	m := matrix{all: make([]float64, offset+rows*ld+2*guard), offset: offset + guard, rows: rows, cols: cols, ld: ld}
	for i := range m.all {
		m.all[i] = canary
	}
	for i := range rows {
		for j := range cols {
			m.all[m.offset+i*ld+j] = value()
		}
	}
	return m
}

// data is the slice to hand to BLAS, no longer than need be.
func (m matrix) data() []float64 {
	end := m.offset
	if m.rows > 0 {
		end += (m.rows-1)*m.ld + m.cols
	}
	return m.all[m.offset:end]
}

func (m matrix) clone() matrix {
	m.all = append([]float64(nil), m.all...)
	return m
}

// at returns entry (i, j) of the matrix, or of its transpose.
func (m matrix) at(t blas.Transpose, i, j int) float64 {
	if t != blas.NoTrans {
		i, j = j, i
	}
	return m.all[m.offset+i*m.ld+j]
}

// intact reports whether nothing but entries of the matrix changed since it was placed.
func (m matrix) intact() bool {
	inside := make([]bool, len(m.all))
	for i := range m.rows {
		for j := range m.cols {
			inside[m.offset+i*m.ld+j] = true
		}
	}
	for i, v := range m.all {
		if !inside[i] && math.Float64bits(v) != math.Float64bits(canary) {
			return false
		}
	}
	return true
}

// A task is a call of Dgemm.
type task struct {
	tA, tB      blas.Transpose
	m, n, k     int
	alpha, beta float64
	a, b, c     matrix
}

// newTask places operands; gaps and offsets come from shift.
func newTask(tA, tB blas.Transpose, m, n, k int, alpha, beta float64, shift, value func() float64) *task {
	task := &task{tA: tA, tB: tB, m: m, n: n, k: k, alpha: alpha, beta: beta}
	operand := func(t blas.Transpose, rows, cols int) matrix {
		if t != blas.NoTrans {
			rows, cols = cols, rows
		}
		return place(rows, cols, int(shift()), int(shift()), value)
	}
	task.a, task.b, task.c = operand(tA, m, k), operand(tB, k, n), operand(blas.NoTrans, m, n)
	return task
}

// run returns C as impl leaves it.
func (x *task) run(impl blas.Float64) matrix {
	c := x.c.clone()
	impl.Dgemm(x.tA, x.tB, x.m, x.n, x.k, x.alpha, x.a.data(), x.a.ld, x.b.data(), x.b.ld, x.beta, c.data(), c.ld)
	return c
}

// String names the task in messages.
func (x *task) String() string {
	return fmt.Sprintf("Dgemm(%c, %c, m=%d, n=%d, k=%d, alpha=%v, lda=%d, ldb=%d, beta=%v, ldc=%d)",
		x.tA, x.tB, x.m, x.n, x.k, x.alpha, x.a.ld, x.b.ld, x.beta, x.c.ld)
}

// check runs the task with every kernel. The results have to have the same bits, and be as close to gonum's as two
// results may be that are both as exact as the package promises; exactly gonum's, if exact.
func (x *task) check(t interface{ Fatalf(string, ...any) }, exact bool) {
	want := x.run(gonum.Implementation{})
	var first matrix
	for i, k := range supported() {
		got := x.run(newImplementation(k))
		if !got.intact() {
			t.Fatalf("%s: %v wrote outside C", k.name, x)
		}
		if i == 0 {
			first = got
		} else if at := sameBits(got.all, first.all); at >= 0 {
			t.Fatalf("%s: %v: entry %d = %v, with other kernels %v", k.name, x, at, got.all[at], first.all[at])
		}
		for i := range x.m {
			for j := range x.n {
				g, w := got.at(blas.NoTrans, i, j), want.at(blas.NoTrans, i, j)
				var bound float64
				if !exact {
					bound = 2 * gamma(x.k+3) * x.size(i, j)
				}
				if !(math.Abs(g-w) <= bound) {
					t.Fatalf("%s: %v: C[%d, %d] = %v, want %v ± %g", k.name, x, i, j, g, w, bound)
				}
			}
		}
	}
}

// size returns entry (i, j) of |alpha| |A| |B| + |beta| |C|.
func (x *task) size(i, j int) float64 {
	var size float64
	for l := range x.k {
		size += math.Abs(x.alpha * x.a.at(x.tA, i, l) * x.b.at(x.tB, l, j))
	}
	return size + math.Abs(x.beta*x.c.at(blas.NoTrans, i, j))
}

// factor draws alpha or beta: none so small that underflow is at issue.
func factor() *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.SampledFrom([]float64{0, 1, -1}),
		rapid.Map(rapid.IntRange(-3000, 3000), func(i int) float64 { return float64(i) / 1000 }),
	)
}

func transposes() []blas.Transpose {
	return []blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans}
}

func TestDgemmProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		src := rand.New(rand.NewPCG(seed, 1))
		size := rapid.IntRange(0, 70)
		newTask(
			rapid.SampledFrom(transposes()).Draw(t, "tA"), rapid.SampledFrom(transposes()).Draw(t, "tB"),
			size.Draw(t, "m"), size.Draw(t, "n"), size.Draw(t, "k"),
			factor().Draw(t, "alpha"), factor().Draw(t, "beta"),
			func() float64 { return float64(src.IntN(9)) }, src.NormFloat64,
		).check(t, false)
	})
}

// TestDgemmInteger goes through every width and height of a block, and through shapes large enough for every way to
// divide a product, with numbers for which nothing is rounded.
func TestDgemmInteger(t *testing.T) {
	src := rand.New(rand.NewPCG(5, 6))
	shapes := [][3]int{
		{1, 1, 1000},
		{3, 25, 401},
		{130, 20, 784},
		{9, 2000, 3},
		{257, 300, 230}, // copied though not transposed
		{260, 970, 810}, // the same, in several blocks
		{20, 60, 0},
	}
	step := 1
	if testing.Short() {
		step = 3
	}
	for m := 1; m <= 17; m++ {
		for n := 1; n <= 50; n += step {
			shapes = append(shapes, [3]int{m, n, 1 + (m+n)%7})
		}
	}
	for _, s := range shapes {
		for _, tA := range transposes()[:2] {
			for _, tB := range transposes()[:2] {
				newTask(tA, tB, s[0], s[1], s[2], 2, float64(src.IntN(3)-1),
					func() float64 { return float64(src.IntN(9)) },
					func() float64 { return float64(src.IntN(19) - 9) }).check(t, true)
			}
		}
	}
}

// TestDgemmBits checks that bits depend on nothing but what the documentation names.
func TestDgemmBits(t *testing.T) {
	src := rand.New(rand.NewPCG(7, 8))
	none := func() float64 { return 0 }
	for _, k := range supported() {
		impl := newImplementation(k)
		for _, tB := range transposes()[:2] {
			task := newTask(blas.NoTrans, tB, 300, 250, 900, 0.7, -0.3, none, src.NormFloat64)
			want := task.run(impl)
			t.Run(fmt.Sprintf("kernel=%s/tB=%c", k.name, tB), func(t *testing.T) {
				for _, procs := range []int{1, 2, 4} {
					before := runtime.GOMAXPROCS(procs)
					got := task.run(impl)
					runtime.GOMAXPROCS(before)
					if at := sameBits(got.all, want.all); at >= 0 {
						t.Errorf("GOMAXPROCS=%d: entry %d = %v, want %v", procs, at, got.all[at], want.all[at])
					}
				}
				// A part of the product, rows 7 to 16 and columns 11 to 33, on its own.
				const i, j, m, n = 7, 11, 10, 23
				b := task.b.data()[j:]
				if tB != blas.NoTrans {
					b = task.b.data()[j*task.b.ld:]
				}
				c := task.c.clone()
				impl.Dgemm(task.tA, tB, m, n, task.k, task.alpha, task.a.data()[i*task.a.ld:], task.a.ld, b, task.b.ld,
					task.beta, c.data()[i*c.ld+j:], c.ld)
				for r := i; r < i+m; r++ {
					row := c.data()[r*c.ld+j : r*c.ld+j+n]
					whole := want.data()[r*c.ld+j : r*c.ld+j+n]
					if at := sameBits(row, whole); at >= 0 {
						t.Errorf("row %d of a part: entry %d = %v, in the whole %v", r, at, row[at], whole[at])
					}
				}
			})
		}
	}
}

// TestDgemmConcurrent checks that calls at the same time do not share their copies of B.
func TestDgemmConcurrent(t *testing.T) {
	src := rand.New(rand.NewPCG(11, 12))
	none := func() float64 { return 0 }
	for _, k := range supported() {
		impl := newImplementation(k)
		var calls sync.WaitGroup
		for size := 20; size <= 90; size += 10 {
			task := newTask(blas.Trans, blas.Trans, size, size, 2*size, 1, 0, none, src.NormFloat64)
			want := task.run(newImplementation(k))
			calls.Go(func() {
				for range 20 {
					got := task.run(impl)
					if at := sameBits(got.data(), want.data()); at >= 0 {
						t.Errorf("%s: %v: entry %d = %v, want %v", k.name, task, at, got.data()[at], want.data()[at])
					}
				}
			})
		}
		calls.Wait()
	}
}

func TestDgemmSpecial(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, test := range []struct {
		name        string
		alpha, beta float64
		a, b, c     float64
		want        float64
		reason      string
	}{
		{"beta zero", 1, 0, 2, 3, nan, 30, "C is overwritten"},
		{"beta negative zero", 1, math.Copysign(0, -1), 2, 3, nan, 30, "it is zero too"},
		{"beta zero and infinite C", 1, 0, 2, 3, inf, 30, "C is overwritten"},
		{"beta one", 1, 1, 2, 3, nan, nan, "C counts"},
		{"beta NaN", 1, nan, 2, 3, 1, nan, "beta counts"},
		{"alpha zero", 0, 2, 3, nan, 1, 2, "B does not count, as in gonum"},
		{"alpha zero and NaN in A", 0, 2, nan, 3, 1, nan, "A counts, as in gonum"},
		{"alpha and beta zero", 0, 0, 2, nan, nan, 0, "nothing counts"},
		{"alpha NaN", nan, 0, 2, 3, 1, nan, "alpha counts"},
		{"NaN in A", 1, 0, nan, 3, 1, nan, "NaN propagates"},
		{"NaN in B", 1, 0, 3, nan, 1, nan, "NaN propagates"},
		{"Inf in A", 1, 0, inf, 3, 1, inf, "Inf propagates"},
		{"zero times Inf", 1, 0, 0, inf, 1, nan, "unlike gonum without transposes"},
		{"negative zero", -1, 0, 0, 3, 1, 0, "positive as in gonum, which adds to zero"},
	} {
		for _, k := range supported() {
			t.Run(test.name+"/kernel="+k.name, func(t *testing.T) {
				const m, n, inner = 5, 27, 5
				fill := func(x []float64, v float64) []float64 {
					for i := range x {
						x[i] = v
					}
					return x
				}
				a, b := fill(make([]float64, m*inner), test.a), fill(make([]float64, inner*n), test.b)
				c := fill(make([]float64, m*n), test.c)
				newImplementation(k).Dgemm(blas.NoTrans, blas.NoTrans, m, n, inner, test.alpha, a, inner, b, n, test.beta, c, n)
				for i, got := range c {
					same := math.Float64bits(got) == math.Float64bits(test.want) || math.IsNaN(got) && math.IsNaN(test.want)
					if !same {
						t.Fatalf("entry %d = %v, want %v: %s", i, got, test.want, test.reason)
					}
				}
			})
		}
	}
}
