package verify

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAccuracy(t *testing.T) {
	answers := func(known ...Baseline) func() ([]Baseline, error) {
		return func() ([]Baseline, error) { return known, nil }
	}
	perfect := make([]int, 200)
	for i := range perfect {
		perfect[i] = i % 2
	}
	hear(t, "accuracy: {inputs: [exam], against: guessing, tolerance: 1, reason: r}", []finding{
		{"honest", &suspect{}, "", Pass, "Of 200 inputs of exam the first network names 90.00 % right (84.98 to 93.78 % at 95 % confidence), and guessing 50.00 %.", ""},
		{"against a baseline", &suspect{}, "accuracy: {inputs: [exam], against: three in five, tolerance: 1, reason: r}", Pass, "three in five 60.00 %", ""},
		{"a baseline that knows everything", &suspect{better: answers(Baseline{Name: "oracle", Answers: perfect})}, "accuracy: {inputs: [exam], against: oracle, tolerance: 1, reason: r}", Fail, "oracle 100.00 %", ""},
		{"at chance", &suspect{scores: func(_, dst []float64) {
			for i := range dst {
				dst[i] = 0.5 + 0.5*float64((i+1)%2)
			}
		}}, "", Fail, "names 50.00 % right", "always the first label"},
		{"a little above chance", &suspect{inputs: func(in *Inputs) {
			if in.Name == "exam" {
				for i := range in.Truth {
					in.Truth[i] = i / 2 % 2 // right for half of the inputs
				}
				in.Truth[2] = 0 // and for one more
			}
		}}, "", Fail, "at 95 % confidence", "better than guessing on these, and not shown to be on others"},
		{"names no label", &suspect{scores: func(_, dst []float64) { clear(dst) }}, "", Fail, "names 0.00 % right", "the lower bound is zero, and the ratio infinite"},
		{"NaN scores", &suspect{scores: func(_, dst []float64) { dst[3] = math.NaN() }}, "", Error, "has the score NaN", ""},
		{"too few inputs", &suspect{inputs: func(in *Inputs) {
			if in.Name == "exam" {
				in.Count, in.Truth, in.Norms, in.Data = 3, in.Truth[:3], nil, in.Data.([][2]float64)[:3]
			}
		}}, "", Inconclusive, "There are too few inputs: even without an error a network would not be shown to be better than guessing.", "3 of 3 may be 29 %"},
		{"training saw the inputs", &suspect{}, "accuracy: {inputs: [lesson], against: guessing, tolerance: 1, reason: r}", Error, "training saw them", ""},
		{"nobody knows what is right", &suspect{}, "accuracy: {inputs: [noise], against: guessing, tolerance: 1, reason: r}", Error, "noise have no right labels", ""},
		{"the worst of two sets", &suspect{}, "accuracy: {inputs: [grid, exam], against: guessing, tolerance: 1, reason: r}", Inconclusive, "Of 3 inputs of grid the first network names 0.00 % right", "0 of 3 may be chance"},
		{"a baseline nobody knows", &suspect{}, "accuracy: {inputs: [exam], against: wisdom, tolerance: 1, reason: r}", Error, `No baseline is called "wisdom": there are guessing, three in five.`, ""},
		{"too few answers", &suspect{better: answers(Baseline{Name: "lazy", Answers: perfect[:5]})}, "", Error, "lazy: 5 answers to 200 inputs", ""},
		{"an answer that is no label", &suspect{better: answers(Baseline{Name: "odd", Answers: append(perfect[:199:199], 2)})}, "", Error, "the answer to input 199 is 2", ""},
		{"baselines that fail", &suspect{better: func() ([]Baseline, error) { return nil, errBroken }}, "", Error, "The disk is on fire", ""},
		{"a right label that is none", &suspect{inputs: func(in *Inputs) {
			if in.Name == "exam" {
				in.Truth[7] = 2
			}
		}}, "", Error, "the right label of input 7 is 2", ""},
	})
}

func TestConfusionAndBaselines(t *testing.T) {
	s := &suspect{scores: func(_, dst []float64) {
		if len(dst) == 400 {
			dst[4], dst[5] = 0, 0 // input 2 gets no label
		}
	}}
	_, p := ask(t, s, "accuracy: {inputs: [exam], against: guessing, tolerance: 1, reason: r}\n  - accuracy: {name: again, inputs: [exam], against: three in five, tolerance: 1, reason: r}")
	// Inputs 9, 19, ... have the right label 1 and are named 0.
	want := []Confusion{{
		Inputs: "exam", Cell: p.Trials[0].Cell, Labels: []string{"a", "b"}, Counts: [][]int{{99, 0}, {20, 80}}, None: []int{1, 0},
	}}
	if diff := cmp.Diff(want, p.Confusion); diff != "" {
		t.Errorf("confusion (-want +got):\n%s", diff)
	}
	var names []string
	for _, m := range p.Metrics {
		names = append(names, m.Name)
		switch m.Name {
		case "accuracy/exam":
			if m.Value != 0.895 || m.N != 200 || !(m.Low < m.Value && m.Value < m.High) {
				t.Errorf("metric %+v", m)
			}
		case "accuracy/exam/three in five":
			if m.Value != 0.6 || m.Doc != "right for three inputs in five" || !(m.Low < 0.6 && m.High > 0.6) {
				t.Errorf("metric %+v", m)
			}
		case "accuracy/exam/guessing":
			if m.Value != 0.5 || !math.IsNaN(float64(m.Low)) {
				t.Errorf("metric %+v, want no interval: the label was chosen after looking", m)
			}
		}
	}
	if diff := cmp.Diff([]string{"accuracy/grid", "accuracy/exam", "accuracy/exam/guessing", "accuracy/exam/three in five"}, names); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

func TestInputsAreAskedForOnce(t *testing.T) {
	asked := map[string]int{}
	compared := 0
	s := &suspect{inputs: func(in *Inputs) { asked[in.Name]++ }, better: func() ([]Baseline, error) {
		compared++
		return []Baseline{{Name: "b", Answers: slices.Repeat([]int{1}, 200)}}, nil
	}}
	askAll(t, s, strings.Join([]string{
		"  - accuracy: {inputs: [exam], against: guessing, tolerance: 1, reason: r}",
		"  - accuracy: {name: again, inputs: [exam], against: b, tolerance: 1, reason: r}",
		"  - novelty: {known: exam, against: [noise], tolerance: 0.1, reason: r}",
		"  - novelty: {name: cubed, known: exam, against: [noise], exponent: 3, tolerance: 0.1, reason: r}",
	}, "\n"), nil, "\ntwin:\n  start: [signed]", "")
	if diff := cmp.Diff(map[string]int{"grid": 1, "exam": 2, "noise": 1}, asked); diff != "" {
		t.Errorf("inputs asked for (-want +got), exam once for scores and once for baselines:\n%s", diff)
	}
	if compared != 1 {
		t.Errorf("baselines asked %d times, want once", compared)
	}
}
