package verify

import (
	"fmt"
	"math"
	"slices"

	"example.org/concord/verify/symmetry"
)

func (x *problemRun) decideTuple(c *CheckResult, spec CheckSpec) {
	c.Title = "Every start ends in the same trained tuple, up to symmetry"
	c.Quantity = "largest distance of two trained tuples modulo " + x.result.Symmetry
	standing, why := x.standing()
	if spec.Exact {
		c.Title = "Every start ends in the same trained tuple, bit for bit"
		c.Quantity = "trained tuples whose bits differ from those of the first"
	}
	if len(x.converged) > 1 && x.apart != nil {
		witnesses := make([]int, len(x.converged))
		for i, trial := range x.converged {
			witnesses[i] = x.apart.row[trial]
		}
		m := submatrix(x.apart.after, witnesses)
		largest, i, j := m.Max()
		c.Value = Number(largest)
		if spec.Exact {
			c.Value = Number(x.apart.differing)
		}
		a, b := x.converged[i], x.converged[j]
		c.Evidence = append(c.Evidence, Evidence{
			Text:  fmt.Sprintf("farthest apart: %s and %s", x.cells[a].Label, x.cells[b].Label),
			Value: Number(largest), Cells: []string{x.cells[a].ID, x.cells[b].ID},
		})
		for i, basin := range x.result.Basins[:min(len(x.result.Basins), 9)] {
			c.Evidence = append(c.Evidence, Evidence{
				Text:  fmt.Sprintf("basin %d: %d trials from %d starts, fitness %.12g, diameter %.2g", i+1, basin.Size, len(basin.Starts), float64(basin.Fitness), float64(basin.Diameter)),
				Value: basin.Diameter,
			})
		}
	}
	c.judge(standing)
	n := len(x.converged)
	switch c.Verdict {
	case Pass:
		c.Sentence = fmt.Sprintf("All %d trained tuples lie within %.2g of each other; %s is allowed.", n, float64(c.Value), spec.allowed())
	case Fail:
		c.Sentence = fmt.Sprintf("The %d converged trials end in %s: the farthest two are %.2g apart, and %s is allowed.",
			n, plural(len(x.result.Basins), "basin"), float64(c.Value), spec.allowed())
	default:
		c.Sentence = undecided(why, n, float64(c.Value))
	}
}

// differingBits counts the converged trials whose tuple has not the bits of the first one's, where a check asks for it.
func (x *problemRun) differingBits() (int, error) {
	exact := func(c CheckSpec) bool { return c.Kind == "tuple" && c.Exact }
	if len(x.converged) == 0 || !slices.ContainsFunc(x.s.Checks, exact) {
		return 0, nil
	}
	count := 0
	for _, trial := range x.converged[1:] {
		same, err := x.sameTuples(x.converged[0], trial)
		if err != nil {
			return 0, err
		}
		if !same {
			count++
		}
	}
	return count, nil
}

// sameTuples says whether the tuples of two trials have the same bits.
func (x *problemRun) sameTuples(a, b int) (bool, error) {
	s, err := x.tuples.tuple(a)
	if err != nil {
		return false, err
	}
	t, err := x.tuples.tuple(b)
	return sameBits(s, t), err
}

func sameBits(a, b symmetry.Tuple) bool {
	return slices.EqualFunc(a, b, func(p, q symmetry.Part) bool {
		rows, cols := p.M.Dims()
		if r, c := q.M.Dims(); p.Name != q.Name || r != rows || c != cols {
			return false
		}
		for i := range rows {
			same := func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }
			if !slices.EqualFunc(p.M.RawRowView(i), q.M.RawRowView(i), same) {
				return false
			}
		}
		return true
	})
}
