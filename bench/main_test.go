package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"gonum.org/v1/gonum/blas/blas64"

	"example.org/concord/simd"
)

// The test binary is Concord's child when it is called like one, and a bad peer when it is told to be.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-child" {
		blas64.Use(simd.New())
		os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) //nolint:forbidigo // here it is a main
	}
	if len(os.Args) == 3 && os.Args[1] == "-bad" {
		misbehave(os.Args[2])
		os.Exit(7) //nolint:forbidigo // as above
	}
	os.Exit(m.Run()) //nolint:forbidigo // as above
}

// misbehave greets, and then does what peers must not do.
func misbehave(how string) {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	in.Scan()
	fmt.Fprintln(os.Stdout, `{"id":1,"fair":true}`)
	in.Scan()
	switch how {
	case "dies":
		fmt.Fprintln(os.Stderr, "first line\nSegmentation fault")
	case "lacks":
		fmt.Fprintln(os.Stderr, "Traceback:\nModuleNotFoundError: No module named 'torch'")
	case "garbage":
		fmt.Fprintln(os.Stdout, "Intel MKL WARNING: hello")
	case "other":
		fmt.Fprintln(os.Stdout, `{"id":1}`)
	case "hangs":
		for in.Scan() {
		}
		select {}
	case "fails":
		fmt.Fprintln(os.Stdout, `{"id":2,"error":"Traceback\nValueError: no"}`)
		in.Scan()
		fmt.Fprintln(os.Stdout, `{"id":3,"seconds":2}`)
		in.Scan()
	}
}

// bad is a peer that misbehaves after its greeting.
func bad(how string) peer {
	return peer{Name: how, Command: func(e *env) []string { return []string{e.self, "-bad", how} }, Jobs: jobNames()}
}

// testEnv is an environment with the scripts in a temporary folder.
func testEnv(t *testing.T, python string) *env {
	t.Helper()
	e, err := newEnv(t.TempDir(), python, 2)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// python returns an interpreter that has a module. Where CI is set there has to be one with NumPy.
func python(t *testing.T, module string) string {
	t.Helper()
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.CommandContext(t.Context(), name, "-c", "import "+module).Run() == nil {
			return name
		}
	}
	advice := module + " not installed: apt-get install python3-" + module
	if os.Getenv("CI") != "" && module == "numpy" {
		t.Fatal(advice)
	}
	t.Skip(advice)
	return ""
}
