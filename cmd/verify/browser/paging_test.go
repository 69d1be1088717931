//go:build !race

package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// many is the page of 210 training runs, in the order of 70 seeds of three kinds.
const many = "file/many/index.html"

// numbers are the first and the last number of the rows that are shown, and how many there are.
func (b *tab) numbers(problem string) []int {
	b.Helper()
	return eval[[]int](b, fmt.Sprintf(`(n => [n[0], n[n.length - 1], n.length])([...document.querySelectorAll("#%s-trials tbody tr")].filter(r => r.checkVisibility()).map(r => +r.cells[0].textContent))`, problem))
}

// turning is where the buttons are that turn pages.
const turning = `document.querySelectorAll("#p1-trials .turn button")`

func TestPaging(t *testing.T) {
	t.Parallel()
	b := open(t, many, view{})
	said := func() string { return eval[string](b, `document.querySelector("#p1-trials .shown").textContent`) }
	open := func() string {
		return eval[string](b, `[...`+turning+`].map(e => e.textContent + (e.disabled ? " is closed" : "")).join(", ")`)
	}
	eval[int](b, `document.getElementById("p1-trials").open = true, 0`)
	for _, step := range []struct {
		name, keys, hash, said, open string
		at                           int // the button that has the focus
		numbers                      []int
	}{
		{"at first", "", "", "rows 1 to 100 of all 210 training runs", "← before is closed, next →", 0, []int{1, 100, 100}},
		{"on", kb.Enter, "#p1-trials?page=2", "rows 101 to 200 of all 210 training runs", "← before, next →", 1, []int{101, 200, 100}},
		{"to the end", kb.Enter, "#p1-trials?page=3", "rows 201 to 210 of all 210 training runs", "← before, next → is closed", 1, []int{201, 210, 10}},
		{"back", " ", "#p1-trials?page=2", "rows 101 to 200 of all 210 training runs", "← before, next →", 0, []int{101, 200, 100}},
		{"to the beginning", " ", "#p1-trials", "rows 1 to 100 of all 210 training runs", "← before is closed, next →", 0, []int{1, 100, 100}},
	} {
		if step.keys != "" {
			eval[int](b, fmt.Sprintf("%s[%d].focus(), 0", turning, step.at))
			b.press(step.keys)
		}
		if got := b.numbers("p1"); !slices.Equal(got, step.numbers) {
			t.Errorf("%s: the rows are %v (first, last, how many), want %v", step.name, got, step.numbers)
		}
		if got := said(); got != step.said {
			t.Errorf("%s: announced is %q, want %q", step.name, got, step.said)
		}
		if got := open(); got != step.open {
			t.Errorf("%s: the buttons are %q, want %q", step.name, got, step.open)
		}
		if got := b.hash(); got != step.hash {
			t.Errorf("%s: the address ends in %q, want %q", step.name, got, step.hash)
		}
	}
	// Back and forward turn pages, too.
	for _, step := range []struct {
		way  string
		want int
	}{{"back", 101}, {"back", 201}, {"back", 101}, {"back", 1}, {"forward", 101}} {
		eval[bool](b, "history."+step.way+"(), "+drawn)
		if got := b.numbers("p1"); got[0] != step.want {
			t.Errorf("%s: the first row is %d, want %d", step.way, got[0], step.want)
		}
	}
	// What narrows it down begins at its first page; what is on one page has none to turn.
	eval[int](b, `(s => (s.value = "lognormal", s.dispatchEvent(new Event("change", {bubbles: true}))))(document.querySelector("#p1-trials select[name=start]")), 0`)
	if got := b.numbers("p1"); got[2] != 70 || b.hash() != "#p1-trials?start=lognormal" || said() != "70 of 210 training runs shown" {
		t.Errorf("with one kind of start the rows are %v at %q, and announced is %q", got, b.hash(), said())
	}
	if eval[bool](b, turning+`[0].checkVisibility()`) {
		t.Error("there are pages to turn where all is shown")
	}
	// A seed is searched for as a whole.
	eval[bool](b, `location.hash = "#p1-trials?q=seed%3D7", `+drawn)
	if got, want := b.seeds("p1"), []string{"7 uniform", "7 exponential", "7 lognormal"}; !slices.Equal(got, want) {
		t.Errorf("with a seed to search for %q is shown, want %q", got, want)
	}
	// Sorted on a later page, a table begins anew, and every row is on one of its pages.
	eval[bool](b, `location.hash = "#p1-trials?page=2", `+drawn)
	eval[int](b, `document.querySelector("#p1-trials thead button").click(), 0`)
	if got := b.numbers("p1"); !slices.Equal(got, []int{1, 100, 100}) || b.hash() != "#p1-trials?sort=no" {
		t.Errorf("after it was sorted the rows are %v at %q", got, b.hash())
	}
	eval[int](b, `document.querySelector("#p1-trials thead button").click(), 0`)
	if got := b.numbers("p1"); !slices.Equal(got, []int{210, 111, 100}) {
		t.Errorf("the other way round the rows are %v", got)
	}
	b.keep("trials-paged.png", shot(b))
	b.clean(many)
}

func TestDeepLinkToAPage(t *testing.T) {
	t.Parallel()
	b := open(t, many+"#p1-trials?page=3", view{})
	if got := b.numbers("p1"); !slices.Equal(got, []int{201, 210, 10}) {
		t.Errorf("the rows are %v, want those of the third page", got)
	}
	for _, test := range []struct {
		name, page string
		want       []int
	}{
		{"beyond the last", "99", []int{201, 210, 10}},
		{"none", "0", []int{1, 100, 100}},
		{"before the first", "-2", []int{1, 100, 100}},
		{"a part of one", "2.9", []int{101, 200, 100}},
		{"no number", "two", []int{1, 100, 100}},
	} {
		eval[bool](b, fmt.Sprintf(`location.hash = "#p1-trials?page=%s", `, test.page)+drawn)
		if got := b.numbers("p1"); !slices.Equal(got, test.want) {
			t.Errorf("%s: the rows are %v, want %v", test.name, got, test.want)
		}
	}
}

// A link to a run leads to its page, whatever the table showed before.
func TestLinkToARunOnAnotherPage(t *testing.T) {
	t.Parallel()
	b := open(t, many, view{})
	for _, n := range []int{100, 101, 200, 201, 210} {
		id := eval[string](b, fmt.Sprintf(`document.querySelectorAll("#p1-trials tbody tr")[%d].id`, n-1))
		eval[bool](b, `location.hash = "#p1-trials?q=nothing", `+drawn)
		eval[bool](b, fmt.Sprintf(`location.hash = "#%s", `, id)+drawn)
		if !eval[bool](b, fmt.Sprintf(`(e => e.checkVisibility() && e.getBoundingClientRect().top < innerHeight && e.getBoundingClientRect().bottom > 0)(document.getElementById(%q))`, id)) {
			t.Errorf("run %d is not to be seen", n)
		}
		if got, want := b.numbers("p1")[0], 1+(n-1)/100*100; got != want {
			t.Errorf("run %d: the first row is %d, want %d", n, got, want)
		}
	}
}

// Each problem has filters of its own, and an address has those of the last that was used.
func TestFiltersOfSeveralProblems(t *testing.T) {
	t.Parallel()
	b := open(t, crowded+"#p3-trials?start=uniform&sort=-seed", view{})
	shows := func(when, problem string, want ...string) {
		t.Helper()
		if got := b.seeds(problem); !slices.Equal(got, want) {
			t.Errorf("%s: of %s %q is shown, want %q", when, problem, got, want)
		}
	}
	unfold := func(problem string) {
		eval[int](b, fmt.Sprintf(`document.getElementById("%s-trials").open = true, 0`, problem))
	}
	for _, problem := range []string{"p1", "p2", "p4"} {
		unfold(problem)
		shows("by a deep link", problem, "1 uniform", "1 lognormal", "2 uniform", "2 lognormal")
	}
	shows("by a deep link", "p3", "2 uniform", "1 uniform")
	if got := eval[string](b, `document.querySelector("#p3-trials select[name=start]").value + " " + document.querySelector("#p3-trials [aria-sort]").textContent`); got != "uniform seed" {
		t.Errorf("the filter and the order of p3 say %q", got)
	}
	choose := func(problem, start string) {
		eval[int](b, fmt.Sprintf(`(s => (s.value = %q, s.dispatchEvent(new Event("change", {bubbles: true}))))(document.querySelector("#%s-trials select[name=start]")), 0`, start, problem))
	}
	choose("p2", "lognormal")
	shows("by choice", "p2", "1 lognormal", "2 lognormal")
	if got := b.hash(); got != "#p2-trials?start=lognormal" {
		t.Errorf("the address ends in %q", got)
	}
	eval[int](b, `document.querySelector("#p2-trials input[name=q]").focus(), 0`)
	b.press("seed=1")
	shows("by letters", "p2", "1 lognormal")
	if got := b.hash(); got != "#p2-trials?start=lognormal&q=seed%3D1" {
		t.Errorf("the address ends in %q", got)
	}
	eval[bool](b, "history.back(), "+drawn)
	shows("back", "p3", "2 uniform", "1 uniform")
	if got := b.hash(); !strings.HasPrefix(got, "#p3-trials?") {
		t.Errorf("back: the address ends in %q", got)
	}
	eval[bool](b, "history.forward(), "+drawn)
	shows("forward", "p2", "1 lognormal")
	// Showing all again keeps the order.
	eval[bool](b, `location.hash = "#p3-trials?start=uniform&sort=-seed", `+drawn)
	eval[int](b, `[...document.querySelectorAll("#p3-trials .filters button")].find(e => e.textContent === "show all").click(), 0`)
	shows("all of it", "p3", "2 uniform", "2 lognormal", "1 uniform", "1 lognormal")
	eval[bool](b, "history.go(-2), "+drawn)
	shows("back", "p2", "1 lognormal")
	// What the address says is what a new page shows.
	again := open(t, crowded+b.hash(), view{})
	if got := again.seeds("p2"); !slices.Equal(got, []string{"1 lognormal"}) {
		t.Errorf("a new page at %q shows %q", b.hash(), got)
	}
	b.clean(crowded)
}
