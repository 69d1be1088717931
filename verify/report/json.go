package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"example.org/concord/verify"
)

// inline is the length up to which a value stays on one line of result.json.
const inline = 100

// WriteJSON writes r as result.json: indented by two spaces, with every short value and every array of
// plain numbers on one line. It returns an error when r is not consistent, when a pixel, a confidence or
// a setting is not finite, or when w fails.
func WriteJSON(w io.Writer, r *verify.Result) error {
	if err := consistent(r); err != nil {
		return fmt.Errorf("report: json: %w", err)
	}
	var compact bytes.Buffer
	enc := json.NewEncoder(&compact)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("report: json: %w", err)
	}
	l := layout{src: bytes.TrimSpace(compact.Bytes())}
	l.value(0)
	l.dst.WriteByte('\n')
	if _, err := w.Write(l.dst.Bytes()); err != nil {
		return fmt.Errorf("report: json: %w", err)
	}
	return nil
}

// ReadJSON reads what WriteJSON wrote. It is strict: a key that is unknown, repeated, absent or in other
// letters, a null where a value belongs, another schema version, data after the end and a tree that
// contradicts itself are errors that say where and what to do.
func ReadJSON(rd io.Reader) (*verify.Result, error) {
	data, err := io.ReadAll(rd)
	if err != nil {
		return nil, fmt.Errorf("report: reading a result: %w", err)
	}
	var head struct {
		SchemaVersion *int `json:"schema_version"`
	}
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&head); err == nil && head.SchemaVersion != nil &&
		*head.SchemaVersion != verify.SchemaVersion {
		return nil, fmt.Errorf("report: reading a result: schema_version is %d, but this version of verify reads %d: "+
			"use the version that wrote the file, or run the scenario again", *head.SchemaVersion, verify.SchemaVersion)
	}
	if err := checkShape(data); err != nil {
		return nil, fmt.Errorf("report: reading a result: %w", err)
	}
	var r verify.Result
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return nil, fmt.Errorf("report: reading a result: %s: %w", position(data, dec.InputOffset()), err)
	}
	if err := consistent(&r); err != nil {
		return nil, fmt.Errorf("report: reading a result: %w", err)
	}
	return &r, nil
}

// layout lays compact JSON out in lines.
type layout struct {
	src []byte
	at  int
	dst bytes.Buffer
}

// value copies the value at l.at, which starts at the given depth.
func (l *layout) value(depth int) {
	open := l.src[l.at]
	if open != '{' && open != '[' {
		l.scalar()
		return
	}
	if end := l.end(); end-l.at <= inline || open == '[' && numeric(l.src[l.at+1:end]) {
		l.line(end)
		return
	}
	l.dst.WriteByte(open)
	l.at++
	for {
		l.newline(depth + 1)
		if open == '{' {
			l.scalar()
			l.at++
			l.dst.WriteString(": ")
		}
		l.value(depth + 1)
		c := l.src[l.at]
		l.at++
		if c != ',' {
			l.newline(depth)
			l.dst.WriteByte(c)
			return
		}
		l.dst.WriteByte(',')
	}
}

// end returns the index after the container that opens at l.at.
func (l *layout) end() int {
	depth := 0
	for i := l.at; ; i++ {
		switch l.src[i] {
		case '"':
			i = stringEnd(l.src, i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth == 0 {
				return i + 1
			}
		}
	}
}

// numeric reports whether src has no strings and no containers but NaN and the infinities.
func numeric(src []byte) bool {
	for i, c := range src {
		if c == '{' || c == '[' {
			return false
		}
		if c != '"' || i > 0 && (src[i-1] == 'N' || src[i-1] == 'f') {
			continue
		}
		rest := src[i:]
		if !bytes.HasPrefix(rest, []byte(`"NaN"`)) && !bytes.HasPrefix(rest, []byte(`"+Inf"`)) &&
			!bytes.HasPrefix(rest, []byte(`"-Inf"`)) {
			return false
		}
	}
	return true
}

// line copies src[l.at:end] on one line, with a blank after each comma and colon.
func (l *layout) line(end int) {
	for l.at < end {
		c := l.src[l.at]
		if c == '"' {
			l.scalar()
			continue
		}
		l.dst.WriteByte(c)
		l.at++
		if c == ',' || c == ':' {
			l.dst.WriteByte(' ')
		}
	}
}

// scalar copies a string or a literal.
func (l *layout) scalar() {
	end := l.at
	if l.src[end] == '"' {
		end = stringEnd(l.src, end)
	} else {
		for end < len(l.src) && !bytes.ContainsRune([]byte(",:]}"), rune(l.src[end])) {
			end++
		}
	}
	l.dst.Write(l.src[l.at:end])
	l.at = end
}

func (l *layout) newline(depth int) {
	l.dst.WriteByte('\n')
	for range depth {
		l.dst.WriteString("  ")
	}
}

// stringEnd returns the index after the JSON string that starts at i.
func stringEnd(src []byte, i int) int {
	for i++; src[i] != '"'; i++ {
		if src[i] == '\\' {
			i++
		}
	}
	return i + 1
}
