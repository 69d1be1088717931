package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// Names of files come from whoever made them, a pull request among others: in what verify writes about them there is
// no command for a terminal or for GitHub Actions, and in a page no markup.
func TestHostileFileNamesAreText(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, as under the race detector: one thing after the other")
	}
	for _, name := range []string{
		`"><script>alert(1)<`, "x\x1b[31mred", "x\n::error::injected", "::stop-commands::x", "x\r::error::y", "##[error]x", "a\u202eb", "javascript:alert(1)", "-x",
	} {
		t.Run(strings.ToValidUTF8(name, "?"), func(t *testing.T) {
			t.Chdir(t.TempDir())
			made(t, ".", name+"/result.json", name+".yaml", name+".png", "golden/"+name+".npz")
			for _, c := range []struct {
				name string
				args []string
				page string
			}{
				{"a scenario", []string{"scenario", "check", "./" + name + ".yaml"}, ""},
				{"a run", []string{"run", "./" + name + ".yaml"}, ""},
				{"an absent scenario", []string{"run", "./" + name + "absent.yaml"}, ""},
				{"an unknown scenario", []string{"run", "--", name}, ""},
				{"a picture", []string{"classify", "./" + name + ".png"}, ""},
				{"a report", []string{"report", "./" + name}, ""},
				{"a comparison", []string{"diff", "./" + name, "./" + name}, ""},
				{"a cell", []string{"explain", "./" + name, name}, ""},
				{"a history", []string{"history", ".", "--html", "page.html"}, "page.html"},
				{"a golden file", []string{"golden", "prune"}, ""},
				{"a shard", []string{"merge", "./" + name}, ""},
				{"a flag", []string{"run", "smoke", "--" + name}, ""},
			} {
				var stdout, stderr bytes.Buffer
				code := run(t.Context(), c.args, strings.NewReader(""), &stdout, &stderr, noEnv)
				if code == 0 {
					t.Errorf("%s: run(%q) = 0, want an error: there is nothing to read", c.name, c.args)
				}
				for _, text := range []string{stdout.String(), stderr.String()} {
					if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }); i >= 0 {
						t.Errorf("%s: a control character: %q", c.name, text[i:])
					}
					for line := range strings.Lines(text) {
						if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") {
							t.Errorf("%s: a workflow command: %q", c.name, line)
						}
					}
				}
				if c.page == "" {
					continue
				}
				page, err := os.ReadFile(filepath.Clean(c.page))
				if err != nil {
					t.Fatal(err)
				}
				if bytes.Contains(page, []byte("<script")) || !bytes.Contains(page, []byte("result.json")) {
					t.Errorf("%s: the page has markup of the name, or not the name: %s", c.name, page)
				}
			}
		})
	}
}
