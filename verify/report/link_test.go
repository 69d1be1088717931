package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A link in the place of a folder of pictures is not written through.
func TestWriteImagesRefusesLinks(t *testing.T) {
	r := many(2)
	r.Problems[0].Label, r.Problems[1].Label = "rank=20", "rank=21"
	for _, c := range []struct{ name, link string }{
		{"the folder of all pictures", "images"},
		{"that of a problem", filepath.Join("images", "rank-20")},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, elsewhere := t.TempDir(), t.TempDir()
			link := filepath.Join(dir, c.link)
			if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(elsewhere, link); err != nil {
				t.Fatal(err)
			}
			if err := WriteImages(dir, r); err == nil || !strings.Contains(err.Error(), "is a symbolic link") {
				t.Errorf("WriteImages = %v, want it refused", err)
			}
			if entries, err := os.ReadDir(elsewhere); err != nil || len(entries) > 0 {
				t.Errorf("where the link leads to: %v, %v, want nothing", entries, err)
			}
		})
	}
}
