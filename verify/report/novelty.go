package report

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"example.org/concord/verify"
)

// tells is the least area under the ROC curve of a score that tells two kinds of inputs apart: of a hundred
// pairs it puts at most five in the wrong order.
const tells = 0.95

// noveltyView is what one exponent of the norm makes of inputs the network should not know, as the page shows it.
type noveltyView struct {
	*verify.Novelty
	Network string // label of the network that answers
	Total   int    // of known inputs
	Kinds   []*kindView
	Told    int // of Kinds, those it tells apart
}

// kindView is one kind of inputs.
type kindView struct {
	*verify.NoveltyKind
	Words    string
	Told     bool
	Bar      measureView
	Known    string // outline of the histogram of the known inputs, upwards
	Kind     string // the same of this kind, downwards
	XTicks   []tick
	Log      bool   // the axis of scores is logarithmic
	Curve    string // the ROC curve; "" where there is none
	Summary  string
	KnownMax string // share of the fullest bin
	KindMax  string
}

// The drawing of one kind, in its units: two histograms over one axis, and the ROC curve in a square.
const (
	histLeft   = 14.0
	histRight  = 246.0
	histAxis   = 74.0
	histHeight = 48.0
	rocLeft    = 290.0
	rocTop     = 20.0
	rocSide    = 108.0
)

func newNoveltyView(n *verify.Novelty, trials []verify.TrialResult) *noveltyView {
	v := &noveltyView{Novelty: n, Network: networkOf(n.Cell, trials)}
	for _, c := range n.Counts {
		v.Total += c
	}
	for i := range n.Kinds {
		k := newKindView(n, &n.Kinds[i])
		if k.Told {
			v.Told++
		}
		v.Kinds = append(v.Kinds, k)
	}
	return v
}

func newKindView(n *verify.Novelty, k *verify.NoveltyKind) *kindView {
	v := &kindView{NoveltyKind: k}
	v.Words, v.Told = toldApart(n, k)
	v.Bar = newMeasureView(&verify.Metric{Value: k.AUC, Low: k.Low, High: k.High, N: k.N})
	v.Known, v.KnownMax = outline(n.Counts, -histHeight)
	v.Kind, v.KindMax = outline(k.Counts, histHeight)
	for _, x := range histTicks(n.Edges) {
		v.XTicks = append(v.XTicks, tick{histX(place(n.Edges, x), len(n.Counts)), significant(x, 3)})
	}
	v.Log = geometric(n.Edges)
	var curve strings.Builder
	for i, p := range k.ROC {
		if i > 0 {
			curve.WriteByte(' ')
		}
		curve.WriteString(px(rocLeft+rocSide*float64(p.False)) + "," + px(rocTop+rocSide*(1-float64(p.True))))
	}
	v.Curve = curve.String()
	v.Summary = fmt.Sprintf("histograms of the largest score: %s upwards, fullest bin %s; %s downwards, fullest bin %s; beside them the ROC curve, area %s",
		n.Known, v.KnownMax, k.Name, v.KindMax, orWords(k.AUC, "not measured"))
	return v
}

// toldApart says whether the largest score tells the known inputs from those of a kind.
func toldApart(n *verify.Novelty, k *verify.NoveltyKind) (words string, told bool) {
	switch auc := float64(k.AUC); {
	case math.IsNaN(auc):
		return "not measured", false
	case auc < 0.5:
		return fmt.Sprintf("does not tell: worse than a coin, %s scores higher than %s", k.Name, n.Known), false
	case auc < tells:
		return "does not tell", false
	}
	return "tells them apart", true
}

// histX returns where the lower edge of bin i of n is; all bins are drawn as wide as each other.
func histX(i float64, n int) float64 { return histLeft + (histRight-histLeft)*i/float64(n) }

// place returns the bin that v is in, and how far into it, as one number.
func place(edges []verify.Number, v float64) float64 {
	i := sort.Search(len(edges)-2, func(i int) bool { return v < float64(edges[i+1]) })
	low, high := float64(edges[i]), float64(edges[i+1])
	return float64(i) + (v-low)/(high-low)
}

// geometric reports whether edges are evenly spaced on a logarithmic axis, over at least a factor of two.
func geometric(edges []verify.Number) bool {
	low, mid, high := float64(edges[0]), float64(edges[len(edges)/2]), float64(edges[len(edges)-1])
	if !(low > 0 && high > 2*low) || len(edges)%2 == 0 {
		return false
	}
	return math.Abs(2*math.Log(mid)-math.Log(low)-math.Log(high)) < 1e-3
}

// histTicks returns round numbers between the ends of the edges.
func histTicks(edges []verify.Number) []float64 {
	low, high := float64(edges[0]), float64(edges[len(edges)-1])
	if !geometric(edges) {
		return steps(low, high, 4)
	}
	decades := math.Log10(high) - math.Log10(low)
	if decades < 0.7 {
		return steps(low, high, 4)
	}
	factors := []float64{1, 2, 5}
	if decades > 2.5 {
		factors = []float64{1}
	}
	var all []float64
	every := max(1, int(math.Ceil(decades/5)))
	for e := int(math.Floor(math.Log10(low))); float64(e) <= math.Log10(high); e += every {
		for _, f := range factors {
			if v := f * math.Pow(10, float64(e)); v >= low && v <= high {
				all = append(all, v)
			}
		}
	}
	return all
}

// outline returns the path of a histogram that stands on the axis and is as high as height at its fullest bin,
// and the share of that bin.
func outline(counts []int, height float64) (path, fullest string) {
	total, most := 0, 0
	for _, c := range counts {
		total += c
		most = max(most, c)
	}
	if most == 0 {
		return "", "of no inputs"
	}
	x := func(i int) string { return px(histX(float64(i), len(counts))) }
	var b strings.Builder
	fmt.Fprintf(&b, "M%s %s", x(0), px(histAxis))
	at := 0
	for i, c := range counts {
		if c != at {
			fmt.Fprintf(&b, "H%sV%s", x(i), px(histAxis+height*float64(c)/float64(most)))
			at = c
		}
	}
	fmt.Fprintf(&b, "H%sV%sZ", x(len(counts)), px(histAxis))
	return b.String(), percent(verify.Number(float64(most) / float64(total)))
}
