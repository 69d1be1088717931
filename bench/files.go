package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/mnist"
	"example.org/concord/model"
)

const (
	side    = 28
	pixels  = side * side
	classes = 10
)

// writeMatrices writes the entries of matrices, row by row, one after the other.
func writeMatrices(path string, ms ...*mat.Dense) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	for _, m := range ms {
		rows, _ := m.Dims()
		for i := range rows {
			if err := binary.Write(w, binary.LittleEndian, m.RawRowView(i)); err != nil {
				return err
			}
		}
	}
	return w.Flush()
}

// readMatrices fills matrices from a file that writeMatrices wrote.
func readMatrices(path string, ms ...*mat.Dense) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r := bufio.NewReader(f)
	for _, m := range ms {
		rows, _ := m.Dims()
		for i := range rows {
			if err := binary.Read(r, binary.LittleEndian, m.RawRowView(i)); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	if _, err := r.ReadByte(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: longer than expected", path)
	}
	return nil
}

func readParams(path string, rank int) (model.Params, error) {
	x := model.NewParams(rank, pixels, classes)
	return x, readMatrices(path, x.A, x.B)
}

// newData returns the first n training images of MNIST with their features.
func newData(ctx context.Context, n int) (*model.Data, error) {
	set, err := mnist.Open(ctx, mnist.Train, 0, n, nil)
	if err != nil {
		return nil, err
	}
	images, labels := mat.NewDense(n, pixels, nil), make([]int, n)
	for i := range n {
		row := images.RawRowView(i)
		for j, v := range set.Images.Image(i) {
			row[j/side+j%side*side] = float64(v) / 255
		}
		labels[i] = int(set.Labels[i])
	}
	return model.NewData(side, classes, images, labels, model.Modulus)
}

// A folder is where the data of one size and its starts are for the peers, sorted by class.
type folder struct {
	dir    string
	data   *model.Data
	labels []int // sorted
}

func newFolder(dir string, data *model.Data) (folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return folder{}, err
	}
	order := make([]int, len(data.Y))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(data.Y[i], data.Y[j]) })
	sorted := func(m *mat.Dense) *mat.Dense {
		out := mat.NewDense(len(order), pixels, nil)
		for i, from := range order {
			out.SetRow(i, m.RawRowView(from))
		}
		return out
	}
	f := folder{dir: dir, data: data}
	for _, i := range order {
		f.labels = append(f.labels, data.Y[i])
	}
	return f, errors.Join(
		writeMatrices(filepath.Join(dir, "images.f64"), sorted(data.D)),
		writeMatrices(filepath.Join(dir, "features.f64"), sorted(data.R)),
	)
}

// load returns the job that hands the data to a peer.
func (f folder) load(rank int) job {
	return job{Kind: "load", Dir: f.dir, N: len(f.labels), Pixels: pixels, Classes: classes, Rank: rank, Labels: f.labels}
}

// start writes the start of a seed and returns its path.
func (f folder) start(seed, rank int) (string, error) {
	path := filepath.Join(f.dir, fmt.Sprintf("start-%d-rank-%d.f64", seed, rank))
	x := model.Uniform.Draw(uint64(seed), rank, pixels, classes) //nolint:gosec // positive
	return path, writeMatrices(path, x.A, x.B)
}
