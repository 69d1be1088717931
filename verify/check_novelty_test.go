package verify

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNovelty(t *testing.T) {
	hear(t, "novelty: {known: exam, against: [noise, blank], tolerance: 0.01, reason: r}", []finding{
		{"few inputs", &suspect{}, "", Inconclusive, "Too few inputs to be sure that it tells noise (AUC 0.976 to 1.000 at 95 % confidence), blank (AUC 0.705 to 1.000", "the interval reaches beyond the tolerance"},
		{"a little beyond the tolerance", &suspect{}, "novelty: {known: exam, against: [noise], exponent: 3, tolerance: 0.14, reason: r}", Inconclusive, "Too few inputs to be sure that it does not tell them apart", "the interval reaches within the tolerance"},
		{"honest", &suspect{}, "novelty: {known: exam, against: [noise, blank], tolerance: 0.3, reason: r}", Pass, "The largest score tells inputs of exam from noise (AUC 1.000), blank (AUC 1.000).", ""},
		{
			"others score higher", &suspect{scores: func(_, dst []float64) {
				if len(dst) == 100 {
					for i := range dst {
						dst[i] += 2
					}
				}
			}}, "", Fail, "tells inputs of exam from blank (AUC 1.000). It does not tell them from noise (AUC 0.000): that takes an AUC of 0.99.", "noise has 50 inputs with two labels; the sentence says what holds all the same",
		},
		{
			"others score higher, alone", &suspect{scores: func(_, dst []float64) {
				if len(dst) == 100 {
					for i := range dst {
						dst[i] += 2
					}
				}
			}}, "novelty: {known: exam, against: [noise], tolerance: 0.01, reason: r}", Fail, "The largest score does not tell inputs of exam from noise (AUC 0.000", "",
		},
		{
			"scores tell nothing", &suspect{scores: func(_, dst []float64) {
				for i := range dst {
					dst[i] = 1
				}
			}}, "", Fail, "does not tell inputs of exam from noise (AUC 0.500", "ties count half",
		},
		{"faint inputs under the norm", &suspect{}, "novelty: {known: exam, against: [noise], exponent: 3, tolerance: 0.01, reason: r}", Fail, "AUC 0.8", "noise has a twentieth of the norm"},
		{"blank inputs under the norm", &suspect{}, "novelty: {known: exam, against: [blank], exponent: 3, tolerance: 0.3, reason: r}", Pass, "from blank", "a score of 0 at norm 0 stays 0"},
		{"a blank input that scores", &suspect{scores: func(_, dst []float64) {
			if len(dst) == 6 {
				dst[0] = 1
			}
		}}, "novelty: {known: exam, against: [blank], exponent: 3, tolerance: 0.01, reason: r}", Error, "has the largest score +Inf at norm 0", "it has no direction to score for"},
		{"NaN scores", &suspect{scores: func(_, dst []float64) {
			if len(dst) == 100 {
				dst[5] = math.NaN()
			}
		}}, "", Error, "Inputs noise: input 2 has the score NaN for label 1", ""},
		{"no norms", &suspect{}, "novelty: {known: exam, against: [grid], exponent: 3, tolerance: 0.01, reason: r}", Error, "no norms to divide scores by", ""},
		{"a norm that is NaN", &suspect{inputs: func(in *Inputs) {
			if in.Name == "noise" {
				in.Norms[3] = math.NaN()
			}
		}}, "", Error, "input 3 has the norm NaN", ""},
		{"too few norms", &suspect{inputs: func(in *Inputs) {
			if in.Name == "noise" {
				in.Norms = in.Norms[1:]
			}
		}}, "", Error, "50 inputs with 49 norms", ""},
		{"one input of another kind", &suspect{inputs: func(in *Inputs) {
			if in.Name == "blank" {
				in.Count, in.Norms, in.Data = 1, in.Norms[:1], in.Data.([][2]float64)[:1]
			}
		}}, "", Inconclusive, "From 200 inputs of exam and 1 of blank nobody can tell", "AUC 1, of one"},
		{"training saw the inputs", &suspect{}, "novelty: {known: lesson, against: [noise], tolerance: 0.01, reason: r}", Error, "training saw them", ""},
	})
}

func TestNoveltyIsKept(t *testing.T) {
	_, p := ask(t, &suspect{}, "novelty: {known: exam, against: [noise, blank], tolerance: 0.01, reason: r}\n  - novelty: {name: cubed, known: exam, against: [noise], exponent: 3, tolerance: 0.5, reason: r}")
	if len(p.Novelty) != 2 || p.Novelty[0].Exponent != 2 || p.Novelty[1].Exponent != 3 || p.Novelty[0].Known != "exam" || p.Novelty[0].Cell != p.Trials[0].Cell {
		t.Fatalf("novelty %+v", p.Novelty)
	}
	for _, n := range p.Novelty {
		if len(n.Edges) != noveltyBins+1 || len(n.Counts) != noveltyBins || total(n.Counts) != 200 {
			t.Errorf("exponent %v: %d edges and %d counts of %d inputs", n.Exponent, len(n.Edges), len(n.Counts), total(n.Counts))
		}
		for i := range noveltyBins {
			if !(n.Edges[i] < n.Edges[i+1]) {
				t.Errorf("exponent %v: edge %d is %v, the next %v", n.Exponent, i, n.Edges[i], n.Edges[i+1])
			}
		}
		for _, k := range n.Kinds {
			if k.N != total(k.Counts) || !(k.Low <= k.AUC && k.AUC <= k.High) || len(k.ROC) > rocPoints {
				t.Errorf("exponent %v, %s: %+v", n.Exponent, k.Name, k)
			}
		}
	}
	if k := p.Novelty[0].Kinds[1]; k.Name != "blank" || k.N != 3 || k.Counts[0] != 3 {
		t.Errorf("blank: %+v, want three zeros in the first bin", k)
	}
	// 4, 2, 4/3, 1, 0.8, 2/3, 4/7 and half of a tie exceed 0.5.
	if k := p.Novelty[1].Kinds[0]; math.Abs(float64(k.AUC)-(50-7.5)/50) > 0.011 {
		t.Errorf("noise over its norm: AUC %v, want %v", k.AUC, (50-7.5)/50)
	}
}

func total(counts []int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

func TestHistogram(t *testing.T) {
	edges := []float64{1, 2, 4, 8}
	for _, tt := range []struct {
		name   string
		values []float64
		want   []int
	}{
		{"inside", []float64{1.5, 3, 3, 7}, []int{1, 2, 1}},
		{"on the edges", []float64{1, 2, 4, 8}, []int{1, 1, 2}},
		{"beyond the ends", []float64{-1, 0, 9, 100}, []int{2, 0, 2}},
	} {
		if diff := cmp.Diff(tt.want, histogram(tt.values, edges)); diff != "" {
			t.Errorf("%s: histogram (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestHistogramEdges(t *testing.T) {
	for _, tt := range []struct {
		name    string
		samples [][]float64
		lo, hi  float64
		reason  string
	}{
		{"positive", [][]float64{{1, 2}, {16}}, 1, 16, ""},
		{"zeros", [][]float64{{0, 0, 1}, {0}, {16}}, 1, 16, "they have no logarithm, and fall into the first bin"},
		{"negative", [][]float64{{-2, 1}, {3}}, -2, 3, "linear"},
		{"all the same", [][]float64{{2, 2}, {2}}, 2 * math.Exp(-0.5), 2 * math.Exp(0.5), ""},
		{"all zero", [][]float64{{0}, {0}}, math.Exp(-0.5), math.Exp(0.5), ""},
	} {
		e := histogramEdges(tt.samples)
		if len(e) != noveltyBins+1 || math.Abs(e[0]-tt.lo) > 1e-9 || math.Abs(e[noveltyBins]-tt.hi) > 1e-9 {
			t.Errorf("%s: edges from %v to %v, want %v to %v (%s)", tt.name, e[0], e[len(e)-1], tt.lo, tt.hi, tt.reason)
		}
	}
	outlier := make([]float64, 1000)
	for i := range outlier {
		outlier[i] = 1 + float64(i)/1000
	}
	outlier[7] = 1e9
	if e := histogramEdges([][]float64{outlier}); e[noveltyBins] > 2 {
		t.Errorf("one value of a thousand stretches the histogram to %v", e[noveltyBins])
	}
}
