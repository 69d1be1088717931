// Leastsquares verifies a training procedure of its own: a complete example of a verify.Subject, and of the
// verifier used as a library. Run it with: go run ./examples/leastsquares
package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"

	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

//go:embed scenario.yaml
var scenario []byte

// run runs the scenario, writes the report to a file and the same in words to out, and returns the exit code.
func run(ctx context.Context, out io.Writer, file string) (int, error) {
	subjects := []verify.Subject{leastSquares{}}
	s, err := verify.ParseScenario("scenario.yaml", scenario, subjects)
	if err != nil {
		return verify.ExitUsage, err
	}
	result, err := verify.Run(ctx, s, subjects, nil)
	if err != nil {
		return verify.ExitError, err
	}
	page := func(w io.Writer) error { return report.WriteHTML(w, result) }
	if err := report.Save(file, page); err != nil {
		return verify.ExitError, err
	}
	return result.Verdict.ExitCode(), report.WriteText(out, result, 80, false)
}

func main() {
	code, err := run(context.Background(), os.Stdout, "leastsquares.html")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code) //nolint:forbidigo // this is main
}
