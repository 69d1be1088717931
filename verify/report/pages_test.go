package report

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// listed returns the names in a folder, nil where there is none.
func listed(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSaveHTMLInOneFile(t *testing.T) {
	for _, layout := range []Layout{"", OneFile} {
		dir := t.TempDir()
		if err := SaveHTML(dir, little(), layout); err != nil {
			t.Fatal(err)
		}
		if got := listed(t, dir); !slices.Equal(got, []string{"index.html"}) {
			t.Errorf("SaveHTML in layout %q leaves %q, want index.html alone", layout, got)
		}
		if diff := cmp.Diff(html(t, little()), readText(t, filepath.Join(dir, "index.html"))); diff != "" {
			t.Errorf("SaveHTML is not WriteHTML (-want +got):\n%s", diff)
		}
	}
}

func TestSaveHTMLInAFolder(t *testing.T) {
	dir := t.TempDir()
	if err := SaveHTML(dir, fixture(t), Folder); err != nil {
		t.Fatal(err)
	}
	page := readText(t, filepath.Join(dir, "index.html"))
	var named []string
	for _, name := range matches(page, `(?:src|href)="([^"#][^"]*)"`) {
		named = append(named, strings.TrimPrefix(name, "assets/"))
	}
	slices.Sort(named)
	named = slices.Compact(named)
	if diff := cmp.Diff(named, listed(t, filepath.Join(dir, "assets"))); diff != "" {
		t.Errorf("what the page names, and what is there (-want +got):\n%s", diff)
	}
	for _, word := range []string{"data:", "<style", " style=", " onclick=", "javascript:"} {
		if strings.Contains(page, word) {
			t.Errorf("the page has %q", word)
		}
	}
	if scripts := matches(page, `<script([^>]*)>`); len(scripts) != 1 || !strings.Contains(scripts[0], " src=") {
		t.Errorf("scripts %q, want one in a file", scripts)
	}
	const policy = `content="default-src &#39;none&#39;; img-src &#39;self&#39;; style-src &#39;self&#39;; script-src &#39;self&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"`
	if !strings.Contains(page, policy) {
		t.Errorf("the page has no policy %s", policy)
	}
	bare := regexp.MustCompile(`(?s)<style>.*?</style>|<link [^>]*>|<script.*?</script>|content="default-src[^"]*"|(src|href)="(data:|assets/)[^"]*"`)
	if diff := cmp.Diff(bare.ReplaceAllString(html(t, fixture(t)), ""), bare.ReplaceAllString(page, "")); diff != "" {
		t.Errorf("the layouts differ in more than their layout (-file +dir):\n%s", diff)
	}
}

func TestSaveHTMLRemovesOnlyItsOwn(t *testing.T) {
	dir := t.TempDir()
	if err := SaveHTML(dir, little(), Folder); err != nil {
		t.Fatal(err)
	}
	others := []string{"mine.png", "page-old.css"}
	for _, name := range others {
		if err := os.WriteFile(filepath.Join(dir, "assets", name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := SaveHTML(dir, little(), OneFile); err != nil {
		t.Fatal(err)
	}
	if got := listed(t, filepath.Join(dir, "assets")); !slices.Equal(got, others) {
		t.Errorf("after a page in one file, assets has %q, want %q", got, others)
	}
	stale := filepath.Join(dir, "assets", "picture-0123456789abcdef.png")
	if err := os.WriteFile(stale, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := SaveHTML(dir, little(), Folder); err != nil {
		t.Fatal(err)
	}
	got := listed(t, filepath.Join(dir, "assets"))
	if slices.Contains(got, filepath.Base(stale)) || !slices.Contains(got, others[0]) || len(got) < 5 {
		t.Errorf("after a page in a folder, assets has %q", got)
	}
}

func TestSaveHTMLRefuses(t *testing.T) {
	for _, test := range []struct {
		name    string
		layout  Layout
		prepare func(dir string) error
		want    string // in the error; "" is none
	}{
		{"an unknown layout", "pages", func(string) error { return nil }, `no layout "pages"`},
		{"a file called assets", Folder, func(dir string) error { return os.WriteFile(filepath.Join(dir, "assets"), nil, 0o644) }, "is not a folder"},
		{"a link called assets", Folder, func(dir string) error { return os.Symlink(os.TempDir(), filepath.Join(dir, "assets")) }, "is not a folder"},
		{"a link called assets, in one file", OneFile, func(dir string) error { return os.Symlink(os.TempDir(), filepath.Join(dir, "assets")) }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := test.prepare(dir); err != nil {
				t.Fatal(err)
			}
			err := SaveHTML(dir, little(), test.layout)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("SaveHTML = %v, want %q", err, test.want)
			}
			if got := listed(t, dir); test.want != "" && slices.Contains(got, "index.html") {
				t.Errorf("SaveHTML failed and left %q", got)
			}
		})
	}
	t.Run("an inconsistent tree", func(t *testing.T) {
		r := little()
		r.Problems[0].Basins = nil
		for _, layout := range []Layout{OneFile, Folder} {
			dir := t.TempDir()
			if err := SaveHTML(dir, r, layout); err == nil {
				t.Errorf("SaveHTML in layout %s wrote a tree that contradicts itself", layout)
			}
			if got := listed(t, dir); len(got) > 0 {
				t.Errorf("SaveHTML failed and left %q", got)
			}
		}
	})
}
