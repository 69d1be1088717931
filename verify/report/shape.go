package report

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"example.org/concord/verify"
)

// checkShape looks at the keys of a result, which encoding/json takes more lightly than a verdict can:
// every key has to be known, in the same letters, once, and there.
func checkShape(data []byte) error {
	s := shape{dec: json.NewDecoder(bytes.NewReader(data))}
	err := s.value("", reflect.TypeFor[verify.Result]())
	if err == nil {
		if _, err := s.dec.Token(); !errors.Is(err, io.EOF) {
			return fmt.Errorf("%s: there is data after the end of the result: keep the first document only",
				position(data, s.dec.InputOffset()))
		}
		return nil
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s: the file ends in the middle of the result: it was not written to its end; "+
			"run the scenario again", position(data, int64(len(data))))
	}
	return fmt.Errorf("%s: %w", position(data, s.dec.InputOffset()), err)
}

// position returns where an offset is, counted from 1, in bytes of a line.
func position(data []byte, offset int64) string {
	before := data[:min(offset, int64(len(data)))]
	return fmt.Sprintf("line %d, column %d", 1+bytes.Count(before, []byte("\n")), len(before)-bytes.LastIndexByte(before, '\n'))
}

// shape walks a JSON document along a Go type.
type shape struct {
	dec   *json.Decoder
	depth int
}

// deepest bounds how deep lists and objects may lie in each other; those of a result lie in ten.
const deepest = 100

// value reads one value that belongs in a variable of type t; a nil t takes anything.
func (s *shape) value(path string, t reflect.Type) error {
	tok, err := s.dec.Token()
	if err != nil {
		return err
	}
	pointer := t != nil && t.Kind() == reflect.Pointer
	if pointer {
		t = t.Elem()
	}
	if tok == nil {
		if t == nil || pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
			return nil
		}
		return fmt.Errorf("%s is null, which is no value: run the scenario again", name(path))
	}
	s.depth++
	if s.depth > deepest {
		return fmt.Errorf("the result has lists or objects more than %d deep in each other: no version of verify wrote that", deepest)
	}
	defer func() { s.depth-- }()
	switch tok {
	case json.Delim('{'):
		return s.object(path, t)
	case json.Delim('['):
		return s.array(path, t)
	}
	return nil // whether the scalar fits is decided when it is decoded
}

func (s *shape) array(path string, t reflect.Type) error {
	var elem reflect.Type
	if t != nil {
		if t.Kind() != reflect.Slice {
			return fmt.Errorf("%s is a list where none belongs", name(path))
		}
		elem = t.Elem()
	}
	for i := 0; s.dec.More(); i++ {
		if err := s.value(fmt.Sprintf("%s[%d]", path, i), elem); err != nil {
			return err
		}
	}
	_, err := s.dec.Token()
	return err
}

func (s *shape) object(path string, t reflect.Type) error {
	fields, elem, err := members(path, t)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for s.dec.More() {
		tok, err := s.dec.Token()
		if err != nil {
			return err
		}
		key, _ := tok.(string)
		at := strings.TrimPrefix(path+"."+key, ".")
		if seen[key] {
			return fmt.Errorf("%s is there twice", at)
		}
		seen[key] = true
		member := elem
		if fields != nil {
			f, ok := fields[key]
			if !ok {
				return fmt.Errorf("%s is not a field of a result: it was written by another version of verify, "+
					"or mistyped; use the version that wrote it", at)
			}
			member = f.typ
		}
		if err := s.value(at, member); err != nil {
			return err
		}
	}
	if _, err := s.dec.Token(); err != nil {
		return err
	}
	for _, key := range required(t) {
		if !seen[key] {
			return fmt.Errorf("%s has no %q: a number that is missing must not look like a zero; run the scenario again",
				name(path), key)
		}
	}
	return nil
}

// member is one field of a struct in its JSON form.
type member struct {
	key      string
	typ      reflect.Type
	optional bool
}

// members returns what an object of type t may hold: named fields of a struct, or any key with values of
// one type for a map.
func members(path string, t reflect.Type) (fields map[string]member, elem reflect.Type, err error) {
	switch {
	case t == nil:
		return nil, nil, nil
	case t.Kind() == reflect.Map:
		if e := t.Elem(); e.Kind() != reflect.Interface {
			elem = e
		}
		return nil, elem, nil
	case t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return nil, nil, fmt.Errorf("%s is an object where none belongs", name(path))
	}
	fields = map[string]member{}
	for _, m := range structMembers(t) {
		fields[m.key] = m
	}
	return fields, nil, nil
}

// required returns the keys an object of type t has to have, in the order of their declaration.
func required(t reflect.Type) []string {
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	var keys []string
	for _, m := range structMembers(t) {
		if !m.optional {
			keys = append(keys, m.key)
		}
	}
	return keys
}

func structMembers(t reflect.Type) []member {
	var all []member
	for f := range t.Fields() {
		key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if key == "" || key == "-" {
			continue
		}
		all = append(all, member{key: key, typ: f.Type, optional: strings.Contains(options, "omitempty")})
	}
	return all
}

// name returns how to call the value at path in a sentence.
func name(path string) string {
	if path == "" {
		return "the result"
	}
	return path
}
