package verify

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/verify/symmetry"
)

// maxSidecarBytes bounds the size of a side-car.
const maxSidecarBytes = 1 << 22

// sidecarOf returns the path of the side-car of a golden file.
func sidecarOf(npz string) string { return strings.TrimSuffix(npz, ".npz") + ".json" }

// WriteGolden writes g as two files of the folder dir, which it creates if need be, and returns the path of
// the first: <GoldenSlug of the problem>.npz with the arrays, in NumPy's format, and a side-car of the same
// name in .json with g.Source. The fields SchemaVersion, Arrays, Drawings and SHA256 of the side-car are
// those of g.Tuple and g.Drawings, whatever g.Source says; g does not change.
//
// The arrays are the parts of the tuple under their own names, rows by columns, and, where there are
// drawings, "images" of the shape (number of drawings, rows, columns): float64, row-major. SHA256 is over
// the arrays in their order, for each the length of its name, the name, the number of its axes, their
// lengths, and its entries: float64 for entries, uint64 for the other numbers, all little-endian. It does not
// depend on how the file is compressed, which changes between versions of Go.
//
// Both files are complete on the disk under other names before the first gets its own, and the side-car
// comes last: what a crash leaves behind is the golden that was there before or one that ReadGolden refuses.
// It is an error if g could not be read back: if a part's name is no name for an array, an entry is not
// finite, the drawings have different shapes, or two of them the same label and pattern.
func WriteGolden(dir string, g *Golden) (path string, err error) {
	_, path, err = writeGolden(dir, g)
	return path, err
}

// writeGolden is WriteGolden; it also returns what was written.
func writeGolden(dir string, g *Golden) (written *Golden, path string, err error) {
	path = filepath.Join(dir, GoldenSlug(g.Source.Problem)+".npz")
	defer func() {
		if err != nil {
			written, path, err = nil, "", fmt.Errorf("writing the golden file %s: %w", path, err)
		}
	}()
	npz, sidecar, err := encodeGolden(g)
	if err != nil {
		return nil, path, err
	}
	if written, err = decodeGolden(npz, sidecar, path); err != nil {
		return nil, path, fmt.Errorf("it could not be read back: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, path, err
	}
	temps := make([]string, 0, 2)
	defer func() {
		for _, name := range temps {
			if e := os.Remove(name); !errors.Is(e, fs.ErrNotExist) {
				err = errors.Join(err, e)
			}
		}
	}()
	for _, content := range [][]byte{npz, sidecar} {
		f, err := os.CreateTemp(dir, ".golden.*.tmp")
		if err != nil {
			return nil, path, err
		}
		temps = append(temps, f.Name())
		if err := fillFile(f, content); err != nil {
			return nil, path, err
		}
	}
	if err := os.Rename(temps[0], path); err != nil {
		return nil, path, err
	}
	if err := os.Rename(temps[1], sidecarOf(path)); err != nil {
		return nil, path, fmt.Errorf("the arrays are written and the side-car is not, so the golden file is of no use: remove what is in the way, or restore both from version control: %w", err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return nil, path, err
	}
	return written, path, errors.Join(d.Sync(), d.Close())
}

// replaceFile writes a file as a whole or not at all, by way of a temporary one in the same folder that is named after
// a pattern of os.CreateTemp.
func replaceFile(path, temporary string, content []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, temporary)
	if err != nil {
		return err
	}
	err = fillFile(f, content)
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		if rest := os.Remove(f.Name()); !errors.Is(rest, fs.ErrNotExist) {
			err = errors.Join(err, rest)
		}
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// fillFile writes content to f, waits until it is on the disk, and closes f.
func fillFile(f *os.File, content []byte) error {
	_, err := f.Write(content)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// encodeGolden returns the contents of both files.
func encodeGolden(g *Golden) (npz, sidecar []byte, err error) {
	arrays, docs, err := goldenArrays(g)
	if err != nil {
		return nil, nil, err
	}
	source := g.Source
	source.SchemaVersion, source.Arrays, source.Drawings = GoldenSchemaVersion, docs, []DrawingDoc{}
	for _, d := range g.Drawings {
		source.Drawings = append(source.Drawings, DrawingDoc{Label: d.Label, Pattern: d.Pattern})
	}
	if err := source.check(); err != nil {
		return nil, nil, err
	}
	source.SHA256 = arraysDigest(arrays)
	if npz, err = encodeArrays(arrays); err != nil {
		return nil, nil, err
	}
	sidecar, err = encodeSidecar(&source)
	return npz, sidecar, err
}

// goldenArrays returns the arrays of g, the parts of the tuple first, with what is to be said about them.
func goldenArrays(g *Golden) ([]array, []ArrayDoc, error) {
	var arrays []array
	var docs []ArrayDoc
	add := func(name string, shape []int, data []float64, doc string) {
		arrays = append(arrays, array{name, shape, data})
		docs = append(docs, ArrayDoc{Name: name, Shape: shape, Dtype: goldenDtype, Doc: doc})
	}
	for _, p := range g.Tuple {
		if p.Name == imagesArray {
			return nil, nil, fmt.Errorf("part %s of the tuple: the drawings have that name", p.Name)
		}
		if p.M == nil || p.M.IsEmpty() {
			return nil, nil, fmt.Errorf("part %s of the tuple is empty", p.Name)
		}
		m := p.M.RawMatrix()
		data := make([]float64, 0, m.Rows*m.Cols)
		for i := range m.Rows {
			data = append(data, m.Data[i*m.Stride:i*m.Stride+m.Cols]...)
		}
		add(p.Name, []int{m.Rows, m.Cols}, data, fmt.Sprintf(
			"part %s of the trained tuple, in the canonical form modulo %s; axes: rows and columns of the matrix; row-major (C order); no unit", p.Name, g.Source.Symmetry))
	}
	if len(g.Drawings) > 0 {
		rows, cols := g.Drawings[0].Image.Rows, g.Drawings[0].Image.Cols
		var data []float64
		for _, d := range g.Drawings {
			if d.Image.Rows != rows || d.Image.Cols != cols || len(d.Image.Pixels) != rows*cols {
				return nil, nil, fmt.Errorf("the drawing of label %q, basin %q has %d×%d pixels (%d given), the first one %d×%d",
					d.Label, d.Pattern, d.Image.Rows, d.Image.Cols, len(d.Image.Pixels), rows, cols)
			}
			data = append(data, d.Image.Pixels...)
		}
		add(imagesArray, []int{len(g.Drawings), rows, cols}, data,
			"one drawing for every label and basin; axes: entry of drawings in this file, pixel row from the top, pixel column from the left; row-major (C order); every image has the Frobenius norm 1; no unit")
	}
	for _, a := range arrays {
		if err := checkFinite(a.data, a.shape); err != nil {
			return nil, nil, fmt.Errorf("array %s: %w", a.name, err)
		}
	}
	return arrays, docs, nil
}

// ReadGolden reads the golden, or the candidate for one, whose arrays are in the file npz of fsys and whose
// side-car lies beside it. It wraps ErrNoGolden when neither file exists. Any other error names the file, and
// the array where it is about one: one of the two files is missing, or either is not what WriteGolden writes,
// or they do not belong together. The digest is checked. No more memory is taken than the file fills, and
// 1 GiB at most.
func ReadGolden(fsys fs.FS, npz string) (*Golden, error) { return readGolden(fsys, npz, npz) }

// readGolden is ReadGolden; it calls the file origin in messages.
func readGolden(fsys fs.FS, npz, origin string) (*Golden, error) {
	if !strings.HasSuffix(npz, ".npz") {
		return nil, fmt.Errorf("%s: the name of a golden file ends in .npz", origin)
	}
	if !fs.ValidPath(npz) {
		return nil, fmt.Errorf("%s: this is no path of a file system: %w", origin, fs.ErrInvalid)
	}
	sidecar, err := readRegular(fsys, sidecarOf(npz), maxSidecarBytes)
	noSidecar := errors.Is(err, fs.ErrNotExist)
	if err != nil && !noSidecar {
		return nil, fmt.Errorf("%s: %w", sidecarOf(origin), err)
	}
	arrays, err := readRegular(fsys, npz, maxArrayBytes+maxArrayBytes/64)
	noArrays := errors.Is(err, fs.ErrNotExist)
	const advice = "a write was interrupted, or a file was lost; restore both from version control, or remove the other one too, run the scenario and approve its candidate"
	switch {
	case noArrays && noSidecar:
		return nil, fmt.Errorf("%s: %w", origin, ErrNoGolden)
	case noArrays:
		return nil, fmt.Errorf("%s: the file is missing, and its side-car is there: %s", origin, advice)
	case noSidecar:
		return nil, fmt.Errorf("%s: the side-car is missing, and the arrays are there: %s", sidecarOf(origin), advice)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", origin, err)
	}
	return decodeGolden(arrays, sidecar, origin)
}

// readRegular reads a file that is a plain one and not longer than limit. Its error does not name the file.
func readRegular(fsys fs.FS, name string, limit int64) (data []byte, err error) {
	defer func() {
		if at, ok := errors.AsType[*fs.PathError](err); ok {
			err = at.Err
		}
	}()
	info, err := fs.Stat(fsys, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("this is no plain file (mode %v)", info.Mode())
	case info.Size() > limit:
		return nil, fmt.Errorf("the file has %d bytes, more than the %d that it may have", info.Size(), limit)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	data, err = io.ReadAll(io.LimitReader(f, limit+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("the file has more than the %d bytes that it may have", limit)
	}
	return data, nil
}

// decodeGolden makes a golden of the contents of both files.
func decodeGolden(npz, sidecar []byte, origin string) (*Golden, error) {
	source, err := parseSidecar(sidecar)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", sidecarOf(origin), err)
	}
	arrays, err := decodeArrays(source.Arrays, npz)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", origin, err)
	}
	if got := arraysDigest(arrays); got != source.SHA256 {
		return nil, fmt.Errorf("%s: the arrays have the digest %s, and the side-car says %.64q: a file was changed, or a write was interrupted and the two do not belong together; restore both from version control", origin, got, source.SHA256)
	}
	g := &Golden{Origin: origin, Source: *source}
	for _, a := range arrays {
		if a.name != imagesArray {
			g.Tuple = append(g.Tuple, symmetry.Part{Name: a.name, M: mat.NewDense(a.shape[0], a.shape[1], a.data)})
			continue
		}
		rows, cols := a.shape[1], a.shape[2]
		for i, pixels := range slices.Collect(slices.Chunk(a.data, rows*cols)) {
			d := source.Drawings[i]
			g.Drawings = append(g.Drawings, GoldenDrawing{Label: d.Label, Pattern: d.Pattern, Image: Image{Rows: rows, Cols: cols, Pixels: pixels}})
		}
	}
	return g, nil
}
