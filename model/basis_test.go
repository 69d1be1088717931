package model

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"example.org/concord/stream"
)

func TestEqualColumns(t *testing.T) {
	x := mat.NewDense(3, 7, []float64{
		1, 0, 1, 2, 0, 0, 1,
		3, 0, 3, 3, 0, 4, 3,
		5, 0, 5, 5, 0, 0, 6,
	})
	for _, tt := range []struct {
		name    string
		members []int
		want    [][]int
	}{
		{"all rows", []int{0, 1, 2}, [][]int{{0, 2}, {3}, {5}, {6}}},
		{"the row that tells one apart left out", []int{0, 1}, [][]int{{0, 2, 6}, {3}, {5}}},
		{"a row in which one more is zero", []int{2}, [][]int{{0, 2, 3}, {6}}},
		{"no row", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := EqualColumns(x, tt.members)
			if diff := cmp.Diff(tt.want, slices.Concat([][]int(nil), got)); diff != "" {
				t.Errorf("EqualColumns differs (-want +got)\n%s", diff)
			}
		})
	}
}

// TestSpanIsABasis asks of every span that its basis is orthonormal and gives back the samples and the start.
func TestSpanIsABasis(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, n, d := rapid.IntRange(1, 9).Draw(t, "p"), rapid.IntRange(0, 12).Draw(t, "n"), rapid.IntRange(1, 12).Draw(t, "d")
		// Few values make columns that are equal, and columns of zeros.
		value := rapid.SampledFrom([]float64{0, 0, 1, 2})
		unit := rapid.SampledFrom([]float64{1, 1.0 / 255, 0.1}).Draw(t, "unit") // the second is that of pixels
		distinct := rapid.IntRange(1, p).Draw(t, "distinct columns")
		x, m := mat.NewDense(max(n, 1), p, nil), mat.NewDense(p, d, nil)
		members := make([]int, n)
		for i := range n {
			members[i] = i
			for j := range distinct {
				x.Set(i, j, value.Draw(t, "x")*unit)
			}
			if mat.Norm(x.RowView(i), 2) == 0 {
				x.Set(i, rapid.IntRange(0, distinct-1).Draw(t, "entry"), float64(1+i)*unit) // no feature vector is zero
			}
			for j := distinct; j < p; j++ {
				x.Set(i, j, x.At(i, j%distinct))
			}
		}
		for j := range p {
			for l := range d {
				m.Set(j, l, rapid.Float64Range(-1, 1).Draw(t, "m"))
			}
		}
		s := newSpan(x, members)
		h := mat.NewDense(p, p, s.turn(identity(p).RawMatrix(), blas.NoTrans).Data)
		var product, start mat.Dense
		product.Mul(h.T(), h)
		if !mat.EqualApprox(&product, identity(p), 1e-12) {
			t.Fatalf("HᵀH = %v", mat.Formatted(&product))
		}
		inside, outside := s.split(m.RawMatrix())
		if inside.Rows != s.data.cols || inside.Rows+outside.Rows != p {
			t.Fatalf("%d and %d coordinates, want %d and %d", inside.Rows, outside.Rows, s.data.cols, p-s.data.cols)
		}
		start.Mul(h, mat.NewDense(p, d, slices.Concat(inside.Data, outside.Data)))
		if !mat.EqualApprox(&start, m, 1e-12) {
			t.Fatalf("the start in the basis is %v, want %v", mat.Formatted(&start), mat.Formatted(m))
		}
		var space []float64
		for i := range n {
			stored := s.data.view(&space, i, i+1)
			for j := range p {
				got := 0.0
				for c, v := range stored.Data {
					if s.data.scale != nil {
						v *= s.data.scale[c]
					}
					got += h.At(j, c) * v
				}
				if math.Abs(got-x.At(i, j)) > 1e-11 {
					t.Fatalf("sample %d has %v at %d in the basis, want %v", i, got, j, x.At(i, j))
				}
			}
		}
	})
}

func identity(n int) *mat.Dense {
	one := mat.NewDense(n, n, nil)
	for i := range n {
		one.Set(i, i, 1)
	}
	return one
}

// TestFactoriseWithZeros factorises rows of which the first two end in zeros, the second in more of them or in none, and
// rows that are equal; with more rows than a block has.
func TestFactoriseWithZeros(t *testing.T) {
	const p = 150
	for _, n := range []int{1, 2, 3, 31, 32, 33, 70, 129, p} {
		for name, zero := range map[string]func(i, j int) bool{
			"none":               func(int, int) bool { return false },
			"first longer":       func(i, j int) bool { return i == 0 && j < p/2 || i == 1 && j >= p/2 },
			"second longer":      func(i, j int) bool { return i == 0 && j >= p/2 || i == 1 && j < p/2 },
			"each apart":         func(i, j int) bool { return j%n != i },
			"ever fewer entries": func(i, j int) bool { return i+j >= p },
		} {
			x, r := general(n, p), stream.New(uint64(n), "test", name)
			for i := range n {
				for j := range p {
					if v := r.Float64(); !zero(i, j) {
						row(x, i)[j] = v
					}
				}
				if i%5 == 4 {
					copy(row(x, i), row(x, i-1))
				}
			}
			v := general(n, p)
			copy(v.Data, x.Data)
			l, h := factorise(v)
			s := span{data: samples{rows: n, cols: n, values: l.Data}, v: v, t: h}
			basis := mat.NewDense(p, p, s.turn(identity(p).RawMatrix(), blas.NoTrans).Data)
			var square, back mat.Dense
			square.Mul(basis.T(), basis)
			if !mat.EqualApprox(&square, identity(p), 1e-13) {
				t.Errorf("%d rows, zeros %s: H is not orthogonal", n, name)
			}
			back.Mul(mat.NewDense(n, n, l.Data), basis.Slice(0, p, 0, n).T())
			if !mat.EqualApprox(&back, mat.NewDense(n, p, x.Data), 1e-12) {
				t.Errorf("%d rows, zeros %s: they are not l times rows of Hᵀ", n, name)
			}
			tall := mat.DenseCopyOf(mat.NewDense(n, p, x.Data).T())
			right := ThinQR(tall)
			square.Reset()
			square.Mul(tall.T(), tall)
			back.Reset()
			back.Mul(tall, right)
			if !mat.EqualApprox(&square, identity(n), 1e-13) || !mat.EqualApprox(back.T(), mat.NewDense(n, p, x.Data), 1e-12) {
				t.Errorf("%d columns, zeros %s: ThinQR is off", n, name)
			}
			for i := range n {
				for j := range i {
					if right.At(i, j) != 0 {
						t.Fatalf("%d columns, zeros %s: r has %v at (%d, %d)", n, name, right.At(i, j), i, j)
					}
				}
			}
		}
	}
}

// TestImagesApart trains on images of which the first two have no pixel in common: what training reports is the fitness of
// what it returns.
func TestImagesApart(t *testing.T) {
	images := mat.NewDense(4, 9, []float64{
		0, 0, 0, 0, 0, 0, 1, 2, 3,
		0, 1, 2, 1, 0, 0, 0, 0, 0,
		1, 1, 2, 3, 1, 2, 1, 3, 2,
		1, 2, 3, 5, 4, 2, 2, 1, 1,
	})
	data, err := NewData(3, 1, images, make([]int, 4), Modulus)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []Method{LBFGS, Quotient} {
		x, report := Train(context.Background(), data, Uniform.Draw(1, 2, 9, 1), Ascent{Method: m})
		if got := (Fitness{data}).Func(x); report.Status != Converged || math.Abs(got-report.Value) > 1e-12 {
			t.Errorf("%v ends %+v; the fitness of what it returns is %v", m, report, got)
		}
	}
}

// TestSameBitsForAnyNumberOfWorkers evaluates many samples with one goroutine and with several.
func TestSameBitsForAnyNumberOfWorkers(t *testing.T) {
	data := small(11, 3, many+longest, Modulus, 3)
	var want []float64
	for _, workers := range []int{1, 2, 5} {
		previous := runtime.GOMAXPROCS(workers)
		f, x := NewSpanFitness(data, Uniform.Draw(4, 2, 121, 3))
		q := newQuotient(f, x)
		grad := make([]float64, f.Len())
		got := []float64{f.FuncGrad(grad, x)}
		got = append(got, grad...)
		got = append(got, q.FuncGrad(grad, x), q.update(grad))
		other := slices.Clone(x)
		q.precondition(grad, other)
		got = slices.Concat(got, grad, other)
		runtime.GOMAXPROCS(previous)
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d goroutines give other bits than one", workers)
		}
	}
}

// TestFitnessesShareTheirData makes fitnesses of the same data at the same time, as trials do. What they share must not be
// written to.
func TestFitnessesShareTheirData(t *testing.T) {
	data := small(8, 3, 30, Modulus, 3)
	const starts, times = 6, 40
	start := func(i int) Params { return Uniform.Draw(uint64(i), 3, 64, 3) }
	want := make([][]float64, starts)
	for i := range starts {
		_, want[i] = NewSpanFitness(data, start(i))
	}
	var wg sync.WaitGroup
	for i := range starts {
		wg.Go(func() {
			for range times {
				f, x := NewSpanFitness(data, start(i))
				if !slices.Equal(x, want[i]) {
					t.Errorf("start %d has other coordinates when others are at work", i)
					return
				}
				newQuotient(f, x)
			}
		})
	}
	wg.Wait()
}
