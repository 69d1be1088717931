package report

import (
	"math"
	"slices"
	"strings"
	"testing"

	"example.org/concord/verify"
)

func TestHTMLShowsDoses(t *testing.T) {
	r := fixture(t)
	r.Doses = append(r.Doses, verify.DoseResult{Name: "none", Axis: "scale", Verdict: verify.Inconclusive})
	r.Verdict = verify.Inconclusive
	got := section(t, html(t, r), "doses-title")
	says(t, got, []string{
		`<article class="control" id="d1">`, "At softness 1, 7 of 8 starts end elsewhere", "Starts that disagree, by softness, with 95 % confidence",
		`aria-label="share of starts that disagree against softness: 0 of 8 at 0, 7 of 8 at 1"`, ">7/8</text>", ">2/7</text>",
		`<td class="n">2 of 7</td>`, `<td class="n">1</td><td class="n">0.55</td>`, "0 % to 30 %", "Both axes are linear",
		"No dose has a start that counts", "no dose was given", "No sentence was recorded.",
	}, []string{"NaN"})
	if full, open := strings.Count(got, `<circle class="on"`), strings.Count(got, `<circle class="off"`); full != 4 || open != 7 {
		t.Errorf("%d full and %d open dots, want 4 and 7", full, open)
	}
}

func TestDosePlot(t *testing.T) {
	nan := verify.Number(math.NaN())
	d := &verify.DoseResult{Axis: "x", Points: []verify.DosePoint{
		{Value: 0, Starts: 4, Low: 0, High: 0.6},
		{Value: 0.5, Open: 4, Low: 0, High: 1},
		{Value: 1, Starts: 4, Disagreed: 2, Low: nan, High: nan},
		{Value: 1.01, Starts: 4, Disagreed: 4, Low: 0.4, High: 1},
	}}
	p := newDosePlot(d)
	if len(p.Points) != 3 {
		t.Fatalf("%d points, want 3: a dose at which no start counts has no share", len(p.Points))
	}
	first, middle, last := p.Points[0], p.Points[1], p.Points[2]
	if first.X != doseLeft || last.X != doseRight || first.Y != doseBottom || last.Y != doseTop || middle.Y != (doseTop+doseBottom)/2 {
		t.Errorf("points %+v, want the first in the lower left corner, the last in the upper right, and one halfway up", p.Points)
	}
	if middle.From != middle.Y || middle.To != middle.Y {
		t.Errorf("whiskers from %v to %v where there is no interval", middle.From, middle.To)
	}
	if first.From != doseBottom || !(first.To < first.From) {
		t.Errorf("whiskers from %v to %v, want from the lower edge upwards", first.From, first.To)
	}
	if math.Abs(middle.NameY-last.NameY) < 13 && math.Abs(middle.X-last.X) < 38 {
		t.Errorf("the names of two near points are at heights %v and %v: one covers the other", middle.NameY, last.NameY)
	}
	for _, v := range []*verify.DoseResult{{}, {Points: []verify.DosePoint{{Value: 1, Open: 3}}}} {
		if newDosePlot(v) != nil {
			t.Errorf("newDosePlot(%+v) is not nil", v)
		}
	}
	if one := newDosePlot(&verify.DoseResult{Points: d.Points[:1]}); one.Points[0].X != (doseLeft+doseRight)/2 {
		t.Errorf("a single dose is drawn at %v, want in the middle", one.Points[0].X)
	}
}

func TestSteps(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		n         int
		want      []float64
	}{
		{0, 1, 5, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{-4, 4, 4, []float64{-4, -2, 0, 2, 4}},
		{3, 7, 4, []float64{3, 4, 5, 6, 7}},
		{1, 1, 4, nil},
		{0, math.Inf(1), 4, nil},
	} {
		got := steps(c.low, c.high, c.n)
		if !slices.EqualFunc(got, c.want, func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }) {
			t.Errorf("steps(%v, %v, %d) = %v, want %v", c.low, c.high, c.n, got, c.want)
		}
	}
}

func TestJUnitDoses(t *testing.T) {
	r := small()
	r.Doses = []verify.DoseResult{fixtureDose(), {Name: "weak", Axis: "x", Verdict: verify.Vacuous, Sentence: "all agreed"}}
	r.Verdict = verify.Vacuous
	r.Problems[0].Data = verify.Settings{"set": "mnist"}
	_, all := junit(t, r)
	if n := len(all.Suites); n != 3 {
		t.Fatalf("%d suites, want one for the problem and two for the doses", n)
	}
	good, bad := all.Suites[1], all.Suites[2]
	if good.Name != "/doses/softer and softer" || len(good.Cases) != 1 || good.Failures+good.Errors != 0 {
		t.Errorf("suite %+v, want one case that passes", good)
	}
	if !slices.Contains(good.Properties.List, xmlProperty{"softness=0.5", "2 of 7 starts disagreed, 1 left open"}) {
		t.Errorf("properties %v", good.Properties.List)
	}
	if bad.Failures != 1 || bad.Cases[0].Failure.Type != "VACUOUS" {
		t.Errorf("suite %+v, want one failure", bad)
	}
	if !slices.Contains(all.Suites[0].Properties.List, xmlProperty{"data", "set=mnist"}) {
		t.Errorf("the properties %v do not name the data", all.Suites[0].Properties.List)
	}
}

func TestJUnitNamesAreas(t *testing.T) {
	_, all := junit(t, little())
	var got []string
	for _, p := range all.Suites[0].Properties.List {
		if strings.HasPrefix(p.Name, "auc/") {
			got = append(got, p.Name)
		}
	}
	want := []string{"auc/test/noise/exponent=2", "auc/test/permuted/exponent=2", "auc/test/blank/exponent=2", "auc/test/shapes/exponent=2", "auc/test/noise/exponent=3", "auc/test/shapes/exponent=3"}
	if !slices.Equal(got, want) {
		t.Errorf("the properties of a problem are %q, want %q", got, want)
	}
	if !slices.Contains(all.Suites[1].Properties.List, xmlProperty{"subject", "another"}) {
		t.Errorf("the properties %v of a control do not name its subject", all.Suites[1].Properties.List)
	}
}

func TestDosePlotIsLogarithmicOverManyDecades(t *testing.T) {
	d := &verify.DoseResult{Axis: "x"}
	for k := range 7 {
		d.Points = append(d.Points, verify.DosePoint{Value: verify.Number(math.Pow(10, float64(k-9))), Starts: 4, Low: 0, High: 0.6})
	}
	p := newDosePlot(d)
	if !p.Logarithmic || len(p.XTicks) < 3 {
		t.Fatalf("logarithmic %v with ticks %v, want both", p.Logarithmic, p.XTicks)
	}
	for k, m := range p.Points {
		if want := doseLeft + (doseRight-doseLeft)*float64(k)/6; math.Abs(m.X-want) > 1e-9 {
			t.Errorf("dose %v is drawn at %v, want %v: decades are equally wide", d.Points[k].Value, m.X, want)
		}
	}
}
