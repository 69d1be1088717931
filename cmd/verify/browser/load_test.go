//go:build !race

package browser

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// BenchmarkOpen measures what a reader waits for: until a page has loaded and its scripts have run (load-ms), and until
// its layout is done as well (layout-ms), both from the beginning of the navigation.
func BenchmarkOpen(b *testing.B) {
	if unfit != nil {
		b.Fatal(unfit)
	}
	large, trials, err := multiplied(b.TempDir(), 501)
	if err != nil {
		b.Fatal(err)
	}
	for _, page := range []struct{ name, path string }{
		{"page=smoke/trials=4", filepath.Join(reports, filepath.FromSlash(smoke))},
		{fmt.Sprintf("page=multiplied/trials=%d", trials), large},
	} {
		b.Run(page.name, func(b *testing.B) {
			ctx, cancel := chromedp.NewContext(chromium)
			defer cancel()
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(1400, 900)); err != nil {
				b.Fatal(err)
			}
			var load, layout float64
			for b.Loop() {
				err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.Navigate("file://"+page.path))
				if err != nil {
					b.Fatal(err)
				}
				took, err := chromedp.Run(ctx, chromedp.Evaluate[[]float64](`(() => {
					document.body.getBoundingClientRect();
					return [performance.getEntriesByType("navigation")[0].loadEventEnd, performance.now()];
				})()`))
				if err != nil {
					b.Fatal(err)
				}
				if took[0] <= 0 {
					b.Fatalf("the end of loading is at %v ms", took[0])
				}
				load += took[0]
				layout += took[1]
			}
			b.ReportMetric(load/float64(b.N), "load-ms")
			b.ReportMetric(layout/float64(b.N), "layout-ms")
		})
	}
}

// multiplied has the program write the page of a result in which every training run of smoke is there so many times,
// as if it came from as many seeds, and returns its path and how many runs it has. A run of its own would take minutes.
func multiplied(dir string, times int) (page string, trials int, err error) {
	text, err := os.ReadFile(filepath.Join(reports, "file", "smoke", "result.json"))
	if err != nil {
		return "", 0, err
	}
	var r map[string]any
	if err := json.Unmarshal(text, &r); err != nil {
		return "", 0, err
	}
	p := r["problems"].([]any)[0].(map[string]any)
	once := p["trials"].([]any)
	basins := p["basins"].([]any)
	if len(basins) != 1 {
		return "", 0, fmt.Errorf("smoke has %d basins, want 1", len(basins))
	}
	var all, members []any
	for i := range times {
		for j, t := range once {
			t := maps.Clone(t.(map[string]any))
			seed := t["seed"].(float64) + float64(2*i)
			sum := sha256.Sum256(fmt.Appendf(nil, "%d %d", i, j))
			t["seed"], t["cell"] = seed, hex.EncodeToString(sum[:])
			all, members = append(all, t), append(members, len(all))
		}
	}
	n := len(once)
	d := p["distances"].(map[string]any)
	for _, name := range []string{"after", "before"} {
		d[name] = tiled(d[name].([]any), n, len(all))
	}
	d["trials"] = members
	basin := basins[0].(map[string]any)
	basin["trials"], basin["size"] = members, len(all)
	p["trials"] = all
	if text, err = json.Marshal(r); err != nil {
		return "", 0, err
	}
	name := filepath.Join(dir, "result.json")
	err = errors.Join(os.WriteFile(name, text, 0o600), program(filepath.Join(reports, "verify"), "report", name, "--out", filepath.Join(dir, "page")))
	return filepath.Join(dir, "page", "index.html"), len(all), err
}

// tiled repeats the distances of n things, a strict upper triangle by rows, until they are those of many; a thing and
// its copy are 0 apart.
func tiled(triangle []any, n, many int) []any {
	var out []any
	for i := range many {
		for j := i + 1; j < many; j++ {
			a, b := min(i%n, j%n), max(i%n, j%n)
			if a == b {
				out = append(out, 0)
				continue
			}
			out = append(out, triangle[a*n-a*(a+1)/2+b-a-1])
		}
	}
	return out
}
