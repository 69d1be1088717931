package report

import (
	"fmt"
	"math"

	"example.org/concord/verify"
)

// best says which image of a label is the best there is, and how near a drawing came to it.
func best(d *verify.LabelDrawings) string {
	b := d.Best
	switch {
	case b == nil:
		return "not asked"
	case !b.Proven:
		return "not proven"
	case b.Basin < 0 || b.Basin >= len(d.Basins):
		return "proven, and not held against a drawing"
	}
	return fmt.Sprintf("proven: the nearest drawing is %s from it, in basin %d", number(b.Distance), b.Basin+1)
}

// bestPattern is the pattern of the basin that best names, "" where it names none.
func bestPattern(d *verify.LabelDrawings) string {
	if b := d.Best; b != nil && b.Proven && b.Basin >= 0 && b.Basin < len(d.Basins) {
		return d.Basins[b.Basin].Pattern
	}
	return ""
}

// consistentBest returns an error when what is said of the best image of a label contradicts itself.
func consistentBest(path string, d *verify.LabelDrawings) error {
	b := d.Best
	if b == nil {
		return nil
	}
	at := path + ".best"
	if b.Score > b.Bound+slack*verify.Number(math.Abs(float64(b.Bound))) {
		return fmt.Errorf("%s.score is %s, but bound, which no image exceeds, is %s", at, plain(b.Score), plain(b.Bound))
	}
	if b.Proven && !(b.Bound-b.Score <= slack*b.Bound && b.Second < b.Bound) {
		return fmt.Errorf("%s.proven is true, but score is %s, bound %s and second %s", at, plain(b.Score), plain(b.Bound), plain(b.Second))
	}
	if b.Basin < -1 || b.Basin >= len(d.Basins) {
		return fmt.Errorf("%s.basin is %d, but there are %d basins", at, b.Basin, len(d.Basins))
	}
	if b.Distance < 0 {
		return fmt.Errorf("%s.distance is %s: it is no distance", at, plain(b.Distance))
	}
	return nil
}
