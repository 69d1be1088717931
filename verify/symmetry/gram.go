package symmetry

import (
	"context"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

// A gram has the pairwise distances of n long vectors c_t, given line by line, from
// inner products of their differences D_t = s_t c_t − c_0 from the first one:
//
//	‖s_i c_i − s_j c_j‖² = ‖D_i‖² + ‖D_j‖² − 2⟨D_i,D_j⟩
//
// with an error of about 1e-15·(‖D_i‖² + ‖D_j‖²): nothing is lost where all are near
// the first. The products are of matrices, some lines of all vectors at a time, so
// that about that many bytes of lines are in memory.
type gram struct {
	wanted  []bool    // packed: pairs that are wanted
	sign    []float64 // s_t, ±1, and s_0 = 1
	workers int
	memory  int // bytes

	inner []float64 // packed: ⟨D_i,D_j⟩ of the wanted pairs
	diff2 []float64 // ‖D_t‖²
	norm2 []float64 // ‖c_t‖²
}

func newGram(n int, wanted []bool, sign []float64, workers, memory int) *gram {
	return &gram{
		wanted: wanted, sign: sign, workers: workers, memory: memory,
		inner: make([]float64, n*(n-1)/2), diff2: make([]float64, n), norm2: make([]float64, n),
	}
}

// gramSide is how many vectors are multiplied by as many others at a time, which
// gonum does in the calling goroutine.
const gramSide = 64

// add takes more lines of the vectors into account, each of width entries. line
// stores those from the given one on of vector t in dst, as many as dst has rows.
func (g *gram) add(ctx context.Context, lines, width int, line func(dst blas64.General, t, from int) error) error {
	n := len(g.sign)
	slice := min(lines, max(1, g.memory/8/n/width))
	first := make([]float64, slice*width)
	all := general(n, slice*width)
	var tasks [][2]int
	for i := 0; i < n; i += gramSide {
		for j := i; j < n; j += gramSide {
			tasks = append(tasks, [2]int{i, j})
		}
	}
	for from := 0; from < lines; from += slice {
		rows := min(slice, lines-from)
		length := rows * width
		at := func(c []float64) blas64.General {
			return blas64.General{Rows: rows, Cols: width, Stride: width, Data: c[:length]}
		}
		if err := line(at(first), 0, from); err != nil {
			return err
		}
		g.norm2[0] += floats.Dot(first[:length], first[:length])
		err := each(ctx, n-1, g.workers, func(i int) error {
			t := i + 1
			c := row(all, t)[:length]
			if err := line(at(c), t, from); err != nil {
				return err
			}
			g.norm2[t] += floats.Dot(c, c)
			for j, v := range first[:length] {
				c[j] = g.sign[t]*c[j] - v
			}
			g.diff2[t] += floats.Dot(c, c)
			return nil
		})
		if err != nil {
			return err
		}
		err = each(ctx, len(tasks), g.workers, func(task int) error {
			g.multiply(all, length, tasks[task][0], tasks[task][1])
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// multiply adds the products of the vectors from i0 on with those from j0 on.
func (g *gram) multiply(all blas64.General, length, i0, j0 int) {
	n := all.Rows
	i1, j1 := min(i0+gramSide, n), min(j0+gramSide, n)
	isWanted := func(i, j int) bool { return i < j && g.wanted[packedIndex(n, i, j)] }
	if !anyPair(ascending(i0, i1), ascending(j0, j1), isWanted) {
		return
	}
	p := times(blas.NoTrans, window(all, i0, 0, i1-i0, length), blas.Trans, window(all, j0, 0, j1-j0, length))
	for i := i0; i < i1; i++ {
		for j := j0; j < j1; j++ {
			if isWanted(i, j) {
				g.inner[packedIndex(n, i, j)] += p.Data[(i-i0)*p.Stride+j-j0]
			}
		}
	}
}

// ascending returns i, …, j−1.
func ascending(i, j int) []int {
	s := make([]int, j-i)
	for k := range s {
		s[k] = i + k
	}
	return s
}

// near2 returns ‖s_i c_i − s_j c_j‖².
func (g *gram) near2(i, j int) float64 {
	return max(0, g.diff2[i]+g.diff2[j]-2*g.inner[packedIndex(len(g.sign), i, j)])
}

// error2 is about the error of near2, given ‖D‖² of both vectors: of sums of 10⁴ to 10⁵ rounded products, as random
// walks. Sums whose roundings all go one way would err more.
func error2(a, b float64) float64 { return 64 * 0x1p-52 * (a + b) }
