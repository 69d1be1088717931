//go:build !race

package browser

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// A process is the program that was built, which does something at the same time.
type process struct {
	*testing.T
	cmd    *exec.Cmd
	stderr strings.Builder
	ended  bool
}

// begin starts the program with arguments; it is killed when the test ends, unless it has ended by then.
func begin(t *testing.T, args ...string) (p *process, stdout *bufio.Reader) {
	t.Helper()
	p = &process{T: t, cmd: exec.Command(filepath.Join(reports, "verify"), args...)}
	p.cmd.Stderr = &p.stderr
	pipe, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !p.ended {
			p.end(os.Kill, -1)
		}
	})
	return p, bufio.NewReader(pipe)
}

// end sends the program a signal, unless that is nil, and waits until it ends with an exit code; −1 is that of one
// that was killed.
func (p *process) end(signal os.Signal, code int) {
	p.Helper()
	p.ended = true
	if signal != nil {
		if err := p.cmd.Process.Signal(signal); err != nil {
			p.Error(err)
		}
	}
	if err := p.cmd.Wait(); err != nil && p.cmd.ProcessState == nil {
		p.Error(err)
	} else if got := p.cmd.ProcessState.ExitCode(); got != code {
		p.Errorf("%q ended with %d, want %d; standard error:\n%s", p.cmd.Args[1:], got, code, &p.stderr)
	}
}

// serves has verify serve show a folder at a port, and returns it with its address, which ends in a slash.
func serves(t *testing.T, dir, port string) (p *process, address string) {
	t.Helper()
	if unfit != nil {
		t.Fatal(unfit)
	}
	p, stdout := begin(t, "serve", dir, "--port", port)
	line, err := stdout.ReadString('\n')
	if err != nil {
		t.Fatalf("verify serve prints %q, %v; standard error:\n%s", line, err, &p.stderr)
	}
	return p, strings.TrimSpace(line)
}

// shelf makes a folder with reports of runs that have ended.
func shelf(t *testing.T, scenarios ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range scenarios {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(reports, "file", name))); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What the index has of the runs that have ended: their rows, the oldest first, without the time and what it took.
const ended = `[...document.querySelectorAll("section[aria-labelledby=past] tbody tr")].reverse().map(r => [0, 1, 2].map(i => r.cells[i].innerText.trim()).join(" | "))`

// The run under way: how far it is, in words and as its bar has it.
const (
	count = `(e => e ? e.textContent : "")(document.querySelector(".underway [data-of=count]"))`
	value = `(e => e ? e.value : -1)(document.querySelector(".underway progress"))`
)

// A run is watched from the index: it begins, goes on, is killed, is resumed, and ends in a report.
func TestServedIndexFollowsARun(t *testing.T) {
	t.Parallel()
	dir := shelf(t, "smoke")
	server, address := serves(t, dir, "0")
	b := visit(t, address, view{})
	want := []string{"smoke | ✓ PASS | A small network forgets where it started"}
	if got := eval[[]string](b, ended); len(got) != 1 || !strings.HasPrefix(got[0], want[0]) {
		t.Errorf("the index lists %q, want %q", got, want)
	}
	if eval[int](b, `document.querySelectorAll(".underway").length`) != 0 {
		t.Error("something is under way before anything was begun")
	}
	args := []string{"run", filepath.Join("testdata", "long.yaml"), "--quiet", "--jobs", "1", "--seeds", "16", "--layout", "dir", "--out", dir}
	first, _ := begin(t, args...)
	b.until("the run is shown", `document.querySelector(".underway h3")?.textContent === "long rank=10" && `+value+" > 0")
	if title := eval[string](b, "document.title"); title != "1 run under way, 1 report" {
		t.Errorf("the page is called %q", title)
	}
	// From here on no page is loaded any more.
	const stays = "window.stayed = true, "
	at := eval[float64](b, stays+value)
	for range 2 {
		b.until("the bar moves", fmt.Sprintf("!window.stayed || %s > %v", value, at))
		if !eval[bool](b, "!!window.stayed") {
			t.Fatal("the page was loaded again for a step of the run")
		}
		state := eval[[]string](b, "["+count+", "+value+` + " of " + document.querySelector(".underway progress").max]`)
		if state[0] != state[1] {
			t.Errorf("the text says %s, and the bar %s", state[0], state[1])
		}
		at = eval[float64](b, value)
	}
	if text := eval[string](b, `document.querySelector(".underway").innerText`); !strings.Contains(text, "/min") && !strings.Contains(text, "/s") || !strings.Contains(text, "converged") {
		t.Errorf("of the run under way is said %q, want its pace and what is known", text)
	}
	b.keep("index-under-way.png", shot(b))
	b.quiet()

	first.end(os.Kill, -1)
	b.until("the page says that the run goes on no more", `document.querySelector(".underway")?.innerText.includes("Not running any more")`)
	if !eval[bool](b, `document.querySelector(".underway code").textContent === "--resume" && !document.querySelector(".underway progress")`) {
		t.Error("of a run that was killed is not said how to go on")
	}
	if title := eval[string](b, "document.title"); title != "1 run broken off, 1 report" {
		t.Errorf("once the run was killed the page is called %q", title)
	}
	b.keep("index-killed.png", shot(b))

	second, _ := begin(t, append(args, "--resume")...)
	b.until("the run goes on", value+` >= 0 || document.querySelector("a[href='./long/']")`)
	second.end(nil, 0)
	b.until("the report is there", `document.querySelector("a[href='./long/']") && !document.querySelector(".underway")`)
	if got := eval[[]string](b, ended); len(got) != 2 || !strings.HasPrefix(got[1], "long | ✓ PASS | Trainings to be watched") {
		t.Errorf("the index lists %q, want the new run last", got)
	}
	b.leadsSomewhere(address)
	b.quiet()

	// The report is in files of its own, and opens from the index.
	eval[int](b, `document.querySelector("a[href='./long/']").click(), 0`)
	b.until("the report is open", `document.querySelector(".film:not([hidden]) input")`)
	if title := eval[string](b, "document.title"); !strings.HasPrefix(title, "PASS") {
		t.Errorf("the report is called %q", title)
	}
	b.readable()
	b.keep("served-report.png", shot(b))
	b.quiet()
	eval[bool](b, "history.back(), true")
	b.until("the index is back", `location.pathname === "/" && document.querySelector("a[href='./long/']")`)

	// A server that ends is missed until there is one again.
	server.end(os.Interrupt, 0)
	b.until("the page misses the server", `document.getElementById("lost").checkVisibility()`)
	b.keep("index-lost.png", shot(b))
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	serves(t, dir, u.Port())
	b.until("the page has found the server", `document.getElementById("lost").hidden`)
}

// quiet reports what the browser had to complain of so far.
func (b *tab) quiet() {
	b.Helper()
	said, blocked, _ := b.heard()
	if len(said)+len(blocked) > 0 {
		b.Errorf("the browser complains: %q, %q", said, blocked)
	}
}

// leadsSomewhere follows all links of the page to the server at an address.
func (b *tab) leadsSomewhere(address string) {
	b.Helper()
	links := eval[[]string](b, "[...document.links].map(a => a.href)")
	if len(links) < 4 {
		b.Errorf("the page has the links %q, want at least 4", links)
	}
	for _, link := range links {
		if !strings.HasPrefix(link, address) {
			b.Errorf("%s leads away from %s", link, address)
			continue
		}
		r, err := http.Get(link)
		if err != nil {
			b.Error(err)
			continue
		}
		if err := r.Body.Close(); err != nil || r.StatusCode != http.StatusOK {
			b.Errorf("%s: %s, %v", link, r.Status, err)
		}
	}
}

// The index while a run goes on suits every view, axe-core finds nothing in it, and without scripts it is read as well.
func TestServedIndexIsReadable(t *testing.T) {
	t.Parallel()
	dir := shelf(t, "crowded", "smoke")
	_, address := serves(t, dir, "0")
	run, _ := begin(t, "run", filepath.Join("testdata", "long.yaml"), "--quiet", "--jobs", "1", "--out", dir)
	visit(t, address, view{}).until("the run is shown", value+" > 0")
	first := visit(t, address, view{noScript: true})
	text := eval[string](first, "document.body.innerText")
	for _, want := range []string{"2 reports", "Under way", "long rank=10", " of 400", "✗ FAIL", "✓ PASS", "crowded", "result.json"} {
		if !strings.Contains(text, want) {
			t.Errorf("without scripts the index has no %q: %q", want, text)
		}
	}
	first.leadsSomewhere(address)
	at := eval[float64](first, "performance.timeOrigin")
	first.until("the page is loaded again by itself", fmt.Sprintf("performance.timeOrigin > %f", at))
	first.keep("index-without-script.png", shot(first))
	first.quiet()
	script, missing := axe()
	if missing != "" { // TestAxe says so
		script = ""
	}
	for _, v := range views {
		b := visit(t, address, v)
		if n := eval[int](b, `document.querySelectorAll(".underway progress").length`); n != 1 {
			t.Errorf("%s: %d runs under way, want 1", v.name, n)
		}
		b.keepWhole("index-" + v.name + ".png")
		b.fits(v)
		if dark := b.dark(); dark != v.dark {
			t.Errorf("%s: the page is dark: %t, want %t", v.name, dark, v.dark)
		}
		b.quiet()
		if script != "" {
			obeys(b, script, allRules, 15)
		}
	}
	run.end(os.Kill, -1)
}

// A report does through the server what it does from disk: it keeps to the stricter policy there.
func TestServedReport(t *testing.T) {
	t.Parallel()
	dir := shelf(t, "smoke")
	inFiles := filepath.Join(dir, "in files", "smoke")
	result, err := os.ReadFile(filepath.Join(dir, "smoke", "result.json"))
	if err == nil {
		err = errors.Join(os.CopyFS(inFiles, os.DirFS(filepath.Join(reports, "dir", "smoke"))), os.WriteFile(filepath.Join(inFiles, "result.json"), result, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	_, address := serves(t, dir, "0")
	for _, name := range []string{"smoke", "smoke (in files/smoke)"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := visit(t, address, view{})
			page := eval[string](b, fmt.Sprintf(`[...document.links].find(a => a.textContent === %q).href`, name))
			b = visit(t, page+"#p1-trials?start=lognormal", view{})
			b.readable()
			if got, want := b.seeds("p1"), []string{"1 lognormal", "2 lognormal"}; !slices.Equal(got, want) {
				t.Errorf("an address that asks for one kind of start shows %q, want %q", got, want)
			}
			eval[int](b, `document.querySelector("#p1-trials input[name=q]").focus(), 0`)
			b.press("seed=2")
			if got := b.hash(); got != "#p1-trials?start=lognormal&q=seed%3D2" {
				t.Errorf("the address ends in %q", got)
			}
			b.quiet()
			command := eval[string](b, `document.querySelector("#p1-c2-how .commands code.command").textContent`)
			eval[int](b, `document.getElementById("p1-c2-how").open = true, document.querySelector("#p1-c2-how .commands button").focus(), 0`)
			b.press(kb.Enter)
			b.until("the command is copied, or selected", fmt.Sprintf(`/^(copied|selected.*): /.test(document.querySelector(".news").textContent) && document.querySelector(".news").textContent.includes(%q)`, command))
			// What was put into a report reaches neither the index nor another report.
			reached := eval[[]string](b, `(async () => {
				const reached = [];
				for (const name of ["/", "/.events", "/smoke/result.json"]) {
					await fetch(name).then(() => reached.push(name), () => 0);
				}
				return reached;
			})()`)
			if len(reached) > 0 {
				t.Errorf("a report reads %q", reached)
			}
		})
	}
}

// What is not there is said on a page that leads back.
func TestServedNotice(t *testing.T) {
	t.Parallel()
	_, address := serves(t, shelf(t, "smoke"), "0")
	b := visit(t, address+"absent/", view{width: 390})
	if got := eval[string](b, "document.querySelector('h1').innerText"); got != "There is no such file" {
		t.Errorf("the page says %q", got)
	}
	b.fits(view{width: 390})
	eval[int](b, `document.querySelector("a").click(), 0`)
	b.until("the index is open", `document.querySelector("a[href='./smoke/']")`)
}
