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

func TestInconsistentTreesAreRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*verify.Result)
		want string
	}{
		{"schema", func(r *verify.Result) { r.SchemaVersion = 0 }, "schema_version is 0"},
		{"pass of nothing", func(r *verify.Result) { r.Problems = nil }, "verdict is PASS, but nothing was checked"},
		{"problem that passed nothing", func(r *verify.Result) { r.Problems[0].Checks = nil }, "problems[0].verdict is PASS, but nothing"},
		{"a check failed", func(r *verify.Result) { r.Problems[0].Checks[0].Verdict = verify.Fail }, "problems[0].verdict is PASS, but it sums up a verdict of FAIL"},
		{"a problem failed", func(r *verify.Result) {
			r.Problems[0].Verdict, r.Problems[0].Checks[0].Verdict = verify.Fail, verify.Fail
		}, "verdict is PASS, but it sums up a verdict of FAIL"},
		{"a twin is vacuous", func(r *verify.Result) { r.Twins = []verify.TwinResult{{Verdict: verify.Vacuous}} }, "verdict of VACUOUS"},
		{"a twin that controls nothing", func(r *verify.Result) { r.Twins = []verify.TwinResult{{Verdict: verify.Pass}} }, "must_fail names no check"},
		{"a twin that did not fail", func(r *verify.Result) {
			r.Twins = []verify.TwinResult{{Verdict: verify.Pass, MustFail: []string{"tuple"}, Problem: r.Problems[0]}}
		}, `must_fail[0] names, "tuple", did not fail`},
		{"verdict without a name", func(r *verify.Result) { r.Verdict = 99 }, "no verdict has number 99"},
		{"status without a name", func(r *verify.Result) { r.Problems[0].Trials[1].Status = 99 }, "trials[1].status"},
		{"basin of a trial", func(r *verify.Result) { r.Problems[0].Trials[0].Basin = 1 }, "trials[0].basin is 1"},
		{"trial of a basin", func(r *verify.Result) { r.Problems[0].Basins[0].Trials[0] = 2 }, "basins[0].trials[0] is 2"},
		{"trial twice", func(r *verify.Result) { r.Problems[0].Basins[0].Trials = []int{1, 1} }, "names trial 1 twice"},
		{"distances", func(r *verify.Result) { r.Problems[0].Distances.After = nil }, "distances.after has 0 entries, but 2 trials make 1 pairs"},
		{"distances before", func(r *verify.Result) { r.Problems[0].Distances.Before = make([]verify.Number, 2) }, "distances.before has 2"},
		{"pixels", func(r *verify.Result) {
			r.Problems[0].Drawings = []verify.LabelDrawings{{Instances: []verify.DrawnImage{{Image: verify.Image{Rows: 2, Cols: 2}}}}}
		}, "drawings[0].instances[0].image has 0 pixels, but it is 2×2"},
		{"an image beyond bounds", func(r *verify.Result) {
			r.Problems[0].Drawings = []verify.LabelDrawings{{Basins: []verify.ImageBasin{{Image: verify.Image{Rows: 1 << 40, Cols: 1 << 40}}}}}
		}, "a side is from 0 to"},
		{"frames of another size", func(r *verify.Result) {
			r.Problems[0].Drawings = []verify.LabelDrawings{{Instances: []verify.DrawnImage{{
				Frames: []verify.Image{{Rows: 1, Cols: 1, Pixels: []float64{1}}},
			}}}}
		}, "frames[0] is 1×1, but the image is 0×0"},
		{"between", func(r *verify.Result) {
			r.Problems[0].Drawings = []verify.LabelDrawings{{Basins: make([]verify.ImageBasin, 2), Between: [][]verify.Number{{0, 1}, {1}}}}
		}, "between[1] has 1 entries, but there are 2 basins"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := small()
			c.edit(r)
			all := append(writers(), writer{"WriteImages", func(_ io.Writer, r *verify.Result) error { return WriteImages(t.TempDir(), r) }})
			for _, w := range all {
				var b bytes.Buffer
				if err := w.write(&b, r); err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s: %v, want a message with %q", w.name, err, c.want)
				}
				if b.Len() > 0 {
					t.Errorf("%s wrote %d bytes of a tree it refuses", w.name, b.Len())
				}
			}
		})
	}
}
