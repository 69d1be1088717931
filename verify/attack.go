package verify

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"example.org/concord/verify/symmetry"
)

// siege is what searching every input for one on which networks differ came to.
type siege struct {
	pairs      [][2]int  // trials made to differ
	searches   int       // all of them
	unfinished int       // of them, those that did not converge: an input they are all the same
	useless    int       // of the unfinished, those that left no finite image that is not blank
	bound      []float64 // by label: no two networks' scores differ by more on any input
}

// attack searches for inputs on which the two networks farthest apart differ, and two more that are neither of
// them, and bounds how far any two networks can differ on any input. It returns the inputs that were found; nil
// when there are no two networks, or when no search left an input.
//
// With s_ik the bound for network i against the first one and label k, the triangle inequality bounds the
// difference of any two by the sum of the two largest s_ik.
func (x *problemRun) attack(ctx context.Context, scorer Scorer, attacks int) (*Inputs, error) {
	searcher, ok := x.p.(Adversary)
	if !ok {
		return nil, fmt.Errorf("inputs adversary: the subject cannot search for inputs on which networks differ")
	}
	if attacks < 1 {
		return nil, fmt.Errorf("inputs adversary: %d searches per label find nothing", attacks)
	}
	if x.apart == nil || len(x.converged) < 2 {
		return nil, nil //nolint:nilnil // nothing to compare is no error: the check says so
	}
	f := &siege{pairs: x.farthest()}
	bound, err := x.supremum(ctx, searcher)
	if err != nil {
		return nil, err
	}
	f.bound = bound
	labels := len(bound)
	f.searches = len(f.pairs) * labels * attacks
	found := make([]*Attack, f.searches)
	tick := x.progress("attack", f.searches)
	err = each(ctx, f.searches, x.Jobs, func(i int) error {
		pair, label, n := i/(labels*attacks), i/attacks%labels, i%attacks
		a, b := f.pairs[pair][0], f.pairs[pair][1]
		// Instances are numbered through, so that no two searches share their start even where pairs share a seed.
		request := AttackRequest{Label: label, Seed: x.cells[a].T.Seed, Instance: pair*attacks + n}
		first, err := x.tuples.tuple(a)
		if err != nil {
			return err
		}
		second, err := x.tuples.tuple(b)
		if err != nil {
			return err
		}
		got, err := searcher.Attack(ctx, first, second, request)
		if err == nil && got == nil {
			err = fmt.Errorf("the subject returned neither an attack nor an error")
		}
		if err != nil {
			return fmt.Errorf("search %d for label %d, %s against %s: %w", n, label, x.cells[a].Label, x.cells[b].Label, err)
		}
		found[i] = got
		tick("")
		return nil
	})
	if err != nil {
		return nil, err
	}
	var images []Image
	for _, a := range found {
		if a.Status != Converged {
			f.unfinished++
		}
		switch blank := a.Image.check() != nil || floats.Norm(a.Image.Pixels, 2) == 0; {
		case !blank:
			images = append(images, a.Image)
		case a.Status == Converged:
			return nil, fmt.Errorf("inputs adversary: the subject claims convergence to an image that is none")
		default:
			f.useless++
		}
	}
	x.siege = f
	if len(images) == 0 {
		return nil, nil //nolint:nilnil // the check says so
	}
	in, err := scorer.InputsFrom(adversary, images)
	if err == nil && in.Labels != labels {
		err = fmt.Errorf("inputs adversary: %d labels, and bounds for %d", in.Labels, labels)
	}
	return in, err
}

// farthest returns the two converged trials that are farthest apart, and of the others the two that are.
func (x *problemRun) farthest() [][2]int {
	var pairs [][2]int
	rest := x.converged
	for range 2 {
		if len(rest) < 2 {
			break
		}
		rows := make([]int, len(rest))
		for i, trial := range rest {
			rows[i] = x.apart.row[trial]
		}
		_, i, j := submatrix(x.apart.after, rows).Max()
		pairs = append(pairs, [2]int{rest[i], rest[j]})
		var others []int
		for k, trial := range rest {
			if k != i && k != j {
				others = append(others, trial)
			}
		}
		rest = others
	}
	return pairs
}

// supremum returns for each label a bound on the difference of any two networks' scores over every input.
func (x *problemRun) supremum(ctx context.Context, searcher Adversary) ([]float64, error) {
	first, others := x.converged[0], x.converged[1:]
	bounds := make([][]float64, len(others))
	tick := x.progress("bound", len(others))
	tuple, err := x.tuples.tuple(first)
	if err != nil {
		return nil, err
	}
	err = each(ctx, len(others), x.Jobs, func(i int) error {
		other, err := x.tuples.tuple(others[i])
		if err != nil {
			return err
		}
		bounds[i], err = x.bound(ctx, searcher, tuple, other)
		if err != nil {
			return fmt.Errorf("bound on the difference of %s and %s: %w", x.cells[first].Label, x.cells[others[i]].Label, err)
		}
		tick("")
		return nil
	})
	if err != nil {
		return nil, err
	}
	labels := len(bounds[0])
	largest, second := make([]float64, labels), make([]float64, labels)
	for i, b := range bounds {
		if len(b) != labels {
			return nil, fmt.Errorf("bound on the difference of %s and %s: %d labels, not %d", x.cells[first].Label, x.cells[others[i]].Label, len(b), labels)
		}
		for k, v := range b {
			if v > largest[k] {
				largest[k], second[k] = v, largest[k]
			} else {
				second[k] = max(second[k], v)
			}
		}
	}
	floats.Add(largest, second)
	return largest, nil
}

// bound returns what Supremum says, unless it is none.
func (*problemRun) bound(ctx context.Context, searcher Adversary, t, u symmetry.Tuple) ([]float64, error) {
	b, err := searcher.Supremum(ctx, t, u)
	if err == nil && len(b) == 0 {
		err = fmt.Errorf("the subject returned neither a bound nor an error")
	}
	for k, v := range b {
		if math.IsNaN(v) || v < 0 {
			return nil, fmt.Errorf("label %d: %v is no bound", k, v)
		}
	}
	return b, err
}

// scoreRounding is how much a measured difference of scores may exceed a proven bound, relative to the largest
// score: scores are sums of products that are rounded, and bounds of equal networks are zero.
const scoreRounding = 1e-12

// belied returns the spread that contradicts the bound, nil when none does. unit is the largest score.
func (f *siege) belied(spreads []scoreSpread, unit float64) *scoreSpread {
	for i := range spreads {
		for k, differ := range spreads[i].byLabel {
			if k < len(f.bound) && differ > f.bound[k]+scoreRounding*unit {
				return &spreads[i]
			}
		}
	}
	return nil
}
