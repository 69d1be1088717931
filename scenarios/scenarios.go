// Package scenarios holds the scenarios that ship with the program, as data.
package scenarios

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed *.yaml
var files embed.FS

// List returns the names of the scenarios in alphabetical order: those of their files, without ".yaml".
func List() ([]string, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("scenarios: %w", err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".yaml")
	}
	return names, nil
}

// Read returns the text of a scenario by its name. The error wraps fs.ErrNotExist when there is none.
func Read(name string) ([]byte, error) {
	src, err := files.ReadFile(name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("scenarios: no scenario %q: %w", name, err)
	}
	return src, nil
}
