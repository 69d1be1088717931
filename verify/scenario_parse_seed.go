package verify

import (
	"fmt"
	"math"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// seeds reads distinct seeds: {from: 1, count: 32} or a list.
func (p *scenarioParser) seeds(n *yaml.Node) []uint64 {
	switch {
	case p.barred[n]:
		return nil
	case n.Kind == yaml.MappingNode:
		return p.seedRange(n)
	}
	nodes, ok := p.list(n, `"seed"`, `write {from: 1, count: 32} or a list`)
	if !ok {
		return nil
	}
	var seeds []uint64
	lines := map[string]int{}
	for _, n := range nodes {
		if seed, ok := p.seed(n, "a seed"); ok && !p.twice(lines, n.Value, n, "seed "+n.Value) {
			seeds = append(seeds, seed)
		}
	}
	return seeds
}

// seedRange reads the mapping {from: a, count: n}, the seeds a to a+n−1.
func (p *scenarioParser) seedRange(n *yaml.Node) []uint64 {
	t, _ := p.table(n, n, `"seed"`, []string{"from", "count"}, nil)
	p.missing(t, "from", "")
	p.missing(t, "count", "")
	if !t.has("from") || !t.has("count") {
		return nil
	}
	from, ok := p.seed(t.entries["from"].value, `"from"`)
	count, counted := p.whole(t.entries["count"].value, `"count"`, 1, maxCells)
	if !ok || !counted {
		return nil
	}
	if from > math.MaxInt64-uint64(count)+1 {
		p.point(t.entries["from"].value, "", "the seeds run beyond %d", math.MaxInt64)
		return nil
	}
	seeds := make([]uint64, int(count))
	for i := range seeds {
		seeds[i] = from + uint64(i)
	}
	return seeds
}

// seed reads one seed: a whole number from 1 to 2⁶³−1.
func (p *scenarioParser) seed(n *yaml.Node, what string) (uint64, bool) {
	if !p.scalar(n, what, "a whole number") {
		return 0, false
	}
	if !plain(n) || !wholeNumber.MatchString(n.Value) {
		p.point(n, numberAdvice(n), "%s has to be a whole number, not %s", what, described(n))
		return 0, false
	}
	seed, err := strconv.ParseUint(n.Value, 10, 63)
	if err != nil || seed == 0 {
		p.point(n, "", "%s has to be from 1 to %d, not %s", what, math.MaxInt64, shorten(n.Value))
		return 0, false
	}
	return seed, true
}

// manifest notes when the scenario has more cells than maxCells.
func (p *scenarioParser) manifest(t yamlTable) {
	if n := float64(max(1, len(p.out.Data))) * countCells(p.out.Problem, p.out.Vary, p.out.Seeds); n > maxCells {
		at := t.at
		if t.has("vary") {
			at = t.entries["vary"].key
		}
		p.point(at, "", "%s", tooManyCells(n))
	}
}

// tooManyCells words the problem.
func tooManyCells(n float64) string {
	return fmt.Sprintf("%.0f trials over all problems are more than %d", n, maxCells)
}

// countCells returns the number of trials over all problems, in float64 because it may be huge. Axes that
// could not be read count once.
func countCells(problem, vary []Values, seeds []uint64) float64 {
	n := float64(max(1, len(seeds)))
	for _, axes := range [][]Values{problem, vary} {
		for _, v := range axes {
			n *= float64(max(1, len(v.Values)))
		}
	}
	return n
}
