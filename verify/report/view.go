package report

import (
	"fmt"
	"math"
	"strings"

	"example.org/concord/verify"
)

// problemView is a problem as the page shows it.
type problemView struct {
	*verify.ProblemResult
	ID        string // of its section
	Open      bool   // unfolded
	Claims    []claimView
	Labels    []*labelView
	Frames    int // of the longest ascent
	Heat      *heatView
	Groups    []*group
	Curves    *curvesView    // nil where no curve was recorded
	Map       *mapView       // nil where no two outcomes can be placed
	Spread    *histogramView // nil where no two outcomes are apart
	Dots      *dots
	Proven    *provenView // nil without any certificate
	Appraised bool        // it is known of some label which image is best
	Signed    bool        // a trial has a certificate
	Statuses  string
	Measures  []measureGroup
	Worst     *claimView  // the check with the least room, for the overview
	Census    *censusView // nil where no drawing began in a basin on purpose
	Judges    []*judgeView
	Confused  []*confusionView
	Novel     []*noveltyView
	Table     *trialsView
	Seeds     *seedsView // nil where it was not computed what the starts support
}

// pageSettings is what the views of a page have in common.
type pageSettings struct {
	Command string // of the run; "" where it was not recorded
	Curves  int    // how many curves a problem may draw; beyond it, their quantiles
	Rows    bool   // show the rows of all training runs unfolded
}

func newProblemView(id string, p *verify.ProblemResult, open bool, s pageSettings) (*problemView, error) {
	v := &problemView{ProblemResult: p, ID: id, Open: open, Statuses: statuses(p.Trials)}
	v.Table, v.Seeds = newTrialsView(id, p.Label, p, s.Rows), newSeedsView(p)
	rows := linksOf(id, p.Trials)
	for i := range p.Checks {
		c := newClaimView(&p.Checks[i])
		c.Anchor = fmt.Sprintf("%s-c%d", id, i+1)
		c.explain(id, p, rows, s.Command)
		v.Claims = append(v.Claims, c)
	}
	for i := range v.Claims {
		if c := &v.Claims[i]; v.Worst == nil || float64(c.Margin) > float64(v.Worst.Margin) || math.IsNaN(float64(v.Worst.Margin)) {
			v.Worst = c
		}
	}
	for i := range p.Drawings {
		l, err := newLabelView(&p.Drawings[i], p.Judges, open)
		if err != nil {
			return nil, err
		}
		l.ID = fmt.Sprintf("%s-l%d", id, i+1)
		v.Labels = append(v.Labels, l)
		v.Appraised = v.Appraised || p.Drawings[i].Best != nil
		for _, m := range l.Instances {
			v.Frames = max(v.Frames, m.Frames)
		}
	}
	heat, err := newHeatView(id, p)
	if err != nil {
		return nil, err
	}
	v.Heat = heat
	v.Groups = groupTrials(p.Trials)
	v.Curves, v.Map, v.Spread = newCurves(id, p, v.Groups, s.Curves), newMapView(id, p, v.Groups), newHistogramView(id, p)
	v.Dots = newDots(p.Power)
	v.Proven, v.Signed = newProvenView(id, p), anyCertificate(p.Trials)
	v.Measures = newMeasureGroups(p.Metrics)
	v.Census, v.Judges = newCensusView(p.Drawings), newJudgeViews(p)
	for i := range p.Confusion {
		v.Confused = append(v.Confused, newConfusionView(&p.Confusion[i], p.Trials))
	}
	for i := range p.Novelty {
		v.Novel = append(v.Novel, newNoveltyView(&p.Novelty[i], p.Trials))
	}
	return v, nil
}

// claimView is a check with its margin as a bar.
type claimView struct {
	*verify.CheckResult
	Anchor string // id of its place on the page; "" when it has none of its own
	Exact  bool   // the tolerance is zero
	Words  string
	Bar    *bar
	Plain  string // what it came to, for everybody
	Next   string // what to do about it; "" where there is nothing to do
	How    *howView
	Facts  []evidenceView // the evidence
}

// explain adds to a claim what it means, how it was computed and which training runs it rests on.
func (c *claimView) explain(id string, p *verify.ProblemResult, rows map[string]trialLink, command string) {
	c.Plain = plainly(c.CheckResult, distanceOfSymmetry(p.Symmetry))
	c.Next = next(c.CheckResult, convergedTrials(p.Trials), len(p.Trials))
	c.How = newHowView(id, c.Anchor, p, c.CheckResult, rows, command)
	c.Facts = evidenceOf(c.CheckResult, rows)
}

func newClaimView(c *verify.CheckResult) claimView {
	return claimView{CheckResult: c, Exact: c.Tolerance == 0, Words: margin(c), Bar: newBar(float64(c.Margin))}
}

// bar is a logarithmic scale of margins from 10⁻⁹ to 10³ with the tolerance, 1, at three quarters.
type bar struct {
	At   float64 // the marker
	Over bool    // beyond the tolerance
}

// The bar in the units of its drawing.
const (
	barLeft  = 6.0
	barWidth = 192.0
)

// newBar returns nil for a margin that has no place on the scale.
func newBar(m float64) *bar {
	if math.IsNaN(m) {
		return nil
	}
	at := 0.0
	if m > 0 {
		at = min(max((math.Log10(m)+9)/12, 0), 1)
	}
	return &bar{At: barLeft + barWidth*at, Over: m > 1}
}

// controlView is a twin as the page shows it.
type controlView struct {
	*verify.TwinResult
	ID     string
	Claims []mustFailView
	Heat   *heatView
	Map    *mapView
	Table  *trialsView
	Next   string // what to do about it; "" where there is nothing to do
}

// mustFailView is a check that has to fail, and what became of it.
type mustFailView struct {
	ID    string     // of the check; its kind when the control has no check of that kind
	Claim *claimView // nil when the control has none
}

func newControlView(id string, t *verify.TwinResult) (*controlView, error) {
	v := &controlView{TwinResult: t, ID: id, Table: newTrialsView(id, "the control "+t.Name, &t.Problem, false), Next: nextOfControl(t.Verdict)}
	rows := linksOf(id, t.Problem.Trials)
	for _, kind := range t.MustFail {
		checks := mustFail(t, kind)
		if len(checks) == 0 {
			v.Claims = append(v.Claims, mustFailView{ID: kind})
		}
		for _, check := range checks {
			c := newClaimView(check)
			c.Facts = evidenceOf(check, rows)
			v.Claims = append(v.Claims, mustFailView{ID: check.ID, Claim: &c})
		}
	}
	heat, err := newHeatView(id, &t.Problem)
	if err != nil {
		return nil, err
	}
	v.Heat, v.Map = heat, newMapView(id, &t.Problem, groupTrials(t.Problem.Trials))
	return v, nil
}

// dots shows every independent start as a dot: full where it agreed, open where it did not.
type dots struct {
	Width, Height int
	Dots          []dot
}

type dot struct {
	X, Y float64
	Open bool
}

// newDots returns nil where there are no starts or too many to show.
func newDots(p *verify.Power) *dots {
	const columns, pitch, most = 32, 12, 512
	if p == nil || p.Starts < 1 || p.Starts > most || p.Disagreed < 0 || p.Disagreed > p.Starts {
		return nil
	}
	d := &dots{Width: pitch * min(columns, p.Starts), Height: pitch * ((p.Starts + columns - 1) / columns)}
	for i := range p.Starts {
		d.Dots = append(d.Dots, dot{
			X: pitch/2 + float64(i%columns*pitch), Y: pitch/2 + float64(i/columns*pitch),
			Open: i >= p.Starts-p.Disagreed,
		})
	}
	return d
}

// measureGroup are metrics that belong together.
type measureGroup struct {
	Name string // "" where there is one group only
	List []measureView
}

// newMeasureGroups returns the metrics of the networks, then those of the simple methods beside them.
func newMeasureGroups(metrics []verify.Metric) []measureGroup {
	networks, baselines := measureGroup{Name: "the networks"}, measureGroup{Name: "simple methods beside them"}
	for i := range metrics {
		g := &networks
		if baseline(metrics[i].Name) {
			g = &baselines
		}
		g.List = append(g.List, newMeasureView(&metrics[i]))
	}
	if len(baselines.List) == 0 {
		networks.Name = ""
	}
	var all []measureGroup
	for _, g := range []measureGroup{networks, baselines} {
		if len(g.List) > 0 {
			all = append(all, g)
		}
	}
	return all
}

// baseline reports whether a metric is one of a simple method: "accuracy/test/nearest mean".
func baseline(name string) bool {
	return strings.HasPrefix(name, "accuracy/") && strings.Count(name, "/") > 1
}

// measureView is a metric with its confidence interval.
type measureView struct {
	*verify.Metric
	Interval bool // Low and High are there
	Share    bool // it lies in [0, 1] and is drawn as such
	At       float64
	From, To float64
}

func newMeasureView(m *verify.Metric) measureView {
	v, low, high := float64(m.Value), float64(m.Low), float64(m.High)
	w := measureView{Metric: m, Interval: !math.IsNaN(low) && !math.IsNaN(high)}
	w.Share = w.Interval && low >= 0 && high <= 1 && v >= low && v <= high
	if w.Share {
		w.At, w.From, w.To = barLeft+barWidth*v, barLeft+barWidth*low, barLeft+barWidth*high
	}
	return w
}
