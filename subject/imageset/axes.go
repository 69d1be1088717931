package imageset

import (
	"fmt"
	"strconv"

	"example.org/concord/mnist"
	"example.org/concord/verify"
)

// Classes is K, the number of digits.
const Classes = 10

// Side is the number of rows and of columns of an image that is not cropped.
const Side = 28

// testImages is the size of the test half of MNIST, and so of the input set "test".
const testImages = 10_000

// shuffled is the value of the axis labels for which training is told wrong labels.
const shuffled = "shuffled"

// Labels returns the names of the classes: "0" to "9".
func Labels() []string {
	names := make([]string, Classes)
	for k := range names {
		names[k] = strconv.Itoa(k)
	}
	return names
}

// Axes returns the data axes of a subject that learns from these images.
func Axes() []verify.Axis {
	return []verify.Axis{
		{Name: "set", Doc: "which images", Kind: verify.KindText, Enum: []string{"mnist"}, Default: "mnist"},
		{Name: "split", Doc: "which half of the set", Kind: verify.KindText, Enum: []string{string(mnist.Train), string(mnist.Test)}, Default: string(mnist.Train)},
		{Name: "offset", Doc: "first image, in file order", Kind: verify.KindInt, Min: 0, Max: 59_999, Default: 0.0},
		{Name: "count", Doc: "number of images", Kind: verify.KindInt, Min: 1, Max: 60_000, Default: 100.0},
		{Name: "side", Doc: "crop images to side×side, dropping the last rows and columns", Kind: verify.KindInt, Min: 8, Max: Side, Default: float64(Side)},
		{Name: "centred", Doc: "subtract the mean training image (a negative control)", Kind: verify.KindFlag, Default: false},
		{Name: "labels", Doc: "the labels of the set, or the same at random among its images (a negative control)", Kind: verify.KindText, Enum: []string{"given", shuffled}, Default: "given"},
	}
}

// CheckData rejects settings of Axes that ask for images that MNIST does not have.
func CheckData(data verify.Settings) error {
	total := map[string]float64{string(mnist.Train): 60_000, string(mnist.Test): testImages}[data.Text("split")]
	if offset, count := data.Number("offset"), data.Number("count"); offset+count > total {
		return fmt.Errorf("images %.0f to %.0f are asked for, and the %s half of MNIST has %.0f", offset, offset+count-1, data.Text("split"), total)
	}
	return nil
}

// Seen reports whether a subject with these data settings learns from images that the input set of that name has, or
// is made of.
func Seen(data verify.Settings, name string) bool {
	if mnist.Split(data.Text("split")) != mnist.Test {
		return false
	}
	switch name {
	case "test":
		return true
	case "permuted", "inverted", "mirrored":
		return data.Number("offset") < strangers
	}
	return false
}
