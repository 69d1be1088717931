package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestDiffLines(t *testing.T) {
	for _, test := range []struct {
		name, before, after string
		want                []hunk
	}{
		{name: "nothing"},
		{name: "the same", before: "a\nb\n", after: "a\nb\n"},
		{name: "the break at the end is no line", before: "a", after: "a\n"},
		{"added to nothing", "", "a\n", []hunk{{at: 1, after: []string{"a"}}}},
		{"removed in the middle", "a\nb\nc\n", "a\nc\n", []hunk{{at: 2, before: []string{"b"}}}},
		{"added in the middle", "a\nc\n", "a\nb\nc\n", []hunk{{at: 2, after: []string{"b"}}}},
		{"replaced", "a\nb\nc\n", "a\nx\ny\nc\n", []hunk{{at: 2, before: []string{"b"}, after: []string{"x", "y"}}}},
		{"two places", "a\nb\nc\nd\n", "x\nb\nc\ny\n", []hunk{{1, []string{"a"}, []string{"x"}}, {4, []string{"d"}, []string{"y"}}}},
		{"an empty line counts", "a\n\nb\n", "a\nb\n", []hunk{{at: 2, before: []string{""}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := diffLines(test.before, test.after)
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(hunk{})); diff != "" {
				t.Errorf("diffLines(%q, %q) (-want +got):\n%s", test.before, test.after, diff)
			}
		})
	}
}

func TestDiffLinesOfLongTexts(t *testing.T) {
	a := strings.Repeat("a\n", 2500)
	b := strings.Repeat("b\n", 2500)
	got := diffLines("x\n"+a+"y\n", "x\n"+b+"y\n")
	if len(got) != 1 || got[0].at != 2 || len(got[0].before) != 2500 || len(got[0].after) != 2500 {
		t.Errorf("diffLines of 2500 lines against others = %d places, want one of all", len(got))
	}
}

// The hunks turn the first text into the second.
func TestDiffLinesRebuilds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 8)
		a, b := text.Draw(t, "before"), text.Draw(t, "after")
		got := slices.Clone(a)
		for _, h := range slices.Backward(diffLines(strings.Join(a, "\n")+"\n", strings.Join(b, "\n")+"\n")) {
			got = slices.Replace(got, h.at-1, h.at-1+len(h.before), h.after...)
		}
		if !slices.Equal(got, b) {
			t.Fatalf("the places where %q and %q differ give %q", a, b, got)
		}
	})
}
