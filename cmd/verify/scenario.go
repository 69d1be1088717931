package main

import (
	"fmt"

	"example.org/concord/scenarios"
	"example.org/concord/verify"
)

// scenarioCmd is verify scenario.
type scenarioCmd struct {
	Check  checkCmd          `cmd:"" help:"Look for mistakes in scenarios."`
	List   listCmd           `cmd:"" help:"List the scenarios that ship with verify."`
	Show   showCmd           `cmd:"" help:"Print a scenario that ships with verify."`
	Schema schemaScenarioCmd `cmd:"" help:"Print the JSON Schema of scenarios, as verify schema scenario does."`
}

// checkCmd is verify scenario check.
type checkCmd struct {
	Files []string `arg:"" name:"file" help:"Path of a YAML file, or the name of a scenario that ships with verify."`
}

// Help is what --help says after the first line.
func (*checkCmd) Help() string {
	return `Every mistake is shown with file, line, column, the line itself and, for a typo, what was probably meant.
A warning says what makes a pass weaker than it looks; it is no mistake.

Example:

    verify scenario check smoke

Exit codes: 0 no mistake, 2 mistakes, or usage, 4 standard output cannot be written.`
}

// Run is called by kong.
func (c *checkCmd) Run(a *app) error {
	wrong := 0
	for _, arg := range c.Files {
		s, err := a.scenario(arg)
		if err != nil {
			a.complain(err)
			wrong++
			continue
		}
		cells := len(s.Problems()) * countTrials(s)
		a.printf("%s: %s, %s, %s, %s\n", arg, plural(len(s.Problems()), "problem"), plural(cells, "cell"),
			plural(len(s.Checks), "check"), plural(len(s.Twins)+len(s.Doses), "control"))
		for _, w := range s.Lint() {
			a.printf("%s: warning: %s\n", arg, w)
		}
	}
	if wrong > 0 {
		a.note("verify: %d of %s cannot be used", wrong, plural(len(c.Files), "scenario"))
		return status(verify.ExitUsage)
	}
	return nil
}

// countTrials returns the number of trials of each problem.
func countTrials(s *verify.Scenario) int {
	n := len(s.Seeds)
	for _, v := range s.Vary {
		n *= len(v.Values)
	}
	return n
}

// listCmd is verify scenario list.
type listCmd struct{}

// Help is what --help says after the first line.
func (*listCmd) Help() string {
	return `Example:

    verify scenario list

Exit codes: 0 listed, 2 usage, 4 standard output cannot be written.`
}

// Run is called by kong.
func (*listCmd) Run(a *app) error {
	list, err := scenarios.List()
	if err != nil {
		return err
	}
	for _, name := range list {
		s, err := a.scenario(name)
		if err != nil {
			return fmt.Errorf("this program was built with a scenario that it cannot read: %w", err)
		}
		a.printf("%-20s  %s\n", name, s.Title)
	}
	return nil
}

// showCmd is verify scenario show.
type showCmd struct {
	Name string `arg:"" help:"Name of a scenario that ships with verify."`
}

// Help is what --help says after the first line.
func (*showCmd) Help() string {
	return `What is printed can be saved, changed and run.

Example:

    verify scenario show smoke

Exit codes: 0 printed, 2 usage, or no such scenario, 4 standard output cannot be written.`
}

// Run is called by kong.
func (c *showCmd) Run(a *app) error {
	src, err := scenarios.Read(c.Name)
	if err != nil {
		return usagef("no scenario called %q ships with verify: %s", c.Name, known())
	}
	_, err = a.stdout.Write(src)
	return err
}
