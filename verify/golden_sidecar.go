package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// imagesArray is the name of the array that holds the drawings. No part of a tuple may have it.
const imagesArray = "images"

// encodeSidecar returns the one form that a side-car has: indented by two, keys in the order of Provenance. It is
// an error if that is too long to be read again.
func encodeSidecar(p *Provenance) ([]byte, error) {
	var buffer bytes.Buffer
	e := json.NewEncoder(&buffer)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(p); err != nil {
		return nil, err
	}
	if buffer.Len() > maxSidecarBytes {
		return nil, fmt.Errorf("the side-car takes %d bytes, more than the %d that it may have", buffer.Len(), maxSidecarBytes)
	}
	return buffer.Bytes(), nil
}

// parseSidecar is the inverse of encodeSidecar. It takes nothing but what encodeSidecar writes, to the byte:
// so no key can be unknown, doubled, missing or misspelt, and no value rounded or out of range. A side-car of
// version 1 has to be what the program wrote then, and is returned as one of this version.
func parseSidecar(data []byte) (*Provenance, error) {
	var probe struct {
		Version json.RawMessage `json:"schema_version"`
	}
	if err := json.Unmarshal(data, &probe); err != nil {
		return nil, jsonError(data, err)
	}
	const advice = `read it with the version of the program that wrote it, or remove both files, run the scenario and approve its candidate ("verify golden approve")`
	switch version := string(probe.Version); {
	case version == "":
		return nil, fmt.Errorf(`there is no "schema_version": this is no side-car of a golden file`)
	case version != "1" && version != fmt.Sprint(GoldenSchemaVersion):
		return nil, fmt.Errorf("schema_version is %.40s, and this program reads 1 and %d: %s", version, GoldenSchemaVersion, advice)
	}
	p := new(Provenance)
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		return nil, jsonError(data, err)
	}
	canonical, err := encodeSidecar(p)
	if err != nil {
		return nil, err
	}
	if line, got, want := firstDifference(data, canonical); line > 0 {
		return nil, fmt.Errorf("line %d is %.120q, and the program would have written %.120q: side-cars are not edited by hand; restore it from version control", line, got, want)
	}
	if p.SchemaVersion == 1 {
		if p.Approved != nil && p.Approved.Lineage != nil {
			return nil, errors.New("schema_version is 1, and the approval has a lineage, which version 1 did not know: restore it from version control")
		}
		if p.Approved != nil {
			p.Approved.Lineage = lineageOfVersion1(p.Approved)
		}
		p.SchemaVersion = GoldenSchemaVersion
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return p, nil
}

// jsonError adds the line to an error of encoding/json that knows where it is.
func jsonError(data []byte, err error) error {
	var offset int64
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &mismatch):
		offset = mismatch.Offset
	default:
		return err
	}
	return fmt.Errorf("line %d: %w", 1+bytes.Count(data[:min(offset, int64(len(data)))], []byte("\n")), err)
}

// firstDifference returns the number of the first line in which two texts differ, with both, or 0.
func firstDifference(a, b []byte) (line int, inA, inB string) {
	if bytes.Equal(a, b) {
		return 0, "", ""
	}
	x, y := strings.SplitAfter(string(a), "\n"), strings.SplitAfter(string(b), "\n")
	for line < len(x) && line < len(y) && x[line] == y[line] {
		line++
	}
	if line < len(x) {
		inA = x[line]
	}
	if line < len(y) {
		inB = y[line]
	}
	return line + 1, inA, inB
}

// check reports what in a side-car contradicts itself.
func (p *Provenance) check() error {
	images, err := checkArrays(p.Arrays)
	if err != nil {
		return err
	}
	if len(p.Drawings) != images {
		return fmt.Errorf("it names %d drawings, and the array %q has %d", len(p.Drawings), imagesArray, images)
	}
	seen := map[DrawingDoc]bool{}
	for _, d := range p.Drawings {
		if seen[d] {
			return fmt.Errorf("the drawing of label %q, basin %q occurs twice", d.Label, d.Pattern)
		}
		seen[d] = true
	}
	if p.Approved == nil {
		return nil
	}
	if err := p.Approved.check(); err != nil {
		return err
	}
	return p.Approved.Lineage.check(p.Approved)
}

// checkArrays checks the description of the arrays, and returns how many images there are.
func checkArrays(docs []ArrayDoc) (images int, err error) {
	parts, total := 0, 0
	seen := map[string]bool{}
	for i, doc := range docs {
		axes := 2
		switch {
		case !arrayName.MatchString(doc.Name):
			return 0, fmt.Errorf("array %q: a name is a letter and up to 63 letters, digits and underscores", doc.Name)
		case seen[doc.Name]:
			return 0, fmt.Errorf("array %s: the name occurs twice", doc.Name)
		case doc.Dtype != goldenDtype:
			return 0, fmt.Errorf("array %s: its dtype is %q, want %q", doc.Name, doc.Dtype, goldenDtype)
		case doc.Name != imagesArray:
			parts++
		case i != len(docs)-1:
			return 0, fmt.Errorf("array %s: it has to be the last", doc.Name)
		default:
			axes = 3
		}
		seen[doc.Name] = true
		if len(doc.Shape) != axes {
			return 0, fmt.Errorf("array %s: its shape %v has %d axes, want %d", doc.Name, doc.Shape, len(doc.Shape), axes)
		}
		n, err := entries(doc.Shape)
		if err != nil {
			return 0, fmt.Errorf("array %s: %w", doc.Name, err)
		}
		if total += n; total > maxArrayBytes/8 {
			return 0, fmt.Errorf("array %s: with the arrays before it, it needs more than the %d bytes that a golden file may hold", doc.Name, maxArrayBytes)
		}
		if doc.Name == imagesArray {
			images = doc.Shape[0]
		}
	}
	if parts == 0 {
		return 0, errors.New("the tuple has no parts")
	}
	return images, nil
}

// check reports what an approval lacks, its lineage aside.
func (a *Approval) check() error {
	if strings.TrimSpace(a.By) == "" {
		return errors.New("the approval does not say by whom")
	}
	if strings.TrimSpace(a.Reason) == "" {
		return errors.New("the approval has no reason")
	}
	at, err := time.Parse(time.RFC3339, a.At)
	if err != nil {
		return fmt.Errorf("the time of the approval: %w", err)
	}
	if _, offset := at.Zone(); offset != 0 {
		return fmt.Errorf("the time of the approval, %s, is not in UTC", a.At)
	}
	return nil
}
