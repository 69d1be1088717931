//go:build !race

package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// The page of one problem, and that of several.
const (
	smoke   = "file/smoke/index.html"
	crowded = "file/crowded/index.html"
)

// seeds are those of the training runs of a problem that are shown, in their order.
func (b *tab) seeds(problem string) []string {
	b.Helper()
	return eval[[]string](b, fmt.Sprintf(`[...document.querySelectorAll("#%s-trials tbody tr")].filter(r => r.checkVisibility()).map(r => r.cells[1].textContent + " " + r.cells[2].textContent)`, problem))
}

// hash is what the address has after its page.
func (b *tab) hash() string {
	b.Helper()
	return eval[string](b, "location.hash")
}

// drawn is true once what the last event led to is there.
const drawn = "new Promise(done => requestAnimationFrame(() => setTimeout(() => done(true), 50)))"

func TestFilterIsInTheAddress(t *testing.T) {
	t.Parallel()
	b := open(t, smoke+"#p1-trials?start=lognormal", view{})
	want := []string{"1 lognormal", "2 lognormal"}
	if got := b.seeds("p1"); !slices.Equal(got, want) {
		t.Errorf("an address that asks for one kind of start shows %q, want %q", got, want)
	}
	if got := eval[string](b, `document.querySelector("#p1-trials select[name=start]").value`); got != "lognormal" {
		t.Errorf("the filter says %q, want lognormal", got)
	}
	said := `document.querySelector("#p1-trials .shown").textContent`
	if got := eval[string](b, said); got != "2 of 4 training runs shown" {
		t.Errorf("the number of rows is announced as %q", got)
	}
	if !eval[bool](b, `document.querySelector("#p1-trials .shown").matches("[role=status][aria-live=polite]")`) {
		t.Error("the number of rows is not announced")
	}
	b.keep("trials-filtered.png", shot(b))

	// Letters narrow it down without filling the history.
	entries := eval[int](b, "history.length")
	eval[int](b, `document.querySelector("#p1-trials input[name=q]").focus(), 0`)
	b.press("seed=2")
	if got := b.hash(); got != "#p1-trials?start=lognormal&q=seed%3D2" {
		t.Errorf("the address ends in %q", got)
	}
	if got := b.seeds("p1"); !slices.Equal(got, []string{"2 lognormal"}) {
		t.Errorf("with a seed to search for %q is shown", got)
	}
	if got := eval[int](b, "history.length"); got != entries {
		t.Errorf("%d entries of the history for a word of six letters", got-entries)
	}
	// What hides everything says so, and leads out.
	b.press("000")
	if got := eval[string](b, said); got != "No training run fits: the filters hide all 4." || len(b.seeds("p1")) != 0 {
		t.Errorf("%q is shown, and said is %q", b.seeds("p1"), got)
	}
	b.keep("trials-nothing.png", shot(b))
	eval[int](b, `[...document.querySelectorAll("#p1-trials .filters button")].find(e => e.textContent === "show all").click(), 0`)
	if got := len(b.seeds("p1")); got != 4 || b.hash() != "#p1-trials" {
		t.Errorf("after a reset %d rows are shown at %q, want 4", got, b.hash())
	}
	// Back and forward.
	for _, step := range []struct {
		way  string
		want int
	}{{"back", 0}, {"forward", 4}} {
		eval[bool](b, "history."+step.way+"(), "+drawn)
		if got := len(b.seeds("p1")); got != step.want {
			t.Errorf("%s: %d rows at %q, want %d", step.way, got, b.hash(), step.want)
		}
	}
	b.clean(smoke)
}

func TestFilterThatNoRunHas(t *testing.T) {
	t.Parallel()
	b := open(t, smoke+"#p1-trials?status=%22%3E%3Cb%3E&page=9&sort=no-such", view{})
	if got := len(b.seeds("p1")); got != 0 {
		t.Errorf("%d rows are shown", got)
	}
	if got := eval[string](b, `document.querySelector("#p1-trials select[name=status]").value`); got != `"><b>` {
		t.Errorf("the filter says %q, want what the address asks for", got)
	}
}

func TestSortByKeyboard(t *testing.T) {
	t.Parallel()
	b := open(t, smoke, view{})
	const head = `[...document.querySelectorAll("#p1-trials thead th")].find(h => h.textContent.startsWith("steps"))`
	const values = `[...document.querySelectorAll("#p1-trials tbody tr")].map(r => +r.cells[` + head + `.cellIndex].textContent)`
	eval[int](b, head+`.querySelector("button").focus(), 0`)
	for _, order := range []string{"ascending", "descending"} {
		b.press(kb.Enter)
		got := eval[[]int](b, values)
		want := slices.Clone(got)
		slices.Sort(want)
		if order == "descending" {
			slices.Reverse(want)
		}
		if !slices.Equal(got, want) || len(got) < 2 || got[0] == got[len(got)-1] {
			t.Errorf("%s: the steps are %v, want %v", order, got, want)
		}
		if said := eval[string](b, head+`.getAttribute("aria-sort")`); said != order {
			t.Errorf("aria-sort is %q, want %q", said, order)
		}
		if n := eval[int](b, `document.querySelectorAll("#p1-trials [aria-sort]").length`); n != 1 {
			t.Errorf("%d columns say that they are sorted, want 1", n)
		}
	}
	if got := b.hash(); got != "#p1-trials?sort=-steps" {
		t.Errorf("the address ends in %q", got)
	}
	if !eval[bool](b, `document.activeElement.closest("th") === `+head) {
		t.Error("sorting takes the focus away")
	}
}

// A number with a power of ten is sorted as what it is.
func TestSortByPowers(t *testing.T) {
	t.Parallel()
	b := open(t, smoke+"#p1-trials?sort=gradient-norm", view{})
	got := eval[[]float64](b, `(() => { const at = [...document.querySelectorAll("#p1-trials thead th")].findIndex(h => h.textContent.startsWith("gradient"));
		return [...document.querySelectorAll("#p1-trials tbody tr")].map(r => { const [m, e] = r.cells[at].textContent.split("×10");
			return +m * 10 ** +e.replace("⁻", "-").replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, c => "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c)); }); })()`)
	if !slices.IsSorted(got) || len(got) != 4 || got[0] >= 1e-8 {
		t.Errorf("gradient norms in the order %v", got)
	}
}

// A link to what is folded unfolds it, with scripts and without.
func TestLinksIntoFolds(t *testing.T) {
	t.Parallel()
	within := eval[string](open(t, smoke, view{}), `document.querySelector("#controls details.runs:not([open]) tbody tr").id`)
	for _, v := range []view{{}, {noScript: true}} {
		for _, link := range []struct{ page, name string }{{smoke, within}, {smoke, "word-gauge"}, {crowded, "d1-2"}, {smoke, "t1"}} {
			name := link.name
			b := open(t, link.page+"#"+name, v)
			b.settle()
			if !eval[bool](b, fmt.Sprintf(`(e => e.checkVisibility() && e.getBoundingClientRect().top < innerHeight && e.getBoundingClientRect().bottom > 0)(document.getElementById(%q))`, name)) {
				t.Errorf("without scripts %t: %s is not to be seen", v.noScript, name)
			}
			if got := eval[string](b, `document.querySelector(":target").id`); got != name {
				t.Errorf("the target is %q, want %q", got, name)
			}
		}
	}
}

// The links of a claim lead to how it was computed, and on to the runs.
func TestFromNumberToRun(t *testing.T) {
	t.Parallel()
	b := open(t, smoke, view{})
	eval[bool](b, `document.querySelector('#claims td a[href="#p1-c2-how"]').click(), `+drawn)
	if !eval[bool](b, `document.getElementById("p1-c2-how").open`) {
		t.Fatal("the number does not lead to how it was computed")
	}
	b.keep("how.png", shot(b))
	eval[bool](b, `document.getElementById("p1-c2-how").open = false, document.querySelector('#claims td a[href="#p1-c2-how"]').click(), `+drawn)
	if !eval[bool](b, `document.getElementById("p1-c2-how").open`) {
		t.Error("the number leads nowhere once the address is there already")
	}
	eval[bool](b, `document.querySelector('#p1-c2-how a[href^="#p1-cell-"]').click(), `+drawn)
	if !eval[bool](b, `document.querySelector("#p1-trials tr:target").checkVisibility()`) {
		t.Error("how it was computed does not lead to the run")
	}
	b.keep("trial.png", shot(b))
}

func TestCopies(t *testing.T) {
	t.Parallel()
	b := open(t, smoke, view{})
	button := `document.querySelector("#p1-c2-how .commands button")`
	command := eval[string](b, button+`.previousElementSibling.textContent`)
	if !strings.HasPrefix(command, "verify run smoke") || !strings.HasSuffix(command, " --only tuple") {
		t.Fatalf("the command is %q", command)
	}
	const news = `document.querySelector(".news").textContent.trim()`
	eval[int](b, `document.getElementById("p1-c2-how").open = true, Object.defineProperty(navigator, "clipboard", {configurable: true, value: {writeText: s => { window.kept = s; return Promise.resolve(); }}}), `+button+`.focus(), 0`)
	b.press(kb.Enter)
	eval[bool](b, drawn)
	if got := eval[string](b, "window.kept"); got != command {
		t.Errorf("copied is %q, want %q", got, command)
	}
	if got := eval[string](b, news); got != "copied: "+command {
		t.Errorf("announced is %q", got)
	}
	// Where the clipboard is closed, the text is selected.
	eval[int](b, `Object.defineProperty(navigator, "clipboard", {configurable: true, value: undefined}), 0`)
	b.press(kb.Enter)
	eval[bool](b, drawn)
	if got := eval[string](b, "getSelection().toString()"); got != command {
		t.Errorf("selected is %q, want %q", got, command)
	}
	if got := eval[string](b, news); !strings.HasPrefix(got, "selected") {
		t.Errorf("announced is %q", got)
	}
	// The command of a run is made of its cell.
	cell := eval[string](b, `document.querySelector("#p1-trials tbody tr code").textContent`)
	eval[bool](b, `document.querySelector("#p1-trials tbody tr button").click(), `+drawn)
	if got, want := eval[string](b, "getSelection().toString()"), "verify run smoke --cell "+cell; got != want {
		t.Errorf("selected is %q, want %q", got, want)
	}
}

func TestSectionThatIsReadIsMarked(t *testing.T) {
	t.Parallel()
	b := open(t, smoke, view{})
	const marked = `[...document.querySelectorAll("nav [aria-current]")].map(a => a.hash)`
	for _, id := range []string{"#p1-power", "#claims", "#trials"} {
		eval[bool](b, fmt.Sprintf(`document.querySelector("nav a[href='%s']").click(), `, id)+drawn)
		if got := eval[[]string](b, marked); !slices.Equal(got, []string{id}) {
			t.Errorf("at %s the contents mark %v", id, got)
		}
	}
	// On a wide screen they stay in sight.
	if !eval[bool](b, `(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector("nav a[href='#claims']").getBoundingClientRect())`) {
		t.Error("the contents scroll out of sight")
	}
	b.keep("contents.png", shot(b))
}
