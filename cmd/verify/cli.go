package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"example.org/concord/subject/digits"
	"example.org/concord/subject/imageset"
	"example.org/concord/subject/nearestmean"
	"example.org/concord/subject/perceptron"
	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

// grammar is the command line.
type grammar struct {
	Run       runCmd       `cmd:"" help:"Run scenarios, write reports, decide."`
	Merge     mergeCmd     `cmd:"" help:"Join the shards of a run, write its report, decide."`
	Certify   certifyCmd   `cmd:"" help:"Bound the optimum by the convex dual, and find it without any start."`
	Calibrate calibrateCmd `cmd:"" help:"Measure which tolerances a scenario can have."`
	Report    reportCmd    `cmd:"" help:"Render a report again from its result.json."`
	Diff      diffCmd      `cmd:"" help:"Compare two results: what changed, and whether for the worse."`
	History   historyCmd   `cmd:"" help:"Show how the runs in a folder went, one after the other."`
	Serve     serveCmd     `cmd:"" help:"Show the reports of this machine, and runs under way, in a browser."`
	Explain   explainCmd   `cmd:"" help:"Say about one trial, or two, how and where they ended."`
	Generate  generateCmd  `cmd:"" help:"Train one network and let it draw every digit twice, from different starts."`
	Classify  classifyCmd  `cmd:"" help:"Say which digit a PNG shows, or that it shows none."`
	Scenario  scenarioCmd  `cmd:"" help:"Look for mistakes in scenarios, and list what ships with verify."`
	Schema    schemaCmd    `cmd:"" help:"Print the JSON Schema of result.json or of scenarios."`
	Golden    goldenCmd    `cmd:"" help:"See, compare, approve and prune golden files."`
	Data      dataCmd      `cmd:"" help:"See where the images come from, and get the others."`

	Version versionFlag `help:"Say what this program was built from." short:"V"`
}

// Help is what --help says after the first line.
func (grammar) Help() string {
	return `Example:

    verify run smoke

Exit codes: 0 pass, 1 fail, 2 usage or bad scenario, 3 undecided, 4 error, 130 interrupted.`
}

// app is what the verbs see of the world.
type app struct {
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	images         *imageset.Source // what subjects share
}

// A status ends the program with an exit code and without a message: what there is to say has been said.
type status int

// Error implements error.
func (s status) Error() string { return fmt.Sprintf("exit code %d", int(s)) }

// A usageError is a mistake on the command line or in a file named there, found before anything ran.
type usageError struct{ error }

// Unwrap returns the error itself.
func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// run is the program: it returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string) int {
	out := &stickyWriter{w: stdout}
	a := &app{args: args, stdin: stdin, stdout: out, stderr: stderr, getenv: getenv, now: time.Now, images: &imageset.Source{}}
	code := a.guarded(ctx)
	if out.err != nil && code != verify.ExitInterrupted {
		a.complain(fmt.Errorf("standard output: %w", out.err))
		return verify.ExitError
	}
	return code
}

// guarded is dispatch with a panic turned into an error: Go's own exit code for it would be that of a usage error.
func (a *app) guarded(ctx context.Context) (code int) {
	defer func() {
		if v := recover(); v != nil {
			a.complain(fmt.Errorf("internal error: %v\n%s\nthis is a mistake in the program; please report it with the lines above", v, debug.Stack()))
			code = verify.ExitError
		}
	}()
	return a.dispatch(ctx)
}

// dispatch reads the command line and calls the verb.
func (a *app) dispatch(ctx context.Context) int {
	done := false
	parser, err := kong.New(&grammar{},
		kong.Name("verify"),
		kong.Description("Decide whether the outcome of training depends on where it started."),
		kong.Writers(a.stdout, a.stderr),
		kong.Exit(func(int) { done = true }), // after --help and --version
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Bind(a),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		a.complain(fmt.Errorf("the command line is not well defined: %w", err))
		return verify.ExitError
	}
	args := a.args
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	switch {
	case done && len(a.args) == 0:
		return verify.ExitUsage
	case done:
		return verify.ExitPass
	case err != nil:
		a.complain(fmt.Errorf("%w; see %s", err, helpFor(err)))
		return verify.ExitUsage
	}
	if name := emptyFlag(k); name != "" {
		a.complain(fmt.Errorf("--%s is empty: give it a value, or leave it out; see %s --help", name, k.Selected().FullPath()))
		return verify.ExitUsage
	}
	return a.code(k.Run())
}

// emptyFlag returns the name of a flag that was given without a value, as by a variable of the shell that is
// not set: what was meant is unknown.
func emptyFlag(k *kong.Context) string {
	for _, p := range k.Path {
		if p.Flag == nil {
			continue
		}
		if text, ok := k.FlagValue(p.Flag).(string); ok && strings.TrimSpace(text) == "" {
			return p.Flag.Name
		}
	}
	return ""
}

// helpFor names the command that explains how to write what was written wrongly.
func helpFor(err error) string {
	if parse, ok := errors.AsType[*kong.ParseError](err); ok && parse.Context != nil {
		if node := parse.Context.Selected(); node != nil {
			return node.FullPath() + " --help"
		}
	}
	return "verify --help"
}

// code says what a verb's error has to say and returns its exit code.
func (a *app) code(err error) int {
	if err == nil {
		return verify.ExitPass
	}
	if s, ok := errors.AsType[status](err); ok {
		return int(s)
	}
	if errors.Is(err, context.Canceled) {
		a.note("verify: interrupted; run again: %s", quote(append([]string{"verify"}, a.args...)...))
		return verify.ExitInterrupted
	}
	a.complain(err)
	if _, ok := errors.AsType[usageError](err); ok {
		return verify.ExitUsage
	}
	return verify.ExitError
}

// complain writes an error for the user.
func (a *app) complain(err error) { a.note("verify: %s", err) }

// note writes a line to standard error, with nothing in it that is a command to whoever shows it: file names and
// scenarios may come from anywhere. Where that fails there is nobody left to tell.
func (a *app) note(format string, args ...any) {
	io.WriteString(a.stderr, report.Harmless(fmt.Sprintf(format+"\n", args...))) //nolint:errcheck // see above
}

// printf writes to standard output, as note does. A failure is remembered and ends the program with an error.
func (a *app) printf(format string, args ...any) {
	io.WriteString(a.stdout, report.Harmless(fmt.Sprintf(format, args...))) //nolint:errcheck // stickyWriter has it
}

// subjects are what scenarios can be about; one that names none is about the first.
func (a *app) subjects() []verify.Subject {
	return []verify.Subject{
		digits.Subject{Images: a.images},
		perceptron.Subject{Images: a.images},
		nearestmean.Subject{Images: a.images},
	}
}

// stickyWriter remembers the first error.
type stickyWriter struct {
	w   io.Writer
	err error
}

// Write implements io.Writer. After an error it writes nothing more.
func (s *stickyWriter) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(p)
	s.err = err
	return n, err
}

// terminal returns whether w is a terminal that can move its cursor, and how wide it is.
func (a *app) terminal(w io.Writer) (width int, ok bool) {
	if s, is := w.(*stickyWriter); is {
		w = s.w
	}
	f, is := w.(*os.File)
	if !is || a.getenv("TERM") == "dumb" {
		return 0, false
	}
	fd := int(f.Fd())
	if !term.IsTerminal(fd) {
		return 0, false
	}
	width, _, err := term.GetSize(fd)
	if err != nil {
		return 0, true
	}
	return width, true
}

// colour says whether standard output should be in colour: on a terminal, unless NO_COLOR is set.
func (a *app) colour() bool {
	_, ok := a.terminal(a.stdout)
	return ok && a.getenv("NO_COLOR") == ""
}

// quote writes words as one line for a POSIX shell.
func quote(words ...string) string {
	plain := regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w
		if !plain.MatchString(w) {
			out[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(out, " ")
}

// plural words a count.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
