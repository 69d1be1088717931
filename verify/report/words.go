package report

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.org/concord/verify"
)

// number writes x for a reader: three significant digits, and a power of ten where it is far from one:
// "0.0312", "3.2×10⁻⁷". What is not finite is said in words.
func number(x verify.Number) string { return significant(float64(x), 3) }

// precise writes x with ten significant digits, for numbers whose last digits matter.
func precise(x verify.Number) string { return significant(float64(x), 10) }

// full writes x with fourteen significant digits, for numbers whose difference is near the last of them.
func full(x verify.Number) string { return significant(float64(x), 14) }

// significant writes x with at most n significant digits; beyond four decades either way as a power of
// ten, with two digits where n is small.
func significant(x float64, n int) string {
	switch {
	case math.IsNaN(x):
		return "not a number"
	case math.IsInf(x, 1):
		return "infinite"
	case math.IsInf(x, -1):
		return "minus infinite"
	case x == 0:
		return "0"
	case math.Abs(x) >= 1e-3 && math.Abs(x) < 1e5:
		if x == math.Trunc(x) {
			return minus(grouped(strconv.FormatFloat(x, 'f', -1, 64)))
		}
		e := int(math.Floor(math.Log10(math.Abs(x))))
		return minus(grouped(trimZeros(strconv.FormatFloat(x, 'f', max(n-1-e, 0), 64))))
	}
	if n == 3 {
		n = 2
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', n-1, 64), "e")
	e, err := strconv.Atoi(exponent)
	if err != nil {
		return minus(mantissa + "e" + exponent)
	}
	switch short := trimZeros(mantissa); short {
	case "1":
		return "10" + superscript(e)
	case "-1":
		return "−10" + superscript(e)
	default:
		return minus(short) + "×10" + superscript(e)
	}
}

// trimZeros removes zeros that end a fraction, and the point when nothing is left of it.
func trimZeros(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// grouped puts narrow blanks before every three digits of a whole number of five or more.
func grouped(s string) string {
	digits := strings.TrimPrefix(s, "-")
	if len(digits) < 5 || strings.Contains(s, ".") {
		return s
	}
	sign := s[:len(s)-len(digits)]
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "\u202f" + digits[at:]
	}
	return sign + digits
}

// typeset writes the numbers, powers and quotation marks of a recorded sentence, such as 1e-06, as the page writes its
// own, 10⁻⁶. What is part of a word or a setting stays.
func typeset(text string) string {
	text = power.ReplaceAllStringFunc(text, func(s string) string {
		n, err := strconv.Atoi(s[1:])
		if err != nil {
			return s
		}
		return superscript(n)
	})
	text = straightQuotes.ReplaceAllString(text, "$1“$2”")
	return scientific.ReplaceAllStringFunc(text, func(s string) string {
		m := scientific.FindStringSubmatch(s)
		e, err := strconv.Atoi(m[4])
		if err != nil {
			return s
		}
		if m[3] == "1" {
			return m[1] + minus(m[2]) + "10" + superscript(e)
		}
		return m[1] + minus(m[2]+m[3]) + "×10" + superscript(e)
	})
}

// scientific is a number with an exponent: what is before it, its sign, its mantissa and its exponent.
var scientific = regexp.MustCompile(`(^|[\s(])(-?)(\d+(?:\.\d+)?)e([-+]?\d{1,3})\b`)

// power is a caret with a whole number.
var power = regexp.MustCompile(`\^\d{1,4}\b`)

// straightQuotes is what is between quotation marks, and what is before them.
var straightQuotes = regexp.MustCompile(`(^|[\s(])"([^"]+)"`)

// minus replaces hyphens by minus signs.
func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

// superscript writes n raised.
func superscript(n int) string {
	return strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴",
		"5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹").Replace(strconv.Itoa(n))
}

// percent writes a share as "3.1 %".
func percent(x verify.Number) string {
	if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
		return number(x)
	}
	return significant(100*float64(x), 2+1) + " %"
}

// bound writes an upper bound of a share as "3.1 %", rounded up so that it stays one.
func bound(x float64) string {
	if !(x > 0) || math.IsInf(x, 1) {
		return percent(verify.Number(x))
	}
	unit := math.Pow(10, math.Floor(math.Log10(100*x))-1)
	return significant(math.Ceil(100*x/unit-1e-9)*unit, 3) + " %"
}

// margin says how a value stands to its tolerance.
func margin(c *verify.CheckResult) string {
	v, tol, m := float64(c.Value), float64(c.Tolerance), float64(c.Margin)
	switch {
	case math.IsNaN(v):
		return "nothing was measured"
	case tol == 0 && v == 0:
		return "no deviation at all"
	case tol == 0:
		return "no deviation is allowed"
	case math.IsNaN(m):
		return "no margin recorded"
	case m > 1:
		return ratio(c.Margin) + " times the tolerance"
	case m == 0:
		return "none of the tolerance used"
	}
	return percent(c.Margin) + " of the tolerance"
}

// plural writes "1 basin", "3 basins".
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	if s, ok := strings.CutSuffix(one, "y"); ok && !strings.HasSuffix(s, "a") {
		return fmt.Sprintf("%d %sies", n, s)
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// settings writes the settings as "rank=20 scale=pixel", sorted by name, without the names in except.
func settings(s verify.Settings, except ...string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(s)) {
		if !slices.Contains(except, k) {
			parts = append(parts, k+"="+setting(s[k]))
		}
	}
	return strings.Join(parts, " ")
}

// setting writes the value of one axis. A record names its method or kind first where it has one.
func setting(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case verify.Settings:
		return setting(map[string]any(v))
	case map[string]any:
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if k == "method" {
				parts = slices.Insert(parts, 0, setting(v[k]))
			} else {
				parts = append(parts, k+" "+setting(v[k]))
			}
		}
		if len(parts) == 1 {
			return parts[0]
		}
		return "(" + strings.Join(parts, ", ") + ")"
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = setting(e)
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(v)
}

// glyph is the sign that goes with the word of a verdict, so that colour is never alone.
func glyph(v verify.Verdict) string {
	switch v {
	case verify.Pass:
		return "✓"
	case verify.Fail:
		return "✗"
	case verify.Inconclusive:
		return "?"
	case verify.Vacuous:
		return "∅"
	case verify.Missing:
		return "…"
	case verify.Error:
		return "!"
	default:
		return "–"
	}
}

// meaning explains the word of a verdict.
func meaning(v verify.Verdict) string {
	switch v {
	case verify.Pass:
		return "The claim held everywhere it was tested. For a control it means that the control failed, as it had to."
	case verify.Fail:
		return "The claim is refuted. The evidence is on this page."
	case verify.Inconclusive:
		return "Nothing was refuted and nothing shown: training had not converged, the comparison was ill-conditioned, or there were too few starts to say."
	case verify.Vacuous:
		return "The check could not have failed here: the control that was broken on purpose did not fail, or outcomes from different starts were the same to the last bit, as if the start were ignored. So a pass says nothing."
	case verify.Missing:
		return "Something to compare with is absent: a golden file, a trial or a shard."
	case verify.Error:
		return "The run broke before anything could be decided. This says nothing about the claim."
	default:
		return "Nothing was decided, because nothing ran. It is not a pass."
	}
}

// statuses counts trials by how they ended, in the order of the statuses.
func statuses(trials []verify.TrialResult) string {
	counts := map[verify.Status]int{}
	for i := range trials {
		counts[trials[i].Status]++
	}
	if len(trials) == 0 {
		return "there are no trials"
	}
	if counts[verify.Converged] == len(trials) {
		return "all converged"
	}
	var parts []string
	for _, s := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[s], s))
	}
	return strings.Join(parts, ", ")
}
