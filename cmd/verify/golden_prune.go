package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"example.org/concord/verify"
)

// goldenPruneCmd is verify golden prune.
type goldenPruneCmd struct {
	Scenarios []string `arg:"" optional:"" name:"scenario" help:"Path or name of a scenario: only its folder is looked at. All that ship with verify when absent: everything of another scenario is an orphan then."`
	Yes       bool     `help:"Remove what is listed."`
	Golden    string   `help:"Folder of golden files, ${default} when absent." default:"golden" placeholder:"DIR"`
}

// Help is what --help says after the first line.
func (*goldenPruneCmd) Help() string {
	return `A golden file whose scenario or problem is gone is compared with nothing. Without --yes they are only listed.
Files that verify does not write are listed, and never removed. With --yes it is refused when CI is set.

Examples:

    verify golden prune
    verify golden prune seed-sweep --yes

Exit codes: 0 nothing is left that nothing uses, 2 usage, refused or bad scenario, 3 something is, 4 error.`
}

// Run is called by kong.
func (c *goldenPruneCmd) Run(a *app) (err error) {
	if c.Yes && a.getenv("CI") != "" {
		return usagef("nothing is removed: CI is set, and golden files are removed by a person; run this on your own machine and commit the change")
	}
	list, err := a.statements(c.Scenarios)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(c.Golden)
	if err != nil {
		return usagef("there is no folder of golden files to look at: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	store := verify.GoldenFS{FS: root.FS(), Origin: filepath.ToSlash(c.Golden)}
	orphans, err := orphansOf(store, list, len(c.Scenarios) == 0)
	if err != nil {
		return err
	}
	worst := verify.Pass
	for _, name := range orphans {
		at := path.Join(store.Origin, name)
		switch {
		case !ofVerify(name):
			a.printf("%s: nothing uses it, and verify did not write it: it stays\n", at)
			worst = verify.Missing
		case !c.Yes:
			a.printf("%s: nothing uses it\n", at)
			worst = verify.Missing
		default:
			if err := root.Remove(filepath.FromSlash(name)); err != nil {
				return fmt.Errorf("%s: %w", at, err)
			}
			a.printf("removed: %s\n", at)
		}
	}
	switch {
	case len(orphans) == 0:
		a.printf("%s: every file is used\n", store.Origin)
	case !c.Yes:
		a.printf("to remove them: %s\n", c.again())
	default:
		if err := dropEmpty(root); err != nil {
			return fmt.Errorf("%s: %w", store.Origin, err)
		}
		a.printf("commit the change: %s\n", quote("git", "add", c.Golden))
	}
	return status(worst.ExitCode())
}

// again is the command that removes what this one lists.
func (c *goldenPruneCmd) again() string {
	words := append([]string{"verify", "golden", "prune"}, c.Scenarios...)
	if c.Golden != "golden" {
		words = append(words, "--golden", c.Golden)
	}
	return quote(append(words, "--yes")...)
}

// ofVerify reports whether a file has a name that verify gives: an interrupted write leaves .golden.*.tmp.
func ofVerify(name string) bool {
	base := path.Base(name)
	ext := path.Ext(base)
	return ext == ".npz" || ext == ".json" || ext == ".tmp" && strings.HasPrefix(base, ".golden.")
}

// dropEmpty removes the folders of scenarios in which nothing is left.
func dropEmpty(root *os.Root) error {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		left, err := fs.ReadDir(root.FS(), e.Name())
		if err != nil {
			return err
		}
		if len(left) == 0 {
			if err := root.Remove(e.Name()); err != nil {
				return err
			}
		}
	}
	return nil
}
