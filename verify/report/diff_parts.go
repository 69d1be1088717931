package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"example.org/concord/verify"
)

// gone names what only one of the results has. That a claim is no longer looked at is no verdict about it.
func (p *site) gone(name, before, after string) { p.add(name, Changed, before, after) }

// lone names what only one of the results has, in a word, and reports whether that is so.
func lone[T any](p *site, name string, a, b *T, word func(*T) string) bool {
	switch {
	case b == nil:
		p.gone(name, word(a), "")
	case a == nil:
		p.gone(name, "", word(b))
	}
	return a == nil || b == nil
}

func diffScenario(p *site, a, b *verify.ScenarioInfo) {
	p.in("scenario "+b.Name, func(p *site) {
		p.text("name", Changed, a.Name, b.Name)
		p.text("title", Moved, a.Title, b.Title)
		p.text("about", Moved, a.About, b.About)
		p.text("subject", Changed, a.Subject, b.Subject)
		p.text("command", Aside, a.Command, b.Command)
		p.texts("reduced", Changed, a.Reduced, b.Reduced)
		hunks := diffLines(a.Source, b.Source)
		if len(hunks) == 0 { // the line break at the end
			p.text("sha256", Changed, a.SHA256, b.SHA256)
		}
		for _, h := range hunks {
			p.add(h.name(), Changed, strings.Join(h.before, "\n"), strings.Join(h.after, "\n"))
		}
	})
}

func diffProblems(p *site, before, after []verify.ProblemResult) {
	key := func(r verify.ProblemResult) string { return r.Label + " of " + settings(r.Data) }
	each(before, after, key, func(_ string, a, b *verify.ProblemResult) {
		switch {
		case b == nil:
			p.gone(problemName(a), a.Verdict.String(), "")
		case a == nil:
			p.gone(problemName(b), "", b.Verdict.String())
		default:
			p.in("problem "+b.Label, func(p *site) { diffProblem(p, a, b, false) })
		}
	})
}

// problemName names a problem with its data, because two that only one result has may differ in nothing else.
func problemName(r *verify.ProblemResult) string {
	name := "problem " + r.Label
	if data := settings(r.Data); data != "" {
		name += " (" + data + ")"
	}
	return name
}

func diffProblem(p *site, a, b *verify.ProblemResult, control bool) {
	p.verdict(a.Verdict, b.Verdict, control)
	p.text("error", Changed, a.Error, b.Error)
	p.text("settings", Changed, settings(a.Settings), settings(b.Settings))
	p.text("symmetry", Changed, a.Symmetry, b.Symmetry)
	diffDigests(p, a.Digests, b.Digests)
	p.text("trials", Changed, trials(a), trials(b))
	each(a.Checks, b.Checks, func(c verify.CheckResult) string { return c.ID }, func(id string, a, b *verify.CheckResult) {
		if lone(p, "check "+id, a, b, func(x *verify.CheckResult) string { return x.Verdict.String() }) {
			return
		}
		p.in("check "+id, func(p *site) { diffCheck(p, a, b, control) })
	})
	p.text("basins", Changed, basins(a), basins(b))
	p.number("largest distance", Moved, largestApart(a), largestApart(b))
	diffOracle(p, a.Oracle, b.Oracle)
	diffPower(p, a.Power, b.Power)
	diffDrawings(p, a.Drawings, b.Drawings)
	diffMetrics(p, a.Metrics, b.Metrics)
}

// trials says how many there are and how they ended.
func trials(p *verify.ProblemResult) string {
	return plural(len(p.Trials), "trial") + ", " + statuses(p.Trials)
}

// basins says how many there are and how large.
func basins(p *verify.ProblemResult) string {
	if len(p.Basins) == 0 {
		return "none"
	}
	sizes := make([]string, len(p.Basins))
	for i := range p.Basins {
		sizes[i] = fmt.Sprint(p.Basins[i].Size)
	}
	return fmt.Sprintf("%d of %s", len(p.Basins), strings.Join(sizes, ", "))
}

func largestApart(p *verify.ProblemResult) verify.Number {
	if p.Distances == nil {
		return nan()
	}
	return p.Distances.Max
}

func diffCheck(p *site, a, b *verify.CheckResult, control bool) {
	p.verdict(a.Verdict, b.Verdict, control)
	if a.Verdict != b.Verdict {
		p.text("found", Moved, a.Sentence, b.Sentence)
	}
	p.text("kind", Changed, a.Kind, b.Kind)
	p.text("title", Changed, a.Title, b.Title)
	p.number("value", Moved, a.Value, b.Value)
	p.quantity("tolerance", Changed, a.Tolerance, b.Tolerance, func(x verify.Number) string {
		if x == 0 {
			return "exact"
		}
		return exactly(x)
	})
	p.number("margin", Moved, a.Margin, b.Margin)
	p.text("quantity", Changed, a.Quantity, b.Quantity)
	p.text("reason", Changed, a.Reason, b.Reason)
}

// programDigest begins the name of the digest of the program itself; the others are of data.
const programDigest = "program "

func diffDigests(p *site, a, b []verify.Digest) {
	each(a, b, func(d verify.Digest) string { return d.Name }, func(name string, a, b *verify.Digest) {
		e := Changed
		if strings.HasPrefix(name, programDigest) {
			e = Aside
		}
		switch {
		case b == nil:
			p.add("digest "+name, e, brief(a.SHA256), "")
		case a == nil:
			p.add("digest "+name, e, "", brief(b.SHA256))
		case a.SHA256 != b.SHA256:
			p.add("digest "+name, e, brief(a.SHA256), brief(b.SHA256))
		}
	})
}

func diffOracle(p *site, a, b *verify.Oracle) {
	switch {
	case a == nil && b == nil:
	case a == nil:
		p.gone("optimum without a start", "", "found")
	case b == nil:
		p.gone("optimum without a start", "found", "")
	default:
		p.in("optimum without a start", func(p *site) {
			p.text("certified", Changed, yes(a.Certificate.Certified), yes(b.Certificate.Certified))
			p.number("gap", Moved, a.Certificate.Gap, b.Certificate.Gap)
			p.number("distance to training", Moved, a.Distance, b.Distance)
			p.number("distance to golden", Moved, a.Golden, b.Golden)
		})
	}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func diffPower(p *site, a, b *verify.Power) {
	none := verify.Power{Upper: nan()}
	if a == nil {
		a = &none
	}
	if b == nil {
		b = &none
	}
	p.count("independent starts", a.Starts, b.Starts)
	p.count("starts that disagree", a.Disagreed, b.Disagreed)
	p.number("bound on the share that disagrees", Changed, a.Upper, b.Upper)
}

func diffDrawings(p *site, a, b []verify.LabelDrawings) {
	each(a, b, func(d verify.LabelDrawings) string { return d.Label }, func(label string, a, b *verify.LabelDrawings) {
		name := "drawings of " + label
		if lone(p, name, a, b, func(x *verify.LabelDrawings) string { return fmt.Sprint(x.Count) }) {
			return
		}
		p.in(name, func(p *site) {
			p.count("drawn", a.Count, b.Count)
			p.count("converged", a.Converged, b.Converged)
			p.count("basins", len(a.Basins), len(b.Basins))
			p.number("first two apart", Moved, a.Difference, b.Difference)
			p.number("largest distance within a basin", Moved, a.MaxWithin, b.MaxWithin)
			p.number("largest distance", Moved, a.MaxAll, b.MaxAll)
		})
	})
}

func diffMetrics(p *site, a, b []verify.Metric) {
	each(a, b, func(m verify.Metric) string { return m.Name }, func(name string, a, b *verify.Metric) {
		name = "metric " + name
		if lone(p, name, a, b, func(x *verify.Metric) string { return exactly(x.Value) }) {
			return
		}
		e := Moved
		x, y := float64(a.Value), float64(b.Value)
		if !(math.Abs(x-y) <= metricTolerance*max(math.Abs(x), math.Abs(y))) {
			e = Changed
		}
		p.number(name, e, a.Value, b.Value)
		p.count("sample of "+name, a.N, b.N)
	})
}

func diffTwins(p *site, before, after []verify.TwinResult) {
	each(before, after, func(t verify.TwinResult) string { return t.Name }, func(name string, a, b *verify.TwinResult) {
		name = "control " + name
		if lone(p, name, a, b, func(x *verify.TwinResult) string { return x.Verdict.String() }) {
			return
		}
		p.in(name, func(p *site) {
			p.verdict(a.Verdict, b.Verdict, false)
			if a.Verdict != b.Verdict {
				p.text("found", Moved, a.Sentence, b.Sentence)
			}
			p.text("subject", Changed, a.Subject, b.Subject)
			p.text("broken", Changed, settings(a.Broken), settings(b.Broken))
			p.text("must fail", Changed, strings.Join(a.MustFail, ", "), strings.Join(b.MustFail, ", "))
			diffProblem(p, &a.Problem, &b.Problem, true)
		})
	})
}

func diffDoses(p *site, before, after []verify.DoseResult) {
	each(before, after, func(d verify.DoseResult) string { return d.Name }, func(name string, a, b *verify.DoseResult) {
		name = "doses of " + name
		switch {
		case b == nil:
			p.gone(name, a.Verdict.String(), "")
		case a == nil:
			p.gone(name, "", b.Verdict.String())
		default:
			p.in(name, func(p *site) {
				p.verdict(a.Verdict, b.Verdict, false)
				p.text("axis", Changed, a.Axis, b.Axis)
				each(a.Points, b.Points, func(d verify.DosePoint) string { return exactly(d.Value) }, func(at string, a, b *verify.DosePoint) {
					switch {
					case b == nil:
						p.gone(at, dosed(a), "")
					case a == nil:
						p.gone(at, "", dosed(b))
					default:
						p.text(at+": starts that disagree", Changed, dosed(a), dosed(b))
						p.number(at+": largest distance", Moved, a.Largest, b.Largest)
					}
				})
			})
		}
	})
}

// dosed says what one strength of a control did.
func dosed(d *verify.DosePoint) string {
	return fmt.Sprintf("%d of %d, %d open", d.Disagreed, d.Starts, d.Open)
}

func diffEnvironment(p *site, a, b *verify.Environment) {
	p.in("environment", func(p *site) {
		x, y := environment(a), environment(b)
		for i := range x {
			p.text(x[i].name, Aside, x[i].value, y[i].value)
		}
		paths := maps.Clone(a.Modules)
		if paths == nil {
			paths = map[string]string{}
		}
		maps.Copy(paths, b.Modules)
		for _, path := range slices.Sorted(maps.Keys(paths)) {
			p.text(path, Aside, a.Modules[path], b.Modules[path])
		}
	})
}

// fact is one named field.
type fact struct{ name, value string }

// environment returns the fields of an environment but for its modules, always in the same order.
func environment(e *verify.Environment) []fact {
	return []fact{
		{"version", e.Version},
		{"revision", e.Revision},
		{"go", e.Go},
		{"goos", e.GOOS},
		{"goarch", e.GOARCH},
		{"goamd64", e.GOAMD64},
		{"tags", e.Tags},
		{"godebug", e.GODEBUG},
		{"cpu", e.CPU},
		{"fma", yes(e.FMA)},
		{"kernels", e.Kernels},
		{"arithmetic", fmt.Sprintf("%.16s", e.Arithmetic)},
		{"cores", fmt.Sprint(e.Cores)},
	}
}

func diffTiming(p *site, a, b *verify.Timing) {
	p.in("timing", func(p *site) {
		p.quantity("seconds", Aside, a.Seconds, b.Seconds, short3)
		p.quantity("peak memory", Aside, verify.Number(a.PeakRSS), verify.Number(b.PeakRSS), memory)
		each(a.Phases, b.Phases, func(f verify.Phase) string { return f.Name }, func(name string, a, b *verify.Phase) {
			switch {
			case b == nil:
				p.add(name, Aside, short3(a.Seconds), "")
			case a == nil:
				p.add(name, Aside, "", short3(b.Seconds))
			default:
				p.quantity(name, Aside, a.Seconds, b.Seconds, short3)
			}
		})
	})
}

func short3(x verify.Number) string { return short(x, "not measured") }

// memory writes a number of bytes.
func memory(x verify.Number) string {
	if x == 0 {
		return "not measured"
	}
	return fmt.Sprintf("%.0f MB", float64(x)/1e6)
}
