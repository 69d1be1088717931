package imageset

import (
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/mnist"
	"example.org/concord/stream"
	"example.org/concord/verify"
)

// Training is what a subject learns from.
type Training struct {
	Images *mat.Dense // one row per image: side×side pixels, row by row, in [0, 1] unless centred
	Labels []int      // what training is told that each image shows, 0 to Classes−1
	Side   int        // rows and columns of an image
	Mean   []float64  // the mean training image, which has been subtracted from Images; nil where it was not
	Digest verify.Digest
}

// Training reads the images that the data settings, of Axes, ask for, in file order.
//
// The digest is that of the whole images with the labels that training is told. With labels: shuffled these are those
// of the set in a random order, which is the same one in every run.
func (s *Source) Training(ctx context.Context, data verify.Settings) (*Training, error) {
	split := mnist.Split(data.Text("split"))
	offset, count := int(data.Number("offset")), int(data.Number("count"))
	read, err := mnist.Open(ctx, split, offset, count, s.settings())
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("mnist/%s[%d:%d]", split, offset, offset+count)
	if data.Text("labels") == shuffled {
		if read, err = shuffle(read); err != nil {
			return nil, err
		}
		name += ", labels shuffled"
	}
	t := &Training{
		Images: crop(read.Images, int(data.Number("side"))), Labels: classesOf(read), Side: int(data.Number("side")),
		Digest: verify.Digest{Name: name, SHA256: read.Digest(), Detail: mnist.Authors + ", " + mnist.Licence},
	}
	if data.Flag("centred") {
		t.Mean = columnMeans(t.Images)
		subtract(t.Images, t.Mean)
	}
	return t, nil
}

// Centred returns images less the mean training image where training saw its own so: images itself where Mean is nil,
// else new ones. It panics if they are of another size.
func (t *Training) Centred(images *mat.Dense) *mat.Dense {
	if t.Mean == nil {
		return images
	}
	if _, pixels := images.Dims(); pixels != len(t.Mean) {
		panic("imageset: images of another size")
	}
	out := mat.DenseCopyOf(images)
	subtract(out, t.Mean)
	return out
}

// shuffle returns the set with its labels in a random order.
func shuffle(set *mnist.Set) (*mnist.Set, error) {
	labels := slices.Clone(set.Labels)
	stream.New(0, "labels", shuffled).Shuffle(len(labels), func(i, j int) { labels[i], labels[j] = labels[j], labels[i] })
	return mnist.NewSet(set.Images, labels)
}

func columnMeans(m *mat.Dense) []float64 {
	rows, cols := m.Dims()
	mean := make([]float64, cols)
	for i := range rows {
		floats.Add(mean, m.RawRowView(i))
	}
	for j := range mean {
		mean[j] /= float64(rows)
	}
	return mean
}

// subtract takes mean from every row of m.
func subtract(m *mat.Dense, mean []float64) {
	rows, _ := m.Dims()
	for i := range rows {
		floats.Sub(m.RawRowView(i), mean)
	}
}
