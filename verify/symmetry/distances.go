package symmetry

import "slices"

// A DistanceMatrix holds the distances among n things: a symmetric n×n matrix
// with zeros on the diagonal, of which the strict upper triangle is stored.
type DistanceMatrix struct {
	n      int
	packed []float64
}

// NewDistanceMatrix returns the matrix of n things whose strict upper triangle,
// row by row (0,1), (0,2), …, (n−2,n−1), is packed; it keeps the slice. A nil
// slice allocates zeros. It panics if n is negative or packed has not
// n(n−1)/2 entries.
func NewDistanceMatrix(n int, packed []float64) *DistanceMatrix {
	if n < 0 {
		panic("symmetry: negative number of things")
	}
	if packed == nil {
		packed = make([]float64, n*(n-1)/2)
	}
	if len(packed) != n*(n-1)/2 {
		panic("symmetry: packed has not n(n-1)/2 entries")
	}
	return &DistanceMatrix{n: n, packed: packed}
}

// packedIndex returns the place of (i, j), i < j, in a packed strict upper
// triangle of order n.
func packedIndex(n, i, j int) int {
	if i > j {
		i, j = j, i
	}
	return i*(2*n-i-1)/2 + j - i - 1
}

// N returns the number of things.
func (m *DistanceMatrix) N() int { return m.n }

// At returns the distance of i and j, zero when i = j. It panics if either is
// out of range.
func (m *DistanceMatrix) At(i, j int) float64 {
	if i < 0 || i >= m.n || j < 0 || j >= m.n {
		panic("symmetry: index out of range")
	}
	if i == j {
		return 0
	}
	return m.packed[packedIndex(m.n, i, j)]
}

// Set makes d the distance of i and j. It panics if either is out of range, or both
// are the same.
func (m *DistanceMatrix) Set(i, j int, d float64) {
	if i < 0 || i >= m.n || j < 0 || j >= m.n || i == j {
		panic("symmetry: index out of range")
	}
	m.packed[packedIndex(m.n, i, j)] = d
}

// Packed returns a copy of the strict upper triangle, row by row.
func (m *DistanceMatrix) Packed() []float64 { return slices.Clone(m.packed) }

// Max returns the largest distance and the first pair i < j that has it. With
// fewer than two things it returns 0, −1, −1.
func (m *DistanceMatrix) Max() (d float64, i, j int) {
	i, j = -1, -1
	for a := range m.n {
		for b := a + 1; b < m.n; b++ {
			if v := m.At(a, b); i < 0 || v > d {
				d, i, j = v, a, b
			}
		}
	}
	return d, i, j
}
