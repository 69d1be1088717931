package report

import (
	"math"
	"slices"
	"strings"
	"testing"

	"example.org/concord/verify"
)

// marginCheck returns a check of a margin.
func marginCheck(id string, v verify.Verdict, m float64) verify.CheckResult {
	return verify.CheckResult{ID: id, Verdict: v, Value: verify.Number(m), Tolerance: 1, Margin: verify.Number(m)}
}

// marginsOf returns the picture of claims and of checks that have to fail.
func marginsOf(claims, controls []verify.CheckResult) *marginsView {
	p := &problemView{ProblemResult: &verify.ProblemResult{}}
	for i := range claims {
		p.Claims = append(p.Claims, newClaimView(&claims[i]))
	}
	t := &controlView{TwinResult: &verify.TwinResult{Name: "broken"}}
	for i := range controls {
		c := newClaimView(&controls[i])
		t.Claims = append(t.Claims, mustFailView{ID: controls[i].ID, Claim: &c})
	}
	return newMarginsView([]*problemView{p}, []*controlView{t})
}

// Every check is in exactly one block or is named with the reason why not.
func TestMarginsDropNothing(t *testing.T) {
	nan := math.NaN()
	v := marginsOf([]verify.CheckResult{
		marginCheck("none", verify.Pass, 0), marginCheck("tiny", verify.Pass, 1e-300), marginCheck("half", verify.Pass, 0.5),
		marginCheck("limit", verify.Pass, 1), marginCheck("beyond", verify.Fail, math.Nextafter(1, 2)),
		marginCheck("open", verify.Inconclusive, 0.5), marginCheck("infinite", verify.Fail, math.Inf(1)),
		marginCheck("unmeasured", verify.Missing, nan),
	}, []verify.CheckResult{marginCheck("far", verify.Fail, 1e6), marginCheck("unseen", verify.Fail, nan)})
	var names []string
	for _, b := range v.Blocks {
		names = append(names, b.Name)
	}
	all := strings.Join(names, "\n")
	for _, id := range []string{"none", "tiny", "half", "limit", "beyond", "open", "infinite", "far of the control broken"} {
		if n := strings.Count(all, id+", "); n != 1 {
			t.Errorf("%s is in %d blocks, want one:\n%s", id, n, all)
		}
	}
	if want := []string{"unmeasured, MISSING: nothing was measured", "unseen of the control broken, FAIL: nothing was measured"}; !slices.Equal(v.Apart, want) {
		t.Errorf("apart are %q, want %q", v.Apart, want)
	}
	total := 0
	for _, k := range v.Legend {
		total += k.Count
	}
	if total != 8 || v.within != 5 || v.all != 7 {
		t.Errorf("%d in the legend, %d of %d claims within, want 8, 5 of 7", total, v.within, v.all)
	}
}

// What keeps to its tolerance is left of the limit and what does not right of it, claims above the axis and controls below,
// with the outermost places for no margin at all and for an infinite one.
func TestMarginsAreWhereTheyBelong(t *testing.T) {
	v := marginsOf([]verify.CheckResult{
		marginCheck("none", verify.Pass, 0), marginCheck("tiny", verify.Pass, 1e-300), marginCheck("small", verify.Pass, 0.01), marginCheck("limit", verify.Pass, 1),
		marginCheck("beyond", verify.Fail, math.Nextafter(1, 2)), marginCheck("large", verify.Fail, 1e300), marginCheck("infinite", verify.Fail, math.Inf(1)),
	}, []verify.CheckResult{marginCheck("far", verify.Fail, 50)})
	at := map[string]marginBlock{}
	for _, b := range v.Blocks {
		id, _, _ := strings.Cut(b.Name, ",")
		at[id] = b
		if b.X < plotLeft || b.X+b.Width > plotRight || b.Y < 0 || b.Y+b.Height > v.Foot {
			t.Errorf("%s is outside of the drawing: %+v", id, b)
		}
	}
	order := []string{"none", "tiny", "small", "limit", "beyond", "large", "infinite"}
	for i, id := range order[1:] {
		if a, b := at[order[i]], at[id]; !(a.X+a.Width <= b.X) {
			t.Errorf("%s at %v is not left of %s at %v", order[i], a.X, id, b.X)
		}
	}
	if l, b := at["limit"], at["beyond"]; l.X+l.Width > v.Limit || b.X < v.Limit {
		t.Errorf("the limit at %v is not between a margin of 1 at %+v and one just above at %+v", v.Limit, l, b)
	}
	if c, far := at["small"], at["far of the control broken"]; c.Y+c.Height != v.Axis || far.Y != v.Axis {
		t.Errorf("the axis is at %v, but a claim ends at %v and a control begins at %v", v.Axis, c.Y+c.Height, far.Y)
	}
	for _, want := range []string{"0", "1", "∞"} {
		if !slices.ContainsFunc(v.XTicks, func(k tick) bool { return k.Name == want }) {
			t.Errorf("no tick is called %q: %v", want, v.XTicks)
		}
	}
}

// In one bin those that pass are nearest to the axis, a block each for what passes, fails and does neither.
func TestMarginsOfOneBin(t *testing.T) {
	v := marginsOf([]verify.CheckResult{
		marginCheck("a", verify.Inconclusive, 0.5), marginCheck("b", verify.Fail, 0.5), marginCheck("c", verify.Pass, 0.5), marginCheck("d", verify.Pass, 0.6),
	}, nil)
	if len(v.Blocks) != 3 || v.Controls {
		t.Fatalf("blocks = %+v, controls %t, want three of claims", v.Blocks, v.Controls)
	}
	edge := v.Axis
	for i, want := range []marginBlock{{Kind: "pass", Height: 2 * marginHeight}, {Kind: "fail", Height: marginHeight}, {Kind: "open", Height: marginHeight}} {
		b := v.Blocks[i]
		if b.Kind != want.Kind || b.Height != want.Height || b.Y+b.Height != edge {
			t.Errorf("block %d = %+v, want %s of height %v that stands on %v", i, b, want.Kind, want.Height, edge)
		}
		edge = b.Y
	}
	if len(v.Counts) != 1 || v.Counts[0].N != 4 || v.Counts[0].Y >= edge {
		t.Errorf("counts = %+v, want 4 above the stack", v.Counts)
	}
	many := slices.Repeat([]verify.CheckResult{marginCheck("a", verify.Pass, 0.5)}, 500)
	if v := marginsOf(many, nil); v.Foot > 200 || !strings.HasSuffix(v.Blocks[0].Name, "; and 495 more") {
		t.Errorf("500 checks make a drawing %v high, called %q", v.Foot, v.Blocks[0].Name)
	}
	if marginsOf(nil, nil) != nil {
		t.Error("a picture of no checks")
	}
}

func TestHTMLHasTheMargins(t *testing.T) {
	page := html(t, fixture(t))
	if n := len(matches(page, `(<rect class="block pass" [^>]*><title>)`)); n == 0 {
		t.Error("no block of checks that pass")
	}
	if n := len(matches(page, `(<rect class="block fail" [^>]*fill="url\(#hatched\)"[^>]*><title>)`)); n == 0 {
		t.Error("no hatched block of checks that fail")
	}
	if !strings.Contains(page, "not in the picture: The outcome is the one on file, PASS: no deviation at all.") {
		t.Error("the exact check, which has no margin, is not named")
	}
	if strings.Contains(html(t, nothing()), `class="margins"`) {
		t.Error("a picture of margins where nothing was checked")
	}
}
