// Package golden carries the golden files of the scenarios in the binary, so that a run compares its outcome
// with what was approved wherever it takes place. The README beside this file says what the files are.
package golden

import (
	"embed"
	"io/fs"
)

// Everything is named, and there is always a README, so that the package compiles without a golden file.
//
//go:embed *
var files embed.FS

// FS returns the golden files as they were when the binary was built: a folder for every scenario, as
// verify.GoldenFS wants it.
func FS() fs.FS { return files }
