package verify

import (
	"cmp"
	"fmt"
	"strings"
)

// An Arithmetic is how numbers are rounded where a program runs: the same program gives the same bits wherever it
// is the same. The zero value is one that is not known.
type Arithmetic struct {
	SHA256 string `json:"sha256"` // Environment.Arithmetic, which alone is compared
	Text   string `json:"text"`   // what it comes from, in words
}

// Rounding returns the arithmetic of an environment. Its text is "amd64, kernels avx2, fma true", with what of
// GODEBUG is about the processor.
func (e *Environment) Rounding() Arithmetic {
	parts := []string{e.GOARCH, "kernels " + e.Kernels, fmt.Sprintf("fma %t", e.FMA)}
	for setting := range strings.SplitSeq(e.GODEBUG, ",") {
		if strings.HasPrefix(setting, "cpu.") {
			parts = append(parts, setting)
		}
	}
	return Arithmetic{SHA256: e.Arithmetic, Text: strings.Join(parts, ", ")}
}

// same reports whether two are known to be the same.
func (a Arithmetic) same(b Arithmetic) bool { return a.SHA256 != "" && a.SHA256 == b.SHA256 }

// String names the arithmetic in words, and by the beginning of its digest.
func (a Arithmetic) String() string {
	if a.SHA256 == "" {
		return "not known"
	}
	return fmt.Sprintf("%s, results %.8s", a.Text, a.SHA256)
}

// An ArithmeticError says that an outcome was made with other arithmetic than the one that was asked for.
type ArithmeticError struct{ Made, Want Arithmetic }

// Error implements error.
func (e *ArithmeticError) Error() string {
	return fmt.Sprintf("made with other arithmetic (%s) than that of this run (%s), and may differ in the last bits", e.Made, e.Want)
}

// diffArithmetic lists what is not the same in two environments and may change bits, and the processor. A digest
// that one of the two does not have is no difference.
func diffArithmetic(want, got *Environment) []SourceDiff {
	var out []SourceDiff
	add := func(what, got, want string) {
		if got != want {
			out = append(out, SourceDiff{what, cmp.Or(got, "none"), cmp.Or(want, "none")})
		}
	}
	add("Go", got.Go, want.Go)
	add("CPU", got.CPU, want.CPU)
	add("FMA", fmt.Sprint(got.FMA), fmt.Sprint(want.FMA))
	add("kernels", got.Kernels, want.Kernels)
	add("GOAMD64", got.GOAMD64, want.GOAMD64)
	add("GOARCH", got.GOARCH, want.GOARCH)
	add("GOOS", got.GOOS, want.GOOS)
	add("GODEBUG", got.GODEBUG, want.GODEBUG)
	add("build tags", got.Tags, want.Tags)
	if got.Arithmetic != "" && want.Arithmetic != "" {
		add("arithmetic", fmt.Sprintf("%.16s", got.Arithmetic), fmt.Sprintf("%.16s", want.Arithmetic))
	}
	return out
}

// elsewhere says in one sentence each how a run's environment differs from that in which its golden was approved.
// loud is false where nothing but the processor and what it has chosen differs and the arithmetic is known to be the
// same: then so are the bits.
func elsewhere(golden, run *Environment) (sentences []string, loud bool) {
	same := golden.Rounding().same(run.Rounding())
	for _, d := range diffArithmetic(golden, run) {
		loud = loud || d.What != "CPU" && d.What != "kernels" || !same
		if d.What == "arithmetic" {
			sentences = append(sentences, "numbers are rounded otherwise in this run than where the golden was approved, so the last bits are others")
			continue
		}
		sentences = append(sentences, fmt.Sprintf("golden was approved with %s=%s, this run has %s", d.What, d.Want, d.Got))
	}
	return sentences, loud
}
