package mnist_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"example.org/concord/mnist"
)

func ExampleOpen() {
	set, err := mnist.Open(context.Background(), mnist.Train, 0, 100, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(set.Images.Count, set.Images.Rows, set.Images.Cols)
	fmt.Printf("%d\n", set.Labels[:10])
	fmt.Println(set.Digest()[:12])
	// Output:
	// 100 28 28
	// [5 0 4 1 9 2 1 3 1 4]
	// a8417fcf861e
}

func ExampleOpen_notFetched() {
	ctx := context.Background()
	_, err := mnist.Open(ctx, mnist.Train, 0, 60000, &mnist.Settings{Dir: "no such folder"})
	fmt.Println(errors.Is(err, mnist.ErrNotFetched))
	// Output: true
}

func ExampleReadLabels() {
	_, err := mnist.ReadLabels(strings.NewReader("\x00\x00\x08\x01\x00\x00\x00\x02\x07\x0a"))
	if bad, ok := errors.AsType[*mnist.FormatError](err); ok {
		fmt.Println(bad.Offset, bad.Reason)
	}
	// Output: 9 label 10 of example 1, want 0 to 9
}
