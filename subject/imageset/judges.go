package imageset

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"example.org/concord/judge"
	"example.org/concord/mnist"
	"example.org/concord/verify"
)

// judgeImages is how many of the test images judges learn, from the first on. They are measured on the others.
const judgeImages = 9_000

// classifier is what the judges of package judge have in common.
type classifier interface {
	Distances(dst []float64, images *mat.Dense) []float64
}

// Judges returns judges of images of the size that the data settings say, three that have nothing in common with each
// other or with a subject: nearest neighbours, logistic regression and nearest mean. They learn from the first 9,000
// test images of MNIST with the labels of the set, and are measured on the last 1,000.
//
// It is an error if the data settings have the subject learn from any of the first 9,000 test images: a judge has to
// have learned from images that training did not see.
func (s *Source) Judges(ctx context.Context, data verify.Settings) ([]verify.Judge, error) {
	if offset := int(data.Number("offset")); mnist.Split(data.Text("split")) == mnist.Test && offset < judgeImages {
		return nil, fmt.Errorf("no judges: they learn from the test images 0 to %d, and so does the subject from %d on", judgeImages-1, offset)
	}
	side := int(data.Number("side"))
	if s == nil {
		s = &Source{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.judges[side]; ok {
		return kept, nil
	}
	test, err := s.keptTest(ctx, side)
	if err != nil {
		return nil, err
	}
	made, err := trainJudges(ctx, test, side)
	if err != nil {
		return nil, err
	}
	if s.judges == nil {
		s.judges = map[int][]verify.Judge{}
	}
	s.judges[side] = made
	return made, nil
}

func trainJudges(ctx context.Context, test *set, side int) ([]verify.Judge, error) {
	images, labels := test.images.Slice(0, judgeImages, 0, side*side).(*mat.Dense), test.labels[:judgeImages] //nolint:forcetypeassert // a slice of a Dense is one
	logistic, err := judge.TrainLogistic(ctx, images, labels, Classes, nil)
	if err != nil {
		return nil, err
	}
	judges := []struct {
		name, doc string
		classifier
	}{
		{"nearest neighbours", "mean distance to the 3 nearest images of a label", judge.NewNearestNeighbours(images, labels, Classes, 3)},
		{"logistic regression", "odds of the label against the likeliest, under a linear model of the log odds", logistic},
		{"nearest mean", "distance to the mean image of a label", judge.NewNearestMean(images, labels, Classes)},
	}
	unseen := test.images.Slice(judgeImages, testImages, 0, side*side).(*mat.Dense) //nolint:forcetypeassert // as above
	out := make([]verify.Judge, len(judges))
	for i, j := range judges {
		out[i] = verify.Judge{
			Name:  j.name,
			Doc:   fmt.Sprintf("%s; blind to scale and sign; learned from the test images 0 to %d of MNIST", j.doc, judgeImages-1),
			Right: judge.Right(judge.Answers(j.Distances(nil, unseen), Classes), test.labels[judgeImages:]), Of: testImages - judgeImages,
			Distances: func(images []verify.Image) [][]float64 { return distances(j, images, side) },
		}
	}
	return out, nil
}

// distances panics if an image is not side×side.
func distances(j classifier, images []verify.Image, side int) [][]float64 {
	out := make([][]float64, len(images))
	if len(images) == 0 {
		return out
	}
	rows := mat.NewDense(len(images), side*side, nil)
	for i, m := range images {
		if m.Rows != side || m.Cols != side {
			panic("imageset: images of another size")
		}
		rows.SetRow(i, m.Pixels)
	}
	all := j.Distances(nil, rows)
	for i := range out {
		out[i] = all[i*Classes : (i+1)*Classes : (i+1)*Classes]
	}
	return out
}

// Baselines answers the images in, rows like those of train, by methods that learn the labels of train: the nearest
// training image, the nearest mean, and logistic regression. All see images scaled to unit norm and modulo sign.
// classes is the number of labels. Baselines panics where package judge does: if train is empty, if there is not one
// label in [0, classes) for each of its images, or if the images of in have another size.
func Baselines(ctx context.Context, train *mat.Dense, labels []int, in *mat.Dense, classes int) ([]verify.Baseline, error) {
	logistic, err := judge.TrainLogistic(ctx, train, labels, classes, nil)
	if err != nil {
		return nil, err
	}
	baselines := []struct {
		name, doc string
		classifier
	}{
		{"nearest neighbour", "the label of the training image at the smallest angle", judge.NewNearestNeighbours(train, labels, classes, 1)},
		{"nearest mean", "the label whose mean training image is at the smallest angle", judge.NewNearestMean(train, labels, classes)},
		{"logistic regression", "the likeliest label under a linear model of the log odds", logistic},
	}
	out := make([]verify.Baseline, len(baselines))
	for i, b := range baselines {
		out[i] = verify.Baseline{Name: b.name, Doc: b.doc, Answers: judge.Answers(b.Distances(nil, in), classes)}
	}
	return out, nil
}
