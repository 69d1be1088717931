package report

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.org/concord/verify"
)

func TestMarginBar(t *testing.T) {
	for _, test := range []struct {
		name   string
		margin float64
		want   string
	}{
		{"nothing measured", math.NaN(), ""},
		{"no deviation", 0, "....."},
		{"below the scale", 1e-12, "....."},
		{"four decades to spare", 1e-4, "===.."},
		{"less than four", 1.1e-4, "====."},
		{"just held", 1, "====="},
		{"just refuted", 1.0001, "!!!!!"},
		{"refuted without end", math.Inf(1), "!!!!!"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := marginBar(verify.Number(test.margin)); got != test.want {
				t.Errorf("marginBar(%g) = %q, want %q", test.margin, got, test.want)
			}
		})
	}
}

// tableOf returns the table of checks of a summary for a terminal of so many columns.
func tableOf(t *testing.T, width int, checks ...verify.CheckResult) string {
	t.Helper()
	r := little()
	s := text{width: width, result: r}
	s.checkTable(checks)
	return s.b.String()
}

func TestCheckTable(t *testing.T) {
	nan := verify.Number(math.NaN())
	checks := []verify.CheckResult{
		{ID: "tuple", Kind: "tuple", Verdict: verify.Pass, Value: 3.2e-7, Tolerance: 1e-5, Margin: 0.032},
		{ID: "images/modulo-sign/basin", Kind: "images", Verdict: verify.Inconclusive, Value: nan, Tolerance: 0.02, Margin: nan},
	}
	for _, test := range []struct {
		width int
		want  string
	}{
		{120, `  verdict         check                            value  tolerance  margin  used   control
  ✓ PASS          tuple                          3.2e-07      1e-05   0.032  =====  fails
  ? INCONCLUSIVE  images/modulo-sign/basin  not measured       0.02    none         none
`},
		{86, `  verdict         check                            value  tolerance  margin  control
  ✓ PASS          tuple                          3.2e-07      1e-05   0.032  fails
  ? INCONCLUSIVE  images/modulo-sign/basin  not measured       0.02    none  none
`},
		{80, `  verdict         check                            value  tolerance  margin
  ✓ PASS          tuple                          3.2e-07      1e-05   0.032
  ? INCONCLUSIVE  images/modulo-sign/basin  not measured       0.02    none
`},
		{72, `  verdict         check                         value  tolerance  margin
  ✓ PASS          tuple                       3.2e-07      1e-05   0.032
  ? INCONCLUSIVE  images/modulo-sign...  not measured       0.02    none
`},
		{40, `  ✓ PASS  tuple
    value 3.2e-07, tolerance 1e-05,
    margin 0.032
  ? INCONCLUSIVE  images/modulo-sign/...
    value not measured, tolerance 0.02,
    margin none
`},
	} {
		got := tableOf(t, test.width, checks...)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("table of %d columns (-want +got):\n%s", test.width, diff)
		}
		for line := range strings.SplitSeq(got, "\n") {
			if n := Columns(line); n > test.width {
				t.Errorf("a line of %d columns in a table of %d: %q", n, test.width, line)
			}
		}
	}
}

func TestCheckTableSaysWhatNoControlFails(t *testing.T) {
	got := tableOf(t, 100, verify.CheckResult{ID: "accuracy", Kind: "accuracy", Verdict: verify.Pass, Value: 1, Tolerance: 1, Margin: 1})
	if !strings.Contains(got, "=====  none\n") {
		t.Errorf("no control fails accuracy, and the table is\n%s", got)
	}
}

func TestColourOfTheTableIsOnlyColour(t *testing.T) {
	plain, painted := text80(t, fixture(t), 100, false), text80(t, fixture(t), 100, true)
	if !strings.Contains(painted, "\x1b[1;32m✓ PASS\x1b[0m") || stripped(painted) != plain {
		t.Errorf("colour changes more than colour (-plain +painted):\n%s", cmp.Diff(plain, stripped(painted)))
	}
}
