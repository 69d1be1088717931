package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

// maxShards bounds the N of --shard I/N.
const maxShards = 10000

// shardVersion is the version of shard.json.
const shardVersion = 3

// shardFile says which cells a shard has. It is written when all of them are there.
const shardFile = "shard.json"

// A part is one shard of several: I of N, from 1.
type part struct {
	I int `json:"shard"`
	N int `json:"of"`
}

// String writes a part as on the command line.
func (p part) String() string { return fmt.Sprintf("%d/%d", p.I, p.N) }

// parseShard reads "2/3".
func parseShard(text string) (p part, err error) {
	i, n, ok := strings.Cut(text, "/")
	if ok {
		var errI, errN error
		p.I, errI = strconv.Atoi(i)
		p.N, errN = strconv.Atoi(n)
		ok = errI == nil && errN == nil && 1 <= p.I && p.I <= p.N && p.N <= maxShards && p.String() == text
	}
	if !ok {
		return part{}, fmt.Errorf("want I/N with 1 ≤ I ≤ N ≤ %d, such as 1/3", maxShards)
	}
	return p, nil
}

// of returns the cells of the part among all cells of a run.
func (p part) of(ids []string) []string {
	own := []string{}
	for k := p.I - 1; k < len(ids); k += p.N {
		own = append(own, ids[k])
	}
	return own
}

// A shardDoc is the content of shard.json: the part of a run, what the run is of, and the ids of the cells.
type shardDoc struct {
	SchemaVersion int `json:"schema_version"`
	part
	Scenario    string            `json:"scenario"`    // its name
	Arg         string            `json:"arg"`         // how the command line called it
	Source      string            `json:"source"`      // the YAML text, as read
	SHA256      string            `json:"sha256"`      // of Source
	Calibration string            `json:"calibration"` // the text of what lies beside the scenario about its tolerances; "" for nothing
	Seeds       int               `json:"seeds"`       // of --seeds; 0: all
	Only        []string          `json:"only"`        // of --only
	Code        string            `json:"code"`        // SHA-256 of the program
	Arithmetic  verify.Arithmetic `json:"arithmetic"`  // with which the cells were made
	Cells       []string          `json:"cells"`
}

// sourceSum is the SHA-256 of a scenario's text, in lower-case hex.
func sourceSum(source []byte) string {
	sum := sha256.Sum256(source)
	return hex.EncodeToString(sum[:])
}

// cellIDs returns the ids of all cells of a scenario and its controls, each once.
func (a *app) cellIDs(ctx context.Context, s *verify.Scenario, code verify.Digest) ([]string, error) {
	shares, err := a.shares(ctx, s, code)
	if err != nil {
		return nil, err
	}
	var ids []string
	seen := map[string]bool{}
	for _, s := range shares {
		for _, c := range s.Cells {
			if !seen[c.ID] { // a control may share cells
				seen[c.ID] = true
				ids = append(ids, c.ID)
			}
		}
	}
	return ids, nil
}

// shard trains the cells of one shard of a scenario.
func (c *runCmd) shard(ctx context.Context, a *app, p plan, code verify.Digest) (verify.Verdict, error) {
	own, err := parseShard(c.Shard)
	if err != nil {
		return verify.Error, err
	}
	place := filepath.Join(c.Out, fmt.Sprintf("%s.shard-%d-of-%d", p.Name, own.I, own.N))
	environment := a.environment()
	store, err := shardFolder(place, c.Resume, environment.Rounding())
	if err != nil {
		return verify.Error, err
	}
	for _, note := range p.Reduced {
		a.note("verify: %s: %s", p.Name, note)
	}
	all, err := a.cellIDs(ctx, p.Scenario, code)
	if err != nil {
		return verify.Error, err
	}
	ids := own.of(all)
	show := a.progress(c.Quiet)
	defer show.watchedBeside(place)()
	settings := &verify.RunSettings{TrialLimit: c.TrialLimit, Code: code, Store: store, Progress: show.event, Clock: a.now}
	if c.Jobs != nil {
		settings.Jobs = *c.Jobs
	}
	failed, warnings, err := verify.TrainCells(ctx, p.Scenario, a.subjects(), settings, ids)
	show.stop()
	if ctx.Err() != nil {
		return verify.NotRun, errors.New(show.stopped())
	}
	if err != nil {
		return verify.Error, fmt.Errorf("shard %s of %s could not be trained: %w\nwhat was trained is kept in %s; to go on from there: %s",
			own, p.Name, err, place, c.again([]plan{p}))
	}
	if c.Resume && !c.Quiet {
		store.tell(a, p.Name)
	}
	for _, w := range warnings {
		a.note("verify: %s", w)
	}
	if len(failed) > 0 {
		for _, f := range failed {
			a.note("verify: %s, %s: cell %.16s failed: %s", f.Scenario, f.Label, f.Cell, f.Error)
		}
		return verify.Error, fmt.Errorf("shard %s of %s is not complete: %d of %s failed; to try them again: %s",
			own, p.Name, len(failed), plural(len(ids), "cell"), c.again([]plan{p}))
	}
	calibration, err := p.Calibration.Encode()
	if err != nil {
		return verify.Error, err
	}
	text, err := c.saveShard(store, shardDoc{
		SchemaVersion: shardVersion, part: own, Scenario: p.Name, Arg: p.arg, Source: string(p.Source), SHA256: sourceSum(p.Source),
		Calibration: string(calibration),
		Only:        append([]string{}, c.Only...), Code: code.SHA256, Arithmetic: environment.Rounding(), Cells: ids,
	})
	if err != nil {
		return verify.Error, err
	}
	if c.Format == "json" {
		if _, err := a.stdout.Write(text); err != nil {
			return verify.Error, err
		}
		return verify.Pass, nil
	}
	a.printf("shard %s of %s is complete: %d of %s, no verdict\nshard: %s\n", own, p.Name, len(ids), plural(len(all), "cell"), place)
	return verify.Pass, nil
}

// shardFolder returns the folder of a shard, ready to be filled and not yet complete.
func shardFolder(place string, resume bool, made verify.Arithmetic) (*kept, error) {
	const advice = "choose another folder with --out"
	info, err := os.Lstat(place)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("cannot write there: %w; %s", err, advice)
	case !info.IsDir():
		return nil, fmt.Errorf("cannot write there: %s is not a folder; %s", place, advice)
	}
	if err := os.MkdirAll(place, 0o755); err != nil {
		return nil, fmt.Errorf("cannot write there: %w; %s", err, advice)
	}
	if err := os.Remove(filepath.Join(place, shardFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot write there: %w; %s", err, advice)
	}
	return &kept{CellFolder: verify.CellFolder(place), made: made, resume: resume}, nil
}

// saveShard completes a shard: it removes the cells of other programs and scenarios, and writes shard.json.
func (c *runCmd) saveShard(store *kept, doc shardDoc) ([]byte, error) {
	if c.Seeds != nil {
		doc.Seeds = *c.Seeds
	}
	there, err := store.List()
	if err != nil {
		return nil, err
	}
	foreign := slices.DeleteFunc(there, func(id string) bool { return slices.Contains(doc.Cells, id) })
	if _, err := store.Remove(foreign); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return nil, err
	}
	path := filepath.Join(string(store.CellFolder), shardFile)
	if err := os.MkdirAll(string(store.CellFolder), 0o755); err != nil { // a shard may have no cell
		return nil, err
	}
	return text.Bytes(), report.Save(path, bytesTo(text.Bytes()))
}
