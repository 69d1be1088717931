package main

import (
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"example.org/concord/cmd/verify/internal/handbook"
	"example.org/concord/verify/report"
)

//go:generate go run . schema reference ../../docs/REFERENCE.md

// schemaReferenceCmd is verify schema reference, which --help does not show: it is for go generate.
type schemaReferenceCmd struct {
	File string `arg:"" optional:"" help:"Write to this file and not to standard output."`
}

// Help is what --help says after the first line.
func (*schemaReferenceCmd) Help() string {
	return `For whoever changes a verb, an axis, a check or a result:

    go generate ./cmd/verify`
}

// Run is called by kong.
func (c *schemaReferenceCmd) Run(a *app) error {
	parser, err := kong.New(&grammar{}, kong.Name("verify"))
	if err != nil {
		return fmt.Errorf("the command line is not well defined: %w", err)
	}
	write := func(w io.Writer) error { return handbook.Write(w, parser.Model, a.subjects()) }
	if c.File == "" {
		return write(a.stdout)
	}
	return report.Save(c.File, write)
}
