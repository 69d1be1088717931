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
	t.Parallel()
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
	t.Parallel()
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
	if got := eval[string](b, `document.querySelector(".wipe input[type=range]").getAttribute("aria-valuetext") + ", edge at " + document.querySelector(".wipe .stack i").style.marginLeft`); got != "0 %, edge at 0%" {
		t.Errorf("at the beginning the slider says %q, want 0 %% and the edge there", got)
	}
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
	t.Parallel()
	b := open(t, "file/smoke/index.html", view{})
	const part = `document.querySelector(".zoomable .inner").getAttribute("viewBox")`
	const ticks = `[...document.querySelectorAll(".zoomable svg.plot")[0].querySelectorAll("[data-at]")].filter(g => g.getAttribute("visibility") !== "hidden").length`
	// Where the corners of the curves are, for the most part: of what is in sight, from the left and from the top.
	const middle = `(() => { const inner = document.querySelector(".zoomable .inner"), v = inner.viewBox.baseVal;
		window.corners ??= [...inner.querySelectorAll("polyline")].flatMap(l => [...l.points]).filter(p => p.x >= v.x && p.y >= v.y && p.x <= v.x + v.width && p.y <= v.y + v.height);
		const median = of => corners.map(of).sort((a, b) => a - b)[corners.length >> 1];
		return [(median(p => p.x) - v.x) / v.width, (median(p => p.y) - v.y) / v.height].map(x => x.toFixed(3)).join(); })()`
	whole := eval[string](b, part)
	at := eval[string](b, middle)
	eval[int](b, `document.querySelector(".zoom button").focus(), 0`)
	b.press(kb.Enter)
	if got := eval[string](b, middle); got != at {
		t.Errorf("one step closer the middle of the curves is at %s, want it where it was, at %s", got, at)
	}
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
	open := func() string {
		return eval[string](b, `[...document.querySelector(".zoom").children].filter(e => !e.disabled).map(e => e.getAttribute("aria-label") || e.textContent).join()`)
	}
	if got := open(); got != "closer,further away,all" {
		t.Errorf("one step closer one can go %s, want everywhere", got)
	}
	eval[int](b, `(plus => { for (let i = 0; i < 10; i++) plus.click(); })(document.querySelector(".zoom button")), 0`)
	if got := open(); got != "further away,all" {
		t.Errorf("as close as can be one can go %s, want back alone", got)
	}
	if _, err := fmt.Sscan(eval[string](b, part), &x, &y, &w, &h); err != nil || w < 13.5 || w > 13.6 {
		t.Errorf("as close as can be shows a width of %v, %v, want a 32nd of 434", w, err)
	}
	eval[int](b, `document.querySelectorAll(".zoom button")[1].click(), 0`)
	if _, err := fmt.Sscan(eval[string](b, part), &x, &y, &w, &h); err != nil || w < 27.1 || w > 27.2 {
		t.Errorf("one step further away shows a width of %v, %v, want a 16th of 434", w, err)
	}
	eval[int](b, `document.querySelectorAll(".zoom button")[2].click(), 0`)
	if again := eval[string](b, part); again != whole {
		t.Errorf("all shows %q, want %q", again, whole)
	}
	if got := open(); got != "closer" {
		t.Errorf("with all in sight one can go %s, want closer alone", got)
	}
	b.clean("file/smoke/index.html")
}

// With a mouse curves are looked at closer where it is, and drawn along with it while its button is down.
func TestLookingCloserByMouse(t *testing.T) {
	t.Parallel()
	b := open(t, "file/smoke/index.html", view{})
	box := eval[[]float64](b, `(() => { const e = document.querySelector(".zoomable .inner"); e.scrollIntoView({block: "center"});
		const m = e.getScreenCTM(), v = e.viewBox.baseVal; return [m.e + m.a * v.x, m.f + m.d * v.y, m.a * v.width, m.d * v.height]; })()`)
	part := func() (v [4]float64) {
		t.Helper()
		text := eval[string](b, `document.querySelector(".zoomable .inner").getAttribute("viewBox")`)
		if _, err := fmt.Sscan(text, &v[0], &v[1], &v[2], &v[3]); err != nil {
			t.Fatal(err)
		}
		return v
	}
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(b.ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	whole := part()
	x, y := box[0]+box[2]/4, box[1]+box[3]*3/4
	do(chromedp.MouseClickXY(x, y), chromedp.MouseClickXY(x, y, chromedp.ClickCount(2)))
	closer := part()
	if closer[2] != whole[2]/2 {
		t.Fatalf("a double click shows a width of %v, want half of %v", closer[2], whole[2])
	}
	// What was a quarter from the left and from below is there still.
	if got, want := closer[0]-whole[0], whole[2]/8; got < want-1 || got > want+1 {
		t.Errorf("closer at a quarter from the left begins %v from the left of all, want %v", got, want)
	}
	if got, want := closer[1]-whole[1], whole[3]*3/8; got < want-1 || got > want+1 {
		t.Errorf("closer at a quarter from below begins %v below the top of all, want %v", got, want)
	}
	do(chromedp.MouseEvent(chromedp.MousePressed, x, y, chromedp.ButtonLeft), chromedp.MouseEvent(chromedp.MouseMoved, x-40, y, chromedp.ButtonLeft))
	drawn := part()
	if drawn[0] <= closer[0] || drawn[1] != closer[1] {
		t.Errorf("drawn to the left the part in sight is %v, before %v: want more of what is on the right", drawn, closer)
	}
	do(chromedp.MouseEvent(chromedp.MouseReleased, x-40, y, chromedp.ButtonLeft), chromedp.MouseEvent(chromedp.MouseMoved, x-80, y))
	if got := part(); got != drawn {
		t.Errorf("without its button the mouse moves what is in sight to %v from %v", got, drawn)
	}
}

func TestMarksSayWhatTheyAre(t *testing.T) {
	t.Parallel()
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
	if eval[bool](b, `!!document.querySelector(".basin-map .mark").closest("svg.plot").querySelector(":scope > title")`) {
		t.Error("the title of the plot is there still, and would come on top of that of the mark")
	}
	if n := eval[int](b, `document.querySelectorAll(".pointed").length`); n != 1 {
		t.Errorf("%d marks look as if the pointer were on them, want 1", n)
	}
	if err := chromedp.Do(b.ctx, chromedp.MouseEvent(chromedp.MouseMoved, 2, 2)); err != nil {
		t.Fatal(err)
	}
	if got := eval[string](b, text); got != "" {
		t.Errorf("away from it there is still %q", got)
	}
	if n := eval[int](b, `document.querySelectorAll(".pointed").length`); n != 0 {
		t.Errorf("%d marks look as if the pointer were still on them", n)
	}
	if n := eval[int](b, `[...document.querySelectorAll(".basin-map svg.plot")].filter(s => !s.querySelector(":scope > title")).length`); n != 0 {
		t.Errorf("%d plots have lost their title", n)
	}
	if n := eval[int](b, `[...document.querySelectorAll(".basin-map svg.plot .mark")].filter(m => !m.parentElement.querySelector("title")).length`); n != 0 {
		t.Errorf("%d marks have lost their title", n)
	}
}

func TestFilmBySteps(t *testing.T) {
	t.Parallel()
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
	const may = `[...document.querySelectorAll(".film .step")].map(e => !e.disabled).join()`
	if got := eval[string](b, may); got != "true,false" {
		t.Errorf("at the end there are steps back and on: %s, want true,false", got)
	}
	eval[int](b, `(r => (r.value = 0, r.dispatchEvent(new Event("input"))))(document.querySelector(".film input")), 0`)
	if got := eval[string](b, may); got != "false,true" {
		t.Errorf("at the start there are steps back and on: %s, want false,true", got)
	}
	if got := at(`document.querySelectorAll(".film .step")[1].click()`); !strings.HasPrefix(got, "frame 2 of ") {
		t.Errorf("one frame on from the start is %q", got)
	}
}

// Between two frames of an ascent there is nothing to be seen: every picture shows a whole one.
func TestFilmShowsWholeFrames(t *testing.T) {
	t.Parallel()
	b := open(t, "file/smoke/index.html", view{})
	torn := eval[[]string](b, `[7, 333, 507, 998].flatMap(at => {
		const slider = document.querySelector(".film input");
		slider.value = at;
		slider.dispatchEvent(new Event("input"));
		return [...slider.closest(".film").parentElement.querySelectorAll("img[data-frames]")].map(image => {
			const frame = parseFloat(image.style.objectPosition) / 100 * (image.dataset.frames - 1);
			return Math.abs(frame - at / 1000 * (image.dataset.frames - 1)) > .51 || Math.abs(frame - Math.round(frame)) > 1e-3 ? at + ": " + image.style.objectPosition : "";
		}).filter(Boolean);
	})`)
	if len(torn) > 0 {
		t.Errorf("at these places of the slider no whole frame is shown: %q", torn)
	}
}

// What is done by hand ends what plays; what plays goes at the speed that is chosen, from the start, and to the end.
func TestFilmByHand(t *testing.T) {
	t.Parallel()
	b := open(t, "file/smoke/index.html", view{})
	const (
		play   = `document.querySelector(".film .play")`
		slider = `document.querySelector(".film input")`
		name   = play + `.textContent`
	)
	for _, hand := range []string{
		`document.querySelectorAll(".film .step")[0].click()`, `document.querySelectorAll(".film .step")[1].click()`,
		slider + `.dispatchEvent(new Event("input"))`,
	} {
		eval[int](b, slider+".value = 300, "+play+".click(), 0")
		if got := eval[string](b, name); got != "Pause" {
			t.Fatalf("while it plays the button says %q", got)
		}
		if got := eval[string](b, hand+", "+name); got != "Play" {
			t.Errorf("after %s the button says %q, want Play", hand, got)
		}
	}
	// Each step is as large as the speed says, and the film ends at its end by itself.
	for _, speed := range eval[[]float64](b, `[...document.querySelector(".film select").options].map(o => +o.value)`) {
		got := eval[[]float64](b, fmt.Sprintf(`new Promise(done => {
			document.querySelector(".film select").value = %q;
			%s.value = 1000;
			%s.click();
			const at = [+%s.value];
			const seen = new MutationObserver(() => {
				if (at.push(+%s.value) === 3) {
					seen.disconnect();
					done(at);
				}
			});
			seen.observe(%s, {attributeFilter: ["aria-valuetext"]});
		})`, fmt.Sprint(speed), slider, play, slider, slider, slider))
		if step := float64(int(25*speed + 0.5)); got[0] != 0 || got[1] != step || got[2] != 2*step {
			t.Errorf("at the speed %v the slider goes to %v, want steps of %v from 0", speed, got, step)
		}
		eval[int](b, slider+".value = 999, 0")
		b.until("the film has ended", name+` === "Play" && +`+slider+`.value === 1000`)
	}
}
