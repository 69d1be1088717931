package imageset

import (
	"testing"

	"example.org/concord/verify"
)

func TestSeen(t *testing.T) {
	for _, c := range []struct {
		split  string
		offset float64
		name   string
		want   bool
		reason string
	}{
		{"train", 0, "test", false, ""},
		{"test", 0, "test", true, "learned from the first of them"},
		{"test", 9000, "test", true, "learned from others of them"},
		{"test", 0, "permuted", true, "made of the first thousand"},
		{"test", 5000, "mirrored", false, "made of the first thousand"},
		{"test", 0, "noise", false, "made of nothing"},
	} {
		if got := Seen(verify.Settings{"split": c.split, "offset": c.offset}, c.name); got != c.want {
			t.Errorf("Seen(%s from %v, %s) = %v, want %v: %s", c.split, c.offset, c.name, got, c.want, c.reason)
		}
	}
}
