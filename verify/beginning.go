package verify

// beginnings is how many points of two curves have to be the same for trials to begin alike: different starts that
// the first does not tell apart go their own ways from there.
const beginnings = 8

// sameBeginning returns two converged trials from different starts that begin alike, where all do that are trained
// in the same way, in every way that has two or more, from three or more starts in all. It returns 0 and 0 when there
// are none. A subject that ignores its start, and is not the same to the bit from run to run, leaves no copies; this
// gives it away.
func (x *problemRun) sameBeginning() (a, b int) {
	first := map[string]int{} // of each way to train
	starts := map[string]bool{}
	for _, trial := range x.converged {
		t := &x.result.Trials[trial]
		way := x.cells[trial].WayLabel
		one, known := first[way]
		switch {
		case !known:
			first[way] = trial
			continue
		case !beginAlike(x.outcomes[one].Curve, x.outcomes[trial].Curve):
			return 0, 0
		case a == b:
			a, b = one, trial
		}
		starts[x.result.Trials[one].Start], starts[t.Start] = true, true
	}
	if len(starts) < 3 {
		return 0, 0
	}
	return a, b
}

// beginAlike says whether two curves are the same to the last bit in their first points, two at least and each but
// its last, where all trials may meet. A curve that does not begin at step 0, or without a gradient, tells nothing.
func beginAlike(p, q []CurvePoint) bool {
	n := min(len(p)-1, len(q)-1, beginnings)
	if n < 2 || p[0].Step != 0 || p[0].GradNorm == 0 {
		return false
	}
	for i := range n {
		if p[i] != q[i] || !isFinite(float64(p[i].Fitness)) || !isFinite(float64(p[i].GradNorm)) {
			return false
		}
	}
	return true
}
