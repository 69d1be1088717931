package verify

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// encodedGolden returns the contents of both files of g.
func encodedGolden(t testing.TB, g *Golden) (npz, sidecar []byte) {
	t.Helper()
	npz, sidecar, err := encodeGolden(g)
	if err != nil {
		t.Fatal(err)
	}
	return npz, sidecar
}

func mapFS(files map[string][]byte) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, data := range files {
		fsys[name] = &fstest.MapFile{Data: data}
	}
	return fsys
}

// zipEntry is one entry of an archive made for a test.
type zipEntry struct {
	name string
	data []byte
	mode fs.FileMode
	size uint64 // that the archive states, when not that of data
}

// zipOf returns an archive of entries, which need not be sound.
func zipOf(t testing.TB, entries ...zipEntry) []byte {
	t.Helper()
	var buffer bytes.Buffer
	z := zip.NewWriter(&buffer)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(e.data)}
		h.CompressedSize64, h.UncompressedSize64 = uint64(len(e.data)), uint64(len(e.data))
		if e.size > 0 {
			h.UncompressedSize64 = e.size
		}
		if e.mode != 0 {
			h.SetMode(e.mode)
		}
		w, err := z.CreateRaw(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// npyOf returns an array file with that header, which gets no padding.
func npyOf(header string, data ...float64) []byte {
	b := binary.LittleEndian.AppendUint16([]byte(npyMagic), uint16(len(header)))
	b = append(b, header...)
	for _, x := range data {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	return b
}

// The arrays of sampleGolden without its drawings.
const (
	headerA = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n"
	headerB = "{'descr': '<f8', 'fortran_order': False, 'shape': (4, 2), }\n"
)

func soundA() zipEntry {
	return zipEntry{name: "A.npy", data: npyOf(headerA, 1, 0.5, 0.1, 0, 0.25, -1.0/3)}
}

func soundB() zipEntry {
	return zipEntry{name: "B.npy", data: npyOf(headerB, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, -0.8)}
}

// plainGolden is sampleGolden without its drawings.
func plainGolden() *Golden {
	g := sampleGolden()
	g.Drawings = nil
	return g
}

// TestReadGoldenAcceptsOtherArchives: how it is compressed, and how headers are padded, does not matter.
func TestReadGoldenAcceptsOtherArchives(t *testing.T) {
	_, sidecar := encodedGolden(t, plainGolden())
	g, err := ReadGolden(mapFS(map[string][]byte{"x.npz": zipOf(t, soundB(), soundA()), "x.json": sidecar}), "x.npz")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := goldenBits(t, g), goldenBits(t, plainGolden()); got != want {
		t.Errorf("ReadGolden = %s, want %s", got, want)
	}
}

func TestReadGoldenRefusesArrays(t *testing.T) {
	_, sidecar := encodedGolden(t, plainGolden())
	whole := zipOf(t, soundA(), soundB())
	a := func(change func(*zipEntry)) []byte {
		e := soundA()
		change(&e)
		return zipOf(t, e, soundB())
	}
	header := func(text string) []byte {
		return a(func(e *zipEntry) { e.data = npyOf(text, 1, 0.5, 0.1, 0, 0.25, -1.0/3) })
	}
	entries := func(data ...float64) []byte {
		return a(func(e *zipEntry) { e.data = npyOf(headerA, data...) })
	}
	flipped := bytes.Clone(whole)
	flipped[bytes.Index(whole, []byte(headerA))+len(headerA)+3] ^= 1
	for _, tt := range []struct {
		name string
		npz  []byte
		want string
	}{
		{"empty file", nil, "no npz archive, or cut short"},
		{"no archive", []byte("not an archive"), "no npz archive, or cut short"},
		{"cut in half", whole[:len(whole)/2], "no npz archive, or cut short"},
		{"cut by one byte", whole[:len(whole)-1], "no npz archive, or cut short"},
		{"empty archive", zipOf(t), "array A: the archive does not hold it"},
		{"a missing array", zipOf(t, soundA()), "array B: the archive does not hold it"},
		{"an array more", zipOf(t, soundA(), soundB(), zipEntry{name: "C.npy", data: soundA().data}), `holds "C.npy", which is none`},
		{"an array twice", zipOf(t, soundA(), soundB(), soundA()), `holds "A.npy" twice`},
		{"a path", zipOf(t, soundA(), soundB(), zipEntry{name: "../A.npy"}), `holds "../A.npy", which is none`},
		{"an absolute path", zipOf(t, soundA(), soundB(), zipEntry{name: "/A.npy"}), `holds "/A.npy", which is none`},
		{"a name in other letters", a(func(e *zipEntry) { e.name = "a.npy" }), `holds "a.npy", which is none`},
		{"a folder", zipOf(t, soundA(), soundB(), zipEntry{name: "A.npy/"}), `holds "A.npy/", which is none`},
		{"a symbolic link", a(func(e *zipEntry) { e.mode = fs.ModeSymlink | 0o777 }), `array A: the entry "A.npy" of the archive is no plain file`},
		{"a bit flipped", flipped, "array A: after the last entry: zip: checksum error"},
		{"another value", entries(1, 0.5, 0.1, 0, 0.25, 1.0/3), "the arrays have the digest"},
		{"NaN", entries(1, 0.5, math.NaN(), 0, 0.25, -1.0/3), "array A: entry (0,2) is NaN"},
		{"infinity", entries(1, 0.5, 0.1, 0, math.Inf(1), -1.0/3), "array A: entry (1,1) is +Inf"},
		{"an entry less", entries(1, 0.5, 0.1, 0, 0.25), "array A: after 5 of 6 entries: unexpected EOF"},
		{"an entry more", entries(1, 0.5, 0.1, 0, 0.25, -1.0/3, 0), "array A: there is data after the last of its 6 entries"},
		{"no header", a(func(e *zipEntry) { e.data = nil }), "array A: reading its header: unexpected EOF"},
		{"a header cut short", a(func(e *zipEntry) { e.data = npyOf(headerA)[:20] }), "array A: reading its header: unexpected EOF"},
		{"another format", a(func(e *zipEntry) { e.data[0] = 'x' }), `array A: it begins with "xNUMPY`},
		{"another version of the format", a(func(e *zipEntry) { e.data[6] = 2 }), `array A: it begins with "\x93NUMPY\x02`},
		{"float32", header(strings.Replace(headerA, "<f8", "<f4", 1)), `array A: it has dtype "<f4", want "<f8"`},
		{"big-endian", header(strings.Replace(headerA, "<f8", ">f8", 1)), `array A: it has dtype ">f8", want "<f8"`},
		{"objects", header(strings.Replace(headerA, "<f8", "|O", 1)), `array A: it has dtype "|O", want "<f8"`},
		{"Fortran order", header(strings.Replace(headerA, "False", "True", 1)), "array A: its entries are in Fortran order, want C order"},
		{"transposed", header(strings.Replace(headerA, "(2, 3)", "(3, 2)", 1)), "array A: it has the shape (3, 2), and the side-car says (2, 3)"},
		{"flat", header(strings.Replace(headerA, "(2, 3)", "(6,)", 1)), "array A: it has the shape (6,), and the side-car says (2, 3)"},
		{"a header that is no dictionary", header("shape=(2, 3)\n"), `array A: its header "shape=(2, 3)\n" is not as NumPy writes it`},
		{"code for a header", header("__import__('os').system('true')\n"), "is not as NumPy writes it"},
		{"a bomb that says so", a(func(e *zipEntry) { e.size = 1 << 40 }), "array A: the archive says that it takes 1099511627776 bytes"},
		{"a bomb of entries", zipOf(t, slices.Repeat([]zipEntry{{name: "A.npy"}}, 5000)...), "the archive has 430022 bytes, and what the side-car describes fills at most 199821"},
		{"a size that is wrong", a(func(e *zipEntry) { e.size = 200 }), "array A: after the last entry: unexpected EOF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadGolden(mapFS(map[string][]byte{"s/x.npz": tt.npz, "s/x.json": sidecar}), "s/x.npz")
			wantError(t, "ReadGolden", err, tt.want, "s/x.npz: ")
		})
	}
}

func TestReadGoldenRefusesSidecars(t *testing.T) {
	npz, whole := encodedGolden(t, approvedGolden())
	replaced := func(old, text string) string {
		if strings.Count(string(whole), old) != 1 {
			t.Fatalf("%q is %d times in the side-car", old, strings.Count(string(whole), old))
		}
		return strings.Replace(string(whole), old, text, 1)
	}
	images := "3\n      ],\n      \"dtype\": \"<f8\",\n      \"doc\": \"one"
	for _, tt := range []struct {
		name    string
		sidecar string
		want    string
	}{
		{"empty", "", "unexpected end of JSON input"},
		{"no JSON", "golden: 1\n", "line 1: invalid character"},
		{"cut in half", string(whole[:len(whole)/2]), "unexpected end of JSON input"},
		{"a list", "[1]", "line 1: json: cannot unmarshal array"},
		{"nothing", "null", `there is no "schema_version"`},
		{"no version", replaced(`  "schema_version": 2,`+"\n", ""), `there is no "schema_version"`},
		{"a later version", replaced(`"schema_version": 2`, `"schema_version": 3`), "schema_version is 3, and this program reads 1 and 2: read it with the version of the program that wrote it"},
		{"version zero", replaced(`"schema_version": 2`, `"schema_version": 0`), "schema_version is 0, and"},
		{"a version in quotes", replaced(`"schema_version": 2`, `"schema_version": "2"`), `schema_version is "2", and`},
		{"a version that is a fraction", replaced(`"schema_version": 2`, `"schema_version": 2.0`), "schema_version is 2.0, and"},
		{"a version that did not know lineages", replaced(`"schema_version": 2`, `"schema_version": 1`), "schema_version is 1, and the approval has a lineage"},
		{"ancestors that are null", replaced(`"ancestors": []`, `"ancestors": null`), "the approval has no lineage"},
		{"a parent that is no ancestor", replaced(`"parent": ""`, `"parent": "`+strings.Repeat("ab", 32)+`"`), `names the parent "abababababab" at the distance NaN, and the lineage ends in ""`},
		{"an unknown key", replaced(`  "cell":`, `  "cells": 1,`+"\n"+`  "cell":`), `unknown field "cells"`},
		{"a key in other letters", replaced(`"cell":`, `"Cell":`), `line 7 is "  \"Cell\":`},
		{"a key twice", replaced(`  "trial": "seed=1",`, `  "trial": "seed=1",`+"\n"+`  "trial": "seed=1",`), `line 9 is "  \"trial\": \"seed=1\",\n", and the program would have written "  \"fitness\"`},
		{"a key missing", replaced(`  "trial": "seed=1",`+"\n", ""), "line 8 is"},
		{"a second document", string(whole) + "{}\n", "invalid character '{' after top-level value"},
		{"another indentation", replaced(`  "trial"`, `    "trial"`), "side-cars are not edited by hand"},
		{"a number in quotes", replaced(`"fitness": -12.5`, `"fitness": "-12.5"`), "cannot unmarshal string"},
		{"a number that is null", replaced(`"fitness": -12.5`, `"fitness": null`), "null is not a number"},
		{"a text that is a number", replaced(`"trial": "seed=1"`, `"trial": 1`), "line 8: json: cannot unmarshal number"},
		{"another digest", replaced(`"sha256": "00"`, `"sha256": "01"`), "NO ERROR"},
		{"no arrays", replaced(`"name": "A"`, `"name": "../A"`), `array "../A": a name is a letter`},
		{"arrays of one name", replaced(`"name": "A"`, `"name": "B"`), "array B: the name occurs twice"},
		{"drawings that are not last", replaced(`"name": "A"`, `"name": "images"`), "array images: it has to be the last"},
		{"another type", replaced("2,\n        3\n      ],\n      \"dtype\": \"<f8\"", "2,\n        3\n      ],\n      \"dtype\": \"<f4\""), `array A: its dtype is "<f4", want "<f8"`},
		{"an empty axis", replaced("        2,\n        3\n", "        0,\n        3\n"), "array A: the shape [0 3] has an axis without entries"},
		{"a negative axis", replaced("        2,\n        3\n", "        -2,\n        -3\n"), "array A: the shape [-2 -3] has an axis without entries"},
		{"an axis less", replaced("        2,\n        3\n", "        6\n"), "array A: its shape [6] has 1 axes, want 2"},
		{"an axis less of the drawings", replaced("        1,\n        "+images, "        "+images), "array images: its shape [2 3] has 2 axes, want 3"},
		{"a shape beyond the limit", replaced("        2,\n        3\n", "        8192,\n        16385\n"), "array A: the shape [8192 16385] needs more than the 1073741824 bytes"},
		{"a shape that overflows", replaced("        2,\n        3\n", "        4294967296,\n        4294967296\n"), "needs more than the 1073741824 bytes"},
		{"arrays beyond the limit together", replaced("        2,\n        3\n", "        8192,\n        16384\n"), "array B: with the arrays before it, it needs more than"},
		{"another shape", replaced("        2,\n        3\n", "        3,\n        2\n"), "array A: it has the shape (2, 3), and the side-car says (3, 2)"},
		{"drawings of the same name", replaced(`"pattern": "+-"`, `"pattern": "++"`), `the drawing of label "0", basin "++" occurs twice`},
		{"a drawing less", replaced("    {\n      \"label\": \"0\",\n      \"pattern\": \"++\"\n    },\n", ""), `it names 1 drawings, and the array "images" has 2`},
		{"approved by nobody", replaced(`"by": "Ada"`, `"by": " "`), "the approval does not say by whom"},
		{"approved for no reason", replaced(`"reason": "it is right"`, `"reason": ""`), "the approval has no reason"},
		{"approved at no time", replaced(`"at": "2026-01-02T03:04:05Z"`, `"at": "yesterday"`), "the time of the approval: parsing time"},
		{"approved in another zone", replaced(`"at": "2026-01-02T03:04:05Z"`, `"at": "2026-01-02T03:04:05+01:00"`), "is not in UTC"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadGolden(mapFS(map[string][]byte{"s/x.npz": npz, "s/x.json": []byte(tt.sidecar)}), "s/x.npz")
			if tt.want == "NO ERROR" {
				if err != nil {
					t.Errorf("ReadGolden: %v; the digests of the data say nothing about the arrays", err)
				}
				return
			}
			wantError(t, "ReadGolden", err, tt.want, "s/x.")
		})
	}
}

func TestReadGoldenRefusesFiles(t *testing.T) {
	npz, sidecar := encodedGolden(t, sampleGolden())
	folder := &fstest.MapFile{Mode: fs.ModeDir | 0o755}
	for _, tt := range []struct {
		name string
		fsys fstest.MapFS
		path string
		want string
	}{
		{"neither file", fstest.MapFS{}, "x.npz", "x.npz: no golden file"},
		{"another name", mapFS(map[string][]byte{"x.npy": npz, "x.npy.json": sidecar}), "x.npy", "x.npy: the name of a golden file ends in .npz"},
		{"a folder for the arrays", fstest.MapFS{"x.npz": folder, "x.json": {Data: sidecar}}, "x.npz", "x.npz: this is no plain file"},
		{"a pipe for the side-car", fstest.MapFS{"x.npz": {Data: npz}, "x.json": {Mode: fs.ModeNamedPipe}}, "x.npz", "x.json: this is no plain file"},
		{"a side-car too large", mapFS(map[string][]byte{"x.npz": npz, "x.json": make([]byte, maxSidecarBytes+1)}), "x.npz", "x.json: the file has 4194305 bytes, more than the 4194304"},
		{"a path out of the folder", mapFS(map[string][]byte{"x.npz": npz}), "../x.npz", "../x.npz: this is no path of a file system"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadGolden(tt.fsys, tt.path)
			wantError(t, "ReadGolden", err, tt.want)
		})
	}
}

// TestPromisesCostNothing: a side-car and a header that promise 1 GiB take no more memory than the file fills.
func TestPromisesCostNothing(t *testing.T) {
	_, sidecar := encodedGolden(t, plainGolden())
	text := strings.Replace(string(sidecar), "        2,\n        3\n", "        8192,\n        16000\n", 1)
	e := zipEntry{name: "A.npy", data: npyOf(strings.Replace(headerA, "(2, 3)", "(8192, 16000)", 1), make([]float64, 1000)...), size: 8 * 8192 * 16000}
	fsys := mapFS(map[string][]byte{"x.npz": zipOf(t, e, soundB()), "x.json": []byte(text)})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := ReadGolden(fsys, "x.npz")
	runtime.ReadMemStats(&after)
	wantError(t, "ReadGolden", err, "array A: after 1000 of 131072000 entries: unexpected EOF")
	if got, limit := after.TotalAlloc-before.TotalAlloc, uint64(16<<20); got > limit {
		t.Errorf("ReadGolden took %d bytes, want at most %d", got, limit)
	}
}

// FuzzReadGolden: whatever is in the two files, what is accepted can be written and read again, and is the same.
func FuzzReadGolden(f *testing.F) {
	for _, g := range []*Golden{sampleGolden(), approvedGolden(), plainGolden()} {
		npz, sidecar := encodedGolden(f, g)
		f.Add(npz, sidecar)
		f.Add(npz[:len(npz)/2], sidecar)
		f.Add(npz, sidecar[:len(sidecar)/2])
	}
	f.Fuzz(func(t *testing.T, npz, sidecar []byte) {
		g, err := ReadGolden(mapFS(map[string][]byte{"x.npz": npz, "x.json": sidecar}), "x.npz")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x.") {
				t.Errorf("the error does not begin with the file: %v", err)
			}
			return
		}
		npz2, sidecar2, err := encodeGolden(g)
		if err != nil {
			t.Fatalf("encodeGolden after ReadGolden: %v", err)
		}
		again, err := decodeGolden(npz2, sidecar2, "x.npz")
		if err != nil {
			t.Fatalf("decodeGolden of what was accepted: %v", err)
		}
		if got, want := goldenBits(t, again), goldenBits(t, g); got != want || again.Source.SHA256 != g.Source.SHA256 {
			t.Errorf("written and read again it is %s, want %s", got, want)
		}
	})
}

// FuzzDecodeArrays has a sound side-car, so that the archive is looked into.
func FuzzDecodeArrays(f *testing.F) {
	docs := []ArrayDoc{{Name: "A", Shape: []int{2, 3}, Dtype: "<f8"}, {Name: "B", Shape: []int{4, 2}, Dtype: "<f8"}}
	compressed, _ := encodedGolden(f, plainGolden())
	f.Add(compressed)
	f.Add(zipOf(f, soundA(), soundB()))
	f.Add(zipOf(f, soundA(), soundA()))
	f.Add(zipOf(f, zipEntry{name: "A.npy", data: npyOf(headerA, 1), size: 1 << 40}, soundB()))
	f.Fuzz(func(t *testing.T, npz []byte) {
		arrays, err := decodeArrays(docs, npz)
		if err != nil {
			return
		}
		if len(arrays) != 2 || len(arrays[0].data) != 6 || len(arrays[1].data) != 8 {
			t.Fatalf("decodeArrays = %v, want arrays of the shapes asked for", arrays)
		}
		for _, a := range arrays {
			if err := checkFinite(a.data, a.shape); err != nil {
				t.Errorf("array %s: %v", a.name, err)
			}
		}
	})
}
