package verify

import (
	"context"
	"math"
	"slices"

	"example.org/concord/verify/symmetry"
)

// defaultResolution tells basins apart where the scenario has no tuple check with a tolerance.
const defaultResolution = 1e-6

// comparison is how far apart the trained tuples are.
type comparison struct {
	trials        []int       // with a tuple; row i of the matrices is trial trials[i]
	row           map[int]int // inverse of trials
	after, before *symmetry.DistanceMatrix
	copies        [2]int // two converged trials that are copies, see problemRun.copies; zeros where there are none
	differing     int    // converged trials whose tuple has not the bits of the first one's; 0 where no check asks
}

// check returns the first check of a kind, nil when there is none.
func (x *problemRun) check(kind string) *CheckSpec {
	i := slices.IndexFunc(x.s.Checks, func(c CheckSpec) bool { return c.Kind == kind })
	if i < 0 {
		return nil
	}
	return &x.s.Checks[i]
}

// compare measures all pairwise distances, with and without alignment, and takes the census of basins.
func (x *problemRun) compare(ctx context.Context) error {
	c := &comparison{row: map[int]int{}}
	for i := range x.outcomes {
		if x.tuples.has(i) {
			c.row[i] = len(c.trials)
			c.trials = append(c.trials, i)
		}
	}
	if len(c.trials) == 0 {
		return nil
	}
	tuples := selection{&x.tuples, c.trials}
	tick := x.progress("compare", 2)
	settings := &symmetry.PairwiseSettings{Workers: x.Jobs}
	var err error
	if c.after, err = symmetry.PairwiseFrom(ctx, x.p.Symmetry(), tuples, settings); err != nil {
		return err
	}
	tick("")
	if c.before, err = symmetry.PairwiseRawFrom(ctx, x.p.Symmetry(), tuples, settings); err != nil {
		return err
	}
	if err := x.again(c); err != nil {
		return err
	}
	tick("")
	if c.copies, err = x.copies(); err != nil {
		return err
	}
	if c.differing, err = x.differingBits(); err != nil {
		return err
	}
	x.apart = c
	x.basins()
	x.distances()
	x.soFar.settle(len(x.result.Basins), len(x.converged), x.result.Distances.Max)
	return nil
}

// doubtful returns how near to a limit a distance among many is measured again: more than symmetry.Pairwise may err,
// and few.
func doubtful(limit float64) float64 { return max(1e-13, min(1e-9, limit/2)) }

// again measures alone, pair by pair, what verdicts rest on: the distances of converged trials that are too near a
// tolerance to tell on which side they are, and the largest one with and without alignment.
func (x *problemRun) again(c *comparison) error {
	limits := []float64{x.resolution()}
	for _, spec := range x.s.Checks {
		if spec.Kind == "tuple" && !spec.Exact {
			limits = append(limits, spec.Tolerance)
		}
	}
	group := x.p.Symmetry()
	measure := func(m *symmetry.DistanceMatrix, distance func(x, y symmetry.Tuple) (float64, error), i, j int) error {
		a, err := x.tuples.tuple(c.trials[i])
		if err != nil {
			return err
		}
		b, err := x.tuples.tuple(c.trials[j])
		if err != nil {
			return err
		}
		d, err := distance(a, b)
		if err == nil {
			m.Set(i, j, d)
		}
		return err
	}
	for k, s := range x.converged {
		for _, t := range x.converged[k+1:] {
			i, j := c.row[s], c.row[t]
			near := func(limit float64) bool {
				return math.Abs(c.after.At(i, j)-limit) <= doubtful(limit)
			}
			if slices.ContainsFunc(limits, near) {
				if err := measure(c.after, group.Distance, i, j); err != nil {
					return err
				}
			}
		}
	}
	if len(x.converged) < 2 {
		return nil
	}
	for _, of := range []struct {
		m        *symmetry.DistanceMatrix
		distance func(x, y symmetry.Tuple) (float64, error)
	}{{c.after, group.Distance}, {c.before, group.Raw}} {
		rows := make([]int, len(x.converged))
		for i, trial := range x.converged {
			rows[i] = c.row[trial]
		}
		// Until the largest is one that was measured alone.
		for largest, i, j := submatrix(of.m, rows).Max(); ; {
			if err := measure(of.m, of.distance, rows[i], rows[j]); err != nil {
				return err
			}
			next, k, l := submatrix(of.m, rows).Max()
			if k == i && l == j || next >= largest {
				break
			}
			largest, i, j = next, k, l
		}
	}
	return nil
}

// resolution is the distance up to which outcomes are of one basin.
func (x *problemRun) resolution() float64 {
	if c := x.check("tuple"); c != nil && !c.Exact {
		return c.Tolerance
	}
	return defaultResolution
}

// basins clusters the converged trials: a basin holds what is the same within the tuple check's tolerance.
func (x *problemRun) basins() {
	rows := make([]int, len(x.converged))
	for i, trial := range x.converged {
		rows[i] = x.apart.row[trial]
	}
	m := submatrix(x.apart.after, rows)
	clusters := symmetry.Cluster(m, x.resolution())
	for i, members := range clusters {
		b := Basin{Size: len(members), Fitness: Number(math.Inf(-1)), Nearest: Number(math.NaN()), Diameter: Number(symmetry.Diameter(m, members))}
		lowest := math.Inf(1)
		for _, j := range members {
			trial := x.converged[j]
			t := &x.result.Trials[trial]
			t.Basin = i
			b.Trials = append(b.Trials, trial)
			b.Fitness = max(b.Fitness, t.Fitness)
			lowest = min(lowest, float64(t.Fitness))
			if !slices.Contains(b.Starts, t.Start) {
				b.Starts = append(b.Starts, t.Start)
			}
		}
		b.Spread = b.Fitness - Number(lowest)
		for k, others := range clusters {
			if k == i {
				continue
			}
			if lo, _ := symmetry.Between(m, members, others); !(float64(b.Nearest) <= lo) {
				b.Nearest = Number(lo)
			}
		}
		x.result.Basins = append(x.result.Basins, b)
	}
}

// distances writes both matrices into the result, basin by basin and the unconverged last.
func (x *problemRun) distances() {
	d := &Distances{}
	for _, b := range x.result.Basins {
		d.Trials = append(d.Trials, b.Trials...)
	}
	var witnesses []int
	for _, trial := range d.Trials {
		witnesses = append(witnesses, x.apart.row[trial])
	}
	for _, trial := range x.apart.trials {
		if x.result.Trials[trial].Basin < 0 {
			d.Trials = append(d.Trials, trial)
		}
	}
	rows := make([]int, len(d.Trials))
	for i, trial := range d.Trials {
		rows[i] = x.apart.row[trial]
	}
	pack := func(m *symmetry.DistanceMatrix) []Number {
		out := []Number{}
		for _, v := range submatrix(m, rows).Packed() {
			out = append(out, Number(round(v, 4)))
		}
		return out
	}
	d.After, d.Before = pack(x.apart.after), pack(x.apart.before)
	d.Max, d.MaxBefore = Number(math.NaN()), Number(math.NaN())
	if len(witnesses) > 1 {
		after, _, _ := submatrix(x.apart.after, witnesses).Max()
		before, _, _ := submatrix(x.apart.before, witnesses).Max()
		d.Max, d.MaxBefore = Number(after), Number(before)
	}
	x.result.Distances = d
}

// submatrix returns the distances among the given rows, in their order.
func submatrix(m *symmetry.DistanceMatrix, rows []int) *symmetry.DistanceMatrix {
	packed := make([]float64, 0, len(rows)*(len(rows)-1)/2)
	for i, a := range rows {
		for _, b := range rows[i+1:] {
			packed = append(packed, m.At(a, b))
		}
	}
	return symmetry.NewDistanceMatrix(len(rows), packed)
}
