package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// table is a markdown table.
type table struct{ strings.Builder }

func (t *table) row(cells ...string) { t.line("| %s |", strings.Join(cells, " | ")) }

func (t *table) head(cells ...string) {
	t.row(cells...)
	t.row(slices.Repeat([]string{"---"}, len(cells))...)
}

func (t *table) title(format string, args ...any) { t.line("\n### "+format+"\n", args...) }

func (t *table) line(format string, args ...any) { t.WriteString(fmt.Sprintf(format, args...) + "\n") }

// duration writes seconds with three digits and a unit that suits them.
func duration(s float64) string {
	switch {
	case math.IsNaN(s):
		return "—"
	case s < 1e-3:
		return fmt.Sprintf("%.3g µs", s*1e6)
	case s < 1:
		return fmt.Sprintf("%.3g ms", s*1e3)
	case s < 1000:
		return fmt.Sprintf("%.3g s", s)
	}
	return fmt.Sprintf("%.0f s", s)
}

// times writes durations as median with smallest and largest.
func (s spread) times() string {
	if math.IsNaN(s.Median) {
		return "—"
	}
	if s.Min == s.Max {
		return duration(s.Median)
	}
	return fmt.Sprintf("%s (%s – %s)", duration(s.Median), duration(s.Min), duration(s.Max))
}

// factors writes ratios in the same way.
func (s spread) factors() string {
	if math.IsNaN(s.Median) {
		return "—"
	}
	if s.Min == s.Max {
		return fmt.Sprintf("%.3g", s.Median)
	}
	return fmt.Sprintf("%.3g (%.3g – %.3g)", s.Median, s.Min, s.Max)
}

func megabytes(b float64) string { return fmt.Sprintf("%.0f MB", b/(1<<20)) }

// of returns what a peer measured in a job at a size.
func (r *Run) of(name, peer string, n int) []measurement {
	var out []measurement
	for _, m := range r.Measurements {
		if m.Job == name && m.Peer == peer && m.N == n && m.Growth == "" && m.Error == "" {
			out = append(out, m)
		}
	}
	return out
}

// sizes returns the sizes at which a job was done, ascending.
func (r *Run) sizes(name string) []int {
	var out []int
	for _, m := range r.Measurements {
		if m.Job == name && m.Growth == "" && !slices.Contains(out, m.N) {
			out = append(out, m.N)
		}
	}
	slices.Sort(out)
	return out
}

// markdown returns all the tables.
func (r *Run) markdown() string {
	t := new(table)
	r.about(t)
	r.gradients(t)
	r.trials(t)
	r.sweeps(t)
	r.drawings(t)
	r.growth(t)
	r.failures(t)
	return strings.TrimPrefix(t.String(), "\n")
}

func (r *Run) about(t *table) {
	m := r.Machine
	t.title("Machine and peers")
	t.line("Measured %s at revision %s, with `bench %s`.\n", r.When, m.Revision, strings.Join(r.Arguments, " "))
	t.head("what", "value")
	t.row("processor", fmt.Sprintf("%s, %d cores, %s", m.CPU, m.Cores, m.Caches))
	t.row("system", fmt.Sprintf("Linux %s, load before %s", m.Kernel, m.LoadBefore))
	t.row("Go", fmt.Sprintf("%s, GOAMD64=%s, kernels %s", m.Go, m.GOAMD64, m.SIMD))
	t.row("peak, float64", fmt.Sprintf("%.3g GFLOP/s on one core, %.3g on %d (room `simd`, matrices in cache); %s",
		r.Peak.FlopsOne/1e9, r.Peak.Flops/1e9, r.Peak.Cores, openBLAS(r.Peak)))
	t.row("memory", fmt.Sprintf("%.3g GB/s (triad over 256 MB, %d cores)", r.Peak.Bandwidth/1e9, r.Peak.Cores))
	t.line("")
	t.head("peer", "what it is", "made of")
	for _, p := range r.Peers {
		if p.Missing != "" {
			t.row("`"+p.Name+"`", p.About, "takes no part: "+p.Missing)
			continue
		}
		var parts []string
		for name, version := range p.Versions {
			parts = append(parts, name+" "+strings.TrimPrefix(version, name))
		}
		slices.Sort(parts)
		blas := p.BLAS
		if !p.Fair {
			blas += ": **not a fair peer**"
		}
		t.row("`"+p.Name+"`", p.About, strings.Join(append(parts, blas), ", "))
	}
}

func openBLAS(p Peak) string {
	if p.OpenBLAS == 0 {
		return "no OpenBLAS to compare with"
	}
	return fmt.Sprintf("OpenBLAS reaches %.3g (1500×1500, %d threads)", p.OpenBLAS/1e9, p.Cores)
}

func (r *Run) gradients(t *table) {
	if len(r.sizes("gradient")) == 0 {
		return
	}
	t.title("Time for one gradient")
	t.head("n", "peer", "threads", "time: median (min – max)", "times Concord's")
	for _, n := range r.sizes("gradient") {
		for _, p := range r.Peers {
			if ms := r.of("gradient", p.Name, n); len(ms) > 0 {
				t.row(fmt.Sprint(n), p.Name, fmt.Sprint(ms[0].Threads), spreadOf(secondsOf(ms)).times(),
					spreadOf(ratios(ms, r.of("gradient", base, n))).factors())
			}
		}
	}
	t.line("\nThe floor is the larger of operations/peak and bytes/bandwidth, on all cores; bytes count where they exceed the last cache. " +
		"The last two columns count the operations of dense coordinates.\n")
	t.head("n", "d", "operations", "bytes", "floor", "Concord", "Concord / floor", "operations, dense", "Concord / floor, dense")
	for _, f := range r.Floors {
		var ms []measurement
		for _, m := range r.Measurements {
			if m.Job == "gradient" && m.Peer == base && m.N == f.N && m.Rank == f.Rank && m.Threads == r.Peak.Cores && m.Error == "" {
				ms = append(ms, m)
			}
		}
		if len(ms) == 0 {
			continue
		}
		floor, s := f.seconds(r.Peak, r.Machine.LastCache), spreadOf(secondsOf(ms))
		dense := Floor{Flops: f.Dense, Bytes: f.Bytes}.seconds(r.Peak, r.Machine.LastCache)
		over := func(floor float64) string {
			if floor == 0 { // of a run that did not count it
				return "—"
			}
			return spread{s.Median / floor, s.Min / floor, s.Max / floor}.factors()
		}
		t.row(fmt.Sprint(f.N), fmt.Sprint(f.Rank), fmt.Sprintf("%.3g", f.Flops), fmt.Sprintf("%.3g", f.Bytes), duration(floor),
			s.times(), over(floor), fmt.Sprintf("%.3g", f.Dense), over(dense))
	}
}

// until replaces the seconds of trials by those to a gradient norm of 10^exponent; those that did not get there are left out.
func until(ms []measurement, exponent int) []measurement {
	var out []measurement
	for _, m := range ms {
		i := slices.IndexFunc(m.Milestones, func(s milestone) bool { return s.Exponent == exponent })
		if i >= 0 {
			m.Seconds = m.Milestones[i].Seconds
			out = append(out, m)
		}
	}
	return out
}

// reached keeps the trials that reached the tolerance.
func reached(ms []measurement) []measurement {
	var out []measurement
	for _, m := range ms {
		if m.Status == converged {
			out = append(out, m)
		}
	}
	return out
}

func (r *Run) trials(t *table) {
	if len(r.sizes("trial")) == 0 {
		return
	}
	t.title("Time for one trial, from a uniform start")
	t.head("n", "peer", "to 1e-6", "times Concord's", "to the tolerance", "times Concord's", "evaluations", "gradient norm", "‖K − K*‖", "memory")
	for _, n := range r.sizes("trial") {
		own := r.of("trial", base, n)
		for _, p := range r.Peers {
			ms := r.of("trial", p.Name, n)
			if len(ms) == 0 {
				continue
			}
			near, there := until(ms, -6), reached(ms)
			var evaluations []float64
			for _, m := range ms {
				evaluations = append(evaluations, float64(m.Evaluations))
			}
			whole := spreadOf(secondsOf(there)).times()
			if len(there) < len(ms) {
				whole = strings.TrimPrefix(whole+"; ", "—; ") + notReached(ms, len(there))
			}
			t.row(fmt.Sprint(n), p.Name, spreadOf(secondsOf(near)).times()+some(near, ms), spreadOf(ratios(near, until(own, -6))).factors(),
				whole, spreadOf(ratios(there, reached(own))).factors(), fmt.Sprintf("%.0f", spreadOf(evaluations).Median),
				fmt.Sprintf("%.1e", worst(ms, func(m measurement) float64 { return m.FullNorm })),
				fmt.Sprintf("%.1e", worst(ms, func(m measurement) float64 { return m.Distance })),
				megabytes(worst(ms, func(m measurement) float64 { return float64(m.PeakRSS) })))
		}
	}
	t.line("\nGradient norm and distance are the largest of all rounds, of what the peers ended at, measured by Concord. The optimum K\\*:\n")
	t.head("n", "verdict", "fitness", "proven distance", "σ_d/σ_{d+1}")
	for _, o := range r.Optima {
		t.row(fmt.Sprint(o.N), o.Verdict, fmt.Sprintf("%.12g", o.Fitness), fmt.Sprintf("%.1e", o.Distance), fmt.Sprintf("%.4g", o.Ratio))
	}
}

// some says how many of the trials are meant, unless all or none are.
func some(part, all []measurement) string {
	if len(part) == len(all) || len(part) == 0 {
		return ""
	}
	return fmt.Sprintf(", %d of %d", len(part), len(all))
}

// notReached says how trials ended that did not reach the tolerance.
func notReached(ms []measurement, there int) string {
	var lost []measurement
	for _, m := range ms {
		if m.Status != converged {
			lost = append(lost, m)
		}
	}
	text := "not reached"
	if there > 0 {
		text = fmt.Sprintf("not reached in %d of %d", len(lost), len(ms))
	}
	norm := worst(lost, func(m measurement) float64 { return m.GradNorm })
	if lost[0].Status == limited {
		return fmt.Sprintf("%s: %.1e after %s", text, norm, spreadOf(secondsOf(lost)).times())
	}
	return fmt.Sprintf("%s: stalled at %.1e after %s", text, norm, spreadOf(secondsOf(lost)).times())
}

func (r *Run) sweeps(t *table) {
	for _, n := range r.sizes("sweep") {
		t.title("Time for a sweep, n = %d", n)
		t.head("peer", "trials", "processes × threads", "time: median (min – max)", "times Concord's", "largest gradient norm", "memory")
		for _, p := range r.Peers {
			ms := r.of("sweep", p.Name, n)
			if len(ms) == 0 {
				continue
			}
			m := ms[0]
			trials := fmt.Sprint(m.Count)
			if m.Of > 0 {
				trials = fmt.Sprintf("%d, scaled from %d", m.Of, m.Count)
			}
			there := reached(ms)
			whole := spreadOf(secondsOf(there)).times()
			if len(there) < len(ms) {
				whole = strings.TrimPrefix(whole+"; ", "—; ") + notReached(ms, len(there))
			}
			t.row(p.Name, trials, fmt.Sprintf("%d × %d", m.Processes, m.Threads), whole,
				spreadOf(ratios(there, reached(r.of("sweep", base, n)))).factors(),
				fmt.Sprintf("%.1e", worst(ms, func(m measurement) float64 { return m.GradNorm })),
				megabytes(worst(ms, func(m measurement) float64 { return float64(m.PeakRSS) })))
		}
	}
}

func (r *Run) drawings(t *table) {
	for _, n := range r.sizes("images") {
		t.title("Images drawn, trained on n = %d", n)
		t.head("peer", "images per second on one core: median (min – max)", "Concord is faster by", "mean log score")
		for _, p := range r.Peers {
			ms := r.of("images", p.Name, n)
			if len(ms) == 0 {
				continue
			}
			var rates, scores []float64
			for _, m := range ms {
				rates = append(rates, float64(m.Count)/m.Seconds)
				scores = append(scores, m.Values...)
			}
			mean := 0.0
			for _, s := range scores {
				mean += s / float64(len(scores))
			}
			t.row(p.Name, spreadOf(rates).factors(), spreadOf(ratios(ms, r.of("images", base, n))).factors(), fmt.Sprintf("%.6f", mean))
		}
	}
}

func (r *Run) growth(t *table) {
	var rows [][]string
	for _, name := range []string{"gradient", "trial"} {
		for _, n := range r.sizes(name) {
			ms := r.of(name, base, n)
			if len(ms) == 0 {
				continue
			}
			rows = append(rows, []string{
				"n", name, fmt.Sprint(n), fmt.Sprint(ms[0].Rank), "—", fmt.Sprint(ms[0].Threads), spreadOf(secondsOf(ms)).times(),
				megabytes(worst(ms, func(m measurement) float64 { return float64(m.PeakRSS) })),
			})
		}
	}
	seen := map[string]bool{}
	for _, m := range r.Measurements {
		key := fmt.Sprint(m.Growth, m.Job, m.Rank, m.Count, m.Threads)
		if m.Growth == "" || seen[key] {
			continue
		}
		seen[key] = true
		var xs []float64
		for _, o := range r.Measurements {
			if o.Growth == m.Growth && o.Job == m.Job && o.Rank == m.Rank && o.Count == m.Count && o.Threads == m.Threads {
				xs = append(xs, o.Seconds)
			}
		}
		trials := "—"
		if m.Count > 0 {
			trials = fmt.Sprint(m.Count)
		}
		rows = append(rows, []string{
			m.Growth, m.Job, fmt.Sprint(m.N), fmt.Sprint(m.Rank), trials, fmt.Sprint(m.Threads),
			spreadOf(xs).times(), megabytes(float64(m.PeakRSS)),
		})
	}
	if len(rows) == 0 {
		return
	}
	t.title("Growth of Concord's cost")
	t.head("grows in", "job", "n", "d", "trials", "cores", "time: median (min – max)", "memory")
	for _, row := range rows {
		t.row(row...)
	}
}

func (r *Run) failures(t *table) {
	var rows []string
	for _, what := range r.NotMeasured {
		rows = append(rows, "- "+what)
	}
	for _, m := range r.Measurements {
		if m.Error != "" {
			rows = append(rows, fmt.Sprintf("- n = %d, round %d, %s: %s", m.N, m.Round+1, m.Peer, m.Error))
		}
	}
	if len(rows) > 0 {
		t.title("What was not measured")
		t.line("%s", strings.Join(rows, "\n"))
	}
}
