package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
	"golang.org/x/sys/cpu"

	"example.org/concord/simd"
	"example.org/concord/verify"
)

// environment says where this program runs and what it was built from.
func (a *app) environment() verify.Environment {
	e := verify.Environment{
		Version: "unknown", Revision: "unknown", Go: runtime.Version(), GOOS: runtime.GOOS, GOARCH: runtime.GOARCH,
		GODEBUG: a.getenv("GODEBUG"), CPU: processor("/proc/cpuinfo"), Cores: runtime.NumCPU(), Modules: map[string]string{},
	}
	info, ok := debug.ReadBuildInfo()
	if ok {
		e.Version = info.Main.Version
		for _, m := range info.Deps {
			if m.Replace != nil {
				m = m.Replace
			}
			e.Modules[m.Path] = m.Version
		}
		revision, modified := "", false
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				revision = s.Value
			case "vcs.modified":
				modified = s.Value == "true"
			case "-tags":
				e.Tags = s.Value
			case "GO" + strings.ToUpper(runtime.GOARCH): // GOAMD64 and the like
				e.GOAMD64 = s.Value
			}
		}
		if revision != "" {
			e.Revision = revision
			if modified {
				e.Revision += "+dirty"
			}
		}
	}
	e.FMA = fused(e.GOAMD64)
	e.Kernels = simd.Kernel()
	e.Arithmetic = arithmetic()
	return e
}

// fused says whether x*y+z may be rounded once. On amd64 package math asks the processor, unless GODEBUG
// says cpu.fma=off or cpu.avx=off, and a program built for GOAMD64=v3 fuses anyway. The other 64-bit ports with the
// instruction always use it.
func fused(level string) bool {
	switch runtime.GOARCH {
	case "amd64":
		return level == "v3" || level == "v4" || cpu.X86.HasAVX && cpu.X86.HasFMA // which heed GODEBUG
	case "arm64", "ppc64", "ppc64le", "s390x", "riscv64":
		return true
	}
	return false
}

// processor returns the model of the first processor in a file like /proc/cpuinfo, "" where there is none.
func processor(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// peakRSS returns the largest resident size of this process so far in bytes, from a file like
// /proc/self/status; 0 where there is none.
func peakRSS(path string) int64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(text) {
		fields := strings.Fields(string(line))
		if len(fields) == 3 && fields[0] == "VmHWM:" && fields[2] == "kB" {
			if kib, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
				return kib << 10
			}
		}
	}
	return 0
}

// program identifies the running executable by the SHA-256 of its file. It is part of every cell's id: a
// program that was built anew may compute something else.
func (a *app) program() (d verify.Digest, err error) {
	path, err := os.Executable()
	if err != nil {
		return d, fmt.Errorf("finding this program: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return d, fmt.Errorf("reading this program: %w", err)
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return d, errors.Join(fmt.Errorf("reading this program: %w", err), f.Close())
	}
	e := a.environment()
	return verify.Digest{
		Name: "program verify", SHA256: hex.EncodeToString(h.Sum(nil)),
		Detail: fmt.Sprintf("version %s, revision %s", e.Version, e.Revision),
	}, f.Close()
}

// versionFlag prints what the program was built from.
type versionFlag bool

// BeforeReset is called by kong when the flag is given.
func (versionFlag) BeforeReset(k *kong.Kong, a *app) error { //nolint:unparam // the signature that kong wants
	e := a.environment()
	a.printf("verify %s\nrevision %s\n%s %s/%s", e.Version, e.Revision, e.Go, e.GOOS, e.GOARCH)
	if e.GOAMD64 != "" {
		a.printf(" GO%s=%s", strings.ToUpper(e.GOARCH), e.GOAMD64)
	}
	a.printf("\n")
	k.Exit(verify.ExitPass)
	return nil
}
