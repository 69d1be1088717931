package verify

import (
	"fmt"
	"math"
	"slices"
	"strings"

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
	drew := map[int]bool{} // trials
	for i, of := range x.drawn {
		good := convergedDrawings(of)
		if standing == Pass && drawnAlike(good) {
			standing, why = Vacuous, fmt.Sprintf("drawings of label %s from different starts are the same to the last bit, so the start seems to be ignored", x.result.Drawings[i].Label)
		}
		for _, d := range good {
			drew[d.trial] = true
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
	worstFirst(c.Evidence)
	also := x.bestThereIs
	if spec.Within == "basin" {
		also = x.basinsThatExist
	}
	besides := also(c)
	switch {
	case standing == Pass && total == 0:
		standing, why = Inconclusive, "nothing was drawn"
	case standing == Pass && unconverged > 0:
		standing, why = Inconclusive, fmt.Sprintf("%d of %d drawings did not converge", unconverged, total)
	}
	c.judge(standing)
	switch c.Verdict {
	case Pass, Fail:
		c.Sentence = fmt.Sprintf("Among %d pairs of %d drawings by %s the farthest two are %.2g apart; %s is allowed.%s", pairs, total, plural(len(drew), "network"), float64(c.Value), spec.allowed(), besides)
	default:
		c.Sentence = undecided(why, total-unconverged, float64(c.Value))
	}
}

// basinsThatExist adds to c, where drawings began in each basin on purpose, which basins hold an image, and
// says in how many of the possible ones each label has one, as a sentence that begins with a space.
func (x *problemRun) basinsThatExist(c *CheckResult) string {
	possible, fewest, most := 0, math.MaxInt, 0
	for i, l := range x.result.Drawings {
		if len(l.Census) == 0 {
			continue
		}
		var hold, empty, foreign []string
		ended := patterns(convergedDrawings(x.drawn[i]))
		has := func(name string) bool {
			return slices.ContainsFunc(ended, func(of []drawn) bool { return of[0].Pattern == name })
		}
		for _, b := range l.Census {
			if has(b.Pattern) {
				hold = append(hold, b.Pattern)
				continue
			}
			became := fmt.Sprintf("%s (%d began there, %d converged", b.Pattern, b.Count, b.Converged)
			if len(b.Ended) > 0 {
				became += ", in " + strings.Join(b.Ended, " and ")
			}
			empty = append(empty, became+")")
		}
		for _, of := range ended {
			if name := of[0].Pattern; !slices.ContainsFunc(l.Census, func(b Begun) bool { return b.Pattern == name }) {
				foreign = append(foreign, name)
			}
		}
		text := []string{fmt.Sprintf("label %s: of %s that a drawing may begin in, those that hold an image", l.Label, plural(len(l.Census), "basin"))}
		for _, part := range []struct {
			head  string
			names []string
		}{{": ", hold}, {"; none in ", empty}, {"; besides, drawings ended in ", foreign}} {
			if len(part.names) > 0 {
				text = append(text, part.head, strings.Join(part.names, ", "))
			}
		}
		c.Evidence = append(c.Evidence, Evidence{Text: strings.Join(text, ""), Value: Number(len(hold))})
		possible, fewest, most = len(l.Census), min(fewest, len(hold)), max(most, len(hold))
	}
	switch {
	case possible == 0:
		return ""
	case fewest == most:
		return fmt.Sprintf(" Of the %s that a drawing may begin in, every label has an image in %d.", plural(possible, "basin"), most)
	}
	return fmt.Sprintf(" Of the %s that a drawing may begin in, a label has an image in %d to %d.", plural(possible, "basin"), fewest, most)
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
