package scenarios_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"example.org/concord/scenarios"
)

func TestListRead(t *testing.T) {
	names, err := scenarios.List()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(names) || !slices.Contains(names, "smoke") {
		t.Errorf("List() = %v, want sorted names with smoke among them", names)
	}
	for _, name := range names {
		src, err := scenarios.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(src), "\nname: "+name+"\n") {
			t.Errorf("Read(%q) is of another name than its file", name)
		}
	}
}

func TestReadAbsent(t *testing.T) {
	for _, name := range []string{"absent", "", "smoke.yaml", "../scenarios/smoke"} {
		if _, err := scenarios.Read(name); err == nil || name == "absent" && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Read(%q) = %v, want an error", name, err)
		}
	}
}
