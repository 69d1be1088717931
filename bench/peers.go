package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed peers/*.py
var scripts embed.FS

// A peer is one row of the tables.
type peer struct {
	Name    string
	About   string
	Command func(e *env) []string
	Jobs    []string // what it takes part in
}

// env is where peers find what they need.
type env struct {
	self   string // this binary
	python string
	dir    string // of the scripts
	cores  int
}

func newEnv(dir, python string, cores int) (*env, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	sub, err := fs.Sub(scripts, "peers")
	if err != nil {
		return nil, err
	}
	e := &env{self: self, python: python, dir: filepath.Join(dir, "peers"), cores: cores}
	return e, os.CopyFS(e.dir, sub)
}

// Concord's name among the peers.
const base = "concord"

// peers lists them all, Concord first.
func peers() []peer {
	own := func(method string) func(*env) []string {
		return func(e *env) []string { return []string{e.self, "-child", method} }
	}
	python := func(args ...string) func(*env) []string {
		return func(e *env) []string {
			return append([]string{e.python, "-B", filepath.Join(e.dir, args[0])}, args[1:]...)
		}
	}
	all := []string{"gradient", "trial", "sweep"}
	return []peer{
		{base, "Concord, method quotient: preconditioned L-BFGS on the product, in span coordinates", own("quotient"), append(all, "images")},
		{"concord-lbfgs", "Concord, L-BFGS in span coordinates", own("lbfgs"), []string{"trial", "sweep"}},
		{"concord-ascent", "Concord, gradient ascent with momentum in span coordinates", own("gradient"), []string{"trial"}},
		{"numpy-span", "NumPy class by class in span coordinates, L-BFGS as concord-lbfgs", python("numpy_peer.py", "span"), append(all, "images")},
		{"numpy-full", "NumPy class by class in full space, L-BFGS as concord-lbfgs", python("numpy_peer.py", "full"), all},
		{"scipy", "SciPy L-BFGS-B, analytic gradient class by class in full space", python("scipy_peer.py"), []string{"trial", "sweep"}},
		{"torch", "PyTorch autograd in full space, torch.optim.LBFGS", python("torch_peer.py", "lbfgs"), all},
		{"torch-ascent", "PyTorch autograd in full space, gradient ascent with momentum", python("torch_peer.py", "gradient"), []string{"trial"}},
	}
}

// start runs the peer's process. Threads are set by jobs; the variables are for libraries that only read them once.
func (p peer) start(ctx context.Context, e *env) (*child, error) {
	command := p.Command(e)
	if _, err := exec.LookPath(command[0]); err != nil {
		return nil, missingError(command[0])
	}
	n := fmt.Sprint(e.cores)
	return start(ctx, []string{"OPENBLAS_NUM_THREADS=" + n, "OMP_NUM_THREADS=" + n, "MKL_NUM_THREADS=" + n}, command...)
}
