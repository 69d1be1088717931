package certify

import (
	"math"
	"reflect"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/stream"
)

// spoilt returns a space whose memory holds NaN.
func spoilt() *space {
	w := new(space)
	for range 16 {
		x := make([]float64, 16*chunk)
		for i := range x {
			x[i] = math.NaN()
		}
		w.kept = append(w.kept, x)
	}
	return w
}

func TestSpaceLendsNothingTwice(t *testing.T) {
	w := new(space)
	lent := []*mat.Dense{w.dense(2, 3), w.dense(3, 2), w.dense(1, 7)}
	for i, x := range lent {
		for j := range x.RawMatrix().Data {
			x.RawMatrix().Data[j] = float64(i)
		}
	}
	for i, x := range lent {
		if r, c := x.Dims(); mat.Sum(x) != float64(i*r*c) {
			t.Errorf("matrix %d is %v, want all %d", i, mat.Formatted(x), i)
		}
	}
	w.reset()
	if &w.dense(3, 1).RawMatrix().Data[0] != &lent[0].RawMatrix().Data[0] {
		t.Error("after reset memory is not lent again")
	}
	if r, c := w.dense(5, 4).Dims(); r != 5 || c != 4 {
		t.Errorf("in the place of a smaller matrix there is one of %d×%d, want 5×4", r, c)
	}
}

// TestWhatMemoryHeldDoesNotMatter compares results in memory that held NaN with those in memory of their own.
func TestWhatMemoryHeldDoesNotMatter(t *testing.T) {
	src := stream.New(1, "test")
	a, b := mat.NewDense(5, 40, positive(src, make([]float64, 200))), mat.NewDense(3, 40, positive(src, make([]float64, 120)))
	a.SetRow(2, make([]float64, 40))
	w := spoilt()
	if !mat.Equal(w.halve(a).product(w.halve(b)), product(a, b)) {
		t.Error("halve(a).product(halve(b)) is not product(a, b)")
	}
	var abt mat.Dense
	abt.Mul(a, mat.DenseCopyOf(b.T()))
	if !mat.Equal(w.product(a, w.transposed(b)), &abt) {
		t.Error("product(a, transposed(b)) is not a bᵀ")
	}
	if !mat.Equal(w.rows(a, []int{4, 2}), mat.NewDense(2, 40, append(mat.Row(nil, 4, a), mat.Row(nil, 2, a)...))) {
		t.Error("rows(a, 4, 2) are other rows")
	}

	for _, tt := range []struct{ images, rank int }{{2*chunk + 77, 4}, {5, 3}} {
		data := random(src, 3, 2, tt.images)
		clean, dirty := problem(t, data), problem(t, data)
		var made sync.Map // the spaces that dirty works in
		dirty.spaces.New = func() any {
			w := spoilt()
			made.Store(w, len(w.kept))
			return w
		}
		x, report := oracle(t, clean, tt.rank)
		y, again := oracle(t, dirty, tt.rank)
		if !reflect.DeepEqual(report, again) || !mat.Equal(x.A, y.A) || !mat.Equal(x.B, y.B) {
			t.Errorf("%d images: Oracle = %+v, want %+v and the same tuple", tt.images, again, report)
		}
		if c, want := dirty.Certify(x, nil), clean.Certify(x, nil); want.Verdict != Certified || !reflect.DeepEqual(c, want) {
			t.Errorf("%d images: Certify = %+v, want %+v", tt.images, c, want)
		}
		made.Range(func(w, before any) bool {
			if kept := len(w.(*space).kept); kept != before {
				t.Errorf("%d images: a space has grown to %d matrices, from %d: they are not given back", tt.images, kept, before)
			}
			return true
		})
	}
}
