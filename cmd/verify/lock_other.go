//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package main

import (
	"errors"
	"os"
)

// lockFolder would take the lock of a folder; this system has none that ends with the process.
func lockFolder(string) (*os.File, error) { return nil, errors.ErrUnsupported }
