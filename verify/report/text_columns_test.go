package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestColumns(t *testing.T) {
	for _, test := range []struct {
		name, s string
		want    int
	}{
		{"nothing", "", 0},
		{"letters", "rank=3", 6},
		{"bytes are no columns", "größe≤1", 7},
		{"wide letters", "数字", 4},
		{"a mark on a letter", "e\u0301", 1},
		{"a joiner", "a\u200db", 2},
		{"a picture", "🙂", 2},
		{"signs of verdicts", "✓✗", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Columns(test.s); got != test.want {
				t.Errorf("Columns(%q) = %d, want %d", test.s, got, test.want)
			}
		})
	}
}

func TestCutColumns(t *testing.T) {
	for _, test := range []struct {
		s    string
		n    int
		want string
	}{
		{"seed-sweep", 10, "seed-sweep"},
		{"seed-sweep", 9, "seed-s..."},
		{"seed sweep", 8, "seed..."},
		{"seed-sweep", 5, "seed-"},
		{"seed-sweep", 0, ""},
		{"数字数字数字", 9, "数字数..."},
		{"数字数字数字", 8, "数字..."},
	} {
		if got := CutColumns(test.s, test.n); got != test.want {
			t.Errorf("CutColumns(%q, %d) = %q, want %q", test.s, test.n, got, test.want)
		}
	}
}

func TestCutColumnsFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, n := rapid.String().Draw(t, "s"), rapid.IntRange(0, 30).Draw(t, "n")
		got := CutColumns(s, n)
		if Columns(got) > n || utf8.ValidString(s) && !utf8.ValidString(got) || !strings.HasPrefix(s, strings.TrimSuffix(got, "...")) {
			t.Errorf("CutColumns(%q, %d) = %q", s, n, got)
		}
	})
}
