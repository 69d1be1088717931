package certify

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/model"
	"example.org/concord/stream"
)

// TestPlantedErrorsAreSeen makes one number wrong by a known amount, far above rounding, and asks whether the
// bound that should contain it has grown by that.
func TestPlantedErrorsAreSeen(t *testing.T) {
	const plant = 1e-7
	weight := func(pr *Problem, x *point, i int) float64 { return x.lambda[i] * pr.normR[i] * pr.normD[i] }
	matrix := func(f proof) float64 { return f.matrix }
	for _, tt := range []struct {
		name  string
		plant func(pr *Problem, x *point) (atLeast float64)
		bound func(f proof) float64
	}{
		{"nothing", func(*Problem, *point) float64 { return 0 }, matrix},
		{"a singular value", func(_ *Problem, x *point) float64 { x.sigma[1] += plant; return plant }, matrix},
		{"a left vector turned", func(_ *Problem, x *point) float64 {
			x.u.Set(0, 0, x.u.At(0, 0)+plant)
			return plant * x.sigma[0]
		}, matrix},
		{"a left vector too long", func(_ *Problem, x *point) float64 {
			for i := range x.u.RawMatrix().Rows {
				x.u.Set(i, 0, x.u.At(i, 0)*(1+plant))
			}
			return plant
		}, func(f proof) float64 { return f.skew }},
		{"a right vector too long", func(_ *Problem, x *point) float64 {
			for i := range x.v.RawMatrix().Rows {
				x.v.Set(i, 0, x.v.At(i, 0)*(1+plant))
			}
			return plant
		}, func(f proof) float64 { return f.skew }},
		{"a factor of the dual", func(_ *Problem, x *point) float64 {
			for i := range x.v.RawMatrix().Rows {
				x.v.Set(i, 0, x.v.At(i, 0)*(1+plant))
			}
			return plant * x.y[0] / 2
		}, func(f proof) float64 { return f.factors }},
		{"λ", func(pr *Problem, x *point) float64 {
			x.lambda[2] *= 1 + plant
			return plant * weight(pr, x, 2) * 0.99
		}, matrix},
		{"an image outside the coordinates", func(pr *Problem, x *point) float64 {
			pr.image.miss[2] = plant * pr.normD[2]
			return plant * weight(pr, x, 2)
		}, matrix},
		{"a feature outside the coordinates", func(pr *Problem, x *point) float64 {
			b := &pr.class[0]
			b.miss[0] = plant * pr.normR[b.samples[0]]
			return plant * weight(pr, x, b.samples[0])
		}, matrix},
		{"the distance by a singular value", func(_ *Problem, x *point) float64 { x.sigma[1] += plant; return plant }, func(f proof) float64 { return f.distance }},
		{"t", func(_ *Problem, x *point) float64 {
			x.y[0] *= 1 + plant
			return plant / 100
		}, func(f proof) float64 { return f.residual }},
		{"t by a miss", func(pr *Problem, x *point) float64 {
			pr.image.miss[2] = plant * pr.normD[2]
			return plant * x.y[0] * float64(pr.Samples()) * weight(pr, x, 2)
		}, func(f proof) float64 { return f.residual }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pr := problem(t, random(stream.New(1, "test"), 4, 2, 8))
			lambda := make([]float64, 8)
			for i := range lambda {
				lambda[i] = 1 / (pr.normR[i] * pr.normD[i])
			}
			x, _, err := pr.minimise(lambda, 3, (*Settings)(nil).withDefaults())
			if err != nil {
				t.Fatal(err)
			}
			clean := tt.bound(pr.prove(x))
			want := tt.plant(pr, x)
			got := tt.bound(pr.prove(x))
			if clean > 1e-10 || got < want || got > 1000*want+clean {
				t.Errorf("the bound goes from %g to %g, want at least %g", clean, got, want)
			}
		})
	}
}

// TestGapErrorHasBothSides: the rounding of the fitness and that of the bound.
func TestGapErrorHasBothSides(t *testing.T) {
	pr := problem(t, random(stream.New(1, "test"), 4, 2, 8))
	best, _ := oracle(t, pr, 3)
	tuple := pr.measure(best)
	_, primal := tuple.fitness()
	x, err := pr.evaluate(tuple.lambda(), 3, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := pr.prove(x)
	if c := pr.Certify(best, nil); c.GapError < primal+x.boundError(&f) || primal < unit || x.boundError(&f) < f.matrix {
		t.Errorf("GapError = %g, want at least %g and %g together", c.GapError, primal, x.boundError(&f))
	}
}

// TestAuditSeesABasis plants errors in a basis.
func TestAuditSeesABasis(t *testing.T) {
	data := random(stream.New(1, "test"), 4, 2, 8)
	b := problem(t, data).image
	column, distinct := twins(data.D, b.samples, len(b.samples)+1)
	b.audit(distinct, column)
	if b.skew > 1e-14 || floats.Max(b.miss) > 1e-13 {
		t.Fatalf("skew %g, misses %g of a clean basis", b.skew, b.miss)
	}
	b.l.Set(3, 0, b.l.At(3, 0)+1e-7)
	b.audit(distinct, column)
	if b.miss[3] < 1e-7*0.99 || b.miss[2] > 1e-13 {
		t.Errorf("misses %g, want 1e-7 for image 3", b.miss)
	}
	for i := range 16 {
		b.q.Set(i, 1, b.q.At(i, 1)*(1+1e-7))
	}
	b.audit(distinct, column)
	if b.skew < 1.99e-7 {
		t.Errorf("skew %g, want 2e-7", b.skew)
	}
}

// TestRadiusCoversSpareRank: with more rank than M has, a map may have a part that M does not see, and its
// fitness falls only with the power 8/3 of that part.
func TestRadiusCoversSpareRank(t *testing.T) {
	data := apartPair(2, 3)
	pr := problem(t, data)
	best, _ := oracle(t, pr, 3)
	c := pr.Certify(best, nil)
	if c.Verdict != Certified {
		t.Fatal(c.Reason)
	}
	for _, s := range []float64{1e-4, 1e-3, 1e-2} {
		x := model.Params{A: mat.DenseCopyOf(best.A), B: mat.DenseCopyOf(best.B)}
		x.A.Set(2, 3, math.Pow(s, 2.0/3))
		x.B.Set(3, 2, math.Pow(s, 1.0/3))
		d := distance(t, x, best)
		e := pr.Certify(x, nil)
		if radius := c.Radius(e.Gap + e.GapError); !(d > s/10) || !(d <= radius) {
			t.Errorf("a part of size %g: distance %g, radius %g", s, d, radius)
		}
		if !(d <= e.Distance) {
			t.Errorf("a part of size %g: distance %g, proven %g", s, d, e.Distance)
		}
	}
}

// TestPartsOutsideTheSpansAreSeen: what of A or B meets no image is part of the distance.
func TestPartsOutsideTheSpansAreSeen(t *testing.T) {
	data := apartPair(2, 3)
	pr := problem(t, data)
	best, _ := oracle(t, pr, 2)
	for _, tt := range []struct {
		name string
		move func(x model.Params)
	}{
		{"A", func(x model.Params) { x.A.Set(0, 3, 1e-6) }},
		{"B", func(x model.Params) { x.B.Set(3, 0, 1e-6) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := model.Params{A: mat.DenseCopyOf(best.A), B: mat.DenseCopyOf(best.B)}
			tt.move(x)
			d, c := distance(t, x, best), pr.Certify(x, nil)
			if d < 1e-7 || !(d <= c.Distance) || c.Verdict != Certified {
				t.Errorf("distance %g, proven %g, %v: %s", d, c.Distance, c.Verdict, c.Reason)
			}
		})
	}
}
