package main

import (
	"path/filepath"
	"runtime"
	"testing"
)

func TestProcessor(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct{ name, text, want string }{
		{"x86", "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel\t\t: 85\nmodel name\t: Some CPU @ 2.00GHz\nmodel name\t: Another\n", "Some CPU @ 2.00GHz"},
		{"arm has none", "processor\t: 0\nBogoMIPS\t: 50.00\n", ""},
		{"empty", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(dir, "cpuinfo")
			if err := writeFile(path, []byte(test.text)); err != nil {
				t.Fatal(err)
			}
			if got := processor(path); got != test.want {
				t.Errorf("processor(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
	if got := processor(filepath.Join(dir, "absent")); got != "" {
		t.Errorf("processor of an absent file = %q, want \"\"", got)
	}
}

func TestPeakRSS(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		name, text string
		want       int64
	}{
		{"linux", "VmPeak:\t  9999 kB\nVmHWM:\t    1234 kB\nVmRSS:\t 999 kB\n", 1234 << 10},
		{"no number", "VmHWM:\t many kB\n", 0},
		{"no such line", "VmRSS:\t 999 kB\n", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(dir, "status")
			if err := writeFile(path, []byte(test.text)); err != nil {
				t.Fatal(err)
			}
			if got := peakRSS(path); got != test.want {
				t.Errorf("peakRSS(%q) = %d, want %d", test.text, got, test.want)
			}
		})
	}
	if got := peakRSS(filepath.Join(dir, "absent")); got != 0 {
		t.Errorf("peakRSS of an absent file = %d, want 0", got)
	}
}

func TestEnvironment(t *testing.T) {
	a := &app{getenv: func(name string) string { return map[string]string{"GODEBUG": "x=1"}[name] }}
	e := a.environment()
	if e.Go != runtime.Version() || e.GOOS != runtime.GOOS || e.GOARCH != runtime.GOARCH || e.Cores < 1 {
		t.Errorf("environment = %+v", e)
	}
	if e.GODEBUG != "x=1" {
		t.Errorf("GODEBUG = %q, want x=1", e.GODEBUG)
	}
	if e.Revision == "" || e.Version == "" {
		t.Errorf("version %q, revision %q: want words even where there is no knowing", e.Version, e.Revision)
	}
	if e.Modules["gonum.org/v1/gonum"] == "" {
		t.Errorf("modules = %v, want gonum among them", e.Modules)
	}
}

func TestProgram(t *testing.T) {
	a := &app{getenv: noEnv}
	first, err := a.program()
	if err != nil {
		t.Fatal(err)
	}
	second, err := a.program()
	if err != nil {
		t.Fatal(err)
	}
	if first != second || len(first.SHA256) != 64 {
		t.Errorf("program = %+v, then %+v", first, second)
	}
}
