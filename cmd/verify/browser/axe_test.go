//go:build !race

package browser

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// axe-core is not part of the project: make axe fetches this version of it from the npm registry.
const (
	axeVersion   = "4.14.1"
	axeIntegrity = "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
)

// axe returns the text of axe-core, or says how to get it.
var axe = sync.OnceValues(func() (script, missing string) {
	name := filepath.Join("..", "..", "..", "bin", "axe-core-"+axeVersion+".tgz")
	packed, err := os.ReadFile(name)
	if err != nil {
		return "", err.Error() + "; make axe gets it"
	}
	sum := sha512.Sum512(packed)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != axeIntegrity {
		return "", name + " has integrity " + got + ", want " + axeIntegrity
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err.Error()
	}
	files := tar.NewReader(unzipped)
	for {
		h, err := files.Next()
		if err != nil {
			return "", "package/axe.min.js: " + err.Error()
		}
		if h.Name == "package/axe.min.js" {
			text, err := io.ReadAll(files)
			if err != nil {
				return "", err.Error()
			}
			return string(text), ""
		}
	}
})

// A violation is a rule of axe-core and where a page breaks it.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML           string `json:"html"`
		FailureSummary string `json:"failureSummary"`
	}
}

// allRules are those of WCAG A and AA, and those of best practice.
const allRules = `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`

// TestAxe holds every page against all rules of WCAG A and AA and against best practice, with everything unfolded.
func TestAxe(t *testing.T) {
	t.Parallel()
	script, missing := axe()
	if missing != "" && os.Getenv("CI") != "" {
		t.Fatal(missing)
	}
	if missing != "" {
		t.Logf("NOT RUN: %s", missing)
		return
	}
	for _, page := range append([]string{"dir/smoke/index.html"}, written...) {
		for _, v := range views {
			rules, least := allRules, 20
			switch {
			case v.name != "desktop" && strings.HasPrefix(page, "dir/"):
				continue // the same page
			case v.dark:
				rules, least = `{type: "rule", values: ["color-contrast", "link-in-text-block"]}`, 1
			}
			t.Run(stem(page)+"/"+v.name, func(t *testing.T) {
				t.Parallel()
				obeys(open(t, page, v), script, rules, least)
			})
		}
	}
}

// obeys holds a page with everything unfolded against rules, of which at least some have to find it in order.
func obeys(b *tab, script, rules string, least int) {
	b.Helper()
	eval[int](b, script+"; 0")
	type outcome struct {
		Violations []violation
		Passes     int
	}
	got := eval[outcome](b, fmt.Sprintf(`(async () => {
		document.querySelectorAll("details").forEach(d => d.open = true);
		const r = await axe.run(document, {resultTypes: ["violations"], runOnly: %s});
		return {Violations: r.violations, Passes: r.passes.length};
	})()`, rules))
	if got.Passes < least {
		b.Errorf("%d rules looked at the page and found it in order, want at least %d", got.Passes, least)
	}
	for _, w := range got.Violations {
		b.Errorf("%s (%s): %s, %d times", w.ID, w.Impact, w.Help, len(w.Nodes))
		for _, n := range w.Nodes[:min(3, len(w.Nodes))] {
			b.Logf("%.300s\n%s", n.HTML, strings.TrimSpace(n.FailureSummary))
		}
	}
}
