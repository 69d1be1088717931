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
	*Drawing
}

// draw makes the drawings of the scenario: every instance of every label by some of the trained networks,
// and the census of each label by the first of them.
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
	type job struct{ label, trial, instance int }
	var jobs []job
	networks := spread(x.converged, g.Networks)
	for _, label := range wanted {
		// Instances are numbered through, so that no two drawings share their start even where networks share a seed.
		for k, trial := range networks {
			for i := range g.Instances {
				jobs = append(jobs, job{label, trial, k*g.Instances + i})
			}
		}
		for i := range g.Census {
			jobs = append(jobs, job{label, networks[0], len(networks)*g.Instances + i})
		}
	}
	drawings := make([]drawn, len(jobs))
	tick := x.progress("draw", len(jobs))
	err := each(ctx, len(jobs), x.Jobs, func(i int) error {
		j := jobs[i]
		d, err := artist.Draw(ctx, x.outcomes[j.trial].Tuple, DrawRequest{
			Label: j.label, Seed: x.cells[j.trial].T.Seed, Instance: j.instance,
			Frames: j.trial == networks[0] && j.instance < min(2, g.Instances),
		})
		if err != nil {
			return fmt.Errorf("label %s, instance %d, %s: %w", labels[j.label], j.instance, x.cells[j.trial].Label, err)
		}
		drawings[i] = drawn{j.trial, j.instance, d}
		tick("")
		return nil
	})
	if err != nil {
		return err
	}
	perLabel := len(jobs) / len(wanted)
	for i, label := range wanted {
		of := drawings[i*perLabel : (i+1)*perLabel]
		x.drawn = append(x.drawn, of)
		l, err := x.label(labels[label], of)
		if err != nil {
			return fmt.Errorf("label %s: %w", labels[label], err)
		}
		x.result.Drawings = append(x.result.Drawings, l)
	}
	return nil
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
		Label: name, Count: len(all), Instances: []DrawnImage{}, Basins: []ImageBasin{}, Between: [][]Number{},
		Difference: Number(math.NaN()), MaxWithin: Number(math.NaN()), MaxAll: Number(math.NaN()),
	}
	for _, d := range all {
		if d.Frames != nil || len(l.Instances) < 2 && d.instance < 2 {
			l.Instances = append(l.Instances, DrawnImage{
				Cell: x.cells[d.trial].ID, Seed: x.cells[d.trial].T.Seed, Instance: d.instance, Status: d.Status,
				Score: Number(d.Score), Steps: d.Steps, Pattern: d.Pattern, Image: d.Image, Frames: d.Frames,
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
