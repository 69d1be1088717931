package mnist

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
)

// The folder is named as a whole, and has a README, so that the package
// compiles while the generator that imports it writes the other files.
//
//go:embed data
var data embed.FS

// A part is one embedded file and what it holds.
type part struct {
	name   string // in the folder data
	sha256 string // of the IDX file, that is, after decompression
}

// A half is the embedded part of one split.
type half struct {
	total    int // examples in the original files
	embedded int // examples in the binary
	images   part
	labels   part
}

func (split Split) half() (half, error) {
	switch split {
	case Train:
		return half{
			total:    60000,
			embedded: 1000,
			images:   part{"train-1000-images-idx3-ubyte.gz", "386bb018796babeaca208787b77c1b9db39532c4098951ea35f4694e744eb4b7"},
			labels:   part{"train-1000-labels-idx1-ubyte.gz", "895f65588e45d05babf0b5fa7aee2a0d782d8143b40b5764e596df91bc9dddeb"},
		}, nil
	case Test:
		return half{
			total:    10000,
			embedded: 10000,
			images:   part{"t10k-images-idx3-ubyte.gz", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
			labels:   part{"t10k-labels-idx1-ubyte.gz", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
		}, nil
	}
	return half{}, fmt.Errorf("mnist: split %q, want %q or %q", string(split), string(Train), string(Test))
}

// Embedded returns count examples of the split from offset on, in file order,
// out of those that the binary carries: the first 1,000 of [Train] and all
// 10,000 of [Test]. The set is the caller's own. It is an error if the split
// is neither, if count is less than one or the binary has not all of them, or
// if the embedded bytes have not the digest written in this package.
func Embedded(split Split, offset, count int) (*Set, error) {
	h, err := split.half()
	if err != nil {
		return nil, err
	}
	if err := checkRange(offset, count, h.embedded); err != nil {
		return nil, fmt.Errorf("mnist: embedded %s images: %w", split, err)
	}
	images, err := h.images.open()
	if err != nil {
		return nil, err
	}
	labels, err := h.labels.open()
	if err != nil {
		return nil, err
	}
	set, err := decode(h.images.name, images, h.labels.name, labels)
	if err != nil {
		return nil, err
	}
	return set.Slice(offset, count)
}

// open returns the decompressed content of p.
func (p part) open() ([]byte, error) {
	z, err := data.ReadFile("data/" + p.name)
	if err != nil {
		return nil, fmt.Errorf("mnist: embedded: %w", err)
	}
	return p.gunzip(z)
}

// gunzip decompresses z, which should be p, and compares the digest.
func (p part) gunzip(z []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(z))
	if err != nil {
		return nil, fmt.Errorf("mnist: embedded %s: %w", p.name, err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("mnist: embedded %s: %w", p.name, err)
	}
	sum := sha256.Sum256(b)
	if got := hex.EncodeToString(sum[:]); got != p.sha256 {
		return nil, &DigestError{Path: "embedded " + p.name, Want: p.sha256, Got: got}
	}
	return b, nil
}

// decode reads a set from the content of two IDX files, plain or compressed.
func decode(imagesName string, images []byte, labelsName string, labels []byte) (*Set, error) {
	m, err := readImages(imagesName, bytes.NewReader(images))
	if err != nil {
		return nil, err
	}
	l, err := readLabels(labelsName, bytes.NewReader(labels))
	if err != nil {
		return nil, err
	}
	return NewSet(m, l)
}
