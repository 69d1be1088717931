package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"example.org/concord/subject/imageset"
	"example.org/concord/verify"
)

// What ships about tolerances was measured for the scenarios as they are, and every tolerance lies within its limits.
func TestShippedCalibrationsAreInForce(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "scenarios", "*.calibration.json"))
	if err != nil || len(files) < 4 {
		t.Fatalf("%d calibrations ship, %v; want at least 4", len(files), err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".calibration.json")
		t.Run(name, func(t *testing.T) {
			a := &app{stdout: io.Discard, stderr: io.Discard, images: &imageset.Source{}}
			s, err := a.scenario(name)
			if err != nil {
				t.Fatal(err)
			}
			if s.Calibration == nil {
				t.Fatal("the scenario has no calibration")
			}
			for _, w := range s.Lint() {
				if strings.Contains(w, "calibration") {
					t.Error(w)
				}
			}
			for _, d := range s.Calibration.Derivations {
				if d.Open() {
					t.Errorf("%s: nothing was derived", d.Check)
				}
			}
		})
	}
}

// What ships about smoke is what this program measures.
func TestCalibrationOfSmokeIsCurrent(t *testing.T) {
	a := &app{stdout: io.Discard, stderr: io.Discard, images: &imageset.Source{}}
	s, err := a.scenario("smoke")
	if err != nil {
		t.Fatal(err)
	}
	got, err := verify.Calibrate(t.Context(), s, a.subjects(), &verify.CalibrateSettings{Seeds: len(s.Seeds)})
	if err != nil {
		t.Fatal(err)
	}
	want := s.Calibration
	if got.Of != want.Of || got.Rehearsed != want.Rehearsed || len(got.Troubles) != 0 || len(got.Derivations) != len(want.Derivations) {
		t.Fatalf("measured %+v, and %+v ships: verify calibrate scenarios/smoke.yaml --write", got, want)
	}
	for i, d := range got.Derivations {
		ships := want.Derivations[i]
		// Other last bits stop elsewhere, but not at another order of magnitude.
		if r := float64(d.Share / ships.Share); !(r > 0.2 && r < 5) || d.Check != ships.Check {
			t.Errorf("%s: measured a share of %.2g, and %s with %.2g ships: verify calibrate scenarios/smoke.yaml --write", d.Check, float64(d.Share), ships.Check, float64(ships.Share))
		}
	}
}
