package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"text/tabwriter"
	"time"

	"example.org/concord/verify"
)

// calibrateCmd is verify calibrate.
type calibrateCmd struct {
	Scenario string `arg:"" help:"Path or name of a scenario."`
	Seeds    int    `help:"How many seeds to rehearse, the first ones of the scenario." default:"4" placeholder:"N"`
	Jobs     int    `help:"Trials trained at once; 0 takes one per processor." default:"0"`
	Write    bool   `help:"Keep what was measured beside the scenario's file, for check and run to hold its tolerances against."`
	Format   string `help:"What goes to standard output." enum:"text,json" default:"text"`
	Quiet    bool   `help:"No progress." short:"q"`
}

// Help is what --help says after the first line.
func (*calibrateCmd) Help() string {
	return `A tolerance has to be wider than what rounding and the stopping rule make of one and the same start, and
narrower than what a control shows that has to fail, or it cannot fail at all. Both are
measured: some trials are trained again to a gradient norm a hundred times smaller, and so again from a start
that was changed in its last bits, and the controls are run. That different starts agree is not used, because it
is what the scenario claims.

With --write, what was measured is kept in NAME.calibration.json beside NAME.yaml. From then on a tolerance
outside its limits is a mistake in the scenario, and the report shows the limits. Within them a tolerance far above
what was measured is not explained by it, which is said. The scenario itself is never changed: a tolerance needs a
reason, and reasons are yours. Measure again when the way of training changes.

Examples:

    verify calibrate smoke
    verify calibrate scenarios/smoke.yaml --write

Exit codes: 0 every tolerance can stand, 1 one cannot, 2 usage or bad scenario, 3 not all could be measured,
4 error, 130 interrupted.`
}

// Run is called by kong.
func (c *calibrateCmd) Run(ctx context.Context, a *app) error {
	switch {
	case c.Seeds < 1:
		return usagef("--seeds is %d: at least one seed has to be rehearsed", c.Seeds)
	case c.Jobs < 0:
		return usagef("--jobs cannot be %d", c.Jobs)
	case c.Write && !isPath(c.Scenario):
		return usagef("--write needs the scenario's file: %s ships inside this program", c.Scenario)
	}
	s, err := a.uncalibrated(c.Scenario)
	if err != nil {
		return err
	}
	settings := &verify.CalibrateSettings{
		Seeds: c.Seeds, Jobs: c.Jobs, Environment: a.environment(), Command: quote(append([]string{"verify"}, a.args...)...),
	}
	show := a.progress(c.Quiet)
	settings.Progress = show.event
	found, err := verify.Calibrate(ctx, s, a.subjects(), settings)
	show.stop()
	if err != nil {
		return err
	}
	if len(found.Derivations) == 0 {
		return usagef("%s has no check with a tolerance that could be derived", c.Scenario)
	}
	found.At = a.now().UTC().Format(time.RFC3339)
	var unkept error // what was measured took long, and is shown even if it cannot be kept, and kept even if nobody reads it
	if c.Write {
		if unkept = found.Save(calibrationOf(c.Scenario)); unkept == nil {
			a.note("verify: kept in %s", calibrationOf(c.Scenario))
		} else {
			unkept = fmt.Errorf("what was measured could not be kept: %w; make room for %s and run it again", unkept, calibrationOf(c.Scenario))
		}
	}
	if c.Format == "json" {
		text, err := json.MarshalIndent(found, "", "  ")
		if err != nil {
			return err
		}
		a.printf("%s\n", text)
	} else if err := a.writeCalibration(found); err != nil {
		return errors.Join(unkept, err)
	}
	switch {
	case unkept != nil:
		return unkept
	case slices.ContainsFunc(found.Derivations, func(d verify.Derivation) bool { return d.Objection(float64(d.Tolerance)) != "" }):
		return status(verify.ExitFail)
	case len(found.Troubles) > 0 || slices.ContainsFunc(found.Derivations, func(d verify.Derivation) bool { return d.Open() }):
		return status(verify.ExitUndecided)
	}
	return nil
}

// writeCalibration writes a row for each check, what is wrong with tolerances, and how they were derived.
func (a *app) writeCalibration(c *verify.Calibration) error {
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	row := func(format string, args ...any) { fmt.Fprintf(t, format+"\n", args...) } //nolint:errcheck // Flush has it
	row("check\tat least\tderived\ttolerance\tbelow\t")
	known := func(x float64) string {
		if math.IsNaN(x) {
			return "unknown"
		}
		return fmt.Sprintf("%.2g", x)
	}
	for _, d := range c.Derivations {
		remark := "can stand"
		switch {
		case d.Objection(float64(d.Tolerance)) != "":
			remark = "CANNOT STAND"
		case d.Open():
			remark = "UNKNOWN"
		case d.Remark(float64(d.Tolerance)) != "" && float64(d.Tolerance) > d.Derived():
			remark = "chosen"
		case d.Remark(float64(d.Tolerance)) != "":
			remark = "little room"
		}
		row("%s\t%s\t%s\t%g\t%s\t%s", d.Check, known(d.Least()), known(d.Derived()), float64(d.Tolerance), known(float64(d.Control)), remark)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, d := range c.Derivations {
		a.printf("\n%s: %s\n", d.Check, d.Text())
		if why := d.Objection(float64(d.Tolerance)); why != "" {
			a.printf("  the tolerance %g %s\n", float64(d.Tolerance), why)
		} else if remark := d.Remark(float64(d.Tolerance)); remark != "" {
			a.printf("  the tolerance %g is %s\n", float64(d.Tolerance), remark)
		}
	}
	for _, trouble := range c.Troubles {
		a.printf("\nnot measured: %s\n", trouble)
	}
	return nil
}
