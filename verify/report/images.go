package report

import (
	"fmt"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"example.org/concord/verify"
)

// magnification is the side of one pixel in the picture files.
const magnification = 8

// WriteImages writes the drawings of r into dir/images, which it makes:
//
//	images/digit-3-instance-0.png       signed: blue below zero, white at zero, red above
//	images/digit-3-instance-0-grey.png  from its smallest value, black, to its largest, white
//	images/digits.png                   an animated PNG, the Film: every label drawn twice, from start to end
//
// Where r has several problems each has a folder of its own within images, named after its label. Pixels
// are magnified eight times without smoothing; the two instances of a label share one scale. The
// animation is there only when frames were kept. Every file is written whole or not at all; files that
// were there before under other names stay. A symbolic link in the place of a folder is an error.
func WriteImages(dir string, r *verify.Result) error {
	if err := consistent(r); err != nil {
		return fmt.Errorf("report: images: %w", err)
	}
	folders := map[string]bool{}
	for i := range r.Problems {
		p := &r.Problems[i]
		if len(p.Drawings) == 0 {
			continue
		}
		at := filepath.Join(dir, "images")
		if err := makeFolder(at); err != nil {
			return fmt.Errorf("report: images: %w", err)
		}
		if len(r.Problems) > 1 {
			at = filepath.Join(at, fileName(p.Label, folders))
			if err := makeFolder(at); err != nil {
				return fmt.Errorf("report: images: %w", err)
			}
		}
		if err := writeDrawings(at, p); err != nil {
			return fmt.Errorf("report: images: %w", err)
		}
	}
	return nil
}

// makeFolder makes a folder that is not there. It refuses a symbolic link, which may lead anywhere.
func makeFolder(path string) error {
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return fmt.Errorf("%s is a symbolic link; remove it, or choose another folder", path)
	}
	return os.MkdirAll(path, 0o755)
}

func writeDrawings(dir string, p *verify.ProblemResult) error {
	names := map[string]bool{}
	for i := range p.Drawings {
		d := &p.Drawings[i]
		stem := "digit-" + fileName(d.Label, names)
		scale := labelScale(d)
		for j := range d.Instances {
			m := d.Instances[j].Image
			if len(m.Pixels) == 0 {
				continue
			}
			x := rounded(m)
			base := filepath.Join(dir, fmt.Sprintf("%s-instance-%d", stem, d.Instances[j].Instance))
			if err := savePicture(base+".png", signedPicture(m.Cols, scale, x)); err != nil {
				return err
			}
			if err := savePicture(base+"-grey.png", greyPicture(m.Cols, x)); err != nil {
				return err
			}
		}
	}
	film, err := NewFilm(p)
	if err != nil || film == nil {
		return err
	}
	return Save(filepath.Join(dir, "digits.png"), film.WriteAPNG)
}

func savePicture(path string, m *image.Paletted) error {
	return Save(path, func(w io.Writer) error { return encodePNG(w, magnified(m, magnification)) })
}

// fileName turns a label into a part of a file name that no file system minds and no other label has.
func fileName(label string, taken map[string]bool) string {
	safe := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, label), "-")
	safe = safe[:min(len(safe), 60)]
	if safe == "" {
		safe = "unnamed"
	}
	unique := safe
	for i := 2; taken[unique]; i++ {
		unique = fmt.Sprintf("%s-%d", safe, i)
	}
	taken[unique] = true
	return unique
}

// labelScale returns the largest absolute pixel of the instances of a label: the end of their scale.
func labelScale(d *verify.LabelDrawings) float64 {
	var scale float64
	for i := range d.Instances {
		scale = max(scale, largest(rounded(d.Instances[i].Image)))
	}
	return scale
}

// ascent returns the frames of a drawing with the drawing itself as the last.
func ascent(in *verify.DrawnImage) [][]float64 {
	var all [][]float64
	for _, f := range in.Frames {
		all = append(all, rounded(f))
	}
	final := rounded(in.Image)
	if n := len(all); n > 0 && same(all[n-1], final) {
		return all
	}
	return append(all, final)
}

func same(x, y []float64) bool {
	for i := range x {
		if x[i] != y[i] {
			return false
		}
	}
	return true
}

// paste copies src into dst with its corner at p; both have the same palette.
func paste(dst *image.Paletted, p image.Point, src *image.Paletted) {
	w := src.Bounds().Dx()
	for y := range src.Bounds().Dy() {
		copy(dst.Pix[(p.Y+y)*dst.Stride+p.X:][:w], src.Pix[y*src.Stride:][:w])
	}
}
