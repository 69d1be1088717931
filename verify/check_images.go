package verify

import (
	"fmt"
	"math"
	"slices"

	"example.org/concord/verify/symmetry"
)

func (x *problemRun) decideImages(c *CheckResult, spec CheckSpec) {
	c.Title = "Every drawing of a label is the same image"
	c.Quantity = "largest distance of two drawings of one label, as vectors of unit norm"
	var group symmetry.Group = symmetry.Trivial{}
	if spec.Modulo == "sign" {
		group = symmetry.Sign{}
		c.Title += ", up to sign"
		c.Quantity += ", modulo sign"
	}
	if spec.Within == "basin" {
		c.Title = "Every drawing of a label in one basin is the same image, up to sign"
		c.Quantity += ", among those with the same sign pattern"
	}
	standing, why := Pass, ""
	if _, ok := x.p.(Artist); !ok {
		standing, why = Error, "the subject cannot draw"
	} else if x.drawErr != nil {
		standing, why = Error, x.drawErr.Error()
	}
	total, unconverged, pairs := 0, 0, 0
	for i, of := range x.drawn {
		good := convergedDrawings(of)
		if standing == Pass && drawnAlike(good) {
			standing, why = Vacuous, fmt.Sprintf("drawings of label %s from different starts are the same to the last bit, so the start seems to be ignored", x.result.Drawings[i].Label)
		}
		total += len(of)
		unconverged += len(of) - len(good)
		groups := [][]drawn{good}
		if spec.Within == "basin" {
			groups = patterns(good)
		}
		at, value := "", math.NaN()
		var cells []string
		for _, members := range groups {
			if len(members) < 2 {
				continue
			}
			m, err := imageDistances(members, group)
			if err != nil {
				standing, why = Error, err.Error()
				continue
			}
			pairs += len(members) * (len(members) - 1) / 2
			if d, a, b := m.Max(); !(value >= d) {
				value = d
				at = fmt.Sprintf("%s, instance %d and %s, instance %d", x.cells[members[a].trial].Label, members[a].instance, x.cells[members[b].trial].Label, members[b].instance)
				if spec.Within == "basin" {
					at = fmt.Sprintf("basin %s: %s", members[0].Pattern, at)
				}
				cells = []string{x.cells[members[a].trial].ID, x.cells[members[b].trial].ID}
			}
		}
		if math.IsNaN(value) {
			if standing == Pass {
				standing, why = Inconclusive, fmt.Sprintf("label %s has no two drawings to compare", x.result.Drawings[i].Label)
			}
			continue
		}
		if !(float64(c.Value) >= value) {
			c.Value = Number(value)
		}
		c.Evidence = append(c.Evidence, Evidence{
			Text:  fmt.Sprintf("label %s: %d drawings in %s; farthest apart: %s", x.result.Drawings[i].Label, len(good), plural(len(x.result.Drawings[i].Basins), "basin"), at),
			Value: Number(value), Cells: cells,
		})
	}
	slices.SortStableFunc(c.Evidence, func(a, b Evidence) int {
		switch {
		case a.Value > b.Value:
			return -1
		case a.Value < b.Value:
			return 1
		}
		return 0
	})
	switch {
	case standing == Pass && total == 0:
		standing, why = Inconclusive, "nothing was drawn"
	case standing == Pass && unconverged > 0:
		standing, why = Inconclusive, fmt.Sprintf("%d of %d drawings did not converge", unconverged, total)
	}
	c.judge(standing)
	switch c.Verdict {
	case Pass, Fail:
		c.Sentence = fmt.Sprintf("Among %d pairs of %d drawings the farthest two are %.2g apart; %s is allowed.", pairs, total, float64(c.Value), spec.allowed())
	default:
		c.Sentence = undecided(why, total-unconverged, float64(c.Value))
	}
}

// drawnAlike reports whether one network drew the same image to the last bit from two starts, in as many steps.
func drawnAlike(all []drawn) bool {
	for i, a := range all {
		for _, b := range all[i+1:] {
			if a.trial == b.trial && a.Steps == b.Steps && slices.Equal(a.Image.Pixels, b.Image.Pixels) {
				return true
			}
		}
	}
	return false
}
