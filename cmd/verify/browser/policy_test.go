//go:build !race

package browser

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// intrude tries to run scripts and to put on styles in all ways that text in a page has, and returns what worked.
const intrude = `(async () => {
	const add = (tag, set) => { const e = document.createElement(tag); set(e); document.body.append(e); return e; };
	add("script", e => e.textContent = "window.inline = 1");
	add("script", e => e.src = "data:text/javascript,window.address = 1");
	add("div", e => e.innerHTML = "<img src=x onerror='window.handler = 1'>");
	const link = add("a", e => e.href = "javascript:window.link = 1");
	link.click();
	add("style", e => e.textContent = "h1 { color: rgb(1, 2, 3) !important }");
	document.querySelector("h1").setAttribute("style", "background: rgb(3, 2, 1)");
	await fetch("data:text/plain,x").then(() => window.fetched = 1, () => 0);
	await new Promise(done => setTimeout(done, 0));
	const h = getComputedStyle(document.querySelector("h1"));
	return ["inline", "address", "handler", "link", "fetched"].filter(name => window[name]).concat(
		h.color === "rgb(1, 2, 3)" ? "style" : [], h.backgroundColor === "rgb(3, 2, 1)" ? "style attribute" : []);
})()`

func TestPolicyStopsIntruders(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"file/smoke/index.html", "dir/smoke/index.html", "diff.html", "history.html"} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			b := open(t, page, view{})
			if worked := eval[[]string](b, intrude); len(worked) > 0 {
				t.Errorf("what was put into the page had its way: %q", worked)
			}
			_, blocked, _ := b.heard()
			for _, directive := range []string{"script-src-elem", "script-src-attr", "style-src-elem", "style-src-attr", "connect-src"} {
				if !slices.ContainsFunc(blocked, func(s string) bool { return strings.HasPrefix(s, directive) }) {
					t.Errorf("the browser reports %q, want %s among them", blocked, directive)
				}
			}
		})
	}
}

// serve gives out the folder of reports under a policy of the server's own.
func serve(t *testing.T, policy string) string {
	t.Helper()
	files := http.FileServer(http.Dir(filepath.Join(reports, "dir")))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if policy != "" {
			w.Header().Set("Content-Security-Policy", policy)
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/smoke/"
}

// readable reports whether style and pictures of a page have come.
func (b *tab) readable() {
	b.Helper()
	if broken := eval[[]string](b, `[...document.images].filter(m => !m.complete || m.naturalWidth === 0).map(m => m.src)`); len(broken) > 0 {
		b.Errorf("pictures that are not shown: %q", broken)
	}
	if n := eval[int](b, `document.images.length`); n < 8 {
		b.Errorf("%d pictures, want at least 8", n)
	}
	if got := eval[string](b, `getComputedStyle(document.querySelector(".verdict")).borderTopStyle`); got != "solid" {
		b.Errorf("the verdict has a border that is %s, want solid: the style has not come", got)
	}
}

// Jenkins shows archived pages under this policy unless it is told otherwise. It runs no scripts, so the page's
// own is blocked, and nothing else.
func TestFolderUnderJenkinsPolicy(t *testing.T) {
	t.Parallel()
	b := visit(t, serve(t, "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self';"), view{})
	b.readable()
	b.keepWhole("smoke-jenkins.png")
	_, blocked, requests := b.heard()
	for _, s := range blocked {
		if !strings.HasPrefix(s, "script-src") || !strings.Contains(s, "/assets/page-") {
			t.Errorf("blocked: %s", s)
		}
	}
	if text := eval[string](b, "document.body.innerText"); !strings.Contains(text, "Moving through it needs JavaScript") {
		t.Error("the page does not say that moving through an ascent needs JavaScript")
	}
	if n := eval[int](b, `[...document.querySelectorAll("button, select, input:not([type=radio])")].filter(e => e.checkVisibility()).length`); n != 0 {
		t.Errorf("%d controls that do nothing are shown", n)
	}
	if maps := slices.DeleteFunc(requests, func(s string) bool { return !strings.Contains(s, "/assets/picture-") }); len(maps) < 8 {
		t.Errorf("requests for pictures: %q, want those of the drawings and of the distances", maps)
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, address string }{
		{"from a server", serve(t, "")},
		{"from disk", "file://" + filepath.Join(reports, "dir", "smoke", "index.html")},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := visit(t, test.address, view{})
			b.readable()
			if !eval[bool](b, `document.querySelector(".film input").checkVisibility()`) {
				t.Error("the slider is not shown: the script has not run")
			}
			said, blocked, _ := b.heard()
			said = slices.DeleteFunc(said, func(s string) bool { return strings.Contains(s, "404") }) // of favicon.ico
			if len(said)+len(blocked) > 0 {
				t.Errorf("the browser complains: %q, %q", said, blocked)
			}
		})
	}
}

// Both layouts show the same.
func TestLayoutsShowTheSame(t *testing.T) {
	t.Parallel()
	file, dir := open(t, "file/smoke/index.html", view{}), open(t, "dir/smoke/index.html", view{})
	for _, what := range []string{
		"document.body.innerText", "String(document.querySelectorAll('body *').length)",
		`JSON.stringify([...document.images].map(m => [m.naturalWidth, m.naturalHeight, m.getBoundingClientRect()]))`,
	} {
		if a, b := eval[string](file, what), eval[string](dir, what); a != b {
			t.Errorf("%s differs: %.100q, %.100q", what, a, b)
		}
	}
}
