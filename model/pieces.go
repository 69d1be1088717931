package model

import (
	"math"
	"runtime"

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

// A piece is what one goroutine takes at a time: some samples, with one share for each of their classes.
type piece struct {
	first, end int
	shares     []share
	sum        int     // that its images add to
	logs       float64 // Σ log|t_i| at the last point
}

// A share is the samples of one class in a piece.
type share struct {
	part       int // of its class
	first, end int // samples
	sum        int // that its features add to
}

// A sum is the data's share of the gradient of one part, times 1/data.scale, from some pieces.
type sum struct {
	part int
	g    blas64.General
}

// A workspace holds the data of a block where it is stored as bytes.
type workspace struct{ images, features []float64 }

// plan cuts the samples into pieces. Few samples are one piece. Where there are many, a piece is some samples of a class,
// and each has sums of its own, so that goroutines need not wait for each other and sums come out the same whoever makes
// them.
func (f *SpanFitness) plan() {
	add := func(part int) int {
		f.sums = append(f.sums, sum{part: part, g: general(f.parts[part].data.cols, f.d)})
		return len(f.sums) - 1
	}
	few := len(f.t) < many
	if few {
		f.pieces = append(f.pieces, piece{end: len(f.t), sum: add(0)})
	}
	for i := 1; i < len(f.parts); i++ {
		first, end := f.parts[i].first, f.parts[i].first+f.parts[i].data.rows
		if few {
			f.pieces[0].shares = append(f.pieces[0].shares, share{part: i, first: first, end: end, sum: add(i)})
			continue
		}
		for lo := first; lo < end; lo += longest {
			hi := min(lo+longest, end)
			pc := piece{first: lo, end: hi, sum: add(0)}
			pc.shares = append(pc.shares, share{part: i, first: lo, end: hi, sum: add(i)})
			f.pieces = append(f.pieces, pc)
		}
	}
	f.meet = f.meetPiece
	f.space.New = func() any { return new(workspace) }
	f.workers = 1
	if !few {
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
		top := f.inside(x, i).Data
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

// sharing calls do with what samples first to end of a piece have of each class, and with its features.
func (f *SpanFitness) sharing(pc *piece, first, end int, space *workspace, do func(s *share, lo, hi int, features blas64.General)) {
	for i := range pc.shares {
		s := &pc.shares[i]
		if lo, hi := max(first, s.first), min(end, s.end); lo < hi {
			own := &f.parts[s.part]
			do(s, lo, hi, own.data.view(&space.features, lo-own.first, hi-own.first))
		}
	}
}

// forward stores u_i, v_i and t_i of samples first to end of a piece at the scaled point, and returns their images.
func (f *SpanFitness) forward(pc *piece, first, end int, space *workspace) (images blas64.General) {
	images = f.parts[0].data.view(&space.images, first, end)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, images, of(f.parts[0].scaled, 0, images.Cols), 0, of(f.u, first, end))
	f.sharing(pc, first, end, space, func(s *share, lo, hi int, features blas64.General) {
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, features, of(f.parts[s.part].scaled, 0, features.Cols), 0, of(f.v, lo, hi))
	})
	for i := first; i < end; i++ {
		sum := 0.0
		row := f.v.Data[i*f.d : (i+1)*f.d]
		for j, uj := range f.u.Data[i*f.d : (i+1)*f.d] {
			sum += uj * row[j]
		}
		f.t[i] = sum
	}
	return images
}

// backward adds to the sums what u_i and v_i of samples first to end of a piece give, by now divided by nt_i.
func (f *SpanFitness) backward(pc *piece, first, end int, images blas64.General, space *workspace) {
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, images, of(f.v, first, end), 1, of(f.sums[pc.sum].g, 0, images.Cols))
	f.sharing(pc, first, end, space, func(s *share, lo, hi int, features blas64.General) {
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, features, of(f.u, lo, hi), 1, of(f.sums[s.sum].g, 0, features.Cols))
	})
}

// signs notes the sign of every t_i at the start.
func (f *SpanFitness) signs(x []float64) {
	f.scale(x)
	f.each(len(f.pieces), func(i int) {
		pc := &f.pieces[i]
		space := f.space.Get().(*workspace) //nolint:forcetypeassert // New makes nothing else
		defer f.space.Put(space)
		for lo := pc.first; lo < pc.end; lo += block {
			f.forward(pc, lo, min(lo+block, pc.end), space)
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
	f.wall.Store(false)
	f.each(len(f.pieces), f.meet)
	if f.wall.Load() {
		return math.Inf(-1)
	}
	logs := 0.0
	for i := range f.pieces {
		logs += f.pieces[i].logs
	}
	return logs / float64(len(f.t))
}

// meetPiece meets a piece forward and backward: it finds Σ log|t_i|, and adds to the sums.
func (f *SpanFitness) meetPiece(i int) {
	pc, n := &f.pieces[i], float64(len(f.t))
	space := f.space.Get().(*workspace) //nolint:forcetypeassert // New makes nothing else
	defer f.space.Put(space)
	pc.logs = 0
	for lo := pc.first; lo < pc.end && !f.wall.Load(); lo += block {
		hi := min(lo+block, pc.end)
		images := f.forward(pc, lo, hi, space)
		for i := lo; i < hi; i++ {
			t := f.t[i]
			if !(t*f.sign[i] > 0) {
				f.wall.Store(true)
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
		f.backward(pc, lo, hi, images, space)
	}
}

// addSums adds the gradient of logs to grad.
func (f *SpanFitness) addSums(grad []float64) {
	for i := range f.sums {
		pt := &f.parts[f.sums[i].part]
		g := f.sums[i].g.Data
		top := f.inside(grad, f.sums[i].part).Data
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
