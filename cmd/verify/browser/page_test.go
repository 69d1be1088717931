//go:build !race

package browser

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// written are the pages of one file.
var written = []string{"file/smoke/index.html", "file/crowded/index.html", "diff.html", "history.html"}

// stem makes a part of a file name of a page's.
func stem(page string) string {
	return strings.NewReplacer("file/", "", "/index.html", "", "/", "-", ".html", "").Replace(page)
}

func TestPages(t *testing.T) {
	t.Parallel()
	for _, page := range written {
		for _, v := range views {
			t.Run(stem(page)+"/"+v.name, func(t *testing.T) {
				t.Parallel()
				b := open(t, page, v)
				b.clean(page)
				if got := eval[string](b, "document.querySelector('h1').innerText"); strings.TrimSpace(got) == "" {
					t.Error("the page has no heading to read")
				}
				b.keepWhole(stem(page) + "-" + v.name + ".png")
				b.fits(v)
				if dark := b.dark(); dark != v.dark {
					t.Errorf("the page is dark: %t, want %t", dark, v.dark)
				}
			})
		}
	}
}

// fits reports what is wider than the window, with all folded and unfolded.
func (b *tab) fits(v view) {
	b.Helper()
	for _, unfolded := range []bool{false, true} {
		if unfolded {
			eval[int](b, "document.querySelectorAll('details').forEach(d => d.open = true), 0")
		}
		wide := eval[[]string](b, `[...document.querySelectorAll("body *")].filter(e => !e.parentElement.closest(".wide, pre"))
			.filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + "." + e.getAttribute("class"))`)
		if width := eval[int](b, "document.scrollingElement.scrollWidth"); width > int(v.width) || len(wide) > 0 {
			b.Errorf("unfolded %t: the page is %d wide in a window of %d: %q", unfolded, width, v.width, wide)
		}
	}
}

// dark reports whether the page has light letters on a dark ground.
func (b *tab) dark() bool {
	b.Helper()
	const brightness = `(colour => colour.match(/\d+/g).slice(0, 3).reduce((sum, x) => sum + +x, 0))`
	ground := eval[int](b, brightness+`(getComputedStyle(document.body).backgroundColor)`)
	letters := eval[int](b, brightness+`(getComputedStyle(document.body).color)`)
	if between := min(ground, letters); between > 200 || max(ground, letters) < 600 {
		b.Errorf("letters of brightness %d on a ground of %d, of 765", letters, ground)
	}
	return letters > ground
}

func TestVerdictIsReadFirst(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ page, verdict string }{{"file/smoke/index.html", "PASS"}, {"file/crowded/index.html", "FAIL"}} {
		b := open(t, test.page, view{})
		seen := eval[string](b, `(() => { const h = document.querySelector("h1"), r = h.getBoundingClientRect();
			return r.top >= 0 && r.bottom <= innerHeight ? h.innerText : ""; })()`)
		if !strings.Contains(seen, test.verdict) {
			t.Errorf("%s: seen before any scrolling is %q, want %s", test.page, seen, test.verdict)
		}
		if title := eval[string](b, "document.title"); !strings.HasPrefix(title, test.verdict) {
			t.Errorf("%s: title %q, want %s first", test.page, title, test.verdict)
		}
	}
}

// positions are where the frames of all ascents stand: 0 % is the start and 100 % the end.
const positions = `[...new Set([...document.querySelectorAll("img[data-frames]")].map(m => getComputedStyle(m).objectPosition))]`

func TestFilmByKeyboard(t *testing.T) {
	t.Parallel()
	b := open(t, "file/smoke/index.html", view{})
	at := func(key, want string) {
		t.Helper()
		if key != "" {
			b.press(key)
		}
		if got := eval[[]string](b, positions); !slices.Equal(got, []string{want}) {
			t.Errorf("after %q all ascents are at %q, want %q", key, got, want)
		}
	}
	at("", "100% 0px")
	for range 200 {
		b.press(kb.Tab)
		if eval[bool](b, `document.activeElement.matches(".film input")`) {
			break
		}
	}
	if !eval[bool](b, `document.activeElement.matches(".film input:focus-visible")`) {
		t.Fatal("the Tab key does not lead to the slider, or the focus is not visible there")
	}
	at(kb.Home, "0% 0px")
	at(kb.End, "100% 0px")
	b.press(kb.Home)
	before := shot(b)
	at(kb.End, "100% 0px")
	if bytes.Equal(before, shot(b)) {
		t.Error("the pictures look the same at the start and at the end of their ascent")
	}
	b.press(kb.ArrowLeft)
	if got := eval[string](b, "document.activeElement.value"); got != "999" {
		t.Errorf("one step back from the end the slider is at %s, want 999", got)
	}
	if got := eval[string](b, "document.activeElement.getAttribute('aria-valuetext') || ''"); !strings.Contains(got, "frame") {
		t.Errorf("the slider says that it is at %q, want the frame", got)
	}
	b.clean("file/smoke/index.html")
}

func TestFilmPlays(t *testing.T) {
	t.Parallel()
	b := open(t, "file/smoke/index.html", view{})
	eval[int](b, `document.querySelector(".film input").value = 0, document.querySelector(".film button").focus(), 0`)
	b.press(kb.Enter)
	const name = `document.activeElement.textContent + ", " + document.activeElement.getAttribute("aria-label")`
	if got, want := eval[string](b, name), "Pause, Pause the ascent"; got != want {
		t.Errorf("while it plays the button says %q, want %q", got, want)
	}
	eval[bool](b, `new Promise(done => { const look = () => +document.querySelector(".film input").value > 200 ? done(true) : requestAnimationFrame(look); look(); })`)
	b.press(" ")
	if got, want := eval[string](b, name), "Play, Play the ascent"; got != want {
		t.Errorf("once it is stopped the button says %q, want %q", got, want)
	}
	at := eval[string](b, `document.querySelector(".film input").value`)
	if eval[bool](b, `new Promise(done => setTimeout(() => done(document.querySelector(".film input").value !== "`+at+`"), 200))`) {
		t.Error("the button does not stop what it plays")
	}
}

// Who asks for less motion gets no button that plays, and the slider.
func TestReducedMotion(t *testing.T) {
	t.Parallel()
	b := open(t, "file/smoke/index.html", view{still: true})
	visible := func(selector string) bool {
		return eval[bool](b, fmt.Sprintf("document.querySelector(%q).checkVisibility()", selector))
	}
	if visible(".film button") || !visible(".film input") {
		t.Errorf("with reduced motion the button is visible: %t, want false; the slider: %t, want true", visible(".film button"), visible(".film input"))
	}
	if n := eval[int](b, "document.getAnimations().length"); n != 0 {
		t.Errorf("%d animations", n)
	}
	if b := open(t, "file/smoke/index.html", view{}); !eval[bool](b, `document.querySelector(".film button").checkVisibility()`) {
		t.Error("without, there is no button")
	}
}

// Without scripts everything is there but the controls.
func TestWithoutScript(t *testing.T) {
	t.Parallel()
	const text = `document.body.innerText.replace(/\s+/g, " ")`
	with := eval[string](open(t, "file/crowded/index.html", view{still: true}), `document.querySelectorAll(".film, .scripted").forEach(f => f.remove()), `+text)
	b := open(t, "file/crowded/index.html", view{noScript: true})
	without := eval[string](b, text)
	const words = "Moving through it needs JavaScript"
	if !strings.Contains(without, words) {
		t.Errorf("the page does not say that %q", words)
	}
	if n := eval[int](b, `[...document.querySelectorAll("button, select, input:not([type=radio])")].filter(e => e.checkVisibility()).length`); n != 0 {
		t.Errorf("%d controls that do nothing are shown", n)
	}
	said := eval[[]string](b, `[...document.querySelectorAll("noscript")].filter(n => n.checkVisibility()).map(n => n.innerText.replace(/\s+/g, " ").trim())`)
	for _, s := range said {
		without = strings.Replace(without, s+" ", "", 1)
	}
	if with != without {
		t.Errorf("other text without scripts: %d characters, with scripts %d", len(without), len(with))
	}
	b.keepWhole("crowded-without-script.png")
}

func TestPrints(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"file/smoke/index.html", "diff.html", "history.html"} {
		t.Run(stem(page), func(t *testing.T) {
			t.Parallel()
			b := open(t, page, view{dark: true})
			pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPrintBackground(), chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPreferCSSPageSize()))
			if err != nil {
				t.Fatal(err)
			}
			if pages := bytes.Count(pdf, []byte("/Type /Page\n")); !bytes.HasPrefix(pdf, []byte("%PDF-")) || pages < 1 {
				t.Errorf("printed are %d bytes with %d pages, want a PDF file", len(pdf), pages)
			}
			pictures := eval[int](b, `[...document.images, ...document.querySelectorAll("image")].filter(m => m.checkVisibility()).length`)
			if got := bytes.Count(pdf, []byte("/Subtype /Image")); pictures > 0 && got == 0 {
				t.Errorf("none of %d pictures is printed", pictures)
			}
			call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
			})
			if b.dark() {
				t.Error("on paper the page is dark")
			}
			if n := eval[int](b, `[...document.querySelectorAll("nav, .film, .skip, .switch, .wipe, .zoom, .tip")].filter(e => e.checkVisibility()).length`); n != 0 {
				t.Errorf("%d parts are printed that lead nowhere on paper", n)
			}
			b.keepWhole(stem(page) + "-print.png")
			b.keep(stem(page)+".pdf", pdf)
			b.clean(page)
		})
	}
}
