package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"example.org/concord/verify"
)

// mergeCmd is verify merge.
type mergeCmd struct {
	Dirs []string `arg:"" name:"dir" help:"Folder that verify run --shard left, with a shard.json."`

	Out    string `help:"Folder for reports, ${default} when absent; the scenario has a folder of its own in it." default:"reports" placeholder:"DIR"`
	Jobs   *int   `help:"What is done at once; it changes no result. One per core when absent." placeholder:"N"`
	Golden string `help:"Folder of golden files; ./golden when there is one, else those that ship with verify." placeholder:"DIR"`
	Format string `help:"What goes to standard output: text, or json for the whole result." enum:"text,json" default:"text"`
	Quiet  bool   `help:"No progress and no tables: only the verdict and where the report is." short:"q"`

	layoutFlag
}

// Help is what --help says after the first line.
func (*mergeCmd) Help() string {
	return `Every shard of the run has to be there once, with every cell once and none of another run, and all have to
come from this very program. Nothing is trained; the report is that of the same run without --shard, to the
bit, but for the times and the command.

Examples:

    verify merge reports/smoke.shard-1-of-3 reports/smoke.shard-2-of-3 reports/smoke.shard-3-of-3
    verify merge reports/smoke.shard-*-of-3 --layout dir

Exit codes: 0 pass, 1 fail, 2 shards that do not belong together, 3 undecided, or a shard or cell is missing,
4 error, or a cell is damaged, 130 interrupted.`
}

// Validate is called by kong.
func (c *mergeCmd) Validate() error {
	if c.Jobs != nil && *c.Jobs < 1 {
		return fmt.Errorf("--jobs %d: want at least 1", *c.Jobs)
	}
	return nil
}

// A foundShard is a shard and where it is.
type foundShard struct {
	dir string
	shardDoc
}

// A shardStore finds each cell in the folder of its shard, and keeps nothing.
type shardStore map[string]foundCell

// A foundCell is where a cell is, and with which arithmetic it has to be made.
type foundCell struct {
	verify.CellFolder
	made verify.Arithmetic
}

// Load implements verify.CellStore.
func (c foundCell) Load(id string) (*verify.Outcome, []byte, error) { return c.With(c.made).Load(id) }

// Load implements verify.CellStore.
func (s shardStore) Load(id string) (*verify.Outcome, []byte, error) {
	cell, ok := s[id]
	if !ok {
		return nil, nil, fmt.Errorf("cell %.16s: %w", id, verify.ErrNoCell)
	}
	return cell.Load(id)
}

// Save implements verify.CellStore.
func (s shardStore) Save(id string, _ *verify.Outcome, _ []byte) error {
	return fmt.Errorf("cell %.16s: shards are not written to", id)
}

// Run is called by kong.
func (c *mergeCmd) Run(ctx context.Context, a *app) error {
	code, err := a.program()
	if err != nil {
		return err
	}
	shards, err := readShards(c.Dirs)
	if _, ok := errors.AsType[incompleteError](err); ok {
		a.complain(err)
		return status(verify.Missing.ExitCode())
	}
	if err != nil {
		return err
	}
	environment := a.environment()
	if err := belong(shards, code, environment.Rounding()); err != nil {
		return err
	}
	first := shards[0]
	p, err := c.plan(a, first)
	if err != nil {
		return err
	}
	ids, err := a.cellIDs(ctx, p.Scenario, code)
	if err != nil {
		return err
	}
	store, err := c.join(a, shards, ids)
	if err != nil {
		return err
	}
	run := &runCmd{Out: c.Out, Jobs: c.Jobs, Golden: c.Golden, Format: c.Format, Quiet: c.Quiet, layoutFlag: c.layoutFlag}
	r, err := run.scenario(ctx, a, p, code, &verify.RunSettings{Store: store, OnlyStored: true}, nil)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return err
	}
	return status(r.Verdict.ExitCode())
}

// An incompleteError names a folder that is a shard in the making.
type incompleteError string

// Error implements error.
func (e incompleteError) Error() string {
	return string(e) + " is not complete: it has cells and no " + shardFile + "; run its shard again with --resume"
}

// readShards reads what the folders have to say, in the order of their parts.
func readShards(dirs []string) ([]foundShard, error) {
	var shards []foundShard
	var wrong []error
	for _, dir := range dirs {
		s, err := readShard(dir)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		shards = append(shards, foundShard{dir, s})
	}
	slices.SortStableFunc(shards, func(x, y foundShard) int { return cmp.Compare(x.I, y.I) })
	return shards, errors.Join(wrong...)
}

// readShard reads a shard.json.
func readShard(dir string) (shardDoc, error) {
	var s shardDoc
	path := filepath.Join(dir, shardFile)
	text, err := os.ReadFile(path)
	if err != nil {
		if ids, broken := verify.CellFolder(dir).List(); broken == nil && len(ids) > 0 && errors.Is(err, fs.ErrNotExist) {
			return s, incompleteError(dir)
		}
		return s, usagef("%s is no shard: %w", dir, err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return s, fmt.Errorf("%s: the file is damaged, or another program's: %w", path, err)
	}
	own, err := parseShard(s.String())
	switch {
	case s.SchemaVersion != shardVersion:
		return s, usagef("%s: it has version %d, and this program reads %d", path, s.SchemaVersion, shardVersion)
	case dec.More():
		return s, fmt.Errorf("%s: the file is damaged: it goes on after its end", path)
	case s.Seeds < 0:
		return s, fmt.Errorf("%s: the file is damaged: %d seeds", path, s.Seeds)
	case err != nil || own != s.part:
		return s, fmt.Errorf("%s: the file is damaged: shard %d of %d", path, s.I, s.N)
	case sourceSum([]byte(s.Source)) != s.SHA256:
		return s, fmt.Errorf("%s: the file is damaged: the scenario in it does not have its SHA-256", path)
	}
	return s, nil
}

// belong says which shards are not of one run of this program with this arithmetic, and which are there twice.
func belong(shards []foundShard, code verify.Digest, here verify.Arithmetic) error {
	first := shards[0]
	var wrong []error
	complain := func(format string, args ...any) { wrong = append(wrong, usagef(format, args...)) }
	for i, s := range shards {
		switch {
		case s.SHA256 != first.SHA256:
			complain("%s is of another scenario than %s: %s and %s, SHA-256 %.16s and %.16s", s.dir, first.dir, s.Scenario, first.Scenario, s.SHA256, first.SHA256)
		case s.Calibration != first.Calibration:
			complain("%s was run with another calibration of its tolerances than %s", s.dir, first.dir)
		case s.Seeds != first.Seeds || !slices.Equal(s.Only, first.Only):
			complain("%s was run with other --seeds or --only than %s", s.dir, first.dir)
		case s.N != first.N:
			complain("%s is shard %s, and %s is shard %s: all have to be of the same number", s.dir, s.part, first.dir, first.part)
		case s.Code != first.Code:
			complain("%s was trained by another program than %s: SHA-256 %.16s and %.16s", s.dir, first.dir, s.Code, first.Code)
		case s.Code != code.SHA256:
			complain("%s was trained by another program than this one: SHA-256 %.16s and %.16s; merge with the program that trained", s.dir, s.Code, code.SHA256)
		case s.Arithmetic.SHA256 != first.Arithmetic.SHA256:
			complain("%s was trained with other arithmetic (%v) than %s (%v), so the last bits of its cells are others: train one of them again where the other was trained",
				s.dir, s.Arithmetic, first.dir, first.Arithmetic)
		case s.Arithmetic.SHA256 != here.SHA256:
			complain("%s was trained with other arithmetic (%v) than that of this program here (%v): merge where numbers are rounded as they were there",
				s.dir, s.Arithmetic, here)
		case i > 0 && s.part == shards[i-1].part:
			complain("%s and %s are both shard %s", shards[i-1].dir, s.dir, s.part)
		}
	}
	return errors.Join(wrong...)
}

// plan returns the scenario that the shards are of, cut down as theirs was.
func (c *mergeCmd) plan(a *app, first foundShard) (plan, error) {
	path := filepath.Join(first.dir, shardFile)
	s, err := verify.ParseScenario(path, []byte(first.Source), a.subjects())
	if err != nil {
		return plan{}, usagef("%s: the scenario in it: %w", path, err)
	}
	if s.Name != first.Scenario {
		return plan{}, usagef("%s: the scenario in it is called %q and not %q", path, s.Name, first.Scenario)
	}
	if first.Calibration != "" {
		calibration, err := verify.ParseCalibration([]byte(first.Calibration))
		if err != nil {
			return plan{}, usagef("%s: the calibration in it: %w", path, err)
		}
		if err := s.Calibrate(calibration); err != nil {
			return plan{}, usagef("%s: the calibration in it: %w", path, err)
		}
	}
	p := plan{arg: first.Arg, Scenario: s}
	if first.Seeds > 0 {
		if err := p.cutSeeds(first.Seeds); err != nil {
			return plan{}, err
		}
	}
	if len(first.Only) > 0 {
		if err := p.only(first.Only); err != nil {
			return plan{}, err
		}
	}
	return p, nil
}

// join makes sure that the shards have every cell of a run once and whole, and no other.
func (c *mergeCmd) join(a *app, shards []foundShard, ids []string) (shardStore, error) {
	store := shardStore{}
	known := map[string]bool{}
	for _, id := range ids {
		known[id] = true
	}
	var foreign, double, damaged, missing, other []error
	for _, s := range shards {
		there, err := verify.CellFolder(s.dir).List()
		if err != nil {
			return nil, err
		}
		claimed := map[string]bool{}
		for _, id := range s.Cells {
			switch of, taken := store[id]; {
			case !known[id]:
				foreign = append(foreign, usagef("%s lists cell %.16s, which is not of %s", s.dir, id, s.Scenario))
			case claimed[id]:
				double = append(double, usagef("%s lists cell %.16s twice", s.dir, id))
			case taken:
				double = append(double, usagef("cell %.16s is in %s and in %s", id, of.CellFolder, s.dir))
			default:
				store[id] = foundCell{verify.CellFolder(s.dir), s.Arithmetic}
			}
			claimed[id] = true
		}
		for _, id := range there {
			if !claimed[id] {
				foreign = append(foreign, usagef("%s has cell %.16s, which its %s does not list", s.dir, id, shardFile))
			}
		}
	}
	if err := errors.Join(append(foreign, double...)...); err != nil {
		return nil, err
	}
	missing = absent(shards)
	for i, id := range ids {
		cell, ok := store[id]
		if !ok {
			if of := (part{i%shards[0].N + 1, shards[0].N}); slices.ContainsFunc(shards, func(s foundShard) bool { return s.part == of }) {
				missing = append(missing, fmt.Errorf("cell %.16s is missing: no shard lists it, and %s should", id, of))
			}
			continue
		}
		_, _, err := cell.Load(id)
		switch {
		case errors.Is(err, verify.ErrNoCell):
			missing = append(missing, fmt.Errorf("cell %.16s is missing: %s lists it and does not have it", id, cell.CellFolder))
		case isOther(err):
			other = append(other, usagef("cell %.16s is not of its shard: %w", id, err))
		case err != nil:
			damaged = append(damaged, fmt.Errorf("cell %.16s is damaged: %w", id, err))
		}
	}
	if len(other) > 0 {
		return nil, errors.Join(other...)
	}
	if len(damaged)+len(missing) == 0 {
		return store, nil
	}
	for _, err := range append(damaged, missing...) {
		a.complain(err)
	}
	a.note("verify: nothing was decided; train what is missing or damaged again, in the folder of its shard: %s", retrain(shards[0]))
	if len(damaged) > 0 {
		return nil, status(verify.ExitError)
	}
	return nil, status(verify.Missing.ExitCode())
}

// isOther reports whether a cell was made with other arithmetic than its shard says.
func isOther(err error) bool {
	_, ok := errors.AsType[*verify.ArithmeticError](err)
	return ok
}

// absent names the shards that are not there.
func absent(shards []foundShard) []error {
	var missing []error
	for i := 1; i <= shards[0].N; i++ {
		if want := (part{i, shards[0].N}); !slices.ContainsFunc(shards, func(s foundShard) bool { return s.part == want }) {
			missing = append(missing, fmt.Errorf("shard %s is missing", want))
		}
	}
	return missing
}

// retrain is the command that trains what a shard lacks, to be completed by the number of the shard.
func retrain(s foundShard) string {
	words := []string{"verify", "run", s.Arg, "--resume"}
	if s.Seeds > 0 {
		words = append(words, "--seeds", fmt.Sprint(s.Seeds))
	}
	for _, kind := range s.Only {
		words = append(words, "--only", kind)
	}
	return fmt.Sprintf("%s --shard I/%d", quote(words...), s.N)
}
