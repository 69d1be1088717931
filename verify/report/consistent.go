package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"example.org/concord/verify"
)

// consistent returns an error that names the first field of r that contradicts another one, and says what to do.
func consistent(r *verify.Result) error {
	if r.SchemaVersion != verify.SchemaVersion {
		return fmt.Errorf("schema_version is %d, but this version of verify writes and reads %d: "+
			"use the version that wrote the result, or run the scenario again", r.SchemaVersion, verify.SchemaVersion)
	}
	if err := contradiction(r); err != nil {
		return fmt.Errorf("%w: the result was edited or damaged; run the scenario again", err)
	}
	return nil
}

// contradiction returns an error that names the first field of r that contradicts another one.
func contradiction(r *verify.Result) error {
	sum := sha256.Sum256([]byte(r.Scenario.Source))
	if want := hex.EncodeToString(sum[:]); r.Scenario.SHA256 != want {
		return fmt.Errorf("scenario.sha256 is %q, but that of scenario.source is %q", r.Scenario.SHA256, want)
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
	for i := range r.Doses {
		if err := consistentDoses(fmt.Sprintf("doses[%d]", i), &r.Doses[i], tupleTolerance(r.Problems)); err != nil {
			return err
		}
		children = append(children, r.Doses[i].Verdict)
	}
	if r.Verdict == verify.Pass && len(r.Problems) == 0 {
		return fmt.Errorf("verdict is PASS, but problems is empty: nothing was checked")
	}
	return consistentVerdict("", r.Verdict, children)
}

// mustFail returns the checks of a kind, all of which have to fail where a twin's must_fail names it.
func mustFail(t *verify.TwinResult, kind string) []*verify.CheckResult {
	var found []*verify.CheckResult
	for i := range t.Problem.Checks {
		if c := &t.Problem.Checks[i]; c.Kind == kind {
			found = append(found, c)
		}
	}
	return found
}

// consistentTwin returns an error when a twin passes although a check that has to fail did not, or is one
// that no control can fail.
func consistentTwin(path string, t *verify.TwinResult) error {
	if t.Verdict != verify.Pass {
		return nil
	}
	if len(t.MustFail) == 0 {
		return fmt.Errorf("%s.verdict is PASS, but must_fail is empty", path)
	}
	for i, kind := range t.MustFail {
		at := fmt.Sprintf("%s.must_fail[%d]", path, i)
		if kind == "converged" || kind == "golden" {
			return fmt.Errorf("%s is %q, but no control passes by failing that", at, kind)
		}
		checks := mustFail(t, kind)
		if len(checks) == 0 {
			return fmt.Errorf("%s.verdict is PASS, but problem.checks has none of the kind in must_fail[%d], %q", path, i, kind)
		}
		for _, c := range checks {
			if c.Verdict != verify.Fail {
				return fmt.Errorf("%s.verdict is PASS, but check %q of the kind in must_fail[%d], %q, is %v, not FAIL", path, c.ID, i, kind, c.Verdict)
			}
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
	if worst := verify.Worst(append(children, parent)...); worst != parent {
		return fmt.Errorf("%sverdict is %v, but it sums up a verdict of %v", path, parent, worst)
	}
	return nil
}
