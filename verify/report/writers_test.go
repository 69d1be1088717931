package report

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"example.org/concord/verify"
)

// writer is one of the reporters.
type writer struct {
	name  string
	write func(io.Writer, *verify.Result) error
}

func writers() []writer {
	return []writer{
		{"WriteJSON", WriteJSON},
		{"WriteText", func(w io.Writer, r *verify.Result) error { return WriteText(w, r, 80, true) }},
		{"WriteJUnit", WriteJUnit},
		{"WriteHTML", WriteHTML},
		{"WriteMarkdown", WriteMarkdown},
	}
}

var errBroken = errors.New("the disk is full")

// failing is a writer that takes a number of bytes and then fails.
type failing struct{ left int }

func (w *failing) Write(p []byte) (int, error) {
	if len(p) > w.left {
		n := w.left
		w.left = 0
		return n, errBroken
	}
	w.left -= len(p)
	return len(p), nil
}

func TestWriteErrorsAreReturned(t *testing.T) {
	for _, w := range writers() {
		t.Run(w.name, func(t *testing.T) {
			var whole bytes.Buffer
			if err := w.write(&whole, small()); err != nil {
				t.Fatal(err)
			}
			for _, left := range []int{0, 1, whole.Len() / 2, whole.Len() - 1} {
				if err := w.write(&failing{left: left}, small()); !errors.Is(err, errBroken) {
					t.Errorf("with room for %d of %d bytes: %v, want %v", left, whole.Len(), err, errBroken)
				}
			}
			if err := w.write(&failing{left: whole.Len()}, small()); err != nil {
				t.Errorf("with room for all bytes: %v", err)
			}
		})
	}
}

func TestSameTreeSameBytes(t *testing.T) {
	r := fixture(t)
	if testing.Short() {
		r = little()
	}
	back, err := ReadJSON(strings.NewReader(written(t, r)))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range writers() {
		var first, second, read bytes.Buffer
		for _, c := range []struct {
			to   *bytes.Buffer
			tree *verify.Result
		}{{&first, r}, {&second, r}, {&read, back}} {
			if err := w.write(c.to, c.tree); err != nil {
				t.Fatalf("%s: %v", w.name, err)
			}
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s writes other bytes the second time", w.name)
		}
		if !bytes.Equal(first.Bytes(), read.Bytes()) {
			t.Errorf("%s writes other bytes from result.json than the run did", w.name)
		}
	}
}
