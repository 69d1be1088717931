package verify

import "strings"

// sameBeginning returns two converged trials from different starts that begin alike, where all starts do that are
// trained in the same way: at the same fitness and gradient norm, to the last bit. It returns 0 and 0 when there are
// none. A subject that ignores its start, and is not the same to the bit from run to run, leaves no copies; this
// gives it away. A curve that does not begin at step 0, or without a gradient, tells nothing.
func (x *problemRun) sameBeginning() (a, b int) {
	type group struct {
		first, other int // −1: no other start yet
		differ       bool
	}
	groups := map[string]*group{}
	for _, trial := range x.converged {
		t := &x.result.Trials[trial]
		way := strings.TrimPrefix(t.Label, t.Start)
		g := groups[way]
		if g == nil {
			g = &group{first: trial, other: -1}
			groups[way] = g
		}
		if x.result.Trials[g.first].Start != t.Start {
			g.other = trial
		}
		p, known := x.beginning(trial)
		q, _ := x.beginning(g.first)
		g.differ = g.differ || !known || p != q
	}
	for _, trial := range x.converged { // so that which of several groups is named does not depend on the map
		for _, g := range groups {
			if g.first == trial && g.other >= 0 && !g.differ {
				return g.first, g.other
			}
		}
	}
	return 0, 0
}

// beginning returns the point where the curve of a trial begins, and whether that tells where it started.
func (x *problemRun) beginning(trial int) (CurvePoint, bool) {
	curve := x.outcomes[trial].Curve
	if len(curve) == 0 {
		return CurvePoint{}, false
	}
	p := curve[0]
	return p, p.Step == 0 && isFinite(float64(p.Fitness)) && isFinite(float64(p.GradNorm)) && p.GradNorm > 0
}
