package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzParseShard: what is accepted is within bounds and written as it was read, and the parts of a run are a
// partition of its cells.
func FuzzParseShard(f *testing.F) {
	for _, s := range []string{
		"1/1", "2/3", "10000/10000", "3/2", "0/1", "1/0", "-1/3", "+1/3", "01/3", "1/3/3", "1/", "/3", "1", "", " 1/3", "1/10001",
		"9223372036854775808/1", "1/1e3", "0x1/3", "\u0661/\u0663", "1/3\n", "1/3\x00",
	} {
		f.Add(s)
	}
	cells := []string{"a", "b", "c", "d", "e", "f", "g"}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parseShard(text)
		if err != nil {
			if p != (part{}) {
				t.Errorf("parseShard(%q) = %v and the error %v", text, p, err)
			}
			return
		}
		if p.String() != text || p.I < 1 || p.I > p.N || p.N > maxShards {
			t.Fatalf("parseShard(%q) = %v, want it as written, and from 1/1 to %d/%[3]d", text, p, maxShards)
		}
		var all []string
		for i := range min(p.N, len(cells)+1) {
			all = append(all, part{i + 1, p.N}.of(cells)...)
		}
		slices.Sort(all)
		if diff := cmp.Diff(cells, all); diff != "" {
			t.Errorf("the cells of all parts of %d (-want +got):\n%s", p.N, diff)
		}
	})
}

// sampleShard is a shard.json.
func sampleShard(f testing.TB, change func(*shardDoc)) []byte {
	f.Helper()
	s := shardDoc{
		SchemaVersion: shardVersion, part: part{1, 3}, Scenario: "tiny", Arg: "tiny.yaml", Source: "version: 1\n", Only: []string{},
		Code: strings.Repeat("0f", 32), Cells: []string{strings.Repeat("ab", 32)},
	}
	s.SHA256 = sourceSum([]byte(s.Source))
	change(&s)
	text, err := json.Marshal(s)
	if err != nil {
		f.Fatal(err)
	}
	return text
}

// FuzzReadShard: whatever is in a shard.json, what is accepted is within bounds and the same when it is written and
// read again, and an error names the folder.
func FuzzReadShard(f *testing.F) {
	f.Add(sampleShard(f, func(*shardDoc) {}))
	f.Add(sampleShard(f, func(s *shardDoc) { s.I = 4 }))
	f.Add(sampleShard(f, func(s *shardDoc) { s.N = 1 << 40 }))
	f.Add(sampleShard(f, func(s *shardDoc) { s.Seeds = -1 }))
	f.Add(sampleShard(f, func(s *shardDoc) { s.Source = "another" }))
	f.Add(sampleShard(f, func(s *shardDoc) { s.Cells = []string{"../../etc/passwd", "", "AB"} }))
	f.Add([]byte(`{"schema_version": 1`))
	f.Add([]byte(`null`))
	dir := f.TempDir()
	path := filepath.Join(dir, shardFile)
	f.Fuzz(func(t *testing.T, text []byte) {
		read := func(text []byte) (shardDoc, error) {
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			return readShard(dir)
		}
		s, err := read(text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), dir) {
				t.Errorf("readShard(%q): the error does not begin with the folder: %v", text, err)
			}
			return
		}
		if s.I < 1 || s.I > s.N || s.N > maxShards || s.Seeds < 0 || sourceSum([]byte(s.Source)) != s.SHA256 {
			t.Errorf("readShard(%q) accepts %+v", text, s)
		}
		written, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := read(written)
		if diff := cmp.Diff(s, again, cmp.AllowUnexported(shardDoc{}, part{})); err != nil || diff != "" {
			t.Errorf("written and read again: %v (-first +second):\n%s", err, diff)
		}
	})
}
