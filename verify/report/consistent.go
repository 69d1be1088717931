package report

import (
	"fmt"

	"example.org/concord/verify"
)

// maxSide is the largest number of rows or columns an image may have.
const maxSide = 4096

// consistent returns an error that names the first field of r that contradicts another one.
func consistent(r *verify.Result) error {
	if r.SchemaVersion != verify.SchemaVersion {
		return fmt.Errorf("schema_version is %d, but this version of verify writes and reads %d: "+
			"use the version that wrote the result, or run the scenario again", r.SchemaVersion, verify.SchemaVersion)
	}
	var children []verify.Verdict
	for i := range r.Problems {
		if err := consistentProblem(fmt.Sprintf("problems[%d]", i), &r.Problems[i]); err != nil {
			return err
		}
		children = append(children, r.Problems[i].Verdict)
	}
	for i := range r.Twins {
		if err := consistentProblem(fmt.Sprintf("twins[%d].problem", i), &r.Twins[i].Problem); err != nil {
			return err
		}
		if err := consistentTwin(fmt.Sprintf("twins[%d]", i), &r.Twins[i]); err != nil {
			return err
		}
		children = append(children, r.Twins[i].Verdict)
	}
	return consistentVerdict("", r.Verdict, children)
}

// mustFail returns the check a twin's must_fail names, by its id or its kind: the first that failed, else
// the first of all, else nil.
func mustFail(t *verify.TwinResult, named string) *verify.CheckResult {
	var found *verify.CheckResult
	for i := range t.Problem.Checks {
		c := &t.Problem.Checks[i]
		if c.ID != named && c.Kind != named {
			continue
		}
		if c.Verdict == verify.Fail {
			return c
		}
		if found == nil {
			found = c
		}
	}
	return found
}

// consistentTwin returns an error when a twin passes although a check that has to fail did not.
func consistentTwin(path string, t *verify.TwinResult) error {
	if t.Verdict != verify.Pass {
		return nil
	}
	if len(t.MustFail) == 0 {
		return fmt.Errorf("%s.verdict is PASS, but must_fail names no check", path)
	}
	for i, named := range t.MustFail {
		if c := mustFail(t, named); c == nil || c.Verdict != verify.Fail {
			return fmt.Errorf("%s.verdict is PASS, but the check that must_fail[%d] names, %q, did not fail", path, i, named)
		}
	}
	return nil
}

// consistentVerdict returns an error when a parent is better than the worst of its children. The field
// is at path + "verdict".
func consistentVerdict(path string, parent verify.Verdict, children []verify.Verdict) error {
	for i, v := range append([]verify.Verdict{parent}, children...) {
		if _, err := v.MarshalText(); err != nil {
			return fmt.Errorf("%sverdict, or number %d of those it sums up: %w", path, i, err)
		}
	}
	if parent == verify.Pass && len(children) == 0 {
		return fmt.Errorf("%sverdict is PASS, but nothing was checked", path)
	}
	if worst := verify.Worst(append(children, parent)...); worst != parent {
		return fmt.Errorf("%sverdict is %v, but it sums up a verdict of %v: "+
			"the file was edited or damaged; run the scenario again", path, parent, worst)
	}
	return nil
}

func consistentProblem(path string, p *verify.ProblemResult) error {
	verdicts := make([]verify.Verdict, len(p.Checks))
	for i, c := range p.Checks {
		verdicts[i] = c.Verdict
	}
	if err := consistentVerdict(path+".", p.Verdict, verdicts); err != nil {
		return err
	}
	for i, t := range p.Trials {
		if t.Basin < -1 || t.Basin >= len(p.Basins) {
			return fmt.Errorf("%s.trials[%d].basin is %d, but there are %d basins", path, i, t.Basin, len(p.Basins))
		}
		if _, err := t.Status.MarshalText(); err != nil {
			return fmt.Errorf("%s.trials[%d].status: %w", path, i, err)
		}
	}
	for i, b := range p.Basins {
		if err := consistentTrials(fmt.Sprintf("%s.basins[%d].trials", path, i), b.Trials, len(p.Trials)); err != nil {
			return err
		}
	}
	if err := consistentDistances(path+".distances", p.Distances, len(p.Trials)); err != nil {
		return err
	}
	for i := range p.Drawings {
		if err := consistentDrawings(fmt.Sprintf("%s.drawings[%d]", path, i), &p.Drawings[i]); err != nil {
			return err
		}
	}
	return nil
}

func consistentTrials(path string, trials []int, n int) error {
	seen := make(map[int]bool, len(trials))
	for i, t := range trials {
		if t < 0 || t >= n {
			return fmt.Errorf("%s[%d] is %d, but there are %d trials", path, i, t, n)
		}
		if seen[t] {
			return fmt.Errorf("%s names trial %d twice", path, t)
		}
		seen[t] = true
	}
	return nil
}

func consistentDistances(path string, d *verify.Distances, trials int) error {
	if d == nil {
		return nil
	}
	if err := consistentTrials(path+".trials", d.Trials, trials); err != nil {
		return err
	}
	n := len(d.Trials)
	pairs := n * (n - 1) / 2
	if len(d.After) != pairs {
		return fmt.Errorf("%s.after has %d entries, but %d trials make %d pairs", path, len(d.After), n, pairs)
	}
	if len(d.Before) != 0 && len(d.Before) != pairs {
		return fmt.Errorf("%s.before has %d entries, but %d trials make %d pairs", path, len(d.Before), n, pairs)
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
