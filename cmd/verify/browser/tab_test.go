//go:build !race

package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A view is who looks at a page, and with what.
type view struct {
	name     string
	width    int64 // of the window; 0 is that of a desktop
	dark     bool
	still    bool // asks for reduced motion
	noScript bool
}

// views are the ones every page has to suit.
var views = []view{
	{name: "desktop", width: 1400},
	{name: "desktop-dark", width: 1400, dark: true},
	{name: "phone", width: 390},
}

// A tab shows a page and remembers what the browser had to say about it.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	said     []string // errors and warnings in the console
	blocked  []string // directives of a content-security-policy, with what they blocked
	requests []string // addresses, without those of data in the page
}

// open shows a page that was written.
func open(t *testing.T, name string, v view) *tab {
	t.Helper()
	return visit(t, "file://"+filepath.Join(reports, filepath.FromSlash(name)), v)
}

// visit shows the page at an address.
func visit(t *testing.T, address string, v view) *tab {
	t.Helper()
	if unfit != nil {
		t.Fatal(unfit)
	}
	b := &tab{T: t}
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithListener(b.listen))
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(stop)
	b.ctx = ctx
	scheme, motion := "light", "no-preference"
	if v.dark {
		scheme = "dark"
	}
	if v.still {
		motion = "reduce"
	}
	if v.width == 0 {
		v.width = 1400
	}
	var mobile []chromedp.EmulateViewportOption
	if v.width < 600 {
		mobile = append(mobile, chromedp.EmulateMobile)
	}
	call(b, audits.Enable, cdp.Empty{})
	call(b, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}) // as tabs are read at the same time
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v.noScript})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion},
	}})
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(v.width, 900, mobile...), chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	return b
}

// call gives the browser a command.
func call[P, R any](b *tab, cmd cdp.Command[P, R], params P) R {
	b.Helper()
	r, err := chromedp.Call(b.ctx, cmd, params)
	if err != nil {
		b.Fatalf("%s: %v", cmd.Method, err)
	}
	return r
}

// eval returns the value of an expression in JavaScript.
func eval[V any](b *tab, expression string) V {
	b.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[V](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%.80s: %v", expression, err)
	}
	return v
}

// until waits until an expression is true, of a page that may load another one meanwhile.
func (b *tab) until(what, expression string) {
	b.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	for {
		is, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
		if err == nil && is {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			b.Fatalf("waited in vain until %s: the page says %t, %v", what, is, err)
		}
	}
}

// press sends keys to whatever has the focus.
func (b *tab) press(keys string) {
	b.Helper()
	if err := chromedp.Do(b.ctx, chromedp.KeyEvent(keys)); err != nil {
		b.Fatal(err)
	}
}

func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		b.said = append(b.said, e.Entry.Text)
	case *runtime.EventExceptionThrown:
		b.said = append(b.said, (&chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails}).Error())
	case *runtime.EventConsoleAPICalled:
		text, err := json.Marshal(e.Args)
		b.said = append(b.said, fmt.Sprint(string(text), err))
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "data:") {
			b.requests = append(b.requests, e.Request.URL)
		}
	case *audits.EventIssueAdded:
		if d := e.Issue.Details.ContentSecurityPolicyIssueDetails; d != nil {
			b.blocked = append(b.blocked, strings.TrimSpace(d.ViolatedDirective+" "+d.BlockedURL))
		}
	}
}

// heard returns what the browser had to say so far.
func (b *tab) heard() (said, blocked, requests []string) {
	b.Helper()
	b.settle()
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.said), slices.Clone(b.blocked), slices.Clone(b.requests)
}

// settle waits until the page was drawn, and all that came of it has been told.
func (b *tab) settle() {
	b.Helper()
	shot(b)
}

// clean reports what a page that is in order has not: errors, blocked parts, and requests beyond itself.
func (b *tab) clean(name string) {
	b.Helper()
	said, blocked, requests := b.heard()
	if len(said) > 0 {
		b.Errorf("the browser complains: %q", said)
	}
	if len(blocked) > 0 {
		b.Errorf("the page breaks its own policy: %q", blocked)
	}
	if len(requests) != 1 || !strings.HasSuffix(requests[0], name) {
		b.Errorf("requests: %q, want the page alone", requests)
	}
}

// shot returns a picture of what the window shows, as a PNG file.
func shot(b *tab) []byte {
	b.Helper()
	file, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Fatal(err)
	}
	return file
}

// keep saves a file where artefacts are wanted.
func (b *tab) keep(name string, file []byte) {
	b.Helper()
	dir := os.Getenv("CONCORD_ARTEFACTS")
	if dir == "" {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), file, 0o644); err != nil {
		b.Fatal(err)
	}
}

// keepWhole saves a picture of the page, or of its first part if it is very long, where artefacts are wanted.
func (b *tab) keepWhole(name string) {
	b.Helper()
	if os.Getenv("CONCORD_ARTEFACTS") == "" {
		return
	}
	const most = 10000
	part := &page.Viewport{Width: eval[float64](b, "innerWidth"), Height: eval[float64](b, "document.body.scrollHeight"), Scale: 1}
	part.Height = min(part.Height, most)
	beyond := true
	picture := call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{Clip: part, CaptureBeyondViewport: &beyond})
	b.keep(name, picture.Data)
}
