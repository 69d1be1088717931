//go:build !race

package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The switch of the maps of distances works without any script, and on paper both maps are there whatever it says.
func TestSwitchOfAlignment(t *testing.T) {
	const shown = `[...document.querySelector(".maps").children].map(f => f.checkVisibility())`
	for _, v := range []view{{}, {noScript: true}} {
		b := open(t, "file/smoke/index.html", v)
		for _, c := range []struct {
			value string
			want  []bool
		}{{"", []bool{true, true}}, {"before", []bool{true, false}}, {"after", []bool{false, true}}, {"both", []bool{true, true}}} {
			if c.value != "" {
				eval[int](b, fmt.Sprintf(`document.querySelector(".switch input[value=%s]").checked = true, 0`, c.value))
			}
			if got := eval[[]bool](b, shown); !slices.Equal(got, c.want) {
				t.Errorf("script off %t, switch at %q: maps shown %v, want %v", v.noScript, c.value, got, c.want)
			}
		}
		eval[int](b, `document.querySelector(".switch input[value=after]").checked = true, 0`)
		call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		if got := eval[[]bool](b, shown); !slices.Equal(got, []bool{true, true}) {
			t.Errorf("script off %t: on paper maps shown %v, want both", v.noScript, got)
		}
	}
}

func TestWipeByKeyboard(t *testing.T) {
	b := open(t, "file/smoke/index.html", view{})
	eval[int](b, `document.querySelector(".wipe").open = true, document.querySelector(".wipe input").focus(), 0`)
	clip := func(want string) {
		t.Helper()
		if got := eval[string](b, `getComputedStyle(document.querySelectorAll(".wipe .stack img")[1]).clipPath`); got != want {
			t.Errorf("the picture in front is cut to %q, want %q", got, want)
		}
	}
	clip("inset(0px 50% 0px 0px)")
	b.press(kb.ArrowRight)
	clip("inset(0px 49% 0px 0px)")
	b.press(kb.End)
	clip("inset(0px 0% 0px 0px)")
	b.press(kb.Home)
	clip("inset(0px 100% 0px 0px)")
	sources := `[...document.querySelectorAll(".wipe .stack img")].map(m => m.src)`
	before := eval[[]string](b, sources)
	eval[int](b, `(s => (s.value = s.options[s.options.length - 1].value, s.dispatchEvent(new Event("change"))))(document.querySelector(".wipe select")), 0`)
	after := eval[[]string](b, sources)
	if before[0] == after[0] || before[1] != after[1] {
		t.Error("choosing what lies under the picture in front does not change it alone")
	}
	b.clean("file/smoke/index.html")
}

func TestLookingCloser(t *testing.T) {
	b := open(t, "file/smoke/index.html", view{})
	const part = `document.querySelector(".zoomable .inner").getAttribute("viewBox")`
	const ticks = `[...document.querySelectorAll(".zoomable svg.plot")[0].querySelectorAll("[data-at]")].filter(g => g.getAttribute("visibility") !== "hidden").length`
	whole := eval[string](b, part)
	eval[int](b, `document.querySelector(".zoom button").focus(), 0`)
	b.press(kb.Enter)
	closer := eval[string](b, part)
	if closer == whole {
		t.Fatal("the button does not lead closer")
	}
	if n := eval[int](b, ticks); n < 2 {
		t.Errorf("%d ticks are left on the axes, want at least 2", n)
	}
	var x, y, w, h float64
	if _, err := fmt.Sscan(closer, &x, &y, &w, &h); err != nil {
		t.Fatal(err)
	}
	if w < 216 || w > 218 {
		t.Errorf("one step closer shows a width of %v, want half of 434", w)
	}
	b.press(kb.ArrowLeft)
	if moved := eval[string](b, part); moved == closer && x > 58 {
		t.Error("the arrow does not move what is seen")
	}
	eval[int](b, `document.querySelectorAll(".zoom button")[2].click(), 0`)
	if again := eval[string](b, part); again != whole {
		t.Errorf("all shows %q, want %q", again, whole)
	}
	b.clean("file/smoke/index.html")
}

func TestMarksSayWhatTheyAre(t *testing.T) {
	b := open(t, "file/smoke/index.html", view{})
	at := eval[[]float64](b, `(() => { const m = document.querySelector(".basin-map .mark"); m.scrollIntoView({block: "center"});
		const r = m.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`)
	if err := chromedp.Do(b.ctx, chromedp.MouseEvent(chromedp.MouseMoved, at[0], at[1])); err != nil {
		t.Fatal(err)
	}
	const text = `(t => t.hidden ? "" : t.textContent)(document.querySelector(".tip"))`
	if got := eval[string](b, text); !strings.Contains(got, "seed=") || !strings.Contains(got, "converged") {
		t.Errorf("the mark under the pointer says %q, want its run and how it ended", got)
	}
	if err := chromedp.Do(b.ctx, chromedp.MouseEvent(chromedp.MouseMoved, 2, 2)); err != nil {
		t.Fatal(err)
	}
	if got := eval[string](b, text); got != "" {
		t.Errorf("away from it there is still %q", got)
	}
	if n := eval[int](b, `[...document.querySelectorAll(".basin-map svg.plot .mark")].filter(m => !m.parentElement.querySelector("title")).length`); n != 0 {
		t.Errorf("%d marks have lost their title", n)
	}
}

func TestFilmBySteps(t *testing.T) {
	b := open(t, "file/smoke/index.html", view{still: true})
	at := func(what string) string {
		return eval[string](b, what+`, document.querySelector(".film input").getAttribute("aria-valuetext")`)
	}
	end := at("0")
	_, frames, _ := strings.Cut(end, " of ")
	if want := "frame " + frames + " of " + frames; end != want {
		t.Fatalf("the ascent is at %q, want %q", end, want)
	}
	if got := at(`document.querySelectorAll(".film .step")[0].click()`); got == end {
		t.Errorf("one frame back is %q, as before", got)
	}
	if got := at(`document.querySelectorAll(".film .step")[1].click()`); got != end {
		t.Errorf("one frame back and one on is %q, want %q", got, end)
	}
	if !eval[bool](b, `document.querySelectorAll(".film .step")[1].disabled`) {
		t.Error("at the end there is a step on")
	}
}
