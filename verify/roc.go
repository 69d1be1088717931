package verify

import (
	"cmp"
	"math"
	"slices"
)

// rocPoints is the largest number of points that a receiver operating characteristic keeps.
const rocPoints = 60

// receiver returns the probability that a value of known exceeds one of other, ties half, which is the area under
// the receiver operating characteristic (Bamber, 1975), and that curve, thinned. Both samples must be neither
// empty nor hold a NaN. The sums are of whole numbers, so that no order of the values matters.
func receiver(known, other []float64) (auc float64, curve []ROCPoint) {
	descending := func(a, b float64) int { return cmp.Compare(b, a) }
	known, other = slices.Clone(known), slices.Clone(other)
	slices.SortFunc(known, descending)
	slices.SortFunc(other, descending)
	m, n := len(known), len(other)
	points := []ROCPoint{{0, 0}}
	twice := 0 // the area, in units of 1/(2mn)
	for i, j := 0, 0; i < m || j < n; {
		at := math.Inf(-1)
		if i < m {
			at = known[i]
		}
		if j < n {
			at = max(at, other[j])
		}
		accepted, fooled := i, j
		for i < m && known[i] == at {
			i++
		}
		for j < n && other[j] == at {
			j++
		}
		twice += (j - fooled) * (accepted + i)
		points = append(points, ROCPoint{Number(float64(j) / float64(n)), Number(float64(i) / float64(m))})
	}
	return float64(twice) / float64(2*m*n), thinned(points)
}

// thinned keeps the ends of a curve, the point farthest above the diagonal, and points between them evenly spaced
// in the sum of their coordinates, which rises from 0 to 2 along the curve.
func thinned(points []ROCPoint) []ROCPoint {
	if len(points) <= rocPoints {
		return points
	}
	knee := 0
	for i, p := range points {
		if p.True-p.False > points[knee].True-points[knee].False {
			knee = i
		}
	}
	const steps = rocPoints - 3
	out := []ROCPoint{points[0]}
	next := 1
	for i, p := range points[1 : len(points)-1] {
		along := float64(p.True+p.False) / 2 * steps
		if i+1 == knee || along >= float64(next) {
			out = append(out, p)
		}
		next = max(next, int(along)+1)
	}
	return append(out, points[len(points)-1])
}

// newcombe returns the 95 % confidence interval for the area under the characteristic of m known and n other values,
// where auc was found: all θ with
//
//	(auc − θ)² ≤ z² V(θ),  V(θ) = θ(1−θ)/(mn) · (1 + N(1−θ)/(2−θ) + Nθ/(1+θ)),  N = (m+n)/2 − 1
//
// (method 5 of Newcombe, Confidence intervals for an effect size measure based on the Mann-Whitney statistic,
// part 2, Statistics in Medicine 25, 2006, pages 559-573). Because V is that of θ and not of auc, the interval is
// one of some width even where all known values exceed all others.
func newcombe(auc float64, m, n int) (lo, hi float64) {
	z := math.Sqrt2 * math.Erfinv(confidence)
	star := float64(m+n)/2 - 1
	outside := func(t float64) bool {
		v := t * (1 - t) / (float64(m) * float64(n)) * (1 + star*(1-t)/(2-t) + star*t/(1+t))
		return (auc-t)*(auc-t) > z*z*v
	}
	edge := func(out, in float64) float64 {
		for range 60 {
			if mid := (out + in) / 2; outside(mid) {
				out = mid
			} else {
				in = mid
			}
		}
		return in
	}
	lo, hi = 0, 1
	if auc > 0 {
		lo = edge(0, auc)
	}
	if auc < 1 {
		hi = edge(1, auc)
	}
	return lo, hi
}
