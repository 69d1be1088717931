package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

// historyCmd is verify history.
type historyCmd struct {
	Dir   string `arg:"" help:"Folder to look for result.json in."`
	Depth int    `help:"How many folders deep to look." default:"4" placeholder:"N"`
	HTML  string `name:"html" help:"Write a page to this file as well." placeholder:"FILE"`
}

// Help is what --help says after the first line.
func (*historyCmd) Help() string {
	return `Reads every result.json below DIR and shows, for each scenario in the order of time, the verdicts, the
margins, the seconds, the memory and the revision, and what changed from one run to the next: a margin that
grew more than twice, another verdict, tolerance, scenario text or environment. Symbolic links are not
followed and hidden folders not entered. What cannot be read is named.

Exit codes: 0 all results were read, whatever their verdicts, 2 usage, 4 a result or a folder could not be
read, or there was none, 130 interrupted.

Examples:

    verify history reports
    verify history reports --depth 2 --html history.html`
}

// Run is called by kong.
func (c *historyCmd) Run(ctx context.Context, a *app) error {
	if c.Depth < 0 {
		return usagef("--depth is %d: write 0 for the folder alone, or more", c.Depth)
	}
	info, err := os.Stat(c.Dir)
	if err != nil {
		return usagef("looking for results: %w", err)
	}
	if !info.IsDir() {
		return usagef("looking for results: %s is not a folder; for one result write verify report", c.Dir)
	}
	s := &search{ctx: ctx, depth: c.Depth}
	if err := s.folder(c.Dir, 0); err != nil {
		return err
	}
	h := report.NewHistory(s.runs, s.unread)
	if s.deeper > 0 {
		h.Notes = append(h.Notes, fmt.Sprintf("Not looked into: %s more than %d deep; --depth looks deeper.", plural(s.deeper, "folder"), c.Depth))
	}
	if c.HTML != "" {
		if err := report.Save(c.HTML, func(w io.Writer) error { return report.WriteHistoryHTML(w, h) }); err != nil {
			return err
		}
	}
	width, _ := a.terminal(a.stdout)
	if err := report.WriteHistoryText(a.stdout, h, width, a.colour()); err != nil {
		return err
	}
	if len(s.unread) > 0 {
		return status(verify.ExitError)
	}
	if len(s.runs) == 0 {
		return fmt.Errorf("there is no result.json in %s; `verify run` writes one to reports/<scenario>/result.json", c.Dir)
	}
	return nil
}

// search collects results.
type search struct {
	ctx    context.Context //nolint:containedctx // of one call of Run
	depth  int
	runs   []*report.Run
	unread []report.Unreadable
	deeper int // folders that were too deep
}

// folder reads the result in a folder and those below it. Only an interruption is an error.
func (s *search) folder(dir string, depth int) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		s.refuse(dir, err)
	}
	for _, e := range entries {
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		path := filepath.Join(dir, e.Name())
		switch {
		case e.Name() == "result.json":
			s.result(path, e.Type())
		case !e.IsDir() || strings.HasPrefix(e.Name(), "."):
		case depth == s.depth:
			s.deeper++
		default:
			if err := s.folder(path, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// result reads one result.
func (s *search) result(path string, kind fs.FileMode) {
	if !kind.IsRegular() {
		s.refuse(path, errors.New("it is not a regular file"))
		return
	}
	r, err := readResult(path)
	if err != nil {
		s.refuse(path, err)
		return
	}
	s.runs = append(s.runs, report.NewRun(path, r))
}

func (s *search) refuse(path string, err error) {
	s.unread = append(s.unread, report.Unreadable{Path: path, Reason: strings.TrimPrefix(err.Error(), path+": ")})
}
