// Schema writes schema.json, the JSON Schema of result.json, for package report. It is run by
//
//	go generate ./verify/report
//
// which runs it in the folder of package report: it reads the source of package verify beside it, because the
// doc comments of the fields are the descriptions.
package main

import (
	"fmt"
	"io"
	"os"

	"example.org/concord/verify/report"
)

func main() {
	if err := write("..", "schema.json"); err != nil {
		fmt.Fprintln(os.Stderr, "schema:", err)
		os.Exit(1)
	}
}

// write reads the source of package verify in the folder src, and writes the schema to the file dst.
func write(src, dst string) error {
	text, err := generate(src)
	if err != nil {
		return err
	}
	return report.Save(dst, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}
