package main

import (
	"math"
	"runtime"
	"sync"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// peak measures what the machine can do at best on so many cores: floating-point operations per second, of products
// whose matrices stay in the first caches, and bytes per second to and from memory, of c = a + s·b over 256 MB.
func peak(cores int) result {
	runtime.GOMAXPROCS(max(cores, 1))
	return result{Flops: flops(max(cores, 1)), Bandwidth: bandwidth(max(cores, 1))}
}

// best runs work on every core at the same time, several times, and returns the shortest time of all of them together.
func best(times, cores int, work func(core int)) float64 {
	shortest := math.Inf(1)
	for range times {
		var wg sync.WaitGroup
		began := time.Now()
		for core := range cores {
			wg.Go(func() { work(core) })
		}
		wg.Wait()
		shortest = min(shortest, time.Since(began).Seconds())
	}
	return shortest
}

// flops multiplies 96×192 by 192×48: 240 KB with the result, of which a kernel meets the 72 KB of B again and again.
func flops(cores int) float64 {
	const m, k, n, calls = 96, 192, 48, 500
	type operands struct{ a, b, c blas64.General }
	all := make([]operands, cores)
	for i := range all {
		all[i] = operands{filled(m, k), filled(k, n), filled(m, n)}
	}
	s := best(10, cores, func(core int) {
		o := all[core]
		for range calls {
			blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, o.a, o.b, 0, o.c)
		}
	})
	return float64(cores) * calls * 2 * m * n * k / s
}

func filled(rows, cols int) blas64.General {
	m := blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: make([]float64, rows*cols)}
	for i := range m.Data {
		m.Data[i] = 1 / float64(i+1)
	}
	return m
}

// bandwidth counts three words an entry, as STREAM's triad does; the write also reads its line, which is not counted.
func bandwidth(cores int) float64 {
	entries := 256 << 20 / 8 / 3 / cores
	all := make([][3][]float64, cores)
	for i := range all {
		for j := range all[i] {
			all[i][j] = filled(1, entries).Data
		}
	}
	s := best(5, cores, func(core int) {
		a, b, c := all[core][0], all[core][1], all[core][2]
		for i := range c {
			c[i] = a[i] + 3*b[i]
		}
	})
	return float64(cores*entries*24) / s
}
