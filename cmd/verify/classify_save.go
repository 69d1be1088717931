package main

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

// places returns where what is scored goes, by picture; nil when nobody asked. A folder that is not there is made.
func (c *classifyCmd) places() ([]string, error) {
	if c.Save == "" {
		return nil, nil
	}
	info, err := os.Stat(c.Save)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("--save: %w", err)
	}
	isFolder := err == nil && info.IsDir()
	switch {
	case len(c.Files) > 1 && err == nil && !isFolder:
		return nil, usagef("--save %s: it has to be a folder, because there are several pictures", c.Save)
	case len(c.Files) > 1:
		isFolder = true
	case !isFolder && !strings.EqualFold(filepath.Ext(c.Save), ".png"):
		return nil, usagef("--save %s: the name has to end in .png, or be that of a folder that is there", c.Save)
	}
	places := []string{c.Save}
	if isFolder {
		places = inFolder(c.Save, c.Files)
	}
	for _, place := range places {
		if old, err := os.Stat(place); err == nil {
			for _, file := range c.Files {
				if info, err := os.Stat(file); err == nil && os.SameFile(old, info) {
					return nil, usagef("--save %s would overwrite %s, which is one of the pictures", c.Save, file)
				}
			}
		}
	}
	if isFolder {
		if err := os.MkdirAll(c.Save, 0o755); err != nil {
			return nil, fmt.Errorf("--save: %w", err)
		}
	}
	return places, nil
}

// inFolder names a PNG in a folder after each file. Files of the same name are numbered.
func inFolder(folder string, files []string) []string {
	taken := map[string]bool{}
	var places []string
	for _, file := range files {
		stem := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		if file == "-" {
			stem = "stdin"
		}
		name := stem
		for i := 2; taken[strings.ToLower(name)]; i++ {
			name = fmt.Sprintf("%s-%d", stem, i)
		}
		taken[strings.ToLower(name)] = true
		places = append(places, filepath.Join(folder, name+".png"))
	}
	return places
}

// saveImage writes an image with pixels from 0 to 1 as a grey PNG.
func saveImage(path string, m verify.Image) error {
	grey := image.NewGray(image.Rect(0, 0, m.Cols, m.Rows))
	for i, v := range m.Pixels {
		grey.SetGray(i%m.Cols, i/m.Cols, color.Gray{Y: uint8(math.Round(255 * v))})
	}
	return report.Save(path, func(w io.Writer) error { return png.Encode(w, grey) })
}
