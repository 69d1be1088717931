package symmetry

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// A Part is one named matrix of a tuple.
type Part struct {
	Name string
	M    *mat.Dense
}

// A Tuple is what a training run leaves behind: an ordered list of named
// matrices. No function of this package changes the tuples it is given.
type Tuple []Part

// Part returns the matrix of that name, not a copy, or nil when there is none.
func (t Tuple) Part(name string) *mat.Dense {
	for _, p := range t {
		if p.Name == name {
			return p.M
		}
	}
	return nil
}

// Clone returns a tuple with the same names and copies of the matrices. A nil
// matrix stays nil.
func (t Tuple) Clone() Tuple {
	if t == nil {
		return nil
	}
	c := make(Tuple, len(t))
	for i, p := range t {
		c[i].Name = p.Name
		if p.M != nil {
			c[i].M = mat.DenseCopyOf(p.M)
		}
	}
	return c
}

// check reports what makes a tuple unfit for any group: no parts, a part that is
// missing or empty or named twice, an entry that is not finite.
func (t Tuple) check() error {
	if len(t) == 0 {
		return errors.New("the tuple has no parts")
	}
	seen := make(map[string]bool, len(t))
	for _, p := range t {
		if seen[p.Name] {
			return fmt.Errorf("part %s: the name occurs twice", p.Name)
		}
		seen[p.Name] = true
		if p.M == nil || p.M.IsEmpty() {
			return fmt.Errorf("part %s: the matrix is empty", p.Name)
		}
		raw := p.M.RawMatrix()
		for i := range raw.Rows {
			for j, v := range raw.Data[i*raw.Stride : i*raw.Stride+raw.Cols] {
				if v-v != 0 {
					return fmt.Errorf("part %s: entry (%d,%d) is %v", p.Name, i, j, v)
				}
			}
		}
	}
	return nil
}

// sameShape reports the first part in which two checked tuples differ in name or
// shape.
func sameShape(x, y Tuple) error {
	if len(x) != len(y) {
		return fmt.Errorf("the tuples have %d and %d parts", len(x), len(y))
	}
	for i := range x {
		if x[i].Name != y[i].Name {
			return fmt.Errorf("part %d is named %s and %s", i, x[i].Name, y[i].Name)
		}
		xr, xc := x[i].M.Dims()
		yr, yc := y[i].M.Dims()
		if xr != yr || xc != yc {
			return fmt.Errorf("part %s: the shapes are %d×%d and %d×%d", x[i].Name, xr, xc, yr, yc)
		}
	}
	return nil
}

// checkPair checks both tuples against g and against each other.
func checkPair(g Group, x, y Tuple) error {
	if err := g.Check(x); err != nil {
		return fmt.Errorf("first tuple: %w", err)
	}
	if err := g.Check(y); err != nil {
		return fmt.Errorf("second tuple: %w", err)
	}
	return sameShape(x, y)
}

// norm returns the Frobenius norm of all parts together, without overflow.
func (t Tuple) norm() float64 {
	var n float64
	for _, p := range t {
		n = math.Hypot(n, mat.Norm(p.M, 2))
	}
	return n
}

// checkNorm reports a norm that cannot be scaled to one. The name is that of a
// part, or empty for a whole tuple.
func checkNorm(name string, n float64) error {
	what := "the tuple"
	if name != "" {
		what = "part " + name + ": the matrix"
	}
	switch {
	case n == 0:
		return fmt.Errorf("%s is zero", what)
	case !(n >= 1e-300):
		return fmt.Errorf("%s has norm %g, too small to be scaled to one", what, n)
	case math.IsInf(n, 0):
		return fmt.Errorf("%s has a norm that overflows", what)
	}
	return nil
}

// scaled returns a copy of t with part i multiplied by s[i].
func (t Tuple) scaled(s []float64) Tuple {
	c := make(Tuple, len(t))
	for i, p := range t {
		c[i] = Part{Name: p.Name, M: new(mat.Dense)}
		c[i].M.Scale(s[i], p.M)
	}
	return c
}

// entrywise returns Σᵢ ‖s[i] x[i] − r[i] y[i]‖² over the parts of two tuples of
// the same shape.
func entrywise(x, y Tuple, s, r []float64) float64 {
	var sum float64
	for i := range x {
		a, b := x[i].M.RawMatrix(), y[i].M.RawMatrix()
		for k := range a.Rows {
			u := a.Data[k*a.Stride : k*a.Stride+a.Cols]
			v := b.Data[k*b.Stride : k*b.Stride+b.Cols]
			var rowSum float64
			for j, uj := range u {
				e := s[i]*uj - r[i]*v[j]
				rowSum += e * e
			}
			sum += rowSum
		}
	}
	return sum
}
