package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// The tables stand between these lines of a document.
const (
	markBegin = "<!-- bench:begin, written by `make bench` -->"
	markEnd   = "<!-- bench:end -->"
)

// publish writes the tables, and the results and the document where it was told to.
func (b *session) publish(stdout io.Writer) error {
	tables := b.markdown()
	if _, err := io.WriteString(stdout, tables); err != nil {
		return err
	}
	if b.out != "" && b.render == "" {
		text, err := json.MarshalIndent(b.Run, "", " ")
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(b.out), 0o755); err != nil {
			return err
		}
		if err := replace(b.out, append(text, '\n')); err != nil {
			return err
		}
	}
	if b.docs == "" {
		return nil
	}
	text, err := os.ReadFile(b.docs)
	if err != nil {
		return err
	}
	text, err = between(text, tables)
	if err != nil {
		return fmt.Errorf("%s: %w", b.docs, err)
	}
	return replace(b.docs, text)
}

// between returns text with what stands between the markers replaced.
func between(text []byte, tables string) ([]byte, error) {
	before, rest, found := bytes.Cut(text, []byte(markBegin+"\n"))
	_, after, end := bytes.Cut(rest, []byte(markEnd))
	if !found || !end {
		return nil, fmt.Errorf("it lacks the lines %q and %q", markBegin, markEnd)
	}
	return bytes.Join([][]byte{before, []byte(markBegin + "\n\n" + tables + "\n" + markEnd), after}, nil), nil
}

// replace writes a file beside its place and renames it.
func replace(path string, text []byte) error {
	next := path + ".new"
	if err := os.WriteFile(next, text, 0o644); err != nil {
		return err
	}
	return os.Rename(next, path)
}
