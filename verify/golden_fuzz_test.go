package verify

import (
	"bytes"
	"strings"
	"testing"
)

// FuzzParseSidecar: what is accepted is, to the byte, what the program writes, and nothing else is.
func FuzzParseSidecar(f *testing.F) {
	for _, g := range []*Golden{sampleGolden(), approvedGolden(), plainGolden()} {
		_, sidecar := encodedGolden(f, g)
		f.Add(sidecar)
		f.Add(sidecar[:len(sidecar)/2])
	}
	f.Add([]byte(`{"schema_version": 1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := parseSidecar(data)
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" || len(err.Error()) > 2000 {
				t.Errorf("parseSidecar(%q): an error of %d bytes", data, len(err.Error()))
			}
			return
		}
		again, err := encodeSidecar(p)
		if err != nil {
			t.Fatalf("encodeSidecar of what was accepted: %v", err)
		}
		if !bytes.Equal(again, data) && !bytes.Contains(data, []byte(`"schema_version": 1,`)) {
			t.Errorf("parseSidecar accepts\n%s\nwhich the program writes as\n%s", data, again)
		}
		if _, err := parseSidecar(again); err != nil {
			t.Errorf("parseSidecar of what it accepted and the program wrote: %v", err)
		}
	})
}

// FuzzDecodeArray has a sound archive around it, checksums and all, so that the array itself is looked into.
func FuzzDecodeArray(f *testing.F) {
	docs := []ArrayDoc{{Name: "A", Shape: []int{2, 3}, Dtype: "<f8"}}
	good := soundA().data
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(append(bytes.Clone(good), 0))
	f.Add(npyOf(strings.Replace(headerA, "(2, 3)", "(1073741824, 1073741824)", 1)))
	f.Add(npyOf(strings.Replace(headerA, "<f8", "|O", 1), 1, 2, 3, 4, 5, 6))
	f.Fuzz(func(t *testing.T, npy []byte) {
		arrays, err := decodeArrays(docs, zipOf(t, zipEntry{name: "A.npy", data: npy}))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "array A: ") {
				t.Errorf("the error does not name the array: %v", err)
			}
			return
		}
		if len(arrays) != 1 || len(arrays[0].data) != 6 {
			t.Fatalf("decodeArrays = %v, want six entries", arrays)
		}
		if err := checkFinite(arrays[0].data, arrays[0].shape); err != nil {
			t.Errorf("array A: %v", err)
		}
		npz, err := encodeArrays(arrays)
		if err != nil {
			t.Fatalf("encodeArrays of what was accepted: %v", err)
		}
		again, err := decodeArrays(docs, npz)
		if err != nil {
			t.Fatalf("decodeArrays of what was written: %v", err)
		}
		if got, want := arraysDigest(again), arraysDigest(arrays); got != want {
			t.Errorf("written and read again it has the digest %s, want %s", got, want)
		}
	})
}

// FuzzGoldenSlug: whatever the label of a problem is, its file has a plain name, and no two labels share one, on
// file systems that do not tell upper from lower case either.
func FuzzGoldenSlug(f *testing.F) {
	for _, s := range []string{
		"rank=20", "../../etc/passwd", "/etc/passwd", ".", "..", "", "a\x00b", "CON", "nul.txt", "A", "a ", "rank=2\u0660", "\u202e", `a\b`, "C:x",
		strings.Repeat("x", 151), strings.Repeat("/", 5000), "%2E",
	} {
		f.Add(s, "rank=20")
	}
	f.Fuzz(func(t *testing.T, label, other string) {
		slug := GoldenSlug(label)
		if slug == "" || len(slug) > 200 || strings.Trim(slug, "abcdefghijklmnopqrstuvwxyz0123456789=,.+-%ABCDEF") != "" || slug[0] == '.' || slug[0] == '-' {
			t.Errorf("GoldenSlug(%q) = %q, want a plain file name", label, slug)
		}
		if label != other && strings.EqualFold(slug, GoldenSlug(other)) {
			t.Errorf("GoldenSlug(%q) = %q, and that of %q is %q", label, slug, other, GoldenSlug(other))
		}
	})
}
