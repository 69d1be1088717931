package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	verifySource = "../../.."
	committed    = "../../schema.json"
)

func TestTheCommittedSchemaIsCurrent(t *testing.T) {
	want, err := generate(verifySource)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(committed)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("verify/report/schema.json is not what the fields of verify.Result give: run go generate ./verify/report (-want +got):\n%s", diff)
	}
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "schema.json")
	if err := write(verifySource, path); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(committed)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("write wrote another schema than the committed one")
	}
	broken := filepath.Join(t.TempDir(), "broken.go")
	if err := os.WriteFile(broken, []byte("package verify\ntype {"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := write(filepath.Dir(broken), path); err == nil {
		t.Error("write of source that does not parse = nil, want an error")
	}
}

func TestReadDocs(t *testing.T) {
	all, err := readDocs(verifySource)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"Verdict":             "A Verdict is what a check, a trial, a problem or a whole run comes to. The zero value is NotRun, so that whatever was forgotten is never a pass.",
		"TrialResult.Steps":   "accepted steps",
		"Power":               "Power is what the number of independent starts supports.",
		"DrawnImage.Opinions": "What judges said, in the order of ProblemResult.Judges, and the nearest training image; where the scenario has a recognisable check.",
	} {
		if got := all[key]; got != want {
			t.Errorf("docs[%q] = %q, want %q", key, got, want)
		}
	}
}

func TestUnknownKindsAreRefused(t *testing.T) {
	g := generator{defs: object{}}
	for _, c := range []struct {
		name string
		t    reflect.Type
	}{
		{"a channel", reflect.TypeFor[chan int]()},
		{"a list of complex numbers", reflect.TypeFor[[]complex128]()},
		{"a field without a name in JSON", reflect.TypeFor[struct{ X int }]()},
	} {
		t.Run(c.name, func(t *testing.T) {
			if s, err := g.schema(c.t); err == nil {
				t.Errorf("schema(%v) = %v, want an error", c.t, s)
			}
		})
	}
}
