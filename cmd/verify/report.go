package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

// reportCmd is verify report.
type reportCmd struct {
	Result string `arg:"" help:"A result.json, or the folder of a report; - is standard input."`
	Out    string `help:"Folder to write to; the folder of RESULT when absent." placeholder:"DIR"`
	Format string `help:"Write nothing to the folder, and this one form to standard output: text, markdown, html, junit or json." enum:"text,markdown,html,junit,json," default:"" placeholder:"FORM"`

	layoutFlag
}

// Help is what --help says after the first line.
func (*reportCmd) Help() string {
	return `Rendering needs nothing but result.json, trains nothing, and gives byte for byte the index.html that the
run itself wrote, in the same --layout. The exit code says whether the report could be rendered, not what its verdict is.

Examples:

    verify report reports/smoke
    verify report reports/smoke/result.json --format junit
    verify report reports/smoke --format markdown
    verify report reports/smoke --layout dir

Exit codes: 0 rendered, whatever the verdict, 2 usage, 4 the result cannot be read, or the report not written.`
}

// Run is called by kong.
func (c *reportCmd) Run(a *app) error {
	if c.Format != "" && c.Layout != report.OneFile {
		return usagef("--layout %s writes several files, and --format %s one form to standard output: leave out one of them", c.Layout, c.Format)
	}
	r, path, err := c.read(a)
	if err != nil {
		return err
	}
	switch c.Format {
	case "text":
		width, _ := a.terminal(a.stdout)
		return report.WriteText(a.stdout, r, width, a.colour())
	case "markdown":
		return report.WriteMarkdown(a.stdout, r)
	case "html":
		return report.WriteHTML(a.stdout, r)
	case "junit":
		return report.WriteJUnit(a.stdout, r)
	case "json":
		return report.WriteJSON(a.stdout, r)
	}
	dir := c.Out
	if dir == "" {
		dir = filepath.Dir(path)
	}
	if info, err := os.Lstat(dir); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return fmt.Errorf("cannot write there: %s is a symbolic link; choose another folder with --out", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot write there: %w; choose another folder with --out", err)
	}
	if err := render(dir, r, c.Layout); err != nil {
		return err
	}
	a.printf("%s: %s\nreport: %s\n", r.Verdict, r.Sentence, filepath.Join(dir, "index.html"))
	return nil
}

// read reads the result, and returns the path of its file too, "-" for standard input.
func (c *reportCmd) read(a *app) (r *verify.Result, path string, err error) {
	if c.Result == "-" {
		if c.Format == "" && c.Out == "" {
			return nil, "", usagef("a result from standard input has no folder: say where to with --out, or which form with --format")
		}
		if r, err = report.ReadJSON(a.stdin); err != nil {
			return nil, "", fmt.Errorf("standard input: %w", err)
		}
		return r, "-", nil
	}
	path = c.Result
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "result.json")
	}
	r, err = readResult(path)
	return r, path, err
}

// readResult reads a result.json.
func readResult(path string) (r *verify.Result, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading a result: %w; `verify run` writes one to reports/<scenario>/result.json", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if r, err = report.ReadJSON(f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}
