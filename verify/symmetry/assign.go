package symmetry

import "math"

// An assignment gives every row of an n×n matrix of costs a column of its own so
// that the sum of the costs is as small as it can be, and proves it: the
// potentials satisfy
//
//	row[i] + col[j] ≤ c(i,j) for all i, j, with equality for j = to[i],
//
// so that Σ row + Σ col bounds the sum of every assignment from below and is that
// of this one. The difference c(i,j) − row[i] − col[j] ≥ 0 is the reduced cost.
type assignment struct {
	to       []int     // by row: its column
	row, col []float64 // potentials
}

// assign returns the best assignment for the n×n costs c, row by row, by shortest
// augmenting paths: one row after the other enters by the path of least reduced
// cost, found as by Dijkstra, in O(n³) altogether (Jonker and Volgenant,
// Computing 38 (1987) 325–340, without their heuristics for the first rows). Of equal
// paths it takes the one to the first column. It fails for nothing: a cost of +Inf
// is a pair that is not allowed, and some assignment has to avoid them all.
func assign(n int, c []float64) assignment {
	a := assignment{to: make([]int, n), row: make([]float64, n), col: make([]float64, n)}
	from := make([]int, n) // by column: its row, −1 when it is free
	for j := range from {
		from[j] = -1
	}
	dist := make([]float64, n) // length of the shortest path to a column
	before := make([]int, n)   // the row that path comes through
	done := make([]bool, n)
	scanned := make([]int, 0, n)
	for start := range n {
		for j := range n {
			dist[j], done[j] = math.Inf(1), false
		}
		scanned = scanned[:0]
		i, length := start, 0.0
		var end int // the free column that the path leads to
		for {
			next := -1
			for j := range n {
				if done[j] {
					continue
				}
				if d := length + (c[i*n+j] - a.row[i] - a.col[j]); d < dist[j] {
					dist[j], before[j] = d, i
				}
				if next < 0 || dist[j] < dist[next] {
					next = j
				}
			}
			length = dist[next]
			if from[next] < 0 {
				end = next
				break
			}
			done[next] = true
			scanned = append(scanned, next)
			i = from[next]
		}
		a.row[start] += length
		for _, j := range scanned {
			a.row[from[j]] += length - dist[j]
			a.col[j] -= length - dist[j]
		}
		for j := end; ; {
			i := before[j]
			from[j] = i
			a.to[i], j = j, a.to[i]
			if i == start {
				break
			}
		}
	}
	return a
}

// margin returns by how much the sum of the costs c grows when the best
// assignment is replaced by the second best, +Inf when n = 1. Two assignments
// differ by cycles i → j, in which row i takes the column of row j, so this is the
// length of the shortest cycle in the graph of reduced costs (Floyd and Warshall,
// O(n³)).
func (a assignment) margin(c []float64) float64 {
	n := len(a.to)
	d := make([]float64, n*n)
	for i := range n {
		for j := range n {
			d[i*n+j] = max(0, a.reduced(c, i, a.to[j]))
		}
		d[i*n+i] = math.Inf(1)
	}
	for k := range n {
		for i := range n {
			through := d[i*n+k]
			for j := range n {
				d[i*n+j] = min(d[i*n+j], through+d[k*n+j])
			}
		}
	}
	shortest := math.Inf(1)
	for i := range n {
		shortest = min(shortest, d[i*n+i])
	}
	return shortest
}

// reduced returns c(i,j) − row[i] − col[j].
func (a assignment) reduced(c []float64, i, j int) float64 {
	return c[i*len(a.to)+j] - a.row[i] - a.col[j]
}
