package verify

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/verify/symmetry"
)

// drawn is one drawing with its origin.
type drawn struct {
	trial    int
	instance int
	begun    string // the basin it began in on purpose, "" for anywhere
	*Drawing
}

// draw makes the drawings of the scenario: every instance of every label by some of the trained networks,
// and by the first of them the census of each label, from anywhere and from each basin on purpose.
func (x *problemRun) draw(ctx context.Context) error {
	g := x.s.Generate
	artist, ok := x.p.(Artist)
	if g == nil || !ok || len(x.converged) == 0 {
		return nil
	}
	labels := artist.Labels()
	wanted := make([]int, 0, len(labels))
	for i, name := range labels {
		if g.Labels == nil || slices.Contains(g.Labels, name) {
			wanted = append(wanted, i)
		}
	}
	if g.Labels != nil && len(wanted) != len(g.Labels) {
		return fmt.Errorf("labels %v: the subject can draw %v", g.Labels, labels)
	}
	if len(wanted) == 0 {
		return nil
	}
	basins, err := x.basinsToBeginIn()
	if err != nil {
		return err
	}
	type job struct {
		label, trial, instance int
		begun                  string
	}
	var jobs []job
	networks := spread(x.converged, g.Networks)
	for _, label := range wanted {
		// Instances are numbered through, so that no two drawings share their start even where networks share a seed.
		for k, trial := range networks {
			for i := range g.Instances {
				jobs = append(jobs, job{label, trial, k*g.Instances + i, ""})
			}
		}
		anywhere := len(networks)*g.Instances + g.Census
		for i := len(networks) * g.Instances; i < anywhere; i++ {
			jobs = append(jobs, job{label, networks[0], i, ""})
		}
		for k, begun := range basins {
			for i := range g.Patterns {
				jobs = append(jobs, job{label, networks[0], anywhere + k*g.Patterns + i, begun})
			}
		}
	}
	drawings := make([]drawn, len(jobs))
	tick := x.progress("draw", len(jobs))
	err = each(ctx, len(jobs), x.Jobs, func(i int) error {
		j := jobs[i]
		tuple, err := x.tuples.tuple(j.trial)
		if err != nil {
			return err
		}
		d, err := artist.Draw(ctx, tuple, DrawRequest{
			Label: j.label, Seed: x.cells[j.trial].T.Seed, Instance: j.instance, Pattern: j.begun,
			Frames: j.trial == networks[0] && j.instance < min(2, g.Instances),
		})
		if err != nil {
			return fmt.Errorf("label %s, instance %d, %s: %w", labels[j.label], j.instance, x.cells[j.trial].Label, err)
		}
		if err := d.check(); err != nil {
			return fmt.Errorf("label %s, instance %d, %s: %w", labels[j.label], j.instance, x.cells[j.trial].Label, err)
		}
		drawings[i] = drawn{j.trial, j.instance, j.begun, d}
		tick("")
		return nil
	})
	if err != nil {
		return err
	}
	perLabel := len(jobs) / len(wanted)
	of := func(i int) []drawn { return drawings[i*perLabel : (i+1)*perLabel] }
	counted := make([]LabelDrawings, len(wanted))
	err = each(ctx, len(wanted), x.Jobs, func(i int) error {
		l, err := x.label(labels[wanted[i]], of(i))
		if err == nil {
			l.Census = census(basins, of(i))
			err = x.appraise(ctx, wanted[i], networks[0], of(i), &l)
		}
		if err != nil {
			return fmt.Errorf("label %s: %w", labels[wanted[i]], err)
		}
		counted[i] = l
		return nil
	})
	if err != nil {
		return err
	}
	x.result.Drawings = counted
	for i := range wanted {
		x.drawn = append(x.drawn, of(i))
	}
	return nil
}

// check refuses a drawing that contradicts itself.
func (d *Drawing) check() error {
	if d == nil {
		return fmt.Errorf("the subject returned neither a drawing nor an error")
	}
	if d.Status != Converged {
		return nil
	}
	if err := d.Image.check(); err != nil {
		return fmt.Errorf("the subject claims convergence to what is no image: %w", err)
	}
	if floats.Norm(d.Image.Pixels, 2) == 0 {
		return fmt.Errorf("the subject claims convergence to a blank image")
	}
	return nil
}

// basinsToBeginIn names the basins that drawings begin in on purpose, where the scenario asks for such.
func (x *problemRun) basinsToBeginIn() ([]string, error) {
	if x.s.Generate.Patterns == 0 {
		return nil, nil
	}
	patterned, ok := x.p.(Patterned)
	if !ok {
		return nil, fmt.Errorf("the subject cannot begin a drawing in a basin on purpose")
	}
	return patterned.Patterns(), nil
}

// census says for each basin what became of the drawings that began there on purpose.
func census(basins []string, all []drawn) []Begun {
	out := make([]Begun, len(basins))
	for i, name := range basins {
		b := Begun{Pattern: name, Ended: []string{}}
		for _, d := range all {
			if d.begun != name {
				continue
			}
			b.Count++
			if d.Status != Converged {
				continue
			}
			b.Converged++
			if d.Pattern == name {
				b.Stayed++
			}
			if !slices.Contains(b.Ended, d.Pattern) {
				b.Ended = append(b.Ended, d.Pattern)
			}
		}
		slices.Sort(b.Ended)
		out[i] = b
	}
	return out
}

// spread returns count of the elements of all, evenly spaced, the first among them.
func spread(all []int, count int) []int {
	count = min(count, len(all))
	out := make([]int, count)
	for i := range out {
		out[i] = all[i*len(all)/count]
	}
	return out
}

// label takes the census of what was drawn for one label.
func (x *problemRun) label(name string, all []drawn) (LabelDrawings, error) {
	l := LabelDrawings{
		Label: name, Count: len(all), Instances: []DrawnImage{}, Basins: []ImageBasin{}, Between: [][]Number{}, Census: []Begun{},
		Difference: Number(math.NaN()), MaxWithin: Number(math.NaN()), MaxAll: Number(math.NaN()),
	}
	for _, d := range all {
		if d.Frames != nil || len(l.Instances) < 2 && d.instance < 2 {
			l.Instances = append(l.Instances, DrawnImage{
				Cell: x.cells[d.trial].ID, Seed: x.cells[d.trial].T.Seed, Instance: d.instance, Status: d.Status,
				Score: Number(d.Score), Steps: d.Steps, Pattern: d.Pattern, Image: d.Image, Frames: d.Frames, Opinions: []Opinion{},
			})
		}
		if len(l.Instances) == 2 {
			break
		}
	}
	good := convergedDrawings(all)
	l.Converged = len(good)
	if len(good) == 0 {
		return l, nil
	}
	m, err := imageDistances(good, symmetry.Sign{})
	if err != nil {
		return l, err
	}
	if len(all) > 1 && len(l.Instances) == 2 && all[0].Status == Converged && all[1].Status == Converged {
		l.Difference = Number(m.At(0, 1))
		l.Residual = residual(all[0].Image, all[1].Image)
	}
	if len(good) > 1 {
		largest, _, _ := m.Max()
		l.MaxAll = Number(largest)
	}
	clusters := symmetry.Cluster(m, x.imageResolution())
	for _, members := range clusters {
		b := ImageBasin{Pattern: good[members[0]].Pattern, Size: len(members), Diameter: Number(symmetry.Diameter(m, members)), Score: Number(math.Inf(-1))}
		for _, i := range members {
			if good[i].Pattern != b.Pattern {
				b.Pattern = "mixed"
			}
			if s := Number(good[i].Score); s > b.Score {
				b.Score, b.Image = s, good[i].Image
			}
		}
		if len(members) > 1 && !(l.MaxWithin >= b.Diameter) {
			l.MaxWithin = b.Diameter
		}
		l.Basins = append(l.Basins, b)
	}
	for i := range clusters {
		row := make([]Number, len(clusters))
		for j := range clusters {
			if i != j {
				lo, _ := symmetry.Between(m, clusters[i], clusters[j])
				row[j] = Number(round(lo, 4))
			}
		}
		l.Between = append(l.Between, row)
	}
	return l, nil
}

// residual returns b − a, or −b − a where that is nearer.
func residual(a, b Image) *Image {
	sign := math.Copysign(1, floats.Dot(a.Pixels, b.Pixels))
	r := &Image{Rows: a.Rows, Cols: a.Cols, Pixels: make([]float64, len(a.Pixels))}
	floats.AddScaledTo(r.Pixels, r.Pixels, sign, b.Pixels)
	floats.Sub(r.Pixels, a.Pixels)
	return r
}

// imageResolution tells basins of images apart: what differs by more than the within-basin check allows.
func (x *problemRun) imageResolution() float64 {
	for _, c := range x.s.Checks {
		if c.Kind == "images" && c.Within == "basin" && !c.Exact {
			return c.Tolerance
		}
	}
	return defaultResolution
}

// convergedDrawings returns those that bear witness, in order.
func convergedDrawings(all []drawn) []drawn {
	var good []drawn
	for _, d := range all {
		if d.Status == Converged {
			good = append(good, d)
		}
	}
	return good
}

// imageDistances returns all pairwise distances of images as vectors of unit norm, modulo g.
func imageDistances(all []drawn, g symmetry.Group) (*symmetry.DistanceMatrix, error) {
	tuples := make([]symmetry.Tuple, len(all))
	for i, d := range all {
		tuples[i] = imageTuple(d.Image)
	}
	return symmetry.Pairwise(context.Background(), g, tuples, &symmetry.PairwiseSettings{Workers: 1})
}

// imageTuple is an image as a tuple of one part.
func imageTuple(m Image) symmetry.Tuple {
	return symmetry.Tuple{{Name: "image", M: mat.NewDense(m.Rows, m.Cols, m.Pixels)}}
}

// patterns groups drawings by the basin their subject says they belong to, in order of the pattern.
func patterns(all []drawn) [][]drawn {
	by := map[string][]drawn{}
	var names []string
	for _, d := range all {
		if by[d.Pattern] == nil {
			names = append(names, d.Pattern)
		}
		by[d.Pattern] = append(by[d.Pattern], d)
	}
	slices.SortFunc(names, cmp.Compare[string])
	out := make([][]drawn, len(names))
	for i, name := range names {
		out[i] = by[name]
	}
	return out
}
