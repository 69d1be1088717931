package mnist

import (
	"bytes"
	"fmt"
	"testing"
)

func BenchmarkReadImages(b *testing.B) {
	for _, split := range []Split{Train, Test} {
		h, err := split.half()
		if err != nil {
			b.Fatal(err)
		}
		z, err := data.ReadFile("data/" + h.images.name)
		if err != nil {
			b.Fatal(err)
		}
		for _, enc := range []struct {
			name string
			in   []byte
		}{{"plain", unzip(b, z)}, {"gzip", z}} {
			b.Run(fmt.Sprintf("count=%d/encoding=%s", h.embedded, enc.name), func(b *testing.B) {
				b.SetBytes(int64(h.embedded) * 28 * 28)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := ReadImages(bytes.NewReader(enc.in)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkReadLabels(b *testing.B) {
	z, err := data.ReadFile("data/t10k-labels-idx1-ubyte.gz")
	if err != nil {
		b.Fatal(err)
	}
	in := unzip(b, z)
	b.Run("count=10000/encoding=plain", func(b *testing.B) {
		b.SetBytes(int64(len(in)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ReadLabels(bytes.NewReader(in)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEmbedded(b *testing.B) {
	for _, bb := range []struct {
		split Split
		count int
	}{{Train, 100}, {Test, 10000}} {
		b.Run(fmt.Sprintf("split=%s/count=%d", bb.split, bb.count), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Embedded(bb.split, 0, bb.count); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpenCached(b *testing.B) {
	settings := filled(b)
	b.Run("split=train/count=60000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Open(b.Context(), Train, 0, 60000, settings); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDigest(b *testing.B) {
	set, err := Embedded(Train, 0, 1000)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("count=1000", func(b *testing.B) {
		b.SetBytes(int64(len(set.Images.Pixels)))
		for b.Loop() {
			set.Digest()
		}
	})
}
