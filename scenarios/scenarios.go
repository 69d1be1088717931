// Package scenarios holds the scenarios that ship with the program, as data, and where their tolerances come from.
package scenarios

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed *.yaml *.calibration.json
var files embed.FS

// List returns the names of the scenarios in alphabetical order: those of their files, without ".yaml".
func List() ([]string, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("scenarios: %w", err)
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".yaml"); ok {
			names = append(names, name)
		}
	}
	return names, nil
}

// Calibration returns the calibration of a scenario by its name. The error wraps fs.ErrNotExist when there is none.
func Calibration(name string) ([]byte, error) {
	text, err := files.ReadFile(name + ".calibration.json")
	if err != nil {
		return nil, fmt.Errorf("scenarios: no calibration of %q: %w", name, err)
	}
	return text, nil
}

// Read returns the text of a scenario by its name. The error wraps fs.ErrNotExist when there is none.
func Read(name string) ([]byte, error) {
	src, err := files.ReadFile(name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("scenarios: no scenario %q: %w", name, err)
	}
	return src, nil
}
