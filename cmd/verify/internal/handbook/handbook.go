// Package handbook writes docs/REFERENCE.md from what the program knows of itself: its command line, the axes of its
// subjects, and the schemas of scenarios and results. What it does not know is in reference.md.tmpl and tables.go.
package handbook

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"text/template"

	"github.com/alecthomas/kong"

	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

//go:embed reference.md.tmpl
var layout string

// A page is what the template sees.
type page struct {
	Verbs         []verb
	Subjects      []subject
	Generate      []row
	Checks        []check
	Settings      []row // of checks
	Variables     []Variable
	ReportFiles   []ReportFile
	Objects       []table // of result.json
	SchemaVersion int
}

// A row names something and says what it takes and what it means.
type row struct{ Name, Takes, Doc string }

// A table is a titled list of rows.
type table struct {
	Title string
	Rows  []row
}

// Write writes the reference of a program with this command line and these subjects. It fails when a kind of check has
// no entry in its tables, and when a schema has not what it expects.
func Write(w io.Writer, program *kong.Application, subjects []verify.Subject) error {
	scenario, err := verify.ScenarioSchema(subjects)
	if err != nil {
		return err
	}
	p := page{SchemaVersion: verify.SchemaVersion, Verbs: verbs(program), Variables: Variables(), ReportFiles: ReportFiles()}
	for _, s := range subjects {
		p.Subjects = append(p.Subjects, newSubject(s))
	}
	var schema object
	if err := json.Unmarshal(scenario, &schema); err != nil {
		return fmt.Errorf("handbook: the schema of scenarios: %w", err)
	}
	if err := p.grammar(schema, subjects[0].Name()); err != nil {
		return err
	}
	schema = nil
	if err := json.Unmarshal(report.ResultSchema(), &schema); err != nil {
		return fmt.Errorf("handbook: the schema of results: %w", err)
	}
	if err := p.result(schema); err != nil {
		return err
	}
	t, err := template.New("reference").Funcs(template.FuncMap{"cell": cell, "prose": prose, "code": code}).Parse(layout)
	if err != nil {
		return fmt.Errorf("handbook: %w", err)
	}
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("handbook: %w", err)
	}
	return nil
}
