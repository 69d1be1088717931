package main

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"

	"example.org/concord/verify"
	"example.org/concord/verify/report"
)

// saveResult writes the whole report and puts it in its place. Everything but result.json is rendered from
// what result.json says, so that rendering again gives the same. It returns the bytes of result.json.
func saveResult(out *folder, r *verify.Result, layout report.Layout) ([]byte, error) {
	var text bytes.Buffer
	if err := report.WriteJSON(&text, r); err != nil {
		return nil, err
	}
	decoded, err := report.ReadJSON(bytes.NewReader(text.Bytes()))
	if err != nil {
		return nil, err
	}
	if err := out.save("result.json", bytesTo(text.Bytes())); err != nil {
		return nil, err
	}
	if err := render(out.stage, decoded, layout); err != nil {
		return nil, err
	}
	return text.Bytes(), out.commit()
}

// render writes into dir what is made from a result.
func render(dir string, r *verify.Result, layout report.Layout) error {
	return errors.Join(
		report.SaveHTML(dir, r, layout),
		report.Save(filepath.Join(dir, "junit.xml"), func(w io.Writer) error { return report.WriteJUnit(w, r) }),
		report.Save(filepath.Join(dir, "summary.txt"), func(w io.Writer) error { return report.WriteText(w, r, 0, false) }),
		report.WriteImages(dir, r),
	)
}

// bytesTo returns a function that writes b.
func bytesTo(b []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}
}
