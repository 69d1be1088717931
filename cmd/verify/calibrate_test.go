package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"example.org/concord/subject/imageset"
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
					t.Errorf("%s: nothing was derived: %s", d.Check, d.Text)
				}
			}
		})
	}
}
