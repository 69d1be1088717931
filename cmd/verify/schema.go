package main

import (
	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

// schemaCmd is verify schema.
type schemaCmd struct {
	Result   schemaResultCmd   `cmd:"" help:"Print the JSON Schema of result.json."`
	Scenario schemaScenarioCmd `cmd:"" help:"Print the JSON Schema of scenarios."`

	Reference schemaReferenceCmd `cmd:"" hidden:"" help:"Print docs/REFERENCE.md."`
}

// schemaResultCmd is verify schema result.
type schemaResultCmd struct{}

// Help is what --help says after the first line.
func (*schemaResultCmd) Help() string {
	return `For programs that read result.json: every field with what it means. A number that is not finite is one of
the strings "NaN", "+Inf" and "-Inf".

Example:

    verify schema result

Exit codes: 0 printed, 2 usage, 4 standard output cannot be written.`
}

// Run is called by kong.
func (*schemaResultCmd) Run(a *app) error {
	_, err := a.stdout.Write(report.ResultSchema())
	return err
}

// schemaScenarioCmd is verify schema scenario.
type schemaScenarioCmd struct{}

// Help is what --help says after the first line.
func (*schemaScenarioCmd) Help() string {
	return `For editors: completion, descriptions and most mistakes while a scenario is written. Save it, and begin the
scenario with the line

    # yaml-language-server: $schema=scenario.schema.json

What it lets through, ` + "`verify scenario check`" + ` may still refuse.

Examples, which do the same:

    verify schema scenario
    verify scenario schema

Exit codes: 0 printed, 2 usage, 4 standard output cannot be written.`
}

// Run is called by kong.
func (*schemaScenarioCmd) Run(a *app) error {
	text, err := verify.ScenarioSchema(a.subjects())
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(text)
	return err
}
