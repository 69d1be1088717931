// Package mnist reads handwritten digits: files in the IDX format, a part of
// MNIST that the binary carries, and the rest of MNIST from a cache folder.
//
//	set, err := mnist.Open(ctx, mnist.Train, 0, 100, nil)
//
// returns the first hundred training images in file order. The binary carries
// the first 1,000 training images and all 10,000 test images, byte for byte as
// in the original files; Open needs the cache, filled by [Fetch], only beyond
// them. Nothing is used before its SHA-256 has been compared with the digest
// written in this package, wherever it comes from, and a [Set] has a
// [Set.Digest] of its own by which results can name their data.
//
// # The format
//
// All integers are big-endian and unsigned. A label file is
//
//	offset 0   uint32   0x00000801
//	offset 4   uint32   count
//	offset 8   uint8    label 0, label 1, ... (0 to 9)
//
// and an image file is
//
//	offset 0   uint32   0x00000803
//	offset 4   uint32   count
//	offset 8   uint32   rows
//	offset 12  uint32   columns
//	offset 16  uint8    pixels, row by row, image after image (0 is background)
//
// Either may be compressed with gzip. [ReadImages] and [ReadLabels] take a
// file that is exactly this, to the last byte, and answer anything else with a
// [FormatError] that holds the offset.
//
// # Licence of the data
//
// MNIST is by Yann LeCun and Corinna Cortes, derived from NIST's special
// databases, and available under the terms of the Creative Commons
// Attribution-Share Alike 3.0 licence. So is the part that is embedded here.
package mnist

//go:generate go run ./internal/subset -to data
