package symmetry

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// onLine returns the distances of points on a line.
func onLine(points ...float64) *DistanceMatrix {
	var packed []float64
	for i, p := range points {
		for _, q := range points[i+1:] {
			packed = append(packed, math.Abs(p-q))
		}
	}
	return NewDistanceMatrix(len(points), packed)
}

func TestCluster(t *testing.T) {
	tests := []struct {
		name      string
		reason    string
		m         *DistanceMatrix
		threshold float64
		want      [][]int
	}{
		{name: "nothing", m: onLine(), threshold: 1},
		{name: "one", m: onLine(5), threshold: 1, want: [][]int{{0}}},
		{name: "largest first", m: onLine(0, 10, 10.5, 11), threshold: 1, want: [][]int{{1, 2, 3}, {0}}},
		{name: "ties by the first member", m: onLine(10, 0, 10.5, 0.5), threshold: 1, want: [][]int{{0, 2}, {1, 3}}},
		{name: "chain", reason: "single linkage", m: onLine(0, 3, 2, 1), threshold: 1, want: [][]int{{0, 1, 2, 3}}},
		{name: "at the threshold", m: onLine(0, 1), threshold: 1, want: [][]int{{0, 1}}},
		{name: "above", m: onLine(0, 1), threshold: math.Nextafter(1, 0), want: [][]int{{0}, {1}}},
		{name: "zero", reason: "the same bits", m: onLine(0, 1, 0), threshold: 0, want: [][]int{{0, 2}, {1}}},
		{name: "NaN", reason: "NaN is never a pass", m: onLine(0, 0), threshold: math.NaN(), want: [][]int{{0}, {1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Cluster(tt.m, tt.threshold)); diff != "" {
				t.Errorf("Cluster (-want +got)\n%s", diff)
			}
		})
	}
}

func TestClustersPartitionAndAreApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := onLine(rapid.SliceOfN(rapid.Float64Range(0, 100), 0, 20).Draw(t, "points")...)
		threshold := rapid.Float64Range(0, 10).Draw(t, "threshold")
		clusters := Cluster(m, threshold)
		if all := slices.Sorted(slices.Values(slices.Concat(clusters...))); len(all) != m.N() || len(slices.Compact(all)) != m.N() {
			t.Fatalf("Cluster = %v is no partition of %d things", clusters, m.N())
		}
		for a, c := range clusters {
			for _, d := range clusters[a+1:] {
				if lo, _ := Between(m, c, d); lo <= threshold {
					t.Errorf("%v and %v are %g apart, within %g", c, d, lo, threshold)
				}
			}
			if d := Diameter(m, c); !(d <= float64(len(c)-1)*threshold*(1+1e-12)) {
				t.Errorf("the diameter of %v is %g, too long for a chain of steps of %g", c, d, threshold)
			}
		}
	})
}

func TestDistanceMatrix(t *testing.T) {
	m := onLine(0, 7, 3, 10)
	for i, row := range [][]float64{{0, 7, 3, 10}, {7, 0, 4, 3}, {3, 4, 0, 7}, {10, 3, 7, 0}} {
		for j, want := range row {
			if got := m.At(i, j); got != want {
				t.Errorf("At(%d, %d) = %g, want %g", i, j, got, want)
			}
		}
	}
	if d, i, j := m.Max(); d != 10 || i != 0 || j != 3 {
		t.Errorf("Max() = %g, %d, %d, want 10, 0, 3", d, i, j)
	}
	if got, want := Diameter(m, []int{1, 2, 3}), 7.0; got != want {
		t.Errorf("Diameter = %g, want %g", got, want)
	}
	if got := Diameter(m, []int{1}); got != 0 {
		t.Errorf("Diameter of one = %g, want 0", got)
	}
	if lo, hi := Between(m, []int{0, 2}, []int{1, 3}); lo != 4 || hi != 10 {
		t.Errorf("Between = %g, %g, want 4, 10", lo, hi)
	}
	m.Packed()[0] = 99
	if got := m.At(0, 1); got != 7 {
		t.Errorf("At(0, 1) = %g after a change of the copy, want 7", got)
	}
	if d, i, j := onLine().Max(); d != 0 || i != -1 || j != -1 {
		t.Errorf("Max() of nothing = %g, %d, %d, want 0, -1, -1", d, i, j)
	}
	if d, i, j := NewDistanceMatrix(3, nil).Max(); d != 0 || i != 0 || j != 1 {
		t.Errorf("Max() of zeros = %g, %d, %d, want 0, 0, 1", d, i, j)
	}
}

func TestMistakesPanic(t *testing.T) {
	m := onLine(0, 1)
	tests := []struct {
		name string
		call func()
		want string
	}{
		{"At", func() { m.At(0, 2) }, "symmetry: index out of range"},
		{"At negative", func() { m.At(-1, 0) }, "symmetry: index out of range"},
		{"Set", func() { m.Set(0, 2, 1) }, "symmetry: index out of range"},
		{"Set of the diagonal", func() { m.Set(1, 1, 1) }, "symmetry: index out of range"},
		{"packed", func() { NewDistanceMatrix(3, []float64{1}) }, "symmetry: packed has not n(n-1)/2 entries"},
		{"negative", func() { NewDistanceMatrix(-1, nil) }, "symmetry: negative number of things"},
		{"Between", func() { Between(m, nil, []int{0}) }, "symmetry: empty cluster"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if got := recover(); got != tt.want {
					t.Errorf("recover() = %v, want %q", got, tt.want)
				}
			}()
			tt.call()
		})
	}
}
