package verify

import (
	"context"
	"fmt"
	"slices"
)

// A CellFailure is a cell that came to nothing.
type CellFailure struct {
	Cell     string // its id
	Scenario string // as in Event
	Label    string
	Error    string
}

// TrainCells trains the cells of s, its twins and its doses whose ids are given, keeps what they come to in the
// settings' Store, which has to be there, and decides nothing. Those that the store holds are not trained
// again. It returns the cells that failed, and what was stored and could not be used. The error is that of ctx,
// or says what could not be posed or kept, or that s has no cell of an id.
func TrainCells(ctx context.Context, s *Scenario, subjects []Subject, settings *RunSettings, ids []string) (failed []CellFailure, warnings []string, err error) {
	r, err := newRunner(s, subjects, settings)
	if err != nil {
		return nil, nil, err
	}
	open := map[string]bool{}
	for _, id := range ids {
		open[id] = true
	}
	for _, part := range s.withControls() {
		for i := range part.Problems() {
			x, err := r.open(ctx, part, i)
			if err != nil {
				return nil, nil, err
			}
			if x.p == nil {
				return nil, nil, fmt.Errorf("%s, %s: the problem cannot be posed: %s", part.Name, x.result.Label, x.result.Error)
			}
			x.cells = slices.DeleteFunc(x.cells, func(c Cell) bool {
				wanted := open[c.ID]
				delete(open, c.ID)
				return !wanted
			})
			if len(x.cells) == 0 {
				continue
			}
			x.forget = true
			if err := x.train(ctx); err != nil {
				return nil, nil, fmt.Errorf("%s, %s: train: %w", part.Name, x.result.Label, err)
			}
			for _, t := range x.result.Trials {
				if t.Status == StatusFailed {
					failed = append(failed, CellFailure{t.Cell, part.Name, t.Label, t.Error})
				}
			}
		}
	}
	for _, id := range ids {
		if open[id] {
			return nil, nil, fmt.Errorf("%s has no cell %.16s", s.Name, id)
		}
	}
	return failed, r.damaged, nil
}

// withControls returns s, then its twins, then its doses.
func (s *Scenario) withControls() []*Scenario {
	all := []*Scenario{s}
	for i := range s.Twins {
		all = append(all, s.Twin(i))
	}
	for i, d := range s.Doses {
		for j := range d.Values {
			all = append(all, s.Dose(i, j))
		}
	}
	return all
}
