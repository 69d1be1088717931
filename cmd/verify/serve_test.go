package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.org/concord/verify/report"
)

// served serves a folder until the test ends, and returns its address.
func served(t *testing.T, dir string) (s *shelf, at string) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s = newShelf(root, dir)
	s.patience = 0
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, listener, newSite(ctx, s, listener.Addr().(*net.TCPAddr).Port), &testWriter{t})
	}()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, root.Close()); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return s, listener.Addr().String()
}

// testWriter fails a test when there is something to complain about.
type testWriter struct{ t *testing.T }

func (w *testWriter) Write(p []byte) (int, error) {
	w.t.Errorf("the server complains: %s", p)
	return len(p), nil
}

// reply is the head of an answer.
type reply struct {
	code   int
	header http.Header
	length int64
}

// ask sends a request as it stands, which no client has tidied up, and returns the answer with its body.
func ask(t *testing.T, at, method, target, host string) (reply, string) {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, method+" "+target+" HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	body, err := io.ReadAll(r.Body)
	if err = errors.Join(err, r.Body.Close()); err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	return reply{r.StatusCode, r.Header, r.ContentLength}, string(body)
}

// reports makes a folder with the report of a run in it, beside a secret that no link and no path must lead to.
func reports(t *testing.T) string {
	t.Helper()
	t.Chdir(t.TempDir())
	put(t, "pass.yaml", []byte(exitScenarios["pass.yaml"]))
	if code, stderr := ended(t.Context(), strings.Fields("run pass.yaml --quiet"), 1<<30, ""); code != 0 {
		t.Fatalf("verify run = %d; standard error:\n%s", code, stderr)
	}
	put(t, "secret.txt", []byte("secret"))
	put(t, "reports/.hidden/secret.txt", []byte("secret"))
	put(t, "reports/pass/.secret.txt", []byte("secret"))
	put(t, "reports/empty/notes.txt", []byte("notes"))
	put(t, "reports/a b%/#1?.txt", []byte("odd"))
	for name, to := range map[string]string{
		"reports/out.txt": "../secret.txt", "reports/up": "..", "reports/in": ".hidden", "reports/pass/page.html": "index.html",
	} {
		if err := os.Symlink(to, name); err != nil {
			t.Fatal(err)
		}
	}
	return "reports"
}

func TestServeFiles(t *testing.T) {
	dir := reports(t)
	_, at := served(t, dir)
	for _, test := range []struct {
		name, target string
		code         int
		file         string // what is sent; "" says that nobody is told the secret
	}{
		{"a page, by its folder", "/pass/", 200, "pass/index.html"},
		{"a page, by its name", "/pass/index.html", 200, "pass/index.html"},
		{"the result", "/pass/result.json", 200, "pass/result.json"},
		{"odd names", "/a%20b%25/%231%3F.txt", 200, "a b%/#1?.txt"},
		{"a folder without a slash", "/pass", 301, ""},
		{"a folder without a page", "/empty/", 404, ""},
		{"a file with a slash", "/pass/result.json/", 404, ""},
		{"nothing", "/absent/index.html", 404, ""},
		{"up", "/../secret.txt", 404, ""},
		{"up, encoded", "/%2e%2e/secret.txt", 404, ""},
		{"up, encoded with its slash", "/..%2fsecret.txt", 404, ""},
		{"up from inside", "/pass/../../secret.txt", 404, ""},
		{"up, with a backslash", "/..%5csecret.txt", 404, ""},
		{"up, encoded twice", "/%252e%252e/secret.txt", 404, ""},
		{"from the root", "//etc/passwd", 404, ""},
		{"from the root, encoded", "/%2fetc%2fpasswd", 404, ""},
		{"with a zero byte", "/pass/result.json%00", 404, ""},
		{"a link out", "/out.txt", 404, ""},
		{"a folder that is a link out", "/up/secret.txt", 404, ""},
		{"a link to what is hidden", "/in/secret.txt", 404, ""},
		{"a link to a page", "/pass/page.html", 404, ""},
		{"a hidden folder", "/.hidden/secret.txt", 404, ""},
		{"a hidden file", "/pass/.secret.txt", 404, ""},
		{"a dot", "/./pass/index.html", 404, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, body := ask(t, at, "GET", test.target, at)
			if r.code != test.code {
				t.Errorf("GET %s = %d, want %d", test.target, r.code, test.code)
			}
			if test.code == 404 && !strings.Contains(body, `<a href="/">`) {
				t.Errorf("GET %s: no link to the index in %q", test.target, body)
			}
			if strings.Contains(body, "secret") {
				t.Errorf("GET %s tells the secret: %q", test.target, body)
			}
			if to := r.header.Get("Location"); test.code == 301 && to != test.target+"/" {
				t.Errorf("GET %s leads to %q, want %s/", test.target, to, test.target)
			}
			if test.file == "" {
				return
			}
			want, err := os.ReadFile(filepath.Join(dir, test.file))
			if err != nil {
				t.Fatal(err)
			}
			if body != string(want) {
				t.Errorf("GET %s: %d bytes that are not those of %s", test.target, len(body), test.file)
			}
			head, nothing := ask(t, at, "HEAD", test.target, at)
			if head.code != http.StatusOK || nothing != "" || head.length != int64(len(want)) {
				t.Errorf("HEAD %s = %d, %d bytes, length %d, want 200, none, %d", test.target, head.code, len(nothing), head.length, len(want))
			}
		})
	}
}

func TestServeAnswersOnlyThisMachine(t *testing.T) {
	_, at := served(t, reports(t))
	_, port, err := net.SplitHostPort(at)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, method, target, host string
		code                       int
	}{
		{"by number", "GET", "/", at, 200},
		{"by name", "GET", "/", "localhost:" + port, 200},
		{"by name in capitals", "GET", "/", "LOCALHOST:" + port, 200},
		{"by the other number", "GET", "/", "[::1]:" + port, 200},
		{"a name that points here", "GET", "/", "evil.example:" + port, 403},
		{"a name that begins well", "GET", "/", "localhost.evil.example:" + port, 403},
		{"another port", "GET", "/", "localhost:1", 403},
		{"no port", "GET", "/", "localhost", 403},
		{"no name", "GET", "/", "", 403},
		{"a file", "GET", "/pass/result.json", "evil.example:" + port, 403},
		{"events", "GET", "/.events", "evil.example:" + port, 403},
		{"an address in the request", "GET", "http://evil.example:" + port + "/", at, 403},
		{"POST", "POST", "/", at, 405},
		{"PUT", "PUT", "/pass/index.html", at, 405},
		{"DELETE", "DELETE", "/pass/index.html", at, 405},
		{"OPTIONS", "OPTIONS", "*", at, 405},
		{"HEAD", "HEAD", "/", at, 200},
		{"HEAD of events", "HEAD", "/.events", at, 200},
		{"HEAD of nothing", "HEAD", "/absent", at, 404},
		{"an icon, which there is none of", "GET", "/favicon.ico", at, 204},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, body := ask(t, at, test.method, test.target, test.host)
			if r.code != test.code {
				t.Errorf("%s %s of %q = %d, want %d", test.method, test.target, test.host, r.code, test.code)
			}
			if test.method == "HEAD" && body != "" {
				t.Errorf("HEAD %s sent %q", test.target, body)
			}
			if test.code == 405 && r.header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s: Allow = %q", test.method, r.header.Get("Allow"))
			}
			if test.code != 200 && strings.Contains(body, "One of the ways") {
				t.Errorf("%s %s of %q shows a report: %s", test.method, test.target, test.host, body)
			}
		})
	}
}

func TestServeHeaders(t *testing.T) {
	_, at := served(t, reports(t))
	for _, test := range []struct{ target, kind, policy string }{
		{"/", "text/html; charset=utf-8", "connect-src 'self'"},
		{"/absent", "text/html; charset=utf-8", "default-src 'none'"},
		{"/pass/", "text/html; charset=utf-8", "sandbox allow-scripts"},
		{"/pass/result.json", "application/json", "sandbox allow-scripts"},
		{"/pass/junit.xml", "application/xml", "default-src 'none'"},
		{"/pass/summary.txt", "text/plain; charset=utf-8", "default-src 'none'"},
	} {
		r, body := ask(t, at, "GET", test.target, at)
		if got := r.header.Get("Content-Type"); got != test.kind {
			t.Errorf("%s: Content-Type = %q, want %q", test.target, got, test.kind)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			"Cross-Origin-Opener-Policy": "same-origin", "Access-Control-Allow-Origin": "",
		} {
			if got := r.header.Get(name); got != want {
				t.Errorf("%s: %s = %q, want %q", test.target, name, got, want)
			}
		}
		policy := r.header.Get("Content-Security-Policy")
		for _, want := range []string{test.policy, "default-src 'none'", "frame-ancestors 'none'", "form-action 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: Content-Security-Policy = %q, want %q in it", test.target, policy, want)
			}
		}
		if own := !strings.Contains(policy, "sandbox"); own && (strings.Contains(policy, "unsafe") || !strings.Contains(body, "<style>")) {
			t.Errorf("%s may run any script: %q", test.target, policy)
		}
	}
}

func TestServeIndex(t *testing.T) {
	s, at := served(t, reports(t))
	_, body := ask(t, at, "GET", "/", at)
	for _, want := range []string{
		`<a href="./pass/">pass</a>`, `href="./pass/result.json"`, `href="./pass/junit.xml"`, "PASS", "</span> PASS", "1 report",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the index has no %s:\n%s", want, body)
		}
	}
	if strings.Contains(body, "http-equiv=\"refresh\"") {
		t.Error("the index is loaded again and again while nothing goes on")
	}
	t.Run("a result is read once", func(t *testing.T) {
		const name = "reports/pass/result.json"
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.WriteFile(name, bytes.Repeat([]byte("x"), int(info.Size())), 0o600),
			os.Chtimes(name, time.Time{}, info.ModTime())); err != nil {
			t.Fatal(err)
		}
		if x := s.look().index; len(x.Runs) != 1 || len(x.Unreadable) != 0 {
			t.Errorf("a file with the time and size that it had was read again: %+v", x)
		}
		before := s.look().index.Stamp
		if err := os.Chtimes(name, time.Time{}, info.ModTime().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		x := s.look().index
		if len(x.Runs) != 0 || len(x.Unreadable) != 1 || x.Unreadable[0].Path != "pass/result.json" {
			t.Errorf("a file that changed was not read again, or is not named: %+v", x)
		}
		_, body := ask(t, at, "GET", "/", at)
		if !strings.Contains(body, "Not read") || x.Stamp == before {
			t.Errorf("the index does not say what was not read:\n%s", body)
		}
		if err := os.RemoveAll("reports/pass"); err != nil {
			t.Fatal(err)
		}
		if x := s.look().index; len(x.Unreadable) != 0 || len(s.known) != 0 {
			t.Errorf("what has been removed is still there: %+v, %d results are kept", x, len(s.known))
		}
	})
}

// A feed is what /.events sends.
type feed struct {
	t    *testing.T
	c    net.Conn
	scan *bufio.Scanner
}

// state is what is in an event.
type state struct {
	Stamp    string            `json:"stamp"`
	UnderWay []report.UnderWay `json:"under_way"`
}

func follow(t *testing.T, at string) *feed {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, "GET /.events HTTP/1.1\r\nHost: "+at+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil) //nolint:bodyclose // it ends with the connection
	if err != nil || r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("events: %v, %v", r, err)
	}
	return &feed{t, c, bufio.NewScanner(r.Body)}
}

// until returns the first state that is as wanted.
func (s *feed) until(what string, wanted func(state) bool) state {
	s.t.Helper()
	for s.scan.Scan() {
		text, ok := strings.CutPrefix(s.scan.Text(), "data: ")
		if !ok {
			continue
		}
		var got state
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			s.t.Fatalf("event %q: %v", text, err)
		}
		if wanted(got) {
			return got
		}
	}
	s.t.Fatalf("no event says that %s: %v", what, s.scan.Err())
	return state{}
}

func TestServeFollowsARun(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("reports", 0o700); err != nil {
		t.Fatal(err)
	}
	_, at := served(t, "reports")
	events := follow(t, at)
	first := events.until("nothing goes on", func(s state) bool { return len(s.UnderWay) == 0 })
	stage, lock, err := newStage("reports/slow")
	if err != nil || lock == nil {
		t.Fatalf("newStage: %v, %v", lock, err)
	}
	// One that has only begun is not asked for its lock, which it might be about to take.
	b := &bulletin{dir: stage, started: time.Now()}
	now := time.Now()
	doc := progressDoc{Scenario: "slow/<b>twin</b>", Problem: "rank=3", Phase: "train", Done: 1, Total: 4, Rate: 0.5, Left: 6, Known: "1 of 4 converged"}
	b.update(doc, now)
	one := events.until("1 of 4 are done", func(s state) bool { return len(s.UnderWay) == 1 && s.UnderWay[0].Done == 1 })
	got := one.UnderWay[0]
	if !got.Running || got.Name != "slow/<b>twin</b> rank=3" || got.Phase != "train" || got.Pace != "30.0/min, 6s left" || got.Known != doc.Known || one.Stamp == first.Stamp {
		t.Errorf("event = %+v, after %+v", one, first)
	}
	_, body := ask(t, at, "GET", "/", at)
	for _, want := range []string{"Under way", "slow/&lt;b&gt;twin&lt;/b&gt;", `<progress max="4" value="1"`, "1 of 4", `http-equiv="refresh"`, one.Stamp, `id="` + got.ID + `"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the index has no %s:\n%s", want, body)
		}
	}
	doc.Done = 2
	b.update(doc, now.Add(shareLeast))
	two := events.until("2 of 4 are done", func(s state) bool { return len(s.UnderWay) == 1 && s.UnderWay[0].Done == 2 })
	if two.Stamp != one.Stamp {
		t.Error("the page is to be loaded again for every step")
	}
	unlock(lock) // it is killed
	dead := events.until("it goes on no more", func(s state) bool { return len(s.UnderWay) == 1 && !s.UnderWay[0].Running })
	if dead.Stamp == two.Stamp {
		t.Error("the page is not told that a run goes on no more")
	}
	if _, body := ask(t, at, "GET", "/", at); !strings.Contains(body, "Not running any more") {
		t.Errorf("the index does not say that the run goes on no more:\n%s", body)
	}
	if info, err := os.Stat(filepath.Join(stage, progressName)); err != nil || !info.Mode().IsRegular() {
		t.Errorf("progress.json: %v, %v", info, err)
	}
}

func TestServeBelievesNoOddProgress(t *testing.T) {
	for _, test := range []struct{ name, text string }{
		{"no JSON", "{"},
		{"too long", `{"phase": "train"` + strings.Repeat(" ", progressRoom) + "}"},
		{"another kind", `{"done": "many"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			put(t, "reports/.slow.1.tmp/progress.json", []byte(test.text))
			s, _ := served(t, "reports")
			if x := s.look().index; len(x.UnderWay) != 0 {
				t.Errorf("under way: %+v, want none", x.UnderWay)
			}
		})
	}
	t.Run("numbers that make no sense", func(t *testing.T) {
		t.Chdir(t.TempDir())
		put(t, "reports/.slow.1.tmp/progress.json", []byte(`{"done": -5, "total": -7, "rate": -1}`))
		s, _ := served(t, "reports")
		if x := s.look().index; len(x.UnderWay) != 1 || x.UnderWay[0].Done != 0 || x.UnderWay[0].Total != 1 || x.UnderWay[0].Pace != "" {
			t.Errorf("under way: %+v, want 0 of 1", x.UnderWay)
		}
	})
}

// A run in another process, or here, is seen from its beginning to its report.
func TestServeFollowsARealRun(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("reports", 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, "slow.yaml", []byte(exitScenario("slow", 10, "{method: gradient, rate: 1e-9, gradient_tolerance: 1e-14, steps: 10000000}", 1e-5, "")))
	_, at := served(t, "reports")
	events := follow(t, at)
	before := events.until("nothing goes on", func(s state) bool { return len(s.UnderWay) == 0 })
	done := make(chan string, 1)
	go func() {
		code, stderr := ended(t.Context(), strings.Fields("run slow.yaml --quiet --jobs 2 --trial-limit 1s"), 1<<30, "")
		done <- strconv.Itoa(code) + " " + stderr
	}()
	begun := events.until("it trains", func(s state) bool {
		return len(s.UnderWay) == 1 && s.UnderWay[0].Running && s.UnderWay[0].Phase == "train" && s.UnderWay[0].Total == 2
	})
	last := events.until("it is done", func(s state) bool { return len(s.UnderWay) == 0 && s.Stamp != begun.Stamp && s.Stamp != before.Stamp })
	if got := <-done; !strings.HasPrefix(got, "4 ") { // trials that take too long fail, and are reported
		t.Errorf("verify run = %s, want 4", got)
	}
	if _, body := ask(t, at, "GET", "/", at); !strings.Contains(body, `<a href="./slow/">slow</a>`) {
		t.Errorf("after %s, %s the index has no report:\n%s", begun.Stamp, last.Stamp, body)
	}
	if left, err := filepath.Glob("reports/.*.tmp"); err != nil || len(left) > 0 {
		t.Errorf("the run leaves %v, %v", left, err)
	}
	if _, err := os.Lstat("reports/slow/" + progressName); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the report has a progress.json: %v", err)
	}
}

func TestServeEnds(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	t.Chdir(t.TempDir())
	if err := os.Mkdir("reports", 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, w := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"serve", "--port", "0"}, strings.NewReader(""), w, io.Discard, noEnv)
	}()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	at := strings.TrimSuffix(strings.TrimPrefix(line, "http://"), "/\n")
	events := follow(t, at)
	events.until("nothing goes on", func(s state) bool { return len(s.UnderWay) == 0 })
	t.Run("the port is taken", func(t *testing.T) {
		_, port, err := net.SplitHostPort(at)
		if err != nil {
			t.Fatal(err)
		}
		if got, stderr := ended(t.Context(), []string{"serve", "--port", port}, 1<<30, ""); got != 4 || !strings.Contains(stderr, "--port 0") {
			t.Errorf("verify serve --port %s = %d and %q, want 4 and what to do", port, got, stderr)
		}
	})
	cancel()
	if got := <-code; got != 0 {
		t.Errorf("verify serve, interrupted = %d, want 0", got)
	}
	for events.scan.Scan() { // the stream ends
	}
	if err := events.scan.Err(); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the stream of events ended with %v", err)
	}
	if err := events.c.Close(); err != nil {
		t.Error(err)
	}
}

func TestServeBoundsStreams(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("reports", 0o700); err != nil {
		t.Fatal(err)
	}
	_, at := served(t, "reports")
	for range maxStreams {
		follow(t, at)
	}
	if r, _ := ask(t, at, "GET", "/.events", at); r.code != http.StatusServiceUnavailable {
		t.Errorf("one stream too many: %d, want 503", r.code)
	}
	if r, _ := ask(t, at, "GET", "/", at); r.code != http.StatusOK {
		t.Errorf("the index while there are many streams: %d, want 200", r.code)
	}
}
