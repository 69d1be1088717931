package verify

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"example.org/concord/verify/symmetry"
)

var cellID = strings.Repeat("0123456789abcdef", 4)

// sampleCell has a view into a larger matrix, so that rows do not lie one behind the other.
func sampleCell() *Outcome {
	large := mat.NewDense(3, 4, []float64{1, 2, 3, 4, 5, math.Copysign(0, -1), 7, 8, 9, 10, math.Inf(1), 5e-324})
	return &Outcome{
		Status: StepLimit, Fitness: math.NaN(), GradNorm: 1e-300, Steps: 7, Evaluations: 9,
		Tuple: symmetry.Tuple{{Name: "u", M: large.Slice(0, 2, 1, 3).(*mat.Dense)}, {Name: "v", M: mat.DenseCopyOf(large)}},
		Curve: []CurvePoint{{0, Number(math.Inf(-1)), 2}, {7, Number(math.NaN()), Number(math.Copysign(0, -1))}},
	}
}

// bits returns all numbers of an outcome and whether its slices are nil, NaNs all the same but in the tuple.
func bits(o *Outcome) []uint64 {
	flag := func(b bool) uint64 {
		if b {
			return 1
		}
		return 0
	}
	number := func(x float64) uint64 {
		if math.IsNaN(x) {
			return math.MaxUint64
		}
		return math.Float64bits(x)
	}
	out := []uint64{
		uint64(o.Status), number(o.Fitness), number(o.GradNorm), uint64(o.Steps), uint64(o.Evaluations),
		flag(o.Tuple == nil), flag(o.Curve == nil), uint64(len(o.Tuple)), uint64(len(o.Curve)),
	}
	for _, c := range o.Curve {
		out = append(out, uint64(c.Step), number(float64(c.Fitness)), number(float64(c.GradNorm)))
	}
	for _, p := range o.Tuple {
		rows, cols := p.M.Dims()
		out = append(out, uint64(rows), uint64(cols))
		for _, c := range []byte(p.Name) {
			out = append(out, uint64(c))
		}
		for i := range rows {
			for j := range cols {
				out = append(out, math.Float64bits(p.M.At(i, j)))
			}
		}
	}
	return out
}

func TestCellKeepsEveryBit(t *testing.T) {
	payload := math.Float64frombits(0x7ff8_0000_0000_beef)
	for _, test := range []struct {
		name string
		out  *Outcome
		log  []byte
	}{
		{"all kinds of numbers", sampleCell(), []byte("a log\x00\xff\n")},
		{"nothing", &Outcome{}, nil},
		{"empty and not nil", &Outcome{Tuple: symmetry.Tuple{}, Curve: []CurvePoint{}}, []byte{}},
		{"a NaN with a payload", &Outcome{Tuple: point([]float64{payload, -payload})}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkRoundTrip(t, test.out, test.log)
		})
	}
}

// checkRoundTrip encodes and decodes.
func checkRoundTrip(t interface {
	Helper()
	Fatal(args ...any)
	Errorf(format string, args ...any)
}, out *Outcome, log []byte,
) {
	t.Helper()
	b, err := encodeCell(cellID, Arithmetic{}, out, log)
	if err != nil {
		t.Fatal(err)
	}
	got, text, err := decodeCell(cellID, Arithmetic{}, b)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(bits(got), bits(out)) || !bytes.Equal(text, log) {
		t.Errorf("decodeCell(encodeCell(%v, %q)) = %v, %q", out, log, got, text)
	}
}

func TestCellKeepsEveryBitOfAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Map(rapid.Uint64(), math.Float64frombits)
		out := &Outcome{
			Status: Status(rapid.Uint8Range(0, 5).Draw(t, "status")), Fitness: number.Draw(t, "fitness"), GradNorm: number.Draw(t, "gradient norm"),
			Steps: rapid.Int().Draw(t, "steps"), Evaluations: rapid.Int().Draw(t, "evaluations"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "points") {
			out.Curve = append(out.Curve, CurvePoint{rapid.Int().Draw(t, "step"), Number(number.Draw(t, "f")), Number(number.Draw(t, "g"))})
		}
		for range rapid.IntRange(0, 3).Draw(t, "parts") {
			rows, cols := rapid.IntRange(1, 4).Draw(t, "rows"), rapid.IntRange(1, 4).Draw(t, "columns")
			data := rapid.SliceOfN(number, rows*cols, rows*cols).Draw(t, "entries")
			out.Tuple = append(out.Tuple, symmetry.Part{Name: rapid.String().Draw(t, "name"), M: mat.NewDense(rows, cols, data)})
		}
		checkRoundTrip(t, out, rapid.SliceOf(rapid.Byte()).Draw(t, "log"))
	})
}

func TestEncodeCellRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		out  *Outcome
	}{
		{"no matrix", &Outcome{Tuple: symmetry.Tuple{{Name: "u"}}}},
		{"an empty matrix", &Outcome{Tuple: symmetry.Tuple{{Name: "u", M: &mat.Dense{}}}}},
		{"a name that is no text", &Outcome{Tuple: symmetry.Tuple{{Name: "\xff", M: mat.NewDense(1, 1, nil)}}}},
		{"no such status", &Outcome{Status: 77}},
	} {
		if _, err := encodeCell(cellID, Arithmetic{}, test.out, nil); err == nil {
			t.Errorf("encodeCell(%s): no error", test.name)
		}
	}
}

// seal puts a head and entries into the form of a file, with the right digest.
func seal(head, entries string) []byte {
	b := binary.LittleEndian.AppendUint64([]byte(cellMagic), uint64(len(head)))
	b = append(append(b, head...), entries...)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

func TestDamagedCellIsRefused(t *testing.T) {
	good, err := encodeCell(cellID, Arithmetic{}, sampleCell(), []byte("log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Run("cut short", func(t *testing.T) {
		for n := range good {
			if _, _, err := decodeCell(cellID, Arithmetic{}, good[:n]); !errors.Is(err, errDamagedCell) {
				t.Fatalf("the first %d of %d bytes: %v, want %v", n, len(good), err, errDamagedCell)
			}
		}
	})
	t.Run("one bit", func(t *testing.T) {
		for i := range 8 * len(good) {
			bad := slices.Clone(good)
			bad[i/8] ^= 1 << (i % 8)
			if _, _, err := decodeCell(cellID, Arithmetic{}, bad); !errors.Is(err, errDamagedCell) {
				t.Fatalf("bit %d of byte %d flipped: %v, want %v", i%8, i/8, err, errDamagedCell)
			}
		}
	})
	const head = `{"id":"` + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" + `","status":"converged"`
	for _, test := range []struct {
		name string
		file []byte
	}{
		{"more at the end", append(slices.Clone(good), 0)},
		{"more entries", seal(head+`}`, "12345678")},
		{"fewer entries", seal(head+`,"parts":[{"name":"u","rows":1,"cols":2}]}`, "12345678")},
		{"no rows", seal(head+`,"parts":[{"name":"u","rows":0,"cols":2}]}`, "")},
		{"negative", seal(head+`,"parts":[{"name":"u","rows":-1,"cols":-1}]}`, "12345678")},
		{"so many that their product overflows", seal(head+`,"parts":[{"name":"u","rows":4611686018427387904,"cols":4}]}`, "")},
		{"an unknown key", seal(head+`,"extra":1}`, "")},
		{"no head", seal("", "")},
		{"two heads", seal(head+`}{}`, "")},
		{"a blank after the head", seal(head+`} `, "")},
		{"an unknown status", seal(`{"id":"`+cellID+`","status":"excellent"}`, "")},
		{"a null number", seal(head+`,"fitness":null}`, "")},
	} {
		t.Run(test.name, func(t *testing.T) {
			if out, _, err := decodeCell(cellID, Arithmetic{}, test.file); !errors.Is(err, errDamagedCell) {
				t.Errorf("decodeCell = %v, %v, want %v", out, err, errDamagedCell)
			}
		})
	}
	other := strings.Repeat("f", 64)
	if _, _, err := decodeCell(other, Arithmetic{}, good); err == nil || !strings.Contains(err.Error(), "holds the cell 0123456789abcdef and not ffffffffffffffff") {
		t.Errorf("decodeCell with another id: %v", err)
	}
}

func FuzzDecodeCell(f *testing.F) {
	good, err := encodeCell(cellID, Arithmetic{}, sampleCell(), []byte("log"))
	if err != nil {
		f.Fatal(err)
	}
	body := good[len(cellMagic)+8:]
	n := int(binary.LittleEndian.Uint64(good[len(cellMagic):]))
	f.Add(string(body[:n]), string(body[n:len(body)-sha256.Size]))
	f.Add(`{"id":"`+cellID+`","status":"converged","parts":[{"name":"u","rows":1,"cols":1}]}`, "12345678")
	f.Add("{}", "")
	f.Fuzz(func(t *testing.T, head, entries string) {
		out, log, err := decodeCell(cellID, Arithmetic{}, seal(head, entries))
		if err == nil {
			checkRoundTrip(t, out, log)
		}
	})
}

func TestCellFolder(t *testing.T) {
	dir := CellFolder(filepath.Join(t.TempDir(), "deep", "cells"))
	if _, _, err := dir.Load(cellID); !errors.Is(err, ErrNoCell) {
		t.Errorf("Load without a folder: %v, want %v", err, ErrNoCell)
	}
	if ids, err := dir.List(); err != nil || len(ids) != 0 {
		t.Errorf("List without a folder = %v, %v", ids, err)
	}
	if left, err := dir.Remove([]string{cellID}); err != nil || left != 0 {
		t.Errorf("Remove without a folder = %v, %v", left, err)
	}
	for range 2 { // the second replaces the first
		if err := dir.Save(cellID, sampleCell(), []byte("log")); err != nil {
			t.Fatal(err)
		}
	}
	out, log, err := dir.Load(cellID)
	if err != nil || string(log) != "log" || !slices.Equal(bits(out), bits(sampleCell())) {
		t.Errorf("Load = %v, %q, %v", out, log, err)
	}
	half := filepath.Join(string(dir), "."+cellID+".123.tmp")
	other := filepath.Join(string(dir), strings.Repeat("a", 64)+cellExt)
	for _, path := range []string{half, other} {
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if ids, err := dir.List(); err != nil || !slices.Equal(ids, []string{cellID, strings.Repeat("a", 64)}) {
		t.Errorf("List = %v, %v", ids, err)
	}
	if left, err := dir.Remove([]string{cellID}); err != nil || left != 1 {
		t.Errorf("Remove = %v, %v, want the other cell left", left, err)
	}
	if ids, err := dir.List(); err != nil || !slices.Equal(ids, []string{strings.Repeat("a", 64)}) {
		t.Errorf("List = %v, %v", ids, err)
	}
	if _, err := os.Lstat(half); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a half-written file: %v, want it removed", err)
	}
	if left, err := dir.Remove([]string{strings.Repeat("a", 64)}); err != nil || left != 0 {
		t.Errorf("Remove = %v, %v", left, err)
	}
	if _, err := os.Lstat(string(dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the empty folder: %v, want it removed", err)
	}
}

func TestCellFolderRefuses(t *testing.T) {
	dir := CellFolder(t.TempDir())
	for _, id := range []string{"", "0", "../" + cellID[3:], strings.ToUpper(cellID)} {
		if _, _, err := dir.Load(id); err == nil || errors.Is(err, ErrNoCell) {
			t.Errorf("Load(%q): %v", id, err)
		}
		if err := dir.Save(id, sampleCell(), nil); err == nil {
			t.Errorf("Save(%q): no error", id)
		}
	}
	elsewhere := CellFolder(t.TempDir())
	if err := elsewhere.Save(cellID, sampleCell(), nil); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere.path(cellID), dir.path(cellID)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := dir.Load(cellID); err == nil || !strings.Contains(err.Error(), "symbolic link") {
		t.Errorf("Load of a symbolic link: %v", err)
	}
	if err := dir.Save(cellID, &Outcome{Steps: 1}, nil); err != nil {
		t.Errorf("Save in place of a symbolic link: %v", err)
	}
	if out, _, err := elsewhere.Load(cellID); err != nil || out.Steps != 7 {
		t.Errorf("what the link pointed to = %v, %v, want it untouched", out, err)
	}
	folder := CellFolder(t.TempDir())
	if err := os.Mkdir(folder.path(cellID), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := folder.Load(cellID); err == nil || errors.Is(err, ErrNoCell) {
		t.Errorf("Load of a folder: %v", err)
	}
	if err := folder.Save(cellID, sampleCell(), nil); err == nil || !strings.Contains(err.Error(), "keeping cell 0123456789abcdef: ") {
		t.Errorf("Save over a folder: %v", err)
	}
	if entries, err := os.ReadDir(string(folder)); err != nil || len(entries) != 1 {
		t.Errorf("after a failed Save there is %v, %v, want nothing half-made", entries, err)
	}
	if err := CellFolder(elsewhere.path(cellID)).Save(cellID, sampleCell(), nil); err == nil {
		t.Error("Save into a file: no error")
	}
	if _, err := CellFolder(elsewhere.path(cellID)).List(); err == nil {
		t.Error("List of a file: no error")
	}
	if _, err := CellFolder(elsewhere.path(cellID)).Remove(nil); err == nil {
		t.Error("Remove in a file: no error")
	}
}
