package report

import (
	"fmt"
	"math"

	"example.org/concord/verify"
)

// consistentDoses returns an error when a control in many strengths contradicts itself, or the tolerance that
// decides in it which start disagrees: that of the tuple check of the first problem.
func consistentDoses(path string, d *verify.DoseResult, tolerance verify.Number) error {
	for i := range d.Points {
		at := fmt.Sprintf("%s.points[%d]", path, i)
		if err := consistentDose(at, &d.Points[i], tolerance); err != nil {
			return err
		}
		if i > 0 && !(d.Points[i].Value > d.Points[i-1].Value) {
			return fmt.Errorf("%s.value is %s, which does not exceed the one before it", at, plain(d.Points[i].Value))
		}
	}
	switch d.Verdict {
	case verify.Pass:
		if len(d.Points) == 0 {
			return fmt.Errorf("%s.verdict is PASS, but points is empty", path)
		}
		if d.Points[len(d.Points)-1].Disagreed == 0 {
			return fmt.Errorf("%s.verdict is PASS, but at the last of points no start disagreed", path)
		}
	case verify.Fail:
		return fmt.Errorf("%s.verdict is FAIL, but a control shows something or does not: it is not refuted", path)
	default:
		if len(d.Points) > 0 && d.Verdict == verify.Vacuous && d.Points[len(d.Points)-1].Disagreed > 0 && d.Points[0].Disagreed < d.Points[0].Starts {
			return fmt.Errorf("%s.verdict is VACUOUS, but at the last of points a start disagreed", path)
		}
	}
	return nil
}

// consistentDose looks at one strength. A tolerance that is NaN is not known.
func consistentDose(path string, q *verify.DosePoint, tolerance verify.Number) error {
	switch {
	case !finite(q.Value):
		return fmt.Errorf("%s.value is %s", path, plain(q.Value))
	case q.Disagreed < 0 || q.Disagreed > q.Starts:
		return fmt.Errorf("%s.disagreed is %d of %d starts", path, q.Disagreed, q.Starts)
	case q.Open < 0:
		return fmt.Errorf("%s.open is %d, which is no count", path, q.Open)
	case q.Disagreed > 0 && q.Largest <= tolerance:
		return fmt.Errorf("%s has %d starts that disagreed, but largest is %s, within the tolerance of the tuple check, %s", path,
			q.Disagreed, plain(q.Largest), plain(tolerance))
	case q.Starts > 0 && q.Disagreed == 0 && q.Largest > tolerance:
		return fmt.Errorf("%s has no start that disagreed, but largest is %s, beyond the tolerance of the tuple check, %s", path,
			plain(q.Largest), plain(tolerance))
	}
	share := verify.Number(math.NaN())
	if q.Starts > 0 {
		share = verify.Number(q.Disagreed) / verify.Number(q.Starts)
	}
	return consistentShare(path, "share that disagreed", share, q.Low, q.High)
}

// tupleTolerance returns the tolerance of the first tuple check of the first problem, NaN where there is none.
func tupleTolerance(problems []verify.ProblemResult) verify.Number {
	if len(problems) > 0 {
		for _, c := range problems[0].Checks {
			if c.Kind == "tuple" {
				return c.Tolerance
			}
		}
	}
	return verify.Number(math.NaN())
}
