package model

import (
	"math"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

const (
	// many samples are worth several goroutines. It decides in which order sums are made, so it must not depend on
	// the machine.
	many = 512
	// longest is the most samples of a piece where there are many.
	longest = 2048
	// block is how many samples are met forward and backward before the next: they fit the second cache with what
	// they meet.
	block = 64
)

// A piece is a run of samples of one class.
type piece struct {
	part       int     // of its class
	first, end int     // samples
	logs       float64 // Σ log|t_i| at the last point
	a, b       int     // the sums that its data adds to
}

// A sum is the data's share of the gradient of one part, times 1/data.scale, from some pieces.
type sum struct {
	part int
	g    blas64.General
}

// A workspace holds the data of a block where it is stored as bytes.
type workspace struct{ images, features []float64 }

// plan cuts the samples into pieces. With few samples all pieces of a part share one sum. With many each has its own,
// so that goroutines need not wait for each other and sums come out the same whoever makes them.
func (f *SpanFitness) plan() {
	shared := len(f.t) < many
	length := longest
	if shared {
		length = len(f.t)
	}
	add := func(part int) int {
		f.sums = append(f.sums, sum{part: part, g: general(f.parts[part].data.cols, f.d)})
		return len(f.sums) - 1
	}
	for i := 1; i < len(f.parts); i++ {
		pt := &f.parts[i]
		for lo := 0; lo < pt.data.rows; lo += length {
			pc := piece{part: i, first: pt.first + lo, end: pt.first + min(lo+length, pt.data.rows)}
			if shared && len(f.pieces) > 0 {
				pc.a = f.pieces[0].a
			} else {
				pc.a = add(0)
			}
			pc.b = add(i)
			f.pieces = append(f.pieces, pc)
		}
	}
	f.space.New = func() any { return new(workspace) }
	f.workers = 1
	if !shared {
		f.workers = runtime.GOMAXPROCS(0)
	}
}

// each calls do for every number below count, from several goroutines where there are many samples.
func (f *SpanFitness) each(count int, do func(i int)) {
	if f.workers > 1 {
		parallel(f.workers, count, do)
		return
	}
	for i := range count {
		do(i)
	}
}

// parallel calls do for every number below count, from so many goroutines at a time.
func parallel(workers, count int, do func(i int)) {
	var g errgroup.Group
	g.SetLimit(workers)
	for i := range count {
		g.Go(func() error {
			do(i)
			return nil
		})
	}
	g.Wait() //nolint:errcheck // no goroutine returns one
}

// scale takes the rows of x that meet data, in the units of what is stored of it.
func (f *SpanFitness) scale(x []float64) {
	for i := range f.parts {
		pt := &f.parts[i]
		top := x[pt.begin : pt.begin+len(pt.scaled.Data)]
		if pt.data.scale == nil {
			copy(pt.scaled.Data, top)
			continue
		}
		for j, s := range pt.data.scale {
			for l := j * f.d; l < (j+1)*f.d; l++ {
				pt.scaled.Data[l] = s * top[l]
			}
		}
	}
}

// of returns rows first to end of m.
func of(m blas64.General, first, end int) blas64.General {
	return blas64.General{Rows: end - first, Cols: m.Cols, Stride: m.Stride, Data: m.Data[first*m.Stride : end*m.Stride]}
}

// forward stores u_i, v_i and t_i of samples first to end at the scaled point.
func (f *SpanFitness) forward(part, first, end int, images, features blas64.General) {
	u, v := of(f.u, first, end), of(f.v, first, end)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, images, f.parts[0].scaled, 0, u)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, features, f.parts[part].scaled, 0, v)
	for i := range end - first {
		sum := 0.0
		row := v.Data[i*f.d : (i+1)*f.d]
		for j, uj := range u.Data[i*f.d : (i+1)*f.d] {
			sum += uj * row[j]
		}
		f.t[first+i] = sum
	}
}

// signs notes the sign of every t_i at the start.
func (f *SpanFitness) signs(x []float64) {
	f.scale(x)
	f.each(len(f.pieces), func(i int) {
		pc := &f.pieces[i]
		own := &f.parts[pc.part]
		space := f.space.Get().(*workspace) //nolint:forcetypeassert // New makes nothing else
		defer f.space.Put(space)
		for lo := pc.first; lo < pc.end; lo += block {
			hi := min(lo+block, pc.end)
			images, features := f.parts[0].data.view(&space.images, lo, hi), own.data.view(&space.features, lo-own.first, hi-own.first)
			f.forward(pc.part, lo, hi, images, features)
		}
	})
	for i, t := range f.t {
		f.sign[i] = math.Copysign(1, t)
	}
}

// logs returns (1/n) Σ log|t_i| at x and leaves its gradient in f.sums. Where some t_i has not the sign it had at the
// start it returns −Inf.
func (f *SpanFitness) logs(x []float64) float64 {
	f.scale(x)
	for i := range f.sums {
		clear(f.sums[i].g.Data)
	}
	n := float64(len(f.t))
	var wall atomic.Bool
	f.each(len(f.pieces), func(i int) {
		pc := &f.pieces[i]
		pc.logs = 0
		own := &f.parts[pc.part]
		space := f.space.Get().(*workspace) //nolint:forcetypeassert // New makes nothing else
		defer f.space.Put(space)
		for lo := pc.first; lo < pc.end && !wall.Load(); lo += block {
			hi := min(lo+block, pc.end)
			images, features := f.parts[0].data.view(&space.images, lo, hi), own.data.view(&space.features, lo-own.first, hi-own.first)
			f.forward(pc.part, lo, hi, images, features)
			u, v := of(f.u, lo, hi), of(f.v, lo, hi)
			for i := lo; i < hi; i++ {
				t := f.t[i]
				if !(t*f.sign[i] > 0) {
					wall.Store(true)
					return
				}
				pc.logs += math.Log(math.Abs(t))
				w := 1 / (n * t)
				ui, vi := f.u.Data[i*f.d:(i+1)*f.d], f.v.Data[i*f.d:(i+1)*f.d]
				for j := range ui {
					ui[j] *= w
					vi[j] *= w
				}
			}
			blas64.Gemm(blas.Trans, blas.NoTrans, 1, images, v, 1, f.sums[pc.a].g)
			blas64.Gemm(blas.Trans, blas.NoTrans, 1, features, u, 1, f.sums[pc.b].g)
		}
	})
	if wall.Load() {
		return math.Inf(-1)
	}
	logs := 0.0
	for i := range f.pieces {
		logs += f.pieces[i].logs
	}
	return logs / n
}

// addSums adds the gradient of logs to grad.
func (f *SpanFitness) addSums(grad []float64) {
	for i := range f.sums {
		pt := &f.parts[f.sums[i].part]
		g := f.sums[i].g.Data
		top := grad[pt.begin : pt.begin+len(g)]
		if pt.data.scale == nil {
			axpy(1, g, top)
			continue
		}
		for j, s := range pt.data.scale {
			for l := j * f.d; l < (j+1)*f.d; l++ {
				top[l] += s * g[l]
			}
		}
	}
}
