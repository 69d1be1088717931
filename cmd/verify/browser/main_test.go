//go:build !race

package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// The browser, with one process for all tests, and the folder that the program filled; or why there is none.
var (
	chromium context.Context
	reports  string
	unfit    error
)

// TestMain runs the tests where there is a browser, and where there has to be one.
func TestMain(m *testing.M) {
	path, err := exec.LookPath("chromium")
	switch {
	case err == nil:
		err = with(path, m)
	case os.Getenv("CI") == "":
		fmt.Fprintf(os.Stderr, "browser: NOT RUN, no test of the pages: %v; apt-get install chromium\n", err)
		return
	default:
		err = fmt.Errorf("%w; apt-get install chromium", err)
	}
	if err != nil {
		unfit = err
		m.Run() // every test fails, and says why
	}
}

// with runs the tests with the browser at path, unless something is missing to begin.
func with(path string, m *testing.M) (err error) {
	if reports, err = os.MkdirTemp("", "concord-browser-"); err != nil {
		return err
	}
	defer func() {
		if left := os.RemoveAll(reports); left != nil {
			fmt.Fprintln(os.Stderr, "browser:", left)
		}
	}()
	if err := makeReports(reports); err != nil {
		return err
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(filepath.Join(reports, "profile")),
		chromedp.Flag("hide-scrollbars", false))...)
	defer stop()
	ctx, cancel := chromedp.NewContext(allocator)
	defer cancel()
	if err := chromedp.Do(ctx); err != nil { // starts the browser
		return fmt.Errorf("chromium: %w", err)
	}
	chromium = ctx
	m.Run()
	return nil
}

// makeReports fills dir with what the program writes: the scenario smoke in both layouts, a crowded page, one of many
// training runs, and pages about several results.
func makeReports(dir string) error {
	verify := filepath.Join(dir, "verify")
	if err := program("go", "build", "-o", verify, "example.org/concord/cmd/verify"); err != nil {
		return err
	}
	var wait sync.WaitGroup
	runs := []struct {
		scenario string
		code     int // that it ends with
		err      error
	}{{"smoke", 0, nil}, {filepath.Join("testdata", "many.yaml"), 0, nil}, {filepath.Join("testdata", "crowded.yaml"), 1, nil}}
	for i := range runs {
		r := &runs[i]
		wait.Go(func() {
			r.err = ends(r.code, program(verify, "run", r.scenario, "--quiet", "--out", filepath.Join(dir, "file")))
		})
	}
	wait.Wait()
	for _, r := range runs {
		if r.err != nil {
			return r.err
		}
	}
	a, b := filepath.Join(dir, "file", "smoke"), filepath.Join(dir, "file", "crowded")
	return errors.Join(ends(1, program(verify, "diff", a, b, "--html", filepath.Join(dir, "diff.html"))),
		program(verify, "report", a, "--layout", "dir", "--out", filepath.Join(dir, "dir", "smoke")),
		program(verify, "history", filepath.Join(dir, "file"), "--html", filepath.Join(dir, "history.html")))
}

// ends returns err, which is that of a program, unless that ended with the exit code that it has to end with.
func ends(code int, err error) error {
	exit, ok := errors.AsType[*exec.ExitError](err)
	switch {
	case ok && exit.ExitCode() == code:
		return nil
	case err == nil && code != 0:
		return fmt.Errorf("a program ended with 0, want %d", code)
	default:
		return err
	}
}

// program runs a program; an error has what it wrote.
func program(name string, args ...string) error {
	var said strings.Builder
	cmd := exec.CommandContext(context.Background(), name, args...)
	cmd.Stdout, cmd.Stderr = io.Discard, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, said.String())
	}
	return nil
}
