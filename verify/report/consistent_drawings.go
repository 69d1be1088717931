package report

import (
	"fmt"
	"strings"

	"example.org/concord/verify"
)

// maxSide is the largest number of rows or columns an image may have.
const maxSide = 4096

// consistentSpread returns an error when a check of images passed though two drawings of a label, of which it compares all,
// are recorded to be farther apart than the farthest it found.
func consistentSpread(path string, p *verify.ProblemResult) error {
	for i, c := range p.Checks {
		if c.Kind != "images" || c.Verdict != verify.Pass || strings.Contains(c.ID, "-within-") {
			continue
		}
		for j, d := range p.Drawings {
			if d.MaxAll > c.Value*(1+slack) {
				return fmt.Errorf("%s.checks[%d].value is %s, the largest, but drawings[%d].max_all is %s", path, i, plain(c.Value), j, plain(d.MaxAll))
			}
		}
	}
	return nil
}

func consistentDrawings(path string, d *verify.LabelDrawings) error {
	for i := range d.Instances {
		in := &d.Instances[i]
		at := fmt.Sprintf("%s.instances[%d]", path, i)
		if _, err := in.Status.MarshalText(); err != nil {
			return fmt.Errorf("%s.status: %w", at, err)
		}
		if err := consistentImage(at+".image", in.Image); err != nil {
			return err
		}
		if err := consistentNeighbours(at, in); err != nil {
			return err
		}
		if err := consistentGolden(at+".golden", in); err != nil {
			return err
		}
		for j, f := range in.Frames {
			if err := consistentImage(fmt.Sprintf("%s.frames[%d]", at, j), f); err != nil {
				return err
			}
			if f.Rows != in.Image.Rows || f.Cols != in.Image.Cols {
				return fmt.Errorf("%s.frames[%d] is %d×%d, but the image is %d×%d",
					at, j, f.Rows, f.Cols, in.Image.Rows, in.Image.Cols)
			}
		}
	}
	for i := range d.Basins {
		if err := consistentImage(fmt.Sprintf("%s.basins[%d].image", path, i), d.Basins[i].Image); err != nil {
			return err
		}
	}
	if m := d.Residual; m != nil {
		if err := consistentImage(path+".residual", *m); err != nil {
			return err
		}
		if len(d.Instances) < 2 || m.Rows != d.Instances[0].Image.Rows || m.Cols != d.Instances[0].Image.Cols {
			return fmt.Errorf("%s.residual is %d×%d, but there are no two instances of that size", path, m.Rows, m.Cols)
		}
	}
	if err := consistentMean(path+".mean", d); err != nil {
		return err
	}
	if err := consistentCensus(path+".census", d); err != nil {
		return err
	}
	if err := consistentBest(path, d); err != nil {
		return err
	}
	if len(d.Between) != 0 && len(d.Between) != len(d.Basins) {
		return fmt.Errorf("%s.between has %d rows, but there are %d basins", path, len(d.Between), len(d.Basins))
	}
	for i, row := range d.Between {
		if len(row) != len(d.Basins) {
			return fmt.Errorf("%s.between[%d] has %d entries, but there are %d basins", path, i, len(row), len(d.Basins))
		}
	}
	return nil
}

func consistentImage(path string, m verify.Image) error {
	if m.Rows < 0 || m.Cols < 0 || m.Rows > maxSide || m.Cols > maxSide {
		return fmt.Errorf("%s is %d×%d: a side is from 0 to %d pixels", path, m.Rows, m.Cols, maxSide)
	}
	if m.Rows*m.Cols != len(m.Pixels) {
		return fmt.Errorf("%s has %d pixels, but it is %d×%d", path, len(m.Pixels), m.Rows, m.Cols)
	}
	return nil
}
