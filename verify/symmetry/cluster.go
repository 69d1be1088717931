package symmetry

import (
	"cmp"
	"slices"
)

// Cluster returns the single-linkage clusters of m: the connected components of
// the graph that joins i and j when their distance is at most threshold. A chain
// of close neighbours is one cluster however long, so look at its [Diameter].
//
// Every thing is in one cluster. Members ascend; clusters come largest first,
// then by their first member. Nothing is joined under a threshold that is NaN.
func Cluster(m *DistanceMatrix, threshold float64) [][]int {
	c := components(m.n, func(i, j int) bool { return m.At(i, j) <= threshold })
	slices.SortStableFunc(c, func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	return c
}

// components returns the connected components of the graph on 0..n−1 whose edges
// are the pairs i < j that joined accepts, in the order of their first members.
func components(n int, joined func(i, j int) bool) [][]int {
	var all [][]int
	seen := make([]bool, n)
	for first := range n {
		if seen[first] {
			continue
		}
		seen[first] = true
		c := []int{first}
		for at := 0; at < len(c); at++ {
			for j := range n {
				if !seen[j] && joined(min(c[at], j), max(c[at], j)) {
					seen[j] = true
					c = append(c, j)
				}
			}
		}
		slices.Sort(c)
		all = append(all, c)
	}
	return all
}

// Diameter returns the largest distance between two of the members, zero for
// fewer than two. It panics if a member is out of range.
func Diameter(m *DistanceMatrix, members []int) float64 {
	var d float64
	for a, i := range members {
		for _, j := range members[a+1:] {
			d = max(d, m.At(i, j))
		}
	}
	return d
}

// Between returns the smallest and the largest distance from a member of a to a
// member of b. It panics if either has no members or a member is out of range.
func Between(m *DistanceMatrix, a, b []int) (lo, hi float64) {
	if len(a) == 0 || len(b) == 0 {
		panic("symmetry: empty cluster")
	}
	lo, hi = m.At(a[0], b[0]), m.At(a[0], b[0])
	for _, i := range a {
		for _, j := range b {
			lo, hi = min(lo, m.At(i, j)), max(hi, m.At(i, j))
		}
	}
	return lo, hi
}
