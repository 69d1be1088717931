package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// docs are the doc comments of types, by name, and of their fields, by "Type.Field", each in one line.
type docs map[string]string

// readDocs reads the doc comments of the package whose source is in a folder.
func readDocs(dir string) (docs, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	all := docs{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.TYPE {
				all.types(d)
			}
		}
	}
	return all, nil
}

// types reads the doc comments of a declaration of types.
func (all docs) types(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		t, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		for _, c := range []*ast.CommentGroup{d.Doc, t.Doc} {
			all.add(t.Name.Name, c)
		}
		s, ok := t.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, f := range s.Fields.List {
			for _, name := range f.Names {
				all.add(t.Name.Name+"."+name.Name, f.Doc)
				all.add(t.Name.Name+"."+name.Name, f.Comment)
			}
		}
	}
}

// add appends a comment, if there is one.
func (all docs) add(key string, c *ast.CommentGroup) {
	if text := strings.Join(strings.Fields(c.Text()), " "); text != "" {
		all[key] = strings.TrimSpace(all[key] + " " + text)
	}
}
